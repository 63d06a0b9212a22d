"""Environments whose zones are at providers that octoDNS reaches: the real classes, each against a
stand-in for its API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import Clock, LocalAws
from ses_provision.local.panel_zone import PanelRecord
from ses_provision.outside.providers.octodns import Octodns
from ses_provision.outside.providers.octodns_allowed import ALLOWED
from ses_provision.outside.providers.token import TokenPlace
from ses_provision.outside.providers.web import Reply, Request
from ses_provision.resources.octodns_zone import OctodnsZone
from ses_provision.resources.record_sets import raw_set, values_of
from ses_provision.worlds.public_web import panels
from tests.conftest import NOON, Cli, Result
from tests.functional.folders import Bench, bench, by_octodns

APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
OURS = '"v=spf1 include:amazonses.com ~all"'
TEXTS = (
    r'"a\\b"',
    r'"say \"hi\"; semi"',
    '"part one " "part two"',
    f'"{"x" * 255}" "{"y" * 60}"',
    r'"caf\195\169"',
)
"""Strings of others that some way of writing DNS is known to spoil."""
ADDING = [name for name, allowed in ALLOWED.items() if allowed.adds_alone]
WHOLE = [name for name, allowed in ALLOWED.items() if not allowed.adds_alone]


def made_at(cli: Cli, tmp_path: Path, provider: str) -> Bench:
    """The environment, with records of others around it."""
    found = bench(cli, tmp_path / "config", prod=by_octodns(provider))
    zone, put = found.local.panels.holding("example.com"), found.local.panels.put
    assert zone is not None
    for number in range(17):  # more than a page, with those below
        zone.add(f"w{number}.example.com", "CNAME", 3600, "www.example.com.", "theirs")
    put("example.com", "TXT", 3600, *TEXTS, note="theirs")
    put("example.com", "MX", 3600, "10 mx.example.net.", note="theirs")
    put("www.example.com", "A", 3600, "192.0.2.1", note="theirs")
    return found


@pytest.fixture
def gandi(cli: Cli, tmp_path: Path) -> Bench:
    """The same at Gandi, applied."""
    return made_at(cli, tmp_path, "gandi").prepare(*APPLY)


def rows(made: Bench) -> list[PanelRecord]:
    """Every record with its id, TTL and what is written beside it."""
    zone = made.local.panels.holding("example.com")
    assert zone is not None
    return list(zone.records.values())


def at(made: Bench, name: str, kind: str) -> list[PanelRecord]:
    """The records of a name and type."""
    return [row for row in rows(made) if (row.name, row.kind) == (name, kind)]


def of_panel(result: Result) -> list[str]:
    """The writes that a command line made at the provider."""
    return [call.operation for call in result.writes if call.service == "octodns"]


def said(result: Result) -> str:
    """All that was said, in one line."""
    return " ".join((result.stdout + result.stderr).split())


def planned(made: Bench) -> dict[str, str]:
    """What a plan would do, by label."""
    [report] = made("plan", "--json").json["environments"]
    changes = [change for step in report["plan"]["steps"] for change in step["changes"]]
    return {one["label"]: one["action"] for one in changes if one["action"] != "unchanged"}


@pytest.mark.parametrize("provider", ALLOWED)
def test_a_whole_life_leaves_every_record_of_others_as_it_is(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    # A plan of octoDNS would delete them.
    monkeypatch.delattr("octodns.provider.base.BaseProvider.plan")
    made = made_at(cli, tmp_path, provider)
    before = rows(made)

    shown = made("plan")
    first, second = made(*APPLY), made(*APPLY)
    between = rows(made)
    waited, checked = made("dkim-status", "--wait", "--exit-code"), made("dns", "--check")
    destroyed, again = made(*DESTROY), made(*DESTROY)

    assert (first.status, second.status, destroyed.status, again.status) == (0, 0, 0, 0)
    assert (waited.status, checked.status) == (0, 0), waited.stdout + checked.stdout
    assert said(shown).count(f"{ALLOWED[provider].title} is written to by octoDNS.") == 1
    assert ("one by one" in said(shown)) is not ALLOWED[provider].in_one
    assert "written to by octoDNS" not in said(second)
    assert (second.writes, again.writes) == ([], [])
    assert [row for row in before if row not in between] == []
    ours = sorted((row.kind, row.ttl, row.value) for row in between if row not in before)
    assert [kind for kind, _, _ in ours] == ["CNAME"] * 3 + ["MX", "TXT", "TXT"]
    assert {ttl for _, ttl, _ in ours} == {300}
    assert ours[3][2] == "10 feedback-smtp.eu-central-1.amazonses.com."
    assert [value.replace("\\;", ";") for _, _, value in ours[4:]] == [
        '"v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"', OURS,
    ]  # fmt: skip
    assert rows(made) == before


@pytest.mark.parametrize("provider", ADDING)
def test_where_a_class_adds_one_value_alone_ours_comes_beside_theirs_and_stays_there(
    cli: Cli, tmp_path: Path, provider: str
) -> None:
    made = made_at(cli, tmp_path, provider)
    made.local.panels.put("mail.example.com", "TXT", 3600, *TEXTS, note="theirs")
    before = rows(made)

    applied, again = made(*APPLY), made(*APPLY)
    stood = at(made, "mail.example.com", "TXT")
    destroyed = made(*DESTROY)

    assert (applied.status, again.writes) == (0, [])
    assert [row for row in before if row not in rows(made)] == []
    [ours] = [row for row in stood if row not in before]
    assert (ours.value, ours.ttl) == (OURS, 3600), "strings of one name have one TTL"
    assert destroyed.status == 0
    assert 'remove "v=spf1 include:amazonses.com ~all" there by hand' in said(destroyed)
    assert [row for row in rows(made) if row not in before] == [ours]


@pytest.mark.parametrize(
    ("provider", "name"),
    [*((one, "mail.example.com") for one in WHOLE), ("gandi", "_dmarc.example.com")],
)
def test_a_set_that_others_share_is_blocked_where_a_class_writes_it_whole(
    cli: Cli, tmp_path: Path, provider: str, name: str
) -> None:
    made = made_at(cli, tmp_path, provider)
    made.local.panels.put(name, "TXT", 3600, *TEXTS, note="theirs")
    before = at(made, name, "TXT")

    blocked = made(*APPLY)

    assert blocked.status == 1
    assert f"TXT {name} holds strings of others" in said(blocked)
    assert at(made, name, "TXT") == before
    [wanted] = [
        label
        for label, action in planned(made).items()
        if action == "blocked" and label.startswith("TXT")
    ]
    ours = wanted.partition(" → ")[2]
    assert f'add "{ours}" there by hand: then it counts as ours' in said(blocked)
    taken = made(*APPLY, "--take-over", "dmarc" if "dmarc" in name else "mail-from")
    assert (taken.status, at(made, name, "TXT")) == (1, before), "a take-over is no way out"

    made.local.panels.put(name, "TXT", 3600, *TEXTS, f'"{ours}"', note="theirs")
    added = at(made, name, "TXT")
    assert made(*APPLY).status == 0
    assert (planned(made), at(made, name, "TXT")) == ({}, added)
    assert made(*DESTROY).status == 0
    assert at(made, name, "TXT") == added, "they would go with it"


def put(name: str, kind: str, ttl: int, *values: str) -> Callable[[Bench], None]:
    """Somebody writes at a name of ours."""
    return lambda made: made.local.panels.put(name, kind, ttl, *values)


MX = "10 feedback-smtp.eu-central-1.amazonses.com."
REPLACED = ["DeleteRecord", "CreateRecord"]
DRIFT = {
    "another TTL": (put("mail.example.com", "MX", 3600, MX), "update", REPLACED),
    "another region": (
        put("mail.example.com", "MX", 300, MX.replace("eu-central", "us-east")), "update", REPLACED,
    ),
    "a weaker policy": (
        put("_dmarc.example.com", "TXT", 300, '"v=DMARC1; p=none; rua=mailto:dmarc@example.com"'),
        "update", REPLACED,
    ),
    "no policy": (put("_dmarc.example.com", "TXT", 300), "create", ["CreateRecord"]),
}  # fmt: skip


@pytest.mark.parametrize("name", DRIFT)
def test_drift_is_shown_as_exactly_that_and_mended_as_exactly_that(gandi: Bench, name: str) -> None:
    spoil, action, writes = DRIFT[name]
    right = {(row.name, row.kind, row.ttl, row.value) for row in rows(gandi)}
    spoil(gandi)

    assert list(planned(gandi).values()) == [action]
    mended = gandi(*APPLY)

    assert of_panel(mended) == writes
    assert {(row.name, row.kind, row.ttl, row.value) for row in rows(gandi)} == right
    assert planned(gandi) == {}


def test_a_set_of_one_request_is_changed_by_one(cli: Cli, tmp_path: Path) -> None:
    made = made_at(cli, tmp_path, "hetzner").prepare(*APPLY)
    made.local.panels.put("mail.example.com", "MX", 3600, MX)

    assert list(planned(made).values()) == ["update"]
    assert of_panel(made(*APPLY)) == ["CreateRecord"] * 2, "records and TTL are set apart there"
    assert planned(made) == {}


@pytest.mark.parametrize("kind", ["CNAME", "MX"])
def test_what_is_in_the_way_is_blocked_and_a_take_over_replaces_it(gandi: Bench, kind: str) -> None:
    value = {"CNAME": "theirs.example.net.", "MX": "5 mx.example.net."}[kind]
    for ours in ("MX", "TXT") if kind == "CNAME" else ("MX",):
        gandi.local.panels.put("mail.example.com", ours, 300)
    gandi.local.panels.put("mail.example.com", kind, 300, value)
    before = rows(gandi)

    blocked = gandi(*APPLY)

    assert (blocked.status, rows(gandi)) == (1, before)
    assert "mx.example.net" in said(blocked) or "theirs.example.net" in said(blocked)
    taken = gandi(*APPLY, "--take-over", "mail-from")
    assert taken.status == 0, taken.stderr
    assert [row.value for row in at(gandi, "mail.example.com", "MX")] == [MX]
    assert [row.value for row in at(gandi, "mail.example.com", "TXT")] == [OURS]
    assert planned(gandi) == {}


def test_records_are_written_in_an_order_that_is_safe_half_way(cli: Cli, tmp_path: Path) -> None:
    made = made_at(cli, tmp_path, "gandi")

    made(*APPLY)

    [mx], [txt] = at(made, "mail.example.com", "MX"), at(made, "mail.example.com", "TXT")
    assert txt.id < mx.id, "SES may use the name as soon as it has an MX"


KEY = f"v=DKIM1; k=rsa; p={'MIIBIjANBgkqhkiG9w0BAQEFAAOC' * 15}"
ROUND_TRIP = {
    "TXT": [KEY, "v=DMARC1; p=none; rua=mailto:a+b@example.com!10m", "v=BIMI1; l=https://x/y;"],
    "MX": ["10 feedback-smtp.eu-central-1.amazonses.com"],
    "CNAME": ["token.dkim.amazonses.com"],
}


@pytest.mark.parametrize("provider", ALLOWED)
def test_every_value_of_ours_comes_back_as_it_was_written(provider: str) -> None:
    local = LocalAws(Clock(frozen_at=NOON))
    zone = OctodnsZone("example.com", provider)
    local.seed("111122223333", panels=[(provider, zone.name)])
    options = {"account": "1", "host": "pdns.example.net"}
    given = {name: options[name] for name in zone.allowed.options if name in options}

    def exchange(request: Request) -> Reply:
        return panels(local, replace(request, path=f"/{provider}{request.path}"))

    keeper = Octodns(provider, given, TokenPlace("T"), exchange, token=lambda: "local")
    for kind, values in ROUND_TRIP.items():
        for number, value in enumerate(values):
            name = f"{kind.lower()}{number}.example.com"
            new = raw_set(name, kind, [value], 300)
            keeper.send(zone.change([("CREATE", new)]))
            found = keeper.answer(zone.question())
            assert isinstance(found, dict)
            [held] = [one for one in found["ResourceRecordSets"] if one["Name"] == name]
            assert (values_of(held), held["TTL"]) == ([value], 300)
            keeper.send(zone.change([("DELETE", held)]))
    assert all(row["kind"] == "NS" for rows in local.panels.snapshot().values() for row in rows)


def finding(made: Bench, item: str) -> Any:
    """What the checklist says of an item."""
    topics = made("checklist", "--json").json["environments"][0]["checklist"]["topics"]
    [found] = [one for topic in topics for one in topic["findings"] if one["id"] == item]
    return found


def test_the_checklist_says_whether_the_token_works_and_what_else_it_sees(gandi: Bench) -> None:
    delegated, known = finding(gandi, "SES-DNS-001"), finding(gandi, "SES-DNS-002")
    narrow = finding(gandi, "SES-DNS-003")
    gandi.local.panels.add("gandi", "example.org")
    wide = finding(gandi, "SES-DNS-003")
    gandi.local.panels.tokens.clear()
    unknown = finding(gandi, "SES-DNS-002")

    assert delegated["evidence"] == "example.com is delegated to zone example.com at Gandi"
    assert (known["status"], narrow["status"], wide["status"]) == ("done", "done", "action")
    assert "the token sees no zone at Gandi but example.com" in narrow["evidence"]
    assert "sees 1 other zone" in wide["evidence"]
    assert "does not accept the token" in unknown["evidence"]


def test_a_zone_that_lists_no_name_servers_is_not_said_to_be_delegated(gandi: Bench) -> None:
    zone = gandi.local.panels.holding("example.com")
    assert zone is not None
    zone.drop(zone.at("example.com", "NS"))

    found = finding(gandi, "SES-DNS-001")

    assert found["status"] == "unknown"
    assert found["evidence"] == (
        "example.com is delegated to ns1.panel.example, ns2.panel.example; zone example.com at "
        "Gandi does not list its name servers"
    )
    assert "compare them with those that Gandi names" in found["next_step"]


@pytest.mark.parametrize("provider", ALLOWED)
def test_the_token_that_is_needed_is_said_without_asking_anybody(
    cli: Cli, tmp_path: Path, provider: str
) -> None:
    made = bench(cli, tmp_path / "config", prod=by_octodns(provider))

    printed = made("permissions", "--dns")

    assert printed.calls == []
    assert "It may change" in printed.stdout
    assert printed.stdout.splitlines()[-3:] == [
        "  TXT     _dmarc.example.com",
        "  CNAME   <token>._domainkey.example.com",
        "  MX TXT  mail.example.com",
    ]
    told = made("permissions", "--env", "prod")
    assert "route53" not in told.stdout
    assert "octodns" not in told.stdout
