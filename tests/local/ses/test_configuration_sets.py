"""The rules about configuration sets and their event destinations."""

from typing import Any

import pytest

from tests.local.ses.world import DOMAIN, REGION, TOPIC, Ses

FIREHOSE = {
    "IamRoleArn": "arn:aws:iam::524471258033:role/ses",
    "DeliveryStreamArn": "arn:aws:firehose:us-east-2:524471258033:deliverystream/mail",
}
BUS = "arn:aws:events:us-east-2:524471258033:event-bus/default"


def dimension(name: str = "d", value: str = "v") -> dict[str, str]:
    return {
        "DimensionName": name,
        "DimensionValueSource": "MESSAGE_TAG",
        "DefaultDimensionValue": value,
    }


def config(ses: Ses, name: str = "set") -> dict[str, Any]:
    return ses("GetConfigurationSet", ConfigurationSetName=name)


def destination(**given: Any) -> dict[str, Any]:
    definition = {"MatchingEventTypes": ["BOUNCE"], **given}
    return {"EventDestinationName": "events", "EventDestination": definition}


@pytest.fixture
def with_set(ses: Ses) -> Ses:
    ses("CreateConfigurationSet", ConfigurationSetName="set")
    return ses


def test_a_new_configuration_set_has_the_defaults(with_set: Ses) -> None:
    """aws-facts 1: sends, no reputation metrics; no delivery options where none were given."""
    assert config(with_set) == {
        "ConfigurationSetName": "set",
        "Tags": [],
        "SendingOptions": {"SendingEnabled": True},
        "ReputationOptions": {"ReputationMetricsEnabled": False},
    }


@pytest.mark.parametrize(
    ("operation", "block", "flag"),
    [
        ("PutConfigurationSetSendingOptions", "SendingOptions", "SendingEnabled"),
        ("PutConfigurationSetReputationOptions", "ReputationOptions", "ReputationMetricsEnabled"),
    ],
)
def test_an_omitted_boolean_of_a_set_means_false(
    with_set: Ses, operation: str, block: str, flag: str
) -> None:
    """aws-facts 1: the call that could stop all sending."""
    with_set(operation, ConfigurationSetName="set", **{flag: True})
    assert config(with_set)[block][flag] is True
    with_set(operation, ConfigurationSetName="set")
    assert config(with_set)[block][flag] is False
    with_set("CreateConfigurationSet", ConfigurationSetName="new", **{block: {}})
    assert config(with_set, "new")[block][flag] is False


def test_turning_reputation_metrics_on_is_a_fresh_start(with_set: Ses) -> None:
    """[M] ReputationOptions.LastFreshStart."""
    put = {"ConfigurationSetName": "set", "ReputationMetricsEnabled": True}
    with_set("PutConfigurationSetReputationOptions", **put)
    start = with_set.clock.now()
    with_set.clock.advance(60)
    with_set("PutConfigurationSetReputationOptions", **put)
    assert config(with_set)["ReputationOptions"]["LastFreshStart"] == start


def test_delivery_options_are_replaced_as_a_whole(with_set: Ses) -> None:
    """aws-facts 11: omitted members are cleared."""
    with_set("CreateDedicatedIpPool", PoolName="pool")
    put = "PutConfigurationSetDeliveryOptions"
    given = {"TlsPolicy": "REQUIRE", "SendingPoolName": "pool", "MaxDeliverySeconds": 300}
    with_set(put, ConfigurationSetName="set", **given)
    assert config(with_set)["DeliveryOptions"] == given
    with_set(put, ConfigurationSetName="set", SendingPoolName="ses-shared-pool")
    assert config(with_set)["DeliveryOptions"] == {
        "TlsPolicy": "OPTIONAL",
        "SendingPoolName": "ses-shared-pool",
    }


@pytest.mark.parametrize(
    ("pool", "message"),
    [("gone", "SendingPool <gone> doesn't exist"), (" ", "sendingPoolName can't be blank.")],
)
def test_an_unknown_pool_is_refused(with_set: Ses, pool: str, message: str) -> None:
    """aws-facts 10."""
    refusal = with_set.refused(
        "PutConfigurationSetDeliveryOptions", ConfigurationSetName="set", SendingPoolName=pool
    )
    assert (refusal.code, refusal.message) == ("BadRequestException", message)


def test_a_redirect_domain_has_to_be_verified(with_set: Ses) -> None:
    """aws-facts 10, 11: a verified identity, and HttpsPolicy needs one."""
    put, name = "PutConfigurationSetTrackingOptions", {"ConfigurationSetName": "set"}
    with_set("CreateEmailIdentity", EmailIdentity=DOMAIN)
    refusal = with_set.refused(put, **name, CustomRedirectDomain=f"click.{DOMAIN}")
    assert refusal.message == f"Domain <click.{DOMAIN}> is not verified under this account."
    with_set.write_dkim()
    with_set.clock.advance(60)
    with_set(put, **name, CustomRedirectDomain=f"click.{DOMAIN}", HttpsPolicy="REQUIRE")
    assert config(with_set)["TrackingOptions"]["HttpsPolicy"] == "REQUIRE"
    with_set(put, **name)
    assert "TrackingOptions" not in config(with_set)


def test_an_empty_list_of_reasons_is_a_setting_and_nothing_is_none(with_set: Ses) -> None:
    """aws-facts 10: empty SuppressedReasons = explicitly no suppression for that set."""
    put, name = "PutConfigurationSetSuppressionOptions", {"ConfigurationSetName": "set"}
    with_set(put, **name, SuppressedReasons=[])
    assert config(with_set)["SuppressionOptions"] == {"SuppressedReasons": []}
    with_set(put, **name)
    assert "SuppressionOptions" not in config(with_set)


@pytest.mark.parametrize(
    ("operation", "given", "block"),
    [
        (
            "PutConfigurationSetVdmOptions",
            {"VdmOptions": {"DashboardOptions": {"EngagementMetrics": "ENABLED"}}},
            "VdmOptions",
        ),
        (
            "UpdateConfigurationSet",
            {"MessageSecurityOptions": {"SigningScheme": {"DefaultScheme": {}}}},
            "MessageSecurityOptions",
        ),
    ],
)
def test_a_block_is_read_back_as_it_was_put(
    with_set: Ses, operation: str, given: dict[str, Any], block: str
) -> None:
    """[M]: each block of options has a Put of its own."""
    with_set(operation, ConfigurationSetName="set", **given)
    assert config(with_set)[block] == given[block]


def test_archiving_ends_when_no_archive_is_named(with_set: Ses) -> None:
    """[M] PutConfigurationSetArchivingOptions."""
    archive = with_set.arn("mailmanager-archive", "a-" + "x" * 24)
    put = "PutConfigurationSetArchivingOptions"
    with_set(put, ConfigurationSetName="set", ArchiveArn=archive)
    assert config(with_set)["ArchivingOptions"] == {"ArchiveArn": archive}
    with_set(put, ConfigurationSetName="set")
    assert "ArchivingOptions" not in config(with_set)


def test_sets_are_listed_by_part_of_their_name(with_set: Ses) -> None:
    """[M] ListConfigurationSets.Filter; [floci]: 3 to 64 characters."""
    with_set("CreateConfigurationSet", ConfigurationSetName="Other")
    found = with_set("ListConfigurationSets", Filter={"CONFIGURATION_SET_NAME_CONTAINS": "oth"})
    assert found == {"ConfigurationSets": ["Other"]}
    refusal = with_set.refused(
        "ListConfigurationSets", Filter={"CONFIGURATION_SET_NAME_CONTAINS": "ot"}
    )
    assert refusal.code == "BadRequestException"


def test_ses_checks_the_topic_and_publishes_a_message_that_is_not_json(with_set: Ses) -> None:
    """aws-facts 3."""
    given = destination(SnsDestination={"TopicArn": TOPIC})
    with_set("CreateConfigurationSetEventDestination", ConfigurationSetName="set", **given)
    assert with_set.world.sources == [with_set.arn("configuration-set", "set")]
    assert with_set.world.published == [
        (TOPIC, "Successfully validated SNS topic for Amazon SES event publishing.", None)
    ]
    (shown,) = with_set("GetConfigurationSetEventDestinations", ConfigurationSetName="set")[
        "EventDestinations"
    ]
    assert shown == {
        "Name": "events",
        # aws-facts 11: an omitted Enabled means false.
        "Enabled": False,
        "MatchingEventTypes": ["BOUNCE"],
        "SnsDestination": {"TopicArn": TOPIC},
    }


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"SnsDestination": {"TopicArn": TOPIC}, "EventBridgeDestination": {"EventBusArn": BUS}},
        {"SnsDestination": {"TopicArn": TOPIC}, "MatchingEventTypes": []},
        {"SnsDestination": {"TopicArn": f"{TOPIC}-deaf"}},
        {"SnsDestination": {"TopicArn": f"{TOPIC}.fifo"}},
        {"SnsDestination": {"TopicArn": TOPIC.replace(REGION, "us-east-1")}},
        {"EventBridgeDestination": {"EventBusArn": BUS.replace("default", "own")}},
        {"KinesisFirehoseDestination": {**FIREHOSE, "IamRoleArn": "arn:aws:iam::1:role/x"}},
        {"KinesisFirehoseDestination": {**FIREHOSE, "DeliveryStreamArn": "mail"}},
        {"CloudWatchDestination": {"DimensionConfigurations": []}},
        {"CloudWatchDestination": {"DimensionConfigurations": [dimension()] * 11}},
        {"CloudWatchDestination": {"DimensionConfigurations": [dimension("a b")]}},
        {"CloudWatchDestination": {"DimensionConfigurations": [dimension("a", "b c")]}},
    ],
)
def test_a_destination_ses_cannot_use_is_refused(with_set: Ses, definition: Any) -> None:
    """aws-facts 3 and 11: exactly one kind, a standard topic of this region, the default bus."""
    with_set.world.refusals[f"{TOPIC}-deaf"] = "the topic policy does not allow it"
    operation = "CreateConfigurationSetEventDestination"
    given = destination(**definition)
    refusal = with_set.refused(operation, ConfigurationSetName="set", **given)
    assert (refusal.code, refusal.status) == ("BadRequestException", 400)
    assert with_set.world.published == []


def test_an_update_replaces_all_of_a_destination(with_set: Ses) -> None:
    """aws-facts 11: UpdateConfigurationSetEventDestination replaces all."""
    create, update = (f"{verb}ConfigurationSetEventDestination" for verb in ("Create", "Update"))
    topic = {"TopicArn": TOPIC}
    given = destination(SnsDestination=topic, Enabled=True)
    with_set(create, ConfigurationSetName="set", **given)
    for kind in (
        {"KinesisFirehoseDestination": FIREHOSE},
        {"EventBridgeDestination": {"EventBusArn": BUS}},
        {"CloudWatchDestination": {"DimensionConfigurations": [dimension()]}},
        {"PinpointDestination": {"ApplicationArn": "arn:aws:mobiletargeting:us-east-2:1:apps/a"}},
    ):
        with_set(update, ConfigurationSetName="set", **destination(**kind))
        shown = with_set("GetConfigurationSetEventDestinations", ConfigurationSetName="set")
        expected = {"Name": "events", "Enabled": False, "MatchingEventTypes": ["BOUNCE"], **kind}
        assert shown["EventDestinations"] == [expected]


def test_a_set_has_at_most_ten_destinations(with_set: Ses) -> None:
    """aws-facts 10."""
    given = destination(SnsDestination={"TopicArn": TOPIC})
    operation = "CreateConfigurationSetEventDestination"
    for number in range(10):
        given["EventDestinationName"] = f"d{number}"
        with_set(operation, ConfigurationSetName="set", **given)
    given["EventDestinationName"] = "d"
    refusal = with_set.refused(operation, ConfigurationSetName="set", **given)
    assert refusal.code == "LimitExceededException"
