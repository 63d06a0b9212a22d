"""Taking down what apply made: all of it, and nothing of anybody else's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.local.contract import AwsError
from tests.conftest import CONFIG, Cli
from tests.functional.sweep import Share, Sweep, no_backoff

DESTROY = ("destroy", "--env", "staging", "--yes", "--confirm-env", "staging")
APPLY = ("apply", "--env", "staging", "--yes")


@pytest.fixture
def staging(environments: list[Environment]) -> Environment:
    """The shipped staging environment."""
    return environments[1]


def event_topic(env: Environment) -> str:
    """The ARN of the event topic."""
    return f"arn:aws:sns:{env.region}:{env.account_id}:{env.event_topic}"


def test_apply_and_destroy_leave_the_account_as_it_was(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    before = local.snapshot(staging.account_id)
    cli(*APPLY)
    assert local.snapshot(staging.account_id) != before

    destroyed = cli(*DESTROY)

    assert destroyed.status == 0, destroyed.stderr
    assert local.snapshot(staging.account_id) == before
    again = cli(*DESTROY)
    assert (again.status, again.writes) == (0, [])
    assert "Destroy: nothing to delete." in again.stdout


def test_a_role_policy_that_apply_was_told_of_goes_when_destroy_is_told_of_it(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    local.seed(staging.account_id, roles=["application"])
    before = local.snapshot(staging.account_id)
    cli(*APPLY, "--role", "application")

    assert cli(*DESTROY, "--role", "application").status == 0
    assert local.snapshot(staging.account_id) == before


def test_confirmed_subscriptions_go_with_their_topic(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    before = local.snapshot(staging.account_id)
    cli(*APPLY)
    local.confirm_subscriptions()

    assert cli(*DESTROY).status == 0
    assert local.snapshot(staging.account_id) == before


def test_everything_is_shown_before_anything_is_asked(cli: Cli, staging: Environment) -> None:
    cli(*APPLY)

    shown = cli("destroy", "--env", "staging")

    assert shown.status == 64
    assert shown.writes == []
    assert f"delete domain identity {staging.domain}" in shown.stdout
    assert "--yes --confirm-env staging" in shown.stderr
    titles = [line for line in shown.stdout.splitlines() if line[:3].strip().rstrip(".").isdigit()]
    assert titles[0].endswith("Alarms")
    assert titles[-1].endswith("Configuration set")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--yes",), "--confirm-env staging"),
        (("--yes", "--confirm-env", "prod"), "--confirm-env prod is not --env staging"),
        (("--yes", "--json"), "--confirm-env staging"),
    ],
)
def test_going_ahead_unasked_wants_the_name_twice(
    arguments: tuple[str, ...], said: str, cli: Cli
) -> None:
    cli(*APPLY)

    refused = cli("destroy", "--env", "staging", *arguments)

    assert refused.status == 64
    assert refused.calls == []
    assert said in refused.stderr


@pytest.mark.parametrize(("typed", "status"), [("staging\n", 0), ("prod\n", 1), ("y\n", 1)])
def test_on_a_terminal_the_name_has_to_be_typed(
    typed: str, status: int, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli(*APPLY)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("ses_provision.cli.asking.answered", lambda _: typed.strip())

    answered = cli("destroy", "--env", "staging")

    assert answered.status == status
    assert bool(answered.writes) is (status == 0)


def test_a_protected_environment_is_not_even_looked_at(cli: Cli) -> None:
    cli("apply", "--env", "prod", "--yes")

    refused = cli("destroy", "--env", "prod", "--yes", "--confirm-env", "prod", "--json")

    assert refused.status == 1
    assert refused.calls == []
    assert refused.json["environments"][0]["error"]["kind"] == "Protected"
    assert "protect = false" in refused.stderr


def test_several_environments_are_not_destroyed_at_once(cli: Cli) -> None:
    assert cli("destroy", "--all", "--yes", "--confirm-env", "prod").status == 64
    assert cli("destroy").status == 64


def test_a_domain_that_sends_is_warned_about_loudly(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    assert "WARNING" not in cli("destroy", "--env", "staging").stdout
    local.clock.advance(3600)
    cli("dkim-status", "--env", "staging")

    shown = cli("destroy", "--env", "staging")

    assert f"WARNING: {staging.domain} is verified and can send: its mail stops" in shown.stdout


def additions(local: LocalAws, env: Environment) -> dict[str, tuple[str, list[str]]]:
    """Let others add to four things of ours; what is kept, and why."""
    topic = event_topic(env)

    def call(service: str, operation: str, **params: Any) -> Any:
        return local.call(env.account_id, env.region, service, operation, params)

    call("sns", "Subscribe", TopicArn=topic, Protocol="https", Endpoint="https://x.example/hook")
    other = call("sns", "CreateTopic", Name="others", Attributes={})["TopicArn"]
    policy = json.loads(call("sns", "GetTopicAttributes", TopicArn=topic)["Attributes"]["Policy"])
    call(
        "sns",
        "SetTopicAttributes",
        TopicArn=other,
        AttributeName="Policy",
        AttributeValue=json.dumps(policy).replace(topic, other),
    )
    call(
        "sesv2",
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName=env.configuration_set.name,
        EventDestinationName="theirs",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND"],
            "SnsDestination": {"TopicArn": other},
        },
    )
    [alarm] = call("cloudwatch", "DescribeAlarms", AlarmNames=[env.bounce_alarm])["MetricAlarms"]
    call(
        "cloudwatch",
        "PutMetricAlarm",
        **{
            name: value
            for name, value in alarm.items()
            if name
            in {
                "AlarmName", "AlarmDescription", "MetricName", "Namespace", "Statistic", "Period",
                "EvaluationPeriods", "Threshold", "ComparisonOperator", "TreatMissingData",
                "OKActions",
            }
        },
        AlarmActions=[*alarm["AlarmActions"], other],
    )  # fmt: skip
    call(
        "sesv2",
        "CreateEmailIdentityPolicy",
        EmailIdentity=env.from_address,
        PolicyName="partner",
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                        "Action": "ses:SendEmail",
                        "Resource": f"arn:aws:ses:{env.region}:{env.account_id}:identity/"
                        f"{env.from_address}",
                    }
                ],
            }
        ),
    )
    return {
        "Topic": (env.event_topic, ["others added https subscriber https://x.example/hook"]),
        "ConfigurationSet": (
            env.configuration_set.name,
            ["others added event destination theirs"],
        ),
        "Alarm": (env.bounce_alarm, [f"others gave it the action {other}"]),
        "EmailIdentity": (
            env.from_address,
            ["others added sending authorization policy partner"],
        ),
    }


def test_what_others_added_to_is_named_and_stays_and_all_else_goes(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    theirs = additions(local, staging)

    destroyed = cli(*DESTROY, "--json")

    report = destroyed.json["environments"][0]["destroy"]
    stays = {
        (one["kind"], one["label"]): one["because"]
        for step in report["steps"]
        for one in step["resources"]
        if one["action"] == "stay"
    }
    assert destroyed.status == 0
    for kind, (name, because) in theirs.items():
        assert [found for (k, label), found in stays.items() if k == kind and name in label] == [
            because
        ], kind
    left = json.dumps(local.snapshot(staging.account_id), default=str)
    for kind, (name, _) in theirs.items():
        assert name in left, kind
    for gone in (staging.complaint_alarm, "_domainkey", f'EmailIdentity": "{staging.domain}"'):
        assert gone not in left


@pytest.mark.parametrize(
    ("tag", "value"), [("ManagedBy", "terraform"), ("Environment", "somebody-elses")]
)
def test_what_does_not_carry_our_tags_stays(
    tag: str, value: str, cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    topic = event_topic(staging)
    local.call(
        staging.account_id,
        staging.region,
        "sns",
        "TagResource",
        {"ResourceArn": topic, "Tags": [{"Key": tag, "Value": value}]},
    )

    destroyed = cli(*DESTROY)

    assert destroyed.status == 0
    assert f"because its tag {tag} is {value}" in destroyed.stdout
    assert topic in local.snapshot(staging.account_id)["sns"][staging.region]


def records(local: LocalAws, env: Environment) -> list[dict[str, Any]]:
    """The record sets of the environment's zone but SOA and NS."""
    [zone] = local.snapshot(env.account_id)["route53"].values()
    return [one for one in zone["records"] if one["Type"] not in {"SOA", "NS"}]


def change(local: LocalAws, env: Environment, action: str, record: dict[str, Any]) -> None:
    """Change a record behind our back."""
    local.call(
        env.account_id,
        env.region,
        "route53",
        "ChangeResourceRecordSets",
        {
            "HostedZoneId": env.dns.zone_id,
            "ChangeBatch": {"Changes": [{"Action": action, "ResourceRecordSet": record}]},
        },
    )


def test_records_that_are_not_exactly_ours_any_more_stay(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    [mx] = [one for one in records(local, staging) if one["Type"] == "MX"]
    [txt] = [one for one in records(local, staging) if one["Type"] == "TXT"]
    theirs = {**mx, "ResourceRecords": [{"Value": "5 mail.example.net."}]}
    change(local, staging, "UPSERT", theirs)
    both = [*txt["ResourceRecords"], {"Value": '"site-verification=1"'}]
    change(local, staging, "UPSERT", {**txt, "ResourceRecords": both})

    destroyed = cli(*DESTROY)

    assert destroyed.status == 0, destroyed.stderr
    left = {one["Type"]: one["ResourceRecords"] for one in records(local, staging)}
    assert left == {
        "MX": theirs["ResourceRecords"],
        "TXT": [{"Value": '"site-verification=1"'}],
    }


def test_dkim_records_whose_identity_is_gone_are_not_guessed_at(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    name = {"EmailIdentity": staging.domain}
    local.call(staging.account_id, staging.region, "sesv2", "DeleteEmailIdentity", name)

    destroyed = cli(*DESTROY)

    assert destroyed.status == 0
    assert "cannot tell which DKIM records were ours" in destroyed.stdout
    assert sum(one["Type"] == "CNAME" for one in records(local, staging)) == 3


@pytest.mark.no_cover
def test_a_failure_at_any_deletion_is_healed_by_running_it_again(
    cli: Cli,
    environments: list[Environment],
    staging: Environment,
    monkeypatch: pytest.MonkeyPatch,
    share: Share,
) -> None:
    no_backoff(monkeypatch, lambda _: None)
    world = Sweep(environments)
    before = world.local.snapshot(staging.account_id)
    cli(*APPLY, world=world)
    calls = cli(*DESTROY, world=world).calls
    deletions = [number for number, call in enumerate(calls, start=1) if call.is_write]
    assert len(deletions) > 10
    for which, kind in enumerate(("lose-reply", "error", "deny")):
        for number in share(deletions, 3, which):
            world.again()
            cli(*APPLY, world=world)
            world.local.fault(kind, number=number)

            disturbed = cli(*DESTROY, world=world)

            where = f"{kind} at {number}: {[c for c in disturbed.calls if c.error]}"
            assert disturbed.status == (1 if kind == "deny" else 0), f"{where} {disturbed.stderr}"
            assert cli(*DESTROY, world=world).status == 0, where
            assert world.local.snapshot(staging.account_id) == before, where


def test_records_whose_deletion_was_not_answered_are_gone_all_the_same(
    cli: Cli, local: LocalAws, staging: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_backoff(monkeypatch, lambda _: None)
    before = local.snapshot(staging.account_id)
    cli(*APPLY)
    local.fault("lose-reply", "route53:ChangeResourceRecordSets")

    assert cli(*DESTROY).status == 0
    assert local.snapshot(staging.account_id) == before


def test_what_may_not_be_deleted_stops_the_run_and_says_in_which_step(
    cli: Cli, local: LocalAws, staging: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli(*APPLY)
    local.fault("deny", "sns:DeleteTopic")
    denied = cli(*DESTROY)
    serve = local.route53.handle

    def protecting(caller: Any, operation: str, params: Any) -> Any:
        if operation == "ChangeResourceRecordSets":
            raise AwsError("InvalidChangeBatch", "[The record set mail is protected.]")
        return serve(caller, operation, params)

    monkeypatch.setattr(local.route53, "handle", protecting)
    protected = cli(*DESTROY)

    assert (denied.status, protected.status) == (1, 1)
    assert "Stopped in step alarms" in denied.stderr
    assert "may not sns:DeleteTopic on" in denied.stderr
    assert "Stopped in step mail-from" in protected.stderr
    assert "is protected" in protected.stderr


def test_a_dmarc_record_of_others_or_of_a_domain_above_stays(
    cli: Cli, local: LocalAws, staging: Environment, tmp_path: Path
) -> None:
    text = (CONFIG / "staging.toml").read_text(encoding="utf-8")
    text = text.replace("[sender]", '[dmarc]\npolicy = "none"\n\n[sender]')
    (tmp_path / "staging.toml").write_text(text, encoding="utf-8")
    cli("apply", "--env", "prod", "--yes")
    cli(*APPLY, "--config-dir", str(tmp_path))

    shown = cli("destroy", "--env", "staging", "--config-dir", str(tmp_path))

    assert "because inherited from starlightpractice.com" in shown.stdout


def test_what_changes_between_looking_and_deleting_is_not_deleted(
    cli: Cli, local: LocalAws, staging: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli(*APPLY)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def meanwhile(*_: Any, **__: Any) -> str:
        topic = event_topic(staging)
        params = {"TopicArn": topic, "Protocol": "https", "Endpoint": "https://x.example/hook"}
        local.call(staging.account_id, staging.region, "sns", "Subscribe", params)
        return "staging"

    monkeypatch.setattr("ses_provision.cli.asking.answered", meanwhile)

    stopped = cli("destroy", "--env", "staging")

    assert stopped.status == 1
    assert "is no longer as the plan showed it" in stopped.stderr
    assert "was to go, is to stay (others added https subscriber" in stopped.stderr
    assert event_topic(staging) in local.snapshot(staging.account_id)["sns"][staging.region]


def test_the_shipped_prod_is_protected_and_staging_is_not() -> None:
    assert "protect = true" in Path(CONFIG / "prod.toml").read_text(encoding="utf-8")
    assert "protect = true" not in Path(CONFIG / "staging.toml").read_text(encoding="utf-8")


def use(local: LocalAws, env: Environment, operation: str, **params: Any) -> Any:
    """Let somebody change SES behind our back."""
    return local.call(env.account_id, env.region, "sesv2", operation, params)


def test_a_set_that_another_identity_has_as_its_default_stays_and_names_it(
    cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    name = staging.configuration_set.name
    use(local, staging, "CreateEmailIdentity", EmailIdentity="x.org", ConfigurationSetName=name)
    use(local, staging, "CreateEmailIdentity", EmailIdentity="y.org")

    destroyed = cli(*DESTROY)

    assert "identity x.org has it as its default" in destroyed.stdout
    assert "y.org" not in destroyed.stdout
    assert use(local, staging, "GetConfigurationSet", ConfigurationSetName=name)
    use(local, staging, "DeleteEmailIdentity", EmailIdentity="x.org")
    assert "DeleteConfigurationSet" in {call.operation for call in cli(*DESTROY).writes}


def test_where_there_are_too_many_identities_to_ask_the_set_stays_and_it_is_said(
    cli: Cli, local: LocalAws, staging: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli(*APPLY)
    monkeypatch.setattr("ses_provision.resources.ses.users.MOST", 3)
    for number in range(4):
        use(local, staging, "CreateEmailIdentity", EmailIdentity=f"x{number}.org")

    destroyed = cli(*DESTROY)

    assert "only 3 were asked" in destroyed.stdout
    assert "DeleteConfigurationSet" not in {call.operation for call in destroyed.writes}


@pytest.mark.parametrize("held", ["identity", "set"])
def test_what_a_tenant_holds_stays_and_names_the_tenant(
    held: str, cli: Cli, local: LocalAws, staging: Environment
) -> None:
    cli(*APPLY)
    place = f"arn:aws:ses:{staging.region}:{staging.account_id}"
    name = staging.configuration_set.name
    arn = f"{place}:identity/{staging.domain}" if held == "identity" else (
        f"{place}:configuration-set/{name}"
    )  # fmt: skip
    use(local, staging, "CreateTenant", TenantName="clinic")
    use(local, staging, "CreateTenantResourceAssociation", TenantName="clinic", ResourceArn=arn)

    destroyed = cli(*DESTROY)

    assert destroyed.status == 0, destroyed.stderr
    assert "tenant clinic holds it" in destroyed.stdout
    kind = "EmailIdentity" if held == "identity" else "ConfigurationSet"
    key = "EmailIdentity" if held == "identity" else "ConfigurationSetName"
    kept = staging.domain if held == "identity" else name
    assert use(local, staging, f"Get{kind}", **{key: kept})
