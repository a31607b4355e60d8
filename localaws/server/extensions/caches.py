"""What moto works out anew each time, and always finds the same.

It lists its own folders and the methods of a class for each request, and makes the parser of
JSONPath for each state. Without that an execution takes a third of the time.
"""

import functools

from moto import backends
from moto.core import responses
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.utils import json_path


def install() -> None:
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    result_path.parse = functools.lru_cache(result_path.parse)
    json_path.parse = functools.lru_cache(json_path.parse)
