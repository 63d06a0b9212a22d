"""What a name server has to allow, in the words of its own configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_provision.rehearsal.update_policy import Grant


def stanza(grants: Iterable[Grant]) -> str:
    """The update-policy of the zone as BIND takes it (BIND 9 reference, dynamic update policies):
    anything else is refused."""
    lines = [
        f"    grant {grant.key} {'subdomain' if grant.below else 'name'} {grant.name}. "
        f"{' '.join(grant.types)};"
        for grant in grants
    ]
    return "\n".join(["update-policy {", *lines, "};"])
