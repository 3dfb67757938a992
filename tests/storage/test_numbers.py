"""Numbers that cookies, tokens, addresses and undo lists carry are never given to anybody else."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.storage.migrate import migrate, migrations
from appliance.storage.numbers import highest_number, start_above

STUDENT = """
INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at) VALUES (1, ?, ?, 1, 1)
"""
CLASS = "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', 'ABCD2345', 1)"
# How one row of each of them is made, in class 1.
MADE = {
    "staff": "(username, display_name, password_hash, totp_secret, created_at) VALUES ('ada', 'Ada', '-', '-', 1)",
    "classes": "(name, join_code, created_at) VALUES ('9A', 'WXYZ2345', 1)",
    "students": "(class_id, display_name, return_code, created_at, last_seen_at) VALUES (1, 'Ben', 'b', 1, 1)",
    "groups": "(class_id, name, colour) VALUES (1, 'Owls', 'red')",
    "removed_groups": """(class_id, name, colour, students, materials, hidden, assignments, removed_at)
      VALUES (1, 'Owls', 'red', '[]', '[]', '[]', '[]', 1)""",
    "modules": "(class_id, title, position) VALUES (1, 'Lamps', 1)",
    "materials": "(module_id, kind, title, position) VALUES (1, 'text', 'Lamps', 1)",
    "submissions": """(material_id, student_id, original_filename, stored_name, size_bytes, sha256, uploaded_at)
      VALUES (1, 1, 'a.png', 's', 1, '-', 1)""",
    "media": "(class_id, kind, title, stored_name, position, created_at) VALUES (1, 'file', 'Lamps', 's', 1, 1)",
    "documents": """(class_id, title, original_filename, stored_name, kind, size_bytes, created_at)
      VALUES (1, 'Lamps', 'a.pdf', 's', 'pdf', 1, 1)""",
    "activities": "(class_id, kind, title, created_at) VALUES (1, 'quiz', 'Lamps', 1)",
    "questions": """(activity_id, position, stem, choices, answer_index, explanation)
      VALUES (1, 1, 'Why?', '[]', 0, 'So.')""",
    "cards": "(activity_id, position, front, back) VALUES (1, 1, 'Volt', 'A unit')",
    "removed_items": "(activity_id, position, title, item, removed_at) VALUES (1, 1, 'Why?', '{}', 1)",
    "assignments": "(activity_id, created_at) VALUES (1, 1)",
    "chat_sessions": "(class_id, title, student_id, created_at, last_at) VALUES (1, 'Lamps', 1, 1, 1)",
    "announcements": "(class_id, body, created_at) VALUES (1, 'Hello', 1)",
    "invites": "(class_id, token, created_at) VALUES (1, 't', 1)",
    "certificates": """(class_id, student_id, code, student_name, class_name, school_name, sessions, artifacts,
      milestones, issued_at) VALUES (1, 1, 'c', 'Ben', '7B', 'Elm', 1, 1, 1, 1)""",
}

# Their numbers stay inside: nothing that outlives the row names one, or only the page of the one person whose it is.
INSIDE = {
    "attempts", "audit_events", "blueprints", "box", "chat_messages", "counted_questions", "document_passages",
    "heartbeat", "jobs", "outcomes", "passages", "saved_comments", "student_events",
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "box.sqlite3"


def box(path: Path, before: int = 99) -> Path:
    migrate(path, path.parent / "backups", [step for step in migrations() if step[0] < before])
    return path


def given(path: Path, *statements: str) -> int:
    """The number of what the last of them makes."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            number = connection.execute(statement).lastrowid
    return int(number or 0)


def join(path: Path, name: str) -> int:
    return given(path, STUDENT.replace("?", f"'{name}'"))


@pytest.mark.parametrize("table", MADE)
def test_a_number_is_not_given_again_after_the_last_one_left(path: Path, table: str) -> None:
    make = f"INSERT INTO {table} {MADE[table]}"
    box(path)
    first = given(path, make)
    assert first == 1
    given(path, f"DELETE FROM {table}")  # noqa: S608 - named above
    assert given(path, make) == 2


def test_of_every_table_it_was_said_whether_its_numbers_may_come_back(path: Path) -> None:
    box(path)
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute(
            """
            SELECT tables.name, tables.sql LIKE '%AUTOINCREMENT%'
            FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND columns.name = 'id' AND columns.type = 'INTEGER' AND columns.pk = 1
              AND tables.name NOT LIKE '%\\_fts\\_%' ESCAPE '\\'
            """
        ).fetchall()
    assert {name for name, never_twice in tables if never_twice} == MADE.keys()
    assert {name for name, never_twice in tables if not never_twice} == INSIDE


@pytest.mark.parametrize(
    "trace",
    [
        "INSERT INTO audit_events (action, target, happened_at) VALUES ('remove_student', '432', 1)",
        "INSERT INTO audit_events (action, target, happened_at) VALUES ('merge_students', '432>7', 1)",
        "INSERT INTO audit_events (action, target, happened_at) VALUES ('review_work', '7/432', 1)",
        "INSERT INTO audit_events (action, target, happened_at) VALUES ('staff_added', 'staff:432', 1)",
        """INSERT INTO removed_groups (class_id, name, colour, students, materials, hidden, assignments, removed_at)
           VALUES (1, 'Owls', 'red', '[3,432]', '[]', '[]', '[]', 1)""",
        STUDENT.replace("(class_id", "(id, class_id").replace(
            "VALUES (1, ?, ?", "VALUES (432, 1, 'Ben', 'b'"
        ),
    ],
)
def test_an_older_box_begins_above_every_number_it_speaks_of(path: Path, trace: str) -> None:
    box(path, before=15)
    given(path, CLASS, trace)
    box(path)
    assert join(path, "Chi") > 432 and given(path, f"INSERT INTO groups {MADE['groups']}") > 432


def test_words_and_very_long_numbers_in_the_audit_log_are_no_numbers_of_rows(path: Path) -> None:
    box(path, before=15)
    log = "INSERT INTO audit_events (action, target, happened_at) VALUES ('x', '{}', 1)"
    given(path, CLASS, *(log.format(target) for target in ("9" * 30, "course/lesson-1", "a b:c>d//", "")))
    box(path)
    assert 1 < join(path, "Ben") < 100_000


def test_an_older_box_keeps_what_it_has_and_all_that_hangs_on_it(path: Path) -> None:
    box(path, before=15)
    given(path, CLASS)
    ben = join(path, "Ben")
    given(path, *(f"INSERT INTO {table} {MADE[table]}" for table in ("modules", "materials", "groups")))
    given(path, "INSERT INTO group_students VALUES (1, 1)")
    box(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT student_id, material_id FROM student_materials").fetchall() == [
            (ben, 1)
        ]
        plan = str(
            connection.execute("EXPLAIN QUERY PLAN SELECT * FROM modules WHERE class_id = 1").fetchall()
        )
        assert "modules_by_class" in plan
        connection.execute("DELETE FROM students")
        assert connection.execute("SELECT count(*) FROM group_students").fetchone() == (0,)


def test_with_a_copy_numbers_begin_above_those_that_were_given_since_it_was_made(path: Path) -> None:
    box(path)
    given(path, CLASS)
    ben = join(path, "Ben")
    start_above(path, 0, seconds=3600)
    first = join(path, "Chi")
    assert first > ben + 3600
    start_above(path, 5_000_000, seconds=0)
    assert join(path, "Dee") > 5_000_000 == highest_number(path) - 1


def test_a_copy_of_an_older_box_takes_its_start_along(path: Path) -> None:
    box(path, before=15)
    given(path, CLASS)
    join(path, "Ben")
    start_above(path, 0, seconds=500_000)
    box(path)
    assert join(path, "Chi") > 500_000


def test_of_what_is_no_database_nobody_can_tell(path: Path) -> None:
    path.write_bytes(b"no database")
    assert highest_number(path) == 0
