"""The providers whose octoDNS class is used, and how: those whose round trip is proved by a test.

octoDNS thinks in whole zones and whole sets. What each class makes of a change was read in its
code, in the versions that pyproject.toml names; a class that rewrites more than it is told to is
refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, TypeAlias

from ses_provision.dataclass import dataclass

PREFIX = "octodns:"
EXTRA = "pip install 'ses-provision[octodns]'"

Options: TypeAlias = Mapping[str, str]
"""Arguments of a class that are no secret, as the file gives them."""


@dataclass(frozen=True)
class Option:
    """What an argument has to be, and whether there is no default for it."""

    pattern: str
    meaning: str
    needed: bool = False


@dataclass(frozen=True)
class Allowed:
    """One class and what is to be known of it.

    `secret` is the argument that the token is given as, `given` are arguments that are always the
    same. `session` is where its object has the HTTP session, by which all that it asks and sends
    goes; `origin` is the host that this is for. `adds_alone` where it adds one value to a set and
    leaves the others as they are, `in_one` where all changes are one request. `variable` is what
    the token's variable is usually called, `least_ttl` the shortest TTL, in seconds. `no_zone` are
    the statuses that mean that there is no such zone, of which the class makes something, `busy`
    those that may pass by themselves.
    """

    title: str
    package: str
    kind: str
    session: str
    origin: Callable[[Options], str]
    variable: str
    secret: str = "token"  # noqa: S105 - the name of an argument
    given: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    adds_alone: bool = False
    in_one: bool = False
    least_ttl: int = 1
    no_zone: frozenset[int] = frozenset({404})
    busy: frozenset[int] = frozenset()

    @property
    def module(self) -> str:
        """What is imported."""
        return self.package.replace("-", "_")


def at(origin: str) -> Callable[[Options], str]:
    """A host that is the same for everybody."""
    return lambda _: origin


def powerdns(options: Options) -> str:
    """The host of a PowerDNS, which is somebody's own. The class itself would take http."""
    where = f"{options.get('host', '').lower()}:{options.get('port', '8081')}"
    return f"{options.get('scheme', 'https')}://{where}"


ALLOWED: Mapping[str, Allowed] = {
    "digitalocean": Allowed(
        "DigitalOcean",
        "octodns-digitalocean",
        "DigitalOceanProvider",
        "_client._sess",
        at("https://api.digitalocean.com"),
        "DIGITALOCEAN_TOKEN",
        adds_alone=True,
        least_ttl=30,
    ),
    "dnsimple": Allowed(
        "DNSimple",
        "octodns-dnsimple",
        "DnsimpleProvider",
        "_client._sess",
        at("https://api.dnsimple.com"),
        "DNSIMPLE_OAUTH_TOKEN",
        options={"account": Option(r"[0-9]{1,12}", "the number of the account", needed=True)},
        adds_alone=True,
    ),
    "gandi": Allowed(
        "Gandi",
        "octodns-gandi",
        "GandiProvider",
        "_client._session",
        at("https://api.gandi.net"),
        "GANDIV5_PERSONAL_ACCESS_TOKEN",
        least_ttl=300,
    ),
    "hetzner": Allowed(
        "Hetzner",
        "octodns-hetzner",
        "HetznerProvider",
        "_client._hcloud._client._session",
        at("https://api.hetzner.cloud"),
        "HCLOUD_TOKEN",
        given={"backend": "hcloud"},  # the other one is that of the old DNS console
        least_ttl=60,
        no_zone=frozenset(),  # it lists all zones, and would take any refusal for an empty zone
        busy=frozenset({409, 423}),  # while an earlier change of the zone is carried out
    ),
    "powerdns": Allowed(
        "PowerDNS",
        "octodns-powerdns",
        "PowerDnsProvider",
        "_sess",
        powerdns,
        "PDNS_API_KEY",
        secret="api_key",  # noqa: S106 - the name of an argument
        given={"scheme": "https", "enable_dynamic": False},
        options={
            "host": Option(
                r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?",
                "the host of the API",
                needed=True,
            ),
            "port": Option(r"[1-9][0-9]{0,4}", "the port of the API, 8081 when left out"),
            "scheme": Option(r"https?", "https, or on this machine http"),
        },
        in_one=True,
        no_zone=frozenset({404, 422}),  # 422 before 4.2
    ),
}
"""Every provider that is written to by its octoDNS class, by octoDNS's own name for it."""

BY_OUR_OWN = 'ses-provision has a better way there: dns.provider = "{}"'
WHOLE_ZONES = "its class replaces the whole zone, so that records of others would be lost"
FILES = "its class rewrites a file and reads nothing of it"
REFUSED: Mapping[str, str] = {
    "bind": BY_OUR_OWN.format("rfc2136"),
    "cloudflare": BY_OUR_OWN.format("cloudflare"),
    "ovh": "its class does not see the SPF and DMARC records that are made in OVH's panel, so that "
    "a second one would be published beside them, which voids both",
    "rfc2136": BY_OUR_OWN.format("rfc2136"),
    "route53": BY_OUR_OWN.format("route53"),
    "scaleway": "its class sees one string of a TXT set, and takes a refusal for an empty zone",
    "transip": WHOLE_ZONES,
    "yaml": FILES,
    "zonefile": FILES,
}
"""Why some providers that octoDNS has are never written to."""


def complaint(name: str) -> str:
    """Why a provider that somebody names after `octodns:` is none; nothing where it is one."""
    if name in ALLOWED:
        return ""
    known = ", ".join(f"{PREFIX}{one}" for one in ALLOWED)
    why = REFUSED.get(name.lower())
    if why:
        return f"{name} is not written to by octoDNS: {why}"
    return (
        f"not among the octoDNS providers that are proved to change our records alone: {known}; "
        'for another one provider = "external", and `ses-provision dns` shows the records'
    )


def options_complaint(name: str, options: Options) -> str:
    """What is wrong with the options of a provider. Nothing that stands there is repeated: it could
    be a secret."""
    known = ALLOWED[name].options
    takes = f"takes {', '.join(known)}" if known else "takes none"
    if set(options) - set(known):
        return f"options: {PREFIX}{name} {takes}; the token is named by token_env or token_keyring"
    for key, option in known.items():
        value = options.get(key)
        if value is None and option.needed:
            return f"options: {key} is missing: {option.meaning}"
        if value is not None and not matches(option, value):
            return f"options: {key} must be {option.meaning}; what stands there is not repeated"
    return ""


def fitting(option: Option) -> Callable[[str], str]:
    """The check of one argument where it is asked for."""

    def check(value: str) -> str:
        if not matches(option, value):
            raise ValueError(f"must be {option.meaning}")
        return value

    return check


def matches(option: Option, value: str) -> bool:
    """Whether an argument is what it has to be."""
    return re.fullmatch(option.pattern, value) is not None
