"""Tenants as a part of an environment: made, looked at in lists, stopped, left over, taken down."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ses_provision.engine.account import Account
from ses_provision.environment import Environment, loading
from ses_provision.local.policies import Ask, Decision, decide
from ses_provision.local.tagging import Tagging
from ses_provision.rehearsal import permissions
from ses_provision.steps import role
from tests.conftest import Cli
from tests.functional.folders import HOSTED, Bench, bench, write

ACCOUNT, REGION = "111122223333", "eu-central-1"
PLAN = ("plan", "--env", "prod", "--json")
APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
STATUS = ("tenants", "status", "--env", "prod")
NORTH = '[[tenants]]\nname = "north"\nreputation_policy = "strict"\n'
SOUTH = '[[tenants]]\nname = "south"\n'
TWO = HOSTED + NORTH + SOUTH
MANY = HOSTED.replace("[configuration_set]", 'tenants_file = "many.csv"\n[configuration_set]')


def arn(rest: str) -> str:
    """An ARN of SES in the account."""
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:{rest}"


THE_SET = arn("configuration-set/example")


def ses(made: Bench, operation: str, **params: Any) -> Any:
    """Ask SES past the command line."""
    return made.local.call(ACCOUNT, REGION, "sesv2", operation, params)


def there(made: Bench) -> list[str]:
    """The tenants that there are."""
    return [each["TenantName"] for each in ses(made, "ListTenants")["Tenants"]]


def given(made: Bench, name: str) -> set[str]:
    """What a tenant may use."""
    found = ses(made, "ListTenantResources", TenantName=name)["TenantResources"]
    return {each["ResourceArn"].split(":", 5)[5] for each in found}


def changes(made: Bench, *more: str) -> dict[str, dict[str, Any]]:
    """What the plan says of each tenant that is not as it should be."""
    [report] = made(*PLAN, *more).json["environments"]
    steps = [step for step in report["plan"]["steps"] if step["id"] == "tenants"]
    return {
        each["key"]["name"]: each
        for step in steps
        for each in step["changes"]
        if each["action"] != "unchanged"
    }


def counted(calls: Any) -> Counter[str]:
    """How often each operation was called."""
    return Counter(call.operation for call in calls)


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with two tenants, applied and verified."""
    found = bench(cli, tmp_path / "config", prod=TWO).prepare(*APPLY)
    found.local.clock.advance(3600)
    return found


def test_each_tenant_gets_the_domain_the_sender_and_the_set(made: Bench) -> None:
    shared = {
        "configuration-set/example", "identity/example.com",
        "identity/notifications@example.com",
    }  # fmt: skip
    assert there(made) == ["north", "south"]
    assert given(made, "north") == given(made, "south") == shared
    assert made(*APPLY).writes == []
    said = made("estimate", "--env", "prod", "--json").json["environments"][0]["estimate"]
    [cost] = [item for item in said["items"] if item["item"] == "tenants"]
    assert float(cost["quantity"]) == 2


def test_without_the_section_nothing_is_asked_and_no_line_is_said(cli: Cli, tmp_path: Path) -> None:
    made = bench(cli, tmp_path / "config", prod=HOSTED)

    for command in (("plan", "--env", "prod"), APPLY, ("checklist", "--env", "prod")):
        ran = made(*command)
        assert "Tenant" not in ran.stdout
        assert not [call for call in ran.calls if "enant" in call.operation]


def test_what_the_file_names_no_more_is_taken_and_what_others_gave_stays(made: Bench) -> None:
    for name in ("sales.example.org", "theirs.example.org"):
        ses(made, "CreateEmailIdentity", EmailIdentity=name)
    both = 'identities = ["example.com", "sales.example.org"]\n'
    write(made.folder, prod=HOSTED + NORTH + both + SOUTH)
    assert made(*APPLY).status == 0
    theirs = {"TenantName": "north", "ResourceArn": arn("identity/theirs.example.org")}
    ses(made, "CreateTenantResourceAssociation", **theirs)

    write(made.folder, prod=HOSTED + NORTH + 'identities = ["example.com"]\n' + SOUTH)
    [difference, _] = changes(made)["north"]["differences"]
    assert difference == {
        "field": "resources",
        "old": ["configuration-set/example", "identity/example.com", "identity/sales.example.org"],
        "new": ["configuration-set/example", "identity/example.com"],
    }
    # What takes it away goes first, and the tag that remembers it last: a crash between is healed.
    made.local.fault("deny", "sesv2:TagResource", times=1)
    assert made(*APPLY).status == 1
    assert made(*APPLY).status == 0

    assert given(made, "north") == {
        "configuration-set/example", "identity/example.com", "identity/theirs.example.org",
    }  # fmt: skip
    assert made(*APPLY).writes == []


def test_what_a_tenant_is_to_use_and_is_not_there_holds_that_tenant_alone(made: Bench) -> None:
    write(made.folder, prod=TWO + '[[tenants]]\nname = "east"\ntemplates = ["receipt"]\n' + (
        '[[tenants]]\nname = "west"\n'
    ))  # fmt: skip

    applied = made(*APPLY)

    assert "there is no template receipt in eu-central-1" in applied.stdout
    assert there(made) == ["north", "south", "west"]


def test_a_tenant_of_another_tool_is_in_the_way_until_it_is_taken_over(
    cli: Cli, tmp_path: Path
) -> None:
    made = bench(cli, tmp_path / "config", prod=TWO)
    tags = [{"Key": "ManagedBy", "Value": "Terraform"}]
    ses(made, "CreateTenant", TenantName="north", Tags=tags)

    assert made(*APPLY).status == 1
    assert there(made) == ["north"]
    assert made(*APPLY, "--take-over", "tenants").status == 0
    assert changes(made) == {}

    made(*DESTROY)
    kept = made(*DESTROY, "--json").json["environments"][0]["destroy"]
    because = {
        each["label"]: each["because"]
        for step in kept["steps"]
        for each in step["resources"]
        if each["action"] == "stay"
    }
    assert there(made) == ["north"]
    assert because["configuration set example"] == ["tenant north stays, and needs it"]


def test_a_stop_stands_through_an_apply_and_only_resume_ends_it(made: Bench) -> None:
    stopped = made("pause", "--env", "prod", "--tenant", "north", "--yes", "--because", "bought")

    assert "tenant north is paused since" in stopped.stdout
    assert ": bought" in stopped.stdout
    assert made(*APPLY).writes == []
    assert "`ses-provision resume --tenant north" in made("plan", "--env", "prod").stdout
    assert made("send-test", "--env", "prod", "--tenant", "north").status == 1
    assert made("send-test", "--env", "prod", "--tenant", "south").status == 0
    listed = made("checklist", "--env", "prod", "--only", "SES-TENANTS-001").stdout
    assert "Blockers: 1 thing to do" in listed
    assert "somebody paused north" in listed

    assert made("resume", "--env", "prod", "--tenant", "north", "--yes").status == 0
    assert made("send-test", "--env", "prod", "--tenant", "north").status == 0
    assert made(*APPLY).writes == []


def test_what_ses_stopped_is_reinstated_and_told_first(made: Bench) -> None:
    made.local.find_fault(ACCOUNT, REGION, "south", "HIGH")

    lines = made(*STATUS).stdout.splitlines()[1:]
    assert lines[0].split() == ["south", "paused", "by", "SES", "standard", "high:", "bounce"]
    assert lines[1].split() == ["north", "sends", "strict"]
    refused = made("send-test", "--env", "prod", "--tenant", "south")
    assert "tenant south is paused" in refused.stderr
    resumed = made("resume", "--env", "prod", "--tenant", "south", "--yes")
    assert "in spite of what SES found" in resumed.stdout
    [first, *_] = made(*STATUS, "--json").json["environments"][0]["tenants"]
    assert (first["name"], first["state"], first["impact"]) == ("south", "reinstated", "HIGH")
    assert changes(made) == {}


def test_a_mail_says_what_a_tenant_was_not_given(made: Bench) -> None:
    ses(made, "DeleteTenantResourceAssociation", TenantName="north", ResourceArn=THE_SET)

    refused = made("send-test", "--env", "prod", "--tenant", "north")

    assert f"the tenant may not use {THE_SET}" in refused.stderr
    assert made(*APPLY).status == 0
    assert made("send-test", "--env", "prod", "--tenant", "north").status == 0
    assert "there is no such tenant" in made("send-test", "--env", "prod", "--tenant", "x").stderr


def test_a_tenant_that_the_file_names_no_more_goes_by_prune_with_its_list_told_of(
    made: Bench,
) -> None:
    write(made.folder, prod=HOSTED + NORTH)
    ses(made, "PutSuppressedDestination", EmailAddress="a@b.com", Reason="BOUNCE",
        TenantName="south")  # fmt: skip

    planned = made("plan", "--env", "prod").stdout
    assert "- tenant south" in planned
    assert "suppression export --env prod --tenant NAME" in planned
    kept = made("suppression", "export", "--env", "prod", "--tenant", "south").stdout
    assert "a@b.com,BOUNCE" in kept
    assert "a@b.com" not in made("suppression", "export", "--env", "prod").stdout
    assert made(*APPLY).writes == []
    pruned = made(*APPLY, "--prune")

    assert [call.operation for call in pruned.writes] == ["DeleteTenant"]
    assert there(made) == ["north"]


def test_a_set_of_its_own_comes_before_the_tenant_and_goes_after_it(
    cli: Cli, tmp_path: Path
) -> None:
    own = SOUTH + 'configuration_set = "own"\nalarms = true\npool = "bulk"\n'
    pool = '[[pools]]\nname = "bulk"\nscaling = "managed"\n'
    made = bench(cli, tmp_path / "config", prod=HOSTED + own + pool)
    made(*APPLY)

    mine = ses(made, "GetConfigurationSet", ConfigurationSetName="own")
    assert mine["DeliveryOptions"] == {"TlsPolicy": "REQUIRE", "SendingPoolName": "bulk"}
    assert given(made, "south") >= {"configuration-set/own"}
    assert made(*APPLY).writes == []

    write(made.folder, prod=HOSTED + pool)
    gone = [call.operation for call in made(*APPLY, "--prune").writes]
    assert gone.index("DeleteTenant") < gone.index("DeleteConfigurationSet")
    assert made(*DESTROY).status == 0
    assert (there(made), ses(made, "ListConfigurationSets")["ConfigurationSets"]) == ([], [])


OWN = {
    "name": "south", "identities": ["example.org"], "configuration_set": "own",
    "templates": ["receipt"],
}  # fmt: skip
THEIRS = {"ses:FromAddress": ("desk@example.org",)}
AS_SOUTH = {"ses:TenantName": ("south",)}


def environment(*tenants: dict[str, Any]) -> Environment:
    """An environment with tenants."""
    raw = {"name": "prod", "account_id": ACCOUNT, "region": REGION, "domain": "example.com",
           "configuration_set": {"name": "example"}, "tenants": list(tenants)}  # fmt: skip
    return loading.checked(raw, "prod.toml")


@pytest.mark.parametrize(
    ("action", "on", "context", "allowed"),
    [
        ("SendEmail", "identity/example.org", THEIRS | AS_SOUTH, True),
        ("SendEmail", "configuration-set/own", THEIRS | AS_SOUTH, True),
        ("SendEmail", "identity/example.org", THEIRS, False),
        ("SendEmail", "identity/example.org", THEIRS | {"ses:TenantName": ("north",)}, False),
        ("SendEmail", "identity/example.org", AS_SOUTH | {"ses:FromAddress": ("a@b.org",)}, False),
        ("SendEmail", "identity/example.net", THEIRS | AS_SOUTH, False),
        ("SendBulkEmail", "template/receipt", AS_SOUTH, True),
        ("SendBulkEmail", "template/receipt", {}, False),
        ("SendRawEmail", "identity/example.org", THEIRS, True),
        ("SendRawEmail", "identity/example.org", {"ses:FromAddress": ("a@b.org",)}, False),
    ],
)
def test_the_role_may_send_what_is_a_tenants_own_for_that_tenant_alone(
    action: str, on: str, context: dict[str, tuple[str, ...]], allowed: bool
) -> None:
    env = environment(OWN, {"name": "north"})
    granted = role.statements(env, Account(ACCOUNT, REGION))

    decision, _ = decide(granted, Ask(f"ses:{action}", arn(on), context=context))
    assert (decision is Decision.ALLOWED) is allowed


def test_the_policies_of_role_and_operator_fit_however_many_tenants_there_are() -> None:
    many = [{**OWN, "name": f"t{n}", "configuration_set": f"s{n}"} for n in range(60)]
    env = environment(*many)

    assert len(json.dumps(role.statements(env, Account(ACCOUNT, REGION)))) < 4000
    printed = permissions.policies(env)
    assert len(printed) <= 3
    assert arn("tenant/*") in json.dumps(printed)


@pytest.fixture
def many(cli: Cli, tmp_path: Path) -> Bench:
    """An environment with a table of 220 tenants, applied."""
    folder = tmp_path / "config"
    folder.mkdir()
    table(folder, 220)
    made = bench(cli, folder, prod=MANY)
    return made.prepare(*APPLY)


def table(folder: Path, count: int) -> None:
    """A table of tenants, each second one strict."""
    rows = (f"t{number},{('standard', 'strict')[number % 2]}\n" for number in range(count))
    text = "name,reputation_policy\n" + "".join(rows)
    (folder / "many.csv").write_text(text, encoding="utf-8")


LISTS = {
    "ListTenants": 3,
    "ListReputationEntities": 3,
    "ListResourceTenants": 9,
    "GetResources": 3,
}
"""Pages of a hundred: of the tenants, of their reputations, of the users of two identities and a
set, and of all that has our tags."""


def test_hundreds_of_tenants_that_are_as_they_should_be_are_seen_in_a_few_lists(
    many: Bench,
) -> None:
    planned = counted(many(*PLAN).calls)

    assert {name: planned[name] for name in LISTS} == LISTS
    assert "GetTenant" not in planned

    table(many.folder, 219)
    ses(many, "DeleteTenantResourceAssociation", TenantName="t7", ResourceArn=THE_SET)
    ses(many, "DeleteTenant", TenantName="t8")
    seen = {name: each["action"] for name, each in changes(many).items()}
    assert seen == {"t7": "update", "t8": "create"}
    assert counted(many(*APPLY).writes) == {
        "CreateTenant": 1, "CreateTenantResourceAssociation": 4,
    }  # fmt: skip


def test_what_the_tag_search_shows_late_is_not_deleted(
    made: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve, answers = Tagging._get_resources, dict[str, Any]()

    def late(tagging: Tagging, caller: Any, params: Any) -> Any:
        asked = repr((caller.region, params))
        answers.setdefault(asked, serve(tagging, caller, params))
        return deepcopy(answers[asked])

    monkeypatch.setattr(Tagging, "_get_resources", late)
    assert made("plan", "--env", "prod").status == 0
    tenant = ses(made, "GetTenant", TenantName="south")["Tenant"]["TenantArn"]
    theirs = [{"Key": "ManagedBy", "Value": "terraform"}]
    ses(made, "TagResource", ResourceArn=tenant, Tags=theirs)

    made(*DESTROY)

    assert there(made) == ["south"]


def test_where_the_tag_search_may_not_be_used_each_is_asked_for_its_tags(made: Bench) -> None:
    made.local.fault("deny", "resourcegroupstaggingapi:GetResources", times=None)

    planned = made("plan", "--env", "prod", "--json", "--only", "tenants")

    assert counted(planned.calls)["GetTenant"] == 2
    assert planned.json["environments"][0]["plan"]["settled"]


def test_a_crash_in_the_middle_of_a_table_is_healed_by_the_same_command(
    cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    table(folder, 6)
    made = bench(cli, folder, prod=MANY)
    saved = tmp_path / "prod.plan"
    made(*APPLY, "--skip", "tenants")
    assert made("plan", "--env", "prod", "--out", str(saved)).status == 0
    made.local.fault("throttle", "sesv2:CreateTenant", times=2)
    calls = ("CreateTenant", "UpdateReputationEntityPolicy", "CreateTenantResourceAssociation")

    # Each in the middle: the third tenant, the second policy, the sixth thing given.
    for number, operation in enumerate(calls):
        made.local.fault("deny", f"sesv2:{operation}", number=(3, 1, 6)[number])
        broken = made("apply", str(saved), "--yes")
        assert broken.status == 1
        assert f"ses:{operation}" in broken.stderr
        made.local.clear_faults()
    assert made("apply", str(saved), "--yes").status == 0

    entities = ses(made, "ListReputationEntities")["ReputationEntities"]
    policies = [each["ReputationManagementPolicy"].rpartition("/")[2] for each in entities]
    assert policies == ["standard", "strict"] * 3
    assert made(*APPLY).writes == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,policy\na,strict\n", 'line 1: unknown column "policy"'),
        ("reputation_policy\nstrict\n", "line 1: no column name"),
        ("name,name\na,b\n", "line 1: column name stands twice"),
        ("# who\n\nname\na\nb d\n", "line 5, name: must be the name of a tenant"),
        ("name,alarms\na,yes\n", "line 2, alarms: must be true or false"),
        ("name\na\na\n", "line 3, name: a is the name of another tenant"),
        ("name\nnorth\n", "line 2, name: north is the name of another tenant"),
        ("name,identities\na,example.com example.com\n", "line 2, identities: names example.com"),
        ("name\na,b\n", "line 2: has 2 cells for 1 columns"),
        ('name\n"a\n', "is no CSV"),
        ("name,pool,configuration_set\na,x,a\n", "line 2, pool: x is in no [[pools]]"),
    ],
)
def test_each_mistake_in_a_table_is_named_by_its_line(
    cli: Cli, tmp_path: Path, text: str, said: str
) -> None:
    folder = write(tmp_path / "config", prod=MANY + NORTH)
    (folder / "many.csv").write_text(text, encoding="utf-8")

    refused = cli("validate", "--config-dir", str(folder))

    assert refused.status == 1
    assert f"many.csv{' ' if said.startswith('line') else ': '}{said}" in refused.stderr + (
        refused.stdout
    )
