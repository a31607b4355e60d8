"""Tracks the calls of tasks that are under way, and tells a proxy which state makes a call.

A call may take effect after its attempt has timed out, or after its execution was stopped, in moto as
in AWS. The control

    GET quiet  wait until no call of a task is under way

lets a test wait until no execution that has ended can change anything. If an attempt or an execution
ends before its call begins, the call is not made; moto makes it.
"""

import threading
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from werkzeug.wrappers import Request

from extensions import clients, controls

_changed = threading.Condition()
_under_way = 0


def install() -> None:
    """Call it after the installation of all other extensions that wrap the calls of tasks."""
    original_eval = StateTaskServiceAwsSdk._eval_service_task

    def eval_service_task(
        self: StateTaskServiceAwsSdk, env: Environment, *args: Any, **kwargs: Any
    ) -> None:
        global _under_way
        with _changed:
            if not env.is_running():
                raise RuntimeError(f"{self.name} ended before its call")
            _under_way += 1
        try:
            with clients.calls_of(self.name):
                original_eval(self, env, *args, **kwargs)
        finally:
            with _changed:
                _under_way -= 1
                _changed.notify_all()

    StateTaskServiceAwsSdk._eval_service_task = eval_service_task
    controls.add("GET", "quiet", _await, waits=True)


def _await(request: Request) -> None:
    with _changed:
        _changed.wait_for(lambda: not _under_way)
