"""Corrects the children of a Distributed Map, and its counts.

The source is https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html, and the
pages that it links to about variables, the context object and the tolerated failure threshold. In moto
- a child sees the variables of its parent and cannot assign them; in AWS it does not see them;
- the context of a child has the execution of the parent; in AWS a child is an execution of its own;
- the result of a failed child is null; in AWS it is an object that describes the execution;
- the tolerated failure threshold is never exceeded;
- items are never batched;
- the counts of a Map Run do not include pending items, and are wrong when a child fails;
- a Map Run that was stopped has the status SUCCEEDED.
"""

import datetime
import uuid
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, MapRunFailedEventDetails, MapRunStatus
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
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
    DistributedIterationComponentEvalInput,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.distributed_item_processor_worker import (
    DistributedItemProcessorWorker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor.map_run_record import (
    MapRunRecord,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.job import Job
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramError,
    ProgramStopped,
    ProgramTimedOut,
)
from moto.stepfunctions.parser.asl.eval.states import ItemData, MapData
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from extensions import definitions, limits

_COUNTER_AND_STATUS = {
    ProgramEnded: ("succeeded", "SUCCEEDED"),
    ProgramError: ("failed", "FAILED"),
    ProgramStopped: ("aborted", "ABORTED"),
    ProgramTimedOut: ("timed_out", "TIMED_OUT"),
}

_original_map_run = DistributedIterationComponent._map_run
_original_eval = DistributedIterationComponent._eval_body


class _Batch(list[tuple[int, Any]]):
    """The items of one child, each with its index."""


def install() -> None:
    DistributedItemProcessorWorker._eval_job = _run_child
    DistributedIterationComponent._map_run = _map_run
    DistributedIterationComponent._eval_body = _eval_body


def _run_child(self: DistributedItemProcessorWorker, env: Environment, job: Job) -> None:
    record = self._map_run_record
    items = len(job.job_input) if isinstance(job.job_input, _Batch) else 1
    _count(record, items, pending=-1, running=1)
    execution = _child_execution(env, record)
    try:
        if env.is_running():
            _select_input(self, env, job)
            execution["Input"] = env.states.get_input()
            if not limits.is_payload(execution["Input"]):
                raise limits.refusal(env, "The input of a child execution exceeds a payload")
            env.states.context_object.context_object_data["Execution"] = execution  # pyright: ignore[reportGeneralTypeIssues] with the keys of an ExecutionData
            env.variable_store = VariableStore()
            job.job_program.eval(env)
        state = env.program_state()
    except FailureEventException as failure:
        state = ProgramError(error=failure.get_execution_failed_event_details())
    except RuntimeError:
        # The engine raises this for an execution that was stopped in the meantime.
        state = env.program_state()
    counter, status = _COUNTER_AND_STATUS[type(state)]
    _count(record, items, running=-1, **{counter: 1})
    if status == "SUCCEEDED":
        _count(record, items, results_written=1)
        job.job_output = env.states.get_input()
    else:
        job.job_output = _describe(execution, record, status, state)


def _count(record: MapRunRecord, items: int, executions: int = 1, **changes: int) -> None:
    for counters, number in ((record.item_counter, items), (record.execution_counter, executions)):
        for name, change in changes.items():
            getattr(counters, name).offset(change * number)


def _child_execution(env: Environment, record: MapRunRecord) -> dict[str, Any]:
    parent = env.states.context_object.context_object_data["Execution"]
    name = str(uuid.uuid4())
    machine_and_map = record.map_state_machine_arn.partition(":stateMachine:")[2]
    prefix = parent["Id"].partition(":execution:")[0]
    return {
        "Id": f"{prefix}:express:{machine_and_map}:{name}:{uuid.uuid4()}",
        "Input": None,
        "Name": name,
        "RoleArn": parent["RoleArn"],
        "StartTime": _now(),
    }


def _select_input(worker: DistributedItemProcessorWorker, env: Environment, job: Job) -> None:
    if isinstance(job.job_input, _Batch):
        selected = [_select(worker, env, index, item) for index, item in job.job_input]
        batch = {key: value for key, value in selected[0].items() if key == "BatchInput"}
        env.states.reset(batch | {"Items": [one["Item"] for one in selected]})
    else:
        env.states.reset(_select(worker, env, job.job_index, job.job_input))


def _select(worker: DistributedItemProcessorWorker, env: Environment, index: int, item: Any) -> Any:
    """Evaluates the ItemSelector. It sees the input and the variables of the parent."""
    env.states.context_object.context_object_data["Map"] = MapData(
        Item=ItemData(Index=index, Value=item)
    )
    selector = worker._item_selector or worker._parameters
    if not selector:
        return item
    env.states.reset(worker._env.states.get_input())
    env.stack.append(env.states.get_input())
    selector.eval(env)
    return env.stack.pop()


def _describe(
    execution: dict[str, Any], record: MapRunRecord, status: str, state: Any
) -> dict[str, Any]:
    """Returns the result of a child that did not succeed."""
    error = getattr(state, "error", None)
    details = error if isinstance(error, dict) else {}
    description = {
        "ExecutionArn": execution["Id"],
        "Input": to_json_str(execution["Input"], separators=(",", ":")),
        "InputDetails": {"Included": True},
        "Name": execution["Name"],
        "StartDate": execution["StartTime"],
        "StateMachineArn": record.map_state_machine_arn,
        "Status": status,
        "StopDate": _now(),
        "Error": details.get("error"),
        "Cause": details.get("cause"),
    }
    return {key: value for key, value in description.items() if value is not None}


def _now() -> str:
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _map_run(
    self: DistributedIterationComponent,
    env: Environment,
    eval_input: DistributedIterationComponentEvalInput,
) -> None:
    items = len(env.stack[-1])
    record = eval_input.map_run_record
    size = definitions.items_per_batch(self)
    if size:
        indexed = list(enumerate(env.stack[-1]))
        env.stack[-1] = [_Batch(indexed[at : at + size]) for at in range(0, items, size)]
    _count(record, items, len(env.stack[-1]), total=1, pending=1)
    if not items:
        env.stack[-1] = []
        return
    _original_map_run(self, env, eval_input)
    if env.is_running() and _too_many_failed(record, items):
        raise FailureEventException(_threshold_exceeded(env))


def _too_many_failed(record: MapRunRecord, items: int) -> bool:
    failed = record.item_counter.failed.get() + record.item_counter.timed_out.get()
    count, percentage = record.tolerated_failure_count, record.tolerated_failure_percentage
    if not count and not percentage:
        return failed > 0
    return bool(count and failed > count) or bool(percentage and 100 * failed / items > percentage)


def _threshold_exceeded(env: Environment) -> FailureEvent:
    name = StatesErrorName(typ=StatesErrorNameType.StatesExceedToleratedFailureThreshold)
    return FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.MapRunFailed,
        event_details=EventDetails(  # pyright: ignore[reportCallIssue] moto's type wants all keys
            mapRunFailedEventDetails=MapRunFailedEventDetails(
                error=name.error_name,
                cause="The specified tolerated failure threshold was exceeded",
            )
        ),
    )


def _eval_body(self: DistributedIterationComponent, env: Environment) -> None:
    record = env.stack[-1].map_run_record
    _original_eval(self, env)
    if isinstance(env.program_state(), ProgramStopped):
        record.set_stop(status=MapRunStatus.ABORTED)
