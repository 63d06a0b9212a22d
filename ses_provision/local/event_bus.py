"""EventBridge: moto's rules, with what AWS refuses, and with a delivery that asks policies.

moto itself delivers to any queue, whatever its policy says.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ses_provision.local import event_pattern
from ses_provision.local.contract import AwsError, Caller, Clock, Params, Reply
from ses_provision.local.motobridge import MotoService
from ses_provision.local.queue_access import QueueAccess
from ses_provision.local.served import everything
from ses_provision.local.tagging import pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ses_provision.local.cloudwatch import CloudWatch
    from ses_provision.local.contract import Service
    from ses_provision.local.functions import Lambda
    from ses_provision.local.motobridge import Universe

SERVICE = "events.amazonaws.com"
_NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:.+")
_MOST_TARGETS = 5
_MOST_ENTRIES = 10
_WHOLE = ("DeadLetterConfig", "RetryPolicy", "Input", "Arn", "Id", "RoleArn")


class EventBus(MotoService):
    """The rules on the buses of all accounts and regions; the default bus is served here."""

    def __init__(
        self,
        universe: Universe,
        sqs: Service,
        kms: Service,
        around: Callable[[], tuple[CloudWatch, Lambda]],
        clock: Clock,
    ) -> None:
        super().__init__(universe, "events")
        self._sqs = sqs
        self._access = QueueAccess(sqs, kms)
        self._around = around
        self._clock = clock
        self._places: set[tuple[str, str]] = set()
        """Where there ever were rules."""

    def handle(self, caller: Caller, operation: str, params: Params) -> Reply:
        """Answer a call."""
        if operation == "PutRule":
            params = self._checked_rule(caller, params)
        elif operation == "PutTargets":
            self._check_targets(caller, params)
        elif operation == "PutEvents":
            return self._put_events(caller, params)
        return super().handle(caller, operation, params)

    def tagged(self, caller: Caller) -> dict[str, dict[str, str]]:
        """The tags of each rule on the default bus, by ARN."""
        return {
            rule["Arn"]: pairs(
                super(EventBus, self).handle(
                    caller, "ListTagsForResource", {"ResourceARN": rule["Arn"]}
                )
            )
            for rule in self._rules(caller)
        }

    def held(self, account: str, region: str) -> dict[str, Any]:
        """What rules there are, with their targets."""
        caller = Caller(account, region)
        tags = self.tagged(caller)
        return {
            rule["Name"]: {
                **rule,
                "Targets": self._targets(caller, rule),
                "Tags": tags[rule["Arn"]],
            }
            for rule in self._rules(caller)
        }

    def put_of_service(
        self, caller: Caller, source: str, detail_type: str, detail: Any, resources: list[str]
    ) -> None:
        """Put the event of a service of AWS on the default bus."""
        self._deliver(caller, self._event(caller, source, detail_type, detail, resources))

    def _checked_rule(self, caller: Caller, params: Params) -> Params:
        if not _NAME.fullmatch(params["Name"]):
            raise AwsError(
                "ValidationException",
                f"1 validation error detected: Value '{params['Name']}' at 'name' failed to "
                r"satisfy constraint: Member must satisfy regular expression pattern: "
                r"[\.\-_A-Za-z0-9]+",
            )
        if params.get("EventPattern"):
            event_pattern.parse(params["EventPattern"])
        self._places.add((caller.account, caller.region))
        there = any(rule["Name"] == params["Name"] for rule in self._rules(caller))
        # API reference, PutRule: tags of a rule that is there are left as they are; what is left
        # out is taken away.
        return {name: held for name, held in params.items() if name != "Tags" or not there}

    def _check_targets(self, caller: Caller, params: Params) -> None:
        new = {each["Id"] for each in params["Targets"]}
        rules = {rule["Name"]: rule for rule in self._rules(caller)}
        if params["Rule"] in rules:
            there = {each["Id"] for each in self._targets(caller, rules[params["Rule"]])}
            if len(there | new) > _MOST_TARGETS:
                raise AwsError(
                    "LimitExceededException",
                    f"The requested resource exceeds the maximum number allowed: {_MOST_TARGETS}.",
                )
        for each in params["Targets"]:
            unknown = [name for name in each if name not in _WHOLE]
            if unknown:
                raise AwsError(
                    "NotImplementedByLocalAws",
                    f"The local AWS serves no targets with {', '.join(unknown)}.",
                    501,
                )
            _check_target(each)

    def _rules(self, caller: Caller) -> list[Any]:
        if (caller.account, caller.region) not in self._places:
            return []
        ask = super().handle
        return everything(lambda token: ask(caller, "ListRules", {"Limit": 100, **token}), "Rules")

    def _targets(self, caller: Caller, rule: Params) -> list[Any]:
        asked = {"Rule": rule["Name"], "Limit": 100}
        found: list[Any] = super().handle(caller, "ListTargetsByRule", asked)["Targets"]
        return found

    def _put_events(self, caller: Caller, params: Params) -> Reply:
        if len(params["Entries"]) > _MOST_ENTRIES:
            raise AwsError("ValidationException", f"At most {_MOST_ENTRIES} entries are taken.")
        replies = [self._put_one(caller, entry) for entry in params["Entries"]]
        failed = sum("ErrorCode" in reply for reply in replies)
        return {"FailedEntryCount": failed, "Entries": replies}

    def _put_one(self, caller: Caller, entry: Params) -> Reply:
        bus = str(entry.get("EventBusName") or "default").rpartition("/")[2]
        if bus != "default":
            reply = super().handle(caller, "PutEvents", {"Entries": [entry]})
            put: Reply = reply["Entries"][0]
            return put
        for name in ("Source", "DetailType", "Detail"):
            if not entry.get(name):
                return _failed("InvalidArgument", f"Parameter {name} is not valid. Reason: "
                               f"{name} is a required argument.")  # fmt: skip
        if entry["Source"].startswith("aws."):
            # EventBridge User Guide, PutEvents: names that begin with aws. are AWS's own.
            return _failed("NotAuthorizedForSourceException", "Not authorized for the source.")
        try:
            detail = json.loads(entry["Detail"])
        except ValueError:
            return _failed("MalformedDetail", "Detail is malformed.")
        given = (entry["Source"], entry["DetailType"], detail, entry.get("Resources") or [])
        event = self._event(caller, *given)
        self._deliver(caller, event)
        return {"EventId": event["id"]}

    def _event(
        self, caller: Caller, source: str, detail_type: str, detail: Any, resources: list[str]
    ) -> dict[str, Any]:
        """The envelope (EventBridge User Guide, events)."""
        return {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": detail_type,
            "source": source,
            "account": caller.account,
            "time": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "region": caller.region,
            "resources": resources,
            "detail": detail,
        }

    def _deliver(self, caller: Caller, event: dict[str, Any]) -> None:
        for rule, target in self._matching(caller, event):
            refusal = self._sent(caller, rule["Arn"], target, event)
            if refusal is not None:
                self._failed_at(caller, rule, target, event, refusal)

    def _matching(self, caller: Caller, event: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
        for rule in self._rules(caller):
            if rule["State"] == "DISABLED" or not rule.get("EventPattern"):
                continue
            if event_pattern.matches(json.loads(rule["EventPattern"]), event):
                for target in self._targets(caller, rule):
                    yield rule, target

    def _sent(
        self, caller: Caller, rule_arn: str, target: Params, event: dict[str, Any]
    ) -> str | None:
        """Send an event to a target; why that failed, None where it did not."""
        arn, text = target["Arn"], target.get("Input") or json.dumps(event)
        service = arn.split(":")[2]
        if service == "lambda":
            _, functions = self._around()
            return functions.hand_over(caller, arn, json.loads(text), rule_arn)
        if service != "sqs":
            return f"The local AWS delivers to queues and functions, and not to {arn}"
        return self._put_into(caller, arn, rule_arn, text, {})

    def _put_into(
        self, caller: Caller, queue: str, rule_arn: str, text: str, attributes: Params
    ) -> str | None:
        refusal = self._access.refusal(caller, queue, SERVICE, rule_arn)
        if refusal is not None:
            return refusal
        owner = Caller(queue.split(":")[4], caller.region)
        url = self._sqs.handle(owner, "GetQueueUrl", {"QueueName": queue.split(":")[5]})["QueueUrl"]
        message = {"QueueUrl": url, "MessageBody": text}
        if attributes:
            message["MessageAttributes"] = attributes
        self._sqs.handle(owner, "SendMessage", message)
        return None

    def _failed_at(
        self, caller: Caller, rule: Any, target: Any, event: dict[str, Any], why: str
    ) -> None:
        """What could not be delivered is counted, and goes to the dead-letter queue where that
        lets the rule send (EventBridge User Guide, dead-letter queues)."""
        cloudwatch, _ = self._around()
        point = {
            "MetricName": "FailedInvocations",
            "Value": 1.0,
            "Timestamp": self._clock.now(),
            "Dimensions": [{"Name": "RuleName", "Value": rule["Name"]}],
        }
        cloudwatch.put_own_metric(caller, "AWS/Events", point)
        dead = (target.get("DeadLetterConfig") or {}).get("Arn")
        if dead:
            told = {
                "RULE_ARN": rule["Arn"],
                "TARGET_ARN": target["Arn"],
                "ERROR_CODE": "NO_PERMISSIONS",
                "ERROR_MESSAGE": why,
            }
            attributes = {
                name: {"DataType": "String", "StringValue": held} for name, held in told.items()
            }
            self._put_into(caller, dead, rule["Arn"], json.dumps(event), attributes)


def _check_target(target: Params) -> None:
    """Words of the first: seen on AWS (serverless/serverless#6438 and its like)."""
    arns = [target["Arn"], (target.get("DeadLetterConfig") or {}).get("Arn") or target["Arn"]]
    for arn in arns:
        if not _ARN.fullmatch(arn):
            raise AwsError(
                "ValidationException",
                f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.",
            )
    if "Input" in target:
        try:
            json.loads(target["Input"])
        except ValueError:
            raise AwsError(
                "ValidationException", "Parameter Input is not valid. Reason: It is not JSON."
            ) from None


def _failed(code: str, message: str) -> Reply:
    return {"ErrorCode": code, "ErrorMessage": message}
