"""`chalkbox retention`: what is too old goes, and with --dry-run nothing does."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from appliance.helper.exports import write_export
from tests.cli.conftest import Chalkbox, Outcome


def test_copies_that_are_too_old_go(chalkbox: Chalkbox, box: Outcome, data: Path) -> None:
    old = write_export(data, 7, [], 120, 1_000_000_000)
    assert f"Would remove {old.name}." in chalkbox("retention", "run", "--dry-run").out
    assert old.exists()
    assert chalkbox("retention", "run", "--json").json == {
        "removed": [str(old)],
        "events": 0,
        "dry_run": False,
    }
    assert not old.exists()
    assert "Nothing has been kept for too long." in chalkbox("retention", "run").out


def test_events_that_are_too_old_go_into_a_table_first(
    chalkbox: Chalkbox, box: Outcome, data: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(data / "box.sqlite3")) as connection, connection:
        for moment in (1_000_000_000, time.time()):
            connection.execute(
                "INSERT INTO student_events (kind, happened_at) VALUES ('class_join', ?)", (int(moment),)
            )
    table = tmp_path / "events.csv"
    told = chalkbox("retention", "run", "--dry-run", "--events-csv", str(table))
    assert "Would remove 1 events of students." in told.out
    assert table.read_text().splitlines()[1].endswith("class_join,{},,1000000000")
    assert chalkbox("retention", "run", "--json").json["events"] == 1
    assert chalkbox("retention", "run", "--json").json["events"] == 0
    with closing(sqlite3.connect(data / "box.sqlite3")) as connection:
        assert connection.execute("SELECT count(*) FROM student_events").fetchone() == (1,)


def test_where_no_box_is_it_says_so(chalkbox: Chalkbox) -> None:
    refused = chalkbox("retention", "run")
    assert refused.status == 1 and "There is no box in" in refused.err
