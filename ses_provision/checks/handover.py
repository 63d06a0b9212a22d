"""What the application has to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import Item, Judgement, Scene, Topic, for_a_person

if TYPE_CHECKING:
    from ses_provision.outside.reading import Reading


def told(scene: Scene) -> Reading[Judgement]:
    """Only a person knows whether the developers have it."""
    yield from ()
    env = scene.env
    return for_a_person(
        f"the developers pass ConfigurationSetName in every SendEmail call: "
        f'"{env.configuration_set.name}", from {env.from_address}, in {env.region}',
        f"ses-provision outputs {scene.on} --format env; attest it once it is done",
    )


TOPIC = Topic(
    "handover",
    "Hand-over to the application",
    (
        Item(
            "SES-HANDOVER-001",
            "Application names the set",
            told,
            Severity.WARNING,
            attests="that the application sends with this configuration set, address and region",
        ),
    ),
)
