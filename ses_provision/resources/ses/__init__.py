"""Amazon SES: what is read and written through the SESv2 API, one file a kind of thing."""

from ses_provision.resources.ses.configuration_set import ConfigurationSet
from ses_provision.resources.ses.email_identity import EmailIdentity
from ses_provision.resources.ses.event_destination import EventDestination
from ses_provision.resources.ses.mail_from import MailFrom
from ses_provision.resources.ses.pools import Pool, PoolMember
from ses_provision.resources.ses.set_options import Archiving, SendingPool, Tracking

__all__ = [
    "Archiving",
    "ConfigurationSet",
    "EmailIdentity",
    "EventDestination",
    "MailFrom",
    "Pool",
    "PoolMember",
    "SendingPool",
    "Tracking",
]
