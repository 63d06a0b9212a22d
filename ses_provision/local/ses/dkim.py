"""DKIM of a domain identity: tokens, hosted zone, expected records, and where keys come from."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ses_provision.local.contract import Params
from ses_provision.local.ses import rsa
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.state import FAILED, Dkim, Identity, Place, Watch
from ses_provision.local.ses.world import World

EASY = "AWS_SES"
OWN_KEY = "EXTERNAL"
_REPLICA = "AWS_SES_"
# A value that no TXT record can have for its key.
_NEVER = "\n"
# aws-facts 8: the key length changes at most once a day.
_CHANGE_EVERY = timedelta(days=1)


def parent_region(origin: str) -> str | None:
    """The region a Deterministic Easy DKIM origin names: AWS_SES_US_EAST_1 is us-east-1."""
    if not origin.startswith(_REPLICA):
        return None
    return origin.removeprefix(_REPLICA).lower().replace("_", "-")


def own_key_given(attributes: Params) -> bool:
    """Whether a request speaks of a signing key of the caller's own."""
    return "DomainSigningSelector" in attributes or "DomainSigningPrivateKey" in attributes


def begin(place: Place, name: str, attributes: Params, now: datetime) -> Dkim:
    """DKIM of a new domain identity, as CreateEmailIdentity was asked."""
    origin = attributes.get("DomainSigningAttributesOrigin")
    origin = origin or (OWN_KEY if own_key_given(attributes) else EASY)
    length = attributes.get("NextSigningKeyLength", "RSA_2048_BIT")
    selector = public_key = None
    if origin == OWN_KEY:
        selector, public_key = _own_key(attributes)
    else:
        _refuse_own_key(origin, attributes)
    return Dkim(
        watch=Watch.begin(now),
        generation=_next_generation(place, name),
        generated_at=now,
        origin=origin,
        next_length=length,
        current_length=length,
        selector=selector,
        public_key=public_key,
    )


def change(world: World, place: Place, identity: Identity, origin: str, attributes: Params) -> None:
    """Set the signing attributes of a domain that has some already."""
    current, now = identity.dkim, world.now()
    length = attributes.get("NextSigningKeyLength")
    if current is None:
        # Seen on the real API in 2026, aws-facts 5.
        raise bad_request("The EmailIdentity value must be a valid domain.")
    if origin == OWN_KEY:
        current.selector, current.public_key = _own_key(attributes)
        current.origin, current.watch = OWN_KEY, Watch.begin(now)
        return
    _refuse_own_key(origin, attributes)
    if world.refuses_same_key_length and length == current.next_length and origin == EASY:
        # [D23] easy-dkim: the length cannot be changed to what it is. The words are ours.
        raise bad_request(f"The DKIM signing key length of {identity.name} is already {length}.")
    if origin != current.origin:
        _restart(place, identity, current, now)
        current.origin, current.selector, current.public_key = origin, None, None
        current.next_length = attributes.get("NextSigningKeyLength", current.next_length)
        current.current_length = current.next_length
    elif origin == EASY:
        _change_length(place, identity, current, length, now)
    elif current.watch.status == FAILED:
        current.watch = Watch.begin(now)


def _change_length(
    place: Place, identity: Identity, current: Dkim, length: str | None, now: datetime
) -> None:
    if length is None or length == current.next_length:
        if current.watch.status == FAILED:
            current.watch = Watch.begin(now)
        return
    if current.length_changed_at and now - current.length_changed_at < _CHANGE_EVERY:
        raise bad_request("The DKIM signing key length can be changed at most once per day.")
    _restart(place, identity, current, now)
    current.next_length = current.current_length = length
    current.length_changed_at = now


def _restart(place: Place, identity: Identity, current: Dkim, now: datetime) -> None:
    current.generation = _next_generation(place, identity.name)
    current.generated_at, current.watch = now, Watch.begin(now)


def _next_generation(place: Place, name: str) -> int:
    place.generations[name] = place.generations.get(name, 0) + 1
    return place.generations[name]


def _own_key(attributes: Params) -> tuple[str, str]:
    selector = attributes.get("DomainSigningSelector")
    private_key = attributes.get("DomainSigningPrivateKey")
    if not selector or not private_key:
        # Both sentences: recorded 2026-09-24 (cdk-preflight).
        raise bad_request(
            "Invalid identity configuration. please ensure to provide the required Attributes."
        )
    if "NextSigningKeyLength" in attributes:
        raise bad_request(
            "NextSigningKeyLength cannot be used together with DomainSigningSelector and"
            " DomainSigningPrivateKey."
        )
    public_key = rsa.public_key(private_key)
    if public_key is None and rsa.is_wrapped(private_key):
        # awsdocs/amazon-ses-developer-guide#71: SES took such a key, and never verified it.
        return selector, _NEVER
    if public_key is None:
        raise bad_request(
            "The private key must be a base64 encoded PKCS#1 RSA key of 1024 to 2048 bits."
        )
    return selector, public_key


def _refuse_own_key(origin: str, attributes: Params) -> None:
    if own_key_given(attributes):
        raise bad_request(
            f"A selector or a private key cannot be given when the origin is {origin}."
        )


def _home(world: World, place: Place, identity: Identity) -> tuple[Place, Dkim] | None:
    """Where the identity's keys live: here, or at the parent of a replica, if there is one."""
    setup = identity.dkim
    region = parent_region(setup.origin) if setup else None
    if region is not None:
        there = world.places.get((place.account_id, region))
        parent = there.identities.get(identity.name) if there else None
        setup = parent.dkim if parent else None
        place = there or place
    return (place, setup) if setup else None


def replication_error(world: World, place: Place, identity: Identity) -> str | None:
    """Why a Deterministic Easy DKIM replica has no keys (aws-facts 8), None where it has."""
    region = parent_region(identity.dkim.origin) if identity.dkim else None
    if region is None:
        return None
    if region == place.region:
        return "REPLICATION_PRIMARY_INVALID_REGION"
    home = _home(world, place, identity)
    if home is None:
        return "REPLICATION_PRIMARY_NOT_FOUND"
    if home[1].origin == OWN_KEY:
        return "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED"
    if home[1].origin != EASY:
        return "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED"
    return None


def replicas(world: World, place: Place, identity: Identity) -> list[str]:
    """The regions that replicate this identity's keys."""
    return [
        other.region
        for other in world.places.values()
        if other.account_id == place.account_id
        and (twin := other.identities.get(identity.name)) is not None
        and twin.dkim is not None
        and parent_region(twin.dkim.origin) == place.region
    ]


def tokens(world: World, place: Place, identity: Identity) -> list[str]:
    """Three Easy DKIM tokens, the selector of an own key, or the parent's tokens of a replica."""
    home = _home(world, place, identity)
    if home is None or replication_error(world, place, identity) is not None:
        return []
    there, setup = home
    if setup.selector is not None:
        return [setup.selector]
    seed = f"{there.account_id}/{there.region}/{identity.name}/{setup.generation}"
    return [_token(f"{seed}/{number}") for number in range(3)]


def shown_tokens(world: World, place: Place, identity: Identity) -> list[str]:
    """What answers show of them: sources differ on whether the selector of an own key is there
    (facts-sending C3)."""
    own = identity.dkim is not None and identity.dkim.origin == OWN_KEY
    return [] if own and world.hides_own_selector else tokens(world, place, identity)


def _token(seed: str) -> str:
    return base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode().lower()[:32]


def hosted_zone(world: World, place: Place, identity: Identity) -> str | None:
    """SigningHostedZone; an own key is published by its owner, so there is none."""
    home = _home(world, place, identity)
    if home is None or home[1].origin == OWN_KEY:
        return None
    return world.signing_hosted_zone(home[0].region, identity.name)


def expected_records(
    world: World, place: Place, identity: Identity
) -> Iterator[tuple[str, str, str]]:
    """The records SES looks for: name, type and value."""
    zone = hosted_zone(world, place, identity)
    public_key = (identity.dkim.public_key if identity.dkim else None) or ""
    for token in tokens(world, place, identity):
        name = f"{token}._domainkey.{identity.name}".lower()
        if zone is None:
            yield name, "TXT", public_key
        else:
            yield name, "CNAME", f"{token}.{zone}"


def stands(record_type: str, expected: str, values: list[str]) -> bool:
    """Whether the values found are what SES expects."""
    if record_type == "CNAME":
        return [value.lower().rstrip(".") for value in values] == [expected.lower()]
    fields = [part.strip() for part in "".join(values[:1]).split(";")]
    return len(values) == 1 and f"p={expected}" in (part.replace(" ", "") for part in fields)


def attributes(world: World, place: Place, identity: Identity) -> dict[str, Any]:
    """DkimAttributes of a domain identity."""
    setup = identity.dkim
    if setup is None:
        # A real reply of March 2024 for an address without a domain identity shows these.
        return {
            "SigningEnabled": False,
            "Status": "NOT_STARTED",
            "SigningAttributesOrigin": EASY,
            "NextSigningKeyLength": "RSA_1024_BIT",
        }
    shown: dict[str, Any] = {
        "SigningEnabled": setup.signing_enabled,
        "Status": setup.watch.status,
        "Tokens": shown_tokens(world, place, identity),
        "SigningAttributesOrigin": setup.origin,
    }
    zone = hosted_zone(world, place, identity)
    if zone is not None:
        shown["SigningHostedZone"] = zone
    if setup.origin != OWN_KEY:
        shown["NextSigningKeyLength"] = setup.next_length
        shown["CurrentSigningKeyLength"] = setup.current_length
        shown["LastKeyGenerationTimestamp"] = setup.generated_at
    return shown
