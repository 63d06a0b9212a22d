"""Receipt rules: what SES does with mail that arrives.

A region has one rule set that holds, for the whole account. A rule of ours goes into it, behind the
others; only where none holds, a set of ours is made and made to hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.model import Found, Key, Obstacle, Resource
from ses_provision.names import region_of
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Reading, both
from ses_provision.outside.refusals import Refusal
from ses_provision.resources.functions import function, function_question, name_in
from ses_provision.resources.ses import receiving
from ses_provision.resources.ses.receiving import Raw
from ses_provision.resources.sns import topic, topic_question

GONE = (*receiving.NO_SET, Refusal("RuleDoesNotExist"))
ALREADY = (Refusal("AlreadyExists"),)
NOT_YET = (
    *receiving.NO_SET,
    Refusal("InvalidS3Configuration"),
    Refusal("InvalidSnsTopic"),
    Refusal("InvalidLambdaFunction"),
)
"""SES tries bucket, topic and function when a rule names them: a policy that was just written has
perhaps not arrived (probes of AWS by floci-io/floci)."""
AFTER = "After"
S3, CALLED = "S3Action", "LambdaAction"
OURS = {S3: {"BucketName", "ObjectKeyPrefix", "TopicArn"}, CALLED: {"FunctionArn"}}
"""The actions that rules of ours have, and what they say of them."""


def rule_arn(region: str, account: str, partition: str, rule_set: str, name: str) -> str:
    """What SES says that it acts for (SES Developer Guide, permissions for receiving)."""
    where = f"arn:{partition}:ses:{region}:{account}"
    return f"{where}:receipt-rule-set/{rule_set}:receipt-rule/{name}"


@dataclass(frozen=True)
class ReceiptRule:
    """One rule: mail for some recipients is put into a bucket, and perhaps told of.

    `recipients` are addresses, or domains. `others` are actions that somebody added: an action may
    end the work of all rules behind it, so they are not left.
    """

    arn: str
    enabled: bool
    scan: bool
    tls: str
    recipients: frozenset[str]
    bucket: str
    prefix: str
    topic_arn: str = ""
    function_arn: str = ""
    others: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        """Where it holds."""
        return region_of(self.arn)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def rule_set(self) -> str:
        """The set that it is in."""
        return self.arn.partition("receipt-rule-set/")[2].partition(":")[0]

    @property
    def key(self) -> Key:
        """One rule of a name in what holds in an account and region, whatever that is called."""
        return Key.of("receipt rule", self.arn, self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        to = ", ".join(sorted(self.recipients)) or "every verified domain"
        return f"receipt rule {self.name} in rule set {self.rule_set}: {to}"

    @classmethod
    def of(cls, arn: str, rule: Raw) -> ReceiptRule:
        """A rule as SES writes it."""
        actions = list(rule.get("Actions") or ())
        [s3] = [held[S3] for held in actions if S3 in held][:1] or [{}]
        [called] = [held[CALLED] for held in actions if CALLED in held][:1] or [{}]
        return cls(
            arn,
            rule.get("Enabled", False),
            rule.get("ScanEnabled", False),
            rule.get("TlsPolicy", "Optional"),
            frozenset(rule.get("Recipients") or ()),
            s3.get("BucketName", ""),
            s3.get("ObjectKeyPrefix", ""),
            s3.get("TopicArn", ""),
            called.get("FunctionArn", ""),
            tuple(beside(actions)),
        )

    def written(self) -> dict[str, Any]:
        """The rule as SES takes it: whole, for an update replaces it, and without a word of it a
        rule is off, and looks for neither spam nor viruses."""
        told = {"TopicArn": self.topic_arn} if self.topic_arn else {}
        called = {"FunctionArn": self.function_arn, "InvocationType": "Event"}
        kept = {"BucketName": self.bucket, "ObjectKeyPrefix": self.prefix, **told}
        return {
            "Name": self.name,
            "Enabled": self.enabled,
            "TlsPolicy": self.tls,
            "Recipients": sorted(self.recipients),
            "Actions": [{S3: kept}, *([{CALLED: called}] if self.function_arn else [])],
            "ScanEnabled": self.scan,
        }

    def read(self) -> Reading[Found[ReceiptRule]]:
        """Find it by its name; one that puts mail elsewhere is somebody else's."""
        held, there = yield from both(
            receiving.rule_set(self.region, self.rule_set), receiving.takes_mail_in(self.region)
        )
        lacking = yield from self._lacking()
        obstacles = [*lacking, *([] if there else [nowhere(self.region)])]
        rules = held.rules if held else ()
        others = [rule["Name"] for rule in rules if rule["Name"] != self.name]
        beside = {AFTER: others[-1]} if others else {}
        raw = held.rule(self.name) if held else None
        ahead = self._ahead(rules)
        if raw is None:
            return Found(None, tuple(obstacles), ahead, beside)
        live = ReceiptRule.of(self.arn, raw)
        if live.bucket != self.bucket:
            obstacles.append(somebodys(live, self.bucket))
        return Found(live, tuple(obstacles), ahead, beside)

    def _lacking(self) -> Reading[list[Obstacle]]:
        """What the rule names and is not there: SES would refuse it."""
        missing = []
        if self.topic_arn and (yield from topic(self.topic_arn)) is None:
            missing.append(absent("topic", self.topic_arn, "receiving.topic"))
        if self.function_arn and (yield from function(self.function_arn)) is None:
            missing.append(absent("Lambda function", self.function_arn, "receiving.function"))
        return missing

    def _ahead(self, rules: Sequence[Raw]) -> tuple[str, ...]:
        """Rules before ours that end the work of those behind them, for the same mail."""
        notes = []
        for rule in rules:
            if rule["Name"] == self.name:
                break
            ends = any({"StopAction", "BounceAction"} & set(act) for act in rule.get("Actions", ()))
            if ends and rule.get("Enabled") and self._meets(rule.get("Recipients") or ()):
                notes.append(
                    f"rule {rule['Name']} stands before it and stops mail for the same recipients"
                )
        return tuple(notes)

    def _meets(self, recipients: Sequence[str]) -> bool:
        """Whether a rule for these recipients may take mail that is meant for ours."""
        return not recipients or any(
            matches(one, ours) or matches(ours, one)
            for one in recipients
            for ours in self.recipients
        )

    def writes(self, found: Found[ReceiptRule]) -> Sequence[Call]:
        """Add it behind the last rule, or replace it where it stands."""
        params = {"RuleSetName": self.rule_set, "Rule": self.written()}
        if found.live is None:
            params |= found.beside
            return [self._call("CreateReceiptRule", params, not_yet=NOT_YET, already=ALREADY)]
        return [self._call("UpdateReceiptRule", params, not_yet=NOT_YET)]

    def deletes(self, found: Found[ReceiptRule]) -> Sequence[Call]:
        """Delete it."""
        if found.live is None:
            return []
        named = {"RuleSetName": self.rule_set, "RuleName": self.name}
        return [self._call("DeleteReceiptRule", named, already=GONE)]

    def settled(self) -> Answers:
        """SES's answer where it stands, and what it names."""
        named: Answers = {}
        if self.topic_arn:
            named = {topic_question(self.topic_arn): {"Attributes": {}}}
        if self.function_arn:
            named = {**named, function_question(self.function_arn): {"State": "Active"}}
        return {**named, **receiving.holding(self.region, self.rule_set, self.written())}

    def strayed(self) -> Sequence[ReceiptRule]:
        """Every setting otherwise than it should be."""
        return [replace(self, enabled=not self.enabled, scan=not self.scan)]

    def _call(self, operation: str, params: Mapping[str, Any], **declared: Any) -> Call:
        return receiving.call(self.region, operation, params, **declared)


def matches(condition: str, recipient: str) -> bool:
    """Whether a condition of a rule speaks of a recipient: an address of it, a domain, or with a
    dot before it the names below a domain (SES Developer Guide, receipt rules)."""
    condition, recipient = condition.lower(), recipient.lower()
    domain = recipient.rpartition("@")[2]
    if condition.startswith("."):
        return domain.endswith(condition)
    return condition in {recipient, domain}


def beside(actions: Sequence[Raw]) -> list[str]:
    """Actions that are not ours, or say more than ours do."""
    found, seen = [], set[str]()
    for action in actions:
        for kind, given in action.items():
            more = set(given) - OURS.get(kind, set()) - {"InvocationType"}
            waits = given.get("InvocationType", "Event") != "Event"
            if kind not in OURS or kind in seen or more or waits:
                said = ", ".join(f"{name} {value}" for name, value in sorted(given.items()))
                found.append(f"{kind} ({said})")
            seen.add(kind)
    return found


def somebodys(live: ReceiptRule, bucket: str) -> Obstacle:
    """A rule of our name that puts mail elsewhere."""
    into = f"puts mail into bucket {live.bucket}" if live.bucket else "puts no mail into a bucket"
    return Obstacle(
        f"receipt rule {live.name} in rule set {live.rule_set} {into}, not into {bucket}",
        "choose another name in receiving.rule, or take the step over where that rule is yours",
        removal={},
    )


def absent(what: str, arn: str, setting: str) -> Obstacle:
    """Something that the file names and nobody has made."""
    return Obstacle(
        f"there is no {what} {name_in(arn)} in {region_of(arn)}",
        f"make it, or take {setting} out of the environment file",
    )


def nowhere(region: str) -> Obstacle:
    """A region in which SES takes no mail in."""
    return Obstacle(
        f"SES takes no mail in at {region}: {receiving.endpoint(region)} does not exist",
        "receive in an environment of another region, or take [receiving] out of this one",
    )


@dataclass(frozen=True)
class ReceiptRuleSet:
    """A rule set of ours, made where none holds. `serves` is the ARN of the rule that is in it."""

    region: str
    account: str
    name: str
    serves: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """One rule set of a name in an account and region."""
        return Key("receipt rule set", self.account, self.region, self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"receipt rule set {self.name}"

    def read(self) -> Reading[Found[ReceiptRuleSet]]:
        """Find it by its name."""
        held = yield from receiving.rule_set(self.region, self.name)
        return Found(None if held is None else self)

    def writes(self, found: Found[ReceiptRuleSet]) -> Sequence[Call]:  # noqa: ARG002
        """Create it, empty."""
        named = {"RuleSetName": self.name}
        return [receiving.call(self.region, "CreateReceiptRuleSet", named, already=ALREADY)]

    def deletes(self, found: Found[ReceiptRuleSet]) -> Sequence[Call]:
        """Delete it; SES takes all its rules along, so it has to be empty but for ours."""
        if found.live is None:
            return []
        named = {"RuleSetName": self.name}
        return [
            receiving.call(self.region, "DeleteReceiptRuleSet", named, already=receiving.NO_SET)
        ]

    def additions(self, live: ReceiptRuleSet, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Rules of others."""
        held = yield from receiving.rule_set(live.region, live.name)
        return others_in(held, ours)

    def settled(self) -> Answers:
        """SES's answer where it stands."""
        return receiving.holding(self.region, self.name)

    def strayed(self) -> Sequence[ReceiptRuleSet]:
        """It is there or not; nothing about it can be otherwise."""
        return []


@dataclass(frozen=True)
class ActiveRuleSet:
    """That a rule set of ours is the one that holds. It never takes the place of another. `serves`
    is the ARN of the rule that is in it."""

    region: str
    account: str
    name: str
    serves: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        """Which set holds: one of a name in an account and region."""
        return Key("active receipt rule set", self.account, self.region, self.name)

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"activation of receipt rule set {self.name}"

    def read(self) -> Reading[Found[ActiveRuleSet]]:
        """Ask which one holds."""
        held = yield from receiving.active(self.region)
        if held is None:
            return Found(None)
        if held.name == self.name:
            return Found(self)
        taken = Obstacle(
            f"rule set {held.name} holds in {self.region} by now",
            "plan again: the rule goes into that one",
        )
        return Found(None, (taken,))

    def writes(self, found: Found[ActiveRuleSet]) -> Sequence[Call]:  # noqa: ARG002
        """Let it hold."""
        named = {"RuleSetName": self.name}
        operation = "SetActiveReceiptRuleSet"
        return [receiving.call(self.region, operation, named, not_yet=receiving.NO_SET)]

    def deletes(self, found: Found[ActiveRuleSet]) -> Sequence[Call]:
        """Let none hold: without a name, nothing is received any more."""
        if found.live is None:
            return []
        return [receiving.call(self.region, "SetActiveReceiptRuleSet", {})]

    def additions(self, live: ActiveRuleSet, ours: Sequence[Resource]) -> Reading[tuple[str, ...]]:
        """Rules of others, whose mail would stop."""
        held = yield from receiving.active(live.region)
        return others_in(held, ours)

    def settled(self) -> Answers:
        """SES's answer where it holds."""
        return receiving.holding(self.region, self.name)

    def strayed(self) -> Sequence[ActiveRuleSet]:
        """It holds or not."""
        return []


def others_in(held: receiving.RuleSet | None, ours: Sequence[Resource]) -> tuple[str, ...]:
    """The rules in a set that the environment does not want."""
    known = {resource.name for resource in ours if isinstance(resource, ReceiptRule)}
    rules = held.rules if held else ()
    return tuple(
        f"others added receipt rule {rule['Name']}" for rule in rules if rule["Name"] not in known
    )
