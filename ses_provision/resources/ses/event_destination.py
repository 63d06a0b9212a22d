"""Where SES reports what became of the mails of a configuration set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask
from ses_provision.outside.refusals import Refusal
from ses_provision.resources.service_role import passing
from ses_provision.resources.ses import asking

SES = "ses.amazonaws.com"


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
    def key(self) -> Key:
        """One destination of a name a set."""
        name = f"{self.configuration_set}/{self.name}"
        return Key.of("event destination", self.configuration_set_arn, name)

    @property
    def configuration_set(self) -> str:
        """The name of the set it belongs to."""
        return self.configuration_set_arn.rpartition("/")[2]

    @property
    def topic_arn(self) -> str:
        """The topic it reports to, if it reports to one."""
        return str((self.target.get("SnsDestination") or {}).get("TopicArn", ""))

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"event destination {self.name} of {self.configuration_set}"

    @property
    def part_of(self) -> str:
        """Its configuration set."""
        return self.configuration_set_arn

    @property
    def stream(self) -> Mapping[str, str]:
        """The delivery stream it reports to and the role it does that in, if it reports to one."""
        return self.target.get("KinesisFirehoseDestination") or {}

    @property
    def bus_arn(self) -> str:
        """The bus it reports to, if it reports to one."""
        return str((self.target.get("EventBridgeDestination") or {}).get("EventBusArn", ""))

    @property
    def uses(self) -> tuple[str, ...]:
        """What it reports to, without which it is of no use."""
        return tuple(filter(None, (self.topic_arn, self.stream.get("DeliveryStreamArn"))))

    def read(self) -> Reading[Found[EventDestination]]:
        """Find it among the destinations of its set."""
        listed = yield from destinations(self.configuration_set_arn)
        return Found(self.among(listed or ()))

    def among(self, listed: Sequence[EventDestination]) -> EventDestination | None:
        """The one that it is to be, as it stands. One without types is known by what it reports to:
        of no setting any more, and of no use without that."""
        found = next((each for each in listed if each.name == self.name), None)
        if self.types or found is None:
            return found
        return self if found.uses == self.uses else None

    def writes(self, found: Found[EventDestination]) -> Sequence[Call]:
        """Create it, or replace its definition.

        SES publishes a test message to the topic first; right after the topic policy was written
        that may still be refused with BadRequestException. So may a role that was just made.
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
                {"EventDestination": definition},
                also=tuple(passing(role, SES) for role in (self.stream.get("IamRoleArn"),) if role),
                not_yet=(Refusal("BadRequestException"),),
                already=asking.ALREADY,
            )
        ]

    def deletes(self, found: Found[EventDestination]) -> Sequence[Call]:
        """Stop reporting there."""
        if found.live is None:
            return []
        return [self._call("DeleteConfigurationSetEventDestination", {}, already=asking.ABSENT)]

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        definition = {
            "Name": self.name,
            "Enabled": self.enabled,
            "MatchingEventTypes": sorted(self.types),
            **self.target,
        }
        asked = destinations_question(self.configuration_set_arn)
        return {asked: {"EventDestinations": [definition]}}

    def strayed(self) -> Sequence[EventDestination]:
        """Switched off."""
        return [replace(self, enabled=not self.enabled)]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        names = {
            "ConfigurationSetName": self.configuration_set,
            "EventDestinationName": self.name,
        }
        whole = {**names, **params}
        return asking.call_on(self.configuration_set_arn, operation, whole, **declared)


def destinations_question(configuration_set_arn: str) -> Ask:
    """The question for all event destinations of a set."""
    return asking.question_about(
        configuration_set_arn,
        "GetConfigurationSetEventDestinations",
        ConfigurationSetName=configuration_set_arn.rpartition("/")[2],
    )


def destinations(configuration_set_arn: str) -> Reading[list[EventDestination] | None]:
    """All event destinations of a set; None where there is no set."""
    [answer] = yield from ask(destinations_question(configuration_set_arn))
    if answer is None:
        return None
    return [
        EventDestination(
            configuration_set_arn,
            found["Name"],
            frozenset(found.get("MatchingEventTypes") or ()),
            {key: value for key, value in found.items() if key.endswith("Destination")},
            found.get("Enabled", False),
        )
        for found in answer.get("EventDestinations") or ()
    ]
