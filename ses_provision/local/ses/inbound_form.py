"""A mail as SES stores it when it arrives, and as it tells of it.

Forms: mails and notifications seen in public (`inbound-smtp`, `X-SES-RECEIPT`), and [D23]
receiving-email-notifications-contents.md, receiving-email-action-lambda-event.md.
"""

import re
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.ses.outcomes import Accepted, stamp

_OURS = re.compile(rb"(?i)(message-id|bcc|x-ses-[a-z-]+)[ \t]*:")
_SENDER_HOST, _SENDER_IP = "a8-1.smtp-out.amazonses.com", "192.0.2.2"
SUBJECT = "Amazon SES Email Receipt Notification"


@dataclass(frozen=True)
class Arrival:
    """A mail at the door of SES in a region, for some recipients there."""

    id: str
    at: datetime
    region: str
    envelope_from: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def from_domain(self) -> str:
        """The domain that is signed for."""
        found = BytesHeaderParser(policy=policy.default).parsebytes(self.content)
        pairs = getaddresses([str(found.get("From", ""))])
        return pairs[0][1].rpartition("@")[2] if pairs else ""

    def stored(self, *, scanned: bool, added: list[tuple[str, str]]) -> bytes:
        """The mail with what SES found, above all that came with it."""
        seen = (
            f"spf=pass (spfCheck: domain of {self.envelope_from.rpartition('@')[2]} designates"
            f" {_SENDER_IP} as permitted sender) client-ip={_SENDER_IP};"
            f" envelope-from={self.envelope_from}; helo={_SENDER_HOST};"
        )
        verdicts = (
            [("X-SES-Spam-Verdict", "PASS"), ("X-SES-Virus-Verdict", "PASS")] if scanned else []
        )
        lines = [
            ("Return-Path", f"<{self.envelope_from}>"),
            (
                "Received",
                (
                    f"from {_SENDER_HOST} ({_SENDER_HOST} [{_SENDER_IP}])\r\n"
                    f" by inbound-smtp.{self.region}.amazonaws.com with SMTP id {self.id}\r\n"
                    f" for {self.recipients[0]};\r\n {format_datetime(self.at)} (UTC)"
                ),
            ),
            *verdicts,
            ("Received-SPF", seen.removeprefix("spf=")),
            (
                "Authentication-Results",
                (
                    f"amazonses.com;\r\n {seen}\r\n dkim=pass header.i=@{self.from_domain};\r\n"
                    f" dmarc=pass header.from={self.from_domain};"
                ),
            ),
            ("X-SES-RECEIPT", self.id),
            *added,
        ]
        return "".join(f"{name}: {value}\r\n" for name, value in lines).encode() + self.content


def message_id(accepted: Accepted) -> str:
    """The Message-ID that SES gives each mail."""
    region = accepted.caller.region
    host = "email.amazonses.com" if region == "us-east-1" else f"{region}.amazonses.com"
    return f"<{accepted.message_id}@{host}>"


def outgoing(accepted: Accepted) -> bytes:
    """The mail as SES sends it, with a Message-ID of its own."""
    message, identity = accepted.message, message_id(accepted)
    if message.raw is not None:
        head, _, body = re.sub(rb"\r?\n", b"\r\n", message.raw).partition(b"\r\n\r\n")
        kept = [line for line in re.split(rb"\r\n(?![ \t])", head) if not _OURS.match(line)]
        return b"\r\n".join([f"Message-ID: {identity}".encode(), *kept]) + b"\r\n\r\n" + body
    made = EmailMessage(policy=policy.SMTP)
    named = [("Date", format_datetime(accepted.at)), ("Message-ID", identity), *message.headers]
    for name, value in named:
        if name not in made and name != "MIME-Version":
            made[name] = " ".join(value.split())
    if message.text or not message.html:
        made.set_content(message.text)
    if message.html and message.text:
        made.add_alternative(message.html, subtype="html")
    elif message.html:
        made.set_content(message.html, subtype="html")
    return made.as_bytes()


def told(arrival: Arrival, stored: bytes) -> dict[str, Any]:
    """The `mail` of a notification."""
    parsed = BytesHeaderParser(policy=policy.default).parsebytes(stored)
    headers = [(name, " ".join(str(value).split())) for name, value in parsed.items()]
    common: dict[str, Any] = {"returnPath": arrival.envelope_from}
    for name, key in (("From", "from"), ("To", "to"), ("Cc", "cc"), ("Reply-To", "replyTo")):
        if name in parsed:
            common[key] = [str(parsed[name])]
    for name, key in (("Date", "date"), ("Message-ID", "messageId"), ("Subject", "subject")):
        if name in parsed:
            common[key] = str(parsed[name])
    return {
        "timestamp": stamp(arrival.at),
        "source": arrival.envelope_from,
        "messageId": arrival.id,
        "destination": list(arrival.recipients),
        "headersTruncated": False,
        "headers": [{"name": name, "value": value} for name, value in headers],
        "commonHeaders": common,
    }


def receipt(
    arrival: Arrival, recipients: list[str], action: dict[str, Any], *, scanned: bool
) -> dict[str, Any]:
    """The `receipt` of a notification."""
    looked = {"status": "PASS" if scanned else "DISABLED"}
    return {
        "timestamp": stamp(arrival.at),
        "processingTimeMillis": 500,
        "recipients": recipients,
        "spamVerdict": looked,
        "virusVerdict": looked,
        "spfVerdict": {"status": "PASS"},
        "dkimVerdict": {"status": "PASS"},
        "dmarcVerdict": {"status": "PASS"},
        "action": action,
    }
