"""Whether the provider that keeps the zone takes our word, and what our key could do beyond it."""

from __future__ import annotations

from ses_provision.checks.finding import Status
from ses_provision.checks.topic import Judgement, Scene, action, done, for_a_person, not_applicable
from ses_provision.errors import ProvisionError
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import zones

NOBODY = "nobody outside AWS writes our records (dns.provider)"


def takes_our_key(scene: Scene) -> Reading[Judgement]:
    """Does the provider answer to our key, and keep the zone?"""
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
        f"change shows when something is: ses-provision permissions {scene.on} --dns says what it "
        "needs"
    )


def reaches_no_further(scene: Scene) -> Reading[Judgement]:
    """May our token do more than these records need? Only some providers tell."""
    dns = scene.env.dns
    looked = yield from takes_our_key(scene)
    if dns.service not in zones.REACH:
        return not_applicable("no provider tells what our key may do (dns.provider)")
    if looked.status is not Status.DONE:
        return looked
    zone, reach = yield from both(
        zones.zone(scene.env, scene.account), zones.REACH[dns.service](scene.env)
    )
    keeper, name = dns.kept_by.keeper(dns), zone.name if zone else ""
    narrower = f"make another one: ses-provision permissions {scene.on} --dns says which"
    if reach.only_reads:
        return action(f"as far as {keeper} tells, the token may read {name} only", narrower)
    if reach.is_narrow and not reach.tells_rights:
        return done(
            f"the token sees no zone at {keeper} but {name}; what else it may do {keeper} does not "
            f"tell: ses-provision permissions {scene.on} --dns says what such a token can"
        )
    if reach.is_narrow:
        return done(f"as far as {keeper} tells, the token is for the records of {name} alone")
    other = f"sees {reach.others} other zone{'s' if reach.others > 1 else ''}"
    found = [*([other] if reach.others else []), *(f"has {one}" for one in reach.beyond)]
    return for_a_person(
        f"as far as {keeper} tells, the token {', '.join(found)}",
        f"{narrower}; or attest that it has to be like this",
    )
