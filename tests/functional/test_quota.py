"""quota: how much may be sent, and asking for more once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ses_provision.local.contract import AwsError
from ses_provision.resources.service_quotas import DAILY, RATE
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_init import Person

ACCOUNT, REGION = "111122223333", "eu-central-1"
ASK = ("--request", "100000", "--yes")
REQUEST = "RequestServiceQuotaIncrease"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment whose account is out of the sandbox."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    found.local.allow_production(ACCOUNT, REGION)
    return found


def quota(made: Bench, *arguments: str) -> Any:
    """Run the command on the environment."""
    return made("quota", "--env", "prod", *arguments)


def told(made: Bench, *arguments: str) -> dict[str, Any]:
    """What it says as JSON."""
    ran = quota(made, "--json", *arguments)
    assert ran.status == 0, ran.stderr
    found: dict[str, Any] = ran.json["environments"][0]["quota"]
    return found


def test_it_shows_what_may_be_sent_and_what_was(made: Bench) -> None:
    found = told(made)

    assert (found["daily"], found["rate"], found["sent"]) == (50_000, 14, 0)
    assert (found["access"], found["requests"]) == ("GRANTED", [])
    shown = quota(made)
    assert "50,000 mails, 0 used (0 %)" in shown.stdout
    assert shown.writes == []


def test_a_request_is_made_once_shown_while_it_is_open_and_never_doubled(made: Bench) -> None:
    first, second = quota(made, *ASK), quota(made, *ASK)

    assert [call.operation for call in first.writes] == [REQUEST]
    assert "asked for: 100,000 a day since" in first.stdout
    assert second.writes == []
    assert "a request for 100,000 is open (PENDING); AWS takes no second one" in second.stdout
    assert [one["status"] for one in told(made)["requests"]] == ["PENDING"]


def test_what_was_granted_is_not_asked_for_again_and_what_was_denied_is(made: Bench) -> None:
    quota(made, *ASK)
    made.local.decide_quota(ACCOUNT, REGION, DAILY.code, "DENIED")
    assert [call.operation for call in quota(made, *ASK).writes] == [REQUEST]
    made.local.decide_quota(ACCOUNT, REGION, DAILY.code, "APPROVED")

    granted = quota(made, *ASK)

    assert granted.writes == []
    assert "100,000 already; nothing is asked for" in granted.stdout
    assert told(made)["daily"] == 100_000


def test_both_quotas_may_be_asked_for_at_once(made: Bench) -> None:
    ran = quota(made, "--request", "100000", "--request-rate", "50", "--yes")

    assert len(ran.writes) == 2
    open_ones = {one["quota"]: one["desired"] for one in told(made)["requests"]}
    assert open_ones == {"daily": 100_000, "rate": 50}


def test_in_the_sandbox_the_way_on_is_production_access(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    refused = quota(made, *ASK)

    assert refused.status == 1
    assert "ses-provision request-access --env prod" in refused.stderr
    assert refused.writes == []


def test_a_denied_review_may_be_asked_about_by_a_request(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)
    details = {
        "MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.com",
        "UseCaseDescription": "Receipts.", "ProductionAccessEnabled": True,
    }  # fmt: skip
    made.local.call(ACCOUNT, REGION, "sesv2", "PutAccountDetails", details)
    made.local.decide_review(ACCOUNT, REGION, "DENIED")

    assert [call.operation for call in quota(made, *ASK).writes] == [REQUEST]


def test_it_asks_before_it_writes_and_wants_the_environment_named(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody, unnamed = quota(made, *ASK[:2]), made("quota", *ASK)
    monkeypatch.setattr("sys.stdin", Person("n\n"))
    no = quota(made, *ASK[:2])
    monkeypatch.setattr("sys.stdin", Person("y\n"))
    yes = quota(made, *ASK[:2])

    assert (nobody.status, unnamed.status) == (64, 64)
    assert "--yes" in nobody.stderr
    assert nobody.writes == unnamed.writes == no.writes == []
    assert "Ask AWS for 100,000 mails in 24 hours for account 111122223333" in no.stderr
    assert len(yes.writes) == 1


def test_somebody_who_was_faster_is_no_error(made: Bench) -> None:
    asked = {"ServiceCode": "ses", "QuotaCode": DAILY.code, "DesiredValue": 70_000}

    def meanwhile() -> None:
        made.local.call(ACCOUNT, REGION, "service-quotas", REQUEST, asked)

    made.local.fault("kill-before", REQUEST, action=meanwhile)

    ran = quota(made, *ASK)

    assert ran.status == 0
    assert "asked for: 70,000 a day" in ran.stdout


def test_without_the_right_it_names_the_action_and_the_quota(made: Bench) -> None:
    made.local.fault("deny", REQUEST)

    denied = quota(made, *ASK, "--json")

    error = denied.json["environments"][0]["error"]
    assert error["action"] == "servicequotas:RequestServiceQuotaIncrease"
    assert error["resource"] == f"arn:aws:servicequotas:{REGION}:{ACCOUNT}:ses/{DAILY.code}"


def test_the_checklist_leads_to_it_where_the_quota_is_nearly_used(made: Bench) -> None:
    made.local.quotas.grant(ACCOUNT, REGION, 10.0, 1.0)
    assert made("apply", "--env", "prod", "--yes", "--wait").status == 0
    mail = {
        "FromEmailAddress": "notifications@example.com",
        "Destination": {"ToAddresses": ["a@example.net"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }
    for _ in range(8):
        made.local.call(ACCOUNT, REGION, "sesv2", "SendEmail", mail)
    listed = made("checklist", "--only", "SES-QUOTA-001", "--no-dns", "--json").json
    [finding] = listed["environments"][0]["checklist"]["topics"][0]["findings"]

    assert finding["next_step"].startswith("ses-provision quota --env prod --request 20")
    assert quota(made, "--request", "20", "--yes").status == 0
    made.local.decide_quota(ACCOUNT, REGION, DAILY.code, "APPROVED")
    listed = made("checklist", "--only", "SES-QUOTA-001", "--no-dns", "--json").json
    assert listed["environments"][0]["checklist"]["topics"][0]["findings"][0]["status"] == "done"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ServiceCode": "ec2"}, "NoSuchResourceException"),
        ({"QuotaCode": "L-AE5D8F8A"}, "NoSuchResourceException"),
        ({"DesiredValue": 50_000}, "IllegalArgumentException"),
        ({}, "ResourceAlreadyExistsException"),
    ],
)
def test_the_local_service_quotas_refuses_what_aws_refuses(
    made: Bench, change: dict[str, Any], code: str
) -> None:
    asked = {"ServiceCode": "ses", "QuotaCode": DAILY.code, "DesiredValue": 70_000}
    if not change:
        made.local.call(ACCOUNT, REGION, "service-quotas", REQUEST, asked)

    with pytest.raises(AwsError) as refused:
        made.local.call(ACCOUNT, REGION, "service-quotas", REQUEST, asked | change)

    assert refused.value.code == code


def test_the_local_service_quotas_shows_what_ses_allows(made: Bench) -> None:
    def value(code: str) -> float:
        asked = {"ServiceCode": "ses", "QuotaCode": code}
        found = made.local.call(ACCOUNT, REGION, "service-quotas", "GetServiceQuota", asked)
        return float(found["Quota"]["Value"])

    assert (value(DAILY.code), value(RATE.code)) == (50_000, 14)
    listed = made.local.call(
        ACCOUNT, REGION, "service-quotas", "ListServiceQuotas", {"ServiceCode": "ses"}
    )
    assert {each["QuotaCode"] for each in listed["Quotas"]} == {DAILY.code, RATE.code}
    made.local.call(
        ACCOUNT, REGION, "service-quotas", REQUEST,
        {"ServiceCode": "ses", "QuotaCode": RATE.code, "DesiredValue": 20},
    )  # fmt: skip
    made.local.decide_quota(ACCOUNT, REGION, RATE.code, "APPROVED")
    assert (value(DAILY.code), value(RATE.code)) == (50_000, 20)
