"""Makes moto faster, with caches and with faster code.

- For each request, moto lists its own folders and the methods of a class, and looks for the service with
  the patterns of all services. For each state, it makes the parser of JSONPath. Here the results are cached.
- moto copies the JSON of an execution as any other object. Here a copy function for JSON does that.
  With this and the caches, an execution is three times as fast.
- moto reads each template several times as YAML, which takes more than a hundred times as long as JSON. Here a
  template in JSON is read as JSON.
"""

import copy
import functools
import json
import types
from typing import Any

import yaml
from moto import backends
from moto.cloudformation import models as stacks
from moto.cloudformation import responses as stack_responses
from moto.core import responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_map import state_map
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service
from moto.stepfunctions.parser.asl.eval import environment, states
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.asl.utils import json_path

_COPY_JSON = (environment, event_manager, execute_state, state_map, state_task_service, states)
_IMMUTABLE = {str, int, float, bool, type(None)}


def install() -> None:
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    dispatcher = DomainDispatcherApplication
    dispatcher.get_backend_for_host = functools.cache(dispatcher.get_backend_for_host)
    result_path.parse = functools.lru_cache(result_path.parse)
    json_path.parse = functools.lru_cache(json_path.parse)
    for module in (stacks, stack_responses):
        module.yaml = _YAML
    for module in _COPY_JSON:
        module.copy = types.SimpleNamespace(deepcopy=copy_json)


class _YAML:
    Loader = yaml.Loader
    add_multi_constructor = staticmethod(yaml.add_multi_constructor)

    @staticmethod
    def load(text: str, Loader: type[yaml.Loader]) -> Any:  # noqa: N803 as PyYAML names it
        try:
            return json.loads(text)
        except ValueError:
            return yaml.load(text, Loader=Loader)


def copy_json(value: Any) -> Any:
    """Returns a copy of a value that is JSON, and of any other value by copy.deepcopy."""
    kind = type(value)
    if kind in _IMMUTABLE:
        return value
    if kind is dict:
        return {
            key: member if type(member) in _IMMUTABLE else copy_json(member)
            for key, member in value.items()
        }
    if kind is list:
        return [member if type(member) in _IMMUTABLE else copy_json(member) for member in value]
    return copy.deepcopy(value)
