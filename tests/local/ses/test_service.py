"""The service as a whole: snapshots, many callers at once, tenants, recommendations, Artifact."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

from ses_provision.local.artifact import Artifact
from ses_provision.local.contract import AwsError, Caller, Clock, Reply
from tests.local.ses.world import ACCOUNT, ADDRESS, DOMAIN, OTHER_ACCOUNT, REGION, Ses


def test_reading_leaves_no_trace_in_a_snapshot_and_writing_does(ses: Ses) -> None:
    """Snapshots are for asserting that nothing was written."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN, MailFromDomain=f"m.{DOMAIN}")
    ses.identity()
    before = ses.service.snapshot(ACCOUNT)
    ses.clock.advance(60)
    ses.identity()
    ses("ListEmailIdentities")
    assert ses.service.snapshot(ACCOUNT) == before
    ses("PutEmailIdentityFeedbackAttributes", EmailIdentity=DOMAIN)
    assert ses.service.snapshot(ACCOUNT) != before
    assert ses.service.snapshot(OTHER_ACCOUNT) == {}


def test_of_many_who_create_the_same_identity_one_succeeds(ses: Ses) -> None:
    """One lock: two creates never both succeed."""

    def create(_: int) -> bool:
        try:
            ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
        except AwsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(64))) == 1


def test_a_tenants_resources_are_listed_from_both_sides(ses: Ses) -> None:
    """[M] ListTenantResources and ListResourceTenants."""
    ses.verified_domain()
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    ses("CreateTenant", TenantName="one")
    ses("CreateTenant", TenantName="two")
    arn = ses.arn("identity", DOMAIN)
    for name in ("one", "two"):
        ses("CreateTenantResourceAssociation", TenantName=name, ResourceArn=arn)
    held = ses.arn("configuration-set", "set")
    ses("CreateTenantResourceAssociation", TenantName="one", ResourceArn=held)
    found = ses("ListTenantResources", TenantName="one")["TenantResources"]
    assert [each["ResourceType"] for each in found] == ["configuration-set", "identity"]
    only = ses("ListTenantResources", TenantName="one", Filter={"RESOURCE_TYPE": "identity"})
    assert [each["ResourceArn"] for each in only["TenantResources"]] == [arn]
    tenants = ses("ListResourceTenants", ResourceArn=arn)["ResourceTenants"]
    assert [each["TenantName"] for each in tenants] == ["one", "two"]
    ses("DeleteTenant", TenantName="one")
    assert len(ses("ListResourceTenants", ResourceArn=arn)["ResourceTenants"]) == 1


def test_tenants_are_listed_by_name_and_status(ses: Ses) -> None:
    """[M] ListTenants.Filter."""
    for name in ("red", "blue"):
        ses("CreateTenant", TenantName=name)

    def names(**wanted: str) -> list[str]:
        return [each["TenantName"] for each in ses("ListTenants", Filter=wanted)["Tenants"]]

    assert names() == ["blue", "red"]
    assert names(TENANT_NAME_CONTAINS="ED") == ["red"]
    assert names(SENDING_STATUS="DISABLED") == []


def test_a_tenants_suppression_list_is_its_own(ses: Ses) -> None:
    """[M] TenantName of the suppression operations."""
    ses("CreateTenant", TenantName="t")
    gone = {"EmailAddress": "A@Elsewhere.com", "Reason": "BOUNCE"}
    ses("PutSuppressedDestination", **gone, TenantName="t")
    assert ses("ListSuppressedDestinations")["SuppressedDestinationSummaries"] == []
    found = ses("GetSuppressedDestination", EmailAddress="A@elsewhere.com", TenantName="t")
    assert found["SuppressedDestination"] == {
        "EmailAddress": "A@elsewhere.com",
        "Reason": "BOUNCE",
        "LastUpdateTime": ses.clock.now(),
        "TenantName": "t",
    }


def test_suppressed_addresses_are_listed_by_reason_and_time(ses: Ses) -> None:
    """[M] ListSuppressedDestinations."""
    start = ses.clock.now()
    for name, reason in (("a", "BOUNCE"), ("b", "COMPLAINT"), ("c", "BOUNCE")):
        ses("PutSuppressedDestination", EmailAddress=f"{name}@x.com", Reason=reason)
        ses.clock.advance(60)

    def listed(**params: object) -> str:
        found = ses("ListSuppressedDestinations", **params)["SuppressedDestinationSummaries"]
        return "".join(each["EmailAddress"][0] for each in found)

    assert listed() == "abc"
    assert listed(Reasons=["BOUNCE"]) == "ac"
    assert listed(EndDate=start) == "a"
    assert listed(StartDate=ses.clock.now()) == ""
    ses("DeleteSuppressedDestination", EmailAddress="a@X.com")
    assert listed() == "bc"


def test_recommendations_need_vdm_and_name_what_is_missing(ses: Ses) -> None:
    """Issue 3: ListRecommendations requires VDM; aws-facts 14 and 15 for DMARC and SPF."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("CreateEmailIdentity", EmailIdentity=ADDRESS)
    mail = f"mail.{DOMAIN}"
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN, MailFromDomain=mail)
    assert ses.refused("ListRecommendations").code == "BadRequestException"
    ses("PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "ENABLED"})

    def types(**wanted: str) -> list[str]:
        params = {"Filter": wanted} if wanted else {}
        found = ses("ListRecommendations", **params)["Recommendations"]
        return [each["Type"] for each in found]

    assert types() == ["DKIM", "DMARC", "SPF"]
    assert types(TYPE="SPF", STATUS="OPEN") == ["SPF"]
    assert types(STATUS="FIXED") == []
    ses.write_dkim()
    ses.write_mail_from(mail)
    ses.world.records[f"_dmarc.{DOMAIN}", "TXT"] = ["v=DMARC1; p=none"]
    ses.clock.advance(60)
    assert types() == []


def test_a_recommendation_remembers_since_when(ses: Ses) -> None:
    """[M] Recommendation.CreatedTimestamp."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "ENABLED"})
    start = ses.clock.now()
    ses("ListRecommendations")
    ses.clock.advance(60)
    first = ses("ListRecommendations")["Recommendations"][0]
    assert (first["CreatedTimestamp"], first["LastUpdatedTimestamp"]) == (start, ses.clock.now())


class TestArtifact:
    """aws-facts 7."""

    clock = Clock(frozen_at=datetime(2026, 10, 1, tzinfo=UTC))

    def agreements(self, artifact: Artifact, account: str = ACCOUNT, **params: object) -> Reply:
        caller = Caller(account, REGION)
        reply = artifact.handle(caller, "ListCustomerAgreements", dict(params))
        model = botocore.session.get_session().get_service_model("artifact")
        shape = model.operation_model("ListCustomerAgreements").output_shape
        assert not ParamValidator().validate(reply, shape).has_errors()
        return reply

    def test_an_accepted_baa_is_active_until_it_is_ended(self) -> None:
        """The account's own agreement."""
        artifact = Artifact(self.clock)
        assert self.agreements(artifact) == {"customerAgreements": []}
        artifact.accept(ACCOUNT)
        artifact.accept(ACCOUNT)
        (one,) = self.agreements(artifact)["customerAgreements"]
        assert (one["name"], one["state"]) == ("AWS Business Associate Addendum", "ACTIVE")
        assert "organizationArn" not in one
        assert self.agreements(artifact, OTHER_ACCOUNT) == {"customerAgreements": []}
        artifact.end(ACCOUNT)
        artifact.end(ACCOUNT)
        (one,) = self.agreements(artifact)["customerAgreements"]
        assert (one["state"], one["effectiveEnd"]) == ("CUSTOMER_TERMINATED", self.clock.now())

    def test_an_organizations_baa_names_the_organization(self) -> None:
        """organizationArn is set for the organization's agreement."""
        artifact = Artifact(self.clock)
        artifact.accept(ACCOUNT, organization=True)
        (one,) = self.agreements(artifact)["customerAgreements"]
        assert one["name"] == "AWS Organizations Business Associate Addendum"
        assert one["organizationArn"].startswith("arn:aws:organizations::")

    def test_agreements_come_in_pages(self) -> None:
        """[M] maxResults 1 to 300, nextToken."""
        artifact = Artifact(self.clock)
        artifact.accept(ACCOUNT)
        artifact.accept(ACCOUNT, organization=True)
        first = self.agreements(artifact, maxResults=1)
        second = self.agreements(artifact, nextToken=first["nextToken"])
        assert len(first["customerAgreements"]) == len(second["customerAgreements"]) == 1
        for wrong in ({"maxResults": 301}, {"nextToken": "x"}, {"nextToken": "9"}):
            with pytest.raises(AwsError) as refused:
                self.agreements(artifact, **wrong)
            assert (refused.value.code, refused.value.status) == ("ValidationException", 400)

    def test_what_is_not_served_says_so(self) -> None:
        """Never a silent success."""
        with pytest.raises(AwsError, match="GetReport") as refused:
            Artifact(self.clock).handle(Caller(ACCOUNT, REGION), "GetReport", {})
        assert (refused.value.code, refused.value.status) == ("NotImplementedByLocalAws", 501)
