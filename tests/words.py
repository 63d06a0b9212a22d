"""The words that a shell completes from, as the declarations have them."""

import json
from pathlib import Path

import ses_provision.cli
from ses_provision.checks import ITEMS, TOPICS
from ses_provision.cli.commands.attest import attested
from ses_provision.engine.account import Account
from ses_provision.environment import Environment, editing
from ses_provision.steps import STEPS
from ses_provision.steps.archive_sql import QUERIES
from ses_provision.steps.outputs import outputs, received
from tests.laws.environments import BASE

FILE = Path(ses_provision.cli.__file__).with_name("words.json")


def declared() -> str:
    """The file as it should be."""
    words = {
        "steps": [step.id for step in STEPS],
        "topics": [topic.id for topic in TOPICS],
        "items": list(ITEMS),
        "attested": list(attested()),
        "queries": [query.name for query in QUERIES],
        "settings": editing.settings(),
        **words_of_outputs(),
    }
    return json.dumps(words, indent=2) + "\n"


def words_of_outputs() -> dict[str, list[str]]:
    """The outputs that need no look into a file, but for the topic of the alarms in each region."""
    env = Environment.model_validate({**BASE, "name": "prod", "receiving": {}})
    of_receiving = list(received(env))
    every = [name for name in outputs(env, Account.of(env)) if not name.startswith("alarm_topic")]
    return {
        "outputs": [name for name in every if name not in of_receiving],
        "outputs_of_receiving": of_receiving,
    }
