"""The regions of AWS and the partitions they belong to, as botocore has them.

They are read from botocore's data without importing it: `validate` and `--help` stay quick.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from pathlib import Path
from typing import Any


@functools.cache
def known() -> list[dict[str, Any]]:
    """The partitions; none where botocore's data cannot be found."""
    found = importlib.util.find_spec("botocore")
    places = list(found.submodule_search_locations or ()) if found else []
    for place in places:
        try:
            data = json.loads((Path(place) / "data" / "partitions.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        return list(data["partitions"])
    return []


@functools.cache
def regions() -> dict[str, str]:
    """Each region with its partition; empty where nothing is known."""
    return {
        region: one["id"]
        for one in known()
        for region in one["regions"]
        if not region.endswith("-global")
    }


def partition(region: str) -> str:
    """The partition of a region; "aws" where nothing is known of it."""
    return regions().get(region, "aws")


def dns_suffix(partition: str) -> str:
    """What the names of a partition's endpoints end in."""
    suffixes = {one["id"]: str(one["outputs"]["dnsSuffix"]) for one in known()}
    return suffixes.get(partition, "amazonaws.com")
