"""The laws, each over every environment of the table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ses_provision.rehearsal.permissions import LARGEST, size
from tests.functional.jsonschema import mistakes
from tests.laws import authority, schemas
from tests.laws.environments import REFUSED, ROWS, Refused, Row
from tests.laws.faults import FAULTS
from tests.laws.life import Life, Mended
from tests.laws.world import Bench, Made, Ran

Law = Callable[..., None]


def over_the_table(law: Law) -> Law:
    """Let a law look at the life of every row; where a fault is known, it has to be there."""
    marked = pytest.mark.parametrize(
        "life", [parameter(row, law.__name__) for row in ROWS], indirect=True
    )
    found: Law = marked(law)
    return found


def parameter(row: Row, law: str) -> Any:
    """A row, expected to fail where its fault is known, and run by one worker for all laws."""
    reason = FAULTS.get((law.removeprefix("test_"), row.name))
    known = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
    return pytest.param(row.name, id=row.name, marks=[pytest.mark.xdist_group(row.name), *known])


def ended(ran: Ran, *expected: int) -> bool:
    """Whether a command ended as expected."""
    return ran.status in (expected or (0,))


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


@over_the_table
def test_validate_says_yes(life: Life) -> None:
    assert ended(life.ran["validate"]), life.ran["validate"]


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.name)
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


@over_the_table
def test_apply_ends_well(life: Life) -> None:
    assert ended(life.ran["apply"]), life.ran["apply"]


@over_the_table
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


@over_the_table
def test_the_printed_policy_allows_every_call_that_was_made(life: Life) -> None:
    policies = life.ran["permissions"].report["policies"]

    assert refused(life, policies, calls_of(life)) == []


@over_the_table
def test_the_printed_policy_allows_nothing_else(life: Life) -> None:
    policies = life.ran["permissions"].report["policies"]
    asked = {check for made in calls_of(life) for check in authority.checked(made, life.bench)}

    granted = {
        (action, resource)
        for policy in policies.values()
        for statement in policy["Statement"]
        for action in statement["Action"]
        for resource in as_list(statement["Resource"])
    }
    unused = {
        (action, resource)
        for action, resource in granted
        if action not in RARE and not any(uses(check, action, resource) for check in asked)
    }

    assert unused == set()


RARE = frozenset(
    {
        # Only an account that has turned the Virtual Deliverability Manager on is asked.
        "ses:ListRecommendations",
        # A life loses one thing and has three rounds of changes; test_permissions makes them all.
        "cloudwatch:TagResource",
        "ses:PutConfigurationSetDeliveryOptions",
        "ses:PutConfigurationSetReputationOptions",
        "ses:PutConfigurationSetSendingOptions",
        "ses:PutConfigurationSetSuppressionOptions",
        "ses:PutEmailIdentityConfigurationSetAttributes",
        "ses:PutEmailIdentityDkimAttributes",
        "ses:PutEmailIdentityDkimSigningAttributes",
        "ses:PutEmailIdentityFeedbackAttributes",
        "ses:TagResource",
        "ses:UpdateConfigurationSetEventDestination",
        "sns:SetTopicAttributes",
        "sns:TagResource",
    }
)
"""Actions that a life may do without."""


def uses(check: authority.Checked, action: str, resource: str) -> bool:
    """Whether something that was checked needs this grant."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return check.is_allowed([statement])


@over_the_table
def test_reading_needs_only_the_policy_for_reading(life: Life) -> None:
    policies = life.ran["permissions to read"].report["policies"]
    reading = [made for looks in life.looks.values() for ran in looks for made in ran.made]

    assert reading
    assert [made for made in reading if not made.is_read] == []
    assert refused(life, policies, reading) == []
    assert not re.search(
        r":(Put|Create|Delete|Change|Set|Send|Tag|Update|Subscribe|Unsubscribe)",
        json.dumps(policies),
    )


@over_the_table
def test_printed_policies_fit_into_iam(life: Life) -> None:
    for name in ("permissions", "permissions to read"):
        for policy in life.ran[name].report["policies"].values():
            assert size(policy) <= LARGEST


def calls_of(life: Life) -> list[Made]:
    """Every call that was made for the environment, each once."""
    made = [
        call for ran in life.every if ("--env", "prod") in pairs(ran.arguments) for call in ran.made
    ]
    return list(dict.fromkeys(made))


def pairs(arguments: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each argument with the one after it."""
    return list(zip(arguments, arguments[1:], strict=False))


def refused(life: Life, policies: dict[str, Any], made: Iterable[Made]) -> list[authority.Checked]:
    """What the policies would not let through."""
    checks = dict.fromkeys(c for call in made for c in authority.checked(call, life.bench))
    return [check for check in checks if not check.is_allowed(statements_for(check, policies))]


def statements_for(check: authority.Checked, policies: dict[str, Any]) -> list[dict[str, Any]]:
    """The statements of whoever makes the call: hosted zones may be somebody else's."""
    whose = "hosted_zone" if check.action.startswith("route53:") else "account"
    found: list[dict[str, Any]] = policies.get(whose, policies["account"])["Statement"]
    return found


def as_list(value: Any) -> list[Any]:
    """A value that may stand alone."""
    return value if isinstance(value, list) else [value]


@over_the_table
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


@over_the_table
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
    records = {one.step for one in mended.mutations if one.writes.startswith("route53:")}
    others = [one.writes for one in mended.mutations if not one.writes.startswith("route53:")]
    return Counter([*others, *("route53:ChangeResourceRecordSets" for _ in records)])


@over_the_table
def test_what_was_lost_with_all_that_hangs_on_it_comes_back_in_one_apply(life: Life) -> None:
    assert life.losses
    for applied, planned in life.losses.values():
        assert ended(applied), applied
        assert pending(planned) == []
        assert plan_of(planned)["settled"], planned


@over_the_table
def test_destroy_leaves_nothing_of_ours_and_all_of_theirs(life: Life) -> None:
    if life.env.protect:
        assert ended(life.ran["destroy"], 1)
        assert life.ran["destroy"].made == ()
        assert life.snapshots["after destroy"] == life.snapshots["before destroy"]
        return
    assert ended(life.ran["destroy"]), life.ran["destroy"]
    assert life.snapshots["after destroy"] == life.snapshots["theirs"]
    assert ended(life.ran["destroy again"])
    assert life.ran["destroy again"].writes == []


@over_the_table
def test_other_environments_do_not_notice(life: Life) -> None:
    for plans in life.plans_of_others.values():
        for planned in plans:
            assert ended(planned), planned


@over_the_table
def test_an_export_names_every_resource_or_lists_it_as_left_out(life: Life) -> None:
    for form in ("terraform", "cloudformation"):
        assert ended(life.ran[form]), life.ran[form]
        assert ended(life.ran[f"{form} as text"]), life.ran[f"{form} as text"]
    terraform = life.ran["terraform"].report["text"]
    cloudformation = life.ran["cloudformation"].report
    for resource in resources(life):
        assert named(resource, terraform), resource["label"]
        assert resource["label"] in cloudformation["left_out"] or named(
            resource, json.dumps(cloudformation["template"])
        ), resource["label"]


def resources(life: Life) -> list[dict[str, Any]]:
    """Every resource of the environment."""
    document = plan_of(life.ran["plan"])
    return [change for step in document["steps"] for change in step["changes"]]


def named(resource: dict[str, Any], text: str) -> bool:
    """Whether an export names a resource by what AWS knows it by."""
    wanted = resource["wanted"]
    match resource["kind"]:
        case "MailFrom":
            words = [wanted["domain"], wanted["identity_arn"].rpartition("identity/")[2]]
        case "Subscription":
            words = [wanted["topic_arn"], wanted["endpoint"]]
        case "Dmarc":
            words = [f"_dmarc.{wanted['domain']}"]
        case "RolePolicy" | "EventDestination" | "RecordSet" | "TxtValue":
            words = [wanted["name"]]
        case "Topic":
            words = [wanted["arn"]]
        case "Alarm":
            words = [wanted["arn"].partition(":alarm:")[2]]
        case _:
            words = [wanted["arn"].rpartition("/")[2]]
    return all(json.dumps(word)[1:-1] in text for word in words)


@over_the_table
def test_every_document_has_its_schema(life: Life) -> None:
    documents = [ran for ran in life.every if "--json" in ran.arguments]

    assert documents
    for ran in documents:
        schema = schemas.of(ran.arguments[0])
        assert mistakes(schema, ran.json) == [], " ".join(ran.arguments)


@over_the_table
def test_no_command_ends_in_a_traceback(life: Life) -> None:
    for ran in life.every:
        assert "Traceback" not in ran.stderr, ran
        assert '"InternalError"' not in ran.stdout, ran


@over_the_table
def test_reading_commands_say_something_in_every_state(life: Life) -> None:
    assert set(life.looks) == {
        "before apply", "after apply", "after verification", "after destroy",
    }  # fmt: skip
    for state, looks in life.looks.items():
        for ran in looks:
            assert ran.stdout or ran.stderr, (state, ran)
            assert ended(ran, 0, *ALSO.get(ran.arguments[:2], ())), (state, ran)


ALSO = {("dns", "--check"): (1, 3)}
"""Other ends that are right: a record that is missing, or not known yet."""
