"""Environments worked on side by side, with output as if they came one after the other."""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import field, fields
from typing import TYPE_CHECKING, Generic, TypeVar

from ses_provision.cli.run import Run
from ses_provision.dataclass import dataclass
from ses_provision.errors import ProvisionError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from ses_provision.cli.run import Target
    from ses_provision.environment import Environment
    from ses_provision.outside.aws import Connections
    from ses_provision.outside.memory import Foreseen, Memory
    from ses_provision.outside.reading import Ask

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of a piece of work: its value, or what it failed with."""

    value: T | None = None
    error: BaseException | None = None

    def get(self) -> T:
        """The value; raises what the work failed with."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


def attempt(work: Callable[[A], T], item: A) -> Outcome[T]:
    """Do a piece of work, and keep what it fails with."""
    try:
        return Outcome(work(item))
    except BaseException as error:  # noqa: BLE001 - it is raised where its turn comes
        return Outcome(error=error)


def in_order(
    work: Callable[[A], T], items: Sequence[A], at_once: int
) -> Generator[Callable[[], Outcome[T]]]:
    """For each item in order, what waits for its outcome. At most `at_once` are under way.

    Work that has not begun when the iteration is given up is not begun any more.
    """
    if at_once < 2 or len(items) < 2:
        yield from (lambda item=item: attempt(work, item) for item in items)
        return
    pool = ThreadPoolExecutor(min(at_once, len(items)), "environment")
    waiting: deque[Future[Outcome[T]]] = deque(pool.submit(attempt, work, one) for one in items)
    try:
        while waiting:
            yield waiting.popleft().result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass
class Part(Run):
    """A run of one environment beside others: what it says is kept until its turn comes."""

    said: list[Callable[[Run], None]] = field(default_factory=list)

    @classmethod
    def of(cls, run: Run) -> Part:
        """A part of a run, with nothing said yet."""
        own = {"reports", "extra", "status", "emitted"}
        given = (one.name for one in fields(Run) if one.init and one.name not in own)
        part = cls(**{name: getattr(run, name) for name in given})
        part.life = run.life
        return part

    def show(self, *renderables: RenderableType) -> None:
        """Keep what is to be shown."""
        self.said.append(lambda run: run.show(*renderables))

    def document(self, text: str) -> None:
        """Keep a document."""
        self.said.append(lambda run: run.document(text))

    def tell(self, text: str | Text) -> None:
        """Keep what is to be told."""
        self.said.append(lambda run: run.tell(text))

    def later(self, what: Callable[[], None]) -> None:
        """Keep what is to be done in turn."""
        self.said.append(lambda _: what())

    def replay(self, run: Run) -> None:
        """Say it all, and hand over what was reported. Its turn has come."""
        run.reports += self.reports
        run.fail(self.status)
        for say in self.said:
            say(run)


class Memories:
    """What is known of AWS, by whose connections answer and the account that is looked at.

    Environments of one account share it, and their alarms are asked for together.
    """

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = environments
        self._there: dict[Hashable, Memory] = {}
        self._lock = threading.Lock()

    def of(self, env: Environment, connections: Connections) -> Memory:
        """The memory that an environment shares."""
        from ses_provision.outside.memory import Memory

        near = [one for one in self._environments if one.account_id == env.account_id]
        with self._lock:
            place = (connections.whose, env.account_id)
            return self._there.setdefault(place, Memory(foreseen_of(near)))


def foreseen_of(environments: Sequence[Environment]) -> Foreseen:
    """What environments are going to ask, worked out when the first of them does."""

    @functools.cache
    def asks() -> tuple[Ask, ...]:
        from ses_provision.engine.foresight import mergeable
        from ses_provision.steps import STEPS

        return tuple(mergeable(environments, STEPS)) if len(environments) > 1 else ()

    return asks


def each(
    run: Run,
    environments: Sequence[Environment],
    work: Callable[[Run, Target], T],
    failed: Callable[[Environment, ProvisionError], T] | None,
    *,
    in_turn: bool,
    fit: Callable[[Environment], object],
) -> list[T]:
    """Work on environments; the values of the work, in their order.

    What goes wrong in one is told, and does not stop the others; `failed` says what stands for it.
    Of one that is not `fit`, AWS is not asked.
    Environments that are only read are worked on side by side. Those that are written come in turn,
    each with what the one before has left: they are asked about one by one, and a domain's records
    stand before those of its subdomains. So do waits, which are watched live.
    """
    at_once = 1 if in_turn else run.world.side_by_side
    memories = None if run.writes else Memories(environments)
    is_alone = at_once < 2 or len(environments) < 2

    def piece(env: Environment) -> tuple[Part | None, Outcome[T]]:
        part = None if is_alone else Part.of(run)

        def done(env: Environment) -> T:
            fit(env)
            return work(part or run, run.open(env, memories))

        return part, attempt(done, env)

    values: list[T] = []
    with closing(in_order(piece, environments, at_once)) as pieces:
        for env, finished in zip(environments, pieces, strict=True):
            with run.boundary(env.name):
                try:
                    part, outcome = finished().get()
                    if part is not None:
                        part.replay(run)
                    values.append(outcome.get())
                except ProvisionError as error:
                    if failed is not None:
                        values.append(failed(env, error))
                    raise
    return values
