"""`chalkbox settings`: every knob of the box, what it is set to and why."""

import os
import sys
from argparse import ArgumentParser, Namespace

from appliance.operations import known_elsewhere
from appliance.operations.commands import terminal
from appliance.settings import Settings, table

INTRODUCTION = """\
# Settings

Every setting is an environment variable; on an installed box they stand in `/etc/chalkbox/chalkbox.env`.
A name the box does not know, or a value that can't be, stops the start with one sentence. Names of other
programs, such as `OPENAI_API_KEY`, `OPENROUTER_…`, `GEMINI_…` or `AI_PROVIDER_DEFAULT`, have no effect:
the start and `chalkbox doctor` say so.
`chalkbox settings` prints this table with the values in force. What a teacher may change while the box
runs is not here: it is on the teacher's pages, and a setting is its default.

This page is made by `chalkbox settings --markdown`; a test keeps it true.

| name | default | what it does |
|---|---|---|
"""


def describe(parser: ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="print docs/settings.md")


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.markdown:
        print(page(), end="")
        return 0
    for sentence in known_elsewhere.sentences(os.environ):
        print(sentence, file=sys.stderr)
    rows = [_with_source(row, arguments) for row in table(settings, os.environ)]
    keys = ("name", "value", "source", "default", "help")
    terminal.report(
        arguments.json, rows, terminal.columns([keys, *([row[key] for key in keys] for row in rows)])
    )
    return 0


def page() -> str:
    """What docs/settings.md has to say."""
    rows = table(Settings(), {})
    return INTRODUCTION + "".join(f"| `{row['name']}` | {_default(row)} | {row['help']} |\n" for row in rows)


def _default(row: dict[str, str]) -> str:
    return f"`{row['default']}`" if row["default"] else "(empty)"


def _with_source(row: dict[str, str], arguments: Namespace) -> dict[str, str]:
    is_typed = row["name"] == "APPLIANCE_DATA" and arguments.data is not None
    return {**row, "source": "command line"} if is_typed else row
