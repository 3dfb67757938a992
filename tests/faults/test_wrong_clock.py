"""A clock an hour or years off, put right while people are in the middle of things."""

import re

import httpx
import pytest
from pyotp import TOTP

from appliance.auth import recovery
from appliance.auth.totp import secret_of
from appliance.web.identity import SESSION_COOKIE
from tests.conftest import PASSWORD, Browser, Cast
from tests.faults.serving import FIRST_LESSON, PNG

HOUR = 3600
DAY = 24 * HOUR
YEAR = 365 * DAY


async def hand_in(student: Browser) -> httpx.Response:
    lesson = await student.get(FIRST_LESSON)
    found = re.search(r'action="(/material/\d+/upload)"', lesson.text)
    assert found, lesson.status_code
    return await student.post(found[1], files={"file": ("circuit.png", PNG + b"\x00" * 40, "image/png")})


def is_in(answer: httpx.Response) -> bool:
    return answer.status_code == 200


def is_out(answer: httpx.Response) -> bool:
    return answer.status_code in (302, 303)


async def sign_in(cast: Cast, code: str, kind: str = "") -> Browser:
    ada = cast.visitor()
    await ada.get("/sign-in")
    first = await ada.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert first.headers["location"].startswith("/sign-in/code")
    await ada.get("/sign-in/code")
    await ada.post("/sign-in/code", {"code": code, "kind": kind})
    return ada


async def code_now(cast: Cast) -> str:
    return TOTP(await secret_of(cast.parts.db, cast.ada_id)).at(int(cast.clock.now))


@pytest.mark.parametrize("off", [-HOUR, HOUR, -20 * HOUR, 8 * HOUR])
async def test_a_clock_that_is_hours_off_throws_nobody_out(cast: Cast, off: int) -> None:
    ben, ada = await cast.student(cast.ben), await cast.ada()
    cast.clock.now += off
    assert is_in(await ben.get("/student"))
    assert (await hand_in(ben)).headers["location"].endswith("#hand-in")
    assert is_in(await ada.get(f"/teach/class/{cast.classroom.id}"))


@pytest.mark.parametrize("off", [-10 * YEAR, -2 * DAY, 31 * DAY, 10 * YEAR])
async def test_after_years_or_weeks_a_student_joins_anew_and_everything_is_there(
    cast: Cast, off: int
) -> None:
    assert cast.ben is not None
    ben = await cast.student(cast.ben)
    assert (await hand_in(ben)).status_code == 302
    cast.clock.now += off
    assert is_out(await ben.get("/student"))
    again = cast.visitor()
    joined = await again.post(
        "/join",
        {"class_code": cast.classroom.join_code, "display_name": "Ben", "return_code": cast.ben.return_code},
    )
    assert joined.headers["location"] == "/student"
    assert "circuit.png" in (await again.get("/student/my-data")).text
    assert (await hand_in(again)).status_code == 302


@pytest.mark.parametrize("off", [-10 * YEAR, -2 * DAY, 13 * HOUR, 10 * YEAR])
async def test_a_teachers_session_does_not_outlive_a_day_whichever_way_the_clock_went(
    cast: Cast, off: int
) -> None:
    ada = await cast.ada()
    assert is_in(await ada.get("/teach"))
    cast.clock.now += off
    assert is_out(await ada.get("/teach"))


@pytest.mark.parametrize("off", [HOUR, 10 * YEAR])
async def test_a_teacher_signs_in_with_the_code_of_the_boxs_own_time(cast: Cast, off: int) -> None:
    old_code = await code_now(cast)
    cast.clock.now += off
    assert is_out(await (await sign_in(cast, old_code)).get("/teach"))
    assert is_in(await (await sign_in(cast, await code_now(cast))).get("/teach"))


async def test_a_clock_set_back_does_not_let_a_used_code_in_and_a_recovery_code_still_works(
    cast: Cast,
) -> None:
    """Codes of a time that has been cannot be told from stolen ones: paper helps."""
    async with cast.parts.db.transaction() as tx:
        codes = recovery.new_codes()
        await recovery.store_codes(tx, cast.ada_id, codes)
    cast.clock.now += YEAR
    used = await code_now(cast)
    assert is_in(await (await sign_in(cast, used)).get("/teach"))
    cast.clock.now -= 30
    assert is_out(await (await sign_in(cast, used)).get("/teach"))
    cast.clock.now -= YEAR
    assert is_out(await (await sign_in(cast, await code_now(cast))).get("/teach"))
    assert is_in(await (await sign_in(cast, codes[0], "recovery")).get("/teach"))


@pytest.mark.parametrize("off", [-10 * YEAR, -HOUR, HOUR, 10 * YEAR])
async def test_the_class_code_is_good_whatever_the_time(cast: Cast, off: int) -> None:
    cast.clock.now += off
    dee = cast.visitor()
    joined = await dee.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    assert joined.status_code == 302 and SESSION_COOKIE in joined.cookies
    assert is_in(await dee.get("/student"))


@pytest.mark.parametrize(("off", "answered"), [(-HOUR, True), (HOUR, True), (3 * HOUR, False), (-YEAR, None)])
async def test_an_open_lesson_page_may_ask_for_two_hours(cast: Cast, off: int, answered: bool | None) -> None:
    """Later it says what to do; where the session itself is over, that comes first."""
    ben = await cast.student(cast.ben)
    cast.engine.will_say("Look at the loop [L1].")
    page = (await ben.get(FIRST_LESSON)).text
    token = re.search(r'name="scope_token" value="([^"]+)"', page)
    assert token
    cast.clock.now += off
    answer = await ben.post_json("/helper/chat", {"message": "Why is it dark?", "scope_token": token[1]})
    if answered is None:
        assert answer.status_code in (401, 403)
    else:
        assert (answer.status_code == 200) is answered
        assert answered or answer.json()["message"]
