"""For every operation served: what must be there, and requests that succeed or fail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.local.ses.world import ADDRESS, DOMAIN, TOPIC, Ses

Refused = tuple[str, dict[str, Any]]
SUPPRESSED = "gone@elsewhere.com"
VDM = {"VdmEnabled": "ENABLED", "DashboardAttributes": {"EngagementMetrics": "ENABLED"}}
SIMPLE = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}}
SUCCEEDS = "success@simulator.amazonses.com"


def prepare(ses: Ses) -> None:
    """One of everything."""
    ses.verified_domain()
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    ses("CreateConfigurationSetEventDestination", ConfigurationSetName="set", **sns("there"))
    ses("CreateEmailIdentityPolicy", EmailIdentity=DOMAIN, PolicyName="there", Policy=POLICY)
    ses("CreateDedicatedIpPool", PoolName="there")
    ses("CreateTenant", TenantName="there", Tags=tags(a="b"))
    ses("CreateTenantResourceAssociation", TenantName="there", ResourceArn=SET_ARN)
    content = {"Subject": "Dear {{name}}", "Text": "Hi {{name}}", "Html": "<p>{{name}}</p>"}
    ses("CreateEmailTemplate", TemplateName="there", TemplateContent=content)
    ses("PutSuppressedDestination", EmailAddress=SUPPRESSED, Reason="BOUNCE")
    ses("PutAccountVdmAttributes", VdmAttributes=VDM)


def tags(**given: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in given.items()]


def sns(name: str = "new") -> dict[str, Any]:
    destination = {
        "Enabled": True,
        "MatchingEventTypes": ["BOUNCE"],
        "SnsDestination": {"TopicArn": TOPIC},
    }
    return {"EventDestinationName": name, "EventDestination": destination}


def arn(kind: str, name: str) -> str:
    return f"arn:aws:ses:us-east-2:524471258033:{kind}/{name}"


SET_ARN, DOMAIN_ARN = arn("configuration-set", "set"), arn("identity", DOMAIN)
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'
DETAILS = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.com"}
INLINE = {"TemplateContent": {"Subject": "s", "Text": "t"}, "TemplateData": "{}"}
BULK = {
    "FromEmailAddress": ADDRESS,
    "DefaultContent": {"Template": INLINE},
    "BulkEmailEntries": [{"Destination": {"ToAddresses": [SUCCEEDS]}}],
}
MAIL = {
    "FromEmailAddress": ADDRESS,
    "Destination": {"ToAddresses": [SUCCEEDS]},
    "Content": SIMPLE,
}
ARCHIVE = arn("mailmanager-archive", "a-" + "x" * 24)
GONE_SET = {"ConfigurationSetName": "gone"}


@dataclass
class Row:
    """One operation: a request that succeeds (none where nothing can), and refusals."""

    succeeds: dict[str, Any] | None
    refused: list[Refused] = field(default_factory=list)
    before: Callable[[Ses], object] = prepare


def not_found(**params: Any) -> Refused:
    return "NotFoundException", params


def bad(**params: Any) -> Refused:
    return "BadRequestException", params


def taken(**params: Any) -> Refused:
    return "AlreadyExistsException", params


ROWS: dict[str, Row] = {
    "CreateEmailIdentity": Row(
        {"EmailIdentity": "other.com"},
        [
            taken(EmailIdentity=DOMAIN),
            not_found(EmailIdentity="other.com", **GONE_SET),
            bad(EmailIdentity="not a domain"),
        ],
    ),
    "GetEmailIdentity": Row({"EmailIdentity": DOMAIN}, [not_found(EmailIdentity="gone.com")]),
    "ListEmailIdentities": Row({}, [bad(NextToken="?"), bad(PageSize=0)]),
    "DeleteEmailIdentity": Row({"EmailIdentity": DOMAIN}, [not_found(EmailIdentity="gone.com")]),
    "PutEmailIdentityMailFromAttributes": Row(
        {"EmailIdentity": DOMAIN, "MailFromDomain": f"mail.{DOMAIN}"},
        [
            bad(EmailIdentity="gone.com"),
            bad(EmailIdentity=DOMAIN, MailFromDomain="mail.other.com"),
        ],
    ),
    "PutEmailIdentityDkimAttributes": Row(
        {"EmailIdentity": DOMAIN, "SigningEnabled": True}, [bad(EmailIdentity="gone.com")]
    ),
    "PutEmailIdentityDkimSigningAttributes": Row(
        {"EmailIdentity": DOMAIN, "SigningAttributesOrigin": "AWS_SES"},
        [
            not_found(EmailIdentity="gone.com", SigningAttributesOrigin="AWS_SES"),
            bad(EmailIdentity=DOMAIN, SigningAttributesOrigin="EXTERNAL"),
        ],
    ),
    "PutEmailIdentityConfigurationSetAttributes": Row(
        {"EmailIdentity": DOMAIN, "ConfigurationSetName": "set"},
        [not_found(EmailIdentity="gone.com"), not_found(EmailIdentity=DOMAIN, **GONE_SET)],
    ),
    "PutEmailIdentityFeedbackAttributes": Row(
        {"EmailIdentity": DOMAIN}, [bad(EmailIdentity="gone.com")]
    ),
    "CreateEmailIdentityPolicy": Row(
        {"EmailIdentity": DOMAIN, "PolicyName": "new", "Policy": POLICY},
        [
            taken(EmailIdentity=DOMAIN, PolicyName="there", Policy=POLICY),
            bad(EmailIdentity=DOMAIN, PolicyName="new", Policy="?"),
            bad(EmailIdentity=DOMAIN, PolicyName="new", Policy="[]"),
            bad(EmailIdentity=DOMAIN, PolicyName="n w", Policy=POLICY),
        ],
    ),
    "UpdateEmailIdentityPolicy": Row(
        {"EmailIdentity": DOMAIN, "PolicyName": "there", "Policy": POLICY},
        [not_found(EmailIdentity=DOMAIN, PolicyName="gone", Policy=POLICY)],
    ),
    "DeleteEmailIdentityPolicy": Row(
        {"EmailIdentity": DOMAIN, "PolicyName": "there"},
        [not_found(EmailIdentity=DOMAIN, PolicyName="gone")],
    ),
    "GetEmailIdentityPolicies": Row(
        {"EmailIdentity": DOMAIN}, [not_found(EmailIdentity="gone.com")]
    ),
    "CreateConfigurationSet": Row(
        {
            "ConfigurationSetName": "new",
            "Tags": tags(a="b"),
            "TrackingOptions": {"CustomRedirectDomain": f"click.{DOMAIN}"},
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "SuppressionOptions": {"SuppressedReasons": []},
            "ArchivingOptions": {"ArchiveArn": ARCHIVE},
        },
        [
            taken(ConfigurationSetName="set"),
            bad(ConfigurationSetName="n w"),
            bad(ConfigurationSetName="n" * 65),
            bad(ConfigurationSetName="new", DeliveryOptions={"SendingPoolName": "gone"}),
        ],
    ),
    "GetConfigurationSet": Row({"ConfigurationSetName": "set"}, [not_found(**GONE_SET)]),
    "ListConfigurationSets": Row({}, [bad(PageSize=1001), bad(NextToken="bm90IG1pbmU=")]),
    "DeleteConfigurationSet": Row(
        {"ConfigurationSetName": "set"},
        [not_found(**GONE_SET)],
        lambda ses: ses("CreateConfigurationSet", ConfigurationSetName="set"),
    ),
    "UpdateConfigurationSet": Row({"ConfigurationSetName": "set"}, [not_found(**GONE_SET)]),
    "PutConfigurationSetArchivingOptions": Row(
        {"ConfigurationSetName": "set", "ArchiveArn": ARCHIVE},
        [not_found(**GONE_SET), bad(ConfigurationSetName="set", ArchiveArn="?" * 20)],
    ),
    "PutConfigurationSetDeliveryOptions": Row(
        {"ConfigurationSetName": "set", "TlsPolicy": "REQUIRE", "MaxDeliverySeconds": 300},
        [
            not_found(**GONE_SET),
            bad(ConfigurationSetName="set", SendingPoolName="gone"),
            bad(ConfigurationSetName="set", MaxDeliverySeconds=299),
        ],
    ),
    "PutConfigurationSetReputationOptions": Row(
        {"ConfigurationSetName": "set", "ReputationMetricsEnabled": True}, [not_found(**GONE_SET)]
    ),
    "PutConfigurationSetSendingOptions": Row(
        {"ConfigurationSetName": "set", "SendingEnabled": True}, [not_found(**GONE_SET)]
    ),
    "PutConfigurationSetSuppressionOptions": Row(
        {"ConfigurationSetName": "set", "SuppressedReasons": ["BOUNCE"]},
        [
            not_found(**GONE_SET),
            bad(ConfigurationSetName="set", SuppressedReasons=["BOUNCE", "BOUNCE"]),
        ],
    ),
    "PutConfigurationSetTrackingOptions": Row(
        {"ConfigurationSetName": "set", "CustomRedirectDomain": DOMAIN},
        [not_found(**GONE_SET), bad(ConfigurationSetName="set", HttpsPolicy="REQUIRE")],
    ),
    "PutConfigurationSetVdmOptions": Row({"ConfigurationSetName": "set"}, [not_found(**GONE_SET)]),
    "CreateConfigurationSetEventDestination": Row(
        {"ConfigurationSetName": "set", **sns()},
        [
            not_found(**GONE_SET, **sns()),
            taken(ConfigurationSetName="set", **sns("there")),
            bad(ConfigurationSetName="set", **sns("n w")),
        ],
    ),
    "GetConfigurationSetEventDestinations": Row(
        {"ConfigurationSetName": "set"}, [not_found(**GONE_SET)]
    ),
    "UpdateConfigurationSetEventDestination": Row(
        {"ConfigurationSetName": "set", **sns("there")},
        [not_found(**GONE_SET, **sns()), not_found(ConfigurationSetName="set", **sns("gone"))],
    ),
    "DeleteConfigurationSetEventDestination": Row(
        {"ConfigurationSetName": "set", "EventDestinationName": "there"},
        [not_found(ConfigurationSetName="set", EventDestinationName="gone")],
    ),
    "GetAccount": Row({}),
    "PutAccountDetails": Row(
        {**DETAILS, "ProductionAccessEnabled": True},
        [("ConflictException", DETAILS), bad(**DETAILS, ContactLanguage="DE")],
        before=Ses.identity_count,
    ),
    "PutAccountSendingAttributes": Row({"SendingEnabled": True}),
    "PutAccountSuppressionAttributes": Row({"SuppressedReasons": ["BOUNCE"]}),
    "PutAccountVdmAttributes": Row({"VdmAttributes": VDM}),
    "PutAccountDedicatedIpWarmupAttributes": Row({}),
    "TagResource": Row(
        {"ResourceArn": DOMAIN_ARN, "Tags": tags(a="b")},
        [
            not_found(ResourceArn=arn("identity", "gone.com"), Tags=tags(a="b")),
            bad(ResourceArn="arn:aws:s3:::bucket", Tags=tags(a="b")),
            bad(ResourceArn=DOMAIN_ARN, Tags=tags(**{"aws:a": "b"})),
        ],
    ),
    "UntagResource": Row(
        {"ResourceArn": SET_ARN, "TagKeys": ["a"]},
        [not_found(ResourceArn=arn("tenant", "there/gone"), TagKeys=["a"])],
    ),
    "ListTagsForResource": Row(
        {"ResourceArn": DOMAIN_ARN},
        [
            not_found(ResourceArn=arn("dedicated-ip-pool", "gone")),
            not_found(ResourceArn=arn("template", "gone")),
            bad(ResourceArn=arn("email-identity", DOMAIN)),
        ],
    ),
    "PutSuppressedDestination": Row(
        {"EmailAddress": "a@b.com", "Reason": "COMPLAINT"},
        [
            bad(EmailAddress="nobody", Reason="BOUNCE"),
            bad(EmailAddress="a@b.com", Reason="DISLIKE"),
            not_found(EmailAddress="a@b.com", Reason="BOUNCE", TenantName="gone"),
        ],
    ),
    "GetSuppressedDestination": Row(
        {"EmailAddress": SUPPRESSED},
        [
            not_found(EmailAddress="a@b.com"),
            not_found(EmailAddress=SUPPRESSED, TenantName="there"),
        ],
    ),
    "ListSuppressedDestinations": Row({}, [("InvalidNextTokenException", {"NextToken": "?"})]),
    "DeleteSuppressedDestination": Row(
        {"EmailAddress": SUPPRESSED}, [not_found(EmailAddress="a@b.com")]
    ),
    "CreateDedicatedIpPool": Row(
        {"PoolName": "new"},
        [taken(PoolName="there"), bad(PoolName="n w"), bad(PoolName="new", ScalingMode="SOME")],
    ),
    "GetDedicatedIpPool": Row({"PoolName": "there"}, [not_found(PoolName="gone")]),
    "ListDedicatedIpPools": Row({}, [bad(PageSize=0)]),
    "DeleteDedicatedIpPool": Row({"PoolName": "there"}, [not_found(PoolName="gone")]),
    "PutDedicatedIpPoolScalingAttributes": Row(
        {"PoolName": "there", "ScalingMode": "MANAGED"},
        [not_found(PoolName="gone", ScalingMode="MANAGED")],
    ),
    "GetDedicatedIps": Row({"PoolName": "there"}, [not_found(PoolName="gone")]),
    "GetDedicatedIp": Row(None, [not_found(Ip="192.0.2.1")]),
    "PutDedicatedIpInPool": Row(None, [not_found(Ip="192.0.2.1", DestinationPoolName="there")]),
    "PutDedicatedIpWarmupAttributes": Row(None, [not_found(Ip="192.0.2.1", WarmupPercentage=50)]),
    "CreateTenant": Row(
        {
            "TenantName": "new",
            "SuppressionAttributes": {"SuppressedReasons": [], "SuppressionScope": "TENANT"},
        },
        [taken(TenantName="there"), bad(TenantName="n w")],
    ),
    "GetTenant": Row({"TenantName": "there"}, [not_found(TenantName="gone")]),
    "ListTenants": Row({}, [bad(PageSize=0)]),
    "DeleteTenant": Row({"TenantName": "there"}, [not_found(TenantName="gone")]),
    "PutTenantSuppressionAttributes": Row(
        {"TenantName": "there", "SuppressedReasons": [], "SuppressionScope": "ACCOUNT"},
        [
            not_found(TenantName="gone"),
            bad(TenantName="there", SuppressedReasons=[]),
        ],
    ),
    "CreateTenantResourceAssociation": Row(
        {"TenantName": "there", "ResourceArn": DOMAIN_ARN},
        [
            taken(TenantName="there", ResourceArn=SET_ARN),
            not_found(TenantName="gone", ResourceArn=SET_ARN),
            not_found(TenantName="there", ResourceArn=arn("template", "gone")),
            bad(TenantName="there", ResourceArn="arn:aws:s3:::bucket"),
            bad(TenantName="there", ResourceArn=DOMAIN_ARN.replace("us-east-2", "us-east-1")),
        ],
    ),
    "DeleteTenantResourceAssociation": Row(
        {"TenantName": "there", "ResourceArn": SET_ARN},
        [not_found(TenantName="gone", ResourceArn=SET_ARN)],
    ),
    "ListTenantResources": Row({"TenantName": "there"}, [not_found(TenantName="gone")]),
    "ListResourceTenants": Row({"ResourceArn": SET_ARN}, [bad(ResourceArn="?")]),
    "CreateEmailTemplate": Row(
        {"TemplateName": "new", "TemplateContent": {"Subject": "s", "Html": "h"}},
        [
            taken(TemplateName="there", TemplateContent={"Subject": "s", "Html": "h"}),
            bad(TemplateName="new", TemplateContent={"Subject": "s"}),
            bad(TemplateName="new", TemplateContent={"Html": "h"}),
            bad(TemplateName="new", TemplateContent={"Subject": "s", "Text": "t" * 512_001}),
        ],
    ),
    "GetEmailTemplate": Row({"TemplateName": "there"}, [not_found(TemplateName="gone")]),
    "ListEmailTemplates": Row({}, [bad(PageSize=0)]),
    "UpdateEmailTemplate": Row(
        {"TemplateName": "there", "TemplateContent": {"Subject": "s", "Html": "h"}},
        [not_found(TemplateName="gone", TemplateContent={})],
    ),
    "DeleteEmailTemplate": Row({"TemplateName": "there"}, [not_found(TemplateName="gone")]),
    "TestRenderEmailTemplate": Row(
        {"TemplateName": "there", "TemplateData": '{"name": "Ann"}'},
        [
            not_found(TemplateName="gone", TemplateData="{}"),
            bad(TemplateName="there", TemplateData="{}"),
            bad(TemplateName="there", TemplateData="?"),
        ],
    ),
    "ListRecommendations": Row({}, [bad(PageSize=101)]),
    "SendEmail": Row(
        {**MAIL, "ConfigurationSetName": "set"},
        [
            not_found(**MAIL, **GONE_SET),
            not_found(**MAIL, TenantName="gone"),
            ("MessageRejected", {**MAIL, "FromEmailAddress": "a@b.com"}),
            bad(**{**MAIL, "Content": {}}),
        ],
    ),
    "SendBulkEmail": Row(
        BULK,
        [
            not_found(**BULK, **GONE_SET),
            bad(**{**BULK, "BulkEmailEntries": []}),
            bad(**{**BULK, "DefaultContent": {}}),
            bad(**{**BULK, "DefaultContent": {"Template": {}}}),
        ],
    ),
}
