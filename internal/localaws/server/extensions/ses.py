"""Corrects version 2 of the API of SES.

- An identity must be verified before it can send, and a domain identity covers the addresses of the
  domain. moto lets every identity that exists send:
  https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
- SES compares addresses with regard to letter case, and domains without. It names domains in lower case.
  moto compares both with regard to case:
  https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html and
  https://github.com/getmoto/moto/pull/4050, whose test was run against AWS
- SES refuses to create an identity that the region has already. moto makes it again, not verified:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
- moto has no GetAccount, and cannot pause the sending:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
- A message tag has only letters, digits, _ and -. moto accepts every tag:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
- moto keeps only one body of a message, and no Reply-To. Here the whole request is kept.
- SES answers NotFoundException to a mail with a configuration set that does not exist. moto accepts it:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
- moto's GetConfigurationSet returns invalid SendingOptions, and another error than SES:
  https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetConfigurationSet.html

The state is in attributes of moto's objects, so a reset of moto resets it too.
"""

import json
import re
from email.utils import parseaddr
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ses.exceptions import NotFoundException
from moto.ses.models import EmailIdentity, SESBackend, ses_backends
from moto.sesv2 import urls
from moto.sesv2.models import SESV2Backend
from moto.sesv2.responses import SESV2Response

from extensions import suppression

_MESSAGE_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")

_original_send_email = SESV2Response.send_email
_original_create_identity = SESBackend.create_email_identity_v2
_original_get_identity = SESV2Backend.get_email_identity


class MessageRejected(JsonRESTError):
    """SES does not accept the content or the sender of the message."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("MessageRejected", message)


class BadRequest(JsonRESTError):
    """The request is invalid."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequestException", message)


class AlreadyExists(JsonRESTError):
    """SES already has the identity. The words are those of SES: issue 4556 of anomalyco/sst."""

    code = 400

    def __init__(self, identity: str) -> None:
        super().__init__("AlreadyExistsException", f"Email identity {identity} already exist.")


class SendingPaused(JsonRESTError):
    """The sending of the account is paused."""

    code = 400

    def __init__(self) -> None:
        super().__init__("SendingPausedException", "Sending is paused for this account.")


def install() -> None:
    urls.url_paths["{0}/v2/email/account$"] = SESV2Response.dispatch
    SESV2Response.get_account = _get_account
    SESV2Response.get_configuration_set = _get_configuration_set
    SESV2Response.send_email = _send_email
    SESBackend._is_verified_address = _has_verified_identity
    SESBackend.create_email_identity_v2 = _create_identity
    SESBackend.delete_identity = _delete_identity
    SESV2Backend.get_email_identity = _get_identity


def verify(account: str, region: str, identity: str) -> bool:
    """Verifies an identity, as the link in the verification mail does. Returns whether it exists."""
    found = _identity(ses_backends[account][region], identity)
    if found is None:
        return False
    found.verified_for_sending_status = True
    return True


def set_sending(account: str, region: str, enabled: bool) -> None:
    """Pauses the sending of the account, or resumes it."""
    ses_backends[account][region].sending_enabled = enabled


def mails(account: str, region: str) -> list[dict[str, Any]]:
    """Returns the SendEmail requests that were accepted and sent, in their order."""
    return list(getattr(ses_backends[account][region], "requests", []))


def name_of(identity: str) -> str:
    """Returns the name of an identity in SES, which is in lower case for a domain."""
    return identity if "@" in identity else identity.lower()


def _identity(backend: SESBackend, name: str) -> EmailIdentity | None:
    return backend.email_identities.get(name_of(name))


def _create_identity(self: SESBackend, email_identity: str, *args: Any) -> EmailIdentity:
    if _identity(self, email_identity):
        raise AlreadyExists(name_of(email_identity))
    return _original_create_identity(self, name_of(email_identity), *args)


def _delete_identity(self: SESBackend, identity: str) -> None:
    self.email_identities.pop(name_of(identity), None)


def _get_identity(self: SESV2Backend, email_identity: str) -> EmailIdentity:
    return _original_get_identity(self, name_of(email_identity))


def covering(address: str) -> list[str]:
    """Returns the names of identities that cover an address: the address, then its domains."""
    labels = address.rpartition("@")[2].split(".")
    domains = [".".join(labels[index:]) for index in range(len(labels))]
    return [name_of(name) for name in (address, *domains)]


def _has_verified_identity(self: SESBackend, source: str) -> bool:
    return any(identity.verified_for_sending_status for identity in _identities(self, source))


def _identities(backend: SESBackend, source: str) -> list[EmailIdentity]:
    """Returns the identities that cover a sender. That of the address is before that of its domain."""
    identities = [_identity(backend, name) for name in covering(parseaddr(source)[1])]
    return [identity for identity in identities if identity]


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
            "SuppressionAttributes": suppression.account_attributes(backend),
        }
    )


def _get_configuration_set(self: SESV2Response) -> str:
    backend = _core(self.sesv2_backend)
    name = _existing_set(backend, self._get_param("ConfigurationSetName"))
    return json.dumps(
        backend.config_sets[name].to_dict_v2() | {"SendingOptions": {"SendingEnabled": True}}
    )


def _existing_set(backend: SESBackend, name: str) -> str:
    if name not in backend.config_sets:
        raise NotFoundException(f"Configuration set <{name}> does not exist.")
    return name


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
    configuration_set = request.get("ConfigurationSetName") or next(
        (identity.configuration_set_name for identity in _identities(backend, sender)), None
    )
    if configuration_set:
        _existing_set(backend, configuration_set)
    response = _original_send_email(self)
    destination = {
        kind: [
            address
            for address in addresses
            if not suppression.holds_back(backend, configuration_set, parseaddr(address)[1])
        ]
        for kind, addresses in request.get("Destination", {}).items()
    }
    if any(destination.values()):
        sent = request | {"Destination": destination}
        backend.requests = [*getattr(backend, "requests", []), sent]
    return response
