"""The function that pauses the configuration set when its own alarms ring, and nothing else."""

from __future__ import annotations

from typing import Any

from ses_provision.engine.account import Account
from ses_provision.engine.model import Resource, Unasked
from ses_provision.engine.needs import Facts
from ses_provision.environment import Environment
from ses_provision.outside import functions as code_of
from ses_provision.resources import policies
from ses_provision.resources.functions import SERVICE, Function, FunctionPermission
from ses_provision.resources.logs import LogGroup
from ses_provision.resources.service_role import ServiceRole, role_arn, trusting
from ses_provision.resources.ses.configuration_set import PAUSED
from ses_provision.steps import alarms, arns

CALLER = "lambda.alarms.cloudwatch.amazonaws.com"
"""As whom an alarm calls a function (CloudWatch User Guide, alarm actions)."""
TIMEOUT = 90
"""Seconds: more than its questions and calls take where each is tried as often as it may be."""
MEMORY = 128
LOGS = "/aws/lambda/"
"""What the names of the groups begin with that Lambda writes to by itself."""
SIDS = {"Reputation.BounceRate": "bounce-rate", "Reputation.ComplaintRate": "complaint-rate"}


def statements(env: Environment, account: Account) -> list[dict[str, Any]]:
    """Pause this set, see how it stands, note the pause on it, write a log; nothing else.

    The API of SES v1 knows no resource for its switch, that of v2 does (Service Authorization
    Reference). IAM cannot tell pausing from resuming: it is the code that only pauses.
    """
    this = arns.configuration_set(env, account)
    return [
        {
            "Sid": "PauseTheSet",
            "Effect": "Allow",
            "Action": ["ses:GetConfigurationSet", "ses:PutConfigurationSetSendingOptions"],
            "Resource": this,
        },
        {
            "Sid": "NoteItOnTheSet",
            "Effect": "Allow",
            "Action": "ses:TagResource",
            "Resource": this,
            "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": [PAUSED]}},
        },
        {
            "Sid": "WriteItsLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group(account, env.pause_function)}:*",
        },
    ]


def log_group(account: Account, function: str) -> str:
    """The ARN of the log group of a function."""
    return account.arn("logs", f"log-group:{LOGS}{function}")


def code(env: Environment, account: Account) -> bytes:
    """What the function runs."""
    text = code_of.source("pause", SET_ARN=arns.configuration_set(env, account))
    return code_of.zipped(text)


def permissions(env: Environment, account: Account, function: str) -> list[FunctionPermission]:
    """Each alarm of the set may call the function, and no other of this account or another."""
    return [
        FunctionPermission.of(
            function,
            SIDS[rate.metric],
            CALLER,
            account.arn(
                "cloudwatch", f"alarm:{alarms.of_the_set(rate, env.configuration_set.name).name}"
            ),
        )
        for rate in alarms.rates(env)
    ]


def role(env: Environment, account: Account, function: str) -> ServiceRole:
    """The role of a function, called alike, with its policy, also called alike."""
    return ServiceRole(
        role_arn(account, function),
        trusting(SERVICE),
        policies.named(statements(env, account)),
        None,
        env.all_tags,
        account,
        function,
    )


def desired(env: Environment, facts: Facts) -> list[Resource] | Unasked:
    """The role, the log, the function, and who may call it."""
    if not env.alarms.pause:
        return Unasked("no alarms.pause in the environment file")
    account, name = facts.account, env.pause_function
    archive, function = code(env, account), arns.pause_function(env, account)
    return [
        role(env, account, name),
        LogGroup(log_group(account, name), env.alarms.pause_log_days, env.all_tags),
        Function(
            arn=function,
            role=role_arn(account, name),
            runtime=env.alarms.pause_runtime,
            handler=f"{code_of.MODULE}.handler",
            code_sha256=code_of.checksum(archive),
            description=f"Pauses SES configuration set {env.configuration_set.name} on an alarm",
            timeout=TIMEOUT,
            memory=MEMORY,
            tags=env.all_tags,
            code=archive,
        ),
        *permissions(env, account, function),
    ]


def strays(env: Environment, account: Account, arn: str) -> list[Resource]:
    """A function that no setting names, or the log of one, with its role, which no search finds."""
    _, _, service, _, _, what, name = [*arn.split(":", 6), ""][:7]
    if (service, what) == ("logs", "log-group") and name.startswith(LOGS):
        return [role(env, account, name.removeprefix(LOGS)), LogGroup(arn, None, env.all_tags)]
    if (service, what) != ("lambda", "function"):
        return []
    return [
        role(env, account, name),
        *permissions(env, account, arn),
        Function(arn, role_arn(account, name), "", "", "", "", 0, 0, env.all_tags),
    ]
