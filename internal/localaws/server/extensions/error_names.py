"""Corrects the names of errors, and which errors a Retry or a Catch matches.

- moto has the names of only two services in errors. AWS writes names such as
  `Iam.NoSuchEntityException`:
  https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
- A call that gets no answer, for example because the connection was cut, is States.Runtime in moto. The
  SDK reports it as SdkClientException:
  https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
- An answer without a request ID ends the execution in moto, and some of moto's errors have none. AWS
  always sends one.
- States.ALL matches every error except States.DataLimitExceeded and States.Runtime. States.TaskFailed
  matches every error except these, States.Timeout and States.HeartbeatTimeout:
  https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import uuid

from botocore.exceptions import BotoCoreError, ClientError
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

_SERVICE_NAMES = {"iam": "Iam", "secretsmanager": "SecretsManager", "sesv2": "SesV2", "sns": "Sns"}
_NOT_MATCHED_BY = {
    "States.ALL": {"States.DataLimitExceeded", "States.Runtime"},
    "States.TaskFailed": {
        "States.DataLimitExceeded",
        "States.HeartbeatTimeout",
        "States.Runtime",
        "States.Timeout",
    },
}

_original_from_error = StateTaskServiceAwsSdk._from_error


def install() -> None:
    state_task_service_aws_sdk._SERVICE_ERROR_NAMES.update(_SERVICE_NAMES)
    StateTaskServiceAwsSdk._from_error = _from_error
    ErrorEqualsDecl._eval_body = _match


def _from_error(self: StateTaskServiceAwsSdk, env: Environment, ex: Exception) -> FailureEvent:
    if isinstance(ex, BotoCoreError):
        service = self._normalise_service_error_name(self.resource.api_name)
        return self._get_task_failure_event(env, f"{service}.SdkClientException", str(ex))
    if isinstance(ex, ClientError):
        ex.response["ResponseMetadata"].setdefault("RequestId", str(uuid.uuid4()))
    return _original_from_error(self, env, ex)


def _match(self: ErrorEqualsDecl, env: Environment) -> None:
    error = env.stack.pop()
    name = error.error_name if error else ""
    env.stack.append(any(_matches(pattern.error_name, name) for pattern in self.error_names))


def _matches(pattern: str | None, name: str) -> bool:
    if pattern in _NOT_MATCHED_BY:
        return name not in _NOT_MATCHED_BY[pattern]
    return pattern == name
