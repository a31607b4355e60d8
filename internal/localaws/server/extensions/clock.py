"""Moves the time that state machines and IAM see.

AWS has nothing like this. With it, a test can make users now, and run a state machine days later. The control

    PUT clock  {"Seconds": …}  move the time forward by this from where it is

moves

- $now() and $millis() in JSONata;
- the dates that IAM writes: CreateDate of users and login profiles, and PasswordLastUsed.

It does not move the times in $states.context, in executions and their histories, and of the other services.
No wait and no time-out passes earlier. A reset of moto moves the time back to now.
"""

import datetime
from typing import Any

from moto.core.utils import utcnow
from moto.moto_api._internal.models import MotoAPIBackend
from werkzeug.wrappers import Request

from extensions import controls

_offset = datetime.timedelta()

_original_reset = MotoAPIBackend.reset


def install() -> None:
    MotoAPIBackend.reset = _reset
    controls.add("PUT", "clock", _move)


def now() -> datetime.datetime:
    """Returns the time as moto has it: in UTC, without a zone."""
    return utcnow() + _offset


def offset() -> float:
    """Returns how far the time was moved, in milliseconds."""
    return _offset / datetime.timedelta(milliseconds=1)


def _move(request: Request) -> None:
    global _offset
    _offset += datetime.timedelta(seconds=request.get_json()["Seconds"])


def _reset(self: MotoAPIBackend, *args: Any, **kwargs: Any) -> None:
    global _offset
    _offset = datetime.timedelta()
    _original_reset(self, *args, **kwargs)
