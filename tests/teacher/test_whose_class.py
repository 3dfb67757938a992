"""Another teacher's class is not there: not on any address that names one, and nothing in it changes."""

import re

from appliance.classroom.materials import materials_of_lesson
from appliance.storage.files import IncomingFile
from appliance.work.responses import save_reflection, save_ticks
from appliance.work.submissions import accept, create_submission
from tests.conftest import COURSE, Browser, Cast

PNG = b"\x89PNG\r\n\x1a\n a picture"
NUMBER = re.compile(r'<td[^>]* class="number">([^<]*)')
EVERYTHING = ("classes", "students", "modules", "releases", "audit_events", "submissions")


def addresses(cast: Cast) -> list[tuple[str, str]]:
    """Every route below a class, with Ben's class and Ben in it."""
    assert cast.ben is not None
    found = []
    for route in cast.app.router.routes:
        if "<class_id:int>" in route.path:
            path = route.path.replace("<class_id:int>", str(cast.classroom.id))
            path = path.replace("<student_id:int>", str(cast.ben.id))
            path = path.replace("<module_id:int>", "1").replace("<material_id:int>", "1")
            found += [(method, f"/{path}") for method in sorted(route.methods)]
    return found


async def sent(browser: Browser, method: str, path: str) -> int:
    await browser.get("/privacy")
    form = {"csrf_token": browser.token, "course": COURSE, "lesson": "who-lets-it-through", "state": "locked"}
    data = None if method in ("GET", "HEAD") else {**form, "locked": "1"}
    return (await browser.client.request(method, path, data=data)).status_code


async def state(cast: Cast) -> list[object]:
    row = await cast.parts.db.fetch_one("SELECT * FROM classes WHERE id = :id", id=cast.classroom.id)
    assert row is not None
    return [*tuple(row), *[await cast.count(table) for table in EVERYTHING]]


async def hand_in(cast: Cast) -> None:
    """Ben's work on one lesson: a file, two ticks and a line of text."""
    assert cast.ben is not None
    files = cast.parts.files
    work = await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, "who-lets-it-through")
    incoming = IncomingFile(files.folder)
    incoming.write(PNG, 1000, "")
    incoming.finish()
    stored = await accept(files, incoming, "tester.png", (".png",))
    async with cast.parts.db.transaction() as tx:
        await create_submission(tx, work["upload"].id, cast.ben.id, "tester.png", stored, "")
        await save_ticks(tx, work["checklist"].id, cast.ben.id, {"one", "two"})
        await save_reflection(tx, work["reflection"].id, cast.ben.id, "A pencil!")


async def test_the_class_of_another_teacher_is_not_found_on_any_address(cast: Cast) -> None:
    found, before = addresses(cast), await state(cast)
    assert len({path for _, path in found}) >= 7
    for person in (await cast.olu(), await cast.max()):
        for method, path in found:
            assert await sent(person, method, path) == 404, (method, path)
    assert await state(cast) == before


async def test_the_list_of_classes_holds_ones_own_alone(cast: Cast) -> None:
    page = (await (await cast.olu()).get("/teach")).text
    assert "8C" in page and "7B" not in page


async def test_the_roster_counts_each_students_own_work(cast: Cast) -> None:
    await hand_in(cast)
    page = (await (await cast.ada()).get("/teach/class/1")).text.split('id="roster"')[1]
    ben, chi = page.split("/student/1")[1].split("</tr>")[0], page.split("/student/2")[1].split("</tr>")[0]
    assert NUMBER.findall(ben) == ["2", "1", "1"]
    assert NUMBER.findall(chi) == ["0", "0", "0"]
    assert "tester.png" in page


async def test_removing_a_student_takes_the_files_too_and_twice_does_no_harm(cast: Cast) -> None:
    await hand_in(cast)
    ada, chi = await cast.ada(), await cast.student(cast.chi)
    assert (await ada.post("/teach/class/1/student/1/remove")).status_code == 302
    assert await cast.parts.files.names() == []
    for table in ("submissions", "checklist_ticks", "reflections"):
        assert await cast.count(table) == 0
    assert (await chi.get("/student")).status_code == 200
    assert (await ada.post("/teach/class/1/student/1/remove")).status_code == 404
    assert await cast.count("students") == 1
