"""The names of functions' errors, how many of one function run at once, and the addresses that functions are given."""

import re
import threading
from collections import defaultdict

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from . import HOST, PORT

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


# The emulator starts a process for every call that finds none free, as AWS does; on one machine a hundred of them keep each other
# from starting until the functions' timeouts are over. Beyond so many of one function a call waits for its turn, before its timeout
# begins, and for so many seconds at most: longer than two hundred at once take on a busy machine that starts cold.
AT_ONCE = 16
PATIENCE = 120
turns: defaultdict[str, threading.Semaphore] = defaultdict(lambda: threading.Semaphore(AT_ONCE))


def execute_in_turn(func, *args, **kwargs):
    turn = turns[(func.get("config") or func).get("FunctionName", "")]
    waited_for = turn.acquire(timeout=PATIENCE)
    try:
        return execute_and_name(func, *args, **kwargs)
    finally:
        if waited_for:
            turn.release()


def execute_and_name(*args, **kwargs):
    failed_as.name = None
    result = execute_warm(*args, **kwargs)
    if result.get("error") and failed_as.name:
        result["body"]["errorType"] = failed_as.name
    return result


lambda_runtime.Worker.invoke = invoke_and_note
lambda_svc._execute_function_warm = execute_in_turn

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
