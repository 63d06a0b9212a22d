"""The one loop that reads, compares and writes, on toy resources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ses_provision.engine import applying, planning
from ses_provision.engine.model import Action, Skipped, Step, Waiting, requiring
from ses_provision.engine.outcomes import Applied, NotDone
from ses_provision.engine.plan import Plan
from ses_provision.errors import AwsRefused, CannotReachAws, StalePlan, Stopped
from ses_provision.outside import wait
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Ask, Outcome
from ses_provision.outside.refusals import Refusal
from tests.unit.toys import ENV, HERE, NOON, Box, Entry, Toy, step

TAKEN = frozenset({"a"})


def plan(box: Box, *steps: Step, take_over: frozenset[str] = frozenset()) -> Plan:
    """What would be done."""
    return planning.plan(steps, ENV, HERE, box.reader, take_over)


def actions(planned: Plan) -> list[tuple[str, Action]]:
    """The decision about each resource."""
    return [(one.want.label, one.action) for of in planned.steps for one in of.changes]


class Run:
    """An apply, with what it yielded and slept."""

    def __init__(self, box: Box, *steps: Step, take_over: frozenset[str] = frozenset()) -> None:
        self.box = box
        self.steps: Sequence[Step] = steps
        self.take_over = take_over
        self.agreed = plan(box, *steps, take_over=take_over)
        self.done: list[Applied | NotDone] = []
        self.slept: list[float] = []

    def go(self) -> Run:
        """Apply."""
        for one in applying.apply(
            self.agreed,
            self.steps,
            ENV,
            HERE,
            self.box.reader,
            self.box,  # type: ignore[arg-type]
            take_over=self.take_over,
            sleep=self.slept.append,
            now=lambda: NOON,
        ):
            self.done.append(one)
        return self

    @property
    def applied(self) -> list[str]:
        """The labels of what was applied, in order."""
        return [one.change.want.label for one in self.done if isinstance(one, Applied)]


def red(name: str) -> dict[str, object]:
    """A toy as it should be."""
    return {"Colour": "red", "Size": 1}


def test_what_is_absent_is_created_what_differs_updated_what_is_right_kept() -> None:
    box = Box({"wrong": {"Colour": "blue", "Size": 1}, "right": red("right")})

    planned = plan(box, step("a", Toy("absent"), Toy("wrong"), Toy("right")))

    assert actions(planned) == [
        ("toy absent", Action.CREATE),
        ("toy wrong", Action.UPDATE),
        ("toy right", Action.KEEP),
    ]
    [difference] = planned.steps[0].changes[1].differences()
    assert (difference.field, difference.old, difference.new) == ("colour", "blue", "red")


def test_a_plan_writes_nothing() -> None:
    box = Box()

    plan(box, step("a", Toy("x")), step("b", Toy("y")))

    assert box.sent == []
    assert box.toys == {}


def test_a_plan_asks_all_steps_questions_in_one_round_and_each_once() -> None:
    box = Box()
    reader = box.reader

    planning.plan([step("a", Toy("x")), step("b", Toy("y"), Toy("x"))], ENV, HERE, reader)

    assert reader.rounds == 1
    assert len(box.asked) == 2


def test_plans_of_the_same_account_are_equal_values() -> None:
    box = Box({"x": {"Colour": "blue", "Size": 2}})

    assert plan(box, step("a", Toy("x"))) == plan(box, step("a", Toy("x")))


def test_a_skipped_step_and_a_waiting_one_say_why() -> None:
    planned = plan(
        Box(),
        step("a", lambda _: Skipped("no role yet")),
        step("b", lambda _: Waiting("tokens to come")),
    )

    assert [(one.skipped, one.waiting) for one in planned.steps] == [
        ("no role yet", ""),
        ("", "tokens to come"),
    ]
    assert planned.has_changes
    assert not planned.is_settled


def test_what_somebody_else_put_in_the_way_blocks() -> None:
    box = Box({"x": {"InTheWay": ["box"]}})

    planned = plan(box, step("a", Toy("x")))

    assert actions(planned) == [("toy x", Action.BLOCKED)]
    assert planned.is_blocked


def test_nothing_of_a_blocked_step_is_written_and_the_others_are() -> None:
    box = Box({"x": {"InTheWay": ["box"]}})

    run = Run(box, step("a", Toy("x"), Toy("free")), step("b", Toy("y"))).go()

    assert box.sent == ["CreateToy y"]
    left, done = run.done
    assert isinstance(left, NotDone)
    assert left.step.id == "a"
    assert isinstance(done, Applied)


def test_what_was_taken_over_is_written() -> None:
    box = Box({"x": {"InTheWay": ["box"]}})

    run = Run(box, step("a", Toy("x")), take_over=TAKEN).go()

    assert actions(run.agreed) == [("toy x", Action.CREATE)]
    assert run.applied == ["toy x"]


def test_what_only_a_person_can_remove_blocks_even_a_take_over() -> None:
    box = Box({"x": {"InTheWay": ["box", "wall"]}})

    planned = plan(box, step("a", Toy("x")), take_over=TAKEN)

    [change] = planned.steps[0].changes
    assert change.action is Action.BLOCKED
    assert [one.what for one in change.hindrances] == ["wall"]


def test_a_take_over_is_for_the_steps_that_were_named() -> None:
    box = Box({"x": {"InTheWay": ["box"]}})

    assert plan(box, step("b", Toy("x")), take_over=TAKEN).is_blocked


def test_writes_are_made_in_the_order_of_steps_and_of_their_resources() -> None:
    box = Box()

    run = Run(
        box, step("a", Toy("z", size=3), Toy("y")), step("b", Toy("x")), step("c", Toy("w"))
    ).go()

    assert box.sent == ["CreateToy z", "PutSize z", "CreateToy y", "CreateToy x", "CreateToy w"]
    assert run.applied == ["toy z", "toy y", "toy x", "toy w"]
    assert all(isinstance(one, Applied) and one.at == NOON for one in run.done)


def test_applying_again_sends_nothing() -> None:
    box = Box()
    steps = [step("a", Toy("x", size=2)), step("b", Toy("y"))]
    Run(box, *steps).go()
    box.sent.clear()

    again = Run(box, *steps).go()

    assert again.agreed.is_settled
    assert (again.done, box.sent) == ([], [])


def test_settled_steps_are_not_read_again() -> None:
    box = Box({"x": red("x")})
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")))
    box.asked.clear()

    run.go()

    assert [dict(one.params)["Name"] for one in box.asked] == ["y"]


def test_a_step_that_waited_is_made_once_it_is_known() -> None:
    box = Box()

    def tokens(_: object) -> Sequence[Toy] | Waiting:
        return [Toy("token")] if "identity" in box.toys else Waiting("the identity brings them")

    run = Run(box, step("a", Toy("identity")), step("b", tokens)).go()

    assert run.agreed.steps[1].waiting
    assert box.sent == ["CreateToy identity", "CreateToy token"]


def test_a_step_that_still_waits_is_left_and_says_so() -> None:
    run = Run(Box(), step("a", lambda _: Waiting("for somebody"))).go()

    [left] = run.done
    assert isinstance(left, NotDone)
    assert left.step.waiting == "for somebody"


def test_a_step_that_moved_since_it_was_agreed_to_is_refused_before_it_is_written() -> None:
    box = Box()
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")), step("c", Toy("z")))
    box.toys["y"] = {"Colour": "blue", "Size": 1}

    with pytest.raises(StalePlan) as raised:
        run.go()

    assert box.sent == ["CreateToy x"]
    assert box.toys["y"] == {"Colour": "blue", "Size": 1}
    assert "Step b" in raised.value.message


def test_a_step_that_became_settled_meanwhile_is_stale_too() -> None:
    box = Box()
    run = Run(box, step("a", Toy("x")))
    box.toys["x"] = red("x")

    with pytest.raises(StalePlan):
        run.go()


def test_a_failure_ends_the_apply_with_its_step_named() -> None:
    box = Box(refusals={"CreateToy y": ["LimitExceededException"]})
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")))

    with pytest.raises(Stopped) as raised:
        run.go()

    assert run.applied == ["toy x"]
    assert "Stopped in step b (Step b): CreateToy y was refused" in raised.value.message
    assert raised.value.hint == "Try later."


def test_what_does_not_require_a_failed_step_is_made_and_what_does_is_left_with_the_reason() -> (
    None
):
    box = Box(refusals={"CreateToy y": ["LimitExceededException"]})
    after = replace(step("c", Toy("z")), requires=requiring("b"))
    further = replace(step("d", Toy("u")), requires=requiring("c"))
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")), after, further, step("e", Toy("v")))

    with pytest.raises(Stopped, match="Stopped in step b"):
        run.go()

    assert run.applied == ["toy x", "toy v"]
    left = {done.step.id: done.step.failed for done in run.done if isinstance(done, NotDone)}
    assert left == {
        "b": "CreateToy y was refused",
        "c": "needs step b, which failed",
        "d": "needs step c, which failed",
    }


def test_what_meets_every_step_ends_the_apply_at_once() -> None:
    box = Box()
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")))

    def expired(_: Call) -> None:
        raise CannotReachAws("The credentials have expired.")

    box.before_send = expired

    with pytest.raises(Stopped, match="Stopped in step a"):
        run.go()

    assert run.done == []


class OneDenied(Box):
    """An account in which one toy may not be looked at."""

    def answer(self, asked: Ask) -> Outcome:
        """Refuse one question."""
        denied = dict(asked.params)["Name"] == "y"
        return AwsRefused("no", code="AccessDenied") if denied else super().answer(asked)


def test_a_step_that_may_not_be_looked_at_is_shown_so_and_the_others_are_planned_and_made() -> None:
    box = OneDenied()
    run = Run(box, step("a", Toy("x")), step("b", Toy("y")), step("c", Toy("z")))

    assert [one.failed for one in run.agreed.steps] == ["", "no", ""]
    assert run.agreed.failure is not None
    assert not run.agreed.is_settled
    with pytest.raises(AwsRefused):
        run.go()

    assert run.applied == ["toy x", "toy z"]


IN_THE_WAY = {"x": {"InTheWay": ["box"]}}


@pytest.mark.parametrize("chosen", [("a", "b"), ("b",)], ids=["both steps", "the later step alone"])
def test_what_rests_on_a_blocked_step_is_held_and_the_rest_of_its_step_is_made(
    chosen: tuple[str, ...],
) -> None:
    box = Box(dict(IN_THE_WAY))
    records = step("a", Toy("x"))
    steps = [records, replace(step("b", Toy("y"), Toy("z", rests_on="a")), heeds=(records,))]
    run = Run(box, *(one for one in steps if one.id in chosen)).go()

    assert run.applied == ["toy y"]
    [held] = [one.step for one in run.done if isinstance(one, NotDone) and one.step.id == "b"]
    assert [change.want.label for change in held.blocked] == ["toy z"]
    assert "step a" in held.stuck


def test_what_rests_on_a_step_that_was_taken_over_is_made() -> None:
    box = Box(dict(IN_THE_WAY))
    records = step("a", Toy("x"))
    later = replace(step("b", Toy("z", rests_on="a")), heeds=(records,))

    run = Run(box, records, later, take_over=frozenset({"a"})).go()

    assert run.applied[-1] == "toy z"


def test_a_change_of_several_calls_is_done_when_the_last_is_accepted() -> None:
    box = Box(refusals={"PutSize x": ["LimitExceededException"]})
    run = Run(box, step("a", Toy("x", size=2)))

    with pytest.raises(Stopped):
        run.go()

    assert box.sent == ["CreateToy x"]
    assert run.applied == []


@pytest.mark.parametrize("calls", range(5))
def test_an_apply_that_stopped_after_any_call_is_finished_by_the_next(calls: int) -> None:
    steps = [step("a", Toy("x", size=2), Toy("y")), step("b", Toy("z", size=2))]
    box = Box()
    left = iter(range(calls))

    def fail_later(call: Call) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    box.before_send = fail_later
    with pytest.raises(KeyboardInterrupt):
        Run(box, *steps).go()
    box.before_send = lambda _: None

    Run(box, *steps).go()

    assert plan(box, *steps).is_settled
    assert len(box.sent) == len(set(box.sent)) == 5


def test_what_aws_accepted_but_does_not_keep_is_found_out_in_a_proved_step() -> None:
    box = Box()

    box.forgets = True
    run = Run(box, step("a", Toy("x"), proved=True))

    with pytest.raises(Stopped, match="does not show them: toy x"):
        run.go()

    assert run.applied == ["toy x"]
    box.forgets = False
    Run(box, step("a", Toy("x"), proved=True)).go()
    assert "x" in box.toys


def test_record_changes_of_one_zone_are_one_call_and_those_of_another_a_second() -> None:
    box = Box()
    seen: list[Call] = []
    box.before_send = seen.append

    run = Run(box, step("a", Entry("Z1", "r1"), Entry("Z1", "r2"), Entry("Z2", "r3"))).go()

    assert box.sent == ["ChangeToys Z1", "ChangeToys Z2"]
    assert seen[0].params["ChangeBatch"]["Changes"] == [
        ("DELETE", "old"),
        ("CREATE", "r1"),
        ("CREATE", "r2"),
    ]
    assert run.applied == ["record r1", "record r2", "record r3"]


def test_record_changes_are_joined_only_where_they_follow_each_other() -> None:
    box = Box()

    Run(box, step("a", Entry("Z1", "r1"), Toy("x"), Entry("Z1", "r2"))).go()

    assert box.sent == ["ChangeToys Z1", "CreateToy x", "ChangeToys Z1"]


def test_changes_of_a_batch_that_is_refused_are_not_reported() -> None:
    box = Box(refusals={"ChangeToys Z1": ["AccessDenied"]})
    run = Run(box, step("a", Entry("Z1", "r1"), Entry("Z1", "r2")))

    with pytest.raises(Stopped):
        run.go()

    assert run.applied == []


def test_what_is_there_already_when_it_is_created_is_taken_for_done() -> None:
    """A reply was lost, botocore tried again, and AWS says that it exists."""
    box = Box(loses_replies=True)
    steps = [step("a", Toy("x", size=2), Toy("y"))]

    run = Run(box, *steps).go()

    assert sorted(run.applied) == ["toy x", "toy y"]
    assert plan(box, *steps).is_settled
    assert sorted(box.sent) == ["CreateToy x", "CreateToy y", "PutSize x"]


def test_somebody_elses_creation_in_the_same_moment_is_brought_in_line() -> None:
    box = Box(refusals={"CreateToy x": ["AlreadyExistsException"]})
    run = Run(box, step("a", Toy("x")))

    def somebody(call: Call) -> None:
        box.toys.setdefault("x", {"Colour": "blue", "Size": 1})

    box.before_send = somebody
    fresh = box.answer
    reads = iter([None])

    def not_there_yet(asked: object) -> object:
        return next(reads, None) if "x" not in box.toys else fresh(asked)  # type: ignore[arg-type]

    box.answer = not_there_yet  # type: ignore[method-assign, assignment]
    run.go()

    assert run.applied == ["toy x"]
    assert box.sent == ["PutColour x"]
    assert box.toys["x"] == red("x")


def test_what_exists_but_cannot_be_read_ends_the_apply_instead_of_going_round() -> None:
    box = Box(refusals={"CreateToy x": ["AlreadyExistsException"] * 9})

    with pytest.raises(Stopped):
        Run(box, step("a", Toy("x"))).go()

    assert len(box.refusals["CreateToy x"]) == 8


NOT_YET = (Refusal("BadRequestException"),)


def test_a_refusal_that_passes_is_waited_for() -> None:
    box = Box(refusals={"CreateToy x": ["BadRequestException"] * 3})

    run = Run(box, step("a", Toy("x", not_yet=NOT_YET))).go()

    assert box.sent == ["CreateToy x"]
    assert run.slept == [1, 2, 4]


def test_a_refusal_that_does_not_pass_ends_the_apply_after_a_bounded_time() -> None:
    box = Box(refusals={"CreateToy x": ["BadRequestException"] * 99})
    run = Run(box, step("a", Toy("x", not_yet=NOT_YET)))

    with pytest.raises(Stopped):
        run.go()

    assert sum(run.slept) <= wait.PROPAGATION
    assert box.sent == []


def test_the_same_refusal_of_another_call_is_not_waited_for() -> None:
    box = Box(refusals={"CreateToy x": ["BadRequestException"]})
    run = Run(box, step("a", Toy("x")))

    with pytest.raises(Stopped):
        run.go()

    assert run.slept == []
