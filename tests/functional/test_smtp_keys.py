"""Keys of SMTP users: made, handed over, tried, rotated, retired; no secret where none belongs."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ses_provision.cli.app import run
from ses_provision.cli.outlet import Outlet
from ses_provision.local.smtp.password import derived
from ses_provision.outside.secrets import HIDDEN, Secrets
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
STORES = {
    "secretsmanager": '[[smtp_users]]\nname = "mailer"\nstore = "secretsmanager"\n',
    "ssm": '[[smtp_users]]\nname = "mailer"\nstore = "ssm"\n',
}
TERMINAL = '[[smtp_users]]\nname = "mailer"\n'
HOUR, DAY = 3600, 86_400


class Users:
    """A folder with one SMTP user, applied and verified."""

    def __init__(self, made: Bench) -> None:
        self.made, self.local = made, made.local

    def smtp(self, action: str, *arguments: str) -> Result:
        """Run a command about the user."""
        return self.made("smtp", action, "--env", "prod", *arguments)

    def call(self, service: str, operation: str, **params: Any) -> Any:
        """Ask AWS past the command line."""
        return self.local.call(ACCOUNT, REGION, service, operation, params)

    @property
    def keys(self) -> list[dict[str, Any]]:
        """The keys of the user as IAM has them."""
        listed = self.call("iam", "ListAccessKeys", UserName="mailer")["AccessKeyMetadata"]
        return sorted(listed, key=lambda key: key["CreateDate"])

    @property
    def secrets(self) -> set[str]:
        """Every secret that IAM has handed out, and what is derived from it."""
        held = self.local._keyring._secrets.values()
        return {*held, *(derived(secret, REGION) for secret in held)}

    def stored(self) -> dict[str, Any]:
        """What is in the store."""
        name = "/ses-smtp/prod/mailer/login"
        if self.call("ssm", "DescribeParameters")["Parameters"]:
            parameter = self.call("ssm", "GetParameter", Name=name, WithDecryption=True)
            return dict(json.loads(parameter["Parameter"]["Value"]))
        value = self.call("secretsmanager", "GetSecretValue", SecretId=name)
        return dict(json.loads(value["SecretString"]))


Made = Callable[[str], Users]


@pytest.fixture
def users(cli: Cli, tmp_path: Path) -> Made:
    """An applied environment with a user of some kind."""

    def make(section: str) -> Users:
        made = bench(cli, tmp_path / "config", prod=HOSTED + section)
        assert made("apply", "--env", "prod", "--yes", "--wait").status == 0
        return Users(made)

    return make


@pytest.fixture(params=STORES)
def kept(request: pytest.FixtureRequest, users: Made) -> Users:
    """A user whose password is kept, in each store."""
    return users(STORES[request.param])


def said(*results: Result) -> str:
    """All that commands said."""
    return "".join(result.stdout + result.stderr for result in results)


def test_a_stored_password_logs_in_and_sends(kept: Users) -> None:
    created = kept.smtp("create", "--yes")
    tried = kept.smtp("test", "--send")

    assert created.status == 0, created.stderr
    assert "mailer logs in at email-smtp.eu-central-1.amazonaws.com" in created.stderr
    held = kept.stored()
    assert held["host"] == "email-smtp.eu-central-1.amazonaws.com"
    assert (held["port"], held["username"]) == (587, kept.keys[0]["AccessKeyId"])
    assert held["password"] in kept.secrets
    assert tried.status == 0, said(tried)
    [sent] = kept.local.sesv2.sent(ACCOUNT, REGION)
    assert (sent.to, sent.configuration_set) == (("success@simulator.amazonses.com",), "example")


def test_a_test_shows_each_hop_with_its_time(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0

    starttls = kept.smtp("test", "--send", "--json").json["environments"][0]["hops"]
    at_once = kept.smtp("test", "--port", "465", "--json").json["environments"][0]["hops"]

    assert [hop["name"] for hop in starttls] == [
        "DNS", "TCP", "greeting", "EHLO", "STARTTLS", "AUTH", "mail", "QUIT",
    ]  # fmt: skip
    assert [hop["name"] for hop in at_once] == [
        "DNS", "TCP", "TLS", "greeting", "EHLO", "AUTH", "QUIT",
    ]  # fmt: skip
    assert all(hop["ok"] and hop["seconds"] >= 0 for hop in [*starttls, *at_once])


def rotation(kept: Users) -> Iterator[Result]:
    """A whole life of keys."""
    yield kept.smtp("create", "--yes")
    kept.local.clock.advance(30 * DAY)
    yield kept.smtp("rotate", "--yes")
    yield kept.smtp("test", "--send")
    yield kept.smtp("status")
    yield kept.smtp("retire", "--yes")
    kept.local.clock.advance(7 * DAY)
    yield kept.smtp("retire", "--yes", "--delete", "--key", kept.keys[0]["AccessKeyId"][-6:])


def test_a_rotation_never_stops_mail(kept: Users) -> None:
    steps = rotation(kept)
    assert next(steps).status == 0
    [first] = kept.keys
    rotated = next(steps)
    assert rotated.status == 0, rotated.stderr
    assert [key["Status"] for key in kept.keys] == ["Active", "Active"]
    second = kept.keys[1]["AccessKeyId"]
    assert kept.stored()["username"] == second

    assert [step.status for step in steps] == [0, 0, 0, 0]
    assert [key["AccessKeyId"] for key in kept.keys] == [second]
    assert first["AccessKeyId"] != second
    assert kept.smtp("test").status == 0


def test_an_old_key_stays_on_until_the_new_one_was_seen(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    kept.local.clock.advance(DAY)
    assert kept.smtp("rotate", "--yes").status == 0

    refused = kept.smtp("retire", "--yes")
    forced = kept.smtp("retire", "--yes", "--unseen")
    undone = kept.smtp("retire", "--yes", "--undo")

    assert refused.status == 1
    assert "has not been seen in use" in refused.stderr
    assert refused.writes == []
    assert (forced.status, undone.status) == (0, 0)
    assert [key["Status"] for key in kept.keys] == ["Active", "Active"]


def test_a_user_whose_only_key_is_off_gets_another(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    ending = kept.keys[0]["AccessKeyId"][-6:]
    assert kept.smtp("retire", "--yes", "--key", ending).status == 0

    refused = kept.smtp("rotate", "--yes")
    created = kept.smtp("create", "--yes")

    assert refused.status == 1
    assert "smtp create" in refused.stderr
    assert created.status == 0, created.stderr


def test_a_second_create_points_to_rotate_and_makes_nothing(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0

    refused = kept.smtp("create", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "smtp rotate --env prod --user mailer" in refused.stderr


def test_a_third_key_is_refused_before_iam_does(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    kept.local.clock.advance(DAY)
    assert kept.smtp("rotate", "--yes").status == 0

    refused = kept.smtp("rotate", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "IAM allows no third" in refused.stderr


def test_an_active_key_is_never_deleted(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    ending = kept.keys[0]["AccessKeyId"][-6:]

    refused = kept.smtp("retire", "--yes", "--delete", "--key", ending)

    assert (refused.status, refused.writes) == (1, [])
    assert "may still be in use" in refused.stderr


def test_the_last_key_takes_its_stored_password_along_and_may_be_made_anew(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    ending = kept.keys[0]["AccessKeyId"][-6:]
    assert kept.smtp("retire", "--yes", "--key", ending).status == 0
    deleted = kept.smtp("retire", "--yes", "--delete", "--key", ending)

    assert "its password is removed" in deleted.stdout
    assert kept.smtp("test").status == 1
    again = kept.smtp("create", "--yes")
    assert again.status == 0, again.stderr
    assert kept.smtp("test").status == 0


def test_a_store_that_somebody_else_made_stays_when_its_key_is_deleted(users: Made) -> None:
    made = users(STORES["secretsmanager"])
    tags = [
        {"Key": "ManagedBy", "Value": "ses-provision"},
        {"Key": "Environment", "Value": "prod"},
    ]
    name = "/ses-smtp/prod/mailer/login"
    made.call("secretsmanager", "CreateSecret", Name=name, SecretString="none", Tags=tags)
    assert made.smtp("create", "--yes").status == 0
    key = made.keys[0]["AccessKeyId"]
    assert made.smtp("retire", "--yes", "--key", key[-6:]).status == 0

    deleted = made.smtp("retire", "--yes", "--delete", "--key", key[-6:])

    assert deleted.status == 0, deleted.stderr
    assert made.keys == []
    assert made.stored()["username"] == key


@pytest.mark.parametrize(
    ("store", "operation"),
    [
        ("secretsmanager", "CreateSecret"),
        ("ssm", "PutParameter"),
    ],
)
@pytest.mark.parametrize("fault", ["deny", "error", "drop"])
def test_a_key_whose_password_cannot_be_stored_is_deleted_again(
    store: str, operation: str, fault: str, users: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    made = users(STORES[store])
    made.local.fault(fault, operation, times=None)

    failed = made.smtp("create", "--yes")

    assert failed.status == 1
    assert "is deleted again" in failed.stderr
    assert made.keys == []
    made.local.clear_faults()
    assert made.smtp("create", "--yes").status == 0


def test_a_key_whose_making_was_answered_by_nobody_is_deleted_again(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    kept.local.fault("lose-reply", "CreateAccessKey")
    created = kept.smtp("create", "--yes")
    kept.local.clock.advance(DAY)
    kept.local.clear_faults()
    kept.local.fault("lose-reply", "CreateAccessKey")
    refused = kept.smtp("rotate", "--yes")
    left = list(kept.keys)
    again = kept.smtp("rotate", "--yes")

    assert created.status == 0, created.stderr
    assert "its reply was lost: it is deleted again" in created.stderr
    assert refused.status == 1
    assert "its reply was lost: it is deleted again" in refused.stderr
    assert [key["AccessKeyId"] for key in left] == [kept.keys[0]["AccessKeyId"]]
    assert again.status == 0, again.stderr
    assert len(kept.keys) == 2


def test_a_stored_value_of_others_is_never_overwritten(users: Made) -> None:
    made = users(STORES["secretsmanager"])
    name = "/ses-smtp/prod/mailer/login"
    made.call("secretsmanager", "CreateSecret", Name=name, SecretString="theirs")

    refused = made.smtp("create", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "is not of ses-provision" in refused.stderr


def test_a_parameter_in_clear_text_is_refused(users: Made) -> None:
    made = users(STORES["ssm"])
    made.call("ssm", "PutParameter", Name="/ses-smtp/prod/mailer/login", Type="String", Value="x")

    refused = made.smtp("create", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "is a String" in refused.stderr


def test_off_a_terminal_no_password_is_shown_unless_asked_for(users: Made) -> None:
    made = users(TERMINAL)

    refused = made.smtp("create", "--yes")
    document = made.smtp("create", "--yes", "--json", "--show-secret")
    assert (refused.status, document.status) == (64, 64)
    assert made.keys == []

    shown = made.smtp("create", "--yes", "--show-secret")

    assert shown.status == 0, shown.stderr
    lines = dict(line.split("=", 1) for line in shown.stdout.splitlines())
    assert lines["SMTP_USERNAME"] == made.keys[0]["AccessKeyId"]
    assert lines["SMTP_PASSWORD"] in made.secrets


def test_a_password_that_nobody_could_read_takes_its_key_along(
    users: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = users(TERMINAL)

    def full(outlet: Outlet, text: str) -> int:
        outlet.failure = "no space left on device"
        return len(text)

    with monkeypatch.context() as patch:
        patch.setattr(Outlet, "write", full)
        assert made.smtp("create", "--yes", "--show-secret").status == 1

    assert made.keys == []


class Terminal(io.StringIO):
    """Standard output that a person sees."""

    def isatty(self) -> bool:
        """There is a terminal."""
        return True


def test_on_a_terminal_the_password_is_shown_once(users: Made) -> None:
    made = users(TERMINAL)
    create = ["smtp", "create", "--env", "prod", "--yes", "--config-dir", str(made.made.folder)]

    with contextlib.redirect_stdout(Terminal()) as screen:
        assert run(create, made.made.world) == 0

    shown = screen.getvalue()
    assert "Shown once, and kept nowhere:" in shown
    [password] = [secret for secret in made.secrets if secret in shown]
    assert len(password) == 44
    assert not any(
        secret in said(made.smtp("status"), made.smtp("show")) for secret in made.secrets
    )


def test_with_variables_a_password_that_is_kept_nowhere_is_tried(
    users: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = users(TERMINAL)
    shown = made.smtp("create", "--yes", "--show-secret").stdout
    assert made.smtp("test").status == 64
    for line in shown.splitlines():
        monkeypatch.setenv(*line.split("=", 1))

    assert made.smtp("test").status == 0
    assert made.smtp("test", "--no-auth").status == 0


def test_what_a_program_has_to_be_told_is_shown_without_the_password(kept: Users) -> None:
    assert kept.smtp("show").status == 1
    assert kept.smtp("create", "--yes").status == 0

    shown = kept.smtp("show", "--for", "auth0")

    for line in (
        "Host (smtp_host)           email-smtp.eu-central-1.amazonaws.com",
        "Port (smtp_port)           587",
        f"Username (smtp_user)       {kept.keys[0]['AccessKeyId']}",
        "Header (settings.headers)  X-SES-Configuration-Set: example",
    ):
        assert line in shown.stdout
    assert not any(secret in shown.stdout for secret in kept.secrets)


def test_no_secret_is_said_in_a_whole_rotation_nor_in_what_comes_after(
    kept: Users, tmp_path: Path
) -> None:
    ran = list(rotation(kept))
    saved = tmp_path / "plan.json"
    for command in (
        ("plan", "--env", "prod", "--json", "--debug"),
        ("plan", "--env", "prod", "--out", str(saved)),
        ("export", "--env", "prod"),
        ("checklist", "--env", "prod", "--json", "--no-dns"),
        ("smtp", "status", "--env", "prod", "--json", "--debug"),
        ("smtp", "test", "--env", "prod", "--json", "--debug"),
        ("smtp", "show", "--env", "prod", "--json"),
        ("permissions", "--env", "prod"),
        ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod", "--debug"),
    ):
        ran += [kept.made(*command)]

    whole = said(*ran) + saved.read_text(encoding="utf-8") + repr(list(kept.local.journal))
    assert len(kept.secrets) >= 2
    assert [secret for secret in kept.secrets if secret in whole] == []


def test_what_a_command_learns_is_hidden_from_then_on(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_create, of_test = Secrets(), Secrets()

    monkeypatch.setattr("ses_provision.operations.smtp_keys.SECRETS", of_create)
    assert kept.smtp("create", "--yes").status == 0
    monkeypatch.setattr("ses_provision.operations.smtp_keys.SECRETS", of_test)
    assert kept.smtp("test").status == 0

    assert len(kept.secrets) == 2
    assert {of_create.hide(secret) for secret in kept.secrets} == {HIDDEN}
    assert of_test.hide(kept.stored()["password"]) == HIDDEN


def test_a_key_that_was_switched_off_is_explained(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    key = kept.keys[0]["AccessKeyId"]
    kept.call("iam", "UpdateAccessKey", UserName="mailer", AccessKeyId=key, Status="Inactive")

    tried = kept.smtp("test")

    assert tried.status == 1
    assert "535 Authentication Credentials Invalid" in tried.stdout
    assert "the password is of another region, the key is inactive" in tried.stderr


def test_a_login_that_may_not_send_is_explained(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    named = {"UserName": "mailer", "PolicyName": "ses-smtp-prod"}
    kept.call("iam", "DeleteUserPolicy", **named)

    tried = kept.smtp("test", "--send")

    assert tried.status == 1
    assert "554 Access denied: User `arn:aws:iam::111122223333:user/mailer'" in tried.stdout
    assert "IAM is asked after the mail has come" in tried.stderr


def test_a_throttled_mail_is_explained(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    kept.local.fault("throttle", "ses:SendRawEmail", times=None)

    tried = kept.smtp("test", "--send")

    assert "454 Throttling failure" in tried.stdout
    assert "than its quota allows" in tried.stderr


def test_a_new_key_is_waited_for_until_smtp_knows_it(kept: Users) -> None:
    from dataclasses import replace

    kept.local.knobs = replace(kept.local.knobs, keys_after=20.0)

    created = kept.smtp("create", "--yes")

    assert created.status == 0, created.stderr
    assert "SMTP does not know the new key yet" in created.stderr
    assert "mailer logs in" in created.stderr


def test_before_apply_there_is_nobody_to_make_a_key_for(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED + TERMINAL)

    refused = made("smtp", "create", "--env", "prod", "--yes", "--show-secret")

    assert refused.status == 1
    assert "IAM user mailer does not exist yet" in refused.stderr
    assert "ses-provision apply --env prod" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "--user", "nobody"), "no SMTP user nobody"),
        (("test", "--port", "26"), "SES does not listen on port 26"),
        (("test", "--send", "--no-auth"), "takes no mail without a login"),
        (("retire", "--key", "XXXXXX"), "No access key of the user ends in XXXXXX"),
        (("retire",), "There is no older key to retire"),
        (("nonsense",), "create"),
    ],
)
def test_wrong_usage_is_told_and_changes_nothing(
    users: Made, arguments: tuple[str, ...], told: str
) -> None:
    made = users(TERMINAL)

    refused = made.smtp(*arguments, "--yes")

    assert refused.status == 64
    assert told in refused.stderr
    assert refused.writes == []
