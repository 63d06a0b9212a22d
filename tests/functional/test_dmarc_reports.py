"""dmarc report: what receivers say of mail in a domain's name, and what follows from it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ses_provision.operations.dmarc import collected
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli, Result
from tests.dmarc_reports import (
    DAY,
    DOMAIN,
    FORGED,
    FORWARDED,
    OURS,
    TODAY,
    WORKSPACE,
    Mails,
    Report,
    gzipped,
    mailed,
    series,
    zipped,
)
from tests.functional.folders import EXTERNAL, HOSTED, Bench, bench
from tests.functional.jsonschema import mistakes
from tests.functional.screens import plain, terminal, too_long
from tests.functional.test_dmarc_in_force import item
from tests.laws import schemas

RFC_9990 = "urn:ietf:params:xml:ns:dmarc-2.0"
BELOW = HOSTED.replace('"example.com"', '"news.example.com"', 1).replace('"example"', '"news"')


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment, of which no account is asked."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


def put(made: Bench, *files: bytes, folder: str = "reports") -> Path:
    """Files in a folder of reports."""
    held = made.folder.parent / folder
    held.mkdir(exist_ok=True)
    for number, octets in enumerate(files):
        (held / f"{len(list(held.iterdir())):03}-{number}").write_bytes(octets)
    return held


def read(made: Bench, *files: bytes, arguments: tuple[str, ...] = ()) -> Result:
    """What the command says of files."""
    return made("dmarc", "report", str(put(made, *files)), "--json", "--env", "prod", *arguments)


def told(ran: Result) -> dict[str, Any]:
    """What it says of the environment."""
    assert ran.status == 0, ran.stderr
    found: dict[str, Any] = ran.json["environments"][0]["dmarc"]
    found["raise"]["next"] = [bare(step) for step in found["raise"]["next"]]
    return found


def bare(step: str) -> str:
    """A next step without the folder of the environments."""
    return re.sub(r" --config-dir \S+?(?=;|,| |$)", "", re.sub(r" /\S+/config/", " config/", step))


def flaws(ran: Result) -> list[str]:
    """What it says of files, without the folder."""
    held = [f"{one['file']} {one['what']}" for one in ran.json["read"]["flaws"]]
    return [one.partition("/reports/")[2] or one for one in held]


# Who sent


ONLY_DKIM = replace(OURS, envelope=("amazonses.com", "pass"), spf="fail")
KINDS = {
    "SES with our MAIL FROM": (OURS, "us", "Amazon SES"),
    "SES without a MAIL FROM": (ONLY_DKIM, "us", "Amazon SES"),
    "SES with a MAIL FROM of another environment": (
        replace(OURS, envelope=("bounce.example.com", "pass")), "us", "Amazon SES",
    ),
    "SES whose signature is not ours": (
        replace(ONLY_DKIM, dkim="fail", signed=(("amazonses.com", "pass"),)), "us", "Amazon SES",
    ),
    "SES by its address alone": (
        replace(OURS, dkim="fail", spf="fail", signed=(), envelope=None), "us", "Amazon SES",
    ),
    "a forwarder": (FORWARDED, "forwarder", "example.org"),
    "a forwarder of mail from SES": (
        replace(FORWARDED, signed=OURS.signed, envelope=None), "forwarder", "198.51.100.7",
    ),
    "a list that changes mail": (
        replace(FORGED, reason="mailing_list"), "forwarder", "example.net",
    ),
    "another sender of ours": (WORKSPACE, "another sender", "gappssmtp.com"),
    "a forger": (FORGED, "unknown", "example.net"),
    "a forger who proves nothing": (
        replace(FORGED, envelope=(DOMAIN, "fail"), signed=((DOMAIN, "fail"),)),
        "unknown", "203.0.113.9",
    ),
    "a forger who claims to be SES": (
        replace(FORGED, envelope=("amazonses.com", "fail"), signed=(("amazonses.com", "fail"),)),
        "unknown", "203.0.113.9",
    ),
    "a forger with an address of version 6": (
        replace(FORGED, source="2001:db8::9", envelope=None), "unknown", "2001:db8::9",
    ),
}  # fmt: skip


def test_each_source_is_known_by_what_it_proves(made: Bench) -> None:
    for case, (row, kind, name) in KINDS.items():
        for file in put(made).iterdir():
            file.unlink()
        [source] = told(read(made, Report((row,)).xml()))["sources"]

        assert (source["is"], source["name"]) == (kind, name), case
        passes = "pass" in {row.dkim, row.spf}
        assert (source["passed"], source["failed"]) == (
            (row.count, 0) if passes else (0, row.count)
        ), case
        assert source["addresses"] == {row.source: row.count}, case


def test_numbers_of_all_reports_are_added_up_and_nobody_is_asked(made: Bench) -> None:
    rejected = replace(FORGED, disposition="reject")

    ran = read(made, *series(3, OURS, FORWARDED), *series(2, rejected, WORKSPACE, org="other"))

    found = told(ran)
    assert ran.calls == []
    assert (found["reports"], found["mails"], found["passed"]) == (5, 407, 401)
    assert found["reporters"] == ["other", "receiver.example"]
    assert found["days"] == ["2026-11-19", "2026-11-20", "2026-11-21"]
    numbers = [
        (one["is"], one["mails"], one["spf_aligned"], one["dkim_aligned"], one["refused"])
        for one in found["sources"]
    ]
    assert numbers == [
        ("us", 300, 300, 300, 0), ("another sender", 80, 80, 80, 0),
        ("forwarder", 21, 0, 21, 0), ("unknown", 6, 0, 0, 6),
    ]  # fmt: skip
    assert found["sources"][0]["signatures"] == [
        "s1._domainkey.amazonses.com", "s1._domainkey.example.com",
    ]  # fmt: skip
    assert mistakes(schemas.of("dmarc"), ran.json) == []


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "XML": bytes,
    "after white space": lambda xml: b"\n \r\n" + xml.partition(b"\n")[2],
    "after a byte order mark": lambda xml: b"\xef\xbb\xbf" + xml,
    "in UTF-16": lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "gzip": gzipped,
    "gzip in two members": lambda xml: gzipped(xml[:200]) + gzipped(xml[200:]),
    "zip": zipped,
    "a mail with gzip": lambda xml: mailed([("r.xml.gz", "application/gzip", gzipped(xml))]),
    "a mail with zip": lambda xml: mailed([("r.zip", "application/zip", zipped(xml))]),
    "a mail with XML": lambda xml: mailed([("r.xml", "text/xml", xml)]),
    "a mail with a wrong type": lambda xml: mailed(
        [("r", "application/octet-stream", gzipped(xml))]
    ),
    "a mailbox of one": lambda xml: (
        b"From x\n" + mailed([("r.zip", "application/zip", zipped(xml))])
    ),
}


def test_a_report_is_the_same_whatever_it_is_packed_in(made: Bench) -> None:
    rows = (OURS, FORGED)
    for namespace in ("", RFC_9990):
        document = Report(rows, namespace=namespace).xml()
        alone = told(made("dmarc", "report", str(put(made, document, folder="one")), "--json"))
        for case, pack in PACKED.items():
            file = made.folder.parent / "packed"
            file.write_bytes(pack(document))
            ran = made("dmarc", "report", str(file), "--json")

            assert told(ran) == alone, case
            assert ran.json["read"] == {"files": 1, "reports": 1, "flaws": []}, case
        (made.folder.parent / "one").joinpath("000-0").unlink()


def test_folders_are_looked_through_without_what_is_hidden(made: Bench) -> None:
    held = put(made, *series(2, OURS))
    (held / "deep" / "deeper").mkdir(parents=True)
    (held / "deep" / "deeper" / "x").write_bytes(Report(identity="deep").xml())
    (held / ".git").mkdir()
    for hidden in (held / ".git" / "y", held / ".DS_Store"):
        hidden.write_bytes(b"\0")

    ran = read(made)

    assert told(ran)["reports"] == 3
    assert flaws(ran) == []


def test_a_report_that_comes_twice_is_counted_once(made: Bench) -> None:
    twice = Report(identity="a").xml()

    ran = read(made, twice, zipped(Report(identity="b").xml(), twice), Report(org="other").xml())

    assert told(ran)["mails"] == 300
    assert [one.partition(" is ")[2].partition(" as ")[0] for one in flaws(ran)] == [
        "the same report"
    ]


OMITTED: dict[str, tuple[Report, tuple[int, int]]] = {
    "who it is from": (Report(org=None, identity=None), (100, 100)),
    "the policy": (Report(policy=None, more={}), (100, 100)),
    "what was done": (Report((replace(OURS, disposition=None),)), (100, 100)),
    "the From domain": (Report((replace(OURS, header_from=None),)), (100, 100)),
    "what SPF found": (Report((replace(OURS, envelope=None),)), (100, 100)),
    "the verdicts, which follow from the rest": (
        Report((replace(OURS, dkim=None, spf=None),)), (100, 100),
    ),
    "the verdicts, where nothing holds": (
        Report((replace(FORGED, dkim=None, spf=None),)), (0, 0),
    ),
    "the verdicts, where only DKIM is aligned strictly": (
        Report((replace(OURS, dkim=None, spf=None),), more={"adkim": "s", "aspf": "s"}), (100, 0),
    ),
    "pct, as RFC 9990": (
        Report((replace(OURS, disposition="pass"),), namespace=RFC_9990,
               more={"np": "none", "testing": "n", "discovery_method": "treewalk"}), (100, 100),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OMITTED)
def test_what_a_receiver_leaves_out_is_not_missed(case: str, made: Bench) -> None:
    report, (dkim, spf) = OMITTED[case]

    ran = read(made, report.xml())

    [source] = told(ran)["sources"]
    assert (source["dkim_aligned"], source["spf_aligned"]) == (dkim, spf)
    assert flaws(ran) == []


def test_where_no_file_can_be_read_it_fails_and_says_what_reports_are(made: Bench) -> None:
    ran = read(made, b"x", b"y")

    assert ran.status == 1
    assert ran.json["error"]["message"] == "No DMARC report could be read from 2 files."
    assert len(ran.json["read"]["flaws"]) == 2


def test_without_files_it_says_what_to_name(made: Bench) -> None:
    refused = made("dmarc", "report", "--env", "prod")

    assert refused.status == 64
    assert "name one of the two" in refused.stderr
    assert "dmarc.reports_to" in refused.stderr


# Whether the policy may become stricter


def days(number: int, *rows: Mails, **more: Any) -> list[bytes]:
    """So many days of reports."""
    return series(number, *rows, **more)


FEW_FORGED = replace(FORGED, count=1)
FAILING = replace(OURS, dkim="fail", spf="fail", count=2)
SET, APPLY = "ses-provision set dmarc.policy {} --env prod", "ses-provision apply --env prod"
ANSWERS: dict[str, tuple[list[bytes], str, list[str], list[str]]] = {
    "clean": (days(14, OURS, FORWARDED), "yes", [], [SET.format("quarantine"), APPLY]),
    "clean, with somebody who forged now and then": (
        days(14, OURS) + days(2, FEW_FORGED, org="o"),
        "yes", ["2 mails of unknown senders: example.net (2 on 2 days)"],
        [SET.format("quarantine"), APPLY],
    ),
    "a few days": (days(13, OURS), "not yet", ["13 days covered, of 14 at least"], []),
    "few mails": (
        days(14, replace(OURS, count=7)), "not yet", ["98 mails of ours seen, of 100 at least"], [],
    ),
    "only mail of others": (
        days(14, FORGED), "not yet",
        ["0 mails of ours seen, of 100 at least",
         "42 mails of unknown senders: example.net (42 on 14 days)"], [],
    ),
    "somebody who sends on three days": (
        days(14, OURS) + days(3, FEW_FORGED, org="o"), "only you can tell",
        ["3 mails of unknown senders: example.net (3 on 3 days)"],
        [SET.format("quarantine"), APPLY],
    ),
    "somebody who sends much on one day": (
        days(14, OURS) + days(1, replace(FORGED, count=15), org="o"), "only you can tell",
        ["15 mails of unknown senders: example.net (15 on 1 day)"],
        [SET.format("quarantine"), APPLY],
    ),
    "two in a hundred of ours fail": (
        days(14, OURS, FAILING), "no",
        ["28 mails of ours through SES would be put into spam: neither SPF nor DKIM aligns"],
        ["ses-provision dkim-status --env prod"],
    ),
    "two in a thousand of ours fail": (
        days(14, replace(OURS, count=999), FAILING), "yes",
        ["28 mails of ours through SES would be put into spam: neither SPF nor DKIM aligns"],
        [SET.format("quarantine"), APPLY],
    ),
    "a list breaks signatures": (
        days(14, OURS, replace(FORGED, reason="mailing_list")), "yes",
        ["42 mails that lists or forwarders changed: example.net (42 on 14 days)"],
        [SET.format("quarantine"), APPLY],
    ),
    "quarantine": (
        days(14, OURS, FAILING, policy="quarantine"), "no",
        ["28 mails of ours through SES would be refused: neither SPF nor DKIM aligns"],
        ["ses-provision dkim-status --env prod"],
    ),
    "from quarantine to reject": (
        days(14, OURS, policy="quarantine"), "yes", [], [SET.format("reject"), APPLY],
    ),
    "a part of quarantine": (
        days(14, OURS, policy="quarantine", more={"pct": 25}), "yes", [],
        ["take pct=25 out of the record at _dmarc.example.com"],
    ),
    "a test of reject": (
        days(14, OURS, policy="reject", more={"testing": "y"}), "yes", [],
        ["take t=y out of the record at _dmarc.example.com"],
    ),
    "reject": (days(14, OURS, policy="reject"), "it is the strongest", [], []),
    "changed on the way: the newest report counts": (
        days(14, OURS) + days(1, OURS, org="o", policy="quarantine", last=TODAY),
        "yes", [], [SET.format("reject"), APPLY],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_whether_the_policy_may_become_stricter_is_said_with_why_and_how(
    case: str, made: Bench
) -> None:
    files, answer, because, steps = ANSWERS[case]

    found = told(read(made, *files))["raise"]

    assert (found["answer"], found["because"], found["next"]) == (answer, because, steps)
    assert found["safe"] == (answer == "yes")


def test_the_next_commands_lead_to_the_policy_that_they_name(made: Bench) -> None:
    made("apply", "--env", "prod", "--yes", "--wait")
    for policy in ("none", "quarantine"):
        for line in told(read(made, *days(14, OURS, policy=policy, org=policy)))["raise"]["next"]:
            arguments = shlex.split(line)[1:]
            ran = made(*arguments, *(["--yes"] if arguments[0] == "apply" else []))
            assert ran.status == 0, ran.stderr

    checked = item(made("checklist", "--env", "prod", "--json"), "SES-DMARC-002")

    assert checked["status"] == "done"
    assert "policy reject" in checked["evidence"]


def test_where_the_file_asks_for_more_already_it_has_to_be_applied(
    cli: Cli, tmp_path: Path
) -> None:
    strict = HOSTED.replace("[dmarc]", '[dmarc]\npolicy = "reject"')
    made = bench(cli, tmp_path / "config", prod=strict)

    found = told(read(made, *days(14, OURS)))["raise"]

    assert (found["from"], found["to"], found["next"]) == ("none", "reject", [APPLY])


def test_where_dns_is_by_hand_the_way_leads_to_what_is_to_be_published(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=EXTERNAL)
    rows = (
        replace(OURS, header_from="dev.example.com", envelope=("mail.dev.example.com", "pass")),
    )

    [step, then] = told(read(made, *days(14, *rows, domain="dev.example.com")))["raise"]["next"]

    assert step == SET.format("quarantine")
    assert then == "ses-provision dns --env prod says what to publish"


ABOVE: dict[str, tuple[dict[str, str], dict[str, object], str, list[str]]] = {
    "of another environment": (
        {"prod": HOSTED}, {}, "none", [SET.format("quarantine"), APPLY],
    ),
    "of somebody else": (
        {}, {}, "none", ["have the record at _dmarc.example.com ask for p=quarantine"],
    ),
    "with a policy for subdomains": (
        {"prod": HOSTED}, {"sp": "quarantine"}, "quarantine",
        ["set sp=reject in the record at _dmarc.example.com"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ABOVE)
def test_a_record_of_the_domain_above_is_changed_there(case: str, cli: Cli, tmp_path: Path) -> None:
    others, more, policy, steps = ABOVE[case]
    files = {"news": BELOW, **others}
    made = bench(cli, tmp_path / "config", InProcess, **files)
    own = replace(OURS, header_from="news.example.com", envelope=("mail.news.example.com", "pass"))
    held = put(made, *days(14, own, FORGED, more=more))

    ran = made("dmarc", "report", str(held), "--env", "news", "--json")

    found = told(ran)
    assert found["mails"] == 1400, "mail from the domain above is not mail from this one"
    assert (found["raise"]["from"], found["raise"]["next"]) == (policy, steps)


def test_only_days_that_are_looked_back_on_count(made: Bench) -> None:
    files = days(40, OURS)

    month, two = told(read(made, *files)), told(read(made, arguments=("--days", "60")))

    assert (month["reports"], month["older_reports"], month["since"]) == (30, 10, "2026-10-23")
    assert (two["reports"], two["older_reports"]) == (40, 0)


def test_a_report_of_a_day_is_about_that_day_wherever_the_receiver_lives() -> None:
    begin = datetime(2026, 11, 20, 19, tzinfo=UTC)
    for report, covered in (
        (Report(begin=begin), ["2026-11-21"]),
        (Report(begin=TODAY - DAY, end=TODAY + timedelta(hours=1)), ["2026-11-21"]),
        (Report(begin=TODAY - 3 * DAY, end=TODAY), ["2026-11-19", "2026-11-20", "2026-11-21"]),
    ):
        [held] = collected([("file", report.xml())], NOON).held

        assert sorted(map(str, held.report.days)) == covered


# What is shown, and where


@pytest.mark.parametrize("width", [40, 80])
def test_the_screen_is_as_wide_as_it_may_be_and_says_all(made: Bench, width: int) -> None:
    held = put(made, *days(14, OURS, FORWARDED, WORKSPACE, FORGED), b"x")

    with terminal(width):
        ran = made("dmarc", "report", str(held), "--env", "prod")

    screen = plain(f"{ran.stdout}\n{ran.stderr}")
    assert too_long(screen, width, lambda line: " " not in line) == []
    words = " ".join(screen.replace("\\\n", "").split())
    for said in (
        "1,400 mails" if width < 80 else "Amazon SES us 1,400 1,400 1,400 1,400",
        "from p=none to quarantine? only you can tell",
        "2,058 of 2,100 mails pass (98.0 %)",
        "42 mails of unknown senders: example.net (42 on 14 days)",
        f"if none of those is yours: {SET.format('quarantine')}",
        f"then: {APPLY}",
    ):
        assert said.replace("1,400 mails", "mails 1,400") in words, screen


def test_every_environment_is_shown_and_a_report_counts_for_those_whose_mail_is_in_it(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED, news=BELOW)
    own = replace(OURS, header_from="news.example.com")

    ran = made("dmarc", "report", str(put(made, Report((OURS, own)).xml())), "--json")

    mails = {one["environment"]: one["dmarc"]["mails"] for one in ran.json["environments"]}
    assert mails == {"prod": 200, "news": 100}


def test_the_checklist_goes_by_the_reports_that_it_is_given(made: Bench) -> None:
    made.prepare("apply", "--env", "prod", "--yes", "--wait")
    only = ("checklist", "--env", "prod", "--only", "SES-DMARC-002", "--json")
    step = (
        'set dmarc.policy = "quarantine" in config/prod.toml, then: ses-provision apply --env prod'
    )
    for files, evidence, first in (
        (
            (),
            "forged mail is delivered",
            f"after some weeks of clean reports (see `ses-provision guide dmarc`) {step}",
        ),
        (days(14, OURS), "reports of 14 days: 1,400 of 1,400 mails pass", step),
        (days(3, OURS), "3 days covered, of 14", f"wait for more reports, then {step}"),
        (days(14, OURS, FORGED), "unknown senders: example.net", "make sure that none of those"),
        (days(14, FAILING), "neither SPF nor DKIM aligns", "mend what fails: ses-provision dkim"),
    ):
        held = put(made, *files)
        given_files = ("--dmarc-reports", str(held)) if files else ()
        found = item(made(*only, *given_files), "SES-DMARC-002")

        assert evidence in found["evidence"]
        step_told = bare(found["next_step"])
        assert step_told.startswith(first), step_told
        assert step_told.endswith("to stay for a while, attest it with --until")
        for file in held.iterdir():
            file.unlink()
