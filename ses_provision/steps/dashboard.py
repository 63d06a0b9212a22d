"""The CloudWatch dashboard: charts of what is sent, and how the alarms stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.cloudwatch import Alarm
from ses_provision.resources.dashboard import ABOUT, Dashboard, Widget, dashboard_arn
from ses_provision.steps import alarms
from ses_provision.steps.charts import NAMESPACE, SET, Chart, Series, charts
from ses_provision.steps.needs import QUOTA

WIDTH, HEIGHT = 24, 6
"""A dashboard is 24 units wide (CloudWatch API Reference, dashboard body structure)."""
TEXT, ALARMS = 3, 2


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """One dashboard, where the file asks for it."""
    if env.dashboard is None:
        return Unasked("no [dashboard] in the environment file")
    return [wanted(env, facts)]


def wanted(env: Environment, facts: Facts) -> Dashboard:
    """The dashboard as it should be."""
    arn = dashboard_arn(facts.account, env.dashboard_name)
    return Dashboard(arn, env.region, widgets(env, facts), env.all_tags)


def widgets(env: Environment, facts: Facts) -> Mapping[str, Widget]:
    """What it shows, by title, from top to bottom: two charts side by side."""
    placed = [about(env), *drawn(env, facts), ringing(env, facts)]
    return {widget["properties"].get("title", ABOUT): Widget.of(widget) for widget in placed}


def about(env: Environment) -> dict[str, Any]:
    """What the dashboard is about, and whose it is."""
    runbook = env.dashboard and env.dashboard.runbook
    lines = [
        f"## {env.domain}: Amazon SES, {env.name}",
        f"Account {env.account_id}, {env.region}; counts are those of the whole account there.",
        *([f"[What to do when a line is crossed]({runbook})"] if runbook else []),
        "Kept by ses-provision: the next apply undoes what is changed here. Copy it to change it.",
    ]
    properties = {"markdown": "\n\n".join(lines)}
    return {"type": "text", **place(0, 0, WIDTH, TEXT), "properties": properties}


def drawn(env: Environment, facts: Facts) -> Iterator[dict[str, Any]]:
    """The charts, two a row."""
    half = WIDTH // 2
    for number, chart in enumerate(charts(env, facts.of(QUOTA) or 0)):
        row, column = divmod(number, 2)
        at = place(column * half, TEXT + row * HEIGHT, half, HEIGHT)
        yield {"type": "metric", **at, "properties": properties_of(chart, env.region)}


def ringing(env: Environment, facts: Facts) -> dict[str, Any]:
    """How the alarms of the environment stand."""
    found = [one.arn for one in alarms.desired(env, facts) if isinstance(one, Alarm)]
    at = place(0, TEXT + 2 * HEIGHT, WIDTH, ALARMS)
    return {"type": "alarm", **at, "properties": {"title": "Alarms", "alarms": found}}


def place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    """Where a widget stands, in units of the grid."""
    return {"x": x, "y": y, "width": width, "height": height}


def properties_of(chart: Chart, region: str) -> dict[str, Any]:
    """A chart as a metric widget draws it."""
    metrics = [row for number, one in enumerate(chart.series) for row in rows(one, number)]
    lines = [{"label": line.label, "value": line.value} for line in chart.lines]
    return {
        "title": chart.title,
        "region": region,
        "view": "timeSeries",
        "stacked": False,
        "period": chart.period,
        "metrics": metrics,
        "yAxis": {"left": {"min": 0, "label": chart.unit, "showUnits": False}},
        **({"annotations": {"horizontal": lines}} if lines else {}),
    }


def rows(series: Series, number: int) -> list[list[Any]]:
    """The rows of one series: a rate is a fraction, which an expression makes percent."""
    dimension = [SET, series.set] if series.set else []
    metric = [NAMESPACE, series.metric, *dimension]
    if not series.percent:
        return [[*metric, {"stat": series.statistic, "label": series.label}]]
    name = f"m{number}"
    return [
        [*metric, {"stat": series.statistic, "id": name, "visible": False}],
        [{"expression": f"{name} * 100", "label": series.label, "id": f"percent{number}"}],
    ]


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A dashboard that no setting names any more."""
    del account
    if ":dashboard/" not in arn:
        return []
    return [Dashboard(arn, env.region, {}, env.all_tags)]
