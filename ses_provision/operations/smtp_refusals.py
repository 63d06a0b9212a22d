"""What a refusal over SMTP means, and what to do (SES Developer Guide, response codes). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ses_provision.dataclass import dataclass
from ses_provision.outside.smtp import Hop

if TYPE_CHECKING:
    from ses_provision.environment import Environment


@dataclass(frozen=True)
class Meaning:
    """Why a hop failed, in plain words, and the way out."""

    cause: str
    way_out: str


ALWAYS = {
    421: Meaning(
        "SES takes no more connections from here at once (421)",
        "close idle connections, or send several mails over one; then try again",
    ),
    451: Meaning("SES cannot take it just now (451)", "try again in a few seconds"),
    552: Meaning("the mail is larger than SES takes (552)", "send less in one mail"),
    553: Meaning("an address is not written as one (553)", "look at From and To of the mail"),
}
"""What some replies mean, whoever gets them."""
NO_CONNECTION = Meaning(
    "nobody answers: a firewall, a security group or the provider lets no SMTP out",
    "try --port 2587 or --port 465; EC2 and many providers hold back port 25",
)
NO_TLS = Meaning(
    "TLS failed: something between here and AWS answers in its place, or the certificates that "
    "this machine trusts are too old",
    "look at proxies and firewalls that inspect mail; the certificate has to be AWS's own",
)


def meaning(hop: Hop, env: Environment, user: str) -> Meaning:
    """What the failure of a hop means."""
    match hop.code:
        case 454:
            return throttled(hop, env)
        case 530:
            return not_logged_in(hop)
        case 535:
            return wrong_password(env, user)
        case 554:
            return refused(hop, env, user)
    return ALWAYS.get(hop.code) or on_the_way(hop, env)


def on_the_way(hop: Hop, env: Environment) -> Meaning:
    """A failure without a reply that says something of itself."""
    match hop.name:
        case "DNS":
            return no_endpoint(env)
        case "TCP":
            return NO_CONNECTION
        case "STARTTLS" | "TLS":
            return NO_TLS
    return anything(hop, env)


def no_endpoint(env: Environment) -> Meaning:
    """The name does not resolve."""
    return Meaning(
        f"the name of the SMTP endpoint of {env.region} does not resolve: not every region has "
        "one, or DNS does not work here",
        "look at the list of SMTP endpoints (AWS General Reference, Amazon SES)",
    )


def throttled(hop: Hop, env: Environment) -> Meaning:
    """454: a rate or a quota, or IAM that does not answer."""
    if "authentication" in hop.failed.lower():
        return Meaning("SES cannot check the login just now (454)", "try again in a few seconds")
    return Meaning(
        "the account sends faster, or more a day, than its quota allows (454)",
        f"ses-provision checklist --env {env.name} --only SES-QUOTA-001; send more slowly",
    )


def not_logged_in(hop: Hop) -> Meaning:
    """530."""
    if "STARTTLS" in hop.failed:
        return Meaning("SES wants TLS first (530)", "let the program use STARTTLS")
    return Meaning(
        "SES wants a login before mail (530): the program sends none",
        "enter user name and password there, and let it log in",
    )


def wrong_password(env: Environment, user: str) -> Meaning:
    """535."""
    return Meaning(
        f"user name and password are not right together in {env.region} (535): the password is of "
        "another region, the key is inactive or deleted, or a secret access key was entered, which "
        "is no SMTP password",
        f"ses-provision smtp status --env {env.name} --user {user}; a new key works after some "
        "seconds",
    )


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


def anything(hop: Hop, env: Environment) -> Meaning:
    """A refusal that is none of those above."""
    return Meaning(
        f"the hop {hop.name} failed for a reason that ses-provision does not know",
        f"ses-provision checklist --env {env.name}",
    )
