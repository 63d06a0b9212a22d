"""`plan --out` and `apply FILE`: exactly what was agreed to, or nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from ses_provision.engine import saved_plan
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
ELSEWHERE = EXTERNAL.replace("111122223333", "444455556666")


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a hosted zone."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


@pytest.fixture
def file(made: Bench, tmp_path: Path) -> Path:
    """A plan of the fresh account."""
    path = tmp_path / "prod.plan"
    planned = made("plan", "--env", "prod", "--out", str(path))
    assert planned.status == 0
    assert planned.writes == []
    return path


def sealed(path: Path, plan: dict[str, Any]) -> None:
    """Write a plan that somebody edited, with a digest that fits."""
    path.write_text(json.dumps({**plan, "digest": saved_plan.digest(plan)}), encoding="utf-8")


def test_a_plan_in_a_file_is_applied_without_asking_and_leaves_nothing_to_do(
    made: Bench, file: Path
) -> None:
    applied = made("apply", str(file))

    assert applied.status == 0
    assert applied.writes
    assert made("plan", "--detailed-exitcode").status == 0


def test_a_setting_that_changed_since_is_refused_by_its_name(made: Bench, file: Path) -> None:
    (made.folder / "prod.toml").write_text(f"{HOSTED}\n[dns]\nttl = 60\n", encoding="utf-8")

    refused = made("apply", str(file))

    assert refused.status == 1
    assert refused.writes == []
    assert "dns.ttl: 300 -> 60" in refused.stderr


def test_another_account_or_region_is_refused(made: Bench, file: Path) -> None:
    text = HOSTED.replace(REGION, "eu-west-1")
    (made.folder / "prod.toml").write_text(text, encoding="utf-8")

    refused = made("apply", str(file))

    assert refused.status == 1
    assert refused.writes == []
    assert 'region: "eu-central-1" -> "eu-west-1"' in refused.stderr


def test_something_that_came_into_being_meanwhile_is_refused(made: Bench, file: Path) -> None:
    made.local.call(ACCOUNT, REGION, "sns", "CreateTopic", {"Name": "ses-events-prod"})

    refused = made("apply", str(file))

    assert refused.status == 1
    assert refused.writes == []
    assert "step events: topic ses-events-prod in eu-central-1: create, now update" in (
        refused.stderr
    )


def test_what_others_put_beside_ours_meanwhile_makes_no_plan_stale_and_is_kept(
    made: Bench, tmp_path: Path
) -> None:
    made("apply", "--env", "prod", "--yes")
    spf, first, second = '"v=spf1 include:amazonses.com ~all"', '"one"', '"two"'
    put_text(made, spf, first)
    (made.folder / "prod.toml").write_text(f"{HOSTED}\n[dns]\nttl = 60\n", encoding="utf-8")
    path = tmp_path / "prod.plan"
    made("plan", "--env", "prod", "--out", str(path))
    put_text(made, spf, first, second)

    applied = made("apply", str(path))

    assert applied.status == 0
    assert held(made, "MX")["TTL"] == 60
    assert {one["Value"] for one in held(made, "TXT")["ResourceRecords"]} == {spf, first, second}


def put_text(bench: Bench, *values: str) -> None:
    """Have the TXT record set of the MAIL FROM domain hold these values."""
    [zone] = bench.local.route53.zones(ACCOUNT)
    records = [{"Value": value} for value in values]
    change = {"Name": "mail.example.com", "Type": "TXT", "TTL": 300, "ResourceRecords": records}
    changes = [{"Action": "UPSERT", "ResourceRecordSet": change}]
    batch = {"HostedZoneId": zone.id, "ChangeBatch": {"Changes": changes}}
    bench.local.call(ACCOUNT, "us-east-1", "route53", "ChangeResourceRecordSets", batch)


def held(bench: Bench, record_type: str) -> Any:
    """The record set of the MAIL FROM domain, as Route 53 lists it."""
    [zone] = bench.local.route53.zones(ACCOUNT)
    question = {"HostedZoneId": zone.id}
    listed = bench.local.call(ACCOUNT, "us-east-1", "route53", "ListResourceRecordSets", question)
    [found] = [
        record
        for record in listed["ResourceRecordSets"]
        if (record["Name"], record["Type"]) == ("mail.example.com.", record_type)
    ]
    return found


def test_the_file_says_which_steps_take_overs_and_role(made: Bench, tmp_path: Path) -> None:
    made.local.seed(ACCOUNT, roles=["web"])
    path = tmp_path / "some.plan"
    made("plan", "--env", "prod", "--only", "role", "--role", "web", "--out", str(path))

    applied = made("apply", str(path))

    assert applied.status == 0
    assert [call.operation for call in applied.writes] == ["PutRolePolicy"]


@pytest.mark.parametrize("option", ["--only", "--skip", "--take-over"])
def test_a_file_leaves_nothing_to_choose(made: Bench, file: Path, option: str) -> None:
    refused = made("apply", str(file), option, "dkim")

    assert refused.status == 64
    assert refused.calls == []


def test_a_plan_of_one_environment_is_for_no_other(made: Bench, file: Path) -> None:
    (made.folder / "other.toml").write_text(ELSEWHERE, encoding="utf-8")

    assert made("apply", str(file), "--env", "other").status == 64
    assert made("apply", str(file), "--all").status == 64


def test_a_file_holds_one_environment(made: Bench, tmp_path: Path) -> None:
    (made.folder / "other.toml").write_text(ELSEWHERE, encoding="utf-8")

    refused = made("plan", "--out", str(tmp_path / "both.plan"))

    assert refused.status == 64
    assert not (tmp_path / "both.plan").exists()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        '{"format": "another tool"}',
        '{"format": "ses-provision plan 1"}',
        '{"format": "ses-provision plan 1", "steps": 3}',
        b"\xff\xfe".decode("latin-1"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_a_sentence(
    made: Bench, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "no.plan"
    path.write_text(content, encoding="utf-8")

    refused = made("apply", str(path))

    assert refused.status == 64
    assert "is not a plan" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_file_that_is_not_there_or_cannot_be_written_is_named(
    made: Bench, tmp_path: Path
) -> None:
    assert "cannot be read" in made("apply", str(tmp_path / "none.plan")).stderr
    written = made("plan", "--env", "prod", "--out", str(tmp_path / "none" / "prod.plan"))
    assert written.status == 64
    assert "cannot be written" in written.stderr


def test_a_file_with_a_change_slipped_in_is_refused(made: Bench, file: Path) -> None:
    plan: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    plan["settings"]["events"]["emails"] = ["mallory@example.net"]
    sealed(file, plan)

    refused = made("apply", str(file))

    assert refused.status == 1
    assert refused.writes == []
    assert "events.emails" in refused.stderr


def test_a_blocked_plan_stays_blocked(made: Bench, tmp_path: Path) -> None:
    [zone] = made.local.route53.zones(ACCOUNT)
    record = {
        "Name": "mail.example.com",
        "Type": "CNAME",
        "TTL": 300,
        "ResourceRecords": [{"Value": "elsewhere.example.net"}],
    }
    batch = {
        "HostedZoneId": zone.id,
        "ChangeBatch": {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    }
    made.local.call(ACCOUNT, "us-east-1", "route53", "ChangeResourceRecordSets", batch)
    path = tmp_path / "prod.plan"

    planned = made("plan", "--env", "prod", "--out", str(path))
    applied = made("apply", str(path))

    assert (planned.status, applied.status) == (1, 1)
    assert "ChangeResourceRecordSets" not in {
        call.operation for call in applied.writes if "mail" in str(call)
    }


def test_markdown_shows_the_changes_as_a_diff_and_nothing_of_what_is_right(made: Bench) -> None:
    fresh = made("plan", "--format", "markdown").stdout
    made("apply", "--env", "prod", "--yes")
    settled = made("plan", "--format", "markdown").stdout

    assert fresh.startswith("### ses-provision plan: prod\n")
    assert "\n```diff\n" in fresh
    assert "\n+ create domain identity example.com\n" in fresh
    assert "# DKIM records: known after apply" in fresh
    assert "```" not in settled
    assert "**Plan: nothing to do;" in settled


def test_markdown_shows_drift_and_what_is_in_the_way(made: Bench) -> None:
    made("apply", "--env", "prod", "--yes")
    params = {"ConfigurationSetName": "example", "TlsPolicy": "OPTIONAL"}
    made.local.call(ACCOUNT, REGION, "sesv2", "PutConfigurationSetDeliveryOptions", params)

    shown = made("plan", "--format", "markdown").stdout

    assert "~ update configuration set example\n    tls_policy: OPTIONAL -> REQUIRE" in shown


def test_the_job_summary_and_the_annotations_tell_what_would_change(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    planned = made("plan", "--github-summary", "--json")

    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n### ses-provision plan: prod\n")
    assert planned.json["ok"] is True
    assert "::warning title=ses-provision prod::Plan: " in planned.stderr


def test_an_obstacle_is_annotated_as_an_error_in_one_line(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    missing_role = HOSTED + '[sender]\nrole = "nobody"\n'
    (made.folder / "prod.toml").write_text(missing_role, encoding="utf-8")

    planned = made("plan", "--github-summary")

    [line] = [one for one in planned.stderr.splitlines() if one.startswith("::error")]
    assert planned.status == 1
    assert "role nobody does not exist in this account" in line


def test_a_settled_plan_annotates_nothing(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    made("apply", "--env", "prod", "--yes")

    assert "::" not in made("plan", "--github-summary").stderr


def test_outside_of_github_the_summary_says_what_it_lacks(made: Bench) -> None:
    refused = made("plan", "--github-summary")

    assert refused.status == 64
    assert "GITHUB_STEP_SUMMARY" in refused.stderr


def test_a_step_that_now_does_nothing_is_named_with_its_reason(
    made: Bench, file: Path, tmp_path: Path
) -> None:
    text = file.read_text(encoding="utf-8")
    plan: dict[str, Any] = json.loads(text)
    plan["steps"]["role"] = {"waiting": "", "skipped": "for another reason", "changes": []}
    plan["made_by"] = "0.0.1"
    sealed(file, plan)

    refused = made("apply", str(file))

    assert refused.status == 1
    assert "step role: for another reason, now no role name yet" in refused.stderr
    assert "the plan was made by ses-provision 0.0.1" in refused.stderr


@pytest.fixture
def left_over(made: Bench, tmp_path: Path) -> Path:
    """A plan in a file that shows an alarm which no setting names any more."""
    settings = made.folder / "prod.toml"
    settings.write_text(f'{HOSTED}\n[alarms]\nbounce_name = "former"\n', encoding="utf-8")
    made("apply", "--env", "prod", "--yes")
    settings.write_text(HOSTED, encoding="utf-8")
    made("apply", "--env", "prod", "--yes")
    path = tmp_path / "prod.plan"
    assert "former" in made("plan", "--env", "prod", "--out", str(path)).stdout
    return path


def alarms(made: Bench) -> set[str]:
    """The alarms that stand."""
    answer = made.local.call(ACCOUNT, "eu-central-1", "cloudwatch", "DescribeAlarms", {})
    return {alarm["AlarmName"] for alarm in answer["MetricAlarms"]}


def test_a_prune_from_a_file_deletes_what_the_plan_showed(made: Bench, left_over: Path) -> None:
    assert "former" in alarms(made)

    assert made("apply", str(left_over), "--prune").status == 0

    assert "former" not in alarms(made)


def test_what_is_left_over_is_a_part_of_a_plan_only_where_it_is_deleted(
    made: Bench, left_over: Path
) -> None:
    former = {"AlarmNames": ["former"]}
    made.local.call(ACCOUNT, "eu-central-1", "cloudwatch", "DeleteAlarms", former)

    settings = made.folder / "prod.toml"
    settings.write_text(f'{HOSTED}\n[alarms]\nbounce_name = "later"\n', encoding="utf-8")
    made("apply", "--env", "prod", "--yes")
    settings.write_text(HOSTED, encoding="utf-8")

    refused = made("apply", str(left_over), "--prune")

    assert refused.status == 1
    assert refused.writes == []
    assert "left over: " in refused.stderr
    assert "later" in refused.stderr
    assert "not in the plan" in refused.stderr
    assert made("apply", str(left_over)).status == 0


def test_a_prune_from_a_file_that_is_run_again_has_nothing_left_to_delete(
    made: Bench, left_over: Path
) -> None:
    made("apply", str(left_over), "--prune")

    again = made("apply", str(left_over), "--prune")

    assert (again.status, again.writes) == (0, [])
