"""plan and apply, as a user runs them: options, prompts, streams and exit statuses."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from ses_provision.cli.app import run as run_command
from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import CONFIG, Cli

PROD, STAGING = "524471258033", "421807902331"
DOMAIN = "starlightpractice.com"
ZONE = "Z03036173FL99T10J98KK"
APPLY = ("apply", "--env", "prod", "--yes")


def record(local: LocalAws, name: str, kind: str, *values: str) -> None:
    """Somebody writes a record set."""
    new = {
        "Name": name,
        "Type": kind,
        "TTL": 60,
        "ResourceRecords": [{"Value": value} for value in values],
    }
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": new}]}
    params = {"HostedZoneId": ZONE, "ChangeBatch": batch}
    local.call(PROD, "us-east-1", "route53", "ChangeResourceRecordSets", params)


def test_both_environments_are_applied_into_their_own_accounts_prod_first(
    cli: Cli, local: LocalAws
) -> None:
    applied = cli("apply", "--all", "--yes")

    assert applied.status == 0
    accounts = [call.account for call in applied.writes]
    assert accounts == sorted(accounts, key=[PROD, STAGING].index)
    assert set(accounts) == {PROD, STAGING}
    planned = cli("plan", "--detailed-exitcode")
    assert planned.status == 0
    assert planned.stdout.count("Plan: nothing to do;") == 2


def test_a_plan_writes_nothing_and_detailed_statuses_tell_whether_it_would(cli: Cli) -> None:
    assert cli("plan", "--env", "prod").status == 0
    fresh = cli("plan", "--env", "prod", "--detailed-exitcode")

    assert (fresh.status, fresh.writes) == (2, [])
    cli(*APPLY)
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_settled_plan_takes_at_most_3_rounds(
    cli: Cli, world: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ses_provision.outside import aws

    cli(*APPLY)
    readers: list[aws.Reader] = []
    made = aws.Reader.__init__

    def remember(self: aws.Reader, *arguments: Any) -> None:
        made(self, *arguments)
        readers.append(self)

    monkeypatch.setattr(aws.Reader, "__init__", remember)
    assert cli("plan", "--env", "prod").status == 0

    [reader] = readers
    assert reader.rounds <= 3


def test_the_wrong_account_is_refused_before_any_other_call(
    local: LocalAws, world: InProcess, cli: Cli, env: Environment
) -> None:
    class Elsewhere(InProcess):
        def connect(self, env: Environment, profile: str | None, trace: Any) -> Any:
            other = env.model_copy(update={"account_id": STAGING})
            return super().connect(other, profile, trace)

    for command in (("plan",), ("apply", "--yes"), ("dkim-status",), ("checklist",), ("outputs",)):
        refused = cli(*command, "--env", "prod", world=Elsewhere(local))
        assert refused.status == 1
        assert f"belong to account {STAGING}" in refused.stderr
        assert "--profile" in refused.stderr
        assert [call.operation for call in refused.calls] == ["GetCallerIdentity"]


def test_a_profile_that_does_not_exist_is_named_and_nothing_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CONFIG.parent)

    status = run_command(["plan", "--env", "prod"], None)

    assert status == 1
    said = capsys.readouterr().err
    assert "There is no AWS profile starlightpractice-prod on this machine." in said
    assert len(said.splitlines()) == 2


def test_what_goes_wrong_in_one_environment_does_not_keep_the_other_from_being_shown(
    cli: Cli, local: LocalAws
) -> None:
    local.fault("deny", "GetCallerIdentity")

    planned = cli("plan", "--json")

    assert planned.status == 1
    first, second = planned.json["environments"]
    assert (first["environment"], first["ok"]) == ("prod", False)
    assert (second["environment"], second["ok"]) == ("staging", True)
    assert "plan" in second


def test_without_a_terminal_apply_wants_yes_and_says_so(cli: Cli) -> None:
    refused = cli("apply", "--env", "prod")

    assert refused.status == 64
    assert "Add --yes" in refused.stderr
    assert refused.writes == []


class Person(io.StringIO):
    """Somebody at a terminal who types this."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_a_person_who_does_not_say_yes_changes_nothing(
    answer: str, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Person(answer))

    declined = cli("apply", "--env", "prod")

    assert declined.status == 1
    assert declined.writes == []
    assert "Apply these changes to prod (account 524471258033)?" in declined.stderr
    assert "Plan: 19 to create" in declined.stdout


def test_a_person_who_says_yes_gets_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Person("y\n"))

    assert cli("apply", "--env", "prod").status == 0
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_an_apply_with_nothing_to_do_asks_nobody(cli: Cli) -> None:
    cli(*APPLY)

    assert cli("apply", "--env", "prod").status == 0


def test_json_is_never_asked_for_a_yes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Person("y\n"))

    refused = cli("apply", "--env", "prod", "--json")

    assert (refused.status, refused.writes) == (64, [])
    assert refused.json["environments"][0]["error"]["kind"] == "UsageError"


def test_writing_wants_an_environment_named(cli: Cli) -> None:
    refused = cli("apply", "--yes")

    assert refused.status == 64
    assert "environments here: prod, staging" in refused.stderr


def test_one_environment_or_all_not_both(cli: Cli) -> None:
    assert cli("plan", "--env", "prod", "--all").status == 64


def test_an_existing_role_gets_the_policy_and_then_all_is_settled(
    cli: Cli, local: LocalAws
) -> None:
    local.seed(PROD, roles=["application"])

    applied = cli(*APPLY, "--role", "application")

    assert applied.status == 0
    assert "created policy ses-send-prod on role application" in applied.stdout
    again = cli(*APPLY, "--role", "application")
    assert again.writes == []


def test_a_missing_role_blocks_its_step_alone_and_is_told_plainly(cli: Cli) -> None:
    applied = cli(*APPLY, "--role", "nobody")

    assert applied.status == 1
    assert "role nobody does not exist in this account" in applied.stdout
    assert "Traceback" not in applied.stderr
    assert "created event destination" in applied.stdout


def test_a_role_that_is_no_name_is_wrong_usage(cli: Cli) -> None:
    refused = cli("plan", "--env", "prod", "--role", "arn:aws:iam::524471258033:role/x")

    assert refused.status == 64
    assert "the name of an IAM role, not its ARN" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_only_the_named_steps_are_made(cli: Cli) -> None:
    applied = cli(*APPLY, "--only", "configuration-set", "--only", "alarms")

    assert {call.service for call in applied.writes} == {"sesv2", "sns", "cloudwatch"}
    assert [call.operation for call in applied.writes if call.service == "sesv2"] == [
        "CreateConfigurationSet"
    ]


def test_skipped_steps_are_not_made(cli: Cli) -> None:
    applied = cli(*APPLY, "--skip", "alarms")

    assert applied.status == 0
    assert not [call for call in applied.writes if call.service == "cloudwatch"]


@pytest.mark.parametrize("flag", ["--only", "--skip", "--take-over"])
def test_a_step_that_does_not_exist_is_told_with_what_was_meant(flag: str, cli: Cli) -> None:
    refused = cli("plan", "--env", "prod", flag, "alarm")

    assert refused.status == 64
    assert "There is no step alarm. Did you mean alarms?" in refused.stderr
    assert "configuration-set, identity, dkim" in refused.stderr
    assert refused.calls == []


def test_a_step_whose_ground_is_missing_is_left_and_the_status_says_so(cli: Cli) -> None:
    applied = cli(*APPLY, "--only", "dkim", "--json")

    assert (applied.status, applied.writes) == (1, [])
    [report] = applied.json["environments"]
    assert report["ok"] is applied.json["ok"] is False
    assert report["applied"] == [{"step": "dkim", "done": False, "label": "DKIM records"}]


def test_a_foreign_spf_blocks_its_step_and_the_rest_is_made(cli: Cli, local: LocalAws) -> None:
    record(local, f"mail.{DOMAIN}", "TXT", '"v=spf1 include:theirs.example -all"')

    applied = cli(*APPLY)

    assert applied.status == 1
    assert "v=spf1 include:theirs.example -all" in applied.stdout
    assert "way out:" in applied.stdout
    assert "created event destination" in applied.stdout
    assert local.route53.lookup(PROD, f"mail.{DOMAIN}", "MX") is None


def test_taking_over_replaces_what_was_in_the_way_and_nothing_else(
    cli: Cli, local: LocalAws
) -> None:
    record(local, f"mail.{DOMAIN}", "TXT", '"v=spf1 include:theirs.example -all"', '"other=1"')

    applied = cli(*APPLY, "--take-over", "mail-from")

    assert applied.status == 0, applied.stdout
    found = local.route53.lookup(PROD, f"mail.{DOMAIN}", "TXT")
    assert sorted(found or ()) == ["other=1", "v=spf1 include:amazonses.com ~all"]
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_cname_in_the_way_of_two_records_is_deleted_once(cli: Cli, local: LocalAws) -> None:
    record(local, f"mail.{DOMAIN}", "CNAME", "elsewhere.example.net")
    assert cli("plan", "--env", "prod").status == 1

    applied = cli(*APPLY, "--take-over", "mail-from")

    assert applied.status == 0, applied.stdout
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_apex_records_are_never_touched(cli: Cli, local: LocalAws) -> None:
    record(local, DOMAIN, "TXT", '"v=spf1 include:_spf.google.com ~all"')
    record(local, DOMAIN, "MX", "1 smtp.google.com")

    assert cli(*APPLY).status == 0

    assert local.route53.lookup(PROD, DOMAIN, "TXT") == ["v=spf1 include:_spf.google.com ~all"]
    assert local.route53.lookup(PROD, DOMAIN, "MX") == ["1 smtp.google.com"]


@pytest.mark.parametrize("theirs", ["reject", "quarantine"])
def test_a_stricter_dmarc_record_stays(theirs: str, cli: Cli, local: LocalAws) -> None:
    record(local, f"_dmarc.{DOMAIN}", "TXT", f'"v=DMARC1; p={theirs}; rua=mailto:x@example.com"')

    assert cli(*APPLY).status == 0

    [value] = local.route53.lookup(PROD, f"_dmarc.{DOMAIN}", "TXT") or [""]
    assert f"p={theirs}" in value


def test_a_dmarc_record_that_reports_to_others_blocks_rather_than_being_replaced(
    cli: Cli, local: LocalAws
) -> None:
    record(local, f"_dmarc.{DOMAIN}", "TXT", '"v=DMARC1; p=none; rua=mailto:x@example.com"')

    planned = cli("plan", "--env", "prod")

    assert planned.status == 1
    assert "! blocked TXT _dmarc.starlightpractice.com" in planned.stdout


def test_a_pending_subscription_is_not_subscribed_again(cli: Cli, local: LocalAws) -> None:
    cli(*APPLY)
    again = cli(*APPLY, "--only", "events")

    assert again.writes == []
    assert "not confirmed yet" in cli("plan", "--env", "prod", "--verbose").stdout


def test_the_account_that_moves_between_the_plan_and_the_yes_is_not_written(
    cli: Cli, local: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Person):
        def readline(self, *args: Any) -> str:  # type: ignore[override]
            name = {"Name": "ses-events-prod"}
            local.call(PROD, "us-east-2", "sns", "CreateTopic", name)
            return super().readline(*args)

    monkeypatch.setattr("sys.stdin", Slow("y\n"))

    refused = cli("apply", "--env", "prod")

    assert refused.status == 1
    assert "Step events (Event topic and destination) is no longer as the plan" in refused.stderr
    assert not [call for call in refused.writes if call.service == "sns"]
    assert cli(*APPLY).status == 0


def test_an_apply_with_wait_ends_when_everything_is_verified(cli: Cli, local: LocalAws) -> None:
    applied = cli(*APPLY, "--wait")

    assert applied.status == 0
    assert "waiting for prod" in applied.stderr
    assert "SUCCESS" in applied.stdout


def test_an_apply_that_waits_in_vain_ends_with_75_and_its_writes_stand(
    cli: Cli, local: LocalAws
) -> None:
    applied = cli(*APPLY, "--wait", "--timeout", "0", "--json")

    assert applied.status == 75
    [report] = applied.json["environments"]
    assert report["error"]["kind"] == "NotSettled"
    assert len(report["applied"]) == 22
    assert report["verification"]["settled"] is False


def test_a_policy_that_has_not_arrived_yet_is_waited_for(
    cli: Cli, world: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SES refuses a topic whose policy it does not see yet with BadRequestException."""
    from ses_provision.errors import AwsRefused
    from ses_provision.outside.aws import Connections

    send, refusals = Connections.send, iter(range(3))

    def propagating(self: Connections, call: Any) -> Any:
        if call.operation.endswith("EventDestination") and next(refusals, None) is not None:
            raise AwsRefused("no access to the topic", code="BadRequestException")
        return send(self, call)

    monkeypatch.setattr(Connections, "send", propagating)
    before = world.now()

    assert cli(*APPLY).status == 0
    assert 0 < (world.now() - before).total_seconds() < 60


def test_debug_shows_each_call_and_no_secret(cli: Cli) -> None:
    planned = cli("plan", "--env", "prod", "--debug")

    lines = [line for line in planned.stderr.splitlines() if line.startswith("aws: ")]
    assert len(lines) == len(planned.calls)
    assert "aws: sts us-east-2 GetCallerIdentity -> 200" in lines
    assert "LOCAL" not in planned.stderr


def test_every_change_is_printed_with_its_time_and_the_end_says_what_is_next(cli: Cli) -> None:
    applied = cli(*APPLY)

    made = [line for line in applied.stdout.splitlines() if line.startswith("12:00:00 + created ")]
    assert len(made) == 22
    mails = sum(call.operation == "Subscribe" for call in applied.calls)
    said = (
        f"confirm {mails} subscriptions: AWS has mailed ops@starlightpractice.com ({mails} mails)"
    )
    assert said in applied.stdout
    assert 'ConfigurationSetName "starlight-prod"' in applied.stdout
    assert applied.stderr == ""


def test_an_environment_file_with_mistakes_shows_all_and_asks_nothing(
    cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "bad.toml").write_text('region = "Ohio"\n[configuration_set]\n')

    for command in (("plan",), ("apply", "--yes", "--env", "bad"), ("dkim-status",)):
        refused = cli(*command, "--config-dir", str(tmp_path))
        assert refused.status == 1
        assert "bad.toml has 4 mistakes" in refused.stderr
        assert "region: must be an AWS region" in refused.stderr
        assert refused.calls == []


def test_the_applied_changes_are_in_the_document_with_their_plan(cli: Cli) -> None:
    applied = cli(*APPLY, "--json")

    [report] = applied.json["environments"]
    assert applied.json["ok"] is report["ok"] is True
    assert (applied.json["command"], applied.json["environment"]) == ("apply", "prod")
    assert report["plan"]["counts"]["create"] == 19
    assert len(report["applied"]) == 22
    assert all(one["done"] for one in report["applied"])
