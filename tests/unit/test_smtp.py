"""The SMTP password by AWS's algorithm, and what each refusal means."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ses_provision.engine.account import Account
from ses_provision.environment import Environment
from ses_provision.operations import smtp_keys
from ses_provision.operations.smtp_password import derive
from ses_provision.operations.smtp_refusals import meaning
from ses_provision.outside.smtp import Hop, Login
from ses_provision.resources.password_stores import Kept, Parameter, Secret, mark

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
VECTORS = {
    "us-east-1": "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9",
    "us-east-2": "BMPPgbAHoFVbze1Ud0oA5uNdXRwUXUZ+qOwphGJbl/cS",
    "us-west-2": "BF2PynzbSCAjX08zhZZnP/kW+T9P5zs/1Er0pi5vTEmd",
    "eu-west-1": "BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk",
}
KEY = "AKIAIOSFODNN7EXAMPLE"
TAGS = {"ManagedBy": "ses-provision", "Environment": "prod"}
OURS = {**TAGS, "CreatedBy": "ses-provision"}


@pytest.mark.parametrize("region", VECTORS)
def test_the_password_of_a_key_is_right_in_one_region(region: str) -> None:
    assert derive(SECRET, region) == VECTORS[region]
    assert len(derive(SECRET, region)) == 44


@pytest.mark.parametrize(
    ("name", "code", "said", "told"),
    [
        ("DNS", 0, "Name or service not known", "does not resolve"),
        ("TCP", 0, "no answer in 10 seconds", "nobody answers"),
        ("STARTTLS", 0, "the certificate is not trusted", "TLS failed"),
        ("greeting", 421, "421 Too many concurrent SMTP connections", "no more connections"),
        ("mail", 454, "454 Throttling failure: Maximum sending rate exceeded.", "quota"),
        ("AUTH", 454, "454 Temporary authentication failure", "cannot check the login"),
        ("mail", 530, "530 Must issue a STARTTLS command first", "wants TLS first"),
        ("mail", 530, "530 Authentication required", "sends none"),
        ("AUTH", 535, "535 Authentication Credentials Invalid", "another region"),
        ("mail", 552, "552 too much", "larger than SES takes"),
        ("mail", 553, "553 malformed", "not written as one"),
        ("mail", 554, "554 Access denied: User ...", "IAM is asked after the mail has come"),
        ("mail", 554, "554 Message rejected: Email address is not verified.", "not verified"),
        ("mail", 554, "554 Message rejected: Sending paused", "paused"),
        ("mail", 554, "554 Transaction failed", "did log in"),
        ("EHLO", 500, "500 what?", "does not know"),
    ],
)
def test_each_refusal_is_explained_with_a_way_out(
    env: Environment, name: str, code: int, said: str, told: str
) -> None:
    meant = meaning(Hop(name, 0.1, failed=said, code=code), env, "mailer")

    assert told in meant.cause
    assert meant.way_out


def stores(account: Account) -> list[Any]:
    """Both stores of a password."""
    return [Secret(account, "/mail", TAGS), Parameter(account, "/mail", TAGS)]


def operations(calls: Any) -> list[str]:
    """The operations of calls."""
    return [call.operation for call in calls]


def test_a_password_is_written_in_one_call_together_with_the_mark_of_its_key(
    account: Account,
) -> None:
    secret, parameter = stores(account)

    for store in (secret, parameter):
        for kept in (None, Kept(frozenset(), OURS)):
            [call] = store.puts(kept, "text", KEY)
            assert mark(KEY) in json.dumps(call.params)
            assert KEY not in json.dumps(call.params)
    ending = Kept(frozenset(), OURS, ends=True)
    assert operations(secret.puts(ending, "text", KEY)) == ["RestoreSecret", "PutSecretValue"]
    assert parameter.puts(None, "text", KEY)[0].params["Type"] == "SecureString"


def test_what_is_kept_belongs_to_one_key(account: Account) -> None:
    kept = Kept(frozenset({mark(KEY)}), OURS)

    assert kept.is_of(KEY)
    assert not kept.is_of("AKIAOTHER0000000000")
    assert not Kept(frozenset({mark(KEY)}), OURS, ends=True).is_of(KEY)


def test_a_login_shows_in_no_repr() -> None:
    login = Login(KEY, "password")
    made = smtp_keys.Made(KEY, login, "text of the secret")

    assert "password" not in repr(login) + repr(made)
    assert KEY not in repr(login)
    assert "text of the secret" not in repr(made)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", '{"username": "x"}', "null", '{"username": "x", "password": "ä"}'],
)
def test_what_is_no_login_is_none(text: str) -> None:
    assert smtp_keys.login_in(text) is None


def test_a_stored_login_comes_back(env: Environment) -> None:
    found = smtp_keys.login_in(smtp_keys.content(env, KEY, VECTORS["us-east-1"]))

    assert found == Login(KEY, VECTORS["us-east-1"])
