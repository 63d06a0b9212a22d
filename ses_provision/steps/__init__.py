"""What every environment is made of, in the order it is built."""

from ses_provision.engine.model import Need, Step
from ses_provision.steps import (
    alarms,
    configuration_set,
    dkim,
    dmarc,
    events,
    identity,
    mail_from,
    role,
    sender,
)

GUIDE = "https://docs.aws.amazon.com/ses/latest/dg/"

STEPS = (
    Step(
        "configuration-set",
        "Configuration set",
        "The rules for every mail: TLS, suppression of dead addresses, reputation metrics.",
        configuration_set.desired,
        docs=f"{GUIDE}using-configuration-sets.html",
    ),
    Step(
        "identity",
        "Domain identity",
        "Proves that the domain is ours; SES signs its mail with DKIM and applies the set to it.",
        identity.desired,
        docs=f"{GUIDE}creating-identities.html",
    ),
    Step(
        "dkim",
        "DKIM records",
        "Where receivers find the keys. SES verifies the domain by finding them itself.",
        dkim.desired,
        needs=frozenset({Need.ZONE, Need.DKIM}),
        docs=f"{GUIDE}send-email-authentication-dkim-easy.html",
    ),
    Step(
        "mail-from",
        "Custom MAIL FROM",
        "Makes the envelope sender ours, so that SPF aligns with the From domain for DMARC.",
        mail_from.desired,
        needs=frozenset({Need.ZONE}),
        docs=f"{GUIDE}mail-from.html",
    ),
    Step(
        "dmarc",
        "DMARC",
        "Tells receivers what to do with mail that fails; Gmail and Yahoo ask for a record.",
        dmarc.desired,
        needs=frozenset({Need.ZONE}),
        docs=f"{GUIDE}send-email-authentication-dmarc.html",
    ),
    Step(
        "sender",
        "Sending identity",
        "The from address with the same settings, for they override those of its domain.",
        sender.desired,
        docs=f"{GUIDE}creating-identities.html",
    ),
    Step(
        "role",
        "Sender policy",
        "Lets the application's role send as this address, with this set, and nothing else.",
        role.desired,
        docs=f"{GUIDE}control-user-access.html",
    ),
    Step(
        "events",
        "Event topic and destination",
        "Tells people and programs about bounces, complaints and delays.",
        events.desired,
        proved=True,
        docs=f"{GUIDE}event-publishing-add-event-destination-sns.html",
    ),
    Step(
        "alarms",
        "Alarms",
        "Wakes somebody up before AWS reviews or pauses the account.",
        alarms.desired,
        docs=f"{GUIDE}reputationdashboard-cloudwatch-alarm.html",
    ),
)
