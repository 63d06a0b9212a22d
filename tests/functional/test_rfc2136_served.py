"""Dynamic updates over the wire: the ordinary world, a name server on loopback, keys as people
have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import dns.name
import pytest

from ses_provision.cli.app import run
from ses_provision.local import LocalAws
from ses_provision.local.nameserver import name_server
from ses_provision.local.server import serving
from tests.functional.folders import UPDATED, write

APPLY = ("apply", "--env", "prod", "--yes")


@pytest.fixture
def served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[LocalAws, Path, Callable[..., int]]]:
    """The ordinary world, with AWS and a name server on loopback; the command line for it."""
    local = LocalAws()
    local.seed("111122223333", primaries=[("example.com", "ours")])
    with serving(local) as address, name_server(local) as (host, port):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "LOCAL000111122223333")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        monkeypatch.setenv("SES_PROVISION_RESOLVERS", f"{host}:{port}")
        text = UPDATED.replace('"ns1.example.net"', f'"{host}:{port}"')
        folder = write(tmp_path / "config", prod=text)
        yield local, folder, lambda *given: run([*given, "--config-dir", str(folder)])


SECRET = "bG9jYWw="
CLAUSE = 'key "ours" {\n  algorithm hmac-sha256;\n  secret "bG9jYWw=";\n};\n'


def test_over_the_wire_with_the_secret_in_a_variable(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local, _, execute = served
    monkeypatch.setenv("RFC2136_TSIG_SECRET", SECRET)

    assert execute(*APPLY) == 0, capsys.readouterr().err
    assert execute("plan", "--detailed-exitcode") == 0
    assert execute("destroy", "--env", "prod", "--yes", "--confirm-env", "prod") == 0
    assert (
        local.primaries.zones[dns.name.from_text("example.com")].kinds(
            dns.name.from_text("mail.example.com")
        )
        == set()
    )
    assert SECRET not in "".join(capsys.readouterr())


KEY_FILES = {
    "as tsig-keygen prints it": (CLAUSE, 0, ""),
    "with comments": (f'// old\n# key "no" {{ }};\n/* key */\n{CLAUSE}', 0, ""),
    "two keys": (CLAUSE + CLAUSE.replace("ours", "other"), 1, "holds 2 keys (ours, other)"),
    "no key": ("", 1, "holds 0 keys (none)"),
    "no secret": ('key "ours" { algorithm hmac-sha256; };', 1, "has no secret"),
    "MD5": (CLAUSE.replace("sha256", "md5"), 1, "has no algorithm that is known"),
    "no base64": (CLAUSE.replace("bG9jYWw=", "PLANTED-!"), 1, "it has to be base64"),
    "a wrong secret": (CLAUSE.replace("bG9jYWw=", "b3RoZXJQTEFOVEVE"), 1, "(BADSIG)"),
}


@pytest.mark.parametrize("name", KEY_FILES)
def test_over_the_wire_with_the_key_in_a_file(
    served: tuple[LocalAws, Path, Callable[..., int]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str,
) -> None:
    _, folder, execute = served
    content, status, sentence = KEY_FILES[name]
    path = tmp_path / "ours.key"
    path.write_text(content, encoding="utf-8")
    text = (folder / "prod.toml").read_text(encoding="utf-8")
    by_file = text.replace('key_name = "ours"\nkey_secret_env = "RFC2136_TSIG_SECRET"',
                           f'key_file = "{path}"')  # fmt: skip
    (folder / "prod.toml").write_text(by_file, encoding="utf-8")

    assert execute("plan") == status
    captured = capsys.readouterr()
    assert sentence in captured.err
    assert "PLANTED" not in captured.err + captured.out
    assert "bG9jYWw" not in captured.err + captured.out


@pytest.mark.parametrize("value", [None, "", "not base64 PLANTED!", "PLANTED"])
def test_a_secret_that_is_missing_or_none_is_said_without_repeating_it(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str | None,
) -> None:
    _, _, execute = served
    if value is not None:
        monkeypatch.setenv("RFC2136_TSIG_SECRET", value)

    assert execute("plan", "--debug") == 1
    said = capsys.readouterr()
    assert "RFC2136_TSIG_SECRET" in said.err
    assert "PLANTED" not in said.err + said.out
    assert "Traceback" not in said.err


def test_over_the_wire_nobody_listens(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, folder, execute = served
    monkeypatch.setenv("RFC2136_TSIG_SECRET", SECRET)
    text = (folder / "prod.toml").read_text(encoding="utf-8")
    port = text.partition('server = "127.0.0.1:')[2].partition('"')[0]
    (folder / "prod.toml").write_text(text.replace(f":{port}", ":1"), encoding="utf-8")

    assert execute("plan") == 1
    assert "The name server 127.0.0.1:1 of zone example.com cannot be reached" in (
        capsys.readouterr().err
    )
