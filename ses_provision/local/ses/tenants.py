"""Tenants, and the identities, configuration sets and templates that belong to them."""

import hashlib
import re
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.names import arn, resource_name
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Place, Tenant
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_TENANTS = 10_000
_KINDS = {
    "identity": "EMAIL_IDENTITY",
    "configuration-set": "CONFIGURATION_SET",
    "template": "EMAIL_TEMPLATE",
}
_RESOURCE = re.compile(r"arn:[a-z-]+:ses:([a-z0-9-]+):(\d{12}):([a-z-]+)/(.+)")


def find(place: Place, name: str) -> Tenant:
    """The tenant of that name."""
    found = place.tenants.get(name)
    if found is None:
        raise not_found(f"Tenant <{name}> does not exist.")
    return found


class Tenants:
    """The operations on tenants."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateTenant": self.create,
            "GetTenant": self.get,
            "ListTenants": self.list,
            "DeleteTenant": self.delete,
            "PutTenantSuppressionAttributes": self.put_suppression,
            "CreateTenantResourceAssociation": self.associate,
            "DeleteTenantResourceAssociation": self.dissociate,
            "ListTenantResources": self.list_resources,
            "ListResourceTenants": self.list_resource_tenants,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make a tenant."""
        place, now = self._world.of(caller), self._world.now()
        name = resource_name(params["TenantName"], "Tenant")
        if name in place.tenants:
            raise already_exists(
                f"Tenant with name {name} already exists in account {caller.account}"
            )
        if len(place.tenants) >= MAX_TENANTS:
            raise limit_exceeded("The maximum number of tenants has been reached.")
        digest = hashlib.sha256(f"{caller.account}/{caller.region}/{name}/{now}".encode())
        tenant = Tenant(
            name,
            f"tn-{digest.hexdigest()[:30]}",
            now,
            suppression=_suppression(params.get("SuppressionAttributes", {})),
            tags=tags.checked(params.get("Tags")),
        )
        place.tenants[name] = tenant
        return _shown(caller, tenant)

    def get(self, caller: Caller, params: Params) -> Reply:
        """A tenant."""
        return {"Tenant": _shown(caller, find(self._world.of(caller), params["TenantName"]))}

    def list(self, caller: Caller, params: Params) -> Reply:
        """All tenants, by name."""
        held, wanted = self._world.of(caller).tenants, params.get("Filter", {})
        part = wanted.get("TENANT_NAME_CONTAINS", "").lower()
        keys = ("TenantName", "TenantId", "TenantArn", "CreatedTimestamp", "SendingStatus")
        infos = [_shown(caller, held[name]) for name in sorted(held) if part in name.lower()]
        kept = [
            {key: info[key] for key in keys}
            for info in infos
            if wanted.get("SENDING_STATUS", info["SendingStatus"]) == info["SendingStatus"]
        ]
        shown, more = page(params, kept)
        return {"Tenants": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a tenant, its associations and its suppression list."""
        place = self._world.of(caller)
        del place.tenants[find(place, params["TenantName"]).name]
        return {}

    def put_suppression(self, caller: Caller, params: Params) -> Reply:
        """Replace a tenant's suppression settings."""
        find(self._world.of(caller), params["TenantName"]).suppression = _suppression(params)
        return {}

    def associate(self, caller: Caller, params: Params) -> Reply:
        """Give a tenant the use of a resource."""
        place = self._world.of(caller)
        tenant, resource = find(place, params["TenantName"]), params["ResourceArn"]
        kind, name = _parsed(caller, resource)
        held: dict[str, dict[str, Any]] = {
            "identity": dict(place.identities),
            "configuration-set": dict(place.configuration_sets),
            "template": dict(place.templates),
        }
        if name not in held[kind]:
            raise not_found(f"Resource <{resource}> does not exist.")
        if resource in tenant.resources:
            raise already_exists(
                f"Resource <{resource}> is already associated with <{tenant.name}>."
            )
        tenant.resources[resource] = self._world.now()
        return {}

    def dissociate(self, caller: Caller, params: Params) -> Reply:
        """Take the use of a resource from a tenant; that it has none does not matter."""
        tenant = find(self._world.of(caller), params["TenantName"])
        _parsed(caller, params["ResourceArn"])
        tenant.resources.pop(params["ResourceArn"], None)
        return {}

    def list_resources(self, caller: Caller, params: Params) -> Reply:
        """What a tenant may use."""
        tenant = find(self._world.of(caller), params["TenantName"])
        wanted = params.get("Filter", {}).get("RESOURCE_TYPE")
        kinds = {resource: _parsed(caller, resource)[0] for resource in sorted(tenant.resources)}
        kept = [
            {"ResourceType": _KINDS[kind], "ResourceArn": resource}
            for resource, kind in kinds.items()
            if wanted in (None, kind, _KINDS[kind])
        ]
        shown, more = page(params, kept)
        return {"TenantResources": shown, **more}

    def list_resource_tenants(self, caller: Caller, params: Params) -> Reply:
        """Who may use a resource."""
        resource = params["ResourceArn"]
        _parsed(caller, resource)
        kept = [
            {
                "TenantName": tenant.name,
                "TenantId": tenant.id,
                "ResourceArn": resource,
                "AssociatedTimestamp": tenant.resources[resource],
            }
            for _, tenant in sorted(self._world.of(caller).tenants.items())
            if resource in tenant.resources
        ]
        shown, more = page(params, kept)
        return {"ResourceTenants": shown, **more}


def check_may_use(caller: Caller, tenant: Tenant, kind: str, name: str) -> None:
    """[M] SendEmail.TenantName: everything a message refers to must belong to the tenant."""
    resource = arn(caller, kind, name)
    if resource not in tenant.resources:
        raise bad_request(f"Resource <{resource}> is not associated with tenant <{tenant.name}>.")


def _parsed(caller: Caller, resource: str) -> tuple[str, str]:
    matched = _RESOURCE.fullmatch(resource)
    if matched is None or matched[3] not in _KINDS:
        raise bad_request(f"Invalid resource ARN <{resource}>.")
    if (matched[1], matched[2]) != (caller.region, caller.account):
        raise bad_request(f"Resource <{resource}> is of another region or account.")
    return matched[3], matched[4]


def _suppression(given: Params) -> dict[str, Any]:
    return {key: given[key] for key in ("SuppressedReasons", "SuppressionScope") if key in given}


def _shown(caller: Caller, tenant: Tenant) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "TenantName": tenant.name,
        "TenantId": tenant.id,
        "TenantArn": arn(caller, "tenant", f"{tenant.name}/{tenant.id}"),
        "CreatedTimestamp": tenant.created_at,
        "Tags": tags.as_list(tenant.tags),
        "SendingStatus": "ENABLED",
    }
    if tenant.suppression:
        shown["SuppressionAttributes"] = dict(tenant.suppression)
    return shown
