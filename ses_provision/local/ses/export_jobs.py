"""Export jobs: insights or metrics of messages, written into a file.

Sentences, the order of checks and the first line of the file were probed 2026-09-23
(floci-io/floci). SES writes into a bucket of its own; here the file is fetched from the address
at which the local AWS is served, the only one it may name.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from ses_provision.local.contract import Caller, Params, Reply
from ses_provision.local.ses.account import vdm_enabled
from ses_provision.local.ses.errors import bad_request, limit_exceeded
from ses_provision.local.ses.insights import GATE, ISP, counting, matching
from ses_provision.local.ses.paging import Paging, page
from ses_provision.local.ses.state import ExportJob, Place, SentMessage, Timeline
from ses_provision.local.ses.world import Handler, World

# [D23] quotas: jobs at once.
MAX_JOBS = 20
# How long a job takes; while it does it can be cancelled.
DURATION = timedelta(seconds=5)
PAGES = Paging(100, 100, lambda _: "PageSize must be between 1 and 100",
               "Failed to deserialize token. ")  # fmt: skip
# Under which the messages of a line are counted, beside its metrics.
_MESSAGES = "messages"
_COLUMNS = ("messageid", "sendtimestamp", "fromemailaddress", "destination", "subject", "isp",
            "lastdeliveryevent")  # fmt: skip


class ExportJobs:
    """The operations on export jobs."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[str, Handler]:
        """The operations served here."""
        return {
            "CreateExportJob": self.create,
            "GetExportJob": self.get,
            "ListExportJobs": self.list,
            "CancelExportJob": self.cancel,
        }

    def create(self, caller: Caller, params: Params) -> Reply:
        """Start a job."""
        place, now = self._world.of(caller), self._world.now()
        source, destination = params["ExportDataSource"], params["ExportDestination"]
        _check(place, source, destination)
        running = sum(self._status(each) == "PROCESSING" for each in place.export_jobs.values())
        if running >= MAX_JOBS:
            raise limit_exceeded(
                f"There are too many <{_type(source)}> export jobs running - either cancel one of"
                " the jobs or wait for it to complete before resubmitting."
            )
        seed = f"{caller.account}/{caller.region}/{len(place.export_jobs)}/{now}"
        digest = hashlib.sha256(seed.encode()).hexdigest()
        job_id = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
        rows, processed = _rows(place, source)
        payload = _written(rows, destination["DataFormat"], source)
        place.export_jobs[job_id] = ExportJob(
            job_id, now, source, destination["DataFormat"], payload, processed
        )
        return {"JobId": job_id}

    def get(self, caller: Caller, params: Params) -> Reply:
        """A job with, once it is done, where its file is."""
        job = self._found(caller, params)
        destination: dict[str, Any] = {"DataFormat": job.data_format}
        reply = {
            **self._summary(job),
            "ExportDataSource": job.source,
            "ExportDestination": destination,
        }
        if self._status(job) == "COMPLETED":
            destination["S3Url"] = f"{self._world.address()}/_local/export?job={job.id}"
            reply["Statistics"] = {"ProcessedRecordsCount": job.processed}
        return reply

    def list(self, caller: Caller, params: Params) -> Reply:
        """All jobs, the newest first."""
        jobs = sorted(
            self._world.of(caller).export_jobs.values(),
            key=lambda job: job.created_at,
            reverse=True,
        )
        summaries = [self._summary(job) for job in jobs]
        kept = [
            each
            for each in summaries
            if params.get("ExportSourceType") in (None, each["ExportSourceType"])
            and params.get("JobStatus") in (None, each["JobStatus"])
        ]
        shown, more = page(params, kept, PAGES)
        return {"ExportJobs": shown, **more}

    def cancel(self, caller: Caller, params: Params) -> Reply:
        """Stop a job that has not ended."""
        job = self._found(caller, params)
        status = self._status(job)
        if status != "PROCESSING":
            raise bad_request(f"Cannot cancel an export job that has a <{status}> status.")
        job.cancelled_at = self._world.now()
        return {}

    def file(self, job_id: str) -> str | None:
        """What a job has written, None where there is no such file."""
        for place in self._world.places.values():
            job = place.export_jobs.get(job_id)
            if job is not None and self._status(job) == "COMPLETED":
                return job.payload
        return None

    def _found(self, caller: Caller, params: Params) -> ExportJob:
        job = self._world.of(caller).export_jobs.get(params["JobId"])
        if job is None:
            raise bad_request("Invalid JobId")
        return job

    def _status(self, job: ExportJob) -> str:
        if job.cancelled_at is not None:
            return "CANCELLED"
        return "COMPLETED" if self._world.now() >= job.created_at + DURATION else "PROCESSING"

    def _summary(self, job: ExportJob) -> dict[str, Any]:
        status = self._status(job)
        shown = {
            "JobId": job.id,
            "ExportSourceType": _type(job.source),
            "JobStatus": status,
            "CreatedTimestamp": job.created_at,
        }
        if status != "PROCESSING":
            shown["CompletedTimestamp"] = job.cancelled_at or job.created_at + DURATION
        return shown


def _type(source: dict[str, Any]) -> str:
    return "METRICS_DATA" if "MetricsDataSource" in source else "MESSAGE_INSIGHTS"


def _check(place: Place, source: dict[str, Any], destination: dict[str, Any]) -> None:
    if len(source) != 1:
        raise bad_request("One data source must be provided")
    if "S3Url" in destination:
        raise bad_request("Providing a custom S3 URL is not supported")
    if not vdm_enabled(place):
        raise bad_request(GATE)
    [asked] = source.values()
    start, end = asked["StartDate"], asked["EndDate"]
    if start >= end:
        raise bad_request("Invalid date range")
    if "MetricsDataSource" in source and not (_midnight(start) and _midnight(end)):
        raise bad_request(
            "To get daily aggregated data you must not specify partial-day timestamps."
            " Please make your interval go from midnight to midnight UTC."
        )


def _midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


def _rows(place: Place, source: dict[str, Any]) -> tuple[list[dict[str, str]], int]:
    [asked] = source.values()
    within = [
        (message, timeline)
        for message, timeline in matching(place, {})
        if asked["StartDate"] <= message.sent_at < asked["EndDate"]
    ]
    if "MetricsDataSource" in source:
        return _metric_rows(within, asked), len(within)
    include, exclude = asked.get("Include", {}), asked.get("Exclude", {})
    kept = [
        _insight(message, timeline)
        for message, timeline in within
        if all(_has(message, timeline, key, include[key]) for key in include)
        and not any(_has(message, timeline, key, exclude[key]) for key in exclude)
    ]
    return kept[: asked.get("MaxResults", 10_000)], len(within)


def _insight(message: SentMessage, timeline: Timeline) -> dict[str, str]:
    values = (
        message.message_id,
        message.sent_at.isoformat(),
        message.source,
        timeline.destination,
        message.subject,
        ISP,
        _last(timeline),
    )
    return dict(zip(_COLUMNS, values, strict=True))


def _last(timeline: Timeline) -> str:
    final = timeline.happenings[-1]
    bounce = final.details.get("Bounce", {}).get("BounceType")
    return f"{bounce}_BOUNCE" if bounce else final.type


def _has(message: SentMessage, timeline: Timeline, key: str, wanted: list[str]) -> bool:
    value = {
        "FromEmailAddress": message.source,
        "Destination": timeline.destination,
        "Subject": message.subject,
        "Isp": ISP,
        "TenantName": message.tenant,
        "LastDeliveryEvent": _last(timeline),
    }.get(key)
    return value in wanted


def _metric_rows(
    within: list[tuple[SentMessage, Timeline]], asked: dict[str, Any]
) -> list[dict[str, str]]:
    """A line for each value of the dimension, a column for each metric."""
    [dimension, *_] = asked["Dimensions"]
    counted: dict[str, Counter[str]] = {}
    for message, timeline in within:
        value = {
            "ISP": ISP,
            "EMAIL_IDENTITY": message.identity,
            "CONFIGURATION_SET": message.configuration_set,
            "TENANT_NAME": message.tenant,
        }[dimension]
        if value is None or asked["Dimensions"][dimension] not in (["*"], [value]):
            continue
        line = counted.setdefault(value, Counter())
        line[_MESSAGES] += 1
        for name in {metric["Name"] for metric in asked["Metrics"]}:
            line[name] += sum(1 for _ in counting(timeline, name))
    return [
        {dimension: value, **{_column(each): _amount(line, each) for each in asked["Metrics"]}}
        for value, line in sorted(counted.items())
    ]


def _column(metric: dict[str, str]) -> str:
    return f"{metric['Name']}_{metric.get('Aggregation', 'VOLUME')}"


def _amount(line: Counter[str], metric: dict[str, str]) -> str:
    count = line[metric["Name"]]
    rate = metric.get("Aggregation") == "RATE"
    return f"{count / line[_MESSAGES] if rate else count:.4f}"


def _written(rows: list[dict[str, str]], data_format: str, source: dict[str, Any]) -> str:
    if data_format == "JSON":
        return "".join(json.dumps(row) + "\n" for row in rows)
    file = io.StringIO()
    asked, columns = source.get("MetricsDataSource"), list(_COLUMNS)
    if asked:
        [dimension, *_] = asked["Dimensions"]
        columns = [dimension, *dict.fromkeys(map(_column, asked["Metrics"]))]
    writer = csv.DictWriter(
        file,
        columns,
        quoting=csv.QUOTE_MINIMAL if asked else csv.QUOTE_ALL,
        lineterminator="\n",
    )
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()
