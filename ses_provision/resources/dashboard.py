"""Amazon CloudWatch: dashboards. They are global: of an account, and of no region."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from ses_provision.dataclass import dataclass
from ses_provision.engine.account import Account
from ses_provision.engine.model import Found, Key, Obstacle
from ses_provision.engine.ownership import CREATED_BY, US
from ses_provision.outside.call import Call
from ses_provision.outside.reading import Answers, Ask, Reading, ask, question
from ses_provision.outside.refusals import Refusal
from ses_provision.outside.rights import Right
from ses_provision.resources import tags
from ses_provision.resources.prices import shipped

ABSENT = (Refusal("ResourceNotFound"), Refusal("ResourceNotFoundException"))
ABOUT = "About"
"""What the text at the top is called, for a text has no title."""
OTHERS = "[something else]"
"""What stands for a body that is no dashboard's."""


def price() -> str:
    """What one costs; three of an account are free (CloudWatch pricing)."""
    told = shipped()["dashboard"].told
    return f"{told} where the account has more than three dashboards already"


def dashboard_arn(account: Account, name: str) -> str:
    """The ARN of a dashboard (CloudWatch API Reference, ListTagsForResource)."""
    return account.arn("cloudwatch", f"dashboard/{name}", "")


def body_question(arn: str, region: str) -> Ask:
    """The question for what a dashboard shows."""
    name = arn.rpartition("/")[2]
    return question(
        "cloudwatch", region, "GetDashboard", on=(arn,), absent=ABSENT, DashboardName=name
    )


def tags_question(arn: str, region: str) -> Ask:
    """The question for the tags of a dashboard."""
    return question(
        "cloudwatch",
        region,
        "ListTagsForResource",
        on=(arn,),
        absent=ABSENT,
        nothing={"Tags": []},
        ResourceARN=arn,
    )


@dataclass(frozen=True)
class Widget:
    """One widget: equal to every other that says the same, however its JSON is written."""

    meaning: str

    @classmethod
    def of(cls, parsed: Any) -> Widget:
        """A widget from its parsed JSON."""
        whole = json.loads(json.dumps(parsed), parse_float=number)
        return cls(json.dumps(whole, sort_keys=True))

    @property
    def parsed(self) -> Any:
        """The widget, parsed."""
        return json.loads(self.meaning)

    def __str__(self) -> str:
        return self.meaning


@dataclass(frozen=True)
class Dashboard:
    """A dashboard; all that it shows is ours, by the titles of its widgets.

    `region` is where it is asked for, and says nothing about it.
    """

    arn: str
    region: str = field(compare=False)
    widgets: Mapping[str, Widget]
    tags: Mapping[str, str]
    all_tags: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def key(self) -> Key:
        """One dashboard of a name in an account."""
        return Key.of("dashboard", self.arn, self.name)

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition("/")[2]

    @property
    def label(self) -> str:
        """What the operator calls it."""
        return f"dashboard {self.name}"

    @property
    def body(self) -> str:
        """The dashboard as CloudWatch takes it."""
        return json.dumps(self.parsed)

    @property
    def parsed(self) -> dict[str, Any]:
        """The dashboard as CloudWatch takes it, before it is written as JSON."""
        return {"widgets": [widget.parsed for widget in self.widgets.values()]}

    def read(self) -> Reading[Found[Dashboard]]:
        """Find it by name."""
        [held, tagged] = yield from ask(
            body_question(self.arn, self.region), tags_question(self.arn, self.region)
        )
        if held is None:
            return Found(None, notes=(price(),) if self.widgets else ())
        all_tags = tags.as_mapping((tagged or {}).get("Tags"))
        text = held["DashboardBody"]
        live = replace(
            self, widgets=shown(text), tags=tags.ours(all_tags, self.tags), all_tags=all_tags
        )
        is_ours = all_tags.get(CREATED_BY) == US or live.widgets == self.widgets
        return Found(live, () if is_ours else (self._of_others(text),))

    def _of_others(self, text: str) -> Obstacle:
        return Obstacle(
            f"dashboard {self.name} is not of ses-provision, and shows something else",
            "name another in dashboard.name, or replace it",
            {"DashboardName": self.name, "DashboardBody": text},
        )

    def writes(self, found: Found[Dashboard]) -> Sequence[Call]:
        """Put the whole body; tags are heeded only where it is new (PutDashboard)."""
        live = found.live
        body = {"DashboardName": self.name, "DashboardBody": self.body}
        if live is None:
            also = (Right("cloudwatch:TagResource", (self.arn,)),)
            call = self._call("PutDashboard", {**body, "Tags": tags.at_creation(self.tags)})
            return [replace(call, also=also)]
        calls = [] if live.widgets == self.widgets else [self._call("PutDashboard", body)]
        lacking = tags.missing(self.tags, live.tags)
        if lacking:
            params = {"ResourceARN": self.arn, "Tags": tags.as_list(lacking)}
            calls.append(self._call("TagResource", params))
        return calls

    def deletes(self, found: Found[Dashboard]) -> Sequence[Call]:
        """Delete it, alone: of several, CloudWatch deletes as many as it can (DeleteDashboards)."""
        if found.live is None:
            return []
        call = self._call("DeleteDashboards", {"DashboardNames": [self.name]})
        return [replace(call, already=ABSENT)]

    def settled(self) -> Answers:
        """CloudWatch's answers where it stands."""
        return {
            body_question(self.arn, self.region): {"DashboardBody": self.body},
            tags_question(self.arn, self.region): {"Tags": tags.at_creation(self.tags)},
        }

    def strayed(self) -> Sequence[Dashboard]:
        """Every setting otherwise than it should be."""
        return [replace(self, widgets={}, tags={})]

    def _call(self, operation: str, params: Mapping[str, Any]) -> Call:
        return Call("cloudwatch", self.region, operation, params, on=(self.arn,))


def number(written: str) -> float | int:
    """A number, however it is written: 5.0 is 5."""
    value = float(written)
    return int(value) if value.is_integer() else value


def shown(body: str) -> dict[str, Widget]:
    """The widgets of a dashboard by title; what is no list of widgets is told as a whole."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {OTHERS: Widget.of(body)}
    match parsed:
        case {"widgets": [*listed], **beside} if not beside:
            found: dict[str, Widget] = {}
            for place, widget in enumerate(listed):
                name = title(widget) or (ABOUT if place == 0 else f"widget {place}")
                found[name if name not in found else f"{name} ({place})"] = Widget.of(widget)
            return found
        case _:
            return {OTHERS: Widget.of(parsed)}


def title(widget: Any) -> str:
    """What a widget is called, as far as it has a title."""
    match widget:
        case {"properties": {"title": str(named)}}:
            return named
        case _:
            return ""
