"""What is stored of the children of a Distributed Map.

AWS keeps the input and the output of each, and writes its events to the log group of the state machine; moto keeps
nothing. Here both are kept, for the control

    GET /_localaws/children?execution=…     read what is stored of the children of an execution

A log without execution data has still the errors and causes of its events:
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""

from collections import defaultdict
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (  # noqa: E501
    DistributedItemProcessorWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.event.logging import is_logging_enabled_for
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from werkzeug.wrappers import Request

from extensions import controls

_REGION = "us-east-1"
_DATA = ("input", "inputDetails", "output", "outputDetails", "parameters", "assignedVariables")

_children: dict[str, list[dict[str, Any]]] = defaultdict(list)


def install() -> None:
    original_run = DistributedItemProcessorWorker._eval_job

    def run_child(self: DistributedItemProcessorWorker, env: Environment, job: Job) -> None:
        env.event_manager = EventManager()
        original_run(self, env, job)
        context = env.states.context_object.context_object_data
        _children[self._map_run_record.execution_arn].append(
            {
                "Input": context["Execution"]["Input"],
                "Output": job.job_output,
                "Log": _log(env.event_manager.get_event_history(), _machine(context["StateMachine"]["Id"])),
            }
        )

    DistributedItemProcessorWorker._eval_job = run_child
    controls._HANDLERS["GET", "children"] = _list


def _list(request: Request) -> list[dict[str, Any]]:
    return _children.get(request.args["execution"], [])


def _machine(arn: str) -> StateMachine:
    return stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][_REGION].describe_state_machine(arn)


def _log(events: list[dict[str, Any]], machine: StateMachine) -> list[dict[str, Any]]:
    """The records of the events, as the state machine has them logged."""
    logging = machine.loggingConfiguration or {}
    logged = [event for event in events if is_logging_enabled_for(logging.get("level", "OFF"), event["type"])]
    return logged if logging.get("includeExecutionData") else [_without_data(event) for event in logged]


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    return {
        key: {name: value for name, value in details.items() if name not in _DATA} if isinstance(details, dict) else details
        for key, details in event.items()
    }
