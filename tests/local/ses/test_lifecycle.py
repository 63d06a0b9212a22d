"""How identities come alive, and die: with DNS and with time."""

import pytest

from tests.local.ses.world import ADDRESS, DOMAIN, Ses

HOUR = 3600
MAIL = f"mail.{DOMAIN}"


def dkim(ses: Ses, name: str = DOMAIN) -> str:
    status: str = ses.identity(name)["DkimAttributes"]["Status"]
    return status


def mail_from(ses: Ses, name: str = DOMAIN) -> str:
    status: str = ses.identity(name)["MailFromAttributes"]["MailFromDomainStatus"]
    return status


def test_a_domain_becomes_verified_once_its_records_have_stood_for_a_while(ses: Ses) -> None:
    """aws-facts 8; D2 row 4: PENDING first, and both statuses consistent."""
    created = ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert (created["VerifiedForSendingStatus"], ses.status()) == (False, "PENDING")
    ses.write_dkim()
    ses.clock.advance(59)
    assert (dkim(ses), ses.identity()["VerifiedForSendingStatus"]) == ("PENDING", False)
    ses.clock.advance(1)
    shown = ses.identity()
    assert (shown["VerificationStatus"], dkim(ses)) == ("SUCCESS", "SUCCESS")
    assert shown["VerifiedForSendingStatus"] is True


def test_a_domain_without_records_fails_after_72_hours_and_stays_so(ses: Ses) -> None:
    """aws-facts 8: SES looks for up to 72 hours, then stops looking."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses.clock.advance(71 * HOUR)
    assert ses.status() == "PENDING"
    ses.clock.advance(HOUR)
    assert ses.status() == "FAILED"
    ses.write_dkim()
    ses.clock.advance(HOUR)
    assert (ses.status(), dkim(ses)) == ("FAILED", "FAILED")


def test_asking_again_makes_ses_look_again(ses: Ses) -> None:
    """aws-facts 8: restart with PutEmailIdentityDkimSigningAttributes."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses.clock.advance(72 * HOUR)
    assert ses.status() == "FAILED"
    put = ses(
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=DOMAIN,
        SigningAttributesOrigin="AWS_SES",
    )
    assert put["DkimStatus"] == "PENDING"
    ses.write_dkim()
    ses.clock.advance(60)
    assert ses.status() == "SUCCESS"


def test_lost_records_are_a_temporary_failure_and_after_72_hours_a_failure(ses: Ses) -> None:
    """aws-facts 8: TEMPORARY_FAILURE, re-checked for 72 hours, then FAILED."""
    ses.verified_domain()
    names = ses.write_dkim()
    del ses.world.records[names[0], "CNAME"]
    assert ses.status() == "TEMPORARY_FAILURE"
    assert ses.identity()["VerifiedForSendingStatus"] is True
    ses.clock.advance(71 * HOUR)
    assert ses.status() == "TEMPORARY_FAILURE"
    ses.clock.advance(HOUR)
    assert ses.status() == "FAILED"
    assert ses.identity()["VerifiedForSendingStatus"] is False


def test_records_that_come_back_in_time_heal_a_temporary_failure(ses: Ses) -> None:
    """aws-facts 8."""
    ses.verified_domain()
    names = ses.write_dkim()
    del ses.world.records[names[0], "CNAME"]
    assert ses.status() == "TEMPORARY_FAILURE"
    ses.write_dkim()
    ses.clock.advance(60)
    assert ses.status() == "SUCCESS"


@pytest.mark.parametrize(
    ("records", "error"),
    [
        ({}, "HOST_NOT_FOUND"),
        ({"TXT": ["anything"]}, "TYPE_NOT_FOUND"),
        ({"CNAME": ["wrong.dkim.amazonses.com"]}, "INVALID_VALUE"),
    ],
)
def test_verification_info_says_what_is_wrong_with_a_record(
    ses: Ses, records: dict[str, list[str]], error: str
) -> None:
    """[M] VerificationInfo.ErrorType, aws-facts 8."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    first = ses.write_dkim()[0]
    del ses.world.records[first, "CNAME"]
    ses.world.records |= {(first, kind): values for kind, values in records.items()}
    info = ses.identity()["VerificationInfo"]
    assert info["ErrorType"] == error
    assert info["LastCheckedTimestamp"] == ses.clock.now()
    assert "LastSuccessTimestamp" not in info


def test_verification_info_shows_who_serves_the_zone(ses: Ses) -> None:
    """aws-facts 8: SOARecord reveals a wrong hosted zone."""
    ses.world.records[DOMAIN, "SOA"] = ["ns-1.awsdns-1.com. hostmaster.amazon.com. 7 7200 900 1 2"]
    ses("CreateEmailIdentity", EmailIdentity=f"dev.{DOMAIN}")
    assert ses.identity(f"dev.{DOMAIN}")["VerificationInfo"]["SOARecord"] == {
        "PrimaryNameServer": "ns-1.awsdns-1.com",
        "AdminEmail": "hostmaster.amazon.com",
        "SerialNumber": 7,
    }


def test_the_last_error_is_still_shown_after_success(ses: Ses) -> None:
    """A real reply of March 2024: VerificationStatus SUCCESS with ErrorType HOST_NOT_FOUND."""
    ses.verified_domain()
    info = ses.identity()["VerificationInfo"]
    assert info["ErrorType"] == "HOST_NOT_FOUND"
    assert info["LastSuccessTimestamp"] == ses.clock.now()


def test_without_a_delay_records_are_seen_at_once(ses: Ses) -> None:
    """The operator's choice: verification_delay."""
    ses.service.verification_delay *= 0
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert ses.status() == "PENDING"
    ses.write_dkim()
    assert ses.status() == "SUCCESS"
    assert not ses.service.verification_delay


def test_looking_when_records_change_makes_the_times_exact(ses: Ses) -> None:
    """The delay counts from the moment the records came, when SES is told to look then."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses.there(region="eu-west-1")("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses.there(account="421807902331")("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses.clock.advance(HOUR)
    ses.service.look(ses.caller.account)
    ses.write_dkim()
    ses.clock.advance(59)
    assert ses.status() == "PENDING"
    ses.clock.advance(1)
    assert ses.status() == "SUCCESS"


def test_mail_from_needs_its_mx_and_its_spf(ses: Ses) -> None:
    """aws-facts 9."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN, MailFromDomain=MAIL)
    assert mail_from(ses) == "PENDING"
    ses.write_mail_from(MAIL)
    ses.clock.advance(60)
    assert mail_from(ses) == "SUCCESS"


@pytest.mark.parametrize(
    ("record_type", "values"),
    [
        ("MX", ["10 feedback-smtp.us-east-2.amazonses.com", "20 mx.other.com"]),
        ("MX", ["10 feedback-smtp.us-east-1.amazonses.com"]),
        ("MX", None),
    ],
)
def test_mail_from_never_succeeds_without_the_right_mx(
    ses: Ses, record_type: str, values: list[str] | None
) -> None:
    """aws-facts 9: exactly one MX, of this region."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN, MailFromDomain=MAIL)
    ses.write_mail_from(MAIL)
    if values is None:
        del ses.world.records[MAIL, record_type]
    else:
        ses.world.records[MAIL, record_type] = values
    ses.clock.advance(HOUR)
    assert mail_from(ses) == "PENDING"
    ses.clock.advance(72 * HOUR)
    assert mail_from(ses) == "FAILED"


def test_a_failed_mail_from_is_looked_for_again_when_put_again(ses: Ses) -> None:
    """aws-facts 9: it stops looking, call Put again."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    put = {"EmailIdentity": DOMAIN, "MailFromDomain": MAIL}
    ses("PutEmailIdentityMailFromAttributes", **put)
    ses.clock.advance(72 * HOUR)
    assert mail_from(ses) == "FAILED"
    ses.write_mail_from(MAIL)
    ses.clock.advance(HOUR)
    assert mail_from(ses) == "FAILED"
    ses("PutEmailIdentityMailFromAttributes", **put)
    ses.clock.advance(60)
    assert mail_from(ses) == "SUCCESS"
    ses("PutEmailIdentityMailFromAttributes", **put)
    assert mail_from(ses) == "SUCCESS"


def test_an_address_starts_its_own_verification_and_is_verified_by_the_click(ses: Ses) -> None:
    """aws-facts 5: mail with a link."""
    ses("CreateEmailIdentity", EmailIdentity=ADDRESS)
    (mail,) = ses.service.verification_mails(ses.caller.account, ses.caller.region)
    assert (mail.address, mail.sent_at) == (ADDRESS, ses.clock.now())
    assert mail.link.startswith("https://email-verification.us-east-2.amazonaws.com/")
    assert (ses.status(ADDRESS), ses.identity(ADDRESS)["VerificationInfo"]) == ("PENDING", {})
    assert ses.service.click_verification(ses.caller.account, ses.caller.region, ADDRESS)
    ses.clock.advance(48 * HOUR)
    assert ses.status(ADDRESS) == "SUCCESS"
    assert ses.identity(ADDRESS)["VerifiedForSendingStatus"] is True


def test_the_link_is_valid_for_24_hours(ses: Ses) -> None:
    """aws-facts 5: after which the status is FAILED."""
    ses("CreateEmailIdentity", EmailIdentity=ADDRESS)
    ses.clock.advance(24 * HOUR)
    assert not ses.service.click_verification(ses.caller.account, ses.caller.region, ADDRESS)
    assert (ses.status(ADDRESS), ses.identity(ADDRESS)["VerifiedForSendingStatus"]) == (
        "FAILED",
        False,
    )


def custom_template(ses: Ses, sender: str) -> None:
    ses(
        "CreateCustomVerificationEmailTemplate",
        TemplateName="hello",
        FromEmailAddress=sender,
        TemplateSubject="Hello",
        TemplateContent="<p>Hello</p>",
        SuccessRedirectionURL="https://example.org/yes",
        FailureRedirectionURL="https://example.org/no",
    )


def test_every_custom_verification_mail_has_a_link_that_is_valid_for_a_day(ses: Ses) -> None:
    ses.verified_domain()
    # aws-facts 5: domains are the same in whatever case.
    custom_template(ses, f"ops@{DOMAIN.upper()}")
    send = {"EmailAddress": "New@X.org", "TemplateName": "hello"}
    ses("SendCustomVerificationEmail", **send)
    ses.clock.advance(25 * HOUR)
    assert ses.status("New@x.org") == "FAILED"
    ses("SendCustomVerificationEmail", **send)
    assert ses.service.click_verification(ses.caller.account, ses.caller.region, "New@x.org")
    assert ses.status("New@x.org") == "SUCCESS"
    mails = ses.service.verification_mails(ses.caller.account, ses.caller.region)
    assert [mail.address for mail in mails] == ["New@x.org"] * 2
    assert len({mail.link for mail in mails}) == 2


@pytest.mark.parametrize("address", ["new@x", "new", "@x.org", "a b@x.org", f"{'a' * 65}@x.org"])
def test_no_custom_verification_mail_makes_an_identity_that_may_not_be_one(
    ses: Ses, address: str
) -> None:
    ses.verified_domain()
    custom_template(ses, f"ops@{DOMAIN}")
    refusal = ses.refused("SendCustomVerificationEmail", EmailAddress=address, TemplateName="hello")
    assert refusal.message == f"Invalid email address<{address}>."


def test_a_receipt_rule_names_its_sender_in_whatever_case(ses: Ses) -> None:
    ses.verified_domain()
    assert ses.service.may_send(ses.caller, f"ops@{DOMAIN.upper()}")
    assert not ses.service.may_send(ses.caller, "ops@elsewhere.org")


def test_an_address_may_send_while_pending_when_its_domain_is_verified(ses: Ses) -> None:
    """aws-facts 5, V-real terraform-provider-aws#41634."""
    ses.verified_domain()
    created = ses("CreateEmailIdentity", EmailIdentity=ADDRESS)
    assert created["VerifiedForSendingStatus"] is True
    shown = ses.identity(ADDRESS)
    assert (shown["VerificationStatus"], shown["VerifiedForSendingStatus"]) == ("PENDING", True)
    assert shown["DkimAttributes"] == ses.identity()["DkimAttributes"]


@pytest.mark.parametrize("texts", [None, ["v=spf1 -all"], ["v=spf1 a", "v=spf1 mx"]])
def test_mail_from_succeeds_on_the_mx_alone(ses: Ses, texts: list[str] | None) -> None:
    """The SPF record is for receivers; SES looks for the MX."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN, MailFromDomain=MAIL)
    ses.write_mail_from(MAIL)
    del ses.world.records[MAIL, "TXT"]
    if texts is not None:
        ses.world.records[MAIL, "TXT"] = texts
    ses.clock.advance(HOUR)
    assert mail_from(ses) == "SUCCESS"
