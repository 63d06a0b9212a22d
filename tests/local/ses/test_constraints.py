"""Values that the service model does not allow are refused, whatever the client checked."""

from typing import Any

import pytest

from tests.local.ses.world import DOMAIN, TOPIC, Ses

SNS = {"SnsDestination": {"TopicArn": TOPIC}}


@pytest.mark.parametrize(
    ("operation", "params", "where"),
    [
        (
            "PutEmailIdentityMailFromAttributes",
            {"EmailIdentity": DOMAIN, "BehaviorOnMxFailure": "RejectMessage"},
            "Member must satisfy enum value set: [REJECT_MESSAGE, USE_DEFAULT_VALUE]",
        ),
        (
            "CreateConfigurationSet",
            {"ConfigurationSetName": "s", "SuppressionOptions": {"SuppressedReasons": ["X"]}},
            "Reasons' failed to satisfy constraint: Member must satisfy constraint: [Member must",
        ),
        (
            "CreateConfigurationSetEventDestination",
            {
                "EventDestinationName": "e",
                "EventDestination": {"MatchingEventTypes": ["SEND", "BOUNCED"], **SNS},
            },
            "1 validation error detected: Value at 'configurationSetName' failed",
        ),
        (
            "CreateEmailIdentity",
            {"EmailIdentity": ""},
            "Member must have length greater than or equal to 1",
        ),
        (
            "PutConfigurationSetDeliveryOptions",
            {"ConfigurationSetName": "s", "MaxDeliverySeconds": 50401},
            "Member must have value less than or equal to 50400",
        ),
        (
            "CreateEmailIdentity",
            {"EmailIdentity": DOMAIN, "DkimSigningAttributes": {"DomainSigningSelector": "-"}},
            "must satisfy regular expression pattern",
        ),
        ("TagResource", {"ResourceArn": "a", "Tags": [{"Key": "k"}]}, "Member must not be null"),
        ("ListEmailIdentities", {"Filter": {"NAME": "x"}}, "at 'filter.key' failed"),
        ("ListRecommendations", {"Filter": {}}, "at 'filter' failed"),
        ("PutAccountDetails", {}, "2 validation errors detected: Value at 'mailType'"),
    ],
)
def test_a_value_outside_its_model_is_refused(
    ses: Ses, operation: str, params: dict[str, Any], where: str
) -> None:
    """[M], with the wording AWS services use for it."""
    refusal = ses.refused(operation, **params)
    assert (refusal.code, refusal.status) == ("BadRequestException", 400)
    assert where in refusal.message
