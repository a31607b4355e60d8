"""The clients by which the Step Functions engine calls the services.

moto makes a client for each call, of boto3's default session, which is not safe to use from the
threads of a Map (https://docs.aws.amazon.com/boto3/latest/guide/session.html, multithreading or
multiprocessing with sessions), and slow. Here each service has one client, which is thread-safe;
and it can be told where to send its calls, so that a proxy can be put between the engine and the
services.
"""

import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk,
)

_CONFIG = Config(
    # A call is one request: repeating it is for the Retry of the state machine to say.
    retries={"total_max_attempts": 1},
    parameter_validation=False,
    user_agent="engine",  # the default one is put together anew for each call
    max_pool_connections=50,
)

_lock = threading.Lock()
_clients: dict[tuple[str, str, str], BaseClient] = {}
_handlers: list[Callable[..., None]] = []
_endpoint = ""


def install() -> None:
    state_task_service_aws_sdk.boto_client_for = _client_for


def set_endpoint(url: str) -> None:
    """Makes the engine send its calls to `url`."""
    global _endpoint
    _endpoint = url


def before_parse(handler: Callable[..., None]) -> None:
    """Has a handler see each answer, as botocore's event before-parse gives it, before it is read.
    What the handler raises is what the call raises."""
    _handlers.append(handler)


def _client_for(region: str, service: str, state_credentials: Any = None) -> BaseClient:
    key = (service, region, _endpoint)
    with _lock:
        if key not in _clients:
            client = boto3.client(
                service,
                region_name=region,
                endpoint_url=_endpoint,
                aws_access_key_id="engine",
                aws_secret_access_key="engine",
                config=_CONFIG,
            )
            for handler in _handlers:
                client.meta.events.register("before-parse", handler)
            _clients[key] = client
        return _clients[key]
