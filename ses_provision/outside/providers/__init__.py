"""The only modules that talk to DNS providers.

A question to a provider and a change of its zone are an `Ask` and a `Call` like any other, of a
service that bears the provider's name; what is needed beside them (the key, the way to the server)
is held here. A zone's own resource says what is asked and sent, and makes something of the answer.
Begin with `rfc2136`, for
those that are reached by HTTP with `cloudflare`, and for the many others with `octodns`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Outcome

RFC2136, CLOUDFLARE, OCTODNS = "rfc2136", "cloudflare", "octodns"
SERVICES = frozenset({RFC2136, CLOUDFLARE, OCTODNS})
"""The providers that there are, by the service of their questions and calls."""

PREREQUISITES = ("YXDOMAIN", "YXRRSET", "NXRRSET", "NXDOMAIN")
"""Codes of a name server: a prerequisite does not hold (RFC 2136 section 2.2), something is there
already or is not as it was read."""
MOVED = "Moved"
"""The same of a provider that is asked again just before a change."""
NO_REPLY = "NoReply"
"""A change was sent, and no answer came: it may have been made or not."""


class Provider(Protocol):
    """Who keeps a zone that is not in Route 53."""

    @property
    def service(self) -> str:
        """The service of its questions and calls."""

    def answer(self, asked: Ask) -> Outcome:
        """Answer a question. None where there is no such zone; errors are returned."""

    def send(self, call: Call) -> dict[str, Any]:
        """Make a change. Raises ProvisionError where the provider refuses it."""
