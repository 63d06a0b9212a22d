"""What AWS and botocore say when they say no, in an operator's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.errors import AccessDenied, AwsRefused, CannotReachAws, ProvisionError
from ses_provision.outside.rights import iam_action
from ses_provision.outside.secrets import hide

if TYPE_CHECKING:
    from ses_provision.outside.call import Call


@dataclass(frozen=True)
class Refusal:
    """One way in which AWS says no: a code, and words where the code says several things."""

    code: str
    words: str = ""

    def is_meant(self, code: str, said: str) -> bool:
        """Whether AWS said this."""
        return code == self.code and self.words.lower() in said.lower()


def means(error: object, refusals: Iterable[Refusal]) -> bool:
    """Whether an error of AWS is one of these refusals."""
    return isinstance(error, AwsRefused) and any(
        refusal.is_meant(error.code, error.said) for refusal in refusals
    )


def is_repeated(outcome: object) -> bool:
    """Whether AWS may have carried out a call more often than it said, given the reply or the
    error of botocore: nobody answered a try, or it was tried again."""
    response = outcome if isinstance(outcome, Mapping) else getattr(outcome, "response", None)
    if response is None:
        return True
    return bool((response.get("ResponseMetadata") or {}).get("RetryAttempts"))


DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
)
EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
UNKNOWN_KEY = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"}
)
BAD_SIGNATURE = frozenset(
    {"SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed"}
)
REGION_OFF = frozenset({"OptInRequired", "RegionDisabledException"})


def explain(error: Any, service: str, region: str, operation: str, profile: str) -> ProvisionError:
    """A botocore error as one of ours; what is not about AWS or the network is raised as it is."""
    response = getattr(error, "response", None)
    if response is None:
        return unreachable(error, service, region, profile, operation)
    code = response.get("Error", {}).get("Code", "")
    said = hide(response.get("Error", {}).get("Message") or "no reason given")
    what = f"{service} {operation} in {region}"
    role = not_taken_on(code, said, getattr(error, "operation_name", ""), profile)
    if role is not None:
        return role
    if code in DENIED:
        return denied(said, code, service, operation, region)
    if code in EXPIRED:
        return CannotReachAws(f"The credentials have expired ({code}).", login_hint(profile))
    if code in UNKNOWN_KEY:
        return CannotReachAws(
            f"AWS does not accept these credentials in {region} ({code}).",
            f"Check the access key, and that region {region} is enabled in the account: an opt-in "
            "region that is off answers like this.",
            region=region,
        )
    if code in BAD_SIGNATURE:
        return CannotReachAws(
            f"AWS does not accept the signature ({code}: {said}).",
            "Check the secret key, and the clock of this machine: a few minutes off is too much.",
        )
    if code in REGION_OFF:
        return CannotReachAws(
            f"Region {region} is not enabled in this account ({code}).",
            "Enable it under Account > AWS Regions, or change `region` in the environment file.",
            region=region,
        )
    if not code or code.isdecimal():
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
        return not_aws(what, f"{plainly(said)} ({code or status})")
    return AwsRefused(
        f"{what} was refused: {said} ({code})",
        "Nothing is lost: once what AWS names is mended, run the same command again.",
        code=code,
        operation=operation,
        said=said,
    )


def insist_on_all(call: Call, reply: Mapping[str, Any]) -> None:
    """Raise where AWS accepted a call and refused some of its entries, such as targets of a rule:
    it answers as if all were well (EventBridge API reference, FailedEntryCount)."""
    refused = reply.get(call.failures) if call.failures else None
    if not refused:
        return
    told = [
        f"{each.get('TargetId', 'an entry')}: {hide(str(each.get('ErrorMessage') or 'no reason'))} "
        f"({each.get('ErrorCode', 'no code')})"
        for each in refused
    ]
    raise AwsRefused(
        f"{call.service} {call.operation} in {call.region} was accepted, but not all of it: "
        f"{'; '.join(told)}",
        "Nothing is lost: once what AWS names is mended, run the same command again.",
        code=str(refused[0].get("ErrorCode", "")),
        operation=call.operation,
        said="; ".join(told),
    )


def not_aws(what: str, said: str) -> CannotReachAws:
    """Somebody answers, but not AWS: a proxy, a login page, another server."""
    return CannotReachAws(
        f"What answers to {what} is not AWS: {said}",
        "Check AWS_ENDPOINT_URL, the proxy, and whether a network wants you to log in first.",
    )


TAKING_ON = frozenset(
    {"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "GetRoleCredentials"}
)
"""What botocore sends by itself to get credentials (STS and SSO API references)."""


def not_taken_on(code: str, said: str, operation: str, profile: str) -> CannotReachAws | None:
    """Why there are no credentials, where getting them was what AWS refused."""
    if operation not in TAKING_ON or code in EXPIRED | UNKNOWN_KEY | BAD_SIGNATURE:
        return None
    if operation == "GetRoleCredentials":
        return CannotReachAws(
            f"IAM Identity Center gives profile {profile} no credentials: {said} ({code})",
            "Correct sso_account_id and sso_role_name of the profile, or have its permission set "
            "assigned to you in that account.",
        )
    return CannotReachAws(
        f"The role could not be taken on: {said} ({code})",
        "Two policies have to allow it: the trust policy of the role, and one of whoever takes it "
        "on. The role is role_arn of the AWS profile, AWS_ROLE_ARN, or dns.assume_role_arn.",
    )


ORGANISATION = "service control policy"
"""What AWS says where an organisation's policy is the reason (IAM User Guide, access denied)."""


def way_on(said: str, region: str) -> str:
    """What to do about a denial."""
    if ORGANISATION in said:
        return (
            f"A policy of the organisation denies it in {region}, which no permission here lifts. "
            "Ask its administrators, or do without: alarms.regions names the regions of alarms, "
            "--skip leaves out a step, such as --skip alarms."
        )
    return (
        "Ask for that permission; `ses-provision permissions` prints the policy an operator needs."
    )


MARKUP = re.compile(r"<\s*(?:!|\?|/|[a-z])", re.IGNORECASE)
TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


def plainly(said: str) -> str:
    """What a stranger said, without the source of a page."""
    if not MARKUP.search(said):
        return said
    title = TITLE.search(said)
    named = " ".join(title[1].split()) if title else ""
    return f'it sends a page, "{named}"' if named else "it sends a page"


def denied(said: str, code: str, service: str, operation: str, region: str) -> AccessDenied:
    """An access denied error that names the IAM action and the resource AWS really checked."""
    named = re.search(r"perform:? [`']?([\w-]+:\w+)'?(?: on resource:? [`']?([^\s']+)'?)?", said)
    action = named[1] if named else iam_action(service, operation)
    resource = (named[2] if named else "") or "*"
    return AccessDenied(
        f"These credentials may not {action} on {resource}.",
        f"{way_on(said, region)} AWS said: {said}",
        code=code,
        operation=operation,
        action=action,
        resource=resource,
        said=said,
    )


def unreachable(
    error: Any, service: str, region: str, profile: str, operation: str
) -> ProvisionError:
    """Why AWS could not be asked at all."""
    name, said = type(error).__name__, hide(str(error))
    if name == "CredentialRetrievalError" and error.kwargs.get("provider") == "custom-process":
        # What a program prints when it fails is its own, and may well be what it should hand over.
        return CannotReachAws(
            "credential_process of the AWS profile has failed.",
            "Run that command by hand to see why; what it prints is never shown here.",
        )
    from ses_provision.outside import profiles

    configured = profiles.explained(error, profile)
    if configured is not None:
        return configured
    if name in {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}:
        return CannotReachAws(
            f"There are no usable AWS credentials: {said}",
            "Give --profile NAME, set `profile` in the environment file, or put credentials in the "
            "environment.",
        )
    if "SSO" in name or "Token" in name or "Login" in name:
        command = "aws login" if "Login" in name else "aws sso login"
        return CannotReachAws(
            f"The AWS login has expired or is missing: {said}", login_hint(profile, command)
        )
    if isinstance(error, EOFError):
        return CannotReachAws(
            "The AWS profile asks for an MFA code, and nobody is there to type one.",
            "Run it on a terminal, or put temporary credentials in the environment.",
        )
    if isinstance(error, OSError) and not hasattr(error, "kwargs"):
        return CannotReachAws(
            f"The AWS credentials cannot be had: {said}",
            "Correct credential_process of the AWS profile.",
        )
    what = f"{service} {operation} in {region}"
    if name == "KeyError":
        return not_aws(what, f"its answer has no {error.args[0]}")
    if name == "ResponseParserError":
        return not_aws(what, plainly(said.partition("\n")[0]))
    if name in {"ParamValidationError", "UnknownServiceError", "OperationNotPageableError"}:
        raise error
    return CannotReachAws(
        f"{service} in {region} cannot be reached: {said}",
        "Check the network, the proxy, the region and AWS_ENDPOINT_URL. Nothing is lost: run the "
        "same command again.",
    )


def login_hint(profile: str, command: str = "aws sso login") -> str:
    """How to get fresh credentials."""
    name = "" if profile in {"", "default"} else f" --profile {profile}"
    return f"Log in again: `{command}{name}` (or renew the credentials you use)."
