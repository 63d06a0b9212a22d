"""The DMARC record."""

from ses_provision.environment import Environment
from ses_provision.facts import Facts
from ses_provision.model import Resource, Skipped
from ses_provision.resources.dmarc import Dmarc, record


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped:
    """The configured record, where neither the domain nor one above it has one."""
    if env.dmarc is None:
        return Skipped("no [dmarc] in the environment file")
    value = record(env.dmarc.policy, env.dmarc.reports_to)
    return [Dmarc(facts.hosted_zone, env.domain, value, env.dns.ttl)]
