"""Enforces the size limits of Step Functions.

- A payload has at most 262,144 bytes as JSON in UTF-8 without spaces. Payloads are the input and the
  output of a state, the result and the arguments of a task, and the input of an execution
  (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). moto counts spaces and
  escapes, and does not check arguments and inputs.
- The variables that one Assign sets have together at most as many bytes, each as its JSON
  (https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html). moto has no limit.

The words of the causes are from the snapshots of localstack/localstack
(test_states_errors.snapshot.json), from mbc-net/mbc-cqrs-serverless (pull request 466, about arguments),
and from the recordings of radkawar/stackd (variable_limits.json). The words of AWS about the input of an
execution are not known.
"""

import json
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_lambda
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.responses import StepFunctionResponse

MAX_BYTES = 262_144

_original_parameters = StateTask._eval_parameters
_original_start = StepFunctionResponse.start_execution


class ValidationException(ServiceException):
    """The request breaks a constraint of the API."""

    code = "ValidationException"


def install() -> None:
    for module in (state, state_task_lambda, state_task_service):
        module.is_within_size_quota = is_payload
    StateTask._eval_parameters = _eval_parameters
    AssignDecl._eval_body = _assign
    StepFunctionResponse.start_execution = _start_execution


def is_payload(value: Any) -> bool:
    return _size(value) <= MAX_BYTES


def _size(value: Any) -> int:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return len(text.encode("utf-8", errors="surrogatepass"))


def refusal(env: Environment, cause: str) -> FailureEventException:
    name = StatesErrorName(typ=StatesErrorNameType.StatesStatesDataLimitExceeded)
    details = ExecutionFailedEventDetails(error=name.error_name, cause=cause)
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(executionFailedEventDetails=details),  # pyright: ignore[reportCallIssue] moto's type wants all keys
        )
    )


def _eval_parameters(self: StateTask, env: Environment) -> dict[str, Any]:
    parameters = _original_parameters(self, env)
    if not is_payload(parameters):
        raise refusal(
            env,
            f"The state/task '{self.name}' provided parameters with a size exceeding the maximum "
            "number of bytes service limit.",
        )
    return parameters


def _assign(self: AssignDecl, env: Environment) -> None:
    assigned: dict[str, Any] = {}
    for binding in self.declaration_bindings:
        binding.eval(env=env)
        assigned.update(env.stack.pop())
    _check_variables(env, assigned)
    for name, value in assigned.items():
        env.variable_store.set(variable_identifier=name, variable_value=value)


def _check_variables(env: Environment, assigned: dict[str, Any]) -> None:
    where = env.states.context_object.context_object_data["State"]["Name"]
    total = 0
    for name, value in assigned.items():
        size = _size(value)
        total += size
        what = f"Variable '{name}' in state '{where}' was assigned {size} bytes"
        if size > MAX_BYTES:
            raise refusal(env, f"Variable size limit exceeded. {what}.")
        if total > MAX_BYTES:
            raise refusal(
                env,
                f"State total variable size limit exceeded. {what}, which caused the size of "
                f"variables assigned in the state to exceed its limit by {total - MAX_BYTES} bytes.",
            )


def _start_execution(self: StepFunctionResponse) -> ActionResult:
    if len(self._get_param("input", if_none="{}").encode("utf-8")) > MAX_BYTES:
        raise ValidationException(
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_BYTES}"
        )
    return _original_start(self)
