"""Metrics that AWS publishes by itself: of executions' ends, and of throttled tables. The emulator has those of functions only."""

import json

from ministack.services import cloudwatch, stepfunctions

ENDS = {"SUCCEEDED": "ExecutionsSucceeded", "FAILED": "ExecutionsFailed", "ABORTED": "ExecutionsAborted",
        "TIMED_OUT": "ExecutionsTimedOut"}


def emit_and_count(execution):
    name = ENDS.get(execution["status"])
    if name:
        cloudwatch.record_metric("AWS/States", name, 1, "Count", {"StateMachineArn": execution["stateMachineArn"]})
    return emit(execution)


emit = stepfunctions._emit_execution_status_event
stepfunctions._emit_execution_status_event = emit_and_count

READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")


def count_throttle(action: str, body: bytes) -> None:
    """What DynamoDB publishes of a call that it throttles; the emulator never does, but a fault made on purpose may."""
    call = json.loads(body)
    names = [call["TableName"]] if "TableName" in call else list(call.get("RequestItems", {}))
    for name in names:
        dimensions = {"TableName": name}
        if "IndexName" in call:
            dimensions["GlobalSecondaryIndexName"] = call["IndexName"]
        kind = "ReadThrottleEvents" if action in READS else "WriteThrottleEvents"
        cloudwatch.record_metric("AWS/DynamoDB", kind, 1, "Count", dimensions)
