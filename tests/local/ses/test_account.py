"""The rules about the account, tags, pages and pools."""

from typing import Any

import pytest

from tests.local.ses.world import ADDRESS, REGION, Ses

DETAILS: dict[str, Any] = {"MailType": "TRANSACTIONAL", "WebsiteURL": "https://example.com"}
REQUEST = {**DETAILS, "ProductionAccessEnabled": True}


def review(ses: Ses) -> dict[str, str]:
    found: dict[str, str] = ses("GetAccount")["Details"]["ReviewDetails"]
    return found


@pytest.mark.parametrize(
    ("limit", "operation", "params"),
    [
        ("configuration_sets.MAX_SETS", "CreateConfigurationSet", "ConfigurationSetName"),
        ("tenants.MAX_TENANTS", "CreateTenant", "TenantName"),
    ],
)
def test_the_number_of_sets_and_tenants_is_limited(
    ses: Ses, monkeypatch: pytest.MonkeyPatch, limit: str, operation: str, params: str
) -> None:
    """aws-facts 10."""
    monkeypatch.setattr(f"ses_provision.local.ses.{limit}", 1)
    ses(operation, **{params: "a"})
    assert ses.refused(operation, **{params: "b"}).code == "LimitExceededException"


def test_an_account_starts_in_the_sandbox(ses: Ses) -> None:
    """aws-facts 6 and 11."""
    assert ses("GetAccount") == {
        "DedicatedIpAutoWarmupEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": False,
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0},
        "SendingEnabled": True,
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        "PricingAttributes": {"CurrentPlan": "ESSENTIALS"},
    }


def test_a_granted_review_leads_out_of_the_sandbox(ses: Ses) -> None:
    """aws-facts 6; per region."""
    contacts = {"AdditionalContactEmailAddresses": ["ops@example.com"]}
    ses("PutAccountDetails", **REQUEST, **contacts, UseCaseDescription="Appointments")
    assert review(ses)["Status"] == "PENDING"
    assert review(ses)["CaseId"].isdecimal()
    ses.service.decide_review(ses.caller.account, REGION, "granted")
    account = ses("GetAccount")
    assert (review(ses)["Status"], account["ProductionAccessEnabled"]) == ("GRANTED", True)
    assert account["SendQuota"]["Max24HourSend"] == 50_000
    assert account["Details"]["UseCaseDescription"] == "Appointments"
    assert "ProductionAccessEnabled" not in account["Details"]
    assert not ses.there(region="us-east-1")("GetAccount")["ProductionAccessEnabled"]
    ses("PutAccountDetails", **REQUEST)
    assert review(ses)["Status"] == "GRANTED"


@pytest.mark.parametrize("decision", [None, "DENIED"])
def test_details_cannot_be_put_during_a_review_or_after_a_denial(
    ses: Ses, decision: str | None
) -> None:
    """aws-facts 6; V-real aws-cli#6652 for the denial."""
    ses("PutAccountDetails", **REQUEST)
    if decision is not None:
        ses.service.decide_review(ses.caller.account, REGION, decision)
    refusal = ses.refused("PutAccountDetails", **REQUEST)
    assert (refusal.code, refusal.status) == ("ConflictException", 409)
    assert not ses("GetAccount")["ProductionAccessEnabled"]


def test_a_failed_review_may_be_asked_for_again(ses: Ses) -> None:
    """aws-facts 6: FAILED is an internal error; a new request has a new case."""
    ses("PutAccountDetails", **REQUEST)
    first = review(ses)["CaseId"]
    ses.service.decide_review(ses.caller.account, REGION, "FAILED")
    ses("PutAccountDetails", **REQUEST)
    assert review(ses)["Status"] == "PENDING"
    assert review(ses)["CaseId"] != first


def test_details_without_the_request_start_no_review(ses: Ses) -> None:
    """[M] ProductionAccessEnabled asks for it."""
    ses("PutAccountDetails", **DETAILS)
    assert ses("GetAccount")["Details"] == {"ContactLanguage": "EN", **DETAILS}


@pytest.mark.parametrize(
    "wrong",
    [
        {"WebsiteURL": ""},
        {"WebsiteURL": "x" * 1001},
        {"MailType": "PROMOTIONAL"},
        {"ContactLanguage": "DE"},
        {"UseCaseDescription": "x" * 5001},
        {"AdditionalContactEmailAddresses": []},
        {"AdditionalContactEmailAddresses": ["a@b.com"] * 5},
        {"AdditionalContactEmailAddresses": ["a@b.c"]},
        {"AdditionalContactEmailAddresses": ["nobody"]},
    ],
)
def test_details_outside_their_constraints_are_refused(ses: Ses, wrong: dict[str, Any]) -> None:
    """aws-facts 6, the table of parameters."""
    assert ses.refused("PutAccountDetails", **REQUEST | wrong).code == "BadRequestException"
    assert "Details" not in ses("GetAccount")


def test_the_operator_cannot_decide_what_is_not_pending(ses: Ses) -> None:
    """A knob that does nothing would hide a mistake in a test."""
    with pytest.raises(ValueError, match="No review is pending"):
        ses.service.decide_review(ses.caller.account, REGION, "GRANTED")
    with pytest.raises(ValueError, match="not MAYBE"):
        ses.service.decide_review(ses.caller.account, REGION, "maybe")
    with pytest.raises(ValueError, match="not ILL"):
        ses.service.set_enforcement(ses.caller.account, REGION, "ill")


def test_account_settings_are_read_back(ses: Ses) -> None:
    """[M] GetAccount; an omitted boolean means false."""
    threshold = {"ConditionThreshold": {"ConditionThresholdEnabled": "ENABLED"}}
    vdm = {"VdmEnabled": "ENABLED", "GuardianAttributes": {"OptimizedSharedDelivery": "ENABLED"}}
    ses("PutAccountSuppressionAttributes", ValidationAttributes=threshold)
    ses("PutAccountVdmAttributes", VdmAttributes=vdm)
    ses("PutAccountDedicatedIpWarmupAttributes")
    ses("PutAccountSendingAttributes")
    account = ses("GetAccount")
    assert account["SuppressionAttributes"] == {
        "SuppressedReasons": [],
        "ValidationAttributes": threshold,
    }
    assert account["VdmAttributes"] == vdm
    assert (account["DedicatedIpAutoWarmupEnabled"], account["SendingEnabled"]) == (False, False)


def test_pausing_and_shutting_down_show_in_the_account(ses: Ses) -> None:
    """[M] GetAccount.SendingEnabled and EnforcementStatus."""
    here = (ses.caller.account, REGION)
    ses.service.pause(*here)
    assert ses("GetAccount")["SendingEnabled"] is False
    ses.service.resume(*here)
    assert ses("GetAccount")["SendingEnabled"] is True
    ses.service.set_enforcement(*here, "shutdown")
    account = ses("GetAccount")
    assert (account["EnforcementStatus"], account["SendingEnabled"]) == ("SHUTDOWN", False)


@pytest.mark.parametrize(
    "tags",
    [
        [{"Key": "", "Value": "v"}],
        [{"Key": "k" * 129, "Value": "v"}],
        [{"Key": "k", "Value": "v" * 257}],
        [{"Key": "AWS:k", "Value": "v"}],
        [{"Key": "k", "Value": "v"}, {"Key": "k", "Value": "w"}],
        [{"Key": f"k{number}", "Value": "v"} for number in range(51)],
    ],
)
def test_tags_outside_awss_rules_are_refused(ses: Ses, tags: list[dict[str, str]]) -> None:
    """AWS tagging rules: 50 tags, keys to 128, values to 256, no aws:, no key twice."""
    refusal = ses.refused("CreateConfigurationSet", ConfigurationSetName="set", Tags=tags)
    assert refusal.code == "BadRequestException"


def test_every_kind_of_resource_has_tags(ses: Ses) -> None:
    """aws-facts 4: the ARNs; [M]: what takes Tags on creation."""
    tags = [{"Key": "a", "Value": "b"}]
    content = {"Subject": "s", "Text": "t"}
    ses("CreateEmailIdentity", EmailIdentity=ADDRESS, Tags=tags)
    ses("CreateConfigurationSet", ConfigurationSetName="set", Tags=tags)
    ses("CreateDedicatedIpPool", PoolName="pool", Tags=tags)
    ses("CreateEmailTemplate", TemplateName="mail", TemplateContent=content, Tags=tags)
    tenant = ses("CreateTenant", TenantName="t", Tags=tags)
    arns = [
        ses.arn("identity", ADDRESS),
        ses.arn("configuration-set", "set"),
        ses.arn("dedicated-ip-pool", "pool"),
        ses.arn("template", "mail"),
        tenant["TenantArn"],
    ]
    for arn in arns:
        assert ses("ListTagsForResource", ResourceArn=arn)["Tags"] == tags


def test_pages_end_where_the_list_ends(ses: Ses) -> None:
    """[M] NextToken: opaque, and only what was handed out is taken."""
    for name in ("a", "b", "c"):
        ses("CreateDedicatedIpPool", PoolName=name)
    first = ses("ListDedicatedIpPools", PageSize=2)
    assert first["DedicatedIpPools"] == ["a", "b"]
    assert ses("ListDedicatedIpPools", NextToken=first["NextToken"]) == {"DedicatedIpPools": ["c"]}
    ses("DeleteDedicatedIpPool", PoolName="b")
    ses("DeleteDedicatedIpPool", PoolName="c")
    refusal = ses.refused("ListDedicatedIpPools", NextToken=first["NextToken"])
    assert refusal.code == "BadRequestException"


def test_a_managed_pool_stays_managed_and_there_are_at_most_fifty_in_all(ses: Ses) -> None:
    """[M] PutDedicatedIpPoolScalingAttributes; facts-sending 0.7: of both kinds together."""
    for number in range(50):
        mode = "STANDARD" if number % 2 else "MANAGED"
        ses("CreateDedicatedIpPool", PoolName=f"p{number}", ScalingMode=mode)
    refusal = ses.refused("CreateDedicatedIpPool", PoolName="p", ScalingMode="MANAGED")
    assert refusal.code == "LimitExceededException"
    assert ses("GetDedicatedIps") == {"DedicatedIps": []}
    refusal = ses.refused(
        "PutDedicatedIpPoolScalingAttributes", PoolName="p0", ScalingMode="STANDARD"
    )
    assert refusal.code == "BadRequestException"
    pool = ses("GetDedicatedIpPool", PoolName="p0")["DedicatedIpPool"]
    assert pool["ScalingMode"] == "MANAGED"
