"""The custom MAIL FROM domain of an identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.identity import identity, identity_question


@dataclass(frozen=True)
class MailFrom:
    """The custom MAIL FROM domain of an identity.

    `rests_on` is the step that makes its records, where that is another one: with
    REJECT_MESSAGE, mail stops while SES does not find them.

    SES looks for the MX record for 72 hours, then stops until it is told again (SES Developer
    Guide, custom MAIL FROM): an identity whose set-up has failed is not as it should be.
    """

    identity_arn: str
    domain: str
    on_mx_failure: str
    given_up: bool = False
    rests_on: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One MAIL FROM domain an identity."""
        return Key.of("MAIL FROM", self.identity_arn, self.identity)

    @property
    def identity(self) -> str:
        """The identity it belongs to."""
        return self.identity_arn.rpartition("identity/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"MAIL FROM {self.domain} on {self.identity}"

    @property
    def part_of(self) -> str:
        """Its identity."""
        return self.identity_arn

    def read(self) -> Reading[Found[MailFrom]]:
        """Find it on its identity."""
        live = yield from identity(self.identity_arn)
        if live is None or not live.mail_from_domain:
            return Found(None)
        given_up = live.mail_from_status == "FAILED"
        return Found(
            MailFrom(self.identity_arn, live.mail_from_domain, live.on_mx_failure, given_up)
        )

    def writes(self, found: Found[MailFrom]) -> Sequence[Call]:  # noqa: ARG002
        """Put both attributes; the call always carries the domain, for without it it removes it."""
        return [self._call(MailFromDomain=self.domain, BehaviorOnMxFailure=self.on_mx_failure)]

    def deletes(self, found: Found[MailFrom]) -> Sequence[Call]:
        """Go back to SES's own MAIL FROM."""
        return [replace(self._call(), already=asking.ABSENT)] if found.live else []

    def settled(self) -> Answers:
        """SES's answer where it stands and was found in DNS."""
        attributes = {
            "MailFromDomain": self.domain,
            "MailFromDomainStatus": "SUCCESS",
            "BehaviorOnMxFailure": self.on_mx_failure,
        }
        return {identity_question(self.identity_arn): {"MailFromAttributes": attributes}}

    def strayed(self) -> Sequence[MailFrom]:
        """Another domain."""
        return [replace(self, domain="", given_up=True)]

    def _call(self, **params: Any) -> Call:
        whole = {"EmailIdentity": self.identity, **params}
        return asking.call_on(self.identity_arn, "PutEmailIdentityMailFromAttributes", whole)
