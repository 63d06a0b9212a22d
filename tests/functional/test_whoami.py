"""Whose credentials are used, from where, and until when; never their values."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import AssumeRoleCredentialFetcher, RefreshableCredentials

from ses_provision.cli.app import run
from ses_provision.environment import Environment
from ses_provision.errors import CannotReachAws
from ses_provision.local import LocalAws
from ses_provision.operations.whoami import Caller
from ses_provision.outside import sessions, whose
from ses_provision.outside.whose import Origin, chosen_by, origin
from ses_provision.render import whoami as text
from tests.conftest import CONFIG, NOON, Cli
from tests.unit.rendering import shown

SECRET = "WhatNobodyMayRead"
ROLE = "arn:aws:iam::111122223333:role/dns"
KEYS = f"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\n"


def test_each_environment_is_told_with_its_own_caller(cli: Cli) -> None:
    asked = cli("whoami")

    assert asked.status == 0
    assert [call.operation for call in asked.calls] == ["GetCallerIdentity"] * 2
    for account in ("524471258033", "421807902331"):
        assert f"account  {account}, as the environment says" in asked.stdout


def test_the_document_has_the_caller_and_where_the_credentials_come_from(cli: Cli) -> None:
    [report] = cli("whoami", "--env", "prod", "--json").json["environments"]

    assert report["caller"]["right"] is True
    assert report["caller"]["arn"].startswith("arn:aws:iam::524471258033:")
    assert report["caller"]["origin"]["chosen_by"] == "--local"
    assert report["zones_caller"] is None


def test_credentials_of_another_account_are_shown_and_are_an_error(
    cli: Cli, local: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = local.session
    monkeypatch.setattr(local, "session", lambda _: session("999988887777"))

    asked = cli("whoami", "--env", "prod")

    assert asked.status == 1
    assert "account  999988887777, but the environment says 524471258033" in asked.stdout
    assert "--profile NAME" in asked.stderr


def test_who_writes_dns_in_another_account_is_told_apart(cli: Cli, tmp_path: Path) -> None:
    text_of = (CONFIG / "prod.toml").read_text(encoding="utf-8")
    changed = text_of.replace("[dns]", f'[dns]\nassume_role_arn = "{ROLE}"')
    (tmp_path / "prod.toml").write_text(changed, encoding="utf-8")

    asked = cli("whoami", "--config-dir", str(tmp_path), "--json")

    [report] = asked.json["environments"]
    assert report["caller"]["account_id"] == "524471258033"
    assert report["zones_caller"]["account_id"] == "111122223333"
    assert report["zones_caller"]["right"] is True
    assert report["zones_caller"]["wanted_account_id"] == "111122223333"


def test_whose_account_a_profile_for_dns_is_the_file_does_not_say(cli: Cli, tmp_path: Path) -> None:
    text_of = (CONFIG / "prod.toml").read_text(encoding="utf-8")
    (tmp_path / "prod.toml").write_text(
        text_of.replace("[dns]", '[dns]\nprofile = "dns"'), encoding="utf-8"
    )

    asked = cli("whoami", "--config-dir", str(tmp_path))

    assert asked.status == 0
    assert "for hosted zones:" in asked.stdout
    assert asked.stdout.splitlines()[-4].startswith("  account  ")
    assert "as the environment says" not in asked.stdout.splitlines()[-4]


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of profiles: with keys of its own, with a program to run, in a role."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    ends = (NOON + timedelta(minutes=42)).astimezone(timezone(timedelta(hours=2))).isoformat()
    said = (
        f'{{"Version": 1, "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "{SECRET}", '
        f'"SessionToken": "t", "Expiration": "{ends}"}}'
    )
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="utf-8")
    program.chmod(0o700)
    config.write_text(
        f"[profile kept]\n{KEYS}[profile program]\ncredential_process = {program}\n"
        f"[profile roled]\nrole_arn = {ROLE}\nsource_profile = kept\n"
        f"[profile broken]\ncredential_process = {tmp_path}/nothing-there\n"
        "[profile logged-out]\nsso_start_url = https://example.awsapps.com/start\n"
        "sso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = operator\n",
        encoding="utf-8",
    )
    credentials.write_text(f"[shared]\n{KEYS}", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    return tmp_path


@pytest.mark.parametrize(
    ("profile", "said"),
    [("broken", "credential_process"), ("logged-out", "aws sso login --profile logged-out")],
)
def test_who_cannot_get_credentials_is_told_why_and_what_to_do(
    profiles: Path,
    profile: str,
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(CONFIG.parent)
    monkeypatch.setenv("HOME", str(profiles))

    status = run(["whoami", "--env", "prod", "--profile", profile])

    told = capsys.readouterr().err
    assert status == 1
    assert said in told
    assert "Unexpected" not in told


def test_who_we_are_is_told_where_the_role_for_dns_cannot_be_taken_on(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text_of = (CONFIG / "prod.toml").read_text()
    changed = text_of.replace("[dns]", f'[dns]\nassume_role_arn = "{ROLE}"')
    (tmp_path / "prod.toml").write_text(changed)

    def denied(*_: Any) -> None:
        raise CannotReachAws("The role cannot be taken on.")

    monkeypatch.setattr("ses_provision.cli.commands.whoami.at_hosted_zones", denied)

    asked = cli("whoami", "--config-dir", str(tmp_path))

    assert asked.status == 1
    assert "account  524471258033, as the environment says" in asked.stdout
    assert "The role cannot be taken on." in asked.stderr


@pytest.mark.parametrize(
    ("profile", "method", "where"),
    [
        ("kept", "config-file", "profile kept in {folder}/config"),
        ("shared", "shared-credentials-file", "profile shared in {folder}/credentials"),
    ],
)
def test_keys_in_a_file_name_the_file_and_have_no_end(
    profiles: Path, profile: str, method: str, where: str
) -> None:
    found = origin(sessions.session(profile), "--profile")

    assert (found.method, found.profile) == (method, profile)
    assert found.source == where.format(folder=profiles)
    assert found.expires_at is None
    assert SECRET not in str(found)


def test_what_a_program_hands_out_ends_when_it_says(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RefreshableCredentials, "refresh_needed", lambda *_: False)
    assert profiles.exists()

    found = origin(sessions.session("program"), "profile in config/prod.toml")

    assert found.source == "credential_process of profile program"
    assert found.expires_at == NOON + timedelta(minutes=42)
    assert found.expires_at.tzinfo is UTC  # the program says it in another time zone
    assert found.is_renewed


def test_a_role_that_a_profile_takes_on_is_named_by_its_arn(
    profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": SECRET, "SessionToken": "t"}
    answer = {"Credentials": {**given, "Expiration": "2999-01-01T00:00:00Z"}}
    monkeypatch.setattr(AssumeRoleCredentialFetcher, "_get_credentials", lambda _: answer)
    assert profiles.exists()

    found = origin(sessions.session("roled"), "--profile")

    assert (found.method, found.profile) == ("assume-role", "roled")
    assert found.source == f"role {ROLE}, taken on by profile roled"
    assert found.is_renewed


def test_keys_in_variables_are_told_by_the_names_of_the_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)

    found = origin(sessions.session(None), chosen_by(None, "prod", "config/prod.toml"))

    assert "AWS_ACCESS_KEY_ID" in found.source
    assert found.chosen_by == "AWS_ACCESS_KEY_ID"
    assert found.profile is None


def test_no_credentials_at_all_are_told_as_none() -> None:
    assert origin(sessions.session(None), "the ordinary AWS chain").method == "none"


@pytest.mark.parametrize(
    ("option", "variables", "setting", "by"),
    [
        ("mine", {"AWS_ACCESS_KEY_ID": "x"}, "prod", "--profile"),
        (None, {"AWS_ACCESS_KEY_ID": "x"}, "prod", "AWS_ACCESS_KEY_ID"),
        (None, {"AWS_PROFILE": "x"}, "prod", "AWS_PROFILE"),
        (None, {}, "prod", "profile in config/prod.toml"),
        (None, {}, None, "the ordinary AWS chain"),
    ],
)
def test_what_decides_is_told_in_the_order_in_which_it_decides(
    option: str | None,
    variables: dict[str, str],
    setting: str | None,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert chosen_by(option, setting, "config/prod.toml") == by


@pytest.mark.parametrize(
    ("method", "settings", "words"),
    [
        ("assume-role", {"role_arn": "arn:aws:iam::1:role/x"}, "role arn:aws:iam::1:role/x, taken"),
        ("sso", {}, "IAM Identity Center, profile p"),
        ("iam-role", {}, "the role of this EC2 instance"),
        ("container-role", {}, "the role of this container"),
        ("something new", {}, "something new"),
    ],
)
def test_every_way_to_credentials_has_its_words(
    method: str, settings: dict[str, Any], words: str
) -> None:
    assert whose.source(method, "p", lambda: settings).startswith(words)


@pytest.mark.parametrize(
    ("minutes", "renewed", "told"),
    [
        (42, True, "2026-11-22 12:42 UTC, for 42 min; then renewed by themselves"),
        (42, False, "2026-11-22 12:42 UTC, for 42 min"),
        (-1, False, "2026-11-22 11:59 UTC: they have expired"),
        (None, False, "no end: these keys are valid until somebody deletes them"),
    ],
)
def test_until_when_is_said_in_a_time_and_in_minutes(
    env: Environment, minutes: int | None, renewed: bool, told: str
) -> None:
    ends = None if minutes is None else NOON + timedelta(minutes=minutes)
    found = Caller(
        "arn", env.account_id, env.account_id, Origin("m", "s", "c", None, ends, renewed)
    )

    lines = shown(text.whoami(env, found, None, NOON)).splitlines()

    assert f"  until    {told}" in lines
