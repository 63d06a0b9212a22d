"""Whatever fails, and however, no secret of the run is in what any command prints or writes."""

from __future__ import annotations

import json
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ses_provision.cli.app import run
from ses_provision.outside.secrets import HIDDEN, Secrets, passwords
from tests.conftest import ROOT, Cli
from tests.functional.sweep import no_backoff

SECRET = "s3cr3t/PLANTED+key0000000000000000000000"
TOKEN = "t0k3n-PLANTED-0000+/=="
PASSWORD = "pPLANTEDw"
OTHERS = "ASIAPLANTED000000000"

COMMANDS = (
    ("plan",),
    ("plan", "--json"),
    ("plan", "--debug"),
    ("apply", "--yes"),
    ("checklist", "--no-dns"),
    ("checklist", "--no-dns", "--json"),
    ("dkim-status", "--no-dns"),
    ("status", "--no-dns"),
    ("status", "--no-dns", "--json", "--debug"),
    ("send-test", "--json"),
    ("dns",),
    ("export",),
    ("request-access", "--no-dns"),
    ("drill", "--yes"),
    ("destroy", "--yes", "--confirm-env", "staging"),
)

Run = Callable[[tuple[str, ...]], str]


@pytest.fixture
def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Run a command with keys in the environment; all that it printed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OTHERS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(ROOT)
    no_backoff(monkeypatch, lambda _: None)

    def execute(command: tuple[str, ...]) -> str:
        capsys.readouterr()
        name = "staging" if "staging" in command else "prod"
        assert run([*command, "--env", name]) != 0
        captured = capsys.readouterr()
        return captured.out + captured.err

    return execute


def insist(seen: str, what: object) -> None:
    """Nothing planted is seen, and the command said something."""
    assert seen.strip(), what
    assert "PLANTED" not in seen, what
    assert "Traceback" not in seen, what


class Echo(BaseHTTPRequestHandler):
    """A server that answers each request with all that it was sent."""

    status: int
    form: str

    def do_POST(self) -> None:
        """Answer."""
        length = int(self.headers.get("Content-Length") or 0)
        asked = f"{self.requestline}\n{self.headers}\n{self.rfile.read(length).decode()}"
        canonical = "\n".join(f"{key.lower()}:{value}" for key, value in self.headers.items())
        text = f"{asked}\n\n{canonical}\naws_secret_access_key = otherPLANTED\nhttp://u:PLANTED@x/"
        body = {
            "xml": "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>"
            f"{text.replace('<', '&lt;')}</Message></Error></ErrorResponse>",
            "denied": "<ErrorResponse><Error><Code>AccessDenied</Code><Message>"
            f"{text}</Message></Error></ErrorResponse>",
            "json": json.dumps({"message": text, "__type": "InvalidSignatureException"}),
            "html": f"<html><body>{text}</body></html>",
            "text": text,
        }[self.form].encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815 - as the base class has it

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def echoing(status: int, form: str) -> Iterator[str]:
    """A server that echoes, and its URL."""
    handler = type("Handler", (Echo,), {"status": status, "form": form})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("form", ["xml", "denied", "json", "html", "text"])
@pytest.mark.parametrize("status", [403, 502, 200])
def test_what_a_server_echoes_of_a_request_is_not_shown(
    form: str, status: int, said: Run, monkeypatch: pytest.MonkeyPatch, dense: bool
) -> None:
    with echoing(status, form) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://user:{PASSWORD}@{address}")
        for command in COMMANDS if dense else COMMANDS[1::5]:
            insist(said(command), (form, status, command))


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{PASSWORD}@127.0.0.1:1",
        f"http://user:{PASSWORD}@127.0.0.1:port",
        f"http://user:{PASSWORD}/x@127.0.0.1:1",
        f"http://user:{PASSWORD} x@127.0.0.1:1",
        f"http://user:{PASSWORD}\nx@127.0.0.1:1",
        f"http://user:{PASSWORD}@[::1",
        f"http://user:{PASSWORD}@",
        f"user:{PASSWORD}@127.0.0.1",
        f"ftp://user:{PASSWORD}@127.0.0.1:1",
        f"http://:{PASSWORD}@127.0.0.1:1",
    ],
)
def test_the_password_of_an_endpoint_is_not_shown(
    url: str, said: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    for command in COMMANDS[1::5]:
        insist(said(command), (url, command))


def test_the_password_of_a_proxy_is_not_shown(said: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:1")

    for command in COMMANDS[1::5]:
        insist(said(command), command)


@pytest.mark.parametrize("ending", ["\n", "\r\nX-Evil: 1", "\x00", "é", "\u2028", " "])
@pytest.mark.parametrize("variable", ["AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY"])
def test_a_key_that_no_header_can_carry_is_not_shown(
    variable: str, ending: str, said: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "\0" in ending:
        pytest.skip("no variable holds a NUL")
    with echoing(403, "denied") as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{address}")
        monkeypatch.setenv(variable, f"aPLANTED{ending}bPLANTED")

        for command in COMMANDS[1::5]:
            insist(said(command), command)


PROGRAMS = {
    "fails and tells": f"echo 'could not: {SECRET} hunter2PLANTED' >&2; exit 1",
    "prints no JSON": f"echo '{SECRET} PLANTED'",
    "prints half of it": f'echo \'{{"Version": 1, "SecretAccessKey": "{SECRET}"}}\'',
    "prints another version": f'echo \'{{"Version": 7, "SecretAccessKey": "{SECRET}PLANTED"}}\'',
    "prints a list": f"echo '[\"{SECRET}\"]'",
    "prints a key that ended": 'echo \'{"Version": 1, "AccessKeyId": "ASIAPLANTED000000000", '
    f'"SecretAccessKey": "{SECRET}", "SessionToken": "xPLANTED", '
    '"Expiration": "2001-01-01T00:00:00Z"}\'',
    "prints a broken date": 'echo \'{"Version": 1, "AccessKeyId": "ASIAPLANTED000000000", '
    '"SecretAccessKey": "xPLANTED", "SessionToken": "xPLANTED", "Expiration": "PLANTED"}\'',
}


@pytest.mark.parametrize("script", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_credential_process_prints_is_not_shown(
    script: str, said: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "keys"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(stat.S_IRWXU)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    config = tmp_path / "config"
    config.write_text(f"[profile starlightpractice-prod]\ncredential_process = {program}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    for command in COMMANDS[1::5]:
        insist(said(command), command)


def test_a_broken_credentials_file_is_not_quoted(
    said: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "credentials"
    file.write_text(f"aws_secret_access_key = {SECRET}\nPLANTED\n[default\nx")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))

    for command in COMMANDS[1::5]:
        insist(said(command), command)


def test_a_mistake_of_ours_shows_its_traceback_without_secrets(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hunter2-PLANTED")

    def broken(*_: Any, **__: Any) -> None:
        try:
            int(f"hunter2-PLANTED {OTHERS}")
        except ValueError as error:
            raise RuntimeError(
                "Authorization: AWS4-HMAC-SHA256 PLANTED, Signature=PLANTED"
            ) from error

    monkeypatch.setattr("ses_provision.engine.planning.looks", broken)

    for extra in ((), ("--json",)):
        told = cli("plan", "--env", "prod", *extra)
        assert "RuntimeError: Authorization: [hidden]" in told.stderr
        assert "PLANTED" not in told.stderr + told.stdout


@pytest.mark.parametrize("argument", [OTHERS, f"http://u:{PASSWORD}@x", f"password={PASSWORD}"])
def test_a_secret_in_the_wrong_place_of_a_command_line_is_not_repeated(
    argument: str, cli: Cli
) -> None:
    for command in ((argument,), ("plan", "--env", argument), ("plan", argument)):
        for extra in ((), ("--json",)):
            told = cli(*command, *extra)
            assert "PLANTED" not in told.stderr + told.stdout, command


SHAPED = (
    "AKIAPLANTED000000000",
    "x-amz-security-token:PLANTED\nx",
    "X-Amz-Security-Token=PLANTED%2F&X",
    "Authorization: AWS4-HMAC-SHA256 Credential=PLANTED/x, Signature=PLANTED",
    '{"SecretAccessKey": "PLANTED", "SessionToken": "PLANTED"}',
    "<SecretAccessKey>PLANTED</SecretAccessKey>",
    "aws_secret_access_key = PLANTED",
    "aws_session_token=PLANTED",
    '{"accessToken": "PLANTED", "refreshToken": "PLANTED"}',
    "access_token=PLANTED&refresh_token=PLANTED",
    "secret_key: PLANTED",
    "https://me:PLANTED@example.com/x",
    "https://me:PLA@PLANTED@example.com/x",
    "password=PLANTED",
    "Authorization: Bearer PLANTED0000",
    "-----BEGIN RSA PRIVATE KEY-----\nPLANTED\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nPLANTED",
)


@pytest.mark.parametrize("text", SHAPED)
def test_the_shapes_of_secrets_are_hidden_wherever_they_stand(text: str) -> None:
    secrets = Secrets()

    for quoted in (text, json.dumps(text), repr(text), repr(text.encode())):
        assert "PLANTED" not in secrets.hide(f"before {quoted} after"), quoted
        assert secrets.hide(secrets.hide(quoted)) == secrets.hide(quoted)


@pytest.mark.parametrize(
    "text",
    [
        "DKIM tokens: abc, def",
        "2qrmu6wtlpsyejotjljnf3ydn6oqdb4c._domainkey.example.com",
        "arn:aws:iam::524471258033:role/ASIANS",
        "https://example.com:443/a@b",
        "arn:aws:sns:us-east-2:524471258033:ses-events-prod",
        "mailto:ops@example.com",
        "export AWS_SECRET_ACCESS_KEY=local",
        'secret_key = "local"',
        "the secret key, and the clock of this machine",
        "Give --profile NAME, or put credentials in the environment.",
    ],
)
def test_what_is_no_secret_is_left_as_it_is(text: str) -> None:
    assert Secrets().hide(text) == text


@given(st.text(min_size=6), st.text(), st.text())
@example("line\nPLANTED", "", "")
def test_a_known_secret_is_in_no_form_of_what_is_shown(
    secret: str, before: str, after: str
) -> None:
    secrets = Secrets()
    secrets.learn(secret)

    for form in (str, repr, json.dumps):
        shown = secrets.hide(f"{before}{form(secret)}{after}")
        assert (
            secret not in shown.replace(HIDDEN, "\0")
            or secret in before + after
            or secret in HIDDEN
        )


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="@/:[]?#"), min_size=1
    )
)
def test_the_password_of_any_url_is_known(password: str) -> None:
    assert password in passwords(f"http://me:{password}@host/") or password.strip() != password


def test_variables_that_only_say_where_a_secret_is_are_not_hidden() -> None:
    secrets = Secrets()
    secrets.learn_environment(
        {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/token",
            "AWS_ACCESS_KEY_ID": "LOCAL000524471258033",
            "MY_SECRET_ARN": "arn:aws:secretsmanager:x",
            "GITHUB_TOKEN": "abcdefgh",
            "HOME": "/home/me-and-you",
        }
    )

    kept = "/var/run/token LOCAL000524471258033 arn:aws:secretsmanager:x /home/me-and-you"
    assert secrets.hide(f"{kept} abcdefgh") == f"{kept} {HIDDEN}"


def test_the_value_of_any_other_variable_is_hidden_in_sentences_and_left_in_documents() -> None:
    secrets = Secrets()
    secrets.learn_environment(
        {"APP_PASSWORD": "starlight", "DATABASE_URL": "postgres://me:example@host/x"}
    )
    value = {"starlight": ["set starlight-prod of example.com"]}

    assert secrets.hide(value["starlight"][0]) == f"set {HIDDEN}-prod of {HIDDEN}.com"
    assert secrets.hide_in(value) == value


@pytest.mark.parametrize(
    "variables",
    [
        {"AWS_SECRET_ACCESS_KEY": "a-PLANTED"},
        {"AWS_SESSION_TOKEN": "a-PLANTED"},
        {"AWS_ENDPOINT_URL_SESV2": "http://me:a-PLANTED@host"},
        {"https_proxy": "http://me:a-PLANTED@host"},
    ],
)
def test_what_requests_to_aws_carry_is_hidden_in_documents_whose_keys_stay(
    variables: dict[str, str],
) -> None:
    secrets = Secrets()
    secrets.learn_environment(variables)

    assert secrets.hide_in({"a-PLANTED": ["a-PLANTED"]}) == {"a-PLANTED": [HIDDEN]}


def test_no_socket_is_left_open_by_the_echo() -> None:
    with echoing(200, "text") as address:
        host, _, port = address.partition(":")
        socket.create_connection((host, int(port)), timeout=5).close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((host, int(port)), timeout=5)
