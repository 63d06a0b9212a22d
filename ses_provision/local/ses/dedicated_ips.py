"""Dedicated IP pools. Addresses are leased outside of the API, so here an account has none."""

import re

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Pool
from ses_provision.local.ses.world import Handler, World

# facts-sending 0.7: managed and standard ones together.
MAX_POOLS = 50
# facts-sending 0.6.
_NAME = re.compile(r"[a-z0-9._-]{1,64}")


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
            "PutDedicatedIpWarmupAttributes": self.put_warmup,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make a pool."""
        held, mode = self._world.of(caller).pools, params.get("ScalingMode", "STANDARD")
        name = params["PoolName"]
        if not _NAME.fullmatch(name):
            raise bad_request(
                f"Invalid pool name <{name}>: only lowercase alphanumeric ASCII characters, '.',"
                " '_' and '-' are allowed."
            )
        if name in held:
            raise already_exists(f"The pool <{name}> already exists.")
        if len(held) >= MAX_POOLS:
            raise limit_exceeded("The maximum number of dedicated IP pools has been reached.")
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
        """Delete a pool; one that a configuration set sends through stays.

        What AWS does is not known (facts-sending J); the stricter answer is the safer one to meet.
        """
        place, name = self._world.of(caller), self._found(caller, params).name
        for each in place.configuration_sets.values():
            if (each.delivery or {}).get("SendingPoolName") == name:
                raise bad_request(
                    f"The pool <{name}> is used by the configuration set <{each.name}>."
                )
        del place.pools[name]
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

    def put_warmup(self, caller: Caller, params: Params) -> Reply:
        """Set how far an address is warmed up; the percentage is looked at before the address."""
        if not 0 <= params["WarmupPercentage"] <= 100:
            raise bad_request("Warmup Percentage must be between 0 and 100.")
        return self.no_ip(caller, params)

    def _found(self, caller: Caller, params: Params) -> Pool:
        found = self._world.of(caller).pools.get(params["PoolName"])
        if found is None:
            raise not_found(f"The requested pool <{params['PoolName']}> does not exist.")
        return found
