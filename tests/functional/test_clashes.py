"""Environments that would undo one another are refused before any call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ses_provision.engine import clashes
from ses_provision.environment import Environment, loading
from ses_provision.steps import STEPS
from tests.conftest import Cli

BASE: dict[str, Any] = {
    "account_id": "111122223333",
    "region": "eu-west-1",
    "domain": "example.com",
    "configuration_set": {"name": "one"},
}
APART: dict[str, Any] = {
    "domain": "example.org",
    "suffix": "two",
    "configuration_set": {"name": "two"},
}


def environment(name: str, **changes: Any) -> Environment:
    """An environment that differs in some settings from the base."""
    return loading.checked({**BASE, "name": name, **changes}, name)


def problems(*environments: Environment) -> list[str]:
    """What clashes, in words."""
    return [problem for _, _, problem in clashes.clashes(environments, STEPS)]


def test_environments_that_have_nothing_in_common_do_not_clash(
    environments: list[Environment],
) -> None:
    assert problems(*environments) == []
    assert problems(environment("one"), environment("two", **APART)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"domain": "example.com"}, "identity example.com"),
        ({"configuration_set": {"name": "one"}}, "configuration set one"),
        ({"events": {"topic": "ses-events-one"}}, "topic ses-events-one"),
        ({"alarms": {"topic": "ses-events-one"}}, "topic ses-events-one"),
        ({"suffix": "one"}, "topic ses-events-one"),
        ({"alarms": {"complaint_name": "ses-complaint-rate-one"}}, "ses-complaint-rate-one"),
        (
            {"sender": {"role": "app", "policy_name": "ses-send-one"}},
            "role policy app/ses-send-one",
        ),
    ],
)
def test_the_same_name_in_one_account_and_region_clashes(
    changes: dict[str, Any], said: str
) -> None:
    first = environment("one", sender={"role": "app"})

    found = problems(first, environment("two", **{**APART, **changes}))

    assert any(said in one for one in found), found
    assert all("one.toml" in one and "two.toml" in one for one in found)
    elsewhere = {**APART, **changes, "account_id": "444455556666"}
    assert problems(first, environment("two", **elsewhere)) == []


def test_alarm_regions_that_overlap_clash_though_the_sending_regions_do_not() -> None:
    first = environment("one", suffix="x", alarms={"regions": ["eu-west-1", "us-east-1"]})
    second = environment("two", **{**APART, "suffix": "x", "region": "us-east-1"})

    assert any(
        "topic ses-events-x in account 111122223333, us-east-1" in p
        for p in problems(first, second)
    )


def test_one_mail_from_domain_in_two_regions_clashes_even_between_accounts() -> None:
    other = {**APART, "domain": "example.com", "region": "us-east-1", "account_id": "444455556666"}

    [found] = problems(environment("one"), environment("two", **other))

    assert "mail.example.com" in found
    assert "mail_from.subdomain" in found
    assert (
        problems(environment("one"), environment("two", **other, mail_from={"subdomain": "bounce"}))
        == []
    )


def test_a_mail_from_domain_that_another_environment_sends_from_clashes() -> None:
    found = problems(
        environment("one"), environment("two", **{**APART, "domain": "mail.example.com"})
    )

    assert any(one.startswith("one and two both want mail.example.com") for one in found)


def test_two_dmarc_records_for_one_domain_clash() -> None:
    other = {**APART, "domain": "example.com", "account_id": "444455556666"}
    none, reject = {"policy": "none"}, {"policy": "reject"}

    assert problems(environment("one", dmarc=none), environment("two", **other, dmarc=none)) == []
    [found] = problems(environment("one", dmarc=none), environment("two", **other, dmarc=reject))
    assert "TXT record v=DMARC1 _dmarc.example.com" in found


def test_names_that_differ_only_in_case_clash() -> None:
    [found] = problems(environment("one"), environment("One", **APART))

    assert "differs only in case" in found


def write(folder: Path, name: str, **settings: str) -> None:
    """Write an environment file."""
    values = {"account_id": "524471258033", "region": "us-east-2", "domain": "example.com"}
    lines = [f'{key} = "{value}"' for key, value in {**values, **settings}.items()]
    text = "\n".join([*lines, "[configuration_set]", f'name = "{name}"'])
    (folder / f"{name}.toml").write_text(text)


@pytest.mark.parametrize(
    "arguments",
    [("plan",), ("plan", "--env", "a"), ("apply", "--env", "b", "--yes"), ("checklist",)],
)
def test_a_clash_is_refused_before_any_call_with_all_of_it_at_once(
    arguments: tuple[str, ...], cli: Cli, tmp_path: Path
) -> None:
    write(tmp_path, "a", suffix="same")
    write(tmp_path, "b", suffix="same")

    refused = cli(*arguments, "--config-dir", str(tmp_path), "--json")

    assert refused.status == 1
    assert refused.calls == []
    error = refused.json["error"]
    assert error["kind"] == "ConfigError"
    assert len(error["problems"]) >= 6
    for name in "ab":
        file = f"{tmp_path}/{name}.toml: "
        assert sum(problem.startswith(file) for problem in error["problems"]) >= 3


@pytest.mark.parametrize("github", ["true", ""])
def test_validate_annotates_a_clash_at_both_files_in_github_actions(
    github: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", github)
    write(tmp_path, "a", suffix="same")
    write(tmp_path, "b", suffix="same")

    refused = cli("validate", "--config-dir", str(tmp_path))

    assert refused.status == 1
    assert refused.stderr.count("hint: Nothing was read or written.") == 1
    for name in "ab":
        annotation = f"::error file={tmp_path}/{name}.toml::a and b both want "
        assert (annotation in refused.stderr) == bool(github)


def test_a_clash_of_others_and_a_broken_file_do_not_stand_in_the_way(
    cli: Cli, tmp_path: Path, environments: list[Environment]
) -> None:
    write(tmp_path, "mine", domain=environments[0].domain)
    write(tmp_path, "a", suffix="same")
    write(tmp_path, "b", suffix="same")
    (tmp_path / "broken.toml").write_text("account_id = 7")

    assert cli("plan", "--env", "mine", "--config-dir", str(tmp_path)).status == 0
