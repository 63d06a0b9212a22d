"""Will anybody learn of a bounce? The event destination, its topic, key and subscribers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ses_provision.checks.filtering import dropped, event
from ses_provision.checks.publishing import Publisher, allows, denials, without
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    not_applicable,
    unknown,
)
from ses_provision.dataclass import dataclass
from ses_provision.names import region_of
from ses_provision.outside.reading import Reading, ask, together
from ses_provision.resources import kms
from ses_provision.resources.ses.event_destination import destinations
from ses_provision.resources.sns import Subscription, filter_policy, subscriptions, topic
from ses_provision.steps import arns, topics

SNS_KEY = "alias/aws/sns"
KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
PUBLISH = ("sns:Publish",)
CALLED = {"ses.amazonaws.com": "SES", "cloudwatch.amazonaws.com": "CloudWatch"}
LINK = 'each mail "AWS Notification - Subscription Confirmation"'


def topic_arn(scene: Scene) -> str:
    """The topic that SES publishes events to."""
    return scene.account.arn("sns", scene.env.event_topic)


def ses(scene: Scene) -> Publisher:
    """SES, publishing for our configuration set."""
    arn = arns.configuration_set(scene.env, scene.account)
    return Publisher("ses.amazonaws.com", scene.account.id, arn)


def cloudwatch(scene: Scene, region: str, alarm: str = "*") -> Publisher:
    """CloudWatch, publishing for an alarm of ours."""
    arn = scene.account.arn("cloudwatch", f"alarm:{alarm}", region)
    return Publisher("cloudwatch.amazonaws.com", scene.account.id, arn)


def destination(scene: Scene) -> Reading[Judgement]:
    """Does SES report what is wanted, and to our topic?"""
    env = scene.env
    listed = yield from destinations(arns.configuration_set(env, scene.account))
    name = env.events.destination
    found = next((each for each in listed or () if each.name == name), None)
    if found is None:
        return action(f"{env.configuration_set.name} has no destination {name}", scene.apply)
    wrong = []
    if not found.enabled:
        wrong.append(f"destination {name} is switched off")
    lacking = sorted(set(env.events.types) - found.types)
    if lacking:
        wrong.append(f"destination {name} does not report {', '.join(lacking)}")
    if found.topic_arn != topic_arn(scene):
        wrong.append(f"destination {name} reports to {found.topic_arn or 'no SNS topic'}")
    if wrong:
        return action("; ".join(wrong), scene.apply)
    also = [
        f"{other.name} reports {', '.join(sorted(other.types & found.types))} there as well"
        for other in listed or ()
        if other.name != name
        and other.enabled
        and other.topic_arn == found.topic_arn
        and other.types & found.types
    ]
    if also:
        return action(
            f"{env.event_topic} is told twice: {'; '.join(also)}",
            f"aws sesv2 delete-configuration-set-event-destination --region {env.region} "
            f"--configuration-set-name {env.configuration_set.name} --event-destination-name NAME, "
            "where nobody needs the other one",
        )
    types = ", ".join(sorted(found.types))
    return done(f"{name} reports {types} to {env.event_topic}")


def topic_policy(scene: Scene) -> Reading[Judgement]:
    """May SES publish to the topic?"""
    found = yield from topic(topic_arn(scene))
    if found is None:
        return action(f"there is no topic {scene.env.event_topic}", scene.apply)
    right = done(f"{scene.env.event_topic} lets SES publish for {scene.env.configuration_set.name}")
    return all_of(kept_out(scene, topic_arn(scene), found.policy, ses(scene)) or [right])


def belongs(scene: Scene, arn: str) -> bool:
    """Whether a topic is one of the environment's; `apply` leaves any other as it is."""
    name, region, env = arn.rpartition(":")[2], region_of(arn), scene.env
    ours = [(env.region, env.event_topic), *((each, env.alarm_topic) for each in env.alarm_regions)]
    return (region, name) in ours and arn == scene.account.arn("sns", name, region)


def kept_out(scene: Scene, arn: str, policy: str, publisher: Publisher) -> list[Judgement]:
    """What of a topic's policy keeps a service from publishing: what `apply` mends, and what only
    whoever wrote it can take out again."""
    name, region, who = arn.rpartition(":")[2], region_of(arn), CALLED[publisher.service]
    is_ours = belongs(scene, arn)
    sids = topics.topic(scene.env, scene.account, region, name).sids if is_ours else ()
    denied = denials(policy, publisher, PUBLISH, sids)
    shut = f"the policy of {name} ({region}) does not let {who} publish, so that all is lost"
    found = []
    if denied:
        which = " and ".join(each.get("Sid") or json.dumps(each) for each in denied)
        found.append(
            action(
                f"{shut}: a statement denies it",
                f"SNS console, region {region}, topic {name}, Access policy: take out {which}",
            )
        )
    if not allows(without(policy, denied), publisher, PUBLISH):
        found.append(action(shut, scene.apply if is_ours else f"its owner lets {who} publish"))
    return found


def topic_key(scene: Scene) -> Reading[Judgement]:
    """Can the publishers use the key that encrypts the topic?"""
    env = scene.env
    found = yield from topic(topic_arn(scene))
    key = found.kms_key if found else ""
    if not key:
        return not_applicable(f"{env.event_topic} is not encrypted with a key")
    wanted = [ses(scene)]
    if env.region in env.alarm_regions and env.alarm_topic == env.event_topic:
        wanted.append(cloudwatch(scene, env.region))
    return (yield from usable(scene, topic_arn(scene), key, wanted))


def usable(scene: Scene, arn: str, key: str, wanted: Sequence[Publisher]) -> Reading[Judgement]:
    """Can those who publish to a topic use the key that encrypts it?"""
    name, region = arn.rpartition(":")[2], region_of(arn)
    if key.endswith(SNS_KEY):
        return action(
            f"{name} uses {SNS_KEY}, whose policy lets no other service in",
            another_key(scene, arn, "a customer managed key"),
        )
    if key.startswith("arn:") and region_of(key) != region:
        return action(
            f"{name} ({region}) names a key in {region_of(key)}, which no topic here can use: "
            "nothing is published",
            another_key(
                scene, arn, f"a key of {region}, or an alias that stands for one in each region"
            ),
        )
    return (yield from customer_key(scene, arn, key, wanted))


def another_key(scene: Scene, arn: str, which: str) -> str:
    """How a topic comes to another key."""
    if not belongs(scene, arn):
        return f"its owner gives it {which}"
    return f"set events.kms_key in config/{scene.env.name}.toml to {which}, then: {scene.apply}"


def customer_key(
    scene: Scene, arn: str, key: str, wanted: Sequence[Publisher]
) -> Reading[Judgement]:
    """Can these services use the customer managed key of a topic?"""
    region = region_of(arn)
    [described] = yield from ask(kms.key_question(scene.account, region, key))
    if described is None:
        return action(
            f"there is no key {key} in {region}",
            another_key(scene, arn, f"a key that there is in {region}"),
        )
    metadata: Mapping[str, Any] = described["KeyMetadata"]
    if not metadata.get("Enabled"):
        return action(
            f"key {key} is {metadata.get('KeyState', 'disabled')}",
            f"aws kms enable-key --key-id {key} --region {region}",
        )
    [policy] = yield from ask(kms.policy_question(scene.account, region, metadata["KeyId"]))
    if policy is None:
        return unknown(f"key {key} shows no policy", f"KMS console, region {region}, key {key}")
    kept_out = [one.service for one in wanted if not allows(policy["Policy"], one, KEY_ACTIONS)]
    if kept_out:
        return action(
            f"the policy of key {key} does not let {' and '.join(kept_out)} use it",
            f"KMS console, region {region}, key {metadata['KeyId']}, Key policy: allow "
            f"{' and '.join(kept_out)} {' and '.join(KEY_ACTIONS)}",
        )
    return done(f"{' and '.join(one.service for one in wanted)} may use key {key}")


@dataclass(frozen=True)
class Audience:
    """Whom the environment wants a topic to tell, and the setting that says so; without one, the
    topic is somebody else's."""

    emails: Sequence[str] = ()
    setting: str = ""

    def way_in(self, scene: Scene) -> str:
        """How somebody comes to be told."""
        if not self.setting:
            return "subscribe somebody to it"
        return (
            f"set {self.setting} in config/{scene.env.name}.toml or subscribe a queue, then: "
            f"{scene.apply}"
        )


def subscribed(scene: Scene) -> Reading[Judgement]:
    """Is somebody told, and has everybody agreed who was asked?"""
    arn = topic_arn(scene)
    listed = yield from subscriptions(arn)
    seen = told(scene, arn, listed, Audience(scene.env.events.emails, "events.emails"))
    messages: dict[str, dict[str, str]] = {
        each: event(each) for each in sorted(scene.env.events.types)
    }
    return all_of([*(yield from filtered(arn, listed, messages)), seen])


def filtered(
    arn: str, listed: Sequence[Subscription], messages: Mapping[str, Mapping[str, str]]
) -> Reading[list[Judgement]]:
    """The subscribers whom a filter policy keeps messages from."""
    agreed = [each for each in listed if each.is_confirmed]
    filters = yield from together(filter_policy(arn, each.arn) for each in agreed)
    kept_from = []
    for each, (policy, scope) in zip(agreed, filters, strict=True):
        lost = [name for name, message in messages.items() if dropped(policy, scope, message)]
        if lost:
            kept_from.append(
                action(
                    f"{each.endpoint} is not told of {', '.join(lost)}: its filter policy "
                    f"({scope}) is {policy}",
                    "aws sns set-subscription-attributes --attribute-name FilterPolicy "
                    f"--attribute-value '{{}}' --subscription-arn {each.arn} "
                    f"--region {region_of(arn)}, unless that is meant",
                )
            )
    return kept_from


def told(scene: Scene, arn: str, listed: list[Subscription], audience: Audience) -> Judgement:
    """Whether the wanted subscribers of a topic, or at least somebody, have agreed."""
    topic = f"{arn.rpartition(':')[2]} ({region_of(arn)})"
    agreed = {one.endpoint for one in listed if one.is_confirmed}
    asked = {one.endpoint for one in listed} - agreed
    known = {endpoint.lower() for endpoint in agreed | asked}
    wanted = {address.lower() for address in audience.emails}
    lacking = wanted - known
    found = []
    if lacking:
        found.append(action(f"{topic} does not tell {', '.join(sorted(lacking))}", scene.apply))
    for who in sorted(asked):
        again = f"{scene.apply} subscribes again" if who.lower() in wanted else "subscribe it again"
        found.append(
            action(
                f"{topic}: {who} has not confirmed",
                f"{who} opens {LINK} and follows its link within two days; after that {again}",
            )
        )
    if not (agreed or found):
        found.append(action(f"{topic} tells nobody", audience.way_in(scene)))
    return all_of(found or [done(f"{topic} tells {', '.join(sorted(agreed))}")])


TOPIC = Topic(
    "events",
    "Events",
    (
        Item("SES-EVENTS-001", "Bounces and complaints are reported", destination),
        Item("SES-EVENTS-002", "Topic lets SES publish", topic_policy),
        Item("SES-EVENTS-003", "Topic key is usable by publishers", topic_key),
        Item("SES-EVENTS-004", "Subscriptions are confirmed", subscribed),
    ),
)

WAY = Topic(TOPIC.id, TOPIC.title, TOPIC.items[:3])
"""What an event passes from SES to whoever is subscribed."""
