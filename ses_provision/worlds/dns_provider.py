"""Who keeps the zone of an environment, and the way there: of the real world, or of a local AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from ses_provision.environment import Environment
    from ses_provision.outside.providers import Provider
    from ses_provision.outside.providers.rfc2136 import Line

LOCAL_KEY = "ses-provision"
"""What a key is called that only a key file would name; a local AWS needs no file."""


@dataclass(frozen=True)
class Ways:
    """The ways to the providers of a local AWS."""

    line: Line


@dataclass(frozen=True)
class Kept:
    """How one provider is reached: really, or at a local AWS. `seed` is what that has to hold, as
    arguments of `LocalAws.seed`."""

    real: Callable[[Environment, Sequence[str]], Provider]
    local: Callable[[Environment, Ways], Provider]
    seed: Callable[[Environment], Mapping[str, Any]]


def real(env: Environment, resolvers: Sequence[str]) -> Provider | None:
    """The provider that the environment names; None where Route 53 or a person keeps the zone."""
    kept = KEPT.get(env.dns.provider)
    return kept.real(env, resolvers) if kept else None


def local(env: Environment, ways: Ways) -> Provider | None:
    """The same at a local AWS, which stands in for everybody who keeps a zone."""
    kept = KEPT.get(env.dns.provider)
    return kept.local(env, ways) if kept else None


def seed(env: Environment) -> Mapping[str, Any]:
    """What a local AWS has to hold for the zone of an environment that is not in Route 53."""
    kept = KEPT.get(env.dns.provider)
    return kept.seed(env) if kept else {}


def whose(env: Environment) -> Hashable:
    """Equal for environments whose provider takes the same key; None where there is no provider."""
    if env.dns.provider not in KEPT:
        return None
    return (env.dns.provider, *(getattr(env.dns, name) for name in env.dns.kept_by.credentials))


def key_name(env: Environment) -> str:
    """What the key of a name server is called, as far as the environment says."""
    return env.dns.key_name or LOCAL_KEY


def updated(env: Environment, resolvers: Sequence[str]) -> Provider:
    """The name server that takes updates."""
    from ses_provision.outside.providers.rfc2136 import Rfc2136, over_tcp
    from ses_provision.outside.providers.tsig import USUAL_ALGORITHM, KeyPlace

    place = KeyPlace(
        env.dns.key_name or "",
        env.dns.key_algorithm or USUAL_ALGORITHM,
        env.dns.key_secret_env or "",
        env.dns.key_file or "",
    )
    return Rfc2136(place.key, lambda server: over_tcp(server, resolvers))


def updated_here(env: Environment, ways: Ways) -> Provider:
    """A local AWS in place of every name server; it knows the key by its name."""
    from ses_provision.outside.providers.rfc2136 import Rfc2136
    from ses_provision.outside.providers.tsig import local_key

    return Rfc2136(lambda: local_key(key_name(env)), ways.line)


def primary(env: Environment) -> Mapping[str, Any]:
    """The zone at a name server, with the key that may change it."""
    return {"primaries": [(env.dns.zone or env.domain, key_name(env))]}


KEPT: Mapping[str, Kept] = {"rfc2136": Kept(updated, updated_here, primary)}
"""The providers that are reached by other ways than AWS is."""
