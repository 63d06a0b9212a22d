"""What AWS would refuse, or what would mean something else there, is refused before it is asked."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ses_provision.environment import loading, shapes
from ses_provision.errors import ConfigError
from ses_provision.outside import regions

LEAST: dict[str, Any] = tomllib.loads(
    """
    account_id = "123456789012"
    region = "us-east-2"
    domain = "example.com"
    configuration_set = { name = "mail" }
    """
)


def problems(changes: str) -> list[str]:
    """What is wrong with the least file and these changes to it."""
    raw = {**LEAST, **tomllib.loads(changes), "name": "prod"}
    try:
        loading.checked(raw, "prod.toml")
    except ConfigError as error:
        return [one.removeprefix("prod.toml: ") for one in error.problems]
    return []


MANY = "\n".join(f"t{number} = 'x'" for number in range(42))
REGIONS = sorted(name for name, of in regions.known().items() if of == "aws")
UUID = "11111111-2222-3333-4444-555555555555"
NONSENSE = {
    "more than 50 tags": (f"[tags]\n{MANY}", "tags: are 42; beside AlarmRegions, "),
    "a key of AWS's own": ("[tags]\n'AWS:x' = '1'", "tags.AWS:x"),
    "ManagedBy overridden": ("[tags]\nManagedBy = 'me'", "tags: ManagedBy is set by ses-provision"),
    "Environment overridden": (
        "[tags]\nenvironment = 'x'",
        "tags: environment is set by ses-provision",
    ),
    "Project twice": (
        "project = 'a'\n[tags]\nProject = 'b'",
        "tags: Project is set by ses-provision",
    ),
    "a region that does not exist": ("region = 'us-east-9'", "region: there is no region"),
    "a region that is none": ("region = 'moon-base-1'", "region: there is no region"),
    "alarms in a region that does not exist": (
        "[alarms]\nregions = ['us-nowhere-1']",
        "alarms.regions.0: there is no region",
    ),
    "alarms in more regions than a tag remembers": (
        f"[alarms]\nregions = {REGIONS[:24]}",
        "alarms.regions: have ",
    ),
    "alarms in another partition": (
        "[alarms]\nregions = ['us-gov-west-1']",
        "alarms.regions: us-gov-west-1 is in the partition",
    ),
    "a replica in another partition": (
        "[dkim]\nreplica_of = 'cn-north-1'",
        "dkim.replica_of: cn-north-1 is in the partition aws-cn",
    ),
    "a role in another partition": (
        "[dns]\nassume_role_arn = 'arn:aws-cn:iam::123456789012:role/x'",
        "dns.assume_role_arn: is of",
    ),
    "a port over 65535": (
        "[dns]\nresolvers = ['1.1.1.1:65536']",
        "dns.resolvers.0: must be the IP",
    ),
    "port 0": ("[dns]\nresolvers = ['1.1.1.1:0']", "dns.resolvers.0: must be the IP"),
    "999.1.1.1": ("[dns]\nresolvers = ['999.1.1.1']", "dns.resolvers.0: must be the IP"),
    "an address that is none": ("[dns]\nresolvers = ['::1::']", "dns.resolvers.0: must be the IP"),
    "a bracket": ("[dns]\nresolvers = ['[1.1.1.1]:53']", "dns.resolvers.0: must be the IP"),
    "a key of slashes": ("[events]\nkms_key = '///'", "events.kms_key: must be the id, the ARN"),
    "a key of another service": (
        "[events]\nkms_key = 'arn:aws:sns:us-east-2:123456789012:topic'",
        "events.kms_key: must be",
    ),
    "the key of AWS": (
        "[events]\nkms_key = 'alias/aws/sns'",
        "events.kms_key: alias/aws/sns cannot",
    ),
    "a key in another region": (
        f"[events]\nkms_key = 'arn:aws:kms:eu-west-1:123456789012:key/{UUID}'",
        "events.kms_key: the key is in eu-west-1",
    ),
    "an alias in another region": (
        "[events]\nkms_key = 'arn:aws:kms:eu-west-1:123456789012:alias/mail'",
        "events.kms_key: the key is in eu-west-1",
    ),
    "a key in another partition": (
        f"[events]\nkms_key = 'arn:aws-cn:kms:us-east-2:123456789012:key/{UUID}'",
        "events.kms_key: is of the partition aws-cn",
    ),
    "anybody as the sender": ("[sender]\naddress = '*@example.com'", "sender.address: must be"),
    "somebody as the sender": ("[sender]\naddress = 'a?@example.com'", "sender.address: must be"),
    "any alarm": ("[alarms]\nbounce_name = '*'", "alarms.bounce_name: must be 1 to 255 printable"),
    "two alarms of one name": (
        "[alarms]\nper_configuration_set = true\nbounce_name = 'a'\ncomplaint_name = 'a-mail'",
        "the complaint alarm would be called 'a-mail', as the bounce alarm of mail is",
    ),
    "two alarms of one name, the other way": (
        "[alarms]\nper_configuration_set = true\nbounce_name = 'a-mail'\ncomplaint_name = 'a'",
        "the complaint alarm of mail would be called 'a-mail', as the bounce alarm is",
    ),
    "more than a day of short periods": (
        "[alarms]\nperiod = 1800\nevaluation_periods = 49",
        "alarms.evaluation_periods: 49 periods",
    ),
    "more than a week": (
        "[alarms]\nperiod = 86400\nevaluation_periods = 8",
        "alarms.evaluation_periods: 8 periods",
    ),
    "punycode that is none": ("domain = 'xn--a.com'", 'domain: is not a domain name: "xn--a.com"'),
    "punycode of nothing": ("domain = 'xn--0.com'", 'domain: is not a domain name: "xn--0.com"'),
    "punycode in an address": (
        "[events]\nemails = ['a@xn--a.com']",
        'events.emails.0: is not a domain name: "xn--a.com"',
    ),
    "a number for an account": (
        "account_id = 123456789012",
        "account_id: must be 12 digits in quotes, not 123456789012",
    ),
    "a number for a list": ("[events]\nemails = 3", "events.emails: must be a list, not 3"),
    "a text for a list": (
        "[events]\ntypes = 'BOUNCE'",
        'events.types: must be a list, not "BOUNCE"',
    ),
    "a text for a table": ("tags = 'x'", 'tags: must be a table, not "x"'),
    "a list for a section": ("[[dns]]\nttl = 1", 'dns: must be a table, not [{"ttl": 1}]'),
    "a text for a truth": ("protect = 'yes'", 'protect: must be true or false, not "yes"'),
    "a text for a number": ("[dns]\nttl = '60'", 'dns.ttl: must be a whole number, not "60"'),
    "a date for a text": ("project = 2027-01-01", "project: must be a string in quotes, not "),
    "another word": ("[dmarc]\npolicy = 'strict'", 'must be "none", "quarantine" or "reject", not'),
}


@pytest.mark.parametrize(("changes", "words"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_with_what_would_be_right(changes: str, words: str) -> None:
    found = problems(changes)

    assert len(found) == 1, found
    assert words in found[0]
    for python in ("tuple", "frozenset", "dictionary", "Input", "input should", "None", "True"):
        assert python not in found[0]


SENSE = {
    "41 tags": "[tags]\n" + MANY.rpartition("\n")[0],
    "a tag that only begins alike": "[tags]\nManagedByWhom = 'x'\nawsome = 'y'",
    "any region that botocore knows": "region = 'eu-central-2'",
    "a region of another partition, in it": "region = 'us-gov-west-1'\n[alarms]\n"
    "regions = ['us-gov-west-1', 'us-gov-east-1']",
    "alarms in many regions": f"[alarms]\nregions = {REGIONS[:15]}",
    "resolvers": "[dns]\nresolvers = ['1.1.1.1', '127.0.0.1:65535', '::1', '[::1]:53', '[::1]']",
    "a key by its id": f"[events]\nkms_key = '{UUID}'",
    "a key by its ARN": f"[events]\nkms_key = 'arn:aws:kms:us-east-2:123456789012:key/{UUID}'",
    "a key of several regions": f"[events]\nkms_key = 'mrk-{'a' * 32}'",
    "a key by its alias": "[events]\nkms_key = 'alias/mail'",
    "a day of short periods": "[alarms]\nperiod = 60\nevaluation_periods = 1440",
    "a week": "[alarms]\nperiod = 86400\nevaluation_periods = 7",
    "names that differ": "[alarms]\nper_configuration_set = true\nbounce_name = 'a-x'\n"
    "complaint_name = 'a'",
    "an internationalised name": "domain = 'bücher.example'",
    "one that only newer rules have": "domain = 'xn--strae-oqa.example'",
    "a letter that is none in other mails": '[sender]\naddress = "o\'brien+x@example.com"',
}


@pytest.mark.parametrize("changes", SENSE.values(), ids=SENSE)
def test_what_is_close_to_nonsense_and_right_is_taken(changes: str) -> None:
    assert problems(changes) == []


@given(st.text(max_size=30))
def test_whatever_is_no_address_of_a_server_is_refused(text: str) -> None:
    try:
        taken = shapes.name_server(text)
    except ValueError as error:
        assert "must be the IP address" in str(error)
    else:
        assert taken == text


@given(st.integers(0, 70000), st.ip_addresses())
def test_every_address_with_a_port_that_exists_is_taken(port: int, address: object) -> None:
    written = (
        f"{address}:{port}"
        if "." in str(address).split(":")[-1] and ":" not in str(address)
        else f"[{address}]:{port}"
    )

    if 0 < port < 65536:
        assert shapes.name_server(written) == written
    else:
        with pytest.raises(ValueError, match="must be the IP address"):
            shapes.name_server(written)


def test_the_regions_of_the_shipped_files_are_among_botocores() -> None:
    assert {"us-east-1", "us-east-2"} <= set(regions.known())
    assert regions.partition("us-gov-west-1") == "aws-us-gov"
    assert "aws-global" not in regions.known()


def test_an_account_id_without_quotes_that_begins_with_zero_gets_the_same_sentence() -> None:
    with pytest.raises(ConfigError, match="account_id: must be 12 digits in quotes"):
        loading.parse(b'account_id = 012345678901\nregion = "us-east-2"\n', "prod", "prod.toml")


def test_a_wrong_value_of_60_kb_is_told_in_a_line() -> None:
    for changes in (
        f"region = '{'x' * 60_000}'",
        f"domain = '{'ü' * 60_000}'",
        f"tags = '{'x' * 60_000}'",
    ):
        [told] = problems(changes)
        assert len(told) < 400
