"""Dedicated IP pools, and the addresses in them: leased outside of the API, and warmed up by time;
or AWS's own, in managed pools."""

import ipaddress
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import tags
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.paging import page
from ses_provision.local.ses.state import Lease, Place, Pool
from ses_provision.local.ses.world import Handler, World

# facts-sending 0.7: managed and standard ones together.
MAX_POOLS = 50
# facts-sending 0.6.
_NAME = re.compile(r"[a-z0-9._-]{1,64}")
SHARED, DEFAULT = "ses-shared-pool", "ses-default-dedicated-pool"
_BUILT_IN = (DEFAULT, SHARED)
# SES Developer Guide, warming up dedicated IP addresses: a standard one is warm after 45 days.
WARM_AFTER = timedelta(days=45)
# TEST-NET-2 (RFC 5737): where the addresses of managed pools lie here.
_MANAGED = "198.51.100."


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
            "GetDedicatedIp": self.get_ip,
            "PutDedicatedIpInPool": self.put_in_pool,
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
        if name in held or name in _BUILT_IN:
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
        """The names of all pools, with the built-in ones where addresses are leased."""
        place = self._world.of(caller)
        shown, more = page(params, sorted([*place.pools, *(_BUILT_IN if place.leased else ())]))
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
        for lease in place.leased.values():
            if lease.pool == name:
                lease.pool = DEFAULT
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
        """The addresses of the account, or of a pool."""
        place, name = self._world.of(caller), params.get("PoolName")
        if name not in (None, DEFAULT):
            self._found(caller, params)
        every = [*(self._leased(each) for each in place.leased.values()), *_chosen(place)]
        kept = [each for each in every if name in (None, each["PoolName"])]
        shown, more = page(params, sorted(kept, key=lambda each: str(each["Ip"])))
        return {"DedicatedIps": shown, **more}

    def get_ip(self, caller: Caller, params: Params) -> Reply:
        """One address."""
        return {"DedicatedIp": self._leased(self._lease(caller, params))}

    def put_in_pool(self, caller: Caller, params: Params) -> Reply:
        """Move an address; that it is leased is looked at before the pool (facts-sending B)."""
        lease, name = self._lease(caller, params), params["DestinationPoolName"]
        if name != DEFAULT:
            pool = self._found(caller, {"PoolName": name})
            if pool.scaling_mode == "MANAGED":
                raise bad_request(f"The pool <{name}> is managed and takes no addresses.")
        lease.pool = name
        return {}

    def put_warmup(self, caller: Caller, params: Params) -> Reply:
        """Set how far an address is warmed up; the percentage is looked at before the address."""
        if not 0 <= params["WarmupPercentage"] <= 100:
            raise bad_request("Warmup Percentage must be between 0 and 100.")
        lease = self._lease(caller, params)
        lease.since, lease.from_percentage = self._world.now(), params["WarmupPercentage"]
        return {}

    def lease(self, place: Place, ips: Iterable[str]) -> None:
        """Lease addresses, as AWS does in a support case."""
        warm = 0 if place.account.auto_warmup else 100
        for ip in map(str, map(ipaddress.IPv4Address, ips)):
            place.leased.setdefault(ip, Lease(ip, self._world.now(), from_percentage=warm))

    def _leased(self, lease: Lease) -> dict[str, Any]:
        days = (self._world.now() - lease.since) / WARM_AFTER
        percentage = min(100, lease.from_percentage + int(100 * days))
        return {
            "Ip": lease.ip,
            "WarmupStatus": "DONE" if percentage == 100 else "IN_PROGRESS",
            "WarmupPercentage": percentage,
            "PoolName": lease.pool,
        }

    def _lease(self, caller: Caller, params: Params) -> Lease:
        found = self._world.of(caller).leased.get(params["Ip"])
        if found is None:
            raise not_found(f"Could not find dedicated IP <{params['Ip']}> under this account.")
        return found

    def _found(self, caller: Caller, params: Params) -> Pool:
        if params["PoolName"] in _BUILT_IN:
            # That SES refuses it: cloud-custodian, c7n/resources/ses.py; its words are not known.
            raise bad_request(f"The pool <{params['PoolName']}> cannot be asked for or changed.")
        found = self._world.of(caller).pools.get(params["PoolName"])
        if found is None:
            raise not_found(f"The requested pool <{params['PoolName']}> does not exist.")
        return found


def _chosen(place: Place) -> list[dict[str, Any]]:
    """The addresses that AWS chose for managed pools, once mail has left through them (I)."""
    used = {mail.configuration_set for mail in place.sent}
    named = {
        (each.delivery or {}).get("SendingPoolName")
        for each in place.configuration_sets.values()
        if each.name in used
    }
    managed = [pool for pool in place.pools.values() if pool.scaling_mode == "MANAGED"]
    return [
        {
            "Ip": f"{_MANAGED}{number}",
            "WarmupStatus": "NOT_APPLICABLE",
            "WarmupPercentage": -1,
            "PoolName": pool.name,
        }
        for number, pool in enumerate(managed, start=10)
        if pool.name in named
    ]
