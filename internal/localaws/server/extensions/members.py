"""Names the members of requests and results of aws-sdk tasks as Step Functions does.

Step Functions has every name in Pascal case, whatever the API has, and refuses other names:
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html. moto takes and
returns the names of the API, such as stateMachineArn. If a definition has a name that Step Functions
does not have, the execution ends here. On AWS there is no such definition.

AWS does not document how it writes abbreviations in names, such as SSHPublicKeyId. Here it is SshPublicKeyId,
as in the AWS SDK for Java 2.x.
"""

import functools
from typing import Any

import botocore.session
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)

# The services with names in which Step Functions changes something. The others have the same names.
_RENAMED = ("iam", "sfn")


def install() -> None:
    StateTaskServiceAwsSdk._normalise_parameters = _to_api
    StateTaskServiceAwsSdk._normalise_response = _from_api


@functools.cache
def operation(service: str, action: str) -> Any:
    """Returns the model of an operation. Both names are those in the resource of a task."""
    service = StateTaskService._SERVICE_NAME_SFN_TO_BOTO_OVERRIDES.get(service, service)
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(action[0].upper() + action[1:])


def _to_api(self: StateTaskServiceAwsSdk, parameters: dict[str, Any]) -> None:
    if self.resource.api_name not in _RENAMED:
        return
    shape = operation(self.resource.api_name, self.resource.api_action).input_shape
    if shape is None:  # the operation takes nothing
        return
    names = {StateTaskService._to_sfn_cased(name): name for name in shape.members}
    for name in list(parameters):
        parameters[names[name]] = parameters.pop(name)


def _from_api(self: StateTaskServiceAwsSdk, response: Any) -> None:
    if self.resource.api_name not in _RENAMED:
        return
    shape = operation(self.resource.api_name, self.resource.api_action).output_shape
    if shape is not None:
        self._from_boto_response(response, shape)
