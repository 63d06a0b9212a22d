"""Prose that names commands: which part of it is a command, to be shown and copied whole.

Advice is written as sentences ("after that ses-provision apply --env prod subscribes again"). Where
a command ends in one is decided here, once, for terminals, Markdown and HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

OPTIONS = """
--account-id --attachment-kb --attachment-share --because --by --config-dir --configuration-set
--confirm-env --count --days --dedicated-ips --digest --dmarc-reports --dns-option
--dns-server --domain --email --env --evidence
--fail-above --file --for --format --from-domain --key --last
--latency --note --old-selector --only --out
--peak --peak-rate --plan --port --profile --provider --rate --reason --received
--recipients --region
--request --request-rate --resolver --role --severity --shard --skip --take-over
--tenant --tenants --timeout --to --types --until --user --verify-after --zone-id -e -f
"""
VALUED = frozenset(OPTIONS.split())
"""The options of ses-provision that are followed by a value; every one of the AWS CLI may be."""
ARGUMENTS = {
    "attest": 1,
    "bimi": 1,
    "check-message": 1,
    "dkim": 1,
    "dmarc": 1,
    "events": 1,
    "migrate": 1,
    "set": 2,
    "smtp": 1,
    "suppression": 1,
    "tenants": 1,
}
"""How many words follow the names of commands, whatever they look like."""

BEGINNING = re.compile(
    r"`(?P<quoted>[^`]+)`|"
    r"(?<![\w/.-])(?:ses-provision|aws [a-z][a-z0-9-]*) [a-z][a-z0-9-]*(?![\w/]|\.\w)"
)
WORD = re.compile(r" (?P<word>'[^']*'|\"[^\"]*\"|[^ ]+)")
OPTION = re.compile(r"--?[a-z][a-z-]*")
VALUE = re.compile(r"[A-Z][A-Z0-9_]*|'.*'|\".*\"|[\w-]*[/=][\w./=:-]*|[\w-]+\.(?:plan|toml)")
"""What is an argument by its looks: a name in capitals, quoted, a path, a file."""
ENDING = ",.;:)"


def pieces(text: str, quote: str = "") -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a command; for backticks stands `quote`.

    Without an option or an argument, a command is one only at the end of a text or in backticks:
    "ses-provision cannot know" names none.
    """
    at = 0
    while begun := BEGINNING.search(text, at):
        if begun.start() > at:
            yield text[at : begun.start()], False
        quoted = begun["quoted"]
        at = begun.end() if quoted else end_of_command(text, begun)
        is_command = quoted or at > begun.end() or not text[at:].strip(ENDING)
        if quoted and quote:
            yield from ((quote, False), (quoted, True), (quote, False))
        else:
            yield (quoted or text[begun.start() : at]), bool(is_command)
    if at < len(text):
        yield text[at:], False


def end_of_command(text: str, begun: re.Match[str]) -> int:
    """Where a command ends that begins so, with its name."""
    at, takes_value, is_aws = begun.end(), False, begun[0].startswith("aws ")
    lacking = 0 if is_aws else ARGUMENTS.get(begun[0].rpartition(" ")[2], 0)
    while word := WORD.match(text, at):
        said = word["word"].rstrip(ENDING)
        is_option = OPTION.fullmatch(said)
        is_argument = bool(lacking) and not (is_option or takes_value)
        if not said or not (is_option or takes_value or is_argument or VALUE.fullmatch(said)):
            break
        lacking -= is_argument
        at += 1 + len(said)
        if said != word["word"]:
            break
        takes_value = bool(is_option) and (is_aws or said in VALUED)
    return at
