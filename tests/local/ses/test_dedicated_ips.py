"""Leased addresses of the local AWS: in one pool each, warmed up by time; and AWS's own ones."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.ses.world import ACCOUNT, ADDRESS, REGION, Ses

IP, DAY = "203.0.113.10", 86_400
DEFAULT, SHARED = "ses-default-dedicated-pool", "ses-shared-pool"


@pytest.fixture
def leased(ses: Ses) -> Ses:
    """An account with a leased address, and a pool."""
    ses.service.lease(ACCOUNT, REGION, [IP])
    ses("CreateDedicatedIpPool", PoolName="p")
    return ses


def told(ses: Ses) -> dict[str, Any]:
    """What SES says of the address."""
    found: dict[str, Any] = ses("GetDedicatedIp", Ip=IP)["DedicatedIp"]
    return found


def test_an_address_is_in_exactly_one_pool_and_falls_back_where_that_goes(leased: Ses) -> None:
    assert told(leased)["PoolName"] == DEFAULT
    leased("PutDedicatedIpInPool", Ip=IP, DestinationPoolName="p")

    assert leased("GetDedicatedIps", PoolName="p")["DedicatedIps"] == [told(leased)]
    assert leased("GetDedicatedIps", PoolName=DEFAULT)["DedicatedIps"] == []
    leased("DeleteDedicatedIpPool", PoolName="p")
    assert told(leased)["PoolName"] == DEFAULT


def test_it_warms_up_in_45_days_whatever_is_sent(leased: Ses) -> None:
    seen = []
    for _ in range(3):
        seen.append((told(leased)["WarmupStatus"], told(leased)["WarmupPercentage"]))
        leased.clock.advance(22.5 * DAY)

    assert seen == [("IN_PROGRESS", 0), ("IN_PROGRESS", 50), ("DONE", 100)]
    leased("PutDedicatedIpWarmupAttributes", Ip=IP, WarmupPercentage=40)
    assert told(leased)["WarmupPercentage"] == 40


def test_without_automatic_warm_up_a_new_address_arrives_as_if_it_were_warm(ses: Ses) -> None:
    ses("PutAccountDedicatedIpWarmupAttributes", AutoWarmupEnabled=False)
    ses.service.lease(ACCOUNT, REGION, [IP])

    assert (told(ses)["WarmupStatus"], told(ses)["WarmupPercentage"]) == ("DONE", 100)


def test_the_address_is_looked_at_before_the_pool_it_should_go_to(leased: Ses) -> None:
    """facts-sending B, probed."""
    refused = leased.refused("PutDedicatedIpInPool", Ip="1.2.3.4", DestinationPoolName="gone")
    assert refused.message == "Could not find dedicated IP <1.2.3.4> under this account."
    refused = leased.refused("PutDedicatedIpInPool", Ip=IP, DestinationPoolName="gone")
    assert refused.message == "The requested pool <gone> does not exist."


@pytest.mark.parametrize("name", [DEFAULT, SHARED])
def test_built_in_pools_are_listed_and_neither_told_nor_changed(leased: Ses, name: str) -> None:
    """That they are refused: cloud-custodian, c7n/resources/ses.py."""
    assert name in leased("ListDedicatedIpPools")["DedicatedIpPools"]
    for operation in ("GetDedicatedIpPool", "DeleteDedicatedIpPool"):
        assert leased.refused(operation, PoolName=name).code == "BadRequestException"
    assert leased.refused("CreateDedicatedIpPool", PoolName=name).code == "AlreadyExistsException"


def test_a_managed_pool_takes_no_leased_address_and_has_its_own_once_mail_leaves(
    leased: Ses,
) -> None:
    leased("CreateDedicatedIpPool", PoolName="m", ScalingMode="MANAGED")
    refused = leased.refused("PutDedicatedIpInPool", Ip=IP, DestinationPoolName="m")
    assert refused.code == "BadRequestException"
    options = {"SendingPoolName": "m"}
    leased("CreateConfigurationSet", ConfigurationSetName="s", DeliveryOptions=options)
    assert leased("GetDedicatedIps", PoolName="m")["DedicatedIps"] == []
    leased.verified_domain()

    leased(
        "SendEmail",
        FromEmailAddress=ADDRESS,
        Destination={"ToAddresses": ["success@simulator.amazonses.com"]},
        Content={"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        ConfigurationSetName="s",
    )

    [found] = leased("GetDedicatedIps", PoolName="m")["DedicatedIps"]
    assert (found["WarmupStatus"], found["WarmupPercentage"]) == ("NOT_APPLICABLE", -1)
