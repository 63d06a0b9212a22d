"""URIs that services had before and still serve, for clients that know no newer ones.

botocore's models hold only the newest. These lists were GET with the page in the query string
until 2026 (contacts: until 2021); AWS CLI v1 and v2 and the SDKs of those days call them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from ses_provision.local.wire import Request

_SESV2 = {
    "/v2/email/identities": "ListEmailIdentities",
    "/v2/email/configuration-sets": "ListConfigurationSets",
    "/v2/email/contact-lists/(?P<ContactListName>[^/]+)/contacts": "ListContacts",
}
_GETS = {
    "sesv2": [(re.compile(f"{path}/?"), operation) for path, operation in _SESV2.items()],
}


def match(service: str, request: Request) -> tuple[str, dict[str, str]] | None:
    """The operation an older client asks for, and its parameters, all of them still text."""
    if request.method != "GET":
        return None
    for pattern, operation in _GETS.get(service, ()):
        hit = pattern.fullmatch(request.path)
        if hit:
            labels = {name: unquote(value) for name, value in hit.groupdict().items()}
            return operation, dict(request.query) | labels
    return None
