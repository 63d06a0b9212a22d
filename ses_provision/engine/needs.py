"""What a step has to know before it can say what it wants, beside the environment file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ses_provision.dataclass import dataclass
from ses_provision.outside.reading import Reading, together

if TYPE_CHECKING:
    from ses_provision.engine.account import Account
    from ses_provision.environment import Environment

T = TypeVar("T")


@dataclass(frozen=True)
class Need(Generic[T]):
    """Something that has to be looked up: what it is called, how it is learned, and what stands
    in its place where nobody is asked, with what is not known in angle brackets. `tells_names`
    where it decides what things are called, or whether they are wanted at all."""

    name: str
    learn: Callable[[Environment, Account], Reading[T | None]]
    rehearsed: Callable[[Environment, Account], T | None]
    tells_names: bool = True


@dataclass(frozen=True)
class Facts:
    """What a step may know: the account, and what it needs."""

    account: Account
    known: Mapping[Need[Any], Any] = field(default_factory=dict)

    def of(self, need: Need[T]) -> T | None:
        """What was learned; None where it does not exist yet."""
        if need not in self.known:
            raise TypeError(f"a step that uses {need.name} must declare it among its needs")
        found: T | None = self.known[need]
        return found

    def sure(self, need: Need[T]) -> T:
        """What was learned, for steps that have nothing to do without it."""
        found = self.of(need)
        if found is None:
            raise TypeError(f"{need.name} is not known, and the step did not look")
        return found


def learned(needs: tuple[Need[Any], ...], env: Environment, account: Account) -> Reading[Facts]:
    """Learn what a step needs, all of it together."""
    found = yield from together(need.learn(env, account) for need in needs)
    return Facts(account, dict(zip(needs, found, strict=True)))


def rehearsed(needs: tuple[Need[Any], ...], env: Environment, account: Account) -> Facts:
    """The same without asking anybody."""
    return Facts(account, {need: need.rehearsed(env, account) for need in needs})
