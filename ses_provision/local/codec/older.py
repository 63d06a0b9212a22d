"""URIs that services had before and still serve, for clients that know no newer ones.

botocore's models hold only the newest.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ses_provision.local import traits

if TYPE_CHECKING:
    from ses_provision.local.wire import Request


# What these URIs took in their query strings.
_PAGING = frozenset({"PageSize", "NextToken"})


@cache
def _patterns(service: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    paths = traits.of(service).older_paths.items()
    return tuple((re.compile(f"{path}/?"), operation) for path, operation in paths)


def match(service: str, request: Request) -> tuple[str, dict[str, str]] | None:
    """The operation an older client asks for, and its parameters, all of them still text."""
    if request.method != "GET":
        return None
    for pattern, operation in _patterns(service):
        hit = pattern.fullmatch(request.path)
        if hit:
            labels = {name: unquote(value) for name, value in hit.groupdict().items()}
            paging = {key: value for key, value in request.query if key in _PAGING}
            return operation, paging | labels
    return None
