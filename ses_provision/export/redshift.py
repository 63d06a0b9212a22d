"""The archive for Amazon Redshift, as SQL for somebody to run: schema, tables, views, COPY.

Two ways to the same events: loaded, by COPY, and where they lie, by Redshift Spectrum. Clusters,
workgroups, users and grants are none of it; nor are the table and views of Athena touched, whose
partitions Spectrum cannot see (Athena User Guide, partition projection). It is held as text: no
parser writes all of it back as it has read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.engine.account import partition
from ses_provision.steps.archive_sql import SUPPRESSED
from ses_provision.steps.archive_table import PREFIX

if TYPE_CHECKING:
    from ses_provision.environment import Environment

LONGEST = 100
"""Letters of a name that leave room for what is put behind it: Redshift takes 127 bytes."""
WIDEST = 65535
"""Bytes of the longest varchar. Of a longer line Spectrum makes a null (CREATE EXTERNAL TABLE)."""
BY_EVENT = {
    "Bounce": ("bounce.bouncedRecipients", "r.emailAddress"),
    "Complaint": ("complaint.complainedRecipients", "r.emailAddress"),
    "Delivery": ("delivery.recipients", "r"),
    "DeliveryDelay": ("deliveryDelay.delayedRecipients", "r.emailAddress"),
}
"""Where an event names its recipients, and how; any other has those of the mail."""
OF_THE_MAIL = ("mail.destination", "r")

HEAD = """\
-- The archive of {name} ({domain}) for Amazon Redshift: account {account}, {region}.
-- Events hold personal data: addresses, subjects, IP addresses.
--
-- Run it as a user who may create schemas, in a namespace in {region}. Its default IAM role
-- needs s3:GetBucketLocation and s3:ListBucket on
--   arn:{partition}:s3:::{bucket}
-- and s3:GetObject on
--   arn:{partition}:s3:::{bucket}/{prefix}*
{key}-- and, for part 2 alone, on database {catalog} of the Glue catalogue: glue:GetDatabase,
-- glue:CreateDatabase, glue:GetTable, glue:GetTables, glue:CreateTable, glue:DeleteTable and
-- glue:GetPartitions.
-- It may be run again: nothing is there twice then, and nothing in S3 is changed.

-- Names in events have capital letters. Without this setting Redshift looks for them in small
-- letters, and finds nothing, without an error. Views whose names end in _s3 are bound late: every
-- session that queries them needs the setting, or the parameter group. The others keep it.
SET enable_case_sensitive_super_attribute TO true;

CREATE SCHEMA IF NOT EXISTS "{schema}";
"""

LOADED = """
-- 1. Loaded: it takes space, and queries cost no more. For newer events run DELETE and COPY again.

CREATE TABLE IF NOT EXISTS "{schema}"."events" ("event" SUPER);

BEGIN;
DELETE FROM "{schema}"."events";
COPY "{schema}"."events"
FROM 's3://{bucket}/{prefix}'
IAM_ROLE default
REGION '{region}'
FORMAT JSON 'noshred'
GZIP;
COMMIT;
"""

IN_S3 = """
-- 2. Where it lies: nothing is loaded, and each query reads, and is charged for, the whole archive.

CREATE EXTERNAL SCHEMA IF NOT EXISTS "{schema}_s3"
FROM DATA CATALOG
DATABASE '{catalog}'
REGION '{region}'
IAM_ROLE default
CREATE EXTERNAL DATABASE IF NOT EXISTS;

DROP TABLE IF EXISTS "{schema}_s3"."lines";

-- A line is an event in JSON, which has no control characters: all of it is one column.
CREATE EXTERNAL TABLE "{schema}_s3"."lines" ("line" VARCHAR({widest}))
ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\001'
STORED AS TEXTFILE
LOCATION 's3://{bucket}/{prefix}';

CREATE OR REPLACE VIEW "{schema}"."events_s3" AS
SELECT JSON_PARSE("line") AS "event"
FROM "{schema}_s3"."lines"
WHERE CAN_JSON_PARSE("line")
WITH NO SCHEMA BINDING;
"""

ADDRESSED = """\
  SELECT e.event, {recipient}::varchar(1000) AS "recipient"
  FROM "{schema}"."{table}" AS e, e.event.{path} AS r
  WHERE e.event.eventType::varchar(64) {kinds}"""

EVENT = """\
WITH addressed AS (
{addressed}
), told AS (
  SELECT
    a.event.eventType::varchar(64) AS "event",
    a.event.mail.messageId::varchar(256) AS "message_id",
    a.event.mail."timestamp"::varchar(64) AS "sent_at",
    COALESCE(
      a.event.bounce."timestamp"::varchar(64),
      a.event.complaint."timestamp"::varchar(64),
      a.event.delivery."timestamp"::varchar(64),
      a.event."open"."timestamp"::varchar(64),
      a.event.click."timestamp"::varchar(64),
      a.event.deliveryDelay."timestamp"::varchar(64),
      a.event.subscription."timestamp"::varchar(64),
      a.event.mail."timestamp"::varchar(64)
    ) AS "happened_at",
    a.event.mail.tags."ses:configuration-set"[0]::varchar(256) AS "configuration_set",
    a.event.mail.tags."ses:from-domain"[0]::varchar(256) AS "from_domain",
    a."recipient",
    LOWER(SPLIT_PART(a."recipient", '@', 2)) AS "recipient_domain",
    a.event.bounce.bounceType::varchar(64) AS "bounce_type",
    a.event.bounce.bounceSubType::varchar(64) AS "bounce_subtype",
    a.event.complaint.complaintFeedbackType::varchar(64) AS "complaint_type",
    a.event.delivery.processingTimeMillis::bigint AS "delivery_ms"
  FROM addressed AS a
)
SELECT DISTINCT LEFT(t."happened_at", 10) AS "day", t.*
FROM told AS t"""

DAILY = """\
WITH counted AS (
  SELECT
    "day",
    "from_domain",
{counts},
    PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY "delivery_ms")::bigint AS "p95_ms"
  FROM "{schema}"."ses_event{ending}"
  GROUP BY "day", "from_domain"
)
SELECT
  "day",
  "from_domain",
{names},
{percents},
  "p95_ms"
FROM counted"""

COUNTS = {
    "sends": "\"event\" = 'Send'",
    "deliveries": "\"event\" = 'Delivery'",
    "hard_bounces": (
        "\"event\" = 'Bounce' AND \"bounce_type\" = 'Permanent'\n"
        f"      AND \"bounce_subtype\" <> '{SUPPRESSED}'"
    ),
    "soft_bounces": "\"event\" = 'Bounce' AND \"bounce_type\" <> 'Permanent'",
    "suppressed": f"\"event\" = 'Bounce' AND \"bounce_subtype\" = '{SUPPRESSED}'",
    "complaints": "\"event\" = 'Complaint'",
}
"""What a day counts, as the view of Athena does."""
PERCENTS = {
    "delivery_percent": ("deliveries", 2),
    "bounce_percent": ("hard_bounces", 2),
    "complaint_percent": ("complaints", 3),
}


def sql(env: Environment) -> str:
    """The whole file: both ways, each with its views."""
    names, settings = env.archive_names, env.archive
    key = settings.kms_key if settings else None
    schema = names.database[:LONGEST]
    known = {
        "name": env.name,
        "domain": env.domain,
        "account": env.account_id,
        "region": env.region,
        "partition": partition(env.region),
        "bucket": names.bucket,
        "prefix": PREFIX,
        "schema": schema,
        "catalog": f"{schema}_redshift",
        "widest": WIDEST,
        "key": f"-- and kms:Decrypt on the key {key}\n" if key else "",
    }
    return "".join(
        [
            HEAD.format(**known),
            LOADED.format(**known),
            *views(schema, ""),
            IN_S3.format(**known),
            *views(schema, "_s3"),
        ]
    )


def statements(text: str) -> list[str]:
    """The statements of such a file, without its comments; no text in it holds a semicolon."""
    lines = (line for line in text.splitlines() if not line.startswith("--"))
    return [each.strip() for each in "\n".join(lines).split(";") if each.strip()]


def views(schema: str, ending: str) -> list[str]:
    """The views over the events, loaded or in S3. Over what is outside of Redshift they have to be
    bound late (CREATE VIEW)."""
    late = "\nWITH NO SCHEMA BINDING" if ending else ""
    queries = {"ses_event": event(schema, f"events{ending}"), "ses_daily": daily(schema, ending)}
    return [
        f'\nCREATE OR REPLACE VIEW "{schema}"."{name}{ending}" AS\n{query}{late};\n'
        for name, query in queries.items()
    ]


def event(schema: str, table: str) -> str:
    """A row for each event and recipient, without those that are there twice."""
    listed = ", ".join(f"'{kind}'" for kind in BY_EVENT)
    asked = [(f"= '{kind}'", *whom) for kind, whom in BY_EVENT.items()]
    asked.append((f"NOT IN ({listed})", *OF_THE_MAIL))
    parts = (
        ADDRESSED.format(schema=schema, table=table, path=path, recipient=recipient, kinds=kinds)
        for kinds, path, recipient in asked
    )
    return EVENT.format(addressed="\n  UNION ALL\n".join(parts))


def daily(schema: str, ending: str) -> str:
    """A row for each day and sending domain."""
    counts = (
        f'    SUM(CASE WHEN {when} THEN 1 ELSE 0 END) AS "{name}"' for name, when in COUNTS.items()
    )
    percents = (
        f'  ROUND(100.0 * "{part}" / NULLIF("sends", 0), {digits}) AS "{name}"'
        for name, (part, digits) in PERCENTS.items()
    )
    return DAILY.format(
        schema=schema,
        ending=ending,
        counts=",\n".join(counts),
        names=",\n".join(f'  "{name}"' for name in COUNTS),
        percents=",\n".join(percents),
    )
