"""The archive as a part of an environment: made, left alone, kept, taken down, looked after."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from ses_provision.engine.account import Account
from ses_provision.environment import loading
from ses_provision.local.policies import Decision
from ses_provision.rehearsal.permissions import policies
from ses_provision.resources.s3_asking import bucket_arn
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_permissions import Recording, decision

ACCOUNT, REGION = "111122223333", "eu-central-1"
BUCKET = f"ses-archive-prod-{ACCOUNT}-{REGION}-an"
STREAM = "ses-archive-prod"
PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
BEHIND = frozenset(
    {
        "iam:PassRole", "s3:TagResource", "s3:PutBucketOwnershipControls", "iam:TagRole",
        "firehose:TagDeliveryStream", "glue:TagResource", "athena:TagResource",
        "glue:GetTable", "glue:GetPartitions", "s3:GetObject",
    }
)  # fmt: skip
"""Actions that AWS checks behind a call of another name."""


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with an archive, not applied."""
    return bench(cli, tmp_path / "config", prod=f"{HOSTED}[archive]\n")


def call(made: Bench, service: str, operation: str, account: str = ACCOUNT, **params: Any) -> Any:
    """Ask AWS past the command line."""
    return made.local.call(account, REGION, service, operation, params)


def changes(made: Bench, step: str = "archive") -> dict[str, Any]:
    """What the plan says of each thing of a step, by its kind; the last of each."""
    [report] = made(*PLAN).json["environments"]
    [found] = [each for each in report["plan"]["steps"] if each["id"] == step]
    return {change["kind"]: change for change in found["changes"]}


def archived(made: Bench) -> list[dict[str, Any]]:
    """Every event in the bucket."""
    held = call(made, "s3", "ListObjectsV2", Bucket=BUCKET)["Contents"]
    bodies = (
        call(made, "s3", "GetObject", Bucket=BUCKET, Key=each["Key"])["Body"] for each in held
    )
    return [json.loads(line) for body in bodies for line in gzip.decompress(body).splitlines()]


def verified(made: Bench) -> None:
    """Apply, and wait until mail may be sent."""
    assert made(*APPLY).status == 0
    assert made("dkim-status", "--env", "prod", "--wait").status == 0


def test_what_becomes_of_a_mail_arrives_in_a_folder_for_its_day(made: Bench) -> None:
    verified(made)
    assert made("send-test", "--env", "prod").status == 0
    assert archived(made) == []

    made.local.clock.advance(301)

    assert [event["eventType"] for event in archived(made)] == ["Send", "Delivery"]
    [held] = call(made, "s3", "ListObjectsV2", Bucket=BUCKET)["Contents"]
    assert held["Key"].startswith(f"events/dt=2026-11-22/{STREAM}-1-2026-11-22-12-")
    assert held["Key"].endswith(".gz")


def test_the_plan_says_what_it_costs_and_what_it_holds(made: Bench) -> None:
    told = made("plan", "--env", "prod").stdout

    assert "will hold the addresses, subjects and IP addresses of every mail for 400 days" in told
    assert "costs about 0.029 USD a GB, and each event counts as 5 KB" in told
    assert made(*APPLY).status == 0
    assert "costs about" not in made("plan", "--env", "prod").stdout


def test_without_the_section_nothing_is_asked_and_no_line_is_said(cli: Cli, tmp_path: Path) -> None:
    plain = bench(cli, tmp_path / "config", prod=HOSTED)

    planned = plain("plan", "--env", "prod")

    assert "archive" not in planned.stdout.lower()
    services = {each.service for each in planned.calls}
    assert not services & {"s3", "firehose", "glue", "athena"}


def test_a_plan_with_nothing_to_do_asks_few_questions(made: Bench) -> None:
    assert made(*APPLY).status == 0

    asked = [
        each
        for each in made(*PLAN).calls
        if each.service in {"s3", "firehose", "glue", "athena"} or "Role" in each.operation
    ]

    assert len(asked) <= 19


def test_a_role_that_is_not_known_everywhere_yet_is_waited_for(made: Bench) -> None:
    made.local.knobs = made.local.knobs.changed({"roles_after": 20.0, "stream_after": 90.0})

    applied = made(*APPLY)

    tried = [each for each in applied.calls if each.operation == "CreateDeliveryStream"]
    assert applied.status == 0, applied.stderr
    assert tried[-1].error is None
    assert {each.error for each in tried[:-1]} == {"InvalidArgumentException"}
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_mistake_that_firehose_names_with_the_same_code_ends_at_once(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made("apply", "--env", "prod", "--yes", "--skip", "archive").status == 0
    before = made.local.clock.now()
    monkeypatch.setattr(made.local.s3, "find", lambda _: None)

    stopped = made(*APPLY)

    assert stopped.status == 1
    assert f"bucket {BUCKET} does not exist" in stopped.stderr
    assert (made.local.clock.now() - before).total_seconds() < 60


def test_destroy_keeps_what_is_archived_and_says_so(made: Bench) -> None:
    verified(made)
    made("send-test", "--env", "prod")
    made.local.clock.advance(301)

    kept = made(*DESTROY)

    assert kept.status == 0, kept.stderr
    assert f"stays  bucket {BUCKET}" in kept.stdout
    assert "it holds archived events, which are never deleted here" in kept.stdout
    assert call(made, "s3", "ListObjectsV2", Bucket=BUCKET)["KeyCount"] == 1
    assert call(made, "firehose", "ListDeliveryStreams")["DeliveryStreamNames"] == []
    assert call(made, "iam", "ListRoles")["Roles"] == []
    assert made(*APPLY).status == 0
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_without_the_section_all_of_it_is_left_over_and_pruned(made: Bench) -> None:
    verified(made)
    (made.folder / "prod.toml").write_text(HOSTED, encoding="utf-8")

    pruned = made(*APPLY, "--prune")

    assert pruned.status == 0, pruned.stdout + pruned.stderr
    assert made.local.snapshot(ACCOUNT).get("archive", {}) == {}
    assert call(made, "iam", "ListRoles")["Roles"] == []
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_a_bucket_of_another_account_is_in_the_way(cli: Cli, tmp_path: Path) -> None:
    made = bench(
        cli, tmp_path / "config", prod=f'{HOSTED}[archive]\nbucket = "somebodys-archive"\n'
    )
    where = {"LocationConstraint": REGION}
    call(made, "s3", "CreateBucket", "444455556666", Bucket="somebodys-archive",
         CreateBucketConfiguration=where)  # fmt: skip

    found = changes(made)["Bucket"]
    applied = made(*APPLY)

    assert found["action"] == "blocked"
    assert "it is of another account" in found["obstacles"][0]["what"]
    assert applied.status == 1
    assert not [each for each in applied.writes if each.service in {"s3", "firehose"}]


def test_a_bucket_that_others_use_is_adopted_with_what_they_wrote(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=f'{HOSTED}[archive]\nbucket = "our-mail"\n')
    named = {"Bucket": "our-mail"}
    call(made, "s3", "CreateBucket", **named,
         CreateBucketConfiguration={"LocationConstraint": REGION})  # fmt: skip
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"},
              "Expiration": {"Days": 7}}  # fmt: skip
    call(made, "s3", "PutBucketLifecycleConfiguration", **named,
         LifecycleConfiguration={"Rules": [theirs]})  # fmt: skip

    assert made(*APPLY).status == 0

    rules = call(made, "s3", "GetBucketLifecycleConfiguration", **named)["Rules"]
    assert [rule["ID"] for rule in rules] == ["theirs", "ses-errors", "ses-events"]
    assert "it was there before ses-provision" in made(*DESTROY).stdout


def test_a_view_that_athena_has_written_otherwise_is_the_same(made: Bench) -> None:
    assert made(*APPLY).status == 0
    where = {"DatabaseName": "ses_prod"}
    held = call(made, "glue", "GetTable", **where, Name="ses_daily")["Table"]
    from ses_provision.resources import glue_view

    sql = glue_view.read(held["ViewOriginalText"])
    rewritten = (
        sql.replace(" AS ", " ", 1)
        .replace("SELECT", "select")
        .replace("count_if(event = 'Send')", "count_if((event = 'Send'))")
        .replace("0.95", "9.5E-1")
    )
    columns = {each["Name"]: each["Type"] for each in held["StorageDescriptor"]["Columns"]}
    text = glue_view.written("ses_prod", columns, rewritten)
    given = {name: held[name] for name in ("Name", "TableType", "StorageDescriptor", "Parameters",
                                           "ViewExpandedText")}  # fmt: skip
    call(made, "glue", "UpdateTable", **where, TableInput={**given, "ViewOriginalText": text})

    assert rewritten != sql
    assert made("plan", "--env", "prod", "--detailed-exitcode").status == 0


def send(made: Bench) -> None:
    """Send a mail that counts: one to the simulator does not."""
    text = {"Data": "x"}
    call(made, "sesv2", "SendEmail", FromEmailAddress="a@example.com",
         Destination={"ToAddresses": ["b@example.com"]}, ConfigurationSetName="example",
         Content={"Simple": {"Subject": text, "Body": {"Text": text}}})  # fmt: skip


def findings(made: Bench, *more: str) -> dict[str, Any]:
    """What the checklist says of the archive."""
    ran = made("checklist", "--env", "prod", "--no-dns", "--only", "archive", "--json", *more)
    [report] = ran.json["environments"]
    [topic] = report["checklist"]["topics"]
    return {found["id"][-3:]: found for found in topic["findings"]}


def test_the_checklist_follows_the_archive_from_nothing_to_late(made: Bench) -> None:
    before = findings(made)
    assert {before[n]["status"] for n in ("001", "004", "005", "006")} == {"action"}

    verified(made)
    assert {each["status"] for each in findings(made).values()} == {"done"}

    made("send-test", "--env", "prod")
    made.local.clock.advance(301)
    assert "newest events written" in findings(made)["002"]["evidence"]

    call(made, "iam", "DeleteRolePolicy", RoleName=f"{STREAM}-to-s3", PolicyName=f"{STREAM}-to-s3")
    made.local.clock.advance(2 * 86_400)
    send(made)
    made.local.clock.advance(7200)
    assert findings(made)["002"]["status"] == "waiting"
    call(made, "s3", "PutObject", Bucket=BUCKET, Key="errors/format/dt=2026-11-24/x", Body=b"{}")
    assert "1 objects put aside" in findings(made)["003"]["evidence"]
    call(made, "s3", "DeletePublicAccessBlock", Bucket=BUCKET)
    assert "public access is not blocked" in findings(made)["004"]["evidence"]


def test_patients_ask_for_a_key_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    made = bench(
        cli, tmp_path / "config",
        prod=HOSTED.replace("[configuration_set]", "hipaa = true\n[configuration_set]")
        + '[archive]\ntypes = ["SEND", "OPEN"]\n',
    )  # fmt: skip
    assert made(*APPLY).status == 0

    assert "set archive.kms_key" in findings(made)["005"]["next_step"]
    ran = made("checklist", "--env", "prod", "--no-dns", "--only", "hipaa")
    assert "take OPEN out of archive.types" in " ".join(ran.stdout.split())


def test_the_policy_of_an_operator_allows_every_call_and_no_more(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=f"{HOSTED}[archive]\n")
    made.world = Recording(made.local)
    env = loading.load("prod", made.folder)

    made(*PLAN)
    verified(made)
    made("checklist", "--env", "prod")
    assert made("query", "daily", "--env", "prod").status == 0
    drift(made)
    assert made(*APPLY).status == 0
    assert made(*DESTROY, "--adopted").status == 0
    verified(made)
    theirs = {"Name": "theirs"}
    call(made, "glue", "CreateTable", DatabaseName="ses_prod", TableInput=theirs)
    call(made, "athena", "CreateNamedQuery", Name="theirs", Database="ses_prod",
         QueryString="SELECT 1", WorkGroup="ses-prod")  # fmt: skip
    kept = made(*DESTROY, "--adopted")
    assert "others added theirs" in kept.stdout
    assert "others added query theirs" in kept.stdout

    mine = ("s3:", "firehose:", "glue:", "athena:")
    policy = {
        "Statement": [
            statement for each in policies(env).values() for statement in each["Statement"]
        ]
    }
    allowed = {action for each in policy["Statement"] for action in each["Action"]}
    seen = [each for each in made.world.seen if each.service in {"s3", "firehose", "athena"}]
    refused = [
        (action, each)
        for each in seen
        for action in actions(each)
        if "NamedQuery" not in action
        and action not in {"athena:GetQueryExecution", "athena:GetQueryResults"}
        and action != "athena:CreateWorkGroup"
        and decision(policy, each, action, env) is not Decision.ALLOWED
    ]
    used = {action for each in made.world.seen for action in actions(each)}
    assert refused == []
    assert {a for a in allowed if a.startswith(mine)} - used - BEHIND == set()
    assert {a for a in used if a.startswith(mine)} <= allowed
    assert bucket_arn(Account(ACCOUNT, REGION), BUCKET) in json.dumps(policy)
    passing = [each for each in policy["Statement"] if "iam:PassRole" in each["Action"]]
    assert all("iam:PassedToService" in json.dumps(each["Condition"]) for each in passing)


def actions(seen: Any) -> list[str]:
    """The IAM action of a call by its name."""
    from ses_provision.outside.rights import iam_action

    return [iam_action(seen.service, seen.operation)]


def drift(made: Bench) -> None:
    """Change everything that apply can set right."""
    named = {"Bucket": BUCKET}
    for operation in ("DeletePublicAccessBlock", "DeleteBucketPolicy", "DeleteBucketLifecycle"):
        call(made, "s3", operation, **named)
    key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/theirs"}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": key}]}
    call(made, "s3", "PutBucketEncryption", **named, ServerSideEncryptionConfiguration=rules)
    call(made, "s3", "DeleteBucketTagging", **named)
    stream = {"DeliveryStreamName": STREAM}
    call(made, "firehose", "StopDeliveryStreamEncryption", **stream)
    call(made, "firehose", "UntagDeliveryStream", **stream, TagKeys=["Environment"])
    call(made, "firehose", "UpdateDestination", **stream, CurrentDeliveryStreamVersionId="1",
         DestinationId="1", ExtendedS3DestinationUpdate={"Prefix": "x/"})  # fmt: skip
    place = f"{REGION}:{ACCOUNT}"
    database = {"ResourceArn": f"arn:aws:glue:{place}:database/ses_prod"}
    call(made, "glue", "UntagResource", **database, TagsToRemove=["Environment"])
    held = call(made, "glue", "GetTable", DatabaseName="ses_prod", Name="ses_events")["Table"]
    given = {name: held[name] for name in ("Name", "TableType", "StorageDescriptor")}
    call(made, "glue", "UpdateTable", DatabaseName="ses_prod", TableInput=given)
    group = {"WorkGroup": "ses-prod"}
    call(made, "athena", "UpdateWorkGroup", **group, State="DISABLED")
    arn = {"ResourceARN": f"arn:aws:athena:{place}:workgroup/ses-prod"}
    call(made, "athena", "UntagResource", **arn, TagKeys=["Environment"])
    ids = call(made, "athena", "ListNamedQueries", **group)["NamedQueryIds"]
    every = call(made, "athena", "BatchGetNamedQuery", NamedQueryIds=ids)["NamedQueries"]
    by_name = {query["Name"]: {"NamedQueryId": query["NamedQueryId"]} for query in every}
    other = {"Name": "daily", "QueryString": "SELECT 1"}
    call(made, "athena", "UpdateNamedQuery", **by_name["daily"], **other)
    call(made, "athena", "DeleteNamedQuery", **by_name["slow"])
    call(made, "athena", "DeleteNamedQuery", **by_name["delays"])
    elsewhere = {"Name": "delays", "QueryString": "SELECT 1", "Database": "elsewhere"}
    call(made, "athena", "CreateNamedQuery", **group, **elsewhere)
