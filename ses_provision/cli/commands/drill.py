"""drill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision.cli.commands.dkim_status import Yes
from ses_provision.cli.commands.send_test import send
from ses_provision.cli.run import A_MONTH, Run, Target
from ses_provision.errors import NotReady, NotSettled, ProvisionError
from ses_provision.render import document
from ses_provision.render.progress import Progress

if TYPE_CHECKING:
    from ses_provision.operations.drill import Drill, Hop
    from ses_provision.resources.cloudwatch import Alarm


def drill(
    run: Run,
    alarms: Annotated[
        bool, typer.Option("--alarms", help="Let each alarm ring once, then set it back.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", min=0, max=A_MONTH, metavar="MIN", help="Minutes to wait for events."
        ),
    ] = 5,
    yes: Yes = False,
) -> None:
    """Prove the way of a bounce: SES, configuration set, topic, subscriber.

    Sends a bouncing and a complaining mail to the mailbox simulator and waits for both events in
    a temporary queue, which is always removed. Whoever is subscribed to the topic gets them, too.

    Example: ses-provision drill --env staging
    """

    def work(target: Target) -> None:
        env = target.env
        report: dict[str, Any] = {"hops": [], "left_over": []}
        run.report(env.name, {"drill": report})
        if not yes:
            ring = " and let its alarms ring" if alarms else ""
            run.confirm(
                f"Send a bounce and a complaint through {env.name} (account {env.account_id})"
                f"{ring}? Subscribers are told."
            )
        prove_events(run, target, timeout, report)
        if alarms:
            report["alarms"] = prove_alarms(run, target)

    run.each(work, writes=True)


def prove_events(run: Run, target: Target, timeout: float, report: dict[str, Any]) -> None:
    """Send, and wait for what comes back; `timeout` in minutes."""
    from ses_provision.operations.drill import Drill, new_queue
    from ses_provision.render import drill as text

    queue = new_queue(target.env, target.account)
    made = Drill(target.env, queue, target.connections, target.reader, run.world.now)
    try:
        with cleaned_up(run, made, report):
            made.set_up(run.world.sleep)
            made.send(lambda to: send(target, to))
            listen(run, target, made, timeout)
    finally:
        report["hops"] = [one_hop(hop) for hop in made.hops]
        run.show(text.hops(made.hops, target.env))


@contextmanager
def cleaned_up(run: Run, made: Drill, report: dict[str, Any]) -> Iterator[None]:
    """Remove queue and subscription however the block ends, and tell what would not go."""
    try:
        yield
    finally:
        made.clean_up()
        report["left_over"] = made.left_over
        for what in made.left_over:
            run.tell(f"{made.env.name}: remove by hand: {what}")
    if made.left_over:
        raise NotReady(
            "The drill could not remove everything it made.", "Remove it by hand, as told above."
        )


def one_hop(hop: Hop) -> dict[str, Any]:
    """One hop as JSON has it."""
    seconds = None if hop.delay is None else hop.delay.total_seconds()
    return {**document.plain(hop), "arrived": hop.arrived, "delay": seconds}


def listen(run: Run, target: Target, made: Drill, timeout: float) -> None:
    """Wait for both events."""
    from ses_provision.outside import wait

    def lacking(hops: list[Hop]) -> str:
        return ", ".join(hop.event for hop in hops if not hop.arrived)

    with Progress(run.err, run.world.now) as progress:
        try:
            wait.until(
                made.listen,
                lambda hops: all(hop.arrived for hop in hops),
                timeout=timeout * 60,
                sleep=progress.sleeping(run.world.sleep),
                waiting=lambda hops, looked: progress.waits(
                    target.env.name, f"not come yet: {lacking(hops)}", looked
                ),
            )
        except NotSettled as error:
            raise NotSettled(
                f"SES took the mail, but no event came for {lacking(made.hops)}: {why(target)}.",
                f"ses-provision checklist --env {target.env.name} --only events; or wait longer "
                "with --timeout MINUTES",
            ) from error


def why(target: Target) -> str:
    """What the checklist knows about the way of an event."""
    from ses_provision.checks import events
    from ses_provision.checks.topic import Scene, look

    target.reader.forget()
    scene = Scene(target.env, target.account)
    [looked] = target.reader.run(look([events.TOPIC], scene))
    still = [one.evidence for one in looked.findings if one.is_open]
    return "; ".join(still) or "destination, topic and policy look right"


def prove_alarms(run: Run, target: Target) -> list[dict[str, Any]]:
    """Let each alarm ring once; those that ring already are left alone."""
    from ses_provision.checks.alarms import live
    from ses_provision.checks.topic import Scene

    found = target.reader.run(live(Scene(target.env, target.account)))
    told = []
    for alarm, at in found:
        before = "" if at is None else str(at["StateValue"])
        outcome = ring(target, alarm, before)
        told.append({"alarm": alarm.name, "region": alarm_region(alarm), "outcome": outcome})
        run.show(f"  {alarm.name} ({alarm_region(alarm)}): {outcome}")
        if not before:
            run.fail(1)
    return told


def alarm_region(alarm: Alarm) -> str:
    """The region of an alarm."""
    from ses_provision.names import region_of

    return region_of(alarm.arn)


def ring(target: Target, alarm: Alarm, before: str) -> str:
    """Set an alarm to ALARM and back, however that ends; answer with what was done."""
    from ses_provision.operations.drill import alarm_state

    if not before:
        return f"is not there: ses-provision apply --env {target.env.name} --only alarms"
    if before == "ALARM":
        return "rings already; left alone"
    region = alarm_region(alarm)
    try:
        target.connections.send(alarm_state(region, alarm.name, "ALARM"))
    finally:
        restore(target, region, alarm.name, before)
    return f"rang, and is {before} again"


def restore(target: Target, region: str, name: str, before: str) -> None:
    """Set an alarm back; where that fails, CloudWatch does at its next evaluation."""
    from ses_provision.operations.drill import alarm_state

    try:
        target.connections.send(alarm_state(region, name, before))
    except ProvisionError as error:
        raise NotReady(
            f"Alarm {name} in {region} could not be set back to {before}: {error.message}",
            "CloudWatch sets it right by itself at its next evaluation.",
        ) from error
