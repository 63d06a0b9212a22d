"""One declaration a service: what the local AWS does with its calls follows from its row."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.config import Config

from ses_provision.local import LocalAws, dispatch, disturb, motobridge, traits
from ses_provision.local.codec import older
from tests.local.conftest import HOME, PROD, refused

NEW = traits.Traits(
    "secretsmanager",
    prefix="secrets",
    is_json=True,
    throttle=("TooFast", 429),
    denial=("NoEntry", 403),
    misfit="Unfitting",
    is_moto=True,
    is_paced=True,
    listing=("ListSecrets", "SecretList"),
    arns={"Name": "arn:{partition}:secretsmanager:{region}:{account}:secret:{value}"},
)
ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture
def aws(aws, monkeypatch):
    """A local AWS with one service more, for which nothing but its row was written."""
    monkeypatch.setitem(traits.SERVICES, NEW.name, NEW)
    return LocalAws(aws.clock)


@pytest.fixture
def secrets(aws):
    return aws.session(PROD, HOME).client("secretsmanager", config=ONCE)


def test_a_service_is_served_and_seen_in_snapshots_by_its_row_alone(aws, secrets):
    secrets.create_secret(Name="key", SecretString="hidden")

    assert secrets.get_secret_value(SecretId="key")["SecretString"] == "hidden"
    assert "secretsmanager" in aws.services
    assert [held["Name"] for held in aws.snapshot(PROD)["secretsmanager"][HOME]] == ["key"]


def test_a_service_refuses_in_the_words_of_its_row(aws, secrets):
    aws.fault("throttle")
    throttled = refused(secrets.list_secrets)
    aws.fault("deny")
    denied = refused(secrets.create_secret, Name="key")
    aws.fault("expired-token")
    expired = refused(secrets.list_secrets)
    misfit = refused(secrets.create_secret, Name="k" * 600)

    assert (throttled.code, throttled.status) == ("TooFast", 429)
    assert (denied.code, denied.status) == ("NoEntry", 403)
    assert (
        f"secrets:CreateSecret on resource: arn:aws:secretsmanager:{HOME}:{PROD}:secret:key"
        in denied.message
    )
    assert expired.code == "ExpiredTokenException"
    assert misfit.code == "Unfitting"


def test_the_pace_of_a_service_is_its_rows(aws, secrets):
    aws.knobs = replace(aws.knobs, rate=1.0)
    secrets.list_secrets()
    assert refused(secrets.list_secrets).code == "TooFast"
    aws.clock.frozen_at += timedelta(seconds=1)
    secrets.list_secrets()


def test_without_its_row_a_service_is_not_served(aws, secrets, monkeypatch):
    monkeypatch.delitem(traits.SERVICES, NEW.name)
    made = LocalAws(aws.clock).session(PROD, HOME).client("secretsmanager", config=ONCE)
    found = refused(made.list_secrets)
    assert (found.code, found.status) == ("NotImplementedByLocalAws", 501)


def test_every_served_service_has_a_row_and_every_row_is_served(aws):
    assert set(aws.services) == set(traits.SERVICES)


@pytest.mark.parametrize("module", [disturb, motobridge, older])
def test_what_all_calls_pass_through_names_no_service(module):
    tree = ast.parse(inspect.getsource(module))
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert named & set(traits.SERVICES) == set()


def test_the_dispatcher_names_only_the_service_of_requests_that_name_none():
    tree = ast.parse(inspect.getsource(dispatch))
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert named & set(traits.SERVICES) == {"sts"}


@pytest.mark.parametrize(
    ("signed_as", "path", "service"),
    [
        ("ses", "/v2/email/account", "sesv2"),
        ("email", "/v2/email/account", "sesv2"),
        ("ses", "/", "ses"),
        ("email", "/", "ses"),
        ("", "/v2/email/account", "sesv2"),
        ("monitoring", "/", "cloudwatch"),
        ("tagging", "/", "resourcegroupstaggingapi"),
        ("sns", "/v2/email/account", "sns"),
        ("unheard-of", "/", "unheard-of"),
        ("", "/", ""),
    ],
)
def test_signature_and_path_say_which_service_is_meant(signed_as, path, service):
    assert traits.signed(signed_as, path) == service
