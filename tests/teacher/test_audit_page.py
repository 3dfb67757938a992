"""The audit trail: what staff did, in words, for those of the class and for operators."""

import ast
import re
from pathlib import Path

from appliance.classroom.audit import PAGE_LINES, record_staff
from appliance.library.documents import create_document
from appliance.storage.files import StoredFile
from tests.conftest import Cast

APPLIANCE = Path(__file__).parents[2] / "appliance"
WORDS = (APPLIANCE / "web" / "templates" / "components" / "audit.html").read_text()


def recorded_actions() -> set[str]:
    """Every action that stands as a text in a call of record_staff."""
    found = set()
    for path in APPLIANCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_staff":
                said = node.args[1]
                if isinstance(said, ast.Constant):
                    found.add(str(said.value))
    return found


def test_every_action_has_words_that_a_teacher_reads() -> None:
    worded = set(re.findall(r'^  "(\w+)": _\(', WORDS, re.M))
    assert recorded_actions() - worded == set()


async def test_a_teacher_reads_what_was_done_in_the_class(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.post("/teach/class/1/lock", {"locked": "1"})
    page = (await ada.get("/teach/class/1/audit")).text
    assert "locked the class" in page and "Ada" in page
    assert "locked the class" not in (await (await cast.olu()).get("/teach/class/2/audit")).text
    assert (await (await cast.olu()).get("/teach/class/1/audit")).status_code == 404


async def test_an_operator_reads_what_was_done_on_the_box(cast: Cast) -> None:
    await (await cast.ada()).post("/teach/class/1/lock", {"locked": "1"})
    page = (await (await cast.max()).get("/operate/audit")).text
    assert "locked the class" in page and "7B" in page
    assert (await (await cast.ada()).get("/operate/audit")).status_code in (302, 403, 404)


async def test_a_long_trail_comes_in_pages(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        for number in range(PAGE_LINES + 3):
            await record_staff(tx, "add_course", cast.ada_id, 1, str(number), "")
    ada = await cast.ada()
    first, second = (
        (await ada.get("/teach/class/1/audit")).text,
        (await ada.get("/teach/class/1/audit?page=2")).text,
    )
    assert f"1 to {PAGE_LINES} of {PAGE_LINES + 3}" in first and "?page=2" in first
    assert f"{PAGE_LINES + 1} to {PAGE_LINES + 3} of {PAGE_LINES + 3}" in second
    for odd in ("0", "-1", "x", "99999"):
        assert (await ada.get(f"/teach/class/1/audit?page={odd}")).status_code == 200


async def test_what_is_in_a_quiz_and_what_a_paper_is_called_leaves_a_trace_too(cast: Cast) -> None:
    """The page says that every change of the class is on it."""
    ada, base = await cast.ada(), "/teach/class/1"
    made = await ada.post(f"{base}/activities", {"kind": "cards", "title": "Cards", "by": "hand"})
    one = made.headers["location"]
    card = {"front": "Loop", "back": "a way all round"}
    await ada.post(f"{one}/items", card)
    await ada.post(f"{one}/items/1", {**card, "front": "Circle"})
    await ada.post(f"{one}/items/1/remove")
    await ada.post(one, {"title": "More cards", "instructions": ""})
    async with cast.parts.db.transaction() as tx:
        paper = await create_document(tx, 1, "Motors", "m.pdf", "pdf", StoredFile("name", 9, "sum"))
    await ada.post(f"{base}/library/{paper}", {"title": "Engines"})
    blueprint = {"summary": "", "title-0": "Loops", "objective-0": "Explain why a lamp glows in a loop"}
    assert (await ada.post(f"{base}/blueprint", blueprint)).status_code == 302
    rows = await cast.parts.db.fetch_all("SELECT action, target FROM audit_events ORDER BY id")
    assert [tuple(row) for row in rows][1:] == [
        ("add_item", "1"),
        ("change_item", "1"),
        ("remove_item", "1"),
        ("change_activity", "1"),
        ("rename_document", str(paper)),
        ("change_blueprint", ""),
    ]
