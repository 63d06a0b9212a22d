"""What GetMetricData refuses, and moto does not (CloudWatch API Reference, GetMetricData)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ses_provision.local.contract import AwsError

if TYPE_CHECKING:
    from ses_provision.local.contract import Params

_MOST = 500
_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
_SHORTEST = 60
_SPLIT = frozenset({1, 5, 10, 20, 30})


def check(params: Params) -> None:
    """Refuse queries that CloudWatch would not answer."""
    queries = params["MetricDataQueries"]
    for number, query in enumerate(queries, 1):
        for name in ("Namespace", "MetricName"):
            if "MetricStat" in query and not query["MetricStat"]["Metric"].get(name):
                raise AwsError(
                    "MissingParameter",
                    f"The parameter MetricDataQueries.member.{number}.MetricStat.Metric.{name} "
                    "is required.",
                )
    if len(queries) > _MOST:
        raise _invalid(f"The collection MetricDataQueries must not have a size over {_MOST}.")
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids):
        raise _invalid("The values for parameter Id in MetricDataQueries are not unique.")
    wrong = next((each for each in ids if not _ID.fullmatch(each)), None)
    if wrong is not None:
        raise _invalid(f"The value {wrong} for parameter Id is not matching {_ID.pattern}.")
    if params["StartTime"] >= params["EndTime"]:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    for query in queries:
        _check_period(query.get("MetricStat", {}).get("Period"))


def _check_period(period: int | None) -> None:
    if period is None or period in _SPLIT or (period > 0 and period % _SHORTEST == 0):
        return
    raise _invalid(f"Period must be 1, 5, 10, 20, 30 or a multiple of {_SHORTEST}, not {period}.")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
