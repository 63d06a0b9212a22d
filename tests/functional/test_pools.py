"""Dedicated IP pools as a part of an environment: made, shared, blocked, left alone, taken down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
DEFAULT = "ses-default-dedicated-pool"
THROUGH = HOSTED.replace('name = "example"', 'name = "example"\npool = "orders"')
STANDARD = '[[pools]]\nname = "orders"\nscaling = "standard"\nips = ["203.0.113.10"]\n'
MANAGED = '[[pools]]\nname = "orders"\nscaling = "managed"\n'


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment that sends through a standard pool, not applied; two addresses are leased."""
    found = bench(cli, tmp_path / "config", prod=THROUGH + STANDARD)
    found.local.lease(ACCOUNT, REGION, ["203.0.113.10", "203.0.113.11"])
    return found


def ses(made: Bench, operation: str, **params: Any) -> Any:
    """Ask SES past the command line."""
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def set_named(made: Bench, name: str, pool: str) -> None:
    """A configuration set of somebody else that sends through a pool."""
    options = {"SendingPoolName": pool}
    ses(made, "CreateConfigurationSet", ConfigurationSetName=name, DeliveryOptions=options)


def pool_of(made: Bench, name: str = "example") -> str:
    """The pool that a set names."""
    found = ses(made, "GetConfigurationSet", ConfigurationSetName=name)
    return str(found["DeliveryOptions"].get("SendingPoolName", ""))


def where(made: Bench, ip: str) -> str:
    """The pool of an address."""
    return str(ses(made, "GetDedicatedIp", Ip=ip)["DedicatedIp"]["PoolName"])


def there(made: Bench) -> list[str]:
    """The pools that somebody made."""
    names = ses(made, "ListDedicatedIpPools")["DedicatedIpPools"]
    return [name for name in names if not name.startswith("ses-")]


def changes(made: Bench) -> dict[str, dict[str, Any]]:
    """What the plan says of each resource of the step, by kind."""
    [report] = made(*PLAN).json["environments"]
    [step] = [step for step in report["plan"]["steps"] if step["id"] == "pools"]
    return {change["kind"]: change for change in step["changes"]}


def test_the_price_and_what_a_cold_pool_does_are_said_before_it_is_made(made: Bench) -> None:
    said = made("plan", "--env", "prod").stdout

    assert "24.95 USD a month for each leased address" in said
    assert "too little was sent in the last 24 hours" in said
    assert f"mail that names no pool leaves through {DEFAULT}, and loses it" in said


def test_the_pool_its_address_and_the_set_are_one_after_the_other(made: Bench) -> None:
    applied = made(*APPLY)

    assert applied.status == 0
    assert [call.operation for call in applied.writes][-3:] == [
        "CreateDedicatedIpPool", "PutDedicatedIpInPool", "PutConfigurationSetDeliveryOptions",
    ]  # fmt: skip
    assert (there(made), where(made, "203.0.113.10"), pool_of(made)) == (
        ["orders"], "orders", "orders",
    )  # fmt: skip
    assert made(*APPLY).writes == []


def test_without_the_section_nothing_is_asked_and_no_line_is_said(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    for command in (("plan", "--env", "prod"), APPLY, ("checklist", "--env", "prod"), DESTROY):
        ran = made(*command)
        assert "edicated" not in ran.stdout
        asked = [call.operation for call in ran.calls]
        assert not [name for name in asked if "Dedicated" in name or "TrackingOpt" in name]


def test_what_is_denied_of_a_pool_holds_up_nothing_else(made: Bench) -> None:
    made.local.fault("deny", "sesv2:CreateDedicatedIpPool", times=None)

    applied = made(*APPLY)

    assert applied.status == 1
    assert "ses:CreateDedicatedIpPool" in applied.stderr
    assert f"arn:aws:ses:{REGION}:{ACCOUNT}:dedicated-ip-pool/orders" in applied.stderr
    made.local.clear_faults()
    report = made(*PLAN).json["environments"][0]["plan"]
    assert {step["id"] for step in report["steps"] for each in step["changes"]
            if each["action"] != "unchanged"} == {"pools"}  # fmt: skip


def test_an_address_that_is_not_leased_blocks_the_step_and_nothing_is_put_on_the_set(
    made: Bench,
) -> None:
    write(made.folder, prod=THROUGH + STANDARD.replace("203.0.113.10", "203.0.113.99"))

    applied = made(*APPLY)

    assert applied.status == 1
    assert f"203.0.113.99 is not leased by account {ACCOUNT} in {REGION}" in applied.stdout
    assert (there(made), pool_of(made)) == ([], "")


def test_an_address_in_a_pool_of_others_is_theirs_until_it_is_taken_over(made: Bench) -> None:
    ses(made, "CreateDedicatedIpPool", PoolName="theirs")
    ses(made, "PutDedicatedIpInPool", Ip="203.0.113.10", DestinationPoolName="theirs")

    blocked = changes(made)["PoolMember"]

    assert blocked["action"] == "blocked"
    assert "is in pool theirs" in blocked["obstacles"][0]["what"]
    assert made(*APPLY).status == 1
    assert where(made, "203.0.113.10") == "theirs"
    assert made(*APPLY, "--take-over", "pools").status == 0
    assert where(made, "203.0.113.10") == "orders"


def test_an_address_moves_between_pools_of_the_file(made: Bench) -> None:
    made(*APPLY)
    other = STANDARD.replace('"orders"', '"bulk"')
    write(made.folder, prod=THROUGH + STANDARD.replace('ips = ["203.0.113.10"]\n', "") + other)

    assert made(*APPLY).status == 0

    assert where(made, "203.0.113.10") == "bulk"


def test_a_standard_pool_is_converted_on_a_take_over_alone(made: Bench) -> None:
    made(*APPLY)
    write(made.folder, prod=THROUGH + MANAGED)

    blocked = changes(made)["Pool"]["obstacles"][0]
    refused = made(*APPLY)

    assert blocked["can_be_taken_over"]
    assert "cannot be undone" in blocked["way_out"]
    assert "15 USD a month" in blocked["way_out"]
    assert refused.status == 1
    assert refused.writes == []
    assert made(*APPLY, "--take-over", "pools").status == 0
    held = ses(made, "GetDedicatedIpPool", PoolName="orders")["DedicatedIpPool"]
    assert held["ScalingMode"] == "MANAGED"


def test_a_managed_pool_is_never_made_standard(made: Bench) -> None:
    write(made.folder, prod=THROUGH + MANAGED)
    made(*APPLY)
    write(made.folder, prod=THROUGH + STANDARD)

    blocked = changes(made)["Pool"]["obstacles"][0]
    refused = made(*APPLY, "--take-over", "pools")

    assert not blocked["can_be_taken_over"]
    assert refused.status == 1
    assert refused.writes == []


def test_a_destroy_takes_the_set_off_gives_the_address_back_and_deletes_the_pool(
    made: Bench,
) -> None:
    made(*APPLY)

    destroyed = made(*DESTROY)

    assert destroyed.status == 0
    assert [call.operation for call in destroyed.writes][:3] == [
        "PutConfigurationSetDeliveryOptions", "PutDedicatedIpInPool", "DeleteDedicatedIpPool",
    ]  # fmt: skip
    assert (there(made), where(made, "203.0.113.10")) == ([], DEFAULT)


def test_a_set_that_was_there_before_is_taken_off_the_pool_and_stays(made: Bench) -> None:
    ses(made, "CreateConfigurationSet", ConfigurationSetName="example")
    made(*APPLY)

    destroyed = made(*DESTROY)

    assert "stays  configuration set example" in destroyed.stdout
    assert (there(made), pool_of(made)) == ([], "ses-shared-pool")
    options = ses(made, "GetConfigurationSet", ConfigurationSetName="example")["DeliveryOptions"]
    assert options["TlsPolicy"] == "REQUIRE"


def of_others(made: Bench, what: str) -> None:
    """Something that keeps the pool from going."""
    if what == "configuration set theirs sends through it":
        set_named(made, "theirs", "orders")
    elif what == "203.0.113.11 is in it, and no setting puts it there":
        ses(made, "PutDedicatedIpInPool", Ip="203.0.113.11", DestinationPoolName="orders")
    else:
        text = THROUGH.replace("example.com", "example.org").replace('"example"', '"shop"')
        write(made.folder, shop=text)


@pytest.mark.parametrize(
    "why",
    [
        "configuration set theirs sends through it",
        "203.0.113.11 is in it, and no setting puts it there",
        "shop needs it",
    ],
)
def test_a_pool_that_others_use_stays_and_the_reason_is_said(made: Bench, why: str) -> None:
    made(*APPLY)
    of_others(made, why)

    destroyed = made(*DESTROY)

    assert destroyed.status == 0
    assert why in destroyed.stdout
    assert (there(made), where(made, "203.0.113.10")) == (["orders"], "orders")


def test_a_pool_that_was_there_before_is_used_and_kept(made: Bench) -> None:
    ses(made, "CreateDedicatedIpPool", PoolName="orders")

    assert made(*APPLY).status == 0
    destroyed = made(*DESTROY)

    assert "it was there before ses-provision" in destroyed.stdout
    assert there(made) == ["orders"]


def test_a_pool_that_the_file_names_no_more_is_pruned_once_nobody_sends_through_it(
    made: Bench,
) -> None:
    write(made.folder, prod=THROUGH + MANAGED)
    made(*APPLY)
    write(made.folder, prod=HOSTED)

    used = made("plan", "--env", "prod").stdout
    set_elsewhere = THROUGH.replace('"orders"', '"shared"')
    write(made.folder, prod=set_elsewhere)
    made(*APPLY)
    pruned = made(*APPLY, "--prune")

    assert "dedicated IP pool orders" in used
    assert "stays, because configuration set example sends through it" in used
    assert pruned.status == 0
    assert there(made) == []


def test_a_pool_that_nobody_made_is_named_and_the_set_keeps_what_it_has(made: Bench) -> None:
    write(made.folder, prod=THROUGH)

    applied = made(*APPLY)

    assert applied.status == 1
    assert "there is no IP pool orders" in applied.stdout
    assert pool_of(made) == ""


@pytest.mark.parametrize(("idle", "writes"), [(True, 1), (False, 0)])
def test_shared_is_put_where_leased_addresses_would_send_instead(
    made: Bench, idle: bool, writes: int
) -> None:
    write(made.folder, prod=HOSTED)
    made(*APPLY)
    if not idle:
        ses(made, "CreateDedicatedIpPool", PoolName="theirs")
        for ip in ("203.0.113.10", "203.0.113.11"):
            ses(made, "PutDedicatedIpInPool", Ip=ip, DestinationPoolName="theirs")
    write(made.folder, prod=THROUGH.replace('"orders"', '"shared"'))

    applied = made(*APPLY)

    assert applied.status == 0
    assert len(applied.writes) == writes
    assert made(*APPLY).writes == []


def test_ips_shows_pools_addresses_their_warmth_and_who_sends_through_them(made: Bench) -> None:
    made(*APPLY)
    set_named(made, "theirs", "orders")
    made.local.clock.advance(9 * 86_400)

    shown = made("ips", "--env", "prod")
    [report] = made("ips", "--env", "prod", "--json").json["environments"]

    assert "orders  standard  mail of example, theirs" in shown.stdout
    assert "203.0.113.10     warming up, 20 %" in shown.stdout
    assert "2 leased: 49.90 USD a month" in shown.stdout
    assert report["ips"]["in_no_pool"] == [
        {"ip": "203.0.113.11", "warmup": "IN_PROGRESS", "percentage": 20}
    ]


def test_ips_says_so_where_there_are_none(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    assert "no dedicated IP addresses and no pools" in made("ips", "--env", "prod").stdout


def items(made: Bench) -> dict[str, str]:
    """Where the items on pools stand."""
    [report] = made("checklist", "--env", "prod", "--only", "pools", "--json").json["environments"]
    found = [item for topic in report["checklist"]["topics"] for item in topic["findings"]]
    return {item["id"].removeprefix("SES-POOLS-"): item["status"] for item in found}


def test_the_checklist_says_what_a_pool_lacks_and_what_is_paid_for_nothing(made: Bench) -> None:
    unused = '[[pools]]\nname = "bulk"\nscaling = "managed"\n'
    empty = STANDARD.replace('ips = ["203.0.113.10"]\n', "")
    write(made.folder, prod=THROUGH + empty + unused)
    made(*APPLY)
    ses(made, "PutAccountDedicatedIpWarmupAttributes", AutoWarmupEnabled=False)

    assert items(made) == {
        "001": "action", "002": "action", "003": "waiting", "004": "action", "005": "action",
        "006": "action",
    }  # fmt: skip


def test_the_checklist_is_content_once_addresses_are_warm_and_in_use(made: Bench) -> None:
    both = STANDARD.replace('"203.0.113.10"', '"203.0.113.10", "203.0.113.11"')
    write(made.folder, prod=THROUGH + both)
    made(*APPLY)
    made.local.clock.advance(45 * 86_400)

    found = items(made)

    assert {found[name] for name in ("001", "002", "003", "004", "006")} == {"done"}
    assert found["005"] == "action", "nothing was sent"
