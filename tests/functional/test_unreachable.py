"""AWS that cannot be asked: a sentence and what to do, never a traceback, always a document."""

from __future__ import annotations

import io
import json
import os
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ses_provision.cli.app import run
from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from tests.conftest import ROOT
from tests.functional.sweep import no_backoff

ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
)
SSO = """
[profile starlightpractice-prod]
sso_session = practice
sso_account_id = 524471258033
sso_role_name = Admin
region = us-east-2
[sso-session practice]
sso_start_url = https://practice.awsapps.com/start
sso_region = us-east-2
sso_registration_scopes = sso:account:access
"""


CHAIN = "[profile starlightpractice-prod]\nrole_arn = arn:aws:iam::1:role/x\n"


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the project, with an empty home, and without waits between tries."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HOME", str(tmp_path))
    no_backoff(monkeypatch, lambda _: None)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[dict[str, Any], str]]:
    """Run `plan --json` against whatever the environment leads to; its error, and stderr."""

    def plan(*arguments: str, status: int = 1) -> tuple[dict[str, Any], str]:
        capsys.readouterr()
        assert run(["plan", "--env", "prod", "--json", *arguments]) == status
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        document = json.loads(captured.out)
        assert document["ok"] is False
        error: dict[str, Any] = document["environments"][0]["error"]
        assert error["hint"], "there is always something to do"
        return error, captured.err

    return plan


Told = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some credentials, in the environment."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "LOCAL000524471258033")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")


@contextmanager
def answering(status: int, body: str, kind: str = "text/xml") -> Iterator[str]:
    """A server that answers everything so."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    """Write the profile file."""
    path = tmp_path / "aws-config"
    path.write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))


def test_an_unknown_profile_is_named(told: Told) -> None:
    error, _ = told("--profile", "nobody")

    assert "no AWS profile nobody" in error["message"]
    assert "aws configure sso --profile nobody" in error["hint"]


def test_credentials_that_are_nowhere_are_asked_for(
    told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiles(monkeypatch, tmp_path, "[profile starlightpractice-prod]\nregion = us-east-2\n")

    error, _ = told()

    assert "no usable AWS credentials" in error["message"]
    assert "--profile" in error["hint"]


def test_half_a_key_is_no_key(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")

    assert "credentials" in told()[0]["message"]


def test_an_expired_sso_login_says_how_to_log_in_again(
    told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiles(monkeypatch, tmp_path, SSO)

    error, _ = told()

    assert error["kind"] == "CannotReachAws"
    assert "aws sso login --profile starlightpractice-prod" in error["hint"]


@pytest.mark.parametrize(
    "text",
    [
        "this is no configuration",
        "[profile starlightpractice-prod]\ncredential_process = /does/not/exist\n",
        "[profile starlightpractice-prod]\ncredential_process = false\n",
        "[profile starlightpractice-prod]\ncredential_process = echo {}\n",
        "[profile starlightpractice-prod]\ncredential_process = echo nonsense\n",
        CHAIN + "source_profile = missing\n",
        CHAIN + "source_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/y\n"
        "source_profile = starlightpractice-prod\n",
        CHAIN + "credential_source = Nowhere\n",
    ],
)
def test_a_profile_that_cannot_work_is_told_of(
    text: str, told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiles(monkeypatch, tmp_path, text)

    assert told()[0]["kind"] == "CannotReachAws"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let somebody type, where there is no terminal and `getpass` reads standard input."""

    def no_terminal(*_: object) -> int:
        raise OSError("no terminal")

    flags = {"O_RDWR": os.O_RDWR, "O_NOCTTY": os.O_NOCTTY}
    monkeypatch.setattr("getpass.os", types.SimpleNamespace(open=no_terminal, **flags))
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")
def test_mfa_where_nobody_can_type_is_told_of(
    told: Told, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profiles(
        monkeypatch,
        tmp_path,
        "[profile starlightpractice-prod]\nrole_arn = arn:aws:iam::524471258033:role/x\n"
        "mfa_serial = arn:aws:iam::1:mfa/me\nsource_profile = base\n"
        "[profile base]\naws_access_key_id = a\naws_secret_access_key = b\n",
    )

    typed(monkeypatch, "")

    error, _ = told()

    assert error["kind"] == "CannotReachAws"
    assert "MFA" in error["message"]


@pytest.mark.usefixtures("keys")
def test_nobody_at_the_endpoint_is_told_of(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    error, _ = told()

    assert "cannot be reached" in error["message"]
    assert "AWS_ENDPOINT_URL" in error["hint"]


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("url", ["nonsense", "http://", "127.0.0.1:80", "ftp://127.0.0.1"])
def test_an_endpoint_that_is_no_url_is_told_of(
    url: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    assert told()[0]["kind"] == "CannotReachAws"


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("status", [200, 301, 403, 404, 502])
@pytest.mark.parametrize("body", ["<html><body>Welcome</body></html>", "nonsense", "", "{}"])
def test_somebody_else_at_the_endpoint_is_told_of(
    status: int, body: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(status, body, "text/html") as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        error, _ = told()

    assert error["kind"] in {"CannotReachAws", "AwsRefused"}
    assert "sts GetCallerIdentity in us-east-2" in error["message"]
    assert "<" not in error["message"]


REFUSALS = {
    "InvalidClientTokenId": "opt-in region that is off",
    "SignatureDoesNotMatch": "clock of this machine",
    "RequestTimeTooSkewed": "clock of this machine",
    "ExpiredToken": "aws sso login",
    "RequestExpired": "aws sso login",
    "OptInRequired": "change `region`",
    "RegionDisabledException": "change `region`",
}


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("code", REFUSALS)
def test_what_aws_refuses_at_the_door_says_what_to_do(
    code: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = ERROR.format(code=code, message="Signature expired: 2026 is now earlier than 2025")
    with answering(403, body) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)

        error, _ = told()

    assert error["kind"] == "CannotReachAws"
    assert REFUSALS[code] in error["hint"]
    assert code in error["message"]


def test_a_role_of_the_profile_chain_is_assumed_with_its_external_id(
    local: LocalAws,
    env: Environment,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local.seed(env.account_id, roles=["provisioner"])
    profiles(
        monkeypatch,
        tmp_path,
        "[profile starlightpractice-prod]\n"
        f"role_arn = arn:aws:iam::{env.account_id}:role/provisioner\n"
        "external_id = practice\nsource_profile = base\nregion = us-east-2\n"
        "[profile base]\nregion = us-east-2\ncredential_process = "
        f"""echo '{{"Version": 1, "AccessKeyId": "LOCAL000{env.account_id}", """
        """"SecretAccessKey": "local"}'\n""",
    )
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        status = run(["apply", "--env", "prod", "--yes"])
        captured = capsys.readouterr()
        assert (status, captured.err) == (0, "")
        assert run(["plan", "--env", "prod", "--detailed-exitcode"]) == 0

    assert "AssumeRole" in {call.operation for call in local.journal}


@pytest.mark.filterwarnings("ignore::getpass.GetPassWarning")
def test_mfa_of_the_profile_chain_asks_for_its_code(
    local: LocalAws, env: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    local.seed(env.account_id, roles=["provisioner"])
    profiles(
        monkeypatch,
        tmp_path,
        "[profile starlightpractice-prod]\n"
        f"role_arn = arn:aws:iam::{env.account_id}:role/provisioner\n"
        f"mfa_serial = arn:aws:iam::{env.account_id}:mfa/me\nsource_profile = base\n"
        "region = us-east-2\n[profile base]\nregion = us-east-2\n"
        f"aws_access_key_id = LOCAL000{env.account_id}\naws_secret_access_key = local\n",
    )
    typed(monkeypatch, "123456\n")
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        assert run(["plan", "--env", "prod"]) == 0

    assert "AssumeRole" in {call.operation for call in local.journal}


def test_another_account_than_the_environments_is_refused_before_anything_else(
    told: Told, local: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "LOCAL000111122223333")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    with serving(local) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)

        error, _ = told()

    assert error["kind"] == "WrongAccount"
    assert [call.operation for call in local.journal] == ["GetCallerIdentity"]
