"""What SES's refusals of a mail mean."""

import pytest

from ses_provision.environment import loading
from ses_provision.errors import AccessDenied, AwsRefused, CannotReachAws, ProvisionError
from ses_provision.operations import test_mail
from tests.conftest import CONFIG

ENV = loading.load("prod", CONFIG)


def refused(code: str, message: str = "no") -> AwsRefused:
    """A refusal."""
    return AwsRefused(message, code=code, operation="SendEmail")


def denied(resource: str) -> AccessDenied:
    """A refusal by IAM."""
    return AccessDenied(
        "no", code="AccessDeniedException", operation="SendEmail", action="ses:SendEmail",
        resource=resource,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "cause", "fix"),
    [
        (refused("AccountSuspendedException"), "suspended", "answer AWS's notice"),
        (refused("LimitExceededException"), "quota is used up", "SES-QUOTA-001"),
        (refused("TooManyRequestsException"), "quota is used up", "SES-QUOTA-001"),
        (refused("MessageRejected", "bad content"), "does not know", "dkim-status"),
        (refused("SomethingNew"), "does not know", "dkim-status"),
        (
            denied("arn:aws:ses:us-east-2:1:identity/x@example.org"),
            "in the sandbox IAM also checks the recipient",
            "success@simulator.amazonses.com",
        ),
        (
            denied("arn:aws:ses:us-east-2:1:identity/starlightpractice.com"),
            "may not ses:SendEmail on arn:aws:ses:us-east-2:1:identity/starlightpractice.com",
            "policy ses-send-prod",
        ),
    ],
)
def test_a_refusal_is_told_with_its_cause_and_way_out(
    error: AwsRefused, cause: str, fix: str
) -> None:
    told = test_mail.translated(ENV, "x@example.org", error, known=True)

    assert cause in told.message
    assert fix in told.hint
    assert "It said: " in told.message


def test_what_is_no_refusal_stays_as_it_is() -> None:
    error: ProvisionError = CannotReachAws("no network")

    assert test_mail.translated(ENV, "x@example.org", error, known=True) is error
