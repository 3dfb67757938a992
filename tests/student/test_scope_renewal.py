"""A lesson page that has been open for too long: its session is what counts, and nothing typed is lost."""

import pytest

from appliance.classroom.students import create_student
from appliance.helper import scope
from tests.student.conftest import Lamps
from tests.student.test_helper_page import QUESTION, ask

URL = "/helper/scope/lamps/circles"
LONG = 7201


async def old_token(lamps: Lamps) -> str:
    token = await lamps.scope_token()
    lamps.cast.clock.now += LONG
    return token


async def test_a_fresh_token_is_given_to_whoever_may_open_the_page(lamps: Lamps) -> None:
    token = await old_token(lamps)
    refused = await ask(lamps, scope_token=token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope_token")
    given = await lamps.ben.get(URL)
    assert given.headers["cache-control"] == "private, no-store"
    assert given.json()["seconds"] == 7200
    assert (await ask(lamps, scope_token=given.json()["scope_token"])).status_code == 200


async def test_a_teacher_gets_one_for_a_preview(lamps: Lamps) -> None:
    ada = await lamps.cast.ada()
    token = (await ada.get(URL)).json()["scope_token"]
    answer = await ada.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    assert answer.status_code == 200


async def test_locking_the_lesson_ends_its_token_and_gives_no_other(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    await lamps.decide("locked")
    asked = await lamps.ben.post_json("/helper/chat", {"message": QUESTION, "scope_token": token})
    for refused in (asked, await lamps.ben.get(URL)):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope_token")
        assert "closed right now" in refused.json()["message"]


@pytest.mark.parametrize("path", ["lamps/nowhere", "nowhere/circles", "lamps/..%2f"])
async def test_a_lesson_that_is_not_there_gives_none(lamps: Lamps, path: str) -> None:
    assert (await lamps.ben.get(f"/helper/scope/{path}")).status_code == 404


async def test_a_lesson_of_another_class_gives_none(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        dee = await create_student(tx, cast.other.id, "Dee")
    assert (await (await cast.student(dee)).get(URL)).status_code == 404
    assert (await cast.visitor().get(URL)).json()["error"] == "unauthorized"


async def test_without_script_a_form_that_stood_open_for_too_long_is_answered(lamps: Lamps) -> None:
    page = await lamps.ben.post(lamps.path, {"message": QUESTION, "scope_token": await old_token(lamps)})
    assert page.status_code == 200 and QUESTION in page.text
    assert len(lamps.cast.engine.asked) == 1


async def test_without_script_a_token_of_another_lesson_class_or_key_is_not_renewed(lamps: Lamps) -> None:
    cast = lamps.cast
    lesson, key, now = cast.parts.shelf.lesson("lamps", "circles"), cast.parts.secrets.scope, cast.clock()
    other_lesson = cast.parts.shelf.lesson("lamps", "paths")
    wrong = [
        scope.sign(b"k" * 32, scope.scope_of_lesson(lesson, cast.classroom.id, "student"), now),
        scope.sign(key, scope.scope_of_lesson(lesson, 99, "student"), now - LONG),
        scope.sign(key, scope.scope_of_lesson(lesson, cast.classroom.id, "staff"), now - LONG),
        scope.sign(key, scope.scope_of_lesson(other_lesson, cast.classroom.id, "student"), now - LONG),
    ]
    for token in wrong:
        page = await lamps.ben.post(lamps.path, {"message": QUESTION, "scope_token": token})
        assert page.status_code == 422 and QUESTION in page.text
    assert cast.engine.asked == []


async def test_without_script_the_conversation_goes_on_from_form_to_form(lamps: Lamps) -> None:
    token = await lamps.scope_token()
    page = await lamps.ben.post(lamps.path, {"message": QUESTION, "scope_token": token})
    number = page.text.split('name="conversation_id" value="')[1].split('"')[0]
    await lamps.ben.post(
        lamps.path, {"message": "And then?", "scope_token": token, "conversation_id": number}
    )
    assert QUESTION in str(lamps.cast.engine.asked[1])
