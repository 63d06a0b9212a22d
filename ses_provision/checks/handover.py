"""What the application has to be told."""

from __future__ import annotations

from ses_provision.environment import Environment
from ses_provision.facts import Account
from ses_provision.model import Finding, Severity, Status
from ses_provision.reading import Reading


def findings(env: Environment, account: Account) -> Reading[list[Finding]]:
    """Only a person knows whether the developers have it."""
    yield from ()
    del account
    return [
        Finding(
            "SES-HANDOVER-001",
            "Configuration set handed over",
            Status.ACTION,
            f'every SendEmail call passes ConfigurationSetName "{env.configuration_set.name}", '
            f"from {env.from_address}, in {env.region}",
            f"ses-provision outputs --env {env.name} --format env",
            Severity.ADVICE,
        )
    ]
