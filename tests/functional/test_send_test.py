"""send-test: one mail, or a refusal in an operator's words."""

from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.breakages import set_off
from tests.functional.following import follow
from tests.functional.health import Health


def test_one_mail_leaves_through_the_identity_and_the_set(health: Health) -> None:
    sent = health.run("send-test")

    assert sent.status == 0
    assert [call.operation for call in sent.writes] == ["SendEmail"]
    mail = health.local.sesv2.sent(health.env.account_id, health.env.region)[-1]
    assert mail.message_id in sent.stdout
    assert mail.source == "notifications@starlightpractice.com"
    assert mail.to == ("success@simulator.amazonses.com",)
    assert mail.configuration_set == "starlight-prod"
    assert mail.mail_from == "mail.starlightpractice.com"


def test_the_document_holds_the_message_id(health: Health) -> None:
    [report] = health.run("send-test", "--json").json["environments"]

    assert report["ok"]
    assert report["message_id"]
    assert report["to"] == "success@simulator.amazonses.com"


def test_sending_wants_the_environment_named(cli: Cli) -> None:
    assert cli("send-test").status == 64


@pytest.mark.parametrize("given", ["nobody", "a@b@c", "a b@example.com", ""])
def test_what_is_no_address_is_refused_before_any_call(health: Health, given: str) -> None:
    refused = health.run("send-test", "--to", given)

    assert refused.status == 64
    assert refused.calls == []


def refusal(health: Health, *arguments: str) -> tuple[str, str, str]:
    """The message, hint and code of a refusal."""
    refused = health.run("send-test", "--json", *arguments)
    assert refused.status == 1
    error: dict[str, Any] = refused.json["environments"][0]["error"]
    return error["message"], error["hint"], error["code"]


def test_a_recipient_in_the_sandbox(in_sandbox: Health) -> None:
    message, hint, code = refusal(in_sandbox, "--to", "someone@example.org")

    assert "someone@example.org is not verified, and us-east-2 is in the sandbox" in message
    assert "request-access --env prod" in hint
    assert code == "MessageRejected"


def test_a_domain_that_is_not_verified_yet(cli: Cli, health: Health) -> None:
    health.run("apply", "--yes")
    health.call("sesv2", "DeleteEmailIdentity", EmailIdentity=health.env.from_address)
    health.call("sesv2", "DeleteEmailIdentity", EmailIdentity=health.env.domain)
    health.slow_ses()
    health.run("apply", "--yes")

    message, hint, _ = refusal(health)

    assert "notifications@starlightpractice.com is not verified in us-east-2 yet" in message
    assert hint == f"ses-provision dkim-status --env prod --config-dir {health.config}"


def test_a_region_where_the_domain_is_not(health: Health) -> None:
    health.change('region = "us-east-2"', 'region = "us-west-2"')

    message, hint, _ = refusal(health)

    assert "SES in us-west-2 knows no identity starlightpractice.com" in message
    assert f"correct `region` in {health.config}/prod.toml" in hint


def test_a_mail_from_that_is_not_verified_and_must_be(health: Health) -> None:
    health.slow_ses()
    [record] = health.records("MX")
    health.remove(record)
    health.call(
        "sesv2",
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity=health.env.from_address,
        MailFromDomain=health.env.mail_from_domain,
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )

    message, hint, code = refusal(health)

    assert "MAIL FROM mail.starlightpractice.com is not verified" in message
    assert "USE_DEFAULT_VALUE" in hint
    assert code == "MailFromDomainNotVerifiedException"


def test_a_paused_account(health: Health) -> None:
    health.local.pause_sending(health.env.account_id, health.env.region)

    message, hint, _ = refusal(health)

    assert "sending is paused for the account in us-east-2" in message
    assert "region us-east-2, Account dashboard" in hint


def test_a_set_that_is_switched_off(health: Health) -> None:
    set_off(health)

    message, hint, _ = refusal(health)

    assert "sending is switched off for configuration set starlight-prod" in message
    assert hint.endswith(f"ses-provision resume --env prod --config-dir {health.config}")
    assert follow(health, hint) == 1
    assert health.run("send-test").status == 0


def test_a_set_that_is_not_there(health: Health) -> None:
    health.call("sesv2", "DeleteConfigurationSet", ConfigurationSetName="starlight-prod")

    message, hint, _ = refusal(health)

    assert "there is no configuration set starlight-prod in us-east-2" in message
    assert "--only configuration-set" in hint


def test_a_caller_without_the_right(health: Health) -> None:
    health.deny("SendEmail")

    message, hint, _ = refusal(health)

    assert "the caller may send, but not with configuration set arn:aws:ses" in message
    assert "allow ses:SendEmail on arn:aws:ses" in hint


def test_a_caller_who_may_neither_send_nor_look(health: Health) -> None:
    health.local.pause_sending(health.env.account_id, health.env.region)
    health.deny("GetEmailIdentity")

    message, _, _ = refusal(health)

    assert "sending is paused" in message
