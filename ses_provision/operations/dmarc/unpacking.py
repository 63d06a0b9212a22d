"""Reports out of what they are sent in: XML, gzip, zip, and mails with those attached.

What it is, its first octets say, whatever it is called. Everything is bounded: who knows the
address for reports can mail anything to it.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from io import BytesIO

from ses_provision.operations.dmarc.aggregate import NotReadable
from ses_provision.operations.message.mail import MOST_BOUNDARIES

LARGEST = 50_000_000
"""Octets of a file, and of all that it unpacks to. SES receives mails of at most 40 MB."""
LARGEST_ARCHIVE = 10_000_000
"""Octets of what is compressed: RFC 7489 section 6.2 has that as its example of a limit."""
MOST_MEMBERS = 100
"""Members of an archive. One is what receivers send."""
MOST_LINES = 1_000_000
"""Lines of a mail: an archive of 10 MB in base64 has 180,000."""
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
HEADER = re.compile(rb"(?:From |[!-9;-~]{1,80}[ \t]*:)")
PROSE = frozenset({"text/plain", "text/html"})
NAMED = (".xml", ".gz", ".zip")
IN_ARCHIVE = "an archive in an archive, which is not opened"
WHOLE = "more than one report needs"

Part = tuple[str, bytes | NotReadable]
"""What was found in something: its name there, and its XML, or why it has none."""


def documents(octets: bytes) -> Iterator[Part]:
    """The XML documents in a file. What cannot be taken apart is told under the name it has."""
    try:
        yield from opened(octets)
    except NotReadable as why:
        yield "", why


def opened(octets: bytes) -> Iterator[Part]:
    """What is in a file."""
    if not octets.strip():
        raise NotReadable("is empty")
    if is_archive(octets) or is_xml(octets):
        yield from unpacked(octets)
    elif HEADER.match(octets):
        yield from attached(octets)
    else:
        raise NotReadable("is neither XML, gzip, zip nor a mail")


def is_archive(octets: bytes) -> bool:
    """Whether something is compressed."""
    return octets.startswith((GZIP, ZIP))


def is_xml(octets: bytes) -> bool:
    """Whether something may be XML."""
    return octets.startswith(BOMS) or octets[:1000].lstrip().startswith(b"<")


def unpacked(octets: bytes) -> Iterator[Part]:
    """XML as it is, and what is in an archive."""
    if is_archive(octets) and len(octets) > LARGEST_ARCHIVE:
        raise NotReadable(f"is an archive of more than {LARGEST_ARCHIVE // 1_000_000} MB, {WHOLE}")
    if octets.startswith(ZIP):
        yield from members(octets)
        return
    yield "", inflated(octets) if octets.startswith(GZIP) else octets


def inflated(octets: bytes) -> bytes:
    """What is in a gzip file."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(octets)) as file:
            found = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotReadable("is no whole gzip file") from error
    return fitting(found, LARGEST)


def fitting(found: bytes, room: int) -> bytes:
    """What was unpacked, where it is no bomb and no archive again."""
    if len(found) > room:
        raise NotReadable(f"unpacks to more than {LARGEST // 1_000_000} MB, {WHOLE}")
    if is_archive(found):
        raise NotReadable(f"holds {IN_ARCHIVE}")
    return found


def members(octets: bytes) -> Iterator[Part]:
    """What is in a zip file, one by one; together they have to fit."""
    with whole_zip(octets) as archive:
        listed = [info for info in archive.infolist() if is_meant(info.filename)]
        if len(listed) > MOST_MEMBERS:
            raise NotReadable(f"is an archive of {len(listed)} files, {WHOLE}")
        if not listed:
            raise NotReadable("is an archive without a file")
        yield from read(archive, listed)


def whole_zip(octets: bytes) -> zipfile.ZipFile:
    """A zip file whose table of contents can be read."""
    try:
        return zipfile.ZipFile(BytesIO(octets))
    except Exception as error:  # the standard library raises what it meets
        raise NotReadable("is no whole zip file") from error


def is_meant(name: str) -> bool:
    """Whether a member is more than a folder, or than what macOS puts beside files."""
    return not name.endswith("/") and not name.startswith("__MACOSX/")


def read(archive: zipfile.ZipFile, listed: list[zipfile.ZipInfo]) -> Iterator[Part]:
    """The members of an archive."""
    room = LARGEST
    for info in listed:
        try:
            found = fitting(member(archive, info, room), room)
            room -= len(found)
            yield info.filename, found if is_xml(found) else NotReadable("is no XML")
        except NotReadable as why:
            yield info.filename, why


def member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    """One member, and one octet more than there is room for. What is claimed of its size, nobody
    has to believe."""
    if info.flag_bits & 0x1:
        raise NotReadable("is encrypted")
    try:
        with archive.open(info) as file:
            return file.read(room + 1)
    except NotImplementedError as error:
        raise NotReadable("is compressed in a way that is not known") from error
    except Exception as error:
        raise NotReadable("is not whole") from error


def attached(octets: bytes) -> Iterator[Part]:
    """The reports attached to a mail."""
    if octets.count(b"\n") > MOST_LINES:
        raise NotReadable(f"is a mail of more than {MOST_LINES:,} lines")
    if len(re.findall(rb"(?i)boundary\s*=", octets)) > MOST_BOUNDARIES:
        raise NotReadable(f"is a mail of more than {MOST_BOUNDARIES} nested parts")
    try:
        parsed = BytesParser(policy=compat32).parsebytes(octets)
        found = [(name_of(part), content(part)) for part in parsed.walk() if may_hold(part)]
    except Exception as error:  # the parser of the standard library raises what it likes
        raise NotReadable(
            f"is a mail that cannot be taken apart ({type(error).__name__})"
        ) from error
    reports = [(name, held) for name, held in found if is_archive(held) or is_xml(held)]
    if not reports:
        raise NotReadable("is a mail without a report attached")
    for name, held in reports:
        try:
            yield from ((inner or name, told) for inner, told in unpacked(held))
        except NotReadable as why:
            yield name, why


def may_hold(part: Message) -> bool:
    """Whether a part may be a report: not what people read, unless it is named like one."""
    if part.is_multipart():
        return False
    return part.get_content_type() not in PROSE or name_of(part).lower().endswith(NAMED)


def name_of(part: Message) -> str:
    """What an attachment is called."""
    return str(part.get_filename() or "")


def content(part: Message) -> bytes:
    """The octets of an attachment."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
