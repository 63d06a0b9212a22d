"""Does AWS let this account send to anybody? Sandbox, review, enforcement, suppression."""

from __future__ import annotations

from ses_provision.checks.finding import Severity
from ses_provision.checks.topic import (
    Item,
    Judgement,
    Scene,
    Topic,
    action,
    done,
    not_applicable,
    unknown,
    waiting,
)
from ses_provision.outside.reading import Reading, ask, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.prices import shipped
from ses_provision.resources.ses.account import Access, SendingAccount, console, sending_account

SUPPRESSED = frozenset({"BOUNCE", "COMPLAINT"})
NEARLY = 0.8  # of the daily quota
CHEAPEST = "NONE"  # the plan without one: SES by the piece
UNLIMITED = -1  # SendQuota.Max24HourSend of an account without a limit (SESv2 API reference)


def account(scene: Scene) -> Reading[SendingAccount]:
    """What SES says of the account; all of it holds for this region alone."""
    return (yield from sending_account(scene.env.region))


def sandbox(scene: Scene) -> Reading[Judgement]:
    """May it send to addresses that are not verified?"""
    found = (yield from account(scene)).access
    allowed = f"{found.daily:g} mails a day, {found.rate:g} a second"
    case = f", case {found.case_id}" if found.case_id else ""
    match found.state:
        case Access.GRANTED:
            return done(f"{scene.env.region} is out of the sandbox: {allowed}")
        case Access.PENDING:
            return waiting(
                f"AWS is reviewing the request{case}; until then {allowed}",
                f"ses-provision request-access {scene.on} --wait (usually within 24 hours)",
            )
        case Access.DENIED:
            return action(
                f"AWS denied the request{case}, or waits for answers",
                f"AWS Support console, case {found.case_id or 'of the request'}: answer there; a "
                "new request is refused",
            )
        case Access.FAILED:
            return action(
                f"the review failed inside AWS{case}",
                f"ses-provision request-access {scene.on} --submit",
            )
    return action(
        f"{scene.env.region} is in the sandbox: {allowed}, to verified addresses only",
        f"ses-provision request-access {scene.on} --submit, once DKIM is verified",
    )


def sending(scene: Scene) -> Reading[Judgement]:
    """Has AWS paused it, or put it under review?"""
    found = yield from account(scene)
    status, enabled = found.enforcement or "", bool(found.sending_enabled)
    evidence = f"enforcement status {status or 'not told'}, sending {'on' if enabled else 'off'}"
    if not status:
        return unknown(evidence, console(scene.env.region, "Account dashboard"))
    if status != "HEALTHY":
        return action(
            f"{evidence}: AWS {'has paused' if status == 'SHUTDOWN' else 'reviews'} this account",
            f"{console(scene.env.region, 'Account dashboard')}: read what AWS wrote and answer it",
        )
    if not enabled:
        return action(
            evidence,
            f"find out why; to go on: ses-provision resume {scene.on} --account",
        )
    return done(evidence)


def quota(scene: Scene) -> Reading[Judgement]:
    """Is there room for today's mails?"""
    found = (yield from account(scene)).access
    if found.daily == UNLIMITED:
        return done(f"{found.sent:g} sent in 24 hours, no daily limit")
    evidence = f"{found.sent:g} of {found.daily:g} mails sent in 24 hours"
    if found.daily <= 0:
        return unknown(evidence, console(scene.env.region, "Account dashboard"))
    if found.sent >= NEARLY * found.daily:
        twice = 2 * found.daily
        return action(evidence, f"ses-provision quota {scene.on} --request {twice:.0f}")
    return done(evidence)


def suppression(scene: Scene) -> Reading[Judgement]:
    """Does the account keep addresses that bounced or complained?"""
    found = yield from account(scene)
    lacking = sorted(SUPPRESSED - found.suppressed_reasons)
    if lacking:
        return action(
            f"the account's suppression list leaves out {' and '.join(lacking)}",
            f"ses-provision suppression settings {scene.on} --reason BOUNCE --reason COMPLAINT",
        )
    return done("the account suppresses BOUNCE and COMPLAINT")


def plan(scene: Scene) -> Reading[Judgement]:
    """By which plan does AWS charge, and what does that cost?"""
    found = yield from account(scene)
    if not found.plan:
        return not_applicable("AWS does not tell by which plan it charges")
    later = f"; from next month on {cost(found.next_plan)}" if found.next_plan else ""
    beside = "" if found.plan == CHEAPEST else f"; beside it {cost(CHEAPEST)}"
    return done(f"{cost(found.plan)}{later}{beside}")


def cost(name: str) -> str:
    """A plan and its prices, as they are known."""
    prices = shipped()
    known = prices.plans.get(name)
    if known is None:
        return f"plan {name}, of which no price is known here"
    fee = f"{prices[known.fee].tiers[0].price:f} $ a month and " if known.fee else ""
    thousand = prices[known.mail].tiers[0].price * 1000
    return f"{known.title} ({name}), {fee}{thousand:.2f} $ per 1,000 recipients"


def recommendations(scene: Scene) -> Reading[Judgement]:
    """What does SES itself recommend? It says so where Virtual Deliverability Manager is on."""
    found = yield from account(scene)
    if not found.vdm_enabled:
        return not_applicable("Virtual Deliverability Manager is off")
    asked = question(
        "sesv2",
        scene.env.region,
        "ListRecommendations",
        on=EVERYTHING,
        nothing={"Recommendations": []},
        pages=True,
    )
    [listed] = yield from ask(asked)
    name = f"identity/{scene.env.domain}"
    still = [
        one
        for one in (listed or {}).get("Recommendations", ())
        if one.get("Status") == "OPEN" and one.get("ResourceArn", "").endswith(name)
    ]
    if still:
        said = "; ".join(f"{one.get('Type')}: {one.get('Description')}" for one in still)
        return action(said, console(scene.env.region, "Virtual Deliverability Manager > Advisor"))
    return done(f"SES recommends nothing for {scene.env.domain}")


TOPIC = Topic(
    "account",
    "Account",
    (
        Item("SES-SANDBOX-001", "Production access", sandbox),
        Item("SES-ACCOUNT-001", "AWS lets the account send", sending),
        Item("SES-QUOTA-001", "Room in the daily quota", quota, Severity.WARNING),
        Item("SES-ACCOUNT-002", "Account suppression list is on", suppression, Severity.WARNING),
        Item("SES-ACCOUNT-003", "SES has no recommendation", recommendations, Severity.ADVICE),
        Item("SES-ACCOUNT-004", "The account's plan and its price", plan, Severity.ADVICE),
    ),
)
