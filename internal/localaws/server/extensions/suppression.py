"""The suppression list of an account, which moto lacks.

https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html and
https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list-config-level.html:

- SES accepts a mail to an address that is on the list, counts it, and does not send it, if the
  reason that the address is on the list for is one that the configuration set of the mail names,
  or else the account.
- The calls that manage the list compare the part before the @ with regard to letter case, and lower
  the case of the domain (https://github.com/floci-io/floci/pull/1350, measured on AWS); sending
  compares without regard to case.
- Without a PageSize, a page has 1,000 addresses (https://github.com/aws/aws-cli/issues/7859). Nobody
  states the largest PageSize; here it is that too.
- An address with a slash in it can be put on the list, and not be named in a path
  (https://github.com/aws/aws-sdk/issues/158, for DeleteSuppressedDestination).
- An account makes a request a second (https://docs.aws.amazon.com/ses/latest/dg/quotas.html). Here
  that holds for the two calls that a command makes in a row, each by itself: Get and List.

The state hangs on moto's objects, so that a reset of moto resets it too.
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
    """What a call that manages the list refuses."""

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
    """The SuppressionAttributes of an account, for both reasons at first."""
    return {"SuppressedReasons": getattr(backend, "suppressed_reasons", list(_REASONS))}


def holds_back(backend: SESBackend, configuration_set: str | None, address: str) -> bool:
    """Tells whether SES does not send a mail to an address, which it has accepted."""
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
        raise NotImplementedError("ListSuppressedDestinations knows no dates and no tenants here")
    reasons = self.querystring.get("Reason", _REASONS)
    page_size = self._get_int_param("PageSize", _PAGE_SIZE)
    if not 0 < page_size <= _PAGE_SIZE:
        raise SuppressionError(400, "BadRequestException", f"Invalid PageSize: {page_size}.")
    entries = sorted(list(_entries(_core(self)).values()), key=lambda entry: entry.address)
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
    """Lets one call pass in a second."""
    with _lock:
        passed = backend.__dict__.setdefault("suppression_calls", {})
        now = time.monotonic()
        if now - passed.get(action, -1) < 1:
            raise SuppressionError(429, "TooManyRequestsException", "Rate exceeded")
        passed[action] = now
