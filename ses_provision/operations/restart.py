"""Asking SES to look for records again after it gave up."""

from __future__ import annotations

from typing import Any

from ses_provision.checks.verification import Verification
from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.outside.call import Call
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.identity import Identity
from ses_provision.steps import arns

FAILED = "FAILED"


def restarts(
    env: Environment, account: Account, domain: Verification, address: Identity | None
) -> list[Call]:
    """The calls that begin another 72 hours of looking; none where SES has not given up.

    SES Developer Guide: set the thing up again. DKIM signing attributes put again leave the tokens
    as they are or issue new ones, so whoever calls has to read them again.
    """
    calls = []
    if FAILED in {domain.dkim_status, domain.verification_status}:
        calls.append(dkim(env, account, domain))
    if domain.mail_from_status == FAILED:
        calls.append(mail_from(env, arns.identity(env, account), env.domain))
    if address is not None and address.mail_from_status == FAILED:
        calls.append(mail_from(env, arns.sender(env, account), env.from_address))
    return calls


def dkim(env: Environment, account: Account, domain: Verification) -> Call:
    """Put the signing attributes again, as they are."""
    length = domain.key_length or env.dkim.key_length
    attributes: dict[str, Any] = (
        {"SigningAttributes": {"NextSigningKeyLength": length}}
        if domain.dkim_origin == "AWS_SES"
        else {}
    )
    origin = {"SigningAttributesOrigin": domain.dkim_origin, **attributes}
    return asking.call_on(
        arns.identity(env, account),
        "PutEmailIdentityDkimSigningAttributes",
        {"EmailIdentity": env.domain, **origin},
    )


def mail_from(env: Environment, arn: str, identity: str) -> Call:
    """Put the MAIL FROM domain of an identity again."""
    return asking.call_on(
        arn,
        "PutEmailIdentityMailFromAttributes",
        {
            "EmailIdentity": identity,
            "MailFromDomain": env.mail_from_domain,
            "BehaviorOnMxFailure": env.mail_from.on_mx_failure,
        },
    )
