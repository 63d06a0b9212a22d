"""Whether a service of AWS may put messages into a queue: its policy and its key decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.local import policies
from ses_provision.local.contract import AwsError, Caller
from ses_provision.local.topic_access import key_policy_admits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ses_provision.local.contract import Service


class QueueAccess:
    """Asks the policies on behalf of a service that acts for one thing of a caller."""

    def __init__(self, sqs: Service, kms: Service) -> None:
        self._sqs = sqs
        self._kms = kms

    def refusal(self, caller: Caller, queue_arn: str, service: str, source: str) -> str | None:
        """Why a service may not send to a queue of the caller's, None where it may."""
        parts = queue_arn.split(":")
        if len(parts) != 6 or (parts[2], parts[3]) != ("sqs", caller.region):
            return f"{queue_arn} is not the ARN of a queue in {caller.region}"
        owner, name = Caller(parts[4], parts[3]), parts[5]
        try:
            url = self._sqs.handle(owner, "GetQueueUrl", {"QueueName": name})["QueueUrl"]
            asked = {"QueueUrl": url, "AttributeNames": ["All"]}
            held = self._sqs.handle(owner, "GetQueueAttributes", asked)["Attributes"]
        except AwsError:
            return f"The specified queue does not exist: {queue_arn}"
        if not _policy_admits(queue_arn, service, source, held):
            return f"{service} is not authorized to perform: sqs:SendMessage on {queue_arn}"
        if not self._key_admits(owner, service, held):
            return f"{service} may not use the KMS key of {queue_arn}"
        return None

    def _key_admits(self, owner: Caller, service: str, held: Mapping[str, str]) -> bool:
        key = held.get("KmsMasterKeyId")
        if not key:
            return True
        if key.endswith("alias/aws/sqs"):
            # SQS Developer Guide, key management: the policy of the AWS managed key cannot be
            # edited, so no service may use it.
            return False
        return key_policy_admits(self._kms, owner, key, service, {})


def _policy_admits(arn: str, service: str, source: str, held: Mapping[str, str]) -> bool:
    """That EventBridge also names the account of a rule is not documented, so a policy that asks
    for it lets nothing in here."""
    context = {"aws:SourceArn": (source,), "aws:SecureTransport": ("true",)}
    ask = policies.Ask("sqs:SendMessage", arn, (f"Service:{service}",), context)
    return policies.admits(held.get("Policy") or "{}", ask)
