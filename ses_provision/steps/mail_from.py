"""The custom MAIL FROM domain."""

from ses_provision.environment import Environment
from ses_provision.facts import Facts
from ses_provision.model import Resource
from ses_provision.resources.route53 import RecordSet, TxtValue
from ses_provision.resources.ses import MailFrom
from ses_provision.steps import identity

SPF = "v=spf1 include:amazonses.com ~all"
SES_MX = r"\d+ feedback-smtp\.[a-z0-9-]+\.amazonses\.com"


def on(identity_arn: str, env: Environment) -> MailFrom:
    """The MAIL FROM domain on an identity."""
    return MailFrom(identity_arn, env.mail_from_domain, env.mail_from.on_mx_failure)


def exchanger(env: Environment) -> str:
    """The one mail exchanger SES wants at the MAIL FROM domain."""
    return f"10 feedback-smtp.{env.region}.amazonses.com"


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """Its records, then the setting: SES looks for the records as soon as it is told."""
    return [
        RecordSet(
            zone=facts.hosted_zone,
            name=env.mail_from_domain,
            type="MX",
            values=frozenset({exchanger(env)}),
            ttl=env.dns.ttl,
            ours=SES_MX,
        ),
        TxtValue(facts.hosted_zone, env.mail_from_domain, SPF, tag="v=spf1", ttl=env.dns.ttl),
        on(identity.arn(env, facts.account), env),
    ]
