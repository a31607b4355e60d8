"""Makes the import of moto take half as long. `install` is to be called before moto is imported.

moto imports every service that a stack can have. Three things there are slow, and no stack of this
project needs the last two:

- botocore reads its list of endpoints anew for each session. Here each of its files is read once.
- API Gateway imports a validator, which brings pydantic with it. Here its use ends in an error.
- EC2 reads the types of instances and where there are any. Here there are none.
"""

import functools
import sys
import types
from typing import Any

from botocore.loaders import JSONFileLoader

_VALIDATOR = "openapi_spec_validator"


def install() -> None:
    JSONFileLoader.load_file = staticmethod(functools.cache(JSONFileLoader().load_file))
    validator = types.ModuleType(_VALIDATOR)
    validator.validate = _validate
    validator.OpenAPIValidationError = ValueError
    for name in ("", ".validation", ".validation.exceptions"):
        sys.modules[_VALIDATOR + name] = validator
    _leave_out_instance_types()


def _validate(document: Any) -> None:
    raise NotImplementedError("the local AWS does not validate OpenAPI documents")


def _leave_out_instance_types() -> None:
    from moto.utilities import utils

    original_load = utils.load_resource

    def load(package: str, resource: str) -> Any:
        if package == "moto.ec2.models.instance_types":
            return {}
        return original_load(package, resource)

    utils.load_resource = load
