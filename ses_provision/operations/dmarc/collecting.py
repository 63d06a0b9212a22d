"""Which reports count: each once, about a time that has been, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.operations.dmarc.aggregate import NotReadable, Report
from ses_provision.operations.dmarc.parsing import parsed
from ses_provision.operations.dmarc.unpacking import documents

if TYPE_CHECKING:
    from ses_provision.operations.dmarc.gathering import Given

AHEAD = timedelta(days=1)
"""How far a report may reach ahead: clocks differ, and a day may be told before it ends."""
LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class Flaw:
    """A sentence about a file: what it is, and what is wrong with it."""

    file: str
    what: str


@dataclass(frozen=True)
class Held:
    """A report, and the file that holds it."""

    file: str
    report: Report


@dataclass
class Collected:
    """What was read: reports that make sense, how many were there twice, and what is wrong."""

    files: int = 0
    held: list[Held] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def collected(given: Iterable[Given], now: datetime) -> Collected:
    """Read files; whatever is wrong with one, the others are read all the same."""
    found = Collected()
    known: dict[tuple[str, str, str], str] = {}
    for file, octets in given:
        found.files += 1
        for name, document in in_file(file, octets):
            try:
                report = read(document, now)
            except NotReadable as why:
                found.flaws.append(Flaw(name, str(why)))
                continue
            first = known.setdefault(report.key, name)
            if first != name:
                found.flaws.append(Flaw(name, f"is the same report as {first}: counted once"))
                continue
            found.held.append(Held(name, report))
            found.flaws += [Flaw(name, f"has {flaw}: not counted") for flaw in report.flaws]
    return found


def in_file(file: str, octets: bytes | NotReadable) -> Iterator[Given]:
    """The documents in a file, each under a name of its own."""
    if isinstance(octets, NotReadable):
        yield file, octets
        return
    seen: set[str] = set()
    for number, (inner, document) in enumerate(documents(octets)):
        name = f"{file}: {inner}" if inner else file
        if name in seen:
            name = f"{name} ({number + 1})"
        seen.add(name)
        yield name, document


def read(document: bytes | NotReadable, now: datetime) -> Report:
    """A report about a time that makes sense. Raises NotReadable."""
    if isinstance(document, NotReadable):
        raise document
    report = parsed(document)
    if report.end > now + AHEAD:
        raise NotReadable(f"is about a time to come (to {report.end:%Y-%m-%d}): not counted")
    if report.end - report.begin > LONGEST:
        raise NotReadable(f"is about more than {LONGEST.days} days: not counted")
    return report
