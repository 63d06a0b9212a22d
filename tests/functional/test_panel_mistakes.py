"""What people do to records in a panel: each mistake is named as what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ses_provision.outside.reading import Ask, Outcome
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, Bench, bench


class Panel(InProcess):
    """The records of an environment as a panel shows them to the world, and name servers."""

    records: dict[tuple[str, str], list[str]]

    def resolve(self, asked: Ask) -> Outcome:
        """What whoever is asked answers."""
        held: dict[tuple[str, str], list[str]] = getattr(self, "records", {})
        name, kind = str(dict(asked.params)["name"]), asked.operation
        if kind == "NS":
            return {"values": ["ns.panel.example"]} if name == "example.com" else None
        values = held.get((name, kind)) or self.from_wildcard(held, name, kind)
        return {"values": sorted(values)} if values else None

    @staticmethod
    def from_wildcard(
        held: dict[tuple[str, str], list[str]], name: str, kind: str
    ) -> list[str] | None:
        """What a wildcard answers for a name that does not exist."""
        if any(one == name or one.endswith(f".{name}") for one, _ in held):
            return None
        labels = name.split(".")
        for start in range(1, len(labels)):
            parent = ".".join(labels[start:])
            if any(one == parent or one.endswith(f".{parent}") for one, _ in held):
                return held.get((f"*.{parent}", kind))
        return None


@dataclass
class Entered:
    """An environment whose records were entered, and the tool that looks."""

    made: Bench
    world: Panel

    def name(self, kind: str) -> str:
        """The name of a record of a type."""
        return next(name for name, held in self.world.records if held == kind)

    def told(self) -> tuple[str, str]:
        """What dkim-status and `dns --check` say of it."""
        [report] = self.made("dkim-status", "--env", "ext", "--json").json["environments"]
        verdicts: list[dict[str, Any]] = report["verification"]["verdicts"]
        codes = " ".join(f"{one['code']}: {one['cause']} {one['fix']}" for one in verdicts)
        return codes, self.made("dns", "--check").stdout


@pytest.fixture
def entered(cli: Cli, tmp_path: Path) -> Entered:
    """`dev.example.com` in a panel that has `example.com`, everything right."""
    made = bench(cli, tmp_path / "config", Panel, ext=EXTERNAL)
    made.prepare("apply", "--env", "ext", "--yes")
    [sheet] = made("dns", "--env", "ext", "--json").json["environments"]
    world = made.world
    assert isinstance(world, Panel)
    world.records = {(one["name"], one["type"]): [one["value"]] for one in sheet["records"]}
    return Entered(made, world)


def proxied(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """The orange cloud: the CNAME does not show, the proxy's addresses do."""
    del held[name, "CNAME"]
    held[name, "A"] = ["192.0.2.1"]


def flattened(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """The CNAME does not show, what stands at its end does."""
    del held[name, "CNAME"]
    held[name, "TXT"] = ["p=MIGfMA0"]


def value_doubled(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """The panel appended the zone to the value."""
    held[name, "CNAME"] = [f"{held[name, 'CNAME'][0]}.example.com"]


def name_doubled(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """The panel appended the zone to the name."""
    held[f"{name}.example.com", "CNAME"] = held.pop((name, "CNAME"))


def level_too_high(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """`x._domainkey` was entered into example.com, not `x._domainkey.dev`."""
    high = name.replace(".dev.example.com", ".example.com")
    held[high, "CNAME"] = held.pop((name, "CNAME"))


def wildcard(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """Nothing was entered, and a wildcard answers."""
    del held[name, "CNAME"]
    held["*._domainkey.dev.example.com", "CNAME"] = ["parked.example.net"]


def wildcard_address(held: dict[tuple[str, str], list[str]], name: str) -> None:
    """Nothing was entered, and a wildcard has addresses for everything."""
    del held[name, "CNAME"]
    held["*._domainkey.dev.example.com", "A"] = ["192.0.2.1"]


Break = Callable[[dict[tuple[str, str], list[str]], str], None]
MISTAKES: dict[str, tuple[Break, str, str]] = {
    "proxied": (proxied, "proxied:", "switch the proxy off"),
    "flattened": (flattened, "flattened:", "switch CNAME flattening off"),
    "value doubled": (value_doubled, "value-doubled:", "appended example.com to the value"),
    "name doubled": (name_doubled, "name-doubled:", "the panel appends example.com itself"),
    "level": (level_too_high, "wrong-level:", "entered at another level"),
    "wildcard": (wildcard, "wildcard:", "the wildcard *._domainkey.dev.example.com answers"),
    "wildcard address": (wildcard_address, "missing:", "missing"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_key_that_was_entered_wrongly_is_told_as_what_happened(
    case: str, entered: Entered
) -> None:
    broken, code, said = MISTAKES[case]
    broken(entered.world.records, entered.name("CNAME"))

    verdicts, checked = entered.told()

    assert verdicts.startswith(code)
    assert said in " ".join(checked.split())


@pytest.mark.parametrize("name", ["mail.dev.example.com", "_dmarc.dev.example.com"])
def test_quotation_marks_that_were_typed_in_are_seen(name: str, entered: Entered) -> None:
    held = entered.world.records
    held[name, "TXT"] = [f'"{held[name, "TXT"][0]}"']

    verdicts, checked = entered.told()

    assert "quotes-typed-in:" in verdicts
    assert "quotation marks that were typed in" in " ".join(checked.split())


def test_an_exchanger_with_the_zone_behind_it_is_seen(entered: Entered) -> None:
    held = entered.world.records
    name = entered.name("MX")
    held[name, "MX"] = [f"{held[name, 'MX'][0]}.example.com"]

    assert "value-doubled:" in entered.told()[0]


def test_a_wildcard_is_not_blamed_for_a_wrong_record_at_the_name_itself(entered: Entered) -> None:
    held = entered.world.records
    held["mail.dev.example.com", "TXT"] = ["v=spf1 -all"]
    held["*.dev.example.com", "TXT"] = ["other"]

    verdicts, _ = entered.told()

    assert verdicts.startswith("wrong-value:")
    assert "wildcard" not in verdicts


def test_everything_right_is_told_so(entered: Entered) -> None:
    assert "DNS: all 6 records are right." in entered.told()[1]
