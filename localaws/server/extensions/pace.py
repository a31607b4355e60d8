"""The pace of time in the engine.

AWS has no such thing: it lets a test that injects faults go through retries and time-outs in a
fraction of the time. The control

    PUT pace  {"Factor": …, "LeastTimeoutSeconds": …}

makes the waits before retries, and the time-outs, last that many times as long as they would. No
time-out is made shorter than so many seconds, since a busy machine misses one that is as short as a
wait may be.
"""

import threading
import time

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from werkzeug.wrappers import Request

from extensions import controls

_factor = 1.0
_least_timeout = 0.0


def install() -> None:
    retrier_decl.time = _Time
    execute_state.threading = _Threading
    controls.add("PUT", "pace", _set)


def _set(request: Request) -> None:
    global _factor, _least_timeout
    body = request.get_json()
    _factor, _least_timeout = body["Factor"], body["LeastTimeoutSeconds"]


class _Time:
    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(seconds * _factor)


class _Event(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            timeout = max(timeout * _factor, min(timeout, _least_timeout))
        return super().wait(timeout)


class _Threading:
    Event = _Event
