"""What every role used, and on which resources sending an email is authorized."""

import json
import re
import threading

from ministack import app as emulator
from ministack.core import iam_actions, iam_evaluator
from ministack.services import ses_v2

from .ses import is_send_email

permissions: set[tuple[str, str, str, str]] = set()
decide = iam_evaluator.evaluate
decide_by_resource = iam_evaluator.evaluate_resource_policy
of_resource = threading.local()


def decide_and_record(context, policies, *limits):
    result = decide(context, policies, *limits)
    if context.principal_type == "AssumedRole" and not getattr(of_resource, "asked", False):
        role = iam_evaluator._role_name_from_assumed_arn(context.principal_arn)
        permissions.add((role, context.action, context.resource_arn, result.decision))
    return result


def decide_unrecorded(*args, **kwargs):
    """A queue's own policy, say, which need not allow what the role's does: that is no denial."""
    of_resource.asked = True
    try:
        return decide_by_resource(*args, **kwargs)
    finally:
        of_resource.asked = False


iam_evaluator.evaluate = decide_and_record
iam_evaluator.evaluate_resource_policy = decide_unrecorded

ses_resource = iam_actions._ses_v2_resource_arn


def ses_sender_resource(method, path, body, region, account):
    """SendEmail is authorized on the sender's identity (Service Authorization Reference); the emulator takes '*' for it."""
    if not is_send_email(method, path):
        return ses_resource(method, path, body, region, account)
    sender = re.sub(r".*<(.+)>$", r"\1", json.loads(body).get("FromEmailAddress", ""))
    return f"arn:aws:ses:{region}:{account}:identity/{sender}"


iam_actions._ses_v2_resource_arn = ses_sender_resource
enforce_ses = emulator._enforce_ses_v2


def enforce_ses_with_set(method, path, headers, body, query_params, request_id):
    """And on the configuration set that it names."""
    denied = enforce_ses(method, path, headers, body, query_params, request_id)
    name = json.loads(body).get("ConfigurationSetName") if is_send_email(method, path) else None
    if denied or not name:
        return denied
    resource = ses_v2._resource_arn("configuration-set", name)
    return emulator._enforce_data_plane("sesv2", "ses:SendEmail", headers, query_params, request_id,
                                        resource_arn=resource, named_resource=resource)


emulator._enforce_ses_v2 = enforce_ses_with_set
