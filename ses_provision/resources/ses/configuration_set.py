"""The rules SES applies to mail sent under one name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import SHOWN, Found, Key, Resource
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, together
from ses_provision.resources import tags
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.event_destination import EventDestination, destinations
from ses_provision.resources.ses.users import tenants, users

PAUSED = "Paused"
"""The tag of a set that says since when, by whom and why it is paused, where `pause` did it."""
STAYS_PAUSED = "no `apply` ends the pause; `ses-provision resume` does"


def configuration_set_question(arn: str) -> Ask:
    """The question for a configuration set."""
    return asking.question_about(
        arn, "GetConfigurationSet", ConfigurationSetName=arn.rpartition("/")[2]
    )


@dataclass(frozen=True)
class SetState:
    """GetConfigurationSet in our words; `suppressed_reasons` is None where the account's hold."""

    sending_enabled: bool
    suppressed_reasons: frozenset[str] | None
    tls_policy: str
    reputation_metrics: bool
    tags: Mapping[str, str]
    delivery: Mapping[str, Any]
    other_suppression: Mapping[str, Any]
    engagement: str
    tracking: Mapping[str, str] = field(default_factory=dict)
    archive_arn: str = ""

    @property
    def pool(self) -> str:
        """The pool that it names; empty where it names none."""
        return str(self.delivery.get("SendingPoolName") or "")


def configuration_set(arn: str) -> Reading[SetState | None]:
    """What SES says about a configuration set; None where there is none."""
    [answer] = yield from ask(configuration_set_question(arn))
    if answer is None:
        return None
    delivery = answer.get("DeliveryOptions") or {}
    suppression = answer.get("SuppressionOptions") or {}
    reasons = suppression.get("SuppressedReasons")
    dashboard = (answer.get("VdmOptions") or {}).get("DashboardOptions") or {}
    return SetState(
        sending_enabled=(answer.get("SendingOptions") or {}).get("SendingEnabled", False),
        suppressed_reasons=None if reasons is None else frozenset(reasons),
        tls_policy=delivery.get("TlsPolicy", "OPTIONAL"),
        reputation_metrics=(answer.get("ReputationOptions") or {}).get(
            "ReputationMetricsEnabled", False
        ),
        tags=tags.as_mapping(answer.get("Tags")),
        delivery=delivery,
        other_suppression={
            key: value for key, value in suppression.items() if key != "SuppressedReasons"
        },
        engagement=dashboard.get("EngagementMetrics", ""),
        tracking=answer.get("TrackingOptions") or {},
        archive_arn=(answer.get("ArchivingOptions") or {}).get("ArchiveArn", ""),
    )


@dataclass(frozen=True)
class ConfigurationSet:
    """The rules SES applies to mail sent under one name.

    A set that somebody paused stays paused: `sending_enabled` is set by the creation and observed
    from then on. What the file does not say (`max_delivery_seconds` is None) stays as it is, and so
    do the options that are resources of their own (`set_options`).
    """

    arn: str
    suppressed_reasons: frozenset[str] | None
    tls_policy: str
    reputation_metrics: bool
    tags: Mapping[str, str]
    max_delivery_seconds: int | None = None
    sending_enabled: bool = field(default=True, compare=False, metadata=SHOWN)
    # PutConfigurationSetDeliveryOptions replaces the block (SESv2 API reference), so what
    # somebody set beside the TLS policy, such as a dedicated IP pool, goes back with it.
    other_delivery: Mapping[str, Any] = field(default_factory=dict, compare=False)
    # The same holds for the scope and for Auto Validation beside the suppressed reasons.
    other_suppression: Mapping[str, Any] = field(default_factory=dict, compare=False)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    tracking: Mapping[str, str] = field(default_factory=dict, compare=False)
    archive_arn: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One set of a name in an account and region."""
        return Key.of("configuration set", self.arn, self.name)

    @property
    def name(self) -> str:
        """What mails and identities refer to it by."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        since = self.all_tags.get(PAUSED, "")
        paused = f" (paused{f' since {since}' if since else ''}: it sends nothing)"
        return f"configuration set {self.name}{'' if self.sending_enabled else paused}"

    def read(self) -> Reading[Found[ConfigurationSet]]:
        """Find it by name."""
        live = yield from configuration_set(self.arn)
        if live is None:
            return Found(None)
        return Found(
            ConfigurationSet(
                arn=self.arn,
                suppressed_reasons=live.suppressed_reasons,
                tls_policy=live.tls_policy,
                reputation_metrics=live.reputation_metrics,
                tags=tags.ours(live.tags, self.tags),
                max_delivery_seconds=self.max_delivery_seconds
                and live.delivery.get("MaxDeliverySeconds", 0),
                sending_enabled=live.sending_enabled,
                other_delivery={k: v for k, v in live.delivery.items() if k != "TlsPolicy"},
                other_suppression=live.other_suppression,
                all_tags=live.tags,
                tracking=live.tracking,
                archive_arn=live.archive_arn,
            ),
            notes=() if live.sending_enabled else (STAYS_PAUSED,),
        )

    def writes(self, found: Found[ConfigurationSet]) -> Sequence[Call]:
        """Create it with everything, or put the blocks that differ.

        Booleans are always sent: one that is left out means false.
        """
        live, options = found.live, self._options()
        if live is None:
            return [self._creation(options)]
        calls = []
        if live.suppressed_reasons != self.suppressed_reasons:
            suppression = {**live.other_suppression, **options["SuppressionOptions"]}
            calls.append(self._call("PutConfigurationSetSuppressionOptions", suppression))
        if self._delivers_otherwise(live):
            delivery = {**live.other_delivery, **options["DeliveryOptions"]}
            calls.append(self._call("PutConfigurationSetDeliveryOptions", delivery))
        if live.reputation_metrics != self.reputation_metrics:
            reputation = options["ReputationOptions"]
            calls.append(self._call("PutConfigurationSetReputationOptions", reputation))
        return [*calls, *asking.tag_calls(self.arn, self.tags, live.tags)]

    def _delivers_otherwise(self, live: ConfigurationSet) -> bool:
        return (live.tls_policy, live.max_delivery_seconds) != (
            self.tls_policy,
            self.max_delivery_seconds,
        )

    def _creation(self, options: Mapping[str, Any]) -> Call:
        return self._call(
            "CreateConfigurationSet",
            {**options, "Tags": tags.at_creation(self.tags)},
            already=asking.ALREADY,
            also=asking.tagged_creation(self.arn),
        )

    def deletes(self, found: Found[ConfigurationSet]) -> Sequence[Call]:
        """Delete the set with its event destinations."""
        if found.live is None:
            return []
        operation = "DeleteConfigurationSet"
        return [asking.deletion(self.arn, operation, ConfigurationSetName=self.name)]

    def additions(
        self, live: ConfigurationSet, ours: Sequence[Resource]
    ) -> Reading[tuple[str, ...]]:
        """Event destinations of others, and what hangs on the set."""
        arns = {str(getattr(resource, "arn", "")) for resource in ours}
        listed = yield from destinations(live.arn)
        needed_by, held_by = yield from together([users(live.arn, arns), tenants(live.arn, ours)])
        known = {
            resource.name
            for resource in ours
            if isinstance(resource, EventDestination) and resource.configuration_set_arn == live.arn
        }
        added = (
            f"others added event destination {destination.name}"
            for destination in listed or ()
            if destination.name not in known
        )
        return (*added, *needed_by, *held_by)

    def _options(self) -> dict[str, dict[str, Any]]:
        return {
            "SendingOptions": {"SendingEnabled": self.sending_enabled},
            "SuppressionOptions": {"SuppressedReasons": sorted(self.suppressed_reasons or ())},
            "DeliveryOptions": {"TlsPolicy": self.tls_policy, **self._patience()},
            "ReputationOptions": {"ReputationMetricsEnabled": self.reputation_metrics},
        }

    def _patience(self) -> dict[str, int]:
        seconds = self.max_delivery_seconds
        return {} if seconds is None else {"MaxDeliverySeconds": seconds}

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        answer = {**self._options(), "Tags": tags.at_creation(self.tags)}
        return {configuration_set_question(self.arn): answer}

    def strayed(self) -> Sequence[ConfigurationSet]:
        """Every setting otherwise than it should be."""
        return [
            replace(
                self,
                suppressed_reasons=None,
                tls_policy="",
                reputation_metrics=not self.reputation_metrics,
                tags={},
                max_delivery_seconds=self.max_delivery_seconds and 0,
            )
        ]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        whole = {"ConfigurationSetName": self.name, **params}
        return asking.call_on(self.arn, operation, whole, **declared)
