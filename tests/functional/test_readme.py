"""What the README and the guides say runs as it is written, on the local AWS."""

import importlib
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment
from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, ROOT, Cli, Result
from tests.functional.folders import publish
from tests.functional.test_init import Person
from tests.pages import README, WRITTEN, fenced, guide, pages, said, words

yaml: Any = importlib.import_module("yaml")  # without stubs; it comes with the local AWS
ACCOUNT = "111122223333"
BY_HAND = "# publish these records in your provider's panel"


@dataclass(frozen=True)
class WalkThrough:
    """A section of a page: files to write, and lines to run."""

    title: str
    files: dict[str, str]
    lines: list[str]


def walk_throughs() -> list[WalkThrough]:
    """The walk-throughs of all pages, by title."""
    sections = [
        section for page in pages() for section in said(page).split("\n## Walk-through: ")[1:]
    ]
    return sorted(map(walk_through, sections), key=lambda walk: walk.title)


def walk_through(section: str) -> WalkThrough:
    """A section taken apart."""
    title, _, rest = section.partition("\n")
    body = rest.partition("\n## ")[0]
    files = {
        re.match(r"# (config/\S+)", block)[1]: block  # type: ignore[index]
        for language in ("toml", "csv")
        for block in fenced(body, language)
    }
    files |= dict(re.findall(r"(?ms)`(\S+\.xml)`:\n\n```xml\n(.*?)^```$", body))
    return WalkThrough(
        title, files, [line for sh in fenced(body, "sh") for line in sh.splitlines()]
    )


@pytest.fixture
def aws() -> LocalAws:
    """An account with the hosted zone of the walk-throughs' domain."""
    made = LocalAws(Clock(frozen_at=NOON))
    made.seed(ACCOUNT, zones=[("ZEXAMPLE", "example.com")], roles=["dns"])
    return made


class Reader:
    """Somebody who does what a page says, in an empty folder."""

    def __init__(self, cli: Cli, aws: LocalAws) -> None:
        self._cli = cli
        self._aws = aws

    def run(self, line: str) -> Result | None:
        """Run a line; what is done by hand is done by hand."""
        if line == BY_HAND:
            records = self.command("dns --format json").json["environments"][0]["records"]
            publish(self._aws, records)
            return None
        assert line.startswith("ses-provision ")
        return self.command(shlex.join(words(line)))

    def command(self, arguments: str) -> Result:
        """Run a command."""
        return self._cli(*shlex.split(arguments), world=InProcess(self._aws))


@pytest.fixture
def reader(cli: Cli, aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader of the walk-throughs."""
    monkeypatch.chdir(tmp_path)
    return Reader(cli, aws)


def test_there_are_walk_throughs_for_each_kind_of_dns_and_for_each_optional_section() -> None:
    assert [walk.title for walk in walk_throughs()] == [
        "Cloudflare",
        "Route 53",
        "a DKIM key of your own",
        "a dashboard",
        "a dedicated IP pool",
        "a name server that takes updates",
        "a name that receives",
        "a page that is mailed",
        "a provider by octoDNS",
        "account settings",
        "an SMTP user for Auth0",
        "an alarm that pauses",
        "another DNS provider",
        "from the first mails to a larger quota",
        "keep what became of each mail",
        "links under a domain of your own",
        "one domain in two accounts",
        "one domain in two accounts and two regions",
        "one domain in two regions",
        "the first report",
        "two senders and a table of more",
        "watch mail, and let a program react",
        "what a month costs",
    ]


@pytest.mark.parametrize("walk", walk_throughs(), ids=lambda walk: walk.title)
def test_the_walk_throughs_run_as_they_stand_and_end_verified(
    reader: Reader, aws: LocalAws, tmp_path: Path, walk: WalkThrough
) -> None:
    if "name server" in walk.title:
        aws.seed(ACCOUNT, primaries=[("example.com", "ses-provision")])
    if walk.title == "Cloudflare":
        aws.seed(ACCOUNT, cloudflare=[("example.com", "")])
    if "octoDNS" in walk.title:
        aws.seed(ACCOUNT, panels=[("gandi", "example.com")])
    for name, held in walk.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(held, encoding="utf-8")

    for line in walk.lines:
        result = reader.run(line)
        assert result is None or result.status == 0, f"{line}\n{result.stderr if result else ''}"

    rows = [one["status"] for one in reader.command("status --json").json["environments"]]
    assert rows
    for row in rows:
        assert (row["verified"], row["dkim"], row["mail_from"]) == ("SUCCESS",) * 3
    assert reader.command("plan --detailed-exitcode").status == 0


def test_when_one_of_two_accounts_leaves_a_domain_the_other_does_not_notice(
    reader: Reader, tmp_path: Path
) -> None:
    walk = next(one for one in walk_throughs() if one.title == "one domain in two accounts")
    for name, held in walk.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(held, encoding="utf-8")
    for line in walk.lines:
        reader.run(line)

    left = reader.command("destroy --env marketing --yes --confirm-env marketing")

    assert left.status == 0
    assert "operations needs it" in left.stdout
    assert reader.command("plan --env operations --detailed-exitcode").status == 0


def test_with_another_provider_route_53_is_never_asked(reader: Reader, aws: LocalAws) -> None:
    walk = next(one for one in walk_throughs() if one.title == "another DNS provider")
    init, *rest = walk.lines
    reader.run(init)
    before = len(aws.journal)

    for line in rest:
        reader.run(line)

    assert "route53" not in {call.service for call in list(aws.journal)[before:]}


def workflow() -> Any:
    """The workflow of the guide."""
    return yaml.safe_load(fenced(guide("ci"), "yaml")[0])


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

    for line in ran("plan"):
        result = cli(*shlex.split(line)[1:])
        assert result.status == 0, f"{line}\n{result.stderr}"
    for line in ran("apply"):
        result = cli(*shlex.split(line.replace('"$DIGEST"', handed_over()))[1:])
        assert result.status == 0, f"{line}\n{result.stderr}"

    assert "### ses-provision plan: prod" in summary.read_text(encoding="utf-8")
    assert cli("plan", "--env", "prod", "--detailed-exitcode").status == 0


def handed_over() -> str:
    """What the planning job hands over to the applying one, beside the file."""
    plans, applies = workflow()["jobs"]["plan"], workflow()["jobs"]["apply"]
    [(step, write)] = [(one["id"], one["run"]) for one in plans["steps"] if "id" in one]
    [(name, field, path)] = re.findall(r'"(\w+)=\$\(jq -r \.(\w+) (\S+)\)"', write)
    assert plans["outputs"] == {name: f"${{{{ steps.{step}.outputs.{name} }}}}"}
    [given] = [one["env"] for one in applies["steps"] if "env" in one]
    assert given == {"DIGEST": f"${{{{ needs.plan.outputs.{name} }}}}"}
    return str(json.loads(Path(path).read_text(encoding="utf-8"))[field])


def test_the_workflow_applies_no_plan_but_the_one_that_was_approved(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").symlink_to(ROOT / "config")
    cli("plan", "--env", "prod", "--out", "prod.plan")
    approved = handed_over()
    cli("apply", "--env", "prod", "--only", "configuration-set", "--yes")
    cli("plan", "--env", "prod", "--out", "other.plan")
    Path("other.plan").replace("prod.plan")
    [line] = [line for line in ran("apply") if line.startswith("ses-provision apply")]

    refused = cli(*shlex.split(line.replace('"$DIGEST"', approved))[1:])

    assert refused.status != 0
    assert "Its digest is" in refused.stderr
    assert refused.writes == []


def test_the_workflow_uses_open_id_connect_and_no_stored_key() -> None:
    found = workflow()

    assert found["permissions"]["id-token"] == "write"
    assert found["jobs"]["apply"]["environment"] == "production"
    assert "secrets." not in json.dumps(found)


def to_run(page: Path) -> list[str]:
    """The lines of a page that are for running, beside walk-throughs, which begin with nothing."""
    sections = said(page).split("\n## ")
    others = "\n## ".join(part for part in sections if not part.startswith("Walk-through: "))
    return [line for block in fenced(others, "sh") for line in block.splitlines() if line]


RUNNABLE = [page for page in WRITTEN if to_run(page)]
"""The examples of the reference are run by tests/functional/test_help.py."""


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: page.stem)
def test_the_commands_of_a_page_run_one_after_the_other(
    project: Path, cli: Cli, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line in to_run(page):
        assert line.startswith("ses-provision "), "another program: mark the block console"
        monkeypatch.setattr("sys.stdin", Person("y\n"))
        result = cli(*words(line))
        assert result.status == 0, f"{line}\n{result.stdout}{result.stderr}"


def registrar_elsewhere(cli: Cli, local: LocalAws, env: Environment) -> None:
    """Applied, while the domain is delegated to the registrar's own name servers."""
    servers = ["ns1.registrar.example", "ns2.registrar.example"]
    local.declare_dns(env.domain, "NS", servers)
    cli("apply", "--env", "prod", "--yes")


def applied(cli: Cli, local: LocalAws, env: Environment) -> None:
    """Applied a moment ago."""
    cli("apply", "--env", "prod", "--yes")


def nothing_yet(cli: Cli, local: LocalAws, env: Environment) -> None:
    """An account with a hosted zone and nothing else."""


SCENES = {
    "plan --env prod": nothing_yet,
    "dkim-status --env prod": registrar_elsewhere,
    "checklist --env prod --only events --only SES-SANDBOX-001": applied,
}
"""What is the case before a command that a page shows with its output."""


def screens() -> list[tuple[Path, str]]:
    """The commands that pages show with what they print."""
    return [
        (page, block)
        for page in pages()
        for block in fenced(said(page), "console")
        if not block.splitlines()[-1].startswith("$ ")
    ]


def shown_command(block: str) -> str:
    """The command that a block shows, without the program's name."""
    return block.partition("\n")[0].removeprefix("$ ses-provision ")


@pytest.mark.parametrize("block", [block for _, block in screens()], ids=shown_command)
def test_what_a_page_shows_of_a_command_is_what_it_prints(
    cli: Cli, local: LocalAws, env: Environment, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    command, shown = shown_command(block), block.partition("\n")[2]
    SCENES[command](cli, local, env)

    assert cli(*shlex.split(command)).stdout.strip() == shown.strip()


def test_the_readme_has_a_screen_of_plan_dkim_status_and_checklist() -> None:
    shown = [shown_command(block).split()[0] for page, block in screens() if page == README]

    assert shown == ["plan", "dkim-status", "checklist"]
