"""Identities in the API v1: verify, list, read and delete, DKIM and MAIL FROM.

[D23] creating-identities: v1 knows a domain by a token in a TXT record at `_amazonses`, beside
Easy DKIM. Here Easy DKIM begins with the domain, and either makes it verified.
"""

from collections.abc import Iterator
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.identities import PAGES as V2_PAGES
from ses_provision.local.ses.lifecycle import ownership_token
from ses_provision.local.ses.names import identity_name
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.state import Identity, Place, Watch
from ses_provision.local.ses.v1 import spelling
from ses_provision.local.ses.v1.refusals import invalid, worded
from ses_provision.local.ses.world import Handler

PAGES = Paging(
    1000,
    1000,
    lambda size: (
        f"Value {size} for parameter MaxItems is invalid. MaxItems must be between 1 and 1000."
    ),
    V2_PAGES.invalid_token,
    code="InvalidParameterValue",
    size="MaxItems",
)


class Identities:
    """The operations on identities."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "VerifyEmailIdentity": self.verify_address,
            "VerifyEmailAddress": self.verify_address,
            "VerifyDomainIdentity": self.verify_domain,
            "VerifyDomainDkim": self.verify_dkim,
            "ListIdentities": self.list,
            "ListVerifiedEmailAddresses": self.list_verified,
            "DeleteIdentity": self.delete,
            "DeleteVerifiedEmailAddress": self.delete_address,
            "GetIdentityVerificationAttributes": self.verification,
            "GetIdentityDkimAttributes": self.dkim,
            "SetIdentityDkimEnabled": self.set_dkim,
            "SetIdentityMailFromDomain": self.set_mail_from,
            "GetIdentityMailFromDomainAttributes": self.mail_from,
        }

    def verify_address(self, caller: Caller, params: Params) -> Reply:
        """Mail an address the link that makes it an identity; again where it has one."""
        with worded():
            name = identity_name(params["EmailAddress"])
            place = self._world.of(caller)
            held = place.identities.get(name)
            if held is None:
                self._v2.handle(caller, "CreateEmailIdentity", {"EmailIdentity": name})
            elif not held.verified:
                self._v2.mail_link(place, held)
        return {}

    def verify_domain(self, caller: Caller, params: Params) -> Reply:
        """Start the verification of a domain; the token for its TXT record."""
        place, name = self._domain(caller, params["Domain"])
        identity = place.identities[name]
        if identity.ownership is None:
            identity.ownership = Watch.begin(self._world.now())
        return {"VerificationToken": ownership_token(place, name)}

    def verify_dkim(self, caller: Caller, params: Params) -> Reply:
        """The three tokens of Easy DKIM, the same at every call."""
        _, name = self._domain(caller, params["Domain"])
        return {"DkimTokens": self._shown(caller, name)["DkimAttributes"]["Tokens"]}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The names of all identities."""
        held, wanted = self._world.of(caller).identities, params.get("IdentityType")
        names = [
            name
            for name in sorted(held)
            if wanted is None or (wanted == "Domain") == held[name].is_domain
        ]
        shown, more = page(params, names, PAGES)
        return {"Identities": shown, **more}

    def list_verified(self, caller: Caller, params: Params) -> Reply:
        """The addresses whose link was followed."""
        del params
        held = self._world.of(caller).identities
        verified = [
            name for name in sorted(held) if not held[name].is_domain and held[name].verified
        ]
        return {"VerifiedEmailAddresses": verified}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Forget an identity; that there is none does not matter."""
        with worded():
            name = identity_name(params["Identity"])
            if name in self._world.of(caller).identities:
                self._v2.handle(caller, "DeleteEmailIdentity", {"EmailIdentity": name})
        return {}

    def delete_address(self, caller: Caller, params: Params) -> Reply:
        """Forget an address."""
        return self.delete(caller, {"Identity": params["EmailAddress"]})

    def verification(self, caller: Caller, params: Params) -> Reply:
        """How far each identity is; those that are none are left out."""
        place = self._world.of(caller)
        told = {}
        for name, identity in self._known(caller, params):
            shown = self._shown(caller, identity.name)
            told[name] = {"VerificationStatus": spelling.status(shown["VerificationStatus"])}
            if identity.is_domain:
                told[name]["VerificationToken"] = ownership_token(place, identity.name)
        return {"VerificationAttributes": told}

    def dkim(self, caller: Caller, params: Params) -> Reply:
        """How each identity signs; an address as its domain does."""
        told: dict[str, Any] = {}
        for name, identity in self._known(caller, params):
            shown = self._shown(caller, identity.name)["DkimAttributes"]
            told[name] = {
                "DkimEnabled": shown["SigningEnabled"],
                "DkimVerificationStatus": spelling.status(shown["Status"]),
                "DkimTokens": shown.get("Tokens", []),
            }
        return {"DkimAttributes": told}

    def set_dkim(self, caller: Caller, params: Params) -> Reply:
        """Sign or do not sign."""
        given = {
            "EmailIdentity": params["Identity"],
            "SigningEnabled": params["DkimEnabled"],
        }
        with worded():
            self._v2.handle(caller, "PutEmailIdentityDkimAttributes", given)
        return {}

    def set_mail_from(self, caller: Caller, params: Params) -> Reply:
        """Set the custom MAIL FROM domain; an empty one takes it away."""
        given = {"EmailIdentity": params["Identity"]}
        if params.get("MailFromDomain"):
            given["MailFromDomain"] = params["MailFromDomain"]
        if "BehaviorOnMXFailure" in params:
            given["BehaviorOnMxFailure"] = spelling.to_behavior(params["BehaviorOnMXFailure"])
        with worded():
            self._v2.handle(caller, "PutEmailIdentityMailFromAttributes", given)
        return {}

    def mail_from(self, caller: Caller, params: Params) -> Reply:
        """The MAIL FROM domain of each identity."""
        told = {}
        for name, identity in self._known(caller, params):
            shown = self._shown(caller, identity.name)["MailFromAttributes"]
            told[name] = {
                "MailFromDomain": shown.get("MailFromDomain", ""),
                "MailFromDomainStatus": spelling.status(
                    shown.get("MailFromDomainStatus", "PENDING")
                ),
                "BehaviorOnMXFailure": spelling.behavior(shown["BehaviorOnMxFailure"]),
            }
        return {"MailFromDomainAttributes": told}

    def _domain(self, caller: Caller, given: str) -> tuple[Place, str]:
        place = self._world.of(caller)
        if "@" in given:
            raise invalid(f"Domain {given} is invalid.")
        with worded():
            name = identity_name(given)
            if name not in place.identities:
                self._v2.handle(caller, "CreateEmailIdentity", {"EmailIdentity": name})
        return place, name

    def _shown(self, caller: Caller, name: str) -> Reply:
        return self._v2.handle(caller, "GetEmailIdentity", {"EmailIdentity": name})

    def _known(self, caller: Caller, params: Params) -> Iterator[tuple[str, Identity]]:
        held = self._world.of(caller).identities
        with worded():
            names = {given: identity_name(given) for given in params["Identities"]}
        yield from ((given, held[name]) for given, name in names.items() if name in held)
