"""
Tasks that wait for a token: a TimeoutSeconds that is an expression, the failure of the function that was to keep the token, and the machine
on which an answer is authorized. Parallel states in JSONata: what is done with their results, and branches that do not write over one
another's names and variables.
"""

import contextvars
import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor

from ministack.core import iam_actions
from ministack.services import stepfunctions

execute_task = stepfunctions._execute_task
resource_of = iam_actions.extract_resource_arn
# By token: the machine whose Task waits, or has waited, for it.
machines: dict[str, str] = {}


def execute_task_with_its_timeout(state, raw_input, execution, ctx):
    timeout = state.get("TimeoutSeconds")
    if isinstance(timeout, str):
        # Before the state's own token and names are there, which no timeout goes by.
        state = {**state, "TimeoutSeconds": stepfunctions._apply_jsonata_template(timeout, raw_input, ctx)}
    return execute_task({**state, "Machine": execution["stateMachineArn"]}, raw_input, execution, ctx)


def invoke_and_wait(resource, arguments, token, state):
    """The emulator waits on when the function has failed; AWS fails the Task."""
    if "states:::lambda:invoke" not in resource:
        return invoke_with_callback(resource, arguments, token, state)
    waiting = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
    stepfunctions._task_tokens[token] = waiting
    machines[token] = state["Machine"]
    try:
        function = stepfunctions._resolve_lambda_function_ref(arguments["FunctionName"], optimized=True)
        stepfunctions._call_lambda(function, arguments["Payload"])
        if not waiting["event"].wait(timeout=state.get("TimeoutSeconds", 99999)):
            raise stepfunctions._ExecutionError("States.Timeout", "Task timed out waiting for callback")
    finally:
        stepfunctions._task_tokens.pop(token, None)
    if waiting["error"]:
        raise stepfunctions._ExecutionError(waiting["error"]["Error"], waiting["error"]["Cause"])
    return json.loads(waiting["result"])


def resource_of_token(service, method, path, headers, body, *where):
    """An answer is authorized on the machine that its token is of; the emulator takes '*' for it."""
    resource = resource_of(service, method, path, headers, body, *where)
    if service != "states" or resource != "*":
        return resource
    return machines.get(json.loads(body).get("taskToken"), resource)


def run_branches(state, raw_input, execution, ctx):
    """The emulator shares one context among the branches, and takes no notice of Arguments, Output and Assign."""
    if stepfunctions._state_query_language(state, ctx) != "JSONata":
        return run_branches_in_jsonpath(state, raw_input, execution, ctx)
    given = stepfunctions._apply_jsonata_arguments(state, raw_input, ctx)
    with ThreadPoolExecutor(len(state["Branches"])) as pool:
        running = [
            pool.submit(contextvars.copy_context().run, stepfunctions._run_sub_machine,
                        branch["States"], branch["StartAt"], given, execution, copy.deepcopy(ctx))
            for branch in state["Branches"]
        ]
    results = [branch.result() for branch in running]
    output = stepfunctions._apply_jsonata_output(state, raw_input, ctx, result=results, default=results)
    stepfunctions._apply_state_assign(state, raw_input, ctx, result=results)
    return output, stepfunctions._next_or_end(state)


invoke_with_callback = stepfunctions._invoke_with_callback
run_branches_in_jsonpath = stepfunctions._run_parallel_branches
stepfunctions._execute_task = execute_task_with_its_timeout
stepfunctions._invoke_with_callback = invoke_and_wait
stepfunctions._run_parallel_branches = run_branches
iam_actions.extract_resource_arn = resource_of_token
