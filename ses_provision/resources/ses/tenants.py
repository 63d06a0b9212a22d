"""Tenants: the senders of an account that SES judges, and stops, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import SHOWN, Found, Held, Key, Obstacle, Resource
from ses_provision.names import LONGEST_TAG, region_of
from ses_provision.outside.call import Call, Learned
from ses_provision.outside.reading import Answers, Reading, ask, both, together
from ses_provision.outside.refusals import Refusal
from ses_provision.resources import tags
from ses_provision.resources.ses import asking
from ses_provision.resources.ses.configuration_set import PAUSED
from ses_provision.resources.ses.identity import identity_question
from ses_provision.resources.ses.tenancy import (
    BY_DEFAULT,
    Detail,
    Listed,
    Reputation,
    detail,
    holders,
    holders_question,
    name_in,
    policy_arn,
    reputations,
    reputations_question,
    template_question,
    tenant_question,
    tenants,
    tenants_question,
)
from ses_provision.resources.tagging import tagged_alike

REMEMBERED = "TenantResources"
"""The tag of a tenant that lists what it was given, for what the file names no more is asked for
by its own ARN."""
STAYS_PAUSED = "no `apply` ends the pause; `ses-provision resume --tenant {name}` does"
NEVER = "ACCOUNT"
"""Whose suppression list counts for a tenant of which SES says nothing."""


NOTHING = Reputation("", "", "", "")
"""What is said of a tenant that the list of reputations does not show yet."""


def remembered(resources: Iterable[str]) -> str:
    """What a tenant is given, as its tag lists it: as much of it as a tag holds."""
    text = ""
    for name in sorted(resources):
        longer = f"{text} {name}".strip()
        text = longer if len(longer) <= LONGEST_TAG else text
    return text


def short(arn: str) -> str:
    """What an ARN ends in: the kind of thing and its name."""
    return arn.split(":", 5)[5]


@dataclass(frozen=True)
class Suppression:
    """Whose suppression list counts, and why SES puts somebody on it: a pair, for SES takes no half
    of it (recorded 2026-08-30, floci-io/floci)."""

    scope: str
    reasons: frozenset[str]

    def __str__(self) -> str:
        """In a line of a plan."""
        return f"{self.scope} for {', '.join(sorted(self.reasons)) or 'nothing'}"

    @property
    def params(self) -> dict[str, Any]:
        """As SES takes it."""
        return {"SuppressedReasons": sorted(self.reasons), "SuppressionScope": self.scope}


@dataclass(frozen=True)
class Tenant:
    """A tenant, what it may use, and the policy by which SES pauses it.

    `resources` are identities, sets and templates as their ARNs end, for they are of its account
    and region; `made_here` are those among them that other steps of the file make. What others gave
    it beside is theirs. `suppression` is None where the file says nothing of it: it stays as it is,
    and nobody asks. A tenant that somebody paused stays paused: `sends` is observed.
    """

    arn: str
    resources: frozenset[str]
    policy: str
    suppression: Suppression | None
    tags: Mapping[str, str]
    made_here: frozenset[str] = field(default=frozenset(), compare=False)
    sends: bool = field(default=True, compare=False, metadata=SHOWN)
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)
    live_arn: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One tenant of a name in an account and region."""
        return Key.of("tenant", self.arn, self.name)

    @property
    def name(self) -> str:
        """What mails name it by."""
        return name_in(self.arn)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        since = self.all_tags.get(PAUSED, "")
        paused = f" (paused{f' since {since}' if since else ''}: it sends nothing)"
        return f"tenant {self.name}{'' if self.sends else paused}"

    @property
    def hangs_on(self) -> tuple[Key, ...]:
        """What it may use: SES deletes nothing that a tenant has."""
        kinds = {"configuration-set": "configuration set", "identity": "identity"}
        parts = (each.split("/", 1) for each in sorted(self.resources))
        return tuple(Key.of(kinds.get(kind, kind), self.arn, name) for kind, name in parts)

    def beside(self, resource: str) -> str:
        """The ARN of something in its account and region."""
        return f"{':'.join(self.arn.split(':')[:5])}:{resource}"

    def read(self) -> Reading[Found[Tenant]]:
        """Find it in the lists of all; itself it is asked only where they do not tell enough."""
        region = region_of(self.arn)
        wanted = sorted(self.resources)
        (listed, standing), (tagged, held) = yield from both(
            both(tenants(region), reputations(region)),
            both(tagged_alike(region, self.tags), together(map(self._holders, wanted))),
        )
        entry = listed.get(self.name)
        has = frozenset(
            each for each, names in zip(wanted, held, strict=True) if entry and self.name in names
        )
        lacking = yield from self._lacking(self.resources - has)
        if entry is None:
            return Found(None, lacking)
        all_tags, told = yield from self._tags(entry, tagged)
        former = yield from self._former(all_tags)
        found = replace(
            self,
            resources=has | former,
            policy=standing.get(entry.arn, NOTHING).policy or BY_DEFAULT,
            suppression=self.suppression and suppression_of(told),
            tags=tags.ours(all_tags, self.tags),
            sends=entry.sends,
            all_tags=all_tags,
            live_arn=entry.arn,
        )
        paused = () if entry.sends else (STAYS_PAUSED.format(name=self.name),)
        return Found(found, lacking, paused)

    def _holders(self, resource: str) -> Reading[frozenset[str]]:
        return (yield from holders(self.beside(resource)))

    def _tags(
        self, entry: Listed, tagged: Mapping[str, dict[str, str]]
    ) -> Reading[tuple[dict[str, str], Detail | None]]:
        """Its tags, from the search of the region where that shows them as they are wanted."""
        all_tags = tagged.get(entry.arn, {})
        if self.suppression is None and all_tags and self.tags.items() <= all_tags.items():
            return all_tags, None
        told = yield from detail(entry.arn)
        return (told.tags if told else {}), told

    def _former(self, all_tags: Mapping[str, str]) -> Reading[frozenset[str]]:
        """What it was given once and the file names no more, as long as it has it."""
        once = sorted({*all_tags.get(REMEMBERED, "").split()} - self.resources)
        held = yield from together(map(self._holders, once))
        return frozenset(each for each, names in zip(once, held, strict=True) if self.name in names)

    def _lacking(self, resources: frozenset[str]) -> Reading[tuple[Obstacle, ...]]:
        """What it is to be given and is not there; what this file makes comes before it."""
        asked = sorted(resources - self.made_here)
        questions = [
            template_question(self.beside(each))
            if each.startswith("template/")
            else identity_question(self.beside(each))
            for each in asked
        ]
        answers = yield from ask(*questions)
        return tuple(
            Held(
                f"there is no {each.replace('/', ' ', 1)} in {region_of(self.arn)}, and SES gives "
                "a tenant nothing that is not there",
                f"make it first, or correct what tenant {self.name} names",
            )
            for each, answer in zip(asked, answers, strict=True)
            if answer is None
        )

    def writes(self, found: Found[Tenant]) -> Sequence[Call]:
        """Create it, say when SES pauses it, then give it what it may use; or what differs.

        What is to be taken from it goes first, and its tags come last: as long as they list a
        thing, an interrupted run is gone on with.
        """
        live = found.live
        if live is None:
            policy = [] if self.policy == BY_DEFAULT else [self._policy()]
            return [self._creation(), *policy, *map(self._given, sorted(self.resources))]
        calls = [self._taken(each) for each in sorted(live.resources - self.resources)]
        if self.suppression is not None and live.suppression != self.suppression:
            params = self.suppression.params
            calls.append(self._call("PutTenantSuppressionAttributes", params))
        if live.policy != self.policy:
            calls.append(self._policy())
        calls += map(self._given, sorted(self.resources - live.resources))
        tagged = live.live_arn or self.arn
        return [*calls, *asking.tag_calls(tagged, self.tags, live.tags)]

    def _creation(self) -> Call:
        attributes = self.suppression and {"SuppressionAttributes": self.suppression.params}
        return self._call(
            "CreateTenant",
            {"Tags": tags.at_creation(self.tags), **(attributes or {})},
            already=asking.ALREADY,
            also=asking.tagged_creation(self.arn),
        )

    def _given(self, resource: str) -> Call:
        arn = self.beside(resource)
        operation = "CreateTenantResourceAssociation"
        return self._call(operation, {"ResourceArn": arn}, arn, already=asking.ALREADY)

    def _taken(self, resource: str) -> Call:
        arn = self.beside(resource)
        operation = "DeleteTenantResourceAssociation"
        return self._call(operation, {"ResourceArn": arn}, arn, already=asking.ABSENT)

    def _policy(self) -> Call:
        """SES knows the tenant here by its ARN alone, and refuses while another change of it is
        under way (ConflictException)."""
        policy = policy_arn(self.arn, self.policy)
        params = {
            "ReputationEntityType": "RESOURCE",
            "ReputationEntityReference": self.arn,
            "ReputationEntityPolicy": policy,
        }
        return asking.call_on(
            self.arn,
            "UpdateReputationEntityPolicy",
            params,
            policy,
            not_yet=(Refusal("ConflictException"),),
            learns=Learned(
                "ReputationEntityReference", tenant_question(self.arn), ("Tenant", "TenantArn")
            ),
        )

    def deletes(self, found: Found[Tenant]) -> Sequence[Call]:
        """Delete it; what it was given stays where it is, and its suppression list is lost."""
        if found.live is None:
            return []
        return [asking.deletion(self.arn, "DeleteTenant", TenantName=self.name)]

    def additions(self, live: Tenant, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Nobody adds to a tenant what would keep it; but its tags, which decide whose it is, came
        from a search that shows late what was changed, and a removal cannot be taken back."""
        del ours
        told = yield from detail(self.arn)
        is_so = told is not None and told.tags == live.all_tags
        return () if is_so else ("its tags have just changed (look again in a minute)",)

    def settled(self) -> Answers:
        """SES's answers where it stands."""
        told = {"TenantName": self.name, "TenantArn": self.arn, "SendingStatus": "ENABLED"}
        attributes = self.suppression and {"SuppressionAttributes": self.suppression.params}
        whole = {**told, "Tags": tags.at_creation(self.tags), **(attributes or {})}
        region = region_of(self.arn)
        reputation = {
            "ReputationEntityReference": self.arn,
            "ReputationManagementPolicy": policy_arn(self.arn, self.policy),
        }
        return {
            tenants_question(region): {"Tenants": [told]},
            reputations_question(region): {"ReputationEntities": [reputation]},
            tenant_question(self.arn): {"Tenant": whole},
            **{
                holders_question(self.beside(each)): {
                    "ResourceTenants": [{"TenantName": self.name}]
                }
                for each in self.resources
            },
        }

    def strayed(self) -> Sequence[Tenant]:
        """Given something else, and everything otherwise."""
        return [
            replace(
                self,
                resources=frozenset({"<former resource>"}),
                policy="",
                suppression=self.suppression and Suppression("", frozenset()),
                tags={},
            )
        ]

    def _call(self, operation: str, params: Mapping[str, Any], *more: str, **declared: Any) -> Call:
        whole = {"TenantName": self.name, **params}
        return asking.call_on(self.arn, operation, whole, *more, **declared)


def suppression_of(told: Detail | None) -> Suppression:
    """What a tenant suppresses; SES says nothing of one that has never been told."""
    if told is None or not told.scope:
        return Suppression(NEVER, frozenset())
    return Suppression(told.scope, told.reasons)
