"""What the local AWS relies on in moto. Where one of these fails, moto has changed."""

from __future__ import annotations

from typing import Any

import pytest
from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber

from ses_provision.local.contract import AwsError, Caller
from ses_provision.local.motobridge import MotoService, Universe
from tests.local.conftest import HOME, PROD, STAGING

HERE = Caller(PROD, HOME)


def in_use() -> list[Any]:
    return list(vars(BackendDict)["_instances"])


def test_moto_lists_the_backends_in_use_in_one_place():
    universe = Universe()
    with universe.entered():
        assert in_use() == []
        sqs = get_backend("sqs")
        assert isinstance(sqs, BackendDict)
        sqs[PROD][HOME]
        assert in_use() == [sqs]
        assert list(sqs) == [PROD]
    assert PROD not in sqs or sqs not in in_use()


def test_the_contents_of_moto_are_put_back_as_they_were():
    universe = Universe()
    sqs = get_backend("sqs")
    outside = sqs[PROD][HOME]
    try:
        with universe.entered():
            assert sqs[PROD][HOME] is not outside
            inside = sqs[PROD][HOME]
        assert sqs[PROD][HOME] is outside
        with universe.entered():
            assert sqs[PROD][HOME] is inside
    finally:
        sqs.clear()
        vars(BackendDict)["_instances"].remove(sqs)


def test_the_contents_are_put_back_when_a_call_fails():
    universe = Universe()
    with pytest.raises(AwsError, match="does not exist"):
        universe.ask(HERE, "sqs", "GetQueueUrl", {"QueueName": "none"})
    assert all(PROD not in backend for backend in in_use())


def test_moto_takes_account_and_region_from_the_request():
    service = MotoService(Universe(), "sqs")
    for account, region in ((PROD, HOME), (STAGING, "eu-central-1")):
        made = service.handle(Caller(account, region), "CreateQueue", {"QueueName": "q"})
        assert made["QueueUrl"] == f"https://sqs.{region}.amazonaws.com/{account}/q"


def test_moto_would_force_one_account_by_environment_so_that_is_refused(monkeypatch):
    monkeypatch.setenv("MOTO_ACCOUNT_ID", STAGING)
    with pytest.raises(RuntimeError, match="MOTO_ACCOUNT_ID"):
        MotoService(Universe(), "sqs").handle(HERE, "ListQueues", {})


def test_moto_says_what_it_does_not_implement():
    with pytest.raises(AwsError) as caught:
        Universe().ask(HERE, "kms", "GetParametersForImport", {
            "KeyId": "x", "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048",
        })  # fmt: skip
    assert caught.value.code == "NotImplementedByLocalAws"
    assert "kms:GetParametersForImport" in caught.value.message


def test_a_stubber_of_our_own_answers_although_no_mock_is_on():
    assert BotocoreStubber().enabled is False
    assert Universe().ask(HERE, "events", "ListEventBuses", {})["EventBuses"][0]["Name"] == (
        "default"
    )


@pytest.mark.parametrize(
    ("service", "operation", "params", "code"),
    [
        ("kms", "RetireGrant", {"GrantId": "none"}, "ValidationException"),
        ("kms", "GenerateRandom", {}, "ValidationException"),
        ("iam", "ListPolicies", {"Marker": "x"}, "ValidationError"),
    ],
)
def test_what_moto_stumbles_over_is_a_refusal(service, operation, params, code):
    with pytest.raises(AwsError) as caught:
        Universe().ask(HERE, service, operation, params)
    assert (caught.value.code, caught.value.status) == (code, 400)
    assert "cannot carry this out" in caught.value.message


def test_what_moto_has_answered_holds_until_something_is_written():
    service = MotoService(Universe(), "iam")
    trust = {"RoleName": "web", "AssumeRolePolicyDocument": "{}"}

    def names():
        return [role["RoleName"] for role in service.handle(HERE, "ListRoles", {})["Roles"]]

    assert names() == []
    service.handle(HERE, "CreateRole", trust)
    assert names() == ["web"]
    service.handle(HERE, "ListRoles", {})["Roles"].clear()
    assert names() == ["web"]
    service.handle(HERE, "DeleteRole", {"RoleName": "web"})
    assert names() == []


def test_another_account_is_not_given_what_one_was_answered():
    service = MotoService(Universe(), "iam")
    service.handle(HERE, "CreateRole", {"RoleName": "web", "AssumeRolePolicyDocument": "{}"})

    assert len(service.handle(HERE, "ListRoles", {})["Roles"]) == 1
    assert service.handle(Caller(STAGING, HOME), "ListRoles", {})["Roles"] == []
