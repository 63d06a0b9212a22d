"""report: one page on each environment, shown, written or mailed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import Yes
from ses_provision.cli.resolvers import NoDns, asked
from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError
from ses_provision.outside.secrets import hide

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ses_provision.operations.report import Report, Unread

Format = Literal["text", "html", "json"]
LONGEST = 180
"""Days: as many before them are asked for as well, and Cost Explorer tells single days of 14 months
(its own words on older ones, seen by others)."""
MAIL_WIDTH = 78
"""Columns of a mail in plain text (RFC 5322, 2.1.1)."""


def report(
    run: Run,
    days: Annotated[
        int,
        typer.Option(
            "--days", min=1, max=LONGEST, metavar="N", help="How many days; yesterday is the last."
        ),
    ] = 7,
    cost: Annotated[
        bool,
        typer.Option("--cost", help="Ask Cost Explorer as well, which costs 0.01 USD an account."),
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Mail each page to [report] to of its environment.")
    ] = False,
    output_format: Annotated[
        Format, typer.Option("--format", help="html is one page to mail, print and keep.")
    ] = "text",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write it into a file instead."),
    ] = None,
    no_dns: NoDns = False,
    yes: Yes = False,
) -> None:
    """Show on one page how each environment stands, what it sent, what is open, what comes next.

    Numbers stand beside those of as many days before. It names no recipient and no subject. With
    --send it is mailed through the environment itself, as text and as HTML.

    Example: ses-provision report --env prod

    Example: ses-provision report --all --cost --format html --out report.html --yes
    """
    from ses_provision.cli import report_files
    from ses_provision.operations import report as operation

    run.as_json = run.as_json or (output_format == "json" and out is None)
    if out is not None:
        report_files.insist_on_a_place(out)
    to_mail = addressed(run) if send else set()
    if cost:
        agree_to_the_price(run, yes=yes)
    now = run.world.now()
    opened: dict[str, Target] = {}

    def work(run: Run, target: Target) -> Report | Unread:
        opened[target.env.name] = target
        return look(run, target, now, days, cost=cost, no_dns=no_dns)

    found = run.each(work, operation.unread)
    publish(run, found, output_format, out)
    for page in found:
        if page.environment in to_mail and not isinstance(page, operation.Unread):
            with run.boundary(page.environment):
                mail(run, opened[page.environment], page, yes=yes)


def addressed(run: Run) -> set[str]:
    """The environments whose page is mailed; they have to be named, and say to whom."""
    chosen = run.environments(writes=True)
    run.writes = False  # what is read first is read side by side, and each question asked once
    silent = [env.name for env in chosen if env.report is None]
    if silent and (run.env or len(silent) == len(chosen)):
        raise UsageError(
            f"{silent[0]} says nowhere who gets its report.",
            f'Add to {run.config_dir / f"{silent[0]}.toml"}: [report] and to = ["ADDRESS"].',
        )
    for name in silent:
        run.tell(f"{name}: has no [report], so its page is mailed to nobody.")
    return {env.name for env in chosen} - set(silent)


def agree_to_the_price(run: Run, *, yes: bool) -> None:
    """Say what Cost Explorer charges, and ask; where it would not be asked, neither is a person."""
    from ses_provision.engine.account import partition
    from ses_provision.resources.prices import shipped

    price = shipped()["cost-question"]
    known = (env for env in run.environments() if partition(env.region) == "aws")
    accounts = len({env.account_id for env in known})
    if not accounts:
        return
    asked = "account" if accounts == 1 else "accounts"
    total = price.of(Decimal(accounts))
    run.tell(f"Cost Explorer charges {price.told}: {total} USD for {accounts} {asked}.")
    if not yes:
        run.confirm(f"Ask it for {total} USD?")


def look(run: Run, target: Target, now: datetime, days: int, *, cost: bool, no_dns: bool) -> Report:
    """Read all that one page says."""
    from ses_provision.checks import attestations, instead
    from ses_provision.checks.report import checklist
    from ses_provision.checks.topic import Scene
    from ses_provision.operations import report as operation
    from ses_provision.render import report as text

    env = target.env
    scene = Scene(env, target.account, asked(env, None, no_dns), now)
    words = attestations.load(run.config_dir, env.name)
    seen = target.reader.run(operation.look(scene, now, days, cost=cost))
    looked = target.reader.run(instead.in_findings(seen.looked, env, target.account))
    found = operation.report(env, seen, checklist(env, looked, words, now), now, days)
    run.report(env.name, {"report": text.data(found)})
    if isinstance(found.cost, operation.Unknown):
        run.tell(f"{env.name}: the cost is not known: {found.cost.why}")
        run.fail()
    return run.advice.within(found)


def publish(
    run: Run, found: Sequence[Report | Unread], output_format: Format, out: Path | None
) -> None:
    """Show the pages, or write them into a file."""
    from ses_provision.cli import report_files
    from ses_provision.cli.console import as_text
    from ses_provision.render import document
    from ses_provision.render import report as text

    if not found:
        return
    if out is None and output_format == "html":
        run.document(text.html(found).rstrip("\n"))
    elif out is None:
        run.show(text.text(found, run.out.width))
    else:
        whole = document.envelope(run.command, run.reports, ok=not run.status, extra=run.extra)
        made = {
            "html": lambda: text.html(found),
            "json": lambda: document.text(run.advice.within(whole)) + "\n",
            "text": lambda: as_text(text.text(found, MAIL_WIDTH), MAIL_WIDTH),
        }
        report_files.write(out, hide(made[output_format]()))
        run.tell(f"Written to {out}.")


def mail(run: Run, target: Target, page: Report, *, yes: bool) -> None:
    """Mail a page through its own environment, after asking."""
    from ses_provision.cli.commands.send_test import delivered
    from ses_provision.cli.console import as_text
    from ses_provision.operations import test_mail
    from ses_provision.render import report as text
    from ses_provision.resources.ses.account import Access

    env = target.env
    to = env.report.to if env.report else ()
    if page.access.state is not Access.GRANTED:
        run.tell(
            f"{env.name}: {env.region} is in the sandbox: only verified addresses and domains get "
            "mail."
        )
    if not yes:
        run.confirm(f"Mail it from {env.from_address} to {', '.join(to)}?")
    run.writes = True
    body = {
        "Text": as_text(text.text([page], MAIL_WIDTH), MAIL_WIDTH),
        "Html": text.html([page]),
    }
    hidden = {form: hide(said) for form, said in body.items()}
    subject = text.subject(page)
    sent = delivered(target, test_mail.through(env, target.account, to, subject, hidden), to)
    [reported] = [each for each in run.reports if each["environment"] == env.name]
    reported["report"]["mailed"] = {"message_id": sent, "to": list(to)}
    run.tell(f"{env.name}: mailed to {', '.join(to)} (message id {sent}).")
