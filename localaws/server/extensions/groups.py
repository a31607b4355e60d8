"""The users of a group, a page at a time.

moto's GetGroup gives all of them, whatever MaxItems says:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html. From some hundreds of users on
that is more than a task may return.
"""

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse


def install() -> None:
    IamResponse.get_group = _get_group


def _get_group(self: IamResponse) -> ActionResult:
    group = self.backend.get_group(self._get_param("GroupName"))
    start = int(self._get_param("Marker") or 0)
    end = start + self._get_int_param("MaxItems", 100)
    page = {"Group": group, "Users": group.users[start:end], "IsTruncated": end < len(group.users)}
    if page["IsTruncated"]:
        page["Marker"] = str(end)
    return ActionResult(page)
