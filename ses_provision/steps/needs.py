"""What steps have to look up before they can say what they want, each named once."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.engine.needs import Need
from ses_provision.engine.ownership import of_another_project
from ses_provision.environment import Environment
from ses_provision.outside.reading import Reading, both
from ses_provision.resources import tagging, zones
from ses_provision.resources.ses import own_key
from ses_provision.resources.ses.account import sending_account
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.email_identity import TOKENS
from ses_provision.resources.ses.identity import Dkim, Identity, identity
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


REGIONS = "AlarmRegions"
"""A tag of the set that says in which regions alarms were made: AWS cannot be asked for all regions
at once, and a region that the file no longer names would be forgotten."""

SMTP_USERS = "SmtpUsers"
"""A tag of the set that names the SMTP users that were made: the tag search of AWS knows no users,
and IAM tells their tags only one by one."""


DASHBOARDS = "Dashboards"
"""A tag of the set that names the dashboards that were made: they are of no region, and it is not
documented that the tag search of a region shows them."""


def noted(env: Environment, account: Account, tag: str) -> Reading[list[str]]:
    """What a tag of the set lists, and of the sets that the file named before, as long as they
    stand."""
    arn = arns.configuration_set(env, account)
    live, alike = yield from both(
        configuration_set(arn), tagging.tagged_alike(env.region, env.all_tags)
    )
    former = (
        tags
        for other, tags in sorted(alike.items())
        if ":configuration-set/" in other
        and other != arn
        and not of_another_project(tags, env.all_tags)
    )
    lists = (tags.get(tag, "").split() for tags in (live.tags if live else {}, *former))
    return list(dict.fromkeys(name for names in lists for name in names))


def former_regions(env: Environment, account: Account) -> Reading[tuple[str, ...] | None]:
    """The regions that alarms were made in and that the file does not name."""
    once = yield from noted(env, account, REGIONS)
    return tuple(region for region in once if region not in env.alarm_regions)


def former_users(env: Environment, account: Account) -> Reading[tuple[str, ...] | None]:
    """The SMTP users that were made and that the file does not name."""
    once = yield from noted(env, account, SMTP_USERS)
    wanted = {user.name for user in env.smtp_users}
    return tuple(name for name in once if name not in wanted)


def former_dashboards(env: Environment, account: Account) -> Reading[tuple[str, ...] | None]:
    """The dashboards that were made and that the file does not want."""
    once = yield from noted(env, account, DASHBOARDS)
    wanted = {env.dashboard_name} if env.dashboard else set()
    return tuple(name for name in once if name not in wanted)


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


def none(env: Environment, account: Account) -> tuple[str, ...]:
    """Nothing is forgotten."""
    del env, account
    return ()


ZONE = Need("the zone", zones.zone, zones.rehearsed)
DKIM = Need("the DKIM tokens", dkim, issued)
REDIRECTS = Need("whether SES takes the redirect domain", redirects, takes_it)
FORMER_USERS = Need("the SMTP users that were made", former_users, none)
FORMER_DASHBOARDS = Need("the dashboards that were made", former_dashboards, none)
QUOTA = Need("the sending quota", quota, sandboxed)
FORMER_REGIONS = Need("the regions that alarms were made in", former_regions, none)
