"""`query`: the archive is asked, and answers what an own count of the same events says."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ses_provision.resources.sql_text import SqlText, why_not_read_only
from ses_provision.steps.archive_sql import QUERIES, VIEWS
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench

ACCOUNT, REGION = "111122223333", "eu-central-1"
BUCKET = f"ses-archive-prod-{ACCOUNT}-{REGION}-an"
DAYS = [f"2026-11-{day}" for day in (19, 20, 21, 22)]
LONG_AGO = "2026-09-01"
APPLY = ("apply", "--env", "prod", "--yes")
Event = dict[str, Any]


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with an archive, applied."""
    found = bench(cli, tmp_path / "config", prod=f"{HOSTED}[archive]\n")
    assert found(*APPLY).status == 0
    return found


def put(made: Bench, day: str, name: str, events: list[Event]) -> None:
    """An object of the archive."""
    body = gzip.compress("".join(json.dumps(each) + "\n" for each in events).encode())
    params = {"Bucket": BUCKET, "Key": f"events/dt={day}/{name}.gz", "Body": body}
    made.local.call(ACCOUNT, REGION, "s3", "PutObject", params)


def seeded(seed: int) -> random.Random:
    """Chance that is the same each time."""
    return random.Random(seed)  # noqa: S311


def history(seed: int = 7) -> dict[str, list[Event]]:
    """What became of some mails, by day: as SES writes it, to one or two recipients each."""
    chance = seeded(seed)
    found: dict[str, list[Event]] = {day: [] for day in (*DAYS, LONG_AGO)}
    for day in found:
        for number in range(40):
            found[day] += of_a_mail(chance, day, number)
    return found


def of_a_mail(chance: random.Random, day: str, number: int) -> Iterator[Event]:
    """The events of one mail."""
    place = chance.choice(["gmail.test", "Outlook.test", "yahoo.test"])
    to = [f"p{day}{number}@{place}", *([f"q{number}@{place}"] if number % 9 == 0 else [])]
    stamp = f"{day}T09:{number:02}:00.331Z"
    tags = {
        "ses:from-domain": [chance.choice(["example.com", "news.example.com"])],
        "ses:configuration-set": ["example"],
        **({"campaign": [chance.choice(["recall", "visit"])]} if number % 4 else {}),
    }
    mail = {"timestamp": stamp, "messageId": f"{day}-{number}", "destination": to, "tags": tags}
    yield {"eventType": "Send", "mail": mail, "send": {}}
    people = [{"emailAddress": address} for address in to]
    fate = chance.random()
    if fate < 0.25:
        kind, subtype = chance.choice(
            [("Permanent", "General"), ("Permanent", "OnAccountSuppressionList"),
             ("Transient", "MailboxFull")]
        )  # fmt: skip
        code = f"smtp; 550 {subtype}"
        yield {"eventType": "Bounce", "mail": mail, "bounce": {
            "bounceType": kind, "bounceSubType": subtype, "timestamp": stamp,
            "bouncedRecipients": [{**each, "diagnosticCode": code} for each in people],
        }}  # fmt: skip
        return
    if fate < 0.4:
        yield {"eventType": "DeliveryDelay", "mail": mail, "deliveryDelay": {
            "timestamp": stamp, "delayType": "General", "delayedRecipients": people,
        }}  # fmt: skip
    yield {"eventType": "Delivery", "mail": mail, "delivery": {
        "timestamp": stamp, "recipients": to, "processingTimeMillis": chance.randint(1, 9) * 100,
    }}  # fmt: skip
    if fate > 0.9:
        yield {"eventType": "Complaint", "mail": mail, "complaint": {
            "timestamp": stamp, "complaintFeedbackType": "abuse", "complainedRecipients": people,
        }}  # fmt: skip


def recipients(event: Event) -> list[str]:
    """Whom an event is about."""
    for name, people in (("bounce", "bouncedRecipients"), ("complaint", "complainedRecipients"),
                         ("deliveryDelay", "delayedRecipients")):  # fmt: skip
        if name in event:
            return [each["emailAddress"] for each in event[name][people]]
    told: list[str] = event.get("delivery", {}).get("recipients") or event["mail"]["destination"]
    return told


def own_counts(events: dict[str, list[Event]]) -> dict[str, Any]:
    """What the queries should say, counted by hand over the days that they look back at."""
    daily: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    providers: dict[str, Counter[str]] = defaultdict(Counter)
    campaigns: dict[str, Counter[str]] = defaultdict(Counter)
    codes: Counter[str] = Counter()
    suppress: dict[str, Counter[str]] = defaultdict(Counter)
    delays: Counter[str] = Counter()
    longest: dict[str, int] = defaultdict(int)
    for day in DAYS:
        for event in events[day]:
            kind, tags = event["eventType"], event["mail"]["tags"]
            [domain], bounce = tags["ses:from-domain"], event.get("bounce", {})
            hard = bounce.get("bounceType") == "Permanent"
            campaigns[tags.get("campaign", ["(none)"])[0]][kind] += 1
            for address in recipients(event):
                place = address.partition("@")[2].lower()
                providers[place][kind] += 1
                daily[day, domain][kind] += 1
                daily[day, domain][f"{kind}/{bounce.get('bounceType')}"] += 1
                daily[day, domain][f"{kind}/{bounce.get('bounceSubType')}"] += 1
                if hard:
                    codes[f"smtp; 550 {bounce['bounceSubType']}"] += 1
                if hard or kind == "Complaint":
                    suppress[address][kind] += 1
                delays[place] += kind == "DeliveryDelay"
                took = event.get("delivery", {}).get("processingTimeMillis", 0)
                longest[place] = max(longest[place], took)
    return {
        "daily": daily, "providers": providers, "campaigns": campaigns, "codes": codes,
        "suppress": suppress, "delays": delays, "longest": longest,
    }  # fmt: skip


def asked(made: Bench, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a query, by the names of their columns."""
    ran = made("query", *arguments, "--env", "prod", "--json")
    assert ran.status == 0, ran.stderr
    found = ran.json["environments"][0]["query"]
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


def test_every_shipped_query_says_what_an_own_count_says(made: Bench) -> None:
    events = history()
    for day, held in events.items():
        put(made, day, "a", held)
    own = own_counts(events)
    answers = {query.name: asked(made, query.name) for query in QUERIES}

    daily = {(row["dt"], row["from_domain"]): row for row in answers["daily"]}
    assert set(daily) == set(own["daily"])
    for place, counts in own["daily"].items():
        row, hidden = daily[place], counts["Bounce/OnAccountSuppressionList"]
        assert row["sends"] == counts["Send"]
        assert row["deliveries"] == counts["Delivery"]
        assert row["hard_bounces"] == counts["Bounce/Permanent"] - hidden
        assert row["soft_bounces"] == counts["Bounce/Transient"]
        assert row["suppressed"] == hidden
        assert row["complaints"] == counts["Complaint"]
        assert row["delivery_percent"] == round(100 * counts["Delivery"] / counts["Send"], 2)
    by_domain: dict[str, Counter[str]] = defaultdict(Counter)
    for (_, domain), counts in own["daily"].items():
        by_domain[domain] += counts
    assert {row["from_domain"]: row["deliveries"] for row in answers["domains"]} == {
        domain: counts["Delivery"] for domain, counts in by_domain.items()
    }
    assert {row["recipient_domain"]: row["bounces"] for row in answers["providers"]} == {
        place: counts["Bounce"] for place, counts in own["providers"].items()
    }
    assert {row["campaign"]: (row["mails"], row["bounces"]) for row in answers["campaigns"]} == {
        name: (counts["Send"], counts["Bounce"]) for name, counts in own["campaigns"].items()
    }
    codes = {row["diagnostic_code"]: row["bounces"] for row in answers["hard-bounces"]}
    assert codes == dict(own["codes"])
    assert {row["recipient_domain"]: row["longest_ms"] for row in answers["slow"]} == own["longest"]
    assert {row["recipient_domain"]: row["delays"] for row in answers["delays"]} == +own["delays"]
    assert {row["recipient"]: row["hard_bounces"] for row in answers["suppress"]} == {
        address: counts["Bounce"] for address, counts in own["suppress"].items()
    }


def test_an_event_that_came_twice_is_counted_once(made: Bench) -> None:
    [*events] = of_a_mail(seeded(1), DAYS[0], 1)
    put(made, DAYS[0], "a", events)
    put(made, DAYS[0], "b", events)

    [row] = asked(made, "daily")

    assert row["sends"] == 1


def test_days_say_how_far_back_a_query_looks(made: Bench) -> None:
    for day, held in history().items():
        put(made, day, "a", held)

    assert {row["dt"] for row in asked(made, "daily", "--days", "1")} == set(DAYS[-2:])
    assert {row["dt"] for row in asked(made, "daily", "--days", "100")} == {*DAYS, LONG_AGO}


def test_what_simulated_mail_became_is_shown_with_what_it_cost(made: Bench) -> None:
    made("dkim-status", "--env", "prod", "--wait")
    for name in ("success", "bounce"):
        made("send-test", "--env", "prod", "--to", f"{name}@simulator.amazonses.com")
    made.local.clock.advance(301)

    ran = made("query", "daily", "--env", "prod")

    head, row, _, total = ran.stdout.splitlines()
    assert head.split()[:4] == ["dt", "from_domain", "sends", "deliveries"]
    assert row.split()[:5] == ["2026-11-22", "example.com", "2", "1", "1"]
    assert total.startswith("prod: 1 row; ")
    assert total.endswith("bytes scanned, about $0.00005")


def test_without_a_name_all_are_listed_and_nothing_is_asked(made: Bench) -> None:
    listed = made("query")

    assert [line.split()[0] for line in listed.stdout.splitlines()[: len(QUERIES)]] == [
        query.name for query in QUERIES
    ]
    assert listed.calls == []
    assert len(made("query", "--json").json["queries"]) == len(QUERIES)


def test_a_query_of_ones_own_is_run_and_comes_as_csv(made: Bench, tmp_path: Path) -> None:
    put(made, DAYS[0], "a", list(of_a_mail(seeded(1), DAYS[0], 1)))
    own = tmp_path / "own.sql"
    own.write_text(
        "-- who\nWITH x AS (SELECT '=1+1' AS formula, count(*) AS n FROM ses_event "
        "WHERE dt >= '2026-11-01') SELECT formula, n, NULL AS nothing FROM x;\n"
    )

    ran = made("query", "-f", str(own), "--env", "prod", "--csv")

    assert list(csv.reader(io.StringIO(ran.stdout))) == [
        ["formula", "n", "nothing"], ["'=1+1", "2", ""],
    ]  # fmt: skip
    assert "bytes scanned" in ran.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("DROP TABLE ses_events", "it begins with DROP"),
        ("SELECT 1; DELETE FROM ses_events", "more than one statement"),
        ("/* SELECT */ INSERT INTO x SELECT 1", "it begins with INSERT"),
        ("UNLOAD (SELECT 1) TO 's3://x/' WITH (format = 'JSON')", "it begins with UNLOAD"),
        ("EXPLAIN ANALYZE SELECT 1", "it begins with EXPLAIN"),
        ("-- nothing", "it holds no statement"),
    ],
)
def test_what_may_do_more_than_read_is_not_run(
    made: Bench, tmp_path: Path, text: str, why: str
) -> None:
    own = tmp_path / "own.sql"
    own.write_text(text)

    refused = made("query", "-f", str(own), "--env", "prod")

    assert refused.status == 64
    assert why in refused.stderr
    assert refused.calls == []


def test_signs_within_texts_and_names_are_no_statements() -> None:
    assert why_not_read_only("SELECT ';', \"a;b\" FROM t -- ; DROP") == ""
    assert why_not_read_only("(SELECT 1) UNION (SELECT 2);") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT nothing FROM ses_event", "COLUMN_NOT_FOUND"),
        ("SELECT 1 FROM nowhere", "TABLE_NOT_FOUND"),
        ("SELECT FROM WHERE", "SYNTAX_ERROR"),
    ],
)
def test_a_query_that_fails_says_why(made: Bench, tmp_path: Path, text: str, said: str) -> None:
    own = tmp_path / "own.sql"
    own.write_text(text)

    failed = made("query", "-f", str(own), "--env", "prod")

    assert failed.status == 1
    assert said in failed.stderr


def test_a_query_that_would_scan_too_much_is_ended_by_the_workgroup(
    made: Bench,
) -> None:
    put(made, DAYS[0], "a", list(of_a_mail(seeded(1), DAYS[0], 1)))
    made.local.athena.groups(ACCOUNT, REGION)["ses-prod"].configuration[
        "BytesScannedCutoffPerQuery"
    ] = 10

    ended = made("query", "daily", "--env", "prod")

    assert ended.status == 1
    assert "scanned limit was exceeded" in ended.stderr
    assert "archive.scan_limit_mb" in ended.stderr


def test_bad_command_lines_say_what_is_wrong(made: Bench, tmp_path: Path) -> None:
    unknown = made("query", "dayly", "--env", "prod")
    both = made("query", "daily", "-f", "x.sql", "--env", "prod")
    forms = made("query", "daily", "--csv", "--json", "--env", "prod")
    lacking = made("query", "-f", str(tmp_path / "none.sql"), "--env", "prod")

    assert [ran.status for ran in (unknown, both, forms, lacking)] == [64] * 4
    assert "Did you mean daily?" in unknown.stderr
    assert "cannot be read" in lacking.stderr


def test_without_an_archive_there_is_nothing_to_ask(cli: Cli, tmp_path: Path) -> None:
    plain = bench(cli, tmp_path / "config", prod=HOSTED)

    refused = plain("query", "daily", "--env", "prod")

    assert refused.status == 1
    assert "has no [archive]" in refused.stderr
    assert refused.calls == []


@pytest.mark.parametrize("change", ["'Send'", "sends", "100", "<>"])
def test_a_view_that_says_something_else_is_not_the_same(change: str) -> None:
    text = VIEWS[1].sql

    assert SqlText.of(text) != SqlText.of(text.replace(change, "=" if change == "<>" else "'x'"))
