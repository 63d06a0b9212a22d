"""Mail that arrives: a bucket, a rule in the set that holds, last the record that leads there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.environment.receiving import ReceivingNames, ReceivingSettings, names
from ses_provision.errors import ProvisionError
from ses_provision.names import is_within
from ses_provision.outside.reading import Reading
from ses_provision.resources import policies, zones
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.functions import FunctionPermission, callers
from ses_provision.resources.inbound_record import InboundRecord
from ses_provision.resources.prices import shipped
from ses_provision.resources.s3 import Bucket, Rule
from ses_provision.resources.s3_asking import bucket_arn
from ses_provision.resources.ses.receipt_rules import (
    ActiveRuleSet,
    ReceiptRule,
    ReceiptRuleSet,
    rule_arn,
)
from ses_provision.resources.ses.receiving import RuleSet, active, endpoint, rule_set
from ses_provision.resources.sns import topic
from ses_provision.resources.topic_statement import TopicStatement
from ses_provision.steps import records
from ses_provision.steps.buckets import PUTS, note, plain_http
from ses_provision.steps.needs import RECEIVABLE, RULE_SET, ZONE

SERVICE = "ses.amazonaws.com"
TLS = {"REQUIRE": "Require", "OPTIONAL": "Optional"}
HOLDS = (
    "will hold every mail to {domain}, whole, for {days} days; `destroy` never empties it; costs "
    "about {price} received, and S3 takes cents"
)
LATER = "mail is received once SES has verified {domain}: apply again then"


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The bucket first, and last the record: nothing is sent here before it can be taken in. Until
    SES takes a rule there is only the bucket."""
    settings = env.receiving
    if settings is None:
        return Unasked("no [receiving] in the environment file")
    account, found = facts.account, names(env)
    held = facts.sure(RULE_SET)
    arn = arn_of(account, held.name, found.rule)
    ours = (account.region, account.id, held.name, arn)
    made = held.name == found.rule
    if facts.of(RECEIVABLE) is None:
        return [replace(bucket(env, account, arn), later=LATER.format(domain=env.domain))]
    wanted: list[Resource] = [bucket(env, account, arn)]
    if settings.topic:
        wanted.append(telling(account.arn("sns", settings.topic), account, arn))
    if settings.function:
        wanted.append(calling(account.arn("lambda", f"function:{settings.function}"), arn))
    if made:
        wanted.append(ReceiptRuleSet(*ours))
    wanted.append(rule(account, settings, found, arn))
    if made:
        wanted.append(ActiveRuleSet(*ours))
    if not env.dns.is_by_hand:
        wanted.append(record(env, facts.sure(ZONE), found.domain, arn))
    return wanted


def arn_of(account: Account, held: str, name: str) -> str:
    """The ARN of a rule."""
    return rule_arn(account.region, account.id, account.partition, held, name)


def bucket(env: Environment, account: Account, arn: str) -> Bucket:
    """The bucket, which SES alone writes into, for this rule."""
    settings, found = env.receiving or ReceivingSettings(), names(env)
    return Bucket(
        found.bucket,
        shut=True,
        kms_key=settings.kms_key or "",
        rules={"ses-inbound": Rule(found.prefix, settings.days)},
        statements=policies.named(
            [plain_http(account, found.bucket), putting(account, found.bucket, found.prefix, arn)]
        ),
        tags=env.all_tags,
        account=account,
        price=HOLDS.format(
            domain=found.domain, days=settings.days, price=shipped()["received-mail"].told
        ),
        setting="receiving.bucket",
        holds="mail, which is",
        serves=arn,
        note=note(env),
    )


def for_rule(account: Account, arn: str) -> dict[str, Any]:
    """SES acts for one rule of this account (SES Developer Guide, permissions for receiving)."""
    return {"StringEquals": {"AWS:SourceAccount": account.id, "AWS:SourceArn": arn}}


def putting(account: Account, name: str, prefix: str, arn: str) -> dict[str, Any]:
    """SES puts mail below the prefix."""
    return {
        "Sid": PUTS,
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": "s3:PutObject",
        "Resource": f"{bucket_arn(account, name)}/{prefix}*",
        "Condition": for_rule(account, arn),
    }


def sid(arn: str) -> str:
    """What a statement is called that lets SES act for a rule: one for each rule name."""
    return f"ses-receiving-{arn.rpartition('/')[2]}"


def telling(topic_arn: str, account: Account, arn: str) -> TopicStatement:
    """SES may tell a topic of mail."""
    statement = {
        "Sid": sid(arn),
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": "SNS:Publish",
        "Resource": topic_arn,
        "Condition": for_rule(account, arn),
    }
    return TopicStatement(topic_arn, sid(arn), policies.Statement.of(statement))


def calling(function_arn: str, arn: str) -> FunctionPermission:
    """SES may call a function for mail."""
    return FunctionPermission.of(function_arn, sid(arn), SERVICE, arn)


def rule(
    account: Account, settings: ReceivingSettings, found: ReceivingNames, arn: str
) -> ReceiptRule:
    """The rule, every word of it said."""
    named = settings.function
    return ReceiptRule(
        arn,
        settings.enabled,
        settings.scan,
        TLS[settings.tls],
        found.recipients,
        found.bucket,
        found.prefix,
        account.arn("sns", settings.topic) if settings.topic else "",
        account.arn("lambda", f"function:{named}") if named else "",
    )


def record(env: Environment, zone: DnsZone, domain: str, serves: str) -> InboundRecord:
    """The MX record of a name."""
    host = endpoint(env.region)
    return InboundRecord(
        zone,
        domain,
        "MX",
        frozenset({f"10 {host}"}),
        env.dns.ttl,
        ours=rf"\d+ {re.escape(host)}",
        serves=serves,
    )


def stands(env: Environment, account: Account) -> Reading[bool]:
    """Whether a rule takes mail in by now, so that the record may be published."""
    held = yield from active(account.region)
    return held is not None and held.rule(names(env).rule) is not None


def publishable(env: Environment, account: Account) -> Reading[records.PublishedRecord | None]:
    """The MX record, where the environment receives and the rule stands."""
    if env.receiving is None or not (yield from stands(env, account)):
        return None
    return records.inbound_record(env)


def former(
    env: Environment, account: Account, remembered: Sequence[str]
) -> Reading[list[Resource]]:
    """What the configuration set remembers and the file does not name, as it stands: the record
    first, then the rule, then what let it work."""
    if not remembered:
        return []
    held = defaultdict[str, list[str]](list)
    for entry in remembered:
        kind, _, name = entry.partition(":")
        held[kind].append(name)
    found: list[Resource] = yield from old_records(env, account, held["name"])
    holds = yield from active(account.region)
    buckets = {*held["bucket"], names(env).bucket}
    for name in held["rule"]:
        found += yield from old_rule(env, account, name, (holds, buckets))
    current = [names(env).rule] if env.receiving else []
    for name in (*held["rule"], *current):
        found += yield from statements(account, f"ses-receiving-{name}", held)
    return found


def old_records(
    env: Environment, account: Account, domains: Sequence[str]
) -> Reading[list[Resource]]:
    """The records of names that received."""
    if env.dns.is_by_hand or not domains:
        return []
    try:
        zone = yield from zones.zone(env, account)
    except ProvisionError:
        return []
    return [
        record(env, zone, domain, "")
        for domain in domains
        if zone is not None and is_within(domain, zone.name)
    ]


def old_rule(
    env: Environment, account: Account, name: str, known: tuple[RuleSet | None, set[str]]
) -> Reading[list[Resource]]:
    """A rule of ours by a name that it had: ours by the bucket that it fills. Where nothing is
    received any more, the set that was made with it as well."""
    holds, buckets = known
    own = yield from rule_set(account.region, name)
    raws = [(held, held.rule(name)) for held in (holds, own) if held is not None]
    rules = [ReceiptRule.of(arn_of(account, held.name, name), raw) for held, raw in raws if raw]
    found = [one for one in rules if one.bucket in buckets][:1]
    if own is None or env.receiving is not None:
        return [*found]
    ours = (account.region, account.id, name)
    holding = [ActiveRuleSet(*ours)] if holds == own else []
    return [*holding, *found, ReceiptRuleSet(*ours)]


def statements(account: Account, named: str, held: dict[str, list[str]]) -> Reading[list[Resource]]:
    """What lets SES tell topics and call functions that the file does not name, as it stands."""
    found: list[Resource] = []
    for name in held["topic"]:
        arn = account.arn("sns", name)
        state = yield from topic(arn)
        stated = policies.statements(state.policy) if state else {}
        found += [TopicStatement(arn, named, stated[named])] if named in stated else []
    for name in held["function"]:
        arn = account.arn("lambda", f"function:{name}")
        stated = dict((yield from callers(arn)))
        found += [FunctionPermission(arn, named, stated[named])] if named in stated else []
    return found
