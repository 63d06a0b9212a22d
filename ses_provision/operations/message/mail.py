"""A mail taken apart. Whatever is broken in it becomes a sentence, never an exception."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import getaddresses

from ses_provision.dataclass import dataclass

LARGEST = 100_000_000
"""Bytes of a file that are read; SES takes far less."""
LONGEST_HEADER_BLOCK = 1_000_000
"""Octets of headers that are looked at. Postfix cuts at 102400 (header_size_limit)."""
LONGEST_LINE = 998  # octets without the line end (RFC 5322 section 2.1.1)
LONGEST_TEXT = 5_000_000  # octets of one text part that are searched for links
MOST_BOUNDARIES = 100
"""Multipart boundaries in one mail; the parser takes time for each line at each depth."""
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
"""A header field (RFC 5322 section 2.2)."""


@dataclass(frozen=True)
class Part:
    """A part of the body that is no container."""

    type: str
    text: str = ""
    is_attachment: bool = False


@dataclass(frozen=True)
class Mail:
    """A mail: its header fields with names in lower case and values unfolded, in order."""

    raw: bytes
    fields: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    flaws: tuple[str, ...] = ()
    long_lines: int = 0
    is_ascii: bool = True
    octets: int = field(default=0)

    def all(self, name: str) -> list[str]:
        """The values of every field of a name."""
        return [value for known, value in self.fields if known == name]

    def first(self, name: str) -> str:
        """The value of the first field of a name; empty where there is none."""
        return next(iter(self.all(name)), "")

    def addresses(self, name: str) -> list[str]:
        """The addresses in the fields of a name."""
        found = getaddresses(self.all(name))
        return [address for _, address in found if address]

    @property
    def was_received(self) -> bool:
        """Whether it has been on its way: what SES adds is in it."""
        return bool(self.all("received") or self.all("dkim-signature"))


def taken_apart(raw: bytes) -> Mail:
    """A mail by its octets."""
    whole = without_mbox_line(re.sub(rb"\r?\n", b"\r\n", raw))
    block, _, body = whole.partition(b"\r\n\r\n")
    flaws: list[str] = []
    if len(block) > LONGEST_HEADER_BLOCK:
        flaws.append(f"its headers have {len(block)} octets, which no server reads to the end")
        block = block[:LONGEST_HEADER_BLOCK]
    found = list(fields(block, flaws))
    lines = whole.split(b"\r\n")
    return Mail(
        raw=whole,
        fields=tuple(found),
        parts=tuple(parts(whole, body, flaws)),
        flaws=tuple(dict.fromkeys(flaws)),
        long_lines=sum(len(line) > LONGEST_LINE for line in lines),
        is_ascii=block.isascii(),
        octets=len(whole),
    )


def without_mbox_line(whole: bytes) -> bytes:
    """A first line as mbox files have it is no header."""
    return whole.partition(b"\r\n")[2] if whole.startswith(b"From ") else whole


def fields(block: bytes, flaws: list[str]) -> Iterator[tuple[str, str]]:
    """The header fields, unfolded (RFC 5322 section 2.2.3)."""
    for line in re.split(rb"\r\n(?![ \t])", block.strip(b"\r\n")):
        if not line:
            continue
        shaped = FIELD.fullmatch(line)
        if shaped is None:
            flaws.append("a line among its headers is no header field, and ends them for many")
            continue
        value = re.sub(rb"\r\n(?=[ \t])", b"", shaped[2]).strip()
        yield shaped[1].decode("ascii").lower(), value.decode("utf-8", "backslashreplace")


def parts(whole: bytes, body: bytes, flaws: list[str]) -> Iterator[Part]:
    """The parts of the body; none where it cannot be taken apart."""
    if len(re.findall(rb"(?i)boundary\s*=", whole)) > MOST_BOUNDARIES:
        flaws.append(f"it has more than {MOST_BOUNDARIES} nested parts")
        return
    try:
        parsed = BytesParser(policy=compat32).parsebytes(whole)
        found = [part for part in parsed.walk() if not part.is_multipart()]
        defects = [defect for part in parsed.walk() for defect in part.defects]
        yield from [taken(part, flaws) for part in found]
    except Exception as error:  # noqa: BLE001 - what the parser cannot take is a finding
        flaws.append(f"its body cannot be taken apart ({type(error).__name__})")
        return
    flaws += [f"its MIME structure is broken ({type(defect).__name__})" for defect in defects]
    if not body.strip():
        flaws.append("it has no body")


def taken(part: Message, flaws: list[str]) -> Part:
    """One part, decoded as far as it can be."""
    kind = part.get_content_type()
    attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    if attached or not kind.startswith("text/"):
        return Part(kind, is_attachment=attached)
    content = part.get_payload(decode=True)
    octets = content if isinstance(content, bytes) else b""
    charset = str(part.get_content_charset() or "us-ascii")
    try:
        text = octets[:LONGEST_TEXT].decode(charset)
    except (LookupError, ValueError):
        flaws.append(f"a {kind} part is not in the character set that it names ({charset[:40]})")
        text = octets[:LONGEST_TEXT].decode("latin-1")
    return Part(kind, text)


def domain_of(address: str) -> str:
    """The domain of an address in the form of DNS; empty where it has none."""
    from ses_provision.environment.shapes import to_ascii

    try:
        return str(to_ascii(address.rpartition("@")[2].strip("> \t")))
    except ValueError:
        return ""
