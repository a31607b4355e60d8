"""Writes the dates in the results of aws-sdk tasks as text.

moto leaves date objects in the results, which neither JSONata nor the history accepts. AWS returns ISO
8601 strings such as "2026-11-24T01:02:03Z":
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

_original_eval = StateTaskServiceAwsSdk._eval_service_task


def install() -> None:
    StateTaskServiceAwsSdk._eval_service_task = _eval_service_task


def _eval_service_task(
    self: StateTaskServiceAwsSdk, env: Environment, *args: Any, **kwargs: Any
) -> None:
    _original_eval(self, env, *args, **kwargs)
    env.stack.append(_plain(env.stack.pop()))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        value = value.astimezone(datetime.timezone.utc)
        return value.isoformat(timespec="milliseconds").replace(".000+", "+").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value
