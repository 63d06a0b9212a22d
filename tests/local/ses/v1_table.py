"""For every operation of the API v1: what is asked so that it answers, and so that it refuses."""

from typing import Any

from tests.local.conftest import DOMAIN, HOME, PROD

ADDRESS, SUCCESS = f"notifications@{DOMAIN}", "success@simulator.amazonses.com"
TOPIC = f"arn:aws:sns:{HOME}:{PROD}:events"
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
