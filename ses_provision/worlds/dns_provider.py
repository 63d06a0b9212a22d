"""Who keeps the zone of an environment, and the way there: of the real world, or of a local AWS."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from ses_provision.environment import Environment
    from ses_provision.outside.providers import Provider
    from ses_provision.outside.providers.rfc2136 import Line
    from ses_provision.outside.providers.web import Exchange

LOCAL_KEY = "ses-provision"
"""What a key is called that only a key file would name; a local AWS needs no file."""


@dataclass(frozen=True)
class Ways:
    """The ways to the providers of a local AWS."""

    line: Line
    web: Exchange
    panels: Exchange
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class Kept:
    """How one provider is reached: really, or at a local AWS. `seed` is what that has to hold, as
    arguments of `LocalAws.seed`; `exports` are the variables that lead away from the real one to a
    local AWS at a URL."""

    real: Callable[[Environment, Sequence[str]], Provider]
    local: Callable[[Environment, Ways], Provider]
    seed: Callable[[Environment], Mapping[str, Any]]
    exports: Callable[[Environment, str], Mapping[str, str]] = lambda _, __: {}


def real(env: Environment, resolvers: Sequence[str]) -> Provider | None:
    """The provider that the environment names; None where Route 53 or a person keeps the zone."""
    kept = KEPT.get(env.dns.service)
    return kept.real(env, resolvers) if kept else None


def local(env: Environment, ways: Ways) -> Provider | None:
    """The same at a local AWS, which stands in for everybody who keeps a zone."""
    kept = KEPT.get(env.dns.service)
    return kept.local(env, ways) if kept else None


def seed(env: Environment) -> Mapping[str, Any]:
    """What a local AWS has to hold for the zone of an environment that is not in Route 53."""
    kept = KEPT.get(env.dns.service)
    return kept.seed(env) if kept else {}


def exports(env: Environment, url: str) -> Mapping[str, str]:
    """The variables that let a rehearsal against a local AWS reach nobody's real zone."""
    kept = KEPT.get(env.dns.service)
    return kept.exports(env, url) if kept else {}


def whose(env: Environment) -> Hashable:
    """Equal for environments whose provider takes the same key; None where there is no provider."""
    if env.dns.service not in KEPT:
        return None
    given = [getattr(env.dns, name) for name in env.dns.kept_by.credentials]
    held = [frozenset(one.items()) if isinstance(one, dict) else one for one in given]
    return (env.dns.provider, *held)


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


LOCAL_TOKEN = "local"  # noqa: S105 - a local AWS has no secrets
"""The token that a local AWS takes in place of Cloudflare's."""


def at_cloudflare(env: Environment, _: Sequence[str]) -> Provider:
    """Cloudflare's API, or what CLOUDFLARE_BASE_URL names in its place, as for Cloudflare's own
    tools."""
    from ses_provision.outside.providers import cloudflare, token, web

    base = os.environ.get("CLOUDFLARE_BASE_URL") or cloudflare.BASE_URL
    place = token.TokenPlace(env.dns.token_env or "", env.dns.token_keyring or "")
    return cloudflare.Cloudflare(place, web.over_http(base))


def like_cloudflare(env: Environment, ways: Ways) -> Provider:
    """A local AWS in place of Cloudflare."""
    from ses_provision.outside.providers import cloudflare, token

    place = token.TokenPlace(env.dns.token_env or "", env.dns.token_keyring or "")
    return cloudflare.Cloudflare(place, ways.web, ways.sleep, lambda: LOCAL_TOKEN)


def cloudflare_zone(env: Environment) -> Mapping[str, Any]:
    """The zone at Cloudflare, in the account that the file names."""
    return {"cloudflare": [(env.dns.zone or env.domain, env.dns.account or "")]}


CLOUDFLARE_PATH = "/client/v4"
"""Where a local AWS answers in place of Cloudflare's API: the path is that of the real one."""


def away_from_cloudflare(env: Environment, url: str) -> Mapping[str, str]:
    """The local AWS by its URL, and the token that it takes; the real one stays where it is."""
    token = {env.dns.token_env: LOCAL_TOKEN} if env.dns.token_env else {}
    return {"CLOUDFLARE_BASE_URL": f"{url}{CLOUDFLARE_PATH}", **token}


PANELS_PATH = "/octodns"
"""Where a local AWS answers in place of the providers that octoDNS reaches, a path each."""
PANELS_URL = "SES_PROVISION_OCTODNS_URL"
"""What names a local AWS in place of all these providers."""


def by_octodns(env: Environment, _: Sequence[str]) -> Provider:
    """The provider's own API, or what SES_PROVISION_OCTODNS_URL names in its place."""
    from ses_provision.outside.providers import web
    from ses_provision.outside.providers.octodns_allowed import ALLOWED

    instead = os.environ.get(PANELS_URL)
    if instead:
        return octodns(env, under(env, web.over_http(instead, PANELS_URL)))
    origin = ALLOWED[panel(env)].origin(env.dns.options)
    return octodns(env, web.over_http(origin, "dns.options"))


def like_octodns(env: Environment, ways: Ways) -> Provider:
    """A local AWS in place of the provider."""
    return octodns(env, under(env, ways.panels), ways.sleep, lambda: LOCAL_TOKEN)


def octodns(env: Environment, exchange: Exchange, *patience: Any) -> Provider:
    """The provider by its octoDNS class, which is imported once it is asked."""
    from ses_provision.outside.providers.octodns import Octodns
    from ses_provision.outside.providers.token import TokenPlace

    place = TokenPlace(env.dns.token_env or "", env.dns.token_keyring or "")
    return Octodns(panel(env), env.dns.options, place, exchange, *patience)


def panel(env: Environment) -> str:
    """octoDNS's name for the provider."""
    return env.dns.provider.partition(":")[2]


def under(env: Environment, exchange: Exchange) -> Exchange:
    """The way to a local AWS, which has a path for each provider."""
    return lambda request: exchange(replace(request, path=f"/{panel(env)}{request.path}"))


def panel_zone(env: Environment) -> Mapping[str, Any]:
    """The zone at the provider."""
    return {"panels": [(panel(env), env.dns.zone or env.domain)]}


def away_from_panels(env: Environment, url: str) -> Mapping[str, str]:
    """The local AWS by its URL, and the token that it takes."""
    token = {env.dns.token_env: LOCAL_TOKEN} if env.dns.token_env else {}
    return {PANELS_URL: f"{url}{PANELS_PATH}", **token}


KEPT: Mapping[str, Kept] = {
    "rfc2136": Kept(updated, updated_here, primary),
    "cloudflare": Kept(at_cloudflare, like_cloudflare, cloudflare_zone, away_from_cloudflare),
    "octodns": Kept(by_octodns, like_octodns, panel_zone, away_from_panels),
}
"""The providers that are reached by other ways than AWS is."""
