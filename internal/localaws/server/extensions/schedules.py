"""Refuses schedules that EventBridge Scheduler refuses and moto accepts. No schedule starts anything here:
moto keeps schedules, and has no clock for them.

The limits of the single parameters are those of AWS's own model of the API, which botocore has:
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html. The rest is

- the schedule expression: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. If a
  rate has the value 1, its unit must be singular, else plural. The EventBridge User Guide says so for
  rules; for schedules it is not known, so this may be stricter than AWS;
- the flexible time window, which has a maximum only if its mode is FLEXIBLE:
  https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
- an input that is not JSON, for a target that needs JSON:
  https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html
- a role that Scheduler may not assume. The request to assume it has the ARN of the schedule group as
  aws:SourceArn:
  https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html.
  The words are those of issue 6494 of aws/aws-sdk-js-v3;
- a group that does not exist, for which moto answers with an internal error.
"""

import datetime
import json
import re
import zoneinfo
from typing import Any

from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.iam.models import iam_backends
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule
from moto.utilities.utils import get_partition

from extensions import authorization

_RATE = re.compile(r"rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)")
_CRON = re.compile(r"cron\(\S+ \S+ (\S+) \S+ (\S+) \S+\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_ARN = re.compile(r"arn(:[^:]+){2}:[^:]*:[^:]*:.+")
_NEEDS_JSON = ("events", "lambda", "states")
_SERVICE = "scheduler.amazonaws.com"

_original_create = EventBridgeSchedulerBackend.create_schedule
_original_update = EventBridgeSchedulerBackend.update_schedule


def install() -> None:
    EventBridgeSchedulerBackend.create_schedule = _create
    EventBridgeSchedulerBackend.update_schedule = _update


def parameters(properties: dict[str, Any], name: str) -> dict[str, Any]:
    """Returns properties of CloudFormation as parameters of the methods of moto's backend."""
    named = {camelcase_to_underscores(key): value for key, value in properties.items()}
    return dict.fromkeys(_names()) | named | {"name": name}


def _create(self: EventBridgeSchedulerBackend, **kwargs: Any) -> Schedule:
    _check(self, kwargs)
    return _original_create(self, **kwargs)


def _update(self: EventBridgeSchedulerBackend, **kwargs: Any) -> Schedule:
    """Changes a schedule. What the request does not set gets its default value, as in AWS:
    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html"""
    _check(self, kwargs)
    kwargs["state"] = kwargs["state"] or "ENABLED"
    return _original_update(self, **kwargs)


def _input() -> Any:
    """Returns the shape of the request. Its types are those of botocore.model, which has no annotations."""
    return get_service_model("scheduler").operation_model("CreateSchedule").input_shape


def _names() -> dict[str, str]:
    """Returns the names of the parameters, by their names in moto. moto has no client tokens."""
    names = {camelcase_to_underscores(name): name for name in _input().members}
    del names["client_token"]
    return names


def _check(backend: EventBridgeSchedulerBackend, kwargs: dict[str, Any]) -> None:
    names = _names()
    request = {names.get(name, name): value for name, value in kwargs.items()}
    _check_shape(_input(), request, "")
    _check_expression(request["ScheduleExpression"])
    zone = request.get("ScheduleExpressionTimezone") or "UTC"
    if zone != "UTC" and zone not in zoneinfo.available_timezones():
        raise ValidationException(f"Provided ScheduleExpressionTimezone {zone} is not valid.")
    window = request["FlexibleTimeWindow"]
    if (window["Mode"] == "FLEXIBLE") != ("MaximumWindowInMinutes" in window):
        raise ValidationException(
            "MaximumWindowInMinutes must be set if, and only if, the Mode of FlexibleTimeWindow is FLEXIBLE."
        )
    group = backend.get_schedule_group(request.get("GroupName"))
    _check_target(request["Target"], backend, group.arn)


def _check_shape(shape: Any, value: Any, path: str) -> None:
    """Checks a value against the constraints of AWS's model. A value that is None counts as absent."""
    match shape.type_name:
        case "structure":
            present = {name: member for name, member in value.items() if member is not None}
            for name in shape.required_members:
                if name not in present:
                    _refuse(path + name, "Member must not be null")
            for name, member in present.items():
                if name not in shape.members:
                    _refuse(path + name, "Member is not permitted")
                _check_shape(shape.members[name], member, f"{path}{name}.")
        case "list":
            for member in value:
                _check_shape(shape.member, member, path)
        case "string":
            _check_text(shape.metadata, value, path.removesuffix("."))
        case "integer":
            _check_limits(shape.metadata, value, "have value", path.removesuffix("."))


def _check_text(limits: dict[str, Any], value: str, path: str) -> None:
    _check_limits(limits, len(value), "have length", path)
    # The model does not know partitions such as aws-us-gov; the schema of CloudFormation does.
    pattern = limits.get("pattern", "").replace("aws(-[a-z]+)?", "aws[a-z-]*")
    if pattern and not re.fullmatch(pattern, value):
        _refuse(path, f"Member must satisfy regular expression pattern: {pattern}")
    if value not in limits.get("enum", [value]):
        _refuse(path, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]")


def _check_limits(limits: dict[str, Any], size: int, what: str, path: str) -> None:
    if size < limits.get("min", size):
        _refuse(path, f"Member must {what} greater than or equal to {limits['min']}")
    if size > limits.get("max", size):
        _refuse(path, f"Member must {what} less than or equal to {limits['max']}")


def _refuse(path: str, constraint: str) -> None:
    parts = [part[0].lower() + part[1:] for part in path.split(".")]
    raise ValidationException(
        f"1 validation error detected: Value at '{'.'.join(parts)}' failed to satisfy constraint: {constraint}"
    )


def _check_expression(expression: str) -> None:
    cron, at = _CRON.fullmatch(expression), _AT.fullmatch(expression)
    # "You can't use * in both the Day-of-month and Day-of-week fields. If you use it in one, you must use ? in the other."
    is_valid = bool(_RATE.fullmatch(expression)) or bool(cron and (cron[1] == "?") != (cron[2] == "?"))
    if at:
        try:
            datetime.datetime.fromisoformat(at[1])
            is_valid = True
        except ValueError:
            pass
    if not is_valid:  # the words are those of issue 9284 of localstack/localstack
        raise ValidationException(f"Invalid Schedule Expression {expression}.")


def _check_target(target: dict[str, Any], backend: EventBridgeSchedulerBackend, group: str) -> None:
    if not _ARN.fullmatch(target["Arn"]):
        raise ValidationException("Provided Arn is not in correct format.")
    if target["Arn"].split(":")[2] in _NEEDS_JSON and "Input" in target:
        try:
            json.loads(target["Input"])
        except ValueError as error:
            raise ValidationException(f"Invalid RequestJson provided. Reason {error}") from error
    roles = iam_backends[backend.account_id][get_partition(backend.region_name)].roles.values()
    policies = [role.assume_role_policy_document for role in roles if role.arn == target["RoleArn"]]
    context = {"aws:sourceaccount": [backend.account_id], "aws:sourcearn": [group]}
    if not any(authorization.lets_assume(policy, _SERVICE, context) for policy in policies):
        raise ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )
