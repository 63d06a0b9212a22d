"""Does mail that is sent to us arrive? The record, the rule, the bucket, and when the last came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    all_of,
    done,
    for_a_person,
    unknown,
    waiting,
)
from ses_provision.engine.model import Change, Found
from ses_provision.environment.receiving import ReceivingSettings, names
from ses_provision.names import dns_name
from ses_provision.outside.reading import Reading, both, together
from ses_provision.outside.voices import publicly, values
from ses_provision.resources.ses.receiving import endpoint, takes_mail_in
from ses_provision.resources.stored_mail import stored
from ses_provision.steps import needs, receiving

if TYPE_CHECKING:
    from ses_provision.engine.model import Resource
    from ses_provision.environment import Environment
    from ses_provision.resources.ses.receipt_rules import ReceiptRule


def insisted(env: Environment) -> ReceivingSettings:
    """The section, where the topic matters."""
    return env.receiving or ReceivingSettings()


def arn(scene: Scene) -> Reading[str]:
    """The ARN of the rule, in the set that holds or is to be made."""
    held = yield from needs.rule_set(scene.env, scene.account)
    name = names(scene.env).rule
    return receiving.arn_of(scene.account, held.name if held else name, name)


def seen_rule(scene: Scene) -> Reading[tuple[ReceiptRule, Found[ReceiptRule]]]:
    """The rule as it should be, and as it is."""
    env = scene.env
    wanted = receiving.rule(scene.account, insisted(env), names(env), (yield from arn(scene)))
    return wanted, (yield from wanted.read())


def published(scene: Scene) -> Reading[Judgement]:
    """Does DNS lead mail to SES, and to nobody else?"""
    env, name = scene.env, names(scene.env).domain
    if not (yield from takes_mail_in(env.region)):
        return action(
            f"SES takes no mail in at {env.region}: {endpoint(env.region)} does not exist",
            "receive in an environment of another region",
        )
    if not scene.whom.dns:
        return unknown("DNS was not asked", f"ses-provision checklist {scene.on}")
    [answer] = yield from publicly([("MX", name)], scene.whom.resolvers)
    if isinstance(answer, Exception):
        return unknown(f"MX {name} could not be asked for", f"ses-provision checklist {scene.on}")
    held = [value.partition(" ")[2] for value in values(answer)]
    hosts = {dns_name(host) for host in held}
    if hosts == {endpoint(env.region)}:
        return done(f"MX {name} leads to {endpoint(env.region)}")
    way = f"ses-provision dns {scene.on} shows it" if env.dns.is_by_hand else scene.apply
    if not hosts:
        return action(f"there is no MX {name}: nobody finds the way", way)
    return action(
        f"MX {name} leads to {', '.join(sorted(hosts))}, not to {endpoint(env.region)} alone",
        f"mail for {name} goes there: remove what is not wanted, or choose another receiving.name; "
        f"then: {way}",
    )


def holds(scene: Scene) -> Reading[Judgement]:
    """Does the rule hold, as the file says it?"""
    wanted, found = yield from seen_rule(scene)
    live = found.live
    if live is None:
        takes = yield from needs.receivable(scene.env, scene.account)
        if takes is None:
            return waiting(f"SES has not verified {scene.env.domain} yet", scene.apply)
        return action(f"there is no receipt rule {wanted.name} in the set that holds", scene.apply)
    wrong = [each.field for each in Change(wanted, found).differences()]
    if wrong:
        return action(
            f"{live.label}: otherwise than the file says: {', '.join(wrong)}", scene.apply
        )
    if not live.enabled:
        return action(
            f"{live.label} is off, as the file says: mail is turned away",
            f"ses-provision set receiving.enabled true {scene.on}, then: {scene.apply}",
        )
    looks = "looks for spam and viruses" if live.scan else "looks for neither spam nor viruses"
    tls = "by TLS alone" if live.tls == receiving.TLS["REQUIRE"] else "by TLS or without"
    return done(f"rule {live.name} in set {live.rule_set} holds, takes mail {tls}, and {looks}")


def undisturbed(scene: Scene) -> Reading[Judgement]:
    """Does a rule before ours stop the same mail?"""
    _, found = yield from seen_rule(scene)
    if found.notes:
        return action(
            "; ".join(found.notes),
            "have its owner put it behind, or name other recipients in one of the two",
        )
    return done("no rule before it stops its mail")


def shut(scene: Scene) -> Reading[Judgement]:
    """May SES write for this rule, and nobody read who should not?"""
    env, account, rule = scene.env, scene.account, (yield from arn(scene))
    settings = insisted(env)
    wanted: list[Resource] = [receiving.bucket(env, account, rule)]
    if settings.topic:
        topic = account.arn("sns", settings.topic)
        wanted.append(receiving.telling(topic, account, rule))
    if settings.function:
        function = account.arn("lambda", f"function:{settings.function}")
        wanted.append(receiving.calling(function, rule))
    found = yield from together(each.read() for each in wanted)
    judged = [
        action(
            f"{resource.label} is {'not there' if seen.live is None else 'not as we wrote it'}",
            scene.apply,
        )
        for resource, seen in zip(wanted, found, strict=True)
        if seen.live != resource
    ]
    bucket = names(env).bucket
    fine = f"{bucket} takes mail for this rule alone, and forgets after {settings.days} days"
    return all_of(judged or [done(fine)])


def encrypted(scene: Scene) -> Reading[Judgement]:
    """Whose key encrypts the mail?"""
    wanted = receiving.bucket(scene.env, scene.account, (yield from arn(scene)))
    found = yield from wanted.read()
    if found.live is None:
        return action(f"there is no bucket {wanted.name}", scene.apply)
    if found.live.kms_key or not scene.env.hipaa:
        return done(f"{wanted.name} is encrypted with {found.live.kms_key or 'a key of S3'}")
    return for_a_person(
        f"{wanted.name} is encrypted with a key of S3, that is, for everybody who may read it",
        f"set receiving.kms_key in config/{scene.env.name}.toml to a customer managed key that "
        f"lets ses.amazonaws.com use it, then: {scene.apply}; or attest why not",
    )


def arrives(scene: Scene) -> Reading[Judgement]:
    """When did the last mail come?"""
    found = names(scene.env)
    rule, there = yield from both(
        seen_rule(scene), stored(scene.account, found.bucket, found.prefix)
    )
    proof = f"ses-provision receive-test {scene.on}"
    if there:
        return done(f"last mail {there[0].arrived:%Y-%m-%d %H:%M} UTC; {len(there)} stored")
    if rule[1].live is None:
        return waiting("nothing can arrive yet", scene.apply)
    return waiting("nothing has arrived, or what had is over", proof)


def is_wanted(env: Environment) -> bool:
    """Whether there is anything to look at."""
    return env.receiving is not None


TOPIC = Topic(
    "receiving",
    "Receiving",
    (
        Item("SES-RECV-001", "Mail finds SES by the MX record", published),
        Item("SES-RECV-002", "The rule holds in the active rule set", holds),
        Item("SES-RECV-003", "No rule before it stops its mail", undisturbed, Severity.WARNING),
        Item("SES-RECV-004", "SES may write for this rule alone", shut),
        Item(
            "SES-RECV-005",
            "Received mail is encrypted",
            encrypted,
            Severity.WARNING,
            attests="why received mail needs no customer managed key",
        ),
        Item("SES-RECV-006", "Mail arrives", arrives, Severity.WARNING),
    ),
    note="Whoever reads the bucket reads the mail. SES keeps what did not pass its checks of spam, "
    "viruses, SPF and DKIM as well, and says so in the mail.",
    matters=is_wanted,
)
