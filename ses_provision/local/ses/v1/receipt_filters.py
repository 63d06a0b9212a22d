"""Receipt filters: whose mail is not taken in."""

import ipaddress
import re

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.v1.refusals import invalid
from ses_provision.local.ses.world import Handler

# [D23] quotas.
MAX_FILTERS = 100
_NAME = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?")


class ReceiptFilters:
    """The operations on receipt filters."""

    def __init__(self, v2: SesV2) -> None:
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateReceiptFilter": self.create,
            "ListReceiptFilters": self.list,
            "DeleteReceiptFilter": self.delete,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Allow or block a range of addresses."""
        held, given = self._world.of(caller).receiving.filters, params["Filter"]
        name, cidr = given["Name"], given["IpFilter"]["Cidr"]
        if not _NAME.fullmatch(name):
            raise invalid(f"Not a valid filterName: {name}")
        try:
            ipaddress.ip_network(cidr)
        except ValueError:
            raise invalid(f"Not a valid CIDR block: {cidr}") from None
        if name in held:
            raise AwsError("AlreadyExists", f"Filter already exists: {name}", 400)
        if len(held) >= MAX_FILTERS:
            raise AwsError("LimitExceeded", "Too many filters", 400)
        held[name] = {"Name": name, "IpFilter": dict(given["IpFilter"])}
        return {}

    def list(self, caller: Caller, params: Params) -> Reply:
        """All filters, by name."""
        del params
        held = self._world.of(caller).receiving.filters
        return {"Filters": [held[name] for name in sorted(held)]}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Remove a filter; that there is none does not matter."""
        self._world.of(caller).receiving.filters.pop(params["FilterName"], None)
        return {}
