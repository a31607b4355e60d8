"""Makes rare failures happen every time, in a local AWS that starts with this folder on its
PYTHONPATH."""

import threading
import time
import urllib.request
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam.responses import IamResponse
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

_one = threading.Lock()
_call_action = BaseResponse.call_action
_create_user = IamResponse.create_user
_eval_program = Program.eval
_before_execution = StateTaskServiceAwsSdk._before_eval_execution


def _call_slowly(self: BaseResponse, *args: Any, **kwargs: Any) -> Any:
    """Raises an exception if two requests are handled at the same time."""
    if not _one.acquire(blocking=False):
        raise RuntimeError("two requests at the same time")
    try:
        time.sleep(0.05)
        return _call_action(self, *args, **kwargs)
    finally:
        _one.release()


def _create_and_fail(self: IamResponse) -> Any:
    """Creates the user. If its path is /fails/, raises an exception afterwards."""
    result = _create_user(self)
    if self._get_param("Path") == "/fails/":
        raise RuntimeError("<broken> after the effect")
    return result


def _start_slowly(self: Program, env: Environment) -> None:
    """Delays the start of each execution."""
    time.sleep(0.2)
    _eval_program(self, env)


def _hold(self: StateTaskServiceAwsSdk, *args: Any, **kwargs: Any) -> Any:
    """Delays the call of a state that has a comment: the call waits until that URL has answered."""
    if self.comment:
        urllib.request.urlopen(self.comment.comment).read()
    return _before_execution(self, *args, **kwargs)


BaseResponse.call_action = _call_slowly
Program.eval = _start_slowly
IamResponse.create_user = _create_and_fail
StateTaskServiceAwsSdk._before_eval_execution = _hold
