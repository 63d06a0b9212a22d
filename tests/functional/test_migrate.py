"""migrate check: what stands at a domain, and the way from its sender to SES."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.cli.app import run
from ses_provision.operations.moving import Peak, Room, ramp
from ses_provision.operations.moving.providers import PROVIDERS, by_host, by_spf
from ses_provision.worlds.real import RealWorld
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.health import Health
from tests.functional.test_check_message import GOOD, SELECTOR, record
from tests.functional.test_dns_served import APEX, small_server
from tests.laws.hostile import HOSTILE, WIDE, faults_of
from tests.pages import fenced, guide, words

OLD = "old.example.net"
SHORT = "v=spf1 ip4:192.0.2.0/24 ~all"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """A domain that SendGrid sends for, with mailboxes at Google."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    declare(found, OLD, "TXT", f"v=spf1 mx include:sendgrid.net include:_spf.google.com {' '}~all")
    declare(found, "sendgrid.net", "TXT", "v=spf1 include:ab.sendgrid.net ~all")
    declare(found, "ab.sendgrid.net", "TXT", SHORT)
    declare(found, "_spf.google.com", "TXT", SHORT)
    declare(found, OLD, "MX", "1 aspmx.l.google.com")
    declare(found, f"s1._domainkey.{OLD}", "TXT", record(1024))
    declare(found, f"_dmarc.{OLD}", "TXT", "v=DMARC1; p=none; rua=mailto:d@reports.example")
    return found


def declare(made: Bench, name: str, kind: str, *values: str) -> None:
    """Put records into the world's DNS, in place of what stands there."""
    made.local.declare_dns(name, kind, list(values))


def look(made: Bench, *arguments: str, domain: str = OLD) -> Any:
    """What the command says by DNS alone."""
    ran = made("migrate", "check", "--from-domain", domain, "--json", *arguments)
    assert ran.status == 0, ran.stderr
    return ran.json["migration"]


def status(told: Any, item: str) -> tuple[str, str]:
    """Where an item stands, and its evidence."""
    [found] = [one for one in told["findings"] if one["id"] == item]
    return found["status"], found["evidence"]


def test_what_stands_is_told_by_dns_alone_and_no_account_is_asked(made: Bench) -> None:
    told = look(made)

    assert told["providers"] == ["SendGrid", "Google Workspace"]
    assert told["spf"]["lookups"] == 4
    assert [one["domain"] for one in told["spf"]["includes"]] == [
        "sendgrid.net", "ab.sendgrid.net", "_spf.google.com",
    ]  # fmt: skip
    assert [one["name"] for one in told["selectors"]] == ["s1"]
    assert told["dmarc"]["policy"] == "none"
    assert told["quota"] is None
    assert "--format sendgrid" in str(told["findings"])
    assert "--format google" not in str(told["findings"])
    assert list(made.local.journal) == []


SPF_FAULTS = {
    "eleven look-ups": (f"v=spf1 {' '.join(['a:here.example'] * 11)} ~all", "11 of 10 look-ups"),
    "three for nothing": ("v=spf1 a:n1.example a:n2.example mx:n3.example ~all", "3 for nothing"),
    "an include of nothing": ("v=spf1 include:none.example ~all", "there is no SPF record"),
    "one that includes itself": (f"v=spf1 include:{OLD} ~all", "it includes itself"),
    "what is no SPF": ("v=spf1 ipv4:192.0.2.1 ~all", "'ipv4:192.0.2.1' is no SPF mechanism"),
}


@pytest.mark.parametrize("name", SPF_FAULTS)
def test_an_spf_record_that_receivers_cannot_use_is_said(made: Bench, name: str) -> None:
    text, said = SPF_FAULTS[name]
    declare(made, OLD, "TXT", text)
    declare(made, "here.example", "A", "192.0.2.1")

    state, evidence = status(look(made), "MOVE-SPF-001")

    assert state == "action"
    assert said in evidence


def test_a_redirect_counts_and_is_followed_and_an_all_before_it_hides_it(made: Bench) -> None:
    declare(made, "_spf.example.net", "TXT", "v=spf1 include:sendgrid.net -all")
    declare(made, OLD, "TXT", "v=spf1 redirect=_spf.example.net")
    followed = look(made)["spf"]["lookups"]
    declare(made, OLD, "TXT", "v=spf1 ~all redirect=_spf.example.net")

    assert (followed, look(made)["spf"]["lookups"]) == (3, 0)


def test_a_record_with_no_end_is_left_and_not_followed_for_ever(made: Bench) -> None:
    declare(made, OLD, "TXT", f"v=spf1 {' '.join(f'include:i{n}.example' for n in range(90))} ~all")
    for number in range(90):
        declare(made, f"i{number}.example", "TXT", SHORT)

    state, _ = status(look(made), "MOVE-SPF-001")

    assert state == "action"


def test_two_spf_records_are_none(made: Bench) -> None:
    declare(made, OLD, "TXT", SHORT, "v=spf1 -all")

    assert status(look(made), "MOVE-SPF-001")[0] == "action"


@pytest.mark.parametrize(
    ("kind", "value"), [("CNAME", "u1.sendgrid.net"), ("A", "192.0.2.1"), ("MX", "1 mx.example")]
)
def test_a_name_for_mail_from_that_is_in_use_is_said(made: Bench, kind: str, value: str) -> None:
    free = status(look(made), "MOVE-FROM-001")
    declare(made, f"mail.{OLD}", kind, value)

    assert (free[0], status(look(made), "MOVE-FROM-001")[0]) == ("done", "action")


def test_what_dmarc_asks_for_is_weighed_against_what_ses_sends(made: Bench) -> None:
    declare(made, f"_dmarc.{OLD}", "TXT", "v=DMARC1; p=reject; aspf=s")

    told = look(made)

    assert "aspf=s" in status(told, "MOVE-DMARC-001")[1]
    assert "not delivered until" in status(told, "MOVE-DMARC-002")[1]
    assert "go nowhere" in status(told, "MOVE-DMARC-003")[1]


def test_selectors_that_are_named_are_asked_for_and_a_wildcard_proves_nothing(made: Bench) -> None:
    declare(made, f"legacy._domainkey.{OLD}", "TXT", record(2048))
    named = look(made, "--old-selector", "legacy")
    nobodys = f"ses-provision-asks-for-no-such-selector._domainkey.{OLD}"
    declare(made, nobodys, "TXT", record(2048))

    assert [one["name"] for one in named["selectors"]] == ["legacy", "s1"]
    assert status(look(made), "MOVE-DKIM-001")[0] == "unknown"


def test_silence_of_dns_is_not_absence(made: Bench) -> None:
    made.world.silent |= {"1.1.1.1", "8.8.8.8", ""}

    told = look(made)

    unknown = {one["id"] for one in told["findings"] if one["status"] == "unknown"}
    assert {"MOVE-SPF-001", "MOVE-FROM-001", "MOVE-DMARC-001", "MOVE-DMARC-002"} <= unknown


def test_with_an_environment_the_quota_is_held_against_the_peak(in_sandbox: Health) -> None:
    def look(*arguments: str) -> Result:
        return in_sandbox.run("migrate", "check", "--json", "--peak", "20000", *arguments)

    sandboxed = look().json["environments"][0]["migration"]
    in_sandbox.leave_sandbox()
    ran = look("--peak-rate", "3", "--exit-code")
    [report] = ran.json["environments"]
    enough = report["migration"]

    assert ran.writes == []
    assert status(sandboxed, "MOVE-QUOTA-001")[0] == "action"
    assert [day["over_daily"] for day in sandboxed["ramp"]] == [False, True, True, True, True]
    assert status(enough, "MOVE-QUOTA-001")[0] == "done"
    assert status(enough, "MOVE-SES-001")[0] == "done"
    assert not any(day["over_daily"] or day["over_rate"] for day in enough["ramp"])
    assert ran.status == 3


ZONE = """
example.com. IN TXT "v=spf1 include:_spf.example.com ~all"
_spf.example.com. IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.example.com. IN TXT "v=DMARC1; p=quarantine"
mail.example.com. IN CNAME hosting.example.com.
"""


def test_a_real_name_server_is_asked_where_no_account_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_server(APEX + ZONE, tmp_path) as port:
        server = f"127.0.0.1:{port}"
        monkeypatch.setenv("SES_PROVISION_RESOLVERS", server)
        asked = ["--from-domain", "example.com", "--resolver", server, "--json"]
        status = run(["migrate", "check", *asked], RealWorld())

    told = json.loads(capsys.readouterr().out)["migration"]
    assert status == 0
    assert told["spf"]["lookups"] == 1
    assert told["dmarc"]["policy"] == "quarantine"
    assert told["mail_from"]["taken_by"] == ["CNAME hosting.example.com"]


def test_what_others_put_into_dns_steers_nobody(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", WIDE["COLUMNS"])
    declare(made, OLD, "TXT", f"v=spf1 {HOSTILE} include:x.example ~all")
    declare(made, OLD, "MX", f"1 {HOSTILE}")
    declare(made, f"_dmarc.{OLD}", "TXT", f"v=DMARC1; p={HOSTILE}; rua=mailto:a@{HOSTILE}")
    declare(made, f"s1._domainkey.{OLD}", "TXT", f"v=DKIM1; k={HOSTILE}; p={HOSTILE}")
    declare(made, f"mail.{OLD}", "A", HOSTILE)

    for form in ((), ("--json",)):
        ran = made("migrate", "check", "--from-domain", OLD, *form)
        assert ran.status == 0
        assert list(faults_of(ran.stdout + ran.stderr)) == []


def test_the_text_says_the_same_and_a_domain_is_needed(made: Bench) -> None:
    shown = made("migrate", "check", "--from-domain", OLD, "--peak", "10000")

    assert shown.status == 0
    assert "SendGrid, Google Workspace" in shown.stdout
    assert "4 look-ups; 10 are allowed" in shown.stdout
    assert "    3     20 %        2,000       0.07\n" in shown.stdout
    assert made("migrate", "check").status == 64
    assert made("migrate", "check", "--from-domain", "no domain").status == 64


@given(
    st.integers(1, 10**9),
    st.floats(0.01, 10**5),
    st.integers(1, 10**9),
    st.floats(0.01, 10**5),
)
def test_the_way_over_ends_with_all_mail_and_says_no_exactly_where_the_quota_does(
    daily: int, rate: float, room: int, room_rate: float
) -> None:
    days = ramp(Peak(daily, rate), Room(room, room_rate))

    mails = [day.mails or 0 for day in days]
    assert mails == sorted(mails)
    assert mails[-1] == daily
    assert [day.over_daily for day in days] == [count > room for count in mails]
    assert days[-1].over_rate == (rate > room_rate)


def test_the_table_of_providers_names_each_thing_once() -> None:
    included = [domain for one in PROVIDERS for domain in one.spf]
    hosts = [host for one in PROVIDERS for host in one.hosts]

    assert len(set(included)) == len(included)
    assert len(set(hosts)) == len(hosts)
    for one in PROVIDERS:
        assert all(by_spf(domain) is one for domain in one.spf)
        assert all(by_host(f"x.{host}") is one for host in one.hosts)


def test_the_walk_through_of_the_guide_leads_from_the_old_sender_to_a_mail_that_is_right(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)
    monkeypatch.chdir(tmp_path)
    Path("bounces.csv").write_text("status,reason,email,created\n5.1.1,gone,a@example.org,1\n")
    Path("received.eml").write_bytes(GOOD.written())
    declare(made, f"{SELECTOR}._domainkey.example.com", "TXT", record(2048))
    [block] = fenced(guide("moving"), "console")
    lines = [words(line.removeprefix("$ ")) for line in block.splitlines()]

    ran = [made(*line) for line in lines]

    assert [each.status for each in ran] == [0] * len(lines)
    assert "SES is ready" in ran[3].stdout
    assert "nothing open" in ran[-1].stdout
