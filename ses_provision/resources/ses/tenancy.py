"""What SES says of tenants: all of them in few answers, and single ones where they differ.

SESv2's control plane admits about one call a second, so that thousands of tenants are looked at by
lists: who there is, what stands of their reputation, and for each identity, set and template, who
may use it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.names import region_of
from ses_provision.outside.memory import Index
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources import tags
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.recommendations import Recommendation, told

PAGE = 100  # entries of one answer, at most (floci-io/floci, recorded 2026-08)
UNKNOWN_ID = "<tenant id>"
"""SES gives each tenant an id that is in its ARN, and a tenant that is made anew another one."""
BY_DEFAULT = "standard"
"""The reputation policy of a new tenant (PostHog/posthog#78182)."""
DISABLED, REINSTATED = "DISABLED", "REINSTATED"
WITHOUT_TENANTS = Refusal("UnknownOperationException")
"""What an API says that does not have an operation yet."""


def tenant_arn(arn: str, name: str) -> str:
    """The ARN of a tenant beside another thing of SES, as far as it is known before it is made."""
    return f"{':'.join(arn.split(':')[:5])}:tenant/{name}/{UNKNOWN_ID}"


def name_in(arn: str) -> str:
    """The name of a tenant, by its ARN."""
    return arn.split("/")[1]


def policy_arn(arn: str, policy: str) -> str:
    """The ARN of a reputation policy beside a tenant: it belongs to AWS (CloudFormation)."""
    _, partition, _, region, *_ = arn.split(":")
    return f"arn:{partition}:ses:{region}:aws:reputation-policy/{policy}"


@dataclass(frozen=True)
class Listed:
    """A tenant as the list of all has it."""

    name: str
    arn: str
    status: str

    @property
    def sends(self) -> bool:
        """Whether SES takes its mail."""
        return self.status != DISABLED


@dataclass(frozen=True)
class Reputation:
    """What stands of a tenant's reputation: what its owner says, what SES says, and the policy by
    which SES pauses it. `impact` is that of the findings that are open: HIGH, LOW or nothing."""

    policy: str
    by_owner: str
    by_aws: str
    impact: str


def tenants_question(region: str) -> Ask:
    """The question for all tenants."""
    return listing(region, "ListTenants", "Tenants")


def reputations_question(region: str) -> Ask:
    """The question for what stands of all their reputations. IAM's list of actions names tenants
    for it, and not which of them a list is checked on."""
    return listing(region, "ListReputationEntities", "ReputationEntities")


def listing(region: str, operation: str, member: str) -> Ask:
    """The question for all of a kind that a region has, in the largest pages."""
    return question(
        "sesv2",
        region,
        operation,
        on=EVERYTHING,
        nothing={member: []},
        pages=True,
        PageSize=PAGE,
    )


def tenant_question(arn: str) -> Ask:
    """The question for one tenant, with its tags and what it suppresses."""
    region, on = region_of(arn), (f"{arn.rpartition('/')[0]}/{UNKNOWN_ID}",)
    name = name_in(arn)
    return question("sesv2", region, "GetTenant", on=on, absent=asking.ABSENT, TenantName=name)


def holders_question(arn: str) -> Ask:
    """The question for the tenants that may use something."""
    return question(
        "sesv2",
        region_of(arn),
        "ListResourceTenants",
        on=(arn,),
        absent=(*asking.ABSENT, WITHOUT_TENANTS),
        nothing={"ResourceTenants": []},
        pages=True,
        PageSize=PAGE,
        ResourceArn=arn,
    )


def template_question(arn: str) -> Ask:
    """The question for a template."""
    return asking.question_about(arn, "GetEmailTemplate", TemplateName=arn.rpartition("/")[2])


def by_name(answer: Mapping[str, Any]) -> dict[str, Listed]:
    """The tenants of an answer."""
    return {
        each["TenantName"]: Listed(
            each["TenantName"], each.get("TenantArn", ""), each.get("SendingStatus", "")
        )
        for each in answer.get("Tenants") or ()
    }


def by_reference(answer: Mapping[str, Any]) -> dict[str, Reputation]:
    """What stands of the reputations of an answer, by the ARNs of the tenants."""
    return {
        each["ReputationEntityReference"]: Reputation(
            str(each.get("ReputationManagementPolicy") or "").rpartition("/")[2],
            (each.get("CustomerManagedStatus") or {}).get("Status", ""),
            (each.get("AwsSesManagedStatus") or {}).get("Status", ""),
            each.get("ReputationImpact", ""),
        )
        for each in answer.get("ReputationEntities") or ()
        if each.get("ReputationEntityReference")
    }


def names(answer: Mapping[str, Any]) -> frozenset[str]:
    """The tenants that an answer names as users of a thing."""
    return frozenset(each["TenantName"] for each in answer.get("ResourceTenants") or ())


BY_NAME, BY_REFERENCE, NAMES = Index(by_name), Index(by_reference), Index(names)


def tenants(region: str) -> Reading[dict[str, Listed]]:
    """All tenants of the account in a region, by name."""
    [answer] = yield from ask(tenants_question(region))
    return BY_NAME(answer)


def reputations(region: str) -> Reading[dict[str, Reputation]]:
    """What stands of the reputation of each, by ARN."""
    [answer] = yield from ask(reputations_question(region))
    return BY_REFERENCE(answer)


def holders(arn: str) -> Reading[frozenset[str]]:
    """The names of the tenants that may use a thing."""
    [answer] = yield from ask(holders_question(arn))
    return NAMES(answer)


@dataclass(frozen=True)
class Detail:
    """What only the question for one tenant tells: `scope` is empty where it has no list of its own
    to speak of."""

    tags: dict[str, str]
    scope: str
    reasons: frozenset[str]


def detail(arn: str) -> Reading[Detail | None]:
    """What SES says of one tenant; None where there is none."""
    [answer] = yield from ask(tenant_question(arn))
    found = (answer or {}).get("Tenant")
    if not found:
        return None
    held = found.get("SuppressionAttributes") or {}
    return Detail(
        tags.as_mapping(found.get("Tags")),
        held.get("SuppressionScope", ""),
        frozenset(held.get("SuppressedReasons") or ()),
    )


def findings_question(arn: str) -> Ask:
    """The question for what SES found in the mail of a tenant."""
    return question(
        "sesv2",
        region_of(arn),
        "ListRecommendations",
        on=EVERYTHING,
        absent=asking.ABSENT,
        nothing={"Recommendations": []},
        Filter=Structure((("RESOURCE_ARN", arn),)),
        PageSize=PAGE,
    )


def findings(arn: str) -> Reading[list[Recommendation]]:
    """What SES found in the mail of a tenant, and is open."""
    [answer] = yield from ask(findings_question(arn))
    return list(told_and_open(answer or {}))


def told_and_open(answer: Mapping[str, Any]) -> Iterator[Recommendation]:
    """Those of an answer that are not fixed."""
    entries = [
        each for each in answer.get("Recommendations") or () if each.get("Status", "OPEN") == "OPEN"
    ]
    yield from told({"Recommendations": entries})
