"""The table of who teaches where was built anew for a third role: nobody's place in it was lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.storage.migrate import migrate, migrations

STAFF = """
INSERT INTO staff (id, username, display_name, password_hash, totp_secret, created_at)
VALUES (1, 'ada', 'Ada', 'none', 'none', 1), (2, 'olu', 'Olu', 'none', 'none', 1)
"""


def test_roles_rules_and_index_outlive_the_rebuilding(tmp_path: Path) -> None:
    path = tmp_path / "box.sqlite3"
    migrate(path, tmp_path, [step for step in migrations() if step[0] < 13])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(STAFF)
        connection.execute(
            "INSERT INTO classes (id, name, join_code, created_at) VALUES (7, '7B', 'ABCD2345', 1)"
        )
        connection.execute("INSERT INTO class_staff VALUES (7, 1, 'teacher'), (7, 2, 'viewer')")
    migrate(path, tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        kept = connection.execute("SELECT staff_id, role FROM class_staff WHERE class_id = 7").fetchall()
        assert sorted(kept) == [(1, "teacher"), (2, "viewer")]
        connection.execute("UPDATE class_staff SET role = 'assistant' WHERE staff_id = 2")
        for refused in (
            "UPDATE class_staff SET role = 'owner' WHERE staff_id = 2",
            "INSERT INTO class_staff VALUES (7, 99, 'teacher')",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(refused)
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM class_staff WHERE staff_id = 2"
        ).fetchall()
        assert "class_staff_by_staff" in str(plan)
        connection.execute("DELETE FROM classes WHERE id = 7")
        assert connection.execute("SELECT count(*) FROM class_staff").fetchone() == (0,)
