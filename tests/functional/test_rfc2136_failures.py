"""What goes wrong at a name server that takes updates: said in a sentence, healed by a re-run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.tsig
import pytest

from ses_provision.environment import Environment
from ses_provision.local.primaries import bare
from ses_provision.local.primary import Primary
from ses_provision.outside.call import Call
from ses_provision.outside.providers import Provider
from ses_provision.outside.providers.rfc2136 import Rfc2136
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import UPDATED, Bench, bench
from tests.functional.sweep import Share

APPLY = ("apply", "--env", "prod", "--yes")
UPDATE = "rfc2136:UpdateRecordSets"
NAMES = ("mail.example.com", "_dmarc.example.com")


class WithKey(InProcess):
    """A world whose operator signs with a key that can be changed."""

    key = dns.tsig.Key("ours", b"local", "hmac-sha256")

    def provider(self, env: Environment) -> Provider | None:
        """The provider, with that key."""
        return Rfc2136(lambda: self.key, self.line)


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """The environment, with a string of others beside ours."""
    found = bench(cli, tmp_path / "config", WithKey, prod=UPDATED)
    found.local.primaries.put("mail.example.com", "TXT", 3600, '"theirs" "too"')
    return found


def rows(made: Bench) -> list[list[str]]:
    """The zone."""
    return made.local.primaries.zones[dns.name.from_text("example.com")].rows()


def key(name: str, secret: bytes) -> Callable[[Bench], None]:
    """Another key in the operator's hands."""

    def change(made: Bench) -> None:
        made.world.key = dns.tsig.Key(name, secret, "hmac-sha256")  # type: ignore[attr-defined]

    return change


def ahead(seconds: float) -> Callable[[Bench], None]:
    """A clock that is off."""
    return lambda made: setattr(made.local.primaries, "ahead", seconds)


def silent(made: Bench) -> None:
    """Nobody answers."""
    made.world.silent.add("ns1.example.net")


def unsigned(made: Bench) -> None:
    """A server that does not know the key says so without a signature, as PowerDNS does."""

    def respond(wire: bytes) -> bytes:
        asked = dns.message.from_wire(wire, keyring=False)
        return bare(asked, dns.rcode.NOTAUTH)

    made.local.primaries.respond = respond  # type: ignore[method-assign]


def no_zone(made: Bench) -> None:
    """Another server, or another zone."""
    made.local.primaries.zones.clear()


UNUSABLE = {
    "a key that is not known": (key("theirs", b"local"), "knows no such key (BADKEY)"),
    "a wrong secret": (key("ours", b"other"), "does not accept the signature (BADSIG)"),
    "a clock that is fast": (ahead(-400), "more than five minutes apart"),
    "a clock that is slow": (ahead(400), "more than five minutes apart"),
    "an answer that is not signed": (unsigned, "without a signature: it does not know the key"),
    "a server that is silent": (silent, "of zone example.com cannot be reached"),
}


@pytest.mark.parametrize("name", UNUSABLE)
@pytest.mark.parametrize("command", [("plan",), APPLY, ("checklist",), ("dkim-status",)])
def test_what_cannot_be_used_is_said_in_a_sentence_and_nothing_is_written(
    made: Bench, name: str, command: tuple[str, ...]
) -> None:
    spoil, sentence = UNUSABLE[name]
    spoil(made)

    said = made(*command)

    assert sentence in " ".join((said.stdout + said.stderr).split())
    assert "Traceback" not in said.stderr
    assert [call for call in said.writes if call.service == "rfc2136"] == []
    assert said.status == (0 if command[0] in {"checklist", "dkim-status"} else 1)


def test_a_zone_that_the_server_does_not_have_is_said_before_anything_is_made(made: Bench) -> None:
    no_zone(made)
    made.local.primaries.add("example.org", "ours")

    said = made(*APPLY)

    assert said.status == 1
    assert "ns1.example.net is not in charge of a zone example.com." in said.stderr
    assert said.writes == []


FAULTS = {
    "deny": "refuses the update of zone example.com (REFUSED)",
    "error": "refuses the update of zone example.com (SERVFAIL)",
    "drop": "has not answered the update of zone example.com",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_an_update_that_fails_is_said_and_the_same_command_heals_it(made: Bench, kind: str) -> None:
    before = rows(made)
    made.local.fault(kind, UPDATE, times=None)
    failed = made(*APPLY)

    assert failed.status == 1
    assert FAULTS[kind] in failed.stderr
    assert "hint: " in failed.stderr
    assert rows(made) == before

    made.local.clear_faults()
    assert made(*APPLY).status == 0
    assert made("plan", "--detailed-exitcode").status == 0


def test_an_answer_that_is_lost_is_looked_for_and_not_sent_twice(made: Bench) -> None:
    made.local.fault("lose-reply", UPDATE, times=None)

    applied = made(*APPLY)

    assert applied.status == 0, applied.stderr
    assert len([call for call in applied.calls if call.service == "rfc2136"]) == 3
    assert made("plan", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("kind", ["deny", "error", "drop", "lose-reply"])
def test_a_failure_at_any_update_is_healed_by_running_again(
    cli: Cli, tmp_path: Path, kind: str, share: Share
) -> None:
    undisturbed = bench(cli, tmp_path / "right", WithKey, prod=UPDATED)
    calls = [c for c in undisturbed(*APPLY).calls if c.service == "rfc2136"]

    for number in share(range(1, len(calls) + 1), 1):
        made = bench(cli, tmp_path / f"{kind}{number}", WithKey, prod=UPDATED)
        made.local.fault(kind, UPDATE, number=number)

        first = made(*APPLY)
        again = made(*APPLY)

        assert "Traceback" not in first.stderr
        assert again.status == 0, (kind, number, again.stderr)
        assert made(*APPLY).writes == []
        assert same_but_for_tokens(rows(made), rows(undisturbed))


def same_but_for_tokens(one: list[list[str]], other: list[list[str]]) -> bool:
    """Whether two zones hold the same records."""
    return [row[1:3] for row in one] == [row[1:3] for row in other]


@pytest.mark.parametrize("kind", ["kill-before", "kill-after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_run_that_is_ended_at_any_update_is_healed_by_running_again(
    made: Bench, kind: str, number: int
) -> None:
    before = rows(made)
    made.local.fault(
        kind, UPDATE, number=number, action=lambda: os.kill(os.getpid(), signal.SIGTERM)
    )

    ended = made(*APPLY)
    again = made(*APPLY)

    assert ended.status == 143
    assert (again.status, made(*APPLY).writes) == (0, [])
    assert [row for row in before if row not in rows(made)] == []
    assert len(rows(made)) == len(before) + 6


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_destroy_that_fails_is_healed_by_running_again(made: Bench, number: int) -> None:
    before = rows(made)
    made(*APPLY)
    made.local.fault("error", UPDATE, number=number)
    destroy = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")

    assert made(*destroy).status == 1
    assert made(*destroy).status == 0
    assert rows(made) == before


class Raced(Rfc2136):
    """Somebody is faster once: between what is read and what is written."""

    spoil: Callable[[], None] | None = None

    def send(self, call: Call) -> dict[str, Any]:
        """Let them write, then send."""
        spoil, self.spoil = self.spoil, None
        if spoil is not None:
            spoil()
        return super().send(call)


def racing(made: Bench, spoil: Callable[[], None]) -> None:
    """Let somebody be faster in the next run."""
    world: Any = made.world

    def provider(_: Environment) -> Provider:
        found = Raced(lambda: world.key, world.line)
        found.spoil = spoil
        return found

    world.provider = provider


RACES = {
    "their string came": ("mail.example.com", "TXT", 60, ['"theirs" "too"', '"new"']),
    "an MX came": ("mail.example.com", "MX", 60, ["5 mx.example.net."]),
    "a CNAME came": ("_dmarc.example.com", "CNAME", 60, ["theirs.example.net."]),
}


@pytest.mark.parametrize("name", RACES)
def test_a_race_that_is_lost_takes_nothing_of_the_winner_away(made: Bench, name: str) -> None:
    owner, kind, ttl, values = RACES[name]
    put = made.local.primaries.put
    made(*APPLY, "--skip", "mail-from", "--skip", "dmarc", "--skip", "sender")
    racing(made, lambda: put(owner, kind, ttl, *values))

    made(*APPLY)

    theirs = [value.replace('" "', "").strip('"').rstrip(".") for value in values]
    assert set(theirs) <= set(made.local.declared_dns(owner, kind) or ())


def test_a_race_with_what_cannot_stand_beside_ours_is_refused_before_anything_is_written(
    made: Bench,
) -> None:
    put = made.local.primaries.put
    made(*APPLY, "--skip", "dkim", "--skip", "dmarc")
    found = made.local.call(
        "111122223333",
        "eu-central-1",
        "sesv2",
        "GetEmailIdentity",
        {"EmailIdentity": "example.com"},
    )
    token = f"{found['DkimAttributes']['Tokens'][0]}._domainkey.example.com"

    racing(made, lambda: put(token, "A", 60, "192.0.2.1"))
    for_keys = made(*APPLY, "--only", "dkim")
    racing(made, lambda: put("_dmarc.example.com", "CNAME", 60, "theirs.example.net."))
    for_policy = made(*APPLY, "--only", "dmarc")

    told = "is no longer as it was read ({}), so nothing of this was written"
    assert (for_keys.status, for_policy.status) == (1, 1)
    assert told.format("YXDOMAIN") in for_keys.stderr
    assert told.format("YXRRSET") in for_policy.stderr


def test_a_race_about_a_set_of_ours_is_refused_with_what_stands_there_now(made: Bench) -> None:
    made(*APPLY)
    put = made.local.primaries.put
    put("mail.example.com", "MX", 17, "10 feedback-smtp.eu-central-1.amazonses.com.")
    racing(made, lambda: put("mail.example.com", "MX", 60, "5 mx.example.net."))

    lost = made(*APPLY)

    assert lost.status == 1
    assert "is no longer as it was read (NXRRSET)" in lost.stderr
    assert made.local.declared_dns("mail.example.com", "MX") == ["5 mx.example.net"]
    assert "5 mx.example.net" in made(*APPLY).stdout


def test_a_server_that_keeps_a_ttl_of_its_own_is_found_out_after_the_write(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Primary._add

    def with_floor(self: Primary, change: Any) -> None:
        change.ttl = max(change.ttl, 3600)
        add(self, change)

    monkeypatch.setattr(Primary, "_add", with_floor)
    applied = made(*APPLY)

    assert applied.status == 1
    assert "The name server accepted the changes of step dkim, but does not show them" in (
        applied.stderr
    )
    assert "then set dns.ttl to that" in applied.stderr
    text = (made.folder / "prod.toml").read_text(encoding="utf-8")
    text = text.replace('provider = "rfc2136"', 'provider = "rfc2136"\nttl = 3600')
    (made.folder / "prod.toml").write_text(text, encoding="utf-8")
    assert made(*APPLY).status == 0
    assert made("plan", "--detailed-exitcode").status == 0
