"""Adds TestState and ValidateStateMachineDefinition, which moto does not have. They create nothing.

The sources are https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html, the
page about testing state machines (test-state-isolation.html of the Developer Guide), and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html

TestState runs a state with the code that executions use, so the same bounds apply. Its refusals have
the words that were recorded on AWS: test_state_mock.json and variable_limits.json of radkawar/stackd,
and the snapshots of localstack/localstack (tests/aws/services/stepfunctions/v2/test_state). If the words
of AWS are not known, a comment says so.

A mocked result is checked against the model of its operation, as in these recordings: required fields
must be there, and types must match. Fields that the model does not have are accepted. Two features are
not supported here and are refused: a mocked Parallel, and every stateConfiguration except
retrierRetryCount.

The diagnostics do not include warnings, such as POSSIBLY_UNDEFINED_VARIABLE, because these do not change
the result.
"""

import datetime
import json
import math
import uuid
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.api import HistoryEventType, StateMachineType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.catch.catch_outcome import CatchOutcome
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.evaluation_details import AWSExecutionDetails
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventHistoryContext
from moto.stepfunctions.parser.asl.eval.program_state import ProgramRunning
from moto.stepfunctions.parser.asl.eval.states import (
    ContextObjectData,
    ExecutionData,
    ItemData,
    MapData,
    StateMachineData,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.mocking.mock_config import (
    MockedResponse,
    MockedResponseReturn,
    MockedResponseThrow,
    MockTestCase,
    StateMockedResponses,
)
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.stepfunctions.responses import StepFunctionResponse

from extensions import definitions, error_names, jsonata, members
from extensions.jsonata import InvalidDefinition
from extensions.limits import MAX_BYTES, ValidationException

_NAME = "StateName"  # AWS uses this name for the state, even if the request names another one
_MAX_DEFINITION = 1_048_576
_MAX_DIAGNOSTICS = 100
_WITHOUT_MOCK = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice")
_WITH_MOCK = ("Task", "Map", "Parallel")


def install() -> None:
    """Call it after the installation of limits and jsonata, because it wraps their functions."""
    original_parameters = StateTask._eval_parameters
    original_map = StateMap._eval_execution
    original_bindings = jsonata._bindings

    def eval_parameters(self: StateTask, env: Environment) -> dict[str, Any]:
        parameters = original_parameters(self, env)
        if isinstance(env.mock_test_case, _Test) and not self._is_language_query_jsonpath():
            env.mock_test_case.inspection["afterArguments"] = _compact(parameters)
        return parameters

    def eval_map(self: StateMap, env: Environment) -> None:
        if env.is_mocked_mode():
            _eval_mocked_map(self, env)
        else:
            original_map(self, env)

    def bindings(expression: str, env: Environment) -> dict[str, Any]:
        bound = original_bindings(expression, env)
        context = getattr(env.mock_test_case, "context", None)
        if context is not None and "context" in bound["states"]:
            # The context of the request replaces the whole context, except the item of a map.
            item = bound["states"]["context"].get("Map")
            bound["states"]["context"] = context | ({"Map": item} if item else {})
        return bound

    StateTask._eval_parameters = eval_parameters
    StateMap._eval_execution = eval_map
    jsonata._bindings = bindings
    state_task_service.eval_mocked_response = _eval_mock
    StepFunctionResponse.test_state = _test_state
    StepFunctionResponse.validate_state_machine_definition = _validate


class _Test(MockTestCase):
    """The test of a state. Every frame of its environment refers to it."""

    def __init__(self, context: dict[str, Any] | None, mock: MockedResponse | None) -> None:
        responses = [StateMockedResponses(_NAME, _NAME, [mock])] if mock else []
        super().__init__(_NAME, _NAME, responses)
        self.context = context
        self.inspection: dict[str, Any] = {}
        self.refusal = ""  # a refusal that is found while the state runs


class _MockedError(ErrorName):
    """The name of a mocked error, which can be an error of Step Functions itself."""


def _eval_mock(env: Environment, mocked_response: MockedResponse) -> None:
    if isinstance(mocked_response, MockedResponseReturn):
        env.stack.append(mocked_response.payload)
        return
    details = TaskFailedEventDetails(error=mocked_response.error)
    if mocked_response.cause is not None:
        details["cause"] = mocked_response.cause
    raise FailureEventException(
        FailureEvent(
            env=env,
            error_name=_MockedError(mocked_response.error),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),  # pyright: ignore[reportCallIssue] moto's type wants all keys
        )
    )


def _eval_mocked_map(self: StateMap, env: Environment) -> None:
    """Evaluates the fields of a Map up to its first iteration. The mock replaces the iterations."""
    inspection = env.mock_test_case.inspection
    self.max_concurrency_decl.eval(env=env)
    inspection["maxConcurrency"] = env.stack.pop()
    self.tolerated_failure_percentage_decl.eval(env=env)
    inspection["toleratedFailurePercentage"] = env.stack.pop()
    (self.items or self.items_path).eval(env=env)
    items = env.stack.pop()
    selected = [_select(self, env, index, item) for index, item in enumerate(items)]
    iterations = selected
    size = definitions.items_per_batch(self.iteration_component)
    if size:
        items = [one["Item"] for one in selected]
        batch = {"BatchInput": selected[0]["BatchInput"]} if "BatchInput" in selected[0] else {}
        iterations = [
            batch | {"Items": items[at : at + size]} for at in range(0, len(items), size)
        ]
        inspection["afterItemBatcher"] = _compact(iterations)
    if self.item_selector:
        inspection["afterItemSelector"] = _compact(items if size else selected)
    mock = env.get_current_mocked_response()
    if isinstance(mock, MockedResponseReturn) and len(mock.payload) != len(iterations):
        env.mock_test_case.refusal = "Input array does not equal the mocked result array's size"
    _eval_mock(env, mock)


def _select(self: StateMap, env: Environment, index: int, item: Any) -> Any:
    selector = self.item_selector or self.parameters
    if not selector:
        return item
    env.states.context_object.context_object_data["Map"] = MapData(
        Item=ItemData(Index=index, Value=item)
    )
    env.stack.append(env.states.get_input())
    selector.eval(env)
    return env.stack.pop()


def _test_state(self: StepFunctionResponse) -> ActionResult:
    _check_length(self, "definition", _MAX_DEFINITION)
    for parameter in ("input", "variables", "context"):
        _check_length(self, parameter, MAX_BYTES)
    state = _state_of(self._get_param("definition"), self._get_param("stateName"))
    retriers = state.get("Retry", [])
    StepFunctionsParserBackend._validate_definition(_machine_of(state))
    mock = _mock_of(self, state)
    _check_roles(self, state, mock)
    context = _object_of(self, "context")
    if context is not None and mock is None:  # AWS's words are not known
        raise ValidationException("Context can only be specified when a mock is specified.")
    test = _Test(context, mock)
    answer = _run(self, state, test, _object_of(self, "variables") or {})
    if test.refusal:
        raise ValidationException(test.refusal)
    if answer["status"] in ("FAILED", "CAUGHT_ERROR"):
        answer = _retried(self, retriers, answer)
    if self._get_param("inspectionLevel", if_none="INFO") == "INFO":
        del answer["inspectionData"]
    return ActionResult(answer)


def _check_length(self: StepFunctionResponse, parameter: str, most: int) -> None:
    if len((self._get_param(parameter) or "").encode("utf-8")) > most:
        raise ValidationException(
            f"1 validation error detected: Value at '{parameter}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {most}"
        )


def _state_of(definition: str, name: str | None) -> dict[str, Any]:
    """Returns the state to test, with the query language of its state machine."""
    try:
        decoded = json.loads(definition)
    except ValueError as error:  # AWS's words are not known
        raise InvalidDefinition(
            f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from error
    if name is None:
        return decoded
    StepFunctionsParserBackend._validate_definition(definition)
    for found, state in _every_state(decoded):
        if found == name:
            return {"QueryLanguage": decoded.get("QueryLanguage", "JSONPath")} | state
    raise ValidationException(f"State '{name}' was not found.")  # AWS's words are not known


def _every_state(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine.get("States", {}).items():
        yield name, state
        inner = [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
        for one in inner + state.get("Branches", []):
            yield from _every_state(one)


def _machine_of(state: dict[str, Any]) -> str:
    return json.dumps({"StartAt": _NAME, "States": {_NAME: state}})


def _mock_of(self: StepFunctionResponse, state: dict[str, Any]) -> MockedResponse | None:
    mock = self._get_param("mock")
    if mock is None:
        return None
    if state["Type"] not in _WITH_MOCK:
        raise ValidationException(
            f"State type '{state['Type']}' is not supported when a mock is specified"
        )
    if state["Type"] == "Parallel":
        raise ValidationException("The local AWS does not support a mocked Parallel state.")
    if self._get_param("revealSecrets"):
        raise ValidationException(
            "TestState does not support RevealSecrets when a mock is specified."
        )
    if "result" in mock and "errorOutput" in mock:
        raise ValidationException(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    if "errorOutput" in mock:
        if "error" not in mock["errorOutput"]:
            raise ValidationException("An error was not specified in the mocked error output.")
        return MockedResponseThrow(
            0, 0, mock["errorOutput"]["error"], mock["errorOutput"].get("cause")
        )
    if "result" not in mock:
        raise ValidationException(
            "One of the following fields is required for a test mock: [result, errorOutput]."
        )
    return MockedResponseReturn(0, 0, _mocked_result(state, mock))


def _mocked_result(state: dict[str, Any], mock: dict[str, Any]) -> Any:
    if len(mock["result"].encode("utf-8")) > MAX_BYTES:
        raise ValidationException(
            "1 validation error detected: Value at 'mock.result' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MAX_BYTES}"
        )
    try:
        result = json.loads(mock["result"])
    except ValueError as error:
        raise ValidationException("Mocked result must be valid JSON") from error
    if state["Type"] == "Map":
        if not isinstance(result, list):
            raise ValidationException("Mocked result must be an array.")
        return result
    if not isinstance(result, dict):
        raise ValidationException("Mocked result must be a valid JSON object.")
    mode = mock.get("fieldValidationMode", "STRICT")
    if mode != "NONE":
        _check_fields(result, _output_of(state), mode == "STRICT")
    return result


def _output_of(state: dict[str, Any]) -> Any:
    """Returns the model of the result of a task. The local AWS supports only aws-sdk tasks."""
    prefix, _, call = state["Resource"].partition(":aws-sdk:")
    service, _, action = call.partition(":")
    if not action:
        raise ValidationException(
            f"The local AWS does not know what {prefix} returns: use the fieldValidationMode NONE."
        )
    return members.operation(service, action).output_shape


def _check_fields(value: Any, shape: Any, is_strict: bool, name: str = "") -> None:
    if shape is None:
        return
    if shape.type_name == "structure":
        _check_type(isinstance(value, dict), name, "an object")
        names = {StateTaskService._to_sfn_cased(key): key for key in shape.members}
        for sfn_name, member in names.items():
            if is_strict and member in shape.required_members and sfn_name not in value:
                raise ValidationException(
                    f"Mock result schema validation error: Required field '{sfn_name}' is missing"
                )
        for key, member in value.items():
            if key in names:
                _check_fields(member, shape.members[names[key]], is_strict, key)
    elif shape.type_name == "list":
        _check_type(isinstance(value, list), name, "an array")
        for member in value:
            _check_fields(member, shape.member, is_strict, name)
    elif shape.type_name == "map":
        _check_type(isinstance(value, dict), name, "an object")
    elif shape.type_name == "boolean":
        _check_type(isinstance(value, bool), name, "a boolean")
    elif shape.type_name in ("double", "float", "integer", "long"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        _check_type(is_number, name, "a number")
    else:
        _check_type(isinstance(value, str), name, "a string")


def _check_type(is_right: bool, name: str, expected: str) -> None:
    if not is_right:
        raise ValidationException(
            f"Mock result schema validation error: Field '{name}' must be {expected}"
        )


def _check_roles(
    self: StepFunctionResponse, state: dict[str, Any], mock: MockedResponse | None
) -> None:
    unknown = set(self._get_param("stateConfiguration") or {}) - {"retrierRetryCount"}
    if unknown:
        raise ValidationException(f"The local AWS does not support {', '.join(sorted(unknown))}.")
    if mock is not None:
        return
    if state["Type"] not in _WITHOUT_MOCK:
        raise ValidationException(
            "TestState API does not support Map or Parallel states. Supported state types include: "
            f"[{', '.join(_WITHOUT_MOCK)}]"
        )
    if state["Type"] == "Task" and not self._get_param("roleArn"):
        raise ValidationException("RoleArn must be specified when testing a Task state")


def _object_of(self: StepFunctionResponse, parameter: str) -> dict[str, Any] | None:
    text = self._get_param(parameter)
    if text is None:
        return None
    try:
        decoded = json.loads(text)
    except ValueError:
        decoded = None
    if not isinstance(decoded, dict):  # AWS's words are not known
        raise ValidationException(f"The {parameter} must be a JSON object.")
    return decoded


def _run(
    self: StepFunctionResponse, state: dict[str, Any], test: _Test, given: dict[str, Any]
) -> dict[str, Any]:
    """Runs one attempt of the state."""
    once = {key: value for key, value in state.items() if key != "Retry"}
    program = AmazonStateLanguageParser.parse(_machine_of(once))[0]
    env = _environment(self, test)
    for name, value in given.items():
        env.variable_store.set(name, value)
    env.variable_store.reset_tracing()
    env.next_state_name = _NAME
    inspection = test.inspection
    inspection["input"] = _compact(env.states.get_input())
    answer: dict[str, Any] = {"inspectionData": inspection}
    try:
        program.states.states[_NAME].eval(env)
    except FailureEventException as failure:
        error, cause = failure.extract_error_cause_pair()  # pyright: ignore[reportGeneralTypeIssues] a failure was caught
        return answer | _without_none(status="FAILED", error=error, cause=cause)
    except RuntimeError as error:  # as Program._eval_body treats it in an execution
        cause = f"{type(error).__name__}({error})"
        return answer | {"status": "FAILED", "error": "States.Runtime", "cause": cause}
    variables = env.variable_store._outer_scope | env.variable_store._inner_scope
    if variables:
        inspection["variables"] = _compact(variables)
    answer["output"] = _compact(env.states.get_input())
    if isinstance(env.program_state(), ProgramRunning):
        answer["nextState"] = env.next_state_name
    if env.stack and env.stack[-1] == CatchOutcome.Caught:
        error, cause = _last_failure(env)
        catchers = enumerate(state["Catch"])
        index = next(at for at, catcher in catchers if _handles(catcher, error))
        inspection["errorDetails"] = {"catchIndex": index}
        return answer | _without_none(status="CAUGHT_ERROR", error=error, cause=cause)
    mock = test.state_mocked_responses.get(_NAME)
    if mock:
        inspection["result"] = _compact(mock.mocked_responses[0].payload)
    return answer | {"status": "SUCCEEDED"}


def _environment(self: StepFunctionResponse, test: _Test) -> Environment:
    try:
        given = json.loads(self._get_param("input", if_none="{}"))
    except ValueError as error:  # AWS's words are not known
        message = f"Invalid State Machine Execution Input: '{error}'"
        raise ValidationException("InvalidExecutionInput", message) from error
    name, machine, role = str(uuid.uuid4()), str(uuid.uuid4()), self._get_param("roleArn")
    prefix = f"arn:{self.partition}:states:{self.region}:"
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    started = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Environment(
        aws_execution_details=AWSExecutionDetails(
            account=self.current_account, region=self.region, role_arn=role
        ),
        execution_type=StateMachineType.STANDARD,
        context=ContextObjectData(  # pyright: ignore[reportCallIssue] moto's type wants all keys
            # AWS uses an account of zeros, and null if the request has no role.
            Execution=ExecutionData(
                Id=f"{prefix}000000000000:express:{machine}:{name}",
                Input=given,
                Name=name,
                RoleArn=role,
                StartTime=started,
            ),
            StateMachine=StateMachineData(
                Id=f"{prefix}000000000000:stateMachine:{machine}", Name=machine
            ),
        ),
        event_history_context=EventHistoryContext.of_program_start(),
        cloud_watch_logging_session=None,
        activity_store={},
        mock_test_case=test,
    )


def _last_failure(env: Environment) -> tuple[str, str | None]:
    for event in reversed(env.event_manager.get_event_history()):
        for details in event.values():
            if isinstance(details, dict) and "error" in details:
                return details["error"], details.get("cause")
    raise AssertionError("no event has the error that was caught")


def _handles(handler: dict[str, Any], error: str) -> bool:
    return any(error_names._matches(pattern, error) for pattern in handler["ErrorEquals"])


def _retried(
    self: StepFunctionResponse, retriers: list[dict[str, Any]], answer: dict[str, Any]
) -> dict[str, Any]:
    """Returns the answer for an error. The first retrier that matches the error may retry it."""
    configuration = self._get_param("stateConfiguration") or {}
    retries = configuration.get("retrierRetryCount", 0)
    for index, retrier in enumerate(retriers):
        if not _handles(retrier, answer["error"]):
            continue
        if retries >= retrier.get("MaxAttempts", 3):
            break
        seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2) ** retries
        inspection = answer["inspectionData"] | {
            "errorDetails": {
                "retryIndex": index,
                "retryBackoffIntervalSeconds": math.floor(
                    min(seconds, retrier.get("MaxDelaySeconds", seconds))
                ),
            }
        }
        inspection.pop("variables", None)
        return _without_none(
            status="RETRIABLE",
            error=answer["error"],
            cause=answer.get("cause"),
            inspectionData=inspection,
        )
    return answer


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _compact(value: Any) -> str:
    return to_json_str(value, separators=(",", ":"))


def _validate(self: StepFunctionResponse) -> ActionResult:
    _check_length(self, "definition", _MAX_DEFINITION)
    found = [{"severity": "ERROR"} | one for one in _diagnose(self._get_param("definition"))]
    most = self._get_int_param("maxResults") or _MAX_DIAGNOSTICS
    return ActionResult(
        {
            "result": "FAIL" if found else "OK",
            "diagnostics": found[:most],
            "truncated": len(found) > most,
        }
    )


def _diagnose(definition: str) -> list[dict[str, str]]:
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [{"code": "INVALID_JSON_DESCRIPTION", "message": str(error)}]
    try:
        jsonata._original_validate(definition)
    except api.InvalidDefinition as error:
        return [{"code": "SCHEMA_VALIDATION_FAILED", "message": error.message}]
    return jsonata.diagnose(machine) + list(_diagnose_transitions(machine))


def _diagnose_transitions(machine: dict[str, Any], location: str = "") -> Iterator[dict[str, str]]:
    """Yields the problems of transitions. They were recorded on AWS by a test of floci-io/floci,
    StepFunctionsValidateStateMachineDefinitionIntegrationTest."""
    states, reached = machine["States"], {machine["StartAt"]}
    for name, state in states.items():
        at = f"{location}/States/{name}"
        nexts = [state[key] for key in ("Next", "Default") if key in state]
        nexts += [rule["Next"] for rule in state.get("Choices", []) + state.get("Catch", [])]
        for target in nexts:
            if target not in states:
                message = f"Missing 'Next' target: {target}"
                yield {"code": "MISSING_TRANSITION_TARGET", "message": message, "location": at}
        reached.update(nexts)
        for key in ("ItemProcessor", "Iterator"):
            if key in state:
                yield from _diagnose_transitions(state[key], f"{at}/{key}")
        for index, branch in enumerate(state.get("Branches", [])):
            yield from _diagnose_transitions(branch, f"{at}/Branches[{index}]")
    for name in states:
        if name not in reached:
            message = f'State "{name}" is not reachable.'
            at = f"{location}/States/{name}"
            yield {"code": "MISSING_TRANSITION_TARGET", "message": message, "location": at}
    if not any(state.get("End") or state["Type"] in ("Succeed", "Fail") for state in states.values()):
        yield {"code": "MISSING_END_STATE", "message": "Workflow has no terminal state"}
