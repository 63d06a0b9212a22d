"""JSON Schemas of what is said of what stands: plans, checklists, verification, exports."""

from __future__ import annotations

from tests.laws.shapes import (
    ACCOUNT,
    ANYTHING,
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
