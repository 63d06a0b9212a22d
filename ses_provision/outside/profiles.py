"""What is wrong with the AWS configuration of a machine: which file, which profile, which variable.

Values of credentials are never repeated, only the names of what holds them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from ses_provision.errors import CannotReachAws
from ses_provision.outside import files
from ses_provision.outside.secrets import hide

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
)
NAMING = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""The variables that name a profile, as botocore goes by them: the first that is set."""

TEMPORARY = "ASIA"
"""What the ids of temporary keys begin with (IAM User Guide, unique identifiers)."""


def config_file() -> str:
    """The file of profiles."""
    return os.environ.get("AWS_CONFIG_FILE") or "~/.aws/config"


def credentials_file() -> str:
    """The file of access keys."""
    return os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"


def sections() -> list[str]:
    """The sections of the file of profiles, as they are written; none where it cannot be read."""
    from botocore.configloader import raw_config_parse
    from botocore.exceptions import BotoCoreError

    path = Path(config_file()).expanduser()
    try:
        return list(raw_config_parse(str(path), parse_subsections=False))
    except (BotoCoreError, OSError, ValueError):
        return []


def names() -> list[str]:
    """The profiles of this machine, read without botocore: shells ask for them at each word."""
    configured = [
        heading.removeprefix("profile ").strip(' "')
        for heading in headings(config_file())
        if heading == "default" or heading.startswith("profile ")
    ]
    return sorted({*configured, *headings(credentials_file())})


def headings(file: str) -> list[str]:
    """The headings of a file, as they are written; none where it cannot be read."""
    try:
        text = files.content(Path(file).expanduser()).decode(errors="replace")
    except (OSError, ValueError, RuntimeError):  # RuntimeError: there is no home
        return []
    return re.findall(r"^\[ *([^\]\n]*?) *\]", text, re.MULTILINE)


def insist_on_whole_variables(environment: Mapping[str, str]) -> None:
    """Raise CannotReachAws where a variable holds what no HTTP header carries."""
    for name in VARIABLES:
        value = environment.get(name, "")
        if value != value.strip() or not value.isprintable():
            last = value.endswith(("\n", "\r"))
            wrong = "ends in a line break" if last else "has blanks or control characters"
            raise CannotReachAws(
                f"{name} {wrong}.",
                f"Set {name} again without them; $(cat FILE) drops line breaks at the end.",
            )
    key, token = environment.get("AWS_ACCESS_KEY_ID", ""), environment.get("AWS_SESSION_TOKEN")
    if key.startswith(TEMPORARY) and not (token or environment.get("AWS_SECURITY_TOKEN")):
        raise CannotReachAws(
            "AWS_ACCESS_KEY_ID is a temporary key, and AWS_SESSION_TOKEN is missing.",
            "Set AWS_SESSION_TOKEN too: a temporary key works only with its token.",
        )


def insist_on_authorities(bundle: str) -> None:
    """Raise CannotReachAws where the file of certificate authorities is not there."""
    if bundle and not Path(bundle).expanduser().exists():
        variables = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
        where = next(
            (name for name in variables if os.environ.get(name) == bundle),
            f"ca_bundle in {config_file()}",
        )
        raise CannotReachAws(
            f"The file of certificate authorities {bundle} does not exist.",
            f"Correct {where}, or take it away: botocore then uses its own.",
        )


def naming(environment: Mapping[str, str]) -> str:
    """The variable that names the profile in use; empty where none does."""
    return next((name for name in NAMING if environment.get(name)), "")


def not_there(profile: str, variable: str = "") -> CannotReachAws:
    """The refusal of a profile that no file has; `variable` is what named it."""
    where = f" ({variable} names it)" if variable else ""
    message = f"There is no AWS profile {profile} on this machine{where}."
    if profile in sections():
        return CannotReachAws(
            message,
            f"{config_file()} has a section [{profile}]: there profiles are written "
            f"[profile {profile}].",
        )
    unset = f"Unset {variable}, or create the profile" if variable else "Create it"
    return CannotReachAws(
        message,
        f"{unset} (`aws configure sso --profile {profile}`), name another with --profile, or "
        "give credentials in the environment.",
    )


def unusable(error: Exception) -> CannotReachAws:
    """The refusal of files that botocore cannot read."""
    return CannotReachAws(
        f"The AWS configuration of this machine cannot be used: {hide(str(error))}",
        f"Correct the file: {config_file()} and {credentials_file()} are read (AWS_CONFIG_FILE and "
        "AWS_SHARED_CREDENTIALS_FILE name others).",
    )


def explained(error: Exception, profile: str) -> CannotReachAws | None:
    """What is wrong with the configuration, where that is why AWS could not be asked."""
    name, said = type(error).__name__, hide(str(error))
    if "Invalid header value" in said:
        return CannotReachAws(
            "A credential has a character that HTTP does not carry, such as a line break.",
            f"Look at what gives the credentials of profile {profile}: its file in "
            f"{credentials_file()}, or its credential_process. Their values are not shown here.",
        )
    if name == "MissingDependencyException":
        return CannotReachAws(
            f"Profile {profile} was logged in with `aws login`, which needs botocore[crt].",
            'Install it beside ses-provision: pip install "botocore[crt]".',
        )
    if name == "SSLError":
        return CannotReachAws(
            f"The certificate of AWS was not accepted: {said}",
            "Where a proxy looks into TLS, name its certificate authority in AWS_CA_BUNDLE; else "
            "check that file and the clock.",
        )
    if name in {"InvalidConfigError", "ConfigNotFound", "ConfigParseError"} or missing(said):
        return CannotReachAws(
            f"Profile {profile} cannot be used: {said}",
            f"Correct it in {config_file()}{missing(said)}.",
        )
    return None


def missing(said: str) -> str:
    """What a profile refers to that is not there, as an operator has to write it."""
    patterns = {
        r'sso-session does not exist: "([^"]+)"': "[sso-session {}]",
        r'the "([^"]+)" services configuration does not exist': "[services {}]",
        r'source_profile "([^"]+)" referenced in the profile': "[profile {}]",
    }
    for pattern, section in patterns.items():
        found = re.search(pattern, said)
        if found:
            return f": add the section {section.format(found[1])}, or name one that is there"
    return ""
