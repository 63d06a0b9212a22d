"""Keys of SMTP users: made, handed over, tried, rotated, retired; no secret where none belongs."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ses_provision.cli.app import run
from ses_provision.cli.outlet import Outlet
from ses_provision.cli.run import Run
from ses_provision.local.smtp.password import derived
from ses_provision.operations import smtp_keys
from ses_provision.outside import smtp
from ses_provision.outside.aws import Connections
from ses_provision.outside.call import Call
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
        return Users(made.prepare("apply", "--env", "prod", "--yes", "--wait"))

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


def test_an_old_key_stays_on_while_something_sends_with_it(
    users: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = users(TERMINAL)

    def sends_with(shown: Result) -> None:
        made.local.clock.advance(HOUR)
        for line in shown.stdout.splitlines():
            monkeypatch.setenv(*line.split("=", 1))
        assert made.smtp("test", "--send").status == 0

    first = made.smtp("create", "--yes", "--show-secret")
    made.local.clock.advance(DAY)
    second = made.smtp("rotate", "--yes", "--show-secret")
    sends_with(second)
    sends_with(first)
    refused = made.smtp("retire", "--yes")
    sends_with(second)
    retired = made.smtp("retire", "--yes")

    assert (refused.status, refused.writes) == (1, [])
    assert "something still sends with it" in refused.stderr
    assert retired.status == 0, retired.stderr


def test_the_last_key_that_may_be_used_ends_only_by_its_name(kept: Users) -> None:
    assert kept.smtp("create", "--yes").status == 0
    kept.local.clock.advance(DAY)
    assert kept.smtp("rotate", "--yes").status == 0
    first, second = (key["AccessKeyId"][-6:] for key in kept.keys)
    assert kept.smtp("retire", "--yes", "--key", second).status == 0

    refused = [kept.smtp("retire", "--yes"), kept.smtp("retire", "--yes", "--unseen")]
    ended = kept.smtp("retire", "--yes", "--key", first)

    assert [(result.status, result.writes) for result in refused] == [(64, [])] * 2
    assert "the only one that may be used" in refused[0].stderr
    assert ended.status == 0, ended.stderr


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


def test_a_key_that_somebody_else_made_meanwhile_stays(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question and the answer of a person, or in the moment after it."""

    def somebody_else(*_: object) -> None:
        kept.call("iam", "CreateAccessKey", UserName="mailer")

    with monkeypatch.context() as patch:
        patch.setattr(Run, "confirm", somebody_else)
        created = kept.smtp("create")
    [theirs] = kept.keys
    kept.local.clock.advance(DAY)

    def beaten(*arguments: Any) -> Any:
        somebody_else()
        return made(*arguments)

    made = smtp_keys.make
    with monkeypatch.context() as patch:
        patch.setattr(smtp_keys, "make", beaten)
        rotated = kept.smtp("rotate", "--yes")

    assert (created.status, created.writes) == (1, [])
    assert "mailer has access key" in created.stderr
    assert rotated.status == 1
    assert "LimitExceeded" in rotated.stderr
    assert len(kept.keys) == 2
    assert kept.keys[0] == theirs


def test_a_key_goes_again_where_nobody_can_tell_whether_there_is_another(
    kept: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    make = smtp_keys.make

    def made_again(*arguments: Any) -> smtp_keys.Made:
        made = replace(make(*arguments), repeated=True)
        kept.local.fault("error", "ListAccessKeys", times=None)
        return made

    monkeypatch.setattr(smtp_keys, "make", made_again)
    failed = kept.smtp("create", "--yes")
    kept.local.clear_faults()

    assert failed.status == 1
    assert "is deleted again" in failed.stderr
    assert kept.keys == []


@pytest.mark.parametrize("operation", ["DeleteAccessKey", "DeleteParameter"])
def test_what_is_deleted_already_counts_as_deleted(
    kept: Users, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    assert kept.smtp("create", "--yes").status == 0
    ending = kept.keys[0]["AccessKeyId"][-6:]
    assert kept.smtp("retire", "--yes", "--key", ending).status == 0

    kept.local.fault("lose-reply", operation)
    deleted = kept.smtp("retire", "--yes", "--delete", "--key", ending)

    assert deleted.status == 0, deleted.stderr
    assert "its password is removed" in deleted.stdout


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


@pytest.mark.parametrize(
    ("chosen", "named"), [("alias/mail", "alias/mail"), ("alias/aws/ssm", None), (None, None)]
)
def test_the_encryption_key_that_somebody_chose_for_a_parameter_stays(
    users: Made, monkeypatch: pytest.MonkeyPatch, chosen: str | None, named: str | None
) -> None:
    made = users(STORES["ssm"])
    assert made.smtp("create", "--yes").status == 0
    if chosen:
        written: dict[str, Any] = {"Name": "/ses-smtp/prod/mailer/login", "KeyId": chosen}
        held = made.call("ssm", "DescribeParameters")["Parameters"][0]["Description"]
        written |= {"Value": json.dumps(made.stored()), "Type": "SecureString", "Overwrite": True}
        made.call("ssm", "PutParameter", **written, Description=held)
    sent: list[Call] = []
    send = Connections.send

    def noting(connections: Connections, call: Call) -> dict[str, Any]:
        sent.append(call)
        return send(connections, call)

    monkeypatch.setattr(Connections, "send", noting)
    rotated = made.smtp("rotate", "--yes")

    assert rotated.status == 0, rotated.stderr
    [put] = [call for call in sent if call.operation == "PutParameter"]
    assert put.params.get("KeyId") == named


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


def test_what_cannot_be_a_password_of_ses_is_refused_in_a_sentence(
    users: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = users(TERMINAL)
    monkeypatch.setenv("SMTP_USERNAME", "mailer")
    monkeypatch.setenv("SMTP_PASSWORD", "geheimnisträger")

    refused = made.smtp("test")

    assert refused.status == 64
    assert "no user name and password of SES" in refused.stderr
    assert "geheimnis" not in said(refused)


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


@pytest.mark.parametrize(
    ("name", "code", "works", "told"),
    [
        ("TCP", 0, False, "was not tried: TCP: nobody answers"),
        ("AUTH", 454, False, "did not log in: AUTH: "),
        ("QUIT", 451, True, "mailer logs in"),
    ],
)
def test_what_is_said_of_a_new_password_is_what_the_login_showed(
    users: Made,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    code: int,
    works: bool,
    told: str,
) -> None:
    timed = smtp.timed

    def failing(step: str, take: Callable[[], str]) -> smtp.Hop:
        return smtp.Hop(step, 0, failed="no", code=code) if step == name else timed(step, take)

    monkeypatch.setattr(smtp, "timed", failing)
    created = users(STORES["ssm"]).smtp("create", "--yes", "--json")

    assert created.json["environments"][0]["smtp"]["works"] is works
    assert told in created.stderr


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
        (("retire", "--undo", "--delete"), "cannot be used again"),
        (("rotate", "--key", "ABCD"), "--key means nothing to smtp rotate; it is for smtp retire"),
        (("status", "--show-secret"), "it is for smtp create and rotate"),
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
