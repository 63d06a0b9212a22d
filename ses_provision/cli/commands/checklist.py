"""checklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli import github
from ses_provision.cli.options import OPEN, as_begun, offered
from ses_provision.cli.resolvers import NoDns, Resolvers, asked
from ses_provision.cli.run import Run, Target
from ses_provision.cli.step_options import Role, with_role
from ses_provision.cli.words import words
from ses_provision.errors import UsageError
from ses_provision.names import meant

if TYPE_CHECKING:
    from collections.abc import Callable

    from ses_provision.checks.dmarc_reports import Reported
    from ses_provision.checks.report import Checklist
    from ses_provision.checks.topic import Topic
    from ses_provision.environment import Environment

Format = Literal["table", "json", "markdown", "html"]
Least = Literal["blocker", "warning", "advice"]


def complete_item(ctx: typer.Context, incomplete: str) -> list[str]:
    """Topics and item ids, for the shell."""
    names = [*words("topics"), *as_begun(words("items"), incomplete)]
    return offered(names, incomplete, ctx.params.get("only") or ())


Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="ITEM",
        help="Only this item or topic. May be repeated.",
        autocompletion=complete_item,
    ),
]


DmarcReports = Annotated[
    list[str] | None,
    typer.Option(
        "--dmarc-reports",
        metavar="PATH",
        help="Reports on DMARC, or a folder of them: may the policy be stricter?",
    ),
]


def chosen(only: list[str] | None, severity: Least | None) -> list[Topic]:
    """The topics and items to look at."""
    from ses_provision.checks import ITEMS, TOPICS
    from ses_provision.checks.choosing import at_least
    from ses_provision.checks.finding import Severity
    from ses_provision.checks.topic import selected

    known = {*ITEMS, *(topic.id.upper() for topic in TOPICS)}
    for name in only or ():
        if name.upper() not in known:
            raise UsageError(
                f"The checklist has no item or topic {name}.{meant(name.upper(), sorted(known))}",
                f"Topics: {', '.join(topic.id for topic in TOPICS)}.",
            )
    return at_least(selected(TOPICS, only or ()), Severity(severity or "advice"))


def checklist(
    run: Run,
    output_format: Annotated[
        Format, typer.Option("--format", help="html is one page to print and keep.")
    ] = "table",
    only: Only = None,
    severity: Annotated[
        Least | None,
        typer.Option("--severity", help="Only what is at least that severe."),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 3 while something is open.")
    ] = False,
    github_summary: Annotated[
        bool, typer.Option("--github-summary", help="Add it to $GITHUB_STEP_SUMMARY as well.")
    ] = False,
    resolver: Resolvers = None,
    no_dns: NoDns = False,
    dmarc_reports: DmarcReports = None,
    role: Role = None,
) -> None:
    """Show what stands between each account and sending, with evidence and the next step.

    Several environments are shown side by side. What only a person can know is recorded with
    `ses-provision attest`.

    Example: ses-provision checklist --env prod --format html > checklist.html
    """
    from ses_provision.checks import attestations, instead
    from ses_provision.checks.report import checklist as put_together
    from ses_provision.checks.topic import Scene, look
    from ses_provision.render import checklist_markdown, document

    run.as_json = run.as_json or output_format == "json"
    topics = chosen(only, severity)
    if github_summary:
        github.summary_file()  # without it, refused before any call
    reports = reported(run, dmarc_reports)

    def work(run: Run, target: Target) -> Checklist:
        env = with_role(target, role).env
        tell_of_none(run, env, topics)
        words = attestations.load(run.config_dir, env.name)
        whom = asked(env, resolver, no_dns)
        scene = Scene(env, target.account, whom, run.world.now(), reports(env))
        looked = target.reader.run(look(topics, scene))
        looked = target.reader.run(instead.in_findings(looked, env, target.account))
        value = put_together(env, looked, words, run.world.now())
        run.report(env.name, {"checklist": document.checklist(value)})
        if exit_code and value.open:
            run.fail(OPEN)
        return run.advice.within(value)

    found = run.each(work)
    if found:
        show(run, found, output_format)
        if github_summary:
            github.summary(checklist_markdown.render(found))


def reported(run: Run, paths: list[str] | None) -> Callable[[Environment], Reported | None]:
    """What reports on DMARC say about an environment, where some were given."""
    if not paths:
        return lambda _: None
    from ses_provision.cli import dmarc_files
    from ses_provision.operations.dmarc import gathered
    from ses_provision.operations.dmarc.judging import for_checklist, judged

    found = dmarc_files.read(run, gathered(paths))
    folder, now = dmarc_files.neighbours(run), run.world.now()
    return lambda env: for_checklist(env, judged(env, found.held, now, dmarc_files.DAYS, folder))


def tell_of_none(run: Run, env: Environment, topics: list[Topic]) -> None:
    """Say where nothing of what was named matters to an environment."""
    if not any(topic.matters(env) for topic in topics):
        named = ", ".join(topic.title for topic in topics) or "that"
        run.tell(f"{env.name}: nothing of {named} concerns it, by its settings.")


def show(run: Run, found: list[Checklist], output_format: Format) -> None:
    """Show the checklists in a format."""
    from ses_provision.render import checklist as text
    from ses_provision.render import checklist_html, checklist_markdown

    match output_format:
        case "markdown":
            run.document(checklist_markdown.render(found).rstrip("\n"))
        case "html":
            run.document(checklist_html.render(found).rstrip("\n"))
        case _ if len(found) == 1:
            run.show(text.checklist(found[0]))
        case _:
            run.show(text.side_by_side(found, run.out.width))
