"""What AWS would refuse later, as far as the file shows it: limits that span several settings.

Each function says what is wrong in words, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ses_provision.names import LONGEST_NAME, LONGEST_TAG, is_within
from ses_provision.outside import regions

DKIM_LABELS = "x" * 32 + "._domainkey."  # a token of Easy DKIM has 32 characters
MOST_TAGS = 50  # user tags of one resource (Tagging AWS Resources User Guide)
OURS = (
    "AlarmRegions",
    "CreatedBy",
    "Dashboards",
    "Environment",
    "MailFrom",
    "ManagedBy",
    "Project",
    "Receiving",
    "SmtpUsers",
)
KEYS = ("Dkim", "TenantResources")
"""What the tags begin with by which an identity remembers keys of one's own, and a tenant what it
was given."""
HOUR, DAY, WEEK = 3600, 86_400, 604_800


def without_ses(region: str) -> str:
    """Mail can only leave where there is SES; a region newer than the list is let through."""
    return "" if regions.has_ses().get(region, True) else f"there is no Amazon SES in {region}"


def too_long(name: str) -> str:
    """A DNS name has at most 253 characters."""
    return f"{name} is longer than {LONGEST_NAME} characters" if len(name) > LONGEST_NAME else ""


def too_long_for_dkim(domain: str) -> str:
    """The DKIM records stand below the domain."""
    longest = LONGEST_NAME - len(DKIM_LABELS)
    if len(domain) > longest:
        return f"has {len(domain)} characters; with more than {longest} its DKIM records do not fit"
    return ""


def tags(chosen: Iterable[str]) -> str:
    """Tags that are not ours to choose, or too many of them.

    CreatedBy, Environment and ManagedBy are how `destroy` knows what is ours, AlarmRegions where
    alarms were made, SmtpUsers, Dashboards, MailFrom and Receiving which of them. IAM takes keys
    that differ only in case for one (IAM User Guide, tags).
    """
    names = list(chosen)
    ours = {name.lower() for name in OURS}
    for name in names:
        if name.lower() in ours or name.startswith(KEYS):
            return f"{name} is set by ses-provision; choose another name"
    most = MOST_TAGS - len(OURS)
    if len(names) > most:
        return f"are {len(names)}; beside {', '.join(OURS)} there is room for {most}"
    return ""


def sender_without_mail_from(address: str, mail_from_domain: str) -> str:
    """SES takes a MAIL FROM domain only below the domain of the identity (SESv2 API reference,
    PutEmailIdentityMailFromAttributes)."""
    domain = address.rpartition("@")[2]
    if is_within(mail_from_domain, domain) and mail_from_domain != domain:
        return ""
    return (
        f"{mail_from_domain} does not lie below {domain}, so that SES refuses it as MAIL FROM of "
        f"{address}; send from an address at a domain above it, or change mail_from.subdomain"
    )


def archive_elsewhere(arn: str, region: str, account: str) -> str:
    """A set and its archive are of one region and account, as far as AWS says."""
    if not arn:
        return ""
    _, _, _, held_in, owner, _ = arn.split(":", 5)
    if held_in != region:
        return f"is an archive in {held_in}, and mail leaves from {region}"
    return f"is an archive of account {owner}, not of {account}" if owner != account else ""


def redirect_domain(name: str, domain: str, taken: Mapping[str, str], *, hipaa: bool) -> str:
    """SES takes a redirect domain at or below a verified one (SES Developer Guide, custom domains
    to handle open and click tracking), and a CNAME stands alone at its name (RFC 1034)."""
    if hipaa:
        return (
            "serves to track who opens and clicks what; with hipaa = true that is kept off: leave "
            "it out"
        )
    if not is_within(name, domain):
        return f"must lie below {domain}, not be {name}"
    if name in taken:
        return f"{name} {taken[name]}, and a CNAME stands alone at its name"
    return ""


def region_across(region: str, home: str) -> str:
    """Nothing crosses the border of a partition (AWS Fault Isolation Boundaries)."""
    if not region or regions.partition(region) == regions.partition(home):
        return ""
    return (
        f"{region} is in the partition {regions.partition(region)}, and {home} in "
        f"{regions.partition(home)}"
    )


def arn_across(arn: str, home: str) -> str:
    """A role or a key of another partition; what is no ARN is of the own one."""
    if not arn.startswith("arn:") or arn.split(":")[1] == regions.partition(home):
        return ""
    return f"is of the partition {arn.split(':')[1]}, and {home} in {regions.partition(home)}"


AWS_OWNED = ("AWSReservedSSO_", "AWSServiceRoleFor")
"""What the names of roles begin with that AWS alone may change: those of IAM Identity Center and
service-linked ones (IAM User Guide)."""


def role_of_aws(name: str) -> str:
    """IAM refuses a policy of ours on a role that is AWS's own."""
    if not name.startswith(AWS_OWNED):
        return ""
    return (
        f"{name} is a role that only AWS may change, so that it takes no policy of ours; name the "
        "role of the application (a permission set is changed in IAM Identity Center)"
    )


def key_elsewhere(key: str, regions: Iterable[str]) -> str:
    """A topic takes keys of its own region (SNS Developer Guide, encryption at rest)."""
    parts = key.split(":")
    if len(parts) < 6:
        return ""
    others = [region for region in regions if region != parts[3]]
    if not others:
        return ""
    return (
        f"the key is in {parts[3]}, and a topic in {others[0]} cannot use it; name an alias/NAME "
        "that stands for a key in each of the regions"
    )


def untold(people: Iterable[str], told: Iterable[str]) -> str:
    """Who would not be told, because alarms share the topic of the events."""
    reached = {address.lower() for address in told}
    missed = [address for address in people if address.lower() not in reached]
    if not missed:
        return ""
    return (
        f"alarms share the topic of the events here, so {', '.join(missed)} would not be told; add "
        "them to events.emails, or give alarms a topic of their own with alarms.topic"
    )


def looks_back_too_far(period: int, periods: int) -> str:
    """CloudWatch evaluates at most a week, or a day with periods under an hour (CloudWatch API
    reference, PutMetricAlarm)."""
    longest = WEEK if period >= HOUR else DAY
    if period * periods <= longest:
        return ""
    span = "a week" if longest == WEEK else "a day, with periods of less than an hour"
    return (
        f"{periods} periods of {period} seconds are longer than {span}: at most {longest} seconds"
    )


def unmemorable(regions: Iterable[str]) -> str:
    """The regions of the alarms are remembered in the value of one tag, so that what stands in them
    is found when the file names them no more."""
    length = len(" ".join(regions))
    if length <= LONGEST_TAG:
        return ""
    return f"have {length} characters together; the tag that remembers them holds {LONGEST_TAG}"


def same_alarm(names: Mapping[str, str]) -> str:
    """Two settings that would make one alarm; each apply would write it twice."""
    seen: dict[str, str] = {}
    for what, name in names.items():
        if name in seen:
            return f"{what} would be called {name!r}, as {seen[name]} is"
        seen[name] = what
    return ""
