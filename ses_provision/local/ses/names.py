"""What names SES accepts, how it writes them, and the ARNs made from them."""

import re
from collections.abc import Iterator

from ses_provision.local.contract import Caller
from ses_provision.local.ses.errors import bad_request

_RESOURCE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
MAX_RESOURCE_NAME = 64
MAX_IDENTITY = 320


def is_domain(name: str) -> bool:
    """Whether the name, in lower case, is a domain of two or more labels."""
    return len(name) <= 253 and _DOMAIN.fullmatch(name) is not None


def as_kept(name: str) -> str:
    """An address or domain as SES keeps it.

    aws-facts 5: the local part is case-sensitive as identity, domains are not.
    """
    local, at, domain = name.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def is_address(name: str) -> bool:
    """Whether the name, as it is kept, may be an identity that is an address."""
    local, at, domain = name.rpartition("@")
    fits = len(name) <= MAX_IDENTITY and _LOCAL_PART.fullmatch(local) is not None
    return bool(at) and fits and is_domain(domain)


def identity_name(given: str) -> str:
    """The identity as SES keeps it, where it may be one."""
    name = as_kept(given)
    if "@" in name and not is_address(name):
        raise bad_request(f"Invalid email address <{given}>.")
    if "@" not in name and not is_domain(name):
        raise bad_request(f"Invalid domain name <{given}>.")
    return name


def domain_of(identity: str) -> str:
    """The domain an identity lies in: itself, or what follows the @."""
    return identity.rpartition("@")[2]


def domains_above(identity: str) -> Iterator[str]:
    """The identity's own domain and every domain above it, nearest first."""
    labels = domain_of(identity).split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def resource_name(given: str, what: str) -> str:
    """A name of 1 to 64 letters, digits, underscores and hyphens (aws-facts 10)."""
    if len(given) > MAX_RESOURCE_NAME:
        raise bad_request(f"{what} name <{given}> must be at most {MAX_RESOURCE_NAME} characters.")
    if not _RESOURCE_NAME.fullmatch(given):
        raise bad_request(
            f"Invalid {what.lower()} name <{given}>: only alphanumeric ASCII characters,"
            " '_' and '-' are allowed."
        )
    return given


def arn(caller: Caller, kind: str, name: str) -> str:
    """The ARN of an SES resource of the caller's account and region (aws-facts 4)."""
    return f"arn:{caller.partition}:ses:{caller.region}:{caller.account}:{kind}/{name}"
