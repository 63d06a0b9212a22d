"""Who may send what to whom, and what SES tells about it."""

import json
from typing import Any

import pytest

from tests.local.ses.world import ACCOUNT, ADDRESS, DOMAIN, REGION, TOPIC, Ses

SIMULATOR = "simulator.amazonses.com"
SUCCEEDS = f"success@{SIMULATOR}"
SIMPLE = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}}
TYPES = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE"]
UNVERIFIED = (
    "Email address is not verified. The following identities failed the check in region US-EAST-2: "
)
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INLINE = {"Subject": "Dear {{ name }}", "Text": "{{{who.first}}}", "Html": "<p>{{name}}</p>"}


@pytest.fixture
def sender(ses: Ses) -> Ses:
    """A verified domain, and a configuration set that tells all to a topic."""
    ses.verified_domain()
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    watch(ses, {"SnsDestination": {"TopicArn": TOPIC}})
    ses.world.published.clear()
    ses.world.metrics.clear()
    return ses


def watch(ses: Ses, where: dict[str, Any], name: str = "all", types: list[str] = TYPES) -> None:
    definition = {"Enabled": True, "MatchingEventTypes": types, **where}
    ses(
        "CreateConfigurationSetEventDestination",
        ConfigurationSetName="set",
        EventDestinationName=name,
        EventDestination=definition,
    )


def mail(*to: str, **params: Any) -> dict[str, Any]:
    given = {"FromEmailAddress": ADDRESS, "Content": SIMPLE, "ConfigurationSetName": "set"}
    return {**given, "Destination": {"ToAddresses": list(to or (SUCCEEDS,))}, **params}


def events(ses: Ses) -> list[dict[str, Any]]:
    return [json.loads(message) for _, message, _ in ses.world.published]


def types(ses: Ses) -> list[str]:
    return [event["eventType"] for event in events(ses)]


def sent(ses: Ses) -> list[Any]:
    return ses.service.sent(ACCOUNT, REGION)


def test_an_accepted_message_is_kept_as_it_was_given(sender: Ses) -> None:
    """The operator can read what was sent."""
    destination = {"ToAddresses": [f"Ann <{SUCCEEDS}>"], "CcAddresses": [f"success+cc@{SIMULATOR}"]}
    reply = sender("SendEmail", **mail(Destination=destination))
    (message,) = sent(sender)
    assert reply == {"MessageId": message.message_id}
    assert message.message_id.startswith("010f")
    assert (message.subject, message.text, message.identity) == ("Hello", "Hi", DOMAIN)
    assert message.recipients == (f"Ann <{SUCCEEDS}>", f"success+cc@{SIMULATOR}")
    assert (message.configuration_set, message.mail_from) == ("set", "us-east-2.amazonses.com")


def test_in_the_sandbox_everyone_has_to_be_verified(sender: Ses) -> None:
    """aws-facts 6; the message is the real one, of many public reports."""
    refusal = sender.refused("SendEmail", **mail("a@b.com", "c@d.com", "e@EXAMPLE.com"))
    assert (refusal.code, refusal.status) == ("MessageRejected", 400)
    assert refusal.message == f"{UNVERIFIED}a@b.com, c@d.com"
    sender("CreateEmailIdentity", EmailIdentity="a@b.com")
    sender.service.click_verification(ACCOUNT, REGION, "a@b.com")
    sender("SendEmail", **mail("a@b.com", f"anyone@{DOMAIN}"))


def test_outside_the_sandbox_only_the_sender_has_to_be_verified(sender: Ses) -> None:
    """aws-facts 6."""
    sender.service.allow_production(ACCOUNT, REGION)
    sender("SendEmail", **mail("a@b.com"))
    refusal = sender.refused("SendEmail", **mail("a@b.com", FromEmailAddress="x@y.com"))
    assert refusal.message == f"{UNVERIFIED}x@y.com"


def test_an_identity_counts_in_its_own_region_only(sender: Ses) -> None:
    """Issue 3: identity verified in this region."""
    east = sender.there(region="us-east-1")
    refusal = east.refused("SendEmail", FromEmailAddress=ADDRESS, Content=SIMPLE, **to(SUCCEEDS))
    assert refusal.message.endswith(f"region US-EAST-1: {ADDRESS}")


def to(*addresses: str) -> dict[str, Any]:
    return {"Destination": {"ToAddresses": list(addresses)}}


def test_a_verified_domain_covers_its_subdomains(sender: Ses) -> None:
    """aws-facts 5: covers all its addresses and subdomains."""
    sender("SendEmail", **mail(FromEmailAddress=f"Team <x@News.{DOMAIN}>"))
    assert sent(sender)[0].identity == DOMAIN


def test_the_sandbox_sends_200_messages_a_day_and_the_simulator_does_not_count(
    sender: Ses,
) -> None:
    """aws-facts 6; [D23] send-an-email-from-console.md for the simulator."""
    own = [f"a{number}@{DOMAIN}" for number in range(50)]
    for _ in range(4):
        sender("SendEmail", **mail(*own))
    sender("SendEmail", **mail())
    assert sender("GetAccount")["SendQuota"]["SentLast24Hours"] == 200
    refusal = sender.refused("SendEmail", **mail(own[0]))
    assert (refusal.code, refusal.message) == (
        "LimitExceededException",
        "Daily message quota exceeded.",
    )
    sender.clock.advance(24 * 3600)
    sender("SendEmail", **mail(Destination={"BccAddresses": own[:1]}))
    assert sender("GetAccount")["SendQuota"]["SentLast24Hours"] == 1


def test_nothing_is_sent_while_paused_or_shut_down(sender: Ses) -> None:
    """[M] SendingPausedException; the text for a shut down account is the real one."""
    sender.service.pause(ACCOUNT, REGION)
    assert sender.refused("SendEmail", **mail()).code == "SendingPausedException"
    sender.service.resume(ACCOUNT, REGION)
    sender.service.set_enforcement(ACCOUNT, REGION, "SHUTDOWN")
    refusal = sender.refused("SendEmail", **mail())
    assert refusal.message.startswith("Sending paused for this account. For more information")
    sender.service.set_enforcement(ACCOUNT, REGION, "PROBATION")
    sender("SendEmail", **mail())
    sender("PutConfigurationSetSendingOptions", ConfigurationSetName="set")
    assert sender.refused("SendEmail", **mail()).code == "SendingPausedException"
    assert len(sent(sender)) == 1


def test_reject_message_holds_mail_until_mail_from_works(sender: Ses) -> None:
    """aws-facts 9."""
    domain = f"mail.{DOMAIN}"
    put = {"EmailIdentity": DOMAIN, "MailFromDomain": domain}
    behavior = {"BehaviorOnMxFailure": "REJECT_MESSAGE"}
    sender("PutEmailIdentityMailFromAttributes", **put, **behavior)
    refusal = sender.refused("SendEmail", **mail())
    assert (refusal.code, refusal.status) == ("MailFromDomainNotVerifiedException", 400)
    sender("PutEmailIdentityMailFromAttributes", **put)
    sender("SendEmail", **mail())
    sender("PutEmailIdentityMailFromAttributes", **put, **behavior)
    sender.write_mail_from(domain)
    sender.clock.advance(60)
    sender("SendEmail", **mail())
    assert [each.mail_from for each in sent(sender)] == ["us-east-2.amazonses.com", domain]


def test_in_us_east_1_the_default_mail_from_names_no_region(ses: Ses) -> None:
    """[D23] mail-from.md: a subdomain of amazonses.com; us-east-1 uses amazonses.com."""
    east = ses.there(region="us-east-1")
    east.verified_domain()
    east("SendEmail", FromEmailAddress=ADDRESS, Content=SIMPLE, **to(SUCCEEDS))
    assert ses.service.sent(ACCOUNT, "us-east-1")[0].mail_from == "amazonses.com"


def test_the_address_identity_overrides_the_domain(sender: Ses) -> None:
    """aws-facts 5: default configuration set and MAIL FROM of the most specific identity."""
    sender("CreateConfigurationSet", ConfigurationSetName="own")
    sender("PutEmailIdentityConfigurationSetAttributes", EmailIdentity=DOMAIN, **named("set"))
    sender("CreateEmailIdentity", EmailIdentity=ADDRESS, **named("own"))
    without = {key: value for key, value in mail().items() if key != "ConfigurationSetName"}
    sender("SendEmail", **without)
    sender("SendEmail", **{**without, "FromEmailAddress": f"other@{DOMAIN}"})
    sender("SendEmail", **mail())
    assert [(each.identity, each.configuration_set) for each in sent(sender)] == [
        (ADDRESS, "own"),
        (DOMAIN, "set"),
        (ADDRESS, "set"),
    ]


def named(name: str) -> dict[str, str]:
    return {"ConfigurationSetName": name}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("success", ["Send", "Delivery"]),
        ("ooto", ["Send", "Delivery"]),
        ("bounce", ["Send", "Bounce"]),
        ("bounce+Label", ["Send", "Bounce"]),
        ("suppressionlist", ["Send", "Bounce"]),
        ("complaint", ["Send", "Delivery", "Complaint"]),
        ("COMPLAINT", ["Send", "Delivery", "Complaint"]),
    ],
)
def test_the_mailbox_simulator_plays_its_parts(
    sender: Ses, address: str, expected: list[str]
) -> None:
    """[D23] send-an-email-from-console.md, with labels."""
    sender("SendEmail", **mail(f"{address}@{SIMULATOR}"))
    assert types(sender) == expected
    assert {subject for _, _, subject in sender.world.published} == {
        "Amazon SES Email Event Notification"
    }


def test_an_event_tells_what_real_ones_tell(sender: Ses) -> None:
    """Real events of simulator mail, as quoted in public code; [D23] event-publishing examples."""
    tags = [{"Name": "kind", "Value": "reminder"}]
    headers = {"Headers": [{"Name": "X-Own", "Value": "1"}]}
    content = {"Simple": {**SIMPLE["Simple"], **headers}}
    given = mail(f"bounce@{SIMULATOR}", EmailTags=tags, Content=content, ReplyToAddresses=["a@b.c"])
    message_id = sender("SendEmail", **given)["MessageId"]
    bounce = events(sender)[1]
    assert bounce["bounce"] | {"feedbackId": ""} == {
        "feedbackId": "",
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": f"bounce@{SIMULATOR}",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2026-10-01T12:01:00.000Z",
        "reportingMTA": "dns; a8-1.smtp-out.us-east-2.amazonses.com",
    }
    told = bounce["mail"]
    assert told["sourceArn"] == sender.arn("identity", DOMAIN)
    assert (told["messageId"], told["sendingAccountId"]) == (message_id, ACCOUNT)
    assert told["tags"]["ses:configuration-set"] == ["set"]
    assert (told["tags"]["kind"], told["tags"]["ses:from-domain"]) == (["reminder"], [DOMAIN])
    assert {"name": "X-Own", "value": "1"} in told["headers"]
    assert {"name": "Reply-To", "value": "a@b.c"} in told["headers"]
    assert told["commonHeaders"]["subject"] == "Hello"


def test_bounces_of_one_message_are_told_together(sender: Ses) -> None:
    """[D23]: combines the bounce responses into a single response."""
    both = [f"bounce+{number}@{SIMULATOR}" for number in (1, 2)]
    destination = {"ToAddresses": both[:1], "BccAddresses": [*both[1:], SUCCEEDS]}
    sender("SendEmail", **mail(Destination=destination))
    assert types(sender) == ["Send", "Bounce", "Delivery"]
    recipients = events(sender)[1]["bounce"]["bouncedRecipients"]
    assert [each["emailAddress"] for each in recipients] == both
    assert "ses:outgoing-ip" in events(sender)[2]["mail"]["tags"]


def test_a_virus_is_accepted_and_then_rejected(sender: Ses) -> None:
    """[D23] testing Reject events: the EICAR file."""
    body = {"Simple": {"Subject": {"Data": "s"}, "Body": {"Html": {"Data": EICAR}}}}
    sender("SendEmail", **mail(Content=body))
    assert types(sender) == ["Send", "Reject"]
    assert events(sender)[1]["reject"] == {"reason": "Bad content"}


@pytest.mark.parametrize(
    ("account", "of_set", "held"),
    [
        (["BOUNCE"], None, True),
        (["COMPLAINT"], None, False),
        (["BOUNCE"], [], False),
        ([], ["BOUNCE"], True),
    ],
)
def test_mail_to_suppressed_recipients_is_accepted_but_not_sent(
    sender: Ses, account: list[str], of_set: list[str] | None, held: bool
) -> None:
    """aws-facts 10 and 11: the set's reasons override the account's, an empty list too."""
    gone = f"gone@{DOMAIN}"
    sender("PutSuppressedDestination", EmailAddress=gone, Reason="BOUNCE")
    sender("PutAccountSuppressionAttributes", SuppressedReasons=account)
    if of_set is not None:
        sender("PutConfigurationSetSuppressionOptions", **named("set"), SuppressedReasons=of_set)
    sender("SendEmail", **mail(gone))
    assert types(sender)[1:] == (["Bounce"] if held else ["Delivery"])
    assert sent(sender)[0].suppressed == ((gone,) if held else ())
    if held:
        bounce = events(sender)[1]["bounce"]
        assert bounce["bounceSubType"] == "OnAccountSuppressionList"
        assert bounce["reportingMTA"] == "dns; amazonses.com"


def test_events_go_only_where_they_are_asked_for(sender: Ses) -> None:
    """aws-facts 11: MatchingEventTypes and Enabled."""
    where = {"SnsDestination": {"TopicArn": f"{TOPIC}-bounces"}}
    watch(sender, where, "bounces", ["BOUNCE"])
    definition = {"MatchingEventTypes": TYPES, "SnsDestination": {"TopicArn": TOPIC}}
    update = {"EventDestinationName": "all", "EventDestination": definition}
    sender("UpdateConfigurationSetEventDestination", **named("set"), **update)
    sender.world.published.clear()
    sender("SendEmail", **mail(f"bounce@{SIMULATOR}", SUCCEEDS))
    assert [
        (topic, json.loads(text)["eventType"]) for topic, text, _ in sender.world.published
    ] == [(f"{TOPIC}-bounces", "Bounce")]


def test_a_topic_that_no_longer_lets_ses_publish_gets_nothing(sender: Ses) -> None:
    """SNS evaluates the topic policy at every publish."""
    sender.world.refusals[TOPIC] = "the policy was replaced"
    sender("SendEmail", **mail())
    assert sender.world.published == []


def test_every_kind_of_destination_gets_events(sender: Ses) -> None:
    """aws-facts 11: SNS, Firehose, EventBridge, CloudWatch; Pinpoint is accepted and silent."""
    dimensions = [
        {"DimensionName": name, "DimensionValueSource": source, "DefaultDimensionValue": "none"}
        for name, source in (
            ("kind", "MESSAGE_TAG"),
            ("other", "MESSAGE_TAG"),
            ("Subject", "EMAIL_HEADER"),
            ("X-None", "EMAIL_HEADER"),
            ("link", "LINK_TAG"),
        )
    ]
    stream = f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/mail"
    role = f"arn:aws:iam::{ACCOUNT}:role/ses"
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    firehose = {"IamRoleArn": role, "DeliveryStreamArn": stream}
    watch(sender, {"KinesisFirehoseDestination": firehose}, "stream")
    watch(sender, {"EventBridgeDestination": {"EventBusArn": bus}}, "bus")
    watch(sender, {"CloudWatchDestination": {"DimensionConfigurations": dimensions}}, "metrics")
    watch(sender, {"PinpointDestination": {}}, "pinpoint")
    sender("SendEmail", **mail(EmailTags=[{"Name": "kind", "Value": "reminder"}]))
    assert types(sender) == ["Send", "Delivery"]
    assert [arn for arn, _ in sender.world.streamed] == [stream, stream]
    assert json.loads(sender.world.streamed[0][1])["eventType"] == "Send"
    assert [kind for _, kind, _ in sender.world.events] == ["Email Sent", "Email Delivered"]
    expected = {
        "kind": "reminder",
        "other": "none",
        "Subject": "Hello",
        "X-None": "none",
        "link": "none",
    }
    assert (REGION, "Send", 1.0, expected) in sender.world.metrics


def test_reputation_is_told_in_the_sending_region(sender: Ses) -> None:
    """aws-facts 1: without dimensions for the account, per set only where that is enabled."""

    def rate(name: str, **dimensions: str) -> float | None:
        found = [
            value
            for region, metric, value, held in sender.world.metrics
            if (region, metric, held) == (REGION, f"Reputation.{name}", dimensions)
        ]
        return found[-1] if found else None

    sender("SendEmail", **mail(f"bounce@{SIMULATOR}"))
    assert (rate("BounceRate"), rate("ComplaintRate")) == (1.0, 0.0)
    of_set = {"ses:configuration-set": "set"}
    assert rate("BounceRate", **of_set) is None
    enabled = {"ReputationMetricsEnabled": True}
    sender("PutConfigurationSetReputationOptions", **named("set"), **enabled)
    sender("SendEmail", **mail(f"complaint@{SIMULATOR}"))
    assert (rate("BounceRate"), rate("ComplaintRate")) == (0.5, 0.5)
    assert (rate("BounceRate", **of_set), rate("ComplaintRate", **of_set)) == (0.0, 1.0)
    sender("SendEmail", **mail(f"suppressionlist@{SIMULATOR}", SUCCEEDS))
    assert rate("BounceRate") == 0.25


def test_the_operator_may_keep_simulator_mail_out_of_the_rates(sender: Ses) -> None:
    """[D23]: real simulator mail does not impact reputation metrics."""
    assert sender.service.simulator_moves_reputation
    sender.service.simulator_moves_reputation = False
    for to_whom in ("bounce", "complaint"):
        sender("SendEmail", **mail(f"{to_whom}@{SIMULATOR}"))
    assert not [name for _, name, _, _ in sender.world.metrics if name.startswith("Reputation")]
    sender("SendEmail", **mail(f"a@{DOMAIN}"))
    assert (REGION, "Reputation.BounceRate", 0.0, {}) in sender.world.metrics


def test_raw_mail_speaks_for_itself(sender: Ses) -> None:
    """aws-facts 4: Raw is ses:SendRawEmail; [D23]: the X-SES headers."""
    raw = (
        f"From: Team <{ADDRESS}>\r\nTo: {SUCCEEDS}\r\nCc: success+2@{SIMULATOR}\r\n"
        "Subject: Raw\r\nX-SES-CONFIGURATION-SET: set\r\nX-SES-MESSAGE-TAGS: a=1, b=2, none\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHi"
    )
    sender("SendEmail", Content={"Raw": {"Data": raw.encode()}})
    (message,) = sent(sender)
    assert (message.source, message.subject, message.text.strip()) == (
        f"Team <{ADDRESS}>",
        "Raw",
        "Hi",
    )
    assert (message.to, message.cc) == ((SUCCEEDS,), (f"success+2@{SIMULATOR}",))
    assert message.tags == (("a", "1"), ("b", "2"))
    told = events(sender)[0]["mail"]
    assert told["tags"]["ses:operation"] == ["SendRawEmail"]
    assert all(not each["name"].startswith("X-SES") for each in told["headers"])
    sender("SendEmail", Content={"Raw": {"Data": raw.encode()}}, **to(f"ooto@{SIMULATOR}"))
    assert sent(sender)[1].recipients == (f"ooto@{SIMULATOR}",)


def test_a_template_is_filled_in(sender: Ses) -> None:
    """[M] Template: by name, ARN or content."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    data = '{"name": "Ann", "who": {"first": "A&B"}}'
    headers = [{"Name": "List-Unsubscribe", "Value": "<https://example.com/u>"}]
    ways = (
        {"TemplateName": "mail"},
        {"TemplateArn": sender.arn("template", "mail")},
        {"TemplateContent": INLINE},
    )
    for way in ways:
        template = {**way, "TemplateData": data, "Headers": headers}
        sender("SendEmail", **mail(Content={"Template": template}))
    assert {(each.subject, each.text, each.html) for each in sent(sender)} == {
        ("Dear Ann", "A&B", "<p>Ann</p>")
    }
    assert {"name": "List-Unsubscribe", "value": headers[0]["Value"]} in events(sender)[0]["mail"][
        "headers"
    ]
    shown = sender("TestRenderEmailTemplate", TemplateName="mail", TemplateData=data)
    assert shown["RenderedTemplate"] == "Subject: Dear Ann\r\n\r\nA&B\r\n<p>Ann</p>"


@pytest.mark.parametrize("stored", [True, False])
def test_a_template_without_its_data_is_accepted_and_fails_as_an_event(
    sender: Ses, stored: bool
) -> None:
    """[D23] event-publishing examples: Rendering Failure."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    way: dict[str, Any] = {"TemplateName": "mail"} if stored else {"TemplateContent": INLINE}
    sender("SendEmail", **mail(Content={"Template": {**way, "TemplateData": '{"name": "Ann"}'}}))
    (event,) = events(sender)
    expected = {"errorMessage": "Attribute 'who.first' is not present in the rendering data."}
    assert event["failure"] == expected | ({"templateName": "mail"} if stored else {})
    assert sent(sender) == []


def test_template_language_beyond_variables_says_it_is_not_served(sender: Ses) -> None:
    """Never a silent success."""
    content = {"Subject": "s", "Text": "{{#each names}}x{{/each}}"}
    template = {"TemplateContent": content, "TemplateData": "{}"}
    refusal = sender.refused("SendEmail", **mail(Content={"Template": template}))
    assert (refusal.code, refusal.status) == ("NotImplementedByLocalAws", 501)


@pytest.mark.parametrize(
    "name",
    [
        "EndpointId",
        "ListManagementOptions",
        "FromEmailAddressIdentityArn",
        "FeedbackForwardingEmailAddressIdentityArn",
    ],
)
def test_a_way_of_sending_that_is_not_served_says_so(sender: Ses, name: str) -> None:
    """Never a silent success."""
    value = {"ContactListName": "x"} if name == "ListManagementOptions" else "x"
    refusal = sender.refused("SendEmail", **mail(**{name: value}))
    assert (refusal.code, refusal.status) == ("NotImplementedByLocalAws", 501)
    assert name in refusal.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"Content": {**SIMPLE, "Raw": {"Data": b""}}},
        {"Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {}}}},
        {"Content": {"Raw": {"Data": b"x" * (40 * 1024 * 1024 + 1)}}},
        {"Content": {"Template": {"TemplateContent": INLINE, "TemplateData": "[]"}}},
        {"Content": {"Template": {"TemplateContent": INLINE, "TemplateName": "x"}}},
        {"FromEmailAddress": ""},
        {"FromEmailAddress": "nobody"},
        {"Destination": {}},
        {"Destination": {"ToAddresses": [SUCCEEDS] * 51}},
        {"Destination": {"ToAddresses": ["nobody"]}},
        {"EmailTags": [{"Name": "a b", "Value": "c"}]},
        {"EmailTags": [{"Name": "a", "Value": ""}]},
    ],
)
def test_a_message_that_is_not_right_is_refused(sender: Ses, wrong: dict[str, Any]) -> None:
    """aws-facts 10: 50 recipients, 40 MB; [M] the rest."""
    assert sender.refused("SendEmail", **mail(**wrong)).code == "BadRequestException"
    assert sent(sender) == []


def test_through_a_tenant_one_sends_with_what_belongs_to_it(sender: Ses) -> None:
    """[M] SendEmail.TenantName: only if all referenced resources are associated."""
    sender("CreateTenant", TenantName="t")
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    data = '{"name": "Ann", "who": {"first": "A"}}'
    content = {"Template": {"TemplateName": "mail", "TemplateData": data}}
    given = mail(TenantName="t", Content=content)
    for kind, name in (("identity", DOMAIN), ("configuration-set", "set"), ("template", "mail")):
        arn = sender.arn(kind, name)
        refusal = sender.refused("SendEmail", **given)
        assert (refusal.code, arn in refusal.message) == ("BadRequestException", True)
        sender("CreateTenantResourceAssociation", TenantName="t", ResourceArn=arn)
    sender("SendEmail", **given)
    without = {key: value for key, value in given.items() if key != "ConfigurationSetName"}
    sender("SendEmail", **without)
    assert len(sent(sender)) == 2


@pytest.mark.parametrize("scope", ["TENANT", "ACCOUNT"])
def test_a_tenant_may_have_suppression_of_its_own(sender: Ses, scope: str) -> None:
    """[M] SuppressionScope of the tenant; the set's overrides it."""
    gone = f"gone@{DOMAIN}"
    sender(
        "CreateTenant",
        TenantName="t",
        SuppressionAttributes={"SuppressedReasons": ["BOUNCE"], "SuppressionScope": scope},
    )
    for kind, name in (("identity", DOMAIN), ("configuration-set", "set")):
        arn = sender.arn(kind, name)
        sender("CreateTenantResourceAssociation", TenantName="t", ResourceArn=arn)
    sender("PutSuppressedDestination", EmailAddress=gone, Reason="BOUNCE", TenantName="t")
    sender("SendEmail", **mail(gone, TenantName="t"))
    assert sent(sender)[0].suppressed == ((gone,) if scope == "TENANT" else ())
    sender("PutTenantSuppressionAttributes", TenantName="t", SuppressionScope="ACCOUNT")
    shown = sender("GetTenant", TenantName="t")["Tenant"]["SuppressionAttributes"]
    assert shown == {"SuppressionScope": "ACCOUNT"}


def test_bulk_mail_has_a_result_for_each_entry(sender: Ses) -> None:
    """[M] SendBulkEmail: BulkEmailEntryResults."""
    sender("CreateEmailTemplate", TemplateName="mail", TemplateContent=INLINE)
    default = {"Template": {"TemplateName": "mail", "TemplateData": '{"who": {"first": "W"}}'}}

    def entry(address: str, name: str) -> dict[str, Any]:
        data = {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps({"name": name})}}
        return {
            "Destination": {"ToAddresses": [address]},
            "ReplacementEmailContent": data,
            "ReplacementTags": [{"Name": "who", "Value": name}],
            "ReplacementHeaders": [{"Name": "X-Who", "Value": name}],
        }

    results = sender(
        "SendBulkEmail",
        FromEmailAddress=ADDRESS,
        DefaultContent=default,
        DefaultEmailTags=[{"Name": "who", "Value": "no"}, {"Name": "kind", "Value": "k"}],
        BulkEmailEntries=[entry(SUCCEEDS, "Ann"), entry("x@y.com", "Bob"), entry("nobody", "Cy")],
        **named("set"),
    )["BulkEmailEntryResults"]
    assert [each["Status"] for each in results] == [
        "SUCCESS",
        "MESSAGE_REJECTED",
        "INVALID_PARAMETER",
    ]
    assert results[1]["Error"] == f"{UNVERIFIED}x@y.com"
    (message,) = sent(sender)
    assert (message.subject, message.message_id) == ("Dear Ann", results[0]["MessageId"])
    assert dict(message.tags) == {"who": "Ann", "kind": "k"}
    assert {"name": "X-Who", "value": "Ann"} in events(sender)[0]["mail"]["headers"]


def test_a_paused_set_stops_bulk_mail_entry_by_entry(sender: Ses) -> None:
    """[M] BulkEmailStatus CONFIGURATION_SET_SENDING_PAUSED."""
    sender("PutConfigurationSetSendingOptions", **named("set"))
    bulk = {
        "FromEmailAddress": ADDRESS,
        "DefaultContent": {"Template": {"TemplateContent": {"Subject": "s", "Text": "t"}}},
        "BulkEmailEntries": [to(SUCCEEDS)],
    }
    (result,) = sender("SendBulkEmail", **bulk, **named("set"))["BulkEmailEntryResults"]
    assert result["Status"] == "CONFIGURATION_SET_SENDING_PAUSED"
    sender.service.pause(ACCOUNT, REGION)
    assert sender.refused("SendBulkEmail", **bulk).code == "SendingPausedException"
