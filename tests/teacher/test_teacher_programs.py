"""/api/v1/teacher: classes, rosters, work and the three switches, for programs."""

from typing import Any

import pytest

from appliance.classroom.materials import materials_of_class
from appliance.classroom.students import create_student
from appliance.storage.files import StoredFile
from appliance.work.submissions import create_submission
from tests.conftest import Browser, Cast

API = "/api/v1/teacher"
CLASS = f"{API}/class/1"


async def body_of(browser: Browser, path: str) -> dict[str, Any]:
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    body: dict[str, Any] = answer.json()
    return body


async def switched(browser: Browser, name: str, body: object = None) -> tuple[int, dict[str, Any]]:
    answer = await browser.post_json(f"{CLASS}/{name}", body if body is not None else {})
    return answer.status_code, answer.json()


async def hand_in(cast: Cast, student_id: int, times: int = 1) -> None:
    """To the first place of the road that takes files."""
    materials = await materials_of_class(cast.parts.db, cast.classroom.id)
    upload = next(material for material in materials if material.kind == "upload")
    for _ in range(times):
        number = await cast.count("submissions")
        async with cast.parts.db.transaction() as tx:
            stored = StoredFile(f"{number:032x}.png", 10, "hash")
            await create_submission(tx, upload.id, student_id, f"{number}.png", stored, "")


async def looking(cast: Cast) -> Browser:
    """Olu, who may look at Ada's class."""
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (1, :id, 'viewer')", id=cast.olu_id
        )
    return await cast.olu()


async def audited(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all("SELECT action FROM audit_events ORDER BY id")
    return [row["action"] for row in rows]


async def test_the_list_holds_ones_own_classes_with_what_came_since_yesterday(cast: Cast) -> None:
    assert cast.ben is not None
    await hand_in(cast, cast.ben.id, times=2)
    cast.clock.now += 25 * 3600
    await hand_in(cast, cast.ben.id)
    ada = await cast.ada()
    assert await body_of(ada, f"{API}/classes") == {
        "classes": [
            {
                "id": 1,
                "name": "7B",
                "join_code": cast.classroom.join_code,
                "is_locked": False,
                "enrollment_mode": "open",
                "student_count": 2,
                "submissions_24h": 1,
                "is_assigned": True,
                "role": "teacher",
            }
        ]
    }


async def test_the_roster_holds_students_road_and_counts(cast: Cast) -> None:
    assert cast.ben is not None
    await hand_in(cast, cast.ben.id, times=2)
    body = await body_of(await cast.ada(), f"{CLASS}/roster")
    assert set(body) == {
        "classroom", "student_count", "students", "modules", "outcome_snapshot", "helper_signals",
    }  # fmt: skip
    assert body["student_count"] == 2
    assert body["students"][0] == {
        "id": cast.ben.id,
        "display_name": "Ben",
        "return_code": cast.ben.return_code,
        "created_at": "2027-01-15T08:00:00Z",
        "last_seen_at": "2027-01-15T08:00:00Z",
        "submission_count": 2,
    }
    first = body["modules"][0]
    assert [material["order_index"] for material in first["materials"]] == [0, 1, 2, 3]
    assert sum(m["submission_count"] for module in body["modules"] for m in module["materials"]) == 2
    assert body["outcome_snapshot"] == {
        "session_completed": 1,
        "artifact_submitted": 1,
        "milestone_earned": 0,
    }
    assert body["helper_signals"] == {"days": 7, "questions": 0, "students": 0}


async def test_whoever_only_looks_gets_no_return_code(cast: Cast) -> None:
    olu = await looking(cast)
    answer = await olu.get(f"{CLASS}/roster")
    assert [student["return_code"] for student in answer.json()["students"]] == [None, None]
    assert cast.ben is not None and cast.ben.return_code not in answer.text
    assert await audited(cast) == []


async def test_that_return_codes_were_listed_is_written_down_once_an_hour(cast: Cast) -> None:
    ada = await cast.ada()
    for seconds in (0, 60, 3541):
        cast.clock.now += seconds
        await body_of(ada, f"{CLASS}/roster")
    assert await audited(cast) == ["list_return_codes", "list_return_codes"]


async def test_the_work_of_a_class_comes_newest_first_in_windows(cast: Cast) -> None:
    assert cast.ben is not None and cast.chi is not None
    await hand_in(cast, cast.ben.id, times=2)
    await hand_in(cast, cast.chi.id)
    body = await body_of(await cast.ada(), f"{CLASS}/submissions?limit=2")
    assert body["pagination"] == {"limit": 2, "offset": 0, "total": 3}
    assert [each["original_filename"] for each in body["submissions"]] == ["2.png", "1.png"]
    newest = body["submissions"][0]
    assert newest["student"] == {"id": cast.chi.id, "display_name": "Chi"}
    assert newest["material"]["type"] == "upload"
    rest = await body_of(await cast.ada(), f"{CLASS}/submissions?limit=2&offset=2")
    assert [each["original_filename"] for each in rest["submissions"]] == ["0.png"]


async def test_the_switches_change_the_class_and_the_audit_trail_says_who(cast: Cast) -> None:
    ada = await cast.ada()
    assert await switched(ada, "toggle-lock") == (200, {"classroom_id": 1, "is_locked": True})
    assert await switched(ada, "toggle-lock") == (200, {"classroom_id": 1, "is_locked": False})
    status, rotated = await switched(ada, "rotate-code")
    assert status == 200 and rotated["join_code"] != cast.classroom.join_code
    assert await switched(ada, "set-enrollment-mode", {"enrollment_mode": " Closed "}) == (
        200,
        {"classroom_id": 1, "enrollment_mode": "closed"},
    )
    form = await ada.post(f"{CLASS}/set-enrollment-mode", {"enrollment_mode": "invite_only"})
    assert form.json() == {"classroom_id": 1, "enrollment_mode": "invite_only"}
    (listed,) = (await body_of(ada, f"{API}/classes"))["classes"]
    assert (listed["join_code"], listed["enrollment_mode"]) == (rotated["join_code"], "invite_only")
    assert await audited(cast) == [
        "lock_class", "unlock_class", "rotate_join_code", "set_enrollment_mode", "set_enrollment_mode",
    ]  # fmt: skip


@pytest.mark.parametrize("body", [{"enrollment_mode": "shut"}, {}, {"enrollment_mode": None}])
async def test_a_mode_that_is_none_is_refused_with_those_that_are(cast: Cast, body: object) -> None:
    status, refused = await switched(await cast.ada(), "set-enrollment-mode", body)
    assert (status, refused["error"]) == (400, "invalid_enrollment_mode")
    assert refused["valid_modes"] == ["closed", "invite_only", "open"]
    assert refused["message"] and refused["request_id"]


@pytest.mark.parametrize("body", [[], "open", {"enrollment_mode": 3}])
async def test_a_mode_in_no_object_is_no_mode(cast: Cast, body: object) -> None:
    status, refused = await switched(await cast.ada(), "set-enrollment-mode", body)
    assert (status, refused["error"]) == (400, "bad_json")


@pytest.mark.parametrize("name", ["toggle-lock", "rotate-code", "set-enrollment-mode"])
async def test_whoever_only_looks_switches_nothing_and_a_stranger_finds_nothing(
    cast: Cast, name: str
) -> None:
    body = {"enrollment_mode": "closed"}
    status, refused = await switched(await cast.olu(), name, body)
    assert (status, refused["error"]) == (404, "not_found")
    status, refused = await switched(await looking(cast), name, body)
    assert (status, refused["error"]) == (403, "read_only")
    assert await audited(cast) == []


async def test_reads_and_writes_are_counted_apart(cast: Cast) -> None:
    ada = await cast.ada()
    for _ in range(60):
        assert (await ada.get(f"{API}/classes")).status_code == 200
    assert (await ada.get(f"{CLASS}/submissions")).status_code == 429
    for _ in range(30):
        assert (await switched(ada, "toggle-lock"))[0] == 200
    status, refused = await switched(ada, "toggle-lock")
    assert (status, refused["error"]) == (429, "rate_limited")
    olu = await cast.olu()
    assert (await olu.get(f"{API}/classes")).status_code == 200


async def test_no_answer_takes_more_queries_when_there_is_more_in_it(cast: Cast) -> None:
    ada = await cast.ada()

    async def looked(path: str) -> int:
        before = cast.parts.db.queries
        await body_of(ada, path)
        return cast.parts.db.queries - before

    async def counted() -> list[int]:
        """The fewest of three looks: jobs in the background ask too."""
        paths = (f"{API}/classes", f"{CLASS}/roster", f"{CLASS}/submissions")
        return [min([await looked(path) for _ in range(3)]) for path in paths]

    await cast.at_rest()
    await body_of(ada, f"{CLASS}/roster")
    few = await counted()
    for number in range(20):
        async with cast.parts.db.transaction() as tx:
            student = await create_student(tx, cast.classroom.id, f"Student {number}")
        await hand_in(cast, student.id, times=2)
    assert await counted() == few == [3, 9, 4]
