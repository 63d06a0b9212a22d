"""What changes between the look and the write, and what AWS shows late, does no harm."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ses_provision.engine import calling, leftovers
from ses_provision.engine.calling import AlreadySo
from ses_provision.errors import AwsRefused
from ses_provision.local.tagging import Tagging
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
MAILED = '[events]\nemails = ["ops@example.com"]\ntopic = "events"\n'
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
THEIRS = [{"Key": "ManagedBy", "Value": "terraform"}]


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that was applied."""
    made = bench(cli, tmp_path / "config", prod=HOSTED + MAILED)
    return made.prepare("apply", "--env", "prod", "--yes")


def call(made: Bench, service: str, operation: str, **params: Any) -> dict[str, Any]:
    """Ask or change something as another tool does."""
    return dict(made.local.call(ACCOUNT, REGION, service, operation, params))


def rewrite(made: Bench, text: str) -> None:
    """Change the file of the environment."""
    (made.folder / "prod.toml").write_text(text, encoding="utf-8")


class LateSearch:
    """The tag search of the local AWS, which can be stopped: then it answers as it did before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stopped = False
        serve, answers = Tagging._get_resources, {}

        def search(tagging: Tagging, caller: Any, params: Any) -> Any:
            asked = (caller.region, repr(params))
            if not (self.stopped and asked in answers):
                answers[asked] = serve(tagging, caller, params)
            return deepcopy(answers[asked])

        monkeypatch.setattr(Tagging, "_get_resources", search)


def test_a_late_tag_search_does_not_let_destroy_delete_what_another_tool_made_since(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = LateSearch(monkeypatch)
    made = bench(cli, tmp_path / "config", prod=HOSTED + MAILED)
    assert made("apply", "--env", "prod", "--yes").status == 0
    assert made("plan", "--env", "prod").status == 0
    search.stopped = True
    call(made, "sns", "DeleteTopic", TopicArn=TOPIC)
    call(made, "sns", "CreateTopic", Name="events", Tags=THEIRS)

    destroyed = made("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert "its tags have just changed" in destroyed.stdout
    assert call(made, "sns", "GetTopicAttributes", TopicArn=TOPIC)


def test_what_changes_while_a_late_list_is_waited_for_makes_the_plan_stale(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.local.confirm_subscriptions()
    rewrite(made, HOSTED + MAILED.replace('com"]', 'com", "new@example.com"]'))
    waited: list[float] = []
    destination = {
        "Enabled": False,
        "MatchingEventTypes": ["BOUNCE"],
        "SnsDestination": {"TopicArn": TOPIC},
    }

    def change_meanwhile(seconds: float) -> None:
        if not waited:
            call(
                made,
                "sesv2",
                "UpdateConfigurationSetEventDestination",
                ConfigurationSetName="example",
                EventDestinationName="sns-bounce-complaint",
                EventDestination=destination,
            )
        waited.append(seconds)

    monkeypatch.setattr(type(made.world), "sleep", lambda _, seconds: change_meanwhile(seconds))

    applied = made("apply", "--env", "prod", "--yes")

    assert waited
    assert applied.status != 0
    assert "changed" in applied.stderr
    [standing] = call(
        made, "sesv2", "GetConfigurationSetEventDestinations", ConfigurationSetName="example"
    )["EventDestinations"]
    assert standing["Enabled"] is False


def test_what_is_still_there_after_a_removal_was_refused_is_not_told_as_removed(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(made, HOSTED + MAILED.replace('"events"', '"others"'))
    send = calling.send

    def refusing(sent: Any, step_id: str, *rest: Any, **more: Any) -> None:
        if step_id == leftovers.STEP:
            refused = AwsRefused("AWS refused: gone already", code="NotFound")
            raise AlreadySo(step_id, "Left over", refused)
        send(sent, step_id, *rest, **more)

    monkeypatch.setattr(calling, "send", refusing)

    applied = made("apply", "--env", "prod", "--yes", "--prune")

    assert applied.status != 0
    assert "deleted" not in applied.stdout.partition("Left over")[2]
    assert call(made, "sns", "GetTopicAttributes", TopicArn=TOPIC)


def test_what_was_to_stay_is_not_pruned_although_it_came_free_meanwhile(made: Bench) -> None:
    rewrite(made, f'{HOSTED}{MAILED}[alarms]\nbounce_name = "former"\n')
    assert made("apply", "--env", "prod", "--yes").status == 0
    made.local.confirm_subscriptions()
    theirs = call(
        made, "sns", "Subscribe", TopicArn=TOPIC, Protocol="sqs", ReturnSubscriptionArn=True,
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:theirs",
    )["SubscriptionArn"]  # fmt: skip
    rewrite(made, HOSTED + MAILED.replace('"events"', '"others"'))

    def leave() -> None:
        call(made, "sns", "Unsubscribe", SubscriptionArn=theirs)

    made.local.fault("kill-after", "CreateTopic", action=leave)

    applied = made("apply", "--env", "prod", "--yes", "--prune")

    assert applied.status == 0, applied.stderr
    assert "others added sqs subscriber" in applied.stdout
    assert "deleted alarm former" in applied.stdout
    assert call(made, "sns", "GetTopicAttributes", TopicArn=TOPIC)
    [left] = call(made, "sns", "ListSubscriptionsByTopic", TopicArn=TOPIC)["Subscriptions"]
    assert left["Endpoint"] == "ops@example.com"
