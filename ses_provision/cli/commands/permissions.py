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
    dns: Annotated[
        bool,
        typer.Option("--dns", help="What the name server has to allow instead (rfc2136, BIND)."),
    ] = False,
) -> None:
    """Print the IAM policy that an operator needs, as JSON that IAM accepts.

    Covers what the environment file configures and nothing more, and asks AWS nothing. Where the
    records go to a name server by dynamic updates, --dns prints the update-policy for its zone,
    with what other environments of the folder write there.

    Example: ses-provision permissions --env prod > operator.json
    """
    from ses_provision.rehearsal.permissions import policies

    shown: set[str] = set()
    for env in run.environments():
        neighbours = list(others({env.name}, run.config_dir))
        found = policies(env, read_only=read_only, others=neighbours)
        stanza = "" if read_only else update_policy(env, neighbours)
        said = {"update_policy": stanza} if stanza else {}
        run.report(env.name, {"read_only": read_only, "policies": found, **said})
        if dns:
            show_update_policy(run, env, stanza, shown)
            shown.add(stanza)
            continue
        if stanza and not run.as_json:
            run.tell(
                f"{env.name}: for the name server: ses-provision permissions --env {env.name} --dns"
            )
        for name, policy in found.items():
            whom = about(name, env)
            if not run.as_json:
                run.tell(f"{env.name}: {whom}")
            run.document(json.dumps(policy, indent=2))


def update_policy(env: Environment, neighbours: list[Environment]) -> str:
    """What the name server of the zone has to allow; nothing where none takes our updates."""
    if env.dns.provider != "rfc2136":
        return ""
    from ses_provision.rehearsal.update_policy import grants
    from ses_provision.render.update_policy import stanza

    return stanza(grants(env, neighbours))


def show_update_policy(run: Run, env: Environment, stanza: str, shown: set[str]) -> None:
    """The stanza alone, once for all whose records are in its zone; or why there is none."""
    if not run.as_json:
        whom = f"in the zone {env.dns.zone or env.domain} of {env.dns.server}"
        same = ", as above" if stanza in shown else ""
        run.tell(f"{env.name}: {whom + same if stanza else 'no name server takes updates of ours'}")
    if stanza and stanza not in shown:
        run.document(stanza)


def about(name: str, env: Environment) -> str:
    """Whom a policy is for; the parts of one that was too large are numbered."""
    base, _, number = name.rpartition("_")
    kind, part = (base, f", part {number}") if number.isdecimal() else (name, "")
    return ABOUT[kind].format(account=env.account_id, profile=env.dns.profile) + part
