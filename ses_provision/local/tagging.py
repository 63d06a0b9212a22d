"""Resource Groups Tagging API: what carries which tags, read from the services themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.served import Operation, OwnService, page
from ses_provision.local.ses.names import arn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ses_provision.local.contract import Service

PAGE = 100  # ResourcesPerPage is at most this (Resource Groups Tagging API reference)


class Tagging(OwnService):
    """GetResources over the services that this project tags things in."""

    name = "resourcegroupstaggingapi"

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = services
        self.operations: Mapping[str, Operation] = {"GetResources": self._get_resources}

    def _get_resources(self, caller: Caller, params: Params) -> Reply:
        wanted = {each["Key"]: each.get("Values") or [] for each in params.get("TagFilters") or ()}
        found = [
            {
                "ResourceARN": held,
                "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
            }
            for held, tags in sorted(self._everything(caller))
            if all(
                key in tags and (not values or tags[key] in values)
                for key, values in wanted.items()
            )
        ]
        size = int(params.get("ResourcesPerPage") or PAGE)
        return page(found, params, size, "PaginationToken", "ResourceTagMappingList")

    def _everything(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for kind in (self._identities, self._sets, self._topics, self._alarms):
            yield from kind(caller)

    def _ask(self, caller: Caller, service: str, operation: str, **params: object) -> Reply:
        return self._services[service].handle(caller, operation, dict(params))

    def _identities(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        listed = self._all(caller, "sesv2", "ListEmailIdentities", "EmailIdentities")
        for each in listed:
            held = arn(caller, "identity", each["IdentityName"])
            yield held, self._ses_tags(caller, held)

    def _sets(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for name in self._all(caller, "sesv2", "ListConfigurationSets", "ConfigurationSets"):
            held = arn(caller, "configuration-set", name)
            yield held, self._ses_tags(caller, held)

    def _ses_tags(self, caller: Caller, held: str) -> dict[str, str]:
        return pairs(self._ask(caller, "sesv2", "ListTagsForResource", ResourceArn=held))

    def _topics(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for each in self._all(caller, "sns", "ListTopics", "Topics"):
            held = each["TopicArn"]
            yield held, pairs(self._ask(caller, "sns", "ListTagsForResource", ResourceArn=held))

    def _alarms(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for each in self._all(caller, "cloudwatch", "DescribeAlarms", "MetricAlarms"):
            held = each["AlarmArn"]
            tags = self._ask(caller, "cloudwatch", "ListTagsForResource", ResourceARN=held)
            yield held, pairs(tags)

    def _all(self, caller: Caller, service: str, operation: str, member: str) -> list[Any]:
        return everything(lambda token: self._ask(caller, service, operation, **token), member)


def everything(ask: Callable[[Params], Reply], member: str) -> list[Any]:
    """All pages of a listing."""
    found: list[Any] = []
    token: Params = {}
    while True:
        answer = ask(token)
        found += answer.get(member) or []
        if not answer.get("NextToken"):
            return found
        token = {"NextToken": answer["NextToken"]}


def pairs(answer: Reply) -> dict[str, str]:
    """Tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or ()}
