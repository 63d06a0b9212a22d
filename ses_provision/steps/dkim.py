"""The DKIM records."""

from ses_provision.engine.facts import Facts
from ses_provision.engine.model import Resource, Skipped, Waiting
from ses_provision.environment import Environment
from ses_provision.resources.route53 import RecordSet
from ses_provision.steps import identity, records


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """One CNAME for each token that SES issued."""
    if env.dns.is_external:
        return Skipped(f"external DNS; the records to publish: ses-provision dns --env {env.name}")
    if facts.dkim is None:
        return Waiting(f"SES issues the DKIM tokens when it creates the identity {env.domain}")
    if identity.will_renew_key(env, facts.dkim):
        return Waiting(f"SES may issue new DKIM tokens when it changes the key of {env.domain}")
    return [
        RecordSet(facts.hosted_zone, one.name, one.type, frozenset({one.value}), one.ttl)
        for one in records.dkim_records(env, facts.dkim)
    ]
