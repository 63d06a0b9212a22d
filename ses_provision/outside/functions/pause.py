"""Pauses a configuration set of Amazon SES when one of its alarms rings. It never resumes it."""

from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

SET_ARN = ""

# Whatever is asked before the stop must not use up the time of the function.
PATIENCE = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3})


def handler(event: dict[str, Any], context: object) -> dict[str, bool]:
    """Stop the mail of the set, and note since when and by which alarm."""
    del context
    alarm = event["alarmData"]
    if alarm["state"]["value"] != "ALARM":
        return {"paused": False}
    ses = boto3.client("sesv2", config=PATIENCE)
    name = SET_ARN.rpartition("/")[2]
    was_sending = sends(ses, name)
    ses.put_configuration_set_sending_options(ConfigurationSetName=name, SendingEnabled=False)
    print(f"configuration set {name} is paused: alarm {alarm['alarmName']}")  # noqa: T201
    if was_sending:
        note(ses, alarm["alarmName"])
    return {"paused": True}


def sends(ses: Any, name: str) -> bool:
    """Whether the set sends; not where that cannot be seen, for a person's note must stand."""
    try:
        answer = ses.get_configuration_set(ConfigurationSetName=name)
        return bool(answer["SendingOptions"]["SendingEnabled"])
    except (BotoCoreError, ClientError) as error:
        print(f"how the set stood cannot be seen: {error}")  # noqa: T201
        return False


def note(ses: Any, alarm: str) -> None:
    """Note on the set when it was paused, and by which alarm; the stop stands without it, too."""
    by = "".join(sign if sign.isalnum() or sign in " +-=._:/@" else "_" for sign in alarm)
    text = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} by alarm {by}"[:256]
    try:
        ses.tag_resource(ResourceArn=SET_ARN, Tags=[{"Key": "Paused", "Value": text}])
    except (BotoCoreError, ClientError) as error:
        print(f"the pause could not be noted on the set: {error}")  # noqa: T201
