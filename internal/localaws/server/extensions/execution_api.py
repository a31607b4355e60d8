"""Corrects the API calls about executions. In moto

- GetExecutionHistory returns the whole history at once, whatever the request asks for. It also looks
  for each member of each event under several names, which takes longer than the execution:
  https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
- StopExecution loses the error and the cause. A failure while an execution is being stopped makes the
  execution FAILED:
  https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
- DescribeExecution may report that an execution has ended before it reports the outcome. An output that
  is a string or null is not JSON, and other outputs have spaces, which count for the size:
  https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html

The control

    GET execution?arn=…  wait until an execution has ended
"""

import json
import threading
from typing import Any

from dateutil.parser import isoparse
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.stepfunctions.parser.api import ExecutionFailedEventDetails, ExecutionStatus
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramStopped,
)
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from moto.stepfunctions.responses import StepFunctionResponse
from werkzeug.wrappers import Request

from extensions import controls
from extensions.partitions import REGION

_DATA = ("input", "output", "parameters")

_ended = threading.Condition()

_original_set_error = Environment.set_error
_original_terminated = BaseExecutionWorkerCommunication.terminated


def install() -> None:
    StepFunctionResponse.get_execution_history = _get_execution_history
    StepFunctionResponse.stop_execution = _stop_execution
    BaseExecutionWorkerCommunication.terminated = _terminated
    Environment.set_error = _set_error
    controls.add("GET", "execution", _await, waits=True)


def _get_execution_history(self: StepFunctionResponse) -> str:
    history = self.stepfunction_backend.get_execution_history(self._get_param("executionArn"))
    events = history["events"]
    if self._get_bool_param("reverseOrder", False):
        events = events[::-1]
    if not self._get_bool_param("includeExecutionData", True):
        events = [_without_data(event) for event in events]
    start = int(self._get_param("nextToken") or 0)
    end = start + (self._get_int_param("maxResults") or 100)
    page: dict[str, Any] = {"events": [_on_the_wire(event) for event in events[start:end]]}
    if end < len(events):
        page["nextToken"] = str(end)
    return json.dumps(page)


def _on_the_wire(event: dict[str, Any]) -> dict[str, Any]:
    timestamp = event["timestamp"]
    if isinstance(timestamp, str):
        timestamp = isoparse(timestamp)
    return {**event, "timestamp": timestamp.timestamp()}


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {key: _details_without_data(details) for key, details in event.items()}


def _details_without_data(details: Any) -> Any:
    if isinstance(details, dict):
        return {name: value for name, value in details.items() if name not in _DATA}
    return details


def _stop_execution(self: StepFunctionResponse) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    if execution.status == ExecutionStatus.RUNNING:
        execution.error = self._get_param("error")
        execution.cause = self._get_param("cause")
        execution.stop(stop_date=utcnow(), error=execution.error, cause=execution.cause)
    return ActionResult({"stopDate": execution.stop_date or utcnow()})


def _terminated(self: BaseExecutionWorkerCommunication) -> None:
    """Sets the outcome before the status: a request that sees the status also sees the outcome."""
    execution = self.execution
    environment = execution.exec_worker.env
    state = environment.program_state()
    output = to_json_str(environment.states.get_input(), separators=(",", ":"))
    if isinstance(state, ProgramEnded):
        execution.output = output
    elif isinstance(state, ProgramError):
        execution.error = state.error.get("error")
        execution.cause = state.error.get("cause")
    _original_terminated(self)
    if isinstance(state, ProgramEnded):
        execution.output = output
    with _ended:
        _ended.notify_all()


def _await(request: Request) -> None:
    backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][REGION]
    execution = backend.describe_execution(request.args["arn"])
    with _ended:
        _ended.wait_for(lambda: execution.status != ExecutionStatus.RUNNING)


def _set_error(self: Environment, error: ExecutionFailedEventDetails) -> None:
    if not isinstance(self._program_state, ProgramStopped):
        _original_set_error(self, error)
