"""Controls: actions that people do on AWS without an API, as routes under /_localaws/ that use JSON.

    POST identities/verify  {"Identity": …}  follow the link in the verification mail
    PUT  sending            {"Enabled": …}   pause the sending of the account, or resume it
    POST suppressed         {"Addresses": …} let mails to addresses bounce permanently
    GET  mails                               read the mails that were sent
    GET  notifications                       read the messages that were published to topics
    GET  users, users?name=…                 read all users, or one, with their passwords
    POST sign-in            {"UserName": …, "Password": …, "NewPassword": …}
                                             sign in to the console, and choose a new password
    PUT  task-endpoint      {"URL": …}       put a proxy between state machines and services
"""

import contextlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import ServiceException
from moto.iam.models import IAMBackend, User, iam_backends
from moto.sns.models import sns_backends
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, NotFound
from werkzeug.wrappers import Request, Response

from extensions import clients, credentials, iam, serving, ses, suppression
from extensions.partitions import PARTITION, REGION

_PREFIX = "/_localaws/"


def add(method: str, route: str, handler: Callable[[Request], Any], waits: bool = False) -> None:
    """Adds a control of another extension, whose docstring describes it. `waits` says that the control
    waits for something: then it does not block other requests."""
    _HANDLERS[method, route] = handler
    if waits:
        _WAITING.add(handler)


class Controls:
    """Answers the routes of the controls, and passes every other request to the application."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith(_PREFIX):
            return self._application(environ, start_response)
        return _answer(Request(environ))(environ, start_response)


def _answer(request: Request) -> Response:
    handler = _HANDLERS.get((request.method, request.path.removeprefix(_PREFIX)))
    request.get_data()
    try:
        if handler is None:
            raise NotFound(f"there is no control {request.method} {request.path}")
        with contextlib.nullcontext() if handler in _WAITING else serving.lock:
            return Response(json.dumps(handler(request)), mimetype="application/json")
    except HTTPException as error:
        return Response(error.description, status=error.code, mimetype="text/plain")
    except ServiceException as error:
        return Response(error.message, status=BadRequest.code, mimetype="text/plain")


def _verify(request: Request) -> None:
    identity = request.get_json()["Identity"]
    if not ses.verify(DEFAULT_ACCOUNT_ID, REGION, identity):
        raise NotFound(f"SES has no identity {identity}")


def _set_sending(request: Request) -> None:
    ses.set_sending(DEFAULT_ACCOUNT_ID, REGION, request.get_json()["Enabled"])


def _suppress(request: Request) -> None:
    for address in request.get_json()["Addresses"]:
        suppression.add(DEFAULT_ACCOUNT_ID, REGION, address, "BOUNCE")


def _mails(request: Request) -> list[dict[str, Any]]:
    return [_mail(sent) for sent in ses.mails(DEFAULT_ACCOUNT_ID, REGION)[request.args.get("from", 0, int) :]]


def _mail(sent: dict[str, Any]) -> dict[str, Any]:
    message = sent["Content"].get("Simple", {})
    body = message.get("Body", {})
    return {
        "From": sent["FromEmailAddress"],
        "To": sent.get("Destination", {}).get("ToAddresses", []),
        "ReplyTo": sent.get("ReplyToAddresses", []),
        "Subject": message.get("Subject", {}).get("Data", ""),
        "Text": body.get("Text", {}).get("Data", ""),
        "HTML": body.get("Html", {}).get("Data", ""),
        "Tags": {tag["Name"]: tag["Value"] for tag in sent.get("EmailTags", [])},
    }


def _notifications(_: Request) -> list[dict[str, Any]]:
    return [
        {"Topic": topic.arn, "Subject": subject, "Message": message}
        for topic in sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics.values()
        for _, message, subject, *_ in topic.sent_notifications
    ]


def _users(request: Request) -> list[dict[str, Any]]:
    if name := request.args.get("name"):
        return [_user(_find_user(name))]
    return [_user(user) for user in _iam().users.values()]


def _user(user: User) -> dict[str, Any]:
    profile = None
    if user.password:
        profile = {"Password": user.password, "ResetRequired": user.password_reset_required}
    return {
        "Name": user.name,
        "Path": user.path,
        "Tags": {tag["Key"]: tag["Value"] for tag in user.tags or []},
        "Groups": user.group_list,
        "LoginProfile": profile,
        "AccessKeys": {key.access_key_id: key.status for key in user.access_keys} or None,
        "AttachedPolicies": sorted(user.managed_policies) or None,
        "Others": credentials.others(user) or None,
    }


def _sign_in(request: Request) -> None:
    body = request.get_json()
    user = _find_user(body["UserName"])
    if not user.password or user.password != body["Password"]:
        raise Forbidden(f"wrong password for the user {user.name}")
    iam.check_password(_iam(), body["NewPassword"])
    user.password = body["NewPassword"]
    user.password_reset_required = False
    user.password_last_used = iam.now()


def _set_task_endpoint(request: Request) -> None:
    clients.set_endpoint(request.get_json()["URL"])


def _find_user(name: str) -> User:
    user = _iam().users.get(name)
    if user is None:
        raise NotFound(f"IAM has no user {name}")
    return user


def _iam() -> IAMBackend:
    return iam_backends[DEFAULT_ACCOUNT_ID][PARTITION]


_WAITING: set[Callable[[Request], Any]] = set()
_HANDLERS: dict[tuple[str, str], Callable[[Request], Any]] = {
    ("POST", "identities/verify"): _verify,
    ("PUT", "sending"): _set_sending,
    ("POST", "suppressed"): _suppress,
    ("GET", "mails"): _mails,
    ("GET", "notifications"): _notifications,
    ("GET", "users"): _users,
    ("POST", "sign-in"): _sign_in,
    ("PUT", "task-endpoint"): _set_task_endpoint,
}
