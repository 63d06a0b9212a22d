"""The DKIM records."""

from ses_provision.engine.model import Resource, Skipped, Waiting
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.record_sets import RecordSet
from ses_provision.resources.ses.identity import Dkim
from ses_provision.steps import arns, identity, records
from ses_provision.steps.needs import DKIM, ZONE


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """One CNAME for each token that SES issued."""
    if env.dns.is_by_hand:
        return Skipped(f"external DNS; the records to publish: ses-provision dns --env {env.name}")
    issued = facts.of(DKIM)
    if issued is None:
        return Waiting(f"SES issues the DKIM tokens when it creates the identity {env.domain}")
    if identity.will_renew_key(env, issued):
        return Waiting(f"SES may issue new DKIM tokens when it changes the key of {env.domain}")
    return record_sets(env, facts, issued)


def standing(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """The records of the tokens that SES issued, whatever is to become of the key."""
    if env.dns.is_by_hand:
        return desired(env, facts)
    issued = facts.of(DKIM)
    if issued is None:
        return Waiting("SES has no identity any more, so that it cannot tell which DKIM records "
                       "were ours")  # fmt: skip
    return record_sets(env, facts, issued)


def record_sets(env: Environment, facts: Facts, issued: Dkim) -> list[Resource]:
    """One CNAME for each token."""
    zone, served = facts.sure(ZONE), arns.identity(env, facts.account)
    return [
        RecordSet(
            zone, record.name, record.type, frozenset({record.value}), record.ttl, serves=served
        )
        for record in records.dkim_records(env, issued)
    ]
