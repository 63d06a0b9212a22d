"""What arrived, as text and as JSON. All of it was written by strangers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from ses_provision.engine.values import plain
from ses_provision.render.layout import whole
from ses_provision.render.message import safe

if TYPE_CHECKING:
    from ses_provision.environment.receiving import ReceivingNames
    from ses_provision.operations.inbox import Letter, Opened, Verdicts

LONGEST_NAME, LONGEST_SUBJECT = 100, 200
LONGEST_BODY = 20_000
"""Letters of a mail that are shown; the object in the bucket has all of it."""
KILO = 1024
TITLES = {"spam": "spam", "virus": "virus", "spf": "SPF", "dkim": "DKIM", "dmarc": "DMARC"}


def listed(environment: str, names: ReceivingNames, total: int, some: Sequence[Letter]) -> Text:
    """Mails, the newest first."""
    lines = [Text(f"{environment}: mail to {names.domain}, in {place(names)}", style="bold")]
    for letter in some:
        lines += [Text(), *head(letter), Text("  ") + whole(letter.stored.key)]
    lines.append(Text())
    if not total:
        lines.append(Text("Nothing has arrived, or what had is over."))
    else:
        lines.append(Text(f"{len(some)} of {total} mail{'' if total == 1 else 's'}; one whole: "
                          f"ses-provision inbox KEY --env {environment}"))  # fmt: skip
    return Text("\n").join(lines)


def place(names: ReceivingNames) -> str:
    """Where mail is stored."""
    return f"s3://{names.bucket}/{names.prefix}"


def head(letter: Letter) -> Iterator[Text]:
    """When, what and from whom."""
    subject = safe(letter.subject, LONGEST_SUBJECT) or "(no subject)"
    yield Text(f"{moment(letter.stored.arrived)}  ").append(subject, style="bold")
    sender = safe(letter.sender, LONGEST_NAME) or "nobody"
    yield Text(f"  from {sender}, {size(letter.stored.size)}; {judged(letter.verdicts)}")


def moment(at: datetime) -> str:
    """A time."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def size(octets: int) -> str:
    """A number of octets in words."""
    if octets < KILO:
        return f"{octets} bytes"
    return f"{octets / KILO:.1f} KB" if octets < KILO**2 else f"{octets / KILO**2:.1f} MB"


def judged(found: Verdicts) -> str:
    """What SES found, where it is not all well."""
    said = {TITLES[name]: value for name, value in plain(found).items()}
    bad = [f"{name} {safe(value, 20)}" for name, value in said.items() if value not in {"PASS", ""}]
    silent = [name for name, value in said.items() if not value]
    told = [", ".join(bad)] if bad else []
    told += [f"nothing said of {', '.join(silent)}"] if silent else []
    return "; ".join(told) or "passed all"


def whole_mail(opened: Opened) -> Text:
    """A mail: its head, its text, what is attached."""
    letter = opened.letter
    lines = [
        *head(letter),
        Text(f"  to {safe(letter.recipients, LONGEST_SUBJECT) or 'nobody named'}"),
        Text(f"  sent {moment(letter.date) if letter.date else 'at no time that it says'}"),
        Text("  ") + whole(letter.stored.key),
        Text(),
    ]
    body = opened.text[:LONGEST_BODY].replace("\r\n", "\n").strip("\n")
    lines += [Text(safe(line)) for line in body.split("\n")] if body else [Text("(no text)")]
    if len(opened.text) > LONGEST_BODY:
        lines.append(Text("… the object in the bucket has all of it"))
    if opened.flaw:
        lines += [Text(), Text(f"Not all is shown: {opened.flaw}.")]
    if opened.attachments:
        lines += [Text(), Text("Attached:")]
        lines += [
            Text(f"  {safe(one.name, LONGEST_NAME) or '(no name)'}, {safe(one.type, 80)}, "
                 f"{size(len(one.content))}")
            for one in opened.attachments
        ]  # fmt: skip
    return Text("\n").join(lines)


def arrived(environment: str, to: str, letter: Letter, seconds: float) -> Text:
    """That a mail made its way."""
    return Text("\n").join(
        [
            Text(f"{environment}: it arrived at {to} within {seconds:.0f} s, "
                 f"{size(letter.stored.size)}; {judged(letter.verdicts)}"),
            Text(f"To read it: ses-provision inbox {letter.stored.key} --env {environment}"),
        ]
    )  # fmt: skip


def arrival(letter: Letter, seconds: float) -> dict[str, Any]:
    """The same for a document."""
    return {"seconds": seconds, "key": letter.stored.key, "verdicts": verdicts(letter.verdicts)}


def verdicts(found: Verdicts) -> dict[str, str | None]:
    """What SES found; null where it said nothing."""
    return {name: value or None for name, value in plain(found).items()}


def entry(letter: Letter) -> dict[str, Any]:
    """One mail for a document."""
    return {
        "key": letter.stored.key,
        "arrived": plain(letter.stored.arrived),
        "from": letter.sender,
        "to": letter.recipients,
        "subject": letter.subject,
        "date": plain(letter.date),
        "message_id": letter.message_id,
        "size": letter.stored.size,
        "verdicts": verdicts(letter.verdicts),
    }


def document(names: ReceivingNames, total: int, some: Sequence[Letter]) -> dict[str, Any]:
    """Mails for a document."""
    return {
        "domain": names.domain,
        "bucket": names.bucket,
        "prefix": names.prefix,
        "total": total,
        "mails": [entry(letter) for letter in some],
    }


def whole_document(names: ReceivingNames, opened: Opened) -> dict[str, Any]:
    """A mail for a document; what is attached by name alone."""
    return {
        "bucket": names.bucket,
        "prefix": names.prefix,
        **entry(opened.letter),
        "text": opened.text,
        "flaw": opened.flaw or None,
        "attachments": [
            {"name": one.name, "type": one.type, "size": len(one.content)}
            for one in opened.attachments
        ],
    }
