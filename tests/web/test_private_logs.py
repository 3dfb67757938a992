"""The log of a whole lesson: ids and counts, and nothing that a child is called, asked, wrote or handed in."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from appliance.classroom.materials import materials_of_lesson
from appliance.operations import logs
from tests.conftest import COURSE, Cast

LESSON = "who-lets-it-through"
SCOPE = re.compile(r'name="scope_token" value="([^"]+)"')
PRIVATE = ("Zebulon Quux", "wobbly question", "secret-diary", "grommet", "my note here")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the box itself writes at its most talkative; the process's own logging is put back afterwards."""
    names = ("", "chalkbox", *logs.NOISY)
    before = {name: (logging.getLogger(name).handlers[:], logging.getLogger(name).level) for name in names}
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield stream
    for name, (handlers, level) in before.items():
        logging.getLogger(name).handlers, logging.getLogger(name).level = handlers, level


async def test_no_name_question_text_or_file_name_of_a_student_is_logged(
    cast: Cast, written: io.StringIO
) -> None:
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
    for said in ("stuck", "hand-up", "not a thing that can be said"):
        await visitor.post("/student/live", {"say": said})
    await (await cast.ada()).get(f"/teach/class/{cast.classroom.id}/live")
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
    said = written.getvalue()
    assert "event=helper_answer" in said and "event=submission" in said
    for private in PRIVATE:
        assert private.casefold() not in said.casefold()
