"""Keys of one's own that sign for an identity: what it remembers of them, and how they get to SES.

SES never gives a key back, and keeps only one. The public keys are no secret: each stands in two
tags of the identity, so that its record can be written, compared and removed without a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside import signing_keys
from ses_provision.outside.call import Call
from ses_provision.outside.signing_keys import Pair
from ses_provision.resources import dkim_record, tags
from ses_provision.resources.ses import asking

EXTERNAL = "EXTERNAL"
"""SigningAttributesOrigin of an identity that signs with a key which somebody brought."""

PUT = "PutEmailIdentityDkimSigningAttributes"
SELECTOR, EASY, KEY = "DkimSelector", "DkimEasy", "DkimKey"
KEEP = timedelta(days=7)
"""How long the record of a key stays that signs no more: receivers look at it when the mail comes,
and servers try to deliver for days (RFC 5321 section 4.5.4.1: at least 4 or 5)."""
NOBODY = "-"
"""What stands in a tag where no key of ours signs, or nobody knows since when."""
HALF = 200  # characters: a key of 2048 bits has 392, the value of a tag holds 256


@dataclass(frozen=True)
class PublicKey:
    """The public half of a key, and the selector that names it."""

    selector: str
    text: str

    @property
    def fingerprint(self) -> str:
        """What tells it from others at a glance."""
        return dkim_record.fingerprint(self.text)

    @property
    def remembered(self) -> dict[str, str]:
        """The tags that hold it."""
        halves = (self.text[:HALF], self.text[HALF:])
        return {f"{KEY}.{self.selector}.{n}": half for n, half in enumerate(halves, start=1)}


@dataclass(frozen=True)
class OwnKeys:
    """What an identity remembers: its keys, which of them signs and since when, which one it is
    just going over to, and the Easy DKIM records that were in use before."""

    keys: tuple[PublicKey, ...] = ()
    selector: str = ""
    since: datetime | None = None
    next: str = ""
    easy_tokens: tuple[str, ...] = ()
    easy_zone: str = ""

    def of(self, selector: str) -> PublicKey | None:
        """The key that a selector names."""
        return next((key for key in self.keys if key.selector == selector), None)

    def in_use(self, shown: str) -> str:
        """The selector that signs: the one SES shows. Where it shows none, the one that was noted,
        unless a change was begun of which nobody knows whether SES took it; then it is empty."""
        return shown or ("" if self.next else self.selector)

    def next_selector(self, prefix: str, shown: str) -> str:
        """A selector that no key had before."""
        names = (*(key.selector for key in self.keys), self.selector, self.next, shown)
        numbers = [number(name, prefix) for name in names]
        return f"{prefix}{max(numbers) + 1}"


def number(selector: str, prefix: str) -> int:
    """The number that a selector of ours ends in; 0 for any other."""
    found = re.fullmatch(rf"{re.escape(prefix)}([0-9]{{1,6}})", selector)
    return int(found[1]) if found else 0


def first_selector(prefix: str) -> str:
    """The selector of the first key of an identity."""
    return f"{prefix}1"


def remembered(found: Mapping[str, str]) -> OwnKeys:
    """What the tags of an identity say."""
    halves = {
        match[1]: value + found.get(f"{KEY}.{match[1]}.2", "")
        for name, value in found.items()
        if (match := re.fullmatch(rf"{KEY}\.([A-Za-z0-9-]{{1,63}})\.1", name))
    }
    keys = sorted((PublicKey(selector, text) for selector, text in halves.items()), key=age)
    selector, since, coming = (*found.get(SELECTOR, "").split(), "", "", "")[:3]
    *tokens, zone = found.get(EASY, "").split() or [""]
    signs = "" if selector == NOBODY else selector
    return OwnKeys(tuple(keys), signs, moment(since), coming, tuple(tokens), zone)


def unknown(arn: str) -> str:
    """What stands for a key that is not made yet: each identity has another one."""
    return f"<the key of {arn}>"


def age(key: PublicKey) -> tuple[int, str]:
    """What keys are sorted by: the number at the end of their selectors."""
    digits = re.search(r"[0-9]+$", key.selector)
    return int(digits[0]) if digits else 0, key.selector


def moment(text: str) -> datetime | None:
    """A time as a tag has it."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def note(selector: str, since: datetime | None, coming: str = "") -> dict[str, str]:
    """The tag that says which key signs, since when, and which one is to sign."""
    at = since.astimezone(UTC).isoformat(timespec="seconds") if since else NOBODY
    return {SELECTOR: " ".join(filter(None, (selector or NOBODY, at, coming)))}


@dataclass(frozen=True)
class MadeAtSending:
    """A key that is made when the identity is created, and put into the same call: SES alone has it
    from then on."""

    selector: str

    def completed(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The parameters with the key, and with the tags that remember it."""
        pair = signing_keys.make()
        key = PublicKey(self.selector, pair.public)
        told = tags.as_list({**key.remembered, **note(self.selector, now)})
        return {
            **params,
            "DkimSigningAttributes": attributes(self.selector, pair),
            "Tags": [*params.get("Tags", ()), *told],
        }


@dataclass(frozen=True)
class Held:
    """A key that was made before its record was published, and goes to SES after it."""

    selector: str
    pair: Pair = field(repr=False)

    @property
    def public(self) -> PublicKey:
        """What everybody may know of it."""
        return PublicKey(self.selector, self.pair.public)

    def completed(self, params: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """The parameters with the key."""
        del now
        return {**params, "SigningAttributes": attributes(self.selector, self.pair)}


def attributes(selector: str, pair: Pair) -> dict[str, str]:
    """A key as SES takes it."""
    return {"DomainSigningSelector": selector, "DomainSigningPrivateKey": pair.private}


def putting(arn: str, held: Held | None) -> Call:
    """Have SES sign with a key. Without one, the call as IAM sees it."""
    params = {"EmailIdentity": arn.rpartition("identity/")[2], "SigningAttributesOrigin": EXTERNAL}
    return replace(asking.call_on(arn, PUT, params), late=held)


def remembering(arn: str, told: Mapping[str, str]) -> Call:
    """Have an identity remember something."""
    return asking.call_on(arn, "TagResource", {"ResourceArn": arn, "Tags": tags.as_list(told)})


def forgetting(arn: str, names: list[str]) -> Call:
    """Have an identity forget something."""
    return asking.call_on(arn, "UntagResource", {"ResourceArn": arn, "TagKeys": names})
