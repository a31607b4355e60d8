"""Lists IAM users in pages, and below a path, as IAM does. moto ignores MaxItems and Marker, and returns all
users: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html

If AWS documents nothing, or leaves something open, this module does what is hardest for the caller:

- The order of the users is not documented. Here they are in the order of a hash of their names.
- "IAM might return fewer results, even when there are more results available." Here a page is taken from all
  users of the account, and has only those of its users that are below the path. So it may have none.
- A marker is opaque. Here it is only valid with the PathPrefix for which it was made. The words of the
  refusal are those of pull request 1615 of faiscadev/fakecloud.
- A path prefix must begin and end with a slash. The words of the refusal are those of issue 36 of
  aws/aws-sdk, for ListPolicies.

A user who is created or deleted between two pages moves no other user to another page.
"""

import hashlib

from moto.core.responses import ActionResult
from moto.iam.exceptions import ValidationError
from moto.iam.models import User
from moto.iam.responses import IamResponse

_MAX_ITEMS = 1000


def install() -> None:
    IamResponse.list_users = _list_users


def _list_users(self: IamResponse) -> ActionResult:
    prefix = self._get_param("PathPrefix") or "/"
    if not (prefix.startswith("/") and prefix.endswith("/")):
        raise ValidationError(
            "The specified value for pathPrefix is invalid. It must begin with the / character and contain "
            "only alphanumeric characters and/or / characters."
        )
    size = self._get_int_param("MaxItems", 100)
    for is_wrong, limit in ((size < 1, "greater than or equal to 1"), (size > _MAX_ITEMS, "less than or equal to 1000")):
        if is_wrong:
            raise ValidationError(
                f"1 validation error detected: Value '{size}' at 'maxItems' failed to satisfy constraint: "
                f"Member must have value {limit}"
            )
    last, _, scope = (self._get_param("Marker") or f".{_hash(prefix)}").partition(".")
    if scope != _hash(prefix):
        raise ValidationError("Invalid Marker.")
    left = sorted((user for user in self.backend.users.values() if _position(user) > last), key=_position)
    page = left[:size]
    result = {
        "Users": [user for user in page if user.path.startswith(prefix)],
        "IsTruncated": len(left) > size,
    }
    if result["IsTruncated"]:
        result["Marker"] = f"{_position(page[-1])}.{scope}"
    return ActionResult(result)


def _position(user: User) -> str:
    return _hash(user.name)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
