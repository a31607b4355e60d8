"""Evaluates JSONata expressions, and refuses wrong ones when a state machine is created.

moto can call an evaluator, but has none. Step Functions uses version 2.0.6 of the reference
implementation (https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html). The local
AWS uses it too: the npm package jsonata in one Node.js process, within the bounds of AWS (jsonata.js).
`$states` and the variables are bound as values. An expression that fails, exceeds a bound or is
undefined raises States.QueryEvaluationError. The causes have the words that were recorded on AWS:
https://github.com/floci-io/floci/issues/2737

moto accepts every expression when a state machine is created. AWS refuses some: see
https://github.com/floci-io/floci/issues/2670 and the tests of that project.
"""

import functools
import json
import pathlib
import re
import subprocess
import threading
from typing import Any

from moto.core.exceptions import ServiceException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.assign.assign_decl import AssignDecl
from moto.stepfunctions.parser.asl.component.common.assign.assign_template_binding import (
    AssignTemplateBinding,
)
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
from moto.stepfunctions.parser.asl.component.common.jsonata.jsonata_template_binding import (
    JSONataTemplateBinding,
)
from moto.stepfunctions.parser.asl.component.common.outputdecl import Output
from moto.stepfunctions.parser.asl.component.common.parargs import Arguments
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.state.exec.state_map.item_selector import ItemSelector
from moto.stepfunctions.parser.asl.component.state.exec.state_map.items.items import Items
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from extensions import caches, clock, variables

_SCRIPT = pathlib.Path(__file__).with_suffix(".js")
_PATH = re.compile(r"\s*\$(\w+(?:\.\w+)*)\s*")
_WHOLE_STATES = re.compile(r"\$states(?!\s*\.)")


class InvalidDefinition(ServiceException):
    """The definition is invalid."""

    code = "InvalidDefinition"


class EvaluationError(Exception):
    """An expression failed, or its value is undefined."""


class _Evaluator:
    """A Node.js process, which answers one request after the other."""

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
        request = {"expression": expression, "bindings": bindings, "offset": clock.offset()}
        answer = self._ask(request)
        if "error" in answer:
            what = f". {answer['code']}: " if answer.get("code") else ": "
            raise EvaluationError(f"threw an error during evaluation{what}{answer['error']}")
        if "value" not in answer:
            raise EvaluationError("returned nothing (undefined).")
        return answer["value"]

    def check(self, expression: str, has: list[str]) -> list[dict[str, str]]:
        return self._ask({"check": expression, "has": has})["problems"]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process and self._process.stdin and self._process.stdout
        with self._lock:
            self._process.stdin.write(to_json_str(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{_SCRIPT.name} ended: see its message in the log of the local AWS")
        return json.loads(line)


_evaluator = _Evaluator()
stop = _evaluator.stop


_FIELDS = {
    Arguments: "Arguments",
    AssignDecl: "Assign",
    ItemSelector: "ItemSelector",
    Items: "Items",
    Output: "Output",
}

_original_component_eval = EvalComponent.eval
_original_validate = StepFunctionsParserBackend._validate_definition


def install() -> None:
    _evaluator.start()
    StringJSONata._eval_body = _eval_expression
    EvalComponent.eval = _eval_component
    StepFunctionsParserBackend._validate_definition = staticmethod(_validate_definition)


def _eval_expression(self: StringJSONata, env: Environment) -> None:
    try:
        value = _read(self.expression, env)
        if value is _NOT_READ:
            value = _evaluator.evaluate(self.expression, _bindings(self.expression, env))
        env.stack.append(value)
    except EvaluationError as error:
        raise FailureEventException(_failure(self.expression, env, str(error))) from error


_NOT_READ = object()


def _read(expression: str, env: Environment) -> Any:
    """Returns a copy of the member that a path such as $states.input.UserName names. Most expressions are
    such paths, and reading them here takes a sixth off the time of an execution.

    For any other expression it returns _NOT_READ. It does so too for what the evaluator may change or
    answers with an error: a member that is missing, arrays on the way and at its end, and numbers that
    JavaScript writes in another way."""
    path = _PATH.fullmatch(expression)
    if not path or path[1] == "states":
        return _NOT_READ
    root, *names = path[1].split(".")
    value = env.states._states_data if root == "states" else variables.visible(env.variable_store).get(root)
    for name in names:
        value = value.get(name) if type(value) is dict else None
    if type(value) not in (dict, str, bool, int) or _may_change(value):
        return _NOT_READ
    return caches.copy_json(value)


def _may_change(value: Any) -> bool:
    """Says whether JavaScript may write a part of the value in another way."""
    kind = type(value)
    if kind is dict:
        return any(map(_may_change, value.values()))
    if kind is list:
        return any(map(_may_change, value))
    return kind not in (str, bool, int, type(None)) or (kind is int and abs(value) >= 2**53)


def _bindings(expression: str, env: Environment) -> dict[str, Any]:
    """Returns the bindings that the expression names. The others may be large, so they are left out."""
    all_variables = variables.visible(env.variable_store)
    bindings = {name: value for name, value in all_variables.items() if f"${name}" in expression}
    whole = _WHOLE_STATES.search(expression)
    bindings["states"] = {
        key: value
        for key, value in env.states._states_data.items()
        # For a result or an error output that does not exist, the engine has None.
        if (value is not None or key == "input") and (whole or key in expression)
    }
    return bindings


def _eval_component(self: EvalComponent, env: Environment) -> None:
    """Tracks the path of the field that is evaluated, such as Output/Users. moto knows only its last
    part, from the name of a class."""
    outer = getattr(env, "_fields", [])
    env._fields = [] if isinstance(self, CommonStateField) else outer + _field_of(self)
    try:
        _original_component_eval(self, env)
    finally:
        env._fields = outer


def _field_of(component: EvalComponent) -> list[str]:
    kind = type(component)
    if kind in (JSONataTemplateBinding, AssignTemplateBinding):
        return [component.identifier]
    return _fields_of_kind(kind)


@functools.cache
def _fields_of_kind(kind: type[EvalComponent]) -> list[str]:
    return [name for base, name in _FIELDS.items() if issubclass(kind, base)]


def _failure(expression: str, env: Environment, problem: str) -> FailureEvent:
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    field = "/".join(getattr(env, "_fields", [])) or env.next_field_name
    cause = f"The JSONata expression '{expression}' specified for the field '{field}' {problem}"
    return FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(  # pyright: ignore[reportCallIssue] moto's type wants all keys
            evaluationFailedEventDetails=EvaluationFailedEventDetails(
                cause=cause, error=name.error_name
            )
        ),
    )


def diagnose(machine: dict[str, Any], location: str = "") -> list[dict[str, str]]:
    """Returns why AWS refuses expressions of a definition: the problems, each with its location."""
    found = []
    for name, state in machine.get("States", {}).items():
        found += _diagnose_state(state, f"{location}/States/{name}")
    return found


def _diagnose_state(state: dict[str, Any], location: str) -> list[dict[str, str]]:
    found = []
    for field, value in state.items():
        at = f"{location}/{field}"
        if field in ("ItemProcessor", "Iterator"):
            found += diagnose(value, at)
        elif field == "Branches":
            for index, branch in enumerate(value):
                found += diagnose(branch, f"{at}[{index}]")
        elif field == "Catch":
            for index, catcher in enumerate(value):
                found += _diagnose_value(catcher, ["errorOutput"], f"{at}[{index}]")
        elif field not in _TEXTS:
            has_result = field in ("Assign", "Output") and state["Type"] in _HAVE_RESULT
            found += _diagnose_value(value, ["result"] if has_result else [], at)
    return found


_TEXTS = {"Comment", "Next", "Default", "Type", "QueryLanguage", "Retry", "Resource"}
_HAVE_RESULT = ("Map", "Parallel", "Task")


def _diagnose_value(value: Any, has: list[str], location: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    if isinstance(value, dict):
        for key, member in value.items():
            found += _diagnose_value(member, has, f"{location}/{key}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            found += _diagnose_value(member, has, f"{location}[{index}]")
    elif isinstance(value, str):
        found += [
            problem | {"location": location} for problem in _problems_of_text(value, has)
        ]
    return found


def _problems_of_text(text: str, has: list[str]) -> list[dict[str, str]]:
    """Returns the problems of an expression, or of text with a mark, {% or %}. A text with only one mark
    "will result in a validation error":
    https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html. It is not known how AWS
    words that error, and whether AWS refuses marks inside of text."""
    if text.startswith("{%") and text.endswith("%}"):
        return _evaluator.check(text[2:-2], has)
    if "{%" in text or "%}" in text:
        message = "An expression must begin with '{%' and end with '%}'."
        return [{"code": "INVALID_JSONATA_EXPRESSION", "message": message}]
    return []


def _validate_definition(definition: str) -> None:
    try:
        _original_validate(definition)
    except api.InvalidDefinition as error:  # moto would answer with an internal error
        raise InvalidDefinition(
            f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {error.message}'"
        ) from error
    for problem in diagnose(json.loads(definition)):
        raise InvalidDefinition(
            f"Invalid State Machine Definition: '{problem['code']}: {problem['message']} "
            f"at {problem['location']}'"
        )
