"""`chalkbox backup`: everything the box keeps in one file, from a running box too."""

import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from appliance.operations.backups import Backup, default_folder, make_backup
from appliance.operations.commands import terminal
from appliance.settings import Settings


def describe(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="the folder to keep it in (default: backups in the data folder)",
    )
    parser.add_argument("--with-models", action="store_true", help="the model files too, which are large")


def run(arguments: Namespace, settings: Settings) -> int:
    data = settings.appliance_data
    folder = arguments.to or default_folder(data)
    kept = settings.appliance_backups_kept
    made = make_backup(data, folder, kept, time.time(), arguments.with_models)
    value = {
        "path": str(made.path),
        "bytes": made.size,
        "files": made.files,
        "removed": [str(path) for path in made.removed],
    }
    terminal.report(arguments.json, value, _lines(made))
    return 0


def _lines(made: Backup) -> list[str]:
    lines = [
        f"{made.path} holds {made.files} files in {terminal.megabytes(made.size)}.",
        "The box's secrets are in it: keep it where you would keep the box.",
    ]
    return lines + [f"Removed {path.name}, which was older." for path in made.removed]
