"""[[tenants]] and the file of tenants: the senders that SES judges one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from ses_provision.environment.sections import Section, contradiction
from ses_provision.environment.shapes import IdentityName, PoolName, SesName, each_once, matching

MOST_TENANTS = 10_000
"""Tenants of an account and region, unless Service Quotas says more (Amazon SES quotas)."""
MOST_OF_ONE = 20
"""Identities, or templates, that we give one tenant: each is a call, at one a second."""

TenantName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,64}", "the name of a tenant: 1 to 64 of A-Z a-z 0-9 _ -")
]
TemplateName = Annotated[
    str, matching(r"[A-Za-z0-9_-]{1,64}", "the name of a template: 1 to 64 of A-Z a-z 0-9 _ -")
]
Policy = Literal["standard", "strict", "none"]
Reason = Literal["BOUNCE", "COMPLAINT"]


class TenantSettings(Section):
    """[[tenants]]: one sender among many, that SES judges and stops by itself."""

    name: TenantName = Field(description="The tenant, as mails name it.")
    identities: Annotated[tuple[IdentityName, ...], AfterValidator(each_once)] | None = Field(
        None,
        min_length=1,
        max_length=MOST_OF_ONE,
        description="Domains and addresses of SES that send for it; the domain and the sender of "
        "the file if left out.",
    )
    configuration_set: SesName | None = Field(
        None,
        description="A set of its own, made with the rules of [configuration_set]; that one if "
        "left out.",
    )
    templates: Annotated[tuple[TemplateName, ...], AfterValidator(each_once)] = Field(
        (), max_length=MOST_OF_ONE, description="Templates of SES that it may send."
    )
    reputation_policy: Policy = Field(
        "standard",
        description="When SES stops it by itself: standard at grave findings, strict at slight "
        "ones too, none never.",
    )
    suppression: Literal["account", "tenant"] | None = Field(
        None,
        description="Whose suppression list counts: the account's, or one of its own; as it is "
        "when left out.",
    )
    suppressed_reasons: frozenset[Reason] | None = Field(
        None, description="Why somebody lands on it; for bounces and complaints if left out."
    )
    pool: PoolName | None = Field(
        None, description="The dedicated IP pool that its own set sends through."
    )
    alarms: bool = Field(
        False, strict=True, description="Alarms on the rates of its own set, as [alarms] says."
    )

    @model_validator(mode="after")
    def fits_together(self) -> TenantSettings:
        """Reasons go with a list; a pool and rates belong to a set."""
        if self.suppressed_reasons is not None and self.suppression is None:
            raise contradiction(
                "suppressed_reasons", 'only with suppression = "account" or "tenant"'
            )
        if self.configuration_set is None:
            if self.pool is not None:
                raise contradiction("pool", "only with a configuration_set of its own")
            if self.alarms:
                raise contradiction("alarms", "only with a configuration_set of its own")
        return self


Tenants = tuple[TenantSettings, ...]
TableFile = Annotated[
    str, matching(r"[^\x00-\x1f\x7f]{1,200}\.csv", "the path of a .csv file, seen from this file")
]


def mistakes(tenants: Tenants, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with tenants beside one another and the rest of the file: setting, and why."""
    for number, wrong in twice(
        [tenant.name for tenant in tenants], "{} is the name of another tenant"
    ):
        yield f"{number}.name", wrong
    own = [tenant.configuration_set or "" for tenant in tenants]
    for number, wrong in twice(own, "{} is the set of another tenant; leave it out to share one"):
        yield f"{number}.configuration_set", wrong
    known = {pool.name for pool in told.get("pools", ())}
    for number, tenant in enumerate(tenants):
        if tenant.pool is not None and "pools" in told and tenant.pool not in known:
            yield f"{number}.pool", f"{tenant.pool} is in no [[pools]] of this file"
    if len(tenants) > MOST_TENANTS:
        yield "0.name", f"there are {len(tenants)} tenants; an account has room for {MOST_TENANTS}"
    shared = told.get("configuration_set")
    for number, tenant in enumerate(tenants):
        if shared and tenant.configuration_set == shared.name:
            yield f"{number}.configuration_set", "is the set of all; leave it out to share that one"


def twice(names: list[str], words: str) -> Iterator[tuple[int, str]]:
    """What is named again, by its place."""
    seen: Counter[str] = Counter()
    for number, name in enumerate(names):
        if name and seen[name]:
            yield number, words.format(name)
        seen[name] += 1
