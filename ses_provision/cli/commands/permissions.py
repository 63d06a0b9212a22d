"""permissions."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.text import Text

from ses_provision.cli.run import Run

ABOUT = {
    "account": "for account {account}",
    "hosted_zone": "for the credentials that see the hosted zone",
    "hosted_zone_profile": "for profile {profile}, which takes on the hosted zone's role",
}


def permissions(
    run: Run,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Only what the reading commands need.")
    ] = False,
) -> None:
    """Print the IAM policy that an operator needs, as JSON that IAM accepts.

    Covers what the environment file configures and nothing more, and asks AWS nothing.

    Example: ses-provision permissions --env prod > operator.json
    """
    from ses_provision.rehearsal.permissions import policies

    for env in run.environments():
        found = policies(env, read_only=read_only)
        run.report(env.name, {"read_only": read_only, "policies": found})
        for name, policy in found.items():
            whom = ABOUT[name].format(account=env.account_id, profile=env.dns.profile)
            if not run.as_json:
                run.tell(f"{env.name}: {whom}")
            run.show(Text(json.dumps(policy, indent=2)))
