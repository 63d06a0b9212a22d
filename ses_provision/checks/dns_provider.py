"""Whether the provider that keeps the zone takes our word: server, key, clock, zone."""

from __future__ import annotations

from ses_provision.checks.topic import Judgement, Scene, action, done, not_applicable
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading
from ses_provision.resources import zones

NOBODY = "nobody outside AWS writes our records (dns.provider)"


def takes_our_key(scene: Scene) -> Reading[Judgement]:
    """Does the name server answer to our key? A question is signed like an update."""
    dns = scene.env.dns
    try:
        zone = yield from zones.zone(scene.env, scene.account)
    except ProvisionError as error:
        if dns.in_route53:
            return not_applicable(NOBODY)
        return action(error.message, error.hint)
    if zone is None or dns.in_route53:
        return not_applicable(NOBODY)
    return done(
        f"{dns.kept_by.keeper(dns)} keeps zone {zone.name} and knows the key; what it lets the key "
        "change shows "
        f"when something is: ses-provision permissions {scene.on} --dns says what it needs"
    )
