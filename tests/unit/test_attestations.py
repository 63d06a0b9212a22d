"""The attestation file: what is written is what is read, and never half of it."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks import attestations
from ses_provision.checks.attestations import Attestation
from ses_provision.checks.finding import Finding, Status
from ses_provision.errors import ConfigError, UsageError

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LINES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.replace(microsecond=0)
)
ENTRIES = st.builds(
    Attestation,
    item=LINES,
    by=LINES,
    note=LINES,
    at=TIMES,
    evidence=st.just("") | LINES,
    until=st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    withdrawn_at=st.none() | TIMES,
    withdrawn_by=st.just("") | LINES,
)


@given(entries=st.lists(ENTRIES, max_size=5))
def test_what_is_saved_is_what_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Attestation]
) -> None:
    folder = tmp_path_factory.mktemp("config")

    attestations.save(folder, "prod", entries)

    assert attestations.load(folder, "prod") == entries


def test_without_a_file_nothing_is_attested(tmp_path: Path) -> None:
    assert attestations.load(tmp_path, "prod") == []


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = attestations.save(tmp_path, "prod", [Attestation("A", "B", "C", NOON)])
    before = file.read_text()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot be written: no space"):
        attestations.save(tmp_path, "prod", [])

    assert file.read_text() == before
    assert [one.name for one in file.parent.iterdir()] == ["prod.toml"]
    assert stat.S_IMODE(file.stat().st_mode) == attestations.MODE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("attestation = 1", "only"),
        ("[other]\na = 1", "only"),
        ("= 1", "Invalid"),
        ("attestation = [1]", "entry 1 is not a table"),
        ("[[attestation]]\nwho = 'x'", "unknown: who"),
        ("[[attestation]]\nitem = 'x'", "missing: by, note, at"),
        ("[[attestation]]\nitem='x'\nby='x'\nnote='x'\nat='x'", 'at cannot be "x"'),
        ("[[attestation]]\nitem='x'\nby='x'\nnote='x'\nat=2026-01-01T00:00:00", "time zone"),
        (
            (
                "[[attestation]]\nitem='x'\nby='x'\nnote='x'\nat=2026-01-01T00:00:00Z\n"
                "until=2026-01-01T00:00:00Z"
            ),
            "until cannot be",
        ),
    ],
)
def test_a_file_that_is_not_as_we_write_it_is_refused_with_the_place(
    tmp_path: Path, text: str, said: str
) -> None:
    file = attestations.path(tmp_path, "prod")
    file.parent.mkdir()
    file.write_text(text)

    with pytest.raises(ConfigError, match=said):
        attestations.load(tmp_path, "prod")


def finding(**changes: object) -> Finding:
    """An open item that needs a person."""
    return Finding("A", "title", Status.UNKNOWN, "read nothing", needs_person=True, **changes)  # type: ignore[arg-type]


def test_it_holds_through_its_last_day_in_utc() -> None:
    word = Attestation("A", "Ada", "yes", NOON, until=date(2026, 11, 30))

    assert word.holds(datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert not word.holds(datetime(2026, 12, 1, 0, 0, tzinfo=UTC))


def test_the_latest_word_counts() -> None:
    first = Attestation("A", "Ada", "yes", NOON, withdrawn_at=NOON, withdrawn_by="Ada")
    later = Attestation("A", "Grace", "again", NOON.replace(hour=13))

    closed = attestations.applied(finding(), [later, first], NOON.replace(hour=14))

    assert closed.status is Status.DONE
    assert "attested by Grace" in closed.evidence


def test_a_finding_that_needs_no_person_stays_as_it_was_read() -> None:
    read = Finding("A", "title", Status.ACTION, "broken")

    assert attestations.applied(read, [Attestation("A", "Ada", "fine", NOON)], NOON) == read
