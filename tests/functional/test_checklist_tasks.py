"""What is to be done: blockers first and counted, and one cause told once, in every format."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ses_provision.local import LocalAws
from tests.conftest import CONFIG, Cli, Result
from tests.functional.existing import APPLY
from tests.functional.health import Health
from tests.functional.test_checklist_formats import Page
from tests.prepared import prepared_by

CONFIRM = 'opens each mail "AWS Notification - Subscription Confirmation"'
WAITS = {"SES-EVENTS-004", "SES-ALARM-003"}
"""The items that wait for the same person to confirm."""


@pytest.fixture
def unconfirmed(cli: Cli, local: LocalAws) -> Cli:
    """Prod as it is right after it was applied: nobody has confirmed anything."""
    prepared_by(cli, local, *APPLY, "--wait")
    return cli


def checklist(cli: Cli, *arguments: str) -> Result:
    """The checklist of prod."""
    return cli("checklist", "--env", "prod", *arguments)


def flat(text: str) -> str:
    """Text without its line breaks."""
    return re.sub(r"\s+", " ", text)


def test_a_subscription_that_nobody_confirmed_is_one_thing_to_do(unconfirmed: Cli) -> None:
    shown = flat(checklist(unconfirmed).stdout)

    assert shown.count(CONFIRM) == 1
    before = shown[: shown.index(CONFIRM)]
    assert all(item in before for item in WAITS), "the items stand above what they wait for"


def test_several_environments_tell_each_cause_once_for_each(unconfirmed: Cli) -> None:
    unconfirmed("apply", "--env", "staging", "--yes")

    assert flat(unconfirmed("checklist").stdout).count(CONFIRM) == 2


def test_markdown_tells_it_once(unconfirmed: Cli) -> None:
    assert checklist(unconfirmed, "--format", "markdown").stdout.count(CONFIRM) == 1


def test_the_page_tells_it_in_its_list_and_in_one_row_and_the_other_row_leads_there(
    unconfirmed: Cli,
) -> None:
    page = Page(checklist(unconfirmed, "--format", "html").stdout)

    assert page.text.count(CONFIRM) == 2
    assert "Next: see SES-EVENTS-004" in page.text
    assert "prod-SES-EVENTS-004" in page.links


def test_the_document_says_under_which_item_it_is_told(unconfirmed: Cli) -> None:
    [report] = checklist(unconfirmed, "--json").json["environments"]
    found = {one["id"]: one for topic in report["checklist"]["topics"] for one in topic["findings"]}

    assert found["SES-ALARM-003"]["see"] == "SES-EVENTS-004"
    assert found["SES-EVENTS-004"]["see"] is None
    assert found["SES-ALARM-003"]["next_step"] == found["SES-EVENTS-004"]["next_step"]
    assert sum(report["checklist"]["open_by_severity"].values()) == report["checklist"]["open"]


def test_before_the_first_apply_apply_is_one_thing_to_do(cli: Cli) -> None:
    shown = flat(checklist(cli).stdout)

    assert shown.count("→ ses-provision apply --env prod ") == 1


def test_blockers_come_first_and_are_counted(unconfirmed: Cli) -> None:
    lines = checklist(unconfirmed).stdout.splitlines()
    [report] = checklist(unconfirmed, "--json").json["environments"]
    open_items = report["checklist"]["open_by_severity"]

    heads = [line.split(":")[0] for line in lines if " to do" in line and line[0].isupper()]
    assert heads == ["Blockers", "Warnings", "Advice"]
    assert lines.index("Identity and DKIM") > [" to do" in line for line in lines].index(True)
    [last] = [line for line in lines if line.startswith("Checklist: ")]
    assert f"({open_items['blocker']} blockers, {open_items['warning']} warnings, 1 advice)" in last


@pytest.mark.parametrize(
    ("least", "severities"),
    [
        ("blocker", {"blocker"}),
        ("warning", {"blocker", "warning"}),
        ("advice", {"blocker", "warning", "advice"}),
    ],
)
def test_severity_leaves_out_what_is_less_severe(
    unconfirmed: Cli, least: str, severities: set[str]
) -> None:
    [report] = checklist(unconfirmed, "--severity", least, "--json").json["environments"]

    found = [one for topic in report["checklist"]["topics"] for one in topic["findings"]]
    assert {one["severity"] for one in found} == severities


def test_what_is_left_out_is_not_asked_and_does_not_count(health: Health) -> None:
    looked = health.run("checklist", "--severity", "blocker", "--exit-code")

    assert looked.status == 0, "only warnings and advice are open"
    assert "Checklist: nothing open, " in looked.stdout
    assert "ListMetrics" not in [call.operation for call in looked.calls]
    assert health.run("checklist", "--exit-code").status == 3


def test_hipaa_is_shown_for_those_alone_whom_it_concerns(cli: Cli, tmp_path: Path) -> None:
    for name in ("prod", "staging"):
        text = (CONFIG / f"{name}.toml").read_text(encoding="utf-8")
        hipaa = "hipaa = false" if name == "prod" else "hipaa = true"
        (tmp_path / f"{name}.toml").write_text(
            text.replace("hipaa = true", hipaa), encoding="utf-8"
        )

    shown = cli("checklist", "--config-dir", str(tmp_path)).stdout.splitlines()

    [row] = [line for line in shown if line.startswith("SES-HIPAA-002")]
    [heads] = [line for line in shown if line.startswith("item")]
    assert row[heads.index("prod") : heads.index("staging")].strip() == ""
    assert row[heads.index("staging") :].strip()
