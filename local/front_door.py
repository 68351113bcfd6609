"""The emulator behind one port, with what AWS does and the emulator does not.

MiniStack's own ASGI application, in this process, with:

  HTTP API   /api/v1/... reaches the HTTP API named FRONT_DOOR_API, and /realtime its socket: they have no addresses here.
             Its CORS is read in CloudFormation's spelling.
  Cognito    calls only PreSignUp and, for invitations, CustomMessage. Here also PostConfirmation, PostAuthentication
             and CustomMessage for every code that is mailed; codes are random; a code that confirms a sign-up verifies
             the email, unless another user has it verified (AliasExistsException).
  SES        publishes the events of a configuration set: what the mailbox simulator's addresses stand for, with the mail's
             tags. /_ministack/ses/messages shows the headers of a mail, too.
  SNS        A function that fails with a topic's message is called again, and its dead letters are kept.
  Socket     CloudFormation makes a WebSocket API whole, and functions find its address, and that of the pool's keys.
  Metrics    of executions that end, and of tables that a fault throttles, are in CloudWatch, and alarms go by their own dimensions.
  IAM        GET /_carillon/permissions tells which role used which action on which resource (since the start, or the
             last DELETE): what a policy grants beyond it is too much.
  Faults     PUT /_carillon/faults makes calls of a service fail: a list of
             {"service": "sns", "action": "Publish", "times": 2, "status": 503} to answer an error and do nothing, or
             {..., "lost": true} to do it and lose the answer. GET tells what is left of it, DELETE ends it.
  Prices     /_carillon/prices is a price feed, with the routes of CoinGecko's API that are used, and a script: see
             emulation/prices.py.

The functions get this port as their AWS endpoint, so all of it holds for them as for any client.
"""

import asyncio
import json
import os
import signal

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as emulator
from ministack.core import lambda_runtime
from ministack.services import apigateway

# Each of these extends the emulator when it is imported.
from emulation import HOST, PORT, cognito, functions, http_api, metrics, sns, step_functions, websocket  # noqa: F401
from emulation.asgi import read, reply
from emulation.faults import faults, faults_lock, pass_on_unless_faulty
from emulation.iam import permissions
from emulation.prices import price_feed
from emulation.ses import mailboxes_with_headers

API_NAME = os.environ["FRONT_DOOR_API"]


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


async def front_door(scope, receive, send) -> None:
    path = scope.get("path")
    if scope["type"] == "websocket" and path == "/realtime":
        path = api_path(f"{API_NAME}-socket", API_NAME.removeprefix("carillon-")) or path
        return await emulator.app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
    if scope["type"] != "http":
        return await emulator.app(scope, receive, send)
    if path == "/_carillon/prices" or path.startswith("/_carillon/prices/"):
        return await price_feed(scope, receive, send)
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
