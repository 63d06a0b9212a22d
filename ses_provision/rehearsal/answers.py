"""Answers of an account in which everything stands, for rehearsing readings without AWS.

`explanation` has the other half: an account with nothing in it, and one of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ses_provision.engine.model import Found, Resource
from ses_provision.rehearsal.explain import TOKENS
from ses_provision.resources.hosted_zones import Zone
from ses_provision.resources.sns import Subscription

if TYPE_CHECKING:
    from ses_provision.environment import Environment
    from ses_provision.outside.call import Call
    from ses_provision.outside.reading import Ask, Outcome

ALARM = {
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 0.0,
    "Period": 900,
    "EvaluationPeriods": 1,
    "StateValue": "OK",
}
KEY_ID = "11111111-2222-3333-4444-555555555555"


def zone(env: Environment) -> Zone | None:
    """The hosted zone as far as the environment says."""
    return None if env.dns.is_external else Zone(env.dns.zone_id or "*", env.domain)


def deletions(one: Resource) -> Sequence[Call]:
    """The calls that remove a resource which is as it should be."""
    live = replace(one, arn=f"{one.topic_arn}:id") if isinstance(one, Subscription) else one
    return one.deletes(Found(live))


class Settled:
    """What AWS answers where everything stands. In a `large` zone one page does not hold all."""

    def __init__(self, env: Environment, *, large: bool = False) -> None:
        self._env = env
        self._large = large

    def __call__(self, one: Ask) -> Outcome:
        """The answer to a question."""
        if one.service == "dns":
            return None
        answer: dict[str, Any] = getattr(self, f"_{one.service}")(one)
        return answer

    def _sts(self, _: Ask) -> dict[str, Any]:
        account = self._env.account_id
        return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/operator"}

    def _sesv2(self, one: Ask) -> dict[str, Any]:
        match one.operation:
            case "GetEmailIdentity":
                tokens = {"Tokens": list(TOKENS.tokens), "SigningHostedZone": TOKENS.signing_zone}
                return {"VerifiedForSendingStatus": True, "DkimAttributes": tokens}
            case "GetConfigurationSetEventDestinations":
                return {"EventDestinations": []}
            case "GetAccount":
                return {"VdmAttributes": {"VdmEnabled": "ENABLED"}}
        return {}

    def _sns(self, one: Ask) -> dict[str, Any]:
        if one.operation == "GetTopicAttributes":
            key = self._env.events.kms_key
            return {"Attributes": {"Policy": "{}", **({"KmsMasterKeyId": key} if key else {})}}
        return {"Subscriptions": [], "Tags": []}

    def _cloudwatch(self, one: Ask) -> dict[str, Any]:
        alarms = [{"AlarmName": name, **ALARM} for name in one.arguments.get("AlarmNames", ())]
        return {"MetricAlarms": alarms, "Tags": [], "Metrics": [], "MetricDataResults": []}

    def _iam(self, _: Ask) -> dict[str, Any]:
        role = f"arn:aws:iam::{self._env.account_id}:role/{self._env.sender.role}"
        return {"Role": {"Arn": role}, "PolicyDocument": {}, "EvaluationResults": []}

    def _route53(self, _: Ask) -> dict[str, Any]:
        known = {"Id": self._env.dns.zone_id or "*", "Name": self._env.domain, "Config": {}}
        return {
            "HostedZone": known,
            "HostedZones": [known],
            "ResourceRecordSets": [],
            "IsTruncated": self._large,
        }

    def _artifact(self, _: Ask) -> dict[str, Any]:
        return {"customerAgreements": []}

    def _kms(self, _: Ask) -> dict[str, Any]:
        return {"KeyMetadata": {"KeyId": KEY_ID, "Enabled": True}, "Policy": '{"Statement": []}'}
