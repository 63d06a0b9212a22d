"""What the reports say about one environment, and whether its policy may become stricter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ses_provision.checks.dmarc_reports import Answer, Reported
from ses_provision.dataclass import dataclass
from ses_provision.names import is_within
from ses_provision.operations.dmarc.collecting import Flaw, Held
from ses_provision.operations.dmarc.raising import way_to
from ses_provision.operations.dmarc.sources import Kind, Source, sources
from ses_provision.resources.dmarc_record import STRENGTH

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.operations.dmarc.aggregate import Published, Report, Row

LEAST_DAYS, LEAST_MAILS = 14, 100
"""What has to be seen of our own mail before anything can be said."""
MOST_FAILING = 0.01
"""The part of our mail that may fail, for DNS does not always answer receivers; and the part of all
mail that may be of unknown senders, for there is always somebody who forges."""
DAYS_OF_A_SENDER = 3
"""Who sends on so many days may be a sender of ours that was forgotten."""
MOST_NAMED = 5
FATE = {"quarantine": "put into spam", "reject": "refused"}


@dataclass(frozen=True)
class Summary:
    """What the reports on an environment's domain say, and what follows."""

    domain: str
    since: date
    reports: int
    older: int
    reporters: tuple[str, ...]
    days: frozenset[date]
    sources: tuple[Source, ...]
    policy: str
    published: Published | None
    answer: Answer
    wanted: str
    because: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def mails(self) -> int:
        """How many mails were counted."""
        return sum(one.mails for one in self.sources)

    @property
    def passed(self) -> int:
        """How many of them DMARC lets through."""
        return sum(one.passed for one in self.sources)


def judged(
    env: Environment, held: Sequence[Held], now: datetime, days: int, folder: Sequence[Environment]
) -> Summary:
    """What the reports of some days say about an environment; `folder` is what else is known."""
    since = now - timedelta(days=days)
    concerned = [(one.report, rows) for one in held if (rows := of_domain(one.report, env.domain))]
    counted = [(report, rows) for report, rows in concerned if report.end >= since]
    mail_from = frozenset(one.mail_from_domain for one in [env, *folder])
    found = sources(((row, report.days) for report, rows in counted for row in rows), mail_from)
    covered = frozenset(day for report, _ in counted for day in report.days)
    newest = max((report for report, _ in counted), key=newness, default=None)
    published = newest.published if newest else None
    way = way_to(env, published, folder)
    answer, because = judgement(found, len(covered), way.wanted)
    steps = way.steps if answer in {Answer.YES, Answer.ASK} else ()
    if answer is Answer.NO:
        steps = (f"ses-provision dkim-status --env {env.name}",)
    return Summary(
        env.domain,
        since.date(),
        len(counted),
        len(concerned) - len(counted),
        tuple(sorted({report.reporter for report, _ in counted}, key=str.lower)),
        covered,
        tuple(found),
        way.policy,
        published,
        answer,
        way.wanted,
        tuple(because),
        steps,
    )


def newness(report: Report) -> tuple[datetime, int]:
    """By which of several reports the policy is told: of one time, by that which saw the stricter,
    for a policy becomes so in the course of a day."""
    return report.end, STRENGTH.get(report.published.policy, -1)


def of_domain(report: Report, domain: str) -> list[Row]:
    """The records about mail from a domain or from below it, where the report is on the policy
    that holds for it."""
    if not is_within(domain, report.published.domain):
        return []
    return [row for row in report.rows if is_within(row.domain, domain)]


def elsewhere(held: Sequence[Held], envs: Sequence[Environment]) -> list[Flaw]:
    """The reports that are about none of the environments."""
    domains = sorted({env.domain for env in envs})
    about = domains[0] if len(domains) == 1 else f"one of {', '.join(domains)}"
    return [
        Flaw(one.file, f"is about {one.report.published.domain}, not about {about}: not counted")
        for one in held
        if not any(is_within(domain, one.report.published.domain) for domain in domains)
    ]


def judgement(found: Sequence[Source], days: int, wanted: str) -> tuple[Answer, list[str]]:
    """Whether to go on to the wanted policy, and what speaks for and against it."""
    ours = [one for one in found if one.kind in {Kind.US, Kind.OTHER}]
    told = failures(found, wanted)
    if sum(one.failed for one in ours) > sum(one.mails for one in ours) * MOST_FAILING:
        return Answer.NO, told
    if not wanted:
        return Answer.STRONGEST, told
    lacking = list(missing(found, sum(one.mails for one in ours), days))
    if lacking:
        return Answer.NOT_YET, [*lacking, *told]
    strangers = [one for one in found if one.kind is Kind.UNKNOWN]
    often = any(len(one.days) >= DAYS_OF_A_SENDER for one in strangers)
    many = sum(one.mails for one in strangers) > sum(one.mails for one in found) * MOST_FAILING
    return (Answer.ASK if often or many else Answer.YES), told


def missing(found: Sequence[Source], ours: int, days: int) -> Iterator[str]:
    """What has not been seen yet that has to be."""
    if not found:
        yield "no report is about mail from this domain in these days"
        return
    if days < LEAST_DAYS:
        yield f"{counted(days, 'day')} covered, of {LEAST_DAYS} at least"
    if ours < LEAST_MAILS:
        yield f"{counted(ours, 'mail')} of ours seen, of {LEAST_MAILS} at least"


def failures(found: Sequence[Source], wanted: str) -> list[str]:
    """What fails, by whose it is, and what would become of ours."""
    told = []
    failed = {kind: [one for one in found if one.kind is kind and one.failed] for kind in Kind}
    if failed[Kind.US]:
        fate = FATE.get(wanted.partition(" ")[0], "refused")
        what = counted(sum(one.failed for one in failed[Kind.US]), "mail")
        told.append(f"{what} of ours through SES would be {fate}: neither SPF nor DKIM aligns")
    if failed[Kind.FORWARDER]:
        what = counted(sum(one.failed for one in failed[Kind.FORWARDER]), "mail")
        told.append(f"{what} that lists or forwarders changed: {named(failed[Kind.FORWARDER])}")
    if failed[Kind.UNKNOWN]:
        what = counted(sum(one.failed for one in failed[Kind.UNKNOWN]), "mail")
        told.append(f"{what} of unknown senders: {named(failed[Kind.UNKNOWN])}")
    return told


def named(strangers: Sequence[Source]) -> str:
    """Senders by name with what fails of theirs, those with the most mails first."""
    told = [
        f"{one.name} ({one.failed:,} on {counted(len(one.days), 'day')})"
        for one in strangers[:MOST_NAMED]
    ]
    more = len(strangers) - len(told)
    return ", ".join([*told, *([f"and {more:,} more"] if more else [])])


def counted(number: int, what: str) -> str:
    """A number with what it counts."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def for_checklist(env: Environment, found: Summary) -> Reported:
    """What the checklist says of it, in a sentence."""
    told = list(found.because)
    if found.mails:
        share = f"{found.passed:,} of {counted(found.mails, 'mail')} pass"
        told.insert(0, f"reports of {counted(len(found.days), 'day')}: {share}")
    first = {
        Answer.NO: f"mend what fails: ses-provision dkim-status --env {env.name}",
        Answer.NOT_YET: "wait for more reports",
        Answer.ASK: "make sure that none of those senders is yours",
    }
    return Reported(found.answer, "; ".join(told), first.get(found.answer, ""))
