"""Tags: one store, on the resources themselves, reached by their true ARNs."""

import re
from collections.abc import Callable
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.errors import bad_request, not_found
from ses_provision.local.ses.state import Place
from ses_provision.local.ses.world import Handler, World

_ARN = re.compile(r"arn:[a-z-]+:ses:([a-z0-9-]+):(\d{12}):([a-z-]+)/(.+)")
MAX_TAGS = 50


def checked(
    given: list[dict[str, str]] | None, existing: dict[str, str] | None = None
) -> dict[str, str]:
    """The tags a resource has after those given are added, within AWS's rules for tags."""
    merged = dict(existing or {})
    seen: set[str] = set()
    for tag in given or []:
        key, value = tag["Key"], tag["Value"]
        if not 1 <= len(key) <= 128 or len(value) > 256:
            raise bad_request(
                f"Invalid tag <{key}>: a key has 1 to 128 characters, a value at most 256."
            )
        if key.lower().startswith("aws:"):
            raise bad_request(f"Invalid tag <{key}>: the prefix aws: is reserved.")
        if key in seen:
            raise bad_request(f"Duplicate tag key <{key}>.")
        seen.add(key)
        merged[key] = value
    if len(merged) > MAX_TAGS:
        raise bad_request(f"A resource can have at most {MAX_TAGS} tags.")
    return merged


def as_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags in the form the API answers with."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


class Tags:
    """TagResource, UntagResource and ListTagsForResource."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list,
        }

    def tag(self, caller: Caller, params: Params) -> Reply:
        """Add tags, replacing values of keys already there."""
        resource = self._resource(caller, params["ResourceArn"])
        resource.tags = checked(params["Tags"], resource.tags)
        return {}

    def untag(self, caller: Caller, params: Params) -> Reply:
        """Remove tags; keys that are not there do not matter."""
        resource = self._resource(caller, params["ResourceArn"])
        gone = set(params["TagKeys"])
        resource.tags = {key: value for key, value in resource.tags.items() if key not in gone}
        return {}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The tags of a resource."""
        return {"Tags": as_list(self._resource(caller, params["ResourceArn"]).tags)}

    def _resource(self, caller: Caller, arn: str) -> Any:
        matched = _ARN.fullmatch(arn)
        if matched is None:
            raise bad_request(f"Invalid resource ARN <{arn}>.")
        region, account, kind, name = matched.groups()
        if kind not in _KINDS:
            raise bad_request(f"Resources of type <{kind}> cannot be tagged.")
        resource = None
        if (account, region) == (caller.account, caller.region):
            resource = _KINDS[kind](self._world.of(caller), name)
        if resource is None:
            raise not_found(_absent(kind, name, arn))
        return resource


def _absent(kind: str, name: str, arn: str) -> str:
    # Recorded (floci-io/floci); the missing space is AWS's own.
    if kind == "tenant":
        plain, _, tenant_id = name.partition("/")
        return f"No Tenant present with name: {plain}with tenantId: {tenant_id}"
    told = {"identity": "EmailIdentity", "configuration-set": "ConfigurationSet"}
    if kind in told:
        return f"No {told[kind]} present with name: {name}"
    return f"No resource present with ARN: {arn}"


def _tenant(place: Place, name: str) -> Any:
    # aws-facts 4: a tenant's ARN is tenant/NAME/ID; facts-sending A1: the id alone decides.
    plain, _, tenant_id = name.rpartition("/")
    named = place.tenants.get(plain)
    if named is not None and named.id == tenant_id:
        return named
    return next((each for each in place.tenants.values() if each.id == tenant_id), None)


_KINDS: dict[str, Callable[[Place, str], Any]] = {
    "identity": lambda place, name: place.identities.get(name),
    "configuration-set": lambda place, name: place.configuration_sets.get(name),
    "dedicated-ip-pool": lambda place, name: place.pools.get(name),
    "template": lambda place, name: place.templates.get(name),
    "tenant": _tenant,
    "contact-list": lambda place, name: place.contact_lists.get(name),
    "multi-region-endpoint": lambda place, name: place.endpoints.get(name),
}
