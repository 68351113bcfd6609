"""Metrics that AWS publishes by itself, of executions' ends and of throttled tables, and alarms that look at their own dimensions."""

import json
import time
import types

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


def evaluate_own(alarm) -> None:
    """The emulator takes all metrics of a name for the alarm's, and leaves it as it is when no data comes any more."""
    key = (alarm.get("Namespace"), alarm.get("MetricName"),
           cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or [])))
    points = list(cloudwatch._metrics.get(key, []))
    since = time.time() - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
    is_missing = not any(point["Timestamp"] >= since for point in points)
    if is_missing and alarm.get("TreatMissingData") == "notBreaching" and alarm["StateValue"] == "ALARM":
        # None of these alarms goes off at 0.
        points = [{"Timestamp": time.time(), "Value": 0.0, "Unit": "None", "Dimensions": {}}]
    types.FunctionType(evaluate.__code__, {**vars(cloudwatch), "_metrics": {key: points}})(alarm)


evaluate = cloudwatch._evaluate_alarm
cloudwatch._evaluate_alarm = evaluate_own
