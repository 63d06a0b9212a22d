"""What a refusal over SMTP means, and what to do (SES Developer Guide, response codes). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ses_provision.outside.smtp import Hop

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Meaning:
    """Why a hop failed, in plain words, and the way out."""

    cause: str
    way_out: str


def meaning(hop: Hop, env: Environment, user: str) -> Meaning:
    """What the failure of a hop means."""
    by_code = {
        421: busy,
        451: later,
        454: throttled,
        530: not_logged_in,
        535: wrong_password,
        552: too_large,
        553: bad_address,
        554: refused,
    }
    explain = by_code.get(hop.code)
    if explain is not None:
        return explain(hop, env, user)
    by_name = {"DNS": no_endpoint, "TCP": no_connection, "STARTTLS": no_tls, "TLS": no_tls}
    return by_name.get(hop.name, anything)(hop, env, user)


def no_endpoint(hop: Hop, env: Environment, user: str) -> Meaning:
    """The name does not resolve."""
    del hop, user
    return Meaning(
        f"the name of the SMTP endpoint of {env.region} does not resolve: not every region has "
        "one, or DNS does not work here",
        "look at the list of SMTP endpoints (AWS General Reference, Amazon SES)",
    )


def no_connection(hop: Hop, env: Environment, user: str) -> Meaning:
    """Nobody answers at the port."""
    del hop, env, user
    return Meaning(
        "nobody answers: a firewall, a security group or the provider lets no SMTP out",
        "try --port 2587 or --port 465; EC2 and many providers hold back port 25",
    )


def no_tls(hop: Hop, env: Environment, user: str) -> Meaning:
    """The handshake failed."""
    del hop, env, user
    return Meaning(
        "TLS failed: something between here and AWS answers in its place, or the certificates that "
        "this machine trusts are too old",
        "look at proxies and firewalls that inspect mail; the certificate has to be AWS's own",
    )


def busy(hop: Hop, env: Environment, user: str) -> Meaning:
    """421."""
    del hop, env, user
    return Meaning(
        "SES takes no more connections from here at once (421)",
        "close idle connections, or send several mails over one; then try again",
    )


def later(hop: Hop, env: Environment, user: str) -> Meaning:
    """451."""
    del hop, env, user
    return Meaning("SES cannot take it just now (451)", "try again in a few seconds")


def throttled(hop: Hop, env: Environment, user: str) -> Meaning:
    """454: a rate or a quota, or IAM that does not answer."""
    del user
    if "authentication" in hop.failed.lower():
        return Meaning("SES cannot check the login just now (454)", "try again in a few seconds")
    return Meaning(
        "the account sends faster, or more a day, than its quota allows (454)",
        f"ses-provision checklist --env {env.name} --only SES-QUOTA-001; send more slowly",
    )


def not_logged_in(hop: Hop, env: Environment, user: str) -> Meaning:
    """530."""
    del env, user
    if "STARTTLS" in hop.failed:
        return Meaning("SES wants TLS first (530)", "let the program use STARTTLS")
    return Meaning(
        "SES wants a login before mail (530): the program sends none",
        "enter user name and password there, and let it log in",
    )


def wrong_password(hop: Hop, env: Environment, user: str) -> Meaning:
    """535."""
    del hop
    return Meaning(
        f"user name and password are not right together in {env.region} (535): the password is of "
        "another region, the key is inactive or deleted, or a secret access key was entered, which "
        "is no SMTP password",
        f"ses-provision smtp status --env {env.name} --user {user}; a new key works after some "
        "seconds",
    )


def too_large(hop: Hop, env: Environment, user: str) -> Meaning:
    """552."""
    del hop, env, user
    return Meaning("the mail is larger than SES takes (552)", "send less in one mail")


def bad_address(hop: Hop, env: Environment, user: str) -> Meaning:
    """553."""
    del hop, env, user
    return Meaning("an address is not written as one (553)", "look at From and To of the mail")


def refused(hop: Hop, env: Environment, user: str) -> Meaning:
    """554: SES refuses the mail itself."""
    said = hop.failed
    if "denied" in said.lower():
        return Meaning(
            "logged in, and yet not allowed to send this (554): IAM is asked after the mail has "
            "come; the policy lets it send from its addresses, with its configuration set, from "
            "its networks",
            f"ses-provision checklist --env {env.name} --only smtp; ses-provision plan --env "
            f"{env.name}",
        )
    if "not verified" in said.lower():
        return Meaning(
            f"an address is not verified in {env.region} (554): that of the sender, or in the "
            "sandbox that of a recipient",
            f"ses-provision dkim-status --env {env.name}; ses-provision request-access --env "
            f"{env.name}",
        )
    if "paused" in said.lower() or "disabled" in said.lower():
        return Meaning(
            "sending is paused, for the account or for the configuration set (554)",
            f"find out why; to go on: ses-provision resume --env {env.name}",
        )
    return Meaning(
        f"SES refused the mail (554); user {user} did log in",
        f"read what it said; ses-provision checklist --env {env.name}",
    )


def anything(hop: Hop, env: Environment, user: str) -> Meaning:
    """A refusal that is none of those above."""
    del user
    return Meaning(
        f"the hop {hop.name} failed for a reason that ses-provision does not know",
        f"ses-provision checklist --env {env.name}",
    )
