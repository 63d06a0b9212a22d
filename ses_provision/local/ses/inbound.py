"""Mail that SES itself takes in: whose MX record leads to it goes by the rules of whoever receives.

Only mail that this local AWS sends arrives here. [D23] receiving-email-concepts.md: an address is
received for that lies in a verified domain and that a rule of the active set speaks of; every
account and its own rules.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import Caller
from ses_provision.local.ses.inbound_form import SUBJECT, Arrival, outgoing, receipt, told
from ses_provision.local.ses.lifecycle import Lifecycle
from ses_provision.local.ses.message import Message
from ses_provision.local.ses.names import arn, domain_of
from ses_provision.local.ses.outcomes import Accepted, Fate
from ses_provision.local.ses.state import Place, RuleSet
from ses_provision.local.ses.world import ENDPOINT, World

_LARGEST_FOR_SNS = 150 * 1024


@dataclass
class Way:
    """A mail on its way through the rules of one account: what a rule before has added."""

    caller: Caller
    rule_set: str
    arrival: Arrival
    added: list[tuple[str, str]] = field(default_factory=list)
    scanned: bool = False

    @property
    def stored(self) -> bytes:
        """The mail by now."""
        return self.arrival.stored(scanned=self.scanned, added=self.added)


class Inbound:
    """The doors of SES in all regions."""

    def __init__(self, world: World, lifecycle: Lifecycle) -> None:
        self._world = world
        self._lifecycle = lifecycle

    def turned_away(self, caller: Caller, message: Message) -> tuple[str, ...]:
        """The recipients whose MX record leads to SES, where no rule speaks of them."""
        return tuple(
            each
            for each in message.recipients
            if (region := self._region(caller, each)) and not any(self._takers(region, each))
        )

    def deliver(self, accepted: Accepted, mail_from: str) -> None:
        """Take in what goes to SES itself."""
        by_region: dict[str, list[str]] = {}
        for each in accepted.message.recipients:
            region = self._region(accepted.caller, each)
            if region and accepted.fate(each) is Fate.DELIVERED:
                by_region.setdefault(region, []).append(each)
        for region, recipients in by_region.items():
            digest = hashlib.sha256(f"{accepted.message_id} {region}".encode()).hexdigest()
            envelope = f"{accepted.message_id}@{mail_from}"
            arrival = Arrival(
                digest[:40], accepted.at, region, envelope, tuple(recipients), outgoing(accepted)
            )
            for place in list(self._world.places.values()):
                held = self._held(place, region)
                if held is not None:
                    self._by_rules(place, held, arrival)

    def _region(self, caller: Caller, address: str) -> str:
        """The region of SES that an address is received in; empty where it is not SES."""
        found = self._world.neighbours.dns(caller.account, domain_of(address).lower(), "MX") or []
        hosts = (ENDPOINT.fullmatch(value.partition(" ")[2].rstrip(".").lower()) for value in found)
        return next((host[1] for host in hosts if host), "")

    def _held(self, place: Place, region: str) -> RuleSet | None:
        held = place.receiving
        is_here = place.region == region and self._world.receives_in(region)
        return held.rule_sets.get(held.active or "") if is_here else None

    def _takers(self, region: str, address: str) -> Iterator[Place]:
        for place in self._world.places.values():
            held = self._held(place, region)
            if held and any(self._speaks(place, rule, address) for rule in held.rules):
                yield place

    def _speaks(self, place: Place, rule: dict[str, Any], address: str) -> bool:
        """Whether a rule that holds speaks of an address, in a verified domain."""
        conditions = rule.get("Recipients") or []
        named = not conditions or any(matches(one, address) for one in conditions)
        return bool(rule["Enabled"]) and named and self._lifecycle.may_send(place, address)

    def _by_rules(self, place: Place, held: RuleSet, arrival: Arrival) -> None:
        caller = Caller(place.account_id, place.region)
        way = Way(caller, held.name, arrival)
        for rule in list(held.rules):
            meant = [each for each in arrival.recipients if self._speaks(place, rule, each)]
            if not meant:
                continue
            way.scanned = way.scanned or rule["ScanEnabled"]
            for action in rule.get("Actions", []):
                [(kind, given)] = action.items()
                if kind in ("StopAction", "BounceAction"):
                    return
                self._act(way, rule["Name"], (kind, given), meant)

    def _act(
        self, way: Way, rule: str, action: tuple[str, dict[str, Any]], meant: list[str]
    ) -> None:
        kind, given = action
        source = arn(way.caller, "receipt-rule-set", f"{way.rule_set}:receipt-rule/{rule}")
        if kind == "AddHeaderAction":
            way.added.append((given["HeaderName"], given["HeaderValue"]))
        elif kind == "S3Action":
            self._store(way, given, meant, source)
        elif kind == "SNSAction":
            content = way.stored
            if len(content) <= _LARGEST_FOR_SNS:
                done = {"type": "SNS", "topicArn": given["TopicArn"]}
                more = {"content": content.decode(errors="replace")}
                self._tell(way, given["TopicArn"], self._told(way, meant, done) | more, source)
        elif kind == "LambdaAction" and self._world.inbound is not None:
            done = {
                "type": "Lambda",
                "functionArn": given["FunctionArn"],
                "invocationType": given.get("InvocationType", "Event"),
            }
            record = {"eventSource": "aws:ses", "eventVersion": "1.0"}
            event = self._told(way, meant, done)
            del event["notificationType"]
            called = {"Records": [{**record, "ses": event}]}
            self._world.inbound.call(way.caller, given["FunctionArn"], called, source)

    def _store(self, way: Way, given: dict[str, Any], meant: list[str], source: str) -> None:
        """SES tries for some hours what the policy of a bucket refuses, and then lets go of it."""
        door, prefix = self._world.inbound, given.get("ObjectKeyPrefix", "")
        key = f"{prefix}{way.arrival.id}"
        if door is None or door.bucket_refusal(way.caller, given["BucketName"], key, source):
            return
        door.put(given["BucketName"], key, way.stored)
        if "TopicArn" in given:
            done = {
                "type": "S3",
                "topicArn": given["TopicArn"],
                "bucketName": given["BucketName"],
                "objectKeyPrefix": prefix,
                "objectKey": key,
            }
            self._tell(way, given["TopicArn"], self._told(way, meant, done), source)

    def _told(self, way: Way, meant: list[str], done: dict[str, Any]) -> dict[str, Any]:
        return {
            "notificationType": "Received",
            "mail": told(way.arrival, way.stored),
            "receipt": receipt(way.arrival, meant, done, scanned=way.scanned),
        }

    def _tell(self, way: Way, topic: str, message: dict[str, Any], source: str) -> None:
        neighbours = self._world.neighbours
        if neighbours.sns_topic_refusal(way.caller, topic, source) is None:
            neighbours.publish(way.caller, topic, json.dumps(message), SUBJECT)


def matches(condition: str, address: str) -> bool:
    """[D23] receiving-email-receipt-rules.md: an address, with or without a label, a domain, or
    with a dot before it the names below it."""
    condition, address = condition.lower(), address.lower()
    plain = re.sub(r"\+[^@]*@", "@", address)
    domain = address.rpartition("@")[2]
    if condition.startswith("."):
        return domain.endswith(condition)
    return condition in {address, plain, domain}
