"""The DKIM records."""

from ses_provision.environment import Environment
from ses_provision.facts import Facts
from ses_provision.model import Resource, Waiting
from ses_provision.resources.route53 import RecordSet


def desired(env: Environment, facts: Facts) -> list[Resource] | Waiting:
    """One CNAME for each token that SES issued."""
    if facts.dkim is None:
        return Waiting(f"SES issues the DKIM tokens when it creates the identity {env.domain}")
    return [
        RecordSet(
            zone=facts.hosted_zone,
            name=f"{token}._domainkey.{env.domain}",
            type="CNAME",
            values=frozenset({f"{token}.{facts.dkim.signing_zone}"}),
            ttl=env.dns.ttl,
        )
        for token in facts.dkim.tokens
    ]
