"""Who keeps the zone of an environment, and the way there: of the real world, or of a local AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from ses_provision.environment import Environment
    from ses_provision.outside.providers import Provider
    from ses_provision.outside.providers.rfc2136 import Line

LOCAL_KEY = "ses-provision"
"""What a key is called that only a key file would name; a local AWS needs no file."""


def real(env: Environment, resolvers: Sequence[str]) -> Provider | None:
    """The provider that the environment names; None where Route 53 or a person keeps the zone."""
    if env.dns.provider != "rfc2136":
        return None
    from ses_provision.outside.providers.rfc2136 import Rfc2136, over_tcp
    from ses_provision.outside.providers.tsig import USUAL_ALGORITHM, KeyPlace

    place = KeyPlace(
        env.dns.key_name or "",
        env.dns.key_algorithm or USUAL_ALGORITHM,
        env.dns.key_secret_env or "",
        env.dns.key_file or "",
    )
    return Rfc2136(place.key, lambda server: over_tcp(server, resolvers))


def local(env: Environment, line: Line) -> Provider | None:
    """The same at a local AWS, which stands in for every server and knows the key by its name."""
    if env.dns.provider != "rfc2136":
        return None
    from ses_provision.outside.providers.rfc2136 import Rfc2136
    from ses_provision.outside.providers.tsig import local_key

    return Rfc2136(lambda: local_key(key_name(env)), line)


def whose(env: Environment) -> Hashable:
    """Equal for environments whose provider takes the same key; None where there is no provider."""
    dns = env.dns
    if dns.provider != "rfc2136":
        return None
    return (dns.provider, dns.key_name, dns.key_algorithm, dns.key_secret_env, dns.key_file)


def key_name(env: Environment) -> str:
    """What the key is called, as far as the environment says."""
    return env.dns.key_name or LOCAL_KEY
