"""Sets how fast time passes in the engine.

AWS has nothing like this. With it, a test that injects faults takes a fraction of the time for retries
and time-outs, and its time-outs do not depend on how busy the machine is. The control

    PUT pace  {"Factor": …}

multiplies the duration of Wait states and of the waits before retries by the factor. Then no time-out
passes by itself, neither of a task nor of a state machine. Instead, a call of a task times out if its
answer has the header X-Localaws-Timeout, which a proxy can set. The attempt ends at once, as if
TimeoutSeconds had passed. If the state has no TimeoutSeconds, the execution fails with States.Runtime,
because on AWS the state would wait without end.

With a factor of 0, time-outs follow the clock, and the header is ignored.

Heartbeats and task tokens always follow the clock. No state of this project has them.
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
    """Call it after the installation of results, because it wraps the same method."""
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
    """Returns the duration of a time-out, or None if it never passes by itself."""
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
                    f"the call of {self.name} got no answer, and the state has no TimeoutSeconds: set it"
                ) from None
            raise

    StateTaskServiceAwsSdk._eval_service_task = eval_service_task
