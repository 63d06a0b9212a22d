"""The same charts for Grafana, with its CloudWatch data source, which is chosen when it is opened.

Counters are summed and rates averaged; a rate is a fraction, which Grafana shows as percent.
"""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from ses_provision.steps.charts import NAMESPACE, SET, Chart, Series, charts

if TYPE_CHECKING:
    from ses_provision.environment import Environment

SCHEMA = 39
"""The version of the dashboard's JSON; a newer Grafana migrates it when it is opened."""
SOURCE = {"type": "cloudwatch", "uid": "${datasource}"}
WIDTH, HEIGHT, LONGEST_UID = 12, 8, 40
COLOURS = ("yellow", "orange", "red")


def dashboard(env: Environment, daily_quota: float) -> dict[str, Any]:
    """A dashboard as Grafana imports it."""
    drawn = charts(env, daily_quota)
    return {
        "uid": f"ses-{env.ending}-{env.account_id}"[:LONGEST_UID],
        "title": f"Amazon SES: {env.domain} ({env.name})",
        "description": (
            f"Account {env.account_id}, {env.region}; counts are those of the whole account there."
        ),
        "tags": ["ses", env.ending],
        "schemaVersion": SCHEMA,
        "editable": True,
        "timezone": "browser",
        "time": {"from": "now-14d", "to": "now"},
        "templating": {"list": [source()]},
        "panels": [panel(chart, number, env.region) for number, chart in enumerate(drawn)],
    }


def source() -> dict[str, Any]:
    """The variable that holds the data source."""
    return {
        "name": "datasource",
        "label": "CloudWatch",
        "type": "datasource",
        "query": "cloudwatch",
    }


def panel(chart: Chart, number: int, region: str) -> dict[str, Any]:
    """A chart as a panel, two a row."""
    row, column = divmod(number, 2)
    is_rate = any(one.percent for one in chart.series)
    lines = sorted((line.value / 100 if is_rate else line.value) for line in chart.lines)
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    steps += [
        {"color": colour, "value": value}
        for colour, value in zip(COLOURS[-len(lines) :] if lines else (), lines, strict=True)
    ]
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": chart.title,
        "description": "; ".join(
            f"{line.label} at {line.value:g} {chart.unit}" for line in chart.lines
        ),
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {
            "defaults": {
                "unit": "percentunit" if is_rate else "short",
                "min": 0,
                "custom": {"thresholdsStyle": {"mode": "line" if lines else "off"}},
                "thresholds": {"mode": "absolute", "steps": steps},
            },
            "overrides": [],
        },
        "targets": [
            target(one, letter, chart.period, region)
            for one, letter in zip(chart.series, ascii_uppercase, strict=False)
        ],
    }


def target(series: Series, letter: str, period: int, region: str) -> dict[str, Any]:
    """What a panel asks of CloudWatch for one series."""
    return {
        "refId": letter,
        "datasource": SOURCE,
        "queryMode": "Metrics",
        "metricQueryType": 0,
        "metricEditorMode": 0,
        "region": region,
        "namespace": NAMESPACE,
        "metricName": series.metric,
        "dimensions": {SET: series.set} if series.set else {},
        "matchExact": True,
        "statistic": series.statistic,
        "period": str(period),
        "label": series.label,
    }
