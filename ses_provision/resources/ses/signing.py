"""Whose key signs for an identity, where that is not what the file wants: nothing is thrown away in
silence, and no mail goes unsigned without MAIL FROM behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.model import Obstacle
from ses_provision.resources.ses.own_key import EXTERNAL

if TYPE_CHECKING:
    from ses_provision.resources.ses.email_identity import EmailIdentity
    from ses_provision.resources.ses.identity import Identity


def otherwise(wanted: EmailIdentity, live: Identity) -> tuple[Obstacle, ...]:
    """What is in the way where another key signs than the file wants.

    PutEmailIdentityDkimSigningAttributes takes AWS_SES and EXTERNAL as its origin (SESv2 API
    reference), so that an identity which exists cannot become a replica.
    """
    if wanted.dkim_origin is None:
        return ()
    if wanted.dkim_origin == EXTERNAL:
        return not_ours(wanted, live)
    if wanted.dkim_origin == live.dkim_origin:
        return ()
    if wanted.dkim_key_length is None:
        return (no_replica(wanted, live),)
    if live.dkim_origin == EXTERNAL:
        return (own_key_lost(wanted, live), *unaligned(wanted, live))
    return ()


def not_ours(wanted: EmailIdentity, live: Identity) -> tuple[Obstacle, ...]:
    """The file wants a key of one's own: Easy DKIM signs, or a key that we did not put."""
    if live.dkim_origin != EXTERNAL:
        return (
            Obstacle(
                f"{wanted.name} signs with Easy DKIM ({live.dkim_origin}), and the file wants a "
                "key of your own (dkim.method)",
                f"go over: {wanted.rotation} publishes the new record first; or set dkim.method to "
                "easy",
            ),
        )
    own, shown = live.own, live.shown_selector
    if not own.selector or shown in {"", own.selector, own.next}:
        return ()
    return (
        Obstacle(
            f"{wanted.name} signs with selector {shown}, and ses-provision put {own.selector}: "
            "somebody put another key, and SES has only that one",
            f"find out who, then: {wanted.rotation} puts a new key of ours",
        ),
    )


def no_replica(wanted: EmailIdentity, live: Identity) -> Obstacle:
    """An identity that exists keeps the key of its own region."""
    return Obstacle(
        f"{wanted.name} has a key of its own region ({live.dkim_origin}), and an identity that "
        "exists cannot become a replica",
        "leave dkim.replica_of out, or delete the identity and apply: its mail stops until the new "
        "one is verified",
    )


def own_key_lost(wanted: EmailIdentity, live: Identity) -> Obstacle:
    """SES gives no key back, so that it would be lost."""
    selector = f", selector {live.shown_selector}" if live.shown_selector else ""
    return Obstacle(
        f"{wanted.name} signs with a key of its own ({EXTERNAL}{selector}), not with Easy DKIM",
        'keep it: set dkim.method to "own_key"; or take the step over: SES then signs with a key '
        "it makes, the old one is lost, and mail is unsigned until the new records are seen",
        removal={},
    )


def unaligned(wanted: EmailIdentity, live: Identity) -> tuple[Obstacle, ...]:
    """While no key signs, DMARC passes by SPF alone, and SPF aligns by MAIL FROM alone."""
    if live.dkim_status != "SUCCESS" or live.mail_from_status == "SUCCESS":
        return ()
    return (
        Obstacle(
            f"MAIL FROM of {wanted.name} is {live.mail_from_status}: while the key changes, mail "
            "is unsigned, and nothing else would carry DMARC",
            'set dkim.method to "own_key", apply, and wait until MAIL FROM is verified; then go '
            "over",
        ),
    )
