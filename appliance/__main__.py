"""The command line: `chalkbox …`, the same as `python -m appliance …`."""

import argparse
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from appliance import VERSION
from appliance.errors import Refusal, StartRefused
from appliance.operations import data_folder, known_elsewhere, logs, restores
from appliance.operations.commands import (
    backup,
    content,
    doctor,
    evals,
    models,
    restore,
    retention,
    settings,
    setup,
    staff,
    status,
)
from appliance.settings import Settings, from_process
from appliance.storage.migrate import migrate
from appliance.storage.secrets import load_or_make

Run = Callable[[argparse.Namespace, Settings], int]
Describe = Callable[[argparse.ArgumentParser], None]
STOPPED = 130
OWN_REPORT = {"serve", "evals"}


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="chalkbox",
        description="A classroom in a box.",
        epilog="Each command explains itself with --help.",
    )
    whole.add_argument("--version", action="version", version=f"Chalkbox {VERSION}")
    named = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (help, describe, run) in COMMANDS.items():
        command = named.add_parser(name, help=help, description=help.capitalize() + ".")
        describe(command)
        for leaf in _leaves(command):
            leaf.add_argument(
                "--data", type=Path, metavar="DIR", help="the data folder (default: APPLIANCE_DATA or ./data)"
            )
            if name not in OWN_REPORT:
                leaf.add_argument("--json", action="store_true", help="report for programs")
        command.set_defaults(run=run)
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 well, 1 refused with a sentence on stderr; argparse exits with 2 itself."""
    given = parser().parse_args(arguments)
    try:
        return int(given.run(given, _settings(given)))
    except Refusal as refusal:
        return _refused(refusal.message)
    except StartRefused as refused:
        return _refused(str(refused))
    except sqlite3.Error as error:
        return _refused(f"The database can't be used ({error}): run 'chalkbox doctor'.")
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain while it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _refused(
            f"{error.filename or 'A file'} can't be used ({error.strerror}): run 'chalkbox doctor'."
        )
    except KeyboardInterrupt:
        # Pressed once more from here on, it would only keep us from leaving.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\nStopped.", file=sys.stderr)
        _leave_nobody_waiting(STOPPED)
        return STOPPED


def _describe_serve(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host", help="address to listen on (default 127.0.0.1; 0.0.0.0 is the whole network)"
    )
    command.add_argument("--port", type=int, help="port to listen on (default 8080)")
    command.add_argument("--demo", action="store_true", help="seed a class if the data folder is new")


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    # Imported here: no other command needs the server, and it is half of the time they would take.
    from appliance.app import serve

    logs.configure(settings.appliance_log_level)
    for sentence in known_elsewhere.sentences(os.environ):
        print(sentence, file=sys.stderr)
    data = settings.appliance_data
    data_folder.prepare(data)
    with data_folder.held(data):
        restores.finish(data)
        # Found here, what stops the start is one sentence; found by the server, it would be a traceback too.
        load_or_make(data / data_folder.SECRETS)
        migrate(settings.database, data / "backups")
        try:
            serve(settings, arguments.demo)
        finally:
            _leave_nobody_waiting(1 if sys.exc_info()[0] else 0)
    return 0


def _leave_nobody_waiting(status: int) -> None:
    """What Ctrl-C cut short, twice perhaps, leaves threads behind: the interpreter would wait for them for ever."""
    if threading.active_count() > 1:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(status)


def _settings(given: argparse.Namespace) -> Settings:
    host, port = getattr(given, "host", None), getattr(given, "port", None)
    return from_process(appliance_data=given.data, appliance_host=host, appliance_port=port)


def _leaves(command: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers that end a command: those of its actions, or the command itself."""
    actions = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    return [leaf for action in actions for leaf in action.choices.values()] or [command]


def _refused(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


COMMANDS: dict[str, tuple[str, Describe, Run]] = {
    "serve": ("run the box", _describe_serve, _serve),
    "setup": ("first run without a browser", setup.describe, setup.run),
    "staff": ("people who run classes and the box", staff.describe, staff.run),
    "models": ("model files: what is here, what is in use", models.describe, models.run),
    "content": ("courses: what is here, whether a pack is in order", content.describe, content.run),
    "backup": ("keep a copy of everything in one file", backup.describe, backup.run),
    "restore": ("bring a backup back", restore.describe, restore.run),
    "retention": ("delete what has been kept for as long as it may be", retention.describe, retention.run),
    "status": ("how the box is, for its console", status.describe, status.run),
    "doctor": ("check everything a person would check", doctor.describe, doctor.run),
    "evals": ("how good the helper's judgement is, on its labelled sets", evals.describe, evals.run),
    "settings": ("every setting, its value and where it comes from", settings.describe, settings.run),
}


if __name__ == "__main__":
    sys.exit(main())
