"""Mail to the contacts of a list, and the way off it."""

from typing import Any

import pytest

from ses_provision.local.ses.state import SentMessage
from tests.local.ses.post import events, mail, sent, watch
from tests.local.ses.world import TOPIC, Ses

ANN, BEN = "ann@example.com", "ben@example.com"
LIST = {"ContactListName": "patients"}
TOPICS = [
    {"TopicName": "news", "DisplayName": "News", "DefaultSubscriptionStatus": "OPT_IN"},
    {"TopicName": "study", "DisplayName": "Study", "DefaultSubscriptionStatus": "OPT_OUT"},
]
PLACEHOLDER = "{{amazonSESUnsubscribeUrl}}"


@pytest.fixture
def lister(sender: Ses) -> Ses:
    """A sender with a contact list of two topics, out of the sandbox."""
    sender("CreateContactList", **LIST, Topics=TOPICS)
    sender.service.allow_production(sender.caller.account, sender.caller.region)
    return sender


def listed(*to: str, topic: str | None = None, text: str = "Hi", **more: Any) -> dict[str, Any]:
    options = {**LIST, "TopicName": topic} if topic else LIST
    content = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": text}}}}
    return mail(*(to or (ANN,)), ListManagementOptions=options, Content=content, **more)


def headers(message: SentMessage) -> dict[str, str]:
    return dict(message.headers)


def link(message: SentMessage) -> str:
    return headers(message)["List-Unsubscribe"].strip("<>")


def token(message: SentMessage) -> str:
    return link(message).partition("token=")[2]


def wants(ses: Ses, address: str = ANN) -> Any:
    return ses("GetContact", **LIST, EmailAddress=address)


def test_mail_to_one_contact_carries_the_one_click_headers(lister: Ses) -> None:
    """RFC 8058; the link leads to where the local AWS is served, and to nowhere else."""
    lister.service.world.address = lambda: "http://127.0.0.1:4566"
    lister("SendEmail", **listed(topic="news"))
    [message] = sent(lister)
    assert headers(message)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link(message).startswith("http://127.0.0.1:4566/_local/unsubscribe?token=")


def test_the_placeholder_becomes_the_link_twice_at_most(lister: Ses) -> None:
    """[D23] sending-email-list-management.md."""
    lister("SendEmail", **listed(text=f"{PLACEHOLDER} {PLACEHOLDER} {PLACEHOLDER}"))
    [message] = sent(lister)
    assert message.text == f"{link(message)} {link(message)} {PLACEHOLDER}"


def test_a_template_keeps_the_placeholder_until_the_mail_is_sent(lister: Ses) -> None:
    template = {"TemplateContent": {"Subject": "s", "Text": PLACEHOLDER}, "TemplateData": "{}"}
    lister("SendEmail", **{**listed(), "Content": {"Template": template}})
    [message] = sent(lister)
    assert message.text == link(message)


def test_a_raw_message_gets_the_headers_in_front(lister: Ses) -> None:
    """[D23]: what SMTP callers say in X-SES-LIST-MANAGEMENT-OPTIONS."""
    raw = (
        f"From: {mail()['FromEmailAddress']}\r\nTo: {ANN}\r\n"
        "X-SES-LIST-MANAGEMENT-OPTIONS: patients; topic=news\r\n\r\nhi"
    )
    lister("SendEmail", Content={"Raw": {"Data": raw.encode()}})
    [message] = sent(lister)
    assert message.raw is not None
    assert message.raw.startswith(f"List-Unsubscribe: <{link(message)}>\r\n".encode())


def test_mail_to_several_contacts_carries_no_way_off(lister: Ses) -> None:
    lister("SendEmail", **listed(ANN, BEN, text=PLACEHOLDER))
    [message] = sent(lister)
    assert "List-Unsubscribe" not in headers(message)
    assert message.text == PLACEHOLDER


def test_who_follows_the_link_of_a_topic_is_sent_no_more_of_it(lister: Ses) -> None:
    lister("SendEmail", **listed(topic="news"))
    assert lister.service.unsubscribe(token(sent(lister)[0]))
    assert wants(lister)["TopicPreferences"] == [
        {"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}
    ]
    lister.world.published.clear()
    lister("SendEmail", **listed(topic="news"))
    told = [event["eventType"] for event in events(lister)]
    assert told == ["Send", "Bounce"]
    assert events(lister)[1]["bounce"]["bounceSubType"] == "UnsubscribedRecipient"


def test_who_follows_a_link_without_a_topic_leaves_the_list(lister: Ses) -> None:
    lister("SendEmail", **listed())
    assert lister.service.unsubscribe(token(sent(lister)[0]))
    assert wants(lister)["UnsubscribeAll"] is True
    lister.world.published.clear()
    lister("SendEmail", **listed(topic="news"))
    assert [event["eventType"] for event in events(lister)] == ["Send", "Bounce"]


def test_a_topic_one_has_to_ask_for_reaches_nobody_who_did_not(lister: Ses) -> None:
    lister("SendEmail", **listed(topic="study"))
    assert [event["eventType"] for event in events(lister)] == ["Send", "Bounce"]


def test_a_link_tells_its_subscription_event(lister: Ses) -> None:
    """[D23] event-publishing-retrieving-sns-contents.md, the subscription object."""
    watch(lister, {"SnsDestination": {"TopicArn": TOPIC}}, "subscriptions", ["SUBSCRIPTION"])
    lister("SendEmail", **listed(topic="news"))
    lister.world.published.clear()
    lister.service.unsubscribe(token(sent(lister)[0]))
    [event] = events(lister)
    assert event["eventType"] == "Subscription"
    assert event["subscription"]["newTopicPreferences"]["topicSubscriptionStatus"] == [
        {"topicName": "news", "subscriptionStatus": "OptOut"}
    ]
    assert event["subscription"]["oldTopicPreferences"]["topicSubscriptionStatus"] == []


def test_a_link_that_no_mail_holds_leads_nowhere(lister: Ses) -> None:
    assert not lister.service.unsubscribe("nonsense")


def test_contacts_are_listed_by_what_they_want(lister: Ses) -> None:
    """[M] ListContactsFilter."""
    preferences = [{"TopicName": "news", "SubscriptionStatus": "OPT_OUT"}]
    lister("CreateContact", **LIST, EmailAddress=ANN, TopicPreferences=preferences)
    lister("CreateContact", **LIST, EmailAddress=BEN)

    def found(**wanted: Any) -> list[str]:
        contacts = lister("ListContacts", **LIST, Filter=wanted)["Contacts"]
        return [each["EmailAddress"] for each in contacts]

    assert found(FilteredStatus="OPT_OUT", TopicFilter={"TopicName": "news"}) == [ANN]
    assert found(FilteredStatus="OPT_IN", TopicFilter={"TopicName": "news"}) == []
    default = {"TopicName": "news", "UseDefaultIfPreferenceUnavailable": True}
    assert found(FilteredStatus="OPT_IN", TopicFilter=default) == [BEN]
    assert found(FilteredStatus="OPT_IN") == [ANN, BEN]
