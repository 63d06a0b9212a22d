"""How long the oldest message of a queue waits: no attribute tells, CloudWatch does."""

from __future__ import annotations

from datetime import datetime, timedelta

from ses_provision.names import region_of
from ses_provision.outside.reading import Ask, Reading, Structure, ask, question
from ses_provision.outside.rights import EVERYTHING
from ses_provision.resources.sqs import name_in

PERIOD = 300
LOOKED_BACK = timedelta(minutes=30)
"""SQS tells once a minute of a queue that is in use, and CloudWatch shows it some minutes later
(SQS Developer Guide, CloudWatch metrics)."""


def age_question(arn: str, now: datetime) -> Ask:
    """The question for the age of the oldest message."""
    dimension = Structure((("Name", "QueueName"), ("Value", name_in(arn))))
    metric = Structure(
        (
            ("Namespace", "AWS/SQS"),
            ("MetricName", "ApproximateAgeOfOldestMessage"),
            ("Dimensions", (dimension,)),
        )
    )
    stat = Structure((("Metric", metric), ("Period", PERIOD), ("Stat", "Maximum")))
    query = Structure((("Id", "age"), ("MetricStat", stat)))
    end = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return question(
        "cloudwatch",
        region_of(arn),
        "GetMetricData",
        on=EVERYTHING,
        nothing={"MetricDataResults": []},
        pages=True,
        MetricDataQueries=(query,),
        StartTime=(end - LOOKED_BACK).isoformat(),
        EndTime=end.isoformat(),
        ScanBy="TimestampDescending",
    )


def oldest(arn: str, now: datetime) -> Reading[float | None]:
    """Seconds, as SQS told last; None where it has not."""
    [answer] = yield from ask(age_question(arn, now))
    for result in (answer or {}).get("MetricDataResults") or ():
        for value in result.get("Values") or ():
            return float(value)
    return None
