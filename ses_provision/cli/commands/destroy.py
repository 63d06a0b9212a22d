"""destroy."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ses_provision.cli import asking
from ses_provision.cli.options import offered
from ses_provision.cli.run import Run, Target
from ses_provision.cli.scope import left_over, scope_of
from ses_provision.cli.step_options import Role, with_role
from ses_provision.cli.totals import show_total, totalled
from ses_provision.errors import Protected, UsageError

if TYPE_CHECKING:
    from ses_provision.engine.plan import Removal
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Reading


def complete_confirmed(ctx: typer.Context, incomplete: str) -> list[str]:
    """The environment that --env names, for the shell."""
    return offered(ctx.params.get("env") or (), incomplete)


def destroy(
    run: Run,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Go ahead without asking; needs --confirm-env.")
    ] = False,
    confirm_env: Annotated[
        str | None,
        typer.Option(
            "--confirm-env",
            metavar="NAME",
            help="The environment's name, once more.",
            autocompletion=complete_confirmed,
        ),
    ] = None,
    adopted: Annotated[
        bool,
        typer.Option("--adopted", help="Also what was there before and ses-provision took on."),
    ] = False,
    role: Role = None,
) -> None:
    """Delete what `apply` made in one environment, in reverse order, and nothing else.

    Deletes what ses-provision made (its tags say so), and records that are exactly ours. Something
    of ours to which others added, or that another environment needs, stays. `protect = true` in the
    environment file refuses.

    Example: ses-provision destroy --env staging
    """
    env = run.one_environment()
    with run.boundary(env.name):
        if env.protect:
            raise Protected(
                f"Environment {env.name} is protected: nothing was looked at, nothing deleted.",
                f"Set `protect = false` in {run.config_dir}/{env.name}.toml first.",
            )
        insist_on_a_name(env, yes=yes, given=confirm_env)
        take_down(run, with_role(run.open(env), role), yes=yes, adopted=adopted)


def insist_on_a_name(env: Environment, *, yes: bool, given: str | None) -> None:
    """Going ahead without asking takes the environment's name twice."""
    if given is not None and given != env.name:
        raise UsageError(
            f"--confirm-env {given} is not --env {env.name}.", "Nothing was looked at."
        )
    if yes and given is None:
        raise UsageError(
            "`ses-provision destroy --yes` does not ask, so it wants the name twice.",
            f"Add --confirm-env {env.name}.",
        )


def take_down(run: Run, target: Target, *, yes: bool, adopted: bool) -> None:
    """Show what goes and what stays, ask for the name, delete."""
    from ses_provision.engine import teardown
    from ses_provision.render import destroy as render
    from ses_provision.render import total
    from ses_provision.steps.warnings import in_use

    env = target.env
    scope = target.reader.run(scope_of(run, target, adopted=adopted))
    told = told_before(in_use(env, target.account), left_over(run, target), env)
    agreed = teardown.plan(scope, target.reader, told)
    report: dict[str, Any] = {"destroy": render.document(agreed), "applied": []}
    entries = report["applied"]
    run.report(env.name, report)
    run.show(render.teardown(agreed, env), "")
    if not (env.sender.role or env.sends_without_role):
        run.tell(
            f"{env.name}: no role is named, so no sender policy was looked for. Where `apply "
            "--role NAME` made one, name the role here, too."
        )
    if not agreed.going:
        show_total(run, total.destroyed(agreed, env.name, entries, 0, True))
        return
    if not yes:
        ask_for_the_name(run, env)
    with (
        totalled(run, partial(total.destroyed, agreed, env.name, entries)),
        run.life.during(
            lambda: f"destroying {env.name}: {len(entries)} of {len(agreed.going)} deleted"
        ),
    ):
        for done in teardown.destroy(
            agreed,
            scope,
            target.reader,
            target.connections,
            now=run.world.now,
            sleep=run.world.sleep,
        ):
            run.show(render.removed(done))
            entries.append(render.removed_entry(done))


def told_before(
    in_use: Reading[tuple[str, ...]],
    left_over: Reading[tuple[tuple[Removal, ...], tuple[str, ...]]],
    env: Environment,
) -> Reading[tuple[str, ...]]:
    """What has to be known before: what stops, and what former settings made and nobody finds
    again, for the configuration set remembers where it is."""
    from ses_provision.engine.model import Part
    from ses_provision.outside.reading import both

    stops, (removals, notes) = yield from both(in_use, left_over)
    staying = tuple(
        f"Left over of former settings, and it stays, because {one.stays[0]}: {one.label}."
        for one in removals
        if one.stays
    )
    labels = [one.label for one in removals if not (one.stays or isinstance(one.want, Part))]
    if not labels:
        return (*stops, *notes, *staying)
    forgotten = (
        f"Left over of former settings, and not deleted by this: {', '.join(labels)}. Before this: "
        f"ses-provision apply --env {env.name} --prune. Afterwards it is not known any more where "
        "to look."
    )
    return (*stops, *notes, *staying, forgotten)


def ask_for_the_name(run: Run, env: Environment) -> None:
    """Have the environment's name typed, or fail where nobody can type."""
    if not run.may_ask:
        raise UsageError(
            "`ses-provision destroy` asks before it deletes anything, and nobody is there to "
            "answer.",
            f"Add --yes --confirm-env {env.name} to go ahead without asking.",
        )
    if asking.answered(f"Type {env.name} to delete all this: ") != env.name:
        raise typer.Abort
