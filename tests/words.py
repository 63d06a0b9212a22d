"""The words that a shell completes from, as the declarations have them."""

import json
from pathlib import Path

import ses_provision.cli
from ses_provision.checks import ITEMS, TOPICS
from ses_provision.cli.commands.attest import attested
from ses_provision.environment import editing
from ses_provision.steps import STEPS
from ses_provision.steps.archive_sql import QUERIES

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
    }
    return json.dumps(words, indent=2) + "\n"
