"""Who may keep a zone: one declaration a provider, which answers what is to be known of it.

How a provider is reached and read is code of other rooms: `worlds.dns_provider` finds the way to
it, `resources.zones` its zone, `rehearsal.dns_rights` what it has to allow. Each of these has a
table by the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.providers.octodns_allowed import (
    ALLOWED,
    PREFIX,
    Allowed,
    options_complaint,
)

if TYPE_CHECKING:
    from ses_provision.environment.dns import Dns


def no_complaint(_: Dns) -> str:
    """Any of its settings may be left out."""
    return ""


@dataclass(frozen=True)
class DnsProvider:
    """What is to be known of a provider before anything is asked of it.

    `settings` are those of [dns] that mean something with it, `credentials` those among them that
    say whose key is used. `complaint` says what is wrong with settings together. `place` is how DNS
    differs from a hosted zone in the environment's account, in a few words; `keeper` is who keeps
    the zone, in sentences. `other_zone` are the settings that would name another zone.
    `begins_with` is what a new environment file says. `caution` is what cannot be promised of a
    change. `zones_are_registered` where zones bear names as they were registered.
    """

    name: str
    settings: tuple[str, ...]
    place: Callable[[Dns], str]
    keeper: Callable[[Dns], str]
    other_zone: str
    credentials: tuple[str, ...] = ()
    complaint: Callable[[Dns], str] = no_complaint
    begins_with: Mapping[str, str] = field(default_factory=dict)
    caution: str = ""
    zones_are_registered: bool = False

    @property
    def service(self) -> str:
        """The service that it is asked by; one for all that octoDNS has a class for."""
        return self.name.partition(":")[0]


def in_account(dns: Dns) -> str:
    """Where a hosted zone is, if not in the environment's account."""
    if dns.assume_role_arn:
        return f"DNS as {dns.assume_role_arn}"
    return f"DNS in profile {dns.profile}" if dns.profile else ""


ROUTE53 = DnsProvider(
    "route53",
    ("zone_id", "profile", "assume_role_arn"),
    in_account,
    lambda _: "Route 53",
    "dns.zone_id",
)
EXTERNAL = DnsProvider(
    "external", ("zone",), lambda _: "external DNS", lambda _: "somebody else", "dns.zone"
)


def signs_updates(dns: Dns) -> str:
    """Updates are signed: by a key that is named, with a secret that stands elsewhere."""
    if dns.server is None:
        return 'server: missing; provider = "rfc2136" needs the name server'
    if (dns.key_secret_env is None) == (dns.key_file is None):
        return (
            'key_secret_env or key_file: provider = "rfc2136" needs one of them, not both: '
            "updates are signed"
        )
    if dns.key_file is None and dns.key_name is None:
        return "key_name: missing; only a key file says the name itself"
    if dns.key_file is not None and dns.key_algorithm is not None:
        return "key_algorithm: the key file says it; leave it out"
    return ""


KEY = ("key_name", "key_algorithm", "key_secret_env", "key_file")
RFC2136 = DnsProvider(
    "rfc2136",
    ("zone", "server", *KEY),
    lambda dns: f"DNS at {dns.server}",
    lambda dns: f"{dns.server}",
    "dns.zone and dns.server",
    KEY,
    signs_updates,
    {"key_name": "ses-provision", "key_secret_env": "RFC2136_TSIG_SECRET"},
)

LEAST_TTL, MOST_TTL = 60, 86400
"""Seconds that every plan of Cloudflare takes (Cloudflare documentation, time to live)."""


def has_a_token(dns: Dns) -> str:
    """A token that stands elsewhere, and a TTL that is taken."""
    if (dns.token_env is None) == (dns.token_keyring is None):
        return (
            'token_env or token_keyring: provider = "cloudflare" needs one of them, not both: they '
            "say where the token is"
        )
    if not LEAST_TTL <= dns.ttl <= MOST_TTL:
        return (
            f"ttl: must be {LEAST_TTL} to {MOST_TTL} at Cloudflare, not {dns.ttl}; what it calls "
            "automatic is 300"
        )
    return ""


TOKEN = ("token_env", "token_keyring")
CLOUDFLARE = DnsProvider(
    "cloudflare",
    ("zone", "account", *TOKEN),
    lambda _: "DNS at Cloudflare",
    lambda _: "Cloudflare",
    "dns.zone",
    TOKEN,
    has_a_token,
    {"token_env": "CLOUDFLARE_API_TOKEN"},
    "Cloudflare refuses no change for what somebody does at the same moment; the records are read "
    "again just before a change, and read back after it.",
    zones_are_registered=True,
)


def by_octodns(name: str, allowed: Allowed) -> DnsProvider:
    """A provider that is reached by its octoDNS class."""
    one_by_one = (
        "All changes are one request there."
        if allowed.in_one
        else "Records are written one by one there; if it stops half way, run the same command "
        "again, and it goes on from what stands."
    )

    def complaint(dns: Dns) -> str:
        if (dns.token_env is None) == (dns.token_keyring is None):
            return (
                f'token_env or token_keyring: provider = "{PREFIX}{name}" needs one of them, not '
                "both: they say where the token is"
            )
        if dns.ttl < allowed.least_ttl:
            return f"ttl: must be at least {allowed.least_ttl} at {allowed.title}, not {dns.ttl}"
        return options_complaint(name, dns.options)

    return DnsProvider(
        f"{PREFIX}{name}",
        ("zone", *TOKEN, "options"),
        lambda _: f"DNS at {allowed.title}",
        lambda _: allowed.title,
        "dns.zone",
        (*TOKEN, "options"),
        complaint,
        {"token_env": allowed.variable},
        f"{allowed.title} is written to by octoDNS. {one_by_one} It refuses no change for what "
        "somebody does at the same moment: the records are read again just before a change, and "
        "read back after it.",
        zones_are_registered=True,
    )


BY_OCTODNS = [by_octodns(name, allowed) for name, allowed in ALLOWED.items()]

PROVIDERS = {one.name: one for one in (ROUTE53, EXTERNAL, RFC2136, CLOUDFLARE, *BY_OCTODNS)}
"""Every provider, by its name in the environment file."""
