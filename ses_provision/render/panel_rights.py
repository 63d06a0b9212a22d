"""Which token the providers want that octoDNS reaches, each in the words of its panel, and what the
token may do that is not needed."""

from __future__ import annotations

from collections.abc import Mapping

from ses_provision.dataclass import dataclass


@dataclass(frozen=True)
class Token:
    """Where a token is made, what it has to allow, by label, and what it could do beyond."""

    made_at: str
    allows: Mapping[str, str]
    beyond: str


TOKENS: Mapping[str, Token] = {
    "digitalocean": Token(
        "A token at DigitalOcean (API > Tokens > Generate New Token):",
        {"Scopes": "Custom: domain create, read, delete"},
        "It may change, make and delete every domain of its team: DigitalOcean narrows no token to "
        "a domain.",
    ),
    "dnsimple": Token(
        "A token at DNSimple (Account > Access tokens), of the account and not of a user:",
        {"Account": "the one whose number is in dns.options"},
        "It may change every zone of its account, unless it is made for single zones where the "
        "plan has that.",
    ),
    "gandi": Token(
        "A personal access token at Gandi (Account settings > Create a token):",
        {
            "Resources": "{zone} only",
            "Permissions": "Manage domain name technical configurations, with what it includes",
        },
        "It may change every record of {zone}: Gandi narrows no token to names or types.",
    ),
    "hetzner": Token(
        "A token at Hetzner (Console > the project with the zone > Security > API tokens):",
        {"Permissions": "Read & Write"},
        "It may change everything in its project, servers included: keep {zone} in a project of "
        "its own.",
    ),
    "powerdns": Token(
        "The key of the PowerDNS API (api-key in pdns.conf, with api=yes):",
        {"Reached at": "https, by a proxy before it; http on this machine alone"},
        "It may change every zone of the server. A TSIG key can be narrowed to our names: "
        'dns.provider = "rfc2136" (PowerDNS takes dynamic updates with dnsupdate=yes).',
    ),
}
"""Every provider of the list, by octoDNS's name."""


def lines(name: str, zone: str) -> list[str]:
    """The token of a provider, and what it may do to a zone and beyond."""
    token = TOKENS[name]
    width = max(map(len, token.allows))
    allows = [
        f"  {label:{width}}  {told}".format(zone=zone) for label, told in token.allows.items()
    ]
    return [token.made_at, *allows, "", token.beyond.format(zone=zone)]
