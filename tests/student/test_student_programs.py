"""/api/v1/student: who a student is, the road and the work, for programs; and never another student's."""

from typing import Any

import httpx
import pytest

from appliance.classroom.materials import material_of_class
from appliance.storage.files import StoredFile
from appliance.work.responses import save_reflection, save_ticks
from appliance.work.submissions import create_submission
from tests.conftest import Browser, Cast
from tests.student.conftest import FOR_TEACHERS, Lamps

API = "/api/v1/student"


async def body_of(browser: Browser, path: str) -> dict[str, Any]:
    answer = await browser.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    body: dict[str, Any] = answer.json()
    return body


async def hand_in(cast: Cast, student_id: int, material_id: int, times: int = 1) -> None:
    for _ in range(times):
        number = await cast.count("submissions")
        async with cast.parts.db.transaction() as tx:
            stored = StoredFile(f"{number:032x}.png", 10, "hash")
            await create_submission(tx, material_id, student_id, f"{number}.png", stored, "")


async def add(cast: Cast, kind: str, body: str = "", url: str = "") -> int:
    """A material of its own in the class's last module."""
    async with cast.parts.db.transaction() as tx:
        return await tx.insert(
            """
            INSERT INTO materials (module_id, kind, title, body, url, position)
            SELECT max(id), :kind, :kind, :body, :url, 90 FROM modules WHERE class_id = :class_id
            """,
            kind=kind,
            body=body,
            url=url,
            class_id=cast.classroom.id,
        )


def materials_of(modules: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By kind, the first of each."""
    found: dict[str, dict[str, Any]] = {}
    for module in modules["modules"]:
        for material in module["materials"]:
            found.setdefault(material["kind"], material)
    return found


async def test_the_session_says_who_and_where(cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET landing_title = 'Welcome', landing_message = 'Be **kind**.'")
    assert await body_of(await cast.student(cast.ben), "session") == {
        "classroom": {
            "id": cast.classroom.id,
            "name": "7B",
            "student_landing_title": "Welcome",
            "student_landing_message": "Be **kind**.",
            "student_landing_hero_url": "",
        },
        "student": {"id": cast.ben.id, "display_name": "Ben", "return_code": cast.ben.return_code},
        "privacy_meta": {"submission_retention_days": None, "student_event_retention_days": 180},
    }


async def test_the_picture_above_the_landing_is_an_address_while_it_is_shown(cast: Cast) -> None:
    ben, told = await cast.student(cast.ben), []
    async with cast.parts.db.transaction() as tx:
        media_id = await tx.insert(
            """
            INSERT INTO media (class_id, kind, title, stored_name, position, created_at)
            VALUES (:class_id, 'file', 'Hills', 'hills.png', 1, :now)
            """,
            class_id=cast.classroom.id,
            now=tx.now,
        )
        await tx.execute("UPDATE classes SET landing_media_id = :id", id=media_id)
    for is_shown in (1, 0):
        async with cast.parts.db.transaction() as tx:
            await tx.execute("UPDATE media SET is_shown = :is_shown", is_shown=is_shown)
        told.append((await body_of(ben, "session"))["classroom"]["student_landing_hero_url"])
    assert told == [f"/lesson-media/{media_id}", ""]


async def test_asking_for_the_session_marks_the_student_as_here_once_a_minute(cast: Cast) -> None:
    ben, started_at = await cast.student(cast.ben), int(cast.clock.now)
    seen = []
    for seconds in (59, 60, 119):
        cast.clock.now = started_at + seconds
        await body_of(ben, "session")
        row = await cast.parts.db.fetch_one("SELECT last_seen_at FROM students WHERE display_name = 'Ben'")
        assert row is not None
        seen.append(row["last_seen_at"] - started_at)
    assert seen == [0, 60, 60]


async def test_the_modules_are_the_road_with_what_is_in_it(lamps: Lamps) -> None:
    body = await body_of(lamps.ben, "modules")
    assert (body["ui_density_mode"], [module["title"] for module in body["modules"]]) == (
        "standard",
        ["Circles of light", "One path or two", "Not before spring"],
    )
    found = materials_of(body)
    assert set(found) == {"lesson", "checklist", "reflection", "upload"}
    assert (found["lesson"]["type"], found["lesson"]["url"]) == ("link", "/course/lamps/circles")
    assert [item["text"] for item in found["checklist"]["checklist_items"]] == [
        "Close the loop", "Open it again", "Draw it",
    ]  # fmt: skip
    assert found["reflection"]["body"] == "What surprised you?"
    assert (found["upload"]["accepted_extensions"], found["upload"]["max_upload_mb"]) == (
        ".sb3,.png,.txt,.mp4",
        50,
    )
    assert found["checklist"]["access"] == {"is_locked": False, "available_on": None, "state": "open"}


async def test_what_is_locked_says_when_it_opens_and_no_more(lamps: Lamps) -> None:
    await lamps.decide("locked")
    answer = await lamps.ben.get(f"{API}/modules")
    found = materials_of(answer.json())
    assert found["checklist"]["access"]["is_locked"] and found["checklist"]["checklist_items"] == []
    assert found["reflection"]["body"] == ""
    later = answer.json()["modules"][2]["materials"][0]
    assert later["access"] == {"is_locked": True, "available_on": "2099-03-01", "state": "waiting"}
    assert not any(word in answer.text for word in (*FOR_TEACHERS, "kept secret"))


async def test_hidden_and_removed_things_are_not_on_the_road(lamps: Lamps) -> None:
    hidden, removed = await add(lamps.cast, "text", "x"), await add(lamps.cast, "text", "y")
    shown = await add(lamps.cast, "link", url="https://example.org/")
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET is_hidden = 1 WHERE id = :id", id=hidden)
        await tx.execute("UPDATE materials SET removed_at = 5 WHERE id = :id", id=removed)
    body = await body_of(lamps.ben, "modules")
    listed = [material for module in body["modules"] for material in module["materials"]]
    assert {hidden, removed}.isdisjoint(each["id"] for each in listed)
    assert [each["url"] for each in listed if each["id"] == shown] == ["https://example.org/"]


async def test_the_work_is_ones_own_with_every_version_counted(lamps: Lamps) -> None:
    cast, upload = lamps.cast, lamps.work["upload"].id
    assert cast.ben is not None and cast.chi is not None
    await hand_in(cast, cast.ben.id, upload, times=3)
    await hand_in(cast, cast.chi.id, upload)
    async with cast.parts.db.transaction() as tx:
        await save_ticks(tx, lamps.work["checklist"].id, cast.ben.id, {"b", "a"})
        await save_reflection(tx, lamps.work["reflection"].id, cast.chi.id, "Chi's own")
    body = await body_of(lamps.ben, "submissions")
    assert [each["original_filename"] for each in body["submissions"]] == ["2.png", "1.png", "0.png"]
    assert body["pagination"] == {"limit": 50, "offset": 0, "total": 3}
    assert body["submissions_by_material"] == {
        str(upload): {"count": 3, "last": "2027-01-15T08:00:00Z", "last_id": body["submissions"][0]["id"]}
    }
    assert body["material_responses"] == {
        str(lamps.work["checklist"].id): {
            "checklist_checked": ["a", "b"],
            "reflection_text": "",
            "rubric_scores": {},
            "rubric_feedback": "",
        }
    }
    assert body["gallery_entries_by_material"] == {}


@pytest.mark.parametrize(
    ("query", "window"),
    [
        ("", (50, 0)),
        ("?limit=2&offset=1", (2, 1)),
        ("?limit=1000", (100, 0)),
        ("?limit=0&offset=-5", (1, 0)),
        ("?limit=ten&offset=1", (50, 0)),
        ("?offset=99999999999999999999999", (50, 2**31)),
        (f"?limit={'9' * 5000}", (50, 0)),
    ],
)
async def test_the_window_is_brought_within_bounds(lamps: Lamps, query: str, window: tuple[int, int]) -> None:
    assert lamps.cast.ben is not None
    await hand_in(lamps.cast, lamps.cast.ben.id, lamps.work["upload"].id, times=4)
    body = await body_of(lamps.ben, f"submissions{query}")
    assert (body["pagination"]["limit"], body["pagination"]["offset"]) == window
    assert len(body["submissions"]) == max(0, min(window[0], 4 - window[1]))


async def test_the_gallery_lists_what_is_shown_and_nothing_that_is_kept_out(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.ben is not None and cast.chi is not None
    gallery = await add(cast, "gallery")
    for student in (cast.ben, cast.chi, cast.chi, cast.chi):
        await hand_in(cast, student.id, gallery)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE submissions SET is_shared = 1 WHERE id IN (1, 2, 3)")
        await tx.execute("UPDATE submissions SET is_kept_out = 1 WHERE id = 3")
    assert (await body_of(lamps.ben, "submissions"))["gallery_entries_by_material"] == {}
    await lamps.decide("open", "later")
    entries = (await body_of(lamps.ben, "submissions"))["gallery_entries_by_material"][str(gallery)]
    assert [(each["author"], each["is_own"], each["original_filename"]) for each in entries] == [
        ("Chi", False, "1.png"),
        ("Ben", True, "0.png"),
    ]


async def test_programs_get_120_answers_a_minute_and_each_student_their_own(cast: Cast) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    for _ in range(120):
        assert (await ben.get(f"{API}/session")).status_code == 200
    refused = await ben.get(f"{API}/submissions")
    assert (refused.status_code, refused.json()["error"]) == (429, "rate_limited")
    assert refused.headers["retry-after"] == "60"
    assert (await chi.get(f"{API}/session")).status_code == 200
    cast.clock.now += 61
    assert (await ben.get(f"{API}/session")).status_code == 200


async def queries_of(cast: Cast, browser: Browser, path: str) -> int:
    """The fewest of three looks: jobs in the background ask too."""
    found = []
    for _ in range(3):
        before = cast.parts.db.queries
        answer: httpx.Response = await browser.get(path)
        assert answer.status_code == 200
        found.append(cast.parts.db.queries - before)
    return min(found)


async def test_no_answer_takes_more_queries_when_there_is_more_in_it(lamps: Lamps) -> None:
    cast = lamps.cast
    assert cast.ben is not None
    paths = [f"{API}/{name}" for name in ("session", "modules", "submissions")]
    few = [await queries_of(cast, lamps.ben, path) for path in paths]
    for kind in ("text", "checklist", "rubric", "upload", "gallery") * 4:
        material_id = await add(cast, kind)
        assert await material_of_class(cast.parts.db, cast.classroom.id, material_id)
        await hand_in(cast, cast.ben.id, material_id, times=2)
    assert [await queries_of(cast, lamps.ben, path) for path in paths] == few
    assert max(few) <= 12
