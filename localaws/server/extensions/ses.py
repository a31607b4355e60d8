"""SES, version 2 of its API.

- An identity must be verified before it can send, and a domain covers its addresses; moto takes
  every identity that exists:
  https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
- moto has no GetAccount, and no switch for sending:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
- A message tag has letters, digits, _ and - only; moto takes every one:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
- moto keeps one body of a message, and no Reply-To; here the whole request is kept.

The state hangs on moto's objects, so that a reset of moto resets it too.
"""

import json
import re
from email.utils import parseaddr
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ses.models import EmailIdentity, SESBackend, ses_backends
from moto.sesv2 import urls
from moto.sesv2.models import SESV2Backend
from moto.sesv2.responses import SESV2Response

_MESSAGE_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")

_original_send_email = SESV2Response.send_email


class MessageRejected(JsonRESTError):
    """The message has content, or a sender, that SES does not accept."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("MessageRejected", message)


class BadRequest(JsonRESTError):
    """The request is not what SES expects."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


class SendingPaused(JsonRESTError):
    """The account may not send at present."""

    code = 400

    def __init__(self) -> None:
        super().__init__("SendingPausedException", "Sending is paused for this account.")


def install() -> None:
    urls.url_paths["{0}/v2/email/account$"] = SESV2Response.dispatch
    SESV2Response.get_account = _get_account
    SESV2Response.send_email = _send_email
    SESBackend._is_verified_address = _has_verified_identity


def verify(account: str, region: str, identity: str) -> bool:
    """Verifies an identity, as a click on the verification mail does. False where there is none."""
    found = _identity(ses_backends[account][region], identity)
    if found is None:
        return False
    found.verified_for_sending_status = True
    return True


def set_sending(account: str, region: str, enabled: bool) -> None:
    """Pauses the sending of the account, or resumes it."""
    ses_backends[account][region].sending_enabled = enabled


def mails(account: str, region: str) -> list[dict[str, Any]]:
    """The SendEmail requests that were taken, in their order."""
    return list(getattr(ses_backends[account][region], "requests", []))


def _identity(backend: SESBackend, name: str) -> EmailIdentity | None:
    by_name = {identity.lower(): value for identity, value in backend.email_identities.items()}
    return by_name.get(name.lower())


def _has_verified_identity(self: SESBackend, source: str) -> bool:
    address = parseaddr(source)[1]
    labels = address.rpartition("@")[2].split(".")
    domains = [".".join(labels[index:]) for index in range(len(labels))]
    identities = [_identity(self, name) for name in (address, *domains)]
    return any(identity.verified_for_sending_status for identity in identities if identity)


def _core(backend: SESV2Backend) -> SESBackend:
    return ses_backends[backend.account_id][backend.region_name]


def _sending_enabled(backend: SESBackend) -> bool:
    return getattr(backend, "sending_enabled", True)


def _get_account(self: SESV2Response) -> str:
    backend = _core(self.sesv2_backend)
    sent = float(len(backend.sent_messages))
    return json.dumps(
        {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": "HEALTHY",
            "ProductionAccessEnabled": True,
            "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": sent},
            "SendingEnabled": _sending_enabled(backend),
        }
    )


def _send_email(self: SESV2Response) -> str:
    backend = _core(self.sesv2_backend)
    request = json.loads(self.body)
    if not _sending_enabled(backend):
        raise SendingPaused()
    sender = request["FromEmailAddress"]
    if not backend._is_verified_address(sender):
        raise MessageRejected(
            "Email address is not verified. The following identities failed the check in region "
            f"{self.region.upper()}: {sender}"
        )
    for tag in request.get("EmailTags", []):
        for text in (tag["Name"], tag["Value"]):
            if not _MESSAGE_TAG.fullmatch(text):
                raise BadRequest(f"Invalid message tag: {text}")
    response = _original_send_email(self)
    backend.requests = [*getattr(backend, "requests", []), request]
    return response
