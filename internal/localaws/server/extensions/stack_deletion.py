"""Deletes stacks, and resources that an update removes, as CloudFormation does. In moto

- the order of the deletions is random. moto cannot delete a role while a policy of a group exists, and
  then it cannot delete the policies of that role;
- a stack that cannot be deleted is lost, with the resources that are left;
- an update is refused if a resource that the new template lacks cannot be deleted;
- the change sets of a deleted stack are kept, and the next stack of that name finds them.

CloudFormation

- deletes a resource after the resources that depend on it. It tries each once, and continues after a
  failure: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1508
- keeps a stack with the resources that it could not delete, in the status DELETE_FAILED. The stack
  cannot be updated (https://github.com/juspay/hyperswitch-cdk/issues/114). It can be deleted again, and
  RetainResources can then name resources to keep:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
- deletes resources that an update removes after everything else. If it cannot delete one, the resource
  stays and is no longer in the stack:
  https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/744
- deletes the change sets of a stack together with the stack.

CloudFormation deletes a role with only those policies that the template sets. If the role has others,
IAM refuses to delete it. moto deletes these too:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Event, Stack
from moto.cloudformation.parsing import ResourceMap, clean_json
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

_SUBSTITUTION = re.compile(r"\$\{([^!}.]+)")

_original_update = ResourceMap.update


def install() -> None:
    # This reads the method at the installation, because the extension partitions replaces it too.
    original_create_change_set = CloudFormationBackend.create_change_set

    def create_change_set(
        self: CloudFormationBackend, *args: Any, stack_name: str, **kwargs: Any
    ) -> tuple[str, str]:
        _refuse_update(self, stack_name)
        return original_create_change_set(self, *args, stack_name=stack_name, **kwargs)

    CloudFormationBackend.create_change_set = create_change_set
    CloudFormationBackend.delete_stack = _delete_stack
    CloudFormationResponse.delete_stack = _respond
    ResourceMap.update = _update
    Role.delete_from_cloudformation_json = classmethod(_delete_role)


def _respond(self: CloudFormationResponse) -> ActionResult:
    backend = self.cloudformation_backend
    backend.delete_stack(self._get_param("StackName"), self._get_param("RetainResources", []))  # pyright: ignore[reportCallIssue] _delete_stack takes it
    return EmptyResult()


def _delete_stack(
    self: CloudFormationBackend, name_or_stack_id: str, retained: list[str] | None = None
) -> None:
    for stack in list(self.stacks.values()):
        if name_or_stack_id in (stack.name, stack.stack_id):
            _delete(self, stack, retained or [])


def _delete(backend: CloudFormationBackend, stack: Stack, retained: list[str]) -> None:
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            message=f"Invalid operation on stack [{stack.stack_id}]. When you delete a stack, "
            "specify which resources to retain only when the stack is in the DELETE_FAILED state."
        )
    stack._add_stack_event("DELETE_IN_PROGRESS", resource_status_reason="User Initiated")
    resources = stack.resource_map
    if stack.status != "DELETE_FAILED":
        stack.output_map = _Outputs(stack)
        stack.undeleted = _cleaned(resources, resources._resource_json_map)
    for name in retained:
        stack.undeleted.pop(name, None)
    failed = _delete_resources(resources, stack.undeleted)
    stack.undeleted = {name: stack.undeleted[name] for name in failed}
    resources._resource_json_map = stack.undeleted
    if failed:
        for name, reason in failed.items():
            stack.events.append(_failure(stack, name, reason))
        stack.status = "DELETE_FAILED"
        names = ", ".join(sorted(failed))
        stack.status_reason = f"The following resource(s) failed to delete: [{names}]. "
        stack._add_stack_event(stack.status, resource_status_reason=stack.status_reason)
        return
    for export in stack.exports:
        backend.exports.pop(export.name, None)
    stack.status, stack.status_reason = "DELETE_COMPLETE", None
    stack._add_stack_event(stack.status)
    backend.deleted_stacks[stack.stack_id] = backend.stacks.pop(stack.stack_id)
    for change_set in list(backend.change_sets.values()):
        if change_set.stack_id == stack.stack_id:
            del backend.change_sets[change_set.change_set_id]


class _Outputs(dict[str, Any]):
    """A copy of the outputs: moto makes a resource again when it reads an output that refers to it."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(stack.output_map)
        self.exports = stack.exports


def _failure(stack: Stack, name: str, reason: str) -> Event:
    resource = stack.resource_map._parsed_resources[name]
    return Event(  # pyright: ignore[reportReturnType] moto types it as BaseModel
        stack_id=stack.stack_id,
        stack_name=stack.name,
        logical_resource_id=name,
        physical_resource_id=resource.physical_resource_id,
        resource_type=stack.undeleted[name]["Type"],
        resource_status="DELETE_FAILED",
        resource_status_reason=reason,
        resource_properties=None,
    )


def _refuse_update(backend: CloudFormationBackend, stack_name: str) -> None:
    for stack in backend.stacks.values():
        if stack_name in (stack.name, stack.stack_id) and stack.status == "DELETE_FAILED":
            raise ValidationError(
                message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
            )


def _update(
    self: ResourceMap, template: dict[str, Any], parameters: dict[str, Any] | None = None
) -> None:
    before = self._resource_json_map
    left_out = {name: before[name] for name in before if name not in template["Resources"]}
    left_out = _cleaned(self, left_out)
    self._resource_json_map = {name: before[name] for name in before if name not in left_out}
    _original_update(self, template, parameters)
    for name in _delete_resources(self, left_out):
        del self._parsed_resources[name]


def _cleaned(resources: ResourceMap, templates: dict[str, Any]) -> dict[str, Any]:
    """Returns the templates of the resources that exist, with the values of their functions.

    This loses the names in DependsOn and in the functions, so they are kept as `Needs`.
    """
    cleaned = {}
    for name, template in templates.items():
        if resources._parsed_resources.get(name) is not None:
            needs = set(_references(template))
            cleaned[name] = clean_json(copy.deepcopy(template), resources) | {"Needs": needs}
    return cleaned


def _references(value: Any) -> Iterator[str]:
    """Yields the names that a part of a template refers to, including names that are not resources."""
    if isinstance(value, list):
        for element in value:
            yield from _references(element)
    if not isinstance(value, dict):
        return
    for key, element in value.items():
        match key, element:
            case ("Ref", str(name)) | ("Fn::GetAtt", [str(name), *_]):
                yield name
            case "Fn::GetAtt", str(path):
                yield path.partition(".")[0]
            case "DependsOn", names:
                yield from [names] if isinstance(names, str) else names
            case "Fn::Sub", str(text) | [str(text), *_]:
                yield from _SUBSTITUTION.findall(text)
        yield from _references(element)


def _delete_resources(resources: ResourceMap, templates: dict[str, Any]) -> dict[str, str]:
    """Deletes resources. Returns the reason for each resource that could not be deleted."""
    failed = {}
    remaining = dict(templates)
    while remaining:
        needed = {need for template in remaining.values() for need in template["Needs"]}
        for name in [name for name in remaining if name not in needed] or list(remaining):
            template = remaining.pop(name)
            if template.get("DeletionPolicy") != "Retain":
                try:
                    resources._delete_resource(resources._parsed_resources[name], template)
                except Exception as error:  # noqa: BLE001 which becomes the reason in the event
                    failed[name] = _reason(error)
                    continue
            del resources._parsed_resources[name]
    return failed


def _reason(error: Exception) -> str:
    return f'Resource handler returned message: "{getattr(error, "message", error)}"'


def _delete_role(
    cls: type[Role],
    resource_name: str,
    cloudformation_json: dict[str, Any],
    account_id: str,
    region_name: str,
) -> None:
    backend = iam_backends[account_id][get_partition(region_name)]
    role = backend.get_role(resource_name)
    for policy in cloudformation_json["Properties"].get("Policies", []):
        role.policies.pop(policy["PolicyName"], None)
    backend.delete_role(resource_name)
