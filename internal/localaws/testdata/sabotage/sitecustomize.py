"""Makes what happens by chance happen for certain, in a local AWS that is started with this folder on
its PYTHONPATH."""

import threading
import time
import urllib.request

from moto.core.responses import BaseResponse
from moto.iam.responses import IamResponse
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)

_one = threading.Lock()
_call_action = BaseResponse.call_action
_create_user = IamResponse.create_user
_eval_program = Program.eval
_before_execution = StateTaskServiceAwsSdk._before_eval_execution


def _call_slowly(self, *args, **kwargs):
    """Two requests at the same time do each other harm."""
    if not _one.acquire(blocking=False):
        raise RuntimeError("two requests at the same time")
    try:
        time.sleep(0.05)
        return _call_action(self, *args, **kwargs)
    finally:
        _one.release()


def _create_and_fail(self):
    """An exception after the effect."""
    result = _create_user(self)
    if self._get_param("Path") == "/fails/":
        raise RuntimeError("<broken> after the effect")
    return result


def _start_slowly(self, env):
    """An execution takes its time to begin."""
    time.sleep(0.2)
    _eval_program(self, env)


def _hold(self, *args, **kwargs):
    """A state whose comment is a URL makes its call once the URL has answered."""
    if self.comment:
        urllib.request.urlopen(self.comment.comment).read()
    return _before_execution(self, *args, **kwargs)


BaseResponse.call_action = _call_slowly
Program.eval = _start_slowly
IamResponse.create_user = _create_and_fail
StateTaskServiceAwsSdk._before_eval_execution = _hold
