"""The laws about the printed policy: it allows what was done in a whole life, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from ses_provision.local.policies import like
from ses_provision.rehearsal.permissions import LARGEST, size
from tests.laws import authority
from tests.laws.life import Life
from tests.laws.world import Made


def test_the_printed_policy_allows_every_call_that_was_made(life: Life) -> None:
    policies = life.ran["permissions"].report["policies"]

    assert refused(life, policies, calls_of(life)) == []


GRANT = re.compile(r"^    grant ours (name|subdomain) (\S+)\. ([A-Z ]+);", re.MULTILINE)


def test_the_printed_update_policy_allows_every_update_and_is_used_whole(life: Life) -> None:
    printed = life.ran["permissions"].report.get("update_policy", "")
    grants = [(how, name, set(types.split())) for how, name, types in GRANT.findall(printed)]
    sets = [
        change["ResourceRecordSet"]
        for made in life.bench.made
        if made.service == "rfc2136" and made.operation == "UpdateRecordSets"
        for change in made.params["ChangeBatch"]["Changes"]
    ]

    assert bool(grants) is (life.env.dns.provider == "rfc2136") is bool(sets)
    used = set()
    for found in sets:
        allowed = [
            (how, name, kind)
            for how, name, types in grants
            for kind in types & {found["Type"]}
            if found["Name"] == name or (how == "subdomain" and found["Name"].endswith(f".{name}"))
        ]
        assert allowed, found
        used.update(allowed)
    assert used == {(how, name, kind) for how, name, types in grants for kind in types}


def test_every_record_that_is_changed_by_a_token_is_told_where_the_token_is(
    life: Life,
) -> None:
    printed = life.ran["permissions"].report.get("dns_token", "")
    told = [line.split() for line in printed.partition("changes with it:")[2].splitlines() if line]
    named = {(kind, words[-1]) for words in told for kind in words[:-1]}
    sets = [
        change["ResourceRecordSet"]
        for made in life.bench.made
        if made.operation in {"BatchRecords", "WriteRecordSets"}
        for change in made.params["ChangeBatch"]["Changes"]
    ]
    changed = {
        (one["Type"], f"<token>.{parent}" if parent.startswith("_domainkey.") else one["Name"])
        for one in sets
        for parent in [one["Name"].partition(".")[2]]
    }

    assert bool(printed) is (life.env.dns.service in {"cloudflare", "octodns"})
    assert changed == named


def test_the_printed_policy_allows_nothing_else(life: Life) -> None:
    policies = life.ran["permissions"].report["policies"]
    asked = {check for made in calls_of(life) for check in authority.checked(made, life.bench)}
    statements = [held for policy in policies.values() for held in policy["Statement"]]
    actions = {action for statement in statements for action in statement["Action"]}
    resources = {held for statement in statements for held in as_list(statement["Resource"])}

    rare = RARE | (DESTROYING if life.env.protect else set())
    rare |= frozenset() if "drill" in life.ran else DRILLING
    unused = {action for action in actions - rare if action not in {c.action for c in asked}}
    untouched = {
        held
        for held in resources
        if not any(like(held, check.resource) for check in asked)
        and not any(kind in held for kind in (":role/", ":sqs:", ":servicequotas:"))
    }

    assert unused == set()
    assert untouched == set()


RARE = frozenset(
    {
        # The local AWS in this process needs no role for a hosted zone.
        "sts:AssumeRole",
        # Only an account that has turned the Virtual Deliverability Manager on is asked.
        "ses:ListRecommendations",
        # Only subscriptions that somebody has confirmed have a filter to look at.
        "sns:GetSubscriptionAttributes",
        # A drill leaves an alarm alone that rings already.
        "cloudwatch:SetAlarmState",
        # ... and asks CloudWatch why, where nothing is heard of one that rang.
        "cloudwatch:DescribeAlarmHistory",
        # A set takes its destinations along, where it goes.
        "ses:DeleteConfigurationSetEventDestination",
        # Only what the tag search does not show as it should be is asked for its tags itself.
        "cloudwatch:ListTagsForResource",
        "sns:ListTagsForResource",
        # A standard pool is made managed only where somebody takes the step over.
        "ses:PutDedicatedIpPoolScalingAttributes",
        # Of a tenant only what the lists do not tell is asked, and what it lacks is looked for.
        "ses:GetEmailTemplate",
        "ses:GetTenant",
        # ... and only what the file named once is taken from it.
        "ses:DeleteTenantResourceAssociation",
        # A life asks for no larger quota, for prices of today, or for what VDM counts.
        "servicequotas:RequestServiceQuotaIncrease",
        "pricing:GetProducts",
        "ses:BatchGetMetricData",
        # A password is brought back only where its secret was deleted within a month.
        "secretsmanager:RestoreSecret",
        # A rule set is made only where none holds, and none is asked for but the one that holds.
        "ses:CreateReceiptRuleSet",
        "ses:DeleteReceiptRuleSet",
        "ses:DescribeReceiptRuleSet",
        "ses:SetActiveReceiptRuleSet",
        # A life has a few rounds of changes and loses one thing; test_permissions has them all.
        "athena:DeleteNamedQuery",
        "cloudwatch:TagResource",
        "firehose:StartDeliveryStreamEncryption",
        "firehose:UpdateDestination",
        "iam:PutRolePermissionsBoundary",
        "iam:PutUserPermissionsBoundary",
        "iam:TagRole",
        "iam:TagUser",
        "iam:UpdateAssumeRolePolicy",
        "lambda:TagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "logs:TagResource",
        "s3:PutBucketTagging",
        "s3:PutEncryptionConfiguration",
        # Only a permission that says something else is taken away, to be written anew.
        "lambda:RemovePermission",
        "ses:PutConfigurationSetDeliveryOptions",
        "ses:PutConfigurationSetReputationOptions",
        "ses:PutConfigurationSetSendingOptions",
        "ses:PutConfigurationSetSuppressionOptions",
        "ses:PutEmailIdentityConfigurationSetAttributes",
        "ses:PutEmailIdentityDkimAttributes",
        "ses:PutEmailIdentityDkimSigningAttributes",
        "ses:PutEmailIdentityFeedbackAttributes",
        "ses:PutTenantSuppressionAttributes",
        "ses:TagResource",
        "ses:UpdateConfigurationSetEventDestination",
        "ses:UpdateReceiptRule",
        "ses:UpdateReputationEntityPolicy",
        "sns:SetTopicAttributes",
        "sns:TagResource",
    }
)
"""Actions that a life may do without."""

DRILLING = frozenset(
    {
        *(f"sqs:{name}" for name in ("CreateQueue", "DeleteQueue", "ReceiveMessage", "TagQueue")),
        "sns:Subscribe",
        "sns:Unsubscribe",
    }
)
"""Actions that a drill needs, which is done in some lives only."""

DESTROYING = frozenset(
    {
        "cloudwatch:DeleteAlarms",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "lambda:DeleteFunction",
        "logs:DeleteLogGroup",
        "ses:DeleteConfigurationSet",
        "ses:DeleteEmailIdentity",
        "ses:ListEmailIdentities",
        "ses:ListResourceTenants",
        "sns:DeleteTopic",
    }
)
"""Actions that only destroy needs; a policy has them for the day on which protect is lifted."""


def test_reading_needs_only_the_policy_for_reading(life: Life) -> None:
    policies = life.ran["permissions to read"].report["policies"]
    reading = [made for looks in life.looks.values() for ran in looks for made in ran.made]

    assert reading
    assert [made for made in reading if not made.is_read] == []
    assert refused(life, policies, reading) == []
    assert not re.search(
        r":(Put|Create|Delete|Change|Set|Send|Tag|Update|Subscribe|Unsubscribe)",
        json.dumps(policies),
    )


def test_printed_policies_fit_into_iam(life: Life) -> None:
    for name in ("permissions", "permissions to read"):
        for policy in life.ran[name].report["policies"].values():
            assert size(policy) <= LARGEST


def calls_of(life: Life) -> list[Made]:
    """Every call that was made for the environment, each once."""
    made = [
        call for ran in life.every if ("--env", "prod") in pairs(ran.arguments) for call in ran.made
    ]
    return list(dict.fromkeys(made))


def pairs(arguments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each argument with the one after it."""
    return list(pairwise(arguments))


def refused(life: Life, policies: dict[str, Any], made: Iterable[Made]) -> list[authority.Checked]:
    """What the policies would not let through."""
    checks = dict.fromkeys(c for call in made for c in authority.checked(call, life.bench))
    return [check for check in checks if not check.is_allowed(statements_for(check, policies))]


def statements_for(check: authority.Checked, policies: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of whoever makes the call: hosted zones may be somebody else's."""
    of_zones = [policy for name, policy in policies.items() if name.startswith("hosted_zone")]
    of_account = [policy for name, policy in policies.items() if name.startswith("account")]
    chosen = of_zones if check.action.startswith("route53:") and of_zones else of_account
    return [statement for policy in chosen for statement in policy["Statement"]]


def as_list(value: Any) -> list[Any]:
    """A value that may stand alone."""
    return value if isinstance(value, list) else [value]
