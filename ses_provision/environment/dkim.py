"""[dkim]: whose key signs, and what it is called in DNS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from ses_provision.environment.limits import MOST_TAGS
from ses_provision.environment.sections import Section
from ses_provision.environment.shapes import Region, matching
from ses_provision.names import LONGEST_NAME

OWN_KEY = "own_key"
LONGEST_PREFIX = 57
"""Characters: a selector has 63 (SESv2 API reference, DomainSigningSelector), and a number of up to
six digits follows the prefix."""
NUMBER = "x" * (63 - LONGEST_PREFIX)

# SES takes letters, digits and hyphens, and no hyphen at either end (SESv2 API reference,
# DomainSigningSelector); DNS would take dots as well.
Prefix = Annotated[
    str,
    matching(
        rf"[A-Za-z0-9][A-Za-z0-9-]{{0,{LONGEST_PREFIX - 1}}}",
        f"1 to {LONGEST_PREFIX} letters, digits and hyphens that begin with a letter or a digit; "
        "SES takes no dots and no _ in a selector",
    ),
]

ROTATE_AFTER_DAYS = 180
REMEMBERED = 10
"""Tags by which an identity remembers own keys: two for each of four, the selector, the tokens."""
OURS = 4  # Environment, Project, ManagedBy, CreatedBy


class DkimSettings(Section):
    """[dkim]: how SES signs."""

    method: Literal["easy", "own_key"] = Field(
        "easy",
        description="easy: SES makes the keys and renews them. own_key: a key that is made here, "
        "put into SES and kept nowhere else; `ses-provision dkim rotate` renews it.",
    )
    key_length: Literal["RSA_2048_BIT", "RSA_1024_BIT"] = Field(
        "RSA_2048_BIT", description="Length of the Easy DKIM key; an own key has 2048 bits."
    )
    replica_of: Region | None = Field(
        None,
        description="Sign with the key of the same identity in this region (Deterministic Easy "
        "DKIM): one set of records serves both.",
    )
    selector_prefix: Prefix | None = Field(
        None,
        description="own_key: what selectors begin with; a number follows. "
        "ses-<region>-<last 4 digits of the account>- when left out.",
    )
    rotate_after_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = Field(
        None, description="own_key: an older key is an item of the checklist; 180 when left out."
    )

    @property
    def is_own_key(self) -> bool:
        """Whether a key that we make signs."""
        return self.method == OWN_KEY

    @property
    def oldest(self) -> timedelta:
        """How old an own key may be before the checklist asks for another one."""
        return timedelta(days=self.rotate_after_days or ROTATE_AFTER_DAYS)


def mistakes(chosen: DkimSettings, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong beside other settings: setting, and why."""
    if chosen.replica_of and chosen.replica_of == told.get("region"):
        yield "replica_of", "must name another region than the environment's own"
    if chosen.replica_of and "key_length" in chosen.model_fields_set:
        yield "key_length", "a replica has the key of replica_of; leave it out"
    if not chosen.is_own_key:
        for setting in ("selector_prefix", "rotate_after_days"):
            if getattr(chosen, setting) is not None:
                yield setting, 'only with method = "own_key"'
        return
    if chosen.replica_of:
        yield "replica_of", "a replica signs with the Easy DKIM key of another region, not with own"
    elif chosen.key_length != "RSA_2048_BIT":
        yield "key_length", "an own key has 2048 bits; leave it out"
    yield from too_much(chosen, told)


def too_much(chosen: DkimSettings, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What does not fit: the name of the record, the tags that remember the keys."""
    domain, tags = told.get("domain", ""), told.get("tags", {})
    prefix = chosen.selector_prefix or ""
    name = f"{prefix}{NUMBER}._domainkey.{domain}"
    if len(name) > LONGEST_NAME:
        yield (
            "selector_prefix",
            f"is too long for {domain}: a name in DNS has at most {LONGEST_NAME} characters",
        )
    room = MOST_TAGS - OURS - REMEMBERED
    if len(tags) > room:
        yield (
            "method",
            f"the identity remembers own keys in tags, and has room for {room} tags of the file",
        )
