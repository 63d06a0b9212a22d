"""Multi-region endpoints: one id that sends through two regions (aws-facts 11)."""

import hashlib
from datetime import timedelta
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, not_found
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Endpoint
from ses_provision.local.ses.world import Handler, World

# How long one is CREATING.
CREATING = timedelta(seconds=30)


class MultiRegionEndpoints:
    """The operations on multi-region endpoints."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateMultiRegionEndpoint": self.create,
            "GetMultiRegionEndpoint": self.get,
            "ListMultiRegionEndpoints": self.list,
            "DeleteMultiRegionEndpoint": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make an endpoint of this region and exactly one other."""
        held, name, now = (
            self._world.of(caller).endpoints,
            params["EndpointName"],
            self._world.now(),
        )
        others = [route["Region"] for route in params["Details"]["RoutesDetails"]]
        if len(others) != 1:
            raise bad_request("Exactly one secondary region must be specified.")
        if others == [caller.region]:
            raise bad_request(f"The secondary region must not be {caller.region} itself.")
        if name in held:
            raise already_exists(f"Multi-region endpoint <{name}> already exists.")
        digest = hashlib.sha256(f"{caller.account}/{caller.region}/{name}/{now}".encode())
        made = Endpoint(
            name,
            f"{digest.hexdigest()[:10]}.{digest.hexdigest()[10:13]}",
            now,
            (caller.region, *others),
            tags.checked(params.get("Tags")),
        )
        held[name] = made
        return {"Status": self._status(made), "EndpointId": made.id}

    def get(self, caller: Caller, params: Params) -> Reply:
        """An endpoint with its regions."""
        found = self._found(caller, params)
        return {**self._summary(found), "Routes": [{"Region": each} for each in found.regions]}

    def list(self, caller: Caller, params: Params) -> Reply:
        """All endpoints, by name."""
        held = self._world.of(caller).endpoints
        shown, more = page(params, [held[name] for name in sorted(held)])
        infos = [{**self._summary(each), "Regions": list(each.regions)} for each in shown]
        return {"MultiRegionEndpoints": infos, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete an endpoint."""
        del self._world.of(caller).endpoints[self._found(caller, params).name]
        return {"Status": "DELETING"}

    def _found(self, caller: Caller, params: Params) -> Endpoint:
        found = self._world.of(caller).endpoints.get(params["EndpointName"])
        if found is None:
            raise not_found(f"Multi-region endpoint <{params['EndpointName']}> does not exist.")
        return found

    def _status(self, endpoint: Endpoint) -> str:
        ready = self._world.now() >= endpoint.created_at + CREATING
        return "READY" if ready else "CREATING"

    def _summary(self, endpoint: Endpoint) -> dict[str, Any]:
        return {
            "EndpointName": endpoint.name,
            "EndpointId": endpoint.id,
            "Status": self._status(endpoint),
            "CreatedTimestamp": endpoint.created_at,
            "LastUpdatedTimestamp": endpoint.created_at,
        }
