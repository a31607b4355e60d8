"""Corrects the change sets of CloudFormation.

- moto finds a change set by its name only, although each stack may have one of that name. It does not
  answer ChangeSetNotFound for a missing change set, and the CDK CLI waits for that answer:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
- When moto executes a change set, it changes only the resources, and not the template, the description,
  the parameters and the outputs of the stack. So a new stack has no outputs, because the CDK CLI makes
  it with a change set:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
- Some parameters are the name of a parameter of Systems Manager. In moto, the previous value of such a
  parameter is the resolved value, and moto then uses that as the name:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
"""

import contextlib
from typing import Any

from moto.cloudformation.models import ChangeSet, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult

_original_apply = ChangeSet.apply


class ChangeSetNotFound(ServiceException):
    """The stack has no change set of that name."""

    code = "ChangeSetNotFound"


def install() -> None:
    ChangeSet.apply = _apply
    Stack.stack_parameters = property(_parameters)
    CloudFormationResponse.describe_change_set = _describe
    CloudFormationResponse.execute_change_set = _execute
    CloudFormationResponse.delete_change_set = _delete


def _describe(self: CloudFormationResponse) -> ActionResult:
    return ActionResult(_find(self))


def _execute(self: CloudFormationResponse) -> ActionResult:
    self.cloudformation_backend.execute_change_set(_find(self).change_set_id)
    return EmptyResult()


def _delete(self: CloudFormationResponse) -> ActionResult:
    with contextlib.suppress(ChangeSetNotFound):
        self.cloudformation_backend.delete_change_set(_find(self).change_set_id)
    return EmptyResult()


def _find(self: CloudFormationResponse) -> ChangeSet:
    name, stack = self._get_param("ChangeSetName"), self._get_param("StackName")
    for change_set in self.cloudformation_backend.change_sets.values():
        if name == change_set.change_set_id:
            return change_set
        of_stack = stack in (change_set.stack_name, change_set.stack_id)
        if of_stack and name == change_set.change_set_name:
            return change_set
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


def _apply(self: ChangeSet) -> None:
    _original_apply(self)
    stack = self.stack
    stack.template = self.template
    stack.template_dict = self.template_dict
    stack.description = self.template_dict.get("Description")
    stack.parameters = self.parameters
    stack.output_map = stack._create_output_map()


def _parameters(self: Stack) -> dict[str, Any]:
    declared = self.template_dict.get("Parameters", {})
    defaults = {name: parameter.get("Default") for name, parameter in declared.items()}
    return defaults | self.parameters
