"""A plan file is what was looked at, or it is refused; and no other file becomes one."""

from __future__ import annotations

import json
import os
import shlex
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.test_saved_plan import sealed

ACCOUNT, REGION = "111122223333", "eu-central-1"


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a hosted zone, and roles."""
    found = bench(cli, tmp_path / "config", prod=HOSTED)
    found.local.seed(ACCOUNT, roles=["web", "mallory"])
    return found


@pytest.fixture
def planned(made: Bench, tmp_path: Path) -> Result:
    """A plan of the fresh account, in prod.plan."""
    return made(
        "plan", "--env", "prod", "--role", "web", "--json", "--out", str(tmp_path / "prod.plan")
    )


@pytest.fixture
def file(planned: Result, tmp_path: Path) -> Path:
    """Its file."""
    assert planned.status == 0
    return tmp_path / "prod.plan"


def digest(planned: Result) -> str:
    """The digest that plan told."""
    return str(planned.json["environments"][0]["plan_file"]["digest"])


def block(made: Bench) -> None:
    """Put something in the way."""
    [zone] = made.local.route53.zones(ACCOUNT)
    record = {
        "Name": "mail.example.com",
        "Type": "CNAME",
        "TTL": 300,
        "ResourceRecords": [{"Value": "elsewhere.example.net"}],
    }
    changes = [{"Action": "CREATE", "ResourceRecordSet": record}]
    batch = {"HostedZoneId": zone.id, "ChangeBatch": {"Changes": changes}}
    made.local.call(ACCOUNT, "us-east-1", "route53", "ChangeResourceRecordSets", batch)


Edit = Callable[[dict[str, Any]], Any]
EDITS: dict[str, Edit] = {
    "another role": lambda plan: plan.update(role="mallory"),
    "no role": lambda plan: plan.update(role=None),
    "a take-over": lambda plan: plan.update(take_over=["mail-from"]),
    "a step less": lambda plan: plan["steps"].pop("alarms"),
    "all steps but one": lambda plan: [
        plan["steps"].pop(name) for name in list(plan["steps"]) if name != "identity"
    ],
    "another order": lambda plan: plan.update(steps=dict(reversed(plan["steps"].items()))),
    "a setting": lambda plan: plan["settings"]["dns"].update(ttl=1),
    "another account": lambda plan: plan.update(account_id="000000000000"),
    "another environment": lambda plan: plan.update(environment="other"),
    "another maker": lambda plan: plan.update(made_by="9"),
    "a change less": lambda plan: plan["steps"]["identity"]["changes"].clear(),
    "a blocked change as one to make": lambda plan: plan["steps"]["identity"]["changes"][0].update(
        action="blocked"
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_plan_is_refused_before_anything_is_asked(
    edit: Edit, made: Bench, file: Path
) -> None:
    plan = json.loads(file.read_text(encoding="utf-8"))
    edit(plan)
    file.write_text(json.dumps(plan), encoding="utf-8")

    refused = made("apply", str(file))

    assert refused.status == 1
    assert refused.calls == []
    assert "is not as `ses-provision plan` wrote it" in refused.stderr


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_plan_with_a_digest_that_fits_is_not_the_one_that_was_named(
    edit: Edit, made: Bench, file: Path, planned: Result
) -> None:
    plan = json.loads(file.read_text(encoding="utf-8"))
    edit(plan)
    sealed(file, plan)

    refused = made("apply", str(file), "--digest", digest(planned))

    assert refused.status == 1
    assert refused.calls == []
    assert "is another than the one you name" in refused.stderr


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*at, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from places(one, (*at, number))


def test_no_single_edit_anywhere_passes(made: Bench, file: Path, dense: bool) -> None:
    whole = file.read_text(encoding="utf-8")
    every = list(places(json.loads(whole)))[1:]
    assert len(every) > 300

    for at in every if dense else every[::7]:
        plan = json.loads(whole)
        inner = plan
        for key in at[:-1]:
            inner = inner[key]
        inner[at[-1]] = "edited" if inner[at[-1]] != "edited" else 1
        file.write_text(json.dumps(plan), encoding="utf-8")
        refused = made("apply", str(file))
        assert refused.status in {1, 64}, at
        assert refused.calls == [], at
        assert "Traceback" not in refused.stderr, at


def test_the_file_may_be_laid_out_anew(made: Bench, file: Path, planned: Result) -> None:
    file.write_text(
        json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=8, ensure_ascii=True),
        encoding="utf-8",
    )

    assert made("apply", str(file), "--digest", digest(planned).upper()).status == 0


def test_the_command_that_plan_prints_makes_the_plan_so(made: Bench, tmp_path: Path) -> None:
    path = tmp_path / "my plan"
    told = made("plan", "--env", "prod", "--out", str(path)).stderr
    command = told.partition("and nothing else: ")[2].strip()

    name, *line = shlex.split(command)

    assert name == "ses-provision"
    assert made(*line).status == 0


def test_the_digest_is_in_the_job_summary(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))

    planned = made(
        "plan", "--env", "prod", "--github-summary", "--json", "--out", str(tmp_path / "prod.plan")
    )

    assert digest(planned) in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_the_same_account_and_file_give_the_same_digest(made: Bench, tmp_path: Path) -> None:
    told = [
        digest(made("plan", "--env", "prod", "--json", "--out", str(tmp_path / name)))
        for name in ("a", "b")
    ]

    assert told[0] == told[1]
    made("apply", "--env", "prod", "--yes")
    assert digest(made("plan", "--env", "prod", "--json", "--out", str(tmp_path / "c"))) != told[0]


def test_a_digest_without_a_file_is_wrong_usage(made: Bench) -> None:
    refused = made("apply", "--env", "prod", "--digest", "sha256:0")

    assert refused.status == 64
    assert refused.calls == []


def test_of_a_blocked_plan_nothing_is_applied(made: Bench, tmp_path: Path) -> None:
    block(made)
    path = tmp_path / "prod.plan"
    planned = made("plan", "--env", "prod", "--out", str(path))

    refused = made("apply", str(path))

    assert planned.status == 1
    assert "It is blocked, so nothing can be applied from it." in planned.stderr
    assert refused.status == 1
    assert refused.calls == []
    assert "is blocked, so it makes nothing" in refused.stderr
    assert "mail.example.com" in refused.stderr


def test_a_blocked_plan_with_a_take_over_is_no_longer_blocked(made: Bench, tmp_path: Path) -> None:
    block(made)
    path = tmp_path / "prod.plan"

    assert made("plan", "--env", "prod", "--take-over", "mail-from", "--out", str(path)).status == 0
    assert made("apply", str(path)).status == 0


def test_only_its_owner_reads_a_plan(file: Path, made: Bench) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    made("plan", "--env", "prod", "--out", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_plan_is_replaced_by_a_newer_one_and_nothing_is_left_beside_it(
    made: Bench, file: Path
) -> None:
    before = sorted(file.parent.iterdir())

    assert made("plan", "--env", "prod", "--out", str(file)).status == 0
    assert sorted(file.parent.iterdir()) == before


def test_what_is_no_plan_is_never_replaced(made: Bench, tmp_path: Path) -> None:
    other = tmp_path / "notes.json"
    for path, text in (
        (made.folder / "prod.toml", HOSTED),
        (other, "{}"),
        (tmp_path / "empty", ""),
        (tmp_path / "deep", "[" * 100_000),
    ):
        path.write_text(text, encoding="utf-8")
        refused = made("plan", "--env", "prod", "--out", str(path))
        assert refused.status == 64
        assert refused.calls == []
        assert "it exists and is no plan" in refused.stderr
        assert path.read_text(encoding="utf-8") == text


def test_no_link_is_followed(made: Bench, file: Path, tmp_path: Path) -> None:
    before = file.read_text(encoding="utf-8")
    for target in (file, tmp_path / "not there", made.folder / "prod.toml"):
        link = tmp_path / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(target)

        refused = made("plan", "--env", "prod", "--out", str(link))

        assert refused.status == 64
        assert "it is a symbolic link" in refused.stderr
        assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == before
    assert not (tmp_path / "not there").exists()


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_fifo_a_folder_and_a_device_are_refused_at_once(
    command: str, made: Bench, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/null"), Path("/dev/zero")):
        line = ("plan", "--env", "prod", "--out") if command == "plan" else ("apply",)
        refused = made(*line, str(path))
        assert refused.status == 64
        assert refused.calls == []
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"format": "ses-provision plan 2"}', b"\xff", b"1" * 5000, b"{"]
)
def test_what_is_no_plan_is_not_applied(content: bytes, made: Bench, tmp_path: Path) -> None:
    path = tmp_path / "no.plan"
    path.write_bytes(content)

    refused = made("apply", str(path))

    assert refused.status == 64
    assert "is not a plan" in refused.stderr
