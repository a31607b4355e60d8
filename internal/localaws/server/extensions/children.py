"""Stores the data of the children of a Distributed Map.

AWS keeps the input and the output of each child, and writes its events to the log group of the state
machine; moto keeps nothing. The control

    GET children?execution=…  read the stored data of the children of an execution

returns all of these. A log without execution data still has the errors and the causes of its events.
Tests against AWS recorded that: tests/aws/services/stepfunctions/v2/logs of localstack/localstack.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import HistoryEventType, LogLevel
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (
    DistributedItemProcessorWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import (
    EventHistoryContext,
    EventManager,
)
from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from werkzeug.wrappers import Request

from extensions import controls
from extensions.partitions import REGION

_DATA = ("input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables")

_children: dict[str, list[dict[str, Any]]] = defaultdict(list)


def install() -> None:
    """Call it after the installation of distributed_map, because it wraps the method that runs a child."""
    original_run = DistributedItemProcessorWorker._eval_job

    def run_child(self: DistributedItemProcessorWorker, env: Environment, job: Job) -> None:
        context = env.states.context_object.context_object_data
        logging = _machine(context["StateMachine"]["Id"]).loggingConfiguration or {}
        env.event_manager = _LoggedEvents(LogLevel(logging.get("level", "OFF")))
        original_run(self, env, job)
        context = env.states.context_object.context_object_data
        events = env.event_manager.get_event_history()
        _children[self._map_run_record.execution_arn].append(
            {
                "Input": context["Execution"]["Input"],
                "Output": job.job_output,
                "Log": events if logging.get("includeExecutionData") else _without_execution_data(events),
            }
        )

    DistributedItemProcessorWorker._eval_job = run_child
    controls.add("GET", "children", _list)


def _list(request: Request) -> list[dict[str, Any]]:
    return _children.get(request.args["execution"], [])


def _machine(arn: str) -> StateMachine:
    backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][REGION]
    return backend.describe_state_machine(arn)


class _LoggedEvents(EventManager):
    """Keeps only the events that the log has, because an Express execution has no history."""

    def __init__(self, level: LogLevel) -> None:
        super().__init__()
        self._level = level

    def add_event(
        self, context: EventHistoryContext, event_type: HistoryEventType, *args: Any, **kwargs: Any
    ) -> int:
        if is_logging_enabled_for(self._level, event_type):
            return super().add_event(context, event_type, *args, **kwargs)
        return context.last_published_event_id


def _without_execution_data(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [{key: _without_data(value) for key, value in event.items()} for event in events]


def _without_data(details: Any) -> Any:
    if isinstance(details, dict):
        return {name: value for name, value in details.items() if name not in _DATA}
    return details
