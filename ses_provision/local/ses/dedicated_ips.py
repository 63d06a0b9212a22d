"""Dedicated IP pools. Addresses are leased outside of the API, so here an account has none."""

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.names import resource_name
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Pool
from ses_provision.local.ses.world import Handler, World

# aws-facts 10, medium confidence; standard pools: the 2023 quotas page.
MAX_POOLS = {"STANDARD": 50, "MANAGED": 5}


class DedicatedIps:
    """The operations on dedicated IP pools and addresses."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateDedicatedIpPool": self.create,
            "GetDedicatedIpPool": self.get,
            "ListDedicatedIpPools": self.list,
            "DeleteDedicatedIpPool": self.delete,
            "PutDedicatedIpPoolScalingAttributes": self.put_scaling,
            "GetDedicatedIps": self.list_ips,
            "GetDedicatedIp": self.no_ip,
            "PutDedicatedIpInPool": self.no_ip,
            "PutDedicatedIpWarmupAttributes": self.no_ip,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make a pool."""
        held, mode = self._world.of(caller).pools, params.get("ScalingMode", "STANDARD")
        name = resource_name(params["PoolName"], "Pool")
        if name in held:
            raise already_exists(f"The pool <{name}> already exists.")
        if sum(each.scaling_mode == mode for each in held.values()) >= MAX_POOLS[mode]:
            raise limit_exceeded(f"The maximum number of {mode.lower()} pools has been reached.")
        held[name] = Pool(name, mode, tags.checked(params.get("Tags")))
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A pool."""
        pool = self._found(caller, params)
        return {"DedicatedIpPool": {"PoolName": pool.name, "ScalingMode": pool.scaling_mode}}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The names of all pools."""
        shown, more = page(params, sorted(self._world.of(caller).pools))
        return {"DedicatedIpPools": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a pool."""
        del self._world.of(caller).pools[self._found(caller, params).name]
        return {}

    def put_scaling(self, caller: Caller, params: Params) -> Reply:
        """Convert a pool; [M]: a managed one cannot become standard again."""
        mode, pool = params["ScalingMode"], self._found(caller, params)
        if pool.scaling_mode == "MANAGED" and mode == "STANDARD":
            raise bad_request("The ScalingMode parameter is invalid.")
        pool.scaling_mode = mode
        return {}

    def list_ips(self, caller: Caller, params: Params) -> Reply:
        """The addresses of the account, or of a pool: none."""
        if "PoolName" in params:
            self._found(caller, params)
        page(params, [])
        return {"DedicatedIps": []}

    def no_ip(self, caller: Caller, params: Params) -> Reply:
        """Any question about one address."""
        del caller
        raise not_found(f"Could not find dedicated IP <{params['Ip']}> under this account.")

    def _found(self, caller: Caller, params: Params) -> Pool:
        found = self._world.of(caller).pools.get(params["PoolName"])
        if found is None:
            raise not_found(f"The requested pool <{params['PoolName']}> does not exist.")
        return found
