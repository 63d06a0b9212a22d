"""SQS for clients old and new: the query protocol, and URLs that lead back here."""
# ruff: noqa: S310 - every URL here is on loopback

from __future__ import annotations

import re
import urllib.error
import urllib.request
from threading import Event, RLock, Thread
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element, fromstring

import boto3
import pytest

from ses_provision.local.server import serving
from ses_provision.local.sqs import Patience
from tests.local.conftest import DOMAIN, HOME, PROD, refused

SIGNATURE = (
    f"AWS4-HMAC-SHA256 Credential=LOCAL000{PROD}/20260403/{HOME}/{{}}/aws4_request, "
    "SignedHeaders=host, Signature=local"
)


@pytest.fixture
def url(aws):
    with serving(aws) as address:
        yield address.url


def local_names(element: Element) -> Element:
    for each in element.iter():
        each.tag = each.tag.rpartition("}")[2]
    return element


@pytest.fixture
def old(url):
    """A client that speaks the query protocol, as all did until the end of 2023."""

    def call(action, queue=None, **form):
        body = urlencode({"Action": action, "Version": "2012-11-05"} | form).encode()
        headers = {
            "Authorization": SIGNATURE.format("sqs"),
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        try:
            with urllib.request.urlopen(
                urllib.request.Request(queue or url, body, headers)
            ) as answer:
                return local_names(fromstring(answer.read()))  # noqa: S314
        except urllib.error.HTTPError as error:
            with error:
                return local_names(fromstring(error.read()))  # noqa: S314

    return call


def made(old, **form):
    return old("CreateQueue", QueueName="jobs", **form).findtext("CreateQueueResult/QueueUrl")


def test_an_old_client_makes_a_queue_with_attributes_and_tags(old):
    queue = made(
        old,
        **{"Attribute.1.Name": "DelaySeconds", "Attribute.1.Value": "0",
           "Attribute.2.Name": "VisibilityTimeout", "Attribute.2.Value": "69",
           "Tag.1.Key": "Project", "Tag.1.Value": "mail"},
    )  # fmt: skip
    answer = old("GetQueueAttributes", queue, **{"AttributeName.1": "VisibilityTimeout"})
    (attribute,) = answer.findall("GetQueueAttributesResult/Attribute")
    assert [part.text for part in attribute] == ["VisibilityTimeout", "69"]
    (tag,) = old("ListQueueTags", queue).findall("ListQueueTagsResult/Tag")
    assert [(part.tag, part.text) for part in tag] == [("Key", "Project"), ("Value", "mail")]


def test_an_old_client_sends_and_receives_with_attributes_and_deletes(old):
    queue = made(old)
    sent = old(
        "SendMessage",
        queue,
        **{"MessageBody": "hello", "MessageAttribute.1.Name": "colour",
           "MessageAttribute.1.Value.DataType": "String",
           "MessageAttribute.1.Value.StringValue": "red"},
    )  # fmt: skip
    received = old(
        "ReceiveMessage", queue, **{"MessageAttributeName.1": "All", "AttributeName.1": "All"}
    )
    (message,) = received.findall("ReceiveMessageResult/Message")
    assert message.findtext("Body") == "hello"
    assert message.findtext("MessageId") == sent.findtext("SendMessageResult/MessageId")
    assert message.findtext("MessageAttribute/Name") == "colour"
    assert message.findtext("MessageAttribute/Value/StringValue") == "red"
    assert "SentTimestamp" in [each.text for each in message.findall("Attribute/Name")]
    handle = message.findtext("ReceiptHandle") or ""
    old("DeleteMessage", queue, ReceiptHandle=handle)
    count = old("GetQueueAttributes", queue, **{"AttributeName.1": "All"})
    counts = {each[0].text: each[1].text for each in count.iter("Attribute")}
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_an_old_client_sends_a_batch(old):
    queue = made(old)
    answer = old(
        "SendMessageBatch",
        queue,
        **{
            f"SendMessageBatchRequestEntry.{number}.{name}": value
            for number in (1, 2)
            for name, value in (("Id", f"m{number}"), ("MessageBody", "x"))
        },
    )
    entries = answer.findall("SendMessageBatchResult/SendMessageBatchResultEntry")
    assert [entry.findtext("Id") for entry in entries] == ["m1", "m2"]
    assert answer.findtext("ResponseMetadata/RequestId")


def test_an_old_client_is_told_the_code_that_it_knows(old, url):
    answer = old("ReceiveMessage", f"{url}/{PROD}/none")
    assert answer.findtext("Error/Code") == "AWS.SimpleQueueService.NonExistentQueue"
    assert answer.findtext("Error/Type") == "Sender"


def test_an_old_client_lists_queues_one_by_one(old):
    made(old)
    found = [each.text for each in old("ListQueues").findall("ListQueuesResult/QueueUrl")]
    assert [urlsplit(each).path for each in found] == [f"/{PROD}/jobs"]


def test_a_queue_url_leads_back_to_where_the_client_reached_the_local_aws(url):
    for origin in (url, url.replace("127.0.0.1", "localhost")):
        sqs = own_client("sqs", origin)
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        assert queue == f"{origin}/{PROD}/jobs"
        assert sqs.get_queue_url(QueueName="jobs")["QueueUrl"] == queue
        assert sqs.list_queues()["QueueUrls"] == [queue]
        sqs.send_message(QueueUrl=queue, MessageBody="hello")
        (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def own_client(service, url):
    return boto3.Session(f"LOCAL000{PROD}", "local", region_name=HOME).client(
        service, endpoint_url=url
    )


ADDRESS = re.compile(rb"https?://[^\s\"'<>\\,]+")
# Names of XML languages, which nobody visits, and pages of the manual.
NO_SERVICE = re.compile(rb"https?://(?:[a-z0-9.-]+/doc/\d{4}-\d\d-\d\d/|docs\.aws\.amazon\.com/)")


def test_no_answer_of_the_local_aws_holds_an_address_that_is_not_its_own(aws, url, monkeypatch):
    """A program that follows an answer must never end up at the real AWS."""
    answers = []
    answer = aws.answer

    def noted(request):
        response = answer(request)
        text = b" ".join(value.encode() for value in response.headers.values())
        answers.append((request.path, text + b" " + response.body))
        return response

    monkeypatch.setattr(aws, "answer", noted)
    drive_every_service(url)
    assert len(answers) >= 40
    strange = {
        found.decode()
        for _, text in answers
        for found in ADDRESS.findall(text)
        if not found.startswith(url.encode()) and not NO_SERVICE.match(found)
    }
    assert strange == set()
    assert any(found.startswith(url.encode()) for _, text in answers
               for found in ADDRESS.findall(text))  # fmt: skip


POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": '
    '{"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}]}'
)
TRUST = POLICY.replace("sqs:SendMessage", "sts:AssumeRole").replace(', "Resource": "*"', "")


def drive_every_service(url):
    sqs, sns = own_client("sqs", url), own_client("sns", url)
    queue = sqs.create_queue(QueueName="q", Attributes={"Policy": POLICY})["QueueUrl"]
    sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    sqs.list_queues()
    sqs.list_dead_letter_source_queues(QueueUrl=queue)
    topic = sns.create_topic(Name="t")["TopicArn"]
    arn = f"arn:aws:sqs:{HOME}:{PROD}:q"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="hello")
    sqs.receive_message(QueueUrl=queue)
    sns.get_topic_attributes(TopicArn=topic)
    sns.list_subscriptions()
    drive_names_and_keys(url)
    drive_mail(url, topic)
    drive_events(url, arn)


def drive_names_and_keys(url):
    r53, iam, kms, sts = (own_client(each, url) for each in ("route53", "iam", "kms", "sts"))
    made_zone = r53.create_hosted_zone(Name="example.org", CallerReference="1")
    r53.get_hosted_zone(Id=made_zone["HostedZone"]["Id"])
    r53.list_hosted_zones_by_name()
    r53.list_resource_record_sets(HostedZoneId=made_zone["HostedZone"]["Id"])
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.get_role(RoleName="r")
    iam.list_roles()
    iam.create_user(UserName="u")
    iam.create_access_key(UserName="u")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.describe_key(KeyId=key)
    kms.get_key_policy(KeyId=key, PolicyName="default")
    sts.get_caller_identity()
    sts.assume_role(RoleArn=f"arn:aws:iam::{PROD}:role/r", RoleSessionName="session")


def drive_mail(url, topic):
    ses, cloudwatch = own_client("sesv2", url), own_client("cloudwatch", url)
    ses.create_configuration_set(ConfigurationSetName="set")
    ses.create_configuration_set_event_destination(
        ConfigurationSetName="set",
        EventDestinationName="topic",
        EventDestination={
            "Enabled": True,
            "MatchingEventTypes": ["SEND", "BOUNCE"],
            "SnsDestination": {"TopicArn": topic},
        },
    )
    ses.create_email_identity(EmailIdentity=DOMAIN)
    ses.get_email_identity(EmailIdentity=DOMAIN)
    ses.get_account()
    ses.list_email_identities()
    cloudwatch.put_metric_alarm(
        AlarmName="a", Namespace="N", MetricName="m", Statistic="Average", Period=60,
        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )  # fmt: skip
    cloudwatch.set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="r")
    cloudwatch.describe_alarms()
    cloudwatch.list_metrics()
    own_client("artifact", url).list_customer_agreements()


def drive_events(url, queue_arn):
    events, firehose = own_client("events", url), own_client("firehose", url)
    events.put_rule(Name="r", EventPattern='{"source": ["aws.ses"]}')
    events.put_targets(Rule="r", Targets=[{"Id": "q", "Arn": queue_arn}])
    events.list_rules()
    events.list_event_buses()
    firehose.list_delivery_streams()


def test_the_links_of_a_message_are_followed_without_a_signature(aws, url):
    sns = own_client("sns", url)
    topic = sns.create_topic(Name="t")["TopicArn"]
    made_arn = sns.subscribe(
        TopicArn=topic, Protocol="https", Endpoint="https://hooks.example.com/",
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]  # fmt: skip
    token = aws.outbox[-1].token
    confirm = {"Action": "ConfirmSubscription", "TopicArn": topic, "Token": token}
    with urllib.request.urlopen(f"{url}/?{urlencode(confirm)}") as answer:
        assert made_arn in answer.read().decode()
    held = sns.get_subscription_attributes(SubscriptionArn=made_arn)["Attributes"]
    assert held["PendingConfirmation"] == "false"
    leave = {"Action": "Unsubscribe", "SubscriptionArn": made_arn}
    urllib.request.urlopen(f"{url}/?{urlencode(leave)}").close()
    assert [each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]] == [
        "Deleted"
    ]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{url}/?Action=DeleteTopic&TopicArn={topic}")
    with caught.value:
        assert caught.value.code == 403


def test_the_certificate_of_the_signatures_is_served(url):
    with urllib.request.urlopen(f"{url}/SimpleNotificationService-localaws.pem") as answer:
        assert answer.read().startswith(b"-----BEGIN CERTIFICATE-----")


def test_who_waits_for_a_message_gets_it_when_it_is_sent_and_keeps_nobody_else_waiting(
    aws, url, monkeypatch
):
    waiter, sender = own_client("sqs", url), own_client("sqs", url)
    queue = sender.create_queue(QueueName="jobs")["QueueUrl"]
    is_waiting, wait, got = Event(), Patience.wait, []

    def noted(patience, until):
        is_waiting.set()
        return wait(patience, until)

    monkeypatch.setattr(Patience, "wait", noted)
    thread = Thread(
        target=lambda: got.append(waiter.receive_message(QueueUrl=queue, WaitTimeSeconds=20))
    )
    thread.start()
    assert is_waiting.wait(20)
    sender.send_message(QueueUrl=queue, MessageBody="hello")
    thread.join(30)

    assert [each["Body"] for each in got[0]["Messages"]] == ["hello"]


@pytest.fixture
def waits(monkeypatch):
    """How long would have been waited, each time, where nobody does."""
    asked = []

    def until(_, seconds):
        asked.append(seconds)
        return 0

    monkeypatch.setattr(Patience, "until", until)
    monkeypatch.setattr(Patience, "wait", lambda *_: False)
    return asked


def test_a_queue_says_by_itself_how_long_to_wait(url, waits):
    sqs = own_client("sqs", url)
    attributes = {"ReceiveMessageWaitTimeSeconds": "7"}
    queue = sqs.create_queue(QueueName="jobs", Attributes=attributes)["QueueUrl"]

    sqs.receive_message(QueueUrl=queue)
    sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=3)
    sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=0)

    assert waits == [7, 3, 0]


def test_in_one_process_nobody_is_waited_for():
    patience = Patience(RLock(), lambda: False)
    with_others = Patience(RLock(), lambda: True)

    assert not patience.wait(patience.until(20))
    assert with_others.until(20) > patience.until(20)


@pytest.mark.parametrize("text", ["garbage", "[" * 100_000, '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_policy_that_is_none_is_refused_of_a_new_queue_and_of_one_that_is_there(client, text):
    sqs = client("sqs")
    found = refused(sqs.create_queue, QueueName="new", Attributes={"Policy": text})
    assert (found.code, found.message) == (
        "InvalidAttributeValue",
        "Invalid value for the parameter Policy.",
    )
    queue = sqs.create_queue(QueueName="jobs", Attributes={"Policy": ""})["QueueUrl"]
    found = refused(sqs.set_queue_attributes, QueueUrl=queue, Attributes={"Policy": text})
    assert found.code == "InvalidAttributeValue"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})


@pytest.mark.parametrize("prefix", ["[", "(", "j.bs", "(a+)+$", "jobs$"])
def test_a_prefix_of_names_is_no_pattern(client, prefix):
    sqs = client("sqs")
    sqs.create_queue(QueueName="jobs-1_x")
    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix=prefix)
    assert len(sqs.list_queues(QueueNamePrefix="jobs-1_")["QueueUrls"]) == 1
