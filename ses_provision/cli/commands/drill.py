"""drill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision.cli.commands.send_test import send
from ses_provision.cli.options import Timeout, Yes
from ses_provision.cli.run import Run, Target
from ses_provision.cli.waiting import progress
from ses_provision.engine.values import plain
from ses_provision.errors import AwsRefused, NotReady, NotSettled, ProvisionError

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.alarm_drill import AlarmDrill, Ring
    from ses_provision.operations.drill import Drill, Hop, Listener
    from ses_provision.resources.cloudwatch import Alarm, AlarmState


def drill(
    run: Run,
    alarms: Annotated[
        bool,
        typer.Option("--alarms", help="Let each alarm ring once, and prove that it is heard."),
    ] = False,
    timeout: Timeout = 5,
    yes: Yes = False,
) -> None:
    """Prove the way of a bounce: SES, configuration set, topic, subscriber.

    Sends a bouncing and a complaining mail to the mailbox simulator and waits for both events in
    a temporary queue, which is always removed. Whoever is subscribed to the topic gets them, too.
    With --alarms each alarm rings once, and its message has to come out of a queue on its topic;
    one that pauses has to pause the set, which the drill resumes.

    Example: ses-provision drill --env staging
    """

    def work(run: Run, target: Target) -> None:
        env = target.env
        report: dict[str, Any] = {"hops": [], "not_reported": [], "left_over": []}
        run.report(env.name, {"drill": report})
        proved = to_prove(run, target, report, alarms=alarms)
        if not yes:
            mail = f"Send a {' and a '.join(proved).lower()} through" if proved else "Use"
            ring = ringing(env) if alarms else ""
            run.confirm(
                f"{mail} {env.name} (account {env.account_id}){ring}? Subscribers are told."
            )
        if proved:
            prove_events(run, target, proved, timeout, report)
        if alarms:
            prove_alarms(run, target, timeout, report)

    run.each(work, writes=True)


def ringing(env: Environment) -> str:
    """What ringing alarms do to an environment, as a part of a question."""
    name = env.configuration_set.name
    stops = f" (mail of {name} is refused for some seconds, by each that pauses it)"
    return f" and let its alarms ring{stops if env.alarms.pause else ''}"


def to_prove(run: Run, target: Target, report: dict[str, Any], *, alarms: bool) -> dict[str, str]:
    """The events that can come, by what the environment has SES report; says which cannot."""
    from ses_provision.operations.drill import EVENTS, reported

    env, proved = target.env, reported(target.env)
    report["not_reported"] = [event for event in EVENTS if event not in proved]
    silent = " and ".join(event.upper() for event in report["not_reported"])
    if silent:
        file = run.config_dir / f"{env.name}.toml"
        why = f"events.types in {file} does not name {silent}"
        if not proved and not alarms:
            raise NotReady(
                f"No event of the drill can come: {why}.",
                f"Add BOUNCE and COMPLAINT to events.types, then: ses-provision apply --env "
                f"{env.name}",
            )
        run.tell(f"{env.name}: left out: {why}, so SES tells nobody of it.")
    return proved


def prove_events(
    run: Run, target: Target, proved: dict[str, str], timeout: float, report: dict[str, Any]
) -> None:
    """Send, and wait for what comes back; `timeout` in minutes."""
    from ses_provision.operations.drill import Drill, Listener, new_queue
    from ses_provision.render import drill as text

    queue = new_queue(target.env, target.account)
    made = Drill(Listener(queue, target.connections, target.reader), run.world.now, proved)
    try:
        with cleaned_up(run, target, made.listener, report):
            made.listener.set_up(run.world.sleep)
            made.send(lambda to: send(target, to))
            listen(run, target, made, timeout)
    finally:
        report["hops"] = [one_hop(hop) for hop in made.hops]
        run.show(text.hops(made.hops, target.env))


@contextmanager
def cleaned_up(
    run: Run, target: Target, listener: Listener, report: dict[str, Any]
) -> Iterator[None]:
    """Remove queue and subscription however the block ends, and tell what would not go."""
    try:
        yield
    finally:
        listener.clean_up()
        report["left_over"] += listener.left_over
        for what in listener.left_over:
            run.tell(f"{target.env.name}: remove by hand: {what}")
    if listener.left_over:
        raise NotReady(
            "The drill could not remove everything it made.", "Remove it by hand, as told above."
        )


def one_hop(hop: Hop) -> dict[str, Any]:
    """One hop as JSON has it."""
    seconds = None if hop.delay is None else hop.delay.total_seconds()
    return {**plain(hop), "arrived": hop.arrived, "delay": seconds}


def listen(run: Run, target: Target, made: Drill, timeout: float) -> None:
    """Wait for both events."""
    from ses_provision.outside import wait

    told = progress(run)
    try:
        wait.until(
            made.listen,
            lambda hops: all(hop.arrived for hop in hops),
            timeout=timeout * 60,
            sleep=told.sleeping(run.world.sleep),
            waiting=lambda _, looked: told.waits(
                target.env.name, f"not come yet: {', '.join(made.lacking)}", looked
            ),
        )
    except NotSettled as error:
        raise NotSettled(
            f"SES took the mail, but no event came for {', '.join(made.lacking)}: "
            f"{why(target, made)}.",
            f"ses-provision checklist --env {target.env.name} --only events; or wait longer "
            "with --timeout MINUTES",
        ) from error


def why(target: Target, made: Drill) -> str:
    """What lacks on the way of the events that did not come."""
    from ses_provision.checks.topic import Scene
    from ses_provision.operations.silence import cause

    target.reader.forget()
    scene = Scene(target.env, target.account)
    return target.reader.run(cause(scene, made.listener.queue, made.lacking))


def prove_alarms(run: Run, target: Target, timeout: float, report: dict[str, Any]) -> None:
    """Let each alarm ring once, and wait for its message; `timeout` in minutes."""
    from ses_provision.checks.alarms import live
    from ses_provision.checks.topic import Scene

    found = target.reader.run(live(Scene(target.env, target.account)))
    told = report.setdefault("alarms", [])
    by_topic: dict[str, list[Ring]] = {}
    for alarm, at in found:
        passed_over = not_rung(target, at)
        if at is None or passed_over:
            say(run, told, alarm, passed_over)
            run.fail(0 if at else 1)
        else:
            ring = new_ring(alarm, at)
            by_topic.setdefault(ring.topic_arn, []).append(ring)
    silent: list[str] = []
    idle: list[str] = []
    for topic, rings in by_topic.items():
        ring_all(run, target, (topic, rings), timeout, report)
        for ring in rings:
            say(run, told, ring.alarm, ring.outcome, ring)
        silent += [ring.name for ring in rings if not ring.arrived]
        stopped = [ring.pause for ring in rings if ring.pause and not ring.pause.is_proved]
        idle += [pause.alarm for pause in stopped if pause.before.sends]
        if any(not pause.before.sends for pause in stopped):
            run.fail()
    wrong = {
        "Nothing came out of the queue for": silent,
        f"Configuration set {target.env.configuration_set.name} was not paused by": idle,
    }
    told_of = [f"{what} {', '.join(names)}." for what, names in wrong.items() if names]
    if told_of:
        raise NotSettled(
            " ".join(told_of),
            f"ses-provision checklist --env {target.env.name} --only alarms; or wait longer with "
            "--timeout MINUTES",
        )


def not_rung(target: Target, at: AlarmState | None) -> str:
    """Why an alarm is not let ring, empty when it is."""
    if at is None:
        return f"is not there: ses-provision apply --env {target.env.name} --only alarms"
    return "rings already; left alone" if at.state == "ALARM" else ""


def new_ring(alarm: Alarm, at: AlarmState) -> Ring:
    """An alarm about to ring; what CloudWatch has of it says already when nobody can hear it."""
    from ses_provision.operations.alarm_drill import Ring, topic_of

    topic = topic_of(alarm)
    silent = ""
    if topic not in at.alarm_actions:
        silent = f"it has no action on {topic}"
    elif not at.actions_enabled:
        silent = "its actions are switched off"
    return Ring(alarm, topic, at.state, silent=silent)


def say(run: Run, told: list[Any], alarm: Alarm, outcome: str, ring: Ring | None = None) -> None:
    """Show what became of an alarm, and put it into the document."""
    from ses_provision.names import region_of

    region = region_of(alarm.arn)
    delay = ring.delay.total_seconds() if ring and ring.delay is not None else None
    told.append(
        {
            "alarm": alarm.name,
            "region": region,
            "outcome": outcome,
            "arrived": bool(ring and ring.arrived),
            "delay": delay,
            "pause": paused(ring),
        }
    )
    run.show(f"  {alarm.name} ({region}): {outcome}")


def paused(ring: Ring | None) -> dict[str, Any] | None:
    """What became of the set that an alarm has to pause, as JSON has it."""
    pause = ring.pause if ring else None
    if pause is None:
        return None
    seconds = None if pause.delay is None else pause.delay.total_seconds()
    return {
        "proved": pause.is_proved,
        "delay": seconds,
        "was_sending": pause.before.sends,
        "resumed": pause.is_resumed,
    }


def ring_all(
    run: Run,
    target: Target,
    what: tuple[str, list[Ring]],
    timeout: float,
    report: dict[str, Any],
) -> None:
    """Let the alarms of one topic ring, and wait for their messages in a queue on it."""
    from ses_provision.names import region_of
    from ses_provision.operations.alarm_drill import AlarmDrill
    from ses_provision.operations.drill import Listener, new_queue

    topic, rings = what
    account = replace(target.account, region=region_of(topic))
    queue = new_queue(target.env, account, topic)
    made = AlarmDrill(Listener(queue, target.connections, target.reader), run.world.now, rings)
    with cleaned_up(run, target, made.listener, report):
        made.listener.set_up(run.world.sleep)
        for ring in rings:
            ring.rung_at = run.world.now()
            ring_one(run, target, ring, timeout)
        hear(run, target, made, timeout)


def ring_one(run: Run, target: Target, ring: Ring, timeout: float) -> None:
    """Let an alarm ring; where it has to pause the set, wait for that, and end it."""
    from ses_provision.cli.pause_proof import ended, wait_for
    from ses_provision.operations.pause_drill import function_of

    if not function_of(ring.alarm):
        set_and_restore(run, target, ring)
        return
    with ended(run, target, ring):
        set_and_restore(run, target, ring)
        wait_for(run, target, ring, timeout)


def set_and_restore(run: Run, target: Target, ring: Ring) -> None:
    """Set an alarm to ALARM and back, however that ends, unless AWS refuses to set it at all."""
    from ses_provision.operations.alarm_drill import set_state

    try:
        target.connections.send(set_state(ring.alarm.arn, "ALARM"))
    except AwsRefused:
        raise
    except BaseException:  # whether it rings is not known
        kept = set_back(target, ring)
        if kept is not None:
            run.tell(f"{target.env.name}: {kept.message} {kept.hint}")
        raise
    kept = set_back(target, ring)
    if kept is not None:
        raise kept


def set_back(target: Target, ring: Ring) -> NotReady | None:
    """Set an alarm back; what there is to say where AWS does not take it."""
    from ses_provision.operations.alarm_drill import set_state

    try:
        target.connections.send(set_state(ring.alarm.arn, ring.before))
    except ProvisionError as error:
        return NotReady(
            f"Alarm {ring.name} in {ring.region} could not be set back to {ring.before}: "
            f"{error.message}",
            "CloudWatch sets it right by itself at its next evaluation.",
        )
    return None


def hear(run: Run, target: Target, made: AlarmDrill, timeout: float) -> None:
    """Wait for the messages that can come, and note why others did not."""
    from ses_provision.operations.alarm_drill import failed_action
    from ses_provision.outside import wait

    def awaited() -> str:
        return ", ".join(ring.name for ring in made.rings if not ring.arrived and not ring.silent)

    told = progress(run)
    with suppress(NotSettled):
        wait.until(
            made.listen,
            lambda _: not awaited(),
            timeout=timeout * 60,
            sleep=told.sleeping(run.world.sleep),
            waiting=lambda _, looked: told.waits(
                target.env.name, f"not rung through yet: {awaited()}", looked
            ),
        )
    for ring in made.rings:
        if not ring.arrived and not ring.silent:
            failed = target.reader.run(failed_action(ring.alarm.arn, ring.topic_arn))
            nothing = f"nothing came out of a queue on {ring.topic_arn} in {timeout:g} minutes"
            ring.silent = failed or nothing
