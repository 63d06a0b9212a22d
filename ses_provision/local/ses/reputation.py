"""Reputation entities: what stands of a tenant's sending, and who may stop it.

facts-sending A1 and A2. One entity for each tenant; AWS itself is played by `find_fault`.
"""

import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.errors import bad_request, conflict, not_found
from ses_provision.local.ses.names import arn
from ses_provision.local.ses.paging import TENANTS, page
from ses_provision.local.ses.state import Place, Tenant
from ses_provision.local.ses.tenants import sending_status
from ses_provision.local.ses.world import Handler, World

# facts-sending A2: which findings make a policy pause.
_PAUSING = {"none": (), "standard": ("HIGH",), "strict": ("HIGH", "LOW")}
_POLICY = re.compile(r"arn:[a-z-]+:ses:[a-z0-9-]+:aws:reputation-policy/(none|standard|strict)")


class ReputationEntities:
    """The operations on reputation entities."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "GetReputationEntity": self.get,
            "ListReputationEntities": self.list,
            "UpdateReputationEntityPolicy": self.put_policy,
            "UpdateReputationEntityCustomerManagedStatus": self.put_status,
        }

    def get(self, caller: Caller, params: Params) -> Reply:
        """The reputation of a tenant."""
        reference = params["ReputationEntityReference"]
        tenant = _tenant(caller, self._world.of(caller), reference)
        if tenant is None:
            raise not_found(f"Reputation entity <{reference}> does not exist.")
        return {"ReputationEntity": _shown(caller, tenant)}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The reputation of all tenants, by name."""
        held, wanted = self._world.of(caller).tenants, params.get("Filter", {})
        shown = [_shown(caller, held[name]) for name in sorted(held)]
        prefix = wanted.get("ENTITY_REFERENCE_PREFIX", "")
        kept = [
            each
            for each in shown
            if each["ReputationEntityReference"].startswith(prefix)
            and wanted.get("SENDING_STATUS") in (None, each["SendingStatusAggregate"])
            and wanted.get("REPUTATION_IMPACT") in (None, each.get("ReputationImpact"))
        ]
        entities, more = page(params, kept, TENANTS)
        return {"ReputationEntities": entities, **more}

    def put_policy(self, caller: Caller, params: Params) -> Reply:
        """Choose at which findings SES stops the tenant by itself."""
        tenant = self._existing(caller, params)
        matched = _POLICY.fullmatch(params["ReputationEntityPolicy"])
        if matched is None or params["ReputationEntityPolicy"].split(":")[3] != caller.region:
            raise bad_request(f"Invalid reputation policy <{params['ReputationEntityPolicy']}>.")
        tenant.reputation_policy = matched[1]
        return {}

    def put_status(self, caller: Caller, params: Params) -> Reply:
        """Stop a tenant, let it go on, or let it go on in spite of what was found."""
        tenant, wanted = self._existing(caller, params), params["SendingStatus"]
        if wanted == "REINSTATED" and sending_status(tenant) == "ENABLED":
            raise conflict(f"Tenant <{tenant.name}> is not paused.")
        tenant.customer_status = wanted
        if wanted == "REINSTATED":
            tenant.ses_status = "ENABLED"
        tenant.status_changed_at = self._world.now()
        return {}

    def find_fault(self, place: Place, name: str, impact: str | None) -> None:
        """Play SES finding something in a tenant's mail: LOW, HIGH, or nothing any more."""
        tenant = place.tenants[name]
        tenant.impact = impact
        pausing = _PAUSING[tenant.reputation_policy]
        paused = impact in pausing and tenant.customer_status != "REINSTATED"
        tenant.ses_status = "DISABLED" if paused else "ENABLED"
        if impact is None and tenant.customer_status == "REINSTATED":
            tenant.customer_status = "ENABLED"
        tenant.status_changed_at = self._world.now()

    def _existing(self, caller: Caller, params: Params) -> Tenant:
        reference = params["ReputationEntityReference"]
        tenant = _tenant(caller, self._world.of(caller), reference)
        if tenant is None:
            # [M]: these two operations know no NotFoundException.
            raise bad_request(f"Reputation entity <{reference}> does not exist.")
        return tenant


def _reference(caller: Caller, tenant: Tenant) -> str:
    return arn(caller, "tenant", f"{tenant.name}/{tenant.id}")


def _tenant(caller: Caller, place: Place, reference: str) -> Tenant | None:
    found = place.tenants.get(reference.split("/")[1]) if "/" in reference else None
    return found if found is not None and _reference(caller, found) == reference else None


def _shown(caller: Caller, tenant: Tenant) -> dict[str, Any]:
    since = tenant.status_changed_at or tenant.created_at
    policy = f"arn:{caller.partition}:ses:{caller.region}:aws:reputation-policy/"
    shown: dict[str, Any] = {
        "ReputationEntityReference": _reference(caller, tenant),
        "ReputationEntityType": "RESOURCE",
        "ReputationManagementPolicy": policy + tenant.reputation_policy,
        "CustomerManagedStatus": {"Status": tenant.customer_status, "LastUpdatedTimestamp": since},
        "AwsSesManagedStatus": {"Status": tenant.ses_status, "LastUpdatedTimestamp": since},
        "SendingStatusAggregate": sending_status(tenant),
    }
    if tenant.impact is not None:
        shown["ReputationImpact"] = tenant.impact
    return shown
