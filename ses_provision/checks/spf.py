"""SPF of the MAIL FROM domain, judged as receivers judge it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.views import State
from ses_provision.checks.whom import Whom
from ses_provision.outside.reading import Reading
from ses_provision.resources import record_sets
from ses_provision.resources.spf import Judged, judged
from ses_provision.resources.spf_record import TAG


def with_judgement(report: RecordReport, whom: Whom) -> Reading[RecordReport]:
    """The report of the SPF record, with what is wrong with it where something is."""
    if not report.deciding or report.record.tag != TAG:
        return report
    found = yield from look(
        report.deciding[0].values, report.record.name, whom.resolvers, dns=whom.dns
    )
    if found is None or found.passes:
        return report
    if found.is_unknown:
        return replace(report, spf=found)
    views = tuple(
        replace(view, state=State.WRONG) if view.state is State.RIGHT else view
        for view in report.views
    )
    return replace(report, spf=found, views=views)


def look(
    texts: Iterable[str], name: str, resolvers: Sequence[str], *, dns: bool = True
) -> Reading[Judged | None]:
    """What receivers make of the one SPF record among the strings; None without exactly one."""
    records = [text for text in texts if record_sets.is_kind(text, TAG)]
    if len(records) != 1:
        return None
    return (yield from judged(records[0], name, resolvers, dns=dns))
