"""The DKIM records."""

from ses_provision.engine.model import Resource, Skipped, Waiting
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources import dkim_record
from ses_provision.resources.dns_zone import DnsZone
from ses_provision.resources.record_sets import RecordSet
from ses_provision.resources.ses.identity import Dkim
from ses_provision.steps import arns, identity, records
from ses_provision.steps.needs import DKIM, ZONE
from ses_provision.steps.records import PublishedRecord


def desired(env: Environment, facts: Facts) -> list[Resource] | Skipped | Waiting:
    """One CNAME for each token that SES issued, or a TXT record with the key of our own."""
    if env.dns.is_by_hand:
        return Skipped(f"external DNS; the records to publish: ses-provision dns --env {env.name}")
    issued = facts.of(DKIM)
    if issued is None:
        return Waiting(known_later(env))
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


def known_later(env: Environment) -> str:
    """Why the records are not known yet."""
    if env.dkim.is_own_key:
        return f"the key is made together with the identity {env.domain}"
    return f"SES issues the DKIM tokens when it creates the identity {env.domain}"


def record_sets(env: Environment, facts: Facts, issued: Dkim) -> list[Resource]:
    """The records of what signs, and of what signed before, which stay until `dkim tidy`."""
    zone, served = facts.sure(ZONE), arns.identity(env, facts.account)
    wanted = (*records.dkim_records(env, issued), *records.kept_records(env, issued))
    return [record_set(zone, record, served) for record in wanted]


def record_set(zone: DnsZone, record: PublishedRecord, served: str) -> RecordSet:
    """A record of a key as a set at its name. What holds nothing but a key at a selector of ours is
    ours to replace."""
    ours = dkim_record.OURS if record.type == "TXT" else ".*"
    values = frozenset({record.value})
    return RecordSet(zone, record.name, record.type, values, record.ttl, ours, serves=served)
