"""Production access: where the account stands, and the request that leaves the sandbox. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.outside.call import Call
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.ses.account import Access

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def request(env: Environment) -> Call:
    """The request itself: what the environment says, to AWS."""
    asked = settings(env)
    contacts = {"AdditionalContactEmailAddresses": list(asked.contacts)} if asked.contacts else {}
    return Call(
        "sesv2",
        env.region,
        "PutAccountDetails",
        {
            "MailType": asked.mail_type,
            "WebsiteURL": asked.website,
            "ContactLanguage": asked.language,
            "UseCaseDescription": asked.use_case.strip(),
            "ProductionAccessEnabled": True,
            **contacts,
        },
        on=EVERYTHING,
    )


def settings(env: Environment) -> Any:
    """What the environment says for the request."""
    if env.production_access is None:
        raise ValueError(f"{env.name} has no [production_access]")
    return env.production_access


def may_submit(state: Access) -> bool:
    """Whether a request makes sense: never twice, and not after a denial, which only the support
    case can change (PutAccountDetails then answers ConflictException)."""
    return state in {Access.SANDBOX, Access.FAILED}
