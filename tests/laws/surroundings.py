"""What stands around an environment: zones, roles, keys, and what belongs to somebody else."""

from __future__ import annotations

import io
import json
import zipfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ses_provision.environment import Environment
from ses_provision.names import is_within, parents
from ses_provision.outside import functions
from ses_provision.worlds import dns_provider
from ses_provision.worlds.in_process import zone_id
from tests.laws.world import zone_account

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.laws.world import Bench

KEY_ID = "11111111-2222-3333-4444-555555555555"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def seed(bench: Bench, environments: list[Environment]) -> None:
    """The zones and roles that environments expect. A zone bears the shortest of its domains."""
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for env in environments:
        local_role(bench, env)
        if not env.dns.in_route53:
            bench.local.seed(env.account_id, **dns_provider.seed(env))
            continue
        held = named[zone_account(env)]
        above = next((name for name in parents(env.domain) if name in zone_names(bench)), "")
        held.setdefault(above or env.domain, env.dns.zone_id or zone_id(env))
    for account, zones in named.items():
        for name, identity in zones.items():
            covered = any(is_within(name, other) and name != other for other in zones)
            if not covered and name not in zone_names(bench):
                bench.local.seed(account, zones=[(identity, name)])


def local_role(bench: Bench, env: Environment) -> None:
    """The role of the application, where there is none yet."""
    listed = bench.call(env.account_id, env.region, "iam", "ListRoles")["Roles"]
    if env.sender.role and env.sender.role not in [role["RoleName"] for role in listed]:
        make_role(bench, env.account_id, env.region, env.sender.role)


def make_role(bench: Bench, account: str, region: str, name: str, path: str = "/") -> None:
    """A role for the application; the region says in which partition."""
    bench.call(
        account,
        region,
        "iam",
        "CreateRole",
        RoleName=name,
        Path=path,
        AssumeRolePolicyDocument=json.dumps(TRUST),
    )


def zone_names(bench: Bench) -> set[str]:
    """The names of all hosted zones."""
    aws = bench.local.route53
    return {zone.name.rstrip(".") for account in aws.accounts() for zone in aws.zones(account)}


def role_with_path(bench: Bench) -> None:
    """The application's role stands below a path, as CDK and many others make them."""
    make_role(bench, "111122223333", "us-east-2", "web", "/service-role/shop/")


BOUNDARY = "arn:aws:iam::111122223333:policy/teams/boundary"


def boundary(bench: Bench) -> None:
    """A policy that bounds what the users of the account may ever do."""
    services = ["ses:*", "firehose:*", "s3:*", "kms:*"]
    everything = {"Effect": "Allow", "Action": services, "Resource": "*"}
    bench.call(
        "111122223333",
        "us-east-2",
        "iam",
        "CreatePolicy",
        PolicyName="boundary",
        Path="/teams/",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )


FUNCTION = "arn:aws:lambda:us-east-2:111122223333:function:theirs"


def function(bench: Bench) -> None:
    """A function of somebody's own, which `ses-provision` never makes."""
    where = ("111122223333", "us-east-2")
    bench.local.seed(where[0], roles=["of-the-function"])
    with io.BytesIO() as held:
        with zipfile.ZipFile(held, "w") as archive:
            archive.writestr("index.py", "def handler(event, context):\n    pass\n")
        code = {"ZipFile": held.getvalue()}
    bench.call(
        *where,
        "lambda",
        "CreateFunction",
        FunctionName="theirs",
        Role="arn:aws:iam::111122223333:role/of-the-function",
        Runtime="python3.13",
        Handler="index.handler",
        Code=code,
    )


def partners(bench: Bench) -> None:
    """Identities and a template that a tenant of somebody's sends as and with."""
    where = ("111122223333", "us-east-2", "sesv2")
    for name in ("example.org", "desk@example.net"):
        bench.call(*where, "CreateEmailIdentity", EmailIdentity=name)
    content = {"Subject": "Receipt", "Text": "Thank you."}
    bench.call(*where, "CreateEmailTemplate", TemplateName="receipt", TemplateContent=content)


def leased(bench: Bench) -> None:
    """The account has leased addresses: two for the environment, one for nobody."""
    ips = ["203.0.113.10", "203.0.113.11", "203.0.113.12"]
    bench.local.lease("111122223333", "us-east-2", ips)


def parent_zone(bench: Bench) -> None:
    """The zone of example.com, which holds its subdomains too."""
    bench.local.seed("111122223333", zones=[("ZPARENT", "example.com")])


def parent_dmarc(bench: Bench) -> None:
    """example.com asks receivers to reject, and its subdomains inherit that."""
    parent_zone(bench)
    put_record(bench, "ZPARENT", "_dmarc.example.com", "TXT", '"v=DMARC1; p=reject"')


def twin_zone(bench: Bench) -> None:
    """A second zone of the same name, to which nobody delegates."""
    bench.local.seed("111122223333", zones=[("Z0TWIN", "example.com")])
    bench.local.seed("111122223333", zones=[("Z0EXAMPLE", "example.com")])


def put_record(bench: Bench, zone: str, name: str, kind: str, *values: str) -> None:
    """A record of somebody else."""
    record = {
        "Name": name,
        "Type": kind,
        "TTL": 300,
        "ResourceRecords": [{"Value": value} for value in values],
    }
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    account = next(
        account
        for account in bench.local.route53.accounts()
        for held in bench.local.route53.zones(account)
        if held.id == zone
    )
    bench.call(
        account,
        "us-east-1",
        "route53",
        "ChangeResourceRecordSets",
        HostedZoneId=zone,
        ChangeBatch=batch,
    )


def key(named: str, *regions: str) -> Callable[[Bench], None]:
    """A customer managed key in each of some regions, which SES and CloudWatch may use.

    AWS gives a key its id: the environment files get it in place of `named`.
    """

    def make(bench: Bench) -> None:
        for region in regions:
            made = bench.call(
                "111122223333", region, "kms", "CreateKey", Policy=json.dumps(KEY_POLICY)
            )["KeyMetadata"]["KeyId"]
            if named.startswith("alias/"):
                bench.call(
                    "111122223333", region, "kms", "CreateAlias", AliasName=named, TargetKeyId=made
                )
            else:
                bench.words[named] = made

    return make


KEY_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Principal": {
                "Service": [f"{each}.amazonaws.com" for each in ("ses", "cloudwatch", "events")]
            },
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
        },
    ],
}


ARRIVALS = "arn:aws:sns:us-east-2:111122223333:arrivals"


def theirs_to_receive(bench: Bench) -> None:
    """Somebody receives in the account: an active rule set with a rule; a topic and a function."""
    where = ("111122223333", "us-east-2")
    bench.call(*where, "ses", "CreateReceiptRuleSet", RuleSetName="theirs")
    rule = {"Name": "first", "Enabled": True, "Recipients": [], "Actions": [
        {"AddHeaderAction": {"HeaderName": "X-Seen", "HeaderValue": "yes"}}]}  # fmt: skip
    bench.call(*where, "ses", "CreateReceiptRule", RuleSetName="theirs", Rule=rule)
    bench.call(*where, "ses", "SetActiveReceiptRuleSet", RuleSetName="theirs")
    owner = {
        "Sid": "Theirs",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "SNS:Publish",
        "Resource": ARRIVALS,
    }
    policy = {"Version": "2008-10-17", "Id": "theirs", "Statement": [owner]}
    bench.call(*where, "sns", "CreateTopic", Name="arrivals",
               Attributes={"Policy": json.dumps(policy)})  # fmt: skip
    make_role(bench, *where, "sorter")
    bench.call(
        *where,
        "lambda",
        "CreateFunction",
        FunctionName="sorter",
        Runtime="python3.13",
        Handler="index.handler",
        Role="arn:aws:iam::111122223333:role/sorter",
        Code={"ZipFile": functions.zipped("def handler(event, context): pass")},
    )


def neighbours(bench: Bench, environments: list[Environment]) -> None:
    """What belongs to others beside each environment: it has to be there, unchanged, at the end."""
    for zone in [z for a in bench.local.route53.accounts() for z in bench.local.route53.zones(a)]:
        name = zone.name.rstrip(".")
        put_record(bench, zone.id, name, "TXT", '"v=spf1 -all"', '"owner=them"')
        put_record(bench, zone.id, name, "MX", "10 mx.example.net")
        put_record(bench, zone.id, f"www.{name}", "A", "192.0.2.1")
        put_record(bench, zone.id, f"other._domainkey.{name}", "CNAME", "key.example.net")
    for primary in bench.local.primaries.zones.values():
        name = str(primary.origin).rstrip(".")
        texts = ('"v=spf1 -all"', r'"back\\slash" "and \"quotes\""')
        put_outside(bench, name, "TXT", 3600, *texts)
        put_outside(bench, name, "MX", 3600, "10 Mx.Example.NET.")
        put_outside(bench, f"www.{name}", "A", 60, "192.0.2.1")
        put_outside(bench, f"other._domainkey.{name}", "CNAME", 60, "key.example.net.")
    for env in environments:
        if env.dns.in_route53:
            txt_at_mail_from(bench, env)
        elif (
            not env.dns.is_by_hand and env.dns.service != "octodns"
        ):  # there it would be in the way
            texts = (r'"theirs=1" "\255\254"', r'"caf\195\169"')
            put_outside(bench, env.mail_from_domain, "TXT", 3600, *texts)
    for account, region in sorted({(env.account_id, env.region) for env in environments}):
        beside(bench, account, region)
    for env in environments:
        if env.sender.role:
            everything = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
            bench.call(
                env.account_id,
                env.region,
                "iam",
                "PutRolePolicy",
                RoleName=env.sender.role,
                PolicyName="theirs",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
            )


def put_outside(bench: Bench, name: str, kind: str, ttl: int, *values: str) -> None:
    """Write a set into a zone outside AWS as somebody else does, in the words of master files."""
    if bench.local.cloudflare.holds(name):
        bench.local.cloudflare.put(name, kind, ttl, *values)
    elif bench.local.panels.holding(name):
        bench.local.panels.put(name, kind, ttl, *values)
    else:
        bench.local.primaries.put(name, kind, ttl, *values)


def txt_at_mail_from(bench: Bench, env: Environment) -> None:
    """Another string stands among the TXT strings of the MAIL FROM domain."""
    zones = [z for z in bench.local.route53.zones(zone_account(env)) if not z.private]
    holding = [z for z in zones if is_within(env.domain, z.name.rstrip("."))]
    for zone in holding:
        if env.dns.zone_id in (None, zone.id):
            there = bench.local.route53.lookup(zone_account(env), env.mail_from_domain, "TXT")
            if not there:
                put_record(bench, zone.id, env.mail_from_domain, "TXT", '"theirs=1"')


def beside(bench: Bench, account: str, region: str) -> None:
    """A set, an identity, a topic with a subscriber and an alarm of somebody else."""

    def call(service: str, operation: str, **params: Any) -> Any:
        return bench.call(account, region, service, operation, **params)

    call("sesv2", "CreateDedicatedIpPool", PoolName="theirs")
    pool = {"SendingPoolName": "theirs"}
    call("sesv2", "CreateConfigurationSet", ConfigurationSetName="theirs", DeliveryOptions=pool)
    call("sesv2", "CreateEmailIdentity", EmailIdentity="theirs.example.net")
    topic = call("sns", "CreateTopic", Name="theirs")["TopicArn"]
    call("sns", "Subscribe", TopicArn=topic, Protocol="email", Endpoint="them@example.net")
    bench.local.confirm_subscriptions()
    call(
        "cloudwatch",
        "PutMetricAlarm",
        AlarmName="theirs",
        Namespace="AWS/SES",
        MetricName="Reputation.BounceRate",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0.5,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )


def empty(bench: Bench, env: Environment) -> None:
    """Somebody empties the buckets and queues of an environment's account, which `destroy` never
    does."""
    bench.local.clock.advance(1000)
    for queue in env.events.queues:
        for name in (queue.name, queue.dead_letters):
            where = (env.account_id, env.region, "sqs")
            url = bench.call(*where, "GetQueueUrl", QueueName=name)["QueueUrl"]
            bench.call(*where, "PurgeQueue", QueueUrl=url)
    for bucket in bench.local.s3.buckets(env.account_id):
        where = (env.account_id, env.region, "s3")
        held = bench.call(*where, "ListObjectsV2", Bucket=bucket.name)["Contents"]
        keys = {"Objects": [{"Key": each["Key"]} for each in held]}
        bench.call(*where, "DeleteObjects", Bucket=bucket.name, Delete=keys)


def clear_lost_keys(bench: Bench, environments: list[Environment]) -> None:
    """A person removes the DKIM records of keys that are no more: nothing says whose they were."""
    tokens = {
        token
        for env in environments
        for token in bench.call(
            env.account_id, env.region, "sesv2", "GetEmailIdentity", EmailIdentity=env.domain
        )["DkimAttributes"].get("Tokens", ())
    }
    for primary in bench.local.primaries.zones.values():
        for owner in [str(name) for name in primary.zone.nodes]:
            target = bench.local.primaries.lookup(owner, "CNAME") or [""]
            if target[0].endswith("amazonses.com") and owner.partition(".")[0] not in tokens:
                put_outside(bench, owner.rstrip("."), "CNAME", 300)
    for account in bench.local.route53.accounts():
        for zone in bench.local.route53.zones(account):
            lost = [
                record
                for record in zone.ordered()
                if record["Type"] == "CNAME"
                and record["ResourceRecords"][0]["Value"].rstrip(".").endswith("amazonses.com")
                and record["Name"].partition(".")[0] not in tokens
            ]
            changes = [{"Action": "DELETE", "ResourceRecordSet": record} for record in lost]
            if changes:
                bench.call(
                    account,
                    "us-east-1",
                    "route53",
                    "ChangeResourceRecordSets",
                    HostedZoneId=zone.id,
                    ChangeBatch={"Changes": changes},
                )
