"""What arrived: the objects that SES put into the bucket of `[receiving]`, and the mails in them.

`stored` lists them, `letters` reads the head of some, `content` the whole of one; `opened` and
`attachments` take a mail apart, whoever made it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser, BytesParser
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.environment.receiving import ReceivingNames, names
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import kms, stored_mail
from ses_provision.resources.s3_asking import ABSENT, bucket_arn
from ses_provision.resources.stored_mail import Stored

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment

HEAD = 65_536
"""Octets of a mail that are read to list it: its headers, and SES's findings before them."""
LARGEST = 45 * 1024 * 1024
"""Octets of a mail that are taken apart: SES takes 40 MB in, and adds headers."""
MOST_BOUNDARIES = 500
"""Multipart boundaries in one mail; the parser takes time for each line at each depth."""
NO_OBJECT = (*ABSENT, Refusal("NoSuchKey"), Refusal("InvalidRange"))
"""... the last of an object in which there is nothing."""


@dataclass(frozen=True)
class Verdicts:
    """What SES found when the mail came, in its own words; empty where it says nothing."""

    spam: str = ""
    virus: str = ""
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""


@dataclass(frozen=True)
class Letter:
    """The head of a mail. `date` is what the sender says, which may be anything."""

    stored: Stored
    sender: str = ""
    recipients: str = ""
    subject: str = ""
    message_id: str = ""
    date: datetime | None = None
    verdicts: Verdicts = Verdicts()


@dataclass(frozen=True)
class Attachment:
    """A part of a mail that is no text to read."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """A whole mail: its head, what can be read, what is attached. `flaw` says why not all is."""

    letter: Letter
    text: str
    attachments: tuple[Attachment, ...] = ()
    flaw: str = ""


def insist_on_receiving(env: Environment) -> ReceivingNames:
    """The names, where mail is received at all."""
    if env.receiving is None:
        raise ProvisionError(
            f"Environment {env.name} receives no mail: its file has no [receiving].",
            "Add [receiving] and apply; `ses-provision guide receiving` says what that means.",
        )
    return names(env)


def object_question(env: Environment, account: Account, key: str, octets: int) -> Ask:
    """The question for the first octets of an object."""
    found, settings = names(env), env.receiving
    key_id = settings.kms_key if settings else None
    also = (Right("kms:Decrypt", (kms.key_arn(account, env.region, key_id),)),) if key_id else ()
    return question(
        "s3",
        env.region,
        "GetObject",
        on=(f"{bucket_arn(account, found.bucket)}/{found.prefix}*",),
        also=also,
        absent=NO_OBJECT,
        Bucket=found.bucket,
        Key=f"{found.prefix}{key}",
        ExpectedBucketOwner=account.id,
        Range=f"bytes=0-{octets - 1}",
    )


def stored(env: Environment, account: Account) -> Reading[list[Stored] | None]:
    """Every mail that is stored, the newest first; None where the bucket is not there."""
    found = names(env)
    return (yield from stored_mail.stored(account, found.bucket, found.prefix))


def letters(env: Environment, account: Account, some: Sequence[Stored]) -> Reading[list[Letter]]:
    """The heads of some mails; one that has gone meanwhile is left out."""
    answers = yield from ask(*(object_question(env, account, one.key, HEAD) for one in some))
    return [
        letter(one, answer["Body"])
        for one, answer in zip(some, answers, strict=True)
        if answer is not None
    ]


def sent_as(
    env: Environment, account: Account, message_id: str, known: Collection[str]
) -> Reading[Letter | None]:
    """The mail that SES sent with an id, among those that are stored and not known; None while it
    has not come."""
    there = (yield from stored(env, account)) or []
    fresh = yield from letters(env, account, [one for one in there if one.key not in known])
    return next((one for one in fresh if message_id in one.message_id), None)


def content(env: Environment, account: Account, key: str) -> Reading[bytes | None]:
    """A whole mail as SES stored it; None where there is none of this key."""
    [answer] = yield from ask(object_question(env, account, key, LARGEST))
    return None if answer is None else answer["Body"]


def asks(env: Environment, account: Account) -> Iterator[Ask]:
    """All that is asked, for the permissions."""
    if env.receiving is not None:
        found = names(env)
        yield stored_mail.listing(account, found.bucket, found.prefix)
        yield object_question(env, account, "<key>", HEAD)


def letter(one: Stored, raw: bytes) -> Letter:
    """The head of a mail, from its octets or the first of them."""
    parsed = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    return Letter(
        one,
        header(parsed, "from"),
        header(parsed, "to"),
        header(parsed, "subject"),
        header(parsed, "message-id"),
        when(parsed),
        verdicts(parsed),
    )


def opened(one: Stored, raw: bytes) -> Opened:
    """A mail with what can be read of it. Whatever is broken in it is a flaw, never an error."""
    head = letter(one, raw)
    parsed = taken_apart(raw)
    if parsed is None:
        return Opened(head, "", flaw="its body cannot be taken apart")
    try:
        return Opened(head, readable(parsed), tuple(attached(parsed)))
    except Exception as error:  # noqa: BLE001 - what the parser cannot take is a flaw of the mail
        return Opened(head, "", flaw=f"its body cannot be taken apart ({type(error).__name__})")


def attachments(raw: bytes) -> tuple[Attachment, ...]:
    """What is attached to a mail, and a body that is no text; nothing where it cannot be told."""
    parsed = taken_apart(raw)
    try:
        return () if parsed is None else tuple(attached(parsed))
    except Exception:  # noqa: BLE001 - a mail that cannot be taken apart has none
        return ()


def taken_apart(raw: bytes) -> EmailMessage | None:
    """A mail as the standard library parses it; None where it was made to take for ever."""
    if len(re.findall(rb"(?i)boundary\s*=", raw)) > MOST_BOUNDARIES:
        return None
    try:
        parsed = BytesParser(policy=policy.default).parsebytes(raw)
    except Exception:  # noqa: BLE001 - the parser raises many things for broken mails
        return None
    return parsed if isinstance(parsed, EmailMessage) else None


def readable(parsed: EmailMessage) -> str:
    """The text of a mail; of one that has only HTML, the words in it."""
    body = parsed.get_body(("plain", "html"))
    if body is None or is_attached(body):
        return ""
    text = decoded(body)
    if body.get_content_subtype() != "html":
        return text
    words = Words()
    words.feed(text)
    return words.text


def decoded(part: MIMEPart) -> str:
    """A text part in its character set, or as well as it can be read in none."""
    octets = part.get_payload(decode=True)
    raw = octets if isinstance(octets, bytes) else b""
    try:
        return raw.decode(str(part.get_content_charset() or "utf-8"))
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def is_attached(part: MIMEPart) -> bool:
    """Whether a part is something to keep rather than to read."""
    is_text = part.get_content_maintype() == "text"
    return part.is_attachment() or bool(part.get_filename()) or not is_text


def attached(parsed: EmailMessage) -> Iterator[Attachment]:
    """The parts that are attached."""
    for part in parsed.walk():
        if part.is_multipart() or not isinstance(part, MIMEPart) or not is_attached(part):
            continue
        octets = part.get_payload(decode=True)
        raw = octets if isinstance(octets, bytes) else b""
        yield Attachment(writable(part.get_filename() or ""), part.get_content_type(), raw)


class Words(HTMLParser):
    """The words of HTML, without what nobody sees."""

    UNSEEN = frozenset({"script", "style", "head", "title"})
    BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What follows is unseen, or begins a line."""
        del attrs
        self._unseen += tag in self.UNSEEN
        if tag in self.BREAKS:
            self._said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What follows is seen again."""
        self._unseen = max(0, self._unseen - (tag in self.UNSEEN))

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self._unseen:
            self._said.append(data)

    @property
    def text(self) -> str:
        """All of them, without empty lines."""
        lines = (" ".join(line.split()) for line in "".join(self._said).split("\n"))
        return "\n".join(line for line in lines if line)


def header(parsed: EmailMessage, name: str) -> str:
    """The first header of a name, decoded; as it was sent where it cannot be."""
    try:
        found = str(parsed.get(name, ""))
    except Exception:  # noqa: BLE001 - the library raises many things for broken headers
        found = next((value for known, value in raw_headers(parsed) if known == name), "")
    return writable(found)


def writable(text: str) -> str:
    """A text in one line, without what no encoding can write."""
    return " ".join(text.encode("utf-8", "replace").decode().split())


def raw_headers(parsed: EmailMessage) -> list[tuple[str, str]]:
    """The headers as they were sent, names in lower case, unfolded."""
    return [(str(name).lower(), " ".join(str(value).split())) for name, value in parsed.raw_items()]


def when(parsed: EmailMessage) -> datetime | None:
    """When the sender says that it was sent."""
    try:
        found = parsedate_to_datetime(header(parsed, "date"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def verdicts(parsed: EmailMessage) -> Verdicts:
    """What SES found. It writes that above all that came with the mail, between the line that says
    how it received it and its receipt; what stands below may say anything.

    The form was seen in mails that SES stored: Received, X-SES-Spam-Verdict and
    X-SES-Virus-Verdict where it scans, Received-SPF, Authentication-Results, X-SES-RECEIPT.
    """
    found: dict[str, str] = {}
    lines = iter(raw_headers(parsed))
    for name, value in lines:
        if name == "received":
            if not re.search(r" by inbound-smtp\.[a-z0-9-]+\.amazonaws\.com ", value):
                return Verdicts()
            break
    for name, value in lines:
        if name in {"x-ses-receipt", "received"}:
            break
        found.setdefault(name, value)
    results = found.get("authentication-results", "")
    # Sender and greeting are in them, in the words of whoever sent the mail.
    plain = re.sub(r'"[^"]*"|\([^()]*\)', "", results)
    spf = re.match(r"amazonses\.com;\s*spf=(\w+)", plain)
    dkim = re.findall(r"\sdkim=(\w+) header\.i=", plain)
    dmarc = re.findall(r"\sdmarc=(\w+) header\.from=", plain)
    return Verdicts(
        found.get("x-ses-spam-verdict", ""),
        found.get("x-ses-virus-verdict", ""),
        spf[1].upper() if spf else "",
        ("PASS" if "pass" in dkim else dkim[0].upper()) if dkim else "",
        dmarc[-1].upper() if dmarc else "",
    )
