"""How CloudWatch calls the series of GetMetricData that were given no label (recorded).

The name of the metric, and of statistic and period those in which the series differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ses_provision.local.contract import Params


def labels(queries: list[Params]) -> dict[str, str]:
    """The label of each query for a metric without one of its own, by the query's id."""
    stats = [query["MetricStat"] for query in queries if "MetricStat" in query]
    by_statistic = len({stat["Stat"] for stat in stats}) > 1
    by_period = len({stat["Period"] for stat in stats}) > 1
    found = {}
    for query in queries:
        if "MetricStat" in query and not query.get("Label"):
            stat = query["MetricStat"]
            parts = [stat["Metric"]["MetricName"]]
            parts += [stat["Stat"]] if by_statistic else []
            parts += [str(stat["Period"])] if by_period else []
            found[query["Id"]] = " ".join(parts)
    return found
