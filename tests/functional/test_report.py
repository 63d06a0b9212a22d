"""report: one page on how an environment stands, shown, written and mailed; on the local AWS."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ses_provision.cli import asking
from ses_provision.local.ses.state import SentMessage
from ses_provision.operations.report import Unknown, Unread
from ses_provision.render import report
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_checklist_formats import Page
from tests.prepared import prepared

ACCOUNT, REGION, FAR = "111122223333", "eu-central-1", "eu-west-1"
DAY = 86_400
SENDER = "sender@example.com"
OPS, PATIENT, SUBJECT = "ops@example.com", "jane.doe@patients.example.net", "Your blood test"
WITH_REPORT = f'{HOSTED}[report]\nto = ["{OPS}", "boss@example.com"]\n'
SECOND = HOSTED.replace(REGION, FAR).replace('name = "example"', 'name = "second"').replace(
    'domain = "example.com"', 'domain = "second.example.com"'
)  # fmt: skip
PAGE = ("report", "--env", "prod")
SENT = "  sent           104      20  +420 %"


def send(made: Bench, times: int, to: str = PATIENT, region: str = REGION) -> None:
    """Let SES accept mail about a patient."""
    mail = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [to]},
        "Content": {"Simple": {"Subject": {"Data": SUBJECT}, "Body": {"Text": {"Data": "t"}}}},
    }
    for _ in range(times):
        made.local.call(ACCOUNT, region, "sesv2", "SendEmail", mail)


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that sent 20 mails one week, and in the next 104, of which 6 bounced; one that
    sends from another region of the same account, where nobody gets the report."""
    found = bench(cli, tmp_path / "config", prod=WITH_REPORT, second=SECOND)

    def weeks() -> None:
        assert found("apply", "--env", "prod", "--yes", "--wait").status == 0
        for region in (REGION, FAR):
            found.local.allow_production(ACCOUNT, region)
        found.local.call(ACCOUNT, FAR, "sesv2", "CreateEmailIdentity", {"EmailIdentity": SENDER})
        found.local.confirm_address(ACCOUNT, FAR, SENDER)
        send(found, 20)
        found.local.clock.advance(7 * DAY)
        send(found, 98)
        send(found, 6, "bounce@simulator.amazonses.com")
        send(found, 5, region=FAR)
        found.local.clock.advance(2 * DAY)
        send(found, 3)

    prepared(found.local, "two weeks of mail", weeks)
    return found


def told(ran: Result) -> dict[str, Any]:
    """The report on prod as JSON has it."""
    [found] = [each for each in ran.json["environments"] if each["environment"] == "prod"]
    page: dict[str, Any] = found["report"]
    return page


def mails(made: Bench) -> list[SentMessage]:
    """The reports that were mailed."""
    sent = made.local.sesv2.sent(ACCOUNT, REGION)
    return [each for each in sent if each.subject.startswith("Amazon SES report")]


def asked(ran: Result, operation: str = "GetCostAndUsage") -> int:
    """How often something was asked."""
    return [call.operation for call in ran.calls].count(operation)


def test_whole_days_stand_beside_as_many_before_them_in_every_form(made: Bench) -> None:
    ran = made(*PAGE, "--json")
    found = told(ran)
    text, html = made(*PAGE).stdout, made(*PAGE, "--format", "html").stdout

    assert (found["period"]["first"], found["period"]["last"]) == ("2026-11-24", "2026-11-30")
    assert found["before"]["last"] == "2026-11-23"
    totals = [found[name]["totals"]["sends"] for name in ("before", "period", "today")]
    assert totals == [20, 104, 3]
    assert ran.writes == []
    assert asked(ran) == 0
    assert f"{SENT}\n" in text
    assert "  bounces          6       0           5.77 %             5 %\n" in text
    assert '<td>bounces</td><td>6</td><td>0</td><td></td><td class="action">5.77 %</td>' in html
    assert f"Next: {found['next_step']}" in " ".join(text.replace("\\", "").split())
    page = Page(html)
    assert (page.stack, page.loads) == ([], [])
    assert page.tags.count("tr") == 1 + len(found["period"]["totals"]) - 1 + 1 + 7
    for item in found["open"]:
        assert item["id"] in text
        assert item["id"] in html


def test_a_cost_is_asked_for_once_an_account_when_its_price_is_agreed_to(made: Bench) -> None:
    made.local.price_list.change("Essentials-Outbound-Email", "0.001")

    unasked = made("report", "--cost")
    ran = made("report", "--cost", "--yes", "--json")

    assert (unasked.status, unasked.calls) == (64, [])
    assert "0.01 USD for 1 account" in unasked.stderr
    assert "0.01 USD for 1 account" in ran.stderr
    assert (ran.status, asked(ran)) == (0, 1)
    estimate = made("estimate", "--env", "prod", "--live", "--recipients", "104", "--json").json
    [mail] = [
        Decimal(item["sum"])
        for item in estimate["environments"][0]["estimate"]["items"]
        if item["item"] == "mail"
    ]
    cost = told(ran)["cost"]
    assert Decimal(cost["amount"]) == Decimal("0.104")
    assert mail == Decimal("0.10")
    assert Decimal(cost["before"]) == Decimal("0.02")
    assert Decimal(cost["elsewhere"]) == Decimal("0.005")
    assert list(cost["by_usage"]) == ["EUC1-Essentials-Outbound-Email"]


@pytest.mark.parametrize("why", ["never opened", "denied", "no data"])
def test_a_cost_that_is_not_told_is_said_and_leaves_the_rest_of_the_page(
    made: Bench, why: str
) -> None:
    if why == "denied":
        made.local.fault("deny", "GetCostAndUsage", times=None)
    made.local.costs.enabled = why != "never opened"
    made.local.costs.has_data = why != "no data"

    ran = made(*PAGE, "--cost", "--yes", "--send")

    said = {
        "never opened": "Nobody has opened Cost Explorer in account 111122223333",
        "denied": "ce:GetCostAndUsage",
        "no data": "Cost Explorer has no data yet",
    }[why]
    assert ran.status == 1
    assert said in ran.stderr
    assert f"Cost: not known: {'These' if why == 'denied' else said}" in ran.stdout
    assert SENT in ran.stdout
    [mail] = mails(made)
    assert said in mail.text
    assert "Not known:" in mail.html


def test_it_is_mailed_in_two_forms_through_the_environment_to_whom_the_file_names(
    made: Bench,
) -> None:
    before = len(made.local.sesv2.sent(ACCOUNT, REGION))
    nobody = made(*PAGE, "--send")
    assert nobody.status == 64
    assert len(made.local.sesv2.sent(ACCOUNT, REGION)) == before

    ran = made(*PAGE, "--send", "--yes", "--json")

    [mail] = mails(made)
    assert ran.status == 0
    assert (mail.source, mail.configuration_set) == ("notifications@example.com", "example")
    assert mail.to == (OPS, "boss@example.com")
    assert mail.subject.startswith("Amazon SES report: prod, 7 days to 2026-11-30: ")
    assert f"{SENT}\n" in mail.text
    short = (line for line in mail.text.splitlines() if str(made.folder) not in line)
    assert max(map(len, short)) <= 78
    assert "<td>104</td>" in mail.html
    assert told(ran)["mailed"] == {"message_id": mail.message_id, "to": list(mail.to)}
    assert [call.operation for call in ran.writes] == ["SendEmail"]


def test_a_person_is_asked_and_may_say_no(made: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[str] = []

    def no(question: str) -> bool:
        questions.append(question)
        return False

    monkeypatch.setattr("ses_provision.cli.run.stdin_is_a_person", lambda: True)
    monkeypatch.setattr(asking, "confirmed", no)

    ran = made(*PAGE, "--send")

    assert questions == [
        "Mail it from notifications@example.com to ops@example.com, boss@example.com?"
    ]
    assert (ran.status, mails(made)) == (1, [])


def test_in_the_sandbox_it_says_who_gets_mail_and_whom_ses_refused(
    cli: Cli, tmp_path: Path
) -> None:
    text = f'{HOSTED}[report]\nto = ["{OPS}", "boss@elsewhere.example.org"]\n'
    made = bench(cli, tmp_path / "config", prod=text).prepare(
        "apply", "--env", "prod", "--yes", "--wait"
    )

    refused = made(*PAGE, "--send", "--yes")

    assert refused.status == 1
    assert "in the sandbox: only verified addresses and domains get mail" in refused.stderr
    assert "boss@elsewhere.example.org is not verified" in refused.stderr
    assert "Amazon SES report: prod" in refused.stdout


def test_where_no_file_says_who_gets_it_nothing_is_asked_of_aws(made: Bench) -> None:
    named = made("report", "--env", "second", "--send", "--yes")
    unnamed = made("report", "--send", "--yes")
    every = made("report", "--all", "--send", "--yes")

    assert (named.status, named.calls, unnamed.status) == (64, [], 64)
    assert '[report] and to = ["ADDRESS"]' in named.stderr
    assert every.status == 0
    assert "second: has no [report], so its page is mailed to nobody." in every.stderr
    assert [mail.to for mail in mails(made)] == [(OPS, "boss@example.com")]


def test_no_recipient_no_subject_and_no_stranger_is_in_any_form(made: Bench) -> None:
    strangers = ("gone@patients.example.net", "stranger@example.org", "late@example.org")
    plant(made, *strangers[:2])
    assert made(*PAGE, "--send", "--yes").status == 0
    [mail] = mails(made)
    because = ("--because", f"said {strangers[2]}")
    assert made("pause", "--env", "prod", *because, "--yes").status == 0
    assert strangers[2] in made("status", "--env", "prod").stdout

    forms = [made(*PAGE, *more).stdout for more in ((), ("--json",), ("--format", "html"))]

    assert "(an address)" in forms[0]
    for page in (*forms, mail.text, mail.html, mail.subject):
        for said in (*strangers, PATIENT, SUBJECT, "jane.doe"):
            assert said not in page


def plant(made: Bench, gone: str, subscriber: str) -> None:
    """Put addresses where a page that says too much would have them from."""
    suppressed = {"EmailAddress": gone, "Reason": "BOUNCE"}
    made.local.call(ACCOUNT, REGION, "sesv2", "PutSuppressedDestination", suppressed)
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:ses-events-prod"
    pending = {"TopicArn": topic, "Protocol": "email", "Endpoint": subscriber}
    made.local.call(ACCOUNT, REGION, "sns", "Subscribe", pending)


def test_one_environment_that_cannot_be_read_leaves_the_page_of_the_others(made: Bench) -> None:
    made.local.fault("deny", "GetAccount", times=1)

    ran = made("report", "--format", "html")

    assert ran.status == 1
    assert ran.stdout.count("Could not be looked at: These credentials may not ses:GetAccount") == 1
    assert ran.stdout.count("<h3>Status</h3>") == 1
    assert Page(ran.stdout).tags.count("h2") == 2


def test_what_others_say_is_text_in_the_page() -> None:
    refusal = Unknown('no <script>alert("x")</script> & no more', "ses-provision status --env <b>")
    page = report.html([Unread("prod", "example.com", ACCOUNT, REGION, refusal)])

    assert Page(page).stack == []
    assert "<script" not in page
    assert "no &lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; no more" in page


def test_a_file_is_replaced_only_where_a_report_is_in_it(made: Bench, tmp_path: Path) -> None:
    page, other, link = (tmp_path / name for name in ("page.html", "notes.html", "link.html"))
    other.write_text("my notes", encoding="utf-8")
    link.symlink_to(page)

    for form, begun in (("html", "<!DOCTYPE html>"), ("json", "{"), ("text", "Amazon SES report")):
        ran = made(*PAGE, "--format", form, "--out", str(page))
        assert (ran.status, ran.stdout) == (0, "")
        assert page.read_text(encoding="utf-8").startswith(begun)
    for place in (other, link, tmp_path / "nowhere" / "page.html"):
        refused = made(*PAGE, "--out", str(place))
        assert (refused.status, refused.calls) == (64, []), place
    assert other.read_text(encoding="utf-8") == "my notes"
