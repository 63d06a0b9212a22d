"""The policy that `permissions` prints: all that the commands need, and nothing more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.environment.report import ReportSettings
from ses_provision.local import LocalAws
from ses_provision.local.contract import Caller
from ses_provision.local.disturb import resource_of
from ses_provision.local.policies import Ask, Decision, decide
from ses_provision.outside.aws import Connections
from ses_provision.outside.rights import IAM_PREFIXES
from ses_provision.rehearsal.permissions import LARGEST, policies, size
from ses_provision.worlds.in_process import InProcess
from ses_provision.worlds.real import Trace
from tests.conftest import CONFIG, Cli

ROLE = "application"
READER = "ops@starlightpractice.com"
NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames"
TAGGING = {"sqs": "TagQueue", "iam": "TagUser"}
UNNAMED = {"CreateQueue", "DeleteQueue", "ReceiveMessage", "DescribeAlarms"}


@dataclass(frozen=True)
class Seen:
    """One call as boto3 was asked to make it."""

    service: str
    region: str
    operation: str
    params: str

    @property
    def actions(self) -> list[str]:
        """The IAM actions of the call."""
        prefix = IAM_PREFIXES.get(self.service, self.service)
        tagged = {"Tags", "tags"} & set(json.loads(self.params))
        creates = self.operation.startswith(("Create", "Put"))
        tagging = [f"{prefix}:{TAGGING.get(prefix, 'TagResource')}"] if tagged and creates else []
        return [f"{prefix}:{self.operation}", *tagging]


class Recording(InProcess):
    """A world that notes what boto3 is asked, with the parameters."""

    def __init__(self, local: LocalAws) -> None:
        super().__init__(local)
        self.seen: set[Seen] = set()

    def connect(self, env: Environment, profile: str | None, trace: Trace) -> Connections:
        """Connect, and listen."""
        made = super().connect(env, profile, trace)
        for session in (made._session, made._zones):
            events = session.events
            events.register("before-parameter-build", self._note)
        return made

    def _note(self, params: Any, model: Any, context: Any, **_: Any) -> None:
        if model.name != "GetCallerIdentity":
            asked = json.dumps(params, default=str, sort_keys=True)
            region = context["client_region"]
            service = model.service_model.service_name
            self.seen.add(Seen(service, region, model.name, asked))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped prod, with a role and a report, and without protection."""
    text = (CONFIG / "prod.toml").read_text(encoding="utf-8")
    text = text.replace("# role = ", f'role = "{ROLE}" # ').replace("protect = true", "")
    text += f'\n[report]\nto = ["{READER}"]\n'
    (tmp_path / "prod.toml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def world(local: LocalAws, env: Environment) -> Recording:
    """A recording world with the application's role."""
    local.seed(env.account_id, roles=[ROLE])
    return Recording(local)


Run = Callable[..., Any]


@pytest.fixture
def execute(cli: Cli, folder: Path) -> Run:
    """Run a command on prod, which has to go well unless another status is awaited."""

    def command(name: str, *arguments: str, status: int = 0) -> Any:
        ran = cli(name, "--env", "prod", "--config-dir", str(folder), *arguments)
        assert ran.status == status, f"{name}: {ran.stdout}{ran.stderr}"
        return ran

    return command


READING = (
    ("plan",),
    ("checklist",),
    ("dkim-status",),
    ("status",),
    ("outputs",),
    ("plan", "--take-over", "mail-from"),
    ("suppression", "list"),
    ("suppression", "list", "gone@example.com"),
    ("stats",),
    ("deliverability",),
    ("quota",),
    ("estimate", "--live"),
    ("report", "--cost", "--yes"),
)


def read_everything(execute: Run) -> None:
    """Every reading command."""
    for name, *arguments in READING:
        execute(name, *arguments)


def everything(execute: Run, local: LocalAws, env: Environment) -> None:
    """Every command, on an account in every state that makes a difference."""
    read_everything(execute)
    execute("apply", "--yes")
    # SES changes the length of a DKIM key once a day.
    local.clock.advance(86_400)
    for edit in drifts(env):
        local.call(env.account_id, *edit)
    local.clock.advance(86_400)
    execute("apply", "--yes")
    grow(local, env)
    local.clock.advance(3600)
    read_everything(execute)
    turn_on_vdm = ("PutAccountVdmAttributes", {"VdmAttributes": {"VdmEnabled": "ENABLED"}})
    local.call(env.account_id, env.region, "sesv2", *turn_on_vdm)
    execute("checklist")
    execute("stats", "--by", "set")
    execute("send-test")
    for command in ("pause", "resume"):
        execute(command, "--yes")
        execute(command, "--account", "--yes")
    for arguments in (
        ("add", "gone@example.com"),
        ("list",),
        ("remove", "gone@example.com"),
        ("settings", "--reason", "BOUNCE"),
    ):
        execute("suppression", *arguments, "--yes")
    execute("drill", "--yes", "--alarms")
    encrypt_far_topic(local, env, "alias/aws/sns")
    execute("drill", "--yes", "--alarms", "--timeout", "0.1", status=75)
    encrypt_far_topic(local, env, "")
    local.confirm_subscriptions()
    execute("request-access", "--submit", "--yes")
    local.decide_review(env.account_id, env.region, "GRANTED")
    execute("quota", "--request", "100000", "--request-rate", "50", "--yes")
    local.call(env.account_id, env.region, "sesv2", *foreign_destination(env))
    execute("destroy", "--yes", "--confirm-env", "prod")
    names = {
        "ConfigurationSetName": env.configuration_set.name,
        "EventDestinationName": "theirs",
    }
    local.call(env.account_id, env.region, "sesv2", "DeleteConfigurationSetEventDestination", names)
    execute("destroy", "--yes", "--confirm-env", "prod")


def encrypt_far_topic(local: LocalAws, env: Environment, key: str) -> None:
    """Set the key of the alarms' topic in the region without mail; CloudWatch may not use SNS's."""
    [region] = set(env.alarm_regions) - {env.region}
    topic = f"arn:aws:sns:{region}:{env.account_id}:{env.alarm_topic}"
    params = {"TopicArn": topic, "AttributeName": "KmsMasterKeyId", "AttributeValue": key}
    local.call(env.account_id, region, "sns", "SetTopicAttributes", params)


def grow(local: LocalAws, env: Environment) -> None:
    """Fill the zone, so that one page does not hold it."""
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"host-{number}.{env.domain}",
                "Type": "A",
                "TTL": 300,
                "ResourceRecords": [{"Value": "192.0.2.1"}],
            },
        }
        for number in range(400)
    ]
    params = {"HostedZoneId": env.dns.zone_id, "ChangeBatch": {"Changes": changes}}
    local.call(env.account_id, env.region, "route53", "ChangeResourceRecordSets", params)


def foreign_destination(env: Environment) -> tuple[str, dict[str, Any]]:
    """An event destination of somebody else, which keeps our configuration set."""
    return "CreateConfigurationSetEventDestination", {
        "ConfigurationSetName": env.configuration_set.name,
        "EventDestinationName": "theirs",
        "EventDestination": {
            "Enabled": True,
            "MatchingEventTypes": ["SEND"],
            "EventBridgeDestination": {
                "EventBusArn": f"arn:aws:events:{env.region}:{env.account_id}:event-bus/default"
            },
        },
    }


def drifts(env: Environment) -> list[tuple[str, str, str, dict[str, Any]]]:
    """An edit of everything that an apply can set right."""
    rules = {"ConfigurationSetName": env.configuration_set.name}
    topic = f"arn:aws:sns:{env.region}:{env.account_id}:{env.event_topic}"
    here = f"arn:aws:ses:{env.region}:{env.account_id}"
    alarm = f"arn:aws:cloudwatch:{env.region}:{env.account_id}:alarm:{env.bounce_alarm}"
    other = [{"Key": "Project", "Value": "other"}]

    def ses(operation: str, **params: Any) -> tuple[str, str, str, dict[str, Any]]:
        return (env.region, "sesv2", operation, params)

    return [
        ses("PutConfigurationSetSuppressionOptions", **rules, SuppressedReasons=[]),
        ses("PutConfigurationSetDeliveryOptions", **rules, TlsPolicy="OPTIONAL"),
        ses("PutConfigurationSetReputationOptions", **rules, ReputationMetricsEnabled=False),
        ses("PutEmailIdentityDkimAttributes", EmailIdentity=env.domain, SigningEnabled=False),
        ses(
            "PutEmailIdentityDkimSigningAttributes",
            EmailIdentity=env.domain,
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
        ),
        *(
            edit
            for name in (env.domain, env.from_address)
            for edit in (
                ses("PutEmailIdentityConfigurationSetAttributes", EmailIdentity=name),
                ses(
                    "PutEmailIdentityFeedbackAttributes",
                    EmailIdentity=name,
                    EmailForwardingEnabled=True,
                ),
                ses("PutEmailIdentityMailFromAttributes", EmailIdentity=name),
                ses("TagResource", ResourceArn=f"{here}:identity/{name}", Tags=other),
            )
        ),
        ses(
            "UpdateConfigurationSetEventDestination",
            **rules,
            EventDestinationName=env.events.destination,
            EventDestination={
                "Enabled": True,
                "MatchingEventTypes": ["BOUNCE"],
                "SnsDestination": {"TopicArn": topic},
            },
        ),
        (
            env.region,
            "sns",
            "SetTopicAttributes",
            {
                "TopicArn": topic,
                "AttributeName": "Policy",
                "AttributeValue": json.dumps({"Version": "2012-10-17", "Statement": []}),
            },
        ),
        (env.region, "sns", "TagResource", {"ResourceArn": topic, "Tags": other}),
        (env.region, "cloudwatch", "TagResource", {"ResourceARN": alarm, "Tags": other}),
    ]


def lose_tags(local: LocalAws, env: Environment) -> None:
    """Take a tag from what the tag search shows, so that each service is asked itself."""
    place = f"{env.region}:{env.account_id}"
    topic = f"arn:aws:sns:{place}:{env.event_topic}"
    alarm = f"arn:aws:cloudwatch:{place}:alarm:{env.bounce_alarm}"
    here = (env.account_id, env.region)
    local.call(*here, "sns", "UntagResource", {"ResourceArn": topic, "TagKeys": ["Project"]})
    local.call(*here, "cloudwatch", "UntagResource", {"ResourceARN": alarm, "TagKeys": ["Project"]})


def decision(policy: dict[str, Any], seen: Seen, action: str, env: Environment) -> Decision:
    """What a policy says to a call, with the resource as the local AWS names it in a refusal."""
    params = json.loads(seen.params)
    caller = Caller(env.account_id, seen.region, "")
    resource = resource_of(caller, seen.service, params)
    if seen.operation in UNNAMED:
        name = params.get("QueueName") or str(params.get("QueueUrl")).rpartition("/")[2]
        place = f"{seen.region}:{env.account_id}"
        resource = (
            f"arn:aws:cloudwatch:{place}:alarm:*"
            if seen.operation == "DescribeAlarms"
            else f"arn:aws:sqs:{place}:{name}"
        )
    elif "ResourceARN" in params or "AlarmNames" in params or "PolicySourceArn" in params:
        named = f"arn:aws:cloudwatch:{seen.region}:{env.account_id}:alarm:"
        resource = (
            params.get("ResourceARN")
            or params.get("PolicySourceArn")
            or f"{named}{params['AlarmNames'][0]}"
        )
    elif "Id" in params:
        resource = f"arn:aws:route53:::hostedzone/{params['Id']}"
    elif seen.operation == "SendEmail":
        resource = f"arn:aws:ses:{seen.region}:{env.account_id}:identity/{env.from_address}"
    context = {"ses:FromAddress": (str(params.get("FromEmailAddress")),)}
    changes = params.get("ChangeBatch", {}).get("Changes", ())
    if changes:
        names = [one["ResourceRecordSet"]["Name"].rstrip(".").lower() for one in changes]
        context[NAMES] = tuple(names)
    return decide(policy["Statement"], Ask(action, resource, context=context))[0]


@pytest.fixture
def operator(env: Environment) -> Environment:
    """Prod with the application's role, and a report."""
    reported = ReportSettings(to=(READER,))
    return env.with_role(ROLE).model_copy(update={"report": reported})


def actions_of(policy: dict[str, Any]) -> set[str]:
    """Every action that a policy allows."""
    return {action for one in policy["Statement"] for action in one["Action"]}


def test_every_call_of_every_command_is_allowed_and_nothing_is_that_none_makes(
    execute: Run, world: Recording, operator: Environment
) -> None:
    everything(execute, world.local, operator)
    policy = policies(operator)["account"]

    refused = [
        (action, seen)
        for seen in world.seen
        for action in seen.actions
        if decision(policy, seen, action, operator) is not Decision.ALLOWED
    ]
    needed = {action for seen in world.seen for action in seen.actions}

    assert refused == []
    assert actions_of(policy) == needed


def test_the_read_only_policy_is_all_that_reading_needs_and_nothing_more(
    execute: Run, world: Recording, operator: Environment
) -> None:
    read_everything(execute)
    execute("apply", "--yes")
    world.local.confirm_subscriptions()
    grow(world.local, operator)
    turn_on_vdm = {"VdmAttributes": {"VdmEnabled": "ENABLED"}}
    world.local.call(
        operator.account_id, operator.region, "sesv2", "PutAccountVdmAttributes", turn_on_vdm
    )
    world.seen.clear()
    read_everything(execute)
    execute("destroy", status=64)  # nobody is there to say yes
    lose_tags(world.local, operator)
    read_everything(execute)
    execute("stats", "--by", "set")
    policy = policies(operator, read_only=True)["account"]

    needed = {action for seen in world.seen for action in seen.actions}
    assert actions_of(policy) == needed
    for seen in world.seen:
        for action in seen.actions:
            assert decision(policy, seen, action, operator) is Decision.ALLOWED, seen
    assert not re.search(r":(Put|Create|Delete|Change|Set|Send|Tag|Update)", json.dumps(policy))


def test_a_denial_of_any_call_names_what_the_policy_allows(
    execute: Run, world: Recording, operator: Environment, cli: Cli, folder: Path
) -> None:
    policy = policies(operator)["account"]
    applied = execute("apply", "--yes")
    for operation in sorted(
        {call.operation for call in applied.calls} - {"GetCallerIdentity", "GetResources"}
    ):
        world.local.reset()
        fault = world.local.fault("deny", operation)

        denied = cli("apply", "--yes", "--env", "prod", "--config-dir", str(folder), "--json")

        world.local.clear_faults()
        assert fault
        error = denied.json["environments"][0]["error"]
        action, resource = error["action"], error["resource"]
        context = {NAMES: (f"x._domainkey.{operator.domain}",)}
        if operation != "DescribeAlarms" and resource != "*":
            asked = Ask(action, resource, context=context)
            assert decide(policy["Statement"], asked)[0] is Decision.ALLOWED, error
        assert action in actions_of(policy)


@pytest.mark.parametrize("read_only", [True, False])
def test_policies_are_accepted_by_iam_and_fit_into_a_managed_policy(
    read_only: bool, environments: list[Environment], local: LocalAws
) -> None:
    for env in environments:
        for policy in policies(env.with_role(ROLE), read_only=read_only).values():
            assert size(policy) <= LARGEST
            local.call(
                env.account_id,
                "us-east-1",
                "iam",
                "CreatePolicy",
                {"PolicyName": f"p-{read_only}", "PolicyDocument": json.dumps(policy)},
            )
            sids = [one["Sid"] for one in policy["Statement"]]
            assert len(set(sids)) == len(sids)
            assert all(one["Resource"] for one in policy["Statement"])


def test_nothing_is_granted_for_what_is_not_configured(env: Environment) -> None:
    plain = actions_of(policies(env)["account"])
    external = env.model_copy(
        update={"dns": env.dns.model_copy(update={"provider": "external", "zone_id": None})}
    )

    assert not [action for action in plain if action.startswith(("iam:", "kms:"))]
    assert not [a for a in actions_of(policies(external)["account"]) if a.startswith("route53")]
    assert "ses:PutAccountDetails" not in actions_of(
        policies(env.model_copy(update={"production_access": None}))["account"]
    )


@pytest.mark.parametrize(
    ("key", "resource"),
    [
        (
            "arn:aws:kms:us-east-2:524471258033:key/1-2",
            "arn:aws:kms:us-east-2:524471258033:key/1-2",
        ),
        ("1-2", "arn:aws:kms:us-east-2:524471258033:key/1-2"),
        ("alias/mail", "arn:aws:kms:us-east-2:524471258033:key/*"),
    ],
)
def test_a_customer_key_may_be_looked_at(key: str, resource: str, env: Environment) -> None:
    encrypted = env.model_copy(update={"events": env.events.model_copy(update={"kms_key": key})})

    [statement] = [
        one
        for one in policies(encrypted, read_only=True)["account"]["Statement"]
        if any(action.startswith("kms:") for action in one["Action"])
    ]

    assert statement["Action"] == ["kms:DescribeKey", "kms:GetKeyPolicy"]
    far = resource.replace("us-east-2", "us-east-1")
    assert statement["Resource"] == ([resource] if key == resource else [far, resource])


def test_a_hosted_zone_elsewhere_has_a_policy_of_its_own(env: Environment) -> None:
    role = "arn:aws:iam::111122223333:role/dns"

    def with_dns(**settings: str) -> dict[str, Any]:
        return policies(env.model_copy(update={"dns": env.dns.model_copy(update=settings)}))

    by_role, by_profile = with_dns(assume_role_arn=role), with_dns(profile="dns")
    both = with_dns(assume_role_arn=role, profile="dns")

    for found in (by_role, by_profile, both):
        assert all(a.startswith("route53:") for a in actions_of(found["hosted_zone"]))
        assert not [a for a in actions_of(found["account"]) if a.startswith("route53:")]
    assert "sts:AssumeRole" in actions_of(by_role["account"])
    assert actions_of(both["hosted_zone_profile"]) == {"sts:AssumeRole"}
    assert "sts:AssumeRole" not in actions_of(both["account"])


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn"), ("eu-west-1", "aws")],
)
def test_arns_are_of_the_partition_of_the_region(
    region: str, partition: str, env: Environment
) -> None:
    policy = policies(env.model_copy(update={"region": region}), read_only=True)["account"]
    arns = [arn for one in policy["Statement"] for arn in one["Resource"] if arn != "*"]
    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_only_the_names_of_our_records_may_be_changed(env: Environment) -> None:
    policy = policies(env)["account"]
    zone = f"arn:aws:route53:::hostedzone/{env.dns.zone_id}"

    def may_change(*names: str) -> bool:
        asked = Ask("route53:ChangeResourceRecordSets", zone, context={NAMES: names})
        return decide(policy["Statement"], asked)[0] is Decision.ALLOWED

    assert may_change(f"token._domainkey.{env.domain}", env.mail_from_domain)
    assert not may_change(env.domain)
    assert not may_change(env.mail_from_domain, f"www.{env.domain}")


def test_the_command_asks_aws_nothing_and_prints_a_policy(cli: Cli, env: Environment) -> None:
    printed = cli("permissions", "--env", "prod", "--read-only")
    whole = cli("permissions", "--json")

    assert printed.status == 0
    assert printed.calls == []
    assert json.loads(printed.stdout) == policies(env, read_only=True)["account"]
    assert [one["environment"] for one in whole.json["environments"]] == ["prod", "staging"]
    assert whole.json["environments"][0]["policies"] == json.loads(json.dumps(policies(env)))


def test_a_policy_does_not_change_with_the_looking(env: Environment) -> None:
    assert policies(env) == policies(replace_nothing(env))


def replace_nothing(env: Environment) -> Environment:
    """The same environment, read anew."""
    return Environment.model_validate({**env.model_dump(), "name": env.name})
