"""Sending authorization policies of an identity."""

import re

from ses_provision.local import strict_json
from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.names import identity_name
from ses_provision.local.ses.world import Handler, World

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_POLICIES = 20


def check_name(name: str) -> None:
    """Refuse a name no policy can have; the sentences here were recorded by floci-io/floci."""
    if not _NAME.fullmatch(name):
        raise bad_request(
            "PolicyName is invalid. Policy names must only include alpha-numeric characters,"
            " dashes, and underscores."
        )


def too_many(identity: str) -> str:
    """What SES says where an identity has all the policies it can have."""
    return (
        f"Number of policies for <{identity}> exceeds max allowed number of policies per resource"
    )


class Policies:
    """The operations on an identity's policies."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateEmailIdentityPolicy": self.create,
            "UpdateEmailIdentityPolicy": self.update,
            "DeleteEmailIdentityPolicy": self.delete,
            "GetEmailIdentityPolicies": self.get,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Add a policy."""
        held, name = self._held(caller, params), params["PolicyName"]
        check_name(name)
        if name in held:
            raise already_exists(f"Policy <{name}> already exists")
        if len(held) >= MAX_POLICIES:
            raise limit_exceeded(too_many(params["EmailIdentity"]))
        held[name] = document(params["Policy"])
        return {}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Replace a policy."""
        held, name = self._held(caller, params), params["PolicyName"]
        if name not in held:
            raise not_found(f"Policy <{name}> does not exist")
        held[name] = document(params["Policy"])
        return {}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Remove a policy."""
        held, name = self._held(caller, params), params["PolicyName"]
        if name not in held:
            raise not_found(f"Policy <{name}> does not exist")
        del held[name]
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """All policies."""
        return {"Policies": dict(self._held(caller, params))}

    def _held(self, caller: Caller, params: Params) -> dict[str, str]:
        held = self._world.of(caller).identities.get(identity_name(params["EmailIdentity"]))
        if held is None:
            raise not_found(f"Email identity <{params['EmailIdentity']}> does not exist.")
        return held.policies


def document(text: str) -> str:
    try:
        parsed = strict_json.loads(text)
    except ValueError:
        raise bad_request("The policy is not valid JSON.") from None
    if not isinstance(parsed, dict) or not parsed.get("Statement"):
        raise bad_request("The policy has no statement.")
    return text
