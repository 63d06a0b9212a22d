"""Do tracked links lead anywhere? Where nobody answers for them, every link of every mail fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.checks.topic import Item, Judgement, Scene, Topic, action, done, waiting
from ses_provision.outside.reading import Reading
from ses_provision.outside.web import unanswered
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.set_options import SECURE
from ses_provision.steps import arns

if TYPE_CHECKING:
    from ses_provision.environment import Environment


def answered(scene: Scene) -> Reading[Judgement]:
    """Is the redirect domain in use, and does its CDN answer where links use HTTPS?"""
    wanted = scene.env.configuration_set.tracking_domain
    found = yield from configuration_set(arns.configuration_set(scene.env, scene.account))
    tracking = found.tracking if found else {}
    domain, policy = tracking.get("CustomRedirectDomain", ""), tracking.get("HttpsPolicy", "")
    if domain != wanted:
        return waiting(
            f"links do not lead over {wanted} yet",
            f"{scene.apply}, once {scene.env.domain} is verified",
        )
    if policy not in SECURE:
        return done(f"{domain}, by HTTP")
    problem = yield from unanswered(domain)
    if problem:
        return action(
            problem,
            f"mend what answers for {domain}; until then say configuration_set.tracking_https = "
            f'"OPTIONAL" in config/{scene.env.name}.toml, then: {scene.apply}',
        )
    return done(f"https://{domain}/ answers")


def concerns(env: Environment) -> bool:
    """Whether links have a domain of their own."""
    return env.configuration_set.tracking_domain is not None


TOPIC = Topic(
    "tracking",
    "Tracked links",
    (Item("SES-TRACKING-001", "The redirect domain answers", answered),),
    matters=concerns,
)
