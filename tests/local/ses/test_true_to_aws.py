"""One test for each thing other emulators get wrong: peers.md D2, rows 1 to 9."""

import re

from tests.local.ses.world import ADDRESS, DOMAIN, OTHER_ACCOUNT, Ses

SIMPLE = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Hi"}}}}


def test_a_domain_identity_has_three_dkim_tokens(ses: Ses) -> None:
    """D2 row 1: moto gives none, so no CNAMEs can be planned."""
    created = ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    tokens = created["DkimAttributes"]["Tokens"]
    assert len(set(tokens)) == 3
    assert all(re.fullmatch(r"[a-z2-7]{32}", token) for token in tokens)
    assert ses.identity()["DkimAttributes"]["Tokens"] == tokens


def test_creating_an_identity_again_is_refused_and_changes_nothing(ses: Ses) -> None:
    """D2 row 2: moto succeeds, and wipes configuration set, tags and key length."""
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    ses(
        "CreateEmailIdentity",
        EmailIdentity=DOMAIN,
        ConfigurationSetName="set",
        Tags=[{"Key": "a", "Value": "b"}],
        DkimSigningAttributes={"NextSigningKeyLength": "RSA_1024_BIT"},
    )
    before = ses.identity()
    refusal = ses.refused("CreateEmailIdentity", EmailIdentity=DOMAIN.upper())
    assert (refusal.code, refusal.status) == ("AlreadyExistsException", 400)
    assert ses.identity() == before
    assert before["ConfigurationSetName"] == "set"
    assert before["DkimAttributes"]["CurrentSigningKeyLength"] == "RSA_1024_BIT"


def test_an_identity_with_a_missing_configuration_set_is_refused(ses: Ses) -> None:
    """D2 row 3: moto accepts it."""
    refusal = ses.refused("CreateEmailIdentity", EmailIdentity=DOMAIN, ConfigurationSetName="no")
    assert (refusal.code, refusal.status) == ("NotFoundException", 404)
    assert ses.refused("GetEmailIdentity", EmailIdentity=DOMAIN).code == "NotFoundException"


def test_the_right_to_send_agrees_with_the_verification_status(ses: Ses) -> None:
    """D2 row 4: with moto they contradict each other, and DKIM is right at once or never."""
    created = ses("CreateEmailIdentity", EmailIdentity=DOMAIN)
    # The create call says NOT_STARTED, as the AWS CLI's example output does.
    assert created["DkimAttributes"]["Status"] == "NOT_STARTED"
    seen = []
    for step in (lambda: None, ses.write_dkim, lambda: ses.clock.advance(60)):
        step()
        shown = ses.identity()
        seen.append((shown["VerificationStatus"], shown["VerifiedForSendingStatus"]))
        assert shown["DkimAttributes"]["Status"] == shown["VerificationStatus"]
    assert seen == [("PENDING", False), ("PENDING", False), ("SUCCESS", True)]


def test_what_was_said_of_sending_is_read_back(ses: Ses) -> None:
    """D2 row 5: moto reads True back as False."""
    for enabled in (True, False):
        name = f"set-{enabled}"
        options = {"SendingEnabled": enabled}
        ses("CreateConfigurationSet", ConfigurationSetName=name, SendingOptions=options)
        assert ses("GetConfigurationSet", ConfigurationSetName=name)["SendingOptions"] == options


def test_a_duplicate_configuration_set_is_refused_with_the_modelled_code(ses: Ses) -> None:
    """D2 row 6: moto says ConfigurationSetAlreadyExistsException."""
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    refusal = ses.refused("CreateConfigurationSet", ConfigurationSetName="set")
    assert (refusal.code, refusal.status) == ("AlreadyExistsException", 400)


def test_deleting_what_is_not_there_is_refused(ses: Ses) -> None:
    """D2 row 7: moto raises KeyError, or succeeds."""
    for operation, params in (
        ("DeleteConfigurationSet", {"ConfigurationSetName": "no"}),
        ("DeleteEmailIdentity", {"EmailIdentity": DOMAIN}),
    ):
        refusal = ses.refused(operation, **params)
        assert (refusal.code, refusal.status) == ("NotFoundException", 404)


def test_sending_fails_after_the_default_configuration_set_was_deleted(ses: Ses) -> None:
    """D2 row 8: the deletion succeeds, then sends are bad requests; a set named is not found."""
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    ses.verified_domain(ConfigurationSetName="set")
    ses("DeleteConfigurationSet", ConfigurationSetName="set")
    mail = {
        "FromEmailAddress": ADDRESS,
        "Destination": {"ToAddresses": ["success@simulator.amazonses.com"]},
        "Content": SIMPLE,
    }
    assert ses.identity()["ConfigurationSetName"] == "set"
    assert ses.refused("SendEmail", **mail).code == "BadRequestException"
    assert ses.refused("SendEmail", **mail, ConfigurationSetName="set").code == "NotFoundException"


def test_tags_are_in_one_store_under_the_true_arn(ses: Ses) -> None:
    """D2 row 9: moto keeps them under email-identity/, apart from the identity."""
    ses("CreateEmailIdentity", EmailIdentity=DOMAIN, Tags=[{"Key": "a", "Value": "1"}])
    resource = ses.arn("identity", DOMAIN)
    ses("TagResource", ResourceArn=resource, Tags=[{"Key": "b", "Value": "2"}])
    expected = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert ses.identity()["Tags"] == expected
    assert ses("ListTagsForResource", ResourceArn=resource)["Tags"] == expected
    ses("UntagResource", ResourceArn=resource, TagKeys=["a", "never"])
    assert ses.identity()["Tags"] == expected[1:]


def test_accounts_and_regions_do_not_see_each_other(ses: Ses) -> None:
    """State is per account and region; tags of another account are not found."""
    ses.verified_domain()
    for elsewhere in (ses.there(account=OTHER_ACCOUNT), ses.there(region="us-east-1")):
        assert elsewhere.identity_count() == 0
        refusal = elsewhere.refused("ListTagsForResource", ResourceArn=ses.arn("identity", DOMAIN))
        assert refusal.code == "NotFoundException"


def test_partitions_have_arns_of_their_own(ses: Ses) -> None:
    """aws-facts 4: arn:P:ses:R:A:identity/NAME."""
    gov = ses.there(region="us-gov-west-1")
    gov("CreateTenant", TenantName="t")
    arn = gov("GetTenant", TenantName="t")["Tenant"]["TenantArn"]
    assert arn.startswith("arn:aws-us-gov:ses:us-gov-west-1:524471258033:tenant/t/tn-")
    assert gov("ListTagsForResource", ResourceArn=arn) == {"Tags": []}
