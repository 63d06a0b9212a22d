"""CloudWatch dashboards, which are of an account and of no region.

moto knows neither their tags nor what is wrong with their bodies.
"""

from __future__ import annotations

import json
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any

from ses_provision.dataclass import dataclass
from ses_provision.local.contract import AwsError
from ses_provision.local.served import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ses_provision.local.contract import Caller, Clock, Params, Reply
    from ses_provision.local.served import Operation

# API Reference, "Dashboard body structure and syntax".
_TYPES = frozenset({"alarm", "explorer", "log", "metric", "text"})
_NEEDS = {"alarm": "alarms", "log": "query", "metric": "region", "text": "markdown"}
_WIDTH, _MOST_WIDGETS, _MOST_NAMES, _PAGE = 24, 500, 100, 1000


@dataclass
class Dashboard:
    """What one shows, as it was put, and its tags."""

    body: str
    changed: Any
    tags: dict[str, str] = field(default_factory=dict)


class Dashboards:
    """The dashboards of all accounts, whatever the region that is asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, dict[str, Dashboard]] = {}
        self.operations: Mapping[str, Operation] = {
            "DeleteDashboards": self._delete,
            "GetDashboard": self._get,
            "ListDashboards": self._list,
            "PutDashboard": self._put,
        }

    def held(self, account: str) -> dict[str, Any]:
        """The dashboards of an account: what each shows, and its tags."""
        known = self._held.get(account, {})
        return {name: {"body": one.body, "tags": dict(one.tags)} for name, one in known.items()}

    def tags_of(self, caller: Caller, arn: str) -> dict[str, str] | None:
        """The tags of a dashboard, to be read and changed; None where it is not one."""
        head, mark, name = arn.partition(":dashboard/")
        if not mark:
            return None
        held = self._of(caller).get(name)
        if held is None or head != f"arn:{caller.partition}:cloudwatch::{caller.account}":
            raise AwsError("ResourceNotFoundException", f"Unknown resource {arn}", 404)
        return held.tags

    def _of(self, caller: Caller) -> dict[str, Dashboard]:
        return self._held.setdefault(caller.account, {})

    def _put(self, caller: Caller, params: Params) -> Reply:
        name, body = params["DashboardName"], params["DashboardBody"]
        _check_name(name)
        faults = list(_faults(body))
        if faults:
            listed = [{"DataPath": path, "Message": message} for path, message in faults]
            raise AwsError(
                "InvalidParameterInput",
                "The dashboard body is invalid, there are "
                f"{len(faults)} validation errors: {json.dumps(listed)}",
            )
        known = self._of(caller)
        held = known.get(name)
        # The API Reference: tags are heeded only where the dashboard is new.
        given = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
        known[name] = Dashboard(body, self._clock.now(), held.tags if held else given)
        return {"DashboardValidationMessages": []}

    def _get(self, caller: Caller, params: Params) -> Reply:
        name = params["DashboardName"]
        held = self._of(caller).get(name)
        if held is None:
            raise _absent(name)
        return {
            "DashboardName": name,
            "DashboardArn": _arn(caller, name),
            "DashboardBody": held.body,
        }

    def _list(self, caller: Caller, params: Params) -> Reply:
        start = params.get("DashboardNamePrefix", "")
        found = [
            {
                "DashboardName": name,
                "DashboardArn": _arn(caller, name),
                "LastModified": held.changed,
                "Size": len(held.body.encode()),
            }
            for name, held in sorted(self._of(caller).items())
            if name.startswith(start)
        ]
        return page(found, params, _PAGE, "NextToken", "DashboardEntries")

    def _delete(self, caller: Caller, params: Params) -> Reply:
        names = params["DashboardNames"]
        if len(names) > _MOST_NAMES:
            raise AwsError("InvalidParameterValue", f"At most {_MOST_NAMES} dashboards at once.")
        known = self._of(caller)
        missing = [name for name in names if known.pop(name, None) is None]
        if missing:
            raise _absent(*missing)
        return {}


def _arn(caller: Caller, name: str) -> str:
    return f"arn:{caller.partition}:cloudwatch::{caller.account}:dashboard/{name}"


def _absent(*names: str) -> AwsError:
    named = ", ".join(names)
    return AwsError("ResourceNotFound", f"Dashboard {named} does not exist", 404)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        raise AwsError(
            "InvalidParameterValue",
            f"The value {name} for field DashboardName contains invalid characters. It can only "
            "contain alphanumerics, dash (-) and underscore (_).",
        )


def _faults(body: str) -> Iterator[tuple[str, str]]:
    """What CloudWatch refuses of a body, each with the path to it."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        yield "/", "The field DashboardBody must be a valid JSON object"
        return
    widgets = parsed.get("widgets") if isinstance(parsed, dict) else None
    if not isinstance(widgets, list):
        yield "/widgets", "Should have property widgets, an array"
        return
    if len(widgets) > _MOST_WIDGETS:
        yield "/widgets", f"Should have at most {_MOST_WIDGETS} items"
    for number, widget in enumerate(widgets[:_MOST_WIDGETS]):
        yield from _of_widget(widget, f"/widgets/{number}")


def _of_widget(widget: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(widget, dict) or widget.get("type") not in _TYPES:
        yield f"{path}/type", f"Should be one of {', '.join(sorted(_TYPES))}"
        return
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        yield f"{path}/properties", "Should be an object"
        return
    needed = _NEEDS.get(widget["type"])
    if needed and needed not in properties:
        yield f"{path}/properties", f"Should have required property '{needed}'"
    for side, least in (("x", 0), ("y", 0), ("width", 1), ("height", 1)):
        if side in widget and not _is_whole(widget[side], least):
            yield f"{path}/{side}", f"Should be an integer of at least {least}"
    if _is_whole(widget.get("width"), _WIDTH + 1):
        yield f"{path}/width", f"Should be at most {_WIDTH}"
    if not isinstance(properties.get("title", ""), str):
        yield f"{path}/properties/title", "Should be a string"
    if widget["type"] == "metric":
        yield from _of_metrics(properties, f"{path}/properties")


def _of_metrics(properties: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    period = properties.get("period", 300)
    # Of whole minutes, or 1, 5, 10, 20 or 30 seconds (API Reference, metric widget properties).
    if not _is_whole(period, 1) or (period % 60 and period not in {1, 5, 10, 20, 30}):
        yield f"{path}/period", "Should be a multiple of 60"
    metrics = properties.get("metrics")
    if not isinstance(metrics, list):
        if "annotations" not in properties:
            yield f"{path}/metrics", "Should be an array of metrics"
        return
    for number, metric in enumerate(metrics):
        if not _is_metric(metric):
            yield f"{path}/metrics/{number}", "Should be a metric: namespace, name, dimensions"


def _is_metric(row: Any) -> bool:
    """A row: names and values in pairs, then what is said about them; or an expression alone."""
    if not isinstance(row, list) or not row:
        return False
    *names, last = row
    said = last if isinstance(last, dict) else {}
    names = names if isinstance(last, dict) else row
    if not names:
        return isinstance(said.get("expression"), str)
    return len(names) >= 2 and len(names) % 2 == 0 and all(isinstance(name, str) for name in names)


def _is_whole(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
