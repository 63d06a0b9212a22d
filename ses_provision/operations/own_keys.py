"""Keys of one's own: renewed without a gap, gone over to from Easy DKIM, tidied. Never in a plan.

SES holds one key and gives none back. A new one is therefore made first and kept in this process
alone until everybody sees its record; then SES gets it. What an interruption leaves behind is told
by the tags of the identity, and the same command goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.errors import NotReady, UsageError
from ses_provision.outside import signing_keys
from ses_provision.resources import dkim_record
from ses_provision.resources.ses import own_key
from ses_provision.resources.ses.own_key import EASY, KEEP, KEY, Held, OwnKeys, PublicKey
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment
    from ses_provision.outside.call import Call
    from ses_provision.resources.ses.identity import Identity

FRESH = timedelta(days=1)
"""A key that is younger is not renewed by mistake, as by the same command once more."""

MOST_KEYS = 4
"""Keys that the tags of an identity have room for."""


class Turn(StrEnum):
    """What a rotation has to do."""

    RENEW = "renew"
    FINISH = "finish"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Rotation:
    """How an identity stands before its key is changed."""

    env: Environment
    account: Account
    live: Identity

    @property
    def arn(self) -> str:
        """The identity."""
        return arns.identity(self.env, self.account)

    @property
    def own(self) -> OwnKeys:
        """What the identity remembers."""
        return self.live.own

    @property
    def selector(self) -> str:
        """The selector that signs, as far as anybody knows."""
        return self.own.in_use(self.live.shown_selector) if self.live.has_own_key else ""

    @property
    def goes_over(self) -> bool:
        """Whether Easy DKIM signs now."""
        return not self.live.has_own_key

    def turn(self, now: datetime, *, again: bool) -> Turn:
        """What is to be done now."""
        key, since = self.own.of(self.selector), self.own.since
        if self.goes_over or key is None or self.live.dkim_status == "FAILED":
            return Turn.RENEW
        if self.own.next or self.own.selector != self.selector:
            # SES shows which of two it took.
            return Turn.FINISH if self.own.next == self.selector else Turn.RENEW
        if self.live.dkim_status == "PENDING":
            return Turn.FINISH
        fresh = since is not None and now - since < FRESH
        return Turn.NOTHING if fresh and not again else Turn.RENEW

    def insist_on_readiness(self) -> None:
        """Raise where a new key could not be made, or would leave mail without DMARC."""
        env, live = self.env, self.live
        if not signing_keys.can_make():
            raise NotReady(f"No key can be made: {signing_keys.LACKS}.", signing_keys.INSTALL)
        if live.dkim_status == "SUCCESS" and live.mail_from_status != "SUCCESS":
            domain = live.mail_from_domain or env.mail_from_domain
            raise NotReady(
                f"MAIL FROM {domain} is {live.mail_from_status}. While SES takes the new key, mail "
                "may be unsigned, and only SPF with MAIL FROM carries DMARC then.",
                self._way_to_mail_from(),
            )
        if len(self.own.keys) >= MOST_KEYS:
            raise NotReady(
                f"{env.domain} remembers {len(self.own.keys)} keys already.",
                f"ses-provision dkim tidy --env {env.name}",
            )

    def _way_to_mail_from(self) -> str:
        command = f"ses-provision dkim-status --env {self.env.name} --wait"
        if not self.live.mail_from_domain and self.goes_over:
            return f'Set dkim.method to "easy", apply, then: {command}'
        if not self.live.mail_from_domain:
            return f"ses-provision apply --env {self.env.name}, then: {command}"
        return command

    def new_key(self) -> Held:
        """A new key under a selector that none had before; this process alone has it."""
        shown = self.live.shown_selector
        selector = self.own.next_selector(self.env.selector_prefix, shown)
        return Held(selector, signing_keys.make())

    def remembering(self, key: PublicKey) -> Call:
        """Remember a key before its record is published, and what signs until then."""
        tokens = self.live.tokens if self.goes_over else ()
        easy = {EASY: " ".join((*tokens, self.live.signing_zone))} if tokens else {}
        return own_key.remembering(self.arn, {**key.remembered, **easy})

    def going_over(self, key: PublicKey) -> Call:
        """Note which key is to sign, right before SES gets it."""
        noted = own_key.note(self.selector or self.own.selector, self.own.since, key.selector)
        return own_key.remembering(self.arn, noted)

    def gone_over(self, selector: str, now: datetime) -> Call:
        """Note which key signs, once SES has it."""
        return own_key.remembering(self.arn, own_key.note(selector, now))


def insist_on_method(env: Environment) -> None:
    """Raise where the file wants no key of one's own."""
    if not env.dkim.is_own_key:
        raise UsageError(
            f"{env.name} signs with Easy DKIM, whose keys SES renews by itself.",
            f"For a key of your own: ses-provision set dkim.method own_key --env {env.name}",
        )


def insist_on_identity(env: Environment, live: Identity | None) -> Identity:
    """The identity; raise where there is none."""
    if live is None:
        raise NotReady(
            f"SES knows no identity {env.domain} in {env.region}.",
            f"ses-provision apply --env {env.name}",
        )
    return live


def insist_on_same(rotation: Rotation, now: Identity | None, held: Held) -> None:
    """Raise where somebody else changed the key while its record was awaited."""
    before = rotation.live
    same = now is not None and (
        (now.dkim_origin, now.tokens, now.own.of(held.selector), now.own.next)
        == (before.dkim_origin, before.tokens, held.public, before.own.next)
    )
    if not same:
        raise NotReady(
            f"Somebody else changed the signing key of {rotation.env.domain} meanwhile; nothing "
            "was switched here.",
            f"ses-provision dkim-status --env {rotation.env.name}",
        )


@dataclass(frozen=True)
class Old:
    """What signs no more, and whether its records may go."""

    keys: tuple[PublicKey, ...] = ()
    easy: bool = False
    later: datetime | None = None
    """When the rest may go; None where nothing is left."""

    @property
    def forgets(self) -> list[str]:
        """The tags that remember it."""
        names = [f"{KEY}.{key.selector}.{n}" for key in self.keys for n in (1, 2)]
        return [*names, *([EASY] if self.easy else [])]


def old(live: Identity, now: datetime) -> Old:
    """What may be tidied: what never signed at once, what signed before after some days.

    Raises NotReady where nobody knows what signs.
    """
    own = live.own
    selector = own.in_use(live.shown_selector) if live.has_own_key else ""
    if own.next and (live.has_own_key and not live.shown_selector):
        raise NotReady(
            "A rotation was interrupted, and SES does not show which key it took.",
            "ses-provision dkim rotate puts a new key, and ends it.",
        )
    since = own.since if live.has_own_key else live.key_made_at
    over = since is None or now - since >= KEEP
    rest = [key for key in own.keys if key.selector not in {selector, own.next}]
    signs = own.of(selector)
    unused = [key for key in rest if signs and own_key.age(key) > own_key.age(signs)]
    going = tuple(key for key in rest if over or key in unused)
    stays = len(going) < len(rest) or (bool(own.easy_tokens) and not over)
    later = since + KEEP if since and stays else None
    return Old(going, bool(own.easy_tokens) and over, later)


def names_of(env: Environment, own: OwnKeys, found: Old) -> set[str]:
    """Where the records of what signs no more stand."""
    selectors = [key.selector for key in found.keys]
    selectors += own.easy_tokens if found.easy else ()
    return {dkim_record.name(selector, env.domain) for selector in selectors}


def calls(env: Environment, account: Account) -> Iterator[Call]:
    """Every call about keys that a command could make; records are changed as steps do it."""
    if env.dkim.is_own_key:
        arn = arns.identity(env, account)
        yield own_key.putting(arn, None)
        yield own_key.remembering(arn, {})
        yield own_key.forgetting(arn, [])
