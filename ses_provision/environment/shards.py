"""The environments of a folder in shards, for CI that runs several jobs side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment

WRITTEN = re.compile(r"([1-9]\d{0,5})/([1-9]\d{0,5})", re.ASCII)


@dataclass(frozen=True)
class Shard:
    """The i-th of n parts of a folder."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Shard | None:
        """A shard written as i/n; None for anything else."""
        written = WRITTEN.fullmatch(text)
        if written is None or int(written[1]) > int(written[2]):
            return None
        return cls(int(written[1]), int(written[2]))

    def holds(self, position: int, count: int) -> bool:
        """Whether what is at a position among so many belongs here.

        Shards differ by at most one, and each is a stretch: what stands together stays together.
        """
        return position * self.of // count == self.number - 1


def shard(environments: Sequence[Environment], part: Shard) -> list[Environment]:
    """The environments of a shard, in the order in which they are given.

    By account and region, so that those that share what AWS admits a second are in one job where
    that can be. The same folder gives the same shards, wherever and in whatever order it is read.
    """
    ordered = sorted(environments, key=lambda env: (env.account_id, env.region, env.name))
    names = {env.name for position, env in enumerate(ordered) if part.holds(position, len(ordered))}
    return [env for env in environments if env.name in names]
