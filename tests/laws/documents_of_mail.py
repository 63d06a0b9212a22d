"""JSON Schemas of what is said of mail: who sends, what became of it, what it costs."""

from __future__ import annotations

from tests.laws.documents_of_setup import (
    FINDING,
    OVERVIEW,
    RECORD,
    STATUS,
)
from tests.laws.shapes import (
    ACCOUNT,
    COUNT,
    MOMENT,
    NUMBER,
    REGION,
    TEXT,
    WORDS,
    YES_OR_NO,
    Schema,
    each,
    mapping,
    maybe,
    one_of,
    thing,
)

SENDING = thing(
    configuration_set=WORDS,
    set_sends=maybe(YES_OR_NO),
    account_sends=YES_OR_NO,
    paused=TEXT,
    enforcement=maybe(TEXT),
)
SENDING_OF_A_TENANT = thing(
    tenant=WORDS,
    tenant_sends=YES_OR_NO,
    paused=TEXT,
    by_owner=TEXT,
    by_ses=TEXT,
    policy=TEXT,
    impact=TEXT,
)
TENANTS = each(
    thing(
        name=WORDS,
        arn=maybe(WORDS),
        in_file=YES_OR_NO,
        state=one_of("sends", "reinstated", "paused", "paused by SES", "not there"),
        sends=YES_OR_NO,
        policy=maybe(WORDS),
        impact=maybe(one_of("HIGH", "LOW")),
        findings=each(thing(type=WORDS, impact=WORDS, description=TEXT)),
    )
)
SUPPRESSION = thing(
    {
        "listed": each(thing(address=WORDS, reason=one_of("BOUNCE", "COMPLAINT"), since=MOMENT)),
        "put": COUNT,
        "on_it_already": COUNT,
        "removed": COUNT,
        "takes_in": each(WORDS),
        "auto_validation": YES_OR_NO,
    },
    account_id=ACCOUNT,
    region=REGION,
)
VERDICTS = thing(**dict.fromkeys(("spam", "virus", "spf", "dkim", "dmarc"), maybe(WORDS)))
LETTER: dict[str, Schema] = {
    "key": WORDS,
    "arrived": {"type": "string"},
    "from": TEXT,
    "to": TEXT,
    "subject": TEXT,
    "date": maybe({"type": "string"}),
    "message_id": TEXT,
    "size": COUNT,
    "verdicts": VERDICTS,
}
PLACE = {"bucket": WORDS, "prefix": WORDS}
DEDICATED_IP = thing(
    ip=WORDS,
    warmup=one_of("IN_PROGRESS", "DONE", "NOT_APPLICABLE"),
    percentage=maybe(COUNT),
)
IPS = thing(
    pools=each(
        thing(
            name=WORDS,
            scaling=one_of("STANDARD", "MANAGED"),
            configuration_sets=each(WORDS),
            addresses=each(DEDICATED_IP),
        )
    ),
    in_no_pool=each(DEDICATED_IP),
    auto_warmup=maybe(YES_OR_NO),
    sent_last_24_hours=NUMBER,
    sets_not_asked=COUNT,
)
DRILL = thing(
    {
        "alarms": each(
            thing(
                alarm=WORDS,
                region=REGION,
                outcome=WORDS,
                arrived=YES_OR_NO,
                delay=maybe(NUMBER),
                pause=maybe(
                    thing(
                        proved=YES_OR_NO,
                        delay=maybe(NUMBER),
                        was_sending=YES_OR_NO,
                        resumed=YES_OR_NO,
                    )
                ),
            )
        )
    },
    hops=each(
        thing(
            event=WORDS,
            recipient=WORDS,
            message_id=WORDS,
            sent_at=MOMENT,
            occurred_at=maybe(MOMENT),
            seen_at=maybe(MOMENT),
            arrived=YES_OR_NO,
            delay=maybe(NUMBER),
        )
    ),
    not_reported=each(WORDS),
    left_over=each(WORDS),
)
CHECK = thing(
    right=COUNT,
    records=each(
        thing(
            name=WORDS,
            type=WORDS,
            verdict=WORDS,
            wanted=WORDS,
            found=each(TEXT),
            note=TEXT,
        )
    ),
    legacy=each(TEXT),
)
ACCESS = thing(
    state=WORDS, case_id=TEXT, daily=NUMBER, rate=NUMBER, sent=NUMBER, described=YES_OR_NO
)
LISTED_RECORD = thing(
    environment=WORDS,
    name_in_zone=WORDS,
    priority=maybe(COUNT),
    content=WORDS,
    **RECORD,
)
EXPLANATION = thing(
    **dict.fromkeys(("id", "title", "why", "docs"), WORDS),
    **dict.fromkeys(("needs", "makes", "reads", "creates", "changes", "permissions"), each(WORDS)),
    skipped=TEXT,
)

PREFLIGHT = thing(
    **{name: held for name, held in FINDING.items() if name not in {"read_at", "see"}}
)
SMTP_USER = thing(
    user=WORDS,
    exists=YES_OR_NO,
    store=one_of("terminal", "secretsmanager", "ssm"),
    keys=each(
        thing(
            ending=WORDS,
            state=one_of("Active", "Inactive"),
            age_days=COUNT,
            last_used=maybe(MOMENT),
            last_used_for=TEXT,
            stored=YES_OR_NO,
        )
    ),
)
HOP = thing(name=WORDS, seconds=NUMBER, ok=YES_OR_NO, said=TEXT, code=COUNT)

DKIM_RECORD = thing(name=WORDS, type=WORDS, value=WORDS, ttl=COUNT)
AMOUNT: Schema = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"}
DECIMAL: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}
PLAN_NAME = one_of("NONE", "ESSENTIALS", "PRO", "ENTERPRISE")
DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
COSTS: dict[str, Schema] = {
    "plan": PLAN_NAME,
    "items": each(
        thing(
            item=WORDS,
            price=WORDS,
            quantity=DECIMAL,
            included=DECIMAL,
            unit=WORDS,
            unit_prices=each(DECIMAL),
            sum=AMOUNT,
            source=WORDS,
            unsure=YES_OR_NO,
        )
    ),
    "total": AMOUNT,
    "per_thousand": maybe(DECIMAL),
}
ESTIMATE = thing(
    account_id=ACCOUNT,
    region=REGION,
    currency={"const": "USD"},
    prices=thing(read_on=DATE, region=REGION, live=YES_OR_NO, not_taken=mapping(WORDS)),
    recipients=COUNT,
    plans=each(thing(**COSTS)),
    cheapest=PLAN_NAME,
    not_counted=each(WORDS),
    **COSTS,
)
KINDS = ("sends", "deliveries", "bounces", "complaints")
SENT: dict[str, Schema] = {
    "days": each(
        thing({"rejects": COUNT, "soft_bounces": COUNT}, date=DATE, **dict.fromkeys(KINDS, COUNT))
    ),
    "totals": thing({"rejects": COUNT, "soft_bounces": COUNT}, **dict.fromkeys(KINDS, COUNT)),
    "rates": thing(bounces=maybe(NUMBER), complaints=maybe(NUMBER)),
    "enough_to_judge": YES_OR_NO,
}
JUDGED_BY = thing(bounces=NUMBER, complaints=NUMBER)
STATISTICS = thing(
    account_id=ACCOUNT,
    region=REGION,
    own_rates=thing(bounces=maybe(NUMBER), complaints=maybe(NUMBER)),
    limits=thing(review=JUDGED_BY, pause=JUDGED_BY),
    quota=thing(daily=NUMBER, rate=NUMBER, sent=NUMBER, reached_on=maybe(DATE)),
    by=maybe(one_of("set", "identity", "provider")),
    parts=each(thing(of=WORDS, **SENT)),
    above=each(one_of("bounces", "complaints")),
    **SENT,
)
DELIVERABILITY = thing(
    vdm=YES_OR_NO,
    providers=each(thing(of=WORDS, **SENT)),
    recommendations=each(
        thing(
            about=WORDS,
            kind=WORDS,
            description=TEXT,
            impact=WORDS,
            since=maybe(MOMENT),
            next_step=TEXT,
        )
    ),
    of_others=COUNT,
)
QUOTA = thing(
    account_id=ACCOUNT,
    region=REGION,
    access=one_of("SANDBOX", "PENDING", "GRANTED", "DENIED", "FAILED"),
    daily=NUMBER,
    rate=NUMBER,
    sent=NUMBER,
    requests=each(
        thing(
            quota=one_of("daily", "rate"),
            code=WORDS,
            desired=NUMBER,
            status=WORDS,
            open=YES_OR_NO,
            created=maybe(WORDS),
            case_id=TEXT,
        )
    ),
)
MONEY: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
SOME_DAYS = thing(first=DATE, last=DATE, **SENT)
REPORT = thing(
    domain=WORDS,
    account_id=ACCOUNT,
    region=REGION,
    made_at=MOMENT,
    status=OVERVIEW,
    period=SOME_DAYS,
    before=SOME_DAYS,
    today=SOME_DAYS,
    own_rates=thing(bounces=maybe(NUMBER), complaints=maybe(NUMBER)),
    quota=thing(daily=NUMBER, rate=NUMBER, sent=NUMBER),
    estimate=thing(recipients=COUNT, plan=WORDS, total=MONEY, currency=WORDS),
    cost=maybe(
        thing(
            amount=MONEY,
            before=MONEY,
            currency=WORDS,
            by_usage=mapping(MONEY),
            elsewhere=MONEY,
            estimated=YES_OR_NO,
            is_whole=YES_OR_NO,
        )
    ),
    mailed=maybe(thing(message_id=WORDS, to=each(WORDS))),
    open=each(
        thing(
            id=WORDS,
            title=WORDS,
            status=STATUS,
            severity=one_of("blocker", "warning", "advice"),
            next_step=maybe(WORDS),
        )
    ),
    next_step=maybe(WORDS),
)

SOURCE = thing(
    **{"is": one_of("us", "another sender", "forwarder", "unknown")},
    name=WORDS,
    mails=COUNT,
    spf_aligned=COUNT,
    dkim_aligned=COUNT,
    passed=COUNT,
    failed=COUNT,
    refused=COUNT,
    days=each(DATE),
    addresses=mapping(COUNT),
    signatures=each(WORDS),
)
DMARC = thing(
    **{
        "raise": thing(
            **{"from": one_of("none", "quarantine", "reject")},
            to=maybe(WORDS),
            answer=one_of("yes", "only you can tell", "not yet", "no", "it is the strongest"),
            safe=YES_OR_NO,
            because=each(WORDS),
            next=each(WORDS),
        )
    },
    domain=WORDS,
    since=DATE,
    reports=COUNT,
    older_reports=COUNT,
    reporters=each(WORDS),
    days=each(DATE),
    mails=COUNT,
    passed=COUNT,
    published=maybe(
        thing(
            domain=WORDS,
            policy=maybe(WORDS),
            subdomain_policy=maybe(WORDS),
            percent=COUNT,
            test=YES_OR_NO,
        )
    ),
    sources=each(SOURCE),
)
READ = thing(files=COUNT, reports=COUNT, flaws=each(thing(file=WORDS, what=WORDS)))
"""What commands say of the files with DMARC reports that they were given."""
