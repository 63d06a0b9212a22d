"""Why a record is not where it should be, and what to do about it. Pure."""

from __future__ import annotations

from ses_provision.checks import mistakes
from ses_provision.checks.delegation import HOSTED, Delegation, remedy
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.views import Kind, State
from ses_provision.dataclass import dataclass
from ses_provision.environment import Environment
from ses_provision.names import parents
from ses_provision.resources import dkim_record, dmarc_record, record_sets
from ses_provision.resources.dmarc_policy import InForce
from ses_provision.resources.dmarc_record import TAG as DMARC_TAG
from ses_provision.resources.spf import Judged, reason
from ses_provision.resources.spf_record import TAG as SPF_TAG
from ses_provision.resources.spf_record import with_ses
from ses_provision.steps.records import PublishedRecord


@dataclass(frozen=True)
class Verdict:
    """Where the domain stands: a stable code, the cause in a sentence, and what to do."""

    code: str
    cause: str
    fix: str = ""


def on(env: Environment) -> str:
    """The option that names the environment."""
    return f" --env {env.name}"


def publish(env: Environment, record: PublishedRecord) -> str:
    """How a record of ours gets into the zone."""
    setting = record.tag == DMARC_TAG and env.dmarc is None
    first = f"add [dmarc] to config/{env.name}.toml, then: " if setting else ""
    if env.dns.is_by_hand:
        return f"{first}publish it as `ses-provision dns{on(env)}` shows it"
    return f"{first}ses-provision apply{on(env)}"


def why(env: Environment, one: RecordReport, delegation: Delegation) -> Verdict:
    """The cause, from the most telling sign to the plainest."""
    how, name = one.instead
    zone = next(iter(one.of(Kind.ZONE)), None)
    entered = (
        mistakes.in_value(one.record, one.answer, [env.domain, *parents(env.domain)])
        or mistakes.at_another_name(one.record, how, name)
        or mistakes.hidden(one.record, how)
    )
    if entered is not None:
        return Verdict(entered.code, entered.what, entered.way_out)
    if one.stands_in_zone:
        return not_served(env, one, delegation)
    if zone is not None and zone.note and zone.state is State.MISSING:
        return Verdict(
            "delegated-away",
            f"{one.label}: {zone.note}, which takes it out of {delegation.zone_kind} {zone.who}",
            "remove that delegation, or publish the record in the zone it leads to",
        )
    if how == "wildcard":
        return Verdict(
            "wildcard",
            f"{one.label} is not in the zone; the wildcard {name} answers in its place",
            f"{publish(env, one.record)} (a record of its own wins over the wildcard, which may "
            "stay)",
        )
    unread = zone is not None and zone.state is State.NOT_ASKED
    if unread and one.state is State.MISSING:
        return zone_not_read(one, delegation)
    return plain_fault(env, one)


def zone_not_read(one: RecordReport, delegation: Delegation) -> Verdict:
    """DNS does not show a record, and nobody knows whether the hosted zone has it."""
    note = delegation.zone_problem or one.of(Kind.ZONE)[0].note
    return Verdict(
        "could-not-ask",
        f"{one.label} is not in DNS, and whether it is in the hosted zone could not be looked up: "
        f"{note}",
        delegation.zone_fix,
    )


def plain_fault(env: Environment, one: RecordReport) -> Verdict:
    """What the views themselves say."""
    if one.spf is not None:
        return spf_fault(env, one, one.spf)
    if one.in_force is not None and one.falls_short:
        return weaker(env, one, one.in_force)
    record, seen = one.record, next(v for v in one.deciding if v.state is not State.RIGHT)
    values = " and ".join(seen.values)
    match seen.state:
        case State.ALIASED:
            return Verdict(
                "cname-in-the-way",
                f"{record.name} is a {seen.note}, and beside a CNAME nothing else can stand",
                f"remove the CNAME at {record.name} if nothing needs it (or choose another "
                f"mail_from.subdomain), then {publish(env, record)}",
            )
        case State.SEVERAL:
            return several(env, one, values)
        case State.WRONG if dkim_record.is_key_record(record.name, record.type):
            found = " and ".join(map(dkim_record.shown, seen.values))
            return Verdict(
                "wrong-value",
                f"{one.label} holds {found}, not {dkim_record.shown(record.value)} that signs",
                f"{publish(env, record)} (it shows both values before it replaces one)",
            )
        case State.WRONG:
            return Verdict(
                "wrong-value",
                f"{one.label} is {values}, not {record.value}",
                f"{publish(env, record)} (it shows both values before it replaces one)",
            )
    if one.in_force is not None and one.in_force.why_none:
        return Verdict("missing", one.in_force.why_none, publish(env, record))
    held = "hosted zone" if env.dns.in_route53 else "zone"
    where = "in DNS" if env.dns.is_by_hand else f"in the {held}"
    return Verdict("missing", f"{one.label} is not {where}", publish(env, record))


def spf_fault(env: Environment, one: RecordReport, found: Judged) -> Verdict:
    """An SPF record that does not let SES send, and what it would have to be."""
    take_over = f"ses-provision apply{on(env)} --take-over mail-from"
    ours = "" if env.dns.is_by_hand else f"; or put ours in its place: {take_over}"
    texts = [text for text in one.answer if record_sets.is_kind(text, SPF_TAG)]
    return Verdict(
        "wrong-value",
        f"{one.label} is {texts[0]}; {reason(found)}",
        f"make it {with_ses(texts[0])}{ours}",
    )


def weaker(env: Environment, one: RecordReport, force: InForce) -> Verdict:
    """A DMARC record, of the domain or inherited, that asks for less than the file."""
    wanted = dmarc_record.parse(one.record.value) or dmarc_record.DmarcRecord()
    above = f" of {force.stands_at}" if force.is_inherited else ""
    theirs = not force.is_inherited and (env.dns.is_by_hand or force.alias)
    return Verdict(
        "wrong-value",
        f"the policy in force for {force.domain} is {force.written}, by {force.text}{above}, and "
        f"dmarc.policy asks for {wanted.policy}",
        in_its_place(force, wanted) if theirs else publish(env, one.record),
    )


def in_its_place(force: InForce, wanted: dmarc_record.DmarcRecord) -> str:
    """What a weaker record has to become, where it stands."""
    live = force.record
    better = wanted if live is None or live.flaw else dmarc_record.raised(live, wanted)
    where = f" at {force.alias}, where _dmarc.{force.stands_at} leads" if force.alias else ""
    return f"put in its place{where}: {dmarc_record.render(better)}"


def several(env: Environment, one: RecordReport, values: str) -> Verdict:
    """More than one record where one may stand."""
    if one.record.type == "MX":
        return Verdict(
            "several-mx",
            f"{one.record.name} has several mail exchangers ({values}); SES wants exactly one",
            f"remove all but {one.record.value}; if somebody receives mail at {one.record.name}, "
            "choose another mail_from.subdomain",
        )
    return Verdict(
        "several-txt",
        f"{one.record.name} has several {one.record.tag} records ({values}), and receivers then "
        "use none",
        f"leave one of them, then {publish(env, one.record)}",
    )


def not_served(env: Environment, one: RecordReport, delegation: Delegation) -> Verdict:
    """In the hosted zone, but some of the name servers that are asked do not have it."""
    lacking = [v.who for v in one.of(Kind.AUTHORITATIVE) if v.state is not State.RIGHT]
    strangers = [who for who in lacking if who in delegation.strangers]
    found = remedy(env, delegation) if strangers else None
    if found is not None:
        return Verdict(
            found.code,
            f"{one.label} is in the {delegation.zone_kind}, but {found.cause}; "
            f"{', '.join(strangers)} does not have it",
            found.fix,
        )
    return Verdict(
        "not-served-yet",
        f"{one.label} is in the {delegation.zone_kind}, but {', '.join(lacking)} does not answer "
        "with it yet",
        "wait a minute: Route 53 usually tells its name servers within 60 seconds"
        if delegation.zone_kind == HOSTED
        else "wait until that server has fetched the zone; where it does not, see that the primary "
        "notifies it",
    )
