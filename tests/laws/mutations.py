"""What somebody may change behind the tool's back, for each kind of resource that a plan shows.

Left out: switching a configuration set's sending off, for that is a person's emergency stop, and
whether an apply should end it is not decided by a law about drift.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset

from ses_provision.environment import Environment
from ses_provision.local.primary import Primary
from ses_provision.outside import functions
from ses_provision.outside.providers.record_text import read, told
from tests.functional.test_drift import DEFINITION
from tests.laws import archive_mutations
from tests.laws.surroundings import put_outside
from tests.laws.world import Bench, zone_account

Change = dict[str, Any]
OUR_TAG = ["Environment"]
CHANGES_OF_RECORDS = {
    "route53": "route53:ChangeResourceRecordSets",
    "rfc2136": "rfc2136:UpdateRecordSets",
    "cloudflare": "cloudflare:BatchRecords",
}


@dataclass(frozen=True)
class Mutation:
    """One change: of what, how it has to show, what has to mend it."""

    name: str
    step: str
    label: str
    fields: frozenset[str]
    writes: str
    make: Callable[[], object]

    @property
    def action(self) -> str:
        """What a plan has to do about it: fields differ, or the whole is gone."""
        return "update" if self.fields else "create"


class Somebody:
    """Somebody with rights in the account of an environment, who does not use ses-provision."""

    def __init__(self, bench: Bench, env: Environment) -> None:
        self.bench = bench
        self.env = env

    def __call__(self, service: str, operation: str, region: str = "", **params: Any) -> Any:
        """Call AWS in the environment's account."""
        where = region or self.env.region
        return self.bench.call(self.env.account_id, where, service, operation, **params)

    @property
    def changed_records(self) -> str:
        """What mends a record."""
        return CHANGES_OF_RECORDS[self.env.dns.provider]

    @property
    def primary(self) -> Primary | None:
        """The zone as name servers outside AWS serve it."""
        if self.env.dns.in_route53 or self.env.dns.is_by_hand:
            return None
        return self.bench.local.primaries.holding(self.env.domain)

    def zone_of(self, wanted: dict[str, Any]) -> str:
        """What the zone of a record is known by."""
        return str(wanted["zone"].get("id") or wanted["zone"]["name"])

    def record_sets(self, zone: str, name: str, kind: str) -> list[dict[str, Any]]:
        """The record sets of a type at a name."""
        if self.primary is not None:
            held = self.primary.held(dns.name.from_text(name), dns.rdatatype.from_text(kind))
            owner = dns.name.from_text(name)
            return [told(dns.rrset.from_rdata_list(owner, held.ttl, list(held)))] if held else []
        listed = self.zone(zone, "ListResourceRecordSets")
        return [
            found
            for found in listed["ResourceRecordSets"]
            if (found["Name"].rstrip("."), found["Type"]) == (name, kind)
        ]

    def zone(self, zone: str, operation: str, **params: Any) -> Any:
        """Call Route 53 in the account of the zone."""
        account = zone_account(self.env)
        return self.bench.call(
            account, "us-east-1", "route53", operation, HostedZoneId=zone, **params
        )

    def change(self, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
        """Change record sets."""
        if self.primary is not None:
            for verb, one in changes:
                held = read(one)
                records = [] if verb == "DELETE" else [record.to_text() for record in held]
                put_outside(self.bench, one["Name"], one["Type"], one["TTL"], *records)
            return
        batch = [{"Action": verb, "ResourceRecordSet": one} for verb, one in changes]
        self.zone(zone, "ChangeResourceRecordSets", ChangeBatch={"Changes": batch})


def rounds(
    bench: Bench, env: Environment, changes: list[Change], *, limit: int, turn: int
) -> Iterator[tuple[Mutation, ...]]:
    """Mutations to make together, one of each resource at a time, in at most `limit` rounds.

    `turn` says where in its mutations each resource begins, so that rows take different ones.
    """
    they = Somebody(bench, env)
    each = [turned(list(of(change, they)), turn + n) for n, change in enumerate(unique(changes))]
    for together in list(zip_longest(*each))[:limit]:
        yield tuple(mutation for mutation in together if mutation is not None)


def single(bench: Bench, env: Environment, changes: list[Change]) -> Iterator[tuple[Mutation, ...]]:
    """Every mutation of every resource, each alone."""
    they = Somebody(bench, env)
    for change in unique(changes):
        yield from ((mutation,) for mutation in of(change, they))


def turned(mutated: list[Mutation], turn: int) -> list[Mutation]:
    """The same mutations, beginning elsewhere."""
    start = turn % len(mutated) if mutated else 0
    return [*mutated[start:], *mutated[:start]]


def unique(changes: list[Change]) -> list[Change]:
    """Each resource once, though two steps may want it."""
    return list({change["label"]: change for change in changes}.values())


def of(change: Change, they: Somebody) -> Iterator[Mutation]:
    """The mutations of one resource."""
    for name, fields, writes, make in KINDS[change["kind"]](change["wanted"], they):
        yield Mutation(name, change["step"], change["label"], frozenset(fields), writes, make)


Made = tuple[str, set[str], str, Callable[[], object]]


def configuration_set(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The rules of a configuration set."""
    name = {"ConfigurationSetName": wanted["arn"].rpartition("/")[2]}
    region = wanted["arn"].split(":")[3]

    def put(operation: str, **params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", operation, region, **name, **params)

    tls = "OPTIONAL" if wanted["tls_policy"] == "REQUIRE" else "REQUIRE"
    yield (
        "TLS policy",
        {"tls_policy"},
        "sesv2:PutConfigurationSetDeliveryOptions",
        lambda: deliver(wanted["arn"], they, TlsPolicy=tls),
    )
    if wanted["max_delivery_seconds"]:
        yield (
            "patience",
            {"max_delivery_seconds"},
            "sesv2:PutConfigurationSetDeliveryOptions",
            lambda: deliver(wanted["arn"], they, MaxDeliverySeconds=300),
        )
    other = ["COMPLAINT"] if wanted["suppressed_reasons"] != ["COMPLAINT"] else ["BOUNCE"]
    yield (
        "suppressed reasons",
        {"suppressed_reasons"},
        "sesv2:PutConfigurationSetSuppressionOptions",
        put("PutConfigurationSetSuppressionOptions", SuppressedReasons=other),
    )
    yield (
        "reputation metrics",
        {"reputation_metrics"},
        "sesv2:PutConfigurationSetReputationOptions",
        put(
            "PutConfigurationSetReputationOptions",
            ReputationMetricsEnabled=not wanted["reputation_metrics"],
        ),
    )
    yield ses_tag(wanted, they)


def deliver(set_arn: str, they: Somebody, **changed: Any) -> None:
    """Change delivery options, and put the others back with them; None takes one away."""
    name, region = {"ConfigurationSetName": set_arn.rpartition("/")[2]}, set_arn.split(":")[3]
    there = they("sesv2", "GetConfigurationSet", region, **name).get("DeliveryOptions", {})
    whole = {key: value for key, value in {**there, **changed}.items() if value is not None}
    they("sesv2", "PutConfigurationSetDeliveryOptions", region, **name, **whole)


def sending_pool(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The pool that a set sends through."""
    put = "sesv2:PutConfigurationSetDeliveryOptions"
    for name, pool, fields in (
        ("another pool", "theirs", {"pool"}),
        ("no pool", None, set[str]()),
    ):
        yield name, fields, put, partial(deliver, wanted["set_arn"], they, SendingPoolName=pool)


def set_option(
    wanted: dict[str, Any], they: Somebody, operation: str, **other: str
) -> Iterator[Made]:
    """An option of a set that is a block of its own: another one, and none."""
    region = wanted["set_arn"].split(":")[3]
    named = {"ConfigurationSetName": wanted["set_arn"].rpartition("/")[2]}
    for name, fields, params in (
        ("another option", set(wanted) & {"archive_arn", "domain"}, other),
        ("no option", set[str](), {}),
    ):
        make = partial(they, "sesv2", operation, region, **named, **params)
        yield name, fields, f"sesv2:{operation}", make


def archiving(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The archive of a set."""
    other = f"{wanted['archive_arn']}0"
    yield from set_option(wanted, they, "PutConfigurationSetArchivingOptions", ArchiveArn=other)


def tracking(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The redirect domain of a set."""
    operation, domain = "PutConfigurationSetTrackingOptions", f"other.{wanted['domain']}"
    policy = {"HttpsPolicy": wanted["https"]} if wanted["https"] else {}
    yield from set_option(wanted, they, operation, CustomRedirectDomain=domain, **policy)


def pool(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A tag of a pool; SES deletes no pool that is in use, and makes no managed one standard."""
    yield ses_tag(wanted, they)


def pool_member(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An address is taken out of its pool."""
    operation = "PutDedicatedIpInPool"
    there = {"Ip": wanted["ip"], "DestinationPoolName": "ses-default-dedicated-pool"}
    yield "no pool", {"pool"}, f"sesv2:{operation}", partial(they, "sesv2", operation, **there)


def ses_tag(wanted: dict[str, Any], they: Somebody) -> Made:
    """A tag of a set or an identity is changed."""
    arn = wanted["arn"]
    return (
        "tag",
        {"tags.Environment"},
        "sesv2:TagResource",
        lambda: they("sesv2", "UntagResource", arn.split(":")[3], ResourceArn=arn, TagKeys=OUR_TAG),
    )


def email_identity(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The settings of an identity."""
    region = wanted["arn"].split(":")[3]
    name = {"EmailIdentity": wanted["arn"].rpartition("identity/")[2]}

    def put(operation: str, **params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", operation, region, **name, **params)

    yield (
        "default configuration set",
        {"configuration_set"},
        "sesv2:PutEmailIdentityConfigurationSetAttributes",
        put("PutEmailIdentityConfigurationSetAttributes"),
    )
    yield (
        "feedback forwarding",
        {"feedback_forwarding"},
        "sesv2:PutEmailIdentityFeedbackAttributes",
        put(
            "PutEmailIdentityFeedbackAttributes",
            EmailForwardingEnabled=not wanted["feedback_forwarding"],
        ),
    )
    yield ses_tag(wanted, they)
    if wanted["dkim_signing"] is not None:
        yield (
            "DKIM signing",
            {"dkim_signing"},
            "sesv2:PutEmailIdentityDkimAttributes",
            put("PutEmailIdentityDkimAttributes", SigningEnabled=False),
        )


def mail_from(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The MAIL FROM domain of an identity."""
    region = wanted["identity_arn"].split(":")[3]
    name = {"EmailIdentity": wanted["identity_arn"].rpartition("identity/")[2]}
    behaviours = {"USE_DEFAULT_VALUE", "REJECT_MESSAGE"} - {wanted["on_mx_failure"]}
    put = "PutEmailIdentityMailFromAttributes"

    def call(**params: Any) -> Callable[[], object]:
        return lambda: they("sesv2", put, region, **name, **params)

    [other] = behaviours
    yield (
        "behaviour on MX failure",
        {"on_mx_failure"},
        f"sesv2:{put}",
        call(MailFromDomain=wanted["domain"], BehaviorOnMxFailure=other),
    )
    yield (
        "another MAIL FROM",
        {"domain"},
        f"sesv2:{put}",
        call(
            MailFromDomain=f"other.{wanted['domain']}",
            BehaviorOnMxFailure=wanted["on_mx_failure"],
        ),
    )
    yield "no MAIL FROM", set(), f"sesv2:{put}", call()


def record_set(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A record set of ours: other values, another TTL, gone."""
    zone, name, kind = they.zone_of(wanted), wanted["name"], wanted["type"]

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, kind)
        return found

    # What could be another's, such as a CNAME below the domain, is ours only as far as it is SES's.
    tracked = any("awstrack" in value for value in wanted["values"])
    elsewhere = {
        "CNAME": "r.sa-east-1.awstrack.me" if tracked else "x.example.net",
        "MX": "10 feedback-smtp.sa-east-1.amazonses.com",
        "TXT": '"v=DKIM1; k=rsa; p=QW5vdGhlcg=="',
    }[kind]

    def upsert(**changed: Any) -> Callable[[], object]:
        return lambda: they.change(zone, ("UPSERT", {**live(), **changed}))

    yield "values", {"values"}, they.changed_records, upsert(ResourceRecords=[{"Value": elsewhere}])
    yield "TTL", {"ttl"}, they.changed_records, upsert(TTL=71)
    yield "no record", set(), they.changed_records, lambda: they.change(zone, ("DELETE", live()))


def txt_value(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Our string among the TXT strings of a name."""
    zone, name = they.zone_of(wanted), wanted["name"]

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, "TXT")
        return found

    def without() -> None:
        values = live()["ResourceRecords"]
        kept = [held for held in values if wanted["value"] not in held["Value"]]
        verb = ("UPSERT", {**live(), "ResourceRecords": kept}) if kept else ("DELETE", live())
        they.change(zone, verb)

    gone = {"value"} if len(live()["ResourceRecords"]) > 1 else set()
    yield "no string", gone, they.changed_records, without
    if not gone:  # beside strings of others their time to live holds
        yield (
            "TTL",
            {"ttl"},
            they.changed_records,
            lambda: they.change(zone, ("UPSERT", live() | {"TTL": 71})),
        )


def dmarc(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The DMARC record, where it is ours and not inherited."""
    zone, name = they.zone_of(wanted), f"_dmarc.{wanted['domain']}"
    if not they.record_sets(zone, name, "TXT"):
        return

    def live() -> dict[str, Any]:
        [found] = they.record_sets(zone, name, "TXT")
        return found

    if "p=none" not in wanted["value"]:
        weaker = wanted["value"].replace("p=quarantine", "p=none").replace("p=reject", "p=none")
        value = [{"Value": json.dumps(weaker)}]
        yield (
            "weaker",
            {"policy"},
            they.changed_records,
            lambda: they.change(zone, ("UPSERT", live() | {"ResourceRecords": value})),
        )
    yield (
        "TTL",
        {"ttl"},
        they.changed_records,
        lambda: they.change(zone, ("UPSERT", live() | {"TTL": 71})),
    )
    yield "no record", set(), they.changed_records, lambda: they.change(zone, ("DELETE", live()))


def role_policy(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The policy on the application's role."""
    named = {"RoleName": wanted["role"], "PolicyName": wanted["name"]}
    sid, statement = next(iter(wanted["statements"].items()))
    others = [held for name, held in wanted["statements"].items() if name != sid]
    wider = [{**statement, "Resource": "*"}, *others]
    document = json.dumps({"Version": "2012-10-17", "Statement": wider})
    yield (
        "a wider policy",
        {f"statements.{sid}"},
        "iam:PutRolePolicy",
        lambda: they("iam", "PutRolePolicy", **named, PolicyDocument=document),
    )
    yield (
        "no policy",
        set(),
        "iam:PutRolePolicy",
        lambda: they("iam", "DeleteRolePolicy", **named),
    )


def topic(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A topic: who may publish, its key, its tags."""
    arn, region = wanted["arn"], wanted["arn"].split(":")[3]

    def attribute(name: str, value: Callable[[], str]) -> Callable[[], object]:
        return lambda: they(
            "sns",
            "SetTopicAttributes",
            region,
            TopicArn=arn,
            AttributeName=name,
            AttributeValue=value(),
        )

    def without(sid: str) -> Callable[[], str]:
        def text() -> str:
            held = they("sns", "GetTopicAttributes", region, TopicArn=arn)["Attributes"]["Policy"]
            policy = json.loads(held)
            policy["Statement"] = [s for s in policy["Statement"] if s["Sid"] != sid]
            return json.dumps(policy)

        return text

    for sid in sorted(wanted["statements"]):
        yield (
            f"no statement {sid}",
            {f"statements.{sid}"},
            "sns:SetTopicAttributes",
            attribute("Policy", without(sid)),
        )
    if wanted["kms_key"]:
        yield (
            "no key",
            {"kms_key"},
            "sns:SetTopicAttributes",
            attribute("KmsMasterKeyId", lambda: ""),
        )
    yield (
        "tag",
        {"tags.Environment"},
        "sns:TagResource",
        lambda: they("sns", "UntagResource", region, ResourceArn=arn, TagKeys=OUR_TAG),
    )


def subscription(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Somebody unsubscribes."""
    arn, region = wanted["topic_arn"], wanted["topic_arn"].split(":")[3]

    def unsubscribe() -> None:
        listed = they("sns", "ListSubscriptionsByTopic", region, TopicArn=arn)["Subscriptions"]
        for held in listed:
            if held["Endpoint"] == wanted["endpoint"]:
                they("sns", "Unsubscribe", region, SubscriptionArn=held["SubscriptionArn"])

    yield "unsubscribed", set(), "sns:Subscribe", unsubscribe


def event_destination(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The event destination: what it reports, off, elsewhere, gone."""
    region = wanted["configuration_set_arn"].split(":")[3]
    named = {
        "ConfigurationSetName": wanted["configuration_set_arn"].rpartition("/")[2],
        "EventDestinationName": wanted["name"],
    }
    update = "UpdateConfigurationSetEventDestination"

    def put(**changed: Any) -> Callable[[], object]:
        definition = {
            "Enabled": True,
            "MatchingEventTypes": wanted["types"],
            **wanted["target"],
            **changed,
        }
        return lambda: they("sesv2", update, region, **named, EventDestination=definition)

    yield "types", {"types"}, f"sesv2:{update}", put(MatchingEventTypes=["SUBSCRIPTION"])
    yield "off", {"enabled"}, f"sesv2:{update}", put(Enabled=False)
    yield (
        "no destination",
        set(),
        "sesv2:CreateConfigurationSetEventDestination",
        lambda: they("sesv2", "DeleteConfigurationSetEventDestination", region, **named),
    )


def alarm(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An alarm: each part of its definition, its tags, gone."""
    arn, region = wanted["arn"], wanted["arn"].split(":")[3]
    name = arn.partition(":alarm:")[2]

    def put(**changed: Any) -> Callable[[], object]:
        def make() -> None:
            [held] = they("cloudwatch", "DescribeAlarms", region, AlarmNames=[name])["MetricAlarms"]
            definition = {part: held[part] for part in DEFINITION if part in held}
            they("cloudwatch", "PutMetricAlarm", region, **{**definition, **changed})

        return make

    changed = {
        "threshold": put(Threshold=0.5),
        "period": put(Period=3600),
        "evaluation_periods": put(EvaluationPeriods=2),
        "alarm_actions": put(AlarmActions=[]),
        "actions_enabled": put(ActionsEnabled=False),
        "missing_data": put(TreatMissingData="ignore"),
        "description": put(AlarmDescription="mine"),
        "unit": put(Unit="Percent"),
        "statistic": put(Statistic="Maximum"),
        "comparison": put(ComparisonOperator="LessThanThreshold"),
    }
    for part, make in changed.items():
        yield part, {part}, "cloudwatch:PutMetricAlarm", make
    yield (
        "tag",
        {"tags.Environment"},
        "cloudwatch:TagResource",
        lambda: they("cloudwatch", "UntagResource", region, ResourceARN=arn, TagKeys=OUR_TAG),
    )
    yield (
        "no alarm",
        set(),
        "cloudwatch:PutMetricAlarm",
        lambda: they("cloudwatch", "DeleteAlarms", region, AlarmNames=[name]),
    )


def smtp_user(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """An SMTP user: its tags, its boundary."""
    named = {"UserName": wanted["arn"].rpartition("/")[2]}
    yield (
        "tag",
        {"tags.Environment"},
        "iam:TagUser",
        lambda: they("iam", "UntagUser", **named, TagKeys=OUR_TAG),
    )
    if wanted["boundary"]:
        yield (
            "no boundary",
            {"boundary"},
            "iam:PutUserPermissionsBoundary",
            lambda: they("iam", "DeleteUserPermissionsBoundary", **named),
        )


def user_policy(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The policy of an SMTP user."""
    named = {"UserName": wanted["user"], "PolicyName": wanted["name"]}
    [(sid, statement)] = wanted["statements"].items()
    wider = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]}
    yield (
        "a wider policy",
        {f"statements.{sid}"},
        "iam:PutUserPolicy",
        lambda: they("iam", "PutUserPolicy", **named, PolicyDocument=json.dumps(wider)),
    )
    yield (
        "no policy",
        set(),
        "iam:PutUserPolicy",
        lambda: they("iam", "DeleteUserPolicy", **named),
    )


def dashboard(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A dashboard: its tags, what it shows."""
    name = wanted["arn"].rpartition("/")[2]

    def put(body: dict[str, Any]) -> Callable[[], object]:
        named = {"DashboardName": name, "DashboardBody": json.dumps(body)}
        return lambda: they("cloudwatch", "PutDashboard", **named)

    yield (
        "tag",
        {"tags.Environment"},
        "cloudwatch:TagResource",
        lambda: they("cloudwatch", "UntagResource", ResourceARN=wanted["arn"], TagKeys=OUR_TAG),
    )
    shown = wanted["widgets"]
    fewer = [each for title, each in shown.items() if title != "Alarms"]
    yield "a widget less", {"widgets.Alarms"}, "cloudwatch:PutDashboard", put({"widgets": fewer})
    note = {"type": "text", "properties": {"markdown": "mine"}}
    more = {"widgets": [*shown.values(), note]}
    yield "a widget more", {f"widgets.widget {len(shown)}"}, "cloudwatch:PutDashboard", put(more)
    yield (
        "no dashboard",
        set(),
        "cloudwatch:PutDashboard",
        lambda: they("cloudwatch", "DeleteDashboards", DashboardNames=[name]),
    )


def account_settings(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Settings of the whole account."""
    off = {"VdmAttributes": {"VdmEnabled": "DISABLED"}}
    others: dict[str, tuple[str, str, dict[str, Any]]] = {
        "suppression": (
            "suppressed_reasons",
            "PutAccountSuppressionAttributes",
            {"SuppressedReasons": ["BOUNCE"]},
        ),
        "deliverability manager": ("enabled", "PutAccountVdmAttributes", off),
        "warm-up of dedicated IPs": (
            "auto_warmup",
            "PutAccountDedicatedIpWarmupAttributes",
            {"AutoWarmupEnabled": True},
        ),
    }
    setting, operation, params = others[wanted["block"]]
    yield (
        wanted["block"],
        {f"settings.{setting}"},
        f"sesv2:{operation}",
        lambda: they("sesv2", operation, **params),
    )


def service_role(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """The role of a service: whom it trusts, what it may do, its tags."""
    named = {"RoleName": wanted["arn"].rpartition("/")[2]}
    [(sid, trust)] = wanted["trust"].items()
    others = {"Version": "2012-10-17", "Statement": [{**trust, "Principal": {"AWS": "*"}}]}
    yield (
        "others may take it on",
        {f"trust.{sid}"},
        "iam:UpdateAssumeRolePolicy",
        lambda: they("iam", "UpdateAssumeRolePolicy", **named, PolicyDocument=json.dumps(others)),
    )
    first, statement = next(iter(wanted["statements"].items()))
    rest = [held for name, held in wanted["statements"].items() if name != first]
    wider = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}, *rest]}
    policy = {**named, "PolicyName": named["RoleName"]}
    yield (
        "a wider policy",
        {f"statements.{first}"},
        "iam:PutRolePolicy",
        lambda: they("iam", "PutRolePolicy", **policy, PolicyDocument=json.dumps(wider)),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "iam:TagRole",
        lambda: they("iam", "UntagRole", **named, TagKeys=OUR_TAG),
    )


def log_group(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A log group: how long it keeps, its tags."""
    name = wanted["arn"].partition(":log-group:")[2]
    yield (
        "kept for ever",
        {"retention_days"},
        "logs:PutRetentionPolicy",
        lambda: they("logs", "DeleteRetentionPolicy", logGroupName=name),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "logs:TagResource",
        lambda: they("logs", "UntagResource", resourceArn=wanted["arn"], tagKeys=OUR_TAG),
    )


def function(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """A function: its code, its settings, its tags."""
    named = {"FunctionName": wanted["arn"].rpartition(":")[2]}
    other = functions.zipped("def handler(event, context):\n    return None\n")
    yield (
        "other code",
        {"code_sha256"},
        "lambda:UpdateFunctionCode",
        lambda: they("lambda", "UpdateFunctionCode", **named, ZipFile=other),
    )
    yield (
        "no time",
        {"timeout"},
        "lambda:UpdateFunctionConfiguration",
        lambda: they("lambda", "UpdateFunctionConfiguration", **named, Timeout=1),
    )
    yield (
        "tag",
        {"tags.Environment"},
        "lambda:TagResource",
        lambda: they("lambda", "UntagResource", Resource=wanted["arn"], TagKeys=OUR_TAG),
    )


def function_permission(wanted: dict[str, Any], they: Somebody) -> Iterator[Made]:
    """Who may call a function."""
    name = wanted["function_arn"].rpartition(":")[2]
    yield (
        "nobody may call it",
        set(),
        "lambda:AddPermission",
        lambda: they("lambda", "RemovePermission", FunctionName=name, StatementId=wanted["sid"]),
    )


KINDS: dict[str, Callable[[dict[str, Any], Somebody], Iterator[Made]]] = {
    "ConfigurationSet": configuration_set,
    "SendingPool": sending_pool,
    "Archiving": archiving,
    "Tracking": tracking,
    "Pool": pool,
    "PoolMember": pool_member,
    "EmailIdentity": email_identity,
    "MailFrom": mail_from,
    "RecordSet": record_set,
    "TxtValue": txt_value,
    "BimiRecord": txt_value,
    "Dmarc": dmarc,
    "RolePolicy": role_policy,
    "ServiceRole": service_role,
    "LogGroup": log_group,
    "Function": function,
    "FunctionPermission": function_permission,
    "SmtpUser": smtp_user,
    "UserPolicy": user_policy,
    "Topic": topic,
    "Subscription": subscription,
    "EventDestination": event_destination,
    "Alarm": alarm,
    "AccountSettings": account_settings,
    "Dashboard": dashboard,
    **archive_mutations.KINDS,
}


def losses(bench: Bench, env: Environment, *, replicated: bool) -> dict[str, Callable[[], object]]:
    """What takes other things of ours with it: the next apply makes all of it anew."""
    they = Somebody(bench, env)
    topic_arn = f"arn:{partition(env.region)}:sns:{env.region}:{env.account_id}:{env.event_topic}"

    def short_key() -> None:
        # SES changes the length of a key once a day.
        bench.local.clock.advance(2 * 86_400)
        length = "RSA_1024_BIT" if env.dkim.key_length == "RSA_2048_BIT" else "RSA_2048_BIT"
        they(
            "sesv2",
            "PutEmailIdentityDkimSigningAttributes",
            EmailIdentity=env.domain,
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": length},
        )
        bench.local.clock.advance(2 * 86_400)

    found: dict[str, Callable[[], object]] = {
        "the topic": lambda: they("sns", "DeleteTopic", TopicArn=topic_arn),
        "the address identity": lambda: they(
            "sesv2", "DeleteEmailIdentity", EmailIdentity=env.from_address
        ),
        "the domain identity": lambda: they(
            "sesv2", "DeleteEmailIdentity", EmailIdentity=env.domain
        ),
        "the configuration set": lambda: they(
            "sesv2",
            "DeleteConfigurationSet",
            ConfigurationSetName=env.configuration_set.name,
        ),
    }
    if replicated:
        # SES keeps an identity whose key others sign with.
        del found["the domain identity"]
    # An own key that somebody replaced cannot come back: SES gave it to nobody.
    lasting = env.dkim.replica_of or env.dkim.is_own_key
    return found if lasting else {**found, "the key": short_key}


def partition(region: str) -> str:
    """The partition of a region."""
    return "aws-us-gov" if "us-gov-" in region else "aws"
