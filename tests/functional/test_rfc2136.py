"""An environment whose zone is at a name server that takes signed dynamic updates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dns.message
import dns.name
import dns.rcode
import dns.tsig
import dns.update
import pytest

from ses_provision.errors import HostedZoneProblem
from ses_provision.local.primary import Primary
from ses_provision.outside.aws import Connections
from ses_provision.resources.updated_zone import zone_question
from tests.conftest import Cli, Result
from tests.functional.folders import HOSTED, UPDATED, Bench, bench

APPLY = ("apply", "--env", "prod", "--yes")
DESTROY = ("destroy", "--env", "prod", "--yes", "--confirm-env", "prod")
WRITES = "rfc2136:UpdateRecordSets"

THEIRS = {
    "backslash": r'"a\\b"',
    "quotes": r'"say \"hi\""',
    "two strings": '"part one " "part two"',
    "long": f'"{"x" * 255}" "{"y" * 60}"',
    "UTF-8": r'"caf\195\169"',
    "octets": r'"\255\254"',
    "escaped semicolon": r'"v=a\\; b"',
    "empty": '""',
    "quotes and a space": r'"a\" \"b"',
    "octal look-alike": r'"\\101"',
}
"""Strings of others that some way of writing DNS is known to spoil."""


@pytest.fixture
def made(cli: Cli, tmp_path: Path) -> Bench:
    """The environment, with records of others around it."""
    found = bench(cli, tmp_path / "config", prod=UPDATED)
    put = found.local.primaries.put
    put("mail.example.com", "TXT", 3600, *THEIRS.values())
    put("example.com", "MX", 3600, "10 Mx.Example.NET.")
    put("example.com", "TXT", 3600, '"v=spf1 -all"')
    put("other._domainkey.example.com", "CNAME", 60, "key.example.net.")
    put("*.example.com", "A", 60, "192.0.2.1")
    return found


def zone(made: Bench) -> Primary:
    """The zone as the name server has it."""
    return made.local.primaries.zones[dns.name.from_text("example.com")]


def updates(result: Result) -> list[Any]:
    """The updates that a command line sent."""
    return [call for call in result.calls if call.service == "rfc2136"]


def shown(made: Bench) -> dict[str, str]:
    """What a plan would do, by label."""
    [report] = made("plan", "--json").json["environments"]
    changes = [change for step in report["plan"]["steps"] for change in step["changes"]]
    return {one["label"]: one["action"] for one in changes if one["action"] != "unchanged"}


def test_a_whole_life_changes_no_octet_of_what_others_have(made: Bench) -> None:
    before = zone(made).rows()

    first, second = made(*APPLY), made(*APPLY)
    between = zone(made).rows()
    planned = made("plan", "--detailed-exitcode")
    destroyed, again = made(*DESTROY), made(*DESTROY)

    assert (first.status, second.status, destroyed.status, again.status) == (0, 0, 0, 0)
    assert second.writes == []
    assert planned.status == 0
    assert again.writes == []
    ours = [row for row in between if row not in before]
    assert [row for row in before if row not in between] == []
    assert sorted((row[2], row[0].split(".")[-4]) for row in ours) == [
        ("CNAME", "_domainkey"), ("CNAME", "_domainkey"), ("CNAME", "_domainkey"),
        ("MX", "mail"), ("TXT", "_dmarc"), ("TXT", "mail"),
    ]  # fmt: skip
    assert zone(made).rows() == before


def test_records_of_a_step_are_one_update(made: Bench) -> None:
    applied = made(*APPLY)

    assert [call.error for call in updates(applied)] == [None] * 3, "DKIM, MAIL FROM, DMARC"


@pytest.mark.parametrize("name", THEIRS)
def test_a_string_of_others_is_the_same_after_ours_came_and_went(
    cli: Cli, tmp_path: Path, name: str
) -> None:
    alone = bench(cli, tmp_path / "config", prod=UPDATED)
    alone.local.primaries.put("mail.example.com", "TXT", 77, THEIRS[name])
    before = zone(alone).rows()

    assert alone(*APPLY).status == 0
    assert alone.local.declared_dns("mail.example.com", "TXT")
    assert alone(*DESTROY).status == 0

    assert zone(alone).rows() == before


WEAKER = '"v=DMARC1; p=none; rua=mailto:dmarc@example.com"'


@pytest.mark.parametrize(
    ("name", "kind", "ttl", "value", "action"),
    [
        ("mail.example.com", "MX", 17, "10 feedback-smtp.eu-central-1.amazonses.com.", "update"),
        ("mail.example.com", "MX", 300, "10 feedback-smtp.us-east-1.amazonses.com.", "update"),
        ("mail.example.com", "MX", 300, "", "create"),
        ("_dmarc.example.com", "TXT", 300, WEAKER, "update"),
        ("_dmarc.example.com", "TXT", 300, "", "create"),
    ],
)
def test_drift_is_shown_as_exactly_that_and_mended_as_exactly_that(
    made: Bench, name: str, kind: str, ttl: int, value: str, action: str
) -> None:
    made(*APPLY)
    right = zone(made).rows()

    made.local.primaries.put(name, kind, ttl, *filter(None, [value]))
    planned = shown(made)
    mended = made(*APPLY)

    assert list(planned.values()) == [action]
    assert next(iter(planned)).startswith(f"{kind} {name} ")
    assert [f"{call.service}:{call.operation}" for call in mended.writes] == [WRITES]
    assert zone(made).rows() == right
    assert made("plan", "--detailed-exitcode").status == 0


def test_what_is_in_the_way_is_blocked_and_a_take_over_replaces_it_in_one_message(
    made: Bench,
) -> None:
    made.local.primaries.put("mail.example.com", "TXT", 60)
    made.local.primaries.put("mail.example.com", "CNAME", 60, "theirs.example.net.")
    blocked = made(*APPLY)

    assert blocked.status == 1
    assert "CNAME mail.example.com → theirs.example.net" in blocked.stdout
    assert made.local.declared_dns("mail.example.com", "CNAME") == ["theirs.example.net"]

    taken = made(*APPLY, "--take-over", "mail-from")

    assert taken.status == 0
    assert made.local.declared_dns("mail.example.com", "CNAME") is None
    assert made.local.declared_dns("mail.example.com", "MX")


def test_what_stands_where_a_key_belongs_is_replaced_by_it_in_one_message(made: Bench) -> None:
    made(*APPLY)
    [token, *_] = [
        row[0] for row in zone(made).rows() if row[2] == "CNAME" and "other" not in row[0]
    ]
    made.local.primaries.put(token, "CNAME", 60)
    made.local.primaries.put(token, "TXT", 60, '"in the way"')

    assert made(*APPLY).status == 1
    assert made(*APPLY, "--take-over", "dkim").status == 0
    assert made.local.declared_dns(token, "TXT") is None
    assert made("plan", "--detailed-exitcode").status == 0


def test_a_wildcard_is_not_taken_for_a_record_of_the_name(made: Bench) -> None:
    made.local.primaries.put("*.example.com", "TXT", 60, '"v=spf1 -all"', '"v=DMARC1; p=reject"')

    applied = made(*APPLY)

    assert applied.status == 0, applied.stderr
    assert made("plan", "--detailed-exitcode").status == 0


def test_a_record_that_hides_behind_a_wildcard_is_not_written_over_and_the_way_out_is_told(
    made: Bench,
) -> None:
    made(*APPLY)
    for name in ("*.example.com", "_dmarc.example.com"):
        made.local.primaries.put(name, "TXT", 60, '"theirs"')
        made.local.primaries.put(name, "A", 60, "192.0.2.1")

    refused = made(*APPLY)

    assert refused.status == 1
    assert "says word for word what a wildcard above it says" in refused.stderr
    assert made.local.declared_dns("_dmarc.example.com", "TXT") == ["theirs"]


def test_a_name_that_is_delegated_away_is_blocked(made: Bench) -> None:
    made.local.primaries.put("mail.example.com", "TXT", 60)
    made.local.primaries.put("mail.example.com", "NS", 60, "ns.example.org.")

    planned = made("plan")

    assert "NS mail.example.com → ns.example.org: the name is in another zone" in planned.stdout


def test_reading_commands_see_the_zone_and_the_world(made: Bench) -> None:
    made(*APPLY)
    waited = made("dkim-status", "--wait", "--exit-code")
    checked = made("dns", "--check")
    listed = made("checklist", "--json").json["environments"][0]["checklist"]["topics"]

    assert (waited.status, checked.status) == (0, 0)
    assert "DNS: all 6 records are right." in checked.stdout
    found = {one["id"]: one for topic in listed for one in topic["findings"]}
    assert found["SES-DNS-001"]["evidence"] == (
        "example.com is delegated to zone example.com at ns1.example.net"
    )
    assert found["SES-DNS-002"]["status"] == "done"
    assert "ns1.example.net keeps zone example.com" in found["SES-DNS-002"]["evidence"]
    assert "DNS at ns1.example.net" in made("plan").stdout.splitlines()[0]


def test_an_environment_whose_zone_is_elsewhere_is_told_so_and_nobody_is_asked(
    connections: Connections,
) -> None:
    said = connections.answer(zone_question("example.com", "ns1.example.net"))

    assert isinstance(said, HostedZoneProblem)
    assert "no way to ns1.example.net here" in said.message


def test_the_plan_has_no_way_to_write(made: Bench) -> None:
    for command in (("plan",), ("dkim-status",), ("checklist",), ("dns", "--check"), ("status",)):
        assert made(*command).writes == []


def test_an_export_says_that_the_records_are_left_out(made: Bench) -> None:
    made(*APPLY)

    exported = made("export", "--env", "prod")

    assert "aws_route53_record" not in exported.stdout
    assert "Left out, for its zone is not in Route 53: MX mail.example.com" in exported.stdout


def test_the_update_policy_names_our_names_and_types_and_nothing_else(made: Bench) -> None:
    printed = made("permissions", "--env", "prod", "--dns")

    assert printed.stdout.splitlines() == [
        "update-policy {",
        "    grant ours name _dmarc.example.com. TXT;",
        "    grant ours subdomain _domainkey.example.com. CNAME;",
        "    grant ours name mail.example.com. MX TXT;",
        "    // For apply --take-over as well, which deletes what else stands at these names:",
        "    // grant ours name _dmarc.example.com. CNAME;",
        "    // grant ours subdomain _domainkey.example.com.;",
        "    // grant ours name mail.example.com. CNAME;",
        "};",
    ]
    assert printed.calls == []
    assert "route53" not in made("permissions", "--env", "prod").stdout
    assert "--dns" in made("permissions", "--env", "prod").stderr
    document = made("permissions", "--env", "prod", "--json").json["environments"][0]
    assert document["update_policy"] == printed.stdout.rstrip("\n")


def test_environments_of_one_zone_have_one_update_policy(cli: Cli, tmp_path: Path) -> None:
    below = UPDATED.replace('domain = "example.com"', 'domain = "dev.example.com"')
    staging = (
        below.replace("[dns]", '[dns]\nzone = "example.com"')
        .replace("ours", "theirs")
        .replace('"example"', '"dev"')
    )
    hosted = HOSTED.replace("example", "elsewhere")
    made = bench(cli, tmp_path / "config", prod=UPDATED, staging=staging, other=hosted)

    printed = made("permissions", "--dns")

    assert printed.stdout.splitlines() == [
        "update-policy {",
        "    grant ours name _dmarc.example.com. TXT;",
        "    grant ours subdomain _domainkey.example.com. CNAME;",
        "    grant ours name mail.example.com. MX TXT;",
        "    grant theirs name _dmarc.dev.example.com. TXT;",
        "    grant theirs subdomain _domainkey.dev.example.com. CNAME;",
        "    grant theirs name mail.dev.example.com. MX TXT;",
        "    // For apply --take-over as well, which deletes what else stands at these names:",
        "    // grant ours name _dmarc.example.com. CNAME;",
        "    // grant ours subdomain _domainkey.example.com.;",
        "    // grant ours name mail.example.com. CNAME;",
        "    // grant theirs name _dmarc.dev.example.com. CNAME;",
        "    // grant theirs subdomain _domainkey.dev.example.com.;",
        "    // grant theirs name mail.dev.example.com. CNAME;",
        "};",
    ]
    for name in ("prod", "staging"):
        assert made("permissions", "--env", name, "--dns").stdout == printed.stdout
    assert "staging: in the zone example.com of ns1.example.net, as above" in printed.stderr


def test_where_route_53_keeps_the_zone_there_is_no_update_policy(cli: Cli) -> None:
    printed = cli("permissions", "--env", "prod", "--dns")

    assert (printed.status, printed.stdout) == (0, "")
    assert "nobody outside AWS writes its records" in printed.stderr


def as_nsupdate_reads_it(script: str) -> dns.update.UpdateMessage:
    """A script of nsupdate as the update that it sends."""
    lines = [line.split(maxsplit=1) for line in script.splitlines() if not line.startswith(";")]
    said = dict(line for line in lines if len(line) == 2 and line[0] in {"server", "zone"})
    assert (said["server"], lines[-1]) == ("ns1.example.net", ["send"])
    update = dns.update.UpdateMessage(said["zone"])
    update.use_tsig(dns.tsig.Key("ours", b"local", "hmac-sha256"))
    for verb, rest in (line for line in lines if line[0] in {"prereq", "update"}):
        how, name, *more = rest.split(maxsplit=2 if verb == "prereq" else 4)
        match how:
            case "nxdomain":
                update.absent(name)
            case "nxrrset":
                update.absent(name, *more)
            case "add":
                update.add(name, *more)
    return update


def test_a_script_for_nsupdate_adds_the_records_once_and_is_refused_where_they_are(
    made: Bench,
) -> None:
    made.local.primaries.put("mail.example.com", "TXT", 60)
    made(*APPLY, "--only", "configuration-set", "--only", "identity")
    before = zone(made).rows()
    script = made("dns", "--env", "prod", "--format", "nsupdate")

    assert script.status == 0
    wire = as_nsupdate_reads_it(script.stdout).to_wire()
    codes = [dns.message.from_wire(made.local.primaries.respond(wire) or b"", keyring=False).rcode()
             for _ in range(2)]  # fmt: skip

    assert codes == [dns.rcode.NOERROR, dns.rcode.YXDOMAIN]
    assert len(zone(made).rows()) == len(before) + 6
    assert made("dns", "--check").status == 0
    assert made(*APPLY).status == 0
    assert shown(made) == {}


REFUSED = {
    'provider = "rfc2136"': "server: missing",
    'provider = "rfc2136"\nserver = "ns1.example.net"': "key_secret_env or key_file",
    'provider = "rfc2136"\nserver = "ns1.example.net"\nkey_secret_env = "A"': "key_name: missing",
    'provider = "rfc2136"\nserver = "ns1.example.net"\nkey_file = "k"\nkey_algorithm = '
    '"hmac-sha256"': "key_algorithm: the key file says it",
    'provider = "rfc2136"\nserver = "ns1.example.net"\nkey_file = "k"\nkey_secret_env = "A"':
        "not both",
    'provider = "rfc2136"\nserver = "http://x"': "dns.server: must be a host name or an address",
    'provider = "rfc2136"\nserver = "ns1"': "dns.server: must be a host name or an address",
    'provider = "rfc2136"\nserver = "192.0.2.1:99999"': "dns.server: must be",
    'provider = "rfc2136"\nzone_id = "Z1"': 'zone_id: only with provider = "route53"',
    'provider = "rfc2136"\nprofile = "x"': 'profile: only with provider = "route53"',
    'key_name = "ours"': 'key_name: only with provider = "rfc2136"',
    'provider = "external"\nserver = "ns1.example.net"': 'server: only with provider = "rfc2136"',
    'provider = "rfc2136"\nkey_algorithm = "hmac-md5"': "dns.key_algorithm: must be",
}  # fmt: skip


@pytest.mark.parametrize("settings", REFUSED)
def test_settings_that_do_not_fit_are_mistakes(cli: Cli, tmp_path: Path, settings: str) -> None:
    (tmp_path / "prod.toml").write_text(
        'account_id = "111122223333"\nregion = "eu-central-1"\ndomain = "example.com"\n'
        f'configuration_set = {{ name = "x" }}\n[dns]\n{settings}\n',
        encoding="utf-8",
    )

    refused = cli("validate", "--config-dir", str(tmp_path))

    assert refused.status == 1
    assert REFUSED[settings] in refused.stdout + refused.stderr


SECRET = "PLANTEDq3lVdG9wU2VjcmV0S2V5MTIzNA=="


@pytest.mark.parametrize("setting", ["key_secret_env", "key_name", "key_file", "secret"])
@pytest.mark.parametrize("form", ["{0}", "[{0}]", "{{ secret = {0} }}"])
def test_a_secret_in_the_file_is_refused_without_repeating_it(
    cli: Cli, tmp_path: Path, setting: str, form: str
) -> None:
    told = form.format(f'"{SECRET}"')
    rest = "".join(f"{name} = {value}\n" for name, value in {
        "server": '"ns1.example.net"', "key_name": '"ours"', "key_secret_env": '"A_NAME"',
    }.items() if name != setting)  # fmt: skip
    (tmp_path / "prod.toml").write_text(
        'account_id = "111122223333"\nregion = "eu-central-1"\ndomain = "example.com"\n'
        f'configuration_set = {{ name = "x" }}\n[dns]\nprovider = "rfc2136"\n{rest}'
        f"{setting} = {told}\n",
        encoding="utf-8",
    )

    for command in (("validate",), ("plan",), ("validate", "--json")):
        refused = cli(*command, "--config-dir", str(tmp_path))

        assert refused.status == 1
        assert f"dns.{setting}" in refused.stdout + refused.stderr
        assert "PLANTED" not in refused.stdout + refused.stderr
