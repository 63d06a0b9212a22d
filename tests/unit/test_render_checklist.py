"""The checklist of several environments: on a screen of any width, and as a page for any paper."""

from __future__ import annotations

import re

import pytest

from ses_provision.checks.finding import Finding, Severity, Status
from ses_provision.checks.report import Checklist
from ses_provision.checks.topic import Looked
from ses_provision.render import checklist, checklist_html
from tests.functional.test_checklist_formats import Page
from tests.unit.rendering import shown
from tests.unit.toys import NOON


def item(number: int, status: Status, severity: Severity, next_step: str = "") -> Finding:
    """An item."""
    name = f"SES-TOY-00{number}"
    return Finding(name, f"Toy number {number}", status, f"seen {number}", next_step, severity)


FINDINGS = (
    item(1, Status.DONE, Severity.BLOCKER),
    item(2, Status.ACTION, Severity.ADVICE, "ses-provision apply --env e"),
    item(3, Status.WAITING, Severity.BLOCKER, "wait"),
    item(4, Status.ACTION, Severity.WARNING, "ses-provision apply --env e"),
    item(5, Status.ACTION, Severity.WARNING),
)


def environment(number: int, findings: tuple[Finding, ...] = FINDINGS) -> Checklist:
    """An environment with one topic."""
    topics = (Looked("toys", "Toys", findings, "A note."),) if findings else ()
    return Checklist(f"env{number}", "example.com", "111122223333", "eu-west-1", NOON, topics)


def test_what_is_to_be_done_is_grouped_by_what_it_is_and_ordered_by_its_severest_item() -> None:
    tasks = environment(0).tasks

    assert [task.next_step for task in tasks] == ["wait", "ses-provision apply --env e", ""]
    assert [task.severity for task in tasks] == ["blocker", "warning", "warning"]
    assert [one.id for one in tasks[1].findings] == ["SES-TOY-004", "SES-TOY-002"]


def test_every_open_item_is_in_exactly_one_task() -> None:
    value = environment(0)

    told = [one for task in value.tasks for one in task.findings]
    assert sorted(told, key=lambda one: one.id) == sorted(value.open, key=lambda one: one.id)
    assert set(value.told_at) == {one.id for one in value.open}


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("count", [2, 5, 30])
def test_every_status_of_every_environment_is_in_a_matrix_that_fits(width: int, count: int) -> None:
    found = shown(checklist.side_by_side([environment(n) for n in range(count)], width), width)

    matrices = found[: found.index("\nenv0: ")]
    assert max(map(len, found.splitlines())) <= width
    assert matrices.count("✔ done") == count
    assert matrices.count("✘ action") == 3 * count


def test_an_environment_of_which_nothing_is_looked_at_is_shown_without_items() -> None:
    found = shown(checklist.side_by_side([environment(0, ()), environment(1, ())], 80), 80)

    assert "env1: nothing open." in found


@pytest.mark.parametrize("count", [1, 2, 5, 30])
def test_a_page_has_room_for_any_number_of_environments(count: int) -> None:
    text = checklist_html.render([environment(number) for number in range(count)])
    page = Page(text)

    assert page.stack == []
    assert page.tags.count("h2") == count
    assert set(page.links) <= set(page.ids)
    for head in re.findall(r'<table class="matrix">(.*?)</thead>', text):
        assert head.count("<th>") <= checklist_html.ABREAST
    assert text.count('<table class="matrix">') == (0 if count == 1 else -(-count // 4))


def test_the_page_leaves_the_paper_to_the_reader_and_numbers_what_is_printed() -> None:
    style = checklist_html.render([environment(0)])

    assert not re.search(r"(?<![-\w])size:", style)
    assert "counter(page)" in style
    assert "counter(pages)" in style


def test_an_item_whose_next_step_is_told_elsewhere_leads_there() -> None:
    page = checklist_html.render([environment(0)])

    assert 'Next: see <a href="#env0-SES-TOY-004">SES-TOY-004</a>' in page
    assert page.count("Next: <code>") == 1
