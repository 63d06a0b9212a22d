"""Configuration sets and every block of their options."""

from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses import tags, tenants
from ses_provision.local.ses.errors import already_exists, bad_request, limit_exceeded, not_found
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.names import arn, resource_name
from ses_provision.local.ses.paging import Paging, between, page
from ses_provision.local.ses.state import ConfigurationSet, Place
from ses_provision.local.ses.world import Handler, World

# aws-facts 10.
MAX_SETS = 10_000
_REASONS = ("BOUNCE", "COMPLAINT")
_DELIVERY = {"TlsPolicy", "SendingPoolName", "MaxDeliverySeconds"}
_HTTPS_POLICIES = ("OPTIONAL", "REQUIRE", "REQUIRE_OPEN_ONLY")
PAGES = Paging(50, 1000, between(1000), "invalid nextToken {token}")
# Pools that exist without being created; aws-cloudformation/rain#271 names both.
_BUILT_IN_POOLS = {"ses-shared-pool", "ses-default-dedicated-pool"}


def find(place: Place, name: str) -> ConfigurationSet:
    """The configuration set of that name."""
    found = place.configuration_sets.get(name)
    if found is None:
        raise not_found(f"Configuration set <{name}> does not exist.")
    return found


class ConfigurationSets:
    """The operations on configuration sets."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateConfigurationSet": self.create,
            "GetConfigurationSet": self.get,
            "ListConfigurationSets": self.list,
            "DeleteConfigurationSet": self.delete,
            "UpdateConfigurationSet": self.update,
            "PutConfigurationSetArchivingOptions": self.put_archiving,
            "PutConfigurationSetDeliveryOptions": self.put_delivery,
            "PutConfigurationSetReputationOptions": self.put_reputation,
            "PutConfigurationSetSendingOptions": self.put_sending,
            "PutConfigurationSetSuppressionOptions": self.put_suppression,
            "PutConfigurationSetTrackingOptions": self.put_tracking,
            "PutConfigurationSetVdmOptions": self.put_vdm,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make a configuration set with all its options, or nothing at all."""
        place = self._world.of(caller)
        name = resource_name(params["ConfigurationSetName"], "Configuration set")
        if name in place.configuration_sets:
            raise already_exists(f"Configuration set <{name}> already exists.")
        if len(place.configuration_sets) >= MAX_SETS:
            raise limit_exceeded("The maximum number of configuration sets has been reached.")
        made = ConfigurationSet(name, tags=tags.checked(params.get("Tags")))
        if "SendingOptions" in params:
            made.sending_enabled = params["SendingOptions"].get("SendingEnabled", False)
        reputation = params.get("ReputationOptions", {})
        self._set_reputation(made, reputation.get("ReputationMetricsEnabled", False))
        made.delivery = self._delivery(place, params.get("DeliveryOptions", {}))
        if params.get("SuppressionOptions") == {}:
            # Recorded 2026-06-13 (floci-io/floci): a mistake of AWS's own, and nothing is made.
            raise AwsError("InternalFailure", "An internal failure has occurred.", 500)
        made.tracking = self._tracking(place, params.get("TrackingOptions", {}))
        made.suppression = _suppression(params.get("SuppressionOptions", {}))
        made.vdm = params.get("VdmOptions")
        made.archiving = _archiving(params.get("ArchivingOptions", {}))
        made.message_security = params.get("MessageSecurityOptions")
        place.configuration_sets[name] = made
        return {}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A configuration set with all its options."""
        found = self._found(caller, params)
        reputation: dict[str, Any] = {"ReputationMetricsEnabled": found.reputation_metrics}
        if found.reputation.fresh_start is not None:
            reputation["LastFreshStart"] = found.reputation.fresh_start
        reply = {
            "ConfigurationSetName": found.name,
            "Tags": tags.as_list(found.tags),
            "SendingOptions": {"SendingEnabled": found.sending_enabled},
            "ReputationOptions": reputation,
            "DeliveryOptions": found.delivery,
            "TrackingOptions": found.tracking,
            "SuppressionOptions": found.suppression,
            "VdmOptions": found.vdm,
            "ArchivingOptions": found.archiving,
            "MessageSecurityOptions": found.message_security,
        }
        return {key: value for key, value in reply.items() if value is not None}

    def list(self, caller: Caller, params: Params) -> Reply:
        """The names of all configuration sets."""
        part = params.get("Filter", {}).get("CONFIGURATION_SET_NAME_CONTAINS")
        if part is not None and not 3 <= len(part) <= 64:
            raise bad_request("CONFIGURATION_SET_NAME_CONTAINS must be between 3 and 64 characters")
        names = sorted(self._world.of(caller).configuration_sets)
        kept = [name for name in names if (part or "").lower() in name.lower()]
        shown, more = page(params, kept, PAGES)
        return {"ConfigurationSets": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a set; that identities use it does not matter, until they send (D2 row 8)."""
        place, found = self._world.of(caller), self._found(caller, params)
        resource = arn(caller, "configuration-set", found.name)
        if tenants.using(place, resource):
            raise tenants.still_associated(resource)
        del place.configuration_sets[found.name]
        return {}

    def update(self, caller: Caller, params: Params) -> Reply:
        """Set the message security options, the only ones this operation takes; or nothing."""
        found = self._found(caller, params)
        if "MessageSecurityOptions" in params:
            found.message_security = params["MessageSecurityOptions"]
        return {}

    def put_archiving(self, caller: Caller, params: Params) -> Reply:
        """Archive, or stop archiving where no archive is named."""
        self._found(caller, params).archiving = _archiving(params)
        return {}

    def put_delivery(self, caller: Caller, params: Params) -> Reply:
        """Replace the delivery options: what is omitted goes back to its default."""
        found = self._found(caller, params)
        found.delivery = self._delivery(self._world.of(caller), params)
        return {}

    def put_reputation(self, caller: Caller, params: Params) -> Reply:
        """Publish reputation metrics or not; an omitted flag means false (aws-facts 1)."""
        found = self._found(caller, params)
        self._set_reputation(found, params.get("ReputationMetricsEnabled", False))
        return {}

    def put_sending(self, caller: Caller, params: Params) -> Reply:
        """Allow sending or not; an omitted flag means false (aws-facts 1)."""
        self._found(caller, params).sending_enabled = params.get("SendingEnabled", False)
        return {}

    def put_suppression(self, caller: Caller, params: Params) -> Reply:
        """Override the account's suppression; with nothing given, follow the account again."""
        self._found(caller, params).suppression = _suppression(params)
        return {}

    def put_tracking(self, caller: Caller, params: Params) -> Reply:
        """Set the redirect domain; with nothing given, take it away."""
        found = self._found(caller, params)
        found.tracking = self._tracking(self._world.of(caller), params)
        return {}

    def put_vdm(self, caller: Caller, params: Params) -> Reply:
        """Override the account's Virtual Deliverability Manager settings."""
        self._found(caller, params).vdm = params.get("VdmOptions")
        return {}

    def _found(self, caller: Caller, params: Params) -> ConfigurationSet:
        return find(self._world.of(caller), params["ConfigurationSetName"])

    def _set_reputation(self, changed: ConfigurationSet, enabled: bool) -> None:
        # [M] LastFreshStart: when metrics were last turned on after having been off.
        if enabled and not changed.reputation_metrics:
            changed.reputation.fresh_start = self._world.now()
        changed.reputation_metrics = enabled

    def _delivery(self, place: Place, given: Params) -> dict[str, Any] | None:
        """Recorded: a set that was given none shows no delivery options."""
        if not given.keys() & _DELIVERY:
            return None
        options = {"TlsPolicy": given.get("TlsPolicy", "OPTIONAL")}
        pool = given.get("SendingPoolName")
        if pool is not None:
            if not pool.strip():
                raise bad_request("sendingPoolName can't be blank.")
            if pool not in place.pools and pool not in _BUILT_IN_POOLS:
                raise bad_request(f"SendingPool <{pool}> doesn't exist")
            options["SendingPoolName"] = pool
        if "MaxDeliverySeconds" in given:
            options["MaxDeliverySeconds"] = given["MaxDeliverySeconds"]
        return options

    def _tracking(self, place: Place, given: Params) -> dict[str, Any] | None:
        """Recorded 2026-06-17: first that there is a domain, then the domain, then the policy."""
        domain, policy = given.get("CustomRedirectDomain"), given.get("HttpsPolicy")
        if domain is None and policy is None:
            return None
        if domain is None or not domain.strip():
            raise bad_request("CustomRedirectDomain must be specified.")
        self.check_redirect(place, domain)
        if policy is not None and policy not in _HTTPS_POLICIES:
            raise bad_request(
                "1 validation error detected: Value at 'httpsPolicy' failed to satisfy constraint:"
                f" Member must satisfy enum value set: [{', '.join(_HTTPS_POLICIES)}]"
            )
        return {"CustomRedirectDomain": domain, "HttpsPolicy": policy or "OPTIONAL"}

    def check_redirect(self, place: Place, domain: str) -> None:
        """Refuse a redirect domain that is not a verified domain of this account; one that lost its
        records counts as verified until SES gives up (I, as it may send until then)."""
        if "@" in domain or not self._lifecycle.may_send(place, domain.lower()):
            raise bad_request(f"Domain <{domain}> is not verified under this account.")


def _suppression(given: Params) -> dict[str, Any] | None:
    """aws-facts 10: an empty list of reasons is a setting of its own, not the absence of one."""
    keys = ("SuppressedReasons", "SuppressionScope", "ValidationOptions")
    options = {key: given[key] for key in keys if key in given}
    reasons = options.get("SuppressedReasons", [])
    for reason in reasons:
        if reason not in _REASONS:
            # Recorded 2026-06-03 and 06-13 (floci-io/floci).
            told = "null" if reason is None else reason
            raise bad_request(f"Reason {told} is invalid, must be one of [BOUNCE, COMPLAINT].")
    if len(set(reasons)) != len(reasons):
        raise bad_request("Each suppressed reason can only be specified at most once")
    return options or None


def _archiving(given: Params) -> dict[str, Any] | None:
    archive = given.get("ArchiveArn")
    return {"ArchiveArn": archive} if archive is not None else None
