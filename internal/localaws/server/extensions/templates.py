"""Templates that CloudFormation is to take from S3.

The CDK CLI gives their URL at the endpoint that it was told, with the bucket in the path
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html, path-style requests).
moto understands that only of an endpoint named localhost.
"""

from moto.cloudformation import responses

_original_get = responses.get_stack_from_s3_url


def install() -> None:
    responses.get_stack_from_s3_url = _get_template


def _get_template(template_url: str, account_id: str, partition: str) -> str:
    template_url = template_url.replace("//127.0.0.1:", "//localhost:")
    return _original_get(template_url, account_id, partition)
