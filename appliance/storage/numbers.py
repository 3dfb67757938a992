"""Numbers of rows, which are never given twice, also where a database goes back to what it was."""

import sqlite3
from contextlib import closing
from pathlib import Path

# More than a school gives in the minute before a backup, or in one rush.
MARGIN = 10_000
# As migration 0015 declares them; before it there are none.
NEVER_TWICE = "type = 'table' AND sql LIKE '% INTEGER PRIMARY KEY AUTOINCREMENT,%'"


def highest_number(path: Path) -> int:
    """The highest that was given in this database; 0 where nobody can tell."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return _highest(connection)
    except sqlite3.DatabaseError:
        return 0


def start_above(path: Path, number: int, seconds: int) -> None:
    """Whatever is made from now on has a higher number than `number`, and than any of these `seconds` can have given.

    What was given since a copy was made stands in no copy. A box gives less than one a second over any longer time.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        start = max(number, _highest(connection) + seconds + MARGIN)
        connection.execute("BEGIN IMMEDIATE")
        if not _has_list(connection):
            # Makes the list; an older database takes what it says along when it is brought up to date.
            connection.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY AUTOINCREMENT) STRICT")
            connection.execute("DROP TABLE numbered")
        connection.execute("DELETE FROM sqlite_sequence")
        connection.execute(
            f"""
            INSERT INTO sqlite_sequence (name, seq)
            SELECT name, ? FROM sqlite_schema WHERE name = 'students' OR {NEVER_TWICE}
            """,  # noqa: S608 - a constant
            (start,),
        )
        connection.execute("COMMIT")


def _highest(connection: sqlite3.Connection) -> int:
    rows = connection.execute("SELECT max(id) FROM students UNION ALL SELECT max(id) FROM classes")
    found = [int(row[0] or 0) for row in rows]
    if _has_list(connection):
        found += [int(row[0]) for row in connection.execute("SELECT seq FROM sqlite_sequence")]
    return max(found, default=0)


def _has_list(connection: sqlite3.Connection) -> bool:
    made = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").fetchone()
    return made is not None
