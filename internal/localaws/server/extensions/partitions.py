"""Sets the region of the local AWS, and its partition.

- moto resolves AWS::Partition to aws and AWS::URLSuffix to amazonaws.com in every region. Here they
  depend on the region:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
- If a template looks up a key that a mapping does not have, CloudFormation refuses the template and
  makes nothing. moto makes some resources, and then fails with an internal error. The words of the
  refusal are from
  https://docs.aws.amazon.com/elasticbeanstalk/latest/relnotes/release-2019-06-07-linux.html
"""

import functools
import os
from collections.abc import Callable, Iterator
from typing import Any

from botocore.loaders import create_loader
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.utilities.utils import get_partition

REGION = os.environ.get("LOCALAWS_REGION", "us-east-1")
PARTITION = get_partition(REGION)

_SUFFIXES = {
    partition["id"]: partition["outputs"]["dnsSuffix"]
    for partition in create_loader().load_data("partitions")["partitions"]
}

_original_init = ResourceMap.__init__


def install() -> None:
    ResourceMap.__init__ = _init
    for method in ("create_stack", "update_stack", "create_change_set"):
        original = getattr(CloudFormationBackend, method)
        setattr(CloudFormationBackend, method, _with_checked_look_ups(original))


def _init(self: ResourceMap, *args: Any, **kwargs: Any) -> None:
    _original_init(self, *args, **kwargs)
    self._parsed_resources.update(_pseudo_parameters(self._region_name))


def _pseudo_parameters(region: str) -> dict[str, str]:
    partition = get_partition(region)
    return {
        "AWS::Region": region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": _SUFFIXES[partition],
    }


def _with_checked_look_ups(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def checked(
        self: CloudFormationBackend, *args: Any, template: str, **kwargs: Any
    ) -> Any:
        _check_look_ups(Stack.parse_template(template), self.region_name)
        return original(self, *args, template=template, **kwargs)

    return checked


def _check_look_ups(parsed: dict[str, Any], region: str) -> None:
    known = _pseudo_parameters(region)
    for look_up in _find(parsed, "Fn::FindInMap"):
        name, *keys = [_resolve(argument, known) for argument in look_up]
        found = parsed.get("Mappings", {}).get(name, {})
        if all(isinstance(key, str) for key in keys) and keys[1] not in found.get(keys[0], {}):
            path = "::".join([name, *keys])
            raise ValidationError(message=f"Template error: Unable to get mapping for {path}")


def _resolve(argument: Any, known: dict[str, str]) -> Any:
    """Returns the argument, or the value of the pseudo parameter that it refers to."""
    return known.get(argument.get("Ref", ""), argument) if isinstance(argument, dict) else argument


def _find(value: Any, function: str) -> Iterator[Any]:
    """Yields the arguments of each call of a function in a template."""
    if isinstance(value, dict):
        if value.keys() == {function}:
            yield value[function]
        value = value.values()
    elif not isinstance(value, list):
        return
    for element in value:
        yield from _find(element, function)
