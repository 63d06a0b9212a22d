"""Every region that botocore knows: accepted where it has SES, and in its partition everywhere."""

from __future__ import annotations

import sys
from subprocess import run

import pytest
from botocore.session import Session

from ses_provision.engine.account import Account, partition
from ses_provision.environment import loading
from ses_provision.environment.limits import without_ses
from ses_provision.errors import ConfigError
from ses_provision.operations.drill import Queue
from ses_provision.outside.regions import has_ses
from ses_provision.resources.route53 import HOME
from tests.conftest import ROOT
from tests.unit.test_config import LEAST

CORE = Session()
PLACES = [
    (found, region)
    for found in CORE.get_available_partitions()
    for region in CORE.get_available_regions("sts", found)
]


@pytest.mark.parametrize(("found", "region"), PLACES)
def test_a_region_is_in_its_partition_and_route_53_has_a_region_there(
    found: str, region: str
) -> None:
    assert partition(region) == found
    assert CORE.get_partition_for_region(HOME[found]) == found


@pytest.mark.parametrize(("found", "region"), PLACES)
def test_the_queue_of_the_drill_is_where_the_partition_has_its_queues(
    found: str, region: str
) -> None:
    queue = Queue(Account("111122223333", region, found), "drill", "arn:topic", {})
    [known] = [one for one in CORE.get_data("partitions")["partitions"] if one["id"] == found]

    assert queue.url == (f"https://sqs.{region}.{known['outputs']['dnsSuffix']}/111122223333/drill")


@pytest.mark.parametrize("region", sorted(has_ses()))
def test_a_file_may_name_exactly_the_regions_that_have_ses(region: str) -> None:
    raw = {**LEAST, "region": region, "name": "prod"}
    if has_ses()[region]:
        assert loading.checked(raw, "prod.toml").region == region
        return

    with pytest.raises(ConfigError, match=f"there is no Amazon SES in {region}"):
        loading.checked(raw, "prod.toml")


@pytest.mark.parametrize("region", ["eusc-de-east-1", "us-gov-west-1", "us-east-2"])
def test_regions_of_several_partitions_have_ses(region: str) -> None:
    assert has_ses()[region]


def test_a_region_newer_than_the_list_is_let_through() -> None:
    assert without_ses("eu-north-7") == ""


def test_validate_reads_the_lists_without_importing_botocore() -> None:
    code = (
        "import sys; from ses_provision.cli.app import run; run(['validate']); print(*sys.modules)"
    )
    done = run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert "is right" in done.stdout
    assert not {"botocore", "boto3"} & set(done.stdout.split())
