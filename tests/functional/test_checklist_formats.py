"""The checklist as table, JSON, Markdown and HTML; one environment and several."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from ses_provision.local.contract import Caller
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.health import Health


class Page(HTMLParser):
    """What a browser would load and show."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.stack: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.tags.append(tag)
        given = dict(attrs)
        self.loads += [given[name] or "" for name in ("src", "data", "srcset") if name in given]
        if tag == "link" or (tag == "a" and given.get("href", "").startswith("http")):  # type: ignore[union-attr]
            self.loads.append(tag)
        if tag == "a":
            self.links.append((given.get("href") or "").removeprefix("#"))
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Insist that elements close in order."""
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text += data


def test_the_table_fits_100_columns(health: Health) -> None:
    shown = health.run("checklist").stdout

    assert max(map(len, shown.splitlines())) <= 100
    assert "prod  starlightpractice.com  account 524471258033  us-east-2  read 2026-11-22" in shown
    assert "✔ done     Domain verified for sending  SES-IDENTITY-001" in shown


def test_environments_stand_side_by_side_in_100_columns(cli: Cli) -> None:
    for name in ("prod", "staging"):
        cli("apply", "--env", name, "--yes", "--wait")

    shown = cli("checklist").stdout

    lines = shown.splitlines()
    assert max(map(len, lines)) <= 100
    [heads] = [line.split() for line in lines if line.startswith("item")]
    assert heads == ["item", "prod", "staging"]
    [dkim] = [line for line in lines if line.startswith("SES-DKIM-001")]
    assert dkim.count("✔ done") == 2
    assert "--env staging" in shown


def test_one_wrong_account_does_not_hide_the_other(cli: Cli, world: InProcess) -> None:
    world.local.fault("deny", "GetCallerIdentity", times=1)

    looked = cli("checklist")

    assert looked.status == 1
    assert "staging  dev.starlightpractice.com" in looked.stdout
    assert "prod: " in looked.stderr


def test_only_names_topics_and_items(health: Health) -> None:
    assert set(health.checklist("--only", "hipaa")) == {f"SES-HIPAA-00{n}" for n in range(1, 9)}
    assert set(health.checklist("--only", "ses-dkim-001")) == {"SES-DKIM-001"}
    both = health.checklist("--only", "SES-SANDBOX-001", "--only", "handover")
    assert set(both) == {"SES-SANDBOX-001", "SES-HANDOVER-001"}


def test_only_asks_what_the_items_need(health: Health) -> None:
    looked = health.run("checklist", "--only", "SES-SANDBOX-001")

    assert [call.operation for call in looked.calls] == ["GetCallerIdentity", "GetAccount"]


def test_an_item_that_is_not_there_is_refused_with_a_guess(health: Health) -> None:
    refused = health.run("checklist", "--only", "SES-DKIM-01")

    assert refused.status == 64
    assert refused.calls == []
    assert "Did you mean SES-DKIM-001?" in refused.stderr


def test_the_json_document_counts_what_is_open(health: Health) -> None:
    document = health.run("checklist", "--format", "json").json

    [report] = document["environments"]
    found = report["checklist"]
    items = [one for topic in found["topics"] for one in topic["findings"]]
    assert found["open"] == sum(one["open"] for one in items) == 5
    assert sum(found["counts"].values()) == len(items)
    assert len({one["id"] for one in items}) == len(items)


def test_markdown_shows_each_item_once_in_the_table(health: Health) -> None:
    lines = health.run("checklist", "--format", "markdown").stdout.splitlines()

    rows = [line for line in lines if line.startswith("| SES-DKIM-001 |")]
    assert rows[0] == "| SES-DKIM-001 | Mail is signed with DKIM | ✔ done |"
    assert len({line.count("|") for line in rows}) == 2
    [task] = [line for line in lines if "empty events.emails in" in line]
    assert task.startswith("- subscribe a queue or function instead"), "prose is prose"
    below = lines[lines.index(task) + 1]
    assert below.startswith("  - ✘ **Events do not leave by e-mail** (SES-HIPAA-004, action, ")


def test_the_page_is_whole_and_loads_nothing(health: Health) -> None:
    page = Page(health.run("checklist", "--format", "html").stdout)

    assert page.stack == []
    assert page.loads == []
    assert "script" not in page.tags
    assert set(page.links) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "2026-11-22 12:0" in page.text
    assert "ses-provision cannot declare compliance" in page.text
    assert "Read from ses:GetEmailIdentity (us-east-2)" in page.text


def test_the_page_shows_several_environments_side_by_side(cli: Cli) -> None:
    page = Page(cli("checklist", "--format", "html").stdout)

    assert "Side by side" in page.text
    assert page.stack == []


@pytest.mark.parametrize("output", ["markdown", "html", "table"])
def test_what_somebody_wrote_into_a_tag_steers_no_output(health: Health, output: str) -> None:
    arn = f"arn:aws:ses:us-east-2:{health.env.account_id}:identity/{health.env.domain}"
    caller = Caller(health.env.account_id, health.env.region)
    value = "@here <b>bold</b> |x| \x1b[31m"
    tags = [{"Key": "note", "Value": value}]
    health.local.sesv2.handle(caller, "TagResource", {"ResourceArn": arn, "Tags": tags})

    shown = health.run("checklist", "--format", output, "--only", "SES-HIPAA-007").stdout

    assert "\x1b[31m" not in shown
    if output != "table":
        assert "<b>" not in shown
    if output == "markdown":
        rows = [line for line in shown.splitlines() if line.startswith("| SES-HIPAA-007")]
        assert "\\|x\\|" in rows[1]


def test_the_github_summary_gets_the_markdown(
    health: Health, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))

    shown = health.run("checklist", "--github-summary")

    assert shown.status == 0
    assert "Identity and DKIM" in shown.stdout
    assert file.read_text().startswith("before\n")
    assert "| SES-DKIM-001 | Mail is signed with DKIM | ✔ done |" in file.read_text()


def test_outside_github_a_summary_is_refused_before_any_call(health: Health) -> None:
    refused = health.run("checklist", "--github-summary")

    assert refused.status == 64
    assert refused.calls == []


@pytest.mark.parametrize(
    ("operation", "items"),
    [
        (
            "GetAccount",
            {
                "SES-SANDBOX-001",
                "SES-ACCOUNT-001",
                "SES-ACCOUNT-002",
                "SES-ACCOUNT-004",
                "SES-QUOTA-001",
            },
        ),
        ("GetRolePolicy", {"SES-ROLE-002"}),
        ("SimulatePrincipalPolicy", {"SES-ROLE-003", "SES-ROLE-004"}),
        ("ListMetrics", {"SES-ALARM-002"}),
        ("ListCustomerAgreements", {"SES-HIPAA-001"}),
        ("GetConfigurationSetEventDestinations", {"SES-EVENTS-001", "SES-HIPAA-005"}),
        ("ListSubscriptionsByTopic", {"SES-EVENTS-004", "SES-ALARM-003", "SES-HIPAA-004"}),
    ],
)
def test_what_may_not_be_read_is_unknown_and_only_that(
    health: Health, operation: str, items: set[str]
) -> None:
    health.deny(operation)

    found = health.open()

    unknown = {item for item, one in found.items() if one["status"] == "unknown"}
    assert items <= unknown
    assert unknown - items <= {"SES-ACCOUNT-003", "SES-HIPAA-005"}
    assert all("may not" in found[item]["evidence"] for item in items)


def test_a_hosted_zone_that_may_not_be_read_is_unknown_where_dns_does_not_answer_either(
    health: Health, world: InProcess
) -> None:
    health.deny("GetHostedZone")

    found = health.checklist("--no-dns")

    for item in ("SES-DNS-001", "SES-DKIM-003", "SES-MX-001", "SES-SPF-001", "SES-DMARC-001"):
        assert found[item]["status"] == "unknown", found[item]
    assert found["SES-DKIM-001"]["status"] == "done"
