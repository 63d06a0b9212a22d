"""AWS Resource Groups Tagging API: what carries our tags in a region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ses_provision.engine.ownership import OURS
from ses_provision.errors import ProvisionError
from ses_provision.names import region_of
from ses_provision.outside.memory import Index
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources import tags


def tagged_question(region: str, wanted: Mapping[str, str]) -> Ask:
    """The question for all that carries every one of these tags."""
    filters = tuple(
        Structure((("Key", key), ("Values", (value,)))) for key, value in sorted(wanted.items())
    )
    return question(
        "resourcegroupstaggingapi",
        region,
        "GetResources",
        on=EVERYTHING,
        nothing={"ResourceTagMappingList": []},
        pages=True,
        TagFilters=filters,
    )


def tagged(region: str, wanted: Mapping[str, str]) -> Reading[dict[str, dict[str, str]]]:
    """The ARNs of all that carries these tags, with all their tags."""
    [answer] = yield from ask(tagged_question(region, wanted))
    return BY_ARN(answer)


def by_arn(answer: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The tags of an answer."""
    return {
        found["ResourceARN"]: tags.as_mapping(found.get("Tags"))
        for found in answer.get("ResourceTagMappingList") or ()
    }


BY_ARN = Index(by_arn)


def shown(arn: str, wanted: Mapping[str, str]) -> Reading[dict[str, str] | None]:
    """All tags of a thing as the search of its region shows them, where it has those wanted.

    One search answers for everything in a region. It shows late what was just changed, and may not
    be allowed: where it does not show what is wanted (None), the thing's own service is asked.
    """
    found = yield from tagged_alike(region_of(arn), wanted)
    all_tags = found.get(arn, {})
    return all_tags if all_tags and wanted.items() <= all_tags.items() else None


def confirmed(all_tags: Mapping[str, str], asked: Ask) -> Reading[tuple[str, ...]]:
    """Why a thing is not removed yet: its service has other tags than the search, which is late.

    Whose a thing is, is decided by its tags, and a removal cannot be taken back.
    """
    [answer] = yield from ask(asked)
    is_so = tags.as_mapping((answer or {}).get("Tags")) == all_tags
    return () if is_so else ("its tags have just changed (look again in a minute)",)


def made(region: str, wanted: Mapping[str, str]) -> Reading[frozenset[str]]:
    """The ARNs of what the environment has in a region, as far as the search may show them."""
    found = yield from tagged_alike(region, wanted)
    return frozenset(found)


def tagged_alike(region: str, wanted: Mapping[str, str]) -> Reading[dict[str, dict[str, str]]]:
    """What carries the tags that say whose a thing is; nothing where the search is not allowed."""
    if not set(OURS) <= wanted.keys():
        return {}
    try:
        return (yield from tagged(region, {name: wanted[name] for name in OURS}))
    except ProvisionError:
        return {}
