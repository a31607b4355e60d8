"""Adds resource types of CloudFormation that moto skips with a warning.

The types of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-emailidentity.html
and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-configurationset.html
make real resources. The types in `_INERT` are accepted, and make nothing.
"""

import contextlib
import json
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import Group, IAMBackend, iam_backends
from moto.ses.models import ConfigurationSet, SESBackend, ses_backends
from moto.utilities.utils import get_partition

from extensions.ses import AlreadyExists

_INERT = (
    "AWS::CDK::Metadata",
    "AWS::CloudWatch::Alarm",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
)


class GroupResource(CloudFormationModel):
    """AWS::IAM::Group: Ref is the name.

    A new name replaces the group. If the old group cannot be deleted, it stays.
    """

    def __init__(self, group: Group, properties: dict[str, Any]) -> None:
        self.group = group
        self.properties = properties

    @property
    def physical_resource_id(self) -> str:
        return self.group.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "GroupName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::IAM::Group"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.group.arn

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> "GroupResource":
        backend = _iam(account_id, region_name)
        properties = cloudformation_json["Properties"]
        resource = cls(backend.create_group(resource_name, properties.get("Path", "/")), properties)
        resource._put_policies(backend)
        return resource

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "GroupResource",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "GroupResource":
        backend = _iam(account_id, region_name)
        properties = cloudformation_json["Properties"]
        group = original_resource.group
        name = properties.get("GroupName", group.name)
        if name != group.name:
            resource = cls.create_from_cloudformation_json(
                name, cloudformation_json, account_id, region_name
            )
            with contextlib.suppress(DeleteConflictException):
                original_resource.delete(account_id, region_name)
            return resource
        original_resource._remove_policies(backend)
        group.path = properties.get("Path", "/")
        resource = cls(group, properties)
        resource._put_policies(backend)
        return resource

    def delete(self, account_id: str, region_name: str) -> None:
        backend = _iam(account_id, region_name)
        self._remove_policies(backend)
        backend.delete_group(self.group.name)

    def _put_policies(self, backend: IAMBackend) -> None:
        for policy in self.properties.get("Policies", []):
            document = json.dumps(policy["PolicyDocument"])
            backend.put_group_policy(self.group.name, policy["PolicyName"], document)
        for arn in self.properties.get("ManagedPolicyArns", []):
            backend.attach_group_policy(arn, self.group.name)

    def _remove_policies(self, backend: IAMBackend) -> None:
        for policy in self.properties.get("Policies", []):
            backend.delete_group_policy(self.group.name, policy["PolicyName"])
        for arn in self.properties.get("ManagedPolicyArns", []):
            backend.detach_group_policy(arn, self.group.name)


class EmailIdentityResource(CloudFormationModel):
    """AWS::SES::EmailIdentity: Ref is the address or the domain. A new identity is not verified."""

    def __init__(self, identity: str) -> None:
        self.identity = identity

    @property
    def physical_resource_id(self) -> str:
        return self.identity

    @staticmethod
    def cloudformation_name_type() -> str:
        return "EmailIdentity"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SES::EmailIdentity"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr.startswith("DkimDNSToken")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        token = f"token{attribute_name[-1]}"
        is_name = attribute_name.startswith("DkimDNSTokenName")
        return f"{token}._domainkey.{self.identity}" if is_name else f"{token}.dkim.amazonses.com"

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> "EmailIdentityResource":
        try:
            _ses(account_id, region_name).create_email_identity_v2(resource_name, None, None, None)
        except AlreadyExists:
            # The words are those of CloudFormation: issue 27 of widdix/mastodon-on-aws.
            raise ValidationError(
                message=f"Resource of type '{cls.cloudformation_type()}' with identifier "
                f"'{resource_name}' already exists."
            ) from None
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "EmailIdentityResource",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "EmailIdentityResource":
        if new_resource_name == original_resource.identity:
            return original_resource
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            new_resource_name, cloudformation_json, account_id, region_name
        )

    def delete(self, account_id: str, region_name: str) -> None:
        _ses(account_id, region_name).delete_identity(self.identity)


class ConfigurationSetResource(CloudFormationModel):
    """AWS::SES::ConfigurationSet: Ref is the name. It has only the suppression options."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SES::ConfigurationSet"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
        **kwargs: Any,
    ) -> "ConfigurationSetResource":
        sets = _ses(account_id, region_name).config_sets
        options = cloudformation_json.get("Properties", {}).get("SuppressionOptions")
        sets[resource_name] = ConfigurationSet(resource_name, suppression_options=options)  # pyright: ignore[reportArgumentType] moto types it as BaseModel
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: "ConfigurationSetResource",
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> "ConfigurationSetResource":
        name = cloudformation_json.get("Properties", {}).get("Name", original_resource.name)
        original_resource.delete(account_id, region_name)
        return cls.create_from_cloudformation_json(
            name, cloudformation_json, account_id, region_name
        )

    def delete(self, account_id: str, region_name: str) -> None:
        _ses(account_id, region_name).config_sets.pop(self.name, None)


class _InertResource:
    """A resource that has a name, and does nothing."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, *args: Any, **kwargs: Any
    ) -> "_InertResource":
        return cls(resource_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: "_InertResource", **kwargs: Any
    ) -> "_InertResource":
        return original_resource

    def delete(self, account_id: str, region_name: str) -> None:
        """Does nothing, because nothing was made."""


def install() -> None:
    """Adds the inert types. moto finds every type that is a subclass of CloudFormationModel."""
    _inert_types.extend(_inert_type(name) for name in _INERT)


# This list keeps the types alive, because Python's list of subclasses does not.
_inert_types: list[type] = []


def _inert_type(name: str) -> type:
    body = {"cloudformation_type": staticmethod(lambda: name)}
    return type("Inert", (_InertResource, CloudFormationModel), body)


def _iam(account_id: str, region_name: str) -> IAMBackend:
    return iam_backends[account_id][get_partition(region_name)]


def _ses(account_id: str, region_name: str) -> SESBackend:
    return ses_backends[account_id][region_name]
