"""What is looked up before the desired state is known: the account, the zone, the tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ses_provision.engine.account import Account, right_account
from ses_provision.errors import HostedZoneProblem, WrongAccount
from ses_provision.outside.reading import Reading
from ses_provision.resources import hosted_zones
from ses_provision.resources.route53 import Zone
from ses_provision.resources.ses.identity import Dkim
from ses_provision.steps import needs
from tests.unit.toys import ENV, HERE


def told(reading: Reading[Any], **answers: Any) -> Any:
    """What a reading makes of these answers, by operation."""
    try:
        asks = next(reading)
        while True:
            asks = reading.send([answers[one.operation] for one in asks])
    except StopIteration as stop:
        return stop.value


def caller(account: str, partition: str = "aws") -> dict[str, str]:
    """Whose credentials these are."""
    return {"Account": account, "Arn": f"arn:{partition}:sts::{account}:assumed-role/r/me"}


def test_the_right_account_is_known_with_its_partition() -> None:
    found = told(right_account(ENV), GetCallerIdentity=caller(ENV.account_id, "aws-us-gov"))

    assert found == Account(ENV.account_id, ENV.region, "aws-us-gov")


def test_another_account_is_refused_with_both_named() -> None:
    with pytest.raises(WrongAccount) as raised:
        told(right_account(ENV), GetCallerIdentity=caller("999988887777"))

    assert "999988887777" in raised.value.message
    assert ENV.account_id in raised.value.message
    assert "Nothing was read or written" in raised.value.hint


def zones(*found: tuple[str, str], private: bool = False) -> dict[str, Any]:
    """Hosted zones: id and name."""
    return {
        "HostedZones": [
            {"Id": f"/hostedzone/{number}", "Name": name, "Config": {"PrivateZone": private}}
            for number, name in found
        ]
    }


def test_the_zone_is_the_longest_that_holds_the_domain() -> None:
    env = ENV.model_copy(update={"domain": "mail.dev.example.com"})
    listed = zones(("Z1", "example.com."), ("Z2", "dev.example.com."), ("Z3", "xdev.example.com."))

    assert told(hosted_zones.zone(env, HERE), ListHostedZones=listed) == Zone(
        "Z2", "dev.example.com"
    )


def test_a_private_zone_is_none() -> None:
    with pytest.raises(HostedZoneProblem, match=r"no public hosted zone for example\.com"):
        told(
            hosted_zones.zone(ENV, HERE),
            ListHostedZones=zones(("Z1", "example.com."), private=True),
        )


def test_a_zone_whose_name_only_ends_alike_does_not_hold_the_domain() -> None:
    with pytest.raises(HostedZoneProblem):
        told(
            hosted_zones.zone(ENV, HERE),
            ListHostedZones=zones(("Z1", "ample.com."), ("Z2", "a.example.com.")),
        )


def test_two_zones_of_one_name_have_to_be_told_apart_by_the_operator() -> None:
    listed = zones(("Z1", "example.com."), ("Z2", "example.com."), ("Z3", "com."))

    with pytest.raises(HostedZoneProblem, match="2 public hosted zones") as raised:
        told(hosted_zones.zone(ENV, HERE), ListHostedZones=listed)

    assert "Z1, Z2" in raised.value.message
    assert "dns.zone_id" in raised.value.hint


def hosted(name: str, *, private: bool = False) -> Mapping[str, Any]:
    """The answer to the question for one zone."""
    return {
        "HostedZone": {"Id": "/hostedzone/Z1", "Name": name, "Config": {"PrivateZone": private}},
        "DelegationSet": {"NameServers": ["NS2.example.net.", "ns1.example.net"]},
    }


def test_a_zone_that_the_file_names_is_taken_with_its_name_servers() -> None:
    env = ENV.model_copy(update={"dns": ENV.dns.model_copy(update={"zone_id": "Z1"})})

    assert told(hosted_zones.zone(env, HERE), GetHostedZone=hosted("example.com.")) == Zone(
        "Z1", "example.com", ("ns1.example.net", "ns2.example.net")
    )


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (None, "has no hosted zone Z1"),
        (hosted("example.com.", private=True), "is private"),
        (hosted("example.org."), r"does not hold example\.com"),
    ],
)
def test_a_zone_that_the_file_names_has_to_be_public_and_hold_the_domain(
    answer: Any, problem: str
) -> None:
    env = ENV.model_copy(update={"dns": ENV.dns.model_copy(update={"zone_id": "Z1"})})

    with pytest.raises(HostedZoneProblem, match=problem):
        told(hosted_zones.zone(env, HERE), GetHostedZone=answer)


def test_without_the_identity_there_are_no_tokens() -> None:
    assert told(needs.dkim(ENV, HERE), GetEmailIdentity=None) is None
    assert told(needs.dkim(ENV, HERE), GetEmailIdentity={"DkimAttributes": {}}) is None


def test_the_tokens_come_with_their_zone_and_their_key() -> None:
    attributes = {
        "Tokens": ["a", "b", "c"],
        "SigningHostedZone": "x.dkim.amazonses.com",
        "SigningAttributesOrigin": "AWS_SES",
        "CurrentSigningKeyLength": "RSA_1024_BIT",
        "NextSigningKeyLength": "RSA_2048_BIT",
    }

    found = told(needs.dkim(ENV, HERE), GetEmailIdentity={"DkimAttributes": attributes})

    assert found == Dkim(("a", "b", "c"), "x.dkim.amazonses.com", "AWS_SES", "RSA_2048_BIT")


@pytest.mark.parametrize(
    ("region", "zone"),
    [("us-east-2", "dkim.amazonses.com"), ("af-south-1", "dkim.af-south-1.amazonses.com")],
)
def test_a_zone_that_ses_does_not_name_is_the_one_of_the_region(region: str, zone: str) -> None:
    env = ENV.model_copy(update={"region": region})

    found = told(
        needs.dkim(env, Account(env.account_id, env.region)),
        GetEmailIdentity={"DkimAttributes": {"Tokens": ["a"]}},
    )

    assert found.signing_zone == zone
