"""The DMARC record."""

from ses_provision.engine.model import Resource, Skipped
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.dmarc import Dmarc
from ses_provision.steps import records
from ses_provision.steps.needs import ZONE


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped:
    """The configured record, where neither the domain nor one above it has one."""
    wanted = records.dmarc_record(env)
    if env.dns.is_by_hand or wanted is None:
        return Skipped(f"external DNS; the record to publish: ses-provision dns --env {env.name}")
    zone, asked = facts.sure(ZONE), env.dns.resolvers
    return [Dmarc.of(zone, env.domain, wanted.value, wanted.ttl, resolvers=asked)]
