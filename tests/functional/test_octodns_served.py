"""A provider that octoDNS reaches, over HTTP: the ordinary world, a stand-in on loopback."""

from __future__ import annotations

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
from ses_provision.outside.providers.octodns_allowed import ALLOWED
from ses_provision.worlds.in_process import seed
from tests.functional.folders import HOSTED, by_octodns, write

APPLY = ("apply", "--env", "prod", "--yes")
TOKEN = "PLANTEDv7Xk2mQ9-Zz_q3lVdG9wU2VjcmV0"
Served = tuple[LocalAws, Path, Callable[..., int]]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """The ordinary world, as `ses-provision local` has it exported; the command line for it."""
    local = LocalAws()
    folder = write(tmp_path / "config", prod=by_octodns("gandi"))
    environments = loading.load_all(folder)
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    seed(local, environments)
    with serving(local) as address, name_server(local) as (host, port):
        for name, value in settings(environments, profiles, address.port).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SES_PROVISION_RESOLVERS", f"{host}:{port}")
        monkeypatch.setenv("AWS_PROFILE", "prod")
        yield local, folder, lambda *given: run([*given, "--config-dir", str(folder)])


def test_a_whole_life_over_http(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    local, _, execute = served
    local.panels.tokens[TOKEN] = local.panels.tokens.pop("local")
    monkeypatch.setenv("PANEL_TOKEN", f"{TOKEN}\n")
    before = local.panels.snapshot()

    assert execute(*APPLY, "--debug") == 0, capsys.readouterr().err
    assert execute("plan", "--detailed-exitcode") == 0
    assert execute("destroy", "--env", "prod", "--yes", "--confirm-env", "prod") == 0
    said = capsys.readouterr()
    assert "PLANTED" not in said.out + said.err
    assert local.panels.snapshot() == before


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (None, "There is no token in the variable PANEL_TOKEN (dns.token_env)."),
        ("two PLANTED words", "What is in the variable PANEL_TOKEN (dns.token_env) is no token"),
        (TOKEN, "Gandi does not accept the token in the variable PANEL_TOKEN (dns.token_env)"),
    ],
)
def test_a_token_that_does_not_serve_is_told_without_its_words(
    served: Served,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    held: str | None,
    sentence: str,
) -> None:
    _, _, execute = served
    if held is None:
        monkeypatch.delenv("PANEL_TOKEN")
    else:
        monkeypatch.setenv("PANEL_TOKEN", held)

    assert execute("plan") == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert "PLANTED" not in said.err + said.out


def test_the_token_may_be_in_the_keyring(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, folder, execute = served
    keyring = types.ModuleType("keyring")
    errors = types.ModuleType("keyring.errors")
    errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    keyring.errors = errors  # type: ignore[attr-defined]
    keyring.get_password = lambda *place: {("ses", "gandi"): "local"}.get(place)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    text = by_octodns("gandi").replace('token_env = "PANEL_TOKEN"', 'token_keyring = "ses/gandi"')
    write(folder, prod=text)

    assert execute("plan") == 0


def test_a_key_goes_to_no_host_in_clear_text_but_this_one(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, folder, execute = served
    monkeypatch.delenv("SES_PROVISION_OCTODNS_URL")
    options = 'options = { host = "pdns.example.net", scheme = "http" }'
    text = by_octodns("powerdns").replace('options = { host = "pdns.example.net" }', options)
    write(folder, prod=text)

    assert execute("plan") == 1
    assert "dns.options is no address to send a token to" in capsys.readouterr().err


def test_exports_of_a_local_aws_lead_away_from_the_real_providers(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    there = loading.load_all(write(tmp_path / "there", prod=by_octodns("hetzner")))
    hosted = loading.load_all(write(tmp_path / "hosted", prod=HOSTED))

    exports = settings(there, profiles, 4579)

    assert exports["SES_PROVISION_OCTODNS_URL"] == "http://127.0.0.1:4579/octodns"
    assert exports["PANEL_TOKEN"] == "local"
    assert not [name for name in settings(hosted, profiles, 4579) if "OCTODNS" in name]


def test_every_real_host_is_reached_by_tls() -> None:
    options = {"host": "pdns.example.net"}

    assert [one.origin(options) for one in ALLOWED.values()] == [
        "https://api.digitalocean.com",
        "https://api.dnsimple.com",
        "https://api.gandi.net",
        "https://api.hetzner.cloud",
        "https://pdns.example.net:8081",
    ]
