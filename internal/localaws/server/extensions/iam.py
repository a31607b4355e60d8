"""Refuses what IAM refuses and moto accepts:

- a user name with more than 64 characters, or with a character that IAM does not allow;
- a user name or a group name that differs from an existing one only in case, whatever the paths;
- more than 5,000 users:
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
- a password that violates the password policy of the account, or the default policy if the account has
  none: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
- tags of a user that are too many, too long, or have characters that IAM does not allow:
  https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html. A tag replaces the tag whose key differs
  only in case.

This module also corrects login profiles. moto loses the PasswordResetRequired of CreateLoginProfile, and
returns the date of the user as the CreateDate:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_LoginProfile.html. UpdateLoginProfile does not change
that date (issue 1243 of boto/boto3). The words about a missing login profile are those of issue 43197 of
ansible/ansible. IAM may also refuse to change a login profile for a while after its creation, with
EntityTemporarilyUnmodifiable (issue 750 of rebuy-de/aws-nuke). Here it never does: a test answers so with a
proxy.

The dates of users and login profiles have no fractions of a second, as in IAM's answers.

And it loads the AWS managed policies only for the account that is used. By default moto loads none. It
can load all 1,400 for each account and partition, but that takes a second at each reset.
"""

import copy
import datetime
import re
import threading
from collections.abc import Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.config import default_user_config
from moto.core.responses import ActionResult
from moto.iam.exceptions import (
    EntityAlreadyExists,
    IAMException,
    InvalidTagCharacters,
    LimitExceededException,
    NoSuchEntity,
    ValidationError,
)
from moto.iam.models import AccountPasswordPolicy, Group, IAMBackend, ManagedPolicy, User
from moto.iam.responses import IamResponse

from extensions import clock
from extensions.partitions import PARTITION

_MAX_USERS = 5000
_MAX_TAGS = 50
_TAG_VALUE = re.compile(r"[\w\s.:/=+\-@]*")
_USER_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
_CLASSES = {
    "uppercase letter": re.compile(r"[A-Z]"),
    "lowercase letter": re.compile(r"[a-z]"),
    "number": re.compile(r"[0-9]"),
    "symbol": re.compile(r"[!@#$%^&*()_+\-=\[\]{}|']"),
}

_create_user_lock = threading.Lock()
_aws_policies: list[ManagedPolicy] = []

_original_init_aws_policies = IAMBackend._init_aws_policies
_original_create_user = IAMBackend.create_user
_original_create_group = IAMBackend.create_group
_original_tag_user = IAMBackend.tag_user
_original_create_login_profile = IamResponse.create_login_profile
_original_get_login_profile = IamResponse.get_login_profile
_original_update_login_profile = IAMBackend.update_login_profile


class PasswordPolicyViolation(IAMException):
    """The password does not satisfy the password policy of the account."""

    code = "PasswordPolicyViolation"


def install() -> None:
    default_user_config["iam"]["load_aws_managed_policies"] = True  # pyright: ignore[reportTypedDictNotRequiredAccess] moto sets it
    IAMBackend._init_aws_policies = _init_aws_policies
    IAMBackend.create_user = _create_user
    IAMBackend.create_group = _create_group
    IAMBackend.tag_user = _tag_user
    IamResponse.create_login_profile = _create_login_profile
    IamResponse.get_login_profile = _get_login_profile
    IAMBackend.get_login_profile = _find_login_profile
    IAMBackend.update_login_profile = _update_login_profile
    IAMBackend.delete_login_profile = _delete_login_profile


def now() -> datetime.datetime:
    """Returns the time as IAM has it in its dates."""
    return clock.now().replace(microsecond=0)


def _init_aws_policies(self: IAMBackend) -> list[ManagedPolicy]:
    """Returns new copies of the policies, which moto reads once from its file. A reset makes the backend twice."""
    global _aws_policies
    if self.account_id != DEFAULT_ACCOUNT_ID or self.region_name != PARTITION:
        return []
    if not _aws_policies:
        _aws_policies = _original_init_aws_policies(self)
    return [copy.copy(policy) for policy in _aws_policies]


def _create_user(
    self: IAMBackend, region_name: str, user_name: str, *args: Any, **kwargs: Any
) -> User:
    if len(user_name) > 64:
        raise ValidationError(
            f"1 validation error detected: Value '{user_name}' at 'userName' failed to satisfy "
            "constraint: Member must have length less than or equal to 64"
        )
    if not _USER_NAME.fullmatch(user_name):
        raise ValidationError(
            "The specified value for userName is invalid. It must contain only alphanumeric "
            "characters and/or the following: +=,.@_-"
        )
    _check_tags(self, kwargs.get("tags") or [])
    with _create_user_lock:
        if user_name.lower() in map(str.lower, self.users):
            raise EntityAlreadyExists(f"User with name {user_name} already exists.")
        if len(self.users) >= _MAX_USERS:
            raise LimitExceededException(f"Cannot exceed quota for UsersPerAccount: {_MAX_USERS}")
        user = _original_create_user(self, region_name, user_name, *args, **kwargs)
        user.create_date = now()
        return user


def _tag_user(self: IAMBackend, name: str, tags: list[dict[str, str]]) -> None:
    user = self.get_user(name)
    _check_tags(self, tags)
    new = {tag["Key"].lower() for tag in tags}
    replaced = [tag["Key"] for tag in user.tags or [] if tag["Key"].lower() in new]
    if len(user.tags or []) - len(replaced) + len(new) > _MAX_TAGS:
        raise LimitExceededException(f"Cannot exceed quota for TagsPerUser: {_MAX_TAGS}")
    self.untag_user(name, replaced)
    _original_tag_user(self, name, tags)


def _check_tags(backend: IAMBackend, tags: list[dict[str, str]]) -> None:
    backend._tag_verification(tags)
    for tag in tags:
        if not _TAG_VALUE.fullmatch(tag["Value"]):
            raise InvalidTagCharacters(tag["Value"], param="tags.X.member.value")


def _create_group(self: IAMBackend, group_name: str, *args: Any, **kwargs: Any) -> Group:
    if group_name.lower() in (name.lower() for name in list(self.groups)):
        raise EntityAlreadyExists(f"Group with name {group_name} already exists.")
    return _original_create_group(self, group_name, *args, **kwargs)


def _create_login_profile(self: IamResponse) -> ActionResult:
    name = self._get_param("UserName")
    check_password(self.backend, self._get_param("Password"))
    user = self.backend.get_user(name)
    if user.password:
        raise EntityAlreadyExists(f"Login Profile for user {name} already exists.")
    result = _original_create_login_profile(self)
    user.login_profile_date = now()
    user.password_reset_required = self._get_bool_param("PasswordResetRequired", False)
    result.result["LoginProfile"] |= {  # pyright: ignore[reportIndexIssue] a dictionary
        "CreateDate": user.login_profile_date,
        "PasswordResetRequired": user.password_reset_required,
    }
    return result


def _get_login_profile(self: IamResponse) -> ActionResult:
    result = _original_get_login_profile(self)
    user = self.backend.get_user(self._get_param("UserName"))
    result.result["LoginProfile"]["CreateDate"] = user.login_profile_date  # pyright: ignore[reportIndexIssue] a dictionary
    return result


def _find_login_profile(self: IAMBackend, user_name: str) -> User:
    user = self.get_user(user_name)
    if not user.password:
        raise NoSuchEntity(f"Login Profile for User {user_name} cannot be found.")
    return user


def _delete_login_profile(self: IAMBackend, user_name: str) -> None:
    self.get_login_profile(user_name).password = None


def _update_login_profile(
    self: IAMBackend, user_name: str, password: str | None, password_reset_required: bool | None
) -> User:
    """Changes the password and the reset, each only if the request sets it."""
    user = self.get_login_profile(user_name)
    if password is not None:
        check_password(self, password)
    if password_reset_required is None:
        password_reset_required = user.password_reset_required
    return _original_update_login_profile(
        self, user_name, password or user.password, password_reset_required  # pyright: ignore[reportArgumentType] a profile has a password
    )


def check_password(backend: IAMBackend, password: str) -> None:
    """Raises PasswordPolicyViolation if the password violates the policy of the account, or the default
    policy if the account has none."""
    policy = backend.account_password_policy
    minimum = policy.minimum_password_length if policy else 8
    if not minimum <= len(password) <= 128:
        raise PasswordPolicyViolation(
            f"Password should have a minimum length of {minimum}, and a maximum of 128"
        )
    lacking = [name for name, characters in _CLASSES.items() if not characters.search(password)]
    if policy:
        required = _required_classes(policy)
        for name in lacking:
            if required[name]:
                raise PasswordPolicyViolation(f"Password should have at least one {name}")
    elif len(lacking) > 1:
        raise PasswordPolicyViolation(
            "Password should have at least three of these: "
            "uppercase letters, lowercase letters, numbers, symbols"
        )


def _required_classes(policy: AccountPasswordPolicy) -> dict[str, bool]:
    return {
        "uppercase letter": policy.require_uppercase_characters,
        "lowercase letter": policy.require_lowercase_characters,
        "number": policy.require_numbers,
        "symbol": policy.require_symbols,
    }


def page(self: IamResponse, key: str, everything: Iterable[Any], most: int = 1000, **more: Any) -> ActionResult:
    """Returns a page of a list, with at most this many results. The marker says how many came before the page."""
    everything = list(everything)
    try:
        start = int(self._get_param("Marker") or 0)
    except ValueError as error:
        raise ValidationError("Invalid Marker.") from error
    end = start + min(self._get_int_param("MaxItems", 100), most)
    result = {key: everything[start:end], "IsTruncated": end < len(everything), **more}
    if result["IsTruncated"]:
        result["Marker"] = str(end)
    return ActionResult(result)
