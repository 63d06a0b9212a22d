"""SESv2: tenants and pools."""

from typing import Any

from tests.local.conftest import DOMAIN
from tests.local.recorded.ses_words import (
    FLOCI,
    SENDER,
    SET,
    TENANT,
    bad,
    gone,
    invalid,
    mail,
    v2,
)
from tests.local.recorded.table import ABSENT, ANYTHING, Like, Only, Refusal, Row

_TENANTS = f"{FLOCI} SesTenantService, 2026-08-22 to 08-30"
_POOLS = f"{FLOCI} SesDedicatedIpService, 2026-06"
_IDENTITY = f"arn:aws:ses:$region:$account:identity/{DOMAIN}"
_SET = "arn:aws:ses:$region:$account:configuration-set/set"
_GET = v2("GetTenant", TenantName="clinic")


def _associate(arn: str = _IDENTITY, operation: str = "Create"):
    return v2(f"{operation}TenantResourceAssociation", TenantName="clinic", ResourceArn=arn)


def _suppress(**given: Any):
    return v2("PutTenantSuppressionAttributes", TenantName="clinic", **given)


_ALL = [
    Row("a tenant has an id and an ARN with it", TENANT,
        {"TenantName": "clinic", "TenantId": Like("^tn-[0-9a-f]{30}$"), "SendingStatus": "ENABLED",
         "TenantArn": Like("^arn:aws:ses:$region:$account:tenant/clinic/tn-"),
         "CreatedTimestamp": ANYTHING}, _TENANTS),
    Row("a tenant that exists", TENANT,
        bad("Tenant with name clinic already exists in account $account",
            "AlreadyExistsException"), _TENANTS, (TENANT,)),
    Row("a tenant that is not there", _GET, gone("The requested tenant <clinic> does not exist."),
        _TENANTS),
    Row("no name at the creation", v2("CreateTenant"),
        invalid("tenantName", "must not be null"), _TENANTS),
    Row("an empty name at the creation", v2("CreateTenant", TenantName=""),
        invalid("tenantName", "must have length greater than or equal to 1"), _TENANTS),
    Row("no name afterwards", v2("GetTenant"), bad("TenantName cannot be empty"), _TENANTS),
    Row("a blank name", v2("CreateTenant", TenantName=" "), bad("TenantName cannot be empty"),
        _TENANTS),
    Row("a name of 65 characters", v2("CreateTenant", TenantName="a" * 65),
        bad("TenantName cannot exceed 64 characters."), _TENANTS),
    Row("a name with a dot", v2("CreateTenant", TenantName="a.b"),
        bad("Invalid tenant name <a.b>: only alphanumeric ASCII characters, '_', and '-' are"
            " allowed."), _TENANTS),
    Row("half a pair, the reasons", _suppress(SuppressedReasons=["BOUNCE"]),
        bad("SuppressedReasons cannot be specified without SuppressionScope."), _TENANTS,
        (TENANT,)),
    Row("half a pair, no reasons", _suppress(SuppressedReasons=[]),
        bad("SuppressionScope is required when SuppressedReasons are provided. Valid values are:"
            " TENANT, ACCOUNT"), _TENANTS, (TENANT,)),
    Row("half a pair, the scope", _suppress(SuppressionScope="ACCOUNT"),
        bad("SuppressionScope cannot be specified without SuppressedReasons."), _TENANTS,
        (TENANT,)),
    Row("a reason twice",
        _suppress(SuppressedReasons=["BOUNCE", "BOUNCE"], SuppressionScope="ACCOUNT"),
        bad("Each suppressed reason can only be specified at most once"), _TENANTS, (TENANT,)),
    Row("a scope that is none", _suppress(SuppressionScope="NOPE"),
        invalid("suppressionScope", "must satisfy enum value set: [TENANT, ACCOUNT]"), _TENANTS,
        (TENANT,)),
    Row("a reason that is none", _suppress(SuppressedReasons=["NOPE"]),
        invalid("suppressedReasons", "must satisfy constraint: [Member must satisfy enum value"
                " set: [BOUNCE, COMPLAINT]]"), _TENANTS, (TENANT,)),
    Row("the pair is judged before the tenant", _suppress(SuppressedReasons=["BOUNCE"]),
        bad("SuppressedReasons cannot be specified without SuppressionScope."),
        f"{FLOCI} SesTenantSuppressionV2IntegrationTest"),
    Row("a pair is kept", _GET,
        {"Tenant": {"SuppressionAttributes": Only({"SuppressedReasons": [],
                                                   "SuppressionScope": "TENANT"})}},
        _TENANTS, (TENANT, _suppress(SuppressedReasons=[], SuppressionScope="TENANT"))),
    Row("neither of a pair takes both away", _GET, {"Tenant": {"SuppressionAttributes": ABSENT}},
        _TENANTS,
        (TENANT, _suppress(SuppressedReasons=[], SuppressionScope="TENANT"), _suppress())),
    Row("what is no ARN", _associate("nonsense"),
        bad("Provided resource identifier is not an SES resource"), _TENANTS, (TENANT,)),
    Row("an ARN of another service", _associate("arn:aws:s3:::bucket"),
        bad("Provided ARN is not in SES resource ARN format"), _TENANTS, (TENANT,)),
    Row("an ARN of another kind", _associate("arn:aws:ses:eu-west-1:$other:dedicated-ip-pool/p"),
        bad("Unsupported resource type: dedicated-ip-pool"), _TENANTS, (TENANT,)),
    Row("a resource in another region",
        _associate(f"arn:aws:ses:eu-west-1:$other:identity/{DOMAIN}"),
        bad(f"Resource <arn:aws:ses:eu-west-1:$other:identity/{DOMAIN}> must be in the same"
            " region"), _TENANTS, (TENANT,)),
    Row("a resource of another account", _associate(_IDENTITY.replace("$account", "$other")),
        bad(f"Resource <arn:aws:ses:$region:$other:identity/{DOMAIN}> must be in the same"
            " account"), _TENANTS, (TENANT,)),
    Row("a resource associated already", _associate(),
        bad(f"Resources {_IDENTITY} has already been associated with tenant clinic",
            "AlreadyExistsException"), _TENANTS, (*SENDER, TENANT, _associate())),
    Row("an association that is not there is removed", _associate(operation="Delete"), Only({}),
        _TENANTS, (TENANT,)),
    Row("a resource is told by the kind of its ARN", v2("ListTenantResources", TenantName="clinic"),
        {"TenantResources": [Only({"ResourceType": "identity", "ResourceArn": _IDENTITY})]},
        _TENANTS, (*SENDER, TENANT, _associate())),
    Row("the name of the SDK is no kind",
        v2("ListTenantResources", TenantName="clinic", Filter={"RESOURCE_TYPE": "EMAIL_IDENTITY"}),
        bad("Invalid resource type EMAIL_IDENTITY specified."), _TENANTS, (TENANT,)),
    Row("an identity of a tenant stays", v2("DeleteEmailIdentity", EmailIdentity=DOMAIN),
        bad(f"Cannot delete <{_IDENTITY}> because it has tenant associations. Remove all tenant"
            " associations and try again."), _TENANTS, (*SENDER, TENANT, _associate())),
    Row("a set of a tenant stays", v2("DeleteConfigurationSet", ConfigurationSetName="set"),
        bad(f"Cannot delete <{_SET}> because it has tenant associations. Remove all tenant"
            " associations and try again."), _TENANTS, (SET, TENANT, _associate(_SET))),
    Row("a deleted tenant frees its resources", v2("DeleteEmailIdentity", EmailIdentity=DOMAIN),
        Only({}), _TENANTS,
        (*SENDER, TENANT, _associate(), v2("DeleteTenant", TenantName="clinic"))),
    Row("mail of a tenant that is not there", mail(TenantName="gone"),
        gone("Tenant gone for AwsAccountId $account not found."), _TENANTS, SENDER),
    Row("mail of a tenant names all that it lacks",
        mail(TenantName="clinic", ConfigurationSetName="set"),
        Refusal("AccessDeniedException",
                f"Tenant not associated with resources [{_IDENTITY}, {_SET}].", 403),
        "PostHog/posthog#75863, quoted reply of AWS", (*SENDER, SET, TENANT)),
    Row("the tags of a tenant are found by its id alone",
        v2("ListTagsForResource", ResourceArn="arn:aws:ses:$region:$account:tenant/x/tn-1"),
        gone("No Tenant present with name: xwith tenantId: tn-1"), _TENANTS, (TENANT,)),
    Row("a list of tenants without any room", v2("ListTenants", PageSize=0),
        bad("1 validation error detected: Value '0' at 'pageSize' failed to satisfy constraint:"
            " Member must have value greater than or equal to 1"),
        f"{FLOCI} SesListPaging, 2026-10-02"),
    Row("a token for tenants that is none", v2("ListTenants", NextToken="nonsense"),
        bad("Invalid Next Token"), f"{FLOCI} SesListPaging, 2026-10-02"),
    Row("a tenant's list of suppressed addresses is its own",
        v2("GetSuppressedDestination", EmailAddress="a@b.com", TenantName="clinic"),
        gone("Email address a@b.com does not exist on your tenant suppression list."),
        f"{FLOCI} SesTenantSuppressionV2IntegrationTest",
        (TENANT, v2("PutSuppressedDestination", EmailAddress="a@b.com", Reason="BOUNCE"))),
    Row("a pool name in capitals", v2("CreateDedicatedIpPool", PoolName="MyPool"),
        bad(None), "aws/aws-cdk#28392, reported by its author"),
    Row("a pool name with a dot", v2("CreateDedicatedIpPool", PoolName="my.pool"), Only({}),
        "aws/aws-cdk#28392, reported by its author"),
    Row("a pool that exists", v2("CreateDedicatedIpPool", PoolName="p"),
        bad("The pool <p> already exists.", "AlreadyExistsException"), _POOLS,
        (v2("CreateDedicatedIpPool", PoolName="p"),)),
    Row("a pool that is not there", v2("GetDedicatedIpPool", PoolName="p"),
        gone("The requested pool <p> does not exist."), _POOLS),
    Row("a pool is a standard one unless said otherwise", v2("GetDedicatedIpPool", PoolName="p"),
        {"DedicatedIpPool": Only({"PoolName": "p", "ScalingMode": "STANDARD"})}, _POOLS,
        (v2("CreateDedicatedIpPool", PoolName="p"),)),
    Row("a managed pool stays managed",
        v2("PutDedicatedIpPoolScalingAttributes", PoolName="p", ScalingMode="STANDARD"),
        bad("The ScalingMode parameter is invalid."), _POOLS,
        (v2("CreateDedicatedIpPool", PoolName="p", ScalingMode="MANAGED"),)),
    Row("an address that was never leased", v2("GetDedicatedIp", Ip="192.0.2.1"),
        gone("Could not find dedicated IP <192.0.2.1> under this account."), _POOLS),
    Row("more than all of a warm-up",
        v2("PutDedicatedIpWarmupAttributes", Ip="192.0.2.1", WarmupPercentage=101),
        bad("Warmup Percentage must be between 0 and 100."), _POOLS),
]  # fmt: skip
ROWS = _ALL
