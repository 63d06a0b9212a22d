"""On which resources AWS checks each call that was made (Service Authorization Reference).

Said here a second time, from what was really sent, so that the printed policy is judged by
something other than itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ses_provision.local.policies import Ask, Decision, decide
from tests.laws import archive_authority as archive
from tests.laws.somebody import partition

if TYPE_CHECKING:
    from tests.laws.world import Bench, Made

PREFIXES = {"sesv2": "ses", "service-quotas": "servicequotas", "resourcegroupstaggingapi": "tag"}
NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
FREE = frozenset({"GetCallerIdentity"})
OUTSIDE_AWS = frozenset({"rfc2136", "cloudflare", "octodns"})
"""What goes to others than AWS; a policy of their own is printed for them."""
TAGGING = {
    "sqs": "sqs:TagQueue",
    "CreateDeliveryStream": "firehose:TagDeliveryStream",
    "CreateRole": "iam:TagRole",
    "iam": "iam:TagUser",
    "ssm": "ssm:AddTagsToResource",
}
"""The action that tags by the creating call, or by its service."""
ANOTHER_POOL = "theirs"
"""A pool that somebody else gave a set: it is given back with the block that it is in, and nobody
can print the right to it beforehand."""
ANYTHING = frozenset(
    {
        "artifact:ListCustomerAgreements",
        "ce:GetCostAndUsage",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "route53:ListHostedZones",
        "ses:GetAccount",
        "ses:GetDedicatedIps",
        "ses:ListConfigurationSets",
        "ses:ListDedicatedIpPools",
        "ses:ListRecommendations",
        "ses:ListReputationEntities",
        "ses:ListTenants",
        "ses:PutAccountDedicatedIpWarmupAttributes",
        "ses:PutAccountDetails",
        "ses:PutAccountPricingAttributes",
        "ses:PutAccountSendingAttributes",
        "ses:PutAccountSuppressionAttributes",
        "ses:PutAccountVdmAttributes",
        "ses:DeleteSuppressedDestination",
        "ses:GetSuppressedDestination",
        "ses:ListSuppressedDestinations",
        "ses:PutSuppressedDestination",
        "ses:ListEmailIdentities",
        "ses:CreateReceiptRule",
        "ses:CreateReceiptRuleSet",
        "ses:DeleteReceiptRule",
        "ses:DeleteReceiptRuleSet",
        "ses:DescribeActiveReceiptRuleSet",
        "ses:DescribeReceiptRuleSet",
        "ses:SetActiveReceiptRuleSet",
        "ses:UpdateReceiptRule",
        "sns:GetSubscriptionAttributes",
        "sns:Unsubscribe",
        "ssm:DescribeParameters",
        "servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota",
        "tag:GetResources",
    }
)
"""Actions that know no resource."""


@dataclass(frozen=True)
class Checked:
    """One thing that IAM looks for in the caller's policy."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, hash=False)

    def is_allowed(self, statements: list[dict[str, Any]]) -> bool:
        """Whether a policy allows it."""
        asked = Ask(self.action, self.resource, context=self.context)
        return decide(statements, asked)[0] is Decision.ALLOWED


def checked(made: Made, bench: Bench) -> Iterator[Checked]:
    """All that IAM looks for before it lets a call through."""
    if made.operation in FREE or made.service in OUTSIDE_AWS:
        return
    prefix = PREFIXES.get(made.service, made.service)
    named = archive.ACTIONS.get((made.service, made.operation), made.operation)
    action = f"{prefix}:{named}"
    context = conditions(made)
    found = ["*"] if action in ANYTHING else resources(made, bench)
    for resource in found:
        yield Checked(action, resource, context)
    if {"Tags", "tags"} & set(made.params) and made.operation.startswith(("Create", "Put")):
        tagging = TAGGING.get(made.operation) or TAGGING.get(prefix, f"{prefix}:TagResource")
        for resource in found[-1:] if made.service == "glue" else found:
            yield Checked(tagging, resource)
    for more, resource, beside in archive.behind(made, bench):
        yield Checked(more, resource, beside)
    yield from replicated(made)
    if made.service == "lambda" and "Role" in made.params:
        passed = {"iam:PassedToService": ("lambda.amazonaws.com",)}
        yield Checked("iam:PassRole", made.params["Role"], passed)


def conditions(made: Made) -> dict[str, tuple[str, ...]]:
    """What a call carries that conditions look at."""
    if made.operation == "SendEmail":
        tenant = made.params.get("TenantName")
        named = {"ses:TenantName": (tenant,)} if tenant else {}
        return {"ses:FromAddress": (made.params["FromEmailAddress"],), **named}
    changes = made.params.get("ChangeBatch", {}).get("Changes", ())
    names = [change["ResourceRecordSet"]["Name"].rstrip(".").lower() for change in changes]
    return {NAMES: tuple(names)} if names else {}


def replicated(made: Made) -> Iterator[Checked]:
    """A replica takes its key from the identity in another region, which may refuse."""
    signing = made.params.get("DkimSigningAttributes", {})
    origin = signing.get("DomainSigningAttributesOrigin") or made.params.get(
        "SigningAttributesOrigin", ""
    )
    region = origin.removeprefix("AWS_SES").strip("_").lower().replace("_", "-")
    if region and origin != "EXTERNAL":
        parent = arn(made, "ses", f"identity/{made.params['EmailIdentity']}", region)
        yield Checked("ses:ReplicateEmailIdentityDKIMSigningKey", parent)


def arn(made: Made, service: str, rest: str, region: str | None = None) -> str:
    """An ARN in the account of a call."""
    where = made.region if region is None else region
    return f"arn:{partition(made.region)}:{service}:{where}:{made.account}:{rest}"


def resources(made: Made, bench: Bench) -> list[str]:
    """The resources that a call acts on."""
    return SERVICES[made.service](made, bench)


def sesv2(made: Made, bench: Bench) -> list[str]:
    """Identities and configuration sets; a mail is checked on all that it touches, and not on its
    tenant, whose name is a condition."""
    params = made.params
    if "ReputationEntityReference" in params:
        policy = params.get("ReputationEntityPolicy")
        return [params["ReputationEntityReference"], *([policy] if policy else [])]
    if "TemplateName" in params:
        return [arn(made, "ses", f"template/{params['TemplateName']}")]
    tenant = params.get("TenantName") if made.operation != "SendEmail" else None
    held = [arn(made, "ses", f"tenant/{tenant}/tn-{'0' * 30}")] if tenant else []
    if "ResourceArn" in params or tenant:
        return [*held, *([params["ResourceArn"]] if "ResourceArn" in params else [])]
    identity = params.get("EmailIdentity") or params.get("FromEmailAddress")
    named = params.get("ConfigurationSetName")
    found = [arn(made, "ses", f"identity/{identity}")] if identity else []
    with_set = made.operation != "CreateEmailIdentity"
    pools = ("PoolName", "SendingPoolName", "DestinationPoolName")
    return [
        *(
            arn(made, "ses", f"dedicated-ip-pool/{params[name]}")
            for name in pools
            if name in params and params[name] != ANOTHER_POOL
        ),
        *found,
        *([arn(made, "ses", f"configuration-set/{named}")] if named and with_set else []),
    ]


def sns(made: Made, bench: Bench) -> list[str]:
    """Topics."""
    params = made.params
    named = params.get("TopicArn") or params.get("ResourceArn")
    return [named or arn(made, "sns", params["Name"])]


def cloudwatch(made: Made, bench: Bench) -> list[str]:
    """Alarms; to describe some wants the right to describe any."""
    params = made.params
    if made.operation == "DescribeAlarms":
        return [arn(made, "cloudwatch", "alarm:*")]
    boards = params.get("DashboardNames") or [params.get("DashboardName")]
    if boards != [None]:
        return [arn(made, "cloudwatch", f"dashboard/{name}", "") for name in boards]
    names = params.get("AlarmNames") or [params.get("AlarmName")]
    named = params.get("ResourceARN")
    return [named] if named else [arn(made, "cloudwatch", f"alarm:{name}") for name in names]


def iam(made: Made, bench: Bench) -> list[str]:
    """Roles, by ARNs that have their path in them, and users."""
    params = made.params
    if "UserName" in params:
        return [arn(made, "iam", f"user/{params['UserName']}", "")]
    if made.operation == "GetAccessKeyLastUsed":
        return [arn(made, "iam", f"user/{bench.owners[params['AccessKeyId']]}", "")]
    if "PolicySourceArn" in params:
        return [params["PolicySourceArn"]]
    region = "us-gov-west-1" if partition(made.region) == "aws-us-gov" else "us-east-1"
    listed = bench.call(made.account, region, "iam", "ListRoles")["Roles"]
    standing = {role["RoleName"]: role["Arn"] for role in listed}
    name = params["RoleName"]
    return [standing.get(name, arn(made, "iam", f"role/{name}", ""))]


def route53(made: Made, bench: Bench) -> list[str]:
    """Hosted zones."""
    identity = made.params.get("HostedZoneId") or made.params["Id"]
    return [f"arn:{partition(made.region)}:route53:::hostedzone/{identity}"]


def events(made: Made, bench: Bench) -> list[str]:
    """Rules on the default bus."""
    params = made.params
    name = params.get("Name") or params.get("Rule")
    return [params.get("ResourceARN") or arn(made, "events", f"rule/{name}")]


def sqs(made: Made, bench: Bench) -> list[str]:
    """Queues."""
    params = made.params
    return [arn(made, "sqs", params.get("QueueName") or params["QueueUrl"].rpartition("/")[2])]


def kms(made: Made, bench: Bench) -> list[str]:
    """Keys, and never the aliases by which they are named."""
    named = made.params["KeyId"]
    held = bench.call(made.account, made.region, "kms", "DescribeKey", KeyId=named)
    return [held["KeyMetadata"]["Arn"]]


def secretsmanager(made: Made, bench: Bench) -> list[str]:
    """Secrets, whose ARNs end in six signs of AWS's own."""
    named = made.params.get("SecretId") or made.params["Name"]
    if named.startswith("arn:"):
        return [named, f"{named}-AbC123"]  # as asked for where there is none, else as it is
    return [arn(made, "secretsmanager", f"secret:{named}-AbC123")]


def ssm(made: Made, bench: Bench) -> list[str]:
    """Parameters, whose ARNs double no slash."""
    named = made.params.get("ResourceId") or made.params["Name"]
    return [arn(made, "ssm", f"parameter/{named.removeprefix('/')}")]


def functions(made: Made, bench: Bench) -> list[str]:
    """Functions of Lambda."""
    params = made.params
    return [params.get("Resource") or arn(made, "lambda", f"function:{params['FunctionName']}")]


def logs(made: Made, bench: Bench) -> list[str]:
    """Log groups: AWS's words name some with and some without what is in them; to describe some
    wants the right to describe any."""
    params = made.params
    if made.operation == "DescribeLogGroups":
        return [arn(made, "logs", "log-group::log-stream:")]
    group = params.get("resourceArn") or arn(made, "logs", f"log-group:{params['logGroupName']}")
    return [group, f"{group}:log-stream:"]


def service_quotas(made: Made, bench: Bench) -> list[str]:
    """Quotas of a service."""
    params = made.params
    return [arn(made, "servicequotas", f"{params['ServiceCode']}/{params['QuotaCode']}")]


SERVICES = {
    "s3": archive.s3,
    "firehose": archive.firehose,
    "glue": archive.glue,
    "athena": archive.athena,
    "service-quotas": service_quotas,
    "lambda": functions,
    "logs": logs,
    "secretsmanager": secretsmanager,
    "ssm": ssm,
    "sesv2": sesv2,
    "sns": sns,
    "cloudwatch": cloudwatch,
    "iam": iam,
    "route53": route53,
    "sqs": sqs,
    "events": events,
    "kms": kms,
}
