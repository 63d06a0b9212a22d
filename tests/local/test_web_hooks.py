"""HTTP subscribers on this machine: posted to, signed, confirmed by fetching SubscribeURL."""
# ruff: noqa: S310 - every URL here is on loopback

from __future__ import annotations

import base64
import json
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from threading import enumerate as enumerate_threads

import boto3
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from ses_provision.local import web_hooks
from ses_provision.local.server import serving
from ses_provision.local.web_hooks import THREAD, Post, WebHooks, can_be_reached
from tests.local.conftest import HOME, PROD, STAGING, refused

SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
    ),
}  # fmt: skip


class Hook(ThreadingHTTPServer):
    """A web hook as an application has it: it confirms by itself, and keeps what it gets."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: Queue[tuple[dict[str, str], str]] = Queue()
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?key=1"

    def next(self) -> tuple[dict[str, str], str]:
        """The next post; an error where none comes."""
        return self.got.get(timeout=20)


class _Answer(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert self.path == "/hook?key=1"
        if headers.get("x-amz-sns-message-type") == "SubscriptionConfirmation":
            urllib.request.urlopen(json.loads(body)["SubscribeURL"]).close()
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.got.put((headers, body))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook():
    server = Hook()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sns(aws):
    with serving(aws) as address:
        yield boto3.Session(f"LOCAL000{PROD}", "local", region_name=HOME).client(
            "sns", endpoint_url=address.url
        )


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name="events")["TopicArn"]


def subscribed(sns, topic, hook, **attributes):
    made = sns.subscribe(
        TopicArn=topic, Protocol="http", Endpoint=hook.url, ReturnSubscriptionArn=True,
        Attributes=attributes,
    )  # fmt: skip
    return made["SubscriptionArn"], hook.next()


def is_genuine(envelope):
    with urllib.request.urlopen(envelope["SigningCertURL"]) as answer:
        key = x509.load_pem_x509_certificate(answer.read()).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    names = [name for name in SIGNED[envelope["Type"]] if name in envelope]
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names)
    signature = base64.b64decode(envelope["Signature"])
    key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    return True


def test_a_web_hook_confirms_itself_and_then_gets_signed_messages(sns, topic, hook):
    arn, (headers, body) = subscribed(sns, topic, hook)
    asked = json.loads(body)
    assert (asked["Type"], asked["TopicArn"]) == ("SubscriptionConfirmation", topic)
    assert headers["x-amz-sns-message-type"] == "SubscriptionConfirmation"
    assert is_genuine(asked)
    held = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert held["PendingConfirmation"] == "false"

    attribute = {"DataType": "String", "StringValue": "red"}
    sent = sns.publish(
        TopicArn=topic, Message="hello", Subject="s", MessageAttributes={"colour": attribute}
    )

    headers, body = hook.next()
    message = json.loads(body)
    assert (message["Message"], message["MessageId"]) == ("hello", sent["MessageId"])
    assert message["MessageAttributes"] == {"colour": {"Type": "String", "Value": "red"}}
    assert (headers["x-amz-sns-subscription-arn"], headers["x-amz-sns-topic-arn"]) == (arn, topic)
    assert is_genuine(message)


def test_a_name_below_localhost_is_this_machine_whatever_its_resolver_says(sns, topic, hook):
    """RFC 6761, 6.3."""
    port = hook.server_address[1]
    endpoint = f"http://app.localhost:{port}/hook?key=1"
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint)
    headers, _ = hook.next()
    assert headers["host"] == f"app.localhost:{port}"


def test_no_thread_is_left_once_all_is_posted(aws, sns, topic, hook):
    def at_work():
        return [thread for thread in enumerate_threads() if thread.name == THREAD]

    before = at_work()
    for number in range(3):
        arn = sns.create_topic(Name=f"t{number}")["TopicArn"]
        sns.subscribe(TopicArn=arn, Protocol="http", Endpoint=hook.url)
        hook.next()
        aws.reset()
    for thread in set(at_work()) - set(before):
        thread.join(timeout=20)
    assert set(at_work()) <= set(before)


def test_what_still_waits_at_a_reset_is_never_posted():
    hooks, made, first_came, go_on = WebHooks(), [], Event(), Event()

    def held(post):
        made.append(post.endpoint)
        first_came.set()
        assert go_on.wait(timeout=20)
        raise OSError

    posts = [Post(f"http://127.0.0.1:9/{number}", {}, "", lambda _: None) for number in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(web_hooks, "send", held)
        for post in posts:
            hooks.post(post)
        assert first_came.wait(timeout=20)
        hooks.forget()
        [worker] = [each for each in enumerate_threads() if each.name == THREAD and each.is_alive()]
        go_on.set()
        worker.join(timeout=20)
    assert made == [posts[0].endpoint]


@pytest.mark.parametrize("endpoint", ["http://[::1", "http://127.0.0.1]:80/", "http://"])
def test_an_endpoint_that_is_no_address_is_subscribed_and_gets_nothing(aws, sns, topic, endpoint):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=endpoint)
    aws.confirm_subscriptions()
    sns.publish(TopicArn=topic, Message="hello")
    assert [mail.kind for mail in aws.outbox.to(endpoint)] == ["confirmation", "notification"]


def test_raw_messages_come_without_their_envelope(sns, topic, hook):
    subscribed(sns, topic, hook, RawMessageDelivery="true")
    sns.publish(TopicArn=topic, Message="plain")
    headers, body = hook.next()
    assert (body, headers["x-amz-sns-rawdelivery"]) == ("plain", "true")


def test_a_hook_that_refuses_a_message_is_noted(aws, sns, topic, hook):
    subscribed(sns, topic, hook)
    hook.status = 500
    sns.publish(TopicArn=topic, Message="lost")
    hook.next()
    hook.status = 200
    sns.publish(TopicArn=topic, Message="next")
    hook.next()
    assert "answered 500" in next(mail.subject for mail in aws.outbox if mail.kind == "undelivered")


def test_filters_hold_for_hooks(sns, topic, hook):
    subscribed(sns, topic, hook, FilterPolicy='{"n": [1]}', FilterPolicyScope="MessageBody")
    for body in ('{"n": 2}', "text", '{"n": 1}'):
        sns.publish(TopicArn=topic, Message=body)
    assert json.loads(hook.next()[1])["Message"] == '{"n": 1}'
    assert hook.got.empty()


@pytest.mark.parametrize(
    ("endpoint", "reached"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://user:word@localhost/x", True),
        ("https://[::1]:1/x", True),
        ("https://example.com/x", False),
        ("http://127.0.0.1@example.com/", False),
        ("http://10.0.0.1/", False),
        ("http://127.0.0.1.example.com/", False),
    ],
)
def test_only_hooks_on_this_machine_are_reached(endpoint, reached):
    assert can_be_reached(endpoint) is reached


def test_filters_of_a_subscription_are_shown_checked_and_taken_back(sns, topic):
    asked = {"TopicArn": topic, "Protocol": "email", "Endpoint": "a@example.org",
             "ReturnSubscriptionArn": True}  # fmt: skip
    found = refused(sns.subscribe, **asked, Attributes={"FilterPolicy": '{"a": "x"}'})
    assert found.message == (
        'Invalid parameter: Attributes Reason: FilterPolicy: "a" must be an object or an array'
    )
    arn = sns.subscribe(**asked, Attributes={"FilterPolicy": '{"a": ["x"]}'})["SubscriptionArn"]
    held = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (held["FilterPolicy"], held["FilterPolicyScope"]) == (
        '{"a": ["x"]}',
        "MessageAttributes",
    )
    set_to = {"SubscriptionArn": arn, "AttributeName": "FilterPolicyScope"}
    assert "Please use either MessageBody" in refused(
        sns.set_subscription_attributes, **set_to, AttributeValue="Both"
    ).message  # fmt: skip
    sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=""
    )
    held = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert "FilterPolicy" not in held


def test_a_batch_tells_of_each_message(aws, sns, topic):
    entries = [{"Id": "good", "Message": "m"}, {"Id": "bad", "Message": ""}]
    answer = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["good"]
    [failed] = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == (
        "bad",
        "InvalidParameter",
        True,
    )


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        (["a", "a"], "BatchEntryIdsNotDistinct"),
        ([str(n) for n in range(11)], "TooManyEntriesInBatchRequest"),
        (["a b"], "InvalidBatchEntryId"),
        ([], "EmptyBatchRequest"),
    ],
)
def test_a_batch_that_is_none_is_refused_as_a_whole(sns, topic, ids, code):
    entries = [{"Id": each, "Message": "m"} for each in ids]
    asked = {"TopicArn": topic, "PublishBatchRequestEntries": entries}
    assert refused(sns.publish_batch, **asked).code == code


def test_each_protocol_gets_its_own_text_of_a_structured_message(aws, sns, topic):
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.org")
    aws.confirm_subscriptions()
    structured = {"TopicArn": topic, "MessageStructure": "json"}
    sns.publish(**structured, Message=json.dumps({"default": "d", "email": "for people"}))
    assert aws.outbox[-1].body == "for people"
    assert "No default entry" in refused(sns.publish, **structured, Message='{"sqs": "x"}').message
    assert "failed to parse" in refused(sns.publish, **structured, Message="x").message


@pytest.mark.parametrize(
    ("attribute", "words"),
    [
        ({"DataType": "Colour", "StringValue": "red"}, "the set of supported type prefixes"),
        ({"DataType": "String", "StringValue": ""}, "must contain non-empty"),
        ({"DataType": "Number", "StringValue": "many"}, "Could not cast"),
    ],
)
def test_attributes_that_are_none_are_refused(sns, topic, attribute, words):
    found = refused(sns.publish, TopicArn=topic, Message="m", MessageAttributes={"a": attribute})
    assert found.code == "ParameterValueInvalid"
    assert words in found.message


def test_a_permission_lets_another_account_in_until_it_is_taken_back(aws, sns, topic):
    stranger = aws.session(STAGING, HOME).client("sns")
    label = {"TopicArn": topic, "Label": "partner"}
    given = {**label, "AWSAccountId": [STAGING], "ActionName": ["Publish"]}
    sns.add_permission(**given)
    stranger.publish(TopicArn=topic, Message="m")
    assert refused(sns.add_permission, **given).message == (
        "Invalid parameter: Statement already exists"
    )
    sns.remove_permission(**label)
    assert refused(stranger.publish, TopicArn=topic, Message="m").status == 403
