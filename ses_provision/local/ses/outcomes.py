"""What becomes of an accepted message, told in the words of SES events."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import formataddr, getaddresses
from enum import Enum, auto
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import Caller
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.names import arn

USER_UNKNOWN = "smtp; 550 5.1.1 user unknown"
SIMULATOR = "simulator.amazonses.com"
_GUIDE = "https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html"
_ON_ACCOUNT_LIST = (
    "Amazon SES did not send the message to this address because it is on the suppression list"
    " for your account. For more information about removing addresses from the suppression list,"
    f" see the Amazon SES Developer Guide at {_GUIDE}"
)
_ON_GLOBAL_LIST = (
    "Amazon SES has suppressed sending to this address because it has a recent history of bouncing"
    " as an invalid address. For more information about how to remove an address from the"
    " suppression list, see the Amazon SES Developer Guide:"
    " http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html"
)
_UNSUBSCRIBED = (
    "Amazon SES did not send the message to this address because the recipient has unsubscribed"
    " from your contact list or topic."
)


def is_simulator(address: str) -> bool:
    """Whether an address belongs to the mailbox simulator."""
    return address.lower().endswith(f"@{SIMULATOR}")


class Fate(Enum):
    """What becomes of an accepted message at one recipient."""

    DELIVERED = auto()
    COMPLAINED = auto()
    BOUNCED = auto()
    ON_GLOBAL_LIST = auto()
    ON_ACCOUNT_LIST = auto()
    UNSUBSCRIBED = auto()
    REJECTED = auto()


_SCENARIOS = {
    "bounce": Fate.BOUNCED,
    "complaint": Fate.COMPLAINED,
    "suppressionlist": Fate.ON_GLOBAL_LIST,
}


def played(address: str) -> Fate:
    """What the simulator plays at an address ([D23]: labels do not matter); all others get it."""
    if not is_simulator(address):
        return Fate.DELIVERED
    scenario = address.lower().rpartition("@")[0].partition("+")[0]
    return _SCENARIOS.get(scenario, Fate.DELIVERED)


@dataclass(frozen=True)
class Accepted:
    """A message SES accepted, and what its events say about it."""

    caller: Caller
    message: Message
    identity: str
    message_id: str
    at: datetime
    configuration_set: str | None
    suppressed: tuple[str, ...]
    unsubscribed: tuple[str, ...] = ()
    turned_away: tuple[str, ...] = ()

    def events(self) -> Iterator[dict[str, Any]]:
        """The message's events, in the order they happen."""
        if self.message.rendering_error is not None:
            failure = {"errorMessage": self.message.rendering_error}
            if self.message.template is not None:
                failure["templateName"] = self.message.template
            yield self.event("Rendering Failure", "failure", failure)
            return
        yield self.event("Send", "send", {})
        if self.message.infected:
            yield self.event("Reject", "reject", {"reason": "Bad content"})
            return
        yield from self._bounces()
        delivered = self._meeting(Fate.DELIVERED, Fate.COMPLAINED)
        if delivered:
            yield self.event("Delivery", "delivery", self._delivery(delivered))
        complained = self._meeting(Fate.COMPLAINED)
        if complained:
            yield self.event("Complaint", "complaint", self._complaint(complained))

    def fate(self, address: str) -> Fate:
        """What becomes of the message at one of its recipients."""
        if self.message.infected:
            return Fate.REJECTED
        if address in self.unsubscribed:
            return Fate.UNSUBSCRIBED
        if address in self.suppressed:
            return Fate.ON_ACCOUNT_LIST
        return Fate.BOUNCED if address in self.turned_away else played(address)

    def _meeting(self, *fates: Fate) -> list[str]:
        return [each for each in self.message.recipients if self.fate(each) in fates]

    def _bounces(self) -> Iterator[dict[str, Any]]:
        """[D23]: bounces of one request to the simulator are combined into one response."""
        kinds = (
            (Fate.BOUNCED, "General", USER_UNKNOWN),
            (Fate.ON_GLOBAL_LIST, "Suppressed", _ON_GLOBAL_LIST),
            (Fate.ON_ACCOUNT_LIST, "OnAccountSuppressionList", _ON_ACCOUNT_LIST),
            (Fate.UNSUBSCRIBED, "UnsubscribedRecipient", _UNSUBSCRIBED),
        )
        for fate, sub_type, diagnostic in kinds:
            recipients = self._meeting(fate)
            if recipients:
                yield self.event("Bounce", "bounce", self._bounce(sub_type, recipients, diagnostic))

    def _bounce(self, sub_type: str, recipients: list[str], diagnostic: str) -> dict[str, Any]:
        return {
            "feedbackId": self._feedback_id(sub_type),
            "bounceType": "Permanent",
            "bounceSubType": sub_type,
            "bouncedRecipients": [
                {
                    "emailAddress": each,
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": diagnostic,
                }
                for each in recipients
            ],
            "timestamp": stamp(self.at),
            "reportingMTA": self.mta if sub_type == "General" else "dns; amazonses.com",
        }

    def _delivery(self, recipients: list[str]) -> dict[str, Any]:
        return {
            "timestamp": stamp(self.at),
            "processingTimeMillis": 500,
            "recipients": recipients,
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": self.mta.removeprefix("dns; "),
        }

    def _complaint(self, recipients: list[str]) -> dict[str, Any]:
        return {
            "feedbackId": self._feedback_id("complaint"),
            "complaintSubType": None,
            "complainedRecipients": [{"emailAddress": each} for each in recipients],
            "timestamp": stamp(self.at),
            "userAgent": "Amazon SES Mailbox Simulator",
            "complaintFeedbackType": "abuse",
            "arrivalDate": stamp(self.at),
        }

    def event(self, event_type: str, key: str, content: dict[str, Any]) -> dict[str, Any]:
        """An event of this message in the words of event publishing."""
        return {"eventType": event_type, key: content, "mail": self._mail(event_type)}

    def _mail(self, event_type: str) -> dict[str, Any]:
        message = self.message
        headers = message.headers_in(event_type, self.at)
        mail = {
            "timestamp": stamp(self.at),
            "source": message.source,
            "sourceArn": arn(self.caller, "identity", self.identity),
            "sendingAccountId": self.caller.account,
            "messageId": self.message_id,
            "destination": list(message.recipients),
            "headersTruncated": False,
            "headers": [{"name": name, "value": value} for name, value in headers],
            "commonHeaders": _common(headers, self.message_id),
            "tags": self._tags(event_type),
        }
        if message.rendered_late:
            # Recorded 2023-08-26 (localstack): events of templated messages lack it.
            del mail["sourceArn"]
        return mail

    def _tags(self, event_type: str) -> dict[str, list[str]]:
        tags = {"ses:operation": [self.message.operation]}
        if self.configuration_set is not None:
            tags["ses:configuration-set"] = [self.configuration_set]
        tags["ses:source-ip"] = ["192.0.2.1"]
        if self.message.raw is None or any(n == "From" for n, _ in self.message.headers):
            tags["ses:from-domain"] = [self.message.sender.rpartition("@")[2]]
        tags["ses:caller-identity"] = [self.caller.access_key or "root"]
        if event_type == "Delivery":
            tags["ses:outgoing-ip"] = ["192.0.2.2"]
        for name, value in self.message.tags:
            tags.setdefault(name, []).append(value)
        return tags

    def _feedback_id(self, what: str) -> str:
        head, _, tail = self.message_id.partition("-")
        return f"{head}-{len(what):08x}{tail[8:]}"

    @property
    def mta(self) -> str:
        """The server of SES that hands the message on."""
        place = "" if self.caller.region == "us-east-1" else f"{self.caller.region}."
        return f"dns; a8-1.smtp-out.{place}amazonses.com"


def _common(headers: list[tuple[str, str]], message_id: str) -> dict[str, Any]:
    """commonHeaders: of a few headers those that are there, addresses as lists."""
    given = {name.lower(): value for name, value in headers}
    common: dict[str, Any] = {"messageId": message_id}
    for name, key in (("from", "from"), ("to", "to"), ("cc", "cc"), ("reply-to", "replyTo")):
        if name in given:
            pairs = getaddresses([given[name]])
            common[key] = [formataddr(pair) if pair[0] else pair[1] for pair in pairs]
    for name in ("date", "subject"):
        if name in given:
            common[name] = given[name]
    return common


def stamp(moment: datetime) -> str:
    """A time as events write it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
