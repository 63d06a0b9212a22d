"""The table: small environments, each with what surrounds it. A new setting adds rows here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from tests.laws import surroundings
from tests.laws.world import Bench

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ZONE_ACCOUNT = "999988887777"
ZONE_ROLE = f"arn:aws:iam::{ZONE_ACCOUNT}:role/dns"
REGION = "us-east-2"
FAR = "us-east-1"
DOMAIN = "example.com"

Settings = dict[str, Any]
Surrounding = Callable[[Bench], None]


def merged(*settings: Mapping[str, Any]) -> Settings:
    """Settings over settings, section by section; None takes one away."""
    whole: Settings = {}
    for each in settings:
        for name, value in each.items():
            inner = whole.get(name, {})
            whole[name] = merged(inner, value) if isinstance(value, Mapping) else value
    return {name: value for name, value in whole.items() if value is not None}


def toml(settings: Mapping[str, Any]) -> str:
    """An environment file. JSON's strings, numbers, booleans and lists are TOML's as well."""
    plain = [f"{n} = {json.dumps(v)}" for n, v in settings.items() if not tables(v)]
    sections = [
        f"\n{header(name, held)}\n"
        + "".join(f"{json.dumps(n)} = {inline(v)}\n" for n, v in table.items())
        for name, held in settings.items()
        for table in tables(held)
    ]
    return "\n".join(plain) + "\n" + "".join(sections)


def inline(value: Any) -> str:
    """A value in one line; tables within it as TOML writes them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(n)} = {inline(v)}" for n, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


def tables(held: Any) -> list[Settings]:
    """The tables of a section, which may stand several times; none for a setting."""
    several = isinstance(held, list) and held and all(isinstance(each, dict) for each in held)
    return [held] if isinstance(held, dict) else list(held) if several else []


def header(name: str, held: Any) -> str:
    """The line that opens a table."""
    return f"[{name}]" if isinstance(held, dict) else f"[[{name}]]"


BASE: Settings = {
    "account_id": ACCOUNT,
    "region": REGION,
    "domain": DOMAIN,
    "configuration_set": {"name": "example"},
}
ACCESS: Settings = {
    "production_access": {"website": "https://example.com", "use_case": "Receipts, asked for."}
}
ROLE: Settings = {"sender": {"role": "web"}}
PEOPLE: Settings = {"events": {"emails": ["ops@example.com"]}}
DMARC: Settings = {"dmarc": {"policy": "quarantine", "reports_to": ["dmarc@example.com"]}}
PAUSE: Settings = {"alarms": {"per_configuration_set": True, "pause": True}}
TWO_REGIONS: Settings = {"alarms": {"regions": [REGION, FAR]}}
BIMI: Settings = {
    "bimi": {
        "logo": "https://brand.example.com/logo.svg",
        "certificate": "https://brand.example.com/mark.pem",
    }
}
SMTP: Settings = {"smtp_users": [{"name": "mailer", "store": "secretsmanager"}]}
POOLS: Settings = {
    "configuration_set": {"pool": "bulk"},
    "pools": [{"name": "bulk", "scaling": "managed"}],
}
TENANTS: Settings = {
    "tenants": [
        {"name": "north", "configuration_set": "north", "reputation_policy": "strict",
         "suppression": "tenant", "alarms": True},
        {"name": "South_2"},
    ],
}  # fmt: skip
ARCHIVE = f"arn:aws:ses:{REGION}:{ACCOUNT}:mailmanager-archive/a-{'0' * 24}"
KEPT: Settings = {"archive": {"kms_key": "alias/archive", "types": ["SEND", "BOUNCE"],
                                 "permissions_boundary": surroundings.BOUNDARY}}  # fmt: skip
QUEUES: Settings = {"events": {"event_bridge": True, "queues": [{"name": "mail-trouble"}]}}
DUBLIN: Settings = {"region": "eu-west-1", "mail_from": {"subdomain": "mail-eu"}}

AT_NAME_SERVER: Settings = {
    "dns": {
        "provider": "rfc2136", "server": "ns1.example.net", "key_name": "ours",
        "key_secret_env": "RFC2136_TSIG_SECRET",
    },
}  # fmt: skip

AT_CLOUDFLARE: Settings = {
    "dns": {"provider": "cloudflare", "token_env": "CLOUDFLARE_API_TOKEN"},
}

AT_GANDI: Settings = {
    "dns": {"provider": "octodns:gandi", "token_env": "GANDI_TOKEN", "ttl": 600},
}


@dataclass(frozen=True)
class Row:
    """One environment, `prod`, with the other files of its folder and what stands around it."""

    name: str
    settings: Settings
    others: Mapping[str, Settings] = field(default_factory=dict)
    around: tuple[Surrounding, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """The folder, by the names of the environments."""
        every = {"prod": self.settings, **self.others}
        return {name: toml(merged(BASE, settings)) for name, settings in every.items()}


@dataclass(frozen=True)
class Refused:
    """A folder that `validate` refuses, and how it names the mistake."""

    name: str
    settings: Settings
    said: str
    others: Mapping[str, Settings] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, str]:
        """The folder, by the names of the environments."""
        return Row(self.name, self.settings, self.others).files


# The longest domain that leaves room for `<token>._domainkey.` within 253 characters.
LONGEST_DOMAIN = ".".join(["d" * 63, "d" * 63, "d" * 63, "d" * 13, "com"])
LONG: Settings = {
    "domain": LONGEST_DOMAIN,
    "suffix": "s" * 32,
    "configuration_set": {"name": "c" * 64},
    "events": {"topic": "e" * 256, "destination": "d" * 64, "emails": ["ops@example.com"]},
    "alarms": {"topic": "a" * 256, "bounce_name": "b" * 255, "complaint_name": "k" * 255},
    "sender": {"role": "r" * 64, "policy_name": "p" * 128},
}
OWN_KEY: Settings = {"dkim": {"method": "own_key"}}
MANY_TAGS: Settings = {"tags": {f"Tag{number}": f"value {number}" for number in range(41)}}
EVERYTHING = merged(
    ROLE, PEOPLE, DMARC, BIMI, ACCESS, TWO_REGIONS, SMTP, PAUSE, POOLS, QUEUES, TENANTS,
    {"archive": {}, "receiving": {}},
    {
        "configuration_set": {"max_delivery_seconds": 3600, "archive_arn": ARCHIVE},
        "project": "shop",
        "hipaa": True,
        "alarms": {"topic": "wake-up", "emails": ["night@example.com"]},
        "account": {"auto_warmup": False, "suppressed_reasons": ["BOUNCE", "COMPLAINT"]},
        "vdm": {},
        "dashboard": {"runbook": "https://wiki.example.com/ses"},
        "report": {"to": ["night@example.com"]},
        "tags": {"Team": "mail"},
        "dkim": {"method": "own_key", "rotate_after_days": 90},
        "tenants": [{**TENANTS["tenants"][0], "pool": "bulk"}, TENANTS["tenants"][1]],
    },
)  # fmt: skip

ROWS = (
    Row("only what is required", {}),
    Row("everything", EVERYTHING),
    Row("a role", ROLE),
    Row("a role with a path", ROLE, around=(surroundings.role_with_path,)),
    Row("no role", {"sender": {"role": False}}),
    Row("people", PEOPLE),
    Row("empty lists", {
        "configuration_set": {"suppressed_reasons": []},
        "events": {"emails": []},
        "alarms": {"emails": []},
        "dmarc": {"reports_to": []},
        "dns": {"resolvers": []},
        "tags": {},
    }),
    Row("everything the other way", {
        "configuration_set": {
            "tls_policy": "OPTIONAL", "reputation_metrics": False, "suppressed_reasons": ["BOUNCE"],
        },
        "sender": {"feedback_forwarding": False, "address": "Post.Office+1@example.com"},
        "events": {"types": ["SEND", "OPEN", "CLICK", "RENDERING_FAILURE"], "destination": "all"},
        "alarms": {
            "bounce_rate": 0.02, "complaint_rate": 0.0005, "period": 300,
            "evaluation_periods": 3, "missing_data": "breaching",
        },
    }),
    Row("a short key", {"dkim": {"key_length": "RSA_1024_BIT"}}),
    Row("an own key", merged(OWN_KEY, {"dkim": {"selector_prefix": "Mail-"}})),
    Row("an own key, DNS elsewhere", merged(OWN_KEY, {"dns": {"provider": "external"}})),
    Row("mail is refused without MX", {"mail_from": {"on_mx_failure": "REJECT_MESSAGE"}}),
    Row("a MAIL FROM two labels down", {"mail_from": {"subdomain": "bounce.mail"}}),
    Row("DMARC none", {"dmarc": {"policy": "none"}}),
    Row("DMARC quarantine with reports", DMARC),
    Row("DMARC reject", {"dmarc": {"policy": "reject", "reports_to": ["a@example.com",
                                                                      "b@example.org"]}}),
    Row("DMARC inherited", merged(DMARC, {"domain": "dev.example.com"}),
        around=(surroundings.parent_dmarc,)),
    Row("a logo below a domain without DMARC", merged(DMARC, BIMI, {"domain": "dev.example.com"}),
        around=(surroundings.parent_zone,)),
    Row("many tags", MANY_TAGS),
    Row("a suffix that is not the name", merged(ROLE, {"suffix": "live"})),
    Row("patients", {"hipaa": True}),
    Row("production access", ACCESS),
    Row("protected", {"protect": True}),
    Row("a subdomain in its parent's zone", {"domain": "dev.example.com", "dns": {"ttl": 60}},
        around=(surroundings.parent_zone,)),
    Row("a zone by its id", {"dns": {"zone_id": "Z0EXAMPLE"}},
        around=(surroundings.twin_zone,)),
    Row("a zone by profile", {"dns": {"profile": "dns"}}),
    Row("a zone by role", {"dns": {"assume_role_arn": ZONE_ROLE}}),
    Row("a zone by profile and role", {"dns": {"profile": "dns", "assume_role_arn": ZONE_ROLE}}),
    Row("DNS elsewhere", merged(DMARC, {"dns": {"provider": "external"}})),
    Row("DNS elsewhere, in its parent's zone",
        {"domain": "dev.example.com", "dns": {"provider": "external", "zone": DOMAIN}}),
    Row("a zone at a name server", merged(DMARC, AT_NAME_SERVER)),
    Row("a subdomain in a zone at a name server", merged(DMARC, AT_NAME_SERVER, {
        "domain": "dev.example.com", "dns": {"zone": DOMAIN, "ttl": 60},
        "mail_from": {"subdomain": "bounce.mail"},
    })),
    Row("a zone at Cloudflare", merged(DMARC, AT_CLOUDFLARE)),
    Row("a zone at Gandi, by octoDNS", merged(DMARC, AT_GANDI)),
    Row("alarms in two regions", merged(PEOPLE, TWO_REGIONS)),
    Row("alarms only elsewhere", merged(PEOPLE, {"alarms": {"regions": [FAR]}})),
    Row("alarms of the set too", {"alarms": {"per_configuration_set": True}}),
    Row("alarms that pause", merged(PAUSE, {"alarms": {
        "pause_function": "stop-the-mail", "pause_runtime": "python3.12", "pause_log_days": 365,
    }})),
    Row("an alarm topic of its own", merged(PEOPLE, TWO_REGIONS, {
        "alarms": {"topic": "wake-up", "emails": ["night@example.com"]},
    })),
    Row("an alarm topic that tells whom events tell", merged(PEOPLE, {
        "alarms": {"topic": "wake-up"},
    })),
    Row("one topic by two settings", merged(PEOPLE, {
        "events": {"topic": "mail"}, "alarms": {"topic": "mail"},
    })),
    Row("a key by alias, alarms in two regions", merged(PEOPLE, TWO_REGIONS, {
        "events": {"kms_key": "alias/mail"},
    }), around=(surroundings.key("alias/mail", REGION, FAR),)),
    Row("a key by id and an alarm topic", {
        "events": {"kms_key": surroundings.KEY_ID}, "alarms": {"topic": "wake-up"},
    }, around=(surroundings.key(surroundings.KEY_ID, REGION),)),
    Row("a key by ARN", {
        "events": {"kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{surroundings.KEY_ID}"},
    }, around=(surroundings.key(surroundings.KEY_ID, REGION),)),
    Row("a sender in a subdomain", {
        "sender": {"address": "news@news.example.com"}, "mail_from": {"subdomain": "mail.news"},
    }),
    Row("an SMTP user", {"smtp_users": [{"name": "mailer"}]}),
    Row("SMTP users with all settings", {"smtp_users": [
        {"name": "auth0+x@shop", "addresses": ["login@example.com", "Sign.Up@in.example.com"],
         "source_ips": ["203.0.113.0/24", "2001:db8::/32"], "max_key_age_days": 30,
         "permissions_boundary": surroundings.BOUNDARY},
        {"name": "crm", "store": "ssm", "secret_name": "/mail/crm"},
        {"name": "Mailer.2", "store": "secretsmanager"},
    ]}, around=(surroundings.boundary,)),
    Row("a pool of leased addresses, and a redirect domain", {
        "configuration_set": {"pool": "orders.2", "tracking_domain": "click.example.com",
                              "tracking_https": "OPTIONAL"},
        "pools": [{"name": "orders.2", "scaling": "standard",
                   "ips": ["203.0.113.10", "203.0.113.11"]}],
    }, around=(surroundings.leased,)),
    Row("another environment's pool", {"configuration_set": {"pool": "bulk"}}, others={
        "shop": merged(POOLS, {"domain": "example.org", "configuration_set": {"name": "shop"}}),
    }),
    Row("a tenant that sends as others", {
        "sender": {"role": "web"},
        "tenants": [{"name": "north", "identities": ["example.org", "desk@example.net"],
                     "templates": ["receipt"], "reputation_policy": "none",
                     "suppression": "account", "suppressed_reasons": ["COMPLAINT"]}],
    }, around=(surroundings.partners,)),
    Row("an archive with all settings", merged(KEPT, {"archive": {
        "bucket": "their-mail-archive", "stream": "mail.events", "days": 30,
        "buffer_seconds": 60, "database": "mail", "workgroup": "mail", "scan_limit_mb": 10,
    }}), around=(surroundings.boundary, surroundings.key("alias/archive", REGION))),
    Row("queues of events with all settings", {"events": {"queues": [
        {"name": "all", "types": ["SEND", "DELIVERY", "OPEN"], "retention_days": 1,
         "max_receives": 1, "dead_letter_queue": "lost", "dead_letter_days": 2,
         "function": surroundings.FUNCTION, "kms_key": "alias/mail"},
        {"name": "bounces", "types": ["BOUNCE"]},
    ]}}, around=(surroundings.function, surroundings.key("alias/mail", REGION))),
    Row("receiving with all settings, DNS elsewhere", {
        "dns": {"provider": "external"},
        "receiving": {
            "name": "help.desk", "recipients": ["support", "Front.Desk"], "days": 7,
            "bucket": "their-inbound-mail", "prefix": "mail/new/", "kms_key": "alias/inbound",
            "topic": "arrivals", "function": "sorter", "tls": "OPTIONAL", "scan": False,
            "rule": "sorting",
        },
    }, around=(surroundings.key("alias/inbound", REGION), surroundings.theirs_to_receive)),
    Row("GovCloud", merged(ROLE, PEOPLE, {"region": "us-gov-west-1"})),
    Row("a region with DKIM records of its own", {"region": "eu-south-1"}),
    Row("the longest names", LONG),
    Row("the parent of a replica", PEOPLE,
        others={"dublin": merged(DUBLIN, {"dkim": {"replica_of": REGION}})}),
    Row("a replica", merged(DUBLIN, {"dkim": {"replica_of": REGION}}),
        others={"ohio": {}}),
    Row("one domain in two regions", DMARC, others={"dublin": merged(DUBLIN, DMARC)}),
    Row("one zone for two accounts", DMARC, others={
        "second": merged(DMARC, {
            "account_id": OTHER_ACCOUNT,
            "dns": {"assume_role_arn": f"arn:aws:iam::{ACCOUNT}:role/dns"},
        }),
    }),
    Row("a subdomain of another environment", {"domain": "dev.example.com", "suffix": "dev",
                                               "configuration_set": {"name": "dev"}},
        others={"root": DMARC}),
    Row("a far topic beside another environment's", merged(PEOPLE, TWO_REGIONS), others={
        "dublin": merged(DUBLIN, PEOPLE, {"domain": "example.org",
                                          "alarms": {"regions": ["eu-west-1"]}}),
    }),
)  # fmt: skip

REFUSED = (
    Refused("a logo in clear text", {
        "bimi": {"logo": "http://brand.example.com/logo.svg"},
    }, "bimi.logo"),
    Refused("a logo whose URL would end the tag", {
        "bimi": {"logo": "https://brand.example.com/a;b.svg"},
    }, "bimi.logo"),
    Refused("a selector of two labels", {
        "bimi": {"logo": "https://brand.example.com/logo.svg", "selector": "a.b"},
    }, "bimi.selector"),
    Refused("a selector too long for its record", {
        "domain": LONGEST_DOMAIN,
        "bimi": {"logo": "https://brand.example.com/logo.svg", "selector": "s" * 63},
    }, "bimi.selector"),
    Refused("an SMTP user that sends for others", {
        "smtp_users": [{"name": "mailer", "addresses": ["a@example.org"]}],
    }, "smtp_users.0.addresses"),
    Refused("a pool with capitals", {"configuration_set": {"pool": "Bulk"}},
            "configuration_set.pool"),
    Refused("a managed pool with addresses", {
        "pools": [{"name": "bulk", "scaling": "managed", "ips": ["203.0.113.10"]}],
    }, "pools.0.ips"),
    Refused("a pool that nobody says the kind of", {"pools": [{"name": "bulk"}]},
            "pools.0.scaling"),
    Refused("a pool of AWS", {"pools": [{"name": "shared", "scaling": "managed"}]},
            "pools.0.name"),
    Refused("an address in two pools", {
        "pools": [{"name": name, "scaling": "standard", "ips": ["203.0.113.10"]}
                  for name in ("a", "b")],
    }, "203.0.113.10"),
    Refused("one pool of two environments", POOLS, "dedicated IP pool bulk", others={
        "second": merged(POOLS, {"domain": "example.org", "configuration_set": {"name": "second"}}),
    }),
    Refused("a tenant with a dot", {"tenants": [{"name": "north.clinic"}]}, "tenants.0.name"),
    Refused("two tenants of one name", {"tenants": [{"name": "a"}, {"name": "b"}, {"name": "a"}]},
            "tenants.2.name: a is the name of another tenant"),
    Refused("half a pair of suppression", {
        "tenants": [{"name": "a", "suppressed_reasons": ["BOUNCE"]}],
    }, "tenants.0.suppressed_reasons"),
    Refused("a tenant's pool that is not there", merged(POOLS, {
        "tenants": [{"name": "a", "configuration_set": "a", "pool": "other"}],
    }), "tenants.0.pool: other is in no [[pools]]"),
    Refused("alarms on a set that all share", {"tenants": [{"name": "a", "alarms": True}]},
            "tenants.0.alarms"),
    Refused("a set of two tenants", {
        "tenants": [{"name": name, "configuration_set": "own"} for name in ("a", "b")],
    }, "tenants.1.configuration_set"),
    Refused("a tag by which tenants remember", {"tags": {"TenantResources": "x"}},
            "TenantResources is set by ses-provision"),
    Refused("a table of tenants that is not there", {"tenants_file": "gone.csv"}, "gone.csv"),
    Refused("one tenant of two environments", TENANTS, "tenant South_2", others={
        "second": {"domain": "example.org", "configuration_set": {"name": "second"},
                   "tenants": [{"name": "South_2"}]},
    }),
    Refused("mail that is tried too long", {"configuration_set": {"max_delivery_seconds": 50401}},
            "configuration_set.max_delivery_seconds"),
    Refused("a redirect domain elsewhere", {
        "configuration_set": {"tracking_domain": "click.example.org"},
    }, "configuration_set.tracking_domain"),
    Refused("a redirect domain where bounces go", {
        "configuration_set": {"tracking_domain": "mail.example.com"},
    }, "configuration_set.tracking_domain"),
    Refused("a redirect domain for patients", {
        "hipaa": True, "configuration_set": {"tracking_domain": "click.example.com"},
    }, "configuration_set.tracking_domain"),
    Refused("HTTPS without a CDN", {
        "configuration_set": {"tracking_domain": "click.example.com", "tracking_https": "REQUIRE"},
    }, "configuration_set.tracking_target"),
    Refused("HTTPS without a redirect domain", {
        "configuration_set": {"tracking_https": "REQUIRE"},
    }, "configuration_set.tracking_https"),
    Refused("an archive elsewhere", {
        "configuration_set": {"archive_arn": ARCHIVE.replace(REGION, FAR)},
    }, "configuration_set.archive_arn"),
    Refused("two SMTP users of one name", {
        "smtp_users": [{"name": "mailer"}, {"name": "Mailer"}],
    }, "smtp_users: name"),
    Refused("an SMTP user that two environments want", {
        "smtp_users": [{"name": "mailer"}],
    }, "IAM user mailer", others={
        "second": {"domain": "example.org", "configuration_set": {"name": "second"},
                   "smtp_users": [{"name": "mailer"}]},
    }),
    Refused("a network with bits behind its mask", {
        "smtp_users": [{"name": "mailer", "source_ips": ["203.0.113.7/24"]}],
    }, "smtp_users.0.source_ips.0"),
    Refused("a policy of an SMTP user that IAM finds too long", {
        "smtp_users": [{"name": "mailer", "addresses": [f"a{n}@example.com" for n in range(20)]}],
    }, "smtp_users.0.addresses"),
    Refused("a boundary of another account", {
        "smtp_users": [{
            "name": "mailer",
            "permissions_boundary": f"arn:aws:iam::{OTHER_ACCOUNT}:policy/boundary",
        }],
    }, "smtp_users.0.permissions_boundary"),
    Refused("a parameter of AWS", {
        "smtp_users": [{"name": "mailer", "store": "ssm", "secret_name": "/aws/mailer"}],
    }, "smtp_users.0.secret_name"),
    Refused("a secret whose name ends like an ARN", {
        "smtp_users": [{"name": "crm", "store": "secretsmanager", "secret_name": "auth0-mailer"}],
    }, "smtp_users.0.secret_name"),
    Refused("a secret's name where nothing is stored", {
        "smtp_users": [{"name": "mailer", "secret_name": "mailer"}],
    }, "smtp_users.0.secret_name"),
    Refused("a bucket of another account's own names", {
        "archive": {"bucket": f"mail-{OTHER_ACCOUNT}-{REGION}-an"},
    }, "archive.bucket"),
    Refused("an archive whose bucket has no name that fits", {
        "suffix": "s" * 32, "archive": {},
    }, "archive.bucket"),
    Refused("a key of another region for an archive", {
        "archive": {"kms_key": f"arn:aws:kms:{FAR}:{ACCOUNT}:key/{surroundings.KEY_ID}"},
    }, "archive.kms_key"),
    Refused("one destination for two purposes", {
        "events": {"destination": "firehose-archive"}, "archive": {},
    }, "archive.stream"),
    Refused("a name that receives where bounces go", {"receiving": {"name": "mail"}},
            "receiving.name"),
    Refused("a name that receives where links lead", {
        "receiving": {"name": "click"},
        "configuration_set": {"tracking_domain": "click.example.com"},
    }, "receiving.name"),
    Refused("whole addresses to receive", {"receiving": {"recipients": ["a@in.example.com"]}},
            "receiving.recipients.0"),
    Refused("mail in the bucket of events", {
        "archive": {"bucket": "both"}, "receiving": {"bucket": "both"},
    }, "receiving.bucket"),
    Refused("a folder that is none", {"receiving": {"prefix": "inbox"}}, "receiving.prefix"),
    Refused("mail told of where events are", {"receiving": {"topic": "ses-events-prod"}},
            "receiving.topic"),
    Refused("a rule that no suffix names", {"suffix": "live-", "receiving": {}}, "receiving.rule"),
    Refused("a key of another region for mail", {
        "receiving": {"kms_key": f"arn:aws:kms:{FAR}:{ACCOUNT}:key/{surroundings.KEY_ID}"},
    }, "receiving.kms_key"),
    Refused("mail where another environment's bounces go", {
        "receiving": {"name": "mail.dev"},
    }, "mail.dev.example.com as MAIL FROM domain", others={
        "dev": {"domain": "dev.example.com", "configuration_set": {"name": "dev"}},
    }),
    Refused("one destination for topic and EventBridge", merged(QUEUES, {
        "events": {"destination": "eventbridge-live-events"},
    }), "events.destination"),
    Refused("a queue twice", {"events": {"queues": [
        {"name": "a", "dead_letter_queue": "b"}, {"name": "b"},
    ]}}, "events.queues"),
    Refused("one queue of two environments", QUEUES, "queue mail-trouble", others={
        "second": merged(QUEUES, {
            "domain": "example.org", "configuration_set": {"name": "second"},
        }),
    }),
    Refused("a queue of dead letters that is the queue", {"events": {"queues": [
        {"name": "a", "dead_letter_queue": "a"},
    ]}}, "events.queues.0.dead_letter_queue"),
    Refused("dead letters that are gone first", {"events": {"queues": [
        {"name": "a", "retention_days": 9, "dead_letter_days": 8},
    ]}}, "events.queues.0.dead_letter_days"),
    Refused("a FIFO queue", {"events": {"queues": [{"name": "a.fifo"}]}}, "events.queues.0.name"),
    Refused("a function elsewhere", {"events": {"queues": [
        {"name": "a", "function": surroundings.FUNCTION.replace(REGION, FAR)},
    ]}}, "events.queues.0.function"),
    Refused("a version of a function", {"events": {"queues": [
        {"name": "a", "function": f"{surroundings.FUNCTION}:7"},
    ]}}, "events.queues.0.function"),
    Refused("the key of SQS", {"events": {"queues": [
        {"name": "a", "kms_key": "alias/aws/sqs"},
    ]}}, "events.queues.0.kms_key"),
    Refused("a key of another region for a queue", {"events": {"queues": [
        {"name": "a", "kms_key": f"arn:aws:kms:{FAR}:{ACCOUNT}:key/{surroundings.KEY_ID}"},
    ]}}, "events.queues.0.kms_key"),
    Refused("types for EventBridge, which is off", {
        "events": {"event_bridge_types": ["OPEN"]},
    }, "events.event_bridge_types"),
    Refused("a report for nobody", {"report": {"to": []}}, "report.to"),
    Refused("a report that nobody reads", {
        "report": {"to": ["success@simulator.amazonses.com"]},
    }, "report.to"),
    Refused("no event types", {"events": {"types": []}}, "events.types"),
    Refused("no alarm region", {"alarms": {"regions": []}}, "alarms.regions"),
    Refused("a region twice", {"alarms": {"regions": [FAR, FAR]}}, "alarms.regions"),
    Refused("a person twice", {"events": {"emails": ["a@x.org", "A@x.org"]}}, "events.emails"),
    Refused("the key of SNS", {"events": {"kms_key": "alias/aws/sns"}}, "events.kms_key"),
    Refused("a key of one region for topics in two", merged(TWO_REGIONS, {
        "events": {"kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{surroundings.KEY_ID}"},
    }), "events.kms_key"),
    Refused("people for alarms that nobody would tell", {
        "alarms": {"emails": ["night@example.com"]},
    }, "alarms.emails"),
    Refused("one alarm by two names", {
        "alarms": {"bounce_name": "rate", "complaint_name": "rate"},
    }, "alarms.complaint_name"),
    Refused("an alarm of the set that is another alarm", {
        "alarms": {"bounce_name": "rate", "complaint_name": "rate-example",
                   "per_configuration_set": True},
    }, "alarms.complaint_name"),
    Refused("an account's alarms that would pause one set", {
        "alarms": {"pause": True},
    }, "alarms.pause"),
    Refused("alarms that pause where no mail is counted", merged(PAUSE, {
        "alarms": {"regions": [FAR]}, "configuration_set": {"reputation_metrics": False},
    }), "alarms.pause: wants configuration_set.reputation_metrics"),
    Refused("a set that pauses where it sends nothing", merged(PAUSE, {
        "alarms": {"missing_data": "breaching"},
    }), "alarms.missing_data"),
    Refused("a runtime that Lambda takes no more", merged(PAUSE, {
        "alarms": {"pause_runtime": "python3.8"},
    }), "alarms.pause_runtime"),
    Refused("a retention that there is not", merged(PAUSE, {
        "alarms": {"pause_log_days": 31},
    }), "alarms.pause_log_days"),
    Refused("one function for two sets", merged(PAUSE, {
        "alarms": {"pause_function": "stop"},
    }), "function stop", others={
        "second": merged(PAUSE, {
            "domain": "example.org", "configuration_set": {"name": "second"},
            "alarms": {"pause_function": "stop"},
        }),
    }),
    Refused("an alarm that looks back too far", {
        "alarms": {"period": 1800, "evaluation_periods": 49},
    }, "alarms.evaluation_periods"),
    Refused("a replica of itself", {"dkim": {"replica_of": REGION}}, "replica_of"),
    Refused("a replica with a key length", {
        "dkim": {"replica_of": FAR, "key_length": "RSA_2048_BIT"},
    }, "key_length"),
    Refused("a replica with an own key", merged(OWN_KEY, {
        "dkim": {"replica_of": FAR},
    }), "dkim.replica_of"),
    Refused("an own key of 1024 bits", merged(OWN_KEY, {
        "dkim": {"key_length": "RSA_1024_BIT"},
    }), "dkim.key_length"),
    Refused("selectors with dots", merged(OWN_KEY, {
        "dkim": {"selector_prefix": "ses.2026"},
    }), "dkim.selector_prefix"),
    Refused("selectors with _", merged(OWN_KEY, {
        "dkim": {"selector_prefix": "ses_"},
    }), "dkim.selector_prefix"),
    Refused("selectors that begin with a hyphen", merged(OWN_KEY, {
        "dkim": {"selector_prefix": "-ses"},
    }), "dkim.selector_prefix"),
    Refused("selectors too long for SES", merged(OWN_KEY, {
        "dkim": {"selector_prefix": "s" * 58},
    }), "dkim.selector_prefix"),
    Refused("selectors too long for the domain", merged(OWN_KEY, {
        "domain": LONGEST_DOMAIN, "dkim": {"selector_prefix": "s" * 57},
    }), "dkim.selector_prefix"),
    Refused("selectors of Easy DKIM", {
        "dkim": {"selector_prefix": "ses", "rotate_after_days": 9},
    }, "dkim.rotate_after_days"),
    Refused("more tags than there is room for beside own keys", merged(OWN_KEY, {
        "tags": {f"Tag{n}": "v" for n in range(37)},
    }), "dkim.method"),
    Refused("one selector for two keys", merged(OWN_KEY, {
        "dkim": {"selector_prefix": "ses"},
    }), "TXT record ses1._domainkey.example.com", others={
        "dublin": merged(DUBLIN, OWN_KEY, {"dkim": {"selector_prefix": "ses"}}),
    }),
    Refused("a sender elsewhere", {"sender": {"address": "a@example.org"}}, "sender.address"),
    Refused("a sender that no MAIL FROM fits", {
        "sender": {"address": "news@news.example.com"},
    }, "sender.address"),
    Refused("a sender at the MAIL FROM domain", {
        "sender": {"address": "news@mail.example.com"},
    }, "sender.address"),
    Refused("a domain too long for its DKIM records", {
        "domain": LONGEST_DOMAIN.replace("d.com", "dd.com"),
    }, "domain"),
    Refused("too many tags", {"tags": {f"Tag{n}": "v" for n in range(49)}}, "tags"),
    Refused("a tag of AWS", {"tags": {"AWS:owner": "me"}}, "AWS:owner"),
    Refused("a tag that says who made it", {"tags": {"ManagedBy": "me"}}, "ManagedBy"),
    Refused("a tag that says whose it is", {"tags": {"Environment": "other"}}, "Environment"),
    Refused("China, where SES is not", {"region": "cn-north-1"}, "region"),
    Refused("Hong Kong, where SES is not", {"region": "ap-east-1"}, "region"),
    Refused("a role of IAM Identity Center", {
        "sender": {"role": "AWSReservedSSO_Admin_0123456789abcdef"},
    }, "sender.role"),
    Refused("a service-linked role", {
        "sender": {"role": "AWSServiceRoleForSupport"},
    }, "sender.role"),
    Refused("a zone's name with Route 53", {"dns": {"zone": DOMAIN}}, "dns"),
    Refused("a zone id with DNS elsewhere", {
        "dns": {"provider": "external", "zone_id": "Z1"},
    }, "zone_id"),
    Refused("a zone id with a name server", merged(AT_NAME_SERVER, {
        "dns": {"zone_id": "Z1"},
    }), "zone_id"),
    Refused("a name server without a key", merged(AT_NAME_SERVER, {
        "dns": {"key_secret_env": None},
    }), "key_secret_env"),
    Refused("a secret in the file", merged(AT_NAME_SERVER, {
        "dns": {"key_secret_env": "q3lVdG9wU2VjcmV0S2V5MTIzNA=="},
    }), "never the secret itself"),
    Refused("one topic for two environments", {"suffix": "same"}, "topic ses-events-same", others={
        "second": {"domain": "example.org", "configuration_set": {"name": "second"},
                   "suffix": "same"},
    }),
    Refused("an alarm of the set that another environment has", {
        "alarms": {"per_configuration_set": True},
    }, "alarm ses-bounce-rate-prod-example", others={
        "second": {"domain": "example.org", "configuration_set": {"name": "second"},
                   "alarms": {"bounce_name": "ses-bounce-rate-prod-example"}},
    }),
    Refused("one MAIL FROM for two regions", {}, "mail_from.subdomain", others={
        "dublin": {"region": "eu-west-1"},
    }),
)  # fmt: skip

PARTS = (
    Row("a role", ROLE),
    Row("people", PEOPLE),
    Row("DMARC", DMARC),
    Row("production access", ACCESS),
    Row("patients", {"hipaa": True}),
    Row("tags", {"tags": {"Team": "mail"}, "project": "shop"}),
    Row("a suffix", {"suffix": "live"}),
    Row("no suppression", {"configuration_set": {"suppressed_reasons": []}}),
    Row("TLS optional", {"configuration_set": {"tls_policy": "OPTIONAL"}}),
    Row("a short key", {"dkim": {"key_length": "RSA_1024_BIT"}}),
    Row("an own key", OWN_KEY),
    Row("mail is refused without MX", {"mail_from": {"on_mx_failure": "REJECT_MESSAGE"}}),
    Row("a subdomain", {"domain": "dev.example.com"}, around=(surroundings.parent_zone,)),
    Row("a sender in a subdomain", {
        "domain": DOMAIN,
        "sender": {"address": "news@news.example.com"}, "mail_from": {"subdomain": "mail.news"},
    }),
    Row("a zone by role", {"dns": {"assume_role_arn": ZONE_ROLE}}),
    Row("DNS elsewhere", {"dns": {"provider": "external"}}),
    Row("two regions", TWO_REGIONS),
    Row("alarms of the set", {"alarms": {"per_configuration_set": True}}),
    Row("an alarm topic", {"alarms": {"topic": "wake-up", "emails": ["night@example.com"]}}),
    Row("a key", {"events": {"kms_key": "alias/mail"}},
        around=(surroundings.key("alias/mail", REGION, FAR),)),
    Row("an SMTP user", SMTP),
    Row("a managed pool", POOLS),
    Row("tenants", TENANTS),
    Row("all event types", {"events": {"types": [
        "SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK",
        "RENDERING_FAILURE", "DELIVERY_DELAY", "SUBSCRIPTION",
    ]}}),
)  # fmt: skip
"""Optional settings by themselves, to be put together."""


def pair(first: Row, second: Row) -> Row | None:
    """Two optional settings together, where they leave each other alone."""
    both = {"domain", "dns", "dkim"} & set(first.settings) & set(second.settings)
    zones = {"a subdomain", "a zone by role"} == {first.name, second.name}
    if both or zones:
        return None
    return Row(
        f"{first.name}, and {second.name}",
        merged(first.settings, second.settings),
        around=(*first.around, *second.around),
    )


PAIRS = tuple(row for one, two in combinations(PARTS, 2) if (row := pair(one, two)) is not None)
"""Every two optional settings together: a part of the table that only a sweep has."""
