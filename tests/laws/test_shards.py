"""Shards together are the whole: each environment once, and what they do is what one run does."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.environment import Environment, loading
from ses_provision.environment.shards import Shard, shard
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import Bench, bench

ACCOUNTS = ("111122223333", "444455556666", "777788889999")
REGIONS = ("eu-central-1", "eu-west-1")


def settings(number: int) -> dict[str, Any]:
    """A small environment; several share an account, and a region of it."""
    return {
        "account_id": ACCOUNTS[number % len(ACCOUNTS)],
        "region": REGIONS[number // 2 % len(REGIONS)],
        "domain": f"clinic-{number}.example",
        "configuration_set": {"name": f"clinic-{number}"},
    }


def environment(number: int) -> Environment:
    """A small environment by its number."""
    return loading.checked({"name": f"clinic-{number}", **settings(number)}, "test")


FOLDERS = st.sets(st.integers(0, 40), max_size=14).map(sorted)


@given(FOLDERS, st.integers(1, 20))
def test_each_environment_is_in_exactly_one_shard(numbers: list[int], of: int) -> None:
    folder = [environment(number) for number in numbers]

    shards = [shard(folder, Shard(number, of)) for number in range(1, of + 1)]

    assert sorted(env.name for found in shards for env in found) == sorted(e.name for e in folder)
    sizes = [len(found) for found in shards]
    assert max(sizes) - min(sizes) <= 1


@given(FOLDERS, st.integers(1, 6), st.randoms(use_true_random=False))
def test_the_same_folder_gives_the_same_shards_in_whatever_order_it_is_read(
    numbers: list[int], of: int, chance: random.Random
) -> None:
    folder = [environment(number) for number in numbers]
    shuffled = chance.sample(folder, len(folder))

    for number in range(1, of + 1):
        part = Shard(number, of)
        assert {e.name for e in shard(folder, part)} == {e.name for e in shard(shuffled, part)}
        assert shard(folder, part) == [one for one in folder if one in shard(folder, part)]


@given(st.integers(1, 8))
def test_environments_of_an_account_and_region_stand_in_neighbouring_shards(of: int) -> None:
    folder = [environment(number) for number in range(24)]
    homes: dict[tuple[str, str], list[int]] = {}
    for number in range(1, of + 1):
        for env in shard(folder, Shard(number, of)):
            homes.setdefault((env.account_id, env.region), []).append(number)

    for numbers in homes.values():
        assert set(numbers) == set(range(min(numbers), max(numbers) + 1))


@given(st.text("0123456789/ -+٣", max_size=8))
def test_what_is_read_as_a_shard_is_one_of_its_parts(text: str) -> None:
    found = Shard.parse(text)

    if found is not None:
        assert text == f"{found.number}/{found.of}"
        assert 1 <= found.number <= found.of


@pytest.mark.parametrize("written", ["0/2", "3/2", "1", "1/0", "a/b", "-1/2", "1/2/3", "", " 1/2"])
def test_anything_else_is_refused_with_what_would_be_right(cli: Cli, written: str) -> None:
    refused = cli("environments", "--shard", written)

    assert refused.status == 64
    assert "--shard wants I/N with I from 1 to N, such as 2/4" in refused.stderr
    assert refused.stdout == ""


def toml(values: dict[str, Any]) -> str:
    """An environment file."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    lines = [f'{key} = "{value}"' for key, value in plain.items()]
    return "\n".join(
        [*lines, "[configuration_set]", f'name = "{values["configuration_set"]["name"]}"']
    )


@pytest.fixture
def clinics(cli: Cli, tmp_path: Path) -> Bench:
    """Seven environments in three accounts, the first of them applied."""
    files = {f"clinic-{number}": toml(settings(number)) for number in range(7)}
    made = bench(cli, tmp_path / "config", InProcess, **files)
    return made.prepare("apply", "--env", "clinic-0", "--yes")


@pytest.mark.parametrize("of", [1, 3, 9])
@pytest.mark.parametrize("command", ["plan", "status"])
def test_shards_together_say_what_one_run_says(clinics: Bench, command: str, of: int) -> None:
    options = ("--no-dns",) if command == "status" else ()
    whole = clinics(command, *options, "--json").json["environments"]
    parts: list[Any] = []
    for number in range(1, of + 1):
        names = clinics("environments", "--shard", f"{number}/{of}").stdout.split()
        chosen = [word for name in names for word in ("--env", name)]
        if chosen:
            parts += clinics(command, *chosen, *options, "--json").json["environments"]

    def by_name(one: dict[str, Any]) -> str:
        return str(one["environment"])

    assert sorted(parts, key=by_name) == sorted(whole, key=by_name)


def test_shards_together_apply_what_one_run_applies(clinics: Bench) -> None:
    for number in (1, 2, 3):
        names = clinics("environments", "--shard", f"{number}/3").stdout.split()
        chosen = [word for name in names for word in ("--env", name)]
        assert clinics("apply", *chosen, "--yes").status == 0

    settled = clinics("plan", "--detailed-exitcode")
    assert settled.status == 0


def test_a_matrix_has_a_job_for_each_environment_in_one_line(clinics: Bench) -> None:
    shown = clinics("environments", "--format", "github-matrix", "--shard", "1/2")
    names = clinics("environments", "--shard", "1/2").stdout.split()

    assert shown.status == 0
    assert shown.stdout.count("\n") == 1
    jobs = json.loads(shown.stdout)["include"]
    assert [job["environment"] for job in jobs] == names
    assert jobs[0] == {
        "environment": "clinic-0",
        "account_id": "111122223333",
        "region": "eu-central-1",
        "domain": "clinic-0.example",
    }


def test_a_list_is_a_name_a_line_and_json_a_document(clinics: Bench) -> None:
    listed = clinics("environments")
    document = clinics("environments", "--format", "json", "--shard", "2/2").json

    assert listed.stdout.splitlines() == [f"clinic-{number}" for number in range(7)]
    assert listed.calls == []
    assert document["command"] == "environments"
    assert document["shard"] == "2/2"
    assert {one["account_id"] for one in document["environments"]} <= set(ACCOUNTS)


def test_more_environments_than_github_makes_jobs_are_refused_with_the_shards_to_take(
    cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    for number in range(257):
        text = toml(settings(number))
        (folder / f"clinic-{number}.toml").write_text(text, encoding="utf-8")

    refused = cli("environments", "--format", "github-matrix", "--config-dir", str(folder))
    taken = cli(
        "environments", "--format", "github-matrix", "--shard", "2/2", "--config-dir", str(folder)
    )

    assert refused.status == 64
    assert "at most 256 jobs" in refused.stderr
    assert "--shard I/2" in refused.stderr
    assert len(json.loads(taken.stdout)["include"]) == 128
