"""[[smtp_users]]: who sends by SMTP, and where their passwords are kept."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ses_provision.environment.complaints import shown
from ses_provision.environment.sections import Section, contradiction
from ses_provision.environment.shapes import Addresses, PolicyArn, matching
from ses_provision.names import LONGEST_TAG, is_within

# IAM takes commas as well; the value of a tag, which lists the users, does not.
UserName = Annotated[
    str,
    matching(r"[A-Za-z0-9_+=.@-]{1,64}", "the name of an IAM user: 1 to 64 of A-Z a-z 0-9 _+=.@-"),
]
SecretName = Annotated[
    str, matching(r"[A-Za-z0-9/_+=.@-]{1,512}", "1 to 512 of A-Z a-z 0-9 / _ + = . @ -")
]
PARAMETER = r"(?!/?(?i:aws|ssm))(/[A-Za-z0-9_.-]+){1,15}|(?!(?i:aws|ssm))[A-Za-z0-9_.-]+"
"""What Parameter Store takes: at most 15 levels, and no name that begins with aws or ssm (Systems
Manager User Guide, parameter names)."""
LONGEST_PARAMETER = 900
"""Characters; with the ARN around it AWS takes 1011 (SSM API reference, PutParameter)."""


def network(value: str) -> str:
    """Insist on an address or a network, without bits behind the mask: IAM would ignore them."""
    try:
        return str(ipaddress.ip_network(value))
    except ValueError as error:
        raise ValueError(
            f"must be an IP address or a network such as 203.0.113.0/24, not {shown(value)}"
        ) from error


def once(found: tuple[str, ...]) -> tuple[str, ...]:
    """Each network once."""
    if len(set(found)) < len(found):
        raise ValueError("names an address twice")
    return found


Networks = Annotated[tuple[Annotated[str, AfterValidator(network)], ...], AfterValidator(once)]


class SmtpUserSettings(Section):
    """[[smtp_users]]: a program that sends by SMTP, as an IAM user of its own."""

    name: UserName = Field(description="The IAM user.")
    addresses: Addresses | None = Field(
        None, min_length=1, description="Addresses it may send from; sender.address if left out."
    )
    source_ips: Networks = Field(
        (), description="Addresses or networks it may send from; from anywhere when empty."
    )
    permissions_boundary: PolicyArn | None = Field(
        None, description="Permissions boundary of the user, where the organisation wants one."
    )
    store: Literal["terminal", "secretsmanager", "ssm"] = Field(
        "terminal",
        description="Where `smtp create` puts the password. terminal: it is shown once.",
    )
    secret_name: SecretName | None = Field(
        None, description="Name in the store; /ses-smtp/<suffix>/<name>/login when left out."
    )
    max_key_age_days: int = Field(
        180, strict=True, ge=1, le=3650, description="Older keys are an item of the checklist."
    )

    @model_validator(mode="after")
    def fits_the_store(self) -> SmtpUserSettings:
        """Each store has names of its own."""
        if self.store == "terminal":
            if self.secret_name is not None:
                raise contradiction(
                    "secret_name", 'only with store = "secretsmanager" or store = "ssm"'
                )
            return self
        name = self.secret_name
        if name is None:
            if not re.fullmatch(r"[A-Za-z0-9_.-]+", self.name):
                raise contradiction(
                    "secret_name", f"missing; {self.name} has signs that the store does not take"
                )
            return self
        if self.store == "ssm":
            self.insist_on_parameter(name)
        elif re.search(r"-[A-Za-z0-9]{6}$", name):
            raise contradiction(
                "secret_name",
                f"{shown(name)} ends in a hyphen and six signs, as ARNs of Secrets Manager do, so "
                "that it may be taken for one (API reference, CreateSecret); choose another ending",
            )
        return self

    @staticmethod
    def insist_on_parameter(name: str) -> None:
        """Parameter Store takes fewer names than Secrets Manager."""
        if len(name) > LONGEST_PARAMETER or not re.fullmatch(PARAMETER, name):
            raise contradiction(
                "secret_name",
                f"{shown(name)} is no name of a parameter: A-Z a-z 0-9 _ . - with / in front of "
                "each of at most 15 levels, and not beginning with aws or ssm",
            )


Users = tuple[SmtpUserSettings, ...]

LONGEST_POLICY = 2048
"""Characters that all inline policies of a user have together, white space not counted (IAM User
Guide, quotas)."""
AROUND = 420
"""Characters of our policy without addresses, networks, and the names in its ARNs."""


def policy_too_long(
    addresses: tuple[str, ...], networks: tuple[str, ...], domain: str, configuration_set: str
) -> str:
    """Each address is an ARN of an identity, and a value of the condition."""
    arn = len("arn:aws-us-gov:ses:ap-southeast-1:123456789012:configuration-set/") + 3
    size = AROUND + 2 * arn + len(domain) + len(configuration_set)
    size += sum(arn + 2 * len(address) + 3 for address in addresses)
    size += sum(len(each) + 3 for each in networks)
    if size <= LONGEST_POLICY:
        return ""
    return (
        f"make a policy of about {size} characters, and IAM takes {LONGEST_POLICY} of a user; name "
        "fewer, or share them between two users"
    )


def boundary_elsewhere(arn: str, account: str) -> str:
    """A boundary is AWS's own policy, or one of the user's account (IAM User Guide)."""
    owner = arn.split(":")[4] if arn else account
    if owner in {"aws", account}:
        return ""
    return f"is a policy of account {owner}; IAM takes one of account {account}, or of AWS"


def mistakes(user: SmtpUserSettings, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a user beside the settings before it: setting, and why."""
    domain, account = told["domain"], told["account_id"]
    for address in user.addresses or ():
        if not is_within(address.rpartition("@")[2], domain):
            yield "addresses", f"must be addresses at {domain}, not {address}"
    elsewhere = boundary_elsewhere(user.permissions_boundary or "", account)
    if elsewhere:
        yield "permissions_boundary", elsewhere
    sender = told.get("sender")
    addresses = user.addresses or ((sender and sender.address) or f"notifications@{domain}",)
    name = told["configuration_set"].name
    too_long = policy_too_long(addresses, user.source_ips, domain, name)
    if too_long:
        setting = "addresses" if user.addresses else "source_ips"
        yield setting, too_long


def mistakes_of_all(users: Users, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with each of them: which one's setting, and why."""
    for number, user in enumerate(users):
        for setting, wrong in mistakes(user, told):
            yield f"{number}.{setting}", wrong


def one_user_a_name(users: Users) -> str:
    """What is named twice; IAM takes names that differ only in case for one (IAM User Guide)."""
    names = [user.name.lower() for user in users]
    twice = next((user.name for user in users if names.count(user.name.lower()) > 1), "")
    if twice:
        return f"name {twice} twice"
    listed = " ".join(user.name for user in users)
    if len(listed) > LONGEST_TAG:
        return (
            f"have names of {len(listed)} characters together; a tag of the configuration set "
            f"lists them, and holds {LONGEST_TAG}"
        )
    kept = [(user.store, user.secret_name) for user in users if user.secret_name is not None]
    same = next((name for store, name in kept if kept.count((store, name)) > 1), None)
    return f"keep two passwords under {same}" if same else ""
