"""Migrations: fresh, twice, failing half-way, from a newer box, and with a copy kept before an upgrade."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from appliance.errors import StartRefused
from appliance.storage.migrate import migrate, migrations

FIRST = (1, "BEGIN; CREATE TABLE notes (body TEXT) STRICT; PRAGMA user_version = 1; COMMIT;")
SECOND = (2, "BEGIN; ALTER TABLE notes ADD COLUMN colour TEXT; PRAGMA user_version = 2; COMMIT;")
BROKEN = (
    2,
    "BEGIN; CREATE TABLE halves (body TEXT) STRICT; INSERT INTO nowhere VALUES (1); PRAGMA user_version = 2; COMMIT;",
)
FORGETFUL = (2, "BEGIN; CREATE TABLE more (body TEXT) STRICT; COMMIT;")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "box.sqlite3"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def asked(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def written(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


def tables(path: Path) -> set[object]:
    return {row[0] for row in asked(path, "SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_a_fresh_file_gets_every_table_in_wal_and_for_its_owner_alone(path: Path, backups: Path) -> None:
    migrate(path, backups)
    assert {"box", "staff", "classes", "students", "submissions", "jobs"} <= tables(path)
    assert asked(path, "PRAGMA user_version") == [(migrations()[-1][0],)]
    assert asked(path, "PRAGMA journal_mode") == [("wal",)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not backups.exists()


def test_the_shipped_migrations_are_numbered_without_a_gap_and_hold_strict_tables(
    path: Path, backups: Path
) -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))
    migrate(path, backups)
    loose = (
        "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"
    )
    assert asked(path, loose) == []


def test_a_second_start_changes_nothing(path: Path, backups: Path) -> None:
    migrate(path, backups)
    written(path, "UPDATE heartbeat SET beat_at = 7")
    migrate(path, backups)
    assert asked(path, "SELECT beat_at FROM heartbeat") == [(7,)]
    assert not backups.exists()


def test_an_upgrade_keeps_what_was_there_and_a_private_copy_from_before(path: Path, backups: Path) -> None:
    migrate(path, backups, [FIRST])
    written(path, "INSERT INTO notes VALUES ('kept')")
    migrate(path, backups, [FIRST, SECOND])
    assert asked(path, "SELECT body, colour FROM notes") == [("kept", None)]
    copy = backups / "before-upgrade-1-to-2.sqlite3"
    assert asked(copy, "SELECT * FROM notes") == [("kept",)]
    assert asked(copy, "PRAGMA user_version") == [(1,)]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_migration_that_fails_half_way_leaves_nothing_and_the_old_box_starts_again(
    path: Path, backups: Path
) -> None:
    migrate(path, backups, [FIRST])
    written(path, "INSERT INTO notes VALUES ('kept')")
    with pytest.raises(StartRefused, match=r"can't be used \(no such table"):
        migrate(path, backups, [FIRST, BROKEN])
    assert "halves" not in tables(path)
    migrate(path, backups, [FIRST])
    assert asked(path, "SELECT body FROM notes") == [("kept",)]
    assert (backups / "before-upgrade-1-to-2.sqlite3").exists()


def test_the_mended_migration_goes_on_where_the_broken_one_stopped(path: Path, backups: Path) -> None:
    with pytest.raises(StartRefused):
        migrate(path, backups, [FIRST, BROKEN])
    assert tables(path) == {"notes"}
    migrate(path, backups, [FIRST, SECOND])
    assert asked(path, "PRAGMA user_version") == [(2,)]


def test_a_migration_that_forgets_its_number_is_found_out(path: Path, backups: Path) -> None:
    with pytest.raises(StartRefused, match="Migration 2 did not take"):
        migrate(path, backups, [FIRST, FORGETFUL])


def test_a_file_from_a_newer_box_is_refused_and_left_alone(path: Path, backups: Path) -> None:
    migrate(path, backups, [FIRST, SECOND])
    before = path.read_bytes()
    with pytest.raises(StartRefused, match=r"newer Chalkbox.*restore an older backup"):
        migrate(path, backups, [FIRST])
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", [b"this was never a database" * 400, b"\x00" * 8192])
def test_a_damaged_file_is_one_sentence_with_the_way_out(path: Path, backups: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    with pytest.raises(StartRefused, match=r"can't be used .*restore the latest backup\.$") as refused:
        migrate(path, backups)
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == damage


def test_a_file_that_was_cut_short_is_refused(path: Path, backups: Path) -> None:
    migrate(path, backups)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(StartRefused, match="restore the latest backup"):
        migrate(path, backups, [*migrations(), (99, "BEGIN; PRAGMA user_version = 99; COMMIT;")])


def test_without_room_for_the_copy_there_is_no_upgrade(path: Path, backups: Path) -> None:
    migrate(path, backups, [FIRST])
    (backups / "before-upgrade-1-to-2.sqlite3").mkdir(parents=True)
    with pytest.raises(StartRefused, match="can't be used"):
        migrate(path, backups, [FIRST, SECOND])
    assert asked(path, "PRAGMA user_version") == [(1,)]


def test_what_senders_called_their_messages_moves_to_its_own_column(path: Path, backups: Path) -> None:
    migrate(path, backups, [step for step in migrations() if step[0] <= 2])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            """
            INSERT INTO classes (id, name, join_code, created_at) VALUES (1, '7B', 'AAAA2222', 1);
            INSERT INTO students (id, class_id, display_name, return_code, created_at, last_seen_at)
            VALUES (1, 1, 'Ben', 'code', 1, 1);
            INSERT INTO chat_sessions (id, class_id, student_id, title, created_at, last_at)
            VALUES (1, 1, 1, '', 1, 1), (2, 1, 1, '', 1, 1);
            INSERT INTO chat_messages (id, session_id, author, body, backend, sent_at)
            VALUES (1, 1, 'person', 'Why?', 'mine-1', 1), (2, 1, 'assistant', 'So.', 'lesson', 1),
              (3, 1, 'person', 'And?', '', 1), (4, 1, 'assistant', 'Yes.', 'local', 1),
              (5, 2, 'person', 'Why?', 'mine-1', 1), (6, 2, 'person', 'Twice?', 'mine-1', 1);
            """
        )
    migrate(path, backups)
    moved = asked(path, "SELECT id, backend, client_id FROM chat_messages ORDER BY id")
    assert moved == [
        (1, "", "mine-1"),
        (2, "lesson", ""),
        (3, "", ""),
        (4, "local", ""),
        (5, "", "mine-1"),
        (6, "", ""),
    ]
    again = "INSERT INTO chat_messages (session_id, author, body, client_id, sent_at) VALUES (1, 'person', '', {}, 1)"
    written(path, again.format("''"))
    with pytest.raises(sqlite3.IntegrityError):
        written(path, again.format("'mine-1'"))
