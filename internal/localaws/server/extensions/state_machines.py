"""Corrects state machines and their executions. In moto

- CloudFormation makes a state machine in the backend that does not execute it. The state machine has no
  logging and tracing configuration, and no attribute Arn:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
- an execution that is started without a name gets the name "None"; AWS makes up a unique name:
  https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
- an execution makes a deep copy of its state machine, which fails if there are other executions.
"""

import contextlib
import copy
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.stepfunctions import models
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.parser.models import (
    StepFunctionsParserBackend,
    stepfunctions_parser_backends,
)

from extensions.jsonata import InvalidDefinition

_original_start_execution = StepFunctionsParserBackend.start_execution
_original_create = StateMachine.create_from_cloudformation_json.__func__
_original_update = StateMachine.update_from_cloudformation_json.__func__
_original_has_attribute = StateMachine.has_cfn_attr.__func__
_original_attribute = StateMachine.get_cfn_attribute


def install() -> None:
    models.stepfunctions_backends = stepfunctions_parser_backends
    StateMachine.create_from_cloudformation_json = classmethod(_create)
    StateMachine.update_from_cloudformation_json = classmethod(_update)
    StateMachine.has_cfn_attr = classmethod(_has_attribute)
    StateMachine.get_cfn_attribute = _attribute
    StateMachine.__deepcopy__ = lambda self, memo: copy.copy(self)
    StepFunctionsParserBackend.start_execution = _start_execution
    ExecutionWorker.start = _start_worker


def _has_attribute(cls: type[StateMachine], name: str) -> bool:
    return name == "Arn" or _original_has_attribute(cls, name)


def _attribute(self: StateMachine, name: str) -> Any:
    return self.arn if name == "Arn" else _original_attribute(self, name)


def _create(
    cls: type[StateMachine], name: str, json: dict[str, Any], *args: Any, **kwargs: Any
) -> StateMachine:
    with _refusals_of_definitions(name):
        return _configure(_original_create(cls, name, json, *args, **kwargs), json)


def _update(cls: type[StateMachine], **kwargs: Any) -> StateMachine:
    with _refusals_of_definitions(kwargs["new_resource_name"]):
        return _configure(_original_update(cls, **kwargs), kwargs["cloudformation_json"])


@contextlib.contextmanager
def _refusals_of_definitions(name: str) -> Iterator[None]:
    """Makes CloudFormation fail if Step Functions refuses a definition. AWS makes other resources of the
    stack in the meantime, and then rolls back; here the deployment ends at once."""
    try:
        yield
    except InvalidDefinition as error:
        message = f"Resource handler returned message: \"{error.message}\""
        raise ValidationError(name, message) from error


def _configure(machine: StateMachine, json: dict[str, Any]) -> StateMachine:
    properties = json["Properties"]
    if "LoggingConfiguration" in properties:
        machine.loggingConfiguration = _as_in_api(properties["LoggingConfiguration"])
    if "TracingConfiguration" in properties:
        machine.tracingConfiguration = _as_in_api(properties["TracingConfiguration"])
    return machine


def _as_in_api(value: Any) -> Any:
    """Returns the value with names as in the API: they begin with a lower-case letter there."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _as_in_api(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_as_in_api(member) for member in value]
    return value


def _start_execution(
    self: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: str | None = None,
    *args: Any,
    **kwargs: Any,
) -> Execution:
    name = name or str(uuid.uuid4())
    return _original_start_execution(self, state_machine_arn, name, *args, **kwargs)


def _start_worker(self: ExecutionWorker) -> None:
    """Starts the execution, and waits until it runs. Other API calls need its environment, and without
    it a StopExecution has no effect."""
    thread = threading.Thread(target=self._execution_logic, daemon=True)
    thread.start()
    while thread.is_alive() and (self.env is None or self.env.program_state() is None):
        time.sleep(0.001)
