"""JSON Schemas of the documents that `--json` prints. Names in them are stable."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WORDS: Schema = {"type": "string", "minLength": 1}
YES_OR_NO: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
ANYTHING: Schema = {}
ACCOUNT: Schema = {"type": "string", "pattern": "^[0-9]{12}$"}
REGION: Schema = {"type": "string", "pattern": "^[a-z]{2,4}(-[a-z]+)+-[0-9]$"}
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00$",
}


def thing(optional: dict[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """An object with these names and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def each(schema: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": schema}


def mapping(schema: Schema) -> Schema:
    """An object whose names are data."""
    return {"type": "object", "additionalProperties": schema}


def one_of(*values: str) -> Schema:
    """One of some words."""
    return {"enum": list(values)}


def maybe(schema: Schema) -> Schema:
    """A value, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def either(*schemas: Schema) -> Schema:
    """One of several shapes."""
    return {"anyOf": list(schemas)}


ERROR = thing(
    {
        "code": TEXT,
        "operation": TEXT,
        "action": TEXT,
        "resource": TEXT,
        "problems": each(WORDS),
    },
    kind=WORDS,
    message=WORDS,
    hint=TEXT,
)
ACTION = one_of("create", "update", "unchanged", "blocked")
STATUS = one_of("done", "action", "waiting", "unknown", "not applicable")
FINDING: dict[str, Schema] = {
    "id": {"type": "string", "pattern": r"^SES-[A-Z]+-\d{3}$"},
    "title": WORDS,
    "status": STATUS,
    "evidence": WORDS,
    "next_step": TEXT,
    "severity": one_of("blocker", "warning", "advice"),
    "sources": each(WORDS),
    "needs_person": YES_OR_NO,
    "open": YES_OR_NO,
    "read_at": MOMENT,
    "see": maybe(WORDS),
}
KEY = thing(type=WORDS, account=TEXT, region=TEXT, name=WORDS)
CHANGE = thing(
    action=ACTION,
    kind=WORDS,
    key=KEY,
    label=WORDS,
    wanted=mapping(ANYTHING),
    differences=each(thing(field=WORDS, old=ANYTHING, new=ANYTHING)),
    obstacles=each(thing(what=WORDS, way_out=WORDS, can_be_taken_over=YES_OR_NO)),
)
PLAN = thing(
    account_id=ACCOUNT,
    region=REGION,
    settled=YES_OR_NO,
    blocked=YES_OR_NO,
    counts=thing(create=COUNT, update=COUNT, unchanged=COUNT, blocked=COUNT),
    steps=each(
        thing(
            id=WORDS,
            title=WORDS,
            waiting=maybe(WORDS),
            skipped=maybe(WORDS),
            failed=maybe(WORDS),
            changes=each(CHANGE),
        )
    ),
    left_over=each(thing(key=KEY, label=WORDS, because=each(WORDS))),
    notes=each(WORDS),
)
APPLIED = thing({"action": ACTION, "at": MOMENT}, step=WORDS, done=YES_OR_NO, label=WORDS)
RECORD: dict[str, Schema] = {
    "name": WORDS,
    "type": one_of("CNAME", "MX", "TXT"),
    "value": WORDS,
    "ttl": COUNT,
    "purpose": WORDS,
}
VERDICT = thing(code=WORDS, cause=WORDS, fix=TEXT)
VERIFICATION = thing(
    exists=YES_OR_NO,
    verification_status=WORDS,
    verified_for_sending=YES_OR_NO,
    dkim_status=WORDS,
    mail_from_status=WORDS,
    error=TEXT,
    last_checked=maybe(MOMENT),
    soa_server=TEXT,
    domain=WORDS,
    dkim_signing=YES_OR_NO,
    key_length=TEXT,
    dkim_origin=TEXT,
    selector=TEXT,
    mail_from_domain=TEXT,
    delegation=thing(
        apex=TEXT,
        servers=each(WORDS),
        zone_id=TEXT,
        zone_kind=WORDS,
        zone_name=TEXT,
        zone_servers=each(WORDS),
        zone_problem=TEXT,
        zone_hint=TEXT,
        dns_problem=TEXT,
        white_label=each(WORDS),
        broken=YES_OR_NO,
        nobody=YES_OR_NO,
        parent_zone_id=TEXT,
    ),
    records=each(
        thing(
            record=thing(**RECORD, tag=TEXT),
            views=each(
                thing(kind=WORDS, who=WORDS, state=WORDS, values=each(TEXT), note=TEXT, alias=TEXT)
            ),
            instead=each(TEXT),
            inherited=TEXT,
            in_force=maybe(mapping(ANYTHING)),
            spf=maybe(mapping(ANYTHING)),
            state=WORDS,
            right=YES_OR_NO,
        )
    ),
    verdicts=each(VERDICT),
    settled=YES_OR_NO,
    failed=YES_OR_NO,
    why=TEXT,
    verdict=VERDICT,
)
CHECKLIST = thing(
    domain=WORDS,
    account_id=ACCOUNT,
    region=REGION,
    read_at=MOMENT,
    open=COUNT,
    counts={
        "type": "object",
        "properties": dict.fromkeys(STATUS["enum"], COUNT),
        "required": STATUS["enum"],
        "additionalProperties": False,
    },
    open_by_severity=thing(blocker=COUNT, warning=COUNT, advice=COUNT),
    topics=each(
        thing(topic=WORDS, title=WORDS, note=maybe(WORDS), findings=each(thing(**FINDING)))
    ),
)
DESTROY = thing(
    account_id=ACCOUNT,
    region=REGION,
    warnings=each(WORDS),
    counts=thing(delete=COUNT, stay=COUNT),
    steps=each(
        thing(
            id=WORDS,
            title=WORDS,
            note=maybe(WORDS),
            resources=each(
                thing(
                    action=one_of("delete", "stay", "absent"),
                    kind=WORDS,
                    key=KEY,
                    label=WORDS,
                    because=each(WORDS),
                )
            ),
        )
    ),
)
POLICY = thing(
    Version={"const": "2012-10-17"},
    Statement=each(
        thing(
            {"Condition": mapping(mapping(ANYTHING))},
            Sid=WORDS,
            Effect={"const": "Allow"},
            Action=each(WORDS),
            Resource={"anyOf": [{"const": "*"}, each(WORDS)]},
        )
    ),
)
OUTPUTS: Schema = {
    "type": "object",
    "additionalProperties": WORDS,
    "required": [
        "region",
        "configuration_set_name",
        "from_address",
        "domain_identity_arn",
        "address_identity_arn",
        "configuration_set_arn",
        "events_topic_arn",
        "sender_policy_name",
    ],
    "propertyNames": {"pattern": "^[a-z0-9_]+$"},
}
OVERVIEW = thing(
    environment=WORDS,
    domain=WORDS,
    account_id=ACCOUNT,
    region=REGION,
    verified=WORDS,
    dkim=WORDS,
    mail_from=WORDS,
    access=WORDS,
    sending=YES_OR_NO,
    set_sends=maybe(YES_OR_NO),
    paused=TEXT,
    enforcement=WORDS,
    bounce_rate=maybe(NUMBER),
    complaint_rate=maybe(NUMBER),
    open_items=COUNT,
    blockers=COUNT,
    error=TEXT,
)
CALLER = thing(
    arn=WORDS,
    account_id=ACCOUNT,
    wanted_account_id=maybe(ACCOUNT),
    right=YES_OR_NO,
    origin=thing(
        method=WORDS,
        source=WORDS,
        chosen_by=WORDS,
        profile=maybe(WORDS),
        expires_at=maybe(MOMENT),
        is_renewed=YES_OR_NO,
    ),
)
TEMPLATE = thing(
    AWSTemplateFormatVersion={"const": "2010-09-09"},
    Description=WORDS,
    Resources=mapping(
        thing(
            Type={"type": "string", "pattern": "^AWS::"},
            DeletionPolicy={"const": "Retain"},
            UpdateReplacePolicy={"const": "Retain"},
            Properties=mapping(ANYTHING),
        )
    ),
)
IMPORTS = each(
    thing(ResourceType=WORDS, LogicalResourceId=WORDS, ResourceIdentifier=mapping(WORDS))
)
GRAFANA = thing(
    uid=WORDS,
    title=WORDS,
    description=WORDS,
    tags=each(WORDS),
    schemaVersion=COUNT,
    editable=YES_OR_NO,
    timezone=WORDS,
    time=mapping(WORDS),
    templating=mapping(ANYTHING),
    panels=each(mapping(ANYTHING)),
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

REPORTS: dict[str, dict[str, Schema]] = {
    "plan": {"plan": PLAN},
    "apply": {"plan": PLAN, "applied": each(APPLIED)},
    "destroy": {"destroy": DESTROY, "applied": each(APPLIED)},
    "dkim-status": {"verification": VERIFICATION},
    "checklist": {"checklist": CHECKLIST},
    "status": {"status": OVERVIEW},
    "whoami": {"caller": CALLER, "zones_caller": maybe(CALLER)},
    "outputs": {"outputs": OUTPUTS},
    "estimate": {"estimate": ESTIMATE},
    "stats": {"statistics": STATISTICS},
    "report": {"report": REPORT},
    "quota": {"quota": QUOTA},
    "deliverability": {"deliverability": DELIVERABILITY},
    "dns": {
        "zone": WORDS,
        "records": each(LISTED_RECORD),
        "dkim_issued": YES_OR_NO,
        "check": CHECK,
    },
    "permissions": {
        "read_only": YES_OR_NO,
        "policies": mapping(POLICY),
        "update_policy": WORDS,
        "dns_token": WORDS,
    },
    "export": {
        "format": one_of("terraform", "cloudformation", "grafana", "redshift-sql"),
        "statements": each(WORDS),
        "dashboard": GRAFANA,
        "text": WORDS,
        "template": TEMPLATE,
        "resources_to_import": IMPORTS,
        "left_out": each(WORDS),
    },
    "dmarc": {"dmarc": DMARC},
    "drill": {"drill": DRILL},
    "events": {
        "events": each(
            thing(
                {"event": mapping(ANYTHING)},
                time=maybe(MOMENT),
                type=WORDS,
                recipients=each(WORDS),
                message_id=WORDS,
                reason=TEXT,
            )
        )
    },
    "pause": {"sending": either(SENDING, SENDING_OF_A_TENANT)},
    "resume": {"sending": either(SENDING, SENDING_OF_A_TENANT)},
    "tenants": {"tenants": TENANTS},
    "suppression": {"suppression": SUPPRESSION},
    "dkim": {
        "dkim": thing(
            {"record": DKIM_RECORD},
            before=TEXT,
            selector=TEXT,
            turn=one_of("renew", "finish", "nothing"),
        ),
        "applied": each(APPLIED),
        "verification": VERIFICATION,
        "tidied": thing(removed=each(DKIM_RECORD), later=maybe(MOMENT)),
    },
    "ips": {"ips": IPS},
    "query": {
        "query": thing(
            columns=each(thing(name=WORDS, type=WORDS)),
            rows=each(each(ANYTHING)),
            scanned_bytes=COUNT,
            dollars=NUMBER,
        )
    },
    "inbox": {
        "inbox": thing(domain=WORDS, total=COUNT, mails=each(thing(**LETTER)), **PLACE),
        "mail": thing(
            text=TEXT,
            flaw=maybe(WORDS),
            attachments=each(thing(name=TEXT, type=WORDS, size=COUNT)),
            **PLACE,
            **LETTER,
        ),
    },
    "receive-test": {
        "receive_test": thing(
            {"seconds": NUMBER, "key": WORDS, "verdicts": VERDICTS},
            **{"from": WORDS, "to": WORDS, "message_id": WORDS},
        )
    },
    "smtp": {
        "smtp": thing(
            {"works": YES_OR_NO, "state": one_of("Active", "Inactive", "deleted")},
            user=WORDS,
            key_ending=WORDS,
        ),
        "smtp_users": each(SMTP_USER),
        "hops": each(HOP),
        "form": one_of("any", "auth0"),
        "fields": mapping(WORDS),
    },
    "send-test": dict.fromkeys(("message_id", "from", "to", "configuration_set", "tenant"), WORDS),
    "request-access": {
        "access": ACCESS,
        "preflight": each(PREFLIGHT),
        "submitted": YES_OR_NO,
        "console": mapping(ANYTHING),
    },
    "validate": {"file": WORDS},
    "set": {
        "file": WORDS,
        "key": WORDS,
        "value": ANYTHING,
        "changed": each(thing(line=COUNT, sign=one_of("-", "+"), text=TEXT)),
    },
    "explain": {},
}
"""What each command says of an environment, where nothing kept it from saying it."""

OPTIONAL = frozenset(
    {"check", "update_policy", "dns_token", "format", "text", "template", "resources_to_import",
     "left_out", "console", "submitted", "smtp", "smtp_users", "hops", "form", "fields",
     "dashboard", "inbox", "mail", "statements", "tenant"}
)  # fmt: skip
"""What is said only by some options of a command."""
OF_ACTIONS = frozenset({"dkim"})
"""Commands each of whose actions says something of its own."""


BESIDE: dict[str, dict[str, Schema]] = {
    "checklist": {"read": READ},
    "dmarc": {"read": READ},
    "explain": {"explanation": EXPLANATION},
}
"""What a command says of no environment."""


def of(command: str) -> Schema:
    """The schema of a command's document."""
    beside = {"error": ERROR, **BESIDE.get(command, {})}
    return thing(
        beside,
        schema_version={"const": 1},
        command={"const": command},
        environment=maybe(WORDS),
        ok=YES_OR_NO,
        environments=each(report(command)),
    )


def report(command: str) -> Schema:
    """What a command says of an environment: all of it, or an error with what was said before."""
    said = REPORTS[command]
    optional = said.keys() if command in OF_ACTIONS else OPTIONAL
    always = {name: schema for name, schema in said.items() if name not in optional}
    sometimes = {name: schema for name, schema in said.items() if name in optional}
    whole = thing(sometimes, environment=WORDS, ok=YES_OR_NO, **always)
    failed = thing(said, environment=WORDS, ok={"const": False}, error=ERROR)
    return {"anyOf": [whole, failed]}
