"""E-mail identities: create, read, delete, and their MAIL FROM, DKIM and other attributes."""

from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses import dkim, tags, tenants
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.names import arn, domain_of, identity_name, is_domain
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.state import (
    FAILED,
    Identity,
    MailFrom,
    Place,
    Watch,
)
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_IDENTITIES = 10_000


def _size_refusal(size: int) -> str:
    return f"Value {size} for parameter PageSize is invalid. PageSize must be between 1 and 1000."


PAGES = Paging(25, 1000, _size_refusal, "Invalid NextToken <{token}>.")


def find(place: Place, given: str) -> Identity:
    """The identity of that name."""
    identity = place.identities.get(identity_name(given))
    if identity is None:
        raise not_found(f"Email identity {given} does not exist.")
    return identity


def changed(place: Place, given: str, refusal: str) -> Identity:
    """The identity whose attributes are to be changed.

    Recorded in 2026 (floci-io/floci): where it is not there, these operations say BadRequest.
    """
    identity = place.identities.get(identity_name(given))
    if identity is None:
        raise bad_request(refusal)
    return identity


class Identities:
    """The operations on e-mail identities."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateEmailIdentity": self.create,
            "GetEmailIdentity": self.get,
            "ListEmailIdentities": self.list,
            "DeleteEmailIdentity": self.delete,
            "PutEmailIdentityMailFromAttributes": self.put_mail_from,
            "PutEmailIdentityDkimAttributes": self.put_dkim,
            "PutEmailIdentityDkimSigningAttributes": self.put_dkim_signing,
            "PutEmailIdentityConfigurationSetAttributes": self.put_configuration_set,
            "PutEmailIdentityFeedbackAttributes": self.put_feedback,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Start the verification of a domain or an address."""
        place, now = self._world.of(caller), self._world.now()
        name = identity_name(params["EmailIdentity"])
        if name in place.identities:
            raise already_exists(f"Email identity {name} already exist.")
        if len(place.identities) >= MAX_IDENTITIES:
            raise limit_exceeded("The maximum number of email identities has been reached.")
        identity = Identity(name, tags=tags.checked(params.get("Tags")))
        identity.configuration_set = self._existing_set(place, params.get("ConfigurationSetName"))
        signing = params.get("DkimSigningAttributes")
        if "@" not in name:
            identity.dkim = dkim.begin(place, name, signing or {}, now)
        elif dkim.own_key_given(signing or {}):
            # Recorded 2026-09-24 (cdk-preflight); the key length alone was accepted.
            raise bad_request("For BYODKIM, the EmailIdentity value must be a domain.")
        place.identities[name] = identity
        if not identity.is_domain:
            self._lifecycle.mail_link(place, identity)
        shown = self._dkim_attributes(place, identity)
        if identity.is_domain:
            # The reply of the create call, unlike any Get after it, says NOT_STARTED.
            shown["Status"] = "NOT_STARTED"
        return {
            "IdentityType": _type(identity),
            "VerifiedForSendingStatus": self._lifecycle.may_send(place, name),
            "DkimAttributes": shown,
        }

    def get(self, caller: Caller, params: Params) -> Reply:
        """Everything about an identity."""
        place = self._world.of(caller)
        identity = find(place, params["EmailIdentity"])
        may_send = self._lifecycle.may_send(place, identity.name)
        reply: Reply = {
            "IdentityType": _type(identity),
            "FeedbackForwardingStatus": identity.forward_feedback,
            "VerifiedForSendingStatus": may_send,
            "DkimAttributes": self._dkim_attributes(place, identity),
            "MailFromAttributes": _mail_from_attributes(identity),
            "Policies": dict(identity.policies),
            "Tags": tags.as_list(identity.tags),
            "VerificationStatus": self._lifecycle.verification_status(identity),
            "VerificationInfo": self._lifecycle.verification_info(place, identity),
        }
        if identity.configuration_set is not None:
            reply["ConfigurationSetName"] = identity.configuration_set
        return reply

    def list(self, caller: Caller, params: Params) -> Reply:
        """All identities, by name."""
        place, wanted = self._world.of(caller), params.get("Filter", {})
        infos = [self._info(place, place.identities[name]) for name in sorted(place.identities)]
        part = wanted.get("IDENTITY_NAME_CONTAINS", "").lower()
        kept = [
            info
            for info in infos
            if part in info["IdentityName"].lower()
            and wanted.get("IDENTITY_TYPE", info["IdentityType"]) == info["IdentityType"]
            and wanted.get("VERIFICATION_STATUS", info["VerificationStatus"])
            == info["VerificationStatus"]
        ]
        shown, more = page(params, kept, PAGES)
        return {"EmailIdentities": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Forget an identity."""
        place = self._world.of(caller)
        identity = find(place, params["EmailIdentity"])
        regions = dkim.replicas(self._world, place, identity)
        if regions:
            # aws-facts 8: a parent cannot be deleted while replicas exist.
            raise bad_request(
                f"Email identity {identity.name} has DKIM replicas in {', '.join(regions)}."
            )
        resource = arn(caller, "identity", identity.name)
        if tenants.using(place, resource):
            raise tenants.still_associated(resource)
        del place.identities[identity.name]
        return {}

    def put_mail_from(self, caller: Caller, params: Params) -> Reply:
        """Set the custom MAIL FROM domain; without one, take it away (aws-facts 9)."""
        given = params["EmailIdentity"]
        identity = changed(self._world.of(caller), given, f"Identity <{given}> does not exist.")
        domain = params.get("MailFromDomain", "").lower()
        if domain:
            parent = domain_of(identity.name)
            if not is_domain(domain) or not domain.endswith(f".{parent}"):
                raise bad_request(
                    f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of"
                    f" the identity <{parent}>."
                )
            current = identity.mail_from
            if current is None or current.domain != domain or current.watch.status == FAILED:
                identity.mail_from = MailFrom(domain, Watch.begin(self._world.now()))
        else:
            identity.mail_from = None
        identity.on_mx_failure = params.get("BehaviorOnMxFailure", "USE_DEFAULT_VALUE")
        return {}

    def put_dkim(self, caller: Caller, params: Params) -> Reply:
        """Sign or do not sign; an omitted flag means false."""
        place, name = self._world.of(caller), identity_name(params["EmailIdentity"])
        domain = place.identities.get(domain_of(name))
        if domain is None or domain.dkim is None:
            raise bad_request(f"Domain {domain_of(name)} is not verified for DKIM signing.")
        if domain.name == name:
            # For an address of a registered domain the call is accepted and changes nothing,
            # whether the address is an identity or not (recorded, floci-io/floci).
            domain.dkim.signing_enabled = params.get("SigningEnabled", False)
        return {}

    def put_dkim_signing(self, caller: Caller, params: Params) -> Reply:
        """Choose where the DKIM key comes from, and how long it is."""
        place = self._world.of(caller)
        if "@" in params["EmailIdentity"]:
            raise bad_request("The EmailIdentity value must be a valid domain.")
        identity = find(place, params["EmailIdentity"])
        self._lifecycle.refresh(place, identity)
        origin, wanted = params["SigningAttributesOrigin"], params.get("SigningAttributes", {})
        dkim.change(self._world, place, identity, origin, wanted)
        self._lifecycle.refresh(place, identity)
        shown = self._dkim_attributes(place, identity)
        reply = {"DkimStatus": shown["Status"], "DkimTokens": shown["Tokens"]}
        if "SigningHostedZone" in shown:
            reply["SigningHostedZone"] = shown["SigningHostedZone"]
        return reply

    def put_configuration_set(self, caller: Caller, params: Params) -> Reply:
        """Set the default configuration set; without one, take it away."""
        place, given = self._world.of(caller), params["EmailIdentity"]
        identity = place.identities.get(identity_name(given))
        if identity is None:
            raise not_found(f"Identity <{given}> does not exist.")
        identity.configuration_set = self._existing_set(place, params.get("ConfigurationSetName"))
        return {}

    def put_feedback(self, caller: Caller, params: Params) -> Reply:
        """Forward bounces and complaints by mail or not; an omitted flag means false."""
        given = params["EmailIdentity"]
        refusal = f"Identity {given} is invalid. Must be a verified email address or domain."
        identity = changed(self._world.of(caller), given, refusal)
        identity.forward_feedback = params.get("EmailForwardingEnabled", False)
        return {}

    def click(self, place: Place, address: str) -> bool:
        """Follow the link in the verification mail; whether it was still valid."""
        identity = find(place, address)
        self._lifecycle.refresh(place, identity)
        if identity.is_domain or identity.link_expired:
            return False
        identity.verified = True
        return True

    def _existing_set(self, place: Place, name: str | None) -> str | None:
        if name and name not in place.configuration_sets:
            raise not_found(f"Configuration set <{name}> does not exist.")
        return name or None

    def _dkim_attributes(self, place: Place, identity: Identity) -> dict[str, Any]:
        """aws-facts 5: an address shows the DKIM attributes of exactly its own domain."""
        source = place.identities.get(domain_of(identity.name), identity)
        if source is not identity:
            self._lifecycle.refresh(place, source)
        return dkim.attributes(self._world, place, source)

    def _info(self, place: Place, identity: Identity) -> dict[str, Any]:
        return {
            "IdentityType": _type(identity),
            "IdentityName": identity.name,
            "SendingEnabled": self._lifecycle.may_send(place, identity.name),
            "VerificationStatus": self._lifecycle.verification_status(identity),
        }


def _type(identity: Identity) -> str:
    return "DOMAIN" if identity.is_domain else "EMAIL_ADDRESS"


def _mail_from_attributes(identity: Identity) -> dict[str, str]:
    shown = {"BehaviorOnMxFailure": identity.on_mx_failure}
    # Real replies of March 2024 show nothing but the behaviour where no domain is set,
    # although the model calls the other two members required.
    if identity.mail_from is not None:
        shown["MailFromDomain"] = identity.mail_from.domain
        shown["MailFromDomainStatus"] = identity.mail_from.watch.status
    return shown
