"""What somebody may change behind the tool's back, for each kind of resource that a plan shows.

Left out: switching a configuration set's sending off, for that is a person's emergency stop, and
whether an apply should end it is not decided by a law about drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from ses_provision.environment import Environment
from tests.laws import (
    archive_mutations,
    dns_mutations,
    iam_mutations,
    queue_mutations,
    receiving_mutations,
    ses_mutations,
    watch_mutations,
)
from tests.laws.somebody import Kinds, Somebody, partition
from tests.laws.world import Bench

Change = dict[str, Any]
KINDS: Kinds = {
    **ses_mutations.KINDS,
    **dns_mutations.KINDS,
    **iam_mutations.KINDS,
    **watch_mutations.KINDS,
    **archive_mutations.KINDS,
    **receiving_mutations.KINDS,
    **queue_mutations.KINDS,
}


@dataclass(frozen=True)
class Mutation:
    """One change: of what, how it has to show, what has to mend it."""

    name: str
    step: str
    label: str
    fields: frozenset[str]
    writes: str
    make: Callable[[], object]

    @property
    def action(self) -> str:
        """What a plan has to do about it: fields differ, or the whole is gone."""
        return "update" if self.fields else "create"


def rounds(
    bench: Bench, env: Environment, changes: list[Change], *, limit: int, turn: int
) -> Iterator[tuple[Mutation, ...]]:
    """Mutations to make together, one of each resource at a time, in at most `limit` rounds.

    `turn` says where in its mutations each resource begins, so that rows take different ones.
    """
    they = Somebody(bench, env)
    each = [turned(list(of(change, they)), turn + n) for n, change in enumerate(unique(changes))]
    for together in list(zip_longest(*each))[:limit]:
        yield tuple(mutation for mutation in together if mutation is not None)


def single(bench: Bench, env: Environment, changes: list[Change]) -> Iterator[tuple[Mutation, ...]]:
    """Every mutation of every resource, each alone."""
    they = Somebody(bench, env)
    for change in unique(changes):
        yield from ((mutation,) for mutation in of(change, they))


def turned(mutated: list[Mutation], turn: int) -> list[Mutation]:
    """The same mutations, beginning elsewhere."""
    start = turn % len(mutated) if mutated else 0
    return [*mutated[start:], *mutated[:start]]


def unique(changes: list[Change]) -> list[Change]:
    """Each resource once, though two steps may want it."""
    return list({change["label"]: change for change in changes}.values())


def of(change: Change, they: Somebody) -> Iterator[Mutation]:
    """The mutations of one resource."""
    for name, fields, writes, make in KINDS[change["kind"]](change["wanted"], they):
        yield Mutation(name, change["step"], change["label"], frozenset(fields), writes, make)


def losses(bench: Bench, env: Environment, *, replicated: bool) -> dict[str, Callable[[], object]]:
    """What takes other things of ours with it: the next apply makes all of it anew."""
    they = Somebody(bench, env)
    topic_arn = f"arn:{partition(env.region)}:sns:{env.region}:{env.account_id}:{env.event_topic}"

    def short_key() -> None:
        # SES changes the length of a key once a day.
        bench.local.clock.advance(2 * 86_400)
        length = "RSA_1024_BIT" if env.dkim.key_length == "RSA_2048_BIT" else "RSA_2048_BIT"
        they(
            "sesv2",
            "PutEmailIdentityDkimSigningAttributes",
            EmailIdentity=env.domain,
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": length},
        )
        bench.local.clock.advance(2 * 86_400)

    def freed(kind: str, name: str, operation: str, **named: str) -> Callable[[], object]:
        # SES deletes nothing that a tenant has.
        arn = f"arn:{partition(env.region)}:ses:{env.region}:{env.account_id}:{kind}/{name}"

        def lose() -> None:
            for tenant in env.tenants:
                taking = {"TenantName": tenant.name, "ResourceArn": arn}
                they("sesv2", "DeleteTenantResourceAssociation", **taking)
            they("sesv2", operation, **named)

        return lose

    found: dict[str, Callable[[], object]] = {
        "the topic": lambda: they("sns", "DeleteTopic", TopicArn=topic_arn),
        "the address identity": freed(
            "identity", env.from_address, "DeleteEmailIdentity", EmailIdentity=env.from_address
        ),
        "the domain identity": freed(
            "identity", env.domain, "DeleteEmailIdentity", EmailIdentity=env.domain
        ),
        "the configuration set": freed(
            "configuration-set",
            env.configuration_set.name,
            "DeleteConfigurationSet",
            ConfigurationSetName=env.configuration_set.name,
        ),
    }
    if replicated:
        # SES keeps an identity whose key others sign with.
        del found["the domain identity"]
    # An own key that somebody replaced cannot come back: SES gave it to nobody.
    lasting = env.dkim.replica_of or env.dkim.is_own_key
    return found if lasting else {**found, "the key": short_key}
