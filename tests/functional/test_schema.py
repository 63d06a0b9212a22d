"""`schema` and `validate`: environment files without AWS."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import Environment, loading
from ses_provision.errors import ConfigError
from ses_provision.render import environment_file
from tests.conftest import CONFIG, Cli
from tests.functional.folders import EXTERNAL, HOSTED, write
from tests.functional.jsonschema import mistakes

SCHEMA = loading.schema()


def shipped() -> list[Path]:
    """The environment files that come with the project, the example included."""
    return sorted(CONFIG.glob("*.toml"))


def test_the_committed_schema_is_current() -> None:
    current = (CONFIG / "schema.json").read_text(encoding="utf-8")

    assert current == environment_file.schema(), "run `ses-provision schema --write`"


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_the_shipped_files_name_the_schema_and_are_right_by_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert text.startswith("#:schema ./schema.json\n")
    assert mistakes(SCHEMA, tomllib.loads(text)) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"region": "us-east"}, "region"),
        ({"account_id": "12"}, "account_id"),
        ({"accont_id": "111122223333"}, "accont_id"),
        ({"alarms": {"bounce_rate": 2}}, "alarms.bounce_rate"),
        ({"dns": {"provider": "hetzner"}}, "dns.provider"),
        ({"dns": {"ttl": "300"}}, "dns.ttl"),
        ({"dns": {"zone_id": "lower"}}, "dns.zone_id"),
        ({"events": {"types": ["CRASH"]}}, "events.types"),
        ({"configuration_set": {"name": "with blank"}}, "configuration_set.name"),
    ],
)
def test_what_an_editor_marks_by_the_schema_does_not_load_either(
    change: dict[str, Any], where: str
) -> None:
    raw = {**tomllib.loads(HOSTED), **change}

    assert [one for one in mistakes(SCHEMA, raw) if where in one]
    with pytest.raises(ConfigError):
        loading.checked({**raw, "name": "prod"}, "prod.toml")


def test_every_setting_is_in_the_schema_with_a_description() -> None:
    described = {
        name: section["properties"] for name, section in {"": SCHEMA, **SCHEMA["$defs"]}.items()
    }

    assert set(described[""]) == set(Environment.model_fields) - {"name"}
    for section, settings in described.items():
        for name, setting in settings.items():
            assert "$ref" in setting or setting.get("description"), f"{section}.{name}"


def test_the_schema_has_no_null_for_toml_has_none() -> None:
    assert '"null"' not in json.dumps(SCHEMA)
    assert ": null" not in json.dumps(SCHEMA)


def test_the_command_prints_it(cli: Cli) -> None:
    printed = cli("schema")

    assert printed.status == 0
    assert printed.json == SCHEMA
    assert cli("schema", "--json").json["schema"] == SCHEMA


def test_it_is_written_where_the_files_name_it(cli: Cli, tmp_path: Path) -> None:
    cli("schema", "--write", "--config-dir", str(tmp_path))

    assert json.loads((tmp_path / "schema.json").read_text()) == SCHEMA


def test_right_files_are_said_to_be_right_without_a_call(cli: Cli) -> None:
    checked = cli("validate")

    assert checked.status == 0
    assert checked.calls == []
    assert "prod.toml is right: starlightpractice.com in us-east-2" in checked.stdout


def test_the_mistakes_of_all_files_are_told_at_once(cli: Cli, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "config",
        one=HOSTED.replace("eu-central-1", "nowhere"),
        two=f"{EXTERNAL}\n[alarms]\nperiod = 7\n",
        three=EXTERNAL,
    )

    checked = cli("validate", "--config-dir", str(folder))
    document = cli("validate", "--config-dir", str(folder), "--json").json

    assert checked.status == 1
    assert "region: must be an AWS region" in checked.stderr
    assert "alarms.period" in checked.stderr
    assert "three.toml is right" in checked.stdout
    assert {one["environment"]: one["ok"] for one in document["environments"]} == {
        "one": False,
        "three": True,
        "two": False,
    }


def test_files_that_are_right_alone_may_be_wrong_together(cli: Cli, tmp_path: Path) -> None:
    folder = write(tmp_path / "config", one=HOSTED, two=HOSTED)

    checked = cli("validate", "--config-dir", str(folder))

    assert checked.status == 1
    assert "one and two both want" in checked.stderr


def test_one_environment_can_be_checked_by_name(cli: Cli, tmp_path: Path) -> None:
    folder = write(tmp_path / "config", one=HOSTED, two="nonsense")

    assert cli("validate", "--env", "one", "--config-dir", str(folder)).status == 0


def test_an_empty_folder_says_how_to_begin(cli: Cli, tmp_path: Path) -> None:
    checked = cli("validate", "--config-dir", str(tmp_path))

    assert checked.status == 64
    assert "ses-provision init" in checked.stderr


def test_in_github_actions_each_mistake_is_annotated_beside_its_file(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    folder = write(tmp_path / "config", one=HOSTED.replace("eu-central-1", "nowhere"))

    checked = cli("validate", "--config-dir", str(folder))

    assert f"::error file={folder}/one.toml::region: must be" in checked.stderr


def test_outside_of_github_actions_nothing_is_annotated(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    folder = write(tmp_path / "config", one=HOSTED.replace("eu-central-1", "nowhere"))

    assert "::" not in cli("validate", "--config-dir", str(folder)).stderr
