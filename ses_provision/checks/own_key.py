"""A signing key of one's own: is it the one that was put here, how old is it, what is left?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    unknown,
    waiting,
)
from ses_provision.outside.reading import Reading
from ses_provision.resources.ses.identity import identity
from ses_provision.resources.ses.own_key import KEEP
from ses_provision.steps import arns
from ses_provision.steps.records import kept_records

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.resources.ses.identity import Identity


def rotate(scene: Scene) -> str:
    """The command that puts another key."""
    return f"ses-provision dkim rotate {scene.on}"


def domain(scene: Scene) -> Reading[Identity | None]:
    """What SES says of the domain."""
    return (yield from identity(arns.identity(scene.env, scene.account)))


def not_there(scene: Scene) -> Judgement:
    """Before the first apply."""
    return waiting(f"SES knows no identity {scene.env.domain}", scene.apply)


def ours(scene: Scene) -> Reading[Judgement]:
    """Does the key sign that was put here?"""
    live = yield from domain(scene)
    if live is None:
        return not_there(scene)
    if not live.has_own_key:
        return action(
            f"Easy DKIM signs ({live.dkim_origin}), and the file wants a key of your own",
            f"{rotate(scene)}; or set dkim.method to easy",
        )
    own, shown = live.own, live.shown_selector
    if own.next and own.in_use(shown) != own.next:
        return action(f"a rotation to {own.next} was interrupted", rotate(scene))
    key = own.of(own.in_use(shown))
    if key is not None:
        return done(f"selector {key.selector}, SHA-256 {key.fingerprint}")
    if own.selector:
        return action(
            f"selector {shown} signs, and {own.selector} was put here: somebody put another key",
            f"find out who, then: {rotate(scene)}",
        )
    named = f", selector {shown}," if shown else ""
    return action(
        f"a key{named} signs that was not put here: nothing is known of its record and its age",
        f"{rotate(scene)} puts a key of ours in its place",
    )


def young(scene: Scene) -> Reading[Judgement]:
    """Is the key younger than the file wants?"""
    live = yield from domain(scene)
    if live is None:
        return not_there(scene)
    since = live.own.since
    known = live.has_own_key and live.own.in_use(live.shown_selector) == live.own.selector
    if since is None or scene.now is None or not known:
        return unknown("since when the key signs is not known", rotate(scene))
    days, most = (scene.now - since) // timedelta(days=1), scene.env.dkim.oldest.days
    evidence = f"{live.own.selector} signs since {since:%Y-%m-%d}, {days} of {most} days"
    return action(evidence, rotate(scene)) if days > most else done(evidence)


def tidied(scene: Scene) -> Reading[Judgement]:
    """Is nothing left of what signed before?"""
    live = yield from domain(scene)
    if live is None:
        return not_there(scene)
    issued = live.dkim
    kept = kept_records(scene.env, issued) if issued else []
    if not kept:
        return done("no record is left of what signed before")
    told = ", ".join(f"{record.type} {record.name}" for record in kept)
    tidy = f"ses-provision dkim tidy {scene.on}"
    since = live.own.since
    if since and scene.now and scene.now - since < KEEP:
        later = f"from {since + KEEP:%Y-%m-%d} on: {tidy}"
        return waiting(f"kept for mail under way: {told}", later)
    return action(f"not needed any more: {told}", tidy)


def signs_itself(env: Environment) -> bool:
    """Whether the file wants a key of one's own."""
    return env.dkim.is_own_key


TOPIC = Topic(
    "own-key",
    "Own DKIM key",
    (
        Item("SES-DKIM-004", "The key that was put here signs", ours, Severity.WARNING),
        Item("SES-DKIM-005", "Own DKIM key is not too old", young, Severity.WARNING),
        Item("SES-DKIM-006", "No old DKIM record is left", tidied, Severity.ADVICE),
    ),
    matters=signs_itself,
)
