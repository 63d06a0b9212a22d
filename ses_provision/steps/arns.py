"""The ARNs of what an environment is made of. All are computed, none looked up."""

from __future__ import annotations

from ses_provision.engine.account import Account
from ses_provision.environment import Environment


def configuration_set(env: Environment, account: Account) -> str:
    """The configuration set."""
    return account.arn("ses", f"configuration-set/{env.configuration_set.name}")


def identity(env: Environment, account: Account) -> str:
    """The domain identity."""
    return account.arn("ses", f"identity/{env.domain}")


def sender(env: Environment, account: Account) -> str:
    """The address identity."""
    return account.arn("ses", f"identity/{env.from_address}")


def pause_function(env: Environment, account: Account) -> str:
    """The function that pauses the set; it stands where its alarms are that ring."""
    return account.arn("lambda", f"function:{env.pause_function}")


def bus(account: Account) -> str:
    """The default bus of EventBridge, the only one that SES reports to."""
    return account.arn("events", "event-bus/default")


def queue(name: str, account: Account) -> str:
    """A queue."""
    return account.arn("sqs", name)


def rule(name: str, account: Account) -> str:
    """A rule on the default bus."""
    return account.arn("events", f"rule/{name}")


def pool(name: str, account: Account) -> str:
    """A dedicated IP pool."""
    return account.arn("ses", f"dedicated-ip-pool/{name}")


def parent_identity(env: Environment, account: Account) -> str:
    """The identity whose key a replica takes; nothing where it has a key of its own."""
    region = env.dkim.replica_of
    return account.arn("ses", f"identity/{env.domain}", region) if region else ""
