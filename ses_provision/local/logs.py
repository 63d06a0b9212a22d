"""CloudWatch Logs: groups, their streams, and what was written to them."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.served import Operation, OwnService, page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# API reference, PutRetentionPolicy.
_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
         2922, 3288, 3653)  # fmt: skip
_PAGE, _MOST_TAGS = 50, 50
_EVENTS = 10_000
_REFUSED, _GONE, _THERE = (
    "InvalidParameterException",
    "ResourceNotFoundException",
    "ResourceAlreadyExistsException",
)


@dataclass
class _Event:
    at: int
    taken: int
    message: str


@dataclass
class _Group:
    arn: str
    made: datetime
    days: int | None = None
    tags: dict[str, str] = field(default_factory=dict)
    streams: dict[str, list[_Event]] = field(default_factory=dict)


class Logs(OwnService):
    """The groups of all accounts and regions."""

    name = "logs"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._groups: dict[tuple[str, str, str], _Group] = {}
        self.operations: Mapping[str, Operation] = {
            "CreateLogGroup": self._create_group,
            "CreateLogStream": self._create_stream,
            "DeleteLogGroup": self._delete_group,
            "DeleteRetentionPolicy": self._delete_retention,
            "DescribeLogGroups": self._describe_groups,
            "DescribeLogStreams": self._describe_streams,
            "FilterLogEvents": self._filter,
            "ListTagsForResource": self._list_tags,
            "PutLogEvents": self._put_events,
            "PutRetentionPolicy": self._put_retention,
            "TagResource": self._tag,
            "UntagResource": self._untag,
        }

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of each group of a caller, by ARN."""
        return {group.arn: dict(group.tags) for group in self._of(caller).values()}

    def held(self, account: str, region: str) -> dict[str, Any]:
        """What groups there are, without times and what was written."""
        return {
            name: {"days": group.days, "tags": dict(group.tags)}
            for name, group in self._of(Caller(account, region)).items()
        }

    def _of(self, caller: Caller) -> dict[str, _Group]:
        place = (caller.account, caller.region)
        return {name: group for (*where, name), group in self._groups.items() if (*where,) == place}

    def _group(self, caller: Caller, name: str) -> _Group:
        found = self._groups.get((caller.account, caller.region, name))
        if found is None:
            raise AwsError(_GONE, "The specified log group does not exist.")
        return found

    def _by_arn(self, caller: Caller, arn: str) -> _Group:
        """API reference, TagResource: the ARN without the `:*` at its end."""
        found = next((group for group in self._of(caller).values() if group.arn == arn), None)
        if found is None:
            raise AwsError(_GONE, "The specified resource does not exist.")
        return found

    def _create_group(self, caller: Caller, params: Params) -> Reply:
        name = params["logGroupName"]
        if (caller.account, caller.region, name) in self._groups:
            raise AwsError(_THERE, "The specified log group already exists")
        if name.startswith("aws/"):
            raise AwsError(_REFUSED, "Log groups starting with aws/ are reserved for AWS.")
        _check_tags(params.get("tags") or {})
        place = f"arn:{caller.partition}:logs:{caller.region}:{caller.account}"
        made = _Group(f"{place}:log-group:{name}", self._clock.now())
        made.tags.update(params.get("tags") or {})
        self._groups[caller.account, caller.region, name] = made
        return {}

    def _delete_group(self, caller: Caller, params: Params) -> Reply:
        name = params["logGroupName"]
        self._group(caller, name)
        del self._groups[caller.account, caller.region, name]
        return {}

    def _describe_groups(self, caller: Caller, params: Params) -> Reply:
        prefix = params.get("logGroupNamePrefix", "")
        found = [
            {
                "logGroupName": name,
                "creationTime": _millis(group.made),
                "metricFilterCount": 0,
                "arn": f"{group.arn}:*",
                "logGroupArn": group.arn,
                "storedBytes": 0,
                "logGroupClass": "STANDARD",
                **({} if group.days is None else {"retentionInDays": group.days}),
            }
            for name, group in sorted(self._of(caller).items())
            if name.startswith(prefix)
        ]
        size = min(params.get("limit", _PAGE), _PAGE)
        return page(found, params, size, "nextToken", "logGroups", refused_as=_REFUSED)

    def _put_retention(self, caller: Caller, params: Params) -> Reply:
        group, days = self._group(caller, params["logGroupName"]), params["retentionInDays"]
        if days not in _DAYS:
            raise AwsError(
                _REFUSED,
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to "
                "satisfy constraint: Member must satisfy enum value set: "
                f"[{', '.join(map(str, _DAYS))}]",
            )
        group.days = days
        return {}

    def _delete_retention(self, caller: Caller, params: Params) -> Reply:
        self._group(caller, params["logGroupName"]).days = None
        return {}

    def _tag(self, caller: Caller, params: Params) -> Reply:
        group = self._by_arn(caller, params["resourceArn"])
        _check_tags(group.tags | params["tags"])
        group.tags.update(params["tags"])
        return {}

    def _untag(self, caller: Caller, params: Params) -> Reply:
        group = self._by_arn(caller, params["resourceArn"])
        for key in params["tagKeys"]:
            group.tags.pop(key, None)
        return {}

    def _list_tags(self, caller: Caller, params: Params) -> Reply:
        return {"tags": dict(self._by_arn(caller, params["resourceArn"]).tags)}

    def _create_stream(self, caller: Caller, params: Params) -> Reply:
        group = self._group(caller, params["logGroupName"])
        if params["logStreamName"] in group.streams:
            raise AwsError(_THERE, "The specified log stream already exists")
        group.streams[params["logStreamName"]] = []
        return {}

    def _describe_streams(self, caller: Caller, params: Params) -> Reply:
        group = self._group(caller, params.get("logGroupName", ""))
        found = [{"logStreamName": name} for name in sorted(group.streams)]
        size = min(params.get("limit", _PAGE), _PAGE)
        return page(found, params, size, "nextToken", "logStreams", refused_as=_REFUSED)

    def _put_events(self, caller: Caller, params: Params) -> Reply:
        streams = self._group(caller, params["logGroupName"]).streams
        events = streams.get(params["logStreamName"])
        if events is None:
            raise AwsError(_GONE, "The specified log stream does not exist.")
        now = _millis(self._clock.now())
        events += [_Event(each["timestamp"], now, each["message"]) for each in params["logEvents"]]
        return {}

    def _filter(self, caller: Caller, params: Params) -> Reply:
        """Without a pattern: all that was written, oldest first."""
        if params.get("filterPattern"):
            raise AwsError(
                "NotImplementedByLocalAws", "The local AWS has no filter patterns of logs.", 501
            )
        group = self._group(caller, params.get("logGroupName", ""))
        wanted = params.get("logStreamNames") or group.streams
        found = [
            {
                "logStreamName": stream,
                "timestamp": event.at,
                "ingestionTime": event.taken,
                "message": event.message,
                "eventId": f"{event.at:020}{number:036}",
            }
            for stream, events in group.streams.items()
            if stream in wanted
            for number, event in enumerate(events)
            if params.get("startTime", event.at) <= event.at <= params.get("endTime", event.at)
        ]
        found.sort(key=lambda event: (event["timestamp"], event["eventId"]))
        size = min(params.get("limit", _EVENTS), _EVENTS)
        return page(found, params, size, "nextToken", "events", refused_as=_REFUSED)


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > _MOST_TAGS:
        raise AwsError("TooManyTagsException", "A resource can have no more than 50 tags.")
    if any(key.lower().startswith("aws:") for key in tags):
        raise AwsError(_REFUSED, "Tags beginning with aws: are reserved")
