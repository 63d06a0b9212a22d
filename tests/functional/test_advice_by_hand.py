"""Advice where `apply` alone would change nothing names whoever can, and leads out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import LocalAws
from tests.conftest import Cli
from tests.functional.breakages import (
    FOUR_DAYS,
    denied_by_policy,
    dmarc,
    no_role,
    pending_subscriber,
)
from tests.functional.folders import EXTERNAL, bench
from tests.functional.following import follow, put
from tests.functional.health import Health
from tests.functional.test_dmarc_in_force import ORG, item

APPLIES = "ses-provision apply"


def looked(health: Health, name: str) -> dict[str, Any]:
    """One item."""
    return health.checklist("--only", name)[name]


def test_a_statement_of_others_that_denies_is_taken_out_by_hand(health: Health) -> None:
    denied_by_policy(health)

    found = looked(health, "SES-EVENTS-002")

    assert APPLIES not in found["next_step"]
    health.run("apply", "--yes")
    assert looked(health, "SES-EVENTS-002") == found, "apply leaves it"
    health.topic_policy(lambda all_of_them: all_of_them.remove(denied(all_of_them)))
    assert looked(health, "SES-EVENTS-002")["status"] == "done"


def denied(statements: list[dict[str, Any]]) -> dict[str, Any]:
    """The statement without a name that denies."""
    [found] = [one for one in statements if one["Effect"] == "Deny" and "Sid" not in one]
    return found


def test_where_ours_lacks_as_well_both_are_said(health: Health) -> None:
    def edit(statements: list[dict[str, Any]]) -> None:
        statements[:] = [one for one in statements if one.get("Sid") != "SesMayPublishEvents"]
        statements.append({"Sid": "KeepOut", "Effect": "Deny", "Principal": "*",
                           "Action": "sns:Publish", "Resource": health.topic})  # fmt: skip

    health.topic_policy(edit)

    advice = looked(health, "SES-EVENTS-002")["next_step"]

    assert "take out KeepOut" in advice
    assert "; ses-provision apply --env prod" in advice


def test_who_was_subscribed_by_hand_is_not_subscribed_again_by_the_tool(health: Health) -> None:
    pending_subscriber(health)

    advice = looked(health, "SES-EVENTS-004")["next_step"]

    assert advice.startswith("new@starlightpractice.com opens each mail")
    assert APPLIES not in advice


def test_a_topic_that_others_let_an_alarm_tell_is_theirs_to_mend(health: Health) -> None:
    theirs = health.topic.replace(health.env.event_topic, "pager")
    health.alarm(AlarmActions=[health.alarm_topic, theirs])

    gone = looked(health, "SES-ALARM-003")
    health.run("apply", "--yes")
    still = looked(health, "SES-ALARM-003")

    assert gone["evidence"] == still["evidence"], "apply leaves actions of others"
    assert APPLIES not in gone["next_step"]
    health.call("sns", "CreateTopic", Name="pager")
    policy = '{"Statement": []}'
    health.topic_attribute("Policy", policy, theirs)
    health.topic_attribute("KmsMasterKeyId", "alias/aws/sns", theirs)
    closed = looked(health, "SES-ALARM-003")["next_step"]
    assert closed == (
        "its owner lets CloudWatch publish; its owner gives it a customer managed key; "
        "subscribe somebody to it"
    )


def test_clicks_that_another_destination_reports_are_taken_out_there(health: Health) -> None:
    health.call(
        "sesv2",
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName=health.env.configuration_set.name,
        EventDestinationName="theirs",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["CLICK", "OPEN"],
            "SnsDestination": {"TopicArn": health.topic},
        },
    )

    found = looked(health, "SES-HIPAA-005")

    assert "reports CLICK and OPEN (theirs)" in found["evidence"]
    assert "Event destinations > theirs: take out CLICK and OPEN" in found["next_step"]
    assert APPLIES not in found["next_step"]


@pytest.mark.parametrize(
    ("section", "key", "value", "name"),
    [
        ("configuration_set", "tls_policy", '"OPTIONAL"', "SES-HIPAA-002"),
        ("sender", "feedback_forwarding", "true", "SES-HIPAA-006"),
        ("alarms", "bounce_rate", "0.2", "SES-ALARM-004"),
        ("alarms", "complaint_rate", "0.2", "SES-ALARM-004"),
    ],
)
def test_a_setting_is_named_where_the_file_has_it_otherwise(
    health: Health, section: str, key: str, value: str, name: str
) -> None:
    put(health, section, key, value)
    health.run("apply", "--yes")

    advice = looked(health, name)["next_step"]

    assert advice.startswith(f"set {section}.{key} = ")
    assert follow(health, advice) == 2
    assert looked(health, name)["status"] == "done"


def test_of_a_role_that_is_not_there_nothing_else_is_advised(health: Health) -> None:
    no_role(health)

    policy = looked(health, "SES-ROLE-002")

    assert (policy["status"], policy["next_step"]) == ("waiting", "SES-ROLE-001 first")


def test_reports_are_added_to_the_record_that_is_inherited(cli: Cli, local: LocalAws) -> None:
    texts = ["v=DMARC1; p=none"]
    local.declare_dns(ORG, "TXT", texts)
    cli("apply", "--env", "staging", "--yes", "--wait")

    found = item(cli("checklist", "--env", "staging", "--json"), "SES-DMARC-003")

    assert found["next_step"] == f"add rua=mailto:ADDRESS to the record at {ORG}"
    local.declare_dns(ORG, "TXT", [f"{texts[0]}; rua=mailto:ops@starlightpractice.com"])
    again = item(cli("checklist", "--env", "staging", "--json"), "SES-DMARC-003")
    assert again["status"] == "done"


def test_reports_are_added_by_hand_to_a_stricter_record_which_apply_leaves(health: Health) -> None:
    dmarc("v=DMARC1; p=reject")(health)

    found = looked(health, "SES-DMARC-003")

    assert found["next_step"] == f"add rua=mailto:ADDRESS to the record at {ORG}"
    health.run("apply", "--yes", "--take-over", "dmarc")
    assert looked(health, "SES-DMARC-003") == found


def test_at_another_provider_dmarc_is_published_by_hand(cli: Cli, tmp_path: Path) -> None:
    without = EXTERNAL.replace('[dmarc]\nreports_to = ["dmarc@example.com"]\n', "")
    made = bench(cli, tmp_path / "config", ext=without)
    made("apply", "--env", "ext", "--yes")

    found = item(made("checklist", "--env", "ext", "--json"), "SES-DMARC-001")

    assert found["next_step"] == (
        f"add [dmarc] to {made.folder}/ext.toml, then: publish it as `ses-provision dns --env ext "
        f"--config-dir {made.folder}` shows it"
    )


def test_a_mail_from_of_the_address_that_ses_gave_up_is_begun_again(health: Health) -> None:
    [mx] = health.records("MX")
    health.remove(mx)
    health.call("sesv2", "GetEmailIdentity", EmailIdentity=health.env.from_address)
    health.local.clock.advance(FOUR_DAYS)
    health.call("sesv2", "GetEmailIdentity", EmailIdentity=health.env.from_address)
    values = [one["Value"] for one in mx["ResourceRecords"]]
    health.zone(("CREATE", mx["Name"], "MX", values))
    health.call(
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity=health.env.domain,
        MailFromDomain=health.env.mail_from_domain,
    )
    assert health.run("dkim-status", "--wait").status == 0

    found = looked(health, "SES-MAILFROM-002")

    assert "FAILED" in found["evidence"]
    assert follow(health, found["next_step"]) == 1
    assert "FAILED" not in looked(health, "SES-MAILFROM-002")["evidence"]


def test_without_events_by_mail_the_alarms_still_tell_somebody(health: Health) -> None:
    advice = looked(health, "SES-HIPAA-004")["next_step"]
    assert "(with alarms.emails set, so that the alarms still tell somebody)" in advice
    assert "alarms.topic" not in advice

    put(health, "alarms", "emails", '["ops@starlightpractice.com"]')
    assert "alarms" not in looked(health, "SES-HIPAA-004")["next_step"]
    put(health, "events", "emails", "[]")
    listed = health.call("sns", "ListSubscriptionsByTopic", TopicArn=health.topic)
    for one in listed["Subscriptions"]:
        health.call("sns", "Unsubscribe", SubscriptionArn=one["SubscriptionArn"])
    assert health.run("apply", "--yes").writes == []

    assert looked(health, "SES-HIPAA-004")["status"] == "done"
    assert looked(health, "SES-ALARM-003")["status"] == "done"


def test_reports_of_a_record_of_ones_own_elsewhere_are_told_in_whole(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", ext=EXTERNAL)
    made.local.declare_dns("_dmarc.dev.example.com", "TXT", ["v=DMARC1; p=none; adkim=s"])
    made("apply", "--env", "ext", "--yes")

    found = item(made("checklist", "--env", "ext", "--json"), "SES-DMARC-003")

    better = "v=DMARC1; p=none; adkim=s; rua=mailto:dmarc@example.com"
    assert found["next_step"] == f"put in its place: {better}"
    made.local.declare_dns("_dmarc.dev.example.com", "TXT", [better])
    again = item(made("checklist", "--env", "ext", "--json"), "SES-DMARC-003")
    assert again["status"] == "done"
