"""What a provider outside AWS has to allow, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.render import panel_rights

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.rehearsal.dns_rights import Grant


@dataclass(frozen=True)
class Wording:
    """How a provider is told: its name in JSON, for whom it is, and the text."""

    key: str
    whom: str
    text: Callable[[Environment, Sequence[Grant]], str]


def stanza(_: Environment, grants: Sequence[Grant]) -> str:
    """The update-policy of the zone as BIND takes it (BIND 9 reference, dynamic update policies):
    anything else is refused. What only a take-over deletes is a comment: a CNAME where other types
    of ours stand, any type where a CNAME of ours does."""
    lines, further = [], []
    for grant in grants:
        named = f"grant {grant.key} {'subdomain' if grant.below else 'name'} {grant.name}."
        lines.append(f"    {named} {' '.join(grant.types)};")
        further.append(f"    // {named}{'' if 'CNAME' in grant.types else ' CNAME'};")
    note = "    // For apply --take-over as well, which deletes what else stands at these names:"
    return "\n".join(["update-policy {", *lines, note, *further, "};"])


def token(env: Environment, grants: Sequence[Grant]) -> str:
    """How the token is made at Cloudflare, and what it could do that is not needed (Cloudflare
    documentation, create an API token): it cannot be narrowed to names or types."""
    zone = env.dns.zone or env.domain
    return "\n".join(
        [
            "A token at Cloudflare (My Profile > API Tokens > Create Custom Token):",
            "  Permissions     Zone > DNS > Edit",
            "                  Zone > Zone > Read",
            f"  Zone Resources  Include > Specific zone > {zone}",
            "",
            f"It may change every record of {zone}: Cloudflare narrows no token to names or types.",
            *what_is_changed(grants),
        ]
    )


def panel_token(env: Environment, grants: Sequence[Grant]) -> str:
    """The token of a provider that octoDNS reaches."""
    name = env.dns.provider.partition(":")[2]
    zone = env.dns.zone or env.domain
    return "\n".join([*panel_rights.lines(name, zone), *what_is_changed(grants)])


def what_is_changed(grants: Sequence[Grant]) -> list[str]:
    """The names and types of ours, of all that a token may change."""
    names = [
        f"  {' '.join(grant.types):8}{'<token>.' if grant.below else ''}{grant.name}"
        for grant in grants
    ]
    return ["What ses-provision changes with it:", *dict.fromkeys(names)]


WORDINGS: Mapping[str, Wording] = {
    "rfc2136": Wording("update_policy", "for the name server", stanza),
    "cloudflare": Wording("dns_token", "for the token at Cloudflare", token),
    "octodns": Wording("dns_token", "for the token at the DNS provider", panel_token),
}
"""What is printed for each provider that has something to allow."""
