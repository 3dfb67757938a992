"""`chalkbox retention`: delete what has been kept for as long as it may be."""

import asyncio
import csv
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from appliance.classroom.audit import StudentEvent, forget_student_events, student_events_before
from appliance.operations import data_folder, retention
from appliance.operations.commands import terminal
from appliance.operations.commands.box import database_of
from appliance.settings import Settings


def describe(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    run_now = actions.add_parser("run", help="now; a running box does the same once a day")
    run_now.add_argument("--dry-run", action="store_true", help="only say what would go")
    run_now.add_argument(
        "--events-csv", type=Path, metavar="FILE", help="write the events that go into a table first"
    )


def run(arguments: Namespace, settings: Settings) -> int:
    data_folder.insist_used(settings.appliance_data)
    old = retention.overdue(settings, time.time())
    events = asyncio.run(_events(arguments, settings))
    if not arguments.dry_run:
        retention.remove(old)
    value = {"removed": [str(path) for path in old], "events": events, "dry_run": arguments.dry_run}
    verb = "Would remove" if arguments.dry_run else "Removed"
    lines = [f"{verb} {path.name}." for path in old]
    lines += [f"{verb} {events} events of students."] if events else []
    terminal.report(arguments.json, value, lines or ["Nothing has been kept for too long."])
    return 0


async def _events(arguments: Namespace, settings: Settings) -> int:
    """The table is written before anything goes, also when nothing does."""
    moment = retention.events_end(settings, time.time())
    if moment is None:
        return 0
    async with database_of(settings) as db:
        found = await student_events_before(db, moment)
        if arguments.events_csv:
            await asyncio.to_thread(_write, arguments.events_csv, found)
        if found and not arguments.dry_run:
            async with db.transaction() as tx:
                await forget_student_events(tx, moment)
        return len(found)


def _write(path: Path, events: Sequence[StudentEvent]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(StudentEvent)])
        writer.writerows(astuple(event) for event in events)
