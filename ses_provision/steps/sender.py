"""The sending identity: the from address."""

from dataclasses import replace

from ses_provision.engine.model import Resource
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.resources.ses.email_identity import EmailIdentity
from ses_provision.steps import arns, mail_from


def desired(env: Environment, facts: Facts) -> list[Resource]:
    """The address with the configuration set and MAIL FROM of its domain.

    An address identity's settings override its domain's, so without them mail from it would leave
    without the custom MAIL FROM (SES Developer Guide, creating and verifying identities).
    """
    identity = EmailIdentity(
        arn=arns.sender(env, facts.account),
        configuration_set=env.configuration_set.name,
        dkim_origin=None,
        dkim_key_length=None,
        dkim_signing=None,
        feedback_forwarding=env.sender.feedback_forwarding,
        tags=env.all_tags,
    )
    return [identity, replace(mail_from.on(identity.arn, env), rests_on="mail-from")]
