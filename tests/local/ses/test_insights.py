"""Insights, metrics, files of export jobs, reputation, and what can be told of an address."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.ses.post import SIMULATOR, events, mail, sent, types
from tests.local.ses.table import VDM
from tests.local.ses.wide_table import ENDPOINT, POLICY, entity
from tests.local.ses.world import DOMAIN, Ses

TODAY, TOMORROW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
BOUNCE, COMPLAINT = "bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com"


@pytest.fixture
def watched(sender: Ses) -> Ses:
    """A sender whose account has Virtual Deliverability Manager."""
    sender("PutAccountVdmAttributes", VdmAttributes=VDM)
    return sender


def count(ses: Ses, metric: str, **dimensions: str) -> list[int]:
    query: dict[str, Any] = {"Id": "q", "Namespace": "VDM", "Metric": metric}
    query |= {"StartDate": TODAY, "EndDate": TOMORROW}
    if dimensions:
        query["Dimensions"] = dimensions
    [series] = ses("BatchGetMetricData", Queries=[query])["Results"]
    counted: list[int] = series["Values"]
    return counted


def exported(ses: Ses, source: dict[str, Any], data_format: str = "CSV") -> str:
    destination = {"DataFormat": data_format}
    job = ses("CreateExportJob", ExportDataSource=source, ExportDestination=destination)["JobId"]
    assert ses.service.exported(job) is None
    ses.clock.advance(5)
    assert ses("GetExportJob", JobId=job)["JobStatus"] == "COMPLETED"
    file = ses.service.exported(job)
    assert file is not None
    return file


def test_metrics_count_what_became_of_the_mail_by_day(watched: Ses) -> None:
    watched("SendEmail", **mail(BOUNCE))
    watched("SendEmail", **mail(COMPLAINT))
    watched("SendEmail", **mail())
    assert count(watched, "SEND") == [3]
    assert count(watched, "PERMANENT_BOUNCE") == [1]
    assert count(watched, "DELIVERY") == [2]
    assert count(watched, "DELIVERY_COMPLAINT") == [1]
    assert count(watched, "OPEN") == []


def test_metrics_are_asked_by_set_and_identity(watched: Ses) -> None:
    watched("SendEmail", **mail())
    assert count(watched, "SEND", CONFIGURATION_SET="set") == [1]
    assert count(watched, "SEND", CONFIGURATION_SET="other") == []
    assert count(watched, "SEND", EMAIL_IDENTITY=DOMAIN) == [1]
    assert count(watched, "SEND", EMAIL_IDENTITY="other.com") == []


def test_a_message_to_several_has_no_insights(watched: Ses) -> None:
    """Probed 2026-09-21: SES keeps track of messages to one recipient."""
    given = mail("success@simulator.amazonses.com", BOUNCE)
    message_id = watched("SendEmail", **given)["MessageId"]
    assert watched.refused("GetMessageInsights", MessageId=message_id).status == 404


def test_a_complaint_comes_after_its_delivery(watched: Ses) -> None:
    message_id = watched("SendEmail", **mail(COMPLAINT))["MessageId"]
    [timeline] = watched("GetMessageInsights", MessageId=message_id)["Insights"]
    assert [each["Type"] for each in timeline["Events"]] == ["SEND", "DELIVERY", "COMPLAINT"]


def test_insights_are_exported_with_a_line_for_each_recipient(watched: Ses) -> None:
    watched("SendEmail", **mail(BOUNCE))
    watched("SendEmail", **mail())
    window = {"StartDate": TODAY, "EndDate": TOMORROW}
    bounced = {**window, "Include": {"LastDeliveryEvent": ["PERMANENT_BOUNCE"]}}
    file = exported(watched, {"MessageInsightsDataSource": bounced})
    [line] = list(csv.DictReader(io.StringIO(file)))
    assert (line["destination"], line["lastdeliveryevent"]) == (BOUNCE, "PERMANENT_BOUNCE")
    assert line["messageid"] == sent(watched)[0].message_id
    delivered = {**window, "Exclude": {"Destination": [BOUNCE]}}
    assert BOUNCE not in exported(watched, {"MessageInsightsDataSource": delivered}, "JSON")


def test_metrics_are_exported_as_amounts_and_rates(watched: Ses) -> None:
    """Recorded 2026-09-23: four digits after the point."""
    watched("SendEmail", **mail(BOUNCE))
    watched("SendEmail", **mail())
    metrics = [
        {"Name": "SEND", "Aggregation": "VOLUME"},
        {"Name": "PERMANENT_BOUNCE", "Aggregation": "RATE"},
    ]
    source = {"Dimensions": {"ISP": ["*"]}, "Namespace": "VDM", "Metrics": metrics}
    window = {"StartDate": TODAY, "EndDate": TOMORROW}
    file = exported(watched, {"MetricsDataSource": source | window})
    assert file == "ISP,SEND_VOLUME,PERMANENT_BOUNCE_RATE\nUNKNOWN_ISP,2.0000,0.5000\n"


def test_an_amount_and_a_rate_of_one_metric_count_it_once(watched: Ses) -> None:
    watched("SendEmail", **mail())
    watched("SendEmail", **mail(BOUNCE))
    both = [{"Name": "DELIVERY", "Aggregation": each} for each in ("VOLUME", "RATE")]
    source = {"Dimensions": {"ISP": ["*"]}, "Namespace": "VDM", "Metrics": [*both, both[0]]}
    window = {"StartDate": TODAY, "EndDate": TOMORROW}
    file = exported(watched, {"MetricsDataSource": source | window})
    assert file == "ISP,DELIVERY_VOLUME,DELIVERY_RATE\nUNKNOWN_ISP,1.0000,0.5000\n"


def test_a_file_without_lines_has_the_header_of_its_source(watched: Ses) -> None:
    metrics = [{"Name": "SEND", "Aggregation": "VOLUME"}]
    source = {"Dimensions": {"ISP": ["*"]}, "Namespace": "VDM", "Metrics": metrics}
    window = {"StartDate": TODAY, "EndDate": TOMORROW}
    assert exported(watched, {"MetricsDataSource": source | window}) == "ISP,SEND_VOLUME\n"
    header = exported(watched, {"MessageInsightsDataSource": window})
    assert header.startswith('"messageid","sendtimestamp",')


@pytest.mark.parametrize(
    ("local", "event", "happened"),
    [
        ("nobody", "Delivery", "DELIVERY"),
        ("ooto", "Delivery", "DELIVERY"),
        ("bounce", "Bounce", "BOUNCE"),
        ("suppressionlist", "Bounce", "BOUNCE"),
    ],
)
def test_events_and_insights_tell_of_one_outcome(
    watched: Ses, local: str, event: str, happened: str
) -> None:
    message_id = watched("SendEmail", **mail(f"{local}@{SIMULATOR}"))["MessageId"]
    assert types(watched) == ["Send", event]
    assert happenings(watched, message_id) == ["SEND", happened]


def test_who_is_suppressed_and_has_unsubscribed_is_held_back_once(watched: Ses) -> None:
    place = (watched.caller.account, watched.caller.region)
    watched.service.allow_production(*place)
    names = {"ContactListName": "patients"}
    watched("CreateContactList", **names)
    watched("CreateContact", **names, EmailAddress="z@z.org", UnsubscribeAll=True)
    watched("PutSuppressedDestination", EmailAddress="z@z.org", Reason="BOUNCE")
    given = mail("z@z.org", ListManagementOptions=names)
    message_id = watched("SendEmail", **given)["MessageId"]
    assert types(watched) == ["Send", "Bounce"]
    assert events(watched)[1]["bounce"]["bounceSubType"] == "UnsubscribedRecipient"
    assert happenings(watched, message_id) == ["SEND", "BOUNCE"]


def happenings(ses: Ses, message_id: str) -> list[str]:
    [timeline] = ses("GetMessageInsights", MessageId=message_id)["Insights"]
    return [each["Type"] for each in timeline["Events"]]


def test_a_job_ends_by_itself_or_is_cancelled(watched: Ses) -> None:
    source = {"MessageInsightsDataSource": {"StartDate": TODAY, "EndDate": TOMORROW}}
    given = {"ExportDataSource": source, "ExportDestination": {"DataFormat": "CSV"}}
    job = watched("CreateExportJob", **given)["JobId"]
    watched("CancelExportJob", JobId=job)
    assert watched("GetExportJob", JobId=job)["JobStatus"] == "CANCELLED"
    refusal = watched.refused("CancelExportJob", JobId=job)
    assert refusal.message == "Cannot cancel an export job that has a <CANCELLED> status."
    assert watched.service.exported(job) is None


@pytest.mark.parametrize(
    ("policy", "impact", "sends"),
    [
        ("standard", "LOW", True),
        ("standard", "HIGH", False),
        ("strict", "LOW", False),
        ("none", "HIGH", True),
    ],
)
def test_a_finding_pauses_a_tenant_as_its_policy_says(
    sender: Ses, policy: str, impact: str, sends: bool
) -> None:
    """facts-sending A2."""
    tenant_of_all(sender)
    arn = POLICY.replace("strict", policy)
    sender("UpdateReputationEntityPolicy", **entity(sender), ReputationEntityPolicy=arn)
    place = (sender.caller.account, sender.caller.region)
    sender.service.find_fault(*place, "there", impact)
    shown = sender("GetReputationEntity", **entity(sender))["ReputationEntity"]
    assert (shown["SendingStatusAggregate"] == "ENABLED") is sends
    assert shown["ReputationImpact"] == impact
    if sends:
        sender("SendEmail", **mail(TenantName="there"))
        return
    assert sender.refused("SendEmail", **mail(TenantName="there")).code == "SendingPausedException"
    change = "UpdateReputationEntityCustomerManagedStatus"
    sender(change, **entity(sender), SendingStatus="REINSTATED")
    sender("SendEmail", **mail(TenantName="there"))
    sender.service.find_fault(*place, "there", None)
    assert sender("GetTenant", TenantName="there")["Tenant"]["SendingStatus"] == "ENABLED"


def test_a_tenant_that_its_owner_stopped_sends_nothing(sender: Ses) -> None:
    tenant_of_all(sender)
    change = "UpdateReputationEntityCustomerManagedStatus"
    sender(change, **entity(sender), SendingStatus="DISABLED")
    assert sender("GetTenant", TenantName="there")["Tenant"]["SendingStatus"] == "DISABLED"
    assert sender.refused("SendEmail", **mail(TenantName="there")).code == "SendingPausedException"
    listed = sender("ListReputationEntities", Filter={"SENDING_STATUS": "DISABLED"})
    assert len(listed["ReputationEntities"]) == 1


def tenant_of_all(ses: Ses) -> None:
    """A tenant that may use the domain and the set."""
    ses("CreateTenant", TenantName="there")
    for kind, name in (("identity", DOMAIN), ("configuration-set", "set")):
        arn = ses.arn(kind, name)
        ses("CreateTenantResourceAssociation", TenantName="there", ResourceArn=arn)


@pytest.mark.parametrize(
    ("address", "evaluation", "verdict"),
    [
        ("success@simulator.amazonses.com", "MailboxExists", "HIGH"),
        (BOUNCE, "MailboxExists", "LOW"),
        ("a@takes-none.com", "HasValidDnsRecords", "LOW"),
        ("a@nowhere.com", "HasValidDnsRecords", "LOW"),
        ("a@takes.com", "HasValidDnsRecords", "HIGH"),
        ("a b@takes.com", "HasValidSyntax", "LOW"),
        ("postmaster@takes.com", "IsRoleAddress", "HIGH"),
    ],
)
def test_what_can_be_told_of_an_address(
    ses: Ses, address: str, evaluation: str, verdict: str
) -> None:
    """From the address, from DNS (RFC 5321, RFC 7505), and of the simulator's mailboxes."""
    ses.world.records["takes.com", "MX"] = ["10 mx.takes.com"]
    ses.world.records["takes-none.com", "MX"] = ["0 ."]
    told = ses("GetEmailAddressInsights", EmailAddress=address)["MailboxValidation"]
    assert told["Evaluations"][evaluation]["ConfidenceVerdict"] == verdict


def test_an_endpoint_becomes_ready_and_mail_may_name_it(sender: Ses) -> None:
    """[M] CreateMultiRegionEndpoint; a message names the endpoint's id."""
    made = sender("CreateMultiRegionEndpoint", **ENDPOINT)
    assert made["Status"] == "CREATING"
    sender.clock.advance(30)
    [listed] = sender("ListMultiRegionEndpoints")["MultiRegionEndpoints"]
    assert (listed["Status"], listed["Regions"]) == ("READY", ["us-east-2", "us-east-1"])
    sender("SendEmail", **mail(EndpointId=made["EndpointId"]))
    assert sender.refused("SendEmail", **mail(EndpointId="none")).code == "BadRequestException"


def test_statistics_forget_what_is_out_of_their_window(watched: Ses) -> None:
    watched("SendEmail", **mail())
    watched.clock.advance(timedelta(days=1).total_seconds())
    watched("SendEmail", **mail())
    assert count(watched, "SEND") == [1]
