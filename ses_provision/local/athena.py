"""Athena: workgroups, named queries, and queries that run over the local S3."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, OwnService, page

if TYPE_CHECKING:
    from collections.abc import Mapping

_LEAST_CUTOFF = 10_000_000
_MOST_IN_A_BATCH = 50
_PAGE = 50
_PRIMARY = "primary"
_PARTS = ("ResultConfiguration", "ManagedQueryResultsConfiguration")


@dataclass
class Group:
    """A workgroup."""

    name: str
    description: str
    configuration: dict[str, Any]
    tags: dict[str, str]
    state: str = "ENABLED"
    queries: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_in_use(self) -> bool:
        """Whether anything of it would be lost."""
        return bool(self.queries)


def refused(message: str) -> AwsError:
    """The one refusal that Athena has for mistakes."""
    return AwsError("InvalidRequestException", message)


class Athena(OwnService):
    """Workgroups and their queries, of each account and region."""

    name = "athena"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[tuple[str, str], dict[str, Group]] = {}
        self.operations: Mapping[str, Operation] = {
            "CreateWorkGroup": self._create,
            "GetWorkGroup": self._get,
            "ListWorkGroups": self._list,
            "UpdateWorkGroup": self._update,
            "DeleteWorkGroup": self._delete,
            "CreateNamedQuery": self._create_query,
            "GetNamedQuery": self._get_query,
            "BatchGetNamedQuery": self._queries,
            "ListNamedQueries": self._ids,
            "UpdateNamedQuery": self._update_query,
            "DeleteNamedQuery": self._delete_query,
            "ListTagsForResource": self._tags,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def serve(self, operations: Mapping[str, Operation]) -> None:
        """Serve operations that another part carries out."""
        self.operations = {**self.operations, **operations}

    def groups(self, account: str, region: str) -> dict[str, Group]:
        """The workgroups of an account in a region, but for the one that each has."""
        return self._held.setdefault((account, region), {})

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of the caller's workgroups in a region, by ARN."""
        place = f"arn:{caller.partition}:athena:{caller.region}:{caller.account}:workgroup/"
        held = self.groups(caller.account, caller.region)
        return {f"{place}{name}": group.tags for name, group in held.items()}

    def group(self, caller: Caller, name: str) -> Group:
        """A workgroup by its name."""
        if name == _PRIMARY:
            return Group(_PRIMARY, "", {"EnforceWorkGroupConfiguration": False}, {})
        found = self.groups(caller.account, caller.region).get(name)
        if found is None:
            raise refused(f"WorkGroup {name} is not found.")
        return found

    def _create(self, caller: Caller, params: Params) -> Reply:
        held = self.groups(caller.account, caller.region)
        name = params["Name"]
        if name in held or name == _PRIMARY:
            raise refused("WorkGroup is already created/ already exists.")
        configuration = dict(params.get("Configuration") or {})
        configuration.setdefault("EnforceWorkGroupConfiguration", True)
        configuration.setdefault("PublishCloudWatchMetricsEnabled", False)
        _check(configuration)
        tags = {tag["Key"]: tag.get("Value", "") for tag in params.get("Tags") or []}
        held[name] = Group(name, params.get("Description", ""), configuration, tags)
        return {}

    def _get(self, caller: Caller, params: Params) -> Reply:
        held = self.group(caller, params["WorkGroup"])
        engine = {
            "SelectedEngineVersion": "AUTO",
            "EffectiveEngineVersion": "Athena engine version 3",
        }
        return {
            "WorkGroup": {
                "Name": held.name,
                "State": held.state,
                "Description": held.description,
                "Configuration": {"EngineVersion": engine, **held.configuration},
            }
        }

    def _get_query(self, caller: Caller, params: Params) -> Reply:
        return {"NamedQuery": self._query(caller, params["NamedQueryId"])[1]}

    def _list(self, caller: Caller, params: Params) -> Reply:
        names = sorted({_PRIMARY, *self.groups(caller.account, caller.region)})
        held = [{"Name": name, "State": self.group(caller, name).state} for name in names]
        return page(held, params, _PAGE, "NextToken", "WorkGroups", refused_as=_REFUSED)

    def _update(self, caller: Caller, params: Params) -> Reply:
        held = self.group(caller, params["WorkGroup"])
        changes = dict(params.get("ConfigurationUpdates") or {})
        found = dict(held.configuration)
        for name in _PARTS:
            inner = changes.pop(f"{name}Updates", None)
            if inner is not None:
                found[name] = _changed(found.get(name) or {}, inner)
        if changes.pop("RemoveBytesScannedCutoffPerQuery", False):
            found.pop("BytesScannedCutoffPerQuery", None)
        found |= changes
        _check(found)
        held.configuration = found
        held.state = params.get("State", held.state)
        held.description = params.get("Description", held.description)
        return {}

    def _delete(self, caller: Caller, params: Params) -> Reply:
        held = self.group(caller, params["WorkGroup"])
        if held.name == _PRIMARY:
            raise refused("WorkGroup primary cannot be deleted.")
        if held.is_in_use and not params.get("RecursiveDeleteOption"):
            raise refused(f"WorkGroup {held.name} is not empty.")
        del self.groups(caller.account, caller.region)[held.name]
        return {}

    def _create_query(self, caller: Caller, params: Params) -> Reply:
        held = self.group(caller, params.get("WorkGroup", _PRIMARY))
        identity = str(uuid4())
        held.queries[identity] = {
            "Name": params["Name"],
            "Description": params.get("Description", ""),
            "Database": params["Database"],
            "QueryString": params["QueryString"],
            "NamedQueryId": identity,
            "WorkGroup": held.name,
        }
        return {"NamedQueryId": identity}

    def _query(self, caller: Caller, identity: str) -> tuple[Group, dict[str, str]]:
        for held in self.groups(caller.account, caller.region).values():
            if identity in held.queries:
                return held, held.queries[identity]
        raise refused(f"NamedQuery {identity} not found.")

    def _queries(self, caller: Caller, params: Params) -> Reply:
        ids = params["NamedQueryIds"]
        if not 1 <= len(ids) <= _MOST_IN_A_BATCH:
            raise refused(f"1 to {_MOST_IN_A_BATCH} named queries can be asked for at once.")
        found, lacking = [], []
        for identity in ids:
            try:
                found.append(dict(self._query(caller, identity)[1]))
            except AwsError as error:
                lacking.append(
                    {
                        "NamedQueryId": identity,
                        "ErrorCode": "INTERNAL_FAILURE",
                        "ErrorMessage": error.message,
                    }
                )
        return {"NamedQueries": found, "UnprocessedNamedQueryIds": lacking}

    def _ids(self, caller: Caller, params: Params) -> Reply:
        held = self.group(caller, params.get("WorkGroup", _PRIMARY))
        ids = sorted(held.queries)
        return page(ids, params, _PAGE, "NextToken", "NamedQueryIds", refused_as=_REFUSED)

    def _update_query(self, caller: Caller, params: Params) -> Reply:
        _, query = self._query(caller, params["NamedQueryId"])
        query |= {
            name: params[name] for name in ("Name", "Description", "QueryString") if name in params
        }
        return {}

    def _delete_query(self, caller: Caller, params: Params) -> Reply:
        held, query = self._query(caller, params["NamedQueryId"])
        del held.queries[query["NamedQueryId"]]
        return {}

    def _tagged(self, caller: Caller, params: Params) -> dict[str, str]:
        return self.group(caller, params["ResourceARN"].rpartition("/")[2]).tags

    def _tags(self, caller: Caller, params: Params) -> Reply:
        held = sorted(self._tagged(caller, params).items())
        return {"Tags": [{"Key": key, "Value": value} for key, value in held]}

    def _tag(self, caller: Caller, params: Params) -> Reply:
        self._tagged(caller, params).update(
            {tag["Key"]: tag.get("Value", "") for tag in params["Tags"]}
        )
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        held = self._tagged(caller, params)
        for key in params["TagKeys"]:
            held.pop(key, None)
        return {}


_REFUSED = "InvalidRequestException"


def _changed(before: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """A part of a configuration with its changes, which take members away by saying so."""
    removed = {name.removeprefix("Remove") for name, held in changes.items()
               if name.startswith("Remove") and held is True}  # fmt: skip
    kept = {name: held for name, held in changes.items() if not name.startswith("Remove")}
    return {name: held for name, held in {**before, **kept}.items() if name not in removed}


def _check(configuration: dict[str, Any]) -> None:
    """Athena API reference, WorkGroupConfiguration."""
    cutoff = configuration.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and cutoff < _LEAST_CUTOFF:
        raise refused(f"BytesScannedCutoffPerQuery must be at least {_LEAST_CUTOFF}.")
    managed = (configuration.get("ManagedQueryResultsConfiguration") or {}).get("Enabled")
    if managed and (configuration.get("ResultConfiguration") or {}).get("OutputLocation"):
        raise refused(
            "ManagedQueryResultsConfiguration and ResultConfiguration.OutputLocation cannot be set "
            "together."
        )
