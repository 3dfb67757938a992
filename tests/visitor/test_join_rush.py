"""A class behind one address gets in all at once; whoever guesses codes is stopped, and only they."""

import asyncio

import httpx

from appliance.classroom.invites import create_invite
from appliance.visitor.join import WRONG_AT_ADDRESS, WRONG_IN_CLASS
from appliance.web.csrf import COOKIE as SEED
from appliance.web.identity import DEVICE_COOKIE, SESSION_COOKIE
from tests.conftest import Browser, Cast


async def guess(cast: Cast, browser: Browser, code: str = "ZZZZZZ") -> httpx.Response:
    return await browser.post_json("/join", {"class_code": cast.classroom.join_code, "return_code": code})


async def test_sixty_students_join_at_once_from_one_address(cast: Cast) -> None:
    browsers = [cast.visitor() for _ in range(60)]
    for browser in browsers:
        await browser.get(f"/join/{cast.classroom.join_code}")
    form = {"class_code": cast.classroom.join_code}
    answers = await asyncio.gather(
        *(
            browser.post("/join", {**form, "display_name": f"Student {number}"})
            for number, browser in enumerate(browsers)
        )
    )
    assert {answer.headers.get("location") for answer in answers} == {"/student"}
    assert await cast.count("students") == 62


async def test_guessing_return_codes_ends_and_joining_goes_on(cast: Cast) -> None:
    assert cast.ben is not None and cast.other is not None
    guesser = cast.visitor()
    for number in range(WRONG_AT_ADDRESS):
        assert (await guess(cast, guesser)).status_code == 400, number
    stopped = await guess(cast, guesser, cast.ben.return_code)
    assert stopped.status_code == 429 and int(stopped.headers["retry-after"]) > 60
    # Newcomers of the same address, and other classes, are not kept waiting.
    new = await cast.visitor().post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    assert new.headers["location"] == "/student"
    other = {"class_code": cast.other.join_code, "return_code": "ZZZZZZ"}
    assert (await cast.visitor().post_json("/join", other)).json()["error"] == "invalid_return_code"
    cast.clock.now += 601
    assert (await guess(cast, guesser, cast.ben.return_code)).status_code == 200


async def test_guesses_that_come_all_at_once_are_no_more_than_one_after_the_other(cast: Cast) -> None:
    guesser = cast.visitor()
    await guesser.get("/")
    answers = await asyncio.gather(*(guess(cast, guesser) for _ in range(WRONG_AT_ADDRESS + 60)))
    said = [answer.json()["error"] for answer in answers]
    assert set(said) == {"invalid_return_code", "rate_limited"}
    assert WRONG_AT_ADDRESS <= said.count("invalid_return_code") <= WRONG_AT_ADDRESS + 2


async def test_right_codes_are_not_counted(cast: Cast) -> None:
    assert cast.ben is not None
    for number in range(WRONG_AT_ADDRESS + 5):
        assert (await guess(cast, cast.visitor(), cast.ben.return_code)).status_code == 200, number


async def test_an_invitation_gives_no_more_tries_than_the_code_of_its_class(cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        tokens = [(await create_invite(tx, 1, cast.ada_id, "", None, None)).token for _ in range(2)]
    guesser = cast.visitor()
    for number in range(WRONG_AT_ADDRESS):
        by = {"invite_token": tokens[number % 2]} if number % 3 else {"class_code": cast.classroom.join_code}
        answer = await guesser.post_json("/join", {**by, "return_code": "ZZZZZZ"})
        assert answer.json()["error"] == "invalid_return_code", number
    for by in ({"invite_token": tokens[0]}, {"class_code": cast.classroom.join_code}):
        stopped = await guesser.post_json("/join", {**by, "return_code": cast.ben.return_code})
        assert stopped.status_code == 429


async def test_a_class_stops_guessers_with_many_addresses(cast: Cast) -> None:
    assert cast.ben is not None
    for _ in range(WRONG_IN_CLASS):
        await cast.parts.throttle.check("wrong_code_in", str(cast.classroom.id), WRONG_IN_CLASS, 600)
    assert (await guess(cast, cast.visitor(), cast.ben.return_code)).status_code == 429


async def test_joining_changes_the_session_and_the_token_of_every_form(cast: Cast) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    before = visitor.token
    await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    first = visitor.client.cookies[SESSION_COOKIE]
    await visitor.get("/student")
    assert visitor.token not in ("", before)
    seed, known = visitor.client.cookies[SEED], visitor.client.cookies[DEVICE_COOKIE]
    await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    assert visitor.client.cookies[SESSION_COOKIE] != first
    old = cast.with_session(first)
    assert (await old.get("/student")).headers["location"] == "/"
    assert seed == visitor.client.cookies[SEED] and known


async def test_every_answer_of_joining_is_kept_by_nobody(cast: Cast) -> None:
    for name in ("Dee", "Ben", ""):
        body = {"class_code": cast.classroom.join_code, "display_name": name}
        answer = await cast.visitor().post_json("/join", body)
        assert "no-store" in answer.headers["cache-control"]
