"""What becomes of a message after SES has sent it: it is opened, clicked, or late.

[D23] event-publishing-retrieving-firehose-contents.md, which names the fields.
"""

import re
from datetime import timedelta
from typing import Any

from ses_provision.local.ses.events import Events
from ses_provision.local.ses.outcomes import Accepted, stamp
from ses_provision.local.ses.world import World

_ANCHOR = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_TAGS = re.compile(r'ses:tags="([^"]*)"', re.IGNORECASE)
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
_READER = "203.0.113.5"
_LONGEST = timedelta(hours=14)  # [M] DeliveryOptions.MaxDeliverySeconds: the most, and the default
DELAYS = {
    "General": ("4.0.0", "smtp; 451 4.0.0 Try again later"),
    "InternalFailure": ("4.3.0", "Amazon SES was delayed by itself"),
    "IPFailure": ("4.7.1", "smtp; 421 4.7.1 The address that sends is blocked"),
    "MailboxFull": ("4.2.2", "smtp; 452 4.2.2 The mailbox is full"),
    "RecipientServerError": ("4.3.2", "smtp; 421 4.3.2 The server is not able to take mail now"),
    "SpamDetected": ("4.7.0", "smtp; 421 4.7.0 Much unwanted mail was seen"),
    "TransientCommunicationFailure": ("4.4.1", "smtp; 421 4.4.1 Unable to connect"),
    "SendingDeferral": ("4.0.0", "Amazon SES defers the message"),
    "BYOIPHostNameLookupUnavailable": ("4.4.3", "The host name of the address is not found"),
    "Undetermined": ("4.0.0", "smtp; 450 4.0.0"),
}
"""Why SES says that a message is late ([D23], delayType), each with what a server says then."""


class Happenings:
    """Tells what happens to messages, on request: nobody reads mail in a local AWS."""

    def __init__(self, world: World, events: Events) -> None:
        self._world = world
        self._events = events

    def tell(self, account: str, region: str, message_id: str, event: str, **said: str) -> None:
        """Let something happen to a message: Open, Click (of a `link`), DeliveryDelay (of a
        `type`). Raises ValueError where it could not."""
        place = self._world.places.get((account, region))
        accepted: Accepted | None = place.accepted.get(message_id) if place else None
        if place is None or accepted is None:
            raise ValueError(f"no message {message_id} was sent from {account} in {region}")
        told = {"Open": self._open, "Click": self._click, "DeliveryDelay": self._delay}.get(event)
        if told is None:
            raise ValueError("event is Open, Click or DeliveryDelay")
        key = "deliveryDelay" if event == "DeliveryDelay" else event.lower()
        used = place.configuration_sets.get(accepted.configuration_set or "")
        whole = accepted.event(event, key, told(accepted, said))
        self._events.publish(accepted.caller, place, used, whole)

    def _open(self, accepted: Accepted, said: dict[str, str]) -> dict[str, Any]:
        del said
        if not accepted.message.html:
            raise ValueError("only HTML is tracked, and this message has none")
        return {"ipAddress": _READER, "timestamp": self._now(), "userAgent": _BROWSER}

    def _click(self, accepted: Accepted, said: dict[str, str]) -> dict[str, Any]:
        link = said.get("link", "")
        if not link or link not in accepted.message.html:
            raise ValueError("link has to be one in the HTML of the message")
        tags = _link_tags(accepted.message.html, link)
        return {**self._open(accepted, said), "link": link, "linkTags": tags}

    def _delay(self, accepted: Accepted, said: dict[str, str]) -> dict[str, Any]:
        kind = said.get("type") or "General"
        if kind not in DELAYS:
            raise ValueError(f"type is one of {', '.join(DELAYS)}")
        status, diagnostic = DELAYS[kind]
        return {
            "timestamp": self._now(),
            "delayType": kind,
            "expirationTime": stamp(accepted.at + _LONGEST),
            "reportingMTA": accepted.mta.removeprefix("dns; "),
            "delayedRecipients": [
                {"emailAddress": each, "status": status, "diagnosticCode": diagnostic}
                for each in accepted.message.recipients
            ],
        }

    def _now(self) -> str:
        return stamp(self._world.now())


def _link_tags(html: str, link: str) -> dict[str, list[str]] | None:
    """The tags of a link ([D23] faqs-metrics.md: `ses:tags="name:value;…"` in its element)."""
    elements = (found[0] for found in _ANCHOR.finditer(html) if link in found[0])
    told = _TAGS.search(next(elements, ""))
    if told is None:
        return None
    pairs = (pair.partition(":") for pair in told[1].split(";") if pair)
    return {name: [value] for name, _, value in pairs}
