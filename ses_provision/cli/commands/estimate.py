"""estimate."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ses_provision.cli.run import Run, Target
from ses_provision.errors import UsageError

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.estimate import Comparison, Volume
    from ses_provision.resources.prices import Prices

USUAL = 100_000
MOST = 10**12
Plan = Literal["none", "essentials", "pro", "enterprise"]


Recipients = Annotated[
    int, typer.Option("--recipients", min=0, max=MOST, metavar="N", help="Recipients a month.")
]
AttachmentKb = Annotated[
    float,
    typer.Option("--attachment-kb", min=0, max=40_000, metavar="KB", help="KB attached to a mail."),
]
AttachmentShare = Annotated[
    float,
    typer.Option(
        "--attachment-share", min=0, max=100, metavar="PERCENT", help="Mails that have some."
    ),
]
DedicatedIps = Annotated[
    int, typer.Option("--dedicated-ips", min=0, max=MOST, metavar="N", help="Leased IP addresses.")
]
Tenants = Annotated[
    int,
    typer.Option(
        "--tenants", min=0, max=MOST, metavar="N", help="Tenants; the file's if left out."
    ),
]
Received = Annotated[
    int, typer.Option("--received", min=0, max=MOST, metavar="N", help="Mails that arrive a month.")
]


def estimate(
    run: Run,
    recipients: Recipients = USUAL,
    attachment_kb: AttachmentKb = 0,
    attachment_share: AttachmentShare = 100,
    dedicated_ips: DedicatedIps = 0,
    managed_ips: Annotated[
        bool, typer.Option("--managed-ips", help="All mail by managed IP addresses.")
    ] = False,
    tenants: Tenants = 0,
    received: Received = 0,
    vdm: Annotated[
        bool, typer.Option("--vdm", help="With Virtual Deliverability Manager.")
    ] = False,
    auto_validation: Annotated[
        bool, typer.Option("--auto-validation", help="With addresses checked by SES.")
    ] = False,
    plan: Annotated[
        Plan | None,
        typer.Option(
            "--plan", help="Whose items to show; essentials, or the account's with --live."
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Ask AWS for its prices, and for the account's plan.")
    ] = False,
) -> None:
    """Say what an environment costs a month, and which plan of SES is cheapest.

    From what is sent, and from what the file declares: alarms, keys, secrets, hosted zone, and
    more. Asks AWS nothing, unless --live: the prices that come with the tool have their date.

    Example: ses-provision estimate --env prod --recipients 100000
    """
    from ses_provision.operations.estimate import Volume
    from ses_provision.resources.prices import shipped

    volume = Volume(
        recipients,
        exact(attachment_kb, "--attachment-kb"),
        exact(attachment_share, "--attachment-share"),
        dedicated_ips,
        managed_ips,
        tenants,
        vdm,
        auto_validation,
        received,
    )
    chosen = plan.upper() if plan else ""
    if live:
        show(run, run.each(lambda run, target: by_aws(run, target, volume, chosen)))
        return
    found = []
    for env in run.environments():
        with run.boundary(env.name):
            by_plan = chosen or named(env) or NEW
            found.append((env, estimated(run, env, volume, by_plan, shipped())))
    show(run, found)


NEW = "ESSENTIALS"
"""The plan of accounts that are new since 2026-07-21."""


def named(env: Environment) -> str:
    """The plan that the file names."""
    return (env.account and env.account.pricing_plan) or ""


def exact(value: float, option: str) -> Decimal:
    """A number as it was typed."""
    found = Decimal(str(value))
    if not found.is_finite():
        raise UsageError(f"{option} wants a number.")
    return found


def by_aws(run: Run, target: Target, volume: Volume, plan: str) -> tuple[Environment, Comparison]:
    """An estimate by AWS's own prices, for the account's own plan."""
    from ses_provision.outside.reading import both
    from ses_provision.resources import pricing
    from ses_provision.resources.prices import shipped
    from ses_provision.resources.ses.account import sending_account

    env, known = target.env, shipped()
    prices, account = target.reader.run(
        both(pricing.live(known, env.region), sending_account(env.region))
    )
    own = account.plan if account.plan in prices.plans else NEW
    return env, estimated(run, env, volume, plan or named(env) or own, prices)


def estimated(run: Run, env: Environment, volume: Volume, plan: str, prices: Prices) -> Comparison:
    """What an environment costs, which is reported."""
    from ses_provision.operations.estimate import case, compared
    from ses_provision.render import estimate as text

    found = compared(case(env, volume), plan, prices)
    run.report(env.name, {"estimate": text.data(env, found)})
    return found


def show(run: Run, found: list[tuple[Environment, Comparison]]) -> None:
    """Show the estimates."""
    from ses_provision.render import estimate as text

    if found:
        run.show(text.estimates(found, run.world.now().date(), run.out.width))
