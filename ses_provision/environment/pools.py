"""[[pools]]: dedicated IP pools, and what a configuration set may send through."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ses_provision.environment.complaints import shown
from ses_provision.environment.sections import Section, contradiction
from ses_provision.environment.shapes import PoolName, each_once
from ses_provision.names import BUILT_IN_POOLS, SHARED

MOST_POOLS = 50
"""Pools of an account and region, managed and standard ones (Amazon SES endpoints and quotas)."""


def of_our_own(value: str) -> str:
    """Insist on a name that stands for no pool of AWS's own."""
    if value in BUILT_IN_POOLS or value == SHARED:
        raise ValueError(f"{value} stands for a pool that is there without being made; rename it")
    return value


def address(value: str) -> str:
    """Insist on an IPv4 address, as all dedicated ones are (SESv2 API reference, DedicatedIp)."""
    try:
        return str(ipaddress.IPv4Address(value))
    except ValueError as error:
        raise ValueError(
            f"must be an IPv4 address such as 203.0.113.10, not {shown(value)}"
        ) from error


class PoolSettings(Section):
    """[[pools]]: a pool of dedicated IP addresses. It costs as long as it stands."""

    name: Annotated[PoolName, AfterValidator(of_our_own)] = Field(description="The pool.")
    scaling: Literal["managed", "standard"] = Field(
        description="managed: AWS chooses and warms up addresses, for a monthly fee from the "
        "moment the pool exists. standard: addresses that you lease by a support case."
    )
    ips: Annotated[
        tuple[Annotated[str, AfterValidator(address)], ...], AfterValidator(each_once)
    ] = Field((), description="Leased addresses that belong into a standard pool.")

    @model_validator(mode="after")
    def has_addresses_to_fill_it(self) -> PoolSettings:
        """The addresses of a managed pool are hidden, and change (SES Developer Guide, dedicated IP
        addresses)."""
        if self.ips and self.scaling == "managed":
            raise contradiction("ips", 'only with scaling = "standard"; AWS fills a managed pool')
        return self


Pools = tuple[PoolSettings, ...]


def twice(names: list[str]) -> list[str]:
    """What is named more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def mistakes(pools: Pools) -> Iterator[str]:
    """What is wrong with pools beside one another."""
    if len(pools) > MOST_POOLS:
        yield f"are {len(pools)}; an account has room for {MOST_POOLS} in a region"
    for name in twice([pool.name for pool in pools]):
        yield f"name {name} twice"
    for ip in twice([ip for pool in pools for ip in pool.ips]):
        yield f"put {ip} into two pools; an address is in exactly one"
