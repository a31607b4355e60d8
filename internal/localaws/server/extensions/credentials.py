"""Keeps what a user has as IAM does:

- DeleteUser refuses with DeleteConflict as long as the user has anything, except a permissions boundary:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html. moto refuses only for policies. The
  words are those of AWS: issue 1663 of cloud-custodian/cloud-custodian (login profile), 2229 of
  aws-controllers-k8s/community (access keys), 281, 522 and 671 and pull request 308 of rebuy-de/aws-nuke (MFA
  devices, SSH public keys, certificates, service-specific credentials), and 17 of mozilla-services/userplex
  (groups). AWS does not document in which order it looks. Here what has the vaguest words comes first.
- The lists of what a user has come in pages. IAM may return fewer results than asked for, "even when there
  are more results available". Here a page has one.
- DeleteVirtualMFADevice refuses with DeleteConflict to delete a device that is in use:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html
- A user has at most ten attached policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
- moto has no service-specific credentials. Of each service a user has at most two:
  https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html
"""

from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import (
    DeleteConflictException,
    LimitExceededException,
    NoSuchEntity,
)
from moto.iam.models import IAMBackend, User
from moto.iam.responses import IamResponse
from moto.iam.utils import random_resource_id

from extensions import iam

_PAGE = 1
_MAX_ATTACHED_POLICIES = 10
_MAX_CREDENTIALS_OF_SERVICE = 2

_original_delete_user = IAMBackend.delete_user
_original_attach_user_policy = IAMBackend.attach_user_policy
_original_delete_virtual_mfa_device = IAMBackend.delete_virtual_mfa_device


def install() -> None:
    IAMBackend.delete_user = _delete_user
    IAMBackend.attach_user_policy = _attach_user_policy
    IAMBackend.delete_virtual_mfa_device = _delete_virtual_mfa_device
    IamResponse.list_access_keys = _list_access_keys
    IamResponse.list_attached_user_policies = _list_attached_user_policies
    IamResponse.list_groups_for_user = _list_groups_for_user
    IamResponse.list_mfa_devices = _list_mfa_devices
    IamResponse.list_signing_certificates = _list_signing_certificates
    IamResponse.list_ssh_public_keys = _list_ssh_public_keys
    IamResponse.list_user_policies = _list_user_policies
    # moto does not have these methods.
    for name, method in (
        ("create_service_specific_credential", _create_service_specific_credential),
        ("delete_service_specific_credential", _delete_service_specific_credential),
        ("list_service_specific_credentials", _list_service_specific_credentials),
    ):
        setattr(IamResponse, name, method)


def _delete_user(self: IAMBackend, user_name: str) -> None:
    user = self.get_user(user_name)
    for things, remedy in (
        (user.ssh_public_keys, "remove referenced objects"),
        (_credentials(user), "remove referenced objects"),
        (user.signing_certificates, "delete certificates"),
        (user.mfa_devices, "delete MFA device"),
        (user.access_keys, "delete access keys"),
        (self.get_groups_for_user(user_name), "remove users from group"),
        (user.password, "delete login profile"),
        (user.policies, "delete policies"),
        (user.managed_policies, "detach all policies"),
    ):
        if things:
            raise DeleteConflictException(f"Cannot delete entity, must {remedy} first.")
    _original_delete_user(self, user_name)


def _attach_user_policy(self: IAMBackend, policy_arn: str, user_name: str) -> None:
    attached = self.get_user(user_name).managed_policies
    if policy_arn in attached:
        return
    if len(attached) >= _MAX_ATTACHED_POLICIES:
        raise LimitExceededException(f"Cannot exceed quota for PoliciesPerUser: {_MAX_ATTACHED_POLICIES}")
    _original_attach_user_policy(self, policy_arn, user_name)


def _delete_virtual_mfa_device(self: IAMBackend, serial_number: str) -> None:
    if any(serial_number in user.mfa_devices for user in self.users.values()):
        raise DeleteConflictException("MFA VirtualDevice in use. Must deactivate first.")
    _original_delete_virtual_mfa_device(self, serial_number)


def _page(self: IamResponse, key: str, everything: Iterable[Any], **more: Any) -> ActionResult:
    return iam.page(self, key, everything, _PAGE, **more)


def _user(self: IamResponse) -> User:
    return self.backend.get_user(self._get_param("UserName"))


def _list_access_keys(self: IamResponse) -> ActionResult:
    return _page(self, "AccessKeyMetadata", _user(self).access_keys)


def _list_attached_user_policies(self: IamResponse) -> ActionResult:
    policies = _user(self).managed_policies.values()
    return _page(self, "AttachedPolicies", ({"PolicyName": policy.name, "PolicyArn": policy.arn} for policy in policies))


def _list_groups_for_user(self: IamResponse) -> ActionResult:
    return _page(self, "Groups", self.backend.get_groups_for_user(_user(self).name))


def _list_mfa_devices(self: IamResponse) -> ActionResult:
    user = _user(self)
    devices = (
        {"UserName": user.name, "SerialNumber": device.serial_number, "EnableDate": device.enable_date}
        for device in user.mfa_devices.values()
    )
    return _page(self, "MFADevices", devices)


def _list_signing_certificates(self: IamResponse) -> ActionResult:
    return _page(self, "Certificates", _user(self).signing_certificates.values())


def _list_ssh_public_keys(self: IamResponse) -> ActionResult:
    return _page(self, "SSHPublicKeys", _user(self).ssh_public_keys)


def _list_user_policies(self: IamResponse) -> ActionResult:
    return _page(self, "PolicyNames", _user(self).policies)


def _credentials(user: User) -> dict[str, dict[str, Any]]:
    """Returns the service-specific credentials of a user, by their ids."""
    return user.__dict__.setdefault("service_specific_credentials", {})


def others(user: User) -> list[str]:
    """Returns the names of everything that the user has, except the access keys, the groups and the attached policies."""
    certificates = user.signing_certificates
    keys = [key.ssh_public_key_id for key in user.ssh_public_keys]
    return sorted([*certificates, *keys, *_credentials(user), *user.mfa_devices, *user.policies])


def _create_service_specific_credential(self: IamResponse) -> ActionResult:
    user, service = _user(self), self._get_param("ServiceName")
    credentials = _credentials(user)
    if sum(one["ServiceName"] == service for one in credentials.values()) >= _MAX_CREDENTIALS_OF_SERVICE:
        raise LimitExceededException(
            f"Cannot exceed quota for ServiceSpecificCredentialsPerUserPerService: {_MAX_CREDENTIALS_OF_SERVICE}"
        )
    credential = {
        "UserName": user.name,
        "Status": "Active",
        "ServiceUserName": f"{user.name}-at-{self.current_account}",
        "CreateDate": iam.now(),
        "ServiceSpecificCredentialId": "ACCA" + random_resource_id(),
        "ServiceName": service,
    }
    credentials[credential["ServiceSpecificCredentialId"]] = credential
    return ActionResult({"ServiceSpecificCredential": credential | {"ServicePassword": random_resource_id()}})


def _list_service_specific_credentials(self: IamResponse) -> ActionResult:
    service = self._get_param("ServiceName")
    credentials = _credentials(_user(self)).values()
    return _page(self, "ServiceSpecificCredentials", (one for one in credentials if service in (None, one["ServiceName"])))


def _delete_service_specific_credential(self: IamResponse) -> EmptyResult:
    name = self._get_param("ServiceSpecificCredentialId")
    if _credentials(_user(self)).pop(name, None) is None:
        raise NoSuchEntity(f"Service Specific Credential {name} cannot be found.")
    return EmptyResult()
