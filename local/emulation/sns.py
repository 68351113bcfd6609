"""Topics that call functions, and push."""

import json
import re

from ministack.services import lambda_svc, sns


def deliver_to_lambda(endpoint, envelope, _topic_arn, subscription_arn, *_):
    """SNS calls a function asynchronously, so Lambda tries again and keeps what fails for good; the emulator calls once."""
    record, _config, _name = lambda_svc._get_func_record_for_ref(endpoint)
    if record:
        lambda_svc.invoke_async_with_retry(record, {"Records": [{
            "EventVersion": "1.0", "EventSubscriptionArn": subscription_arn, "EventSource": "aws:sns",
            "Sns": json.loads(envelope)}]})


sns._deliver_to_lambda = deliver_to_lambda


def create_platform_endpoint(params):
    """An endpoint's ARN begins with endpoint/, which roles name; the emulator's begins with app/ as its application's does."""
    status, headers, body = create_endpoint(params)
    found = re.search(rb"<EndpointArn>(arn:[^<]*:)app(/[^<]*)</EndpointArn>", body)
    if not found:
        return status, headers, body
    given, arn = (found[1] + kind + found[2] for kind in (b"app", b"endpoint"))
    endpoint = sns._platform_endpoints.pop(given.decode())
    sns._platform_endpoints[arn.decode()] = {**endpoint, "arn": arn.decode()}
    return status, headers, body.replace(given, arn)


def publish_to_enabled(params):
    """A disabled endpoint takes nothing (SNS API reference, Publish); the emulator does not look."""
    endpoint = sns._platform_endpoints.get(sns._p(params, "TargetArn"))
    if endpoint and endpoint["attributes"].get("Enabled") == "false":
        return sns._error("EndpointDisabled", "Endpoint is disabled", 400)
    return publish(params)


create_endpoint, publish = sns._create_platform_endpoint, sns._publish
sns._create_platform_endpoint, sns._publish = create_platform_endpoint, publish_to_enabled
