"""AWS Resource Groups Tagging API: what carries our tags in a region."""

from __future__ import annotations

from collections.abc import Mapping

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
    return {
        found["ResourceARN"]: tags.as_mapping(found.get("Tags"))
        for found in (answer or {}).get("ResourceTagMappingList") or ()
    }
