"""A healthy environment: everything applied, confirmed, granted and signed, as months later."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ses_provision.environment import Environment
from ses_provision.local import LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import ROOT, Cli, Result
from tests.prepared import prepared

ROLE = "patient-mailer"
FOR_PEOPLE = {
    "SES-DMARC-002",
    "SES-HIPAA-003",
    "SES-HIPAA-004",
    "SES-HIPAA-008",
    "SES-HANDOVER-001",
}
"""What stays open in the shipped environment until somebody decides it."""


class Health:
    """The local AWS with prod in good health, and ways to break exactly one thing."""

    def __init__(self, local: LocalAws, world: InProcess, env: Environment, cli: Cli, at: Path):
        self.local, self.world, self.env, self._cli, self.config = local, world, env, cli, at

    def build(self) -> None:
        """Make prod healthy."""
        text = (ROOT / "config" / "prod.toml").read_text(encoding="utf-8")
        self.write(text.replace('# role = "..."', f'role = "{ROLE}" #'))
        local, account = self.local, self.env.account_id
        local.seed(account, roles=[ROLE])
        prepared(local, "health", self._make_healthy)

    def _make_healthy(self) -> None:
        local, account = self.local, self.env.account_id
        assert self.run("apply", "--yes", "--wait").status == 0
        local.confirm_subscriptions(account)
        local.accept_baa(account)
        assert self.run("send-test").status == 0

    def leave_sandbox(self) -> None:
        """AWS has granted production access."""
        self.local.allow_production(self.env.account_id, self.env.region)

    def write(self, text: str) -> None:
        """Write prod's environment file."""
        self.config.mkdir(exist_ok=True)
        (self.config / "prod.toml").write_text(text, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        """Change the environment file."""
        text = (self.config / "prod.toml").read_text(encoding="utf-8")
        assert old in text
        self.write(text.replace(old, new))

    def run(self, command: str, *arguments: str) -> Result:
        """Run a command on prod."""
        return self._cli(command, "--env", "prod", "--config-dir", str(self.config), *arguments)

    def follow(self, line: list[str]) -> Result:
        """Run a command line as it was told."""
        return self._cli(*line)

    def call(self, service: str, operation: str, region: str = "", **params: Any) -> Any:
        """Ask or change AWS behind the tool's back."""
        where = region or self.env.region
        return self.local.call(self.env.account_id, where, service, operation, params)

    def checklist(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """The findings by id."""
        document = self.run("checklist", "--json", *arguments).json
        [report] = document["environments"]
        topics = report["checklist"]["topics"]
        return {one["id"]: one for topic in topics for one in topic["findings"]}

    def open(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """The open findings by id."""
        return {k: one for k, one in self.checklist(*arguments).items() if one["open"]}

    def zone(self, *changes: tuple[str, str, str, list[str]]) -> None:
        """Change the hosted zone: action, name, type, values."""
        batch = [
            {
                "Action": verb,
                "ResourceRecordSet": {
                    "Name": name,
                    "Type": kind,
                    "TTL": 300,
                    "ResourceRecords": [{"Value": value} for value in values],
                },
            }
            for verb, name, kind, values in changes
        ]
        zone = self.env.dns.zone_id
        self.call(
            "route53",
            "ChangeResourceRecordSets",
            HostedZoneId=zone,
            ChangeBatch={"Changes": batch},
        )

    def records(self, kind: str, name_end: str = "") -> list[dict[str, Any]]:
        """The record sets of a type whose name ends so."""
        listed = self.call("route53", "ListResourceRecordSets", HostedZoneId=self.env.dns.zone_id)
        return [
            one
            for one in listed["ResourceRecordSets"]
            if one["Type"] == kind and one["Name"].endswith(f"{name_end}.")
        ]

    def remove(self, record: dict[str, Any]) -> None:
        """Take a record set out of the hosted zone."""
        batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
        self.call(
            "route53",
            "ChangeResourceRecordSets",
            HostedZoneId=self.env.dns.zone_id,
            ChangeBatch=batch,
        )

    @property
    def topic(self) -> str:
        """The event topic's ARN."""
        return f"arn:aws:sns:{self.env.region}:{self.env.account_id}:{self.env.event_topic}"

    @property
    def alarm_topic(self) -> str:
        """The ARN of the alarms' topic in the sending region."""
        return f"arn:aws:sns:{self.env.region}:{self.env.account_id}:{self.env.alarm_topic}"

    def topic_policy(self, edit: Callable[[list[dict[str, Any]]], None], topic: str = "") -> None:
        """Edit the statements of a topic's policy: the event topic's, unless another is named."""
        arn = topic or self.topic
        held = self.call("sns", "GetTopicAttributes", TopicArn=arn)["Attributes"]["Policy"]
        policy = json.loads(held)
        edit(policy["Statement"])
        self.topic_attribute("Policy", json.dumps(policy), arn)

    def topic_attribute(self, name: str, value: str, topic: str = "") -> None:
        """Set an attribute of a topic: the event topic, unless another is named."""
        self.call(
            "sns",
            "SetTopicAttributes",
            TopicArn=topic or self.topic,
            AttributeName=name,
            AttributeValue=value,
        )

    def alarm(self, region: str = "", **changes: Any) -> None:
        """Change the bounce alarm."""
        named = {"AlarmNames": [self.env.bounce_alarm]}
        [held] = self.call("cloudwatch", "DescribeAlarms", region, **named)["MetricAlarms"]
        keep = (
            "AlarmName", "ActionsEnabled", "AlarmActions", "OKActions", "MetricName", "Namespace",
            "Statistic", "Dimensions", "Period", "EvaluationPeriods", "Threshold",
            "ComparisonOperator", "TreatMissingData",
        )  # fmt: skip
        definition = {name: held[name] for name in keep if name in held} | changes
        self.call("cloudwatch", "PutMetricAlarm", region, **definition)

    def deny(self, operation: str) -> None:
        """Let AWS refuse an operation from now on."""
        self.local.fault("deny", operation, times=None)

    def slow_ses(self) -> None:
        """Let SES take its time to see records."""
        self.local.knobs = replace(self.local.knobs, verify_after=10**9)
