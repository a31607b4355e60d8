"""Checks each call of a task against the policies of the role of its state machine.

On AWS, IAM authorizes each call of a task by these policies; moto accepts every call:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. The resource
types and the condition keys of each action are documented in
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

The engine authorizes a call before it makes the call, so a proxy between the engine and the services
makes no difference. Only the policies of the role count: the role has no permissions boundary, and no
resource has a policy. Calls that no task makes, such as those of CloudFormation, are not checked.

ListUsers is authorized on the ARN of a user, with the path prefix instead of path and name. Without a prefix
AWS names "arn:aws:iam::123456789012:user/" in its refusals. With a prefix, the same is recorded for
ListInstanceProfiles (kubernetes/kops pull request 17854: "instance-profile/karpenter/…/"), so it is likely for
ListUsers. A statement on user/p/* therefore allows it with the prefix /p/, and not without.

If this module does not know something, it is stricter than AWS:
- A role that does not exist may do nothing.
- A call of an unknown resource needs a statement on every resource.
- An unknown condition operator ends the execution.
- An operator for a single value does not match a key with several values, for which AWS wants ForAllValues
  or ForAnyValue:
  https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

AWS does not document on which resource it authorizes a call for a user or a group that does not exist.
Here it is the ARN without a path. So a missing group that is configured with a path causes AccessDenied
here. If AWS answers NoSuchEntity, the preflight reports there that IAM has no such group.
"""

import functools
import json
import re
import uuid
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from moto.iam.models import IAMBackend, iam_backends
from moto.ses.models import ses_backends
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceRuntimePart,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.utilities.utils import get_partition

from extensions import serving, ses

# The prefixes of the IAM actions of services that have another name in botocore.
_IAM_PREFIXES = {"sesv2": "ses", "stepfunctions": "states"}

_Parameters = dict[str, Any]
_Context = dict[str, list[str]]


class _Request(NamedTuple):
    """A request to authorize: an action on a resource. The keys of the context are in lower case."""

    action: str
    resource: str
    context: _Context
    shown: str = ""  # the name of the resource in IAM's refusal, if that is not its ARN


def install() -> None:
    """Call it after the installation of results, because it wraps the same method."""
    original_eval = StateTaskServiceAwsSdk._eval_service_task

    def eval_service_task(
        self: StateTaskServiceAwsSdk,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: _Parameters,
        state_credentials: StateCredentials,
    ) -> None:
        api = self.resource.api_action
        service = self._get_boto_service_name()
        service = _IAM_PREFIXES.get(service, service)
        account, region = resource_runtime_part.account, resource_runtime_part.region
        backend = iam_backends[account][get_partition(region)]
        action = f"{service}:{api[0].upper()}{api[1:]}"
        with serving.lock:
            for request in _requests(action, normalised_parameters, backend, region):
                _judge(request, state_credentials.role_arn, backend)
        original_eval(self, env, resource_runtime_part, normalised_parameters, state_credentials)

    StateTaskServiceAwsSdk._eval_service_task = eval_service_task


def _requests(
    action: str, parameters: _Parameters, backend: IAMBackend, region: str
) -> Iterator[_Request]:
    if action.startswith("iam:"):
        yield from _iam_requests(action, parameters, backend)
    elif action == "ses:GetEmailIdentity":
        name = ses.name_of(parameters["EmailIdentity"])
        yield _Request(action, _ses_arn(backend, region, "identity", name), {})
    elif action == "ses:SendEmail":
        yield from _mail_requests(action, parameters, backend, region)
    elif action == "states:ListExecutions":
        yield _Request(action, parameters.get("stateMachineArn", "*"), {})
    elif action == "sns:Publish":
        yield _Request(action, parameters.get("TopicArn", "*"), {})
    else:
        yield _Request(action, "*", {})


def _iam_requests(
    action: str, parameters: _Parameters, backend: IAMBackend
) -> Iterator[_Request]:
    prefix = f"arn:{backend.partition}:iam::{backend.account_id}:"
    context: _Context = {}
    for tag in parameters.get("Tags", []):
        context.setdefault("aws:tagkeys", []).append(tag["Key"])
        context["aws:requesttag/" + tag["Key"].lower()] = [tag["Value"]]
    if action == "iam:CreateUser":
        arn = f"{prefix}user{parameters.get('Path', '/')}{parameters['UserName']}"
        if context:
            yield _Request("iam:TagUser", arn, dict(context))
        if boundary := parameters.get("PermissionsBoundary"):
            context["iam:permissionsboundary"] = [boundary]
        yield _Request(action, arn, context)
    elif action == "iam:ListUsers":
        yield _Request(action, f"{prefix}user{parameters.get('PathPrefix', '/')}", context)
    elif action == "iam:DeleteVirtualMFADevice":
        yield _Request(action, parameters["SerialNumber"], context)
    elif name := parameters.get("GroupName"):
        group = backend.groups.get(name)
        arn = group.arn if group else f"{prefix}group/{name}"
        yield _Request(action, arn, context, f"group {name}")
    elif name := parameters.get("UserName"):
        user = backend.users.get(name)
        arn = user.arn if user else f"{prefix}user/{name}"
        for tag in (user and user.tags) or []:
            context["aws:resourcetag/" + tag["Key"].lower()] = [tag["Value"]]
        if policy := parameters.get("PolicyArn"):
            context["iam:policyarn"] = [policy]
        yield _Request(action, arn, context, f"user {name}")
    else:
        yield _Request(action, "*", context)


def _mail_requests(
    action: str, parameters: _Parameters, backend: IAMBackend, region: str
) -> Iterator[_Request]:
    """Yields the requests for a mail: on the identity of the sender, on each recipient that is also an
    identity, and on the configuration set:
    https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
    """
    name, sender = parseaddr(parameters.get("FromEmailAddress") or parameters["Source"])
    recipients = parameters["Destination"].get("ToAddresses", [])
    context = {
        "ses:fromaddress": [sender],
        "ses:fromdisplayname": [name],
        "ses:recipients": recipients,
    }
    identities = ses_backends[backend.account_id][region]
    senders = [name for name in ses.covering(sender) if name in identities.email_identities]
    resources = [("identity", name) for name in senders[:1] or [sender]]
    for recipient in recipients:
        names = ses.covering(parseaddr(recipient)[1])
        resources += [("identity", name) for name in names if name in identities.email_identities]
    if configuration_set := parameters.get("ConfigurationSetName"):
        resources.append(("configuration-set", configuration_set))
    for kind, name in resources:
        yield _Request(action, _ses_arn(backend, region, kind, name), context)


def _ses_arn(backend: IAMBackend, region: str, kind: str, name: str) -> str:
    return f"arn:{backend.partition}:ses:{region}:{backend.account_id}:{kind}/{name}"


def _judge(request: _Request, role_arn: str, backend: IAMBackend) -> None:
    """Raises the error of the service, unless a policy of the role allows the request and none denies it."""
    matching = {
        statement["Effect"]
        for statement in _statements(role_arn, backend)
        if _matches(statement, request)
    }
    if matching == {"Allow"}:
        return
    because = f"because no identity-based policy allows the {request.action} action"
    if "Deny" in matching:
        because = "with an explicit deny in an identity-based policy"
    service = request.action.partition(":")[0]
    session = f"assumed-role/{role_arn.rpartition('/')[2]}/{uuid.uuid4().hex}"
    principal = f"arn:{backend.partition}:sts::{backend.account_id}:{session}"
    raise ClientError(
        {
            "Error": {
                "Code": "AccessDenied" if service == "iam" else "AccessDeniedException",
                "Message": f"User: {principal} is not authorized to perform: {request.action} "
                f"on resource: {request.shown or request.resource} {because}",
            },
            "ResponseMetadata": {
                "HTTPStatusCode": 400 if service in ("secretsmanager", "states") else 403,
            },
        },
        request.action.partition(":")[2],
    )


def _statements(role_arn: str, backend: IAMBackend) -> Iterator[dict[str, Any]]:
    role = next((role for role in list(backend.roles.values()) if role.arn == role_arn), None)
    if role is None:
        return
    documents = list(role.policies.values())
    for policy in role.managed_policies.values():
        documents += [version.document for version in policy.versions if version.is_default]
    for document in documents:
        yield from _values(_parse(document)["Statement"])


@functools.lru_cache(maxsize=64)
def _parse(document: str) -> dict[str, Any]:
    return json.loads(document)


def lets_assume(document: str, service: str, context: dict[str, list[str]]) -> bool:
    """Returns whether the trust policy of a role lets a service assume the role. The keys of the context
    are in lower case."""
    matching = {
        statement["Effect"]
        for statement in _values(_parse(document)["Statement"])
        if service in _values(statement.get("Principal", {}).get("Service", []))
        and _element_matches(statement, "Action", "sts:AssumeRole", re.IGNORECASE)
        and _conditions_hold(statement, context)
    }
    return matching == {"Allow"}


def _matches(statement: dict[str, Any], request: _Request) -> bool:
    return (
        _element_matches(statement, "Action", request.action, re.IGNORECASE)
        and _element_matches(statement, "Resource", request.resource)
        and _conditions_hold(statement, request.context)
    )


def _conditions_hold(statement: dict[str, Any], context: _Context) -> bool:
    return all(
        _condition_holds(operator, context.get(key.lower(), []), _values(wanted))
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _element_matches(statement: dict[str, Any], element: str, value: str, flags: int = 0) -> bool:
    if element in statement:
        return any(_like(pattern, value, flags) for pattern in _values(statement[element]))
    patterns = _values(statement["Not" + element])
    return not any(_like(pattern, value, flags) for pattern in patterns)


def _condition_holds(operator: str, got: list[str], wanted: list[str]) -> bool:
    """Returns whether a condition is true for the values of a key. A request without the key has none:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    match operator:
        case "StringEquals":
            return len(got) == 1 and got[0] in wanted
        case "ArnEquals":  # compares with wildcards, as ArnLike does
            return len(got) == 1 and any(_arn_like(pattern, got[0]) for pattern in wanted)
        case "StringLike":
            return len(got) == 1 and any(_like(pattern, got[0]) for pattern in wanted)
        case "Null":
            return str(not got).lower() in wanted
        case "ForAllValues:StringEquals":
            return all(value in wanted for value in got)
        case "ForAnyValue:StringEquals":
            return any(value in wanted for value in got)
    raise NotImplementedError(f"the local AWS does not know the operator {operator}")


def _like(pattern: str, value: str, flags: int = 0) -> bool:
    return _expression(pattern, flags).fullmatch(value) is not None


def _arn_like(pattern: str, arn: str) -> bool:
    """Returns whether each of the six parts of an ARN matches the part of a pattern."""
    parts, patterns = arn.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(patterns) and all(map(_like, patterns, parts))


@functools.lru_cache(maxsize=1024)
def _expression(pattern: str, flags: int) -> re.Pattern[str]:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(expression, flags | re.DOTALL)


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
