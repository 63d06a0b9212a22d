"""Amazon Athena: a workgroup, in which queries run, and queries under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags

ABSENT = (
    Refusal("InvalidRequestException", "not found"),
    Refusal("ResourceNotFoundException"),
)
"""Athena has one code for all mistakes; the words tell them apart."""
ALREADY = (Refusal("InvalidRequestException", "already exists"),)
MOST_AT_ONCE = 50
"""Named queries that BatchGetNamedQuery takes."""


def question_about(arn: str, operation: str, **params: Any) -> Ask:
    """A question that IAM checks on a workgroup."""
    return question("athena", region_of(arn), operation, on=(arn,), absent=ABSENT, **params)


def call_on(arn: str, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
    """A call that IAM checks on a workgroup."""
    return Call("athena", region_of(arn), operation, params, on=(arn,), **declared)


@dataclass(frozen=True)
class WorkGroup:
    """A workgroup that everybody who queries is held to: a limit for what one query may scan, and
    results that Athena itself keeps for a day, in no bucket."""

    arn: str
    enabled: bool
    enforced: bool
    managed_results: bool
    scan_limit: int
    metrics: bool
    tags: Mapping[str, str]
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One workgroup of a name in an account and region."""
        return Key.of("workgroup", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"workgroup {self.name}"

    def _asks(self) -> tuple[Ask, Ask]:
        return (
            question_about(self.arn, "GetWorkGroup", WorkGroup=self.name),
            question_about(self.arn, "ListTagsForResource", ResourceARN=self.arn),
        )

    def read(self) -> Reading[Found[WorkGroup]]:
        """Find it by its name."""
        answer, tagged = yield from ask(*self._asks())
        if answer is None:
            return Found(None)
        held = answer["WorkGroup"]
        told = held.get("Configuration") or {}
        all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        live = replace(
            self,
            enabled=held.get("State", "ENABLED") == "ENABLED",
            enforced=told.get("EnforceWorkGroupConfiguration", False),
            managed_results=(told.get("ManagedQueryResultsConfiguration") or {}).get(
                "Enabled", False
            ),
            scan_limit=told.get("BytesScannedCutoffPerQuery", 0),
            metrics=told.get("PublishCloudWatchMetricsEnabled", False),
            tags=tags.ours(all_tags, self.tags),
            all_tags=all_tags,
        )
        place = (told.get("ResultConfiguration") or {}).get("OutputLocation", "")
        return Found(live, (kept_elsewhere(self.name, place),) if place else ())

    def writes(self, found: Found[WorkGroup]) -> Sequence[Call]:
        """Create it, or set what differs."""
        ours: dict[str, Any] = {
            "EnforceWorkGroupConfiguration": self.enforced,
            "PublishCloudWatchMetricsEnabled": self.metrics,
            "BytesScannedCutoffPerQuery": self.scan_limit,
        }
        managed = {"Enabled": self.managed_results}
        live, calls = found.live, []
        if live is None:
            params = {
                "Name": self.name,
                "Configuration": {**ours, "ManagedQueryResultsConfiguration": managed},
                "Tags": tags.at_creation(self.tags),
            }
            also = (Right("athena:TagResource", (self.arn,)),)
            return [call_on(self.arn, "CreateWorkGroup", params, also=also, already=ALREADY)]
        if replace(live, tags=self.tags) != self:
            changes: dict[str, Any] = {
                "WorkGroup": self.name,
                "State": "ENABLED",
                "ConfigurationUpdates": {
                    **ours,
                    "ManagedQueryResultsConfigurationUpdates": managed,
                },
            }
            calls.append(call_on(self.arn, "UpdateWorkGroup", changes))
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceARN": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(call_on(self.arn, "TagResource", params))
        return calls

    def deletes(self, found: Found[WorkGroup]) -> Sequence[Call]:
        """Delete it with the queries that it names and the history of those that ran."""
        if found.live is None:
            return []
        params = {"WorkGroup": self.name, "RecursiveDeleteOption": True}
        return [call_on(self.arn, "DeleteWorkGroup", params, already=ABSENT)]

    def additions(self, live: WorkGroup, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Named queries of others."""
        del live
        listed = yield from named_queries(self.arn)
        known = {each.name for each in ours if isinstance(each, NamedQuery)}
        names = sorted({query["Name"] for query in listed or ()} - known)
        return tuple(f"others added query {name}" for name in names)

    def settled(self) -> Answers:
        """Athena's answers where it stands."""
        told = {
            "EnforceWorkGroupConfiguration": self.enforced,
            "PublishCloudWatchMetricsEnabled": self.metrics,
            "BytesScannedCutoffPerQuery": self.scan_limit,
            "ManagedQueryResultsConfiguration": {"Enabled": self.managed_results},
        }
        held, tagged = self._asks()
        return {
            held: {"WorkGroup": {"State": "ENABLED", "Configuration": told}},
            tagged: {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[WorkGroup]:
        """Not enforced, and without tags."""
        return [replace(self, enforced=False, tags={})]


def kept_elsewhere(name: str, place: str) -> Obstacle:
    """A workgroup whose results go into a bucket: somebody uses it for more."""
    return Obstacle(
        f"workgroup {name} keeps its results in {place}",
        "choose another name in archive.workgroup, or take that from it",
    )


def ids_question(workgroup_arn: str) -> Ask:
    """The question for the ids of a workgroup's named queries."""
    return question_about(
        workgroup_arn,
        "ListNamedQueries",
        nothing={"NamedQueryIds": []},
        pages=True,
        WorkGroup=workgroup_arn.rpartition("/")[2],
    )


def texts_question(workgroup_arn: str, ids: tuple[str, ...]) -> Ask:
    """The question for some named queries."""
    return question_about(
        workgroup_arn, "BatchGetNamedQuery", nothing={"NamedQueries": []}, NamedQueryIds=ids
    )


def named_queries(workgroup_arn: str) -> Reading[list[dict[str, Any]] | None]:
    """All named queries of a workgroup; None where there is no workgroup."""
    [listed] = yield from ask(ids_question(workgroup_arn))
    if listed is None:
        return None
    ids = sorted(listed.get("NamedQueryIds") or ())
    parts = [tuple(ids[n : n + MOST_AT_ONCE]) for n in range(0, len(ids), MOST_AT_ONCE)]
    if not parts:
        return []
    answers = yield from ask(*(texts_question(workgroup_arn, part) for part in parts))
    return [query for answer in answers for query in (answer or {}).get("NamedQueries") or ()]


@dataclass(frozen=True)
class NamedQuery:
    """A query under a name in a workgroup. Athena knows it by an id, and takes a name twice."""

    workgroup_arn: str
    name: str
    database: str
    text: str
    description: str
    id: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One query of a name in a workgroup."""
        return Key.of("named query", self.workgroup_arn, f"{self.workgroup}/{self.name}")

    @property
    def workgroup(self) -> str:
        """The name of its workgroup."""
        return self.workgroup_arn.rpartition("/")[2]

    @property
    def part_of(self) -> str:
        """Its workgroup, which takes it along."""
        return self.workgroup_arn

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"query {self.name} in workgroup {self.workgroup}"

    def read(self) -> Reading[Found[NamedQuery]]:
        """Find it by its name: of several, the one whose id comes first."""
        listed = yield from named_queries(self.workgroup_arn)
        same = [query for query in listed or () if query["Name"] == self.name]
        if not same:
            return Found(None)
        held = min(same, key=lambda query: str(query["NamedQueryId"]))
        live = replace(
            self,
            database=held["Database"],
            text=held["QueryString"],
            description=held.get("Description", ""),
            id=held["NamedQueryId"],
        )
        several = f"there are {len(same)} queries of that name; the others are left alone"
        return Found(live, notes=(several,) if len(same) > 1 else ())

    def writes(self, found: Found[NamedQuery]) -> Sequence[Call]:
        """Create it, or set its text. Its database is fixed."""
        if found.live is None:
            return [self._creation()]
        if found.live.database != self.database:
            return [*self.deletes(found), self._creation()]
        params = {
            "NamedQueryId": found.live.id,
            "Name": self.name,
            "Description": self.description,
            "QueryString": self.text,
        }
        return [call_on(self.workgroup_arn, "UpdateNamedQuery", params)]

    def _creation(self) -> Call:
        params = {
            "Name": self.name,
            "Description": self.description,
            "Database": self.database,
            "QueryString": self.text,
            "WorkGroup": self.workgroup,
        }
        return call_on(self.workgroup_arn, "CreateNamedQuery", params)

    def deletes(self, found: Found[NamedQuery]) -> Sequence[Call]:
        """Delete it."""
        if found.live is None:
            return []
        params = {"NamedQueryId": found.live.id}
        return [call_on(self.workgroup_arn, "DeleteNamedQuery", params, already=ABSENT)]

    def settled(self) -> Answers:
        """Athena's answers where it stands; the ids are Athena's, so that one stands for all."""
        query = {
            "NamedQueryId": REHEARSED,
            "Name": self.name,
            "Database": self.database,
            "QueryString": self.text,
            "Description": self.description,
        }
        return {
            ids_question(self.workgroup_arn): {"NamedQueryIds": [REHEARSED]},
            texts_question(self.workgroup_arn, (REHEARSED,)): {"NamedQueries": [query]},
        }

    def strayed(self) -> Sequence[NamedQuery]:
        """Another text; another database."""
        return [replace(self, text=""), replace(self, database="")]


REHEARSED = "<id>"
