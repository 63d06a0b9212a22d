"""`set`: one setting of an environment file, everything else in it as it was."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ses_provision.environment import editing
from tests.conftest import CONFIG, Cli, Result
from tests.functional.folders import EXTERNAL, HOSTED, write
from tests.functional.jsonschema import mistakes
from tests.laws import schemas

PROD = (CONFIG / "prod.toml").read_text(encoding="utf-8")


class Folder:
    """A folder with prod's file, and the command line on it."""

    def __init__(self, cli: Cli, at: Path) -> None:
        self._cli, self.at, self.file = cli, at, at / "prod.toml"

    def set(self, key: str, value: str, *more: str) -> Result:
        """Set a setting of prod."""
        return self._cli("set", key, value, "--env", "prod", "--config-dir", str(self.at), *more)

    @property
    def text(self) -> str:
        """What the file says."""
        return self.file.read_bytes().decode()


@pytest.fixture
def folder(cli: Cli, tmp_path: Path) -> Folder:
    """Prod as it is shipped."""
    return Folder(cli, write(tmp_path / "config", prod=PROD))


def test_a_line_is_put_otherwise_and_shown_as_it_was_and_is(folder: Folder) -> None:
    result = folder.set("dmarc.policy", "quarantine")

    old = 'policy = "none" # the first step of the ramp: none, quarantine, reject'
    new = old.replace('"none"', '"quarantine"')
    assert result.status == 0
    assert result.calls == []
    assert folder.text == PROD.replace(old, new)
    assert f"  - {old}\n  + {new}\n" in result.stdout


def test_a_setting_that_stands_in_a_comment_comes_out_of_it(folder: Folder) -> None:
    old = '# role = "..." # the Lambda\'s execution role, once the application is deployed'

    assert folder.set("sender.role", "patient-mailer").status == 0

    assert folder.text == PROD.replace(old, old[2:].replace("...", "patient-mailer"))


def test_the_setting_of_the_right_section_comes_out_of_its_comment(
    cli: Cli, tmp_path: Path
) -> None:
    text = f"{HOSTED}[events]\n# topic = 'a' # of events\n[alarms]\n# topic = 'b' # of alarms\n"
    folder = Folder(cli, write(tmp_path / "config", prod=text))

    folder.set("alarms.topic", "wake-up")

    assert folder.text == text.replace("# topic = 'b'", 'topic = "wake-up"')


@pytest.mark.parametrize(
    ("key", "word", "value"),
    [
        ("sender.role", "false", False),
        ("sender.role", "web", "web"),
        ("account_id", "012345678901", "012345678901"),
        ("dns.ttl", "60", 60),
        ("protect", "false", False),
        ("alarms.bounce_rate", "0.02", 0.02),
        ("events.emails", "a@example.com, b@example.com", ["a@example.com", "b@example.com"]),
        ("events.emails", '["a@example.com"]', ["a@example.com"]),
        ("events.emails", "a@example.com", ["a@example.com"]),
        ("events.types", "BOUNCE", ["BOUNCE"]),
        ("tags.Team", "5", "5"),
        ("dkim.key_length", "RSA_1024_BIT", "RSA_1024_BIT"),
        ("project", 'with "quotes"'.replace('"', ""), "with quotes"),
    ],
)
def test_a_word_is_taken_for_what_the_setting_wants(
    folder: Folder, key: str, word: str, value: Any
) -> None:
    result = folder.set(key, word, "--json")

    said: Any = tomllib.loads(folder.text)
    for part in key.split("."):
        said = said[part]
    assert result.status == 0
    assert said == value
    assert type(said) is type(value)
    assert result.json["environments"][0]["value"] == value
    assert mistakes(schemas.of("set"), result.json) == []


def test_every_setting_can_be_set_to_what_the_example_shows_and_nothing_else_moves(
    tmp_path: Path,
) -> None:
    text = (CONFIG / "example.toml").read_text(encoding="utf-8")
    commented = {line.partition(" = ")[0][1:] for line in text.splitlines() if " = " in line}
    comments = [line for line in text.splitlines() if line.startswith("# ")]
    for key in editing.settings():
        way = editing.known_key(key)
        if way[-1] not in commented or f"#[{way[0]}]" in text:
            continue
        after = editing.edited(text, way, "other")
        assert tomllib.loads(after) == editing.changed(tomllib.loads(text), way, "other"), key
        assert [line for line in after.splitlines() if line.startswith("# ")] == comments, key
        assert len(after.splitlines()) == len(text.splitlines()), key


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sender.rol", "There is no setting sender.rol. Did you mean sender.role?"),
        ("role", "There is no setting role. Did you mean sender.role?"),
        ("sender", "sender is a section"),
        ("name", "There is no setting name"),
        ("", "There is no setting"),
        ("sender.role.x", "There is no setting sender.role.x"),
        ("tags.", "There is no setting tags."),
    ],
)
def test_an_unknown_setting_is_answered_with_what_was_meant(
    folder: Folder, key: str, said: str
) -> None:
    refused = folder.set(key, "x")

    assert refused.status == 64
    assert said in refused.stderr
    assert folder.text == PROD


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("dns.ttl", "soon", 'dns.ttl: must be a whole number, not "soon"'),
        ("alarms.regions", "us-east-9", 'there is no region "us-east-9"'),
        ("alarms.topic", "", "alarms.topic"),
        ("domain", "example.com", "sender.address: must be an address at example.com"),
        ("dns.provider", "external", 'zone_id: only with provider = "route53"'),
        ("sender.role", "true", "must be the name of an IAM role in quotes, or false"),
    ],
)
def test_what_would_be_wrong_is_refused_and_nothing_is_written(
    folder: Folder, key: str, value: str, said: str
) -> None:
    refused = folder.set(key, value)

    assert refused.status == 1
    assert said in refused.stderr
    assert folder.text == PROD


def test_a_file_with_another_mistake_is_left_as_it_is(cli: Cli, tmp_path: Path) -> None:
    text = HOSTED.replace('"eu-central-1"', '"eu-central-9"')
    folder = Folder(cli, write(tmp_path / "config", prod=text))

    refused = folder.set("dns.ttl", "60")
    assert refused.status == 1
    assert "region: there is no region" in refused.stderr
    assert folder.text == text

    assert folder.set("region", "eu-central-1").status == 0


def test_a_clash_with_another_environment_is_refused(cli: Cli, tmp_path: Path) -> None:
    other = EXTERNAL.replace('name = "example"', 'name = "other"')
    folder = Folder(cli, write(tmp_path / "config", prod=HOSTED, dev=other))

    refused = folder.set("configuration_set.name", "other")

    assert refused.status == 1
    assert "want the same things" in refused.stderr
    assert folder.text == HOSTED


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("project", "AKIA" + "IOSFODNN7" + "EXAMPLE"),
        ("profile", "wJalrXUtnFEMI"),
        ("tags.Note", "x -----BEGIN PRIVATE KEY-----"),
        ("tags.Password", "hunter2222"),
    ],
)
def test_a_secret_is_refused_and_not_repeated(
    folder: Folder, key: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")

    refused = folder.set(key, value)

    assert refused.status == 64
    assert "looks like a secret" in refused.stderr
    assert value not in refused.stderr + refused.stdout
    assert folder.text == PROD


@pytest.mark.parametrize("key", ["dns.ttl", "sender.role", "dkim.key_length", "tags.Team"])
def test_line_ends_mark_and_mode_stay(folder: Folder, key: str) -> None:
    text = "\ufeff" + PROD.replace("\n", "\r\n")
    folder.file.write_bytes(text.encode())
    folder.file.chmod(0o640)
    value = {"dns.ttl": "60", "dkim.key_length": "RSA_1024_BIT"}.get(key, "web")

    assert folder.set(key, value).status == 0

    after = folder.text
    assert after.startswith("\ufeff#:schema")
    assert "\n" not in after.replace("\r\n", "")
    assert stat.S_IMODE(folder.file.stat().st_mode) == 0o640
    assert sorted(path.name for path in folder.at.iterdir()) == ["prod.toml"]


def test_where_a_link_leads_is_written_and_the_link_stays(
    cli: Cli, tmp_path: Path, folder: Folder
) -> None:
    real = tmp_path / "elsewhere.toml"
    folder.file.rename(real)
    folder.file.symlink_to(real)

    assert folder.set("dns.ttl", "60").status == 0
    assert folder.file.is_symlink()
    assert "ttl = 60" in real.read_text(encoding="utf-8")


def test_what_is_so_already_is_said_and_not_written(folder: Folder) -> None:
    before = folder.file.stat().st_mtime_ns

    result = folder.set("dmarc.policy", "none")

    assert result.status == 0
    assert "says so already" in result.stdout
    assert folder.file.stat().st_mtime_ns == before


def test_a_file_that_cannot_be_written_is_named(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ses_provision.outside.files.replace", full)

    refused = folder.set("dns.ttl", "60")

    assert refused.status == 64
    assert "prod.toml cannot be written: No space left on device" in refused.stderr


def test_it_wants_one_environment(cli: Cli, folder: Folder) -> None:
    for named in ([], ["--env", "prod", "--env", "staging"]):
        refused = cli("set", "dns.ttl", "60", *named, "--config-dir", str(folder.at))
        assert refused.status == 64
        assert "name one environment" in refused.stderr
    assert folder.text == PROD


def test_a_layout_that_no_edit_fits_is_left_to_the_person(cli: Cli, tmp_path: Path) -> None:
    text = HOSTED.replace('[dmarc]\nreports_to = ["dmarc@example.com"]', "dns = { ttl = 300 }")
    text = text.replace("[configuration_set]\n", "").replace('name = "example"\n', "")
    text += 'configuration_set = { name = "example" }\n'
    folder = Folder(cli, write(tmp_path / "config", prod=text))

    assert folder.set("dns.ttl", "60").status == 0
    assert tomllib.loads(folder.text)["dns"] == {"ttl": 60}
