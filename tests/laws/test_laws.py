"""The laws, each over every environment of the table."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ses_provision.environment import loading
from tests.functional.jsonschema import mistakes
from tests.laws import schemas
from tests.laws.environments import Refused
from tests.laws.life import Life, Mended
from tests.laws.somebody import CHANGES_OF_RECORDS
from tests.laws.world import Bench, Ran, ended


def plan_of(ran: Ran) -> Any:
    """The plan in a document."""
    return ran.report["plan"]


def pending(ran: Ran) -> list[tuple[str, str, str, frozenset[str]]]:
    """What a plan would change: step, label, action, fields."""
    return [
        (
            step["id"],
            change["label"],
            change["action"],
            frozenset(one["field"] for one in change["differences"]),
        )
        for step in plan_of(ran)["steps"]
        for change in step["changes"]
        if change["action"] != "unchanged"
    ]


def test_validate_says_yes(life: Life) -> None:
    assert ended(life.ran["validate"]), life.ran["validate"]


def test_validate_names_the_mistake(refused: Refused, tmp_path: Path) -> None:
    bench = Bench(tmp_path / "environments")
    bench.write_unread(refused.files)

    said = bench.run("validate", "--json")

    problems = [
        problem
        for report in [*said.json["environments"], said.json]
        for problem in report.get("error", {}).get("problems", ())
    ]
    assert ended(said, 1), said
    assert any(refused.said in problem for problem in problems), problems
    assert not said.made


def test_apply_ends_well(life: Life) -> None:
    assert ended(life.ran["apply"]), life.ran["apply"]


def test_a_second_apply_writes_nothing(life: Life) -> None:
    again, planned, detailed = (
        life.ran[name] for name in ("apply again", "plan", "plan in detail")
    )

    assert ended(again), again
    assert again.writes == []
    assert pending(planned) == []
    assert plan_of(planned)["settled"]
    assert ended(detailed, 0), detailed
    assert pending(life.ran["plan after work"]) == []


def test_a_stop_stops_and_leaves_nothing_behind_when_it_is_ended(life: Life) -> None:
    names = ("pause the account", "pause", "resume", "resume the account")
    assert [life.ran[name] for name in names if not ended(life.ran[name])] == []

    stopped = life.ran["resume"].report["sending"]
    assert stopped["set_sends"] and not stopped["account_sends"]
    assert pending(life.ran["plan while paused"]) == []
    assert life.snapshots["while paused"] != life.snapshots["before the stop"]
    assert life.snapshots["after the stop"] == life.snapshots["before the stop"]


def test_what_is_suppressed_is_put_once_and_goes_without_a_trace(life: Life) -> None:
    names = ("suppress", "suppress again", "suppressed", "let through", "take in one")
    assert [life.ran[name] for name in names if not ended(life.ran[name])] == []

    assert life.ran["suppress"].report["suppression"]["put"] == 1
    assert life.ran["suppress again"].writes == []
    assert "gone@example.net,BOUNCE" in life.ran["suppressed"].stdout
    assert life.snapshots["after suppressing"] == life.snapshots["before suppressing"]


def test_each_change_behind_its_back_is_shown_as_exactly_that(life: Life) -> None:
    assert life.rounds
    for mended in life.rounds:
        expected = Counter(
            (one.step, one.label, one.action, one.fields) for one in mended.mutations
        )
        assert Counter(shown(mended)) == expected


def shown(mended: Mended) -> list[tuple[str, str, str, frozenset[str]]]:
    """What the plan showed of a round: each resource once, though two steps may want it."""
    return list({change[1]: change for change in pending(mended.planned)}.values())


def test_each_change_behind_its_back_is_mended_by_writing_exactly_that(life: Life) -> None:
    for mended in life.rounds:
        assert ended(mended.applied), mended.applied
        assert written(mended) == expected_writes(mended)
        assert mended.after == mended.before


def written(mended: Mended) -> Counter[str]:
    """The writes of the apply after a round."""
    return Counter(f"{made.service}:{made.operation}" for made in mended.applied.writes)


def expected_writes(mended: Mended) -> Counter[str]:
    """One write for each change; the record changes of a step are one."""
    records = {(one.step, one.writes) for one in mended.mutations if one.writes in OF_RECORDS}
    others = [one.writes for one in mended.mutations if one.writes not in OF_RECORDS]
    return Counter([*others, *(writes for _, writes in records)])


OF_RECORDS = frozenset(CHANGES_OF_RECORDS.values())


def test_what_was_lost_with_all_that_hangs_on_it_comes_back_in_one_apply(life: Life) -> None:
    assert life.losses
    for applied, planned in life.losses.values():
        assert ended(applied), applied
        assert pending(planned) == []
        assert plan_of(planned)["settled"], planned


def test_destroy_leaves_nothing_of_ours_and_all_of_theirs(life: Life) -> None:
    if life.env.protect:
        assert ended(life.ran["destroy"], 1)
        assert life.ran["destroy"].made == ()
        assert life.snapshots["after destroy"] == life.snapshots["before destroy"]
        return
    assert ended(life.ran["destroy"]), life.ran["destroy"]
    assert ended(life.ran["destroy again"])
    assert life.ran["destroy again"].writes == []
    if came_later(life):
        # What they share stays, and they stand where nothing stood when prod was made.
        assert gone(life.snapshots["theirs"], life.snapshots["after destroy"]) == []
        assert all("needs it" in " ".join(why) for why in staying(life.ran["destroy"]))
    else:
        after, before = life.snapshots["after destroy"], life.snapshots["theirs"]
        if life.env.account or life.env.vdm:
            after, before = without_account(after), without_account(before)
        assert after == before


def without_account(snapshot: dict[str, Any]) -> dict[str, Any]:
    """All but the settings of whole accounts, which nothing sets back; by account."""
    made = ("configuration_sets", "identities", "pools", "suppressed", "templates", "tenants")
    found = {}
    for account, held in snapshot.items():
        places = {
            region: {kind: place[kind] for kind in made if place[kind]}
            for region, place in held.get("sesv2", {}).items()
        }
        places = {region: kept for region, kept in places.items() if kept}
        found[account] = {**held, "sesv2": places}
    return found


def came_later(life: Life) -> bool:
    """Whether another environment was made after this one."""
    mine = loading.deployment_order(life.env)
    return any(loading.deployment_order(other) > mine for other in life.others)


def staying(destroyed: Ran) -> list[list[str]]:
    """Why each thing stays."""
    steps = destroyed.report["destroy"]["steps"]
    held = [each for step in steps for each in step["resources"] if each["action"] == "stay"]
    return [each["because"] for each in held]


def holds(wide: Any, narrow: Any) -> bool:
    """Whether a record set is another with more in it."""
    if not (isinstance(wide, dict) and "ResourceRecords" in wide):
        return False
    records = [wide["ResourceRecords"], narrow.get("ResourceRecords", ())]
    rest = [{k: v for k, v in each.items() if k != "ResourceRecords"} for each in (wide, narrow)]
    return rest[0] == rest[1] and all(value in records[0] for value in records[1])


def gone(before: Any, after: Any, path: str = "") -> list[str]:
    """What was there before and is not any more, or is otherwise; what came is left out."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            found for key in before for found in gone(before[key], after.get(key), f"{path}/{key}")
        ]
    if isinstance(before, list) and isinstance(after, list):
        return [
            f"{path}: {held}"
            for held in before
            if not any(held == other or holds(other, held) for other in after)
        ]
    return [] if before == after else [path]


def test_other_environments_do_not_notice(life: Life) -> None:
    for plans in life.plans_of_others.values():
        for planned in plans:
            assert ended(planned), planned


def test_an_export_names_every_resource_or_lists_it_as_left_out(life: Life) -> None:
    for form in ("terraform", "cloudformation"):
        assert ended(life.ran[form]), life.ran[form]
    assert ended(life.ran["export as text"]), life.ran["export as text"]
    terraform = life.ran["terraform"].report["text"]
    cloudformation = life.ran["cloudformation"].report
    template = [cloudformation[name] for name in ("template", "resources_to_import")]
    for resource in resources(life):
        assert named(resource, terraform), resource["label"]
        assert resource["label"] in cloudformation["left_out"] or named(
            resource, json.dumps(template)
        ), resource["label"]


def resources(life: Life) -> list[dict[str, Any]]:
    """Every resource of the environment."""
    document = plan_of(life.ran["plan"])
    return [change for step in document["steps"] for change in step["changes"]]


def last(arn: str, sign: str) -> str:
    """What stands in an ARN behind the last of a sign."""
    return arn.rpartition(sign)[2]


NAMES: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "AccountSettings": lambda wanted: [wanted["block"]],
    "ActiveRuleSet": lambda wanted: [wanted["name"]],
    "Alarm": lambda wanted: [wanted["arn"].partition(":alarm:")[2]],
    "Archiving": lambda wanted: [last(wanted["archive_arn"], "/")],
    "BimiRecord": lambda wanted: [wanted["name"]],
    "Bucket": lambda wanted: [wanted["name"]],
    "CatalogTable": lambda wanted: [wanted["name"]],
    "CatalogView": lambda wanted: [wanted["name"]],
    "Dmarc": lambda wanted: [f"_dmarc.{wanted['domain']}"],
    "EventDestination": lambda wanted: [wanted["name"]],
    "FunctionPermission": lambda wanted: [wanted["sid"], last(wanted["function_arn"], ":")],
    "InboundRecord": lambda wanted: [wanted["name"]],
    "MailFrom": lambda wanted: [wanted["domain"], last(wanted["identity_arn"], "identity/")],
    "NamedQuery": lambda wanted: [wanted["name"]],
    "PoolMember": lambda wanted: [wanted["pool"]],
    "Queue": lambda wanted: [last(wanted["arn"], ":")],
    "ReceiptRuleSet": lambda wanted: [wanted["name"]],
    "RecordSet": lambda wanted: [wanted["name"]],
    "RolePolicy": lambda wanted: [wanted["name"]],
    "RulePermission": lambda wanted: [wanted["sid"], last(wanted["function_arn"], ":")],
    "SendingPool": lambda wanted: [wanted["pool"]],
    "Subscription": lambda wanted: [wanted["topic_arn"], wanted["endpoint"]],
    "Tenant": lambda wanted: [wanted["arn"].split("/")[1]],
    "Topic": lambda wanted: [wanted["arn"]],
    "TopicStatement": lambda wanted: [wanted["sid"], last(wanted["topic_arn"], ":")],
    "Tracking": lambda wanted: [wanted["domain"]],
    "TxtValue": lambda wanted: [wanted["name"]],
    "UserPolicy": lambda wanted: [wanted["name"]],
}
"""What AWS knows a resource by, where that is not the end of its ARN."""


def named(resource: dict[str, Any], text: str) -> bool:
    """Whether an export names a resource by what AWS knows it by."""
    words = NAMES.get(resource["kind"], lambda wanted: [last(wanted["arn"], "/")])
    return all(json.dumps(word)[1:-1] in text for word in words(resource["wanted"]))


def test_every_document_has_its_schema(life: Life) -> None:
    documents = [ran for ran in life.every if "--json" in ran.arguments]

    assert documents
    for ran in documents:
        schema = schemas.of(ran.arguments[0])
        assert mistakes(schema, ran.json) == [], " ".join(ran.arguments)


def test_what_costs_money_is_reckoned_and_what_was_sent_is_counted(life: Life) -> None:
    estimate, stats, quota = (life.ran[name] for name in ("estimate", "stats", "quota"))
    assert ended(estimate), estimate
    assert ended(stats), stats
    assert ended(quota), quota

    items = {item["item"] for item in estimate.report["estimate"]["items"]}
    assert {"mail", "alarms"} <= items
    assert ("hosted zone" in items) is life.env.dns.in_route53
    was_sent = ended(life.ran["send-test"])
    assert bool(stats.report["statistics"]["totals"]["sends"]) >= was_sent


WORK = ("smtp ", "dkim ", "query", "redshift-sql", "events", "receive-test", "inbox", "report")


def test_every_command_about_keys_data_and_arrivals_ends_well(life: Life) -> None:
    for name, ran in life.ran.items():
        if name.startswith(WORK):
            assert ended(ran), ran


def test_nothing_that_aws_calls_sensitive_is_said(life: Life) -> None:
    """Over all services that were asked; what the file itself says is no secret, and neither is the
    name of a key, which botocore marks for S3."""
    own = "".join(file.read_text(encoding="utf-8") for file in life.bench.folder.glob("*.toml"))
    secrets = life.bench.secrets | {
        held
        for held in life.bench.sensitive
        if held not in own and not held.startswith(("alias/", "arn:aws:kms:"))
    }
    told = [ran for ran in life.every if "--show-secret" not in ran.arguments]

    assert bool(life.bench.secrets) is bool(life.env.smtp_users)
    assert secrets or not (life.env.smtp_users or life.env.dkim.is_own_key)
    for ran in told:
        shown = [secret for secret in secrets if secret in ran.stdout + ran.stderr]
        assert not shown, ran.arguments
    journal = repr(list(life.bench.local.journal))
    assert not any(secret in journal for secret in secrets)


def test_no_command_ends_in_a_traceback(life: Life) -> None:
    for ran in life.every:
        assert "Traceback" not in ran.stderr, ran
        assert '"InternalError"' not in ran.stdout, ran


def test_reading_commands_say_something_in_every_state(life: Life) -> None:
    assert set(life.looks) == {
        "before apply", "after apply", "after verification", "after destroy",
    }  # fmt: skip
    for state, looks in life.looks.items():
        for ran in looks:
            assert ran.stdout or ran.stderr, (state, ran)
            assert ended(ran, 0, *ALSO.get(ran.arguments[:2], ())), (state, ran)


ALSO: dict[tuple[str, ...], tuple[int, ...]] = {("dns", "--check"): (1, 3)}
"""Other ends that are right: a record that is missing, or not known yet."""
