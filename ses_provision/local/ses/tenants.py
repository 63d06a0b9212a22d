"""Tenants, and the identities, configuration sets and templates that belong to them."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import (
    access_denied,
    already_exists,
    bad_request,
    limit_exceeded,
    not_found,
)
from ses_provision.local.ses.names import MAX_RESOURCE_NAME, arn
from ses_provision.local.ses.paging import TENANTS, page
from ses_provision.local.ses.state import Place, Tenant
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_TENANTS = 10_000
# The kinds of an ARN are the values of ResourceType too: the names of botocore's enum are refused
# (facts-sending 0.3). What SES says here was recorded 2026-08-22 to 08-30 (floci-io/floci).
_KINDS = ("identity", "configuration-set", "template")
_NAME = re.compile(r"[A-Za-z0-9_-]+")


def find(place: Place, name: str) -> Tenant:
    """The tenant of that name."""
    _check_name(name)
    found = place.tenants.get(name)
    if found is None:
        raise not_found(f"The requested tenant <{name}> does not exist.")
    return found


def using(place: Place, resource: str) -> bool:
    """Whether a resource belongs to any tenant."""
    return any(resource in tenant.resources for tenant in place.tenants.values())


def still_associated(resource: str) -> AwsError:
    """The refusal to delete what belongs to a tenant."""
    return bad_request(
        f"Cannot delete <{resource}> because it has tenant associations."
        " Remove all tenant associations and try again."
    )


def sending_status(tenant: Tenant) -> str:
    """What follows from what the customer and SES say of a tenant: one DISABLED disables."""
    told = (tenant.customer_status, tenant.ses_status)
    for status in ("DISABLED", "REINSTATED"):
        if status in told:
            return status
    return "ENABLED"


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
        name = params["TenantName"]
        _check_name(name)
        suppression = _suppression(params.get("SuppressionAttributes", {}))
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
            suppression=suppression,
            tags=tags.checked(params.get("Tags")),
        )
        place.tenants[name] = tenant
        return _shown(caller, tenant)

    def get(self, caller: Caller, params: Params) -> Reply:
        """A tenant."""
        found = find(self._world.of(caller), params.get("TenantName", ""))
        return {"Tenant": _shown(caller, found)}

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
        shown, more = page(params, kept, TENANTS)
        return {"Tenants": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a tenant, its associations and its suppression list."""
        place = self._world.of(caller)
        del place.tenants[find(place, params.get("TenantName", "")).name]
        return {}

    def put_suppression(self, caller: Caller, params: Params) -> Reply:
        """Replace a tenant's suppression settings; with neither of them, take them away."""
        _check_name(params.get("TenantName", ""))
        suppression = _suppression(params)
        find(self._world.of(caller), params["TenantName"]).suppression = suppression
        return {}

    def associate(self, caller: Caller, params: Params) -> Reply:
        """Give a tenant the use of a resource."""
        place = self._world.of(caller)
        kind, name = _parsed(caller, params["ResourceArn"])
        tenant, resource = find(place, params.get("TenantName", "")), params["ResourceArn"]
        held: dict[str, Mapping[str, Any]] = {
            "identity": place.identities,
            "configuration-set": place.configuration_sets,
            "template": place.templates,
        }
        if name not in held[kind]:
            raise not_found(f"Resource <{resource}> does not exist.")
        if resource in tenant.resources:
            raise already_exists(
                f"Resources {resource} has already been associated with tenant {tenant.name}"
            )
        tenant.resources[resource] = self._world.now()
        return {}

    def dissociate(self, caller: Caller, params: Params) -> Reply:
        """Take the use of a resource from a tenant; that it has none does not matter."""
        _parsed(caller, params["ResourceArn"])
        tenant = find(self._world.of(caller), params.get("TenantName", ""))
        tenant.resources.pop(params["ResourceArn"], None)
        return {}

    def list_resources(self, caller: Caller, params: Params) -> Reply:
        """What a tenant may use, by ARN."""
        wanted = params.get("Filter", {}).get("RESOURCE_TYPE")
        if wanted is not None and wanted not in _KINDS:
            raise bad_request(f"Invalid resource type {wanted} specified.")
        tenant = find(self._world.of(caller), params.get("TenantName", ""))
        kinds = {resource: _parsed(caller, resource)[0] for resource in sorted(tenant.resources)}
        kept = [
            {"ResourceType": kind, "ResourceArn": resource}
            for resource, kind in kinds.items()
            if wanted in (None, kind)
        ]
        shown, more = page(params, kept, TENANTS)
        return {"TenantResources": shown, **more}

    def list_resource_tenants(self, caller: Caller, params: Params) -> Reply:
        """Who may use a resource, those longest associated at the head."""
        resource = params["ResourceArn"]
        _parsed(caller, resource)
        kept = [
            {
                "TenantName": tenant.name,
                "TenantId": tenant.id,
                "ResourceArn": resource,
                "AssociatedTimestamp": tenant.resources[resource],
            }
            for tenant in self._world.of(caller).tenants.values()
            if resource in tenant.resources
        ]
        kept.sort(key=lambda each: (each["AssociatedTimestamp"], each["TenantName"]))
        shown, more = page(params, kept, TENANTS)
        return {"ResourceTenants": shown, **more}


def for_sending(caller: Caller, place: Place, name: str) -> Tenant:
    """The tenant a message names; here SES has another sentence where there is none."""
    found = place.tenants.get(name)
    if found is None:
        raise not_found(f"Tenant {name} for AwsAccountId {caller.account} not found.")
    return found


def check_may_use(tenant: Tenant, resources: Iterable[str]) -> None:
    """[M] SendEmail.TenantName: everything a message refers to must belong to the tenant."""
    missing = [resource for resource in resources if resource not in tenant.resources]
    if missing:
        raise access_denied(f"Tenant not associated with resources [{', '.join(missing)}].")


def tags_of_all(caller: Caller, place: Place) -> dict[str, dict[str, str]]:
    """The tags of each tenant, by its ARN."""
    return {
        arn(caller, "tenant", f"{tenant.name}/{tenant.id}"): dict(tenant.tags)
        for tenant in place.tenants.values()
    }


def _check_name(name: str) -> None:
    if not name.strip():
        raise bad_request("TenantName cannot be empty")
    if len(name) > MAX_RESOURCE_NAME:
        raise bad_request(f"TenantName cannot exceed {MAX_RESOURCE_NAME} characters.")
    if not _NAME.fullmatch(name):
        raise bad_request(
            f"Invalid tenant name <{name}>: only alphanumeric ASCII characters, '_', and '-'"
            " are allowed."
        )


def _parsed(caller: Caller, resource: str) -> tuple[str, str]:
    """Kind and name within an ARN, judged in SES's order: form, service, kind, region, account."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise bad_request("Provided resource identifier is not an SES resource")
    if parts[2] != "ses":
        raise bad_request("Provided ARN is not in SES resource ARN format")
    kind, _, name = parts[5].partition("/")
    if kind not in _KINDS:
        raise bad_request(f"Unsupported resource type: {kind}")
    if not name:
        raise bad_request("Provided resource identifier is not an SES resource")
    if parts[3] != caller.region:
        raise bad_request(f"Resource <{resource}> must be in the same region")
    if parts[4] != caller.account:
        raise bad_request(f"Resource <{resource}> must be in the same account")
    return kind, name


def _suppression(given: Params) -> dict[str, Any]:
    """Reasons and scope are a pair: both or neither (facts-sending 0.5)."""
    reasons, scope = given.get("SuppressedReasons"), given.get("SuppressionScope")
    if len(set(reasons or [])) != len(reasons or []):
        raise bad_request("Each suppressed reason can only be specified at most once")
    if reasons is None and scope is not None:
        raise bad_request("SuppressionScope cannot be specified without SuppressedReasons.")
    if reasons is not None and scope is None:
        raise bad_request(
            "SuppressedReasons cannot be specified without SuppressionScope."
            if reasons
            else "SuppressionScope is required when SuppressedReasons are provided."
            " Valid values are: TENANT, ACCOUNT"
        )
    return {} if scope is None else {"SuppressedReasons": reasons, "SuppressionScope": scope}


def _shown(caller: Caller, tenant: Tenant) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "TenantName": tenant.name,
        "TenantId": tenant.id,
        "TenantArn": arn(caller, "tenant", f"{tenant.name}/{tenant.id}"),
        "CreatedTimestamp": tenant.created_at,
        "Tags": tags.as_list(tenant.tags),
        "SendingStatus": sending_status(tenant),
    }
    if tenant.suppression:
        shown["SuppressionAttributes"] = dict(tenant.suppression)
    return shown
