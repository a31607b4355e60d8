"""The pace of time in the engine.

AWS has no such thing: it lets a test that injects faults go through retries and time-outs in a
fraction of the time, and makes time-outs independent of how busy the machine is. The control

    PUT pace  {"Factor": …}

makes the waits before retries, and the Wait states, last that many times as long as they would. No
time-out passes by itself then: not of a task, and not of a state machine. A call of a task times out
if its answer, say of a proxy, has the header X-Localaws-Timeout: that ends the attempt at once, as if
TimeoutSeconds had passed. A state without TimeoutSeconds would wait without end, so the execution
fails there with States.Runtime.

With a factor of 0 the clock counts again, and the header is not looked at.

Heartbeats and task tokens, which no state of this project has, always follow the clock.
"""

import threading
import time
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.program import program
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from werkzeug.wrappers import Request

from extensions import clients, controls

_HEADER = "X-Localaws-Timeout"

_factor = 0.0


def install() -> None:
    """Is to be called after the installation of results, whose call it wraps."""
    retrier_decl.time = _Time
    execute_state.threading = _Threading
    program.threading = _Threading
    WaitFunction._wait_interval = _wait_interval
    _fail_without_timeout()
    clients.before_parse(_time_out)
    controls.add("PUT", "pace", _set)


def _set(request: Request) -> None:
    global _factor
    _factor = request.get_json()["Factor"]


def _wait(seconds: float) -> float:
    return seconds * (_factor or 1.0)


def _timeout(seconds: float | None) -> float | None:
    """How long a time-out lasts; None if it never passes by itself."""
    return None if _factor else seconds


class _Time:
    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(_wait(seconds))


class _Event(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(_timeout(timeout))


class _Thread(threading.Thread):
    def join(self, timeout: float | None = None) -> None:
        super().join(_timeout(timeout))


class _Threading:
    Event = _Event
    Thread = _Thread


def _wait_interval(self: WaitFunction, env: Environment, wait_seconds: float) -> None:
    deadline = time.monotonic() + _wait(wait_seconds)
    while env.is_running() and (left := deadline - time.monotonic()) > 0:
        env.program_state_event.wait(left)


def _time_out(response_dict: dict[str, Any], **_: Any) -> None:
    if _factor and response_dict["headers"].get(_HEADER):
        raise EvalTimeoutError()


def _fail_without_timeout() -> None:
    original_eval = StateTaskServiceAwsSdk._eval_service_task

    def eval_service_task(
        self: StateTaskServiceAwsSdk, env: Environment, *args: Any, **kwargs: Any
    ) -> None:
        try:
            original_eval(self, env, *args, **kwargs)
        except EvalTimeoutError:
            if self.timeout.is_default_value():
                raise RuntimeError(
                    f"the call of {self.name} gets no answer, and the state has no TimeoutSeconds"
                ) from None
            raise

    StateTaskServiceAwsSdk._eval_service_task = eval_service_task
