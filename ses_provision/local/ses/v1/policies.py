"""Sending authorization policies in the API v1: put and delete do not care what was there."""

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import policies
from ses_provision.local.ses.names import identity_name
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import invalid, worded
from ses_provision.local.ses.world import Handler


class IdentityPolicies:
    """The operations on an identity's policies."""

    def __init__(self, v2: SesV2) -> None:
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "PutIdentityPolicy": self.put,
            "GetIdentityPolicies": self.get,
            "ListIdentityPolicies": self.list,
            "DeleteIdentityPolicy": self.delete,
        }

    def put(self, caller: Caller, params: Params) -> Reply:
        """Add or replace a policy."""
        with worded(bad="InvalidParameterValue"):
            policies.check_name(params["PolicyName"])
            identity = self._world.of(caller).identities.get(identity_name(params["Identity"]))
        if identity is None:
            raise invalid(f"Identity <{params['Identity']}> does not exist.")
        held, name = identity.policies, params["PolicyName"]
        if name not in held and len(held) >= policies.MAX_POLICIES:
            raise invalid(policies.too_many(params["Identity"]))
        with worded(bad="InvalidPolicy"):
            held[name] = policies.document(params["Policy"])
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """The policies asked for, as far as they are there."""
        held = self._held(caller, params)
        return {"Policies": {name: held[name] for name in params["PolicyNames"] if name in held}}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The names of all policies."""
        return {"PolicyNames": sorted(self._held(caller, params))}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Remove a policy; that there is none does not matter."""
        self._held(caller, params).pop(params["PolicyName"], None)
        return {}

    def _held(self, caller: Caller, params: Params) -> dict[str, str]:
        with worded():
            identity = self._world.of(caller).identities.get(identity_name(params["Identity"]))
        return identity.policies if identity is not None else {}
