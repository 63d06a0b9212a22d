"""What AWS and botocore say, in an operator's words."""

from __future__ import annotations

import botocore.exceptions
import pytest

from ses_provision.errors import AccessDenied, AwsRefused, CannotReachAws, ProvisionError
from ses_provision.outside.call import Call
from ses_provision.outside.refusals import Refusal, explain, insist_on_all, means


def said(code: str, message: str = "", profile: str = "work") -> ProvisionError:
    """A refusal with this code, explained."""
    error = botocore.exceptions.ClientError({"Error": {"Code": code, "Message": message}}, "X")
    return explain(error, "sesv2", "us-east-2", "GetEmailIdentity", profile)


def failed(error: Exception, profile: str = "work") -> ProvisionError:
    """A botocore error, explained."""
    return explain(error, "sesv2", "us-east-2", "GetEmailIdentity", profile)


ROLE = "arn:aws:sts::524471258033:assumed-role/ci/me"
ARN = "arn:aws:ses:us-east-2:524471258033:identity/example.com"


@pytest.mark.parametrize(
    "message",
    [
        (
            f"User: {ROLE} is not authorized to perform: ses:CreateEmailIdentity on "
            f"resource: {ARN} because no identity-based policy allows the "
            "ses:CreateEmailIdentity action"
        ),
        f"User `{ROLE}' is not authorized to perform `ses:CreateEmailIdentity' on resource `{ARN}'",
        f"User '{ROLE}' is not authorized to perform 'ses:CreateEmailIdentity' on resource '{ARN}'",
    ],
)
@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "AuthorizationError"])
def test_a_denial_names_the_action_and_the_resource_that_aws_checked(
    code: str, message: str
) -> None:
    error = said(code, message)

    assert isinstance(error, AccessDenied)
    assert (error.action, error.resource) == ("ses:CreateEmailIdentity", ARN)
    assert error.message == f"These credentials may not ses:CreateEmailIdentity on {ARN}."
    assert message in error.hint


def test_a_denial_that_names_nothing_is_about_the_operation() -> None:
    error = said("AccessDenied", "Access Denied")

    assert isinstance(error, AccessDenied)
    assert (error.action, error.resource) == ("ses:GetEmailIdentity", "*")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired"])
def test_expired_credentials_say_how_to_log_in_again(code: str) -> None:
    error = said(code)

    assert isinstance(error, CannotReachAws)
    assert "aws sso login --profile work" in error.hint


def test_without_a_named_profile_the_login_names_none() -> None:
    assert "`aws sso login`" in said("ExpiredToken", profile="default").hint


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("InvalidClientTokenId", "opt-in"),
        ("UnrecognizedClientException", "opt-in"),
        ("SignatureDoesNotMatch", "clock"),
        ("RequestTimeTooSkewed", "clock"),
        ("OptInRequired", "enable it"),
    ],
)
def test_credentials_that_do_not_work_here_say_what_to_check(code: str, words: str) -> None:
    error = said(code, "No.")

    assert isinstance(error, CannotReachAws)
    assert words in error.hint.lower()


def test_any_other_refusal_says_what_was_asked_where_and_what_aws_said() -> None:
    error = said("LimitExceededException", "Too many identities.")

    assert isinstance(error, AwsRefused)
    assert error.message == (
        "sesv2 GetEmailIdentity in us-east-2 was refused: Too many identities. "
        "(LimitExceededException)"
    )
    assert (error.code, error.operation) == ("LimitExceededException", "GetEmailIdentity")


def test_a_refusal_without_a_reason_says_so() -> None:
    assert "no reason given" in said("Throttling").message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (botocore.exceptions.NoCredentialsError(), "no usable AWS credentials"),
        (
            botocore.exceptions.PartialCredentialsError(provider="env", cred_var="x"),
            "no usable AWS credentials",
        ),
        (botocore.exceptions.SSOTokenLoadError(error_msg="x"), "login has expired"),
        (botocore.exceptions.UnauthorizedSSOTokenError(), "login has expired"),
        (botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="x"), "login"),
        (
            botocore.exceptions.EndpointConnectionError(endpoint_url="https://x"),
            "sesv2 in us-east-2 cannot be reached",
        ),
        (
            botocore.exceptions.ConnectTimeoutError(endpoint_url="https://x"),
            "sesv2 in us-east-2 cannot be reached",
        ),
    ],
)
def test_what_keeps_aws_from_being_asked_is_told_with_a_way_on(
    error: Exception, words: str
) -> None:
    explained = failed(error)

    assert isinstance(explained, CannotReachAws)
    assert words in explained.message
    assert explained.hint


def test_an_expired_sso_login_names_the_profile() -> None:
    hint = failed(botocore.exceptions.UnauthorizedSSOTokenError()).hint

    assert "aws sso login --profile work" in hint


def test_a_mistake_in_our_own_call_is_raised_as_it_is() -> None:
    error = botocore.exceptions.ParamValidationError(report="x")

    with pytest.raises(botocore.exceptions.ParamValidationError):
        failed(error)


PAGE = """<!DOCTYPE html>
<html><head><title>
  Log in to the guest network </title></head><body>\x1b[31m</body></html>"""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PAGE, 'it sends a page, "Log in to the guest network" (404)'),
        ("<html><body>Welcome</body></html>", "it sends a page (404)"),
        ("  <p>hello", "it sends a page (404)"),
        ("not found", "not found (404)"),
        ("1 < 2", "1 < 2 (404)"),
    ],
)
def test_a_server_that_is_not_aws_is_told_with_the_operation_and_without_its_page(
    answer: str, words: str
) -> None:
    error = said("404", answer)

    assert isinstance(error, CannotReachAws)
    assert error.message == (
        f"What answers to sesv2 GetEmailIdentity in us-east-2 is not AWS: {words}"
    )


def test_an_answer_without_its_result_is_not_of_aws() -> None:
    assert failed(KeyError("GetEmailIdentityResult")).message == (
        "What answers to sesv2 GetEmailIdentity in us-east-2 is not AWS: its answer has no "
        "GetEmailIdentityResult"
    )


def test_what_was_accepted_and_not_carried_out_is_told_with_its_reason() -> None:
    """EventBridge answers PutTargets with 200, and says which targets it refused."""
    call = Call("events", "us-east-2", "PutTargets", {}, on=("*",), failures="FailedEntries")
    entry = {
        "TargetId": "queue",
        "ErrorCode": "ConcurrentModificationException",
        "ErrorMessage": "Try again",
    }
    insist_on_all(call, {"FailedEntryCount": 0, "FailedEntries": []})

    with pytest.raises(AwsRefused, match="not all of it: queue: Try again") as told:
        insist_on_all(call, {"FailedEntryCount": 1, "FailedEntries": [entry]})
    assert means(told.value, [Refusal("ConcurrentModificationException")])
