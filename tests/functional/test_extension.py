"""A new kind of event destination is one new step and one line in the table."""

from __future__ import annotations

import pytest

from ses_provision.cli import step_options
from ses_provision.engine.model import Resource, Step
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.resources.ses import EventDestination
from ses_provision.steps import STEPS, arns
from tests.conftest import Cli


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """What would be the new file in steps/: every event to the default event bus."""
    return [
        EventDestination(
            configuration_set_arn=arns.configuration_set(env, facts.account),
            name="event-bus",
            types=frozenset({"SEND", "DELIVERY", "BOUNCE"}),
            target={
                "EventBridgeDestination": {
                    "EventBusArn": facts.account.arn("events", "event-bus/default")
                }
            },
        )
    ]


BUS = Step("event-bus", "Event bus", "Tells programs about every mail.", desired, proved=True)


@pytest.fixture
def with_event_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line in the table."""
    monkeypatch.setattr(step_options, "STEPS", (*STEPS, BUS))
    monkeypatch.setattr(step_options, "STEP_NAMES", [*step_options.STEP_NAMES, BUS.id])


def test_a_new_step_is_planned_applied_and_then_settled(
    with_event_bus: None, cli: Cli, local: LocalAws, env: Environment
) -> None:
    planned = cli("plan", "--env", "prod")
    assert "10. Event bus\n    + create event destination event-bus of starlight-prod" in (
        planned.stdout
    )

    assert cli("apply", "--env", "prod", "--yes").status == 0

    found = local.call(
        env.account_id,
        env.region,
        "sesv2",
        "GetConfigurationSetEventDestinations",
        {"ConfigurationSetName": "starlight-prod"},
    )["EventDestinations"]
    assert sorted(one["Name"] for one in found) == ["event-bus", "sns-bounce-complaint"]
    again = cli("apply", "--env", "prod", "--yes")
    assert (again.status, again.writes) == (0, [])
    assert cli("plan", "--env", "prod", "--only", "event-bus").status == 0


def test_drift_of_the_new_step_is_seen_with_no_more_code(
    with_event_bus: None, cli: Cli, local: LocalAws, env: Environment
) -> None:
    cli("apply", "--env", "prod", "--yes")
    names = {"ConfigurationSetName": "starlight-prod", "EventDestinationName": "event-bus"}
    local.call(env.account_id, env.region, "sesv2", "DeleteConfigurationSetEventDestination", names)

    assert [call.operation for call in cli("apply", "--env", "prod", "--yes").writes] == [
        "CreateConfigurationSetEventDestination"
    ]
