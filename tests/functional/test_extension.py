"""A new AWS type is its resource, its step, its section and one line in the table.

The type of this test is an SQS queue, which the local AWS has. Everything that the commands know of
it is in this file.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

import ses_provision
from ses_provision.engine.model import Found, Key, Resource, Step
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment, loading
from ses_provision.environment.sections import Section
from ses_provision.local import LocalAws
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags
from ses_provision.steps import STEPS
from tests.conftest import CONFIG, Cli

ABSENT = (Refusal("AWS.SimpleQueueService.NonExistentQueue"), Refusal("QueueDoesNotExist"))


# The resource file.


def url_of(arn: str) -> str:
    """The address of a queue."""
    _, _, _, region, account, name = arn.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


def about(arn: str, operation: str, **params: Any) -> Ask:
    """A question about a queue."""
    where = {"QueueUrl": url_of(arn), **params}
    return question("sqs", region_of(arn), operation, on=(arn,), absent=ABSENT, **where)


@dataclass(frozen=True)
class Queue:
    """A queue that keeps messages for some seconds."""

    arn: str
    keeps: int
    tags: Mapping[str, str]
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One queue of a name in an account and region."""
        return Key.of("queue", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition(":")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"queue {self.name}"

    def read(self) -> Reading[Found[Queue]]:
        """Find it by name."""
        attributes, tagged = yield from ask(self._attributes(), self._tagged())
        if attributes is None:
            return Found(None)
        all_tags = (tagged or {}).get("Tags") or {}
        keeps = int(attributes["Attributes"]["MessageRetentionPeriod"])
        return Found(Queue(self.arn, keeps, tags.ours(all_tags, self.tags), all_tags))

    def _attributes(self) -> Ask:
        return about(self.arn, "GetQueueAttributes", AttributeNames=("All",))

    def _tagged(self) -> Ask:
        return about(self.arn, "ListQueueTags")

    def writes(self, found: Found[Queue]) -> Sequence[Call]:
        """Create it with everything, or set what differs."""
        kept = {"MessageRetentionPeriod": str(self.keeps)}
        if found.live is None:
            params = {
                "QueueName": self.name,
                "Attributes": kept,
                "tags": tags.as_mapping(tags.at_creation(self.tags)),
            }
            also = (Right("sqs:TagQueue", (self.arn,)),)
            region = region_of(self.arn)
            return [Call("sqs", region, "CreateQueue", params, on=(self.arn,), also=also)]
        calls = []
        if found.live.keeps != self.keeps:
            calls.append(self._call("SetQueueAttributes", Attributes=kept))
        lacking = tags.missing(self.tags, found.live.tags)
        if lacking:
            calls.append(self._call("TagQueue", Tags=lacking))
        return calls

    def deletes(self, found: Found[Queue]) -> Sequence[Call]:
        """Delete it with all that is in it."""
        if found.live is None:
            return []
        return [replace(self._call("DeleteQueue"), already=ABSENT)]

    def _call(self, operation: str, **params: Any) -> Call:
        where = {"QueueUrl": url_of(self.arn), **params}
        return Call("sqs", region_of(self.arn), operation, where, on=(self.arn,))

    def settled(self) -> Answers:
        """SQS's answers where it stands."""
        kept = {"MessageRetentionPeriod": str(self.keeps)}
        carried = tags.as_mapping(tags.at_creation(self.tags))
        return {self._attributes(): {"Attributes": kept}, self._tagged(): {"Tags": carried}}

    def strayed(self) -> Sequence[Queue]:
        """Every setting otherwise."""
        return [replace(self, keeps=self.keeps + 60, tags={})]


# The section.


class QueueSettings(Section):
    """[queue]: where somebody collects events."""

    name: str = Field(description="Its name.")
    keeps: int = Field(3600, description="Seconds that it keeps a message.")


class Wider(Environment):
    """An environment that may have a queue."""

    queue: QueueSettings | None = None


# The step file, and its line in the table.


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """One queue."""
    settings = env.queue  # type: ignore[attr-defined]
    arn = facts.account.arn("sqs", settings.name)
    return [Queue(arn, settings.keeps, env.all_tags)]


QUEUE = Step(
    "queue",
    "Event queue",
    "Somebody collects events there.",
    desired,
    section="queue",
    settings="queue.name",
)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Two environments, one of them with a queue, where the table has one line more."""
    for found in pkgutil.walk_packages(ses_provision.__path__, "ses_provision."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)  # else it would bind the longer table for good
    table = STEPS  # this module's own is lengthened as well
    for module in list(sys.modules.values()):
        if getattr(module, "STEPS", None) is table:
            monkeypatch.setattr(module, "STEPS", (*table, QUEUE))
    monkeypatch.setattr(loading, "Environment", Wider)
    text = (CONFIG / "prod.toml").read_text(encoding="utf-8").replace("protect = true", "")
    (tmp_path / "prod.toml").write_text(
        f'{text}\n[queue]\nname = "events-prod"\n', encoding="utf-8"
    )
    staging = (CONFIG / "staging.toml").read_text(encoding="utf-8")
    (tmp_path / "staging.toml").write_text(staging, encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(cli: Cli, folder: Path) -> Any:
    """Run a command on prod."""

    def execute(name: str, *arguments: str) -> Any:
        return cli(name, "--env", "prod", "--config-dir", str(folder), *arguments)

    return execute


def test_it_is_planned_applied_settled_and_its_drift_is_mended(run: Any, local: LocalAws) -> None:
    planned = run("plan")
    assert "10. Event queue\n    + create queue events-prod" in planned.stdout
    assert run("apply", "--yes").status == 0
    again = run("apply", "--yes")
    assert (again.status, again.writes) == (0, [])
    url = {"QueueUrl": url_of("arn:aws:sqs:us-east-2:524471258033:events-prod")}
    shorter = {**url, "Attributes": {"MessageRetentionPeriod": "60"}}
    local.call("524471258033", "us-east-2", "sqs", "SetQueueAttributes", shorter)

    assert "keeps: 60 -> 3600" in run("plan").stdout
    assert [call.operation for call in run("apply", "--yes").writes] == ["SetQueueAttributes"]


def test_an_environment_without_the_section_skips_it_and_asks_nothing(
    cli: Cli, folder: Path
) -> None:
    planned = cli("plan", "--env", "staging", "--config-dir", str(folder))

    assert "skipped: no [queue] in the environment file" in planned.stdout
    assert not [call for call in planned.calls if call.service == "sqs"]


def test_permissions_and_explanation_follow_from_it(run: Any) -> None:
    printed = json.dumps(run("permissions", "--json").json)
    said = run("explain", "queue", "--json").json["explanation"]

    for action in ("CreateQueue", "GetQueueAttributes", "ListQueueTags", "TagQueue", "DeleteQueue"):
        assert f"sqs:{action}" in printed
    assert "arn:aws:sqs:us-east-2:524471258033:events-prod" in printed
    assert said["makes"] == ["queue events-prod"]
    assert said["creates"] == ["sqs CreateQueue"]
    assert said["changes"] == ["sqs SetQueueAttributes", "sqs TagQueue"]


def test_json_names_it_by_its_key(run: Any) -> None:
    [report] = run("plan", "--json").json["environments"]
    [change] = report["plan"]["steps"][-1]["changes"]

    assert (change["kind"], change["label"]) == ("Queue", "queue events-prod")
    assert change["key"] == {
        "type": "queue",
        "account": "524471258033",
        "region": "us-east-2",
        "name": "events-prod",
    }


def test_an_export_that_cannot_say_it_lists_it_as_left_out(run: Any) -> None:
    assert run("apply", "--yes").status == 0

    terraform, cloudformation = (
        run("export", "--format", form, "--json") for form in ("terraform", "cloudformation")
    )

    assert (terraform.status, cloudformation.status) == (0, 0)
    assert "queue events-prod" in terraform.json["environments"][0]["text"]
    assert "queue events-prod" in cloudformation.json["environments"][0]["left_out"]


def test_two_environments_that_want_it_otherwise_clash(run: Any, folder: Path) -> None:
    text = (folder / "prod.toml").read_text(encoding="utf-8")
    other = text.replace("starlight-prod", "starlight-two").replace(
        "starlightpractice.com", "a.org"
    )
    (folder / "two.toml").write_text(f"{other}keeps = 60\n", encoding="utf-8")

    refused = run("plan")

    assert refused.status == 1
    assert "want queue events-prod in account 524471258033, us-east-2: queue.name" in refused.stderr


def test_destroy_takes_what_was_made_and_leaves_what_was_adopted(run: Any, local: LocalAws) -> None:
    name = {"QueueName": "events-prod", "Attributes": {"MessageRetentionPeriod": "3600"}}
    local.call("524471258033", "us-east-2", "sqs", "CreateQueue", name)
    assert run("apply", "--yes").status == 0

    kept = run("destroy", "--yes", "--confirm-env", "prod")
    taken = run("destroy", "--yes", "--confirm-env", "prod", "--adopted")

    assert "stays  queue events-prod" in kept.stdout
    assert "it was there before ses-provision" in kept.stdout
    assert [call.operation for call in taken.writes] == ["DeleteQueue"]
