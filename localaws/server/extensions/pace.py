"""The pace of time in the engine.

AWS has no such thing: it lets a test that injects faults go through time-outs and retries in a
fraction of the time.
"""

import threading
import time

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec import execute_state

_pace = 1.0


def install() -> None:
    retrier_decl.time = _Time
    execute_state.threading = _Threading


def set_pace(pace: float) -> None:
    """Makes time-outs, and the intervals between retries, last `pace` times as long as stated."""
    global _pace
    _pace = pace


class _Time:
    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(seconds * _pace)


class _Event(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(None if timeout is None else timeout * _pace)


class _Threading:
    Event = _Event
