"""Full text search is filled again from the passages that are there, as the box itself folds their words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from appliance.errors import StartRefused
from appliance.storage.database import Database
from appliance.storage.migrate import migrate, migrations

BEFORE = [step for step in migrations() if step[0] < 18]
FOLDED = next(step for step in migrations() if step[0] == 18)
BODIES = ("Съёмный элемент питания", "전기는 흐른다", "Plain CO₂", "")

ASKED = {
    "passages_fts": "SELECT rowid FROM passages_fts WHERE passages_fts MATCH :match",
    "document_passages_fts": "SELECT rowid FROM document_passages_fts WHERE document_passages_fts MATCH :match",
}


def filled(path: Path, backups: Path, bodies: tuple[str, ...] = BODIES) -> None:
    """A box of the last release, with a course and a class's paper."""
    migrate(path, backups, BEFORE)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            """
            INSERT INTO passages (course_slug, lesson_slug, source, heading, anchor, position, body, embedding)
            VALUES ('kites', 'wind', 'lesson', 'Über', 'uber', ?, ?, x'0102')
            """,
            enumerate(bodies),
        )
        connection.execute(
            "INSERT INTO classes (id, name, join_code, created_at) VALUES (1, '7B', 'AAAA2222', 1)"
        )
        connection.execute(
            """
            INSERT INTO documents (id, class_id, title, original_filename, stored_name, kind, size_bytes, created_at)
            VALUES (1, 1, 'Paper', 'p.pdf', 's', 'pdf', 9, 1)
            """
        )
        connection.executemany(
            "INSERT INTO document_passages (document_id, page, position, body) VALUES (1, 1, ?, ?)",
            enumerate(bodies),
        )


async def found(db: Database, table: str, match: str) -> list[int]:
    rows = await db.fetch_all(ASKED[table], match=match)
    return [row["rowid"] for row in rows]


async def test_passages_of_an_older_box_are_found_in_their_script_and_stay_as_they_were(
    tmp_path: Path,
) -> None:
    filled(tmp_path / "box.sqlite3", tmp_path / "backups")
    db = Database(tmp_path / "box.sqlite3", lambda: 1_800_000_000.0)
    await db.open(tmp_path / "backups")
    for table in ASKED:
        assert await found(db, table, '"съемный"') == [1]
        assert await found(db, table, '"전기"') == [2]
        assert await found(db, table, '"co2"') == [3]
    assert await found(db, "passages_fts", "heading : uber") == [1, 2, 3, 4]
    rows = await db.fetch_all("SELECT body, embedding FROM passages ORDER BY id")
    assert [(row["body"], row["embedding"]) for row in rows] == [(body, b"\x01\x02") for body in BODIES]
    await db.close()


async def test_what_goes_with_its_class_is_found_no_more_and_what_comes_is(tmp_path: Path) -> None:
    filled(tmp_path / "box.sqlite3", tmp_path / "backups")
    db = Database(tmp_path / "box.sqlite3", lambda: 1_800_000_000.0)
    await db.open(tmp_path / "backups")
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM classes")
        await tx.execute("DELETE FROM passages WHERE id = 2")
        await tx.execute(
            """
            INSERT INTO passages (course_slug, lesson_slug, source, heading, anchor, position, body)
            VALUES ('kites', 'rain', 'lesson', '', '', 0, '光合作用')
            """
        )
    assert await found(db, "document_passages_fts", '"съемный"') == []
    assert await found(db, "passages_fts", '"전기"') == []
    assert await found(db, "passages_fts", '"合作"') == [5]
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
    await db.close()


def test_an_upgrade_that_breaks_off_leaves_the_older_search(tmp_path: Path) -> None:
    path = tmp_path / "box.sqlite3"
    filled(path, tmp_path / "backups")
    broken = (
        18,
        FOLDED[1].replace("PRAGMA user_version", "INSERT INTO nowhere VALUES (1); PRAGMA user_version"),
    )
    with pytest.raises(StartRefused):
        migrate(path, tmp_path / "backups", [*BEFORE, broken])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (BEFORE[-1][0],)
        asked = connection.execute("SELECT rowid FROM passages_fts WHERE passages_fts MATCH 'plain'")
        assert asked.fetchall() == [(3,)]
