"""Verified, signed, aligned: the domain identity, the address identity, their configuration set."""

from __future__ import annotations

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.checks.verification import Verification, described, verification
from ses_provision.outside.reading import Reading, together
from ses_provision.resources.ses.configuration_set import PAUSED
from ses_provision.resources.ses.configuration_set import configuration_set as set_state
from ses_provision.resources.ses.identity import Identity, identity
from ses_provision.resources.ses.own_key import EXTERNAL
from ses_provision.steps import arns

AWAITED = frozenset({"not-looked", "cached", "not-served-yet", "lost-for-a-while"})
"""Verdicts that settle without anybody's doing."""


def domain(scene: Scene) -> Reading[Verification]:
    """Where the domain's verification stands."""
    return (yield from verification(scene.env, scene.account, scene.whom))


def ses_says(scene: Scene) -> Reading[Verification]:
    """What SES alone says of the domain."""
    found = yield from identity(arns.identity(scene.env, scene.account))
    return described(scene.env.domain, found)


def pending(scene: Scene, evidence: str) -> Reading[Judgement]:
    """Not there yet: the verdict over all who see the records says whose turn it is."""
    verdict = (yield from domain(scene)).verdict
    told = f"{evidence}: {verdict.cause}"
    if verdict.code == "could-not-ask":
        return unknown(told, verdict.fix)
    if verdict.code == "verified":  # the domain: what is pending is an address of it
        later = "SES looks again by itself; then: ses-provision checklist"
        return waiting(told, f"{later} {scene.on}")
    return (waiting if verdict.code in AWAITED else action)(told, verdict.fix)


def verified(scene: Scene) -> Reading[Judgement]:
    """May the domain send?"""
    seen = yield from ses_says(scene)
    evidence = f"SES says {seen.verification_status} for {seen.domain}"
    if seen.verified_for_sending and seen.verification_status == "SUCCESS":
        return done(evidence)
    return (yield from pending(scene, evidence))


def signed(scene: Scene) -> Reading[Judgement]:
    """Does SES sign?"""
    seen = yield from ses_says(scene)
    evidence = f"DKIM status {seen.dkim_status}, signing {'on' if seen.dkim_signing else 'off'}"
    if seen.dkim_status != "SUCCESS":
        return (yield from pending(scene, evidence))
    return done(evidence) if seen.dkim_signing else action(evidence, scene.apply)


def key_length(scene: Scene) -> Reading[Judgement]:
    """Is the key long enough? RFC 8301 asks for 2048 bits."""
    seen = yield from ses_says(scene)
    if not seen.exists:
        return waiting(f"SES knows no identity {seen.domain}", scene.apply)
    if seen.dkim_origin == EXTERNAL and not seen.key_length:
        return unknown(
            "a key that somebody brought, whose length SES does not tell",
            "who has it: openssl pkey -in KEY -noout -text; 2048 bits it should be. Or with "
            f'dkim.method = "own_key": ses-provision dkim rotate {scene.on} puts one of 2048 bits',
        )
    evidence = f"the key in use is {seen.key_length or 'not there yet'}"
    if seen.key_length == "RSA_2048_BIT":
        return done(evidence)
    if scene.env.dkim.replica_of:
        return action(
            evidence,
            f"it is the key of {seen.domain} in {scene.env.dkim.replica_of}: make it longer there",
        )
    if scene.env.dkim.key_length != "RSA_2048_BIT":
        return action(
            evidence,
            f'set dkim.key_length = "RSA_2048_BIT" in config/{scene.env.name}.toml, then: '
            f"{scene.apply}",
        )
    return action(evidence, scene.apply)


def aligned(scene: Scene) -> Reading[Judgement]:
    """Is the envelope sender ours?"""
    seen = yield from ses_says(scene)
    wanted = scene.env.mail_from_domain
    if seen.mail_from_domain and seen.mail_from_domain != wanted:
        return action(f"MAIL FROM is {seen.mail_from_domain}, not {wanted}", scene.apply)
    evidence = f"MAIL FROM {wanted} is {seen.mail_from_status}"
    if seen.mail_from_status == "SUCCESS":
        return done(evidence)
    if seen.exists and not seen.mail_from_domain:
        return action(f"{seen.domain} has no custom MAIL FROM", scene.apply)
    return (yield from pending(scene, evidence))


def address_identity(scene: Scene) -> Reading[Identity | None]:
    """The from address as an identity."""
    return (yield from identity(arns.sender(scene.env, scene.account)))


def address_aligned(scene: Scene) -> Reading[Judgement]:
    """Does the address identity carry the same MAIL FROM? Its settings override its domain's."""
    found = yield from address_identity(scene)
    if found is None:
        return not_applicable(
            f"{scene.env.from_address} is no identity: its domain's settings hold"
        )
    has = found.mail_from_domain
    if has != scene.env.mail_from_domain:
        return action(
            f"{scene.env.from_address} overrides its domain and has "
            f"{f'MAIL FROM {has}' if has else 'no custom MAIL FROM'}",
            scene.apply,
        )
    status = found.mail_from_status
    evidence = f"{scene.env.from_address} uses {has} ({status})"
    if status == "SUCCESS":
        return done(evidence)
    if status == "FAILED":
        return action(evidence, f"ses-provision dkim-status {scene.on} --restart")
    return (yield from pending(scene, evidence))


def sender(scene: Scene) -> Reading[Judgement]:
    """May the from address send?

    An address identity under a verified domain may send while its own verification is pending
    (GetEmailIdentity: VerifiedForSendingStatus); that somebody clicks the link in AWS's mail is
    optional.
    """
    address = scene.env.from_address
    found = yield from address_identity(scene)
    if found is None:
        return action(f"SES knows no identity {address}", scene.apply)
    status = found.verification_status
    if found.verified_for_sending:
        own = "" if status == "SUCCESS" else f"; its own check is {status}, which is optional"
        return done(f"{address} may send{own}")
    return (yield from pending(scene, f"{address} may not send yet ({status})"))


def configuration_set(scene: Scene) -> Reading[Judgement]:
    """Is the configuration set there, and does it send?"""
    name = scene.env.configuration_set.name
    found = yield from set_state(arns.configuration_set(scene.env, scene.account))
    if found is None:
        return action(f"there is no configuration set {name}", scene.apply)
    if not found.sending_enabled:
        since = f" since {found.tags[PAUSED]}" if PAUSED in found.tags else ""
        return action(
            f"{name} is paused{since}: mail with it is refused",
            f"find out why; to go on: ses-provision resume {scene.on}",
        )
    return done(f"{name} exists and sends")


def both_identities(scene: Scene) -> Reading[list[tuple[str, Identity]]]:
    """The domain and the address, as far as SES knows them."""
    env, account = scene.env, scene.account
    names = (env.domain, env.from_address)
    of_both = (arns.identity(env, account), arns.sender(env, account))
    found = yield from together(identity(arn) for arn in of_both)
    return [(name, one) for name, one in zip(names, found, strict=True) if one is not None]


def default_set(scene: Scene) -> Reading[Judgement]:
    """Do mails that name no configuration set get ours all the same?"""
    env, wanted = scene.env, scene.env.configuration_set.name
    has = {name: found.configuration_set for name, found in (yield from both_identities(scene))}
    if not has:
        return waiting(f"SES knows neither {env.domain} nor {env.from_address}", scene.apply)
    wrong = [f"{name} has {got or 'none'}" for name, got in has.items() if got != wanted]
    if wrong:
        return action(f"not {wanted} by default: {', '.join(wrong)}", scene.apply)
    return done(f"{wanted} is the default of {' and '.join(has)}")


TOPIC = Topic(
    "identity",
    "Identity and DKIM",
    (
        Item("SES-IDENTITY-001", "Domain verified for sending", verified),
        Item("SES-DKIM-001", "Mail is signed with DKIM", signed),
        Item("SES-DKIM-002", "DKIM key has 2048 bits", key_length, Severity.WARNING),
        Item("SES-MAILFROM-001", "Custom MAIL FROM in use", aligned, Severity.WARNING),
        Item(
            "SES-MAILFROM-002", "Sender has the same MAIL FROM", address_aligned, Severity.WARNING
        ),
        Item("SES-SENDER-001", "Sender identity may send", sender),
        Item("SES-CONFIGSET-001", "Configuration set exists and sends", configuration_set),
        Item("SES-CONFIGSET-002", "Configuration set is the default of both", default_set),
    ),
)
