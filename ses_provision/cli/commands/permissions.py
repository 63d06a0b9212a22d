"""permissions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ses_provision.cli.folder import others
from ses_provision.cli.run import Run
from ses_provision.dataclass import dataclass

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
        typer.Option(
            "--dns", help="What the DNS provider has to allow instead (any but route53, external)."
        ),
    ] = False,
) -> None:
    """Print the IAM policy that an operator needs, as JSON that IAM accepts.

    Covers what the environment file configures and nothing more, and asks AWS nothing. Where the
    records go to a name server by dynamic updates, --dns prints the update-policy for its zone,
    with what other environments of the folder write there; for Cloudflare and for providers by
    octoDNS it says which token is needed, and what that may do beyond.

    Example: ses-provision permissions --env prod > operator.json
    """
    from ses_provision.rehearsal.permissions import policies

    shown: set[str] = set()
    for env in run.environments():
        neighbours = list(others({env.name}, run.config_dir))
        found = policies(env, read_only=read_only, others=neighbours)
        rights = None if read_only else dns_rights(env, neighbours)
        said = {rights.key: rights.text} if rights else {}
        run.report(env.name, {"read_only": read_only, "policies": found, **said})
        if dns:
            show_dns_rights(run, env, rights, shown)
            continue
        if rights and not run.as_json:
            run.tell(f"{env.name}: {rights.whom}: ses-provision permissions --env {env.name} --dns")
        for name, policy in found.items():
            whom = about(name, env)
            if not run.as_json:
                run.tell(f"{env.name}: {whom}")
            run.document(json.dumps(policy, indent=2))


@dataclass(frozen=True)
class DnsRights:
    """What the provider of a zone outside AWS has to allow."""

    key: str
    whom: str
    text: str


def dns_rights(env: Environment, neighbours: list[Environment]) -> DnsRights | None:
    """What the provider of the zone has to allow; None where none outside AWS is told to write."""
    from ses_provision.rehearsal.dns_rights import grants
    from ses_provision.render.dns_rights import WORDINGS

    wording = WORDINGS.get(env.dns.service)
    if wording is None:
        return None
    return DnsRights(wording.key, wording.whom, wording.text(env, grants(env, neighbours)))


def show_dns_rights(run: Run, env: Environment, rights: DnsRights | None, shown: set[str]) -> None:
    """The text alone, once for all whose records are in its zone; or why there is none."""
    if rights is None:
        if not run.as_json:
            run.tell(f"{env.name}: nobody outside AWS writes its records (dns.provider)")
        return
    if not run.as_json:
        same = ", as above" if rights.text in shown else ""
        zone = env.dns.zone or env.domain
        run.tell(f"{env.name}: in the zone {zone} of {env.dns.kept_by.keeper(env.dns)}{same}")
    if rights.text not in shown:
        run.document(rights.text)
    shown.add(rights.text)


def about(name: str, env: Environment) -> str:
    """Whom a policy is for; the parts of one that was too large are numbered."""
    base, _, number = name.rpartition("_")
    kind, part = (base, f", part {number}") if number.isdecimal() else (name, "")
    return ABOUT[kind].format(account=env.account_id, profile=env.dns.profile) + part
