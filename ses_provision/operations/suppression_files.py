"""Suppression lists as files: those of SES and of the providers that people move from.

SES knows two reasons, BOUNCE and COMPLAINT. Who only unsubscribed, or was put on a list by hand,
stands on none of SES's: such rows are taken in only for a reason that is given.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

BOUNCE, COMPLAINT = "BOUNCE", "COMPLAINT"

ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"]{1,64}@(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}"
)
"""What is looked at as an address at all; SES has the last word."""


class Format(StrEnum):
    """Whose file it is."""

    CSV = "csv"
    SENDGRID = "sendgrid"
    MAILGUN = "mailgun"
    POSTMARK = "postmark"


@dataclass(frozen=True)
class Wanted:
    """What a file wants suppressed: reasons by address, and what of it cannot be taken in."""

    reasons: Mapping[str, str]
    without_reason: int = 0
    no_address: Sequence[int] = ()
    """The lines that hold no address."""
    doubled: int = 0
    kinds: Mapping[str, int] = field(default_factory=Counter)
    """What rows without a reason are, by the word of the file."""


def read(text: str, form: Format | None, reason: str = "") -> Wanted:
    """Read a file. Raises UsageError where it has no column of addresses, or its reasons are
    unknown throughout."""
    lines = csv.reader(io.StringIO(text, newline=""), dialect(text))
    try:
        table = [(lines.line_num, cells) for cells in lines if any(cells)]
    except csv.Error as error:
        raise UsageError(
            f"The file is no CSV from line {lines.line_num} on: {error}.",
            "Look for a quotation mark that nothing closes.",
        ) from error
    if not table:
        return Wanted({})
    header = [cell.strip().lower() for cell in table[0][1]]
    rows = table[1:]
    if any("@" in cell for cell in header):
        header, rows, form = ["emailaddress", "reason"], table, Format.CSV
    at = column(header)
    judge = JUDGES[form or guessed(header)]
    return collected(rows, header, at, lambda row: reason or judge(row, frozenset(header)))


def dialect(text: str) -> type[csv.Dialect]:
    """Commas, or what a spreadsheet puts in their place where the comma is a decimal point."""
    first = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max(",;\t", key=first.count)

    return Found


def column(header: Sequence[str]) -> int:
    """Which column holds the addresses."""
    names = ("email", "emailaddress", "email address", "address", "recipient")
    for name in names:
        if name in header:
            return header.index(name)
    raise UsageError(
        f"The file has no column of addresses: its columns are {', '.join(header) or 'none'}.",
        f"One of them has to be called {', '.join(names[:-1])} or {names[-1]}.",
    )


def guessed(header: Sequence[str]) -> Format:
    """Whose file it is, by columns that only they have."""
    if "suppressionreason" in header:
        return Format.POSTMARK
    if "created_at" in header and "address" in header:
        return Format.MAILGUN
    if "created" in header and "email" in header:
        return Format.SENDGRID
    return Format.CSV


def collected(
    rows: Sequence[tuple[int, list[str]]],
    header: Sequence[str],
    at: int,
    judge: Callable[[Mapping[str, str]], str],
) -> Wanted:
    """Each address once; who complained stays one who complained."""
    reasons: dict[str, str] = {}
    kinds: Counter[str] = Counter()
    wrong: list[int] = []
    doubled = without = 0
    for number, cells in rows:
        row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
        address = normal(cells[at].strip() if at < len(cells) else "")
        if not ADDRESS.fullmatch(address):
            wrong.append(number)
            continue
        reason = judge(row)
        if reason not in {BOUNCE, COMPLAINT}:
            without += 1
            kinds[reason or "without a reason"] += 1
            continue
        doubled += address in reasons
        reasons[address] = COMPLAINT if COMPLAINT in {reason, reasons.get(address)} else reason
    return Wanted(reasons, without, tuple(wrong), doubled, kinds)


def normal(address: str) -> str:
    """The address as SES keeps it: the domain in lower case, of ASCII letters."""
    from ses_provision.environment.shapes import address_to_ascii

    try:
        return str(address_to_ascii(address))
    except ValueError:
        return address


def of_csv(row: Mapping[str, str], header: frozenset[str]) -> str:
    """SES's own words, or what others call the same."""
    del header
    return SAID.get(row.get("reason", "").lower().replace("_", " "), row.get("reason", ""))


def of_sendgrid(row: Mapping[str, str], header: frozenset[str]) -> str:
    """Bounces have an SMTP status, spam reports the address of a reporter's server, invalid
    addresses only a reason; unsubscribes have none of these."""
    del row
    if "ip" in header:
        return COMPLAINT
    return BOUNCE if {"status", "reason"} & header else "unsubscribed"


def of_mailgun(row: Mapping[str, str], header: frozenset[str]) -> str:
    """Bounces have a code, unsubscribes tags, complaints neither."""
    del row
    if "code" in header:
        return BOUNCE
    return "unsubscribed" if {"tag", "tags"} & header else COMPLAINT


def of_postmark(row: Mapping[str, str], header: frozenset[str]) -> str:
    """Postmark says it in each row."""
    del header
    said = row.get("suppressionreason", "")
    return {"hardbounce": BOUNCE, "spamcomplaint": COMPLAINT}.get(said.lower(), said)


SAID = {
    "bounce": BOUNCE,
    "hard bounce": BOUNCE,
    "complaint": COMPLAINT,
    "spam": COMPLAINT,
    "spam complaint": COMPLAINT,
}

JUDGES: Mapping[Format, Callable[[Mapping[str, str], frozenset[str]], str]] = {
    Format.CSV: of_csv,
    Format.SENDGRID: of_sendgrid,
    Format.MAILGUN: of_mailgun,
    Format.POSTMARK: of_postmark,
}


def written(rows: Sequence[tuple[str, str, str]]) -> str:
    """Addresses, reasons and times as CSV, as an import reads it again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("EmailAddress", "Reason", "LastUpdateTime"))
    writer.writerows(rows)
    return out.getvalue()
