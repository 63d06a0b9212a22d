"""request-access: shows, asks once, never twice, and goes through the console where it must."""

import pytest

from tests.conftest import Cli
from tests.functional.health import Health


def test_it_shows_the_account_and_what_reviewers_see_and_writes_nothing(in_sandbox: Health) -> None:
    shown = in_sandbox.run("request-access")

    assert shown.status == 0
    assert shown.writes == []
    assert "Production access in us-east-2: in the sandbox (200 mails a day" in shown.stdout
    assert "SES-ACCESS-002" in shown.stdout
    assert "the use case does not say: how much is sent" in shown.stdout


def test_a_use_case_that_answers_everything_is_said_to(in_sandbox: Health) -> None:
    in_sandbox.change(
        "HIPAA-compliant pediatric", "About 300 mails a day. HIPAA-compliant pediatric"
    )

    [report] = in_sandbox.run("request-access", "--json").json["environments"]

    assert [one["id"] for one in report["preflight"] if one["open"]] == []


def test_submitting_sends_the_plans_words_once(in_sandbox: Health) -> None:
    first = in_sandbox.run("request-access", "--submit", "--yes")
    second = in_sandbox.run("request-access", "--submit", "--yes")

    assert [call.operation for call in first.writes] == ["PutAccountDetails"]
    assert "under review, case 17" in first.stdout
    assert second.writes == []
    assert second.status == 0
    details = in_sandbox.call("sesv2", "GetAccount")["Details"]
    assert details["MailType"] == "TRANSACTIONAL"
    assert details["WebsiteURL"] == "https://starlightpractice.com"
    assert details["UseCaseDescription"].startswith("HIPAA-compliant pediatric medical practice")


def test_before_dkim_is_verified_nothing_is_submitted(cli: Cli) -> None:
    cli("apply", "--env", "prod", "--yes")

    refused = cli("request-access", "--env", "prod", "--submit", "--yes")

    assert refused.status == 1
    assert refused.writes == []
    assert "is not ready to ask for production access" in refused.stderr
    assert "dkim-status --env prod --wait" in refused.stderr


def test_without_an_answer_nothing_is_submitted(in_sandbox: Health) -> None:
    asked = in_sandbox.run("request-access", "--submit")

    assert asked.status == 64
    assert asked.writes == []


def test_submitting_wants_the_environment_named(cli: Cli) -> None:
    assert cli("request-access", "--submit", "--yes").status == 64


def test_once_granted_it_says_so_and_does_not_ask_again(health: Health) -> None:
    shown = health.run("request-access", "--submit", "--yes")

    assert shown.status == 0
    assert shown.writes == []
    assert "granted (50000 mails a day, 14 a second" in shown.stdout


@pytest.mark.parametrize(
    ("decision", "said", "hint"),
    [
        ("DENIED", "AWS denied production access (support case 17", "a new request is refused"),
        ("FAILED", "The review failed inside AWS", "--submit"),
    ],
)
def test_a_review_that_did_not_end_well_is_told_with_what_to_do(
    in_sandbox: Health, decision: str, said: str, hint: str
) -> None:
    in_sandbox.run("request-access", "--submit", "--yes")
    in_sandbox.local.decide_review(in_sandbox.env.account_id, in_sandbox.env.region, decision)

    shown = in_sandbox.run("request-access", "--wait")

    assert shown.status == 1
    assert shown.writes == []
    assert said in shown.stderr
    assert hint in shown.stderr


def test_a_denied_request_is_never_sent_again_and_a_failed_one_is(in_sandbox: Health) -> None:
    place = in_sandbox.env.account_id, in_sandbox.env.region
    in_sandbox.run("request-access", "--submit", "--yes")
    in_sandbox.local.decide_review(*place, "FAILED")

    assert len(in_sandbox.run("request-access", "--submit", "--yes").writes) == 1

    in_sandbox.local.decide_review(*place, "DENIED")
    assert in_sandbox.run("request-access", "--submit", "--yes").writes == []


def test_waiting_ends_when_aws_grants(in_sandbox: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    world, place = in_sandbox.world, (in_sandbox.env.account_id, in_sandbox.env.region)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            in_sandbox.local.decide_review(*place, "GRANTED")
        type(world).sleep(world, seconds)

    monkeypatch.setattr(world, "sleep", sleep)

    waited = in_sandbox.run("request-access", "--submit", "--yes", "--wait")

    assert waited.status == 0
    assert "AWS reviews case 17" in waited.stderr
    assert "granted" in waited.stdout


def test_waiting_too_long_ends_with_75(in_sandbox: Health) -> None:
    waited = in_sandbox.run("request-access", "--submit", "--yes", "--wait", "--timeout", "1")

    assert waited.status == 75


def test_a_review_that_began_meanwhile_is_no_error(in_sandbox: Health) -> None:
    def somebody_was_faster() -> None:
        in_sandbox.call(
            "sesv2",
            "PutAccountDetails",
            MailType="TRANSACTIONAL",
            WebsiteURL="https://starlightpractice.com",
            ProductionAccessEnabled=True,
        )

    in_sandbox.local.fault(
        "kill-after", "ListSubscriptionsByTopic", times=1, action=somebody_was_faster
    )
    asked = in_sandbox.run("request-access", "--submit", "--yes")

    assert asked.status == 0
    assert "under review" in asked.stdout


def test_without_the_right_the_console_steps_are_shown_filled_in(in_sandbox: Health) -> None:
    in_sandbox.deny("PutAccountDetails")

    refused = in_sandbox.run("request-access", "--submit", "--yes")

    assert refused.status == 1
    text = " ".join(refused.stdout.split())
    assert "Sign in to account 524471258033" in text
    assert "region us-east-2" in text
    assert "Website URL: https://starlightpractice.com" in text
    assert "Use case description: HIPAA-compliant pediatric medical practice" in text
    assert "ses:PutAccountDetails" in refused.stderr


def test_without_the_section_there_is_nothing_to_submit(in_sandbox: Health) -> None:
    text = (in_sandbox.config / "prod.toml").read_text(encoding="utf-8")
    in_sandbox.write(text[: text.index("[production_access]")])

    refused = in_sandbox.run("request-access", "--submit", "--yes")

    assert refused.status == 1
    assert refused.writes == []
    assert "prod has no [production_access]" in refused.stderr
