"""AWS's models, read as botocore reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

from ses_provision.outside import regions
from ses_provision.outside.models import Models, loader


@pytest.mark.parametrize("service", ["sesv2", "route53", "sns", "cloudwatch", "iam", "sts"])
@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1"])
def test_a_model_is_what_botocore_reads_in_the_same_order(service: str, kind: str) -> None:
    def read(one: Loader) -> str:
        try:
            return json.dumps(one.load_service_model(service, kind))
        except DataNotFoundError as missing:
            return str(missing)

    assert read(loader()) == read(Loader())


@pytest.mark.parametrize("name", ["endpoints", "partitions"])
def test_what_the_settings_are_held_to_is_not_read_again_for_the_clients(name: str) -> None:
    assert loader().load_data(name)["partitions"] is regions.listed(name)


def test_a_model_of_the_users_own_comes_before_that_of_botocore(tmp_path: Path) -> None:
    place = tmp_path / "sesv2" / "2019-09-27"
    place.mkdir(parents=True)
    (place / "service-2.json").write_text('{"metadata": {"serviceId": "own"}}', encoding="utf-8")

    found = Models(extra_search_paths=[str(tmp_path)]).load_service_model("sesv2", "service-2")

    assert found["metadata"]["serviceId"] == "own"
