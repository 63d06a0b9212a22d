"""What hangs on an identity or a configuration set: identities that use the set, tenants."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from ses_provision.names import region_of
from ses_provision.outside.reading import Ask, Reading, ask, question, together
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.ses.identity import identity
from ses_provision.resources.ses.tenancy import holders

if TYPE_CHECKING:
    from ses_provision.engine.model import Resource

MOST = 100
"""Identities that are asked for their set: SES answers about one such question a second."""

PAGE = 1000  # identities that one answer names (SESv2 API reference, ListEmailIdentities)


def identities_question(region: str) -> Ask:
    """The question for the names of all identities."""
    return question(
        "sesv2",
        region,
        "ListEmailIdentities",
        on=EVERYTHING,
        nothing={"EmailIdentities": []},
        something={"EmailIdentities": [{"IdentityName": "<identity>"}]},
        PageSize=PAGE,
    )


def tenants(arn: str, ours: Iterable[Resource]) -> Reading[tuple[str, ...]]:
    """Why something of ours is needed: the tenants that hold it. Those of the file go before it,
    or else keep it by themselves."""
    named = yield from holders(arn)
    own = {each.key.name for each in ours if ":tenant/" in str(getattr(each, "arn", ""))}
    return tuple(f"tenant {name} holds it" for name in sorted(named - own))


def users(set_arn: str, ours: Collection[str]) -> Reading[tuple[str, ...]]:
    """Why a set is needed: the identities of others that have it as their default.

    SES deletes a set that is in use, and the mail of those identities is refused from then on.
    """
    prefix, _, name = set_arn.rpartition("configuration-set/")
    [listed] = yield from ask(identities_question(region_of(set_arn)))
    found = [each["IdentityName"] for each in (listed or {}).get("EmailIdentities") or ()]
    others = [each for each in found if f"{prefix}identity/{each}" not in ours]
    seen = yield from together(identity(f"{prefix}identity/{each}") for each in others[:MOST])
    using = [
        f"identity {each} has it as its default"
        for each, live in zip(others, seen, strict=False)
        if live is not None and live.configuration_set == name
    ]
    if len(others) > MOST or (listed or {}).get("NextToken"):
        using.append(
            f"whether others of {len(others)} identities use it is not known: only {MOST} were "
            f"asked (once none does: aws sesv2 delete-configuration-set --configuration-set-name "
            f"{name} --region {region_of(set_arn)})"
        )
    return tuple(using)
