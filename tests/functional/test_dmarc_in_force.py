"""The DMARC policy in force is one answer: the plan, dkim-status, checklist and `dns --check` give
it alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from tests.conftest import Cli, Result
from tests.functional.existing import APPLY, PLAN, at, change, put, record
from tests.functional.folders import EXTERNAL, Bench, bench
from tests.functional.test_existing_records import DMARC, OURS, shipped

ORG = "_dmarc.starlightpractice.com"
CHILD = "_dmarc.dev.starlightpractice.com"
NONE_IN_FORCE = {
    "two": ["v=DMARC1; p=none", "v=DMARC1; p=reject"],
    "malformed": ["v=DMARC1; p=rejekt"],
    "nothing": [],
}
IN_FORCE = {
    "spaces": (["v = DMARC1 ; p = reject"], "p=reject, inherited from starlightpractice.com"),
    "for subdomains": (["v=DMARC1; p=reject; sp=none"], "p=reject with sp=none, inherited from"),
    "beside other text": (["other", "v=DMARC1; p=none"], "p=none, inherited from"),
}


def item(result: Result, name: str) -> dict[str, Any]:
    """One item of the checklist."""
    topics = result.json["environments"][0]["checklist"]["topics"]
    [found] = [one for topic in topics for one in topic["findings"] if one["id"] == name]
    return dict(found)


def staging_below(cli: Cli, local: LocalAws, texts: list[str]) -> dict[str, Any]:
    """The item on DMARC of staging, with these records at the organisational domain."""
    local.declare_dns(ORG, "TXT", texts)
    cli("apply", "--env", "staging", "--yes", "--wait")
    return item(cli("checklist", "--env", "staging", "--json"), "SES-DMARC-001")


@pytest.mark.parametrize("case", IN_FORCE)
def test_what_receivers_take_from_above_serves(case: str, cli: Cli, local: LocalAws) -> None:
    texts, said = IN_FORCE[case]

    found = staging_below(cli, local, texts)

    assert found["status"] == "done"
    assert said in found["evidence"]
    assert "inherited from starlightpractice.com" in cli("dkim-status", "--env", "staging").stdout


@pytest.mark.parametrize("case", NONE_IN_FORCE)
def test_what_receivers_take_for_none_above_crashes_nothing_and_is_none(
    case: str, cli: Cli, local: LocalAws
) -> None:
    found = staging_below(cli, local, NONE_IN_FORCE[case])

    assert found["status"] == "action"
    assert "_dmarc.starlightpractice.com" in found["evidence"]
    assert cli("status").status == 0
    shown = cli("dkim-status", "--env", "staging")
    assert "inherited" not in shown.stdout


def test_a_record_with_spaces_is_kept_and_never_gets_a_second_beside_it(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    theirs = '"v = DMARC1 ; p = reject"'
    put(local, env, record(DMARC, "TXT", theirs))

    assert cli(*APPLY).status == 0

    assert at(local, env, DMARC, "TXT") == [theirs]
    found = item(cli("checklist", "--env", "prod", "--json"), "SES-DMARC-002")
    assert "policy reject at _dmarc.starlightpractice.com: the strongest" in found["evidence"]


def test_a_cname_to_a_hosted_policy_serves_everywhere(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    put(local, env, record(DMARC, "CNAME", "starlight.hosted.example."))
    local.declare_dns("starlight.hosted.example", "TXT", [OURS])

    assert change(cli(*PLAN), "dmarc", "TXT")["action"] == "unchanged"
    assert cli(*APPLY, "--take-over", "dmarc").status == 0
    assert at(local, env, DMARC, "CNAME") == ["starlight.hosted.example."]
    assert item(cli("checklist", "--env", "prod", "--json"), "SES-DMARC-001")["status"] == "done"
    [report] = cli("dkim-status", "--env", "prod", "--json").json["environments"]
    [seen] = [one for one in report["verification"]["records"] if "_dmarc" in str(one["record"])]
    assert seen["state"] == "right"


def test_a_record_with_many_tags_is_made_stricter_in_one(
    cli: Cli, local: LocalAws, env: Environment, tmp_path: Path
) -> None:
    theirs = OURS.replace("p=none", "p=none; sp=reject; np=reject; adkim=s; ruf=mailto:f@x.org")
    folder = shipped(tmp_path, "prod", 'policy = "none"', 'policy = "quarantine"')
    put(local, env, record(DMARC, "TXT", f'"{theirs}"'))

    planned = cli("plan", "--env", "prod", "--config-dir", folder)
    assert cli(*APPLY, "--config-dir", folder).status == 0

    assert "policy: none -> quarantine" in planned.stdout
    assert "kept as it is: sp=reject; np=reject; adkim=s" in planned.stdout
    assert at(local, env, DMARC, "TXT") == [f'"{theirs.replace("p=none", "p=quarantine", 1)}"']
    assert cli(*APPLY, "--config-dir", folder).writes == []


def test_a_child_that_asks_for_more_than_its_parent_gets_a_record_of_its_own(
    cli: Cli, local: LocalAws, environments: list[Environment], tmp_path: Path
) -> None:
    local.declare_dns(ORG, "TXT", ["v=DMARC1; p=none"])
    folder = shipped(tmp_path, "staging", "[sender]", '[dmarc]\npolicy = "reject"\n[sender]')

    done = cli("apply", "--env", "staging", "--yes", "--config-dir", folder)

    assert done.status == 0
    assert at(local, environments[1], CHILD, "TXT") == ['"v=DMARC1; p=reject"']


def test_test_mode_is_no_protection_yet(cli: Cli, local: LocalAws, env: Environment) -> None:
    put(local, env, record(DMARC, "TXT", f'"{OURS.replace("none", "reject")}; t=y"'))
    cli(*APPLY)

    found = item(cli("checklist", "--env", "prod", "--json"), "SES-DMARC-002")

    assert found["status"] == "action"
    assert "t=y asks receivers only to test it" in found["evidence"]


def test_reports_to_a_sibling_need_no_authorisation(cli: Cli, tmp_path: Path) -> None:
    section = '[dmarc]\nreports_to = ["ops@mail.starlightpractice.com"]\n[sender]'
    folder = shipped(tmp_path, "staging", "[sender]", section)
    cli("apply", "--env", "staging", "--yes", "--config-dir", folder)

    looked = cli("checklist", "--env", "staging", "--json", "--config-dir", folder)

    assert item(looked, "SES-DMARC-003")["status"] == "done"


@pytest.fixture
def external(cli: Cli, tmp_path: Path) -> Bench:
    """An environment whose records somebody publishes by hand."""
    return bench(
        cli, tmp_path / "config", ext=EXTERNAL.replace("[dmarc]", '[dmarc]\npolicy="none"')
    )


@pytest.mark.parametrize(
    ("above", "line"),
    [
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "has 2 DMARC records"),
        (["v = DMARC1 ; p = none"], "inherited from example.com"),
        (["v=DMARC1; p=x"], "p=x is no policy"),
    ],
)
def test_the_check_of_a_panel_says_what_is_inherited_and_why_nothing_is(
    external: Bench, above: list[str], line: str
) -> None:
    external.local.declare_dns("_dmarc.example.com", "TXT", above)
    external("apply", "--env", "ext", "--yes")

    assert line in external("dns", "--check").stdout


def test_the_check_of_a_panel_finds_a_weaker_record_wrong(cli: Cli, tmp_path: Path) -> None:
    asks = EXTERNAL.replace("[dmarc]", '[dmarc]\npolicy="reject"')
    external = bench(cli, tmp_path / "config", ext=asks)
    theirs = "v=DMARC1; p=none; sp=quarantine; rua=mailto:dmarc@example.com"
    external.local.declare_dns("_dmarc.dev.example.com", "TXT", [theirs])
    external("apply", "--env", "ext", "--yes")

    shown = external("dns", "--check").stdout

    better = f"put in its place: {theirs.replace('none', 'reject')}"
    assert better in shown
    status = external("dkim-status", "--env", "ext", "--json").json["environments"][0]
    [seen] = [one for one in status["verification"]["records"] if "_dmarc" in str(one["record"])]
    assert seen["state"] == "wrong"
    asked = external("checklist", "--env", "ext", "--only", "dns", "--json")
    assert better in item(asked, "SES-DMARC-002")["next_step"]


def test_a_stricter_record_of_theirs_is_shown_as_it_stands(
    cli: Cli, local: LocalAws, env: Environment
) -> None:
    theirs = f"{OURS.replace('none', 'reject')}; adkim=s"
    put(local, env, record(DMARC, "TXT", f'"{theirs}"'))
    cli(*APPLY)

    assert f"→ {theirs}\n" in cli("dkim-status", "--env", "prod").stdout


def test_a_weaker_record_of_the_domain_above_is_shown_with_what_would_be_published(
    cli: Cli, local: LocalAws, tmp_path: Path
) -> None:
    local.declare_dns(ORG, "TXT", ["v=DMARC1; p=none; sp=quarantine"])
    cli("apply", "--env", "staging", "--yes", "--wait")
    folder = shipped(tmp_path, "staging", "[sender]", '[dmarc]\npolicy = "reject"\n[sender]')

    shown = cli("dkim-status", "--env", "staging", "--config-dir", folder).stdout

    assert "→ v=DMARC1; p=reject" in shown
    assert "in force: v=DMARC1; p=none; sp=quarantine" in shown
    assert "inherited" not in shown
