"""Receipt rule sets: what SES would do with mail that arrives.

Mail that the local AWS sends goes by them where its MX record leads here (`inbound`). Names, order
and sentences: recorded 2023-08-25 (localstack), 2026-09-24 (cdk-preflight) and by probes of
floci-io/floci.
"""

import copy
import re
from collections.abc import Sequence
from typing import Any

from ses_provision.local.contract import AwsError, Caller, Params, Reply
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.service import SesV2
from ses_provision.local.ses.state import Receiving, RuleSet
from ses_provision.local.ses.v1 import receipt_rules
from ses_provision.local.ses.v1.refusals import invalid
from ses_provision.local.ses.world import Handler

# [D23] quotas.
MAX_SETS = 40
MAX_RULES = 200
PAGES = Paging(100, 100, None, "Invalid NextToken", code="InvalidParameterValue",
               out_of_range=100)  # fmt: skip
_CHARACTERS = re.compile(r"[a-zA-Z0-9_.-]+")
_NAME = re.compile(r"[a-zA-Z0-9](?:.{0,62}[a-zA-Z0-9])?")


class ReceiptRuleSets:
    """The operations on rule sets and their rules."""

    def __init__(self, v2: SesV2) -> None:
        self._v2 = v2
        self._world = v2.world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateReceiptRuleSet": self.create,
            "CloneReceiptRuleSet": self.clone,
            "DescribeReceiptRuleSet": self.describe,
            "ListReceiptRuleSets": self.list,
            "DeleteReceiptRuleSet": self.delete,
            "SetActiveReceiptRuleSet": self.activate,
            "DescribeActiveReceiptRuleSet": self.describe_active,
            "ReorderReceiptRuleSet": self.reorder,
            "CreateReceiptRule": self.create_rule,
            "DescribeReceiptRule": self.describe_rule,
            "UpdateReceiptRule": self.update_rule,
            "DeleteReceiptRule": self.delete_rule,
            "SetReceiptRulePosition": self.set_position,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Make an empty rule set."""
        self._add(caller, params["RuleSetName"], [])
        return {}

    def clone(self, caller: Caller, params: Params) -> Reply:
        """Make a rule set with the rules of another."""
        original = self._found(caller, params["OriginalRuleSetName"])
        self._add(caller, params["RuleSetName"], copy.deepcopy(original.rules))
        return {}

    def describe(self, caller: Caller, params: Params) -> Reply:
        """A rule set with its rules."""
        return _shown(self._found(caller, params["RuleSetName"]))

    def list(self, caller: Caller, params: Params) -> Reply:
        """All rule sets, the oldest first."""
        sets = sorted(
            self._held(caller).rule_sets.values(), key=lambda each: (each.created_at, each.name)
        )
        shown, more = page(params, [_metadata(each) for each in sets], PAGES)
        return {"RuleSets": shown, **more}

    def delete(self, caller: Caller, params: Params) -> Reply:
        """Delete a rule set that is not active; that there is none does not matter."""
        held, name = self._held(caller), params["RuleSetName"]
        _check_set_name(name)
        if held.active == name:
            raise AwsError("CannotDelete", f"Cannot delete active rule set: {name}", 400)
        held.rule_sets.pop(name, None)
        return {}

    def activate(self, caller: Caller, params: Params) -> Reply:
        """Let a rule set hold; without a name, none."""
        name = params.get("RuleSetName")
        self._held(caller).active = self._found(caller, name).name if name else None
        return {}

    def describe_active(self, caller: Caller, params: Params) -> Reply:
        """The rule set that holds, if any."""
        del params
        held = self._held(caller)
        return _shown(held.rule_sets[held.active]) if held.active else {}

    def reorder(self, caller: Caller, params: Params) -> Reply:
        """Put the rules of a set into another order; all of them have to be named."""
        found, names = self._found(caller, params["RuleSetName"]), params["RuleNames"]
        rules = {rule["Name"]: rule for rule in found.rules}
        for name in names:
            if name not in rules:
                raise _no_rule(name)
        if sorted(names) != sorted(rules):
            raise invalid("The rule names must be those of all rules of the rule set.")
        found.rules = [rules[name] for name in names]
        return {}

    def create_rule(self, caller: Caller, params: Params) -> Reply:
        """Add a rule, at the head or after another."""
        rule, after = params["Rule"], params.get("After")
        _check_rule_name(rule["Name"])
        found = self._found(caller, params["RuleSetName"])
        if any(each["Name"] == rule["Name"] for each in found.rules):
            raise AwsError("AlreadyExists", f"Rule already exists: {rule['Name']}", 400)
        if len(found.rules) >= MAX_RULES:
            raise AwsError("LimitExceeded", "Too many rules", 400)
        at = _index(found, after) + 1 if after else 0
        found.rules.insert(at, receipt_rules.checked(self._v2, caller, found.name, rule))
        return {}

    def describe_rule(self, caller: Caller, params: Params) -> Reply:
        """A rule."""
        _check_rule_name(params["RuleName"])
        found = self._found(caller, params["RuleSetName"])
        return {"Rule": copy.deepcopy(found.rules[_index(found, params["RuleName"])])}

    def update_rule(self, caller: Caller, params: Params) -> Reply:
        """Replace a rule where it stands."""
        _check_rule_name(params["Rule"]["Name"])
        found = self._found(caller, params["RuleSetName"])
        at = _index(found, params["Rule"]["Name"])
        found.rules[at] = receipt_rules.checked(self._v2, caller, found.name, params["Rule"])
        return {}

    def delete_rule(self, caller: Caller, params: Params) -> Reply:
        """Remove a rule; that there is none does not matter."""
        _check_rule_name(params["RuleName"])
        found = self._found(caller, params["RuleSetName"])
        found.rules = [rule for rule in found.rules if rule["Name"] != params["RuleName"]]
        return {}

    def set_position(self, caller: Caller, params: Params) -> Reply:
        """Move a rule to the head, or after another; after itself it stays."""
        name, after = params["RuleName"], params.get("After")
        found = self._found(caller, params["RuleSetName"])
        rule = found.rules[_index(found, name)]
        if after != name:
            if after:
                _index(found, after)
            found.rules.remove(rule)
            found.rules.insert(_index(found, after) + 1 if after else 0, rule)
        return {}

    def _held(self, caller: Caller) -> Receiving:
        if not self._world.receives_in(caller.region):
            # What SES says where it takes no mail in was not recorded.
            raise AwsError("InvalidAction", f"SES takes no mail in at {caller.region}.", 400)
        return self._world.of(caller).receiving

    def _found(self, caller: Caller, name: str) -> RuleSet:
        _check_set_name(name)
        found = self._held(caller).rule_sets.get(name)
        if found is None:
            raise AwsError("RuleSetDoesNotExist", f"Rule set does not exist: {name}", 400)
        return found

    def _add(self, caller: Caller, name: str, rules: Sequence[dict[str, Any]]) -> None:
        held = self._held(caller).rule_sets
        _check_set_name(name)
        if name in held:
            raise AwsError("AlreadyExists", f"Rule set already exists: {name}", 400)
        if len(held) >= MAX_SETS:
            raise AwsError("LimitExceeded", "Too many rule sets", 400)
        held[name] = RuleSet(name, self._world.now(), [*rules])


def _check_set_name(name: str) -> None:
    if not _CHARACTERS.fullmatch(name):
        raise AwsError(
            "ValidationError",
            "1 validation error detected: Value at 'ruleSetName' failed to satisfy constraint:"
            " Member must satisfy regular expression pattern: ^[a-zA-Z0-9_.-]+$",
            400,
        )
    if not _NAME.fullmatch(name):
        raise invalid(f"Not a valid ruleSetName: {name}")


def _check_rule_name(name: str) -> None:
    if not _CHARACTERS.fullmatch(name) or not _NAME.fullmatch(name):
        raise invalid(f"Not a valid ruleName: {name}")


def _index(found: RuleSet, name: str) -> int:
    for at, rule in enumerate(found.rules):
        if rule["Name"] == name:
            return at
    raise _no_rule(name)


def _no_rule(name: str) -> AwsError:
    return AwsError("RuleDoesNotExist", f"Rule does not exist: {name}", 400)


def _metadata(found: RuleSet) -> dict[str, Any]:
    return {"Name": found.name, "CreatedTimestamp": found.created_at}


def _shown(found: RuleSet) -> Reply:
    return {"Metadata": _metadata(found), "Rules": copy.deepcopy(found.rules)}
