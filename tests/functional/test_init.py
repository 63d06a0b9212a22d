"""`init` writes an environment file that loads, and never over an existing one."""

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ses_provision.environment import Environment, loading
from ses_provision.errors import CannotReachAws
from ses_provision.local import Clock, LocalAws
from ses_provision.worlds.in_process import InProcess
from tests.conftest import NOON, Cli, Result

ACCOUNT = "111122223333"

Init = Callable[..., Result]


@pytest.fixture
def aws() -> LocalAws:
    """An AWS with a public zone, a private one, and one of another domain."""
    made = LocalAws(Clock(frozen_at=NOON))
    made.seed(
        ACCOUNT,
        zones=[("ZPUBLIC", "example.com"), ("ZOTHER", "example.org")],
        private_zones=[("ZPRIVATE", "example.com")],
    )
    return made


@pytest.fixture
def init(cli: Cli, tmp_path: Path, aws: LocalAws) -> Init:
    """Run `init` on an empty folder."""

    def execute(*arguments: str, world: InProcess | None = None) -> Result:
        chosen = world or InProcess(aws)
        return cli("init", *arguments, "--config-dir", str(tmp_path / "config"), world=chosen)

    return execute


FLAGS = ("--domain", "example.com", "--account-id", ACCOUNT, "--region", "eu-central-1")


def loaded(tmp_path: Path, name: str = "prod") -> Environment:
    """What was written."""
    return loading.load(name, tmp_path / "config")


class Person(io.StringIO):
    """Somebody at a terminal who answers."""

    def isatty(self) -> bool:
        """There is a terminal."""
        return True


def test_with_flags_alone_it_writes_a_file_that_loads_and_plans(
    init: Init, cli: Cli, tmp_path: Path, aws: LocalAws
) -> None:
    written = init("prod", *FLAGS, "--non-interactive")

    env = loaded(tmp_path)
    assert written.status == 0
    assert written.writes == []
    assert (env.account_id, env.region, env.domain) == (ACCOUNT, "eu-central-1", "example.com")
    assert env.dns.zone_id == "ZPUBLIC", "the one public zone that holds the domain"
    assert env.configuration_set.name == "example-prod"
    assert env.events.emails == ("ops@example.com",)
    assert not env.hipaa
    folder = str(tmp_path / "config")
    assert cli("plan", "--config-dir", folder, world=InProcess(aws)).status == 0


def test_every_flag_reaches_the_file(init: Init, tmp_path: Path) -> None:
    flags = ("--configuration-set", "set", "--email", "who@example.net", "--hipaa")

    init("live", *FLAGS, *flags, "--dns", "external", "--profile", "p", "--non-interactive")

    env = loaded(tmp_path, "live")
    assert env.configuration_set.name == "set"
    assert env.events.emails == ("who@example.net",)
    assert env.hipaa
    assert env.dns.is_by_hand
    assert env.profile == "p"


def test_a_name_server_that_takes_updates_is_asked_for_and_the_key_gets_names(
    init: Init, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", Person("rfc2136\nnot a host\nns1.example.net\n\n\nn\n"))

    asked = init("prod", *FLAGS)

    dns = loaded(tmp_path).dns
    assert asked.status == 0, asked.stderr
    assert "must be a host name or an address" in asked.stderr
    assert (dns.provider, dns.server) == ("rfc2136", "ns1.example.net")
    assert (dns.key_name, dns.key_secret_env) == ("ses-provision", "RFC2136_TSIG_SECRET")
    assert dns.zone_id is None


def test_a_name_server_needs_no_questions_where_flags_say_it(init: Init, tmp_path: Path) -> None:
    written = init("prod", *FLAGS, "--dns-server", "192.0.2.53:5353", "--non-interactive")
    lacking = init("stage", *FLAGS, "--dns", "rfc2136", "--non-interactive")
    wrong = init("stage", *FLAGS, "--dns-server", "http://x", "--non-interactive")

    assert written.status == 0
    assert written.calls == [], "AWS knows nothing of it"
    assert loaded(tmp_path).dns.server == "192.0.2.53:5353"
    assert lacking.status == 64
    assert "Give --dns-server" in lacking.stderr
    assert wrong.status == 1
    assert "dns.server: must be a host name" in wrong.stderr


def test_a_person_is_asked_and_gets_defaults_from_aws(
    init: Init, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    answers = ["staging", "sub.example.com", "", ACCOUNT, "", "", "", "y"]
    monkeypatch.setattr("sys.stdin", Person("\n".join(answers) + "\n"))

    asked = init(world=None)

    env = loaded(tmp_path, "staging")
    assert asked.status == 0, asked.stderr
    assert env.region == "eu-north-1"
    assert env.dns.provider == "route53"
    assert env.hipaa
    assert env.events.emails == ("ops@sub.example.com",)


def test_the_hosted_zones_to_choose_from_are_named(
    init: Init, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws: LocalAws
) -> None:
    aws.seed(ACCOUNT, zones=[("ZSECOND", "example.com")])
    monkeypatch.setattr("sys.stdin", Person("route53\nZSECOND\n\n\nn\n"))

    asked = init("prod", *FLAGS)

    assert "ZPUBLIC (example.com)" in asked.stderr
    assert "ZSECOND (example.com)" in asked.stderr
    assert "ZPRIVATE" not in asked.stderr
    assert "ZOTHER" not in asked.stderr
    assert loaded(tmp_path).dns.zone_id == "ZSECOND"


def test_between_two_zones_of_one_name_nobody_is_guessed_without_a_person(
    init: Init, tmp_path: Path, aws: LocalAws
) -> None:
    aws.seed(ACCOUNT, zones=[("ZSECOND", "example.com")])

    init("prod", *FLAGS, "--non-interactive")

    assert loaded(tmp_path).dns.zone_id is None


def test_a_domain_in_none_of_the_zones_has_its_dns_elsewhere(init: Init, tmp_path: Path) -> None:
    flags = [one if one != "example.com" else "example.net" for one in FLAGS]

    init("prod", *flags, "--non-interactive")

    assert loaded(tmp_path).dns.is_by_hand


class Offline(InProcess):
    """A world without credentials."""

    def connect(self, *_: object) -> None:  # type: ignore[override]
        """There are none."""
        raise CannotReachAws("There are no usable AWS credentials.")


def test_without_credentials_flags_are_enough(init: Init, tmp_path: Path, aws: LocalAws) -> None:
    written = init("prod", *FLAGS, "--non-interactive", world=Offline(aws))

    assert written.status == 0
    assert "AWS could not be asked for defaults" in written.stderr
    assert loaded(tmp_path).dns.provider == "route53"


def test_without_credentials_the_account_has_to_be_given(init: Init, aws: LocalAws) -> None:
    flags = ("--domain", "example.com", "--region", "eu-central-1", "--non-interactive")

    refused = init("prod", *flags, world=Offline(aws))

    assert refused.status == 64
    assert "Give --account-id" in refused.stderr


def test_an_existing_file_is_never_written_over(init: Init, tmp_path: Path) -> None:
    init("prod", *FLAGS, "--non-interactive")
    before = (tmp_path / "config" / "prod.toml").read_bytes()

    again = init("prod", *FLAGS, "--email", "other@example.com", "--non-interactive")

    assert again.status == 64
    assert "exists already, and is left as it is" in again.stderr
    assert (tmp_path / "config" / "prod.toml").read_bytes() == before


def test_mistakes_in_flags_are_told_like_those_in_files_and_nothing_is_written(
    init: Init, tmp_path: Path
) -> None:
    refused = init("prod", *FLAGS, "--email", "nobody", "--zone-id", "z!", "--non-interactive")

    assert refused.status == 1
    assert "events.emails" in refused.stderr
    assert "dns.zone_id" in refused.stderr
    assert not (tmp_path / "config" / "prod.toml").exists()


LONG = ".".join(["a" * 63] * 4)[:210]


@pytest.mark.parametrize(
    ("flag", "value", "said"),
    [
        ("--region", "cn-north-1", "region: there is no Amazon SES in cn-north-1"),
        ("--domain", f"{LONG}.example.com", "domain: has 222 characters"),
    ],
)
def test_what_no_environment_can_have_is_refused_before_anybody_is_asked(
    init: Init, monkeypatch: pytest.MonkeyPatch, flag: str, value: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", Person(""))

    refused = init("prod", *FLAGS, flag, value)

    assert refused.status == 1
    assert said in refused.stderr
    assert refused.calls == []


def test_the_default_set_of_a_long_domain_has_a_name_that_ses_takes(
    init: Init, tmp_path: Path
) -> None:
    label = "a" * 46 + "-" + "b" * 16

    written = init(
        "staging-of-example", "--domain", f"{label}.com", *FLAGS[2:], "--non-interactive"
    )

    assert written.status == 0, written.stderr
    assert loaded(tmp_path, "staging-of-example").configuration_set.name == (
        f"{'a' * 45}-staging-of-example"
    )


def test_off_a_terminal_it_names_the_flag_that_asks_nothing(init: Init) -> None:
    refused = init("prod", *FLAGS)

    assert refused.status == 64
    assert "--non-interactive" in refused.stderr


def test_the_schema_for_editors_is_written_beside_and_is_current(
    init: Init, tmp_path: Path
) -> None:
    init("prod", *FLAGS, "--non-interactive")

    folder = tmp_path / "config"
    assert (folder / "prod.toml").read_text().startswith("#:schema ./schema.json\n")
    assert (folder / "schema.json").exists()
    assert loading.names(folder) == ["prod"]


def test_quotes_and_newlines_in_answers_stay_text(init: Init, tmp_path: Path) -> None:
    name = 'x"\nhipaa = true\n#'

    refused = init("prod", *FLAGS, "--configuration-set", name, "--non-interactive")

    assert refused.status == 1
    assert "configuration_set.name" in refused.stderr
    assert not (tmp_path / "config" / "prod.toml").exists()


def test_the_file_has_the_mode_that_new_files_have(init: Init, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        init("prod", *FLAGS, "--non-interactive")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "config" / "prod.toml").stat().st_mode) == 0o640


def test_an_ip_address_as_a_domain_is_asked_for_anew_not_a_traceback(init: Init) -> None:
    refused = init("prod", "--domain", "1.2.3.4", *FLAGS[2:], "--non-interactive")

    assert refused.status == 1
    assert "domain" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_at_cloudflare_the_zone_is_the_registered_domain_and_the_token_gets_a_name(
    init: Init, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flags = ["dev.example.com" if one == "example.com" else one for one in FLAGS]
    monkeypatch.setattr("sys.stdin", Person("cloudflare\n\n\nn\n"))

    asked = init("prod", *FLAGS)
    written = init("staging", *flags, "--dns", "cloudflare", "--non-interactive")

    assert (asked.status, written.status) == (0, 0), asked.stderr + written.stderr
    assert "What Cloudflare has to allow: ses-provision permissions --env prod --dns" in (
        asked.stdout
    )
    for name, zone in (("prod", None), ("staging", "example.com")):
        dns = loaded(tmp_path, name).dns
        assert (dns.provider, dns.zone, dns.token_env) == (
            "cloudflare", zone, "CLOUDFLARE_API_TOKEN",
        )  # fmt: skip


def test_at_a_provider_by_octodns_what_it_has_to_know_is_asked_for(
    init: Init, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", Person("octodns:dnsimple\nmine\n1010\n\n\nn\n"))

    asked = init("prod", *FLAGS)
    written = init(
        "staging", *FLAGS, "--dns", "octodns:powerdns", "--dns-option", "host=pdns.example.net",
        "--dns-option", "port=8443", "--non-interactive",
    )  # fmt: skip
    lacking = init("third", *FLAGS, "--dns", "octodns:dnsimple", "--non-interactive")
    stray = init("fourth", *FLAGS, "--dns", "route53", "--dns-option", "a=b", "--non-interactive")
    formless = init("fifth", *FLAGS, "--dns", "octodns:gandi", "--dns-option", "PLANTED")

    assert (asked.status, written.status) == (0, 0), asked.stderr + written.stderr
    assert "must be the number of the account" in asked.stdout + asked.stderr
    assert "What DNSimple has to allow: ses-provision permissions --env prod --dns" in asked.stdout
    dns = loaded(tmp_path, "prod").dns
    assert (dns.provider, dns.options) == ("octodns:dnsimple", {"account": "1010"})
    assert dns.token_env == "DNSIMPLE_OAUTH_TOKEN"
    dns = loaded(tmp_path, "staging").dns
    assert dns.options == {"host": "pdns.example.net", "port": "8443"}
    assert (lacking.status, stray.status, formless.status) == (64, 64, 64)
    assert "Give --dns-option account=VALUE." in lacking.stderr
    assert "--dns-option is for providers by octoDNS, and route53 is none." in stray.stderr
    assert "PLANTED" not in formless.stderr
