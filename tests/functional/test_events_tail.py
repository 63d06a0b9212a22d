"""events tail: what becomes of mail, as it happens; what it makes for that goes with it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from ses_provision.cli import signals
from ses_provision.engine.account import Account
from ses_provision.environment import loading
from ses_provision.local.knobs import FaultKind
from ses_provision.operations.happened import happened
from ses_provision.operations.tail import new
from ses_provision.render import tail as text
from ses_provision.worlds.in_process import InProcess
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write
from tests.functional.test_event_queues import ACCOUNT, APPLY, REGION, SIMULATOR, aws, send

TAIL = ("events", "tail", "--env", "prod")
BRIDGED = HOSTED + "[events]\nevent_bridge = true\n"


class Sending(InProcess):
    """A world in which something happens whenever somebody waits."""

    happens: list[Callable[[], object]]

    def sleep(self, seconds: float) -> None:
        """Move the clock, and let the next thing happen."""
        super().sleep(seconds)
        if self.happens:
            self.happens.pop(0)()


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment whose events go to EventBridge, applied, verified and out of the sandbox."""
    found = bench(cli, tmp_path / "config", Sending, prod=BRIDGED)
    assert isinstance(found.world, Sending)
    found.world.happens = []
    found.prepare(*APPLY)
    found.local.clock.advance(600)
    found.local.allow_production(ACCOUNT, REGION)
    return found


def meanwhile(made: Bench, *happens: Callable[[], object]) -> None:
    """Let something happen while the next command waits."""
    assert isinstance(made.world, Sending)
    made.world.happens = list(happens)


def left(made: Bench) -> list[str]:
    """Queues and rules in the account."""
    queues = aws(made, "sqs", "ListQueues").get("QueueUrls", [])
    return [*queues, *(rule["Name"] for rule in aws(made, "events", "ListRules")["Rules"])]


def test_each_event_is_a_line_without_addresses_and_nothing_stays(made: Bench) -> None:
    meanwhile(made, lambda: send(made), lambda: send(made, f"complaint@{SIMULATOR}"))

    ran = made(*TAIL, "--for", "30s")

    kinds = [line.split()[1] for line in ran.stdout.splitlines()]
    assert kinds == ["Send", "Bounce", "Send", "Delivery", "Complaint"]
    assert f"b…@{SIMULATOR}" in ran.stdout
    assert "bounce@" not in ran.stdout
    assert ran.status == 0
    assert "5 events; temporary queue and rule are removed" in ran.stderr
    assert left(made) == []


def test_only_what_is_asked_for_comes_as_long_and_as_whole_as_asked_for(made: Bench) -> None:
    meanwhile(made, lambda: send(made), lambda: send(made))

    options = ("--types", "bounce,complaint", "--count", "1", "--unmask", "--json")
    [report] = made(*TAIL, *options).json["environments"]

    [event] = report["events"]
    assert (event["type"], event["recipients"]) == ("Bounce", [f"bounce@{SIMULATOR}"])
    assert event["event"]["bounce"]["bounceType"] == "Permanent"
    assert event["reason"] == "Permanent: General: smtp; 550 5.1.1 user unknown"


def test_without_eventbridge_it_says_what_to_do_and_following_that_leads_there(
    made: Bench,
) -> None:
    write(made.folder, prod=HOSTED)
    assert made(*APPLY, "--prune").status == 0

    refused = made(*TAIL)
    assert refused.status == 1
    assert "ses-provision set events.event_bridge true --env prod" in refused.stderr
    assert made("set", "events.event_bridge", "true", "--env", "prod").status == 0
    assert "ses-provision apply --env prod" in made(*TAIL).stderr
    assert made(*APPLY).status == 0
    assert made(*TAIL, "--for", "1s").status == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--types", "BOUNC"), "Did you mean BOUNCE?"),
        (("--types", "OPEN"), "SES does not report OPEN to EventBridge."),
        (("--for", "10"), "--for 10 is no span of time"),
        (("--for", "13h"), "--for 13h is no span of time up to 12h"),
        (("--count", "0"), "--count"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(
    made: Bench, options: tuple[str, ...], said: str
) -> None:
    refused = made(*TAIL, *options)

    assert refused.status in {1, 64}
    assert said in refused.stderr
    assert refused.writes == []


def interrupted() -> None:
    """What a signal becomes."""
    raise signals.Interrupted(signal.SIGINT)


def broken() -> None:
    """A mistake of ours."""
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("how", "status"), [(interrupted, 130), (broken, 1)], ids=["interrupted", "broken"]
)
def test_however_it_ends_nothing_stays(made: Bench, how: Callable[[], object], status: int) -> None:
    meanwhile(made, lambda: send(made), how)

    ran = made(*TAIL)

    assert (ran.status, left(made)) == (status, [])
    assert "Bounce" in ran.stdout


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_was_made_before_a_refusal_goes_again(made: Bench, number: int) -> None:
    operation = ("CreateQueue", "PutRule", "PutTargets")[number - 1]
    made.local.fault(FaultKind.DENY, operation, times=1)

    refused = made(*TAIL)

    assert (refused.status, left(made)) == (1, [])


def test_what_would_not_go_is_named(made: Bench) -> None:
    made.local.fault(FaultKind.DENY, "DeleteQueue", times=None)

    ran = made(*TAIL, "--for", "1s")

    assert ran.status == 1
    assert "remove by hand: queue ses-provision-tail-prod-" in ran.stderr


def killed(made: Bench) -> str:
    """What a tail makes that is killed after its rule stands."""
    [env] = loading.load_all(made.folder)
    until = made.local.clock.now() + timedelta(minutes=10)
    ear = new(env, Account.of(env), until, ["SEND"])
    connections = made.world.connect(env, None, None)
    for call in ear.makes():
        connections.send(call)
    return ear.name


def test_what_a_killed_one_left_is_removed_by_the_next_once_nobody_can_need_it(
    made: Bench,
) -> None:
    name = killed(made)

    early = made(*TAIL, "--for", "1s")
    assert f"{name} is of a tail that runs, or was killed" in early.stderr
    assert name in left(made)
    made.local.clock.advance(600)
    late = made(*TAIL, "--for", "1s")
    assert f"removed {name}, which an earlier tail left behind" in late.stderr
    assert left(made) == []


def test_what_a_killed_one_left_is_left_over_for_an_apply_whatever_is_in_it(made: Bench) -> None:
    name = killed(made)
    send(made)

    shown = made("plan", "--env", "prod").stdout
    assert f"temporary queue {name}" in shown.replace("\n", " ")
    assert made(*APPLY, "--prune").status == 0
    assert left(made) == []


def test_a_tail_whose_queue_was_pruned_says_so(made: Bench) -> None:
    meanwhile(made, lambda: made(*APPLY, "--prune"))

    ran = made(*TAIL)

    assert ran.status == 1
    assert "Somebody removed queue ses-provision-tail-prod-" in ran.stderr


def envelope(kind: str, **said: Any) -> dict[str, Any]:
    """An event as EventBridge hands it over."""
    detail = {"eventType": kind, "mail": {"messageId": "m" * 60, "destination": ["a@b.example"]}}
    return {"detail": {**detail, **said}}


def test_no_event_is_wider_than_a_screen_or_steers_it() -> None:
    long = "x" * 300 + "\x1b[2J\nsecond line ##vso[task]"
    recipients = [{"emailAddress": f"{long}@example.net", "diagnosticCode": long}] * 3
    found = happened(envelope("Bounce", bounce={"bouncedRecipients": recipients}), masked=True)

    line = text.line(found, 80)
    assert cell_len(line.plain) <= 80
    assert line.plain.isprintable()
    assert "+2" in line.plain


@pytest.mark.parametrize(
    ("kind", "said", "reason"),
    [
        ("Bounce", {"bounce": {"bouncedRecipients": [
            {"emailAddress": "p@example.net", "diagnosticCode": "550 <p.q@example.net>: unknown"},
        ]}}, "550 <p…@example.net>: unknown"),
        ("Click", {"click": {"link": "https://u:p@portal.example/confirm?who=p%40example.net"}},
         "https://portal.example/…"),
        ("Delivery", {"delivery": {"smtpResponse": "250 OK for p@example.net"}},
         "250 OK for p…@example.net"),
        ("Rendering Failure", {"failure": {"templateName": "t", "errorMessage": "no name"}},
         "t: no name"),
    ],
)  # fmt: skip
def test_reasons_tell_no_address_unless_asked(kind: str, said: dict[str, Any], reason: str) -> None:
    assert happened(envelope(kind, **said), masked=True).reason == reason
    unmasked = happened(envelope(kind, **said), masked=False).reason
    assert ("example" in reason) <= ("@" in unmasked or "%40" in unmasked)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"detail": 1}', '{"detail": {"mail": [1]}}'])
def test_what_is_no_event_of_ses_ends_nothing(made: Bench, body: str) -> None:
    def put() -> None:
        [url] = aws(made, "sqs", "ListQueues")["QueueUrls"]
        aws(made, "sqs", "SendMessage", QueueUrl=url, MessageBody=body or "x")

    meanwhile(made, put, lambda: send(made))

    ran = made(*TAIL, "--for", "10s", "--json")

    assert ran.status == 0
    kinds = [event["type"] for event in ran.json["environments"][0]["events"]]
    assert kinds[-2:] == ["Send", "Bounce"]
