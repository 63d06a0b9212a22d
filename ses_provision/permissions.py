"""The IAM policy that an operator of an environment needs, and nothing more.

Derived from the tool itself: every reading is rehearsed, and every call that could follow is
made as a value. What an operation needs beyond the action of its name, and on which resources, is
from the Service Authorization Reference.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ses_provision import (
    access,
    alarm_drill,
    destroy,
    drill,
    explanation,
    facts,
    rehearsal,
    sending,
)
from ses_provision.checks import TOPICS
from ses_provision.checks.preflight import PREFLIGHT
from ses_provision.checks.topic import Scene
from ses_provision.checks.verification import verification
from ses_provision.facts import Account
from ses_provision.model import Call, Found, Resource, Step
from ses_provision.overview import overview
from ses_provision.reading import Ask, Reading
from ses_provision.steps import STEPS, configuration_set, identity, sender

if TYPE_CHECKING:
    from ses_provision.environment import Environment

LARGEST = 6144
"""Characters of a managed policy, white space not counted (IAM User Guide, quotas)."""

NAMES_KEY = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
EVERYTHING = "*"
UNSCOPED = frozenset(
    {
        "artifact:ListCustomerAgreements",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "route53:ListHostedZones",
        "ses:GetAccount",
        "ses:ListRecommendations",
        "ses:PutAccountDetails",
        "sns:Unsubscribe",
    }
)
"""Actions that know no resource (Service Authorization Reference)."""

FREE = frozenset({"sts:GetCallerIdentity"})
"""Actions that nobody needs a permission for (STS API reference)."""


@dataclass(frozen=True)
class Right:
    """One action on one resource, where a condition holds."""

    action: str
    resource: str
    condition: str = ""


def policies(env: Environment, *, read_only: bool = False) -> dict[str, dict[str, Any]]:
    """The policy of the operator; a second one where hosted zones are in another account."""
    needed = list(rights(env, read_only=read_only))
    if not env.dns.profile and not env.dns.assume_role_arn:
        return {"account": document(needed)}
    zones = [one for one in needed if one.action.startswith("route53:")]
    others = [one for one in needed if one not in zones]
    role = env.dns.assume_role_arn
    if role and not env.dns.profile:
        others.append(Right("sts:AssumeRole", role))
    if role and env.dns.profile:
        return {
            "account": document(others),
            "hosted_zone_profile": document([Right("sts:AssumeRole", role)]),
            "hosted_zone": document(zones),
        }
    return {"account": document(others), "hosted_zone": document(zones)}


def document(needed: Iterable[Right]) -> dict[str, Any]:
    """A policy document: actions on the same resources share a statement."""
    resources: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in needed:
        resources[one.action, one.condition].add(one.resource)
    actions: dict[tuple[tuple[str, ...], str], list[str]] = defaultdict(list)
    for (action, condition), found in sorted(resources.items()):
        actions[tuple(sorted(found)), condition].append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"SesProvision{number}",
                "Effect": "Allow",
                "Action": found,
                "Resource": EVERYTHING if where == (EVERYTHING,) else list(where),
                **({"Condition": json.loads(condition)} if condition else {}),
            }
            for number, ((where, condition), found) in enumerate(actions.items(), start=1)
        ],
    }


def size(policy: Mapping[str, Any]) -> int:
    """Characters of a policy as IAM counts them."""
    return len(json.dumps(policy, separators=(",", ":")))


def rights(env: Environment, *, read_only: bool) -> Iterator[Right]:
    """Every action on every resource that the commands need for an environment."""
    account = Account(env.account_id, env.region, partition(env.region))
    needed: list[Ask | Call] = list(asks(env, account))
    if not read_only:
        needed += calls(env, account)
    for one in needed:
        if one.service == "dns" or one.action in FREE:
            continue
        for action in (one.action, *companions(one)):
            for resource in resources_of(action, one, env, account):
                yield Right(action, resource, condition(action, env))
    if env.dkim.replica_of and not read_only:
        # Asked of the parent identity when its key is replicated (Service Authorization Reference).
        parent = account.arn("ses", f"identity/{env.domain}", env.dkim.replica_of)
        yield Right("ses:ReplicateEmailIdentityDKIMSigningKey", parent)


def partition(region: str) -> str:
    """The partition that a region is in."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def asks(env: Environment, account: Account) -> Iterator[Ask]:
    """What the reading commands ask, where there is nothing and where everything stands."""
    for answer in (explanation.nothing, rehearsal.Settled(env), rehearsal.Settled(env, large=True)):
        for reading in readings(env, account):
            yield from explanation.asked(reading, answer)


def readings(env: Environment, account: Account) -> Iterator[Reading[Any]]:
    """Every reading of every command that is about an environment; STS answers anybody."""
    scene = Scene(env, account)
    yield verification(env, account)
    yield overview(env, datetime.now(UTC))
    yield destroy.in_use(env)
    for step in STEPS:
        yield destroy.look(step, STEPS, env, account)
    for topic in (*TOPICS, PREFLIGHT):
        for item in topic.items:
            yield item.look(scene)


def calls(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """Every call that a command could make; a restart puts again what a correction puts."""
    known = facts.Facts(account, zone=rehearsal.zone(env), dkim=explanation.TOKENS)
    for step in STEPS:
        for one in wanted(step, env, known):
            yield from one.writes(Found(None))
            yield from explanation.corrections(one)
            yield from rehearsal.deletions(one)
    if env.production_access is not None:
        yield access.request(env)
    yield sending.mail(env, sending.SUCCESS)
    yield from drilled(env, account)


def drilled(env: Environment, account: Account) -> Iterator[Ask | Call]:
    """What a drill calls."""
    yield from listening(drill.new_queue(env, account))
    for region in env.alarm_regions:
        there = replace(account, region=region)
        topic = account.arn("sns", env.alarm_topic, region)
        yield from listening(drill.new_queue(env, there, topic))
        for name in (env.bounce_alarm, env.complaint_alarm):
            yield alarm_drill.state_call(region, name, "OK")
            yield alarm_drill.history(region, name)


def listening(queue: drill.Queue) -> Iterator[Call]:
    """What is done with a temporary queue."""
    yield from (queue.create(), queue.subscribe(), queue.receive(), queue.delete())
    yield queue.unsubscribe("")


def wanted(step: Step, env: Environment, known: facts.Facts) -> list[Resource]:
    """The resources of a step, if it has any here."""
    found = step.desired(env, known)
    return list(found) if isinstance(found, list | tuple) else []


def companions(one: Ask | Call) -> tuple[str, ...]:
    """What an operation needs beside the action of its name: tags that come with a creation."""
    if isinstance(one, Ask) or not ({"Tags", "tags"} & set(one.params)):
        return ()
    service = one.action.partition(":")[0]
    tagging = f"{service}:{'TagQueue' if service == 'sqs' else 'TagResource'}"
    return () if one.action == tagging else (tagging,)


def resources_of(
    action: str, one: Ask | Call, env: Environment, account: Account
) -> tuple[str, ...]:
    """The resources that AWS checks an action on, in this operation."""
    if action in UNSCOPED:
        return (EVERYTHING,)
    params: Mapping[str, Any] = one.arguments if isinstance(one, Ask) else one.params
    service = action.partition(":")[0]
    match service:
        case "ses":
            return ses(action, params, env, account)
        case "sns":
            arn = params.get("TopicArn") or params.get("ResourceArn")
            return (arn or account.arn("sns", params["Name"], one.region),)
        case "cloudwatch":
            return alarms(action, params, account, one.region)
        case "iam":
            # A role is named without its path here, and its ARN has the path.
            return tuple(account.arn("iam", f"role/{form}{env.sender.role}") for form in ("", "*/"))
        case "route53":
            return (f"arn:{account.partition}:route53:::hostedzone/{env.dns.zone_id or '*'}",)
        case "sqs":
            return (account.arn("sqs", f"ses-provision-drill-{env.ending}-*", one.region),)
        case "kms":
            return (key(env, account),)
    raise ValueError(f"no resource is known for {action}")


def ses(
    action: str, params: Mapping[str, Any], env: Environment, account: Account
) -> tuple[str, ...]:
    """The SES resources of an operation."""
    if action == "ses:SendEmail":
        return (
            identity.arn(env, account),
            sender.arn(env, account),
            configuration_set.arn(env, account),
        )
    if "ResourceArn" in params:
        return (params["ResourceArn"],)
    named = params.get("ConfigurationSetName")
    if "EmailIdentity" not in params:
        return (account.arn("ses", f"configuration-set/{named}"),)
    found = account.arn("ses", f"identity/{params['EmailIdentity']}")
    if action == "ses:PutEmailIdentityConfigurationSetAttributes":
        return (found, account.arn("ses", f"configuration-set/{named}"))
    return (found,)


def alarms(
    action: str, params: Mapping[str, Any], account: Account, region: str
) -> tuple[str, ...]:
    """The alarms of an operation. DescribeAlarms is checked on all alarms of the region."""
    if action == "cloudwatch:DescribeAlarms":
        return (account.arn("cloudwatch", "alarm:*", region),)
    arn = params.get("ResourceARN")
    names = params.get("AlarmNames") or [params.get("AlarmName")]
    return (arn,) if arn else tuple(account.arn("cloudwatch", f"alarm:{n}", region) for n in names)


def key(env: Environment, account: Account) -> str:
    """The ARN of the key that encrypts the topics; an alias says nothing of the key behind it."""
    named = env.events.kms_key or ""
    if named.startswith("arn:") and ":key/" in named:
        return named
    return account.arn("kms", "key/*" if "alias/" in named else f"key/{named}")


def condition(action: str, env: Environment) -> str:
    """What narrows an action further, as JSON: the names of our records, the from address."""
    if action == "route53:ChangeResourceRecordSets":
        names = [f"*._domainkey.{env.domain}", env.mail_from_domain, f"_dmarc.{env.domain}"]
        return json.dumps({"ForAllValues:StringLike": {NAMES_KEY: names}})
    if action == "ses:SendEmail":
        return json.dumps({"StringEquals": {"ses:FromAddress": env.from_address}})
    return ""
