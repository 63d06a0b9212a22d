"""The history of alarms: changes of state and configuration, and what actions came to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.served import page

if TYPE_CHECKING:
    from datetime import datetime

    from ses_provision.local.contract import Caller, Clock, Params, Reply

_PAGE = 100


@dataclass(frozen=True)
class _Entry:
    place: tuple[str, str]
    at: datetime
    alarm: str
    composite: bool
    kind: str
    summary: str
    data: dict[str, Any]

    def shown(self) -> Reply:
        return {
            "AlarmName": self.alarm,
            "AlarmType": "CompositeAlarm" if self.composite else "MetricAlarm",
            "Timestamp": self.at,
            "HistoryItemType": self.kind,
            "HistorySummary": self.summary,
            "HistoryData": json.dumps(self.data),
        }


class History:
    """The entries of all accounts, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[_Entry] = []

    def configured(self, caller: Caller, alarm: Reply, what: str) -> None:
        """Note that an alarm was created, updated or deleted."""
        summary = f'Alarm "{alarm["AlarmName"]}" {what}'
        data = {
            "version": "1.0",
            "type": {"created": "Create", "updated": "Update"}.get(what, "Delete"),
        }
        self._add(caller, alarm, "ConfigurationUpdate", summary, data)

    def changed(self, caller: Caller, alarm: Reply, state: str, reason: str) -> None:
        """Note that the state of an alarm changed."""
        summary = f"Alarm updated from {alarm['StateValue']} to {state}"
        old = {"stateValue": alarm["StateValue"], "stateReason": alarm["StateReason"]}
        new = {"stateValue": state, "stateReason": reason}
        data = {"version": "1.0", "oldState": old, "newState": new}
        self._add(caller, alarm, "StateUpdate", summary, data)

    def acted(self, caller: Caller, alarm: Reply, action: str, failure: str | None) -> None:
        """Note what an action came to."""
        summary = (
            f"Successfully executed action {action}"
            if failure is None
            else f'Failed to execute action {action}. Received error: "{failure}"'
        )
        state = "Succeeded" if failure is None else "Failed"
        data: dict[str, Any] = {"actionState": state, "notificationResource": action}
        if failure is not None:
            data["error"] = failure
        self._add(caller, alarm, "Action", summary, data)

    def _add(
        self, caller: Caller, alarm: Reply, kind: str, summary: str, data: dict[str, Any]
    ) -> None:
        self._entries.append(
            _Entry(
                (caller.account, caller.region),
                self._clock.now(),
                alarm["AlarmName"],
                "AlarmRule" in alarm,
                kind,
                summary,
                data,
            )
        )

    def describe(self, caller: Caller, params: Params) -> Reply:
        """DescribeAlarmHistory: newest first, unless asked otherwise."""
        place = (caller.account, caller.region)
        # API Reference, DescribeAlarmHistory: without AlarmTypes only metric alarms.
        composite = "CompositeAlarm" in params.get("AlarmTypes", [])
        found = [
            entry.shown()
            for entry in self._entries
            if entry.place == place
            and params.get("AlarmName") in (None, entry.alarm)
            and params.get("HistoryItemType") in (None, entry.kind)
            and params.get("StartDate", entry.at) <= entry.at <= params.get("EndDate", entry.at)
            and (composite or not entry.composite)
        ]
        if params.get("ScanBy") != "TimestampAscending":
            found.reverse()
        size = min(int(params.get("MaxRecords") or _PAGE), _PAGE)
        member, code = "AlarmHistoryItems", "InvalidNextToken"
        return page(found, params, size, "NextToken", member, refused_as=code)
