"""The emulator behind one port, with what AWS does and the emulator does not.

MiniStack's own ASGI application, in this process, with:

  HTTP API   /api/v1/... reaches the HTTP API named FRONT_DOOR_API, and /realtime its socket: they have no addresses here.
  Cognito    calls only PreSignUp and, for invitations, CustomMessage. Here also PostConfirmation, PostAuthentication
             and CustomMessage for every code that is mailed; codes are random; a code that confirms a sign-up verifies
             the email, unless another user has it verified (AliasExistsException).
  SES        publishes the events of a configuration set: what the mailbox simulator's addresses stand for, with the mail's
             tags. /_ministack/ses/messages shows the headers of a mail, too.
  SNS        A function that fails with a topic's message is called again, and its dead letters are kept.
  Socket     CloudFormation makes a WebSocket API whole, and functions find its address, and that of the pool's keys.
  IAM        GET /_carillon/permissions tells which role used which action on which resource (since the start, or the
             last DELETE): what a policy grants beyond it is too much.
  Faults     PUT /_carillon/faults makes calls of a service fail: a list of
             {"service": "sns", "action": "Publish", "times": 2, "status": 503} to answer an error and do nothing, or
             {..., "lost": true} to do it and lose the answer. GET tells what is left of it, DELETE ends it.

The functions get this port as their AWS endpoint, so all of it holds for them as for any client.
"""

import asyncio
import json
import os
import re
import secrets
import signal
import threading
from contextvars import ContextVar
from datetime import datetime, timezone

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as emulator
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.core.responses import error_response_json
from ministack.core.router import detect_service
from ministack.services import apigateway, cognito, lambda_svc, ses, ses_v2, sns
from ministack.services.cloudformation import provisioners

HOST = "127.0.0.1"
PORT = int(os.environ["GATEWAY_PORT"])
API_NAME = os.environ["FRONT_DOOR_API"]

# ----------------------------------------------------------------------------------------------------------- Cognito


class TriggerRefused(Exception):
    """What Cognito answers when a trigger fails."""


def call_trigger(pool: dict, trigger: str, source: str, client_id: str, username: str, attributes: dict,
                 metadata: dict | None = None, request: dict | None = None, response: dict | None = None) -> dict | None:
    """Calls the pool's trigger as Cognito does and returns the event's `response`, or None where there is no trigger.

    The event is the one of https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-identity-pools-working-with-aws-lambda-triggers.html
    """
    arn = (pool.get("LambdaConfig") or {}).get(trigger)
    if not arn:
        return None
    event = {
        "version": "1",
        "triggerSource": source,
        "region": cognito._pool_region(pool["Id"]),
        "userPoolId": pool["Id"],
        "userName": username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": {"userAttributes": attributes, "clientMetadata": metadata or {}, **(request or {})},
        "response": response or {},
    }
    record, config, _ = lambda_svc._get_func_record_for_ref(arn)
    if record is None:
        raise TriggerRefused(f"{trigger} invocation failed due to error: the function {arn} does not exist.")
    result = lambda_svc._execute_function_with_config_scope(
        lambda_svc._execution_record_for_config(record, config), event)
    answer = result.get("body")
    if isinstance(answer, (str, bytes)):
        answer = json.loads(answer)
    if result.get("error"):
        raise TriggerRefused(f"{trigger} failed with error {answer.get('errorMessage', 'unknown')}.")
    return (answer or {}).get("response") or {}


def attributes_of(user: dict) -> dict:
    return {**cognito._attr_list_to_dict(user["Attributes"]), "cognito:user_status": user["UserStatus"]}


def set_attribute(user: dict, name: str, value: str) -> None:
    user["Attributes"] = cognito._merge_attributes(user["Attributes"], [{"Name": name, "Value": value}])


def pool_of(data: dict) -> dict | None:
    """The pool of a call: named by administrators' calls, found by the client's id for all others."""
    return cognito._user_pools.get(data["UserPoolId"]) if "UserPoolId" in data else cognito._pool_for_client(
        data.get("ClientId"))[0]


def succeeded(answer: tuple) -> bool:
    return answer[0] == 200


def confirmed(pool: dict, user: dict, data: dict, source: str) -> None:
    call_trigger(pool, "PostConfirmation", source, data.get("ClientId", "CLIENT_ID_NOT_APPLICABLE"),
                 user["Username"], attributes_of(user), data.get("ClientMetadata"))


def pre_sign_up(pool_id, client_id, username, user_attrs, trigger_source="PreSignUp_SignUp"):
    """In place of the emulator's: AWS words the error, and does not tell the sub of a user who is not made yet."""
    attributes = {name: value for name, value in user_attrs.items() if name != "sub"}
    verdict = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    try:
        answer = call_trigger(cognito._user_pools[pool_id], "PreSignUp", trigger_source, client_id, username,
                              attributes, call.get().get("ClientMetadata"),
                              {"validationData": call.get().get("ValidationData") or {}}, dict(verdict))
    except TriggerRefused as refusal:
        raise cognito._PreSignUpRejected(str(refusal)) from refusal
    return {name: bool((answer or {}).get(name)) for name in verdict}


def mail_code(pool, username, attr_dict, code, attribute_name="email"):
    """In place of the emulator's mail with its constant code: a random one, in the words of CustomMessage."""
    user = cognito._resolve_user(pool, username)[0]
    code = f"{secrets.randbelow(1_000_000):06d}"
    user["_reset_code" if attribute_name == "password" else "_confirmation_code"] = code
    source = {"SignUp": "CustomMessage_SignUp", "ResendConfirmationCode": "CustomMessage_ResendCode"}.get(
        action.get(), "CustomMessage_ForgotPassword")
    words = call_trigger(pool, "CustomMessage", source, call.get().get("ClientId", "CLIENT_ID_NOT_APPLICABLE"),
                         user["Username"], attributes_of(user), call.get().get("ClientMetadata"),
                         {"codeParameter": "{####}", "linkParameter": "{##Click Here##}", "usernameParameter": None},
                         {"smsMessage": None, "emailMessage": None, "emailSubject": None}) or {}
    subject, message = cognito._resolve_verification_template(pool)
    message = words.get("emailMessage") or message
    if "{####}" not in message:
        raise TriggerRefused("CustomMessage returned a message without the code's place, {####}.")
    return cognito._deliver_cognito_email(
        pool, attr_dict.get("email"), words.get("emailSubject") or subject, message.replace("{####}", code),
        type_name="CognitoVerificationMessage", extra={"Username": username, "AttributeName": attribute_name})


def sign_up(handle, data):
    answer = handle(data)
    if succeeded(answer) and json.loads(answer[2])["UserConfirmed"]:
        pool = pool_of(data)
        confirmed(pool, cognito._resolve_user(pool, data["Username"])[0], data, "PostConfirmation_ConfirmSignUp")
    return answer


def confirm_sign_up(handle, data):
    pool = pool_of(data)
    user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
    email = attributes_of(user).get("email") if user else None
    if email and "email" in (pool.get("AliasAttributes") or []):
        owner = cognito._resolve_user(pool, email)[0]
        if owner and owner is not user:
            if not data.get("ForceAliasCreation"):
                return error_response_json("AliasExistsException", "An account with the email already exists.")
            set_attribute(owner, "email_verified", "false")
    answer = handle(data)
    if succeeded(answer):
        if email:
            set_attribute(user, "email_verified", "true")
        confirmed(pool, user, data, "PostConfirmation_ConfirmSignUp")
    return answer


def admin_confirm_sign_up(handle, data):
    pool = pool_of(data)
    user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
    if user and user["UserStatus"] != "UNCONFIRMED":
        return error_response_json("NotAuthorizedException",
                                   f"User cannot be confirmed. Current status is {user['UserStatus']}")
    answer = handle(data)
    if succeeded(answer):
        confirmed(pool, user, data, "PostConfirmation_ConfirmSignUp")
    return answer


def confirm_forgot_password(handle, data):
    answer = handle(data)
    if succeeded(answer):
        pool = pool_of(data)
        confirmed(pool, cognito._resolve_user(pool, data["Username"])[0], data,
                  "PostConfirmation_ConfirmForgotPassword")
    return answer


def authenticate(handle, data):
    """Signing in, in any way but by a refresh token."""
    answer = handle(data)
    tokens = json.loads(answer[2]).get("AuthenticationResult") if succeeded(answer) else None
    if tokens and not data.get("AuthFlow", "").startswith("REFRESH_TOKEN"):
        pool = pool_of(data)
        user = cognito._resolve_user(pool, cognito._token_claims(tokens["IdToken"])["cognito:username"])[0]
        call_trigger(pool, "PostAuthentication", "PostAuthentication_Authentication", data.get("ClientId", ""),
                     user["Username"], attributes_of(user), data.get("ClientMetadata"), {"newDeviceUsed": False})
    return answer


call: ContextVar[dict] = ContextVar("call", default={})
action: ContextVar[str] = ContextVar("action", default="")


def extend(name: str, around=lambda handle, data: handle(data)) -> None:
    """Puts `around` about the emulator's handler of a Cognito action, and answers a trigger's refusal as AWS does."""
    attribute = "_" + "".join(f"_{c.lower()}" if c.isupper() else c for c in name)[1:]
    handle = getattr(cognito, attribute)

    def extended(data):
        call.set(data)
        action.set(name)
        try:
            return around(handle, data)
        except TriggerRefused as refusal:
            return error_response_json("UserLambdaValidationException", str(refusal))

    setattr(cognito, attribute, extended)


extend("SignUp", sign_up)
extend("ConfirmSignUp", confirm_sign_up)
extend("AdminConfirmSignUp", admin_confirm_sign_up)
extend("ResendConfirmationCode")
extend("ForgotPassword")
extend("AdminResetUserPassword")
extend("ConfirmForgotPassword", confirm_forgot_password)
for sign_in in ("InitiateAuth", "AdminInitiateAuth", "RespondToAuthChallenge", "AdminRespondToAuthChallenge"):
    extend(sign_in, authenticate)
cognito._apply_presignup_trigger = pre_sign_up
cognito._send_verification_email = mail_code

# --------------------------------------------------------------------------------------------------------------- IAM

permissions: set[tuple[str, str, str, str]] = set()
decide = iam_evaluator.evaluate


def decide_and_record(context, policies, *limits):
    result = decide(context, policies, *limits)
    if context.principal_type == "AssumedRole":
        role = iam_evaluator._role_name_from_assumed_arn(context.principal_arn)
        permissions.add((role, context.action, context.resource_arn, result.decision))
    return result


iam_evaluator.evaluate = decide_and_record

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

# --------------------------------------------------------------------------------------------------------------- SES


def is_send_email(method: str, path: str) -> bool:
    return method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails"


async def send_email(method, path, headers, body, query_params):
    if not is_send_email(method, path):
        return await ses_request(method, path, headers, body, query_params)
    mail = json.loads(body)
    name = mail.get("ConfigurationSetName")
    if name and name not in ses_v2._config_sets:
        return ses_v2._missing_config_set(name)
    answer = await ses_request(method, path, headers, body, query_params)
    if answer[0] == 200:
        message_id = json.loads(answer[2])["MessageId"]
        record = next(each for each in reversed(ses._sent_emails_list()) if each["MessageId"] == message_id)
        record["Headers"] = mail.get("Content", {}).get("Simple", {}).get("Headers", [])
        ses._send_notifications(message_id, record["Source"], record["To"] + record["CC"] + record["BCC"])
        if name:
            publish_events(name, record, mail.get("EmailTags", []))
    return answer


def publish_events(set_name: str, record: dict, email_tags: list) -> None:
    """What happens to the mail, to the topics of the configuration set's event destinations.

    The records are those of https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    recipients = [ses.parseaddr(address)[1] for address in record["To"] + record["CC"] + record["BCC"]]
    at = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sender = ses.parseaddr(record["Source"])[1]
    source = ses_v2._resource_arn("configuration-set", set_name)
    mail = {
        "timestamp": at,
        "source": sender,
        "sourceArn": ses_v2._resource_arn("identity", sender),
        "sendingAccountId": ses.get_account_id(),
        "messageId": record["MessageId"],
        "destination": recipients,
        "headersTruncated": False,
        "headers": [{"name": each["Name"], "value": each["Value"]} for each in record["Headers"]],
        "commonHeaders": {"from": [record["Source"]], "to": recipients, "subject": record["Subject"]},
        "tags": {"ses:configuration-set": [set_name], **{tag["Name"]: [tag["Value"]] for tag in email_tags}},
    }
    for recipient in recipients:
        local, _, domain = recipient.lower().partition("@")
        happens = (("Delivery", None),)
        if domain == ses._SIMULATOR_DOMAIN:
            happens = ses._SIMULATOR_OUTCOMES.get(local.split("+")[0], happens)
        for kind, subtype in (("Send", None), *happens):
            event = {"eventType": kind, "mail": mail, **(
                {"send": {}} if kind == "Send" else ses._notification_detail(kind, recipient, at, subtype))}
            for destination in ses_v2._config_sets[set_name].get("EventDestinations", {}).values():
                topic = destination.get("SnsDestination", {}).get("TopicArn")
                wanted = topic and destination["Enabled"] and kind.upper() in destination["MatchingEventTypes"]
                if wanted and sns.topic_policy_allows(topic, "ses.amazonaws.com", source, ses.get_account_id()):
                    ses._publish_notification(topic, event)


ses_request = ses_v2.handle_request
ses_v2.handle_request = send_email


async def mailboxes_with_headers(scope, receive, send) -> None:
    answer = {"body": b""}

    async def keep(message):
        if message["type"] == "http.response.start":
            answer.update(status=message["status"])
        else:
            answer["body"] += message.get("body", b"")

    await emulator.app(scope, receive, keep)
    shown = json.loads(answer["body"])
    headers = {record["MessageId"]: record.get("Headers", [])
               for records in ses._sent_emails.to_dict().values() for record in records}
    for mail in (mail for mails in shown.get("messages", {}).values() for mail in mails):
        mail["Headers"] = headers[mail["MessageId"]]
    await reply(send, answer["status"], [(b"content-type", b"application/json")], json.dumps(shown).encode())


# --------------------------------------------------------------------------------------------------------------- SNS


def deliver_to_lambda(endpoint, envelope, _topic_arn, subscription_arn, *_):
    """SNS calls a function asynchronously, so Lambda tries again and keeps what fails for good; the emulator calls once."""
    record, _config, _name = lambda_svc._get_func_record_for_ref(endpoint)
    if record:
        lambda_svc.invoke_async_with_retry(record, {"Records": [{
            "EventVersion": "1.0", "EventSubscriptionArn": subscription_arn, "EventSource": "aws:sns",
            "Sns": json.loads(envelope)}]})


sns._deliver_to_lambda = deliver_to_lambda

# --------------------------------------------------------------------------------------------------------------- push


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

# --------------------------------------------------------------------------------------------------------- functions

# A function's error is known by its name, which Retry and Catch of the state machines go by. The emulator calls every error
# Runtime.HandlerError, the end of a process too.
script = lambda_runtime._NODEJS_WORKER_SCRIPT
named = script.replace('status: "error", error: String(err', 'status: "error", errorType: err && err.name, error: String(err')
if named == script:
    raise RuntimeError("this version of the emulator reports errors of functions differently")
lambda_runtime._NODEJS_WORKER_SCRIPT = named

failed_as = threading.local()
invoke_worker = lambda_runtime.Worker.invoke
execute_warm = lambda_svc._execute_function_warm


def invoke_and_note(worker, *args, **kwargs):
    result = invoke_worker(worker, *args, **kwargs)
    ended = result.get("error") in ("Worker process died", "Worker returned no response")
    failed_as.name = "Runtime.ExitError" if ended else result.get("errorType")
    return result


def execute_and_name(*args, **kwargs):
    failed_as.name = None
    result = execute_warm(*args, **kwargs)
    if result.get("error") and failed_as.name:
        result["body"]["errorType"] = failed_as.name
    return result


lambda_runtime.Worker.invoke = invoke_and_note
lambda_svc._execute_function_warm = execute_and_name

# -------------------------------------------------------------------------------------------------- the realtime socket


def resource_of(create, delete) -> dict:
    """A CloudFormation resource made and deleted by the emulator's own calls; any change replaces it, as on AWS."""

    def made(logical_id, props, stack_name):
        status, _headers, body = create(props)
        if status >= 300:
            raise ValueError(body.decode())
        answer = json.loads(body)
        return answer.get("deploymentId") or answer["routeResponseId"], {}

    return {"create": made, "delete": delete}


def route_of(props: dict) -> str:
    """The emulator's Ref of a route has the API's id before it, AWS's has not."""
    return props["RouteId"].rsplit("/", 1)[-1]


# CloudFormation knows the parts of a WebSocket API but for these two.
provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Deployment"] = resource_of(
    lambda props: apigateway._create_deployment(props["ApiId"], {"description": props.get("Description", "")}),
    lambda deployment, props: apigateway._delete_deployment(props["ApiId"], deployment))
provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::RouteResponse"] = resource_of(
    lambda props: apigateway._create_route_response(
        props["ApiId"], route_of(props), {"routeResponseKey": props["RouteResponseKey"]}),
    lambda response, props: apigateway._delete_route_response(props["ApiId"], route_of(props), response))

# The addresses of AWS that functions are given, which are not in DNS here: a WebSocket API's, and the one of a pool's keys.
ADDRESSES = (
    (re.compile(r"^(ws|http)s://(\w+)\.execute-api\.[\w-]+\.amazonaws\.com"), rf"\1://{HOST}:{PORT}/_aws/execute-api/\2"),
    (re.compile(r"^https://cognito-idp\.[\w-]+\.amazonaws\.com(?=/.*/jwks\.json$)"), f"http://{HOST}:{PORT}"),
)


def at_this_port(value: str) -> str:
    for pattern, here in ADDRESSES:
        value = pattern.sub(here, value)
    return value


def spawn_here(worker):
    variables = worker.config.get("Environment", {}).get("Variables", {})
    worker.config = {**worker.config,
                     "Environment": {"Variables": {name: at_this_port(value) for name, value in variables.items()}}}
    return spawn(worker)


spawn = lambda_runtime.Worker._spawn
lambda_runtime.Worker._spawn = spawn_here

# ------------------------------------------------------------------------------------------------------------ faults

faults: list[dict] = []
faults_lock = threading.Lock()


def fault_of(method: str, path: str, headers: dict, body: bytes, query: dict) -> dict | None:
    """The fault that is to hit this call, counted down."""
    service = detect_service(method, path, headers, query)
    name = (iam_actions.extract_iam_action(service, method, path, headers, body, query) or ":").split(":")[1]
    with faults_lock:
        for fault in faults:
            if fault["times"] > 0 and fault["service"] == service and fault["action"] == name:
                fault["times"] -= 1
                return fault
    return None


def error_of(fault: dict, method_headers: dict) -> tuple[int, list, bytes]:
    status = fault.get("status", 503)
    code = fault.get("code", "ServiceUnavailable" if status >= 500 else "InvalidParameter")
    message = fault.get("message", "A fault made on purpose.")
    if "x-amz-target" not in method_headers and "x-www-form-urlencoded" in method_headers.get("content-type", ""):
        kind = "Receiver" if status >= 500 else "Sender"
        xml = (f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
               "<RequestId>fault</RequestId></ErrorResponse>")
        return status, [(b"content-type", b"text/xml")], xml.encode()
    return status, [(b"content-type", b"application/json"), (b"x-amzn-errortype", code.encode())], json.dumps(
        {"__type": code, "message": message}).encode()


# ---------------------------------------------------------------------------------------------------- the application


async def read(receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def reply(send, status: int, headers: list, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def api_path(name: str, stage: str, path: str = "") -> str | None:
    for (_account, _region, api_id), api in apigateway._apis.all_items():
        if api.get("name") == name:
            return f"/_aws/execute-api/{api_id}/{stage}{path}"
    return None


async def own_routes(scope, receive, send) -> None:
    method, path = scope["method"], scope["path"]
    answer: object = {"message": "No such route."}
    status = 404
    if path == "/_carillon/permissions" and method in ("GET", "DELETE"):
        names = ("role", "action", "resource", "decision")
        status, answer = 200, [dict(zip(names, entry)) for entry in sorted(permissions)]
        if method == "DELETE":
            permissions.clear()
    elif path == "/_carillon/faults" and method in ("GET", "PUT", "DELETE"):
        with faults_lock:
            if method != "GET":
                faults[:] = json.loads(await read(receive)) if method == "PUT" else []
            status, answer = 200, list(faults)
    await reply(send, status, [(b"content-type", b"application/json")], json.dumps(answer).encode())


async def pass_on_unless_faulty(scope, receive, send) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body = await read(receive)
    query = emulator.parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    routing = emulator._routing_params(scope["method"], scope["path"], headers, body, query)
    fault = fault_of(scope["method"], scope["path"], headers, body, routing)

    async def body_again():
        return {"type": "http.request", "body": body, "more_body": False}

    async def drop(_message):
        return None

    if fault is None or fault.get("lost"):
        await emulator.app(scope, body_again, send if fault is None else drop)
    if fault is not None:
        await reply(send, *error_of(fault, headers))


async def front_door(scope, receive, send) -> None:
    path = scope.get("path")
    if scope["type"] == "websocket" and path == "/realtime":
        path = api_path(f"{API_NAME}-socket", API_NAME.removeprefix("carillon-")) or path
        return await emulator.app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
    if scope["type"] != "http":
        return await emulator.app(scope, receive, send)
    if path.startswith("/_carillon/"):
        return await own_routes(scope, receive, send)
    if path == "/_ministack/ses/messages":
        return await mailboxes_with_headers(scope, receive, send)
    if path.startswith("/api/v1/"):
        target = api_path(API_NAME, "$default", path)
        if target is None:
            return await reply(send, 503, [(b"content-type", b"application/json")],
                               b'{"message": "The api stack is not deployed yet."}')
        raw = target[: -len(path)].encode() + (scope.get("raw_path") or path.encode())
        return await emulator.app({**scope, "path": target, "raw_path": raw}, receive, send)
    if faults and "authorization" in {name.decode("latin-1").lower() for name, _ in scope["headers"]}:
        return await pass_on_unless_faulty(scope, receive, send)
    return await emulator.app(scope, receive, send)


async def main() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    config = Config()
    config.bind = [f"{HOST}:{PORT}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    await serve(front_door, config, shutdown_trigger=stop.wait)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    finally:
        lambda_runtime.reset()
        # Threads of state machines that still wait must not hold the process: their state is saved.
        os._exit(0)
