"""Arguments that Terraform is told to leave alone."""

from __future__ import annotations

from collections.abc import Iterable

from ses_provision.export.hcl import Block, Reference

NOT_IN_AWS = ("confirmation_timeout_in_minutes", "endpoint_auto_confirms")
"""Arguments of a subscription that only Terraform knows: an import leaves them unset, and a plan
would want to set their defaults."""

OWN_KEY = ("dkim_signing_attributes", "tags", "tags_all")
"""Arguments of an identity with a key of one's own: nobody has the private key, and `dkim rotate`
notes its keys in tags."""


def ignoring(arguments: Iterable[str]) -> Block:
    """The block that says so."""
    return Block({"ignore_changes": [Reference(argument) for argument in arguments]})
