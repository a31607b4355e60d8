"""JSONata.

moto has the bridge to an evaluator, but no evaluator. Step Functions has version 2.0.6 of the
reference implementation
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html), so that is what is
used here: the npm package jsonata in one Node.js process, see jsonata.js. `$states` and the
variables are bound as values; an expression that fails, or that is undefined, raises
States.QueryEvaluationError.
"""

import json
import pathlib
import re
import subprocess
import threading
from typing import Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from extensions import variables

_SCRIPT = pathlib.Path(__file__).with_suffix(".js")
_WHOLE_STATES = re.compile(r"\$states(?!\s*\.)")


class EvaluationError(Exception):
    """An expression failed, or is undefined."""


class _Evaluator:
    """One Node.js process, which answers one request after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(_SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )
        self.evaluate("1", {})

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def evaluate(self, expression: str, bindings: dict[str, Any]) -> Any:
        assert self._process and self._process.stdin and self._process.stdout
        request = to_json_str({"expression": expression, "bindings": bindings})
        with self._lock:
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{_SCRIPT.name} ended, see its message above")
        answer = json.loads(line)
        if "error" in answer:
            raise EvaluationError(f"threw an error during evaluation. {answer['error']}")
        if "value" not in answer:
            raise EvaluationError("returned nothing (undefined).")
        return answer["value"]


_evaluator = _Evaluator()
stop = _evaluator.stop


def install() -> None:
    _evaluator.start()
    StringJSONata._eval_body = _eval_expression


def _eval_expression(self: StringJSONata, env: Environment) -> None:
    try:
        env.stack.append(_evaluator.evaluate(self.expression, _bindings(self.expression, env)))
    except EvaluationError as error:
        raise FailureEventException(_failure(self.expression, env, str(error))) from error


def _bindings(expression: str, env: Environment) -> dict[str, Any]:
    """What the expression may refer to. What it does not name is left out: it may be large."""
    all_variables = variables.visible(env.variable_store)
    bindings = {name: value for name, value in all_variables.items() if f"${name}" in expression}
    whole = _WHOLE_STATES.search(expression)
    bindings["states"] = {
        key: value
        for key, value in env.states._states_data.items()
        # The engine has None for a result or an error output that does not exist.
        if (value is not None or key == "input") and (whole or key in expression)
    }
    return bindings


def _failure(expression: str, env: Environment, problem: str) -> FailureEvent:
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    field = env.next_field_name
    cause = f"The JSONata expression '{expression}' specified for the field '{field}' {problem}"
    return FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(
            evaluationFailedEventDetails=EvaluationFailedEventDetails(
                cause=cause, error=name.error_name
            )
        ),
    )
