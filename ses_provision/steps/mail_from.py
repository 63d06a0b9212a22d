"""The custom MAIL FROM domain."""

from dataclasses import replace

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.names import is_within
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.record_sets import RecordSet, TxtValue
from ses_provision.resources.ses.mail_from import MailFrom
from ses_provision.steps import arns, records
from ses_provision.steps.needs import ZONE

SES_MX = r"\d+ feedback-smtp\.[a-z0-9-]+\.amazonses\.com"


def on(identity_arn: str, env: Environment) -> MailFrom:
    """The MAIL FROM domain on an identity."""
    return MailFrom(identity_arn, env.mail_from_domain, env.mail_from.on_mx_failure)


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """Its records, then the setting: SES looks for the records as soon as it is told.

    With external DNS the setting alone: SES looks for 72 hours, and the next apply tells it again.
    """
    setting = on(arns.identity(env, facts.account), env)
    if env.dns.is_by_hand:
        return [setting]
    return [*record_sets(env, facts.sure(ZONE), setting.identity_arn), setting]


def record_sets(env: Environment, zone: DnsZone, serves: str) -> tuple[RecordSet, TxtValue]:
    """The records of the MAIL FROM domain."""
    mx, spf = records.mx(env), records.spf(env)
    values = frozenset({mx.value})
    return (
        RecordSet(zone, mx.name, mx.type, values, mx.ttl, ours=SES_MX, serves=serves),
        TxtValue(
            zone,
            spf.name,
            spf.value,
            spf.tag,
            spf.ttl,
            serves=serves,
            resolvers=env.dns.resolvers,
        ),
    )


def records_at(env: Environment, account: Account, zone: DnsZone, domain: str) -> list[Resource]:
    """The same records at another MAIL FROM domain."""
    if not is_within(domain, zone.name):
        return []
    mx, spf = record_sets(env, zone, arns.identity(env, account))
    return [replace(mx, name=domain, serves=""), replace(spf, name=domain, serves="")]
