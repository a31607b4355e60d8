"""Adds resource types of CloudFormation that moto skips with a warning.

The types of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-emailidentity.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-configurationset.html
and
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html
make real resources. A schedule starts nothing here: see schedules.py. The types in `_INERT` are accepted, and make nothing.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.iam.exceptions import DeleteConflictException
from moto.iam.models import Group, IAMBackend, iam_backends
from moto.scheduler.exceptions import ScheduleNotFound
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends
from moto.ses.models import ConfigurationSet, SESBackend, ses_backends
from moto.utilities.utils import get_partition
from typing_extensions import Self

from extensions import schedules
from extensions.ses import AlreadyExists

_INERT = (
    "AWS::CDK::Metadata",
    "AWS::CloudWatch::Alarm",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
)


class _Named:
    """Has what the types have in common: each has a name in its properties, which is its Ref."""

    TYPE: str
    NAME: str  # the property with the name

    physical_resource_id: str

    @classmethod
    def cloudformation_name_type(cls) -> str:
        return cls.NAME

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.TYPE

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> Self:
        return cls.create(resource_name, cloudformation_json.get("Properties", {}), account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls,
        original_resource: Self,
        new_resource_name: str,
        cloudformation_json: dict[str, Any],
        account_id: str,
        region_name: str,
    ) -> Self:
        properties = cloudformation_json.get("Properties", {})
        name = properties.get(cls.NAME, original_resource.physical_resource_id)
        return original_resource.update(name, properties, account_id, region_name)

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        raise NotImplementedError

    def update(self, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        """Replaces the resource."""
        self.delete(account_id, region_name)
        return self.create(name, properties, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        raise NotImplementedError


class GroupResource(_Named, CloudFormationModel):  # pyright: ignore[reportIncompatibleMethodOverride] moto calls them on the class
    """A new name replaces the group. If the old group cannot be deleted, it stays."""

    TYPE = "AWS::IAM::Group"
    NAME = "GroupName"

    def __init__(self, group: Group, properties: dict[str, Any]) -> None:
        self.group = group
        self.properties = properties
        self.physical_resource_id = group.name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.group.arn

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        backend = _iam(account_id, region_name)
        resource = cls(backend.create_group(name, properties.get("Path", "/")), properties)
        resource._put_policies(backend)
        return resource

    def update(self, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        if name != self.group.name:
            resource = self.create(name, properties, account_id, region_name)
            with contextlib.suppress(DeleteConflictException):
                self.delete(account_id, region_name)
            return resource
        backend = _iam(account_id, region_name)
        self._remove_policies(backend)
        self.group.path = properties.get("Path", "/")
        resource = type(self)(self.group, properties)
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


class EmailIdentityResource(_Named, CloudFormationModel):  # pyright: ignore[reportIncompatibleMethodOverride] moto calls them on the class
    """The name is the address or the domain. A new identity is not verified."""

    TYPE = "AWS::SES::EmailIdentity"
    NAME = "EmailIdentity"

    def __init__(self, identity: str) -> None:
        self.physical_resource_id = identity

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr.startswith("DkimDNSToken")

    def get_cfn_attribute(self, attribute_name: str) -> str:
        token = f"token{attribute_name[-1]}"
        is_name = attribute_name.startswith("DkimDNSTokenName")
        return f"{token}._domainkey.{self.physical_resource_id}" if is_name else f"{token}.dkim.amazonses.com"

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        try:
            _ses(account_id, region_name).create_email_identity_v2(name, None, None, None)
        except AlreadyExists:
            # The words are those of CloudFormation: issue 27 of widdix/mastodon-on-aws.
            raise ValidationError(
                message=f"Resource of type '{cls.TYPE}' with identifier '{name}' already exists."
            ) from None
        return cls(name)

    def update(self, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        if name == self.physical_resource_id:
            return self
        return super().update(name, properties, account_id, region_name)

    def delete(self, account_id: str, region_name: str) -> None:
        _ses(account_id, region_name).delete_identity(self.physical_resource_id)


class ConfigurationSetResource(_Named, CloudFormationModel):  # pyright: ignore[reportIncompatibleMethodOverride] moto calls them on the class
    """It has only the suppression options."""

    TYPE = "AWS::SES::ConfigurationSet"
    NAME = "Name"

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        options = properties.get("SuppressionOptions")
        sets = _ses(account_id, region_name).config_sets
        sets[name] = ConfigurationSet(name, suppression_options=options)  # pyright: ignore[reportArgumentType] moto types it as BaseModel
        return cls(name)

    def delete(self, account_id: str, region_name: str) -> None:
        _ses(account_id, region_name).config_sets.pop(self.physical_resource_id, None)


class ScheduleResource(_Named, CloudFormationModel):  # pyright: ignore[reportIncompatibleMethodOverride] moto calls them on the class
    """A new name replaces the schedule. A schedule that the template does not name gets a name of at most 64
    characters, which is the limit of Scheduler."""

    TYPE = "AWS::Scheduler::Schedule"
    NAME = "Name"

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.physical_resource_id = schedule.name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return self.schedule.arn

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        if cls.NAME not in properties:
            name = name[:51] + name[-13:]  # the end is random
        with _refusals_of_schedules(name):
            backend = _scheduler(account_id, region_name)
            return cls(backend.create_schedule(**schedules.parameters(properties, name)))

    def update(self, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        if name != self.physical_resource_id:
            resource = self.create(name, properties, account_id, region_name)
            self.delete(account_id, region_name)
            return resource
        parameters = schedules.parameters(properties, name)
        del parameters["action_after_completion"]  # moto cannot change it
        with _refusals_of_schedules(name):
            return type(self)(_scheduler(account_id, region_name).update_schedule(**parameters))

    def delete(self, account_id: str, region_name: str) -> None:
        with contextlib.suppress(ScheduleNotFound):  # CloudFormation accepts that a resource is gone
            backend = _scheduler(account_id, region_name)
            backend.delete_schedule(self.schedule.group_name, self.schedule.name)


@contextlib.contextmanager
def _refusals_of_schedules(name: str) -> Iterator[None]:
    """Makes CloudFormation fail if Scheduler refuses a schedule."""
    try:
        yield
    except JsonRESTError as error:
        raise ValidationError(name, f'Resource handler returned message: "{error.message}"') from error


class _InertResource(_Named):
    """A resource that has a name, and does nothing."""

    NAME = ""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @classmethod
    def create(cls, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        return cls(name)

    def update(self, name: str, properties: dict[str, Any], account_id: str, region_name: str) -> Self:
        return self

    def delete(self, account_id: str, region_name: str) -> None:
        """Does nothing, because nothing was made."""


def install() -> None:
    """Adds the inert types. moto finds every type that is a subclass of CloudFormationModel."""
    _inert_types.extend(_inert_type(name) for name in _INERT)


# This list keeps the types alive, because Python's list of subclasses does not.
_inert_types: list[type] = []


def _inert_type(name: str) -> type:
    return type("Inert", (_InertResource, CloudFormationModel), {"TYPE": name})


def _iam(account_id: str, region_name: str) -> IAMBackend:
    return iam_backends[account_id][get_partition(region_name)]


def _scheduler(account_id: str, region_name: str) -> EventBridgeSchedulerBackend:
    return scheduler_backends[account_id][region_name]


def _ses(account_id: str, region_name: str) -> SESBackend:
    return ses_backends[account_id][region_name]
