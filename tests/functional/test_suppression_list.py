"""suppression: the account's list looked at, changed, and brought along from other providers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.operations.suppression_files import Format, Wanted, read, written
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, Bench, bench
from tests.functional.health import Health

SENDGRID = "status,reason,email,created\n5.1.1,550 no such user,a@Example.NET,1700000000\n"
REPORTED = "ip,email,created\n192.0.2.1,b@example.net,1700000000\n"
MAILGUN = "address,code,error,created_at\nc@example.net,550,gone,now\n"
GRUMBLING = "address,created_at\nd@example.net,now\n"
POSTMARK = (
    "EmailAddress,SuppressionReason,Origin,CreatedAt\n"
    "e@example.net,HardBounce,Recipient,now\n"
    "f@example.net,SpamComplaint,Recipient,now\n"
    "g@example.net,ManualSuppression,Customer,now\n"
)
OWN = "EmailAddress,Reason\nh@example.net,COMPLAINT\n"
BARE = "i@example.net,BOUNCE\n"

FILES = {
    "SendGrid's bounces": (SENDGRID, {"a@example.net": "BOUNCE"}),
    "SendGrid's spam reports": (REPORTED, {"b@example.net": "COMPLAINT"}),
    "SendGrid's unsubscribes": ("email,created\nx@example.net,1\n", {}),
    "Mailgun's bounces": (MAILGUN, {"c@example.net": "BOUNCE"}),
    "Mailgun's complaints": (GRUMBLING, {"d@example.net": "COMPLAINT"}),
    "Mailgun's unsubscribes": ("address,tags,created_at\nx@example.net,*,now\n", {}),
    "Postmark's": (POSTMARK, {"e@example.net": "BOUNCE", "f@example.net": "COMPLAINT"}),
    "SES's": (OWN, {"h@example.net": "COMPLAINT"}),
    "one without a header": (BARE, {"i@example.net": "BOUNCE"}),
    "a spreadsheet's": (
        "EmailAddress;Reason\r\nj@example.net;Bounce\r\n",
        {"j@example.net": "BOUNCE"},
    ),
    "nothing": ("", {}),
}


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment of which nothing is made: the list is the account's."""
    return bench(cli, tmp_path / "config", prod=HOSTED)


def run(made: Bench, *arguments: str) -> Result:
    """Run the command on the environment."""
    return made("suppression", *arguments, "--env", "prod")


def listed(made: Bench) -> dict[str, str]:
    """The list as the command tells it."""
    [report] = run(made, "list", "--json").json["environments"]
    return {each["address"]: each["reason"] for each in report["suppression"]["listed"]}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_by_its_columns(name: str) -> None:
    text, wanted = FILES[name]

    assert dict(read(text, None).reasons) == wanted


def test_what_has_no_reason_that_ses_knows_is_counted_and_taken_in_for_a_reason_given() -> None:
    left_out, taken = read(POSTMARK, None), read(POSTMARK, None, "BOUNCE")

    assert dict(left_out.kinds) == {"ManualSuppression": 1}
    assert set(taken.reasons.values()) == {"BOUNCE"}
    assert len(taken.reasons) == 3


def test_who_complained_once_stays_one_who_complained() -> None:
    text = "EmailAddress,Reason\na@example.net,COMPLAINT\na@EXAMPLE.net,BOUNCE\n"

    found = read(text, None)

    assert (dict(found.reasons), found.doubled) == ({"a@example.net": "COMPLAINT"}, 1)


ADDRESSES = st.from_regex(r"[a-z0-9]{1,9}@[a-z0-9]{1,9}\.(example|test)", fullmatch=True)


@given(st.dictionaries(ADDRESSES, st.sampled_from(["BOUNCE", "COMPLAINT"])))
def test_what_an_export_writes_an_import_reads(reasons: dict[str, str]) -> None:
    text = written([(address, reason, "") for address, reason in reasons.items()])

    assert dict(read(text, None).reasons) == reasons


@pytest.mark.parametrize("form", Format)
def test_without_a_header_no_column_tells_a_reason(form: Format) -> None:
    found = read("x@example.net,1700000000\ny@example.net,COMPLAINT\n", form)

    assert found.reasons == {"y@example.net": "COMPLAINT"}


def test_a_quotation_mark_that_nothing_closes_is_told_in_a_sentence() -> None:
    from ses_provision.errors import UsageError

    with pytest.raises(UsageError, match="no CSV from line 3 on"):
        read('email\na@example.net\n"' + "b" * csv.field_size_limit() + "bb", None)


def test_a_line_is_named_as_an_editor_counts_it() -> None:
    assert read('email,note\na@example.net,"two\nlines"\nnobody,\n', None, "BOUNCE").no_address == (
        4,
    )


@given(st.text(max_size=300), st.sampled_from([None, *Format]))
def test_any_text_is_read_or_refused_in_a_sentence(text: str, form: Format | None) -> None:
    from ses_provision.errors import UsageError

    try:
        found = read(text, form)
    except UsageError as error:
        assert error.hint
    else:
        assert isinstance(found, Wanted)


def test_an_import_puts_what_lacks_and_a_second_one_nothing(made: Bench, tmp_path: Path) -> None:
    file = tmp_path / "bounces.csv"
    file.write_text(POSTMARK)

    first = run(made, "import", str(file), "--yes")
    second = run(made, "import", str(file), "--yes")

    assert first.status == second.status == 0
    assert len(first.writes) == 2
    assert second.writes == []
    assert "ManualSuppression: 1" in first.stdout
    assert listed(made) == {"e@example.net": "BOUNCE", "f@example.net": "COMPLAINT"}


def test_an_import_that_was_interrupted_goes_on_where_it_was(
    made: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "many.csv"
    with file.open("w") as out:
        csv.writer(out).writerows((f"a{number}@example.net", "BOUNCE") for number in range(20))
    pauses: list[float] = []

    def stop_after_seven(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 7:
            made.local.fault("deny", "PutSuppressedDestination", times=None)

    monkeypatch.setattr(made.world, "sleep", stop_after_seven)

    stopped = run(made, "import", str(file), "--yes")
    stand = len(listed(made))
    made.local.clear_faults()
    pauses.clear()
    document = run(made, "import", str(file), "--yes", "--json")
    made.local.clear_faults()
    rest = run(made, "import", str(file), "--yes")

    assert (stopped.status, document.status) == (1, 1)
    assert "prod: 7 of 20 addresses suppressed" in stopped.stdout
    assert [told["suppression"]["put"] for told in document.json["environments"]] == [7]
    assert stand == 7
    stand += 7
    assert rest.status == 0
    assert len(rest.writes) == 20 - stand
    assert len(listed(made)) == 20


def test_an_import_keeps_the_pace_of_ses(made: Bench, tmp_path: Path) -> None:
    file = tmp_path / "many.csv"
    file.write_text("".join(f"a{number}@example.net,BOUNCE\n" for number in range(11)))
    before = made.world.now()

    run(made, "import", str(file), "--yes", "--rate", "2")

    assert (made.world.now() - before).total_seconds() == pytest.approx(5)


@pytest.mark.parametrize(("quiet", "told"), [((), 10), (("--quiet",), 0), (("--json",), 0)])
def test_a_long_import_says_now_and_then_how_far_it_is_unless_nobody_wants_to_know(
    made: Bench, tmp_path: Path, quiet: tuple[str, ...], told: int
) -> None:
    file = tmp_path / "many.csv"
    file.write_text("".join(f"a{number}@example.net,BOUNCE\n" for number in range(101)))

    done = run(made, "import", str(file), "--yes", "--rate", "50", *quiet)

    assert done.status == 0
    assert done.stderr.count(" of 101") == told


def test_what_ses_has_seen_itself_keeps_its_reason(made: Bench, tmp_path: Path) -> None:
    run(made, "add", "e@example.net", "--reason", "COMPLAINT", "--yes")
    file = tmp_path / "bounces.csv"
    file.write_text(POSTMARK)

    run(made, "import", str(file), "--yes")

    assert listed(made)["e@example.net"] == "COMPLAINT"


def test_an_address_is_put_on_the_list_and_taken_off_it(made: Bench) -> None:
    added = run(made, "add", "A@Example.Net", "--yes")
    assert added.status == 0
    assert "ListSuppressedDestinations" not in {call.operation for call in added.calls}
    assert listed(made) == {"A@example.net": "BOUNCE"}
    assert "A@example.net" in run(made, "list", "A@EXAMPLE.net").stdout

    assert run(made, "remove", "A@example.net", "--yes").status == 0

    assert listed(made) == {}
    assert run(made, "remove", "A@example.net", "--yes").writes == []


def test_only_what_stands_there_for_the_reason_given_is_shown_and_taken_off(made: Bench) -> None:
    run(made, "add", "a@example.net", "--reason", "COMPLAINT", "--yes")
    run(made, "add", "b@example.net", "--yes")
    both = ("a@example.net", "b@example.net", "--reason", "BOUNCE")

    shown = run(made, "list", *both)
    assert run(made, "remove", *both, "--yes").status == 0

    assert "b@example.net" in shown.stdout
    assert "a@example.net" not in shown.stdout
    assert listed(made) == {"a@example.net": "COMPLAINT"}
    assert run(made, "add", "a@example.net", "--reason", "BOUNCE", "--yes").writes == []


def test_an_export_is_read_again_by_an_import(made: Bench, tmp_path: Path) -> None:
    run(made, "add", "a@example.net", "b@example.net", "--yes")
    file = tmp_path / "list.csv"
    file.write_text(run(made, "export").stdout)
    run(made, "remove", "a@example.net", "b@example.net", "--yes")

    assert run(made, "import", str(file), "--yes").status == 0

    assert listed(made) == {"a@example.net": "BOUNCE", "b@example.net": "BOUNCE"}


def test_the_list_is_read_page_by_page(made: Bench) -> None:
    for number in range(1201):
        params = {"EmailAddress": f"a{number}@example.net", "Reason": "BOUNCE"}
        made.local.call("111122223333", "eu-central-1", "sesv2", "PutSuppressedDestination", params)

    assert len(listed(made)) == 1201


def test_auto_validation_goes_along_when_reasons_are_set(made: Bench) -> None:
    threshold = {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "MANAGED"},
    }
    validation = {"ConditionThreshold": threshold}
    params: dict[str, Any] = {
        "SuppressedReasons": ["BOUNCE"],
        "ValidationAttributes": validation,
    }
    place = ("111122223333", "eu-central-1", "sesv2")
    made.local.call(*place, "PutAccountSuppressionAttributes", params)

    both = ("--reason", "BOUNCE", "--reason", "COMPLAINT")
    assert run(made, "settings", *both, "--yes").status == 0

    found = made.local.call(*place, "GetAccount", {})["SuppressionAttributes"]
    assert found["SuppressedReasons"] == ["BOUNCE", "COMPLAINT"]
    assert found["ValidationAttributes"] == validation


def test_the_advice_of_the_checklist_closes_its_item(health: Health) -> None:
    health.call("sesv2", "PutAccountSuppressionAttributes", SuppressedReasons=["BOUNCE"])
    advice = health.open()["SES-ACCOUNT-002"]["next_step"]
    program, command, *arguments = advice.split()

    assert program == "ses-provision"
    arguments = [each for each in arguments if each not in {"--env", "prod"}]
    assert health.run(command, *arguments, "--yes").status == 0

    assert "SES-ACCOUNT-002" not in health.open()


WRONG = {
    "no address": ("add",),
    "no file": ("import",),
    "two files": ("import", "a.csv", "b.csv"),
    "an address that is none": ("add", "nobody"),
    "an address to export": ("export", "a@example.net"),
    "two reasons": ("add", "a@example.net", "--reason", "BOUNCE", "--reason", "COMPLAINT"),
    "a reason that SES has not": ("add", "a@example.net", "--reason", "FAX"),
    "an action that is none": ("burn",),
    "a format to export": ("export", "--format", "sendgrid"),
    "a pace of nothing": ("list", "--rate", "0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_mistake_is_refused_before_any_call(made: Bench, name: str) -> None:
    refused = run(made, *WRONG[name])

    assert (refused.status, refused.calls) == (64, [])
    assert refused.stderr.startswith("error: ")


@pytest.mark.parametrize(
    "arguments", [("add", "a@example.net"), ("settings", "--reason", "BOUNCE")]
)
def test_nothing_is_changed_unasked(made: Bench, arguments: tuple[str, ...]) -> None:
    asked = run(made, *arguments)

    assert (asked.status, asked.writes) == (64, [])


def test_a_file_that_cannot_be_read_is_named(made: Bench, tmp_path: Path) -> None:
    refused = run(made, "import", str(tmp_path / "none.csv"), "--yes")

    assert (refused.status, refused.calls) == (64, [])
    assert "none.csv cannot be read" in refused.stderr


def test_a_set_keeps_its_scope_and_auto_validation_when_its_reasons_are_mended(
    health: Health,
) -> None:
    threshold = {
        "ConditionThresholdEnabled": "ENABLED",
        "OverallConfidenceThreshold": {"ConfidenceVerdictThreshold": "HIGH"},
    }
    options: dict[str, Any] = {
        "SuppressionScope": "TENANT",
        "ValidationOptions": {"ConditionThreshold": threshold},
    }
    health.call(
        "sesv2",
        "PutConfigurationSetSuppressionOptions",
        ConfigurationSetName="starlight-prod",
        SuppressedReasons=["BOUNCE"],
        **options,
    )

    assert health.run("apply", "--yes").status == 0

    found = health.call("sesv2", "GetConfigurationSet", ConfigurationSetName="starlight-prod")
    kept = found["SuppressionOptions"]
    assert sorted(kept["SuppressedReasons"]) == ["BOUNCE", "COMPLAINT"]
    assert {name: kept[name] for name in options} == options
