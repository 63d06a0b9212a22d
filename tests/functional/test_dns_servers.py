"""The whole product against real name servers that take updates (`make dns-servers`)."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ses_provision.cli.app import run
from ses_provision.local import LocalAws
from ses_provision.local.server import serving
from tests.functional.dns_servers import SECRET, bind, powerdns, rows
from tests.functional.folders import UPDATED, by_octodns, write

Serve = Callable[[Path, str], AbstractContextManager[int]]


def installed(program: str, serve: Serve) -> object:
    """A server as a case, left out where it is not installed."""
    why = f"{program} is not installed"
    return pytest.param(
        serve, id=program, marks=pytest.mark.skipif(shutil.which(program) is None, reason=why)
    )


SERVERS = [installed("named", bind), installed("pdns_server", powerdns)]
APPLY = ("apply", "--env", "prod", "--yes")


@dataclass
class Served:
    """A folder whose zone is at a real name server, and the command line for it."""

    folder: Path
    port: int
    local: LocalAws
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """The exit status, and all that was said."""
        self.capture.readouterr()
        status = run([*arguments, "--config-dir", str(self.folder)])
        captured = self.capture.readouterr()
        return status, captured.out + captured.err


@pytest.fixture(params=SERVERS)
def served(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Served]:
    """A server with the rule that `permissions --dns` prints, and AWS beside it."""
    folder = write(tmp_path / "config", prod=UPDATED)
    assert run(["permissions", "--env", "prod", "--dns", "--config-dir", str(folder)]) == 0
    printed = capsys.readouterr().out
    local = LocalAws()
    with request.param(tmp_path, printed) as port, serving(local) as address:
        write(folder, prod=UPDATED.replace('"ns1.example.net"', f'"127.0.0.1:{port}"'))
        monkeypatch.setenv("AWS_ENDPOINT_URL", address.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "LOCAL000111122223333")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        monkeypatch.setenv("RFC2136_TSIG_SECRET", SECRET)
        yield Served(folder, port, local, capsys)


def test_a_whole_life_changes_no_octet_of_what_others_have(served: Served) -> None:
    before = rows(served.port)
    assert served(*APPLY)[0] == 0
    between = rows(served.port)
    calls = len(served.local.journal)

    again, said = served(*APPLY)

    assert (again, "Plan: nothing to do" in said) == (0, True)
    assert [call for call in list(served.local.journal)[calls:] if call.is_write] == []
    assert served("plan", "--detailed-exitcode")[0] == 0
    assert [row for row in before if row not in between] == []
    assert len(between) == len(before) + 6
    assert served("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")[0] == 0
    assert rows(served.port) == before


def test_a_wrong_secret_is_said_in_a_sentence(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFC2136_TSIG_SECRET", base64.b64encode(b"another secret").decode())

    status, said = served("plan")

    assert status == 1
    assert "signature" in said
    assert "Traceback" not in said


def test_a_zone_that_is_not_there_is_said_in_a_sentence(served: Served) -> None:
    text = (served.folder / "prod.toml").read_text(encoding="utf-8")
    write(served.folder, prod=text.replace("example.com", "example.org"))

    status, said = served("plan")

    assert status == 1
    assert "is not in charge of a zone example.org" in said


@pytest.mark.parametrize("served", SERVERS[1:], indirect=True)
def test_the_octodns_class_for_powerdns_changes_no_octet_of_what_others_have(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = (tmp_path / "api").read_text(encoding="utf-8")
    options = f'options = {{ host = "127.0.0.1", port = {api}, scheme = "http" }}'
    text = by_octodns("powerdns").replace('options = { host = "pdns.example.net" }', options)
    shared = write(served.folder, prod=text)
    monkeypatch.setenv("PANEL_TOKEN", SECRET)
    before = rows(served.port)

    blocked, why = served(*APPLY)
    assert (blocked, "TXT mail.example.com holds strings of others" in why) == (1, True)
    write(shared, prod=f'{text}\n[mail_from]\nsubdomain = "post"\n')
    assert served(*APPLY)[0] == 0
    between = rows(served.port)
    again, said = served(*APPLY)

    assert (again, "Plan: nothing to do" in said) == (0, True)
    assert [row for row in before if row not in between] == []
    assert len(between) == len(before) + 6
    assert served("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")[0] == 0
    assert rows(served.port) == before
    monkeypatch.setenv("PANEL_TOKEN", "another")
    status, said = served("plan")
    assert (status, "PowerDNS does not accept the token" in said) == (1, True), said


@pytest.mark.parametrize("served", SERVERS[:1], indirect=True)
def test_what_the_printed_rule_does_not_name_is_refused_by_bind(served: Served) -> None:
    text = (served.folder / "prod.toml").read_text(encoding="utf-8")
    write(served.folder, prod=f'{text}\n[mail_from]\nsubdomain = "post"\n')

    status, said = served(*APPLY)

    assert status == 1
    assert "refuses the update of zone example.com (REFUSED)" in said
