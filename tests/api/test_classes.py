"""/v1/classes: teachers make them, students join them, and nobody becomes two by asking twice."""

import pytest

from appliance.classroom.classes import class_by_id, class_by_join_code
from appliance.classroom.students import create_student
from tests.api.conftest import Program
from tests.conftest import Cast


async def ada(program: Program) -> Program:
    return await program.for_staff(program.cast.ada_id)


async def ben(program: Program) -> Program:
    return await program.for_student(program.cast.ben)


def new_class(cast: Cast, **fields: object) -> dict[str, object]:
    return {"user_id": f"staff-{cast.ada_id}", "title": "9A Physics", **fields}


def to_join(cast: Cast, code: str) -> dict[str, object]:
    assert cast.ben is not None
    return {"user_id": f"student-{cast.ben.id}", "join_code": code}


def other_code(cast: Cast) -> str:
    assert cast.other is not None
    return cast.other.join_code


async def test_a_teacher_makes_a_class_with_a_code_of_their_choice(program: Program, cast: Cast) -> None:
    asked = new_class(cast, join_code="abc-234", subject="Physics", level="", description="Forces first.")
    made = await (await ada(program)).data("/v1/classes/create", asked)
    assert made == {"class_id": made["class_id"], "join_code": "ABC234", "not_kept": ["subject"]}
    classroom = await class_by_id(cast.parts.db, int(made["class_id"]))
    assert (classroom.name, classroom.landing_message) == ("9A Physics", "Forces first.")
    assert (await (await cast.ada()).get(f"/teach/class/{classroom.id}")).status_code == 200
    assert (await (await cast.olu()).get(f"/teach/class/{classroom.id}")).status_code == 404


async def test_without_a_code_the_box_makes_one(program: Program, cast: Cast) -> None:
    made = await (await ada(program)).data("/v1/classes/create", new_class(cast))
    assert len(made["join_code"]) == 8
    assert await class_by_join_code(cast.parts.db, made["join_code"]) is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"title": " "},
        {"title": "x" * 81},
        {"title": None},
        {"title": ["9A"]},
        {"join_code": "ABC"},
        {"join_code": ""},
        {"join_code": "ABCDEFGHJ"},
        {"join_code": "AB0123"},
        {"join_code": "ÄÖÜÄÖÜ"},
        {"join_code": "' OR 1=1"},
        {"subject": "x" * 121},
        {"description": "x" * 2001},
        {"description": {"a": 1}},
        {"user_id": ""},
        {"user_id": 7},
    ],
)
async def test_fields_that_do_not_fit_make_no_class(
    program: Program, cast: Cast, fields: dict[str, object]
) -> None:
    before = await cast.count("classes")
    asked = new_class(cast, **fields)
    assert await (await ada(program)).refused("/v1/classes/create", asked) == (422, "validation_error")
    assert await cast.count("classes") == before


async def test_a_code_that_another_class_has_is_a_conflict(program: Program, cast: Cast) -> None:
    asked = new_class(cast, join_code=other_code(cast).lower())
    assert await (await ada(program)).refused("/v1/classes/create", asked) == (409, "join_code_conflict")
    assert await cast.count("classes") == 2


async def test_students_make_no_classes_and_staff_join_none(program: Program, cast: Cast) -> None:
    assert cast.ben is not None
    asked = new_class(cast, user_id=f"student-{cast.ben.id}")
    assert await (await ben(program)).refused("/v1/classes/create", asked) == (403, "forbidden_account_type")
    join = {"user_id": f"staff-{cast.ada_id}", "join_code": other_code(cast)}
    assert await (await ada(program)).refused("/v1/classes/join", join) == (403, "forbidden_account_type")
    assert (await cast.count("classes"), await cast.count("students")) == (2, 2)


@pytest.mark.parametrize("path", ["/v1/classes/create", "/v1/classes/join"])
async def test_a_program_acts_for_the_person_of_the_token_only(
    program: Program, cast: Cast, path: str
) -> None:
    asked = {"user_id": f"staff-{cast.olu_id}", "title": "Mine", "join_code": other_code(cast)}
    assert await (await ada(program)).refused(path, asked) == (403, "user_id_mismatch")
    assert await (await ben(program)).refused(path, asked) == (403, "user_id_mismatch")
    assert await program.refused(path, asked) == (401, "user_token_required")
    assert await program.refused(path, {}) == (401, "user_token_required")


async def test_joining_ones_own_class_again_changes_nothing(program: Program, cast: Cast) -> None:
    caller = await ben(program)
    joined = await caller.data(
        "/v1/classes/join", to_join(cast, f" {cast.classroom.spaced_join_code.lower()}")
    )
    assert cast.ben is not None
    assert joined == {
        "class_id": str(cast.classroom.id),
        "user_id": f"student-{cast.ben.id}",
        "api_token": caller.token,
        "return_code": None,
        "rejoined": True,
    }
    assert await cast.count("students") == 2


async def test_joining_another_class_makes_one_student_there_however_often_it_is_asked(
    program: Program, cast: Cast
) -> None:
    caller, asked = await ben(program), to_join(cast, other_code(cast))
    first = await caller.data("/v1/classes/join", asked)
    again = await caller.data("/v1/classes/join", asked)
    assert await cast.count("students") == 3
    assert (first["rejoined"], again["rejoined"], again["return_code"]) == (False, True, None)
    assert {**again, "rejoined": False, "return_code": first["return_code"]} == first
    there = Program(cast, first["api_token"])
    assert cast.other is not None
    back = {"user_id": first["user_id"], "join_code": cast.other.join_code}
    assert (await there.data("/v1/classes/join", back))["class_id"] == str(cast.other.id)
    came_back = await cast.visitor().post_json(
        "/join",
        {"class_code": cast.other.join_code, "display_name": "Ben", "return_code": first["return_code"]},
    )
    assert came_back.json()["rejoined"] is True


async def test_a_namesake_there_is_taken_for_nobody(program: Program, cast: Cast) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        await create_student(tx, cast.other.id, "BEN")
    asked = to_join(cast, cast.other.join_code)
    assert await (await ben(program)).refused("/v1/classes/join", asked) == (409, "name_taken")
    assert await cast.count("students") == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("is_locked = 1", "class_locked"),
        ("enrollment_mode = 'closed'", "class_enrollment_closed"),
        ("enrollment_mode = 'invite_only'", "invite_required"),
    ],
)
async def test_a_class_that_takes_nobody_is_not_entered(
    program: Program, cast: Cast, change: str, code: str
) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute(f"UPDATE classes SET {change}")  # noqa: S608 - from the list above
    asked = to_join(cast, other_code(cast))
    assert await (await ben(program)).refused("/v1/classes/join", asked) == (403, code)
    own = await (await ben(program)).data("/v1/classes/join", to_join(cast, cast.classroom.join_code))
    assert own["class_id"] == str(cast.classroom.id)
    assert await cast.count("students") == 2


@pytest.mark.parametrize("code", ["NOSUCH22", "%%%%%%", "--", "A" * 40])
async def test_an_unknown_code_finds_no_class(program: Program, cast: Cast, code: str) -> None:
    asked = to_join(cast, code)
    assert await (await ben(program)).refused("/v1/classes/join", asked) == (404, "class_not_found")


async def test_codes_can_not_be_tried_out(program: Program, cast: Cast) -> None:
    caller = await ben(program)
    answers = [await caller.refused("/v1/classes/join", to_join(cast, f"NOSUCH{n}")) for n in range(22, 33)]
    assert answers[-1] == (429, "rate_limited") and set(answers[:-1]) == {(404, "class_not_found")}
