"""Who may send to whom, and in whose name."""

import pytest

from tests.local.ses.post import SIMPLE, SIMULATOR, SUCCEEDS, UNVERIFIED, mail, named, sent, to
from tests.local.ses.world import ACCOUNT, ADDRESS, DOMAIN, REGION, Ses

INLINE = {"Subject": "Dear {{ name }}", "Text": "{{{who.first}}}", "Html": "<p>{{name}}</p>"}


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
        assert (refusal.code, refusal.status) == ("AccessDeniedException", 403)
        assert arn in refusal.message
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
    sender("PutTenantSuppressionAttributes", TenantName="t")
    assert "SuppressionAttributes" not in sender("GetTenant", TenantName="t")["Tenant"]
