"""Corrects IAM groups.

- moto's GetGroup ignores MaxItems and returns all users of a group. For some hundreds of users that is
  more than a task may return:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
- moto deletes a group that has users or policies; IAM refuses to:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html
"""

from moto.core.responses import ActionResult
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from extensions import iam

_original_delete_group = IAMBackend.delete_group


def install() -> None:
    IamResponse.get_group = _get_group
    IAMBackend.delete_group = _delete_group


def _delete_group(self: IAMBackend, group_name: str) -> None:
    group = self.get_group(group_name)
    for entities, remedy in (
        (group.users, "remove users from group"),
        (group.managed_policies, "detach all policies"),
        (group.policies, "delete policies"),
    ):
        if entities:
            raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
    _original_delete_group(self, group_name)


def _get_group(self: IamResponse) -> ActionResult:
    group = self.backend.get_group(self._get_param("GroupName"))
    return iam.page(self, "Users", group.users, Group=group)
