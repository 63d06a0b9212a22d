"""JSON Schemas of the documents that `--json` prints, by command. Names in them are stable."""

from __future__ import annotations

from tests.laws.documents_of_mail import (
    ACCESS,
    CHECK,
    DELIVERABILITY,
    DKIM_RECORD,
    DMARC,
    DRILL,
    ESTIMATE,
    EXPLANATION,
    HOP,
    IPS,
    LETTER,
    LISTED_RECORD,
    PLACE,
    PREFLIGHT,
    QUOTA,
    READ,
    REPORT,
    SENDING,
    SENDING_OF_A_TENANT,
    SMTP_USER,
    STATISTICS,
    SUPPRESSION,
    TENANTS,
    VERDICTS,
)
from tests.laws.documents_of_setup import (
    APPLIED,
    CALLER,
    CHECKLIST,
    DESTROY,
    ERROR,
    GRAFANA,
    IMPORTS,
    OUTPUTS,
    OVERVIEW,
    PLAN,
    POLICY,
    TEMPLATE,
    VERIFICATION,
)
from tests.laws.shapes import (
    ANYTHING,
    COUNT,
    MOMENT,
    NUMBER,
    TEXT,
    WORDS,
    YES_OR_NO,
    Schema,
    each,
    either,
    mapping,
    maybe,
    one_of,
    thing,
)

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
