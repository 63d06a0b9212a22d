"""A healthy environment has nothing open but what needs a person."""

from tests.functional.health import FOR_PEOPLE, Health


def test_only_what_needs_a_person_is_open(health: Health) -> None:
    found = health.open()

    assert set(found) == FOR_PEOPLE, {k: v["evidence"] for k, v in found.items()}
    assert all(one["needs_person"] for one in found.values())


def test_once_attested_nothing_is_open_and_the_exit_status_says_so(health: Health) -> None:
    assert health.run("checklist", "--exit-code").status == 3

    for item in FOR_PEOPLE:
        attested = health.run("attest", item, "--by", "Ada Lovelace", "--note", "decided")
        assert attested.status == 0

    assert health.open() == {}
    assert health.run("checklist", "--exit-code").status == 0


def test_a_checklist_takes_at_most_26_calls_and_no_write(health: Health) -> None:
    looked = health.run("checklist")

    assert looked.writes == []
    assert len(looked.calls) <= 26
    assert sum(call.service == "sesv2" for call in looked.calls) <= 5
    assert len({(c.service, c.region, c.operation, n) for n, c in enumerate(looked.calls)}) == len(
        looked.calls
    )


def test_every_finding_names_when_and_from_where_it_was_read(health: Health) -> None:
    found = health.checklist()

    said_by_people = {"SES-HIPAA-008", "SES-HANDOVER-001"}
    assert all(one["read_at"].startswith("2026-11-22T12:") for one in found.values())
    assert {k for k, one in found.items() if not one["sources"]} == said_by_people
    assert found["SES-IDENTITY-001"]["sources"] == ["ses:GetEmailIdentity (us-east-2)"]
    assert "DNS NS" in found["SES-DNS-001"]["sources"]


def test_not_under_hipaa_its_items_are_neither_looked_at_nor_shown(health: Health) -> None:
    health.change("hipaa = true", "hipaa = false")

    whole = health.run("checklist")
    named = health.run("checklist", "--only", "hipaa")

    assert "HIPAA" not in whole.stdout
    assert "ListCustomerAgreements" not in [call.operation for call in whole.calls]
    assert "nothing of HIPAA concerns it" in named.stderr
    assert [call.operation for call in named.calls] == ["GetCallerIdentity"]
    assert health.checklist("--only", "hipaa") == {}
