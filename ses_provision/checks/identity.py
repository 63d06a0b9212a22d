"""Verified, signed, aligned: the domain identity and the address identity."""

from __future__ import annotations

from ses_provision.checks.verification import Verification, verification
from ses_provision.environment import Environment
from ses_provision.facts import Account, identity_question
from ses_provision.model import Finding, Status
from ses_provision.reading import Answer, Reading, ask, both


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """The state of both identities."""
    domain, [address] = yield from both(
        verification(env, account), ask(identity_question(env.region, env.from_address))
    )
    return [
        verified(env, domain),
        signed(env, domain),
        aligned(env, domain),
        sender(env, domain, address),
    ]


def pending(domain: Verification) -> Status:
    """Waiting is for SES; what SES gave up on or lacks is for us."""
    if not domain.exists or domain.has_failed:
        return Status.ACTION
    lacking = any(not record.is_right for record in domain.records)
    return Status.ACTION if lacking else Status.WAITING


def next_step(env: Environment, domain: Verification) -> str:
    """What moves the verification on."""
    if pending(domain) is Status.WAITING:
        return f"ses-provision dkim-status --env {env.name} --wait"
    return f"ses-provision apply --env {env.name}"


def verified(env: Environment, domain: Verification) -> Finding:
    """May the domain send?"""
    evidence = f"SES says {domain.verification_status} for {domain.domain}"
    if domain.verified_for_sending and domain.verification_status == "SUCCESS":
        return Finding("SES-IDENTITY-001", "Domain verified", Status.DONE, evidence)
    return Finding(
        "SES-IDENTITY-001",
        "Domain verified",
        pending(domain),
        f"{evidence}: {domain.why}",
        next_step(env, domain),
    )


def signed(env: Environment, domain: Verification) -> Finding:
    """Does SES sign, with a long enough key?"""
    evidence = f"DKIM {domain.dkim_status}, {domain.key_length or 'no key yet'}"
    title = "DKIM signs with 2048 bits"
    if domain.dkim_status == "SUCCESS" and domain.dkim_signing:
        if domain.key_length == "RSA_2048_BIT":
            return Finding("SES-DKIM-001", title, Status.DONE, evidence)
        return Finding("SES-DKIM-001", title, Status.ACTION, evidence, next_step(env, domain))
    return Finding("SES-DKIM-001", title, pending(domain), evidence, next_step(env, domain))


def aligned(env: Environment, domain: Verification) -> Finding:
    """Is the envelope sender ours?"""
    evidence = f"{domain.mail_from_domain or env.mail_from_domain} {domain.mail_from_status}"
    title = "Custom MAIL FROM"
    if domain.mail_from_status == "SUCCESS":
        return Finding("SES-MAILFROM-001", title, Status.DONE, evidence)
    return Finding("SES-MAILFROM-001", title, pending(domain), evidence, next_step(env, domain))


def sender(env: Environment, domain: Verification, address: Answer) -> Finding:
    """May the from address send?

    An address identity under a verified domain may send while its own verification is pending
    (GetEmailIdentity: VerifiedForSendingStatus); that somebody clicks the link in AWS's mail is
    optional.
    """
    title = f"Sending identity {env.from_address}"
    if address is None:
        return Finding(
            "SES-SENDER-001",
            title,
            Status.ACTION,
            "SES knows no such identity",
            f"ses-provision apply --env {env.name}",
        )
    status = address.get("VerificationStatus", "")
    if not address.get("VerifiedForSendingStatus"):
        evidence = f"{status}; it may send as soon as the domain is verified"
        return Finding("SES-SENDER-001", title, pending(domain), evidence, next_step(env, domain))
    inherited = "" if status == "SUCCESS" else f" (its own check is {status}: optional)"
    return Finding("SES-SENDER-001", title, Status.DONE, f"may send{inherited}")
