"""Guessing at a teacher's door is slowed down, and keeps nobody out who stands at another desk."""

import httpx
import pyotp
import pytest

from appliance.auth import totp
from appliance.auth.sign_in_tries import CODES_A_MINUTE, CODES_AN_HOUR, FOR_NAME
from tests.conftest import NO_TLS, PASSWORD, Browser, Cast

LIMIT = 10
WRONG = "wrong words of mine"


def at_desk(cast: Cast, number: int) -> Browser:
    """A browser with an address of its own."""
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{number}", verify=NO_TLS)
    client = httpx.AsyncClient(base_url=cast.url, transport=transport, timeout=120)
    cast.clients.append(client)
    return Browser(client)


async def tries(browser: Browser, password: str = WRONG, username: str = "ada") -> int:
    return (await browser.post("/sign-in", {"username": username, "password": password})).status_code


async def half_in(cast: Cast) -> Browser:
    browser = cast.visitor()
    assert await tries(browser, PASSWORD) == 302
    return browser


async def right_code(cast: Cast) -> str:
    return pyotp.TOTP(await totp.secret_of(cast.parts.db, cast.ada_id)).at(int(cast.clock.now))


async def test_a_student_who_guesses_locks_themselves_out_and_not_the_teacher(cast: Cast) -> None:
    student = at_desk(cast, 7)
    assert [await tries(student) for _ in range(LIMIT)] == [422] * LIMIT
    assert await tries(student, PASSWORD) == 429
    assert await tries(at_desk(cast, 8), PASSWORD) == 302


async def test_who_guesses_from_many_desks_is_stopped_all_the_same(cast: Cast) -> None:
    for _ in range(LIMIT * FOR_NAME):
        await cast.parts.throttle.check("sign_in_name", "ada", LIMIT * FOR_NAME, 60)
    assert await tries(at_desk(cast, 9), PASSWORD) == 429
    assert await tries(at_desk(cast, 9), PASSWORD, "olu") == 302


async def test_the_profile_of_a_teacher_stays_open_while_somebody_guesses(cast: Cast) -> None:
    student, ada = at_desk(cast, 7), await cast.ada()
    for _ in range(LIMIT + 1):
        await tries(student)
    await ada.get("/teach/profile")
    made = await ada.post("/teach/profile/recovery-codes", {"current_for_codes": PASSWORD})
    assert made.status_code == 200


@pytest.mark.parametrize("kind", ["totp", "recovery"])
async def test_whoever_knows_the_password_does_not_find_the_code_by_trying_all_night(
    cast: Cast, kind: str
) -> None:
    for number in range(CODES_AN_HOUR):
        if number % CODES_A_MINUTE == 0:
            cast.clock.now += 61
            thief = await half_in(cast)
        assert (await thief.post("/sign-in/code", {"code": "000000", "kind": kind})).status_code == 422
    cast.clock.now += 61
    thief = await half_in(cast)
    stopped = await thief.post("/sign-in/code", {"code": await right_code(cast)})
    assert stopped.status_code == 429 and int(stopped.headers["retry-after"]) > 600
    cast.clock.now += 3600
    owner = await half_in(cast)
    assert (await owner.post("/sign-in/code", {"code": await right_code(cast)})).status_code == 302


async def test_a_right_code_begins_the_hour_anew(cast: Cast) -> None:
    for _ in range(CODES_AN_HOUR - 1):
        await cast.parts.throttle.check("code_hour", str(cast.ada_id), CODES_AN_HOUR, 3600)
    for _ in range(2):
        cast.clock.now += 61
        browser = await half_in(cast)
        assert (await browser.post("/sign-in/code", {"code": await right_code(cast)})).status_code == 302
