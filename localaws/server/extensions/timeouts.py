"""The shortest time-out of a task.

A pace that makes the waits between retries short makes the time-outs of tasks so short that a busy
machine misses them. The control

    PUT least-timeout  {"Seconds": …}  let no time-out of a task be shorter, whatever the pace

keeps them apart.
"""

import threading

from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from werkzeug.wrappers import Request

from extensions import controls, pace

_least = 0.0


def install() -> None:
    execute_state.threading = _Threading
    controls._HANDLERS["PUT", "least-timeout"] = _set_least


def _set_least(request: Request) -> None:
    global _least
    _least = request.get_json()["Seconds"]


class _Event(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        if timeout is not None:
            timeout = max(timeout * pace._pace, min(timeout, _least))
        return super().wait(timeout)


class _Threading:
    Event = _Event
