"""Suppression lists: the account's, and each tenant's own."""

from dataclasses import replace
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tenants
from ses_provision.local.ses.errors import bad_request, not_found
from ses_provision.local.ses.names import as_kept
from ses_provision.local.ses.paging import UNPROBED, page
from ses_provision.local.ses.state import ConfigurationSet, Place, Suppressed, Tenant
from ses_provision.local.ses.world import Handler, World

PAGES = replace(UNPROBED, code="InvalidNextTokenException")


class SuppressionList:
    """The operations on suppressed destinations."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "PutSuppressedDestination": self.put,
            "GetSuppressedDestination": self.get,
            "ListSuppressedDestinations": self.list,
            "DeleteSuppressedDestination": self.delete,
        }

    def put(self, caller: Caller, params: Params) -> Reply:
        """Suppress an address, or change the reason."""
        held, address = self._held(caller, params), normal(params["EmailAddress"])
        held[address] = Suppressed(address, params["Reason"], self._world.now())
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """Why and since when an address is suppressed."""
        found = self._found(caller, params)
        shown: dict[str, Any] = _summary(found)
        if "TenantName" in params:
            shown["TenantName"] = params["TenantName"]
        return {"SuppressedDestination": shown}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The suppressed addresses, those suppressed first at the head."""
        reasons, start, end = params.get("Reasons"), params.get("StartDate"), params.get("EndDate")
        kept = [
            each
            for each in self._held(caller, params).values()
            if (not reasons or each.reason in reasons)
            and (start is None or each.updated_at >= start)
            and (end is None or each.updated_at <= end)
        ]
        kept.sort(key=lambda each: (each.updated_at, each.address))
        shown, more = page(params, [_summary(each) for each in kept], PAGES)
        return {"SuppressedDestinationSummaries": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Let mail through to an address again."""
        found = self._found(caller, params)
        del self._held(caller, params)[found.address]
        return {}

    def _held(self, caller: Caller, params: Params) -> dict[str, Suppressed]:
        place = self._world.of(caller)
        if "TenantName" in params:
            return tenants.find(place, params["TenantName"]).suppressed
        return place.suppressed

    def _found(self, caller: Caller, params: Params) -> Suppressed:
        address = normal(params["EmailAddress"])
        found = self._held(caller, params).get(address)
        if found is None:
            whose = "tenant suppression list" if "TenantName" in params else "suppression list"
            raise not_found(f"Email address {address} does not exist on your {whose}.")
        return found


def normal(address: str) -> str:
    """The address as the lists keep it: the domain in lower case."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain:
        raise bad_request(f"Invalid email address <{address}>.")
    return as_kept(f"{local}@{domain}")


def holds_back(
    place: Place, used: ConfigurationSet | None, tenant: Tenant | None, address: str
) -> bool:
    """Whether SES accepts mail to this address but does not send it.

    A configuration set's reasons override the account's, an empty list too (aws-facts 10);
    its scope overrides the tenant's ([M] SuppressionOptions.SuppressionScope).
    """
    options = (used.suppression if used else None) or {}
    of_tenant = tenant.suppression if tenant else {}
    scope = options.get("SuppressionScope", of_tenant.get("SuppressionScope", "ACCOUNT"))
    in_tenant = tenant is not None and scope == "TENANT"
    general = of_tenant if in_tenant else place.account.suppression
    reasons = options.get("SuppressedReasons", general.get("SuppressedReasons", []))
    held = tenant.suppressed if tenant is not None and in_tenant else place.suppressed
    found = held.get(normal(address))
    return found is not None and found.reason in reasons


def _summary(found: Suppressed) -> dict[str, Any]:
    return {
        "EmailAddress": found.address,
        "Reason": found.reason,
        "LastUpdateTime": found.updated_at,
    }
