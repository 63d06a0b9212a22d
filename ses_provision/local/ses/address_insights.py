"""GetEmailAddressInsights: how sure SES is that mail to an address arrives."""

from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.addresses import violation
from ses_provision.local.ses.errors import bad_request
from ses_provision.local.ses.outcomes import Fate, is_simulator, played
from ses_provision.local.ses.world import Handler, World

_ROLES = frozenset({"abuse", "admin", "billing", "contact", "hostmaster", "info", "no-reply",
                    "noreply", "office", "postmaster", "sales", "security", "support",
                    "webmaster"})  # fmt: skip
_NO_MAILBOX = (Fate.BOUNCED, Fate.ON_GLOBAL_LIST)


class AddressInsights:
    """GetEmailAddressInsights."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {"GetEmailAddressInsights": self.get}

    def get(self, caller: Caller, params: Params) -> Reply:
        """What can be told from the address, from DNS, and of the simulator's mailboxes.

        Whether a mailbox elsewhere exists only its owner knows, and here nobody asks: MEDIUM.
        """
        address = params["EmailAddress"]
        if not address.strip():
            raise bad_request("EmailAddress can't be blank.")
        well_formed = violation(address) is None
        receives = well_formed and self._receives(caller, address)
        exists = _exists(address) if receives else "LOW"
        evaluations = {
            "HasValidSyntax": _sure(well_formed),
            "HasValidDnsRecords": _sure(receives),
            "MailboxExists": exists,
            "IsRoleAddress": _sure(address.partition("@")[0].lower() in _ROLES),
            "IsDisposable": "LOW",
            "IsRandomInput": "LOW",
        }
        return {
            "MailboxValidation": {
                "IsValid": _verdict(exists),
                "Evaluations": {name: _verdict(told) for name, told in evaluations.items()},
            }
        }

    def _receives(self, caller: Caller, address: str) -> bool:
        domain, dns = address.rpartition("@")[2].lower(), self._world.neighbours.dns
        if is_simulator(address):
            return True
        mx = dns(caller.account, domain, "MX")
        if mx is None:
            # RFC 5321, 5.1: without an MX record the address record counts.
            return dns(caller.account, domain, "A") is not None
        # RFC 7505: a null MX takes no mail.
        return [value.split()[-1] for value in mx] != ["."]


def _exists(address: str) -> str:
    if not is_simulator(address):
        return "MEDIUM"
    return _sure(played(address) not in _NO_MAILBOX)


def _sure(holds: bool) -> str:
    return "HIGH" if holds else "LOW"


def _verdict(told: str) -> dict[str, Any]:
    return {"ConfidenceVerdict": told}
