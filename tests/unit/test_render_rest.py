"""Errors, outputs, progress and JSON documents."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks.overview import Overview
from ses_provision.engine.account import Account
from ses_provision.engine.model import Change, Found, Obstacle
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import Plan, StepPlan
from ses_provision.environment import Environment
from ses_provision.errors import (
    AccessDenied,
    AwsRefused,
    ConfigError,
    NotSettled,
    ProvisionError,
    Stopped,
    UsageError,
)
from ses_provision.render import document, message, overview
from ses_provision.render import outputs as output_text
from ses_provision.resources.ses.account import Access
from ses_provision.steps.outputs import outputs
from tests.unit.examples import ACCOUNT, CONFIGURATION_SET, TOPIC
from tests.unit.rendering import shown
from tests.unit.toys import ENV, NOON

DENIED = AccessDenied(
    "These credentials may not ses:X on *.",
    "Ask for it.",
    code="AccessDeniedException",
    operation="X",
    action="ses:X",
    resource="*",
)


def test_an_error_says_what_happened_and_what_to_do_next() -> None:
    assert shown(message.error(NotSettled("Not settled.", "Run it again."), "prod")) == (
        "error: prod: Not settled.\nhint: Run it again.\n"
    )
    assert shown(message.error(UsageError("No."))) == "error: No.\n"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_in_an_error_can_steer_a_terminal(said: str) -> None:
    found = message.error(ProvisionError(said, said)).plain

    assert all(one == "\n" or one.isprintable() for one in found)
    assert message.safe("[red]é\x1b[0m\u202e") == "[red]é\\x1b[0m\\u202e"


@pytest.fixture
def values(env: Environment) -> dict[str, str]:
    """The outputs of prod."""
    return outputs(env, Account(env.account_id, env.region))


def test_outputs_are_what_an_application_needs(values: dict[str, str]) -> None:
    here = "us-east-2:524471258033"
    assert values == {
        "region": "us-east-2",
        "configuration_set_name": "starlight-prod",
        "from_address": "notifications@starlightpractice.com",
        "domain_identity_arn": f"arn:aws:ses:{here}:identity/starlightpractice.com",
        "address_identity_arn": f"arn:aws:ses:{here}:identity/notifications@starlightpractice.com",
        "configuration_set_arn": f"arn:aws:ses:{here}:configuration-set/starlight-prod",
        "events_topic_arn": f"arn:aws:sns:{here}:ses-events-prod",
        "alarm_topic_arn_us_east_2": f"arn:aws:sns:{here}:ses-alarms-prod",
        "alarm_topic_arn_us_east_1": "arn:aws:sns:us-east-1:524471258033:ses-alarms-prod",
        "sender_policy_name": "ses-send-prod",
    }


def test_outputs_as_a_table_and_for_github(env: Environment) -> None:
    two = {"region": "us-east-2", "from_address": "a@example.com"}

    assert shown(output_text.render(two, env, "table")) == dedent(
        """\
        prod  starlightpractice.com  account 524471258033  us-east-2
          region        us-east-2
          from_address  a@example.com

        """
    )
    assert shown(output_text.render(two, env, "github")) == (
        "region=us-east-2\nfrom_address=a@example.com\n"
    )


@given(st.text(max_size=30).filter(str.isprintable).filter(lambda text: message.safe(text) == text))
def test_outputs_for_a_shell_give_exactly_the_value_back(value: str) -> None:
    line = shown(output_text.render({"from_address": value}, ENV, "env"), 20).rstrip("\n")

    assert shlex.split(line) == [f"SES_FROM_ADDRESS={value}"]


def test_a_real_shell_reads_the_outputs_back(env: Environment) -> None:
    nasty = 'a\'b "c" $(touch /tmp/x) `id` ; #'
    line = shown(output_text.render({"from_address": nasty}, env, "env"))

    read = subprocess.run(
        ["sh", "-c", f'{line}\nprintf %s "$SES_FROM_ADDRESS"'],
        capture_output=True,
        text=True,
        check=True,
    )

    assert read.stdout == nasty


def test_documents_of_errors_name_what_a_program_needs() -> None:
    assert document.error(UsageError("No.", "Do.")) == {
        "kind": "UsageError",
        "message": "No.",
        "hint": "Do.",
    }
    assert document.error(ConfigError("Wrong.", problems=("a: b",)))["problems"] == ["a: b"]
    assert document.error(DENIED) == {
        "kind": "AccessDenied",
        "message": "These credentials may not ses:X on *.",
        "hint": "Ask for it.",
        "code": "AccessDeniedException",
        "operation": "X",
        "action": "ses:X",
        "resource": "*",
    }


def test_the_document_of_an_apply_that_stopped_names_its_cause() -> None:
    stopped = document.error(Stopped("Stopped in step x: no", "Ask for it.", DENIED))

    assert stopped["kind"] == "Stopped"
    assert (stopped["code"], stopped["action"]) == ("AccessDeniedException", "ses:X")
    refused = AwsRefused("no", code="Throttling", operation="X")
    assert document.error(Stopped("no", "", refused))["code"] == "Throttling"


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_envelope_names_the_environment_where_there_is_one(count: int) -> None:
    reports: list[dict[str, Any]] = [{"environment": f"e{number}"} for number in range(count)]

    whole = document.envelope("plan", reports, ok=True, extra={"more": 1})

    assert whole == {
        "schema_version": 1,
        "command": "plan",
        "environment": "e0" if count == 1 else None,
        "ok": True,
        "environments": reports,
        "more": 1,
    }


WAY = "remove it; to take over: ses-provision apply --env prod --take-over a"


def test_the_names_in_the_document_of_a_plan_are_stable() -> None:
    obstacle = Obstacle("CNAME x", "remove it", removal={"Name": "x"})
    changes = (
        Change(CONFIGURATION_SET, Found(None, (obstacle,))),
        Change(TOPIC, Found(replace(TOPIC, kms_key="alias/x"))),
    )
    value = Plan("prod", "1", "r", (StepPlan("a", "A", changes), StepPlan("b", "B", waiting="w")))

    found = document.plan(value)

    assert json.loads(json.dumps(found)) == found
    assert set(found) == {
        "account_id",
        "region",
        "settled",
        "blocked",
        "counts",
        "steps",
        "left_over",
        "notes",
    }
    assert found["counts"] == {"create": 0, "update": 1, "unchanged": 0, "blocked": 1}
    first, second = found["steps"]
    assert set(first) == {"id", "title", "waiting", "skipped", "failed", "changes"}
    assert (second["waiting"], second["skipped"]) == ("w", None)
    blocked, updated = first["changes"]
    assert blocked == {
        "action": "blocked",
        "kind": "ConfigurationSet",
        "key": {
            "type": "configuration set",
            "account": ACCOUNT.id,
            "region": ACCOUNT.region,
            "name": "rules",
        },
        "label": "configuration set rules",
        "wanted": {
            "arn": CONFIGURATION_SET.arn,
            "sending_enabled": True,
            "suppressed_reasons": ["BOUNCE", "COMPLAINT"],
            "tls_policy": "REQUIRE",
            "reputation_metrics": True,
            "max_delivery_seconds": 3600,
            "tags": dict(CONFIGURATION_SET.tags),
        },
        "differences": [],
        "obstacles": [{"what": "CNAME x", "way_out": WAY, "can_be_taken_over": True}],
    }
    assert updated["differences"] == [{"field": "kms_key", "old": "alias/x", "new": ""}]


def test_the_names_in_the_document_of_what_was_applied_are_stable() -> None:
    change = Change(TOPIC, Found(None))

    assert document.applied(Applied("events", change, NOON)) == {
        "step": "events",
        "done": True,
        "action": "create",
        "label": "topic events in us-east-2",
        "at": "2026-11-22T12:00:00+00:00",
    }
    assert document.applied(NotDone(StepPlan("dkim", "DKIM records", waiting="w"))) == {
        "step": "dkim",
        "done": False,
        "label": "DKIM records",
    }


def environment_of(name: str, account: str = "111122223333", region: str = "eu-west-1") -> Overview:
    """An environment that is well."""
    return Overview(
        name,
        f"{name}.example.com",
        account,
        region,
        verified="SUCCESS",
        dkim="SUCCESS",
        mail_from="SUCCESS",
        access=Access.GRANTED,
        sending=True,
        enforcement="HEALTHY",
        bounce_rate=0.0123,
        complaint_rate=0.0,
        open_items=3,
        blockers=1,
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_what_is_the_accounts_is_told_once_however_many_environments_share_it(width: int) -> None:
    rows = [environment_of(f"e{number}") for number in range(30)]
    rows += [environment_of("other", "444455556666"), environment_of("third", region="us-east-1")]

    found = shown(overview.overview(rows, width), width)

    assert found.count("1.23%") == 3
    assert found.count("111122223333") == 2
    assert found.count("out of the sandbox") == 3
    assert found.count("3 (1 blocking)") == 32
    assert max(map(len, found.splitlines())) <= width
