"""The rows of what lies around sending: lists, insights, jobs, reputation, endpoints, templates."""

from datetime import UTC, datetime
from typing import Any

from tests.local.ses.table import (
    MAIL,
    SUCCEEDS,
    VDM,
    Refused,
    Row,
    bad,
    not_found,
    prepare,
    taken,
)
from tests.local.ses.world import ADDRESS, Ses

DAY, NEXT = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
TOPICS = [{"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"}]
LIST = {"ContactListName": "list"}
CONTACT = {**LIST, "EmailAddress": "a@b.com"}
QUERY = {"Id": "q", "Namespace": "VDM", "Metric": "SEND", "StartDate": DAY, "EndDate": NEXT}
INSIGHTS = {"MessageInsightsDataSource": {"StartDate": DAY, "EndDate": NEXT}}
JOB = {"ExportDataSource": INSIGHTS, "ExportDestination": {"DataFormat": "CSV"}}
ENDPOINT = {"EndpointName": "two", "Details": {"RoutesDetails": [{"Region": "us-east-1"}]}}
TEMPLATE = {
    "TemplateName": "hello",
    "FromEmailAddress": ADDRESS,
    "TemplateSubject": "s",
    "TemplateContent": "c",
    "SuccessRedirectionURL": "https://example.com/yes",
    "FailureRedirectionURL": "https://example.com/no",
}
GONE_LIST = {"ContactListName": "gone"}
GONE = {"TemplateName": "gone"}


def listed(ses: Ses) -> None:
    """One of everything, a list with a contact, a job, an endpoint and a template too."""
    prepare(ses)
    ses("CreateContactList", **LIST, Topics=TOPICS)
    ses("CreateContact", **CONTACT)
    ses("PutAccountVdmAttributes", VdmAttributes=VDM)
    ses("SendEmail", **MAIL)
    ses("CreateExportJob", **JOB)
    ses("CreateMultiRegionEndpoint", **ENDPOINT)
    ses("CreateCustomVerificationEmailTemplate", **TEMPLATE)


def blind(ses: Ses) -> None:
    """Everything, but Virtual Deliverability Manager is off."""
    listed(ses)
    ses("PutAccountVdmAttributes", VdmAttributes={"VdmEnabled": "DISABLED"})


def entity(ses: Ses) -> dict[str, Any]:
    """What names the one tenant's reputation."""
    arn = ses("GetTenant", TenantName="there")["Tenant"]["TenantArn"]
    return {"ReputationEntityType": "RESOURCE", "ReputationEntityReference": arn}


NO_ENTITY = {"ReputationEntityType": "RESOURCE", "ReputationEntityReference": "arn:aws:ses:x"}
POLICY = "arn:aws:ses:us-east-2:aws:reputation-policy/strict"


def row(succeeds: Any, *refused: Refused) -> Row:
    return Row(succeeds, list(refused), listed)


ROWS: dict[str, Row] = {
    "CreateContactList": Row(
        {**LIST, "Topics": TOPICS, "Description": "d", "Tags": [{"Key": "a", "Value": "b"}]},
        [bad(ContactListName="a b"), bad(ContactListName=" "), bad(**LIST, Topics=TOPICS * 2)],
    ),
    "GetContactList": row(LIST, not_found(**GONE_LIST)),
    "ListContactLists": row({}),
    "UpdateContactList": row({**LIST, "Description": "new"}, not_found(**GONE_LIST)),
    "DeleteContactList": row(LIST, not_found(**GONE_LIST)),
    "CreateContact": row(
        {**LIST, "EmailAddress": "c@b.com", "UnsubscribeAll": True},
        taken(**CONTACT),
        bad(**LIST, EmailAddress="nobody"),
        not_found(**{**CONTACT, **GONE_LIST}),
    ),
    "GetContact": row(CONTACT, not_found(**LIST, EmailAddress="z@b.com")),
    "ListContacts": row(LIST, not_found(**GONE_LIST)),
    "UpdateContact": row(CONTACT, not_found(**LIST, EmailAddress="z@b.com")),
    "DeleteContact": row(CONTACT, not_found(**LIST, EmailAddress="z@b.com")),
    "GetMessageInsights": row(None, not_found(MessageId="gone")),
    "BatchGetMetricData": row(
        {"Queries": [QUERY]},
        bad(Queries=[QUERY, QUERY]),
        bad(Queries=[]),
        bad(Queries=[{**QUERY, "EndDate": DAY}]),
    ),
    "CreateExportJob": row(JOB, bad(**{**JOB, "ExportDataSource": {}})),
    "GetExportJob": row(None, bad(JobId="gone")),
    "ListExportJobs": row({}, bad(PageSize=101)),
    "CancelExportJob": row(None, bad(JobId="gone")),
    "GetReputationEntity": row(None, not_found(**NO_ENTITY)),
    "ListReputationEntities": row({}, bad(PageSize=0)),
    "UpdateReputationEntityPolicy": row(None, bad(**NO_ENTITY, ReputationEntityPolicy=POLICY)),
    "UpdateReputationEntityCustomerManagedStatus": row(
        None, bad(**NO_ENTITY, SendingStatus="DISABLED")
    ),
    "GetEmailAddressInsights": row({"EmailAddress": SUCCEEDS}, bad(EmailAddress=" ")),
    "CreateMultiRegionEndpoint": row(
        {**ENDPOINT, "EndpointName": "three"},
        taken(**ENDPOINT),
        bad(EndpointName="three", Details={"RoutesDetails": []}),
        bad(EndpointName="three", Details={"RoutesDetails": [{"Region": "us-east-2"}]}),
    ),
    "GetMultiRegionEndpoint": row({"EndpointName": "two"}, not_found(EndpointName="gone")),
    "ListMultiRegionEndpoints": row({}),
    "DeleteMultiRegionEndpoint": row({"EndpointName": "two"}, not_found(EndpointName="gone")),
    "PutAccountPricingAttributes": row({"Plan": "NONE"}, bad(Plan="SOME")),
    "CreateCustomVerificationEmailTemplate": row(
        {**TEMPLATE, "TemplateName": "new"},
        taken(**TEMPLATE),
        not_found(**{**TEMPLATE, "TemplateName": "new", "FromEmailAddress": "a@other.com"}),
        bad(**{**TEMPLATE, "TemplateName": "new", "SuccessRedirectionURL": "x"}),
    ),
    "GetCustomVerificationEmailTemplate": row({"TemplateName": "hello"}, not_found(**GONE)),
    "ListCustomVerificationEmailTemplates": row({}, bad(PageSize=51)),
    "UpdateCustomVerificationEmailTemplate": row(
        {**TEMPLATE, "TemplateSubject": "other"}, not_found(**{**TEMPLATE, **GONE})
    ),
    "DeleteCustomVerificationEmailTemplate": row({"TemplateName": "hello"}, not_found(**GONE)),
    "SendCustomVerificationEmail": row(
        {"TemplateName": "hello", "EmailAddress": "new@other.com"},
        not_found(**GONE, EmailAddress="new@other.com"),
        bad(TemplateName="hello", EmailAddress="nobody"),
    ),
}
