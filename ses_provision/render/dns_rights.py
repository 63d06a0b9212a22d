"""What a provider outside AWS has to allow, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    names = [
        f"  {' '.join(grant.types):8}{'<token>.' if grant.below else ''}{grant.name}"
        for grant in grants
    ]
    return "\n".join(
        [
            "A token at Cloudflare (My Profile > API Tokens > Create Custom Token):",
            "  Permissions     Zone > DNS > Edit",
            "                  Zone > Zone > Read",
            f"  Zone Resources  Include > Specific zone > {zone}",
            "",
            f"It may change every record of {zone}: Cloudflare narrows no token to names or types.",
            "What ses-provision changes with it:",
            *dict.fromkeys(names),
        ]
    )


WORDINGS: Mapping[str, Wording] = {
    "rfc2136": Wording("update_policy", "for the name server", stanza),
    "cloudflare": Wording("dns_token", "for the token at Cloudflare", token),
}
"""What is printed for each provider that has something to allow."""
