"""events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ses_provision.cli.options import offered
from ses_provision.cli.run import Run, Target
from ses_provision.errors import NotReady, UsageError

if TYPE_CHECKING:
    from ses_provision.operations.tail import Tail

Action = Literal["tail"]

SPAN = re.compile(r"(\d{1,5})([smh])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
USUAL, LONGEST = "1h", timedelta(hours=12)


def complete_types(incomplete: str) -> list[str]:
    """The types of events, for the shell."""
    from ses_provision.resources.eventbridge import DETAIL_TYPES

    return offered(DETAIL_TYPES, incomplete.upper())


def events(
    run: Run,
    action: Annotated[Action, typer.Argument(metavar="ACTION", help="tail.")],
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--types",
            metavar="TYPES",
            help="Only these, such as BOUNCE,COMPLAINT; may be repeated.",
            autocompletion=complete_types,
        ),
    ] = None,
    unmask: Annotated[bool, typer.Option("--unmask", help="Show addresses and links whole.")] = (
        False
    ),
    lasting: Annotated[
        str,
        typer.Option("--for", metavar="SPAN", help="How long: 90s, 10m, 2h; at most 12h."),
    ] = USUAL,
    count: Annotated[
        int | None, typer.Option("--count", min=1, metavar="N", help="End after so many events.")
    ] = None,
) -> None:
    """Show what becomes of each mail as it happens, one line for each event.

    tail takes the events from EventBridge by a temporary rule and a temporary queue, which are
    removed at the end, also after Ctrl-C. Times are in UTC. Addresses are masked.

    Example: ses-provision events tail --env prod --types BOUNCE,COMPLAINT --for 10m
    """
    del action
    wanted, span = chosen(types or ()), as_span(lasting)
    env = run.one_environment()
    run.writes = False  # all that it makes goes with it: where nobody reads any more, it ends
    with run.boundary(env.name):
        target = run.open(env)
        found: list[dict[str, Any]] = []
        run.report(env.name, {"events": found})
        tail(run, target, wanted, span, count, found, unmask=unmask)


def chosen(given: Iterator[str] | list[str] | tuple[str, ...]) -> frozenset[str]:
    """The types that are named, each as the environment file names it."""
    from ses_provision.names import meant
    from ses_provision.resources.eventbridge import DETAIL_TYPES

    names = [name.strip().upper() for each in given for name in each.split(",") if name.strip()]
    for name in names:
        if name not in DETAIL_TYPES:
            raise UsageError(
                f"There is no type of event {name}.{meant(name, DETAIL_TYPES)}",
                f"Types: {', '.join(DETAIL_TYPES)}.",
            )
    return frozenset(names)


def as_span(text: str) -> timedelta:
    """A time such as 10m."""
    found = SPAN.fullmatch(text.strip())
    span = timedelta(**{UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < span <= LONGEST:
        raise UsageError(
            f"--for {text} is no span of time up to {LONGEST.seconds // 3600}h.",
            "Give seconds, minutes or hours: --for 90s, --for 10m, --for 2h.",
        )
    return span


def tail(
    run: Run,
    target: Target,
    wanted: frozenset[str],
    span: timedelta,
    count: int | None,
    found: list[dict[str, Any]],
    *,
    unmask: bool,
) -> None:
    """Listen, and show each event."""
    from ses_provision.operations import tail as operation
    from ses_provision.operations.happened import happened
    from ses_provision.render import tail as text

    until = run.world.now() + span
    types = to_hear(run, target, wanted)
    tidy(run, target)
    ear = operation.new(target.env, target.account, until, types)
    made = operation.Tail(ear, target.connections, run.world.now, run.world.sleep)
    width = run.out.width if run.out.file.isatty() else None
    with removed_at_the_end(run, target, made, found):
        made.set_up()
        run.tell(
            f"{target.env.name}: listening until {until:%H:%M} UTC to "
            f"{', '.join(sorted(types))}; temporary queue and rule {ear.name}"
        )
        target.connections.attended = lambda _: run.life.during("waiting for events")
        for envelope in made.heard(until):
            event = happened(envelope, masked=not unmask)
            found.append(text.document(event, whole=unmask))
            run.show(text.line(event, width))
            if len(found) == count:
                return


def to_hear(run: Run, target: Target, wanted: frozenset[str]) -> frozenset[str]:
    """The types that can come and are wanted; says which cannot."""
    from ses_provision.operations import tail as operation

    env = target.env
    there = target.reader.run(operation.reported(env, target.account))
    operation.insist_on_events(env, there)
    lacking = wanted - there
    if lacking:
        file, named = run.config_dir / f"{env.name}.toml", ", ".join(sorted(lacking))
        hint = (
            f"Name them in events.event_bridge_types in {file}, beside the others, then: "
            f"ses-provision apply --env {env.name}"
        )
        if lacking == wanted:
            raise NotReady(f"SES does not report {named} to EventBridge.", hint)
        run.tell(f"{env.name}: left out: SES does not report {named} to EventBridge. {hint}")
    return (wanted or there) & there


def tidy(run: Run, target: Target) -> None:
    """Remove what a tail left behind that was killed; one that may still run is left alone."""
    from ses_provision.operations import tail as operation
    from ses_provision.steps import temporary

    env, now = target.env, run.world.now()
    for name in target.reader.run(operation.left_behind(env)):
        until = temporary.until(name)
        if until is not None and until > now:
            run.tell(
                f"{env.name}: {name} is of a tail that runs, or was killed; it is removed after "
                f"{until:%H:%M} UTC"
            )
            continue
        ear = operation.Ear.left(env, target.account, name)
        lasting = operation.remove(ear, target.connections)
        for what in lasting:
            run.tell(f"{env.name}: remove by hand: {what}")
        if not lasting:
            run.tell(f"{env.name}: removed {name}, which an earlier tail left behind")


@contextmanager
def removed_at_the_end(
    run: Run, target: Target, made: Tail, found: list[dict[str, Any]]
) -> Iterator[None]:
    """Remove rule and queue however the block ends, and tell what would not go."""
    try:
        yield
    finally:
        made.clean_up()
        name = target.env.name
        for what in made.left_over:
            run.tell(f"{name}: remove by hand: {what}")
        if not made.left_over:
            events = f"{len(found)} event{'' if len(found) == 1 else 's'}"
            run.tell(f"{name}: {events}; temporary queue and rule are removed")
    if made.left_over:
        raise NotReady(
            "The tail could not remove everything it made.", "Remove it by hand, as told above."
        )
