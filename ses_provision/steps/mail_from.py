"""The custom MAIL FROM domain."""

from ses_provision.engine.facts import Facts
from ses_provision.engine.model import Resource
from ses_provision.environment import Environment
from ses_provision.resources.route53 import RecordSet, TxtValue
from ses_provision.resources.ses import MailFrom
from ses_provision.steps import identity, records

SES_MX = r"\d+ feedback-smtp\.[a-z0-9-]+\.amazonses\.com"


def on(identity_arn: str, env: Environment) -> MailFrom:
    """The MAIL FROM domain on an identity."""
    return MailFrom(identity_arn, env.mail_from_domain, env.mail_from.on_mx_failure)


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """Its records, then the setting: SES looks for the records as soon as it is told.

    With external DNS the setting alone: SES looks for 72 hours, and the next apply tells it again.
    """
    setting = on(identity.arn(env, facts.account), env)
    if env.dns.is_external:
        return [setting]
    mx, spf = records.mx(env), records.spf(env)
    zone = facts.hosted_zone
    return [
        RecordSet(zone, mx.name, mx.type, frozenset({mx.value}), mx.ttl, ours=SES_MX),
        TxtValue(zone, spf.name, spf.value, spf.tag, spf.ttl, resolvers=env.dns.resolvers),
        setting,
    ]
