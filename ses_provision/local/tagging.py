"""Resource Groups Tagging API: what carries which tags, read from the services themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ses_provision.local.cloudwatch import ALARMS
from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.served import Operation, OwnService, everything, page
from ses_provision.local.ses.names import arn
from ses_provision.names import BUILT_IN_POOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_provision.local.contract import Service

_REFUSED = "InvalidParameterException"
_NOT_WITH_ARNS = (
    "TagFilters",
    "ResourceTypeFilters",
    "ResourcesPerPage",
    "TagsPerPage",
    "PaginationToken",
)
PAGE = 100  # ResourcesPerPage is at most this (Resource Groups Tagging API reference)


class Holder(Protocol):
    """A service that tells the tags of what it holds."""

    def tagged(self, caller: Caller) -> Mapping[str, dict[str, str]]:
        """The tags of each thing in the caller's region, by its ARN."""


class Tagging(OwnService):
    """GetResources over the services that this project tags things in."""

    name = "resourcegroupstaggingapi"

    def __init__(self, services: Mapping[str, Service], *others: Holder) -> None:
        self._services = services
        self._others = others
        self.operations: Mapping[str, Operation] = {"GetResources": self._get_resources}

    def _get_resources(self, caller: Caller, params: Params) -> Reply:
        _check(params)
        wanted = {each["Key"]: each.get("Values") or [] for each in params.get("TagFilters") or ()}
        kinds, arns = params.get("ResourceTypeFilters"), params.get("ResourceARNList")
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
            and (not kinds or any(_is_of(kind, held) for kind in kinds))
            and (not arns or held in arns)
        ]
        size, token = params.get("ResourcesPerPage", PAGE), "PaginationToken"
        return page(found, params, size, token, "ResourceTagMappingList", refused_as=_REFUSED)

    def _everything(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for kind in (self._identities, self._sets, self._pools, self._topics, self._alarms):
            yield from kind(caller)
        for held in self._others:
            yield from held.tagged(caller).items()

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

    def _pools(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for name in self._all(caller, "sesv2", "ListDedicatedIpPools", "DedicatedIpPools"):
            if name not in BUILT_IN_POOLS:
                held = arn(caller, "dedicated-ip-pool", name)
                yield held, self._ses_tags(caller, held)

    def _ses_tags(self, caller: Caller, held: str) -> dict[str, str]:
        return pairs(self._ask(caller, "sesv2", "ListTagsForResource", ResourceArn=held))

    def _topics(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for each in self._all(caller, "sns", "ListTopics", "Topics"):
            held = each["TopicArn"]
            yield held, pairs(self._ask(caller, "sns", "ListTagsForResource", ResourceArn=held))

    def _alarms(self, caller: Caller) -> Iterator[tuple[str, dict[str, str]]]:
        for kind, member in ALARMS.items():
            asked = {"AlarmTypes": [kind]}
            for each in self._all(caller, "cloudwatch", "DescribeAlarms", member, asked):
                held = each["AlarmArn"]
                tags = self._ask(caller, "cloudwatch", "ListTagsForResource", ResourceARN=held)
                yield held, pairs(tags)

    def _all(
        self,
        caller: Caller,
        service: str,
        operation: str,
        member: str,
        asked: Params | None = None,
    ) -> list[Any]:
        def ask(token: Params) -> Reply:
            return self._ask(caller, service, operation, **(asked or {}), **token)

        return everything(ask, member)


def _check(params: Params) -> None:
    """API Reference, GetResources; its words were not recorded."""
    if not 1 <= params.get("ResourcesPerPage", PAGE) <= PAGE:
        raise AwsError(_REFUSED, f"ResourcesPerPage must be between 1 and {PAGE}")
    if any(not each.get("Key") for each in params.get("TagFilters") or ()):
        raise AwsError(_REFUSED, "Each tag filter must contain a key")
    both = [name for name in _NOT_WITH_ARNS if params.get(name)]
    if params.get("ResourceARNList") and both:
        raise AwsError(_REFUSED, f"ResourceARNList cannot be specified with {', '.join(both)}")


def _is_of(kind: str, arn: str) -> bool:
    """Whether a resource type, `service` or `service:type`, is that of an ARN."""
    service, _, wanted = kind.partition(":")
    _, _, held, _, _, resource = arn.split(":", 5)
    own, separator, _ = resource.replace(":", "/", 1).partition("/")
    # A topic's ARN has its name alone.
    return service == held and wanted in ("", own if separator else "topic")


def pairs(answer: Reply) -> dict[str, str]:
    """Tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or ()}
