"""SESv2: configuration sets, their options, where their events go."""

from typing import Any

from tests.local.conftest import DOMAIN
from tests.local.recorded.ses_words import (
    FLOCI,
    LOCALSTACK,
    PREFLIGHT,
    SENDER,
    SET,
    bad,
    gone,
    invalid,
    v2,
)
from tests.local.recorded.table import ABSENT, ANYTHING, Only, Refusal, Row

_OPTIONS = f"{FLOCI} SesConfigurationSetV2IntegrationTest, 2026-06"
_TOPIC = "arn:aws:sns:{region}:{account}:events"
_HERE = _TOPIC.format(region="$region", account="$account")
_GET = v2("GetConfigurationSet", ConfigurationSetName="set")
_BUS = "arn:aws:events:{region}:{account}:event-bus/{name}"
_STREAM = "arn:aws:firehose:{region}:{account}:deliverystream/mail"


def _create(**options: Any):
    return v2("CreateConfigurationSet", ConfigurationSetName="set", **options)


def _put(block: str, **options: Any):
    return v2(f"PutConfigurationSet{block}Options", ConfigurationSetName="set", **options)


def _destination(types: Any = ("SEND",), name: str = "events", **kind: Any):
    return v2(
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName="set",
        EventDestinationName=name,
        EventDestination={"MatchingEventTypes": list(types), **kind},
    )


def _sns(arn: str):
    return _destination(SnsDestination={"TopicArn": arn})


def _bus(**where: str):
    return _destination(EventBridgeDestination={"EventBusArn": _BUS.format(**where)})


def _stream(arn: str):
    role = "arn:aws:iam::$account:role/app"
    return _destination(KinesisFirehoseDestination={"IamRoleArn": role, "DeliveryStreamArn": arn})


_DESTINATIONS = [
    Row("a topic in another region", _sns(_TOPIC.format(region="eu-west-1", account="$account")),
        bad("SNS topic must be located in same region as SES <$region>"),
        f"{PREFLIGHT} sns-destination-topic-region", (SET,)),
    Row("a topic of another account", _sns(_TOPIC.format(region="$region", account="$other")),
        bad("No account can be found for SNS topic"
            " <arn:aws:sns:$region:$other:events>"),
        f"{PREFLIGHT} sns-destination-topic-region", (SET,)),
    Row("a topic that is not there", _sns(_HERE), bad(f"SNS topic <{_HERE}> not found."),
        f"{LOCALSTACK}, 2023-08-26, of the API v1", (SET,)),
    Row("no type of event", _destination([], SnsDestination={"TopicArn": _HERE}),
        bad("At least one event type must be specified."),
        f"{PREFLIGHT} event-destination-matching-event-types-nonempty", (SET,)),
    Row("a type of event that is none",
        _destination(["SEND", "BOGUS_EVENT"], SnsDestination={"TopicArn": _HERE}),
        bad("The event destination contains an invalid event type."),
        f"{PREFLIGHT} event-destination-matching-event-types-enum", (SET,)),
    Row("no destination", _destination(), bad("Event destination is not provided."),
        f"{PREFLIGHT} event-destination-requires-destination", (SET,)),
    Row("two destinations",
        _destination(SnsDestination={"TopicArn": _HERE},
                     EventBridgeDestination={"EventBusArn": _HERE}),
        bad("Please provide only one destination with each request. Either a Firehose Destination"
            " or a Cloudwatch Destination or an SNS Destination or an EventBridge Destination."),
        f"{FLOCI} SesConfigurationSetService", (SET,)),
    Row("a bus of one's own", _bus(region="$region", account="$account", name="own"),
        bad("Invalid Event Bridge destination, must be default bus."),
        f"{PREFLIGHT} eventbridge-destination-default-bus-only", (SET,)),
    Row("a bus of another account", _bus(region="$region", account="$other", name="own"),
        bad("Invalid Event Bridge destination, cross account is not supported."),
        f"{PREFLIGHT} eventbridge-destination-default-bus-only", (SET,)),
    Row("a bus in another region comes before all else of a bus",
        _bus(region="eu-west-1", account="$other", name="own"),
        bad("Invalid Event Bridge destination, must be in region <$region>."),
        f"{PREFLIGHT} eventbridge-destination-bus-region", (SET,)),
    Row("a stream that is a topic", _stream(_HERE),
        bad(f"Invalid delivery stream ARN {_HERE} should have the form"
            " <arn:aws:firehose:region:[account-id]:deliverystream/[stream-name]>"),
        f"{PREFLIGHT} firehose-destination-arn-format", (SET,)),
    Row("a stream in another region",
        _stream(_STREAM.format(region="eu-west-1", account="$account")),
        bad("Delivery stream <arn:aws:firehose:eu-west-1:$account:deliverystream/mail> must be"
            " located in same region as SES <$region>"),
        f"{PREFLIGHT} firehose-destination-stream-region", (SET,)),
    Row("a stream of another account", _stream(_STREAM.format(region="$region", account="$other")),
        bad("Cross-account pass role is not allowed."),
        f"{PREFLIGHT} firehose-destination-stream-region", (SET,)),
    Row("a metric without dimensions",
        _destination(CloudWatchDestination={"DimensionConfigurations": []}),
        bad("CloudWatch metrics dimension configuration list cannot be empty."),
        f"{FLOCI} SesConfigurationSetService", (SET,)),
    Row("a name with a dot",
        _destination(name="a.b", SnsDestination={"TopicArn": _HERE}),
        bad("Invalid event destination name <a.b>: only alphanumeric ASCII characters, '_', and"
            " '-' are allowed."), f"{FLOCI} SesConfigurationSetService", (SET,)),
    Row("a name of 65 characters",
        _destination(name="a" * 65, SnsDestination={"TopicArn": _HERE}),
        bad("Event destination name cannot exceed 64 characters."),
        f"{FLOCI} SesConfigurationSetService", (SET,)),
]  # fmt: skip

_SETS = [
    Row("a bare set shows neither delivery nor tracking nor suppression", _GET,
        {"DeliveryOptions": ABSENT, "TrackingOptions": ABSENT, "SuppressionOptions": ABSENT,
         "VdmOptions": ABSENT, "SendingOptions": {"SendingEnabled": True}},
        _OPTIONS, (SET,)),
    Row("what is given at the creation is shown as it is", _GET,
        {"SendingOptions": {"SendingEnabled": False},
         "SuppressionOptions": {"SuppressedReasons": ["BOUNCE"]}},
        f"{_OPTIONS}-12",
        (_create(SendingOptions={"SendingEnabled": False},
                 SuppressionOptions={"SuppressedReasons": ["BOUNCE"]}),)),
    Row("a sending block without its flag sends nothing", _GET,
        {"SendingOptions": {"SendingEnabled": False}}, f"{_OPTIONS}-13",
        (_create(SendingOptions={}),)),
    Row("an empty list of reasons is kept", _GET,
        {"SuppressionOptions": {"SuppressedReasons": []}}, f"{_OPTIONS}-13",
        (_create(SuppressionOptions={"SuppressedReasons": []}),)),
    Row("a block of suppression with nothing in it is a mistake of AWS's own",
        _create(SuppressionOptions={}),
        Refusal("InternalFailure", "An internal failure has occurred.", 500), f"{_OPTIONS}-13"),
    Row("a reason that is none, at the creation",
        _create(SuppressionOptions={"SuppressedReasons": ["INVALID"]}),
        invalid("suppressionOptions.suppressedReasons",
                "must satisfy constraint: [Member must satisfy enum value set:"
                " [BOUNCE, COMPLAINT]]"), f"{_OPTIONS}-13"),
    Row("a reason that is none, afterwards",
        _put("Suppression", SuppressedReasons=["INVALID"]),
        bad("Reason INVALID is invalid, must be one of [BOUNCE, COMPLAINT]."),
        f"{FLOCI} SesService, 2026-06-03", (SET,)),
    Row("reputation metrics without their flag are off", _GET,
        {"ReputationOptions": {"ReputationMetricsEnabled": False}}, f"{_OPTIONS}-17",
        (SET, _put("Reputation"))),
    Row("delivery options go when nothing is put", _GET, {"DeliveryOptions": ABSENT}, _OPTIONS,
        (SET, _put("Delivery", TlsPolicy="REQUIRE"), _put("Delivery"))),
    Row("delivery options are shown once put", _GET,
        {"DeliveryOptions": Only({"TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 300})}, _OPTIONS,
        (SET, _put("Delivery", TlsPolicy="REQUIRE", MaxDeliverySeconds=300))),
    Row("a pool that is not there", _put("Delivery", SendingPoolName="ghost-pool"),
        bad("SendingPool <ghost-pool> doesn't exist"), f"{_OPTIONS}-17", (SET,)),
    Row("a pool without a name", _put("Delivery", SendingPoolName=" "),
        bad("sendingPoolName can't be blank."), f"{_OPTIONS}-17", (SET,)),
    Row("a TLS policy that is none", _put("Delivery", TlsPolicy="MAYBE"),
        invalid("tlsPolicy", "must satisfy enum value set: [OPTIONAL, REQUIRE]"),
        f"{_OPTIONS}-17", (SET,)),
    Row("less than five minutes", _put("Delivery", MaxDeliverySeconds=5),
        invalid("maxDeliverySeconds", "must have value greater than or equal to 300"),
        "hashicorp/terraform-provider-aws#40591, quoted reply", (SET,)),
    Row("more than fourteen hours", _put("Delivery", MaxDeliverySeconds=50401),
        invalid("maxDeliverySeconds", "must have value less than or equal to 50400"),
        f"{_OPTIONS}-17", (SET,)),
    Row("a redirect domain that is not verified",
        _put("Tracking", CustomRedirectDomain="never.com"),
        bad("Domain <never.com> is not verified under this account."), f"{_OPTIONS}-17", (SET,)),
    Row("the redirect domain is judged before the policy",
        _put("Tracking", CustomRedirectDomain="never.com", HttpsPolicy="BOGUS"),
        bad("Domain <never.com> is not verified under this account."), f"{_OPTIONS}-17", (SET,)),
    Row("a policy for the links that is none",
        _put("Tracking", CustomRedirectDomain=DOMAIN, HttpsPolicy="BOGUS"),
        invalid("httpsPolicy",
                "must satisfy enum value set: [OPTIONAL, REQUIRE, REQUIRE_OPEN_ONLY]"),
        f"{_OPTIONS}-17", (SET, *SENDER)),
    Row("a policy for links without a domain", _put("Tracking", HttpsPolicy="REQUIRE"),
        bad("CustomRedirectDomain must be specified."), f"{_OPTIONS}-17", (SET,)),
    Row("an engagement that is neither on nor off",
        _put("Vdm", VdmOptions={"DashboardOptions": {"EngagementMetrics": "NONSENSE"}}),
        invalid("vdmOptions.dashboardOptions.engagementMetrics",
                "must satisfy enum value set: [ENABLED, DISABLED]"), f"{_OPTIONS}-19", (SET,)),
    Row("a set that is not there", v2("GetConfigurationSet", ConfigurationSetName="gone"),
        gone("Configuration set <gone> does not exist."), _OPTIONS),
    Row("tags of a set that is not there",
        v2("ListTagsForResource",
           ResourceArn="arn:aws:ses:$region:$account:configuration-set/gone"),
        gone("No ConfigurationSet present with name: gone"), f"{FLOCI} SesService"),
    Row("a page of sets that is too large", v2("ListConfigurationSets", PageSize=1001),
        bad("The page size must be between 1 and 1000"), f"{FLOCI} SesListPaging, 2026-09-25"),
    Row("a token for sets that is none", v2("ListConfigurationSets", NextToken="nonsense"),
        bad("invalid nextToken nonsense"), f"{FLOCI} SesListPaging, 2026-09-25"),
    Row("a part of a name that is too short",
        v2("ListConfigurationSets", Filter={"CONFIGURATION_SET_NAME_CONTAINS": "ab"}),
        bad("CONFIGURATION_SET_NAME_CONTAINS must be between 3 and 64 characters"),
        f"{FLOCI} SesConfigurationSetService, 2026-10-03"),
    Row("a page of templates that is too large", v2("ListEmailTemplates", PageSize=101),
        bad("The page size must be between 1 and 100"), f"{FLOCI} SesListPaging, 2026-09-25"),
    Row("a template without a body",
        v2("CreateEmailTemplate", TemplateName="t", TemplateContent={"Subject": "s"}),
        bad("Template must specify at least one of the parts."),
        f"{PREFLIGHT} template-html-or-text-part"),
    Row("a template is shown with its tags",
        v2("GetEmailTemplate", TemplateName="t"),
        Only({"TemplateName": "t", "Tags": [],
              "TemplateContent": {"Subject": "s", "Text": "x"}}),
        "SES API v2 Reference, GetEmailTemplate",
        (v2("CreateEmailTemplate", TemplateName="t",
            TemplateContent={"Subject": "s", "Text": "x"}),)),
    Row("templates are listed with the time of their creation", v2("ListEmailTemplates"),
        Only({"TemplatesMetadata": [Only({"TemplateName": "t", "CreatedTimestamp": ANYTHING})]}),
        f"{LOCALSTACK}, 2023-08-25, of the API v1",
        (v2("CreateEmailTemplate", TemplateName="t",
            TemplateContent={"Subject": "s", "Text": "x"}),)),
]  # fmt: skip

ROWS = [*_DESTINATIONS, *_SETS]
