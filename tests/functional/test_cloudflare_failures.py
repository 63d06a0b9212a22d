"""What goes wrong at Cloudflare: said in a sentence, healed by a re-run."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from ses_provision.environment import Environment
from ses_provision.local.cloudflare import Token
from ses_provision.local.cloudflare_zone import Row
from ses_provision.outside.providers import Provider
from ses_provision.outside.providers.cloudflare import Cloudflare
from ses_provision.outside.providers.token import TokenPlace
from ses_provision.outside.providers.web import NotSentError, Reply, Request
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import AT_CLOUDFLARE, Bench, bench

APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
WRITE, READ = "cloudflare:BatchRecords", "cloudflare:ListRecordSets"


class Web(InProcess):
    """A world whose operator has a token of their own, and whose web can be meddled with."""

    token = "local"
    meddle: Callable[[Request], Reply | None] | None = None

    def provider(self, env: Environment) -> Provider | None:
        """The provider, with that token."""
        place = TokenPlace(env.dns.token_env or "")
        return Cloudflare(place, self.web, self.sleep, lambda: self.token)

    def web(self, request: Request) -> Reply:
        """Let somebody be faster, or answer instead."""
        instead = self.meddle(request) if self.meddle else None
        return instead or super().web(request)


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """The environment, with a string of others beside ours."""
    found = bench(cli, tmp_path / "config", Web, prod=AT_CLOUDFLARE)
    found.local.cloudflare.put("mail.example.com", "TXT", 3600, '"theirs" "too"', comment="c")
    return found


def rows(made: Bench) -> list[Row]:
    """The zone."""
    return made.local.cloudflare.zone("example.com").rows()


def meddle(made: Bench, act: Callable[[Request], Reply | None] | None) -> None:
    """Meddle with every request from here on."""
    made.world.meddle = act  # type: ignore[attr-defined]


def token(**allows: object) -> Callable[[Bench], None]:
    """Another token in the operator's hands."""

    def change(made: Bench) -> None:
        made.local.cloudflare.tokens["theirs"] = Token(**allows)  # type: ignore[arg-type]
        made.world.token = "theirs"  # type: ignore[attr-defined]

    return change


def always(status: int, body: bytes) -> Callable[[Bench], None]:
    """Somebody else answers."""
    return lambda made: meddle(made, lambda _: Reply(status, {}, body))


def nobody(made: Bench) -> None:
    """Nobody takes a connection."""

    def fail(_: Request) -> Reply:
        raise NotSentError("NewConnectionError")

    meddle(made, fail)


LOGIN = b"<html><title>Sign in to the guest network</title></html>"
CHAIN = json.dumps(
    {"success": False, "result": None, "errors": [
        {"code": 1004, "message": "DNS Validation Error",
         "error_chain": [{"code": 9999, "message": "no <b>reason</b>"}]},
    ]}
).encode()  # fmt: skip

UNUSABLE = {
    "a token that is not known": (
        token(is_known=False), "does not accept the token in the variable CLOUDFLARE_API_TOKEN"),
    "a token that is none": (
        lambda made: setattr(made.world, "token", "two words"), "Invalid request headers (6003)"),
    "a token for other zones": (
        token(zones=frozenset({"example.org"})), "The token sees no zone example.com"),
    "a page in between": (always(200, LOGIN), 'it sends a page, "Sign in to the guest network"'),
    "no answer at all": (nobody, "Cloudflare cannot be reached: NewConnectionError"),
    "a proxy that fails": (always(502, b"bad gateway"), "Cloudflare cannot be reached: status 502"),
    "a refusal with reasons": (always(400, CHAIN), "DNS Validation Error (1004); it sends a page"),
    "an answer that says no": (always(200, b'{"success": false}'), "Cloudflare refuses it: (200)"),
}  # fmt: skip


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
    assert [call for call in said.writes if call.service == "cloudflare"] == []
    assert said.status == (0 if command[0] in {"checklist", "dkim-status"} else 1)


def test_a_token_that_may_only_read_is_told_at_the_first_change(made: Bench) -> None:
    token(edits=False)(made)
    before = rows(made)

    refused = made(*APPLY)

    assert made("plan").status == 0
    assert refused.status == 1
    assert "may not be changed with the token in the variable CLOUDFLARE_API_TOKEN" in (
        refused.stderr
    )
    assert "permissions --dns" in refused.stderr
    assert rows(made) == before


FAULTS = {
    "deny": "may not be changed with the token",
    "error": "has not answered the change of the zone (status 500)",
    "drop": "has not answered the change of the zone",
    "prior-request": "has not answered the change of the zone (status 503)",
    "throttle": "asks for patience: too many requests (for another 2 s)",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_change_that_fails_is_said_and_the_same_command_heals_it(made: Bench, kind: str) -> None:
    before = rows(made)
    made.local.fault(kind, WRITE, times=None)
    failed = made(*APPLY)

    assert failed.status == 1
    assert FAULTS[kind] in failed.stderr
    assert "hint: " in failed.stderr
    assert rows(made) == before

    made.local.clear_faults()
    assert made(*APPLY).status == 0
    assert made("plan", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("operation", [WRITE, READ, "cloudflare:ListZones"])
def test_whoever_asks_for_patience_gets_it(made: Bench, operation: str) -> None:
    made.local.fault("throttle", operation, times=2)
    before = made.local.clock.now()

    applied = made(*APPLY)

    assert applied.status == 0, applied.stderr
    assert (made.local.clock.now() - before).total_seconds() >= 2 + 2, "as it said, each time"


@pytest.mark.parametrize("kind", ["error", "drop", "prior-request"])
def test_a_question_that_is_not_answered_is_asked_again(made: Bench, kind: str) -> None:
    made.local.fault(kind, READ, times=2)

    assert made("plan").status == 0


def test_a_change_whose_answer_is_lost_is_looked_for_and_not_sent_twice(made: Bench) -> None:
    made.local.fault("lose-reply", WRITE, times=None)

    applied = made(*APPLY)

    assert applied.status == 0, applied.stderr
    assert len([call for call in applied.calls if call.operation == "BatchRecords"]) == 3
    assert made("plan", "--detailed-exitcode").status == 0


@pytest.mark.parametrize("kind", ["deny", "error", "drop", "lose-reply", "kill-before",
                                  "kill-after"])  # fmt: skip
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_failure_at_any_change_is_healed_by_running_again(
    made: Bench, kind: str, number: int
) -> None:
    before = rows(made)
    made.local.fault(
        kind, WRITE, number=number, action=lambda: os.kill(os.getpid(), signal.SIGTERM)
    )

    first = made(*APPLY)
    again = made(*APPLY)

    assert "Traceback" not in first.stderr
    assert (again.status, made(*APPLY).writes) == (0, [])
    assert [row for row in before if row not in rows(made)] == []
    assert len(rows(made)) == len(before) + 6


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_destroy_that_fails_is_healed_by_running_again(made: Bench, number: int) -> None:
    before = rows(made)
    made(*APPLY)
    made.local.fault("error", WRITE, number=number)

    assert made(*DESTROY).status == 1
    assert made(*DESTROY).status == 0
    assert rows(made) == before


def once(made: Bench, fits: Callable[[Request], bool], spoil: Callable[[], None]) -> None:
    """Let somebody write once, just before a request."""
    waiting = [spoil]

    def act(request: Request) -> Reply | None:
        if waiting and fits(request):
            waiting.pop()()
        return None

    meddle(made, act)


def is_change(request: Request) -> bool:
    """Whether a request is a batch: what it says was read is long past."""
    return request.method == "POST"


RACES = {
    "their string came": ("mail.example.com", "TXT", 60, ['"theirs" "too"', '"new"']),
    "an MX came": ("mail.example.com", "MX", 60, ["5 mx.example.net"]),
    "a CNAME came": ("_dmarc.example.com", "CNAME", 60, ["theirs.example.net"]),
}


@pytest.mark.parametrize("name", RACES)
@pytest.mark.parametrize("moment", ["before the second look", "after it"])
def test_a_race_that_is_lost_takes_nothing_of_the_winner_away(
    made: Bench, name: str, moment: str
) -> None:
    owner, kind, ttl, values = RACES[name]
    put = made.local.cloudflare.put
    made(*APPLY, "--skip", "mail-from", "--skip", "dmarc", "--skip", "sender")
    seen = len(rows(made))
    # The last look before a batch is the third of its step, after the plan's and the step's own.
    looks: list[str] = []

    def second_look(request: Request) -> bool:
        looks.extend([request.path] if "dns_records?" in request.path else [])
        return len(looks) > 2

    once(made, is_change if moment == "after it" else second_look,
         lambda: put(owner, kind, ttl, *values))  # fmt: skip

    ended = made(*APPLY)

    assert "Traceback" not in ended.stderr
    stands = [row["content"] for row in rows(made) if (row["name"], row["type"]) == (owner, kind)]
    assert {value.removeprefix("5 ") for value in values} <= set(stands)
    assert len(rows(made)) >= seen


def test_a_set_of_ours_that_moved_is_refused_and_told(made: Bench) -> None:
    made(*APPLY)
    put = made.local.cloudflare.put
    put("mail.example.com", "MX", 600, "10 feedback-smtp.eu-central-1.amazonses.com")
    looks: list[str] = []

    def second_look(request: Request) -> bool:
        looks.extend([request.path] if "dns_records?" in request.path else [])
        return len(looks) > 2

    once(made, second_look, lambda: put("mail.example.com", "MX", 60, "5 mx.example.net"))

    lost = made(*APPLY)

    assert lost.status == 1
    assert "no longer as it was read, so nothing of this was written: MX mail.example.com" in (
        lost.stderr
    )
    assert "5 mx.example.net" in made(*APPLY).stdout


def test_what_somebody_undoes_at_the_same_moment_is_found_out_after_the_write(made: Bench) -> None:
    def undone(request: Request) -> Reply | None:
        if not is_change(request):
            return None
        return Reply(200, {}, b'{"success": true, "result": {}}')

    meddle(made, undone)

    applied = made(*APPLY)

    assert applied.status == 1
    assert "Cloudflare accepted the changes of step dkim, but does not show them" in (
        applied.stderr
    )
    assert "audit log" in applied.stderr
