"""Makes the clients with which the Step Functions engine calls the services.

moto makes a client for each call, from boto3's default session. That is slow, and a session is not safe
to use from the threads of a Map (https://docs.aws.amazon.com/boto3/latest/guide/session.html,
multithreading or multiprocessing with sessions). Here each service has one client, which is thread-safe.

The calls of a client reach the services without a network. They have no signature, because moto does
not check signatures. A test can put a proxy between the engine and the services. The proxy gets each
call by HTTP, with the name of the task state in the header X-Localaws-State, and answers it. If its
answer has the header X-Localaws-Pass, the engine sends the call to the services.
"""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.config import Config
from moto.core.botocore_stubber import MockRawResponse
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
)
from werkzeug.test import create_environ, run_wsgi_app

_PASS = "X-Localaws-Pass"
_STATE = "X-Localaws-State"

_CONFIG = Config(
    # A call is one request: only the Retry of the state machine repeats it.
    retries={"total_max_attempts": 1},
    parameter_validation=False,
    signature_version=UNSIGNED,
    user_agent="engine",  # botocore composes the default one again for each call
    max_pool_connections=50,
)

_lock = threading.Lock()
_clients: dict[tuple[str, str, str], BaseClient] = {}
_handlers: list[Callable[..., None]] = []
_services: Callable[..., Iterable[bytes]]
_here = ""
_endpoint = ""
_caller = threading.local()


def install() -> None:
    state_task_service_aws_sdk.boto_client_for = _client_for


def set_services(application: Callable[..., Iterable[bytes]], url: str) -> None:
    """Sets the services that the engine calls. Other clients reach them at `url`."""
    global _services, _here
    _services, _here = application, url
    set_endpoint(url)


def set_endpoint(url: str) -> None:
    """Makes the engine send its calls to `url`, which is that of a proxy or of the services."""
    global _endpoint
    _endpoint = url


@contextlib.contextmanager
def calls_of(state: str) -> Iterator[None]:
    """Tells a proxy that the calls of this thread are those of a state."""
    _caller.state = state
    try:
        yield
    finally:
        del _caller.state


def before_parse(handler: Callable[..., None]) -> None:
    """Registers a handler for botocore's event before-parse of each answer. If the handler raises an
    exception, the call raises it."""
    _handlers.append(handler)


def _client_for(region: str, service: str, state_credentials: Any = None) -> BaseClient:
    key = (service, region, _endpoint)
    with _lock:
        if key not in _clients:
            _clients[key] = _make(region, service, _endpoint)
        return _clients[key]


def _make(region: str, service: str, endpoint: str) -> BaseClient:
    client = boto3.client(service, region_name=region, endpoint_url=endpoint, config=_CONFIG)
    scope = f"engine/20000101/{region}/{client.meta.service_model.signing_name}/aws4_request"

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        request.headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={scope}"
        if endpoint != _here:
            request.headers[_STATE] = quote(_caller.state)
            response = client._endpoint.http_session.send(request)
            if _PASS not in response.headers:
                return response
        return _call_services(request)

    client.meta.events.register("before-send", send)
    for handler in _handlers:
        client.meta.events.register("before-parse", handler)
    return client


def _call_services(request: AWSPreparedRequest) -> AWSResponse:
    url = urlsplit(request.url)
    environ = create_environ(
        url.path,
        base_url=f"{url.scheme}://{url.netloc}",
        query_string=url.query,
        method=request.method,
        headers=[(name, _text(value)) for name, value in request.headers.items()],
        data=request.body or b"",
    )
    body, status, headers = run_wsgi_app(_services, environ, buffered=True)
    raw = MockRawResponse(b"".join(body))
    return AWSResponse(request.url, int(status.split()[0]), headers, raw)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
