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
from tests.local.shapes import misfits

ADDRESS, SUCCESS = f"notifications@{DOMAIN}", "success@simulator.amazonses.com"
BOUNCE = "bounce@simulator.amazonses.com"
TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"
MODEL = codec_for("ses").model
TEMPLATE = {"TemplateName": "there", "SubjectPart": "Dear {{name}}", "TextPart": "Hi"}
MESSAGE = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
MAIL = {"Source": ADDRESS, "Destination": {"ToAddresses": [SUCCESS]}}
SNS = {"SNSDestination": {"TopicARN": TOPIC}, "MatchingEventTypes": ["send"]}
RULE = {"Name": "there", "Actions": [{"StopAction": {"Scope": "RuleSet"}}]}
FILTER = {"Name": "there", "IpFilter": {"Policy": "Block", "Cidr": "192.0.2.0/24"}}
VERIFICATION = {
    "TemplateName": "there",
    "FromEmailAddress": ADDRESS,
    "TemplateSubject": "s",
    "TemplateContent": "c",
    "SuccessRedirectionURL": "https://example.com/yes",
    "FailureRedirectionURL": "https://example.com/no",
}
IDENTITY, GONE_SET = {"Identity": DOMAIN}, {"ConfigurationSetName": "gone"}
SET, TRACKED = {"ConfigurationSetName": "there"}, {"ConfigurationSetName": "tracked"}
TRACKING = {"TrackingOptions": {"CustomRedirectDomain": DOMAIN}}
NO_RULES = {"RuleSetName": "gone"}
RULES = {"RuleSetName": "there"}

# What each operation is asked so that it answers, and so that it refuses (None: it never does).
TABLE: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "VerifyEmailIdentity": ({"EmailAddress": "a@b.com"}, {"EmailAddress": "nobody@"}),
    "VerifyEmailAddress": ({"EmailAddress": "a@b.com"}, {"EmailAddress": "nobody@"}),
    "VerifyDomainIdentity": ({"Domain": "b.com"}, {"Domain": "a@b.com"}),
    "VerifyDomainDkim": ({"Domain": DOMAIN}, {"Domain": "no domain"}),
    "ListIdentities": ({"IdentityType": "Domain"}, {"NextToken": "x"}),
    "ListVerifiedEmailAddresses": ({}, None),
    "DeleteIdentity": (IDENTITY, {"Identity": "no domain"}),
    "DeleteVerifiedEmailAddress": ({"EmailAddress": "a@b.com"}, None),
    "GetIdentityVerificationAttributes": ({"Identities": [DOMAIN]}, None),
    "GetIdentityDkimAttributes": ({"Identities": [DOMAIN]}, None),
    "SetIdentityDkimEnabled": (
        {**IDENTITY, "DkimEnabled": True}, {"Identity": "b.com", "DkimEnabled": True}),
    "SetIdentityMailFromDomain": (
        {**IDENTITY, "MailFromDomain": f"mail.{DOMAIN}"},
        {**IDENTITY, "MailFromDomain": "mail.b.com"}),
    "GetIdentityMailFromDomainAttributes": ({"Identities": [DOMAIN]}, None),
    "SetIdentityNotificationTopic": (
        {**IDENTITY, "NotificationType": "Bounce", "SnsTopic": TOPIC},
        {**IDENTITY, "NotificationType": "Bounce", "SnsTopic": f"{TOPIC}-none"}),
    "SetIdentityHeadersInNotificationsEnabled": (
        {**IDENTITY, "NotificationType": "Bounce", "Enabled": True},
        {**IDENTITY, "NotificationType": "Noise", "Enabled": True}),
    "SetIdentityFeedbackForwardingEnabled": (
        {**IDENTITY, "ForwardingEnabled": True}, {**IDENTITY, "ForwardingEnabled": False}),
    "GetIdentityNotificationAttributes": ({"Identities": [DOMAIN]}, None),
    "PutIdentityPolicy": (
        {**IDENTITY, "PolicyName": "p", "Policy": '{"Statement": [{}]}'},
        {**IDENTITY, "PolicyName": "p", "Policy": "?"}),
    "GetIdentityPolicies": ({**IDENTITY, "PolicyNames": ["p"]}, None),
    "ListIdentityPolicies": (IDENTITY, None),
    "DeleteIdentityPolicy": ({**IDENTITY, "PolicyName": "p"}, None),
    "SendEmail": ({**MAIL, "Message": MESSAGE}, {**MAIL, "Message": MESSAGE, **GONE_SET}),
    "SendRawEmail": (
        {"Source": ADDRESS, "Destinations": [SUCCESS], "RawMessage": {"Data": b"x"}},
        {"Destinations": [SUCCESS], "RawMessage": {"Data": b"x"}}),
    "SendTemplatedEmail": (
        {**MAIL, "Template": "there", "TemplateData": "{}"},
        {**MAIL, "Template": "gone", "TemplateData": "{}"}),
    "SendBulkTemplatedEmail": (
        {"Source": ADDRESS, "Template": "there", "DefaultTemplateData": "{}",
         "Destinations": [{"Destination": {"ToAddresses": [SUCCESS]}}]},
        {"Source": ADDRESS, "Template": "there", "DefaultTemplateData": "{}",
         "Destinations": []}),
    "GetSendQuota": ({}, None),
    "GetSendStatistics": ({}, None),
    "GetAccountSendingEnabled": ({}, None),
    "UpdateAccountSendingEnabled": ({"Enabled": True}, None),
    "CreateTemplate": (
        {"Template": {**TEMPLATE, "TemplateName": "new"}}, {"Template": TEMPLATE}),
    "GetTemplate": ({"TemplateName": "there"}, {"TemplateName": "gone"}),
    "ListTemplates": ({}, {"NextToken": "x"}),
    "UpdateTemplate": (
        {"Template": TEMPLATE}, {"Template": {**TEMPLATE, "TemplateName": "gone"}}),
    "DeleteTemplate": ({"TemplateName": "there"}, None),
    "TestRenderTemplate": (
        {"TemplateName": "there", "TemplateData": '{"name": "Ann"}'},
        {"TemplateName": "there", "TemplateData": "{}"}),
    "CreateConfigurationSet": (
        {"ConfigurationSet": {"Name": "new"}}, {"ConfigurationSet": {"Name": "there"}}),
    "DescribeConfigurationSet": (
        {**TRACKED, "ConfigurationSetAttributeNames": [
            "eventDestinations", "trackingOptions", "deliveryOptions", "reputationOptions"]},
        GONE_SET),
    "ListConfigurationSets": ({}, {"NextToken": "x"}),
    "DeleteConfigurationSet": (SET, GONE_SET),
    "CreateConfigurationSetEventDestination": (
        {**SET, "EventDestination": {"Name": "new", **SNS}},
        {**TRACKED, "EventDestination": {"Name": "there", **SNS}}),
    "UpdateConfigurationSetEventDestination": (
        {**TRACKED, "EventDestination": {"Name": "there", **SNS}},
        {**SET, "EventDestination": {"Name": "there", **SNS}}),
    "DeleteConfigurationSetEventDestination": (
        {**TRACKED, "EventDestinationName": "there"}, {**SET, "EventDestinationName": "there"}),
    "CreateConfigurationSetTrackingOptions": ({**SET, **TRACKING}, {**TRACKED, **TRACKING}),
    "UpdateConfigurationSetTrackingOptions": ({**TRACKED, **TRACKING}, {**SET, **TRACKING}),
    "DeleteConfigurationSetTrackingOptions": (TRACKED, SET),
    "PutConfigurationSetDeliveryOptions": (
        {**SET, "DeliveryOptions": {"TlsPolicy": "Require"}}, GONE_SET),
    "UpdateConfigurationSetReputationMetricsEnabled": (
        {**SET, "Enabled": True}, {**GONE_SET, "Enabled": True}),
    "UpdateConfigurationSetSendingEnabled": (
        {**SET, "Enabled": True}, {**GONE_SET, "Enabled": True}),
    "CreateCustomVerificationEmailTemplate": (
        {**VERIFICATION, "TemplateName": "new"}, VERIFICATION),
    "GetCustomVerificationEmailTemplate": ({"TemplateName": "there"}, {"TemplateName": "gone"}),
    "ListCustomVerificationEmailTemplates": ({}, {"NextToken": "x"}),
    "UpdateCustomVerificationEmailTemplate": (
        {"TemplateName": "there", "TemplateSubject": "new"}, {"TemplateName": "gone"}),
    "DeleteCustomVerificationEmailTemplate": ({"TemplateName": "there"}, None),
    "SendCustomVerificationEmail": (
        {"TemplateName": "there", "EmailAddress": "a@b.com"},
        {"TemplateName": "gone", "EmailAddress": "a@b.com"}),
    "CreateReceiptRuleSet": ({"RuleSetName": "new"}, RULES),
    "CloneReceiptRuleSet": (
        {"RuleSetName": "new", "OriginalRuleSetName": "there"},
        {"RuleSetName": "new", "OriginalRuleSetName": "gone"}),
    "DescribeReceiptRuleSet": (RULES, NO_RULES),
    "ListReceiptRuleSets": ({}, {"NextToken": "x"}),
    "DeleteReceiptRuleSet": (NO_RULES, RULES),
    "SetActiveReceiptRuleSet": (RULES, NO_RULES),
    "DescribeActiveReceiptRuleSet": ({}, None),
    "ReorderReceiptRuleSet": (
        {**RULES, "RuleNames": ["there"]}, {**RULES, "RuleNames": ["gone"]}),
    "CreateReceiptRule": (
        {**RULES, "Rule": {**RULE, "Name": "new"}, "After": "there"}, {**RULES, "Rule": RULE}),
    "DescribeReceiptRule": (
        {**RULES, "RuleName": "there"}, {**RULES, "RuleName": "gone"}),
    "UpdateReceiptRule": (
        {**RULES, "Rule": RULE}, {**RULES, "Rule": {**RULE, "Name": "gone"}}),
    "DeleteReceiptRule": ({**RULES, "RuleName": "there"}, {**NO_RULES, "RuleName": "there"}),
    "SetReceiptRulePosition": (
        {**RULES, "RuleName": "there"}, {**RULES, "RuleName": "gone"}),
    "CreateReceiptFilter": (
        {"Filter": {**FILTER, "Name": "new"}}, {"Filter": FILTER}),
    "ListReceiptFilters": ({}, None),
    "DeleteReceiptFilter": ({"FilterName": "there"}, None),
}  # fmt: skip
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
