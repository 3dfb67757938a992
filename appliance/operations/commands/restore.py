"""`chalkbox restore`: a backup takes the place of the box, and what was there is kept beside it."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from appliance.operations.commands import terminal
from appliance.operations.restores import Restored, restore
from appliance.settings import Settings


def describe(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the backup")
    parser.add_argument("--force", action="store_true", help="also where there is a box already")


def run(arguments: Namespace, settings: Settings) -> int:
    done = restore(settings.appliance_data, arguments.file, arguments.force, time.time())
    value = {**asdict(done), "aside": str(done.aside) if done.aside else None}
    terminal.report(arguments.json, value, _lines(done))
    return 0


def _lines(done: Restored) -> list[str]:
    lines = [
        f"The box is as it was on {done.made_at}: {done.files} files, each of them checked.",
        "Its secrets came too: who was signed in then is signed in again. Start it with 'chalkbox serve'.",
    ]
    if done.aside:
        lines.append(f"What was here before is in {done.aside}: delete that once you miss nothing.")
    return lines
