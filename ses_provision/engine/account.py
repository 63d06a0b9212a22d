"""Where a run is: the account, so that ARNs are computed and not looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.errors import WrongAccount
from ses_provision.outside.reading import Ask, Reading, ask, question
from ses_provision.outside.refusals import not_aws

if TYPE_CHECKING:
    from ses_provision.environment import Environment

PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
}
"""The partitions beside the commercial one, by what their regions begin with (AWS General
Reference, and the endpoints file of botocore)."""


def partition(region: str) -> str:
    """The partition that a region is in, where nobody has said it."""
    return next((name for start, name in PARTITIONS.items() if region.startswith(start)), "aws")


@dataclass(frozen=True)
class Account:
    """Where we are, so that ARNs are computed and not looked up."""

    id: str
    region: str
    partition: str = "aws"

    @classmethod
    def of(cls, env: Environment) -> Account:
        """The account as far as the file says."""
        return cls(env.account_id, env.region, partition(env.region))

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """The ARN of a resource of this account; `region` is "" for what is global."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.id}:{resource}"


def caller_question(region: str) -> Ask:
    """Whose credentials these are. STS answers anybody, whatever IAM says (STS API reference)."""
    return question("sts", region, "GetCallerIdentity", on=())


def right_account(env: Environment) -> Reading[Account]:
    """Whose credentials these are: the environment's account, or an error before anything else."""
    [caller] = yield from ask(caller_question(env.region))
    found = caller or {}
    if not {"Account", "Arn"} <= found.keys():
        raise not_aws(
            f"sts GetCallerIdentity in {env.region}",
            "it does not say whose credentials these are",
        )
    if found["Account"] != env.account_id:
        raise WrongAccount(
            f"These credentials belong to account {found['Account']} ({found['Arn']}), "
            f"but environment {env.name} is account {env.account_id}.",
            f"Use the credentials of {env.account_id}: --profile NAME, or `profile` in the "
            "environment file. Nothing was read or written.",
        )
    return Account(env.account_id, env.region, partition=found["Arn"].split(":")[1])
