"""Lets CloudFormation read templates from S3.

The CDK CLI sends the URL of a template. It has the configured endpoint, and the bucket in the path
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html, path-style requests).
moto supports such a URL only if the host is localhost.
"""

from moto.cloudformation import responses

_original_get = responses.get_stack_from_s3_url


def install() -> None:
    responses.get_stack_from_s3_url = _get_template


def _get_template(template_url: str, account_id: str, partition: str) -> str:
    template_url = template_url.replace("//127.0.0.1:", "//localhost:")
    return _original_get(template_url, account_id, partition)
