"""permissions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.folder import others
from ses_provision.cli.run import Run

if TYPE_CHECKING:
    from ses_provision.environment import Environment

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
        neighbours = list(others({env.name}, run.config_dir))
        found = policies(env, read_only=read_only, others=neighbours)
        run.report(env.name, {"read_only": read_only, "policies": found})
        for name, policy in found.items():
            whom = about(name, env)
            if not run.as_json:
                run.tell(f"{env.name}: {whom}")
            run.document(json.dumps(policy, indent=2))


def about(name: str, env: Environment) -> str:
    """Whom a policy is for; the parts of one that was too large are numbered."""
    base, _, number = name.rpartition("_")
    kind, part = (base, f", part {number}") if number.isdecimal() else (name, "")
    return ABOUT[kind].format(account=env.account_id, profile=env.dns.profile) + part
