"""Takes almost half off the start of the local AWS. Call `install` before the import of moto.

moto imports every service that a stack can have. Four steps of that are slow, and no stack of this
project needs the last two:

- botocore reads its list of endpoints again for each session. Here it reads each of its files once.
- EC2 asks botocore for its regions, which reads the model of EC2, its largest file, for the prefix of the
  endpoints. Here the prefix is given.
- API Gateway imports a validator, which imports pydantic. Here the validator raises an error.
- EC2 reads the types of instances and their locations. Here there are no types.
"""

import functools
import sys
import types
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.session import Session

_VALIDATOR = "openapi_spec_validator"


def install() -> None:
    JSONFileLoader.load_file = staticmethod(functools.cache(JSONFileLoader().load_file))
    _give_prefix_of_ec2()
    validator = types.ModuleType(_VALIDATOR)
    validator.validate = _validate
    validator.OpenAPIValidationError = ValueError
    for name in ("", ".validation", ".validation.exceptions"):
        sys.modules[_VALIDATOR + name] = validator
    _leave_out_instance_types()


def _give_prefix_of_ec2() -> None:
    original = Session.get_available_regions

    def get_available_regions(
        self: Session, service_name: str, partition_name: str = "aws", allow_non_regional: bool = False
    ) -> list[str]:
        if service_name != "ec2":
            return original(self, service_name, partition_name, allow_non_regional)
        resolver = self.get_component("endpoint_resolver")
        return resolver.get_available_endpoints("ec2", partition_name, allow_non_regional)

    Session.get_available_regions = get_available_regions


def _validate(document: Any) -> None:
    raise NotImplementedError("the local AWS does not validate OpenAPI documents")


def _leave_out_instance_types() -> None:
    from moto.utilities import utils  # noqa: PLC0415 the import needs the validator of install

    original_load = utils.load_resource

    def load(package: str, resource: str) -> Any:
        if package == "moto.ec2.models.instance_types":
            return {}
        return original_load(package, resource)

    utils.load_resource = load
