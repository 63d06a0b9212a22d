"""Who may log in by SMTP, and what becomes of their mail."""

from __future__ import annotations

import hmac
from email.utils import parseaddr
from functools import cache
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller
from ses_provision.local.nobodys import session
from ses_provision.local.policies import Ask
from ses_provision.local.ses import message as messages
from ses_provision.local.ses.names import arn, domains_above
from ses_provision.local.ses.sending import check_account
from ses_provision.local.smtp import replies
from ses_provision.local.smtp.password import derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ses_provision.local.dispatch import Dispatcher
    from ses_provision.local.iam import Iam
    from ses_provision.local.keyring import Keyring, Principal
    from ses_provision.local.ses.message import Message
    from ses_provision.local.ses.service import SesV2
    from ses_provision.local.ses.state import Place

USED_FOR = "ses-smtp"
"""What IAM says a key was used for (femiwiki/femiwiki#528)."""


@cache
def regions() -> tuple[str, ...]:
    """The regions that have an SES."""
    made = session()
    every = (made.get_available_regions("sesv2", name) for name in ("aws", "aws-us-gov"))
    return tuple(sorted(region for each in every for region in each))


@dataclass(frozen=True)
class Login:
    """Somebody who has logged in: with which key, in which region."""

    principal: Principal
    access_key: str
    region: str

    @property
    def caller(self) -> Caller:
        """The same as a caller of the API."""
        return Caller(self.principal.account, self.region, self.access_key)

    @property
    def user(self) -> str:
        """The name of the user."""
        return self.principal.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Letter:
    """A mail as SMTP hands it over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    peer: str


class PostOffice:
    """The SMTP side of SES."""

    def __init__(self, sesv2: SesV2, iam: Iam, keyring: Keyring, dispatcher: Dispatcher) -> None:
        self._sesv2 = sesv2
        self._iam = iam
        self._keyring = keyring
        self._dispatcher = dispatcher
        self.keys_after = 0.0

    def login(self, username: str, password: str, region: str) -> Login | None:
        """Let somebody in, or not. Without a region (a client that names no endpoint in TLS) that
        in which the password is right.

        Temporary keys and those of no user never work (SES Developer Guide, SMTP credentials).
        """
        secret, principal = self._keyring.secret(username), self._keyring.holder(username)
        if secret is None or principal is None:
            return None
        if self._iam.users.age(username) < self.keys_after:
            return None
        for candidate in (region,) if region else regions():
            if hmac.compare_digest(derived(secret, candidate).encode(), password.encode()):
                return Login(principal, username, candidate)
        return None

    def take(self, login: Login, letter: Letter) -> str:
        """Accept a mail, or refuse it: the reply to DATA."""
        self._iam.users.used(login.access_key, USED_FOR, login.region)
        try:
            message_id = self._dispatcher.by_smtp(
                login.caller, "ses", "SendRawEmail", lambda: self._send(login, letter)
            )
        except AwsError as error:
            return replies.refusal(error)
        return f"250 Ok {message_id}"

    def _send(self, login: Login, letter: Letter) -> str:
        place = self._sesv2.world.of(login.caller)
        given = {
            "Content": {"Raw": {"Data": letter.content}},
            "Destination": {"ToAddresses": list(letter.recipients)},
        }
        message = messages.composed(place, given, "SendRawEmail")
        self._check_rights(login, place, message, letter)
        check_account(place)
        self._check_envelope(login.caller, letter.sender)
        return self._sesv2.send(login.caller, place, message)

    def _check_rights(self, login: Login, place: Place, message: Message, letter: Letter) -> None:
        """IAM is asked after DATA, about every resource that the mail touches (aws-facts 4)."""
        context = {
            "ses:FromAddress": (parseaddr(message.source)[1],),
            "ses:Recipients": message.recipients,
            "aws:SourceIp": (letter.peer,),
            "aws:SecureTransport": ("true",),
        }
        for resource in _touched(login.caller, place, message):
            asked = Ask("ses:SendRawEmail", resource, None, context)
            if not self._iam.lets(login.caller, login.user, asked):
                raise AwsError(
                    "AccessDenied", replies.unauthorised(login.principal.arn, resource), 403
                )

    def _check_envelope(self, caller: Caller, sender: str) -> None:
        """The envelope sender has to be verified like the From header."""
        address = parseaddr(sender)[1]
        if "@" not in address or not self._sesv2.may_send(caller, address):
            raise AwsError(
                "MessageRejected",
                "Email address is not verified. The following identities failed the check in"
                f" region {caller.region.upper()}: {address or '<>'}",
            )


def _touched(caller: Caller, place: Place, message: Message) -> Iterator[str]:
    """The identity that a mail is sent as, and the configuration set, given or by default."""
    candidates = (message.sender, *domains_above(message.sender))
    named = next((name for name in candidates if name in place.identities), message.sender)
    yield arn(caller, "identity", named)
    identity = place.identities.get(named)
    used = message.configuration_set or (identity.configuration_set if identity else None)
    if used:
        yield arn(caller, "configuration-set", used)
