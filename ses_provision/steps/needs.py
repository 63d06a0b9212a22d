"""What steps have to look up before they can say what they want, each named once."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.engine.needs import Need
from ses_provision.environment import Environment
from ses_provision.environment.receiving import names
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import zones
from ses_provision.resources.ses import own_key, receiving
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.email_identity import TOKENS
from ses_provision.resources.ses.identity import Dkim, Identity, identity
from ses_provision.resources.ses.receiving import RuleSet
from ses_provision.steps import arns


def domain(env: Environment, account: Account) -> Reading[Identity | None]:
    """What SES says about the domain identity; None until it exists."""
    return (yield from identity(arns.identity(env, account)))


def dkim(env: Environment, account: Account) -> Reading[Dkim | None]:
    """The tokens of the domain identity; None until the identity exists."""
    found = yield from domain(env, account)
    return None if found is None else found.dkim


def issued(env: Environment, account: Account) -> Dkim:
    """Tokens that nobody issued, or a key that is not made yet."""
    if not env.dkim.is_own_key:
        return Dkim(TOKENS, "dkim.amazonses.com")
    selector = own_key.first_selector(env.selector_prefix)
    key = own_key.PublicKey(selector, own_key.unknown(arns.identity(env, account)))
    return Dkim((), "", own_key.EXTERNAL, selector=selector, own=own_key.OwnKeys((key,), selector))


def quota(env: Environment, account: Account) -> Reading[float | None]:
    """How many mails the account may send in 24 hours, for those who draw it."""
    if env.dashboard is None:
        return None
    return (yield from sending_account(account.region)).access.daily


def sandboxed(env: Environment, account: Account) -> float:
    """The quota of an account that is new."""
    del env, account
    return 200


def redirects(env: Environment, account: Account) -> Reading[bool | None]:
    """Whether SES takes the redirect domain, which lies at or below one that is verified; or has
    it already."""
    wanted = env.configuration_set.tracking_domain
    if wanted is None:
        return None
    live, held = yield from both(
        domain(env, account), configuration_set(arns.configuration_set(env, account))
    )
    has = held is not None and held.tracking.get("CustomRedirectDomain") == wanted
    return has or (live is not None and live.verified_for_sending) or None


def takes_it(env: Environment, account: Account) -> bool:
    """The domain is verified."""
    del env, account
    return True


def receivable(env: Environment, account: Account) -> Reading[bool | None]:
    """Whether SES takes a rule, where mail is to be received: it does for a domain that it has
    verified, or has taken it already."""
    if env.receiving is None:
        return None
    live, held = yield from both(domain(env, account), receiving.active(account.region))
    has = held is not None and held.rule(names(env).rule) is not None
    return has or (live is not None and live.verified_for_sending) or None


def rule_set(env: Environment, account: Account) -> Reading[RuleSet | None]:
    """The rule set that holds in the region, where mail is received; the one that is to be made
    where none does."""
    if env.receiving is None:
        return None
    held = yield from receiving.active(account.region)
    return held or unmade(env, account)


def unmade(env: Environment, account: Account) -> RuleSet:
    """A rule set of ours."""
    del account
    return RuleSet(names(env).rule)


ZONE = Need("the zone", zones.zone, zones.rehearsed)
DKIM = Need("the DKIM tokens", dkim, issued)
REDIRECTS = Need("whether SES takes the redirect domain", redirects, takes_it)
RECEIVABLE = Need("whether SES takes a receipt rule", receivable, takes_it)
RULE_SET = Need("the receipt rule set that holds", rule_set, unmade)
QUOTA = Need("the sending quota", quota, sandboxed)
