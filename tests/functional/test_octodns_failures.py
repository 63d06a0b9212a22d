"""What goes wrong at a provider that octoDNS reaches: said in a sentence, healed by a re-run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ses_provision.outside.providers.web import NotSentError, Reply, Request
from ses_provision.worlds.in_process import InProcess
from tests.conftest import ROOT, Cli
from tests.functional.folders import Bench, bench, by_octodns, write
from tests.functional.test_octodns import APPLY, DESTROY, at, of_panel, planned, rows, said

WRITE = "octodns:CreateRecord"


class Web(InProcess):
    """A world in which requests to a provider can be meddled with."""

    meddle: Callable[[Request], Reply | None] | None = None

    def panels(self, request: Request) -> Reply:
        """Let somebody be faster, or answer instead."""
        instead = self.meddle(request) if self.meddle else None
        return instead or super().panels(request)


def made_at(cli: Cli, tmp_path: Path, provider: str) -> Bench:
    """The environment, with a record of others in its zone."""
    found = bench(cli, tmp_path / "config", Web, prod=by_octodns(provider))
    found.local.panels.put("www.example.com", "A", 3600, "192.0.2.1", note="theirs")
    return found


@pytest.fixture
def gandi(cli: Cli, tmp_path: Path) -> Bench:
    """The environment at Gandi."""
    return made_at(cli, tmp_path, "gandi")


def meddle(made: Bench, act: Callable[[Request], Reply | None] | None) -> None:
    """Meddle with every request from here on."""
    made.world.meddle = act  # type: ignore[attr-defined]


def always(status: int, body: bytes, **headers: str) -> Callable[[Bench], None]:
    """Somebody else answers."""
    return lambda made: meddle(made, lambda _: Reply(status, headers, body))


def nobody(made: Bench) -> None:
    """Nobody takes a connection."""

    def fail(_: Request) -> Reply:
        raise NotSentError("NewConnectionError")

    meddle(made, fail)


def fault(kind: str, operation: str) -> Callable[[Bench], object]:
    """A fault that does not pass."""
    return lambda made: made.local.fault(kind, operation, times=None)


LOGIN = b"<html><title>Sign in to the guest network</title></html>"
TOKEN = "the token in the variable PANEL_TOKEN (dns.token_env)"
UNUSABLE: dict[str, tuple[Callable[[Bench], object], str]] = {
    "a token that is not known": (
        lambda made: made.local.panels.tokens.clear(), f"Gandi does not accept {TOKEN}"),
    "a token that may not read": (
        fault("deny", "octodns:ListRecords"), f"Gandi allows nothing to {TOKEN}: Forbidden (403)"),
    "no such zone": (
        lambda made: made.local.panels.zones["gandi"].clear(),
        "The token sees no zone example.com at Gandi."),
    "a page in between": (
        always(200, LOGIN), "What answers is not the API of Gandi: it sends a page, \"Sign in"),
    "a page elsewhere": (
        always(302, b"", location="https://login.example.net"), "not the API of Gandi"),
    "no answer at all": (nobody, "Gandi cannot be reached: NewConnectionError"),
    "an outage": (always(503, b""), "Gandi cannot be reached: status 503"),
    "too many requests": (
        always(429, b"{}", **{"retry-after": "7200"}),
        "Gandi asks for patience: too many requests (for another 7200 s); nothing was written"),
    "what is no JSON": (always(200, b"ok"), "octodns-gandi cannot read the zone: JSONDecodeError"),
    "what the class cannot read": (
        always(200, b'[{"surprise": 1}]'), "octodns-gandi cannot read the zone: KeyError"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_is_said_in_a_sentence_and_nothing_is_written(
    gandi: Bench, name: str
) -> None:
    spoil, sentence = UNUSABLE[name]
    spoil(gandi)

    for command, status in ((APPLY, 1), (("checklist",), 0)):
        told = gandi(*command)

        assert sentence in said(told)
        assert "Traceback" not in told.stderr
        assert (told.status, of_panel(told)) == (status, [])


@pytest.mark.parametrize("operation", ["ListRecords", "ListZones"])
def test_a_question_that_a_class_takes_for_answered_when_it_failed_is_not(
    cli: Cli, tmp_path: Path, operation: str
) -> None:
    made = made_at(cli, tmp_path, "hetzner")
    made.local.fault("deny", f"octodns:{operation}", times=None)

    told = made(*APPLY)

    assert (told.status, of_panel(told)) == (1, [])
    assert "Hetzner allows nothing to" in said(told)


MAYBE = "has not answered a change of the zone (status 500), so it may have been made or not."
DENIED, SLOWER = "may not be changed with the token", "too many requests (for another 2 s)"
ONE, TWO = "one part of the change was made before that", "2 parts of the change were made before"


@pytest.mark.parametrize(
    ("provider", "number", "kind", "sentences"),
    [
        ("gandi", 3, "error", [MAYBE]),
        ("gandi", 3, "deny", [DENIED, TWO]),
        ("gandi", 5, "throttle", [SLOWER, ONE]),
        ("digitalocean", 1, "deny", [DENIED, "nothing was written"]),
        ("hetzner", 2, "deny", [DENIED, ONE]),
    ],
)
def test_a_write_that_fails_in_the_middle_is_said_and_the_same_command_goes_on(
    cli: Cli, tmp_path: Path, provider: str, number: int, kind: str, sentences: list[str]
) -> None:
    made = made_at(cli, tmp_path, provider)
    made.local.fault(kind, WRITE, number=number, times=None)

    stopped = made(*APPLY)
    made.local.clear_faults()
    lacking = [one for one in planned(made) if one.startswith(("CNAME", "MX", "TXT"))]
    healed, again = made(*APPLY), made(*APPLY)

    assert stopped.status == 1
    assert "Traceback" not in stopped.stderr
    assert all(sentence in said(stopped) for sentence in sentences), said(stopped)
    assert (healed.status, again.writes, planned(made)) == (0, [], {})
    assert len(of_panel(healed)) >= len(lacking)
    assert len(rows(made)) == 2 + 1 + 6, "name servers, theirs, ours: none of them twice"


@pytest.mark.parametrize(("kind", "status"), [("kill-after", 143), ("drop", 0)])
def test_what_ends_between_two_records_of_a_change_is_healed_by_running_again(
    gandi: Bench, kind: str, status: int
) -> None:
    stop = partial(os.kill, os.getpid(), signal.SIGTERM)
    gandi.local.fault(kind, WRITE, number=2, action=stop)

    first, again = gandi(*APPLY), gandi(*APPLY)

    assert "Traceback" not in first.stderr
    assert (first.status, again.status, planned(gandi)) == (status, 0, {})
    assert len(rows(gandi)) == 2 + 1 + 6


@pytest.mark.parametrize("number", [2, 5])
def test_a_reply_that_is_lost_is_not_sent_again_and_the_run_goes_on(
    gandi: Bench, number: int
) -> None:
    gandi.local.fault("lose-reply", WRITE, number=number)

    applied = gandi(*APPLY)

    assert applied.status == 0, applied.stderr
    assert of_panel(applied) == ["CreateRecord"] * 6
    assert planned(gandi) == {}


def test_patience_is_had_where_it_is_asked_for(gandi: Bench) -> None:
    gandi.local.fault("throttle", WRITE, times=2)
    gandi.local.fault("error", "octodns:ListRecords", times=2)

    assert gandi(*APPLY).status == 0


def test_a_zone_that_is_busy_with_an_earlier_change_is_waited_for(cli: Cli, tmp_path: Path) -> None:
    made, busy = made_at(cli, tmp_path, "hetzner"), iter(range(3))

    def locked(request: Request) -> Reply | None:
        is_write = request.method == "POST" and next(busy, None) is not None
        return Reply(423, {}, b'{"error": {"message": "locked"}}') if is_write else None

    meddle(made, locked)

    assert made(*APPLY).status == 0
    assert planned(made) == {}


def test_somebody_who_writes_between_look_and_write_is_noticed_and_left_alone(
    gandi: Bench,
) -> None:
    zone = gandi.local.panels.holding("example.com")
    assert zone is not None
    reads = 0

    def faster(request: Request) -> None:
        """Just before the last look of the MAIL FROM step."""
        nonlocal reads
        stands = any(row.kind == "CNAME" for row in rows(gandi))
        reads += stands and request.path.endswith("/records?page=1&per_page=500")
        if reads == 3 and not at(gandi, "mail.example.com", "MX"):
            zone.add("mail.example.com", "MX", 300, "5 mx.example.net.", "theirs")

    meddle(gandi, faster)
    stopped = gandi(*APPLY)

    assert stopped.status == 1
    assert [row.value for row in at(gandi, "mail.example.com", "MX")] == ["5 mx.example.net."]
    meddle(gandi, None)
    assert "mx.example.net" in said(gandi("plan"))


def test_a_zone_that_vanishes_before_the_write_is_not_made_anew(gandi: Bench) -> None:
    def vanish(request: Request) -> None:
        if request.path.endswith("/livedns/domains/example.com"):
            gandi.local.panels.zones["gandi"].clear()

    meddle(gandi, vanish)
    stopped = gandi(*APPLY)

    assert (stopped.status, of_panel(stopped)) == (1, [])
    assert "The token sees no zone example.com at Gandi" in said(stopped)
    assert gandi.local.panels.zones["gandi"] == {}


def test_what_a_provider_refuses_is_told_in_its_words(cli: Cli, tmp_path: Path) -> None:
    made = made_at(cli, tmp_path, "powerdns")
    zone = made.local.panels.holding("example.com")
    assert zone is not None
    zone.least_ttl = 900

    refused = made(*APPLY)

    assert refused.status == 1
    assert "PowerDNS refuses it: TTL must be at least 900 seconds (422); nothing was written" in (
        said(refused)
    )
    assert "dns.ttl" in said(refused)


def test_destroy_that_stops_half_way_goes_on(gandi: Bench) -> None:
    before = rows(gandi)
    assert gandi(*APPLY).status == 0
    gandi.local.fault("deny", "octodns:DeleteRecord", number=3, times=None)

    stopped = gandi(*DESTROY)
    gandi.local.clear_faults()

    assert stopped.status == 1
    assert "one part of the change was made before that" in said(stopped)
    assert gandi(*DESTROY).status == 0
    assert rows(gandi) == before


@pytest.mark.parametrize(
    ("module", "words"),
    [("octodns_gandi", "needs octodns_gandi"), ("octodns", "needs octodns"),
     ("requests", "needs requests")],
)  # fmt: skip
def test_a_package_that_is_not_installed_is_named_with_the_command(
    gandi: Bench, monkeypatch: pytest.MonkeyPatch, module: str, words: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("octodns")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.endswith(".octodns_line")]:
        monkeypatch.delitem(sys.modules, name)
        monkeypatch.delattr("ses_provision.outside.providers.octodns_line")
    monkeypatch.setitem(sys.modules, module, None)

    told = gandi("plan")

    assert told.status == 1
    assert words in said(told)
    assert "pip install 'ses-provision[octodns]'" in said(told)


def test_a_class_of_another_version_is_not_used(
    gandi: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Older:
        """A class that takes other arguments."""

        def __init__(self, _: str, key: str) -> None:
            raise AssertionError

    for name, instead in (
        ("GandiClient.__init__", lambda *_, **__: None),
        ("GandiProvider", Older),
    ):
        monkeypatch.setattr(f"octodns_gandi.{name}", instead)
        told = gandi("plan")

        assert told.status == 1
        assert "octodns-gandi is of a version that ses-provision does not know" in said(told)


REFUSED = {
    ("transip", ""): "replaces the whole zone",
    ("zonefile", ""): "rewrites a file",
    ("yaml", ""): "rewrites a file",
    ("ovh", ""): "does not see the SPF and DMARC records",
    ("scaleway", ""): "sees one string of a TXT set",
    ("cloudflare", ""): 'dns.provider = "cloudflare"',
    ("bind", ""): 'dns.provider = "rfc2136"',
    ("nobody", ""): "octodns:digitalocean, octodns:dnsimple, octodns:gandi, octodns:hetzner",
    ("", ""): "octodns:powerdns; for another one",
    ("gandi", "ttl = 60"): "ttl: must be at least 300 at Gandi, not 60",
    ("gandi", "options = { account = 1 }"): "options: octodns:gandi takes none",
    ("gandi", 'token_keyring = "a/b"'): "needs one of them, not both",
    ("gandi", 'server = "ns1.example.com"'): 'server: only with provider = "rfc2136"',
    ("dnsimple", "options = {}"): "options: account is missing: the number of the account",
    ("powerdns", 'options = { host = "x", port = "none" }'): "options: port must be the port",
    ("cloudflare!", "options = { a = 1 }"): 'options: only with provider = "octodns:NAME"',
}


@pytest.mark.parametrize(("provider", "settings"), REFUSED)
def test_settings_that_do_not_fit_are_mistakes(
    cli: Cli, tmp_path: Path, provider: str, settings: str
) -> None:
    text = by_octodns("gandi").replace("octodns:gandi", f"octodns:{provider}")
    text = text.replace("octodns:cloudflare!", "cloudflare").replace("[dns]", f"[dns]\n{settings}")
    write(tmp_path, prod=text)

    refused = cli("validate", "--config-dir", str(tmp_path))

    assert refused.status == 1
    assert REFUSED[provider, settings] in said(refused)


SECRET = "PLANTEDv7Xk2mQ9-Zz_q3lVdG9wU2VjcmV0S2V5"


@pytest.mark.parametrize(
    "settings",
    [
        f'token_env = "{SECRET}"',
        f'token_keyring = "{SECRET}"',
        f'token_env = "T"\ntoken = "{SECRET}"',
        f'token_env = "T"\noptions = "{SECRET}"',
        f'token_env = "T"\noptions = {{ token = "{SECRET}" }}',
        f'token_env = "T"\noptions = {{ host = "{SECRET}!" }}',
        f'token_env = "T"\noptions = {{ host = "h", {SECRET} = 1 }}',
        f'token_env = "T"\noptions = {{ host = ["{SECRET}"] }}',
    ],
)
def test_a_secret_in_the_file_is_refused_without_repeating_it(
    cli: Cli, tmp_path: Path, settings: str
) -> None:
    text = by_octodns("powerdns").partition('token_env = "PANEL_TOKEN"')[0]
    write(tmp_path, prod=f'{text}{settings}\n[configuration_set]\nname = "example"\n')

    for command in (("validate",), ("plan",), ("validate", "--json")):
        refused = cli(*command, "--config-dir", str(tmp_path))

        assert refused.status == 1
        assert "PLANTED" not in refused.stdout + refused.stderr


def test_nobody_else_imports_octodns(tmp_path: Path) -> None:
    """In a process of its own: in this one it is imported."""
    script = """
import sys
from pathlib import Path
from ses_provision.cli.app import run
from ses_provision.environment import loading
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess, seed
environments = loading.load_all(Path("config"))
local = LocalAws()
seed(local, environments)
assert run(["plan", "--env", "prod"], InProcess(local)) == 0
assert run(["validate", "--config-dir", sys.argv[1]]) == 0
assert [name for name in sys.modules if name.partition(".")[0].startswith("octodns")] == []
"""
    write(tmp_path / "config", prod=by_octodns("gandi"))
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "config")],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
