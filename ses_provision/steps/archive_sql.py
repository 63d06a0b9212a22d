"""The views and queries over the archive, in the SQL that Athena takes.

Every column of a view has a type of its own by a cast: Athena compares it with what the catalogue
says, and runs no view where they differ. Times are text in ISO 8601, UTC: a view can have no time
with a zone. Counts are of recipients, not of mails: a mail to three is delivered, or not, three
times. Only what runs unchanged on the local AWS as well is used here.
"""

from __future__ import annotations

from ses_provision.dataclass import dataclass

EVENT, DAILY = "ses_event", "ses_daily"
SUPPRESSED = "OnAccountSuppressionList"
"""A bounce that SES itself makes of mail which it did not send; it does not count in SES's own rate
(SES Developer Guide, account-level suppression list)."""


@dataclass(frozen=True)
class View:
    """A view: what its columns are, and the query."""

    name: str
    columns: dict[str, str]
    sql: str


VIEWS = (
    View(
        EVENT,
        {
            "dt": "string",
            "event": "string",
            "message_id": "string",
            "sent_at": "string",
            "happened_at": "string",
            "configuration_set": "string",
            "from_domain": "string",
            "recipient": "string",
            "recipient_domain": "string",
            "bounce_type": "string",
            "bounce_subtype": "string",
            "complaint_type": "string",
            "delivery_ms": "bigint",
        },
        """\
SELECT DISTINCT
  CAST(dt AS varchar) AS dt,
  CAST(eventtype AS varchar) AS event,
  CAST(mail.messageid AS varchar) AS message_id,
  CAST(mail."timestamp" AS varchar) AS sent_at,
  CAST(COALESCE(bounce."timestamp", complaint."timestamp", delivery."timestamp",
    "open"."timestamp", click."timestamp", deliverydelay."timestamp",
    subscription."timestamp", mail."timestamp") AS varchar) AS happened_at,
  CAST(element_at(element_at(mail.tags, 'ses:configuration-set'), 1) AS varchar)
    AS configuration_set,
  CAST(element_at(element_at(mail.tags, 'ses:from-domain'), 1) AS varchar) AS from_domain,
  CAST(recipient AS varchar) AS recipient,
  CAST(lower(split_part(recipient, '@', 2)) AS varchar) AS recipient_domain,
  CAST(bounce.bouncetype AS varchar) AS bounce_type,
  CAST(bounce.bouncesubtype AS varchar) AS bounce_subtype,
  CAST(complaint.complaintfeedbacktype AS varchar) AS complaint_type,
  CAST(delivery.processingtimemillis AS bigint) AS delivery_ms
FROM ses_events
CROSS JOIN UNNEST(CASE eventtype
  WHEN 'Bounce' THEN transform(bounce.bouncedrecipients, r -> r.emailaddress)
  WHEN 'Complaint' THEN transform(complaint.complainedrecipients, r -> r.emailaddress)
  WHEN 'Delivery' THEN delivery.recipients
  WHEN 'DeliveryDelay' THEN transform(deliverydelay.delayedrecipients, r -> r.emailaddress)
  ELSE mail.destination END) AS t(recipient)""",
    ),
    View(
        DAILY,
        {
            "dt": "string",
            "from_domain": "string",
            "sends": "bigint",
            "deliveries": "bigint",
            "hard_bounces": "bigint",
            "soft_bounces": "bigint",
            "suppressed": "bigint",
            "complaints": "bigint",
            "delivery_percent": "double",
            "bounce_percent": "double",
            "complaint_percent": "double",
            "p95_ms": "bigint",
        },
        f"""\
SELECT
  CAST(dt AS varchar) AS dt,
  CAST(from_domain AS varchar) AS from_domain,
  CAST(count_if(event = 'Send') AS bigint) AS sends,
  CAST(count_if(event = 'Delivery') AS bigint) AS deliveries,
  CAST(count_if(event = 'Bounce' AND bounce_type = 'Permanent'
    AND bounce_subtype <> '{SUPPRESSED}') AS bigint) AS hard_bounces,
  CAST(count_if(event = 'Bounce' AND bounce_type <> 'Permanent') AS bigint) AS soft_bounces,
  CAST(count_if(event = 'Bounce' AND bounce_subtype = '{SUPPRESSED}') AS bigint)
    AS suppressed,
  CAST(count_if(event = 'Complaint') AS bigint) AS complaints,
  CAST(round(CAST(100 AS double) * count_if(event = 'Delivery')
    / NULLIF(count_if(event = 'Send'), 0), 2) AS double) AS delivery_percent,
  CAST(round(CAST(100 AS double) * count_if(event = 'Bounce' AND bounce_type = 'Permanent'
    AND bounce_subtype <> '{SUPPRESSED}')
    / NULLIF(count_if(event = 'Send'), 0), 2) AS double) AS bounce_percent,
  CAST(round(CAST(100 AS double) * count_if(event = 'Complaint')
    / NULLIF(count_if(event = 'Send'), 0), 3) AS double) AS complaint_percent,
  CAST(approx_percentile(delivery_ms, 0.95) AS bigint) AS p95_ms
FROM {EVENT}
GROUP BY dt, from_domain""",
    ),
)
"""In the order in which they rest on each other."""


@dataclass(frozen=True)
class Query:
    """A query that comes with the archive: what it answers, and its text.

    `{since}` in the text stands for the first day that it looks at.
    """

    name: str
    about: str
    sql: str

    def text(self, days: int) -> str:
        """The text for so many days up to now."""
        since = f"date_format(date_add('day', -{days}, current_date), '%Y-%m-%d')"
        return self.sql.replace("{since}", since)


DAYS = 30
"""Days that a shipped query looks back at, where nobody says how many."""

QUERIES = (
    Query(
        "daily",
        "Sends, deliveries, bounces and complaints of each day, with rates",
        """\
SELECT * FROM ses_daily
WHERE dt >= {since}
ORDER BY dt DESC, from_domain""",
    ),
    Query(
        "domains",
        "The same by the domain that sent, over all days",
        """\
SELECT from_domain,
  count_if(event = 'Send') AS sends,
  count_if(event = 'Delivery') AS deliveries,
  count_if(event = 'Bounce' AND bounce_type = 'Permanent') AS hard_bounces,
  count_if(event = 'Complaint') AS complaints
FROM ses_event
WHERE dt >= {since}
GROUP BY from_domain
ORDER BY sends DESC, from_domain""",
    ),
    Query(
        "providers",
        "What became of mail at each receiving domain, the busiest first",
        """\
SELECT recipient_domain,
  count_if(event = 'Send') AS sends,
  count_if(event = 'Delivery') AS deliveries,
  count_if(event = 'Bounce') AS bounces,
  count_if(event = 'DeliveryDelay') AS delays,
  count_if(event = 'Complaint') AS complaints
FROM ses_event
WHERE dt >= {since}
GROUP BY recipient_domain
ORDER BY sends DESC, recipient_domain
LIMIT 50""",
    ),
    Query(
        "campaigns",
        "Sends, deliveries and bounces by the tag `campaign` of the mails",
        """\
SELECT COALESCE(element_at(element_at(mail.tags, 'campaign'), 1), '(none)') AS campaign,
  count_if(eventtype = 'Send') AS mails,
  count_if(eventtype = 'Delivery') AS deliveries,
  count_if(eventtype = 'Bounce') AS bounces,
  count_if(eventtype = 'Complaint') AS complaints
FROM ses_events
WHERE dt >= {since}
GROUP BY 1
ORDER BY mails DESC, campaign""",
    ),
    Query(
        "hard-bounces",
        "Why mail was refused for good, by what the receivers said",
        """\
SELECT code AS diagnostic_code, count(*) AS bounces, max(dt) AS last_day
FROM ses_events
CROSS JOIN UNNEST(transform(bounce.bouncedrecipients, r -> r.diagnosticcode)) AS t(code)
WHERE dt >= {since} AND eventtype = 'Bounce' AND bounce.bouncetype = 'Permanent'
GROUP BY code
ORDER BY bounces DESC, diagnostic_code
LIMIT 50""",
    ),
    Query(
        "slow",
        "How long delivery takes at each receiving domain, the slowest first",
        """\
SELECT recipient_domain,
  count(*) AS deliveries,
  approx_percentile(delivery_ms, 0.5) AS p50_ms,
  approx_percentile(delivery_ms, 0.95) AS p95_ms,
  max(delivery_ms) AS longest_ms
FROM ses_event
WHERE dt >= {since} AND event = 'Delivery'
GROUP BY recipient_domain
ORDER BY longest_ms DESC, recipient_domain
LIMIT 50""",
    ),
    Query(
        "delays",
        "Which receiving domains keep mail waiting",
        """\
SELECT recipient_domain, count(*) AS delays, count(DISTINCT message_id) AS mails,
  max(happened_at) AS last_at
FROM ses_event
WHERE dt >= {since} AND event = 'DeliveryDelay'
GROUP BY recipient_domain
ORDER BY delays DESC, recipient_domain
LIMIT 50""",
    ),
    Query(
        "suppress",
        "Addresses to stop mailing: they bounced for good, or complained",
        """\
SELECT recipient,
  count_if(event = 'Bounce') AS hard_bounces,
  count_if(event = 'Complaint') AS complaints,
  max(dt) AS last_day
FROM ses_event
WHERE dt >= {since} AND (event = 'Complaint' OR (event = 'Bounce' AND bounce_type = 'Permanent'))
GROUP BY recipient
ORDER BY recipient
LIMIT 1000""",
    ),
)
