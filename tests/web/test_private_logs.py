"""The log of a whole lesson: ids and counts, and nothing that a child is called, asked, wrote or handed in."""

import logging
import re

import pytest

from appliance.classroom.materials import materials_of_lesson
from tests.conftest import COURSE, Cast

LESSON = "who-lets-it-through"
SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
PRIVATE = ("Zebulon Quux", "wobbly question", "secret-diary", "grommet", "my note here")


async def test_no_name_question_text_or_file_name_of_a_student_is_logged(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = cast.visitor()
    await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Zebulon Quux"})
    page = await visitor.get(f"/course/{COURSE}/{LESSON}")
    found = SCOPE.search(page.text)
    assert found is not None
    asked = {"message": "A wobbly question about metals?", "scope_token": found[1]}
    cast.engine.will_say("Metals let the charge through.")
    assert (await visitor.post_json("/helper/chat", asked)).status_code == 200
    assert (await visitor.post(f"/course/{COURSE}/{LESSON}", asked)).status_code == 200
    work = await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, LESSON)
    await visitor.post(
        f"/material/{work['reflection'].id}/reflection", {"reflection_text": "A grommet, mostly."}
    )
    await visitor.post(
        f"/material/{work['upload'].id}/upload",
        {"note": "my note here"},
        files={"file": ("secret-diary.png", b"\x89PNG\r\n\x1a\n and so on")},
    )
    await visitor.post(f"/material/{work['upload'].id}/upload", files={"file": ("secret-diary.exe", b"MZ")})
    assert (await cast.count("submissions"), await cast.count("reflections")) == (1, 1)
    ours = [record for record in caplog.records if record.name.startswith("chalkbox")]
    assert any("helper_answer" in record.getMessage() for record in ours)
    for private in PRIVATE:
        assert private.casefold() not in caplog.text.casefold()
