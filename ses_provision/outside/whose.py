"""Where a session's credentials come from, and until when they are valid. Never what they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.outside.profiles import config_file, credentials_file
from ses_provision.outside.sessions import ENVIRONMENT_CREDENTIALS, InRole, Session


@dataclass(frozen=True)
class Origin:
    """Where credentials come from: what holds them, and what made us look there.

    `expires_at` is None for keys without an end; `is_renewed` says whether others follow by
    themselves.
    """

    method: str
    source: str
    chosen_by: str
    profile: str | None = None
    expires_at: datetime | None = None
    is_renewed: bool = False


LOCALLY = "--local"
KEPT = frozenset({"env", "explicit"})
"""Methods of botocore whose credentials nothing renews for as long as the run lasts."""


def origin(opened: Session, chosen_by: str) -> Origin:
    """Where the credentials of a session come from; has them fetched where that is still to be."""
    found = opened.get_credentials()
    if found is None:
        return Origin("none", "nothing: the ordinary chain finds no credentials", chosen_by)
    found.get_frozen_credentials()
    method = str(found.method)
    chosen_by = LOCALLY if method == "explicit" else chosen_by
    # botocore has no public name for the end of temporary credentials (RefreshableCredentials).
    # It has the time zone of whoever gave them: a credential_process may say +02:00.
    ends = getattr(found, "_expiry_time", None)
    expires_at = None if ends is None else ends.astimezone(UTC)
    named = opened.profile_name
    has_profile = named != "default" or method in {"shared-credentials-file", "config-file"}
    return Origin(
        method,
        source(method, named, lambda: dict(opened.core.get_scoped_config())),
        chosen_by,
        named if has_profile and method not in {"env", "explicit"} else None,
        expires_at,
        expires_at is not None and method not in KEPT,
    )


def source(method: str, profile: str, settings: Callable[[], Mapping[str, Any]]) -> str:
    """What holds the credentials, in words, by botocore's name for the way they came."""

    def role() -> str:
        return settings().get("role_arn") or os.environ.get("AWS_ROLE_ARN") or "of the profile"

    known: dict[str, Callable[[], str]] = {
        "env": lambda: "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        "explicit": lambda: "the local AWS, which gives everybody a key",
        "shared-credentials-file": lambda: f"profile {profile} in {credentials_file()}",
        "config-file": lambda: f"profile {profile} in {config_file()}",
        "assume-role": lambda: f"role {role()}, taken on by profile {profile}",
        "assume-role-with-web-identity": lambda: f"role {role()}, by a web identity token",
        "sso": lambda: f"IAM Identity Center, profile {profile}",
        "login": lambda: f"aws login, profile {profile}",
        "custom-process": lambda: f"credential_process of profile {profile}",
        "iam-role": lambda: "the role of this EC2 instance",
        "container-role": lambda: "the role of this container",
        InRole.METHOD: lambda: "the role in dns.assume_role_arn",
    }
    return known[method]() if method in known else method


def chosen_by(option: str | None, setting: str | None, file: str) -> str:
    """What decided whose credentials are used, in the order in which `sessions.session` looks."""
    if option:
        return "--profile"
    given = next((name for name in ENVIRONMENT_CREDENTIALS if os.environ.get(name)), None)
    if given:
        return given
    return f"profile in {file}" if setting else "the ordinary AWS chain"
