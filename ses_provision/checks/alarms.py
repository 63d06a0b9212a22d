"""Does somebody wake up before AWS does? The alarms, their metric, their subscribers."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ses_provision.checks import events
from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, all_of, done, waiting
from ses_provision.engine.needs import Facts
from ses_provision.names import region_of
from ses_provision.outside.reading import Reading, ask, question, together
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.cloudwatch import Alarm, AlarmState, alarm
from ses_provision.resources.sns import subscriptions
from ses_provision.resources.sns import topic as sns_topic
from ses_provision.steps import alarms
from ses_provision.steps.alarms import PAUSE, REVIEW

NAMESPACE = "AWS/SES"
ALARM = {"NewStateValue": "ALARM"}
"""What is known of the message of an alarm that rings."""


def wanted(scene: Scene) -> list[Alarm]:
    """The alarms of the environment."""
    resources = alarms.desired(scene.env, Facts(scene.account))
    return [one for one in resources if isinstance(one, Alarm)]


def live(scene: Scene) -> Reading[list[tuple[Alarm, AlarmState | None]]]:
    """The alarms of the environment, each with what CloudWatch has under its name."""
    asked = wanted(scene)
    found = yield from together(alarm(each.arn) for each in asked)
    return list(zip(asked, found, strict=True))


def standing(
    found: Iterable[tuple[Alarm, AlarmState | None]],
) -> list[tuple[Alarm, AlarmState]]:
    """The alarms that are there."""
    return [(each, at) for each, at in found if at is not None]


def where(one: Alarm) -> str:
    """An alarm and its region."""
    return f"{one.name} ({region_of(one.arn)})"


def exist(scene: Scene) -> Reading[Judgement]:
    """Are the alarms there, armed, and on the right metric?"""
    found = yield from live(scene)
    there = standing(found)
    wrong = {
        "not there": [where(one) for one, at in found if at is None],
        "actions are switched off": [where(one) for one, at in there if not at.actions_enabled],
        "on another metric": [where(one) for one, at in there if at.metric != one.metric],
    }
    told = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
    if told:
        return action("; ".join(told), scene.apply)
    return done(", ".join(where(one) for one, _ in found))


def have_metric(scene: Scene) -> Reading[Judgement]:
    """Do the metrics exist where the alarms are? SES publishes them in the sending region, and
    ListMetrics shows those with data in the last two weeks (CloudWatch API reference)."""
    env, regions = scene.env, list(dict.fromkeys([scene.env.region, *scene.env.alarm_regions]))
    answers = yield from ask(
        *(
            question(
                "cloudwatch",
                region,
                "ListMetrics",
                on=EVERYTHING,
                nothing={"Metrics": []},
                pages=True,
                Namespace=NAMESPACE,
            )
            for region in regions
        )
    )
    seen = {
        region: {one["MetricName"] for one in (listed or {}).get("Metrics", ())} & set(REVIEW)
        for region, listed in zip(regions, answers, strict=True)
    }
    evidence = "; ".join(
        f"{region}: {' and '.join(sorted(found)) or 'no such metric'}"
        for region, found in seen.items()
    )
    if env.region not in env.alarm_regions:
        return action(
            f"{evidence}; no alarm stands in the sending region {env.region}",
            f"set alarms.regions = {json.dumps([env.region, *env.alarm_regions])} in "
            f"config/{env.name}.toml, then: {scene.apply}",
        )
    if not seen[env.region]:
        return waiting(
            f"{evidence}: SES publishes its rates once mail was sent",
            f"ses-provision send-test {scene.on}, then look again after some minutes",
        )
    idle = [one for one in env.alarm_regions if not seen[one]]
    silent = f"; alarms in {', '.join(idle)} will stay silent, which does no harm" if idle else ""
    return done(evidence + silent)


def reach_people(scene: Scene) -> Reading[Judgement]:
    """Does an alarm's action end at somebody who agreed to be told?"""
    found = yield from live(scene)
    topics = dict.fromkeys(
        arn for _, at in standing(found) for arn in at.alarm_actions if arn.split(":")[2] == "sns"
    )
    without = [where(one) for one, at in standing(found) if not tells(at)]
    silent = [action(f"no action: {', '.join(without)}", scene.apply)] if without else []
    if not (topics or silent):
        return waiting("there is no alarm yet", scene.apply)
    judged = yield from together(reaches(scene, arn) for arn in topics)
    return all_of([*silent, *judged])


def tells(at: AlarmState) -> bool:
    """Whether an alarm does anything beside pausing, of which nobody hears."""
    return any(arn.split(":")[2] != "lambda" for arn in at.alarm_actions)


def reaches(scene: Scene, arn: str) -> Reading[Judgement]:
    """Does a topic take what CloudWatch says, and does it tell somebody?"""
    found = yield from sns_topic(arn)
    if found is None:
        gone = f"the alarms' topic {arn} does not exist"
        if events.belongs(scene, arn):
            return action(gone, scene.apply)
        region = region_of(arn)
        return action(
            gone, f"CloudWatch console, region {region}: take it out of the alarms' actions"
        )
    publisher = events.cloudwatch(scene, region_of(arn), scene.env.bounce_alarm)
    looked = events.kept_out(scene, arn, found.policy, publisher)
    if found.kms_key and arn != events.topic_arn(scene):
        usable = yield from events.usable(scene, arn, found.kms_key, [publisher])
        looked += [usable] if usable.next_step else []
    listed = yield from subscriptions(arn)
    looked += yield from events.filtered(arn, listed, {"alarms": ALARM})
    return all_of([*looked, events.told(scene, arn, listed, audience(scene, arn))])


def audience(scene: Scene, arn: str) -> events.Audience:
    """Whom a topic has to tell of the alarms. Those whom the event topic tells are looked at with
    the events."""
    if arn == events.topic_arn(scene):
        return events.Audience((), "events.emails")
    if arn == scene.account.arn("sns", scene.env.alarm_topic, region_of(arn)):
        return events.Audience(scene.env.alarm_emails, "alarms.emails")
    return events.Audience()


def in_time(scene: Scene) -> Reading[Judgement]:
    """Do the alarms ring before AWS acts?"""
    found = standing((yield from live(scene)))
    if not found:
        return waiting("there is no alarm yet", scene.apply)
    late = [
        f"{where(one)} rings above {at.threshold * 100:.3g} %, AWS reviews at "
        f"{REVIEW[one.metric] * 100:g} % and may pause at {PAUSE[one.metric] * 100:g} %"
        for one, at in found
        if at.threshold > REVIEW[one.metric]
    ]
    if late:
        return action("; ".join(late), lowered(scene))
    levels = dict.fromkeys(
        f"{one.metric.removeprefix('Reputation.')} above {at.threshold * 100:.3g} %"
        for one, at in found
    )
    return done(", ".join(levels))


def lowered(scene: Scene) -> str:
    """What makes alarms ring in time: settings that are too high, and `apply`."""
    settings = scene.env.alarms
    asked = {
        "bounce_rate": (settings.bounce_rate, REVIEW["Reputation.BounceRate"]),
        "complaint_rate": (settings.complaint_rate, REVIEW["Reputation.ComplaintRate"]),
    }
    high = [
        f"set alarms.{name} = {most:g} in config/{scene.env.name}.toml"
        for name, (asks, most) in asked.items()
        if asks > most
    ]
    return f"{' and '.join(high)}, then: {scene.apply}" if high else scene.apply


def quiet(scene: Scene) -> Reading[Judgement]:
    """Is one of them ringing now?"""
    found = standing((yield from live(scene)))
    ringing = [where(one) for one, at in found if at.state == "ALARM"]
    if ringing:
        return action(
            f"ringing now: {', '.join(ringing)}",
            f"SES console, region {scene.env.region}, Reputation metrics: stop what bounces",
        )
    states = sorted({at.state for _, at in found})
    if not states:
        return waiting("there is no alarm yet", scene.apply)
    return done(f"state: {', '.join(states)}")


def apart(scene: Scene) -> Reading[Judgement]:
    """Can a storm of events silence the alarms? SNS suspends an e-mail subscriber that would get
    more than ten messages a second (SNS quotas, e-mail delivery rate), and such a subscriber of a
    topic that carries both hears neither."""
    env, arn = scene.env, events.topic_arn(scene)
    found = standing((yield from live(scene)))
    if not found:
        return waiting("there is no alarm yet", scene.apply)
    if not any(arn in at.alarm_actions for _, at in found):
        return done(f"no alarm notifies {env.event_topic}, which carries the events")
    listed = yield from subscriptions(arn)
    if not any(one.protocol.startswith("email") for one in listed):
        return done(f"{env.event_topic} carries events and alarms, and mails nobody")
    name = f"set alarms.topic to a name of its own in config/{env.name}.toml, then: "
    return action(
        f"{env.event_topic} carries events and alarms: SNS suspends an e-mail subscriber above ten "
        "messages a second, so a storm of bounces can silence its own alarm",
        f"{name if env.alarm_topic == env.event_topic else ''}{scene.apply}; its subscribers are "
        "asked to confirm",
    )


TOPIC = Topic(
    "alarms",
    "Alarms",
    (
        Item("SES-ALARM-001", "Reputation alarms exist", exist, Severity.WARNING),
        Item("SES-ALARM-002", "Alarms have their metric", have_metric, Severity.WARNING),
        Item("SES-ALARM-003", "Alarms reach somebody", reach_people, Severity.WARNING),
        Item("SES-ALARM-004", "Alarms ring before AWS acts", in_time, Severity.WARNING),
        Item("SES-ALARM-005", "No alarm is ringing", quiet, Severity.WARNING),
        Item("SES-ALARM-006", "Events cannot silence the alarms", apart, Severity.WARNING),
    ),
)
