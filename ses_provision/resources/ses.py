"""Amazon SES: configuration sets, identities, MAIL FROM domains, event destinations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ses_provision.engine.facts import identity_question
from ses_provision.engine.model import Found, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Reading, ask, question
from ses_provision.resources import tags

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class ConfigurationSet:
    """The rules SES applies to mail sent under one name."""

    arn: str
    sending_enabled: bool
    suppressed_reasons: frozenset[str]
    tls_policy: str
    reputation_metrics: bool
    tags: Mapping[str, str]
    # PutConfigurationSetDeliveryOptions replaces the block (SESv2 API reference), so what
    # somebody set beside the TLS policy, such as a dedicated IP pool, goes back with it.
    other_delivery: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """What mails and identities refer to it by."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"configuration set {self.name}"

    def read(self) -> Reading[Found[ConfigurationSet]]:
        """Find it by name."""
        [found] = yield from ask(
            question(
                "sesv2", region_of(self.arn), "GetConfigurationSet", ConfigurationSetName=self.name
            )
        )
        if found is None:
            return Found(None)
        delivery = found.get("DeliveryOptions", {})
        return Found(
            ConfigurationSet(
                arn=self.arn,
                sending_enabled=found.get("SendingOptions", {}).get("SendingEnabled", False),
                suppressed_reasons=frozenset(
                    found.get("SuppressionOptions", {}).get("SuppressedReasons", ())
                ),
                tls_policy=delivery.get("TlsPolicy", "OPTIONAL"),
                reputation_metrics=found.get("ReputationOptions", {}).get(
                    "ReputationMetricsEnabled", False
                ),
                tags=tags.ours(found.get("Tags", ()), self.tags),
                other_delivery={k: v for k, v in delivery.items() if k != "TlsPolicy"},
            )
        )

    def writes(self, found: Found[ConfigurationSet]) -> Sequence[Call]:
        """Create it with everything, or put the blocks that differ.

        Booleans are always sent: one that is left out means false.
        """
        if found.live is None:
            return [
                self._call(
                    "CreateConfigurationSet", **self._options(), Tags=tags.as_list(self.tags)
                )
            ]
        live, options = found.live, self._options()
        calls = []
        if live.sending_enabled != self.sending_enabled:
            calls.append(
                self._call("PutConfigurationSetSendingOptions", **options["SendingOptions"])
            )
        if live.suppressed_reasons != self.suppressed_reasons:
            calls.append(
                self._call("PutConfigurationSetSuppressionOptions", **options["SuppressionOptions"])
            )
        if live.tls_policy != self.tls_policy:
            delivery = {**live.other_delivery, **options["DeliveryOptions"]}
            calls.append(self._call("PutConfigurationSetDeliveryOptions", **delivery))
        if live.reputation_metrics != self.reputation_metrics:
            calls.append(
                self._call("PutConfigurationSetReputationOptions", **options["ReputationOptions"])
            )
        return [*calls, *tag_calls(self.arn, self.tags, live.tags)]

    def deletes(self, found: Found[ConfigurationSet]) -> Sequence[Call]:
        """Delete the set with its event destinations."""
        return [self._call("DeleteConfigurationSet")] if found.live else []

    def additions(
        self, live: ConfigurationSet, ours: Sequence[Resource]
    ) -> Reading[tuple[str, ...]]:
        """Event destinations of others."""
        [found] = yield from ask(destinations_question(live.arn))
        known = {
            one.name
            for one in ours
            if isinstance(one, EventDestination) and one.configuration_set_arn == live.arn
        }
        return tuple(
            f"others added event destination {one['Name']}"
            for one in (found or {}).get("EventDestinations", ())
            if one["Name"] not in known
        )

    def _options(self) -> dict[str, dict[str, Any]]:
        return {
            "SendingOptions": {"SendingEnabled": self.sending_enabled},
            "SuppressionOptions": {"SuppressedReasons": sorted(self.suppressed_reasons)},
            "DeliveryOptions": {"TlsPolicy": self.tls_policy},
            "ReputationOptions": {"ReputationMetricsEnabled": self.reputation_metrics},
        }

    def _call(self, operation: str, **params: Any) -> Call:
        return Call(
            "sesv2", region_of(self.arn), operation, {"ConfigurationSetName": self.name, **params}
        )


@dataclass(frozen=True)
class EmailIdentity:
    """A domain or an address that may send.

    `dkim_origin` says whose key signs: AWS_SES, or AWS_SES_<REGION> for a replica, which has the
    key length of its parent (`dkim_key_length` is None). An address identity has no DKIM of its
    own here: both are None, the domain signs.
    """

    arn: str
    configuration_set: str
    dkim_origin: str | None
    dkim_key_length: str | None
    dkim_signing: bool | None
    feedback_forwarding: bool
    tags: Mapping[str, str]

    @property
    def name(self) -> str:
        """The domain or the address."""
        return self.arn.rpartition("identity/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"{'sending' if '@' in self.name else 'domain'} identity {self.name}"

    def read(self) -> Reading[Found[EmailIdentity]]:
        """Find it by name."""
        [found] = yield from ask(identity_question(region_of(self.arn), self.name))
        if found is None:
            return Found(None)
        dkim = found.get("DkimAttributes", {})
        origin = dkim.get("SigningAttributesOrigin", "AWS_SES")
        key_length = dkim.get("NextSigningKeyLength") or dkim.get("CurrentSigningKeyLength")
        return Found(
            EmailIdentity(
                arn=self.arn,
                configuration_set=found.get("ConfigurationSetName", ""),
                dkim_origin=origin if self.dkim_origin else None,
                dkim_key_length=key_length if self.dkim_key_length else None,
                dkim_signing=dkim.get("SigningEnabled", False) if self.dkim_origin else None,
                feedback_forwarding=found.get("FeedbackForwardingStatus", False),
                tags=tags.ours(found.get("Tags", ()), self.tags),
            )
        )

    def writes(self, found: Found[EmailIdentity]) -> Sequence[Call]:
        """Create it with all that one call carries, then set what it does not; or what differs."""
        if found.live is None:
            signing = {"DkimSigningAttributes": self._signing()} if self.dkim_origin else NOTHING
            created = self._call(
                "CreateEmailIdentity",
                ConfigurationSetName=self.configuration_set,
                Tags=tags.as_list(self.tags),
                **signing,
            )
            # A new identity signs, and forwards feedback (SESv2 API reference).
            return [created, *self._attributes(signing=True, forwarding=True)]
        live, calls = found.live, []
        if live.configuration_set != self.configuration_set:
            calls.append(
                self._call(
                    "PutEmailIdentityConfigurationSetAttributes",
                    ConfigurationSetName=self.configuration_set,
                )
            )
        if (live.dkim_origin, live.dkim_key_length) != (self.dkim_origin, self.dkim_key_length):
            calls.append(
                self._call(
                    "PutEmailIdentityDkimSigningAttributes",
                    SigningAttributesOrigin=self.dkim_origin,
                    **({"SigningAttributes": self._signing()} if self.dkim_key_length else {}),
                )
            )
        calls += self._attributes(signing=live.dkim_signing, forwarding=live.feedback_forwarding)
        return [*calls, *tag_calls(self.arn, self.tags, live.tags)]

    def _signing(self) -> Mapping[str, str]:
        if self.dkim_key_length:
            return {"NextSigningKeyLength": self.dkim_key_length}
        return {"DomainSigningAttributesOrigin": self.dkim_origin or ""}

    def _attributes(self, *, signing: bool | None, forwarding: bool) -> list[Call]:
        calls = []
        if self.dkim_signing is not None and signing != self.dkim_signing:
            calls.append(
                self._call("PutEmailIdentityDkimAttributes", SigningEnabled=self.dkim_signing)
            )
        if forwarding != self.feedback_forwarding:
            calls.append(
                self._call(
                    "PutEmailIdentityFeedbackAttributes",
                    EmailForwardingEnabled=self.feedback_forwarding,
                )
            )
        return calls

    def deletes(self, found: Found[EmailIdentity]) -> Sequence[Call]:
        """Delete the identity; mail from it stops."""
        return [self._call("DeleteEmailIdentity")] if found.live else []

    def additions(self, live: EmailIdentity, _ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Sending authorization policies: they let others send as the identity."""
        [found] = yield from ask(identity_question(region_of(live.arn), live.name))
        return tuple(
            f"others added sending authorization policy {name}"
            for name in sorted((found or {}).get("Policies", ()))
        )

    def _call(self, operation: str, **params: Any) -> Call:
        return Call("sesv2", region_of(self.arn), operation, {"EmailIdentity": self.name, **params})


@dataclass(frozen=True)
class MailFrom:
    """The custom MAIL FROM domain of an identity.

    SES looks for the MX record for 72 hours, then stops until it is told again (SES Developer
    Guide, custom MAIL FROM): an identity whose set-up has failed is not as it should be.
    """

    identity_arn: str
    domain: str
    on_mx_failure: str
    given_up: bool = False

    @property
    def identity(self) -> str:
        """The identity it belongs to."""
        return self.identity_arn.rpartition("identity/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"MAIL FROM {self.domain} on {self.identity}"

    @property
    def part_of(self) -> str:
        """Its identity."""
        return self.identity_arn

    def read(self) -> Reading[Found[MailFrom]]:
        """Find it on its identity."""
        [found] = yield from ask(identity_question(region_of(self.identity_arn), self.identity))
        attributes = (found or {}).get("MailFromAttributes") or {}
        if not attributes.get("MailFromDomain"):
            return Found(None)
        return Found(
            MailFrom(
                self.identity_arn,
                attributes["MailFromDomain"],
                attributes.get("BehaviorOnMxFailure", ""),
                given_up=attributes.get("MailFromDomainStatus") == "FAILED",
            )
        )

    def writes(self, found: Found[MailFrom]) -> Sequence[Call]:  # noqa: ARG002
        """Put both attributes; the call always carries the domain, for without it it removes it."""
        return [
            self._call(MailFromDomain=self.domain, BehaviorOnMxFailure=self.on_mx_failure),
        ]

    def deletes(self, found: Found[MailFrom]) -> Sequence[Call]:
        """Go back to SES's own MAIL FROM."""
        return [self._call()] if found.live else []

    def _call(self, **params: Any) -> Call:
        return Call(
            "sesv2",
            region_of(self.identity_arn),
            "PutEmailIdentityMailFromAttributes",
            {"EmailIdentity": self.identity, **params},
        )


@dataclass(frozen=True)
class EventDestination:
    """Where SES reports what became of the mails of a configuration set.

    `target` is AWS's own block for one kind of destination, passed through: SnsDestination,
    EventBridgeDestination, KinesisFirehoseDestination, CloudWatchDestination.
    """

    configuration_set_arn: str
    name: str
    types: frozenset[str]
    target: Mapping[str, Any]
    enabled: bool = True

    @property
    def configuration_set(self) -> str:
        """The name of the set it belongs to."""
        return self.configuration_set_arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"event destination {self.name} of {self.configuration_set}"

    @property
    def part_of(self) -> str:
        """Its configuration set."""
        return self.configuration_set_arn

    def read(self) -> Reading[Found[EventDestination]]:
        """Find it among the destinations of its set."""
        [found] = yield from ask(destinations_question(self.configuration_set_arn))
        for one in (found or {}).get("EventDestinations", ()):
            if one["Name"] == self.name:
                return Found(
                    EventDestination(
                        self.configuration_set_arn,
                        self.name,
                        frozenset(one.get("MatchingEventTypes", ())),
                        {k: v for k, v in one.items() if k.endswith("Destination")},
                        one.get("Enabled", False),
                    )
                )
        return Found(None)

    def writes(self, found: Found[EventDestination]) -> Sequence[Call]:
        """Create it, or replace its definition.

        SES publishes a test message to the topic first; right after the topic policy was written
        that may still be refused with BadRequestException.
        """
        verb = "Update" if found.live else "Create"
        definition = {
            "Enabled": self.enabled,
            "MatchingEventTypes": sorted(self.types),
            **self.target,
        }
        return [
            self._call(
                f"{verb}ConfigurationSetEventDestination",
                not_yet=frozenset({"BadRequestException"}),
                EventDestination=definition,
            )
        ]

    def deletes(self, found: Found[EventDestination]) -> Sequence[Call]:
        """Stop reporting there."""
        return [self._call("DeleteConfigurationSetEventDestination")] if found.live else []

    def _call(self, operation: str, not_yet: frozenset[str] = frozenset(), **params: Any) -> Call:
        names = {
            "ConfigurationSetName": self.configuration_set,
            "EventDestinationName": self.name,
        }
        region = region_of(self.configuration_set_arn)
        return Call("sesv2", region, operation, {**names, **params}, not_yet)


def destinations_question(configuration_set_arn: str) -> Any:
    """The question for all event destinations of a set."""
    return question(
        "sesv2",
        region_of(configuration_set_arn),
        "GetConfigurationSetEventDestinations",
        ConfigurationSetName=configuration_set_arn.rpartition("/")[2],
    )


def tag_calls(arn: str, wanted: Mapping[str, str], live: Mapping[str, str]) -> list[Call]:
    """Set the tags that differ; others stay."""
    lacking = tags.missing(wanted, live)
    if not lacking:
        return []
    params = {"ResourceArn": arn, "Tags": tags.as_list(lacking)}
    return [Call("sesv2", region_of(arn), "TagResource", params)]
