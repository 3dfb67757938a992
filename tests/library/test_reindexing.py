"""A course that is edited while the box runs is searched as it stands."""

from collections.abc import Callable
from pathlib import Path

from appliance.library.courses import Shelf
from appliance.library.references import PACKS_ONLY
from appliance.library.reindexing import changed, index_words
from appliance.library.search import search
from appliance.storage.database import Database

WriteCourse = Callable[..., Path]
LESSON = "lessons/wind.md"
MANIFEST = f"lessons:\n  - {{slug: wind, file: {LESSON}}}\n"


async def test_an_edited_lesson_is_found_by_its_new_words_and_no_longer_by_the_old(
    passage_db: Database, write_course: WriteCourse
) -> None:
    write_course("rain", manifest=MANIFEST, **{LESSON: "## Rain\n\nThe rain comes down on the roof."})
    folder = write_course(
        "kites", manifest=MANIFEST, **{LESSON: "## Sail\n\nThe sail is made of bamboo sticks."}
    )
    shelf = Shelf([folder.parent])
    known = shelf.courses()
    await index_words(passage_db, known, PACKS_ONLY)
    (folder / LESSON).write_text("## Sail\n\nThe sail is made of carbon tubes nowadays.")
    courses = shelf.courses()
    edited = changed(known, courses)
    assert [course.slug for course in edited] == ["kites"]
    await index_words(passage_db, edited, PACKS_ONLY)
    assert await search(passage_db, "bamboo", "kites", "wind", None, 3) == []
    assert len(await search(passage_db, "carbon", "kites", "wind", None, 3)) == 1
    assert changed(courses, shelf.courses()) == []
