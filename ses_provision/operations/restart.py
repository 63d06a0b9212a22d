"""Asking SES to look for records again after it gave up."""

from __future__ import annotations

from ses_provision.checks.verification import Verification
from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.errors import AwsRefused, NotReady
from ses_provision.outside.call import Call
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.identity import Identity
from ses_provision.resources.ses.own_key import EXTERNAL
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
        insist_on_a_key_of_ses(env, domain)
        calls.append(dkim(env, account, domain))
    if domain.mail_from_status == FAILED:
        calls.append(mail_from(env, arns.identity(env, account), env.domain))
    if address is not None and address.mail_from_status == FAILED:
        calls.append(mail_from(env, arns.sender(env, account), env.from_address))
    return calls


def insist_on_a_key_of_ses(env: Environment, domain: Verification) -> None:
    """Raise where SES would have to be given a key again that it does not give back."""
    if domain.dkim_origin == EXTERNAL:
        wanted = f"ses-provision set dkim.method own_key --env {env.name}, then: "
        first = "" if env.dkim.is_own_key else wanted
        raise NotReady(
            f"{domain.domain} signs with a key of its own, which has to be given to SES again to "
            "have it look for the record; SES gives none back.",
            f"{first}ses-provision dkim rotate --env {env.name}: a new key, and its record first",
        )


def dkim(env: Environment, account: Account, domain: Verification) -> Call:
    """Put the origin of the key again, and nothing with it.

    SES Developer Guide, Easy DKIM: the key length cannot be changed to what it already is.
    """
    return asking.call_on(
        arns.identity(env, account),
        "PutEmailIdentityDkimSigningAttributes",
        {"EmailIdentity": env.domain, "SigningAttributesOrigin": domain.dkim_origin},
    )


def otherwise(env: Environment, domain: Verification, refusal: AwsRefused) -> AwsRefused:
    """A refusal to look again, with what else begins the search anew.

    Only what SES says of the request itself has another way; any other refusal stays as it is.
    """
    if refusal.code != "BadRequestException" or "Dkim" not in refusal.operation:
        return refusal
    return AwsRefused(
        refusal.message,
        _way_out(domain).format(
            env=env.name, domain=env.domain, region=env.region, length=_other_length(domain)
        ),
        code=refusal.code,
        operation=refusal.operation,
    )


def _way_out(domain: Verification) -> str:
    return _REPLICA if domain.dkim_origin.startswith("AWS_SES_") else _EASY


def _other_length(domain: Verification) -> str:
    return "RSA_1024_BIT" if domain.key_length == "RSA_2048_BIT" else "RSA_2048_BIT"


_EASY = (
    'What else begins the search anew: set key_length = "{length}" under [dkim] and run '
    "ses-provision apply --env {env} (new tokens and records; a length can change once a day); or "
    "delete the identity and apply (new tokens; no mail is sent until they are verified)."
)
_REPLICA = (
    "What else begins the search anew: aws sesv2 delete-email-identity --email-identity {domain} "
    "--region {region} and then ses-provision apply --env {env} (the key and its records are "
    "those of the other region and stay; no mail is sent from here until it is verified)."
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
