"""The rules about identities and their attributes."""

from typing import Any

import pytest

from tests.local.ses.keys import private_key, wrapped_key
from tests.local.ses.world import ADDRESS, DOMAIN, OTHER_ACCOUNT, Ses

DAY = 24 * 3600


def tokens(ses: Ses, name: str = DOMAIN) -> list[str]:
    found: list[str] = ses.identity(name)["DkimAttributes"]["Tokens"]
    return found


def sign(ses: Ses, origin: str, name: str = DOMAIN, **attributes: Any) -> Any:
    return ses(
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=name,
        SigningAttributesOrigin=origin,
        SigningAttributes=attributes,
    )


def test_domains_are_lower_case_and_local_parts_are_kept(ses: Ses) -> None:
    """aws-facts 5: the local part is case-sensitive as identity, domains are not."""
    ses("CreateEmailIdentity", EmailIdentity="EXAMPLE.com")
    ses("CreateEmailIdentity", EmailIdentity="Some.One@Example.COM")
    listed = ses("ListEmailIdentities")["EmailIdentities"]
    assert [each["IdentityName"] for each in listed] == ["Some.One@example.com", "example.com"]
    assert [each["IdentityType"] for each in listed] == ["EMAIL_ADDRESS", "DOMAIN"]
    missing = ses.refused("GetEmailIdentity", EmailIdentity="some.one@example.com")
    assert missing.code == "NotFoundException"


@pytest.mark.parametrize(
    "name", ["com", "a b.com", "-a.com", "a@b", "a b@c.com", "@c.com", "x" * 65 + "@c.com", "a..b"]
)
def test_a_name_that_is_neither_domain_nor_address_is_refused(ses: Ses, name: str) -> None:
    """[M] Identity: a domain or an e-mail address."""
    assert ses.refused("CreateEmailIdentity", EmailIdentity=name).code == "BadRequestException"


def test_the_number_of_identities_is_limited(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    """aws-facts 10: 10,000 a region."""
    monkeypatch.setattr("ses_provision.local.ses.identities.MAX_IDENTITIES", 1)
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    refusal = ses.refused("CreateEmailIdentity", EmailIdentity="b.com")
    assert refusal.code == "LimitExceededException"


def test_tokens_are_the_same_every_time_and_different_everywhere(ses: Ses) -> None:
    """aws-facts 8: delete and recreate gives new tokens; accounts and regions have their own."""
    places = (ses, ses.there(region="us-east-1"), ses.there(account=OTHER_ACCOUNT))
    for place in places:
        place("CreateEmailIdentity", EmailIdentity=DOMAIN)
    first = tokens(ses)
    assert len({token for place in places for token in tokens(place)}) == 9
    ses("DeleteEmailIdentity", EmailIdentity=DOMAIN)
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert not set(tokens(ses)) & set(first)
    again = Ses()
    again("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert tokens(again) == first


def test_the_signing_zone_differs_by_region_and_is_the_operators_choice(ses: Ses) -> None:
    """aws-facts 8: never hard-code dkim.amazonses.com."""
    zones = {}
    for region in ("us-east-2", "eu-south-1"):
        place = ses.there(region=region)
        created = place("CreateEmailIdentity", EmailIdentity=DOMAIN)
        zones[region] = created["DkimAttributes"]["SigningHostedZone"]
    assert zones == {
        "us-east-2": "dkim.amazonses.com",
        "eu-south-1": "dkim.eu-south-1.amazonses.com",
    }
    ses.service.signing_hosted_zone = lambda region, identity: f"{identity}.{region}.dkim.test"
    assert ses.service.signing_hosted_zone("r", "i") == "i.r.dkim.test"
    zone = ses.identity()["DkimAttributes"]["SigningHostedZone"]
    assert zone == "example.com.us-east-2.dkim.test"
    ses.write_dkim()
    ses.clock.advance(60)
    assert ses.status() == "SUCCESS"


def test_the_key_length_changes_once_a_day_with_new_tokens_and_the_domain_stays_verified(
    ses: Ses,
) -> None:
    """aws-facts 8: at most once a day; the DKIM status returns to PENDING."""
    ses.verified_domain()
    first = tokens(ses)
    assert sign(ses, "AWS_SES", NextSigningKeyLength="RSA_2048_BIT")["DkimTokens"] == first
    changed = sign(ses, "AWS_SES", NextSigningKeyLength="RSA_1024_BIT")
    assert (changed["DkimStatus"], ses.status()) == ("PENDING", "SUCCESS")
    assert changed["DkimTokens"] != first
    assert ses.identity()["VerifiedForSendingStatus"] is True
    refusal = ses.refused(
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=DOMAIN,
        SigningAttributesOrigin="AWS_SES",
        SigningAttributes={"NextSigningKeyLength": "RSA_2048_BIT"},
    )
    assert refusal.code == "BadRequestException"
    ses.clock.advance(DAY)
    sign(ses, "AWS_SES", NextSigningKeyLength="RSA_2048_BIT")
    assert ses.identity()["DkimAttributes"]["NextSigningKeyLength"] == "RSA_2048_BIT"


def test_a_key_in_pkcs8_is_taken_and_never_verified(ses: Ses) -> None:
    """awsdocs/amazon-ses-developer-guide#71: seen in 2023."""
    private, public = wrapped_key(2048)
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    sign(ses, "EXTERNAL", DomainSigningSelector="s", DomainSigningPrivateKey=private)
    ses.world.records[f"s._domainkey.{DOMAIN}", "TXT"] = [f"v=DKIM1; k=rsa; p={public}"]
    ses.clock.advance(60)
    assert ses.status() == "PENDING"
    ses.clock.advance(72 * 3600)
    assert ses.status() == "FAILED"


def test_own_keys_are_verified_by_the_public_key_in_dns(ses: Ses) -> None:
    """aws-facts 8: BYODKIM, TXT at the selector with p=."""
    private, public = private_key(2048)
    own = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": private}
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN, DkimSigningAttributes=own)
    shown = ses.identity()["DkimAttributes"]
    assert (shown["SigningAttributesOrigin"], shown["Tokens"]) == ("EXTERNAL", ["mine"])
    assert "SigningHostedZone" not in shown
    record = (f"mine._domainkey.{DOMAIN}", "TXT")
    ses.world.records[record] = ["v=DKIM1; k=rsa; p=other"]
    ses.clock.advance(60)
    assert ses.identity()["VerificationInfo"]["ErrorType"] == "INVALID_VALUE"
    ses.world.records[record] = [f"v=DKIM1; k=rsa; p={public}"]
    ses.clock.advance(60)
    assert ses.status() == "SUCCESS"


def test_easy_dkim_and_own_keys_replace_each_other(ses: Ses) -> None:
    """[M] PutEmailIdentityDkimSigningAttributes: change from one to the other and back."""
    ses.verified_domain()
    first = tokens(ses)
    private = private_key(1024)[0]
    changed = sign(ses, "EXTERNAL", DomainSigningSelector="s", DomainSigningPrivateKey=private)
    assert changed == {"DkimStatus": "PENDING", "DkimTokens": ["s"]}
    back = sign(ses, "AWS_SES")
    assert back["SigningHostedZone"] == "dkim.amazonses.com"
    assert len(set(back["DkimTokens"]) | set(first)) == 6


@pytest.mark.parametrize(
    ("origin", "attributes"),
    [
        ("EXTERNAL", {"DomainSigningSelector": "s"}),
        ("EXTERNAL", {"DomainSigningPrivateKey": private_key(2048)[0]}),
        ("EXTERNAL", {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "AAAA"}),
        ("EXTERNAL", {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "MAA="}),
        ("EXTERNAL", {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "MAMEAQA="}),
        ("EXTERNAL", {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "MH8CAQA="}),
        ("EXTERNAL", {"DomainSigningSelector": "s", "DomainSigningPrivateKey": "%"}),
        (
            "EXTERNAL",
            {"DomainSigningSelector": "s", "DomainSigningPrivateKey": private_key(512)[0]},
        ),
        *(
            (
                "EXTERNAL",
                {"DomainSigningSelector": wrong, "DomainSigningPrivateKey": private_key(1024)[0]},
            )
            for wrong in ("-", "ses.2026", "ses_1", "s" * 64)
        ),
        ("AWS_SES", {"DomainSigningSelector": "s"}),
    ],
)
def test_signing_attributes_that_do_not_fit_the_origin_are_refused(
    ses: Ses, origin: str, attributes: dict[str, str]
) -> None:
    """aws-facts 8: BYODKIM needs selector and key, RSA of 1024 to 2048 bits."""
    refusal = ses.refused(
        "CreateEmailIdentity",
        EmailIdentity=DOMAIN,
        DkimSigningAttributes={"DomainSigningAttributesOrigin": origin, **attributes},
    )
    assert refusal.code == "BadRequestException"
    snapshot = ses.service.snapshot(ses.caller.account)
    assert not any(place["generations"] for place in snapshot.values())


def test_a_replica_has_the_tokens_of_its_parent_and_one_set_of_records_serves_both(
    ses: Ses,
) -> None:
    """aws-facts 8, DEED: same DNS records; the parent cannot be deleted before the replica."""
    ses.verified_domain()
    west = ses.there(region="us-west-2")
    origin = {"DomainSigningAttributesOrigin": "AWS_SES_US_EAST_2"}
    created = west("CreateEmailIdentity", EmailIdentity=DOMAIN, DkimSigningAttributes=origin)
    assert created["DkimAttributes"]["Tokens"] == tokens(ses)
    assert created["DkimAttributes"]["SigningHostedZone"] == "dkim.amazonses.com"
    west.clock.advance(60)
    assert west.status() == "SUCCESS"
    refusal = ses.refused("DeleteEmailIdentity", EmailIdentity=DOMAIN)
    assert refusal.code == "BadRequestException"
    west("DeleteEmailIdentity", EmailIdentity=DOMAIN)
    ses("DeleteEmailIdentity", EmailIdentity=DOMAIN)


@pytest.mark.parametrize(
    ("parent", "origin", "error"),
    [
        (None, "AWS_SES_US_EAST_1", "REPLICATION_PRIMARY_NOT_FOUND"),
        ({}, "AWS_SES_US_EAST_2", "REPLICATION_PRIMARY_INVALID_REGION"),
        (
            {"DomainSigningSelector": "s", "DomainSigningPrivateKey": private_key(1024)[0]},
            "AWS_SES_US_EAST_1",
            "REPLICATION_PRIMARY_BYO_DKIM_NOT_SUPPORTED",
        ),
        (
            {"DomainSigningAttributesOrigin": "AWS_SES_EU_WEST_1"},
            "AWS_SES_US_EAST_1",
            "REPLICATION_REPLICA_AS_PRIMARY_NOT_SUPPORTED",
        ),
    ],
)
def test_verification_info_says_why_a_replica_has_no_keys(
    ses: Ses, parent: dict[str, str] | None, origin: str, error: str
) -> None:
    """[M] VerificationInfo.ErrorType, the REPLICATION values."""
    if parent is not None:
        east = ses.there(region="us-east-1")
        east("CreateEmailIdentity", EmailIdentity=DOMAIN, DkimSigningAttributes=parent)
    attributes = {"DomainSigningAttributesOrigin": origin}
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN, DkimSigningAttributes=attributes)
    assert ses.identity()["VerificationInfo"]["ErrorType"] == error
    assert (tokens(ses), ses.status()) == ([], "PENDING")
    ses.clock.advance(3 * DAY)
    assert ses.status() == "FAILED"
    assert sign(ses, origin)["DkimStatus"] == "PENDING"
    assert sign(ses, origin)["DkimStatus"] == "PENDING"


def test_an_address_shows_its_domains_dkim_and_cannot_change_it(ses: Ses) -> None:
    """aws-facts 5: mirrors exactly the parent domain; must be a valid domain."""
    ses("CreateEmailIdentity", EmailIdentity=ADDRESS)
    assert ses.identity(ADDRESS)["DkimAttributes"] == {
        "SigningEnabled": False,
        "Status": "NOT_STARTED",
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": "RSA_1024_BIT",
    }
    refusal = ses.refused("PutEmailIdentityDkimAttributes", EmailIdentity=ADDRESS)
    assert refusal.code == "BadRequestException"
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("PutEmailIdentityDkimAttributes", EmailIdentity=ADDRESS, SigningEnabled=False)
    assert ses.identity()["DkimAttributes"]["SigningEnabled"] is True
    refusal = ses.refused(
        "PutEmailIdentityDkimSigningAttributes",
        EmailIdentity=ADDRESS,
        SigningAttributesOrigin="AWS_SES",
    )
    assert refusal.message == "The EmailIdentity value must be a valid domain."
    length = {"NextSigningKeyLength": "RSA_2048_BIT"}
    ses("CreateEmailIdentity", EmailIdentity=f"b@{DOMAIN}", DkimSigningAttributes=length)


@pytest.mark.parametrize(
    ("operation", "shown"),
    [
        ("PutEmailIdentityFeedbackAttributes", lambda got: got["FeedbackForwardingStatus"]),
        ("PutEmailIdentityDkimAttributes", lambda got: got["DkimAttributes"]["SigningEnabled"]),
    ],
)
def test_an_omitted_flag_means_false(ses: Ses, operation: str, shown: Any) -> None:
    """aws-facts 11: omitted flag means off."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert shown(ses.identity()) is True
    ses(operation, EmailIdentity=DOMAIN)
    assert shown(ses.identity()) is False


def test_mail_from_without_a_domain_takes_it_away(ses: Ses) -> None:
    """aws-facts 9: omitting MailFromDomain removes it; replies of 2024 show the behaviour only."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert ses.identity()["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    ses(
        "PutEmailIdentityMailFromAttributes",
        EmailIdentity=DOMAIN,
        MailFromDomain=f"Mail.{DOMAIN}",
        BehaviorOnMxFailure="REJECT_MESSAGE",
    )
    assert ses.identity()["MailFromAttributes"] == {
        "MailFromDomain": f"mail.{DOMAIN}",
        "MailFromDomainStatus": "PENDING",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    ses("PutEmailIdentityMailFromAttributes", EmailIdentity=DOMAIN)
    assert ses.identity()["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}


@pytest.mark.parametrize("domain", [DOMAIN, "mail.other.com", f"not{DOMAIN}", f"a b.{DOMAIN}"])
@pytest.mark.parametrize("identity", [DOMAIN, ADDRESS])
def test_mail_from_must_be_a_subdomain_of_the_identitys_domain(
    ses: Ses, identity: str, domain: str
) -> None:
    """aws-facts 9; the message is the real one, of several public reports."""
    ses("CreateEmailIdentity", EmailIdentity=identity)
    refusal = ses.refused(
        "PutEmailIdentityMailFromAttributes", EmailIdentity=identity, MailFromDomain=domain
    )
    assert refusal.message == (
        f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of"
        f" the identity <{DOMAIN}>."
    )


def test_identities_are_listed_by_page_and_filter(ses: Ses) -> None:
    """[M] ListEmailIdentities: PageSize, NextToken, and filters."""
    for name in ("a.com", "b.com", "x@b.com"):
        ses("CreateEmailIdentity", EmailIdentity=name)
    ses.verified_domain("c.com")

    def listed(**params: Any) -> list[str]:
        found = ses("ListEmailIdentities", **params)["EmailIdentities"]
        return [each["IdentityName"] for each in found]

    first = ses("ListEmailIdentities", PageSize=3)
    assert listed(NextToken=first["NextToken"]) == ["x@b.com"]
    assert listed(Filter={"IDENTITY_NAME_CONTAINS": "B."}) == ["b.com", "x@b.com"]
    assert listed(Filter={"IDENTITY_TYPE": "EMAIL_ADDRESS"}) == ["x@b.com"]
    assert listed(Filter={"VERIFICATION_STATUS": "SUCCESS"}) == ["c.com"]


def test_the_default_configuration_set_can_be_taken_away(ses: Ses) -> None:
    """[M] PutEmailIdentityConfigurationSetAttributes."""
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN, ConfigurationSetName="set")
    ses("PutEmailIdentityConfigurationSetAttributes", EmailIdentity=DOMAIN)
    assert "ConfigurationSetName" not in ses.identity()


def test_an_identity_has_at_most_twenty_policies(ses: Ses) -> None:
    """[D23] sending authorization: 20 policies an identity."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    policy = {"EmailIdentity": DOMAIN, "Policy": '{"Statement": [{}]}'}
    for number in range(20):
        ses("CreateEmailIdentityPolicy", PolicyName=f"p{number}", **policy)
    refusal = ses.refused("CreateEmailIdentityPolicy", PolicyName="p", **policy)
    assert refusal.code == "LimitExceededException"
    assert len(ses.identity()["Policies"]) == 20


def test_what_a_tenant_uses_cannot_be_deleted(ses: Ses) -> None:
    """[floci], medium: resources associated with a tenant are guarded."""
    ses("CreateTenant", TenantName="t")
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    content = {"Subject": "s", "Text": "t"}
    ses("CreateEmailTemplate", TemplateName="mail", TemplateContent=content)
    deletions: list[tuple[str, str, str, dict[str, str]]] = [
        ("identity", DOMAIN, "DeleteEmailIdentity", {"EmailIdentity": DOMAIN}),
        ("configuration-set", "set", "DeleteConfigurationSet", {"ConfigurationSetName": "set"}),
        ("template", "mail", "DeleteEmailTemplate", {"TemplateName": "mail"}),
    ]
    for kind, name, operation, params in deletions:
        held = {"TenantName": "t", "ResourceArn": ses.arn(kind, name)}
        ses("CreateTenantResourceAssociation", **held)
        assert ses.refused(operation, **params).code == "BadRequestException"
        ses("DeleteTenantResourceAssociation", **held)
        ses(operation, **params)


def test_clicking_for_a_domain_or_a_stranger_does_nothing(ses: Ses) -> None:
    """Only addresses are verified by mail."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    assert not ses.service.click_verification(ses.caller.account, ses.caller.region, DOMAIN)
