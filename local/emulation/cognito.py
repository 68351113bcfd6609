"""Triggers, and codes that are mailed."""

import json
import secrets
from contextvars import ContextVar

from ministack.core.responses import error_response_json
from ministack.services import cognito, lambda_svc


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
