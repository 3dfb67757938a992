"""What is written down about students: ids and counts, added and left alone, gone with the work that they speak of."""

import json
import re
from pathlib import Path

from appliance.classroom.students import remove_student
from tests.student.conftest import PNG, Lamps

SOURCE = Path(__file__).parent.parent.parent / "appliance"
CHANGES = re.compile(r"(UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+(student_events|audit_events)", re.IGNORECASE)


async def events(lamps: Lamps) -> list[tuple[str, int | None, dict[str, int | str]]]:
    rows = await lamps.cast.parts.db.fetch_all("SELECT * FROM student_events ORDER BY id")
    return [(row["kind"], row["student_id"], json.loads(row["details"])) for row in rows]


async def test_a_hand_in_leaves_ids_and_no_words(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    await lamps.hand_in("my secret plan.png", PNG, note="Nobody may know.")
    ((kind, student_id, details),) = await events(lamps)
    assert (kind, student_id) == ("submission_upload", lamps.cast.ben.id)
    assert all(isinstance(value, int) for value in details.values())


async def test_events_outlive_their_student_and_name_nobody(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    await lamps.hand_in("a.png", PNG)
    async with lamps.cast.parts.db.transaction() as tx:
        await remove_student(tx, lamps.cast.ben.id)
    assert [(kind, student_id) for kind, student_id, _ in await events(lamps)] == [
        ("submission_upload", None)
    ]


async def test_an_address_that_is_followed_deletes_nothing(lamps: Lamps) -> None:
    await lamps.hand_in("a.png", PNG)
    for path in ("/student/delete-work", "/student/delete-me", "/student/end-session"):
        assert (await lamps.ben.get(path)).status_code == 405
    assert await lamps.cast.count("submissions") == 1


def test_events_are_added_and_changed_in_three_named_places_alone() -> None:
    found = {
        (file.relative_to(SOURCE).as_posix(), " ".join(match.group(0).split()))
        for file in SOURCE.rglob("*.py")
        for match in CHANGES.finditer(file.read_text())
    }
    assert {statement for _, statement in found} == {"UPDATE student_events", "DELETE FROM student_events"}
    # Merging two students, deleting one's own work, and what is too old.
    assert len(found) == 3
