"""The account's suppression list in a region: to whom SES accepts mail and sends none. A tenant may
have one of its own, which the same operations name by its tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answer, Ask, Parameter, Reading, ask
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.ses.account import account_question
from ses_provision.resources.ses.asking import ABSENT

REASONS = ("BOUNCE", "COMPLAINT")
"""Why an address may stand on the list (SuppressionListReason, SESv2 API reference)."""

PAGE = 1000  # addresses in one answer, at most (SESv2 API reference)


@dataclass(frozen=True)
class Suppressed:
    """An address on the list; `since` in UTC."""

    address: str
    reason: str
    since: datetime | None = None


def of(tenant: str) -> dict[str, str]:
    """What names the list of a tenant; nothing for that of the account."""
    return {"TenantName": tenant} if tenant else {}


def page_question(
    region: str, reasons: tuple[str, ...] = (), token: str = "", tenant: str = ""
) -> Ask:
    """The question for one page of the list. botocore has no paginator for it."""
    params: dict[str, Parameter] = {"PageSize": PAGE, **of(tenant)}
    if reasons:
        params["Reasons"] = reasons
    if token:
        params["NextToken"] = token
    return Ask(
        "sesv2",
        region,
        "ListSuppressedDestinations",
        tuple(sorted(params.items())),
        on=EVERYTHING,
        nothing={"SuppressedDestinationSummaries": []},
    )


def suppressed(
    region: str, reasons: tuple[str, ...] = (), tenant: str = ""
) -> Reading[list[Suppressed]]:
    """The whole list, or what stands on it for some reasons."""
    found: list[Suppressed] = []
    token = ""
    while True:
        [answer] = yield from ask(page_question(region, reasons, token, tenant))
        found += [
            Suppressed(each["EmailAddress"], each["Reason"], each.get("LastUpdateTime"))
            for each in (answer or {}).get("SuppressedDestinationSummaries") or ()
        ]
        token = str((answer or {}).get("NextToken") or "")
        if not token:
            return found


def one_question(region: str, address: str, tenant: str = "") -> Ask:
    """The question for one address."""
    params = {"EmailAddress": address, **of(tenant)}
    return Ask(
        "sesv2",
        region,
        "GetSuppressedDestination",
        tuple(sorted(params.items())),
        on=EVERYTHING,
        absent=ABSENT,
    )


def one(region: str, address: str, tenant: str = "") -> Reading[Suppressed | None]:
    """An address as it stands on the list; None where it does not."""
    [answer] = yield from ask(one_question(region, address, tenant))
    found = (answer or {}).get("SuppressedDestination")
    if not found:
        return None
    return Suppressed(found["EmailAddress"], found["Reason"], found.get("LastUpdateTime"))


def put(region: str, address: str, reason: str, tenant: str = "") -> Call:
    """Suppress an address, or change the reason."""
    params = {"EmailAddress": address, "Reason": reason, **of(tenant)}
    return Call("sesv2", region, "PutSuppressedDestination", params, on=EVERYTHING)


def delete(region: str, address: str, tenant: str = "") -> Call:
    """Let mail through to an address again; it may be off the list already."""
    params = {"EmailAddress": address, **of(tenant)}
    return Call(
        "sesv2", region, "DeleteSuppressedDestination", params, on=EVERYTHING, already=ABSENT
    )


@dataclass(frozen=True)
class Settings:
    """What the account puts on the list by itself; `validation` is Auto Validation's block as SES
    gives it, None where it has none."""

    reasons: frozenset[str]
    validation: dict[str, Any] | None


def settings(region: str) -> Reading[Settings]:
    """What the account's list takes in by itself."""
    [answer] = yield from ask(account_question(region))
    return described((answer or {}).get("SuppressionAttributes"))


def described(answer: Answer) -> Settings:
    """An answer's block in our words."""
    found = answer or {}
    return Settings(
        frozenset(found.get("SuppressedReasons") or ()), found.get("ValidationAttributes")
    )


def set_reasons(region: str, reasons: frozenset[str], live: Settings) -> Call:
    """Say for which reasons addresses are taken in. Auto Validation goes along: the call replaces
    both (SESv2 API reference does not say what an omitted block means, so none is omitted)."""
    validation = {"ValidationAttributes": live.validation} if live.validation else {}
    params = {"SuppressedReasons": sorted(reasons), **validation}
    return Call("sesv2", region, "PutAccountSuppressionAttributes", params, on=EVERYTHING)
