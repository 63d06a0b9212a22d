"""What SES tells about the mail it sends: events, and the reputation."""

import json

import pytest

from tests.local.ses.post import (
    SIMPLE,
    SIMULATOR,
    SUCCEEDS,
    TYPES,
    events,
    mail,
    named,
    sent,
    types,
    watch,
)
from tests.local.ses.world import ACCOUNT, DOMAIN, REGION, TOPIC, Ses

EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("success", ["Send", "Delivery"]),
        ("ooto", ["Send", "Delivery"]),
        ("bounce", ["Send", "Bounce"]),
        ("bounce+Label", ["Send", "Bounce"]),
        ("suppressionlist", ["Send", "Bounce"]),
        ("complaint", ["Send", "Delivery", "Complaint"]),
        ("COMPLAINT", ["Send", "Delivery", "Complaint"]),
    ],
)
def test_the_mailbox_simulator_plays_its_parts(
    sender: Ses, address: str, expected: list[str]
) -> None:
    """[D23] send-an-email-from-console.md, with labels."""
    sender("SendEmail", **mail(f"{address}@{SIMULATOR}"))
    assert types(sender) == expected
    assert {subject for _, _, subject in sender.world.published} == {
        "Amazon SES Email Event Notification"
    }


def test_an_event_tells_what_real_ones_tell(sender: Ses) -> None:
    """Real events of simulator mail, as quoted in public code; [D23] event-publishing examples."""
    tags = [{"Name": "kind", "Value": "reminder"}]
    headers = {"Headers": [{"Name": "X-Own", "Value": "1"}]}
    content = {"Simple": {**SIMPLE["Simple"], **headers}}
    given = mail(f"bounce@{SIMULATOR}", EmailTags=tags, Content=content, ReplyToAddresses=["a@b.c"])
    message_id = sender("SendEmail", **given)["MessageId"]
    bounce = events(sender)[1]
    assert bounce["bounce"] | {"feedbackId": ""} == {
        "feedbackId": "",
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": f"bounce@{SIMULATOR}",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2026-10-01T12:01:00.000Z",
        "reportingMTA": "dns; a8-1.smtp-out.us-east-2.amazonses.com",
    }
    told = bounce["mail"]
    assert told["sourceArn"] == sender.arn("identity", DOMAIN)
    assert (told["messageId"], told["sendingAccountId"]) == (message_id, ACCOUNT)
    assert told["tags"]["ses:configuration-set"] == ["set"]
    assert (told["tags"]["kind"], told["tags"]["ses:from-domain"]) == (["reminder"], [DOMAIN])
    assert {"name": "X-Own", "value": "1"} in told["headers"]
    assert {"name": "Reply-To", "value": "a@b.c"} in told["headers"]
    assert told["commonHeaders"]["subject"] == "Hello"


def test_bounces_of_one_message_are_told_together(sender: Ses) -> None:
    """[D23]: combines the bounce responses into a single response."""
    both = [f"bounce+{number}@{SIMULATOR}" for number in (1, 2)]
    destination = {"ToAddresses": both[:1], "BccAddresses": [*both[1:], SUCCEEDS]}
    sender("SendEmail", **mail(Destination=destination))
    assert types(sender) == ["Send", "Bounce", "Delivery"]
    recipients = events(sender)[1]["bounce"]["bouncedRecipients"]
    assert [each["emailAddress"] for each in recipients] == both
    assert "ses:outgoing-ip" in events(sender)[2]["mail"]["tags"]


def test_a_virus_is_accepted_and_then_rejected(sender: Ses) -> None:
    """[D23] testing Reject events: the EICAR file."""
    body = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Html": {"Data": EICAR}}}}
    sender("SendEmail", **mail(Content=body))
    assert types(sender) == ["Send", "Reject"]
    assert events(sender)[1]["reject"] == {"reason": "Bad content"}


@pytest.mark.parametrize(
    ("account", "of_set", "held"),
    [
        (["BOUNCE"], None, True),
        (["COMPLAINT"], None, False),
        (["BOUNCE"], [], False),
        ([], ["BOUNCE"], True),
    ],
)
def test_mail_to_suppressed_recipients_is_accepted_but_not_sent(
    sender: Ses, account: list[str], of_set: list[str] | None, held: bool
) -> None:
    """aws-facts 10 and 11: the set's reasons override the account's, an empty list too."""
    gone = f"gone@{DOMAIN}"
    sender("PutSuppressedDestination", EmailAddress=gone, Reason="BOUNCE")
    sender("PutAccountSuppressionAttributes", SuppressedReasons=account)
    if of_set is not None:
        sender("PutConfigurationSetSuppressionOptions", **named("set"), SuppressedReasons=of_set)
    sender("SendEmail", **mail(gone))
    assert types(sender)[1:] == (["Bounce"] if held else ["Delivery"])
    assert sent(sender)[0].suppressed == ((gone,) if held else ())
    if held:
        bounce = events(sender)[1]["bounce"]
        assert bounce["bounceSubType"] == "OnAccountSuppressionList"
        assert bounce["reportingMTA"] == "dns; amazonses.com"


def test_events_go_only_where_they_are_asked_for(sender: Ses) -> None:
    """aws-facts 11: MatchingEventTypes and Enabled."""
    where = {"SnsDestination": {"TopicArn": f"{TOPIC}-bounces"}}
    watch(sender, where, "bounces", ["BOUNCE"])
    definition = {"MatchingEventTypes": TYPES, "SnsDestination": {"TopicArn": TOPIC}}
    update = {"EventDestinationName": "all", "EventDestination": definition}
    sender("UpdateConfigurationSetEventDestination", **named("set"), **update)
    sender.world.published.clear()
    sender("SendEmail", **mail(f"bounce@{SIMULATOR}", SUCCEEDS))
    assert [
        (topic, json.loads(text)["eventType"]) for topic, text, _ in sender.world.published
    ] == [(f"{TOPIC}-bounces", "Bounce")]


def test_a_topic_that_no_longer_lets_ses_publish_gets_nothing(sender: Ses) -> None:
    """SNS evaluates the topic policy at every publish."""
    sender.world.refusals[TOPIC] = "the policy was replaced"
    sender("SendEmail", **mail())
    assert sender.world.published == []


def test_every_kind_of_destination_gets_events(sender: Ses) -> None:
    """aws-facts 11: SNS, Firehose, EventBridge, CloudWatch; Pinpoint is accepted and silent."""
    dimensions = [
        {"DimensionName": name, "DimensionValueSource": source, "DefaultDimensionValue": "none"}
        for name, source in (
            ("kind", "MESSAGE_TAG"),
            ("other", "MESSAGE_TAG"),
            ("Subject", "EMAIL_HEADER"),
            ("X-None", "EMAIL_HEADER"),
            ("link", "LINK_TAG"),
        )
    ]
    stream = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/mail"
    role = f"arn:aws:iam::{ACCOUNT}:role/ses"
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    firehose = {"IamRoleArn": role, "DeliveryStreamArn": stream}
    watch(sender, {"KinesisFirehoseDestination": firehose}, "stream")
    watch(sender, {"EventBridgeDestination": {"EventBusArn": bus}}, "bus")
    watch(sender, {"CloudWatchDestination": {"DimensionConfigurations": dimensions}}, "metrics")
    watch(sender, {"PinpointDestination": {}}, "pinpoint")
    sender("SendEmail", **mail(EmailTags=[{"Name": "kind", "Value": "reminder"}]))
    assert types(sender) == ["Send", "Delivery"]
    assert [arn for arn, _ in sender.world.streamed] == [stream, stream]
    assert json.loads(sender.world.streamed[0][1])["eventType"] == "Send"
    assert [kind for _, kind, _ in sender.world.events] == ["Email Sent", "Email Delivered"]
    expected = {
        "kind": "reminder",
        "other": "none",
        "Subject": "Hello",
        "X-None": "none",
        "link": "none",
    }
    assert (REGION, "Send", 1.0, expected) in sender.world.metrics


def test_reputation_is_told_in_the_sending_region(sender: Ses) -> None:
    """aws-facts 1: without dimensions for the account, per set only where that is enabled."""

    def rate(name: str, **dimensions: str) -> float | None:
        found = [
            value
            for region, metric, value, held in sender.world.metrics
            if (region, metric, held) == (REGION, f"Reputation.{name}", dimensions)
        ]
        return found[-1] if found else None

    sender.service.simulator_moves_reputation = True
    sender("SendEmail", **mail(f"bounce@{SIMULATOR}"))
    assert (rate("BounceRate"), rate("ComplaintRate")) == (1.0, 0.0)
    of_set = {"ses:configuration-set": "set"}
    assert rate("BounceRate", **of_set) is None
    enabled = {"ReputationMetricsEnabled": True}
    sender("PutConfigurationSetReputationOptions", **named("set"), **enabled)
    sender("SendEmail", **mail(f"complaint@{SIMULATOR}"))
    assert (rate("BounceRate"), rate("ComplaintRate")) == (0.5, 0.5)
    assert (rate("BounceRate", **of_set), rate("ComplaintRate", **of_set)) == (0.0, 1.0)
    sender("SendEmail", **mail(f"suppressionlist@{SIMULATOR}", SUCCEEDS))
    assert rate("BounceRate") == 0.25


def test_simulator_mail_makes_the_rates_exist_and_does_not_move_them(sender: Ses) -> None:
    """[D23] send-an-email-from-console.md."""
    for to_whom in ("bounce", "complaint"):
        sender("SendEmail", **mail(f"{to_whom}@{SIMULATOR}"))
    rates = {
        (name, value) for _, name, value, _ in sender.world.metrics if name.startswith("Reputation")
    }
    assert rates == {("Reputation.BounceRate", 0.0), ("Reputation.ComplaintRate", 0.0)}
