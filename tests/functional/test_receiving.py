"""Receiving as a part of an environment: made, left to others, tried, read, taken down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment, loading
from ses_provision.local.policies import Ask, Decision, decide
from ses_provision.outside.rights import iam_action
from ses_provision.rehearsal.permissions import policies
from tests.conftest import Cli
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench, write
from tests.functional.test_permissions import Recording, decision
from tests.prepared import prepared

ACCOUNT, REGION = "111122223333", "eu-central-1"
BUCKET = f"ses-inbound-prod-{ACCOUNT}-{REGION}-an"
HOST = f"inbound-smtp.{REGION}.amazonaws.com"
RECEIVES = f"{HOSTED}[receiving]\n"
APPLY = ("apply", "--env", "prod", "--yes")
EMPTY = ("plan", "--env", "prod", "--detailed-exitcode")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
TEST = ("receive-test", "--env", "prod")


def call(made: Bench, service: str, operation: str, **params: Any) -> Any:
    """Ask AWS past the command line."""
    return made.local.call(ACCOUNT, REGION, service, operation, params)


def verified(made: Bench) -> Bench:
    """Apply all but receiving, and let SES verify the domain; once for all tests."""
    files = [file.read_text(encoding="utf-8") for file in sorted(made.folder.glob("*.toml"))]

    def run() -> None:
        assert made(*APPLY, "--skip", "receiving").status == 0
        assert made("dkim-status", "--env", "prod", "--wait", "--no-dns").status == 0

    prepared(made.local, ("verified", *files), run)
    return made


def receiving(made: Bench) -> Bench:
    """All of it."""
    applied = made(*APPLY)
    assert applied.status == 0, applied.stdout + applied.stderr
    return made


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that receives, its domain verified, without anything that receives."""
    return verified(bench(cli, tmp_path / "config", prod=RECEIVES))


def theirs(made: Bench, *actions: dict[str, Any], name: str = "first", **rule: Any) -> None:
    """Somebody receives in the account: an active rule set with a rule."""
    if not call(made, "ses", "ListReceiptRuleSets")["RuleSets"]:
        call(made, "ses", "CreateReceiptRuleSet", RuleSetName="theirs")
        call(made, "ses", "SetActiveReceiptRuleSet", RuleSetName="theirs")
    whole = {"Name": name, "Enabled": True, "Actions": list(actions), **rule}
    call(made, "ses", "CreateReceiptRule", RuleSetName="theirs", Rule=whole)


def rules(made: Bench) -> list[str]:
    """The rules that hold, in their order."""
    return [rule["Name"] for rule in call(made, "ses", "DescribeActiveReceiptRuleSet")["Rules"]]


def mx(made: Bench, name: str = "in.example.com") -> list[str]:
    """What DNS says."""
    return made.local.surroundings.dns(ACCOUNT, name, "MX") or []


def changes(made: Bench) -> dict[str, Any]:
    """What the plan says of each thing, by its kind."""
    [report] = made("plan", "--env", "prod", "--json").json["environments"]
    [found] = [step for step in report["plan"]["steps"] if step["id"] == "receiving"]
    return {change["kind"]: change for change in found["changes"]}


def send(made: Bench, to: str = "a@in.example.com", raw: bytes | None = None) -> None:
    """Send a mail from the domain."""
    text = {"Data": "Hello"}
    simple = {"Simple": {"Subject": text, "Body": {"Text": text}}}
    content = {"Raw": {"Data": raw}} if raw else simple
    call(made, "sesv2", "SendEmail", FromEmailAddress="a@example.com",
         Destination={"ToAddresses": [to]}, Content=content)  # fmt: skip


def stored(made: Bench) -> list[str]:
    """The keys of what was stored, the note of SES left out."""
    held = call(made, "s3", "ListObjectsV2", Bucket=BUCKET)["Contents"]
    return [each["Key"] for each in held if not each["Key"].endswith("NOTIFICATION")]


def test_the_record_comes_last_and_nothing_before_the_domain_is_verified(
    cli: Cli, tmp_path: Path
) -> None:
    early = bench(cli, tmp_path / "config", prod=RECEIVES)

    first = early(*APPLY)
    early("dkim-status", "--env", "prod", "--wait", "--no-dns")
    second = early(*APPLY)

    assert first.status == 0, first.stderr
    assert "mail is received once SES has verified example.com: apply again then" in first.stdout
    assert "receive mail:             ses-provision apply --env prod" in first.stdout
    assert "receive mail:" not in second.stdout
    assert {each.service for each in first.writes} & {"ses", "s3"} == {"s3"}
    assert [each.operation for each in second.writes] == [
        "CreateReceiptRuleSet",
        "CreateReceiptRule",
        "SetActiveReceiptRuleSet",
        "ChangeResourceRecordSets",
    ]
    assert early(*EMPTY).status == 0


@pytest.mark.parametrize(
    "command", [("receive-test", "--env", "other"), ("inbox", "--env", "other", "--env", "prod")]
)
def test_what_receives_nothing_is_not_asked_about_its_mail(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    elsewhere = HOSTED.replace(ACCOUNT, "444455556666")
    both = bench(cli, tmp_path / "config", prod=RECEIVES, other=elsewhere)

    refused = both(*command)

    assert refused.status == 1
    assert "its file has no [receiving]" in refused.stderr
    assert {each.account for each in refused.calls} <= {ACCOUNT}


def test_without_the_section_nothing_is_asked_and_no_line_is_said(cli: Cli, tmp_path: Path) -> None:
    plain = bench(cli, tmp_path / "config", prod=HOSTED)

    planned = plain("plan", "--env", "prod")
    listed = plain("inbox")

    assert "receiv" not in planned.stdout.lower()
    assert not {each.service for each in planned.calls} & {"s3", "ses"}
    assert listed.status == 64
    assert "none has a [receiving] section" in listed.stderr


def test_a_plan_with_nothing_to_do_asks_few_questions(made: Bench) -> None:
    receiving(made)
    write(made.folder, prod=HOSTED)
    before = len(made("plan", "--env", "prod").calls)
    write(made.folder, prod=RECEIVES)

    planned = made("plan", "--env", "prod")

    assert len([each for each in planned.calls if each.service in {"ses", "s3"}]) == 7
    assert len(planned.calls) <= before + 8


def test_a_rule_goes_behind_those_of_others_and_leaves_them_alone(made: Bench) -> None:
    header = {"AddHeaderAction": {"HeaderName": "X-Seen", "HeaderValue": "yes"}}
    theirs(made, header)
    theirs(made, header, name="second")
    before = rules(made)

    applied = made(*APPLY)
    tried = made(*TEST)
    destroyed = made(*DESTROY)

    assert applied.status == 0, applied.stderr
    assert before == ["second", "first"]
    assert tried.status == 0, tried.stderr
    assert destroyed.status == 0, destroyed.stderr
    assert rules(made) == before
    operations = {each.operation for ran in (applied, destroyed) for each in ran.writes}
    assert not operations & {"SetActiveReceiptRuleSet", "ReorderReceiptRuleSet",
                             "SetReceiptRulePosition", "DeleteReceiptRuleSet"}  # fmt: skip


def test_a_set_of_ours_to_which_others_added_rules_stays_active(made: Bench) -> None:
    receiving(made)
    rule = {"Name": "theirs", "Enabled": True, "Actions": []}
    call(made, "ses", "CreateReceiptRule", RuleSetName="ses-prod", After="ses-prod", Rule=rule)

    destroyed = made(*DESTROY)

    assert destroyed.stdout.count("others added receipt rule theirs") == 2
    assert rules(made) == ["theirs"]
    assert mx(made) == []


def test_two_environments_of_an_account_share_the_set_and_leave_each_other_alone(
    cli: Cli, tmp_path: Path
) -> None:
    second = RECEIVES.replace("example.com", "example.org").replace('"example"', '"second"')
    both = bench(cli, tmp_path / "config", prod=RECEIVES, second=second)
    for name in ("prod", "second", "prod", "second"):
        assert both("apply", "--env", name, "--yes").status == 0
        both("dkim-status", "--env", name, "--wait", "--no-dns")
    shared = rules(both)

    destroyed = both(*DESTROY)

    assert shared == ["ses-prod", "ses-second"]
    assert destroyed.status == 0, destroyed.stderr
    assert rules(both) == ["ses-second"]
    assert both("plan", "--env", "second", "--detailed-exitcode").status == 0
    assert both("receive-test", "--env", "second").status == 0


def test_a_rule_before_ours_that_stops_the_same_mail_is_named(made: Bench) -> None:
    theirs(made, {"StopAction": {"Scope": "RuleSet"}}, Recipients=["example.com"])
    theirs(made, {"StopAction": {"Scope": "RuleSet"}}, Recipients=[], name="all")
    said = "rule all stands before it and stops mail for the same recipients"

    assert said in " ".join(made("plan", "--env", "prod").stdout.split())
    made(*APPLY)

    assert "rule first" not in " ".join(made("plan", "--env", "prod").stdout.split())
    assert findings(made)["003"]["evidence"] == said
    timed_out = made(*TEST)
    assert timed_out.status == 75


def test_a_mail_exchanger_of_others_is_never_replaced(cli: Cli, tmp_path: Path) -> None:
    apex = verified(bench(cli, tmp_path / "config", prod=f'{RECEIVES}name = "@"\n'))
    [zone] = apex.local.route53.zones(ACCOUNT)
    google = {"Name": "example.com", "Type": "MX", "TTL": 300,
              "ResourceRecords": [{"Value": "1 smtp.google.com"}]}  # fmt: skip
    call(apex, "route53", "ChangeResourceRecordSets", HostedZoneId=zone.id,
         ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": google}]})  # fmt: skip

    applied = apex(*APPLY, "--take-over", "receiving")

    assert applied.status == 1
    assert "MX example.com is 1 smtp.google.com" in applied.stderr + applied.stdout
    assert applied.writes == []
    assert mx(apex, "example.com") == ["1 smtp.google.com"]


def test_an_endpoint_of_another_region_at_the_name_is_somebody_elses(made: Bench) -> None:
    receiving(made)
    [zone] = made.local.route53.zones(ACCOUNT)
    other = {"Name": "in.example.com", "Type": "MX", "TTL": 300,
             "ResourceRecords": [{"Value": "10 inbound-smtp.us-east-1.amazonaws.com"}]}  # fmt: skip
    call(made, "route53", "ChangeResourceRecordSets", HostedZoneId=zone.id,
         ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": other}]})  # fmt: skip

    assert changes(made)["InboundRecord"]["action"] == "blocked"
    assert findings(made, dns=True)["001"]["status"] == "action"


def test_a_rule_of_our_name_that_fills_another_bucket_blocks_until_it_is_taken_over(
    made: Bench,
) -> None:
    theirs(made, name="ses-prod")

    blocked = made(*APPLY)
    taken = made(*APPLY, "--take-over", "receiving")

    assert blocked.status == 1
    assert "puts no mail into a bucket" in " ".join((blocked.stdout + blocked.stderr).split())
    assert not [each for each in blocked.writes if each.service in {"s3", "ses", "route53"}]
    assert taken.status == 0, taken.stderr
    assert made(*EMPTY).status == 0


@pytest.mark.parametrize("setting", ["topic", "function"])
def test_what_the_file_names_has_to_be_there(cli: Cli, tmp_path: Path, setting: str) -> None:
    lacking = bench(cli, tmp_path / "config", prod=f'{RECEIVES}{setting} = "sorter"\n')
    lacking.local.seed(ACCOUNT)
    verified(lacking)

    applied = lacking(*APPLY)

    assert applied.status == 1
    said = " ".join((applied.stdout + applied.stderr).split())
    assert f"sorter in {REGION}" in said and f"take receiving.{setting} out" in said
    assert applied.writes == []


def test_a_region_in_which_ses_takes_no_mail_in_is_said_before_anything_is_made(
    made: Bench,
) -> None:
    made.local.knobs = made.local.knobs.changed({"receiving": False})

    applied = made(*APPLY)

    assert applied.status == 1
    assert f"SES takes no mail in at {REGION}: {HOST} does not exist" in applied.stderr
    assert applied.writes == []


def test_names_that_the_file_no_longer_has_are_left_over_and_pruned(made: Bench) -> None:
    call(made, "sns", "CreateTopic", Name="arrivals")
    before = call(made, "sns", "GetTopicAttributes", TopicArn=topic("arrivals"))["Attributes"]
    write(made.folder, prod=f'{RECEIVES}topic = "arrivals"\n')
    assert made(*APPLY).status == 0
    write(made.folder, prod=f'{RECEIVES}name = "mailbox"\nrule = "sorter"\n')
    assert made(*APPLY).status == 0

    planned = made("plan", "--env", "prod")
    pruned = made(*APPLY, "--prune")

    left = planned.stdout.partition("Left over")[2]
    assert "MX in.example.com" in left and "receipt rule ses-prod" in left
    assert "ses-receiving-ses-prod of topic arrivals" in left
    assert pruned.status == 0, pruned.stderr
    assert (mx(made), mx(made, "mailbox.example.com")) == ([], [f"10 {HOST}"])
    assert rules(made) == ["sorter"]
    after = call(made, "sns", "GetTopicAttributes", TopicArn=topic("arrivals"))["Attributes"]
    assert json.loads(after["Policy"]) == json.loads(before["Policy"])
    assert made(*EMPTY).status == 0


def topic(name: str) -> str:
    """The ARN of a topic."""
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}"


def test_without_the_section_all_of_it_is_left_over_and_pruned_but_never_mail(made: Bench) -> None:
    receiving(made)
    write(made.folder, prod=HOSTED)

    send(made)
    kept = made(*APPLY, "--prune")
    assert "it holds what was put into it, which is never deleted here" in kept.stdout
    assert call(made, "ses", "ListReceiptRuleSets")["RuleSets"] == []
    assert mx(made) == []
    [key] = stored(made)
    call(made, "s3", "DeleteObject", Bucket=BUCKET, Key=key)
    pruned = made(*APPLY, "--prune")

    assert (kept.status, pruned.status) == (0, 0), pruned.stderr
    assert made.local.s3.buckets(ACCOUNT) == []
    assert made(*EMPTY).status == 0


def test_destroy_keeps_a_bucket_with_mail_and_takes_one_with_the_note_of_ses_alone(
    made: Bench,
) -> None:
    receiving(made)
    send(made)

    kept = made(*DESTROY)
    assert f"stays  bucket {BUCKET}" in kept.stdout
    assert "it holds mail, which is never deleted here" in kept.stdout
    assert len(stored(made)) == 1
    call(made, "s3", "DeleteObject", Bucket=BUCKET, Key=stored(made)[0])
    destroyed = made(*DESTROY)

    assert (kept.status, destroyed.status) == (0, 0), destroyed.stderr
    assert made.local.s3.buckets(ACCOUNT) == []


def test_a_rule_that_somebody_changed_stays_with_all_that_it_needs(made: Bench) -> None:
    receiving(made)
    off(made)

    destroyed = made(*DESTROY)

    assert "its enabled is not as we wrote it" in destroyed.stdout
    assert destroyed.stdout.count("receipt rule ses-prod in rule set ses-prod: in.example.com "
                                  "stays, and needs it") == 4  # fmt: skip
    assert rules(made) == ["ses-prod"]
    assert mx(made) == [f"10 {HOST}"]
    assert made.local.s3.find(BUCKET) is not None


def test_an_address_that_no_rule_takes_bounces_and_others_are_stored(
    cli: Cli, tmp_path: Path
) -> None:
    some = bench(cli, tmp_path / "config", prod=f'{RECEIVES}recipients = ["help"]\n')
    receiving(verified(some))
    for to in ("help+urgent@in.example.com", "else@in.example.com"):
        send(some, to)

    sent = some.local.sesv2.sent(ACCOUNT, REGION)[-2:]

    fates = [mail.timelines[0].happenings[-1].type for mail in sent]
    assert fates == ["DELIVERY", "BOUNCE"]
    assert len(stored(some)) == 1


def test_a_topic_and_a_function_are_told_of_a_mail_and_nobody_else_may(
    cli: Cli, tmp_path: Path
) -> None:
    text = f'{RECEIVES}topic = "arrivals"\nfunction = "sorter"\n'
    told = verified(bench(cli, tmp_path / "config", prod=text))
    call(told, "sns", "CreateTopic", Name="arrivals")
    queue = call(told, "sqs", "CreateQueue", QueueName="arrivals")["QueueUrl"]
    call(told, "sns", "Subscribe", TopicArn=topic("arrivals"), Protocol="sqs",
         Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:arrivals",
         Attributes={"RawMessageDelivery": "true"})  # fmt: skip
    allow = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*",
                            "Resource": "*"}], "Version": "2012-10-17"}  # fmt: skip
    call(told, "sqs", "SetQueueAttributes", QueueUrl=queue,
         Attributes={"Policy": json.dumps(allow)})  # fmt: skip
    make_function(told)
    assert told(*APPLY).status == 0
    assert told(*EMPTY).status == 0

    send(told)

    [message] = call(told, "sqs", "ReceiveMessage", QueueUrl=queue)["Messages"]
    said = json.loads(message["Body"])
    [key] = stored(told)
    assert said["receipt"]["action"]["objectKey"] == key
    assert said["mail"]["commonHeaders"]["subject"] == "Hello"
    inbound = told.local.sesv2.world.inbound
    assert inbound is not None
    [(function, event)] = inbound.called
    assert function.endswith(":function:sorter")
    assert event["Records"][0]["ses"]["receipt"]["recipients"] == ["a@in.example.com"]
    held = call(told, "lambda", "GetPolicy", FunctionName="sorter")["Policy"]
    rule = f"arn:aws:ses:{REGION}:{ACCOUNT}:receipt-rule-set/ses-prod:receipt-rule/ses-prod"
    assert rule in held and ACCOUNT in held


def make_function(made: Bench) -> None:
    """A function of somebody else."""
    from ses_provision.outside import functions

    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                            "Action": "sts:AssumeRole"}], "Version": "2012-10-17"}  # fmt: skip
    call(made, "iam", "CreateRole", RoleName="sorter", AssumeRolePolicyDocument=json.dumps(trust))
    call(made, "lambda", "CreateFunction", FunctionName="sorter", Runtime="python3.13",
         Handler="index.handler", Role=f"arn:aws:iam::{ACCOUNT}:role/sorter",
         Code={"ZipFile": functions.zipped("def handler(event, context): pass")})  # fmt: skip


def test_receive_test_says_what_it_waited_for(made: Bench) -> None:
    early = made(*TEST)
    receiving(made)
    well = made(*TEST, "--json")
    call(made, "s3", "DeleteBucketPolicy", Bucket=BUCKET)
    late = made(*TEST, "--timeout", "1")

    assert early.status == 1
    assert "There is no rule yet that takes mail in for prod" in early.stderr
    [report] = well.json["environments"]
    assert report["receive_test"]["verdicts"]["dmarc"] == "PASS"
    assert late.status == 75
    said = " ".join(late.stderr.split())
    assert "it did not arrive at receive-test@in.example.com within 1 minute" in said
    assert "ses-provision checklist --env prod" in said


HOSTILE = b"""From: =?utf-8?q?Kim_=1b[31m?= <kim@example.com>\r
To: a@in.example.com\r
Subject: =?utf-8?q?Bill_=E2=80=AE_::error::=1b]0;x?=\r
X-SES-Spam-Verdict: FAIL\r
Authentication-Results: amazonses.com; spf=fail; dmarc=fail header.from=x\r
Content-Type: multipart/mixed; boundary=b\r
\r
--b\r
Content-Type: text/plain\r
\r
Hello\x1b[2J there\r
--b\r
Content-Type: application/zip; name="../../etc/passwd"\r
Content-Disposition: attachment; filename="../../etc/passwd"\r
Content-Transfer-Encoding: base64\r
\r
UEs=\r
--b--\r
"""


def test_the_inbox_lists_the_newest_and_shows_one_whole_and_harmless(made: Bench) -> None:
    receiving(made)
    nothing = made("inbox", "--env", "prod")
    send(made)
    made.local.clock.advance(60)
    send(made, raw=HOSTILE)

    newest = made("inbox", "--env", "prod", "--last", "1")
    [report] = made("inbox", "--json").json["environments"]
    [first, second] = report["inbox"]["mails"]
    whole = made("inbox", first["key"], "--env", "prod")

    assert "Nothing has arrived" in nothing.stdout
    assert "1 of 2 mails" in newest.stdout
    assert second["subject"] == "Hello" and first["arrived"] > second["arrived"]
    assert first["verdicts"]["spam"] == "PASS" and first["verdicts"]["dmarc"] == "PASS"
    assert "passed all" in newest.stdout
    assert "there" in whole.stdout and "application/zip, 2 bytes" in whole.stdout
    for shown in (newest.stdout, whole.stdout):
        assert not {"\x1b", "\u202e"} & set(shown)
        assert "::error::" not in shown


def test_a_mail_that_is_not_there_is_said_to_be_none(made: Bench) -> None:
    without = made("inbox", "--env", "prod")
    receiving(made)
    gone = made("inbox", "gone", "--env", "prod")

    assert without.status == 1 and "There is no bucket" in without.stderr
    assert gone.status == 1
    assert "Environment prod has stored no mail gone." in gone.stderr


def test_dns_by_hand_is_told_the_record_once_the_rule_stands(cli: Cli, tmp_path: Path) -> None:
    text = f"{EXTERNAL}[receiving]\n"
    by_hand = bench(cli, tmp_path / "config", prod=text)
    assert by_hand(*APPLY).status == 0
    early = by_hand("dns", "--env", "prod", "--json").json["environments"][0]["records"]
    for record in early:
        by_hand.local.declare_dns(record["name"], record["type"], [record["value"]])
    assert by_hand("dkim-status", "--env", "prod", "--wait", "--no-dns").status == 0
    assert by_hand(*APPLY).status == 0

    later = by_hand("dns", "--env", "prod", "--json").json["environments"][0]["records"]

    [new] = [record for record in later if record not in early]
    assert (new["name"], new["value"]) == ("in.dev.example.com", f"10 {HOST}")
    assert findings(by_hand, dns=True)["001"]["status"] == "action"
    by_hand.local.declare_dns(new["name"], "MX", [new["value"]])
    assert by_hand(*TEST).status == 0


def findings(made: Bench, *, dns: bool = False) -> dict[str, Any]:
    """What the checklist says of receiving, by the number of the item."""
    asked = [] if dns else ["--no-dns"]
    ran = made("checklist", "--env", "prod", *asked, "--only", "receiving", "--json")
    [report] = ran.json["environments"]
    [topic] = report["checklist"]["topics"]
    return {found["id"][-3:]: found for found in topic["findings"]}


def off(made: Bench) -> None:
    """Somebody switches the rule off."""
    rule = call(made, "ses", "DescribeReceiptRule", RuleSetName="ses-prod", RuleName="ses-prod")
    call(made, "ses", "UpdateReceiptRule", RuleSetName="ses-prod",
         Rule={**rule["Rule"], "Enabled": False})  # fmt: skip


def none_active(made: Bench) -> None:
    """Somebody lets no set hold, and deletes ours."""
    call(made, "ses", "SetActiveReceiptRuleSet")
    call(made, "ses", "DeleteReceiptRuleSet", RuleSetName="ses-prod")


def no_policy(made: Bench) -> None:
    """Somebody takes the policy of the bucket away."""
    call(made, "s3", "DeleteBucketPolicy", Bucket=BUCKET)


BROKEN: dict[str, tuple[Callable[[Bench], None], str, str]] = {
    "off": (off, "002", "otherwise than the file says: enabled"),
    "no rule": (none_active, "002", "there is no receipt rule ses-prod in the set that holds"),
    "no policy": (no_policy, "004", f"bucket {BUCKET} is not as we wrote it"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_checklist_says_what_is_broken_and_apply_mends_it(made: Bench, name: str) -> None:
    breaks, number, said = BROKEN[name]
    receiving(made)
    assert {n: f["status"] for n, f in findings(made, dns=True).items()} == {
        "001": "done", "002": "done", "003": "done", "004": "done", "005": "done",
        "006": "waiting",
    }  # fmt: skip

    breaks(made)

    assert said in findings(made)[number]["evidence"]
    assert made(*APPLY).status == 0
    assert made(*TEST).status == 0
    assert "1 stored" in findings(made)["006"]["evidence"]


def test_patients_ask_for_a_key_of_ones_own(cli: Cli, tmp_path: Path) -> None:
    text = RECEIVES.replace("[configuration_set]", "hipaa = true\n[configuration_set]")
    made = receiving(verified(bench(cli, tmp_path / "config", prod=text)))

    assert "set receiving.kms_key" in findings(made)["005"]["next_step"]


def test_a_key_that_does_not_let_ses_in_is_refused_by_ses(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=f'{RECEIVES}kms_key = "alias/mail"\n')
    verified(made)
    key = call(made, "kms", "CreateKey")["KeyMetadata"]["KeyId"]
    call(made, "kms", "CreateAlias", AliasName="alias/mail", TargetKeyId=key)

    refused = made(*APPLY)

    assert refused.status == 1
    assert f"Could not write to bucket: {BUCKET}" in refused.stderr


def test_the_policy_of_an_operator_allows_every_call_and_no_more(made: Bench) -> None:
    made.world = Recording(made.local)
    env = loading.load("prod", made.folder)
    receiving_of = ("plan", "--env", "prod")
    made(*receiving_of)
    assert made(*APPLY).status == 0
    off(made)
    assert made(*APPLY).status == 0
    key = made(*TEST, "--json").json["environments"][0]["receive_test"]["key"]
    assert made("inbox", key, "--env", "prod").status == 0
    made("checklist", "--env", "prod")
    call(made, "s3", "DeleteObject", Bucket=BUCKET, Key=f"inbox/{key}")
    none_active(made)
    made(*receiving_of)
    assert made(*APPLY).status == 0
    assert made(*DESTROY).status == 0

    policy = {"Statement": [one for each in policies(env).values() for one in each["Statement"]]}
    seen = [each for each in made.world.seen if each.service in {"ses", "s3"}]
    refused = [each for each in seen if not is_allowed(policy, each, env)]
    allowed = {action for each in policy["Statement"] for action in each["Action"]}
    rules_of = {action for action in allowed if "Receipt" in action}
    assert refused == []
    assert rules_of == {f"ses:{each.operation}" for each in seen if each.service == "ses"}
    assert {each.operation for each in seen} >= {"GetObject", "DeleteObject"}
    reading = json.dumps(policies(env, read_only=True))
    assert "s3:GetObject" not in reading and "CreateReceiptRule" not in reading


def is_allowed(policy: dict[str, Any], seen: Any, env: Environment) -> bool:
    """Whether a policy allows a call; on an object IAM looks at that, and not at its bucket."""
    action, params = iam_action(seen.service, seen.operation), json.loads(seen.params)
    if "Key" not in params:
        return decision(policy, seen, action, env) is Decision.ALLOWED
    asked = Ask(action, f"arn:aws:s3:::{params['Bucket']}/{params['Key']}")
    return decide(policy["Statement"], asked)[0] is Decision.ALLOWED
