"""A lesson that a student may not open is not quoted to them either, and its own helper is closed."""

import pytest

from appliance.classroom.materials import add_course
from appliance.errors import Invalid
from appliance.helper.pipeline import Asker
from appliance.storage.database import Database
from tests.helper.conftest import Classroom

ABOUT_PATHS = "What happens to the other lamps in a series circuit when one lamp is taken out?"


async def put_on_road(room: Classroom, db: Database, class_id: int) -> None:
    async with db.transaction() as tx:
        course = room.shelf.course("lamps")
        await add_course(tx, class_id, course, room.shelf.lessons("lamps"))


async def hide(db: Database, lesson: str) -> None:
    async with db.transaction() as tx:
        await tx.execute("UPDATE materials SET is_hidden = 1 WHERE lesson_slug = :lesson", lesson=lesson)


async def test_a_lesson_on_the_road_is_quoted_beside_another(
    room: Classroom, db: Database, ben: Asker
) -> None:
    await put_on_road(room, db, ben.class_id)
    answer = await room.answer(ben, ABOUT_PATHS)
    assert any("/course/lamps/paths" in citation.url for citation in answer.citations)


async def test_a_hidden_lesson_is_not_quoted_beside_another(
    room: Classroom, db: Database, ben: Asker
) -> None:
    await put_on_road(room, db, ben.class_id)
    await hide(db, "paths")
    answer = await room.answer(ben, ABOUT_PATHS)
    assert not any("/course/lamps/paths" in citation.url for citation in answer.citations)


async def test_hiding_a_lesson_ends_the_token_of_a_page_that_was_open(
    room: Classroom, db: Database, ben: Asker
) -> None:
    await put_on_road(room, db, ben.class_id)
    token = room.token(ben, "paths")
    await hide(db, "paths")
    with pytest.raises(Invalid) as refusal:
        await room.events(ben, ABOUT_PATHS, "paths", scope_token=token)
    assert refusal.value.code == "invalid_scope_token"
