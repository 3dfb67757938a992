"""`chalkbox status`: the page on the console of an installed box."""

import time
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from appliance.operations.commands import terminal
from appliance.operations.status import page, status_of
from appliance.settings import Settings

CLEAR = "\033[H\033[2J\033[3J"


def describe(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--watch", type=float, metavar="SECONDS", help="fill the screen and look again every so often"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    """1 when the box is not running or not well, so that a script may ask."""
    while True:
        status = status_of(settings)
        lines = page(status)
        terminal.report(
            arguments.json, asdict(status), [CLEAR + lines[0], *lines[1:]] if arguments.watch else lines
        )
        if not arguments.watch:
            return 0 if status.is_running and status.is_well else 1
        time.sleep(max(1.0, arguments.watch))
