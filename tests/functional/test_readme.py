"""What the README says runs as it is written, on the local AWS."""

import importlib
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, ROOT, Cli, Result
from tests.functional.folders import publish

yaml: Any = importlib.import_module("yaml")  # without stubs; it comes with the local AWS
README = (ROOT / "README.md").read_text(encoding="utf-8")
ACCOUNT = "111122223333"
BY_HAND = "# publish these records in your provider's panel"


@dataclass(frozen=True)
class WalkThrough:
    """A section of the README: files to write, and lines to run."""

    title: str
    files: dict[str, str]
    lines: list[str]


def walk_throughs() -> list[WalkThrough]:
    """The walk-throughs in order."""
    found = []
    for section in README.split("\n### Walk-through: ")[1:]:
        title, _, rest = section.partition("\n")
        text = rest.partition("\n## ")[0]
        files = {
            re.match(r"# (config/\S+)", one)[1]: one  # type: ignore[index]
            for one in fenced(text, "toml")
        }
        lines = [line for one in fenced(text, "sh") for line in one.splitlines()]
        found.append(WalkThrough(title, files, lines))
    return found


def fenced(text: str, language: str) -> list[str]:
    """The blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def aws() -> LocalAws:
    """An account with the hosted zone of the README's domain."""
    made = LocalAws(Clock(frozen_at=NOON))
    made.seed(ACCOUNT, zones=[("ZEXAMPLE", "example.com")])
    return made


class Reader:
    """Somebody who does what the README says, in an empty folder."""

    def __init__(self, cli: Cli, aws: LocalAws) -> None:
        self._cli = cli
        self._aws = aws

    def run(self, line: str) -> Result | None:
        """Run a line; what is done by hand is done by hand."""
        if line == BY_HAND:
            records = self.command("dns --format json").json["environments"][0]["records"]
            publish(self._aws, records)
            return None
        program, *arguments = shlex.split(line.partition(" #")[0])
        assert program == "ses-provision"
        return self.command(shlex.join(arguments))

    def command(self, arguments: str) -> Result:
        """Run a command."""
        return self._cli(*shlex.split(arguments), world=InProcess(self._aws))


@pytest.fixture
def reader(cli: Cli, aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader of the README."""
    monkeypatch.chdir(tmp_path)
    return Reader(cli, aws)


def test_there_are_walk_throughs_for_route_53_for_other_providers_and_for_two_regions() -> None:
    assert [one.title for one in walk_throughs()] == [
        "Route 53",
        "another DNS provider",
        "one domain in two regions",
    ]


@pytest.mark.parametrize("walk", walk_throughs(), ids=lambda walk: walk.title)
def test_the_walk_throughs_run_as_they_stand_and_end_verified(
    reader: Reader, tmp_path: Path, walk: WalkThrough
) -> None:
    for name, text in walk.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    for line in walk.lines:
        result = reader.run(line)
        assert result is None or result.status == 0, f"{line}\n{result.stderr if result else ''}"

    rows = [one["status"] for one in reader.command("status --json").json["environments"]]
    assert rows
    for row in rows:
        assert (row["verified"], row["dkim"], row["mail_from"]) == ("SUCCESS",) * 3
    assert reader.command("plan --detailed-exitcode").status == 0


def test_with_another_provider_route_53_is_never_asked(reader: Reader, aws: LocalAws) -> None:
    walk = next(one for one in walk_throughs() if one.title == "another DNS provider")
    init, *rest = walk.lines
    reader.run(init)
    before = len(aws.journal)

    for line in rest:
        reader.run(line)

    assert "route53" not in {call.service for call in list(aws.journal)[before:]}


def workflow() -> Any:
    """The workflow of the README."""
    section = README.partition("\n## In CI\n")[2].partition("\n## ")[0]
    return yaml.safe_load(fenced(section, "yaml")[0])


def ran(job: str) -> list[str]:
    """The commands of a job that are ours."""
    steps = workflow()["jobs"][job]["steps"]
    lines = [step["run"] for step in steps if "run" in step]
    return [line for line in lines if line.startswith("ses-provision")]


def test_the_workflow_plans_and_applies_exactly_that_plan(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").symlink_to(ROOT / "config")

    for line in [*ran("plan"), *ran("apply")]:
        result = cli(*shlex.split(line)[1:])
        assert result.status == 0, f"{line}\n{result.stderr}"

    assert "### ses-provision plan: prod" in summary.read_text(encoding="utf-8")
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def test_the_workflow_uses_open_id_connect_and_no_stored_key() -> None:
    found = workflow()

    assert found["permissions"]["id-token"] == "write"
    assert found["jobs"]["apply"]["environment"] == "production"
    assert "secrets." not in json.dumps(found)


def test_json_in_the_readme_is_json() -> None:
    for text in fenced(README, "json"):
        json.loads(text)


def test_every_command_that_the_readme_names_exists() -> None:
    from tests.reference import commands

    named = set(re.findall(r"(?:`|^ *|run: )ses-provision ([a-z][a-z-]+)", README, re.MULTILINE))

    assert len(named) > 10
    assert named <= set(commands())
