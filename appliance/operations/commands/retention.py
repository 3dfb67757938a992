"""`chalkbox retention`: delete what has been kept for as long as it may be."""

import time
from argparse import ArgumentParser, Namespace

from appliance.operations import data_folder, retention
from appliance.operations.commands import terminal
from appliance.settings import Settings


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run_now = actions.add_parser("run", help="now; a running box does the same once a day")
    run_now.add_argument("--dry-run", action="store_true", help="only say what would go")


def run(arguments: Namespace, settings: Settings) -> int:
    data_folder.insist_used(settings.appliance_data)
    old = retention.overdue(settings, time.time())
    if not arguments.dry_run:
        retention.remove(old)
    value = {"removed": [str(path) for path in old], "dry_run": arguments.dry_run}
    verb = "Would remove" if arguments.dry_run else "Removed"
    lines = [f"{verb} {path.name}." for path in old] or ["Nothing has been kept for too long."]
    terminal.report(arguments.json, value, lines)
    return 0
