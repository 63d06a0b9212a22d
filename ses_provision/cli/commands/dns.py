"""dns: the records to publish, and whether DNS shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.options import OPEN, Timeout
from ses_provision.cli.run import Run, Target
from ses_provision.cli.waiting import progress
from ses_provision.errors import ProvisionError, UsageError

if TYPE_CHECKING:
    from ses_provision.checks.published import Lookup
    from ses_provision.render.records import Sheet
    from ses_provision.resources.ses.identity import Dkim

Format = Literal[
    "table", "json", "csv", "bind", "cloudflare", "nsupdate", "octodns", "dnscontrol",
    "terraform-cloudflare", "markdown",
]  # fmt: skip


def dns(
    run: Run,
    output_format: Annotated[
        Format,
        typer.Option(
            "--format",
            help="table, json, csv, bind, cloudflare (import), nsupdate, octodns, dnscontrol, "
            "terraform-cloudflare or markdown.",
        ),
    ] = "table",
    check: Annotated[
        bool, typer.Option("--check", help="Ask DNS for each record; exit status 3 if one lacks.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Ask until all records are right (implies --check).")
    ] = False,
    timeout: Timeout = 30,
    resolver: Annotated[
        str,
        typer.Option(
            "--resolver", metavar="ADDRESS", help="Ask this DNS server alone, not the public ones."
        ),
    ] = "",
) -> None:
    """Show the DNS records to publish, or check that DNS shows them.

    For DNS that is not in Route 53 (dns.provider = "external"), and for whoever wants to know.

    Example: ses-provision dns --env prod

    Example: ses-provision dns --env prod --format bind

    Example: ses-provision dns --env prod --check
    """
    from ses_provision.cli.resolvers import checked_resolvers
    from ses_provision.render import records as text

    checks = check or wait
    checked_resolvers([resolver] if resolver else None)
    if checks and output_format not in {"table", "json"}:
        raise UsageError("--check and --wait go with --format table or json.")
    run.as_json = run.as_json or output_format == "json"

    def work(run: Run, target: Target) -> Sheet:
        sheet, issued = sheet_of(target)
        data = {"zone": sheet.zone, "records": text.rows(sheet), "dkim_issued": issued is not None}
        run.report(target.env.name, data)
        if issued is None:
            tell_incomplete(run, target, checks=checks)
        if checks:
            show_check(run, target, sheet, timeout if wait else None, resolver)
        elif output_format == "table":
            run.show(text.table(sheet), "")
        elif output_format == "markdown":
            run.document(text.markdown(sheet).plain)
        return sheet

    sheets = run.each(work, in_turn=wait)
    if not checks and output_format in FILES:
        run.document(getattr(text, FILES[output_format])(sheets).plain)
    elif not checks and output_format in TOOLS:
        from ses_provision.render import record_tools

        run.document(getattr(record_tools, TOOLS[output_format])(sheets).plain)


def tell_incomplete(run: Run, target: Target, *, checks: bool) -> None:
    """The DKIM records are not known yet: no hindrance to showing the others, but to a verdict."""
    env = target.env
    why = f"SES issues the DKIM tokens when it creates the identity {env.domain}"
    apply = f"ses-provision apply --env {env.name}"
    if checks:
        raise ProvisionError(f"{why}, which it has not yet.", f"First: {apply}")
    run.tell(f"{env.name}: without the DKIM records, for {why}: {apply}")


FILES = {
    "csv": "comma_separated",
    "bind": "bind",
    "cloudflare": "cloudflare",
    "nsupdate": "nsupdate",
}
TOOLS = {
    "octodns": "octodns",
    "dnscontrol": "dnscontrol",
    "terraform-cloudflare": "terraform_cloudflare",
}


def sheet_of(target: Target) -> tuple[Sheet, Dkim | None]:
    """The records of an environment, the zone they go into, and what SES has issued."""
    from ses_provision.outside.reading import both
    from ses_provision.render.records import Sheet
    from ses_provision.resources import zones
    from ses_provision.steps import bimi, needs, receiving
    from ses_provision.steps.records import bimi_record, records_to_publish

    env = target.env
    (issued, zone), (enforced, inbound) = target.reader.run(
        both(
            both(needs.dkim(env, target.account), zones.zone(env, target.account)),
            both(bimi.look(env, target.account), receiving.publishable(env, target.account)),
        )
    )
    name = zone.name if zone else env.dns.zone or env.domain
    logo = bimi_record(env) if enforced is not None and enforced.holds else None
    last = [record for record in (logo, inbound) if record is not None]
    found = [*records_to_publish(env, issued), *last]
    return Sheet(env, name, tuple(found)), issued


def show_check(
    run: Run, target: Target, sheet: Sheet, minutes: float | None, resolver: str
) -> None:
    """Ask DNS, once or until all records are right, and show what it says."""
    from ses_provision.checks.published import legacy_name, lookup
    from ses_provision.outside import wait
    from ses_provision.render import records as text

    last: list[Lookup] = []

    def look() -> Lookup:
        target.reader.forget()
        last[:] = [
            target.reader.run(lookup(target.env, sheet.records, sheet.zone, resolver=resolver))
        ]
        return last[0]

    def lacking(seen: Lookup) -> str:
        return ", ".join(
            f"{one.record.type} {one.record.name} ({one.verdict})"
            for one in seen.records
            if not one.is_right
        )

    try:
        if minutes is None:
            look()
        else:
            told = progress(run)
            wait.until(
                look,
                lambda seen: seen.is_right,
                timeout=minutes * 60,
                sleep=told.sleeping(run.world.sleep),
                waiting=lambda seen, looked: told.waits(target.env.name, lacking(seen), looked),
            )
    finally:
        if last:
            run.show(text.checked(sheet, last[0], legacy_name(target.env.domain)), "")
            run.reports[-1].update(ok=last[0].is_right, check=text.check_data(last[0]))
    if not last[0].is_right:
        run.fail(OPEN)
