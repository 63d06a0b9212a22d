"""What a configuration set remembers in its tags, because AWS could not be asked for it once the
file no longer names it.

`MEMORIES` is the table; the tags of the set and the search for what is left over follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.needs import Need
from ses_provision.engine.ownership import CREATED_BY, US, of_another_project
from ses_provision.environment import Environment, receiving
from ses_provision.errors import ProvisionError
from ses_provision.names import LONGEST_TAG
from ses_provision.outside.reading import Reading, both, together
from ses_provision.resources import tagging, zones
from ses_provision.resources.ses.configuration_set import configuration_set
from ses_provision.resources.ses.identity import identity
from ses_provision.steps import arns, mail_from

Former = Mapping[str, tuple[str, ...]]
"""What was made and the file does not name, by the tag that lists it."""


@dataclass(frozen=True)
class Memory:
    """A tag that lists names with blanks between them: what of its kind the file wants, and what is
    looked at anyway and needs no remembering."""

    tag: str
    wanted: Callable[[Environment], Sequence[str]]
    known: Callable[[Environment], Collection[str]] = lambda _: ()

    def text(self, env: Environment, former: Sequence[str]) -> str:
        """What is there, and of what was there as much as a tag can hold; empty where there is
        nothing to remember."""
        names = list(self.wanted(env))
        for one in former:
            if len(" ".join([*names, one])) <= LONGEST_TAG:
                names.append(one)
        return " ".join(sorted(names)) if set(names) - set(self.known(env)) else ""


# AWS cannot be asked for all regions at once.
REGIONS = Memory("AlarmRegions", lambda env: env.alarm_regions, lambda env: {env.region})
# The tag search of AWS knows no users, and IAM tells their tags only one by one.
SMTP_USERS = Memory("SmtpUsers", lambda env: [user.name for user in env.smtp_users])
# They are of no region, and it is not documented that the tag search of a region shows them.
DASHBOARDS = Memory("Dashboards", lambda env: [env.dashboard_name] if env.dashboard else [])

# An identity has one at a time, and records in DNS carry no tags.
MAIL_FROM = Memory(
    "MailFrom", lambda env: [env.mail_from_domain], lambda env: {env.mail_from_domain}
)

# Rules, rule sets and records carry no tags, nor do the permissions for one of them.
RECEIVING = Memory("Receiving", receiving.remembered)

MEMORIES = (REGIONS, SMTP_USERS, DASHBOARDS, MAIL_FROM, RECEIVING)


def tags(env: Environment, former: Former) -> dict[str, str]:
    """The tags of the set that remember something."""
    texts = {memory.tag: memory.text(env, former.get(memory.tag, ())) for memory in MEMORIES}
    return {tag: text for tag, text in texts.items() if text}


def former(env: Environment, account: Account) -> Reading[Former | None]:
    """What the set lists, the sets that the file named before as long as they stand, and beside
    such a set the identity, without what the file names."""
    arn = arns.configuration_set(env, account)
    live, alike = yield from both(
        configuration_set(arn), tagging.tagged_alike(env.region, env.all_tags)
    )
    held = [live.tags] if live else []
    held += [
        tags
        for other, tags in sorted(alike.items())
        if ":configuration-set/" in other
        and other != arn
        and not of_another_project(tags, env.all_tags)
    ]
    if held:
        held.append({MAIL_FROM.tag: (yield from sent_with(env, account))})
    found = {}
    for memory in MEMORIES:
        names = (name for tags in held for name in tags.get(memory.tag, "").split())
        wanted = memory.wanted(env)
        found[memory.tag] = tuple(name for name in dict.fromkeys(names) if name not in wanted)
    return found


def sent_with(env: Environment, account: Account) -> Reading[str]:
    """The MAIL FROM domain that the identity has from us, whose records stand. Of an identity that
    was there before us they are not ours; one without records is what somebody has just set."""
    live = yield from identity(arns.identity(env, account))
    domain = live.mail_from_domain if live and live.tags.get(CREATED_BY) == US else ""
    if domain in {"", env.mail_from_domain} or env.dns.is_by_hand:
        return ""
    try:
        zone = yield from zones.zone(env, account)
    except ProvisionError:
        return domain  # better remembered once too often
    if zone is None:
        return ""
    records = mail_from.records_at(env, account, zone, domain)
    found = yield from together(one.read() for one in records)
    return domain if any(one.live is not None for one in found) else ""


def nothing(env: Environment, account: Account) -> Former:
    """Nothing is forgotten."""
    del env, account
    return {}


FORMER = Need("what was made and is no longer named", former, nothing, tells_names=False)
