"""Calls that fail on purpose."""

import json
import threading

from ministack import app as emulator
from ministack.core import iam_actions
from ministack.core.router import detect_service

from .asgi import read, reply
from .metrics import count_throttle

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
        if fault.get("code") == "ProvisionedThroughputExceededException":
            count_throttle(fault["action"], body)
        await reply(send, *error_of(fault, headers))
