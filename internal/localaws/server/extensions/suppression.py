"""Adds the suppression list of an account, which moto does not have.

The sources are https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html and
https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list-config-level.html:

- SES accepts and counts a mail to an address on the list, and does not send it. This applies only to
  addresses that are on the list for certain reasons. The configuration set of the mail names these
  reasons; if it names none, the account does.
- The calls that manage the list compare the part before the @ with regard to letter case, and change
  the domain to lower case (https://github.com/floci-io/floci/pull/1350, measured on AWS). SendEmail
  compares without regard to case.
- Without a PageSize, a page has 1,000 addresses (https://github.com/aws/aws-cli/issues/7859). The
  largest PageSize is not documented; here it is also 1,000.
- The list can have an address with a slash, but a path cannot name it
  (https://github.com/aws/aws-sdk/issues/158, for DeleteSuppressedDestination).
- An account may make one request per second (https://docs.aws.amazon.com/ses/latest/dg/quotas.html).
  Here this limits only Get and List, each separately, because a command makes many of these calls.

The state is in attributes of moto's objects, so a reset of moto resets it too.
"""

import base64
import binascii
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ses.models import SESBackend, ses_backends
from moto.sesv2 import urls
from moto.sesv2.responses import SESV2Response

_REASONS = ("BOUNCE", "COMPLAINT")
_PAGE_SIZE = 1000

_lock = threading.Lock()


class SuppressionError(JsonRESTError):
    """A refusal of a call that manages the list."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(name, message)
        self.code = status


@dataclass
class _Entry:
    address: str
    reason: str
    time: float

    def summary(self) -> dict[str, Any]:
        return {
            "EmailAddress": self.address,
            "Reason": self.reason,
            "LastUpdateTime": self.time,
        }


def install() -> None:
    urls.url_paths["{0}/v2/email/account/suppression$"] = SESV2Response.dispatch
    urls.url_paths["{0}/v2/email/suppression/addresses$"] = SESV2Response.dispatch
    urls.url_paths["{0}/v2/email/suppression/addresses/(?P<EmailAddress>.+)$"] = (
        SESV2Response.dispatch
    )
    SESV2Response.put_account_suppression_attributes = _put_account_attributes
    SESV2Response.put_suppressed_destination = _put
    SESV2Response.get_suppressed_destination = _get
    SESV2Response.list_suppressed_destinations = _list
    SESV2Response.delete_suppressed_destination = _delete


def add(account: str, region: str, address: str, reason: str) -> None:
    """Puts an address on the list, as a bounce or a complaint does."""
    _add(ses_backends[account][region], address, reason)


def account_attributes(backend: SESBackend) -> dict[str, Any]:
    """Returns the SuppressionAttributes of an account. A new account has both reasons."""
    return {"SuppressedReasons": getattr(backend, "suppressed_reasons", list(_REASONS))}


def holds_back(backend: SESBackend, configuration_set: str | None, address: str) -> bool:
    """Returns whether SES accepts a mail to the address without sending it."""
    attributes = account_attributes(backend)
    if configuration_set:
        attributes |= backend.config_sets[configuration_set].suppression_options
    return any(
        entry.address.lower() == address.lower()
        and entry.reason in attributes["SuppressedReasons"]
        for entry in list(_entries(backend).values())
    )


def _entries(backend: SESBackend) -> dict[str, _Entry]:
    return backend.__dict__.setdefault("suppressed", {})


def _core(response: SESV2Response) -> SESBackend:
    return response.sesv2_backend.core_backend


def _add(backend: SESBackend, address: str, reason: str) -> None:
    name, at, host = address.strip().rpartition("@")
    if not name or not host:
        raise SuppressionError(400, "BadRequestException", f"Invalid email address: {address}.")
    if reason not in _REASONS:
        raise SuppressionError(400, "BadRequestException", f"Invalid reason: {reason}.")
    stored = name + at + host.lower()
    _entries(backend)[stored] = _Entry(stored, reason, time.time())


def _put_account_attributes(self: SESV2Response) -> str:
    _core(self).suppressed_reasons = json.loads(self.body).get("SuppressedReasons", [])
    return json.dumps({})


def _put(self: SESV2Response) -> str:
    request = json.loads(self.body)
    _add(_core(self), request.get("EmailAddress", ""), request.get("Reason", ""))
    return json.dumps({})


def _get(self: SESV2Response) -> str:
    _throttle(_core(self), "GetSuppressedDestination")
    return json.dumps({"SuppressedDestination": _found(self).summary()})


def _delete(self: SESV2Response) -> str:
    del _entries(_core(self))[_found(self).address]
    return json.dumps({})


def _found(self: SESV2Response) -> _Entry:
    address = self._get_param("EmailAddress").strip()
    if "/" in address:
        raise SuppressionError(400, "BadRequestException", f"Invalid email address: {address}.")
    name, at, host = address.rpartition("@")
    entry = _entries(_core(self)).get(name + at + host.lower())
    if entry is None:
        raise SuppressionError(
            404,
            "NotFoundException",
            f"Email address {address} does not exist on your suppression list.",
        )
    return entry


def _list(self: SESV2Response) -> str:
    _throttle(_core(self), "ListSuppressedDestinations")
    if self.querystring.keys() & {"StartDate", "EndDate", "TenantName"}:
        raise NotImplementedError("the local AWS does not list suppressed addresses by date or tenant")
    reasons = self.querystring.get("Reason", _REASONS)
    page_size = self._get_int_param("PageSize", _PAGE_SIZE)
    if not 0 < page_size <= _PAGE_SIZE:
        raise SuppressionError(400, "BadRequestException", f"Invalid PageSize: {page_size}.")
    entries = sorted(_entries(_core(self)).values(), key=lambda entry: entry.address)
    after = _decoded(self._get_param("NextToken"))
    left = [
        entry
        for entry in entries
        if entry.address > after and entry.reason in reasons
    ]
    page: dict[str, Any] = {
        "SuppressedDestinationSummaries": [entry.summary() for entry in left[:page_size]]
    }
    if len(left) > page_size:
        last = left[page_size - 1].address
        page["NextToken"] = base64.urlsafe_b64encode(last.encode()).decode()
    return json.dumps(page)


def _decoded(token: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(token or "").decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise SuppressionError(
            400, "InvalidNextTokenException", "The specified request includes an invalid NextToken."
        ) from error


def _throttle(backend: SESBackend, action: str) -> None:
    """Refuses a call of the action less than a second after the last one that passed."""
    with _lock:
        passed = backend.__dict__.setdefault("suppression_calls", {})
        now = time.monotonic()
        if now - passed.get(action, -1) < 1:
            raise SuppressionError(429, "TooManyRequestsException", "Rate exceeded")
        passed[action] = now
