"""Numbered migrations: each a SQL file that carries its own BEGIN and COMMIT and sets `user_version`."""

import os
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from appliance.errors import StartRefused
from appliance.storage.search_words import indexed


def migrations() -> list[tuple[int, str]]:
    """Number and SQL of every migration, in order."""
    folder = files("appliance.storage") / "migrations"
    found = sorted(
        (entry.name, entry.read_text()) for entry in folder.iterdir() if entry.name.endswith(".sql")
    )
    return [(int(name.split("_")[0]), sql) for name, sql in found]


def migrate(path: Path, backups: Path, steps: list[tuple[int, str]] | None = None) -> None:
    """Bring the file up to date; a file that already has tables is copied to `backups` first.

    Raises StartRefused with a sentence when the file is newer than this software, damaged or can't be written.
    """
    steps = migrations() if steps is None else steps
    try:
        with closing(_open(path)) as connection:
            version = _version(connection)
            newest = steps[-1][0]
            if version > newest:
                raise StartRefused(
                    f"The data in {path} was written by a newer Chalkbox (version {version} of the tables, this one "
                    f"knows {newest}): install the newer Chalkbox or restore an older backup."
                )
            pending = [step for step in steps if step[0] > version]
            if pending and version > 0:
                _keep_copy(connection, backups / f"before-upgrade-{version}-to-{newest}.sqlite3")
            for number, sql in pending:
                _apply(connection, number, sql)
    except sqlite3.DatabaseError as error:
        raise StartRefused(
            f"The database {path} can't be used ({error}): check that the disk is not full and the file may be "
            "written, or restore the latest backup."
        ) from error


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # Only these two decide how the file itself is made; set while it is still empty.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        os.chmod(path, 0o600)
        connection.create_function("search_words", 1, indexed, deterministic=True)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _keep_copy(connection: sqlite3.Connection, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
    os.chmod(copy, 0o600)


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    try:
        connection.executescript(sql)
    finally:
        if connection.in_transaction:
            connection.rollback()
    if _version(connection) != number:
        raise StartRefused(
            f"Migration {number} did not take: restore the copy in the backups folder and report this."
        )
