"""dmarc report: whatever others mail to the address for reports does no harm, and is told."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ses_provision.operations.dmarc import collected, unpacking
from tests.conftest import NOON, Cli
from tests.dmarc_reports import DAY, FORGED, OURS, TODAY, Report, gzipped, mailed, zipped
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_dmarc_reports import PACKED, put, told
from tests.laws.hostile import HOSTILE, WIDE, faults_of


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment, of which no account is asked."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


@cache
def bomb() -> bytes:
    """A gzip file that unpacks to 60 MB."""
    return gzip.compress(b" " * 60_000_000, 1)


def flood(inner: bytes) -> bytes:
    """A report whose record never ends."""
    return b"<feedback><record>" + inner * 30_000 + b"</record></feedback>"


DTD = b'<?xml version="1.0"?><!DOCTYPE feedback [%s]><feedback>&a;</feedback>'
SECRET = "SECRET-OF-THE-MACHINE"
HOSTILE_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "an empty file": (lambda: b" \n", "is empty"),
    "another file": (lambda: b"\x89PNG\r\n", "is neither XML, gzip, zip nor a mail"),
    "no report": (lambda: b"<html><p>Hello</p></html>", "is XML, but no DMARC report"),
    "cut off": (lambda: Report().xml()[:-20], "is no whole XML"),
    "bad UTF-8": (lambda: Report(org="x").xml().replace(b">x<", b">\xff\xfe<"), "is no whole XML"),
    "an encoding that there is not": (
        lambda: Report().xml().replace(b"UTF-8", b"KLINGON"), "is no whole XML",
    ),
    "a NUL": (lambda: Report(org="x").xml().replace(b">x<", b">\0<"), "is no whole XML"),
    "laughs": (
        lambda: DTD % (b'<!ENTITY b "ha">' + b'<!ENTITY a "' + b"&b;" * 999 + b'">'), "has a DTD",
    ),
    "an entity that names a file": (lambda: DTD % b'<!ENTITY a SYSTEM "secret">', "has a DTD"),
    "a DTD alone": (lambda: DTD % b"", "has a DTD"),
    "a record that never ends": (lambda: flood(b"<a/>"), "one of its records never ends"),
    "many records": (
        lambda: b"<feedback>" + b"<record/>" * 100_001, "has more than 100,000 records",
    ),
    "a tag that never ends": (
        lambda: b"<feedback><record " + b"a='1' " * 20_000, "one of its tags never ends",
    ),
    "very deep": (lambda: flood(b"<a>"), "one of its records never ends"),
    "a bomb of gzip": (bomb, "unpacks to more than 50 MB"),
    "a bomb of zip": (
        lambda: zipped(*[b"<" + b" " * 20_000_000] * 3), "unpacks to more than 50 MB",
    ),
    "gzip in gzip": (lambda: gzipped(gzipped(Report().xml())), "an archive in an archive"),
    "zip in zip": (lambda: zipped(zipped(Report().xml())), "an archive in an archive"),
    "many members": (lambda: zipped(*[b"<"] * 101), "is an archive of 101 files"),
    "a large archive": (lambda: b"\x1f\x8b" + bytes(10_000_000), "an archive of more than 10 MB"),
    "half of gzip": (lambda: gzipped(Report().xml())[:90], "is no whole gzip file"),
    "half of zip": (lambda: zipped(Report().xml())[:90], "is no whole zip file"),
    "zip with a wrong sum": (
        lambda: zipped(b"<" * 99).replace(zlib_of(b"<" * 99), b"\0\0\0\0"), "is not whole",
    ),
    "a locked zip": (lambda: locked(zipped(Report().xml())), "is encrypted"),
    "a zip without XML": (lambda: zipped(b"Hello"), "is no XML"),
    "a zip of folders": (lambda: zipped(b"", name="folder/"), "is an archive without a file"),
    "a mail without a report": (
        lambda: mailed([("x.pdf", "application/pdf", b"%PDF")]), "is a mail without a report",
    ),
    "a mail of many lines": (
        lambda: b"A: b\n" * 1_000_001, "is a mail of more than 1,000,000 lines",
    ),
    "a mail that nests": (
        lambda: b"Subject: x\n" + b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n' * 200,
        "is a mail of more than 100 nested parts",
    ),
    "a mail with a bomb": (
        lambda: mailed([("r.gz", "application/gzip", bomb())]),
        "unpacks to more than 50 MB",
    ),
    "no domain": (lambda: Report(domain=None).xml(), "does not say which domain"),
    "no time": (lambda: Report(begin=None).xml(), "does not say which time"),
    "a time that is none": (
        lambda: Report().xml().replace(b"<begin>", b"<begin>-"), "does not say which time",
    ),
    "a time to come": (
        lambda: Report(begin=TODAY + 2 * DAY).xml(), "is about a time to come (to 2026-11-24)",
    ),
    "a time that runs backwards": (
        lambda: Report(end=TODAY - 2 * DAY).xml(), "ends before it begins",
    ),
    "ten years": (
        lambda: Report(begin=TODAY - 3650 * DAY, end=TODAY).xml(), "is about more than 31 days",
    ),
    "another domain": (
        lambda: Report((replace(OURS, header_from="shop.example"),), domain="shop.example").xml(),
        "is about shop.example, not about example.com: not counted",
    ),
    "a name that only looks like ours": (
        lambda: Report((replace(OURS, header_from=None),), domain="notexample.com").xml(),
        "is about notexample.com, not about example.com",
    ),
    "mail from another domain": (
        lambda: Report((replace(OURS, header_from="shop.example"),), identity="from").xml(),
        "has 1 record from another domain than it is about: not counted",
    ),
    "a negative number": (
        lambda: Report((replace(OURS, count=-5),), identity="-5").xml(),
        "has 1 record without a number of mails",
    ),
    "numbers that are none": (
        lambda: Report(
            tuple(replace(OURS, count=n) for n in (0, "1e3", "9" * 40, None)), identity="n"
        ).xml(),
        "has 4 records without a number of mails",
    ),
    "no address": (
        lambda: Report((replace(OURS, source="localhost"),), identity="source").xml(),
        "without the address",
    ),
}  # fmt: skip


def zlib_of(octets: bytes) -> bytes:
    """The check sum that zip keeps of a member."""
    return zlib.crc32(octets).to_bytes(4, "little")


def locked(archive: bytes) -> bytes:
    """A zip file that says that it is encrypted."""
    at = archive.index(b"PK\x01\x02") + 8
    return archive[:6] + b"\x01" + archive[7:at] + b"\x01" + archive[at + 1 :]


def test_what_is_wrong_with_a_file_is_a_sentence_about_it_and_the_others_count(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = put(made)
    (held / "0-good").write_bytes(Report(identity="good").xml())
    monkeypatch.chdir(held)
    (held / "secret").write_text(SECRET, encoding="utf-8")
    for number, (make, _) in enumerate(HOSTILE_FILES.values()):
        (held / f"{number + 1:02}").write_bytes(make())
    with (held / "98").open("wb") as large:
        large.truncate(unpacking.LARGEST + 1)
    (held / "99").symlink_to(held / "nowhere")

    ran = made("dmarc", "report", *sorted(map(str, held.glob("[0-9]*"))), "missing", "--json")

    assert told(ran)["mails"] == OURS.count
    said = {one["file"].rpartition("/")[2].partition(":")[0]: one["what"] for one in
            ran.json["read"]["flaws"]}  # fmt: skip
    for number, (case, (_, words)) in enumerate(HOSTILE_FILES.items()):
        assert words in said.pop(f"{number + 1:02}"), case
    assert said == {
        "98": "cannot be read: it is larger than 50000 kB",
        "99": "cannot be read: No such file or directory",
        "missing": "cannot be read: No such file or directory",
    }
    assert SECRET not in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr


@settings(max_examples=150)
@given(
    pack=st.sampled_from(sorted(PACKED)),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=4),
)
def test_whatever_octets_are_changed_nothing_ends_in_a_traceback(
    pack: str, cuts: list[tuple[float, bytes]]
) -> None:
    octets = bytearray(PACKED[pack](Report((OURS, FORGED)).xml()))
    for place, put_in in cuts:
        at = int(place * len(octets))
        octets[at : at + 3] = put_in

    found = collected([("file", bytes(octets))], NOON)

    assert found.held or found.flaws
    assert all(one.file.startswith("file") and one.what for one in found.flaws)


def test_nothing_that_a_report_says_steers_whoever_reads(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(one for one in HOSTILE if one.isprintable() or one in "\n\r\x85\u2028\u202e")
    row = replace(FORGED, signed=((text, "pass"),), envelope=(text, "pass"))
    for name, value in WIDE.items():
        monkeypatch.setenv(name, value)
    held = put(made, Report((row,), org=text, identity=text).xml())
    (held / "::error::x\n::error::y").write_bytes(
        zipped(b"x", name=f"{text.replace(chr(0), '')}{{}}")
    )

    (held / os.fsdecode(b"\xff\x1b[31m")).write_bytes(b"x")

    for form in ((), ("--json",)):
        ran = made("dmarc", "report", str(held), *form)

        assert ran.status == 0, ran.stderr
        assert [*faults_of(ran.stdout), *faults_of(ran.stderr)] == []
