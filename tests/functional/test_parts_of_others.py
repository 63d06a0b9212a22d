"""What belongs to something of another tool is left to that tool; what rests on it is held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
MAILED = '[events]\nemails = ["ops@example.com"]\n[mail_from]\nsubdomain = "mail"\n'
THEIRS = [{"Key": "ManagedBy", "Value": "terraform"}]
SENDER = MAILED + '[sender]\naddress = "post@example.com"\n'


@pytest.fixture
def fresh(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with mailed events and a MAIL FROM domain; nothing of it is made."""
    return bench(cli, tmp_path / "config", prod=HOSTED + MAILED)


def call(made: Bench, service: str, operation: str, **params: Any) -> dict[str, Any]:
    """Ask or change something as another tool does."""
    return dict(made.local.call(ACCOUNT, REGION, service, operation, params))


def identity(made: Bench, name: str = "example.com") -> dict[str, Any]:
    """An identity as SES shows it."""
    return call(made, "sesv2", "GetEmailIdentity", EmailIdentity=name)


def put_record(made: Bench, name: str, kind: str, value: str) -> None:
    """Somebody writes a record into the zone."""
    [zone] = call(made, "route53", "ListHostedZones")["HostedZones"]
    record = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    call(made, "route53", "ChangeResourceRecordSets", HostedZoneId=zone["Id"], ChangeBatch=batch)


@pytest.mark.parametrize("chosen", [[], ["--only", "mail-from"], ["--skip", "identity"]])
def test_the_mail_from_of_another_tools_identity_is_not_changed(
    fresh: Bench, chosen: list[str]
) -> None:
    call(fresh, "sesv2", "CreateEmailIdentity", EmailIdentity="example.com", Tags=THEIRS)
    call(
        fresh,
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity="example.com",
        MailFromDomain="theirs.example.com",
    )

    applied = fresh("apply", "--env", "prod", "--yes", *chosen)

    assert applied.status != 0
    assert "what it belongs to is blocked" in applied.stdout
    assert identity(fresh)["MailFromAttributes"]["MailFromDomain"] == "theirs.example.com"


@pytest.mark.parametrize("chosen", [[], ["--only", "events"], ["--skip", "configuration-set"]])
def test_no_destination_is_written_into_another_tools_set(fresh: Bench, chosen: list[str]) -> None:
    call(fresh, "sesv2", "CreateConfigurationSet", ConfigurationSetName="example", Tags=THEIRS)

    applied = fresh("apply", "--env", "prod", "--yes", *chosen)

    assert applied.status != 0
    destinations = call(
        fresh, "sesv2", "GetConfigurationSetEventDestinations", ConfigurationSetName="example"
    )
    assert destinations.get("EventDestinations") in (None, [])


def test_a_sender_waits_for_a_mail_from_domain_that_this_run_does_not_make(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED + SENDER)
    first = ("--only", "configuration-set", "--only", "identity")
    assert made("apply", "--env", "prod", "--yes", *first).status == 0

    applied = made("apply", "--env", "prod", "--yes", "--only", "sender")

    assert "step mail-from is not in order: it is not made yet" in applied.stdout
    assert "MailFromDomain" not in identity(made, "post@example.com")["MailFromAttributes"]


def test_a_step_that_may_be_taken_over_but_is_not_chosen_is_still_in_the_way(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED + SENDER)
    put_record(made, "mail.example.com", "MX", "10 theirs.example.net")
    first = ("--only", "configuration-set", "--only", "identity")
    assert made("apply", "--env", "prod", "--yes", *first).status == 0

    applied = made(
        "apply", "--env", "prod", "--yes", "--only", "sender", "--take-over", "mail-from"
    )

    assert applied.status != 0
    assert "step mail-from is not in order" in applied.stdout
    assert "MailFromDomain" not in identity(made, "post@example.com")["MailFromAttributes"]


def test_nothing_is_pruned_where_a_step_could_not_be_made(fresh: Bench) -> None:
    assert fresh("apply", "--env", "prod", "--yes").status == 0
    put_record(fresh, "bounce.example.com", "MX", "10 theirs.example.net")
    changed = MAILED.replace('"mail"', '"bounce"')
    (fresh.folder / "prod.toml").write_text(HOSTED + changed, encoding="utf-8")

    applied = fresh("apply", "--env", "prod", "--yes", "--prune")

    assert applied.status != 0
    assert "what is left over was not deleted, for not every step was made" in applied.stderr
    assert identity(fresh)["MailFromAttributes"]["MailFromDomain"] == "mail.example.com"
    assert fresh.local.route53.lookup(ACCOUNT, "mail.example.com", "MX")


def test_the_old_mail_from_records_of_an_adopted_identity_stay(fresh: Bench) -> None:
    call(fresh, "sesv2", "CreateEmailIdentity", EmailIdentity="example.com")
    call(
        fresh,
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity="example.com",
        MailFromDomain="former.example.com",
    )
    put_record(fresh, "former.example.com", "MX", f"10 feedback-smtp.{REGION}.amazonses.com")

    applied = fresh("apply", "--env", "prod", "--yes", "--prune")

    assert applied.status == 0, applied.stderr
    assert fresh.local.route53.lookup(ACCOUNT, "former.example.com", "MX")


def test_an_adopted_topic_and_its_subscription_stay_when_another_is_named(fresh: Bench) -> None:
    topic = "[events]\n"
    arn = call(fresh, "sns", "CreateTopic", Name="theirs")["TopicArn"]
    call(fresh, "sns", "Subscribe", TopicArn=arn, Protocol="email", Endpoint="ops@example.com")
    fresh.local.confirm_subscriptions()
    before = HOSTED + MAILED.replace(topic, f'{topic}topic = "theirs"\n')
    (fresh.folder / "prod.toml").write_text(before, encoding="utf-8")
    assert fresh("apply", "--env", "prod", "--yes").status == 0
    (fresh.folder / "prod.toml").write_text(HOSTED + MAILED, encoding="utf-8")

    applied = fresh("apply", "--env", "prod", "--yes", "--prune")

    assert applied.status == 0, applied.stderr
    [subscription] = call(fresh, "sns", "ListSubscriptionsByTopic", TopicArn=arn)["Subscriptions"]
    assert subscription["Endpoint"] == "ops@example.com"
