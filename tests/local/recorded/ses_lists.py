"""SESv2: contact lists, insights, metrics, export jobs, verification mails of one's own."""

from datetime import UTC, datetime
from typing import Any

from tests.local.recorded.ses_words import (
    ADDRESS,
    BOUNCE,
    FLOCI,
    LIST,
    SENDER,
    VDM,
    VDM_GATE,
    bad,
    gone,
    invalid,
    mail,
    v2,
)
from tests.local.recorded.table import ABSENT, ANYTHING, Call, Only, Row

_LISTS = f"{FLOCI} SesContactService"
_CONTACTS = f"{FLOCI} SesContactV2IntegrationTest"
_INSIGHTS = f"{FLOCI} SesInsightsController, 2026-09-21"
_METRICS = f"{FLOCI} SesMetricsController, 2026-09-23"
_JOBS = f"{FLOCI} SesExportJobService, 2026-09-23"
_NAME = {"ContactListName": "patients"}
_ANN = {**_NAME, "EmailAddress": "ann@example.com"}
_DAY, _NEXT = datetime(2026, 4, 3, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)
_SENT = Call("sesv2", "SendEmail", mail().params, keep={"message": "MessageId"})
_BOUNCED = Call("sesv2", "SendEmail", mail(Destination={"ToAddresses": [BOUNCE]}).params,
                keep={"message": "MessageId"})  # fmt: skip
_OF_MESSAGE = v2("GetMessageInsights", MessageId="$message")
_MODERN = {
    "TemplateName": "hello",
    "FromEmailAddress": ADDRESS,
    "TemplateSubject": "s",
    "TemplateContent": "c",
    "SuccessRedirectionURL": "https://example.com/yes",
    "FailureRedirectionURL": "https://example.com/no",
}


def _topics(*names: str, **more: str):
    topics = [
        {"TopicName": name, "DisplayName": "N", "DefaultSubscriptionStatus": "OPT_IN", **more}
        for name in names
    ]
    return v2("CreateContactList", **_NAME, Topics=topics)


def _contact(**more: Any):
    return v2("CreateContact", **{**_ANN, **more})


def _query(**more: Any):
    given = {"Id": "q", "Namespace": "VDM", "Metric": "SEND", "StartDate": _DAY, "EndDate": _NEXT}
    return v2("BatchGetMetricData", Queries=[{**given, **more}])


def _job(source: dict[str, Any], **destination: str):
    return v2(
        "CreateExportJob",
        ExportDataSource=source,
        ExportDestination={"DataFormat": "CSV", **destination},
    )


def _insights(start: datetime = _DAY, end: datetime = _NEXT):
    return {"MessageInsightsDataSource": {"StartDate": start, "EndDate": end}}


_LIST_ROWS = [
    Row("a list that is not there", v2("GetContactList", **_NAME),
        gone("List with name: patients doesn't exist."),
        "moto, tests/test_sesv2/test_sesv2.py; floci-io/floci SesContactService"),
    Row("a second list", v2("CreateContactList", ContactListName="other"),
        bad("A maximum of 1 Lists allowed per account."), _LISTS, (LIST,)),
    Row("the same list again", v2("CreateContactList", **_NAME),
        bad("A maximum of 1 Lists allowed per account."), _LISTS, (LIST,)),
    Row("a list with a dot", v2("CreateContactList", ContactListName="a.b"),
        bad("ContactListName can contain up to 64 characters. Only alphanumeric characters,"
            " underscores(_) and hyphens(-) are allowed."), _LISTS),
    Row("a list with a blank name", v2("CreateContactList", ContactListName=" "),
        bad("ContactListName can't be blank."), _LISTS),
    Row("a default that is none", _topics("news", DefaultSubscriptionStatus="OPTIN"),
        invalid("topics.1.member.defaultSubscriptionStatus",
                "must satisfy enum value set: [OPT_OUT, OPT_IN]"),
        "badmintoncryer/cdk-preflight, contact-list-topic-subscription-status-enum, 2026-09-24"),
    Row("a topic twice", _topics("news", "news"),
        bad("Duplicate topic names are not allowed within a List."), _LISTS),
    Row("twenty-one topics", _topics(*(f"t{number}" for number in range(21))),
        bad("Maximum of <20> topics allowed per ContactList"), _LISTS),
    Row("a description of 501 characters",
        v2("CreateContactList", **_NAME, Description="d" * 501),
        bad("List description can contain up to 500 characters."), _LISTS),
    Row("a contact with what it says and what the list says for it", v2("GetContact", **_ANN),
        {"TopicPreferences": [{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}],
         "TopicDefaultPreferences": [{"TopicName": "study", "SubscriptionStatus": "OPT_OUT"}],
         "UnsubscribeAll": False, "CreatedTimestamp": ANYTHING}, _CONTACTS,
        (LIST,
         _contact(TopicPreferences=[{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}]))),
    Row("a contact that is there", _contact(),
        bad("ann@example.com already exists in List.", "AlreadyExistsException"), _CONTACTS,
        (LIST, _contact())),
    Row("a contact that is not there", v2("GetContact", **_ANN),
        gone("ann@example.com doesn't exist in List."),
        "moto, tests/test_sesv2/test_sesv2.py; floci-io/floci", (LIST,)),
    Row("a contact of no list", _contact(), gone("List with name: patients doesn't exist."),
        "moto, tests/test_sesv2/test_sesv2.py; floci-io/floci"),
    Row("a topic that the list does not have",
        _contact(TopicPreferences=[{"TopicName": "nope", "SubscriptionStatus": "OPT_IN"}]),
        bad("List: patients doesn't contain Topic: nope"), _CONTACTS, (LIST,)),
    Row("the choice is judged before the address",
        _contact(EmailAddress="nobody",
                 TopicPreferences=[{"TopicName": "news", "SubscriptionStatus": "MAYBE"}]),
        invalid("topicPreferences.1.member.subscriptionStatus",
                "must satisfy enum value set: [OPT_OUT, OPT_IN]"), _CONTACTS, (LIST,)),
    Row("the address is judged before the list", v2("GetContact", **_NAME, EmailAddress="nobody"),
        bad("EmailAddress <nobody> is invalid"), _CONTACTS),
    Row("no address", _contact(EmailAddress=None), invalid("emailAddress", "must not be null"),
        _CONTACTS, (LIST,)),
    Row("an empty address", _contact(EmailAddress=""), bad("EmailAddress can't be blank."),
        _CONTACTS, (LIST,)),
    Row("an update keeps the topics and drops the attributes", v2("GetContact", **_ANN),
        {"UnsubscribeAll": True, "AttributesData": ABSENT,
         "TopicPreferences": [{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}]}, _CONTACTS,
        (LIST,
         _contact(AttributesData="{}",
                  TopicPreferences=[{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}]),
         v2("UpdateContact", **_ANN, UnsubscribeAll=True))),
    Row("a list of contacts tells less", v2("ListContacts", **_NAME),
        {"Contacts": [Only({"EmailAddress": "ann@example.com", "TopicPreferences": [],
                            "TopicDefaultPreferences": ANYTHING, "UnsubscribeAll": False,
                            "LastUpdatedTimestamp": ANYTHING})]}, _CONTACTS,
        (LIST, _contact(AttributesData="{}"))),
    Row("mail to a list that is not there",
        mail(ListManagementOptions={"ContactListName": "patients"}),
        gone("List with name: patients doesn't exist."), f"{FLOCI} SesService", SENDER),
    Row("mail puts its recipient on the list",
        v2("GetContact", **_NAME, EmailAddress=BOUNCE), {"EmailAddress": BOUNCE},
        "SES Developer Guide, sending-email-list-management.md",
        (LIST, *SENDER,
         mail(Destination={"ToAddresses": [BOUNCE]}, ListManagementOptions=_NAME))),
]  # fmt: skip

_INSIGHT_ROWS = [
    Row("insights without the manager, whatever the id", v2("GetMessageInsights", MessageId="x"),
        gone(VDM_GATE), _INSIGHTS),
    Row("insights of a message that is not there", v2("GetMessageInsights", MessageId="x"),
        gone("Message <x> not found for account <$account>"), _INSIGHTS, (VDM,)),
    Row("a bounce in the insights", _OF_MESSAGE,
        {"MessageId": "$message", "Subject": "Hello", "EmailTags": [],
         "Insights": [{"Destination": BOUNCE, "Isp": "UNKNOWN_ISP", "Events": [
             {"Type": "SEND", "Details": ABSENT},
             {"Type": "BOUNCE", "Details": {"Bounce": {"BounceType": "PERMANENT",
                                                       "BounceSubType": "General"}}}]}]},
        _INSIGHTS, (VDM, *SENDER, _BOUNCED)),
    Row("a delivery in the insights", _OF_MESSAGE,
        {"Insights": [{"Events": [{"Type": "SEND"}, {"Type": "DELIVERY"}]}]}, _INSIGHTS,
        (VDM, *SENDER, _SENT)),
    Row("metrics without the manager", _query(), gone(VDM_GATE), _METRICS),
    Row("a query twice",
        v2("BatchGetMetricData", Queries=2 * _query().params["Queries"]),
        bad("All queries must have a unique identifier."), _METRICS, (VDM,)),
    Row("no query", v2("BatchGetMetricData", Queries=[]),
        invalid("queries", "must have length greater than or equal to 1"), _METRICS, (VDM,)),
    Row("an end before its beginning", _query(EndDate=_DAY),
        bad("Expected start date to be before the end date."), _METRICS, (VDM,)),
    Row("more than sixty days", _query(EndDate=datetime(2026, 7, 1, tzinfo=UTC)),
        bad("Invalid interval, can request at most 60 days. Please partition your requested"
            " interval."), _METRICS, (VDM,)),
    Row("an identity with a space", _query(Dimensions={"EMAIL_IDENTITY": "a b"}),
        bad("Invalid email identity provided."), f"{FLOCI} SesMetricsController, 2026-09-24",
        (VDM,)),
    Row("a set without a name", _query(Dimensions={"CONFIGURATION_SET": ""}),
        bad("The configuration set name must be specified."),
        f"{FLOCI} SesMetricsController, 2026-09-24", (VDM,)),
    Row("a day without mail is not there", _query(),
        Only({"Results": [Only({"Id": "q", "Timestamps": [], "Values": []})], "Errors": []}),
        _METRICS, (VDM,)),
    Row("a day with mail is counted", _query(Metric="PERMANENT_BOUNCE"),
        {"Results": [{"Values": [1]}]}, _METRICS, (VDM, *SENDER, _BOUNCED)),
    Row("an export without the manager is a bad request", _job(_insights()), bad(VDM_GATE), _JOBS),
    Row("an export to a bucket of one's own", _job(_insights(), S3Url="s3://mine/prefix/"),
        bad("Providing a custom S3 URL is not supported"), _JOBS),
    Row("an export of nothing", _job({}), bad("One data source must be provided"), _JOBS),
    Row("an export that ends before it begins", _job(_insights(_NEXT, _DAY)),
        bad("Invalid date range"), _JOBS, (VDM,)),
    Row("metrics of half a day",
        _job({"MetricsDataSource": {
            "Dimensions": {"ISP": ["*"]}, "Namespace": "VDM", "Metrics": [{"Name": "SEND"}],
            "StartDate": _DAY.replace(hour=1), "EndDate": _NEXT}}),
        bad("To get daily aggregated data you must not specify partial-day timestamps. Please make"
            " your interval go from midnight to midnight UTC."), _JOBS, (VDM,)),
    Row("a job that is not there", v2("GetExportJob", JobId="x"), bad("Invalid JobId"), _JOBS),
    Row("a job is at work when it is first looked at", v2("ListExportJobs"),
        {"ExportJobs": [{"JobStatus": "PROCESSING", "ExportSourceType": "MESSAGE_INSIGHTS"}]},
        _JOBS, (VDM, _job(_insights()))),
    Row("a verification mail of one's own that is not there",
        v2("GetCustomVerificationEmailTemplate", TemplateName="gone"),
        gone("Custom verification email template <gone> does not exist"),
        f"{FLOCI} SesCvetService"),
    Row("a verification mail from an unverified address",
        v2("CreateCustomVerificationEmailTemplate", **_MODERN),
        gone(f"The from email address <{ADDRESS}> is not verified"), f"{FLOCI} SesService"),
    Row("a verification mail that leads nowhere",
        v2("CreateCustomVerificationEmailTemplate", **{**_MODERN, "SuccessRedirectionURL": "x"}),
        bad("The success redirection URL is invalid"), f"{FLOCI} SesService", SENDER),
]  # fmt: skip

ROWS = [*_LIST_ROWS, *_INSIGHT_ROWS]
