"""BIMI records as receivers read them (draft-brand-indicators-for-message-identification). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

TAG = "v=BIMI1"


def record(logo: str, certificate: str | None) -> str:
    """A record: where the logo is, and where its certificate; empty where there is none."""
    return f"{TAG}; l={logo}; a={certificate or ''};"


def tags(text: str) -> Mapping[str, str]:
    """The tags behind the version, by name; empty ones say the same as absent ones."""
    parts = (part.partition("=") for part in text.split(";"))
    found = {name.strip().lower(): value.strip() for name, equals, value in parts if equals}
    return {name: value for name, value in found.items() if value and name != "v"}


def is_bimi(text: str) -> bool:
    """Whether a TXT string is meant to be a BIMI record."""
    return re.match(r"\s*v\s*=\s*BIMI1\s*(?:;|$)", text, re.IGNORECASE) is not None


def means_the_same(one: str, other: str) -> bool:
    """Whether receivers read the same in two records."""
    return is_bimi(one) and is_bimi(other) and tags(one) == tags(other)
