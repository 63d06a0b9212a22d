"""From what everybody sees to one verdict, without any AWS."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.checks.delegation import Delegation
from ses_provision.checks.diagnosis import REPORTED, Ses, verdicts
from ses_provision.checks.record_report import RecordReport
from ses_provision.checks.views import Kind, State, View, state_of
from ses_provision.checks.whom import Whom
from ses_provision.environment import loading
from ses_provision.steps.records import PublishedRecord, mx, records_to_publish, spf
from tests.conftest import CONFIG

ENV = loading.load("prod", CONFIG)
PENDING = Ses(exists=True, verification_status="PENDING", dkim_status="PENDING")
SETTLED = Ses(True, "SUCCESS", True, "SUCCESS", "SUCCESS")
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DELEGATION = Delegation("a.example", ("ns1",), "Z1", "a.example", ("ns1",))


def seen(record: PublishedRecord, *views: View) -> RecordReport:
    """A record with views."""
    return RecordReport(record, views)


def view(kind: Kind, state: State, who: str = "ns1", **more: object) -> View:
    """One view."""
    return View(kind, who, state, **more)  # type: ignore[arg-type]


RIGHT = [
    seen(one, view(Kind.ZONE, State.RIGHT, "Z1"), view(Kind.AUTHORITATIVE, State.RIGHT))
    for one in records_to_publish(ENV, None)
]

SES_ANSWERS = st.builds(
    Ses,
    exists=st.booleans(),
    verification_status=st.sampled_from(["PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE"]),
    verified_for_sending=st.booleans(),
    dkim_status=st.sampled_from(["PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE"]),
    mail_from_status=st.sampled_from(["PENDING", "SUCCESS", "FAILED", "TEMPORARY_FAILURE"]),
    error=st.sampled_from(["", "SOMETHING_NEW", *REPORTED]),
    last_checked=st.none() | st.just(AT),
    soa_server=st.sampled_from(["", "ns1", "ns9"]),
)
VIEWS = st.lists(
    st.builds(
        View,
        kind=st.sampled_from(Kind),
        who=st.sampled_from(["ns1", "ns9", "1.1.1.1"]),
        state=st.sampled_from(State),
        values=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
        note=st.sampled_from(["", "CNAME to x"]),
    ),
    max_size=4,
).map(tuple)
REPORTS = st.lists(
    st.builds(
        RecordReport,
        record=st.sampled_from(records_to_publish(ENV, None)),
        views=VIEWS,
        instead=st.sampled_from([("", ""), ("doubled", "x.a.a"), ("wildcard", "*.a")]),
    ),
    max_size=4,
)
DELEGATIONS = st.builds(
    Delegation,
    apex=st.just("a.example"),
    servers=st.sampled_from([(), ("ns1",), ("ns9",), ("ns1", "ns9")]),
    zone_servers=st.sampled_from([(), ("ns1",)]),
    zone_problem=st.sampled_from(["", "denied"]),
    dns_problem=st.sampled_from(["", "time-out"]),
)


@given(SES_ANSWERS, REPORTS, DELEGATIONS)
def test_there_is_always_a_verdict_with_a_cause_and_never_missing_where_nobody_was_asked(
    ses: Ses, records: list[RecordReport], delegation: Delegation
) -> None:
    found = list(verdicts(ENV, ses, records, delegation))

    assert found
    assert all(one.code and one.cause for one in found)
    assert all(one.fix or one.code == "verified" for one in found)
    nobody = all(one.state in {State.NOT_ASKED, State.RIGHT} for one in records)
    faults = {"missing", "wrong-value", "several-mx", "several-txt", "cname-in-the-way"}
    assert not (nobody and faults & {one.code for one in found})


@pytest.mark.parametrize(
    ("ses", "code", "said"),
    [
        (Ses(), "no-identity", "knows no identity"),
        (PENDING, "not-looked", "SES has not looked yet"),
        (Ses(True, "PENDING", last_checked=AT), "not-looked", "since 09:30 UTC"),
        (
            Ses(True, "PENDING", error="DNS_SERVER_ERROR", last_checked=AT),
            "not-looked",
            "name servers did not answer it",
        ),
        (Ses(True, "PENDING", error="REPLICATION_PRIMARY_NOT_FOUND"), "replication", "no such"),
        (Ses(True, "FAILED", dkim_status="FAILED"), "gave-up", "72 hours"),
        (Ses(True, "TEMPORARY_FAILURE"), "lost-for-a-while", "goes on looking"),
        (SETTLED, "verified", "signed and aligned"),
    ],
)
def test_with_right_records_ses_has_the_word(ses: Ses, code: str, said: str) -> None:
    first = next(verdicts(ENV, ses, RIGHT, DELEGATION))

    assert first.code == code
    assert said in first.cause


def test_a_name_delegated_away_inside_the_zone_is_named() -> None:
    away = view(Kind.ZONE, State.MISSING, "Z1", note="_domainkey.a is delegated to ns9")
    lacking = view(Kind.AUTHORITATIVE, State.MISSING)

    first = next(verdicts(ENV, PENDING, [seen(mx(ENV), away, lacking)], DELEGATION))

    assert first.code == "delegated-away"
    assert "takes it out of hosted zone Z1" in first.cause


def test_what_is_said_of_a_hosted_zone_that_could_not_be_read_is_not_lost() -> None:
    unread = Delegation(zone_problem="no such zone", zone_hint="correct dns.zone_id")
    asked = [seen(mx(ENV), view(Kind.ZONE, State.NOT_ASKED, note="no such zone"))]

    first = next(verdicts(ENV, PENDING, asked, unread))

    assert (first.code, first.fix) == ("could-not-ask", "correct dns.zone_id")


def test_a_fault_of_a_verified_domain_says_how_long_it_lasts() -> None:
    lacking = seen(mx(ENV), view(Kind.ZONE, State.MISSING, "Z1"))

    first = next(verdicts(ENV, SETTLED, [lacking], DELEGATION))

    assert "SES still says SUCCESS; it gives up 72 hours after it notices" in first.cause


def test_external_dns_is_published_by_hand() -> None:
    env = ENV.model_copy(
        update={"dns": ENV.dns.model_copy(update={"provider": "external", "zone_id": None})}
    )
    lacking = seen(mx(env), view(Kind.AUTHORITATIVE, State.MISSING))

    first = next(verdicts(env, PENDING, [lacking], Delegation("a.example", ("ns1",))))

    assert first.fix == "publish it as `ses-provision dns --env prod` shows it"
    assert "is not in DNS" in first.cause


@pytest.mark.parametrize(
    ("values", "alias", "state"),
    [
        ([], "", State.MISSING),
        (["v=spf1 include:amazonses.com ~all"], "", State.RIGHT),
        (["v=spf1 include:amazonses.com -all", "google-site=1"], "", State.RIGHT),
        (["google-site=1"], "", State.MISSING),
        (["v=spf1 -all"], "", State.WRONG),
        (["v=spf1 -all", "v=spf1 include:amazonses.com ~all"], "", State.SEVERAL),
        (["v=spf1 include:amazonses.com ~all"], "shop.example", State.ALIASED),
    ],
)
def test_spf_is_right_where_ses_is_in_the_only_record(
    values: list[str], alias: str, state: State
) -> None:
    assert state_of(spf(ENV), values, alias) is state


def test_the_command_line_wins_over_the_environments_resolvers() -> None:
    assert Whom.of(ENV).resolvers == ("1.1.1.1", "8.8.8.8")
    assert Whom.of(ENV, given=["9.9.9.9"]).resolvers == ("9.9.9.9",)
