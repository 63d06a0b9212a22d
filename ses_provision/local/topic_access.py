"""Which services of AWS may publish to a topic: its policy and the policy of its key decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.contract import Service
    from ses_provision.local.sns import Sns, Topic

SES, CLOUDWATCH = "ses.amazonaws.com", "cloudwatch.amazonaws.com"
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")


class TopicAccess:
    """Asks the policies on behalf of a service that acts for a caller."""

    def __init__(self, sns: Sns, kms: Service) -> None:
        self._sns = sns
        self._kms = kms

    def policy_admits(self, caller: Caller, topic: Topic, service: str, source_arn: str) -> bool:
        """Whether the topic's own policy lets a service publish for one of the caller's things."""
        ask = policies.Ask(
            "sns:Publish",
            topic.arn,
            (f"Service:{service}",),
            {
                # A service counts as the owner of what it acts for, so the policy that every
                # topic is born with admits it within one account
                # (recorded: localstack, test_ses_sns_topic_integration_send_email).
                "aws:SourceOwner": (caller.account,),
                **_source(caller, source_arn),
            },
        )
        return policies.admits(self._sns.policy_in_force(topic), ask)

    def key_admits(self, caller: Caller, topic: Topic, service: str, source_arn: str) -> bool:
        """Whether a service may use the key of a topic, where it has one."""
        key = topic.attributes.get("KmsMasterKeyId")
        if not key:
            return True
        if key.endswith("alias/aws/sns"):
            # Its policy cannot be edited, so no other service may use it (SES Developer Guide,
            # configure-sns-notifications.md; binxio/cfn-ses-provider#16; ASFHyP3/hyp3#762).
            return False
        _, _, _, region, account, _ = topic.arn.split(":")
        # Whether SES names its source to KMS is not known (aws-facts 3); CloudWatch does.
        context = _source(caller, source_arn) if service == CLOUDWATCH else {}
        return key_policy_admits(self._kms, Caller(account, region), key, service, context)


def key_policy_admits(
    kms: Service, owner: Caller, key: str, service: str, context: Mapping[str, tuple[str, ...]]
) -> bool:
    """Whether the policy of a key lets a service encrypt with it."""
    try:
        held = kms.handle(owner, "DescribeKey", {"KeyId": key})["KeyMetadata"]
        asked = {"KeyId": held["KeyId"], "PolicyName": "default"}
        text = kms.handle(owner, "GetKeyPolicy", asked)["Policy"]
    except AwsError:
        return False
    return all(
        policies.admits(text, policies.Ask(action, held["Arn"], (f"Service:{service}",), context))
        for action in _KEY_ACTIONS
    )


def _source(caller: Caller, arn: str) -> Mapping[str, tuple[str, ...]]:
    return {
        "aws:SourceAccount": (caller.account,),
        "aws:SourceArn": (arn,),
        "aws:SecureTransport": ("true",),
    }
