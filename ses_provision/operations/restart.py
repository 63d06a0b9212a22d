"""Asking SES to look for records again after it gave up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.outside.call import Call

if TYPE_CHECKING:
    from ses_provision.checks.verification import Verification
    from ses_provision.environment import Environment
    from ses_provision.outside.reading import Answer

FAILED = "FAILED"


def restarts(env: Environment, domain: Verification, address: Answer) -> list[Call]:
    """The calls that begin another 72 hours of looking; none where SES has not given up.

    SES Developer Guide: set the thing up again. DKIM signing attributes put again leave the tokens
    as they are or issue new ones, so whoever calls has to read them again.
    """
    calls = []
    if FAILED in {domain.dkim_status, domain.verification_status}:
        calls.append(dkim(env, domain))
    if domain.mail_from_status == FAILED:
        calls.append(mail_from(env, env.domain))
    if ((address or {}).get("MailFromAttributes") or {}).get("MailFromDomainStatus") == FAILED:
        calls.append(mail_from(env, env.from_address))
    return calls


def dkim(env: Environment, domain: Verification) -> Call:
    """Put the signing attributes again, as they are."""
    attributes = (
        {"SigningAttributes": {"NextSigningKeyLength": domain.key_length or env.dkim.key_length}}
        if domain.dkim_origin == "AWS_SES"
        else {}
    )
    return Call(
        "sesv2",
        env.region,
        "PutEmailIdentityDkimSigningAttributes",
        {
            "EmailIdentity": env.domain,
            "SigningAttributesOrigin": domain.dkim_origin,
            **attributes,
        },
    )


def mail_from(env: Environment, identity: str) -> Call:
    """Put the MAIL FROM domain of an identity again."""
    return Call(
        "sesv2",
        env.region,
        "PutEmailIdentityMailFromAttributes",
        {
            "EmailIdentity": identity,
            "MailFromDomain": env.mail_from_domain,
            "BehaviorOnMxFailure": env.mail_from.on_mx_failure,
        },
    )
