"""The API v1 of SES: identities, notifications, sets, templates, receipt rules, sending."""

import json
from typing import Any

from tests.local.conftest import DOMAIN, HOME
from tests.local.recorded.ses_words import (
    ADDRESS,
    BOUNCE,
    FLOCI,
    LOCALSTACK,
    PREFLIGHT,
    SENDER,
    SUCCESS,
    bad,
    v1,
    v2,
)
from tests.local.recorded.table import ABSENT, ANYTHING, Call, Like, Only, Refusal, Row

_TOPIC = "arn:aws:sns:$region:$account:events"
_SET = v1("CreateConfigurationSet", ConfigurationSet={"Name": "set"})
_NO_SET = bad("Configuration set <gone> does not exist.", "ConfigurationSetDoesNotExist")
_RULES = v1("CreateReceiptRuleSet", RuleSetName="in")
_RECEIVING = f"{FLOCI} SesReceiptRuleService, 2026-08"
_ADD_HEADER = {"AddHeaderAction": {"HeaderName": "x-test", "HeaderValue": "test"}}
_S3 = {"S3Action": {"BucketName": "mail", "ObjectKeyPrefix": "in"}}
_LETS_SES_IN = {"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"Service": "ses.amazonaws.com"}, "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::mail/*"}}  # fmt: skip
_BUCKET = (
    Call("s3", "CreateBucket", {
        "Bucket": "mail", "CreateBucketConfiguration": {"LocationConstraint": HOME}}),
    Call("s3", "PutBucketPolicy", {"Bucket": "mail", "Policy": json.dumps(_LETS_SES_IN)}),
)  # fmt: skip
_TEMPLATE = {"TemplateName": "hello", "SubjectPart": "Dear {{name}}", "TextPart": "Hi {{name}}"}
_MESSAGE = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}


def _invalid(message: Any) -> Refusal:
    return bad(message, "InvalidParameterValue")


def _destination(name: str = "set", **more: Any):
    given = {"Name": "events", "Enabled": True, "MatchingEventTypes": ["send", "bounce"]}
    return v1(
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName=name,
        EventDestination={**given, "SNSDestination": {"TopicARN": _TOPIC}, **more},
    )


def _headers(kind: str, identity: str = DOMAIN):
    return v1(
        "SetIdentityHeadersInNotificationsEnabled",
        Identity=identity,
        NotificationType=kind,
        Enabled=True,
    )


def _rule(name: str, *actions: dict[str, Any], after: str = "", **more: Any):
    rule = {"Name": name, "Enabled": True, "ScanEnabled": True, "Actions": list(actions), **more}
    where = {"After": after} if after else {}
    return v1("CreateReceiptRule", RuleSetName="in", Rule=rule, **where)


def _bounce(**given: str):
    action = {"SmtpReplyCode": "550", "Message": "m", "Sender": ADDRESS, **given}
    return _rule("rule", {"BounceAction": action})


def _send(**more: Any):
    given = {"Source": ADDRESS, "Destination": {"ToAddresses": [SUCCESS]}, "Message": _MESSAGE}
    return v1("SendEmail", **{**given, **more})


def _templated(**more: Any):
    given = {
        "Source": ADDRESS,
        "Destination": {"ToAddresses": [SUCCESS]},
        "Template": "hello",
        "TemplateData": '{"name": "Ann"}',
    }
    return v1("SendTemplatedEmail", **{**given, **more})


_IDENTITIES = [
    Row("headers for a kind of notification that is none", _headers("InvalidType"),
        _invalid("Invalid notification type: InvalidType. Valid values are: Bounce, Complaint,"
                 " Delivery."), f"{LOCALSTACK}, 2025-07-29", SENDER),
    Row("headers for an identity that is none", _headers("Bounce", "unknown@example.com"),
        bad("Identity unknown@example.com is not verified or does not exist.", "MessageRejected"),
        f"{LOCALSTACK}, 2025-07-29"),
    Row("headers for bounces, twice", _headers("Bounce"), Only({}), f"{LOCALSTACK}, 2025-07-29",
        (*SENDER, _headers("Bounce"))),
    Row("MAIL FROM of an unknown identity",
        v1("SetIdentityMailFromDomain", Identity="gone.com", MailFromDomain="a.gone.com"),
        _invalid("Identity <gone.com> does not exist."),
        f"{FLOCI} SesIdentityAttributesV1IntegrationTest"),
    Row("a choice that MAIL FROM does not have",
        v1("SetIdentityMailFromDomain", Identity=DOMAIN, MailFromDomain=f"a.{DOMAIN}",
           BehaviorOnMXFailure="BOGUS"),
        bad("1 validation error detected: Value at 'behaviorOnMXFailure' failed to satisfy"
            " constraint: Member must satisfy enum value set: [RejectMessage, UseDefaultValue]",
            "ValidationError"), f"{FLOCI} SesIdentityService", SENDER),
    Row("feedback of an unknown identity",
        v1("SetIdentityFeedbackForwardingEnabled", Identity="gone.com", ForwardingEnabled=True),
        _invalid("Identity gone.com is invalid. Must be a verified email address or domain."),
        f"{FLOCI} SesIdentityAttributesV1IntegrationTest"),
    Row("DKIM of an unknown domain",
        v1("SetIdentityDkimEnabled", Identity="gone.com", DkimEnabled=True),
        _invalid("Domain gone.com is not verified for DKIM signing."),
        f"{FLOCI} SesDkimSigningActionsIntegrationTest"),
    Row("identities that are none are left out",
        v1("GetIdentityNotificationAttributes", Identities=["gone.com"]),
        Only({"NotificationAttributes": Only({})}),
        f"{FLOCI} SesIdentityAttributesV1IntegrationTest"),
    Row("what an identity tells by default",
        v1("GetIdentityNotificationAttributes", Identities=[DOMAIN]),
        {"NotificationAttributes": {DOMAIN: {
            "ForwardingEnabled": True, "HeadersInBounceNotificationsEnabled": False,
            "HeadersInComplaintNotificationsEnabled": False,
            "HeadersInDeliveryNotificationsEnabled": False}}},
        f"{FLOCI} SesIdentityAttributesV1IntegrationTest", SENDER),
    Row("the tokens of a domain stay", v1("VerifyDomainDkim", Domain=DOMAIN),
        Only({"DkimTokens": ["$first", ANYTHING, ANYTHING]}),
        f"{FLOCI} SesDkimSigningActionsIntegrationTest",
        (Call("ses", "VerifyDomainDkim", {"Domain": DOMAIN},
                       keep={"first": "DkimTokens.0"}),)),
    Row("a domain made by the one API is there in the other",
        v2("GetEmailIdentity", EmailIdentity=DOMAIN), {"IdentityType": "DOMAIN"},
        "SES API v2 Reference, GetEmailIdentity", (v1("VerifyDomainIdentity", Domain=DOMAIN),)),
    Row("an identity that is not there is deleted", v1("DeleteIdentity", Identity="gone.com"),
        Only({}), "SES API Reference, DeleteIdentity"),
    Row("a policy is put twice",
        v1("PutIdentityPolicy", Identity=DOMAIN, PolicyName="p", Policy='{"Statement":[{}]}'),
        Only({}), f"{FLOCI} SesIdentityPolicyV1IntegrationTest",
        (*SENDER,
         v1("PutIdentityPolicy", Identity=DOMAIN, PolicyName="p", Policy='{"Statement":[{}]}'))),
    Row("a policy that is not there is left out",
        v1("GetIdentityPolicies", Identity=DOMAIN, PolicyNames=["nope"]),
        Only({"Policies": Only({})}), f"{FLOCI} SesIdentityPolicyV1IntegrationTest", SENDER),
    Row("a policy that is not there is deleted",
        v1("DeleteIdentityPolicy", Identity=DOMAIN, PolicyName="nope"), Only({}),
        f"{FLOCI} SesIdentityPolicyV1IntegrationTest", SENDER),
    Row("policies of an unknown identity are none", v1("ListIdentityPolicies", Identity="gone.com"),
        Only({"PolicyNames": []}), f"{FLOCI} SesIdentityPolicyV1IntegrationTest"),
    Row("a policy name with a dot",
        v1("PutIdentityPolicy", Identity=DOMAIN, PolicyName="a.b", Policy="{}"),
        _invalid("PolicyName is invalid. Policy names must only include alpha-numeric characters,"
                 " dashes, and underscores."), f"{FLOCI} SesPolicyService", SENDER),
    Row("a policy name that is too long",
        v1("PutIdentityPolicy", Identity=DOMAIN, PolicyName="a" * 65, Policy="{}"),
        bad("1 validation error detected: Value at 'policyName' failed to satisfy constraint:"
            " Member must have length less than or equal to 64", "ValidationError"),
        f"{FLOCI} SesPolicyService", SENDER),
    Row("a page of identities out of range", v1("ListIdentities", MaxItems=1001),
        _invalid("Value 1001 for parameter MaxItems is invalid. MaxItems must be between 1 and"
                 " 1000."), f"{FLOCI} SesListPaging, 2026-09-25"),
    Row("the quota of the sandbox", v1("GetSendQuota"),
        Only({"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}),
        f"{LOCALSTACK}, 2024-11-27"),
]  # fmt: skip

_SETS = [
    Row("a destination in a set that is not there", _destination("gone"), _NO_SET,
        f"{LOCALSTACK}, 2023-08-26"),
    Row("a set that is not there",
        v1("DeleteConfigurationSet", ConfigurationSetName="gone"), _NO_SET,
        f"{LOCALSTACK}, 2023-08-26"),
    Row("a topic that is not there", _destination(),
        bad(f"SNS topic <{_TOPIC}> not found.", "InvalidSNSDestination"),
        f"{LOCALSTACK}, 2023-08-26", (_SET,)),
    Row("a destination that is not there",
        v1("DeleteConfigurationSetEventDestination", ConfigurationSetName="set",
           EventDestinationName="gone"),
        bad("No EventDestination found for set", "EventDestinationDoesNotExist"),
        f"{LOCALSTACK}, 2023-08-26", (_SET,)),
    Row("a destination of a set that is not there",
        v1("DeleteConfigurationSetEventDestination", ConfigurationSetName="gone",
           EventDestinationName="gone"), _NO_SET, f"{LOCALSTACK}, 2023-08-26"),
    Row("a topic with the policy it was made with is accepted, and its types come back in order",
        v1("DescribeConfigurationSet", ConfigurationSetName="set",
           ConfigurationSetAttributeNames=["eventDestinations"]),
        Only({"ConfigurationSet": {"Name": "set"}, "EventDestinations": [
            Only({"Name": "events", "Enabled": True,
                  "MatchingEventTypes": ["bounce", "click", "delivery", "open", "send"],
                  "SNSDestination": {"TopicARN": _TOPIC}})]}),
        f"{LOCALSTACK}, 2025-08-20",
        (Call("sns", "CreateTopic", {"Name": "events"}), _SET,
         _destination(MatchingEventTypes=["send", "bounce", "delivery", "open", "click"]))),
    Row("a set tells no more than was asked",
        v1("DescribeConfigurationSet", ConfigurationSetName="set"),
        Only({"ConfigurationSet": Only({"Name": "set"})}),
        f"{FLOCI} SesConfigurationSetEventDestinationV1IntegrationTest", (_SET,)),
    Row("a TLS policy in capitals",
        v1("PutConfigurationSetDeliveryOptions", ConfigurationSetName="set",
           DeliveryOptions={"TlsPolicy": "REQUIRE"}),
        bad("1 validation error detected: Value at 'deliveryOptions.tlsPolicy' failed to satisfy"
            " constraint: Member must satisfy enum value set: [Optional, Require]",
            "ValidationError"), f"{FLOCI} SesQueryHandler", (_SET,)),
    Row("tracking options of an unverified domain",
        v1("CreateConfigurationSetTrackingOptions", ConfigurationSetName="set",
           TrackingOptions={"CustomRedirectDomain": "never.com"}),
        bad("Domain <never.com> is not verified under this account.", "InvalidTrackingOptions"),
        f"{FLOCI} SesConfigurationSetTrackingOptionsV1IntegrationTest", (_SET,)),
    Row("tracking options that are not there",
        v1("DeleteConfigurationSetTrackingOptions", ConfigurationSetName="set"),
        bad("There are no tracking options for configuration set <set>",
            "TrackingOptionsDoesNotExistException"),
        f"{FLOCI} SesConfigurationSetTrackingOptionsV1IntegrationTest", (_SET,)),
]  # fmt: skip

_TEMPLATES = [
    Row("templates are listed by name and time", v1("ListTemplates"),
        Only({"TemplatesMetadata": [Only({"Name": "hello", "CreatedTimestamp": ANYTHING})]}),
        f"{LOCALSTACK}, 2023-08-25", (v1("CreateTemplate", Template=_TEMPLATE),)),
    Row("a deleted template is gone", v1("ListTemplates"), Only({"TemplatesMetadata": []}),
        f"{LOCALSTACK}, 2023-08-25",
        (v1("CreateTemplate", Template=_TEMPLATE), v1("DeleteTemplate", TemplateName="hello"))),
    Row("a template that is not there, read", v1("GetTemplate", TemplateName="gone"),
        bad("Template gone does not exist.", "TemplateDoesNotExist"),
        f"{FLOCI} SesTemplateService"),
    Row("data without a value",
        v1("TestRenderTemplate", TemplateName="hello", TemplateData="{}"),
        bad("Attribute 'name' is not present in the rendering data.", "MissingRenderingAttribute"),
        f"{FLOCI} SesService", (v1("CreateTemplate", Template=_TEMPLATE),)),
    Row("a template with a subject alone",
        v1("CreateTemplate", Template={"TemplateName": "t", "SubjectPart": "s"}),
        bad("Template must specify at least one of the parts.", "InvalidTemplate"),
        f"{PREFLIGHT} template-html-or-text-part"),
    Row("a token for templates that is none", v1("ListTemplates", NextToken="nonsense"),
        _invalid("Invalid PageToken <nonsense>."), f"{FLOCI} SesListPaging, 2026-09-25"),
]  # fmt: skip

_MAIL = [
    Row("a tag name with a colon, sent by v1", _send(Tags=[{"Name": "test:1", "Value": "x"}]),
        _invalid("Invalid tag name <test:1>: only alphanumeric ASCII characters, '_',  '-' are"
                 " allowed."), f"{LOCALSTACK}, 2024-07-30", SENDER),
    Row("a tag name of 256 characters, sent by v1", _send(Tags=[{"Name": "n" * 256, "Value": "x"}]),
        _invalid("Tag name cannot exceed 255 characters."), f"{LOCALSTACK}, 2024-07-30", SENDER),
    Row("a message from an unverified sender, sent by v1", _send(),
        bad(Like("^Email address is not verified."), "MessageRejected"), f"{FLOCI} SesService"),
    Row("a set that is not there, sent by v1", _send(ConfigurationSetName="gone"), _NO_SET,
        f"{FLOCI} SesConfigurationSetService", SENDER),
    Row("a set that is paused, sent by v1", _send(ConfigurationSetName="set"),
        bad("Sending is paused for configuration set set",
            "ConfigurationSetSendingPausedException"),
        f"{FLOCI} SesConfigurationSetService",
        (_SET, *SENDER, v1("UpdateConfigurationSetSendingEnabled", ConfigurationSetName="set",
                           Enabled=False))),
    Row("a raw message without a sender, sent by v1",
        v1("SendRawEmail", RawMessage={"Data": b"Subject: x\r\n\r\nhi"}, Destinations=[SUCCESS]),
        _invalid("Missing required header 'From'."), f"{FLOCI} SesService", SENDER),
    Row("a template that is not there, sent by v1", _templated(),
        bad("Template hello does not exist.", "TemplateDoesNotExist"),
        f"{FLOCI} SesTemplateService", SENDER),
    Row("a templated message has an id", _templated(), Only({"MessageId": ANYTHING}),
        f"{LOCALSTACK}, 2023-08-26", (*SENDER, v1("CreateTemplate", Template=_TEMPLATE))),
    Row("each destination of a bulk has its own result",
        v1("SendBulkTemplatedEmail", Source=ADDRESS, Template="hello",
           DefaultTemplateData='{"name": "Ann"}',
           Destinations=[{"Destination": {"ToAddresses": [SUCCESS]}},
                         {"Destination": {"ToAddresses": ["nobody"]}}]),
        {"Status": [{"Status": "Success", "MessageId": ANYTHING},
                    {"Status": "InvalidParameterValue", "MessageId": ABSENT}]},
        f"{FLOCI} SesBulkV1IntegrationTest", (*SENDER, v1("CreateTemplate", Template=_TEMPLATE))),
    Row("bounces are counted in quarters of an hour", v1("GetSendStatistics"),
        {"SendDataPoints": [{"DeliveryAttempts": 1, "Bounces": 1, "Complaints": 0, "Rejects": 0}]},
        "SES API Reference, GetSendStatistics",
        (*SENDER, _send(Destination={"ToAddresses": [BOUNCE]}))),
]  # fmt: skip

_RECEIPT = [
    Row("a rule set that exists", _RULES, bad("Rule set already exists: in", "AlreadyExists"),
        _RECEIVING, (_RULES,)),
    Row("a rule set that is not there", v1("DescribeReceiptRuleSet", RuleSetName="gone"),
        bad("Rule set does not exist: gone", "RuleSetDoesNotExist"), _RECEIVING),
    Row("a rule set that is active stays", v1("DeleteReceiptRuleSet", RuleSetName="in"),
        bad("Cannot delete active rule set: in", "CannotDelete"), _RECEIVING,
        (_RULES, v1("SetActiveReceiptRuleSet", RuleSetName="in"))),
    Row("a rule set that is not there is deleted", v1("DeleteReceiptRuleSet", RuleSetName="gone"),
        Only({}), _RECEIVING),
    Row("no rule set is active", v1("DescribeActiveReceiptRuleSet"), {"Metadata": ABSENT},
        _RECEIVING, (_RULES, v1("SetActiveReceiptRuleSet", RuleSetName="in"),
                     v1("SetActiveReceiptRuleSet"))),
    Row("a rule set that begins with a hyphen", v1("CreateReceiptRuleSet", RuleSetName="-in"),
        _invalid("Not a valid ruleSetName: -in"), f"{PREFLIGHT} receipt-rule-set-name-charset"),
    Row("a rule set with a space", v1("CreateReceiptRuleSet", RuleSetName="a b"),
        bad(Like("'ruleSetName' failed to satisfy constraint"), "ValidationError"), _RECEIVING),
    Row("a rule that begins with an underscore", _rule("_rule", _ADD_HEADER),
        _invalid("Not a valid ruleName: _rule"), f"{PREFLIGHT} receipt-rule-name-charset",
        (_RULES,)),
    Row("a rule that is there", _rule("rule", _ADD_HEADER),
        bad("Rule already exists: rule", "AlreadyExists"), _RECEIVING,
        (_RULES, _rule("rule", _ADD_HEADER))),
    Row("a rule after one that is not there", _rule("rule", _ADD_HEADER, after="gone"),
        bad("Rule does not exist: gone", "RuleDoesNotExist"),
        f"{PREFLIGHT} receipt-rule-after-exists", (_RULES,)),
    Row("two actions in one", _rule("rule", {**_ADD_HEADER, "StopAction": {"Scope": "RuleSet"}}),
        _invalid("Exactly one action type must be specified for each ReceiptAction"),
        f"{PREFLIGHT} receipt-action-exactly-one", (_RULES,)),
    Row("eleven actions", _rule("rule", *[_ADD_HEADER] * 11),
        bad("Too many actions", "LimitExceeded"), f"{PREFLIGHT} receipt-rule-actions-max-10",
        (_RULES,)),
    Row("a status code of two digits", _bounce(StatusCode="5.10.1"),
        _invalid("Invalid status code: 5.10.1"), f"{PREFLIGHT} bounce-action-status-code",
        (_RULES, *SENDER)),
    Row("a reply code that is none", _bounce(SmtpReplyCode="250"),
        _invalid("Invalid SMTP reply code: 250"), f"{PREFLIGHT} bounce-action-smtp-reply-code",
        (_RULES, *SENDER)),
    Row("a bounce from an unverified sender", _bounce(),
        _invalid(f"Identity is not verified: {ADDRESS}"), _RECEIVING, (_RULES,)),
    Row("a topic for mail that is no topic", _rule("rule", {"SNSAction": {"TopicArn": "events"}}),
        bad("Invalid SNS topic: events", "InvalidSnsTopic"), _RECEIVING, (_RULES,)),
    Row("a topic for mail that is not there", _rule("rule", {"SNSAction": {"TopicArn": _TOPIC}}),
        bad(f"Could not publish to SNS topic: {_TOPIC}", "InvalidSnsTopic"),
        "hashicorp/terraform-provider-aws#14773, quoted reply", (_RULES,)),
    Row("a new rule comes first", v1("DescribeReceiptRuleSet", RuleSetName="in"),
        {"Rules": [{"Name": "two"}, {"Name": "one"}]}, _RECEIVING,
        (_RULES, _rule("one", _ADD_HEADER), _rule("two", _ADD_HEADER))),
    Row("a copied rule set has the rules of the first",
        v1("DescribeReceiptRuleSet", RuleSetName="copy"),
        Only({"Metadata": {"Name": "copy", "CreatedTimestamp": ANYTHING}, "Rules": [
            Only({"Name": "MyRule1", "Enabled": True, "ScanEnabled": True,
                  "TlsPolicy": "Optional", "Actions": [_ADD_HEADER]}),
            Only({"Name": "MyRule2", "Enabled": True, "ScanEnabled": True,
                  "TlsPolicy": "Optional", "Actions": [_S3]})]}),
        f"{LOCALSTACK}, 2023-08-25",
        (_RULES, *_BUCKET, _rule("MyRule1", _ADD_HEADER), _rule("MyRule2", _S3, after="MyRule1"),
         v1("CloneReceiptRuleSet", RuleSetName="copy", OriginalRuleSetName="in"))),
    Row("a rule that is not there is deleted",
        v1("DeleteReceiptRule", RuleSetName="in", RuleName="gone"), Only({}), _RECEIVING,
        (_RULES,)),
    Row("a rule after itself stays",
        v1("SetReceiptRulePosition", RuleSetName="in", RuleName="one", After="one"), Only({}),
        _RECEIVING, (_RULES, _rule("one", _ADD_HEADER))),
]  # fmt: skip

ROWS = [*_IDENTITIES, *_SETS, *_TEMPLATES, *_MAIL, *_RECEIPT]
