"""What one event of SES says, in a line: when, what, to whom, of which mail, why.

Addresses are masked unless somebody asks for them: an event tells who got mail, and of a practice
that is who its patients are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from ses_provision.dataclass import dataclass

Part = Mapping[str, Any]

ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[\w-]+(?:\.[\w-]+)+")
KEYS = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}
"""Where an event has what is said of its type, where that is not its name (SES Developer Guide,
contents of event data)."""
WHOM = {
    "Bounce": "bouncedRecipients",
    "Complaint": "complainedRecipients",
    "DeliveryDelay": "delayedRecipients",
    "Delivery": "recipients",
}


@dataclass(frozen=True)
class Happened:
    """One event. `whole` is all that SES said."""

    at: datetime | None
    type: str
    recipients: tuple[str, ...]
    message_id: str
    reason: str
    whole: Part


def happened(envelope: Part, *, masked: bool) -> Happened:
    """An event, out of what EventBridge puts around it."""
    detail = part(envelope, "detail")
    kind, mail = str(detail.get("eventType", "?")), part(detail, "mail")
    said = part(detail, KEYS.get(kind, kind.lower()))
    times = (said.get("timestamp"), mail.get("timestamp"), envelope.get("time"))
    people, why = whom(kind, said, mail), reason(kind, said)
    if masked:
        people, why = tuple(map(mask, people)), hidden(kind, why)
    at = next(filter(None, map(moment, times)), None)
    return Happened(at, kind, people, str(mail.get("messageId", "?")), why, detail)


def part(event: Part, name: str) -> Part:
    """A part of an event. Whoever may write into the queue may write anything in its place."""
    found = event.get(name)
    return found if isinstance(found, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """A list of an event, if it is one."""
    return value if isinstance(value, list) else []


def whom(kind: str, said: Part, mail: Part) -> tuple[str, ...]:
    """Whom an event is about: some of the recipients, else all."""
    named = [
        each.get("emailAddress", "") if isinstance(each, Mapping) else each
        for each in listed(said.get(WHOM.get(kind, "")))
    ]
    return tuple(map(str, filter(None, named))) or tuple(map(str, listed(mail.get("destination"))))


def moment(text: Any) -> datetime | None:
    """A time as SES writes it."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def reason(kind: str, said: Part) -> str:
    """Why it happened, in SES's words and the other server's."""
    first = {
        "Bounce": lambda: words(said, "bounceType", "bounceSubType"),
        "Complaint": lambda: words(said, "complaintSubType", "complaintFeedbackType"),
        "Delivery": lambda: words(said, "smtpResponse"),
        "Reject": lambda: words(said, "reason"),
        "Open": lambda: words(said, "userAgent"),
        "Click": lambda: words(said, "link"),
        "Rendering Failure": lambda: words(said, "templateName", "errorMessage"),
        "DeliveryDelay": lambda: words(said, "delayType"),
        "Subscription": lambda: words(said, "contactList", "source"),
    }.get(kind, str)()
    diagnoses = [
        each.get("diagnosticCode")
        for each in listed(said.get(WHOM.get(kind, "")))
        if isinstance(each, Mapping)
    ]
    return joined([first, *diagnoses[:1]])


def words(said: Part, *names: str) -> str:
    """Some members as one text."""
    return joined(said.get(name) for name in names)


def joined(texts: Iterable[Any]) -> str:
    """What is said of some texts, in one line."""
    return ": ".join(str(text) for text in texts if text)


def mask(address: str) -> str:
    """An address of which only the first letter and the domain are told."""
    local, sign, domain = address.rpartition("@")
    return f"{local[:1]}…{sign}{domain}" if sign else "…"


def hidden(kind: str, text: str) -> str:
    """A reason without addresses, and of a link only where it leads: what follows may say to whom
    it was sent."""
    if kind == "Click":
        found = urlsplit(text)
        return f"{found.scheme}://{found.netloc.rpartition('@')[2]}/…"
    return ADDRESS.sub(lambda found: mask(found[0]), text)
