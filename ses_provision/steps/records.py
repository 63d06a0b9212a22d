"""The DNS records of an environment: said here once, for the steps that write them into a hosted
zone and for `ses-provision dns`, which shows them to whoever has to publish them."""

from __future__ import annotations

from collections.abc import Sequence

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment, receiving
from ses_provision.environment.set_options import redirect_target
from ses_provision.names import is_within
from ses_provision.resources import dkim_record
from ses_provision.resources.bimi_record import TAG as BIMI_TAG
from ses_provision.resources.bimi_record import record as bimi_text
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.dmarc_record import record as dmarc_text
from ses_provision.resources.ses.identity import Dkim
from ses_provision.resources.ses.own_key import PublicKey
from ses_provision.resources.ses.receiving import endpoint
from ses_provision.resources.spf_record import TAG as SPF_TAG

EASY_DKIM_TOKENS = 3
"""SES issues three tokens to an identity (SES Developer Guide, Easy DKIM)."""

SPF = f"{SPF_TAG} include:amazonses.com ~all"


@dataclass(frozen=True)
class PublishedRecord:
    """One record, in the words of any DNS provider. `tag` begins TXT strings of its kind."""

    name: str
    type: str
    value: str
    ttl: int
    purpose: str
    tag: str = ""

    @property
    def priority(self) -> int | None:
        """The preference of a mail exchanger, for which panels have a field of its own."""
        return int(self.value.partition(" ")[0]) if self.type == "MX" else None

    @property
    def is_for_ses(self) -> bool:
        """SES itself looks for it: the keys, and what MAIL FROM needs."""
        return "._domainkey." in self.name or self.type == "MX" or self.tag == SPF_TAG

    @property
    def content(self) -> str:
        """The value without the preference."""
        return self.value.partition(" ")[2] if self.type == "MX" else self.value


def records_to_publish(env: Environment, issued: Dkim | None) -> list[PublishedRecord]:
    """Every record of the environment; without the DKIM records until SES has issued tokens."""
    others = [one for one in (redirect(env), dmarc_record(env)) if one is not None]
    return [*dkim_records(env, issued), mx(env), spf(env), *others]


def count(env: Environment) -> int:
    """How many records there will be once SES has issued the tokens."""
    keys = 1 if env.dkim.is_own_key else EASY_DKIM_TOKENS
    return keys + len(records_to_publish(env, None))


def dkim_records(env: Environment, issued: Dkim | None) -> list[PublishedRecord]:
    """The records of what signs: one CNAME for each token that SES issued, or one TXT record for
    each key of our own that signs or is to sign."""
    if issued is None:
        return []
    if issued.tokens:
        return easy_records(env, issued.tokens, issued.signing_zone)
    signing = issued.own.of(issued.selector)
    coming = issued.own.of(issued.own.next)
    # Where nobody knows which of two signs, both are needed.
    unsure = () if issued.selector else (issued.own.of(issued.own.selector),)
    wanted = dict.fromkeys(key for key in (signing, *unsure, coming) if key is not None)
    return [own_record(env, key, signs=key is signing) for key in wanted]


def kept_records(env: Environment, issued: Dkim) -> list[PublishedRecord]:
    """The records of what signed before: mail under way still has its signature."""
    own = issued.own
    wanted = {record.name for record in dkim_records(env, issued)}
    keys = [own_record(env, key, signs=False) for key in own.keys]
    easy = easy_records(env, own.easy_tokens, own.easy_zone)
    return [record for record in (*keys, *easy) if record.name not in wanted]


def own_record(env: Environment, key: PublicKey, *, signs: bool) -> PublishedRecord:
    """The record of a key of our own."""
    what = "proves the domain is yours, and signs its mail" if signs else "signs no mail now"
    return PublishedRecord(
        dkim_record.name(key.selector, env.domain),
        "TXT",
        dkim_record.text(key.text),
        env.dns.ttl,
        f"DKIM key {key.selector}: {what}",
    )


def easy_records(env: Environment, tokens: Sequence[str], zone: str) -> list[PublishedRecord]:
    """One CNAME for each token that SES issued."""
    return [
        PublishedRecord(
            f"{token}._domainkey.{env.domain}",
            "CNAME",
            f"{token}.{zone}",
            env.dns.ttl,
            f"DKIM key {number} of {len(tokens)}: proves the domain is yours, and signs its mail",
        )
        for number, token in enumerate(tokens, start=1)
    ]


def mx(env: Environment) -> PublishedRecord:
    """The one mail exchanger that SES wants at the MAIL FROM domain."""
    return PublishedRecord(
        env.mail_from_domain,
        "MX",
        f"10 feedback-smtp.{env.region}.amazonses.com",
        env.dns.ttl,
        "MAIL FROM: bounces come back to SES; there must be no other MX at this name",
    )


def spf(env: Environment) -> PublishedRecord:
    """The servers that may use the MAIL FROM domain."""
    return PublishedRecord(
        env.mail_from_domain,
        "TXT",
        SPF,
        env.dns.ttl,
        "SPF: SES may send with this MAIL FROM",
        tag=SPF_TAG,
    )


def dmarc_record(env: Environment) -> PublishedRecord | None:
    """What receivers are asked to do with mail that fails, where the environment says it."""
    if env.dmarc is None:
        return None
    return PublishedRecord(
        f"_dmarc.{env.domain}",
        "TXT",
        dmarc_text(env.dmarc.policy, env.dmarc.reports_to),
        env.dns.ttl,
        "DMARC: what receivers do with mail that fails; a stricter record of yours may stay",
        tag=DMARC_TAG,
    )


def redirect(env: Environment) -> PublishedRecord | None:
    """Where links go by which opens and clicks are seen, where they have a domain of their own."""
    domain = env.configuration_set.tracking_domain
    if domain is None:
        return None
    purpose = "Redirect domain: tracked links and pixels lead there"
    return PublishedRecord(domain, "CNAME", redirect_target(env), env.dns.ttl, purpose)


def inbound_record(env: Environment) -> PublishedRecord | None:
    """Where mail finds SES, where the environment receives; it comes once the rule stands, for
    without a rule SES turns the mail away."""
    if env.receiving is None:
        return None
    return PublishedRecord(
        receiving.names(env).domain,
        "MX",
        f"10 {endpoint(env.region)}",
        env.dns.ttl,
        "Receiving: mail to this name goes to SES; there must be no other MX at it",
    )


def bimi_record(env: Environment) -> PublishedRecord | None:
    """Where the logo is, where the environment says it; receivers look once DMARC enforces."""
    if env.bimi is None:
        return None
    return PublishedRecord(
        f"{env.bimi.selector}._bimi.{env.domain}",
        "TXT",
        bimi_text(env.bimi.logo, env.bimi.certificate),
        env.dns.ttl,
        "BIMI: the logo that mailbox providers may show beside the mail",
        tag=BIMI_TAG,
    )


def relative(name: str, zone: str) -> str:
    """A name as panels take it that append the zone themselves; "@" for the zone's own name."""
    if name == zone:
        return "@"
    return name.removesuffix(f".{zone}") if is_within(name, zone) else name
