"""The local AWS answers as the real one did, row by row."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ses_provision.local import LocalAws
from tests.local import recorded
from tests.local.conftest import HOME, PROD, STAGING, ZONE
from tests.local.recorded.table import (
    ABSENT,
    ANYTHING,
    Act,
    Call,
    Json,
    Like,
    Only,
    Refusal,
    Row,
    Wait,
    at,
    differences,
    filled,
)

HERE = {"account": PROD, "other": STAGING, "region": HOME, "zone": ZONE}
# What a client checks before it sends must reach the local AWS: other clients do not check it.
UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})


def rows() -> list[Any]:
    """The rows of every table beside this module, each under its service's name."""
    tables = [name for _, name, _ in pkgutil.iter_modules(recorded.__path__)]
    modules = [importlib.import_module(f"{recorded.__name__}.{name}") for name in sorted(tables)
               if not name.startswith("test_")]  # fmt: skip
    return [
        pytest.param(row, id=f"{module.__name__.rpartition('.')[2]}: {row.says}")
        for module in modules
        for row in getattr(module, "ROWS", ())
    ]


def asked(aws: LocalAws, call: Call, names: dict[str, str]) -> dict[str, Any] | Refusal:
    """The answer to a call; what it keeps is added to the names."""
    account, region = filled(call.account, names), filled(call.region, names)
    client = aws.session(account, region).client(call.service, config=UNCHECKED)
    try:
        answer: dict[str, Any] = client._make_api_call(call.operation, filled(call.params, names))
    except ClientError as error:
        told = error.response
        return Refusal(
            told["Error"]["Code"],
            told["Error"].get("Message"),
            told["ResponseMetadata"]["HTTPStatusCode"],
        )
    answer.pop("ResponseMetadata")
    names |= {name: at(answer, path) for name, path in call.keep.items()}
    return answer


def prepare(aws: LocalAws, step: Call | Wait | Act, names: dict[str, str]) -> None:
    """Do what goes before the request; a call in it must succeed."""
    match step:
        case Wait(seconds=seconds):
            aws.clock.advance(seconds)
        case Act(act=act):
            act(aws)
        case Call():
            answer = asked(aws, step, names)
            assert not isinstance(answer, Refusal), f"{step.operation}: {answer}"


@pytest.mark.parametrize("row", rows())
def test_the_local_aws_answers_as_aws_did(aws: LocalAws, row: Row):
    names = dict(HERE)
    for step in row.before:
        prepare(aws, step, names)
    answer = asked(aws, row.request, names)
    if isinstance(row.answer, Refusal):
        assert isinstance(answer, Refusal), f"accepted, and AWS refused: {answer}"
        recorded_parts = {
            key: filled(value, names)
            for key, value in vars(row.answer).items()
            if value is not None
        }
        assert list(differences(recorded_parts, vars(answer), "refusal")) == []
    else:
        assert not isinstance(answer, Refusal), f"refused, and AWS accepted: {answer}"
        assert list(differences(filled(row.answer, names), answer)) == []


def test_every_row_says_something_of_its_own_and_names_its_source():
    found = [(param.id, param.values[0]) for param in rows()]
    says = [name for name, _ in found]
    assert sorted(says) == sorted(set(says))
    assert [name for name, row in found if len(row.source.split()) < 2] == []


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"a": 1}, {"a": 2}),
        ({"a": True}, {"a": 1}),
        ({"a": 1}, {}),
        ({"a": ABSENT}, {"a": 1}),
        ({"a": Like("^x")}, {"a": "yx"}),
        ({"a": [1, 2]}, {"a": [1]}),
        ({"a": {"b": 1}}, {"a": "b"}),
        (Only({"a": 1}), {"a": 1, "b": 2}),
        ({"a": Json({"b": 1})}, {"a": '{"b": 2}'}),
        ({"a": Json({})}, {"a": "no JSON"}),
    ],
)
def test_the_runner_sees_every_kind_of_difference(expected: Any, found: Any):
    assert len(list(differences(expected, found))) == 1


def test_the_runner_lets_pass_what_was_recorded():
    expected = {"a": Like("x"), "b": ABSENT, "c": ANYTHING, "d": [Json([1])], "e": Only({"f": "1"})}
    found = {"a": "axb", "c": None, "d": ["[1]"], "e": {"f": "1"}, "g": "more"}
    assert list(differences(expected, found)) == []
