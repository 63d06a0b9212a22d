"""The API v1: every operation answers as its model says, on the state of SESv2."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from ses_provision.local import LocalAws
from ses_provision.local.codec import codec_for
from ses_provision.local.contract import AwsError
from ses_provision.local.wire import Request
from tests.local.conftest import DOMAIN, HOME, PROD
from tests.local.recorded.ses_words import verify
from tests.local.ses.v1_table import (
    FILTER,
    IDENTITY,
    MAIL,
    MESSAGE,
    RULE,
    RULES,
    SNS,
    TABLE,
    TEMPLATE,
    TOPIC,
    TRACKED,
    TRACKING,
    VERIFICATION,
)
from tests.local.shapes import misfits

BOUNCE = "bounce@simulator.amazonses.com"
MODEL = codec_for("ses").model
# Errors that every operation may have; the models list only special ones.
COMMON = {"InvalidParameterValue", "ValidationError", "MessageRejected", "LimitExceeded"}
LOOSER = "Topic is missing"
Ask = Callable[..., Any]


@pytest.fixture
def ask(aws: LocalAws) -> Ask:
    """The API v1 of an account that has one of everything."""

    def call(operation: str, **params: Any) -> Any:
        return aws.call(PROD, HOME, "ses", operation, params)

    aws.call(PROD, HOME, "sns", "CreateTopic", {"Name": "events"})
    call("VerifyDomainIdentity", Domain=DOMAIN)
    verify(aws)
    for name in ("there", "tracked"):
        call("CreateConfigurationSet", ConfigurationSet={"Name": name})
    call("CreateConfigurationSetTrackingOptions", **TRACKED, **TRACKING)
    destination = {"EventDestination": {"Name": "there", **SNS}}
    call("CreateConfigurationSetEventDestination", **TRACKED, **destination)
    call("CreateTemplate", Template=TEMPLATE)
    call("CreateCustomVerificationEmailTemplate", **VERIFICATION)
    call("CreateReceiptRuleSet", **RULES)
    call("CreateReceiptRule", **RULES, Rule=RULE)
    call("SetActiveReceiptRuleSet", **RULES)
    call("CreateReceiptFilter", Filter=FILTER)
    return call


def test_the_table_covers_exactly_what_is_served(aws: LocalAws) -> None:
    assert set(TABLE) == set(aws.operations("ses"))


@pytest.mark.parametrize("name", TABLE)
def test_a_reply_has_the_shape_of_the_model(ask: Ask, name: str) -> None:
    shape = MODEL.operation_model(name).output_shape
    reply = ask(name, **TABLE[name][0])
    found = list(misfits(shape, reply)) if shape else list(reply)
    assert [each for each in found if not each.endswith(LOOSER)] == []


@pytest.mark.parametrize("name", [name for name, (_, refused) in TABLE.items() if refused])
def test_a_refusal_carries_a_modelled_code(aws: LocalAws, ask: Ask, name: str) -> None:
    before = aws.snapshot(PROD)
    with pytest.raises(AwsError) as refused:
        ask(name, **(TABLE[name][1] or {}))
    modelled = {
        shape.metadata.get("error", {}).get("code", shape.name)
        for shape in MODEL.operation_model(name).error_shapes
    }
    assert refused.value.code in modelled | COMMON
    assert refused.value.status == 400
    assert aws.snapshot(PROD) == before


@pytest.mark.parametrize("name", sorted(set(MODEL.operation_names) - set(TABLE)))
def test_an_operation_that_is_not_served_says_so_before_all_else(aws: LocalAws, name: str) -> None:
    with pytest.raises(AwsError, match=name) as refused:
        aws.call(PROD, HOME, "ses", name)
    assert (refused.value.code, refused.value.status) == ("NotImplementedByLocalAws", 501)


def test_a_domain_is_verified_by_the_token_of_v1_too(aws: LocalAws) -> None:
    """[D23] creating-identities: a TXT record at _amazonses."""
    call = {"Domain": "b.com"}
    token = aws.call(PROD, HOME, "ses", "VerifyDomainIdentity", call)["VerificationToken"]
    aws.declare_dns("_amazonses.b.com", "TXT", [token])
    aws.clock.advance(61)
    shown = aws.call(
        PROD, HOME, "ses", "GetIdentityVerificationAttributes", {"Identities": ["b.com"]}
    )
    assert shown["VerificationAttributes"]["b.com"]["VerificationStatus"] == "Success"


def test_an_address_is_mailed_its_link_again(aws: LocalAws) -> None:
    for _ in range(2):
        aws.call(PROD, HOME, "ses", "VerifyEmailIdentity", {"EmailAddress": "a@b.com"})
        aws.clock.advance(90_000)
    mails = aws.sesv2.verification_mails(PROD, HOME)
    assert [mail.address for mail in mails] == ["a@b.com", "a@b.com"]


@pytest.mark.parametrize("headers", [True, False])
def test_a_bounce_is_told_to_the_topic_of_the_identity(
    aws: LocalAws, ask: Ask, headers: bool
) -> None:
    """[D23] notification-contents.md: no set is needed, and there are no tags."""
    subscription = {"TopicArn": TOPIC, "Protocol": "sms", "Endpoint": "+15555550100"}
    aws.call(PROD, HOME, "sns", "Subscribe", subscription)
    ask("SetIdentityNotificationTopic", **IDENTITY, NotificationType="Bounce", SnsTopic=TOPIC)
    ask(
        "SetIdentityHeadersInNotificationsEnabled",
        **IDENTITY,
        NotificationType="Bounce",
        Enabled=headers,
    )
    ask("SendEmail", **{**MAIL, "Destination": {"ToAddresses": [BOUNCE]}}, Message=MESSAGE)
    told = json.loads(list(aws.outbox)[-1].body)
    assert told["notificationType"] == "Bounce"
    assert told["bounce"]["bounceType"] == "Permanent"
    assert ("headers" in told["mail"]) is headers
    assert "tags" not in told["mail"]


def test_a_topic_that_is_gone_is_dropped_and_bounces_go_by_mail_again(
    aws: LocalAws, ask: Ask
) -> None:
    """[D23] configure-sns-notifications.md."""
    for kind in ("Bounce", "Complaint"):
        ask("SetIdentityNotificationTopic", **IDENTITY, NotificationType=kind, SnsTopic=TOPIC)
    ask("SetIdentityFeedbackForwardingEnabled", **IDENTITY, ForwardingEnabled=False)
    aws.call(PROD, HOME, "sns", "DeleteTopic", {"TopicArn": TOPIC})
    ask("SendEmail", **{**MAIL, "Destination": {"ToAddresses": [BOUNCE]}}, Message=MESSAGE)
    told = ask("GetIdentityNotificationAttributes", Identities=[DOMAIN])
    shown = told["NotificationAttributes"][DOMAIN]
    assert (shown["ForwardingEnabled"], "BounceTopic" in shown) == (True, False)


def test_mail_of_the_one_api_counts_in_the_other(aws: LocalAws, ask: Ask) -> None:
    aws.allow_production(PROD, HOME)
    ask("SendEmail", **{**MAIL, "Destination": {"ToAddresses": ["a@b.com"]}}, Message=MESSAGE)
    account = aws.call(PROD, HOME, "sesv2", "GetAccount")
    assert account["SendQuota"]["SentLast24Hours"] == 1.0


@pytest.mark.parametrize("signing_name", ["ses", "email"])
def test_a_client_reaches_the_api_v1_by_either_signing_name(
    aws: LocalAws, signing_name: str
) -> None:
    """Old clients sign with the name of the endpoint."""
    scope = f"LOCAL000{PROD}/20260403/{HOME}/{signing_name}/aws4_request"
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=x",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    body = b"Action=GetSendQuota&Version=2010-12-01"
    answer = aws.answer(Request.of("POST", "https://email.us-east-2.amazonaws.com/", headers, body))
    assert answer.status == 200
    assert b"<MaxSendRate>1.0</MaxSendRate>" in answer.body
