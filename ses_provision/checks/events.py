"""Will anybody learn of a bounce? The event destination, its topic, key and subscribers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.checks.publishing import Publisher, allows
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    unknown,
)
from ses_provision.names import region_of
from ses_provision.outside.reading import Reading, ask, question
from ses_provision.resources.ses import destinations_question
from ses_provision.resources.sns import subscriptions_question, topic_question
from ses_provision.steps import configuration_set

SNS_KEY = "alias/aws/sns"
KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
LINK = 'the mail "AWS Notification - Subscription Confirmation"'


def topic_arn(scene: Scene) -> str:
    """The topic that SES publishes events to."""
    return scene.account.arn("sns", scene.env.event_topic)


def ses(scene: Scene) -> Publisher:
    """SES, publishing for our configuration set."""
    arn = configuration_set.arn(scene.env, scene.account)
    return Publisher("ses.amazonaws.com", scene.account.id, arn)


def cloudwatch(scene: Scene, region: str, alarm: str = "*") -> Publisher:
    """CloudWatch, publishing for an alarm of ours."""
    arn = scene.account.arn("cloudwatch", f"alarm:{alarm}", region)
    return Publisher("cloudwatch.amazonaws.com", scene.account.id, arn)


def attributes(arn: str) -> Reading[Mapping[str, str] | None]:
    """A topic's attributes."""
    [found] = yield from ask(topic_question(arn))
    return None if found is None else found["Attributes"]


def destination(scene: Scene) -> Reading[Judgement]:
    """Does SES report what is wanted, and to our topic?"""
    env = scene.env
    [found] = yield from ask(destinations_question(configuration_set.arn(env, scene.account)))
    listed = {one["Name"]: one for one in (found or {}).get("EventDestinations", ())}
    name, one = env.events.destination, listed.get(env.events.destination)
    if one is None:
        return action(f"{env.configuration_set.name} has no destination {name}", scene.apply)
    if not one.get("Enabled"):
        return action(f"destination {name} is switched off", scene.apply)
    lacking = sorted(set(env.events.types) - set(one.get("MatchingEventTypes", ())))
    if lacking:
        return action(f"destination {name} does not report {', '.join(lacking)}", scene.apply)
    arn = one.get("SnsDestination", {}).get("TopicArn", "no SNS topic")
    if arn != topic_arn(scene):
        return action(f"destination {name} reports to {arn}", scene.apply)
    types = ", ".join(sorted(one["MatchingEventTypes"]))
    return done(f"{name} reports {types} to {env.event_topic}")


def topic_policy(scene: Scene) -> Reading[Judgement]:
    """May SES publish to the topic?"""
    found = yield from attributes(topic_arn(scene))
    if found is None:
        return action(f"there is no topic {scene.env.event_topic}", scene.apply)
    if allows(found.get("Policy", ""), ses(scene), ["sns:Publish"]):
        return done(
            f"{scene.env.event_topic} lets SES publish for {scene.env.configuration_set.name}"
        )
    return action(
        f"the policy of {scene.env.event_topic} does not let SES publish: events are lost",
        scene.apply,
    )


def topic_key(scene: Scene) -> Reading[Judgement]:
    """Can the publishers use the key that encrypts the topic?"""
    found = yield from attributes(topic_arn(scene))
    key = (found or {}).get("KmsMasterKeyId", "")
    if not key:
        return not_applicable(f"{scene.env.event_topic} is not encrypted with a key")
    if key.endswith(SNS_KEY):
        return action(
            f"{scene.env.event_topic} uses {SNS_KEY}, whose policy lets no other service in",
            f"set events.kms_key to a customer managed key, then: {scene.apply}",
        )
    return (yield from customer_key(scene, key))


def customer_key(scene: Scene, key: str) -> Reading[Judgement]:
    """Can SES, and CloudWatch where it publishes there too, use a customer managed key?"""
    region = scene.env.region
    [described] = yield from ask(question("kms", region, "DescribeKey", KeyId=key))
    if described is None:
        return action(f"there is no key {key} in {region}", "correct events.kms_key")
    metadata: Mapping[str, Any] = described["KeyMetadata"]
    if not metadata.get("Enabled"):
        return action(
            f"key {key} is {metadata.get('KeyState', 'disabled')}",
            f"aws kms enable-key --key-id {key} --region {region}",
        )
    [policy] = yield from ask(
        question("kms", region, "GetKeyPolicy", KeyId=metadata["KeyId"], PolicyName="default")
    )
    if policy is None:
        return unknown(f"key {key} shows no policy", f"KMS console, region {region}, key {key}")
    wanted = [ses(scene)]
    if region in scene.env.alarm_regions and scene.env.alarm_topic == scene.env.event_topic:
        wanted.append(cloudwatch(scene, region))
    kept_out = [one.service for one in wanted if not allows(policy["Policy"], one, KEY_ACTIONS)]
    if kept_out:
        return action(
            f"the policy of key {key} does not let {' and '.join(kept_out)} use it",
            f"KMS console, region {region}, key {metadata['KeyId']}, Key policy: allow "
            f"{' and '.join(kept_out)} {' and '.join(KEY_ACTIONS)}",
        )
    return done(f"{' and '.join(one.service for one in wanted)} may use key {key}")


def subscriptions(arn: str) -> Reading[list[Mapping[str, str]]]:
    """Everybody a topic tells; nobody where there is no topic."""
    [found] = yield from ask(subscriptions_question(arn))
    return list((found or {}).get("Subscriptions", ()))


def is_confirmed(subscription: Mapping[str, str]) -> bool:
    """Whether the subscriber has agreed."""
    return subscription["SubscriptionArn"].startswith("arn:")


def subscribed(scene: Scene) -> Reading[Judgement]:
    """Is somebody told, and has everybody agreed who was asked?"""
    arn = topic_arn(scene)
    return told(scene, arn, (yield from subscriptions(arn)), set(scene.env.events.emails))


def told(scene: Scene, arn: str, listed: list[Mapping[str, str]], wanted: set[str]) -> Judgement:
    """Whether the wanted subscribers of a topic, or at least somebody, have agreed."""
    topic = f"{arn.rpartition(':')[2]} ({region_of(arn)})"
    agreed = {one["Endpoint"] for one in listed if is_confirmed(one)}
    asked = {one["Endpoint"] for one in listed} - agreed
    lacking = {address.lower() for address in wanted} - {e.lower() for e in agreed | asked}
    if lacking:
        return action(f"{topic} does not tell {', '.join(sorted(lacking))}", scene.apply)
    if asked:
        who = ", ".join(sorted(asked))
        return action(
            f"{topic}: {who} has not confirmed",
            f"{who} opens {LINK} and follows its link within two days; after that {scene.apply} "
            "subscribes again",
        )
    if not agreed:
        return action(
            f"{topic} tells nobody",
            f"set events.emails in config/{scene.env.name}.toml or subscribe a queue, then: "
            f"{scene.apply}",
        )
    return done(f"{topic} tells {', '.join(sorted(agreed))}")


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
