"""The regions of AWS, the partitions they belong to, and which have SES, as botocore has them.

They are read from botocore's data without importing it: `validate` and `--help` stay quick.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ses_provision.outside.data_files import content

SES = "email"
"""The name of SES among the endpoints."""


@functools.cache
def listed(name: str) -> list[Mapping[str, Any]]:
    """The partitions in one of botocore's files; none where it cannot be read."""
    found = importlib.util.find_spec("botocore")
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        try:
            data = content(str(Path(place, "data", name)))
        except (OSError, ValueError):
            continue
        if data is not None:
            partitions: list[Mapping[str, Any]] = data["partitions"]
            return partitions
    return []


@functools.cache
def known() -> Mapping[str, str]:
    """Each region with its partition; empty where botocore's data cannot be found."""
    return {
        region: partition["id"]
        for partition in listed("partitions")
        for region in partition["regions"]
        if not region.endswith("-global")
    }


def partition(region: str) -> str:
    """The partition of a region; "aws" where nothing is known of it."""
    return known().get(region, "aws")


def dns_suffix(partition: str) -> str:
    """What the names of a partition's endpoints end in."""
    suffixes = {each["id"]: str(each["outputs"]["dnsSuffix"]) for each in listed("partitions")}
    return suffixes.get(partition, "amazonaws.com")


@functools.cache
def has_ses() -> Mapping[str, bool]:
    """Each region of which botocore knows the endpoints, and whether SES is among them. A region
    that is not there may be newer than the list."""
    return {
        region: region in partition["services"].get(SES, {}).get("endpoints", {})
        for partition in listed("endpoints")
        for region in partition["regions"]
    }
