"""A new environment file: what was answered, and every other setting as a comment."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ses_provision.environment import loading


def render(answers: Mapping[str, Any]) -> str:
    """The text of the file. Strings of JSON are strings of TOML (TOML 1.0, basic strings)."""
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in answers.items()}
    return "\n".join([*head(answers, quoted), *sections(answers, quoted), ""])


def head(answers: Mapping[str, Any], quoted: Mapping[str, str]) -> list[str]:
    """The account, the region, the domain."""
    profile = f"profile = {quoted['profile']}" if answers["profile"] else '# profile = "..."'
    hipaa = "true" if answers["hipaa"] else "false"
    return [
        f"#:schema ./{loading.SCHEMA}",
        f"# Look at what this makes: ses-provision plan --env {answers['name']}",
        f"account_id = {quoted['account_id']} # nothing happens in any other account",
        f"region = {quoted['region']} # the region that sends",
        f"domain = {quoted['domain']} # the domain that mail comes from",
        f"{profile} # AWS profile, used where neither --profile nor credentials are given",
        '# project = "..." # value of the tag Project',
        "protect = false # true: `destroy` refuses",
        f"hipaa = {hipaa} # true: mails may concern patients, so `checklist` looks at more",
    ]


def sections(answers: Mapping[str, Any], quoted: Mapping[str, str]) -> list[str]:
    """The sections, with defaults as comments."""
    return [
        "",
        "[dns]",
        *dns(answers, quoted),
        "# ttl = 300",
        "",
        "[configuration_set]",
        f"name = {quoted['configuration_set']} # applications pass it with every mail",
        '# tls_policy = "REQUIRE" # no mail leaves in clear text; it bounces instead',
        "",
        "[mail_from]",
        '# subdomain = "mail" # MAIL FROM is mail.<domain>, so that SPF aligns',
        "",
        "[dmarc] # created where there is none; never weakened",
        'policy = "none" # the first step of the ramp: none, quarantine, reject',
        f"reports_to = [{quoted['email']}]",
        "",
        "[sender]",
        f"# address = {json.dumps('notifications@' + str(answers['domain']))}",
        '# role = "..." # the IAM role that may send, once the application is deployed',
        "",
        "[events]",
        f"emails = [{quoted['email']}] # told of bounces; each has to confirm once",
        "",
        "[alarms]",
        f"topic = {json.dumps('ses-alarms-' + str(answers['name']))} # so events cannot silence it",
        "# bounce_rate = 0.05 # AWS reviews a sender at 5 %, and may pause it at 10 %",
        "# complaint_rate = 0.001 # AWS reviews at 0.1 %, and may pause at 0.5 %",
        "",
        "# [production_access] # what AWS is told when asked to lift the sandbox",
        '# website = "https://..."',
        '# use_case = "..."',
    ]


def dns(answers: Mapping[str, Any], quoted: Mapping[str, str]) -> list[str]:
    """Where the records go."""
    if answers["dns"] == "external":
        return [
            'provider = "external" # `ses-provision dns` shows the records to publish',
            '# zone = "..." # the zone in the provider\'s panel, if it is not the domain itself',
        ]
    zone = f"zone_id = {quoted['zone_id']}" if answers["zone_id"] else '# zone_id = "..."'
    return [
        'provider = "route53"',
        f"{zone} # the hosted zone; looked up when left out",
        '# profile = "..." # AWS profile of the account that holds the zone, if another',
    ]


def schema() -> str:
    """The text of the schema file."""
    return json.dumps(loading.schema(), indent=2, ensure_ascii=False) + "\n"
