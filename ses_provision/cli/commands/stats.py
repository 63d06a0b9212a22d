"""stats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import OPEN
from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.statistics import Statistics

LONGEST = 455
"""Days: as long does CloudWatch keep counts (CloudWatch User Guide, metrics retention)."""
PROVIDERS = ("Gmail", "Yahoo", "Hotmail", "UNKNOWN_ISP")
By = Literal["set", "identity", "provider"]


def stats(
    run: Run,
    days: Annotated[
        int,
        typer.Option(
            "--days", min=1, max=LONGEST, metavar="N", help="How many days; today is the last."
        ),
    ] = 14,
    by: Annotated[
        By | None,
        typer.Option("--by", help="Apart as well: needs Virtual Deliverability Manager."),
    ] = None,
    provider: Annotated[
        list[str] | None,
        typer.Option(
            "--provider",
            metavar="NAME",
            help="With --by provider: a mailbox provider as SES calls it; may be repeated.",
        ),
    ] = None,
    comma_separated: Annotated[
        bool, typer.Option("--csv", help="A row a day as CSV, instead of bars.")
    ] = False,
    fail_above: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-above",
            metavar="LIMIT",
            help="Exit status 3 above review, pause, bounces=PERCENT or complaints=PERCENT.",
        ),
    ] = None,
) -> None:
    """Show what was sent, delivered, bounced and complained about, by day, beside AWS's limits.

    All mail of an account in its region is counted: that is what AWS judges. Beside it stand the
    rates that SES reckons itself, and how much of the quota is used, and when it will all be.

    Example: ses-provision stats --env prod --days 30
    """
    from ses_provision.operations import statistics
    from ses_provision.render import statistics as text

    wanted = statistics.limits(fail_above or ())
    insist(days, by, provider, as_csv=comma_separated and run.as_json)
    now = run.world.now()

    def work(run: Run, target: Target) -> tuple[Environment, Statistics]:
        env = target.env
        names = parts(env, by, provider)
        found = target.reader.run(statistics.look(env.region, now, days, by or "", names))
        above = statistics.above(found, wanted)
        run.report(env.name, {"statistics": text.data(env, found, above)})
        if above:
            run.fail(OPEN)
            run.tell(f"{env.name}: above the limit: {', '.join(above)}")
        return env, found

    shown = run.each(work)
    if comma_separated:
        run.document(text.comma_separated(shown))
        return
    show(run, shown)


def insist(days: int, by: By | None, provider: list[str] | None, *, as_csv: bool) -> None:
    """Raise UsageError where options do not fit together."""
    from ses_provision.resources.ses.metrics import LONGEST as LONGEST_APART

    if as_csv:
        raise UsageError("Give --csv or --json, not both.")
    if provider and by != "provider":
        raise UsageError("--provider goes with --by provider.")
    if by and days > LONGEST_APART:
        raise UsageError(f"--by goes back {LONGEST_APART} days at most.")
    for name in provider or ():
        if not all(each.isalnum() or each in "_-" for each in name) or not name.isascii():
            raise UsageError(
                f"{name} is no name of a mailbox provider: letters, digits, _ and - alone."
            )


def parts(env: Environment, by: By | None, provider: list[str] | None) -> tuple[str, ...]:
    """What is told apart of an environment."""
    match by:
        case "set":
            return (env.configuration_set.name,)
        case "identity":
            return tuple(dict.fromkeys([env.domain, env.from_address]))
        case "provider":
            return tuple(dict.fromkeys(provider or PROVIDERS))
    return ()


def show(run: Run, found: list[tuple[Environment, Statistics]]) -> None:
    """Show each account and region once, for all environments that send from there."""
    from ses_provision.render import statistics as text
    from ses_provision.render.bars import are_shown_in

    groups: dict[tuple[object, ...], list[tuple[Environment, Statistics]]] = {}
    for env, statistics in found:
        of = tuple(part.of for part in statistics.parts)
        groups.setdefault((env.account_id, env.region, of), []).append((env, statistics))
    blocks = are_shown_in(run.out.encoding)
    for group in groups.values():
        envs, [first, *_] = [env for env, _ in group], [held for _, held in group]
        run.show(text.statistics(envs, first, width=run.out.width, blocks=blocks))
