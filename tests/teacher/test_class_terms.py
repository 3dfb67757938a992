"""A class gets another name, ends, comes back, and goes for good in two steps."""

import pytest

from tests.conftest import COURSE, Browser, Cast
from tests.faults.serving import picture


@pytest.fixture
async def ada(cast: Cast) -> Browser:
    return await cast.ada()


def term(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/term"


async def hand_in(cast: Cast, student: Browser) -> int:
    row = await cast.parts.db.fetch_one(
        "SELECT id, lesson_slug FROM materials WHERE kind = 'upload' ORDER BY id"
    )
    assert row is not None
    opened = {"course": COURSE, "lesson": row["lesson_slug"], "state": "open"}
    await (await cast.ada()).post(f"/teach/class/{cast.classroom.id}/releases", opened)
    address = f"/material/{row['id']}/upload"
    file = {"file": ("circuit.png", picture(5_000), "image/png")}
    answer = await student.post(address, {"note": ""}, files=file)
    return answer.status_code


async def test_a_new_name_is_what_students_and_colleagues_read(cast: Cast, ada: Browser) -> None:
    assert (await ada.post(term(cast), {"name": "  7B   Physics "})).status_code == 302
    assert "7B Physics" in (await ada.get("/teach")).text
    assert "7B Physics" in (await (await cast.student(cast.ben)).get("/student")).text


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
async def test_a_name_that_no_class_can_have_is_refused(cast: Cast, ada: Browser, name: str) -> None:
    assert (await ada.post(term(cast), {"name": name})).status_code == 422
    assert "7B" in (await ada.get("/teach")).text


async def test_an_ended_class_lets_nobody_in_and_stands_apart(cast: Cast, ada: Browser) -> None:
    await ada.post(f"{term(cast)}/end")
    home = (await ada.get("/teach")).text
    assert "Past classes (1)" in home and "Your classes will be here" in home
    assert "This class has ended" in (await ada.get(f"/teach/class/{cast.classroom.id}")).text
    newcomer = {"class_code": cast.classroom.join_code, "display_name": "Eve"}
    refused = await cast.visitor().post_json("/join", newcomer)
    assert refused.status_code == 403 and await cast.count("students") == 2
    assert (await ada.get("/api/v1/teacher/classes")).json()["classes"] == []


async def test_its_students_read_and_take_home_and_hand_nothing_in(cast: Cast, ada: Browser) -> None:
    ben = await cast.student(cast.ben)
    assert await hand_in(cast, ben) == 302
    await ada.post(f"{term(cast)}/end")
    for address in ("/student", "/student/feedback", "/student/my-data", "/student/portfolio"):
        assert (await ben.get(address)).status_code == 200, address
    assert await hand_in(cast, ben) == 403 and await cast.count("submissions") == 1
    asked = await ben.post_json("/helper/chat", {"message": "Why?", "scope_token": "x"})
    assert (asked.status_code, asked.json()["error"]) == (403, "class_ended")
    assert (await ben.post("/student/delete-work", {"sure": "1"})).status_code in (200, 302, 422)
    assert (await ben.post("/student/end-session")).status_code == 302


async def test_it_is_not_opened_by_a_side_door(cast: Cast, ada: Browser) -> None:
    await ada.post(f"{term(cast)}/end")
    assert (await ada.post(f"/teach/class/{cast.classroom.id}/lock", {"locked": "0"})).status_code == 409
    switched = await ada.post_json(f"/api/v1/teacher/class/{cast.classroom.id}/toggle-lock", {})
    assert (switched.status_code, switched.json()["error"]) == (409, "class_ended")


async def test_brought_back_it_is_locked_until_it_is_opened(cast: Cast, ada: Browser) -> None:
    await ada.post(f"{term(cast)}/end")
    await ada.post(f"{term(cast)}/bring-back")
    assert "Past classes" not in (await ada.get("/teach")).text
    await ada.post(f"/teach/class/{cast.classroom.id}/lock", {"locked": "0"})
    newcomer = {"class_code": cast.classroom.join_code, "display_name": "Eve"}
    assert (await cast.visitor().post("/join", newcomer)).status_code in (200, 302)
    assert await hand_in(cast, await cast.student(cast.ben)) == 302


async def test_only_an_ended_class_can_be_removed_and_only_by_its_name(cast: Cast, ada: Browser) -> None:
    assert (await ada.post(f"{term(cast)}/remove", {"class_name": "7B"})).status_code == 409
    await ada.post(f"{term(cast)}/end")
    assert (await ada.post(f"{term(cast)}/remove", {"class_name": "8B"})).status_code == 422
    assert await cast.count("classes") == 2


async def test_a_removed_class_leaves_no_row_and_no_file(cast: Cast, ada: Browser) -> None:
    ben = await cast.student(cast.ben)
    await hand_in(cast, ben)
    film = {"title": "", "folder": "", "lesson": "", "description": "", "is_shown": "1"}
    file = {"file": ("lamp.png", picture(4_000), "image/png")}
    await ada.post(f"/teach/class/{cast.classroom.id}/media", film, files=file)
    stored = cast.parts.settings.appliance_data / "uploads"
    assert len([path for path in stored.glob("??/*") if path.is_file()]) == 2
    await ada.post(f"{term(cast)}/end")
    assert (await ada.post(f"{term(cast)}/remove", {"class_name": " 7b "})).status_code == 302
    assert not [path for path in stored.glob("??/*") if path.is_file()]
    for table in ("students", "submissions", "materials", "media"):
        assert await cast.count(table) == 0, table
    assert (await ben.get("/student")).status_code == 302
    assert (await ada.get(f"/teach/class/{cast.classroom.id}")).status_code == 404


async def test_who_may_only_look_changes_nothing(cast: Cast, ada: Browser) -> None:
    people = {"username": "olu", "role": "viewer"}
    await ada.post(f"/teach/class/{cast.classroom.id}/co-teachers", people)
    olu = await cast.olu()
    assert (await olu.get(term(cast))).status_code == 200
    for change in ("", "/end", "/bring-back", "/remove"):
        assert (await olu.post(term(cast) + change, {"name": "Mine"})).status_code == 403, change
