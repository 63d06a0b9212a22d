"""What only a person can know, written down beside the environment and reviewed like code.

One file for each environment, `attestations/NAME.toml` in the config folder. Entries are added and
never removed: who said what, when, until when, and who took it back.
"""

from __future__ import annotations

import codecs
import json
import tomllib
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ses_provision.checks.finding import Finding, Status
from ses_provision.dataclass import dataclass
from ses_provision.environment.complaints import shown
from ses_provision.errors import ConfigError, UsageError
from ses_provision.outside import files

FOLDER = "attestations"
MODE = 0o644  # it is committed and read by everybody in the team
HEAD = (
    "# What people attest about {name}. `ses-provision attest` writes here; commit it, so that\n"
    "# it is reviewed. Entries stay: an attestation ends by its date, or withdrawn.\n"
)


@dataclass(frozen=True)
class Attestation:
    """One person's word on one item of the checklist."""

    item: str
    by: str
    note: str
    at: datetime
    evidence: str = ""
    until: date | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it counts: not withdrawn, and its last day not over (in UTC)."""
        return self.withdrawn_at is None and not self.has_expired(now)

    def has_expired(self, now: datetime) -> bool:
        """Whether its last day is over."""
        return self.until is not None and now.astimezone(UTC).date() > self.until

    def told(self) -> str:
        """In a sentence."""
        until = f", until {self.until:%Y-%m-%d}" if self.until else ""
        evidence = f" [{self.evidence}]" if self.evidence else ""
        return f"attested by {self.by} on {self.at:%Y-%m-%d}{until}: {self.note}{evidence}"


def path(folder: Path, name: str) -> Path:
    """Where the attestations of an environment are."""
    return folder / FOLDER / f"{name}.toml"


def load(folder: Path, name: str) -> list[Attestation]:
    """The attestations of an environment, oldest first; none where there is no file."""
    file = path(folder, name)
    try:
        raw = tomllib.loads(files.content(file).removeprefix(codecs.BOM_UTF8).decode())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise broken(file, f"{files.reason(error)}") from error
    except (ValueError, RecursionError) as error:
        # Beside TOMLDecodeError and UnicodeDecodeError: numbers too long, and nesting too deep.
        raise broken(file, str(error)) from error
    entries = raw.get("attestation", [])
    if set(raw) - {"attestation"} or not isinstance(entries, list):
        raise broken(file, "only [[attestation]] entries belong here")
    return [parsed(file, number, one) for number, one in enumerate(entries, start=1)]


TYPES: dict[str, type | tuple[type, ...]] = {
    "item": str,
    "by": str,
    "note": str,
    "at": datetime,
    "evidence": str,
    "until": date,
    "withdrawn_at": datetime,
    "withdrawn_by": str,
}
REQUIRED = ("item", "by", "note", "at")


def parsed(file: Path, number: int, raw: Any) -> Attestation:
    """One entry of the file, or what is wrong with it."""
    if not isinstance(raw, dict):
        raise broken(file, f"entry {number} is not a table")
    wrong = sorted(set(raw) - set(TYPES))
    if wrong:
        raise broken(file, f"entry {number}: unknown: {', '.join(wrong)}")
    lacking = [name for name in REQUIRED if not raw.get(name)]
    if lacking:
        raise broken(file, f"entry {number}: missing: {', '.join(lacking)}")
    for name, value in raw.items():
        is_time = isinstance(value, datetime)
        if not isinstance(value, TYPES[name]) or (TYPES[name] is date and is_time):
            raise broken(file, f"entry {number}: {name} cannot be {shown(value)}")
        if isinstance(value, datetime) and value.tzinfo is None:
            raise broken(file, f"entry {number}: {name} needs a time zone, such as Z")
        if isinstance(value, datetime) and not within_the_calendar(value):
            raise broken(file, f"entry {number}: {name} is no time that UTC has")
    return Attestation(**raw)


def within_the_calendar(moment: datetime) -> bool:
    """Whether a time is one in UTC too: within hours of the years 1 and 9999 it may be none."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def broken(file: Path, why: str) -> ConfigError:
    """The refusal to guess at a file that is not as we write it."""
    return ConfigError(
        f"{file} cannot be read: {why}",
        "Correct it by hand, or take the last good version from git.",
        problems=(f"{file}: {why}",),
    )


def save(folder: Path, name: str, entries: Iterable[Attestation]) -> Path:
    """Write the whole file anew; a reader sees the old one or the new one, never half of it."""
    file = path(folder, name)
    text = HEAD.format(name=name) + "".join(f"\n{written(one)}" for one in entries)
    try:
        files.make_folder(file.parent)
        files.replace(file, text, MODE)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written: {files.reason(error)}.", "Nothing was recorded."
        ) from error
    return file


def written(one: Attestation) -> str:
    """One entry as TOML."""
    values = ((item.name, getattr(one, item.name)) for item in fields(one))
    lines = [f"{name} = {toml(value)}" for name, value in values if value not in ("", None)]
    return "\n".join(["[[attestation]]", *lines, ""])


def toml(value: str | date) -> str:
    """A value as TOML: JSON's string escapes are TOML's (TOML 1.0, basic strings)."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def current(entries: Iterable[Attestation], item: str) -> Attestation | None:
    """The latest word on an item."""
    about = [one for one in entries if one.item == item]
    return max(about, key=lambda one: one.at, default=None)


def withdrawn(entries: list[Attestation], item: str, by: str, now: datetime) -> list[Attestation]:
    """The entries with those on an item that still hold taken back."""
    if not any(one.item == item and one.holds(now) for one in entries):
        raise UsageError(f"There is no attestation of {item} to withdraw.")
    return [
        replace(one, withdrawn_at=now, withdrawn_by=by)
        if one.item == item and one.holds(now)
        else one
        for one in entries
    ]


def applied(finding: Finding, entries: Iterable[Attestation], now: datetime) -> Finding:
    """A finding with people's word on it: it closes what needs a person while it holds."""
    word = current(entries, finding.id)
    if word is None or not finding.needs_person:
        return finding
    if word.holds(now):
        return replace(
            finding, status=Status.DONE, evidence=f"{word.told()} (read: {finding.evidence})"
        )
    end = (
        f"withdrawn by {word.withdrawn_by} on {word.withdrawn_at:%Y-%m-%d}"
        if word.withdrawn_at
        else f"expired on {word.until:%Y-%m-%d}"
    )
    return replace(finding, evidence=f"{finding.evidence}; the attestation by {word.by} {end}")
