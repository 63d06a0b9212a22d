"""What a HIPAA reviewer asks of a mail system, as far as it can be read. It cannot declare
compliance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ses_provision.checks import events
from ses_provision.checks.finding import Severity, Status
from ses_provision.checks.identity import both_identities
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    for_a_person,
    waiting,
)
from ses_provision.environment.archive import DESTINATION
from ses_provision.environment.events import BRIDGE
from ses_provision.environment.limits import KEYS
from ses_provision.outside.reading import Reading, ask, both, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.event_destination import destinations
from ses_provision.resources.sns import subscriptions, topic
from ses_provision.steps import arns

ARTIFACT_REGION = {"aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}
BAA = re.compile(r"business associate addendum", re.IGNORECASE)
CONSOLE = "AWS console > Artifact > Agreements: accept the Business Associate Addendum"
TRACKING = frozenset({"OPEN", "CLICK"})
PERSONAL = re.compile(
    r"@|\d{3}-\d{2}-\d{4}|\b(19|20)\d{2}-\d{2}-\d{2}\b|\+?\d[\d ()-]{8,}\d|"
    r"\b(patient|mrn|ssn|dob|birth|diagnos\w*)\b",
    re.IGNORECASE,
)
NOTE = (
    "ses-provision cannot declare compliance. It shows what it read, and what people attested; "
    "the risk analysis and the decision are yours (45 CFR 164.308)."
)


def agreement(scene: Scene) -> Reading[Judgement]:
    """Is a Business Associate Addendum in force? AWS Artifact knows those accepted online."""
    region = ARTIFACT_REGION.get(scene.account.partition, scene.env.region)
    asked = question(
        "artifact",
        region,
        "ListCustomerAgreements",
        on=EVERYTHING,
        nothing={"customerAgreements": []},
        pages=True,
    )
    [listed] = yield from ask(asked)
    addenda = [
        one
        for one in (listed or {}).get("customerAgreements", ())
        if BAA.search(one.get("name", ""))
    ]
    active = [one for one in addenda if one.get("state") == "ACTIVE"]
    if active:
        return done(f"AWS Artifact: {', '.join(sorted(described(one) for one in active))}")
    if addenda:
        ended = ", ".join(sorted(f"{one['name']} {one.get('state')}" for one in addenda))
        return action(f"AWS Artifact: {ended}", f"{CONSOLE}, before any patient data is sent")
    return for_a_person(
        "AWS Artifact lists none; one signed on paper would not be listed",
        f"{CONSOLE}; or attest the paper one",
        Status.UNKNOWN,
    )


def described(one: Mapping[str, Any]) -> str:
    """An agreement in a few words."""
    scope = "organisation" if one.get("organizationArn") else "account"
    since = one.get("effectiveStart")
    return f"{one['name']} ({scope}{f', since {since:%Y-%m-%d}' if since else ''})"


def tls(scene: Scene) -> Reading[Judgement]:
    """Does mail leave encrypted or not at all?"""
    found = yield from configuration_set(arns.configuration_set(scene.env, scene.account))
    if found is None:
        return waiting("there is no configuration set yet", scene.apply)
    policy = found.tls_policy
    if policy != "REQUIRE":
        asks = scene.env.configuration_set.tls_policy
        setting = f'set configuration_set.tls_policy = "REQUIRE" in config/{scene.env.name}.toml'
        return action(
            f"TLS policy {policy}: mail may leave in clear text",
            scene.apply if asks == "REQUIRE" else f"{setting}, then: {scene.apply}",
        )
    return done("TLS policy REQUIRE: no clear text (no guarantee of strong TLS)")


def topic_encrypted(scene: Scene) -> Reading[Judgement]:
    """Are events, which carry recipients, encrypted at rest with a key of yours?"""
    found = yield from topic(events.topic_arn(scene))
    if found is None:
        return waiting(f"there is no topic {scene.env.event_topic} yet", scene.apply)
    key = found.kms_key
    if key and not key.endswith(events.SNS_KEY):
        return done(f"{scene.env.event_topic} is encrypted with {key}")
    return for_a_person(
        f"{scene.env.event_topic} is {'encrypted with ' + key if key else 'not encrypted'}",
        f"set events.kms_key in config/{scene.env.name}.toml to a customer managed key that SES "
        f"and CloudWatch may use, then: {scene.apply}; or attest why not",
    )


def no_mail_of_events(scene: Scene) -> Reading[Judgement]:
    """Do recipients' addresses leave by e-mail? Event payloads carry them."""
    if (yield from topic(events.topic_arn(scene))) is None:
        return waiting(f"there is no topic {scene.env.event_topic} yet", scene.apply)
    listed = yield from subscriptions(events.topic_arn(scene))
    mailed = sorted(one.endpoint for one in listed if one.protocol.startswith("email"))
    if mailed:
        return for_a_person(
            f"{scene.env.event_topic} mails recipients' addresses to {', '.join(mailed)}",
            f"subscribe a queue or function instead and empty events.emails in "
            f"config/{scene.env.name}.toml{alarms_apart(scene)}; or attest why it may be",
        )
    return done(f"nobody gets the events of {scene.env.event_topic} by e-mail")


def alarms_apart(scene: Scene) -> str:
    """What is still to be set so that without events.emails the alarms tell somebody."""
    env = scene.env
    shared = env.region in env.alarm_regions and env.alarm_topic == env.event_topic
    lacking = ["alarms.topic"] if shared else []
    lacking += ["alarms.emails"] if env.alarms.emails is None else []
    told = "so that the alarms still tell somebody"
    return f" (with {' and '.join(lacking)} set, {told})" if lacking else ""


def untracked(scene: Scene) -> Reading[Judgement]:
    """Are opens and clicks left alone? Tracking rewrites links and records who read what."""
    env = scene.env
    set_arn = arns.configuration_set(env, scene.account)
    listed, (of_set, account) = yield from both(
        destinations(set_arn), both(configuration_set(set_arn), sending_account(env.region))
    )
    if of_set is None:
        return waiting(f"there is no configuration set {env.configuration_set.name}", scene.apply)
    found = [
        action(
            f"{env.configuration_set.name} reports {' and '.join(kinds)} ({each.name})",
            reported_no_more(scene, each.name, kinds),
        )
        for each in listed or ()
        if each.enabled and (kinds := sorted(each.types & TRACKING))
    ]
    # What the set says counts before what the account says.
    if account.vdm_enabled and (of_set.engagement or account.engagement) == "ENABLED":
        found.append(
            action(
                "Virtual Deliverability Manager tracks engagement",
                f"SES console, region {env.region}, Virtual Deliverability Manager > Settings: "
                "engagement tracking off",
            )
        )
    return all_of(found or [done("no OPEN or CLICK events, engagement tracking off")])


def reported_no_more(scene: Scene, destination: str, kinds: list[str]) -> str:
    """How a destination stops to report events."""
    env = scene.env
    what, events = " and ".join(kinds), env.events
    ours = {events.destination: ("events.types", events.types)}
    if env.archive is not None:
        ours[DESTINATION] = ("archive.types", env.archive.types)
    if events.bridged:
        where = "events.event_bridge_types and the types of events.queues"
        ours[BRIDGE] = (where, events.bridged)
    if destination not in ours:
        return (
            f"SES console, region {env.region}, Configuration sets > {env.configuration_set.name} "
            f"> Event destinations > {destination}: take out {what}"
        )
    setting, asked = ours[destination]
    first = f"take {what} out of {setting} in config/{env.name}.toml, then: "
    return f"{first if set(kinds) & set(asked) else ''}{scene.apply}"


def not_forwarded(scene: Scene) -> Reading[Judgement]:
    """Do bounces come back by mail? They may quote what was sent."""
    env = scene.env
    there = dict((yield from both_identities(scene)))
    if not there:
        return waiting(f"SES knows neither {env.domain} nor {env.from_address} yet", scene.apply)
    on = [name for name, found in there.items() if found.feedback_forwarding]
    if on:
        setting = f"set sender.feedback_forwarding = false in config/{env.name}.toml, then: "
        return action(
            f"bounces of {' and '.join(on)} are mailed back, and may quote the mail",
            f"{setting if env.sender.feedback_forwarding else ''}{scene.apply}",
        )
    return done(f"off for {' and '.join(there)}")


def tags_impersonal(scene: Scene) -> Reading[Judgement]:
    """Are tags free of personal data? They reach billing and logs (AWS data protection)."""
    env = scene.env
    identities, of_set = yield from both(
        both_identities(scene), configuration_set(arns.configuration_set(env, scene.account))
    )
    tagged = [env.all_tags, *(found.tags for _, found in identities)]
    tagged += [of_set.tags] if of_set else []
    pairs = {
        (key, value)
        for tags in tagged
        for key, value in tags.items()
        if not key.startswith(KEYS)  # what an identity remembers of its keys is of nobody
    }
    suspect = sorted(f"{key}={value}" for key, value in pairs if PERSONAL.search(f"{key} {value}"))
    if suspect:
        return action(
            f"looks personal: {', '.join(suspect)}",
            f"remove it from tags in config/{env.name}.toml and in the SES console, region "
            f"{env.region}",
        )
    return done(", ".join(sorted(f"{key}={value}" for key, value in pairs)))


def kept(scene: Scene) -> Reading[Judgement]:
    """Is the evidence kept? 45 CFR 164.316(b)(2) asks for six years."""
    yield from ()
    return for_a_person(
        "no API tells where you keep checklists, attestations and risk analyses",
        f"keep `ses-provision checklist {scene.on} --format html` with them for six years, and "
        "attest where",
    )


ITEMS = (
    Item(
        "SES-HIPAA-001",
        "Business Associate Addendum in force",
        agreement,
        attests="that an addendum AWS Artifact does not list is in force",
    ),
    Item("SES-HIPAA-002", "Mail leaves encrypted or not at all", tls),
    Item(
        "SES-HIPAA-003",
        "Event topic encrypted with your key",
        topic_encrypted,
        Severity.WARNING,
        attests="why the topic needs no customer managed key",
    ),
    Item(
        "SES-HIPAA-004",
        "Events do not leave by e-mail",
        no_mail_of_events,
        Severity.WARNING,
        attests="why recipients' addresses may go to these mailboxes",
    ),
    Item("SES-HIPAA-005", "Opens and clicks are not tracked", untracked),
    Item("SES-HIPAA-006", "Bounces are not mailed back", not_forwarded, Severity.WARNING),
    Item("SES-HIPAA-007", "Tags hold no personal data", tags_impersonal, Severity.WARNING),
    Item(
        "SES-HIPAA-008",
        "Evidence is kept for six years",
        kept,
        Severity.WARNING,
        attests="where the evidence is kept for six years",
    ),
)

TOPIC = Topic("hipaa", "HIPAA", ITEMS, NOTE, matters=lambda env: env.hipaa)
"""Mails may concern patients only where the environment says so."""
