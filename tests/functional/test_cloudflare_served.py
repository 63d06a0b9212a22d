"""Cloudflare over HTTP: the ordinary world, a stand-in on loopback, tokens as people have them."""

from __future__ import annotations

import os
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ses_provision.cli.app import run
from ses_provision.cli.commands.local import settings
from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.local.nameserver import name_server
from ses_provision.local.server import serving
from ses_provision.worlds.in_process import seed
from tests.functional.folders import AT_CLOUDFLARE, HOSTED, write

APPLY = ("apply", "--env", "prod", "--yes")
TOKEN = "PLANTEDv7Xk2mQ9-Zz_q3lVdG9wU2VjcmV0"


@pytest.fixture
def served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[LocalAws, Path, Callable[..., int]]]:
    """The ordinary world, as `ses-provision local` has it exported; the command line for it."""
    local = LocalAws()
    folder = write(tmp_path / "config", prod=AT_CLOUDFLARE)
    environments = loading.load_all(folder)
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    seed(local, environments)
    with serving(local) as address, name_server(local) as (host, port):
        exports = settings(environments, profiles, address.port)
        for name, value in exports.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SES_PROVISION_RESOLVERS", f"{host}:{port}")
        monkeypatch.setenv("AWS_PROFILE", "prod")
        yield local, folder, lambda *given: run([*given, "--config-dir", str(folder)])


def test_a_whole_life_over_http(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    local, _, execute = served
    local.cloudflare.tokens[TOKEN] = local.cloudflare.tokens.pop("local")
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", f"{TOKEN}\n")
    before = local.cloudflare.snapshot()

    assert execute(*APPLY, "--debug") == 0, capsys.readouterr().err
    assert execute("plan", "--detailed-exitcode") == 0
    assert execute("dns", "--check", "--resolver", os.environ["SES_PROVISION_RESOLVERS"]) == 0
    assert execute("destroy", "--env", "prod", "--yes", "--confirm-env", "prod") == 0
    assert local.cloudflare.snapshot() == before
    said = capsys.readouterr()
    assert "cloudflare Cloudflare BatchRecords" in said.err
    assert TOKEN not in said.out + said.err


def test_a_connection_that_drops_over_http_is_healed(
    served: tuple[LocalAws, Path, Callable[..., int]], capsys: pytest.CaptureFixture[str]
) -> None:
    local, _, execute = served
    local.fault("lose-reply", "cloudflare:BatchRecords", number=1)
    local.fault("drop", "cloudflare:BatchRecords", number=3)

    ended = execute(*APPLY)

    assert "Traceback" not in capsys.readouterr().err
    assert ended in {0, 1}
    assert execute(*APPLY) == 0
    assert execute("plan", "--detailed-exitcode") == 0


@pytest.mark.parametrize("value", [None, "", "PLANTED two words", "PLANTED\nlines"])
def test_a_token_that_is_missing_or_none_is_said_without_repeating_it(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    value: str | None,
) -> None:
    _, _, execute = served
    if value is None:
        monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    else:
        monkeypatch.setenv("CLOUDFLARE_API_TOKEN", value)

    assert execute("plan", "--debug") == 1
    said = capsys.readouterr()
    assert "the variable CLOUDFLARE_API_TOKEN (dns.token_env)" in said.err
    assert "PLANTED" not in said.err + said.out
    assert "Traceback" not in said.err


ADDRESSES = {
    "http://api.example.com/client/v4": "is no address to send a token to",
    "ftp://127.0.0.1": "is no address to send a token to",
    "https://[": "is no address to send a token to",
    "api.example.com": "is no address to send a token to",
    "http://127.0.0.1:1/client/v4": "Cloudflare cannot be reached: NewConnectionError",
    "http://127.0.0.1:{port}/elsewhere": "What answers is not Cloudflare's API",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_another_address_is_taken_only_where_a_token_is_safe(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    address: str,
) -> None:
    local, _, execute = served
    port = str(local.served_at).rpartition(":")[2]
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", address.format(port=port))
    monkeypatch.setattr("ses_provision.outside.wait.real_sleep", lambda _: None)

    assert execute("plan") == 1
    assert ADDRESSES[address] in " ".join(capsys.readouterr().err.split())


class KeyringError(Exception):
    """What the keyring fails with."""


def keyring(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str, str], str | None]) -> None:
    """A keyring as the package of that name offers the system's."""
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]
    made = types.ModuleType("keyring")
    made.get_password = answer  # type: ignore[attr-defined]
    made.errors = errors  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", made)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def locked(*_: str) -> str | None:
    """It is locked."""
    raise KeyringError("PLANTED")


KEYRINGS: dict[str, tuple[Callable[[str, str], str | None], int, str]] = {
    "the token": (lambda service, user: {("ses", "cf"): "local"}.get((service, user)), 0, ""),
    "nothing": (lambda *_: None, 1, "There is no token in the keyring entry ses/cf"),
    "a locked one": (locked, 1, "The keyring cannot be read (KeyringError)"),
}


@pytest.mark.parametrize("name", KEYRINGS)
def test_the_token_may_be_in_the_keyring(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    _, folder, execute = served
    answer, status, sentence = KEYRINGS[name]
    write(folder, prod=AT_CLOUDFLARE.replace(
        'token_env = "CLOUDFLARE_API_TOKEN"', 'token_keyring = "ses/cf"'))  # fmt: skip
    keyring(monkeypatch, answer)

    assert execute("plan") == status
    said = capsys.readouterr()
    assert sentence in said.err
    assert "PLANTED" not in said.err + said.out


def test_without_a_keyring_the_extra_is_named(
    served: tuple[LocalAws, Path, Callable[..., int]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, folder, execute = served
    write(folder, prod=AT_CLOUDFLARE.replace(
        'token_env = "CLOUDFLARE_API_TOKEN"', 'token_keyring = "ses/cf"'))  # fmt: skip
    monkeypatch.setitem(sys.modules, "keyring", None)

    assert execute("plan") == 1
    assert "pip install 'ses-provision[keyring]'" in capsys.readouterr().err


def test_exports_of_a_local_aws_lead_away_from_the_real_cloudflare(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    there = loading.load_all(write(tmp_path / "there", prod=AT_CLOUDFLARE))
    hosted = loading.load_all(write(tmp_path / "hosted", prod=HOSTED))

    exports = settings(there, profiles, 4579)

    assert exports["CLOUDFLARE_BASE_URL"] == "http://127.0.0.1:4579/client/v4"
    assert exports["CLOUDFLARE_API_TOKEN"] == "local"
    assert not [name for name in settings(hosted, profiles, 4579) if "CLOUDFLARE" in name]
