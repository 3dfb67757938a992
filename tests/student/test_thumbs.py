"""Thumbs under an answer of the helper: with script and without, one's own answers alone."""

import httpx
from bs4 import BeautifulSoup

from tests.conftest import Browser
from tests.student.conftest import Lamps
from tests.student.test_helper_page import QUESTION, ask, indexed


async def rate(browser: Browser, request_id: object, thumb: object = "up") -> httpx.Response:
    return await browser.post_json("/helper/thumbs", {"request_id": request_id, "thumb": thumb})


async def kept(lamps: Lamps) -> list[int]:
    rows = await lamps.cast.parts.db.fetch_all("SELECT thumb FROM counted_questions ORDER BY id")
    return [int(row["thumb"]) for row in rows]


async def test_a_student_rates_an_answer_and_thinks_again(lamps: Lamps) -> None:
    answer = (await ask(lamps)).json()
    first = await rate(lamps.ben, answer["request_id"])
    assert (first.status_code, first.json()) == (200, {"ok": True, "thumb": "up"})
    assert await kept(lamps) == [1]
    await rate(lamps.ben, answer["request_id"], "down")
    assert await kept(lamps) == [-1]


async def test_without_script_the_page_with_the_answer_holds_the_form(lamps: Lamps) -> None:
    await indexed(lamps)
    asked = {"message": QUESTION, "scope_token": await lamps.scope_token()}
    page = await lamps.ben.post(lamps.path, asked)
    form = BeautifulSoup(page.text, "html.parser").select_one(".answer form.thumbs")
    assert form is not None and form["target"] == "_blank"
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    thanked = await lamps.ben.post(str(form["action"]), {**fields, "thumb": "down"})
    assert (thanked.status_code, thanked.headers["location"]) == (302, lamps.path)
    assert "Thank you." in (await lamps.ben.get(lamps.path)).text
    assert await kept(lamps) == [-1]


async def test_somebody_elses_answer_and_one_that_never_was_are_not_found(lamps: Lamps) -> None:
    answer = (await ask(lamps)).json()
    chi = await lamps.cast.student(lamps.cast.chi)
    assert (await rate(chi, answer["request_id"])).status_code == 404
    assert (await rate(lamps.ben, "made-up")).status_code == 404
    assert (await rate(lamps.ben, "")).status_code == 404
    assert await kept(lamps) == [0]


async def test_what_is_no_thumb_is_refused(lamps: Lamps) -> None:
    answer = (await ask(lamps)).json()
    for thumb in ("sideways", "", 1, None, ["up"]):
        assert (await rate(lamps.ben, answer["request_id"], thumb)).status_code == 400
    assert (await rate(lamps.ben, {"id": 1})).status_code == 400
    assert await kept(lamps) == [0]


async def test_a_forged_form_and_a_stranger_change_nothing(lamps: Lamps) -> None:
    answer = (await ask(lamps)).json()
    body = {"request_id": answer["request_id"], "thumb": "up"}
    assert (await lamps.ben.client.post("/helper/thumbs", json=body)).status_code == 403
    assert (await rate(lamps.cast.visitor(), answer["request_id"])).status_code == 401
    assert (await rate(await lamps.cast.ada(), answer["request_id"])).status_code == 403
    assert await kept(lamps) == [0]


async def test_rating_has_its_limit(lamps: Lamps) -> None:
    answer = (await ask(lamps)).json()
    statuses = [(await rate(lamps.ben, answer["request_id"])).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]


async def test_a_teacher_who_tries_the_helper_rates_nothing(lamps: Lamps) -> None:
    page = (await (await lamps.cast.ada()).get(lamps.path)).text
    assert "scope_token" in page and 'data-template="thumbs"' not in page
    assert 'data-template="thumbs"' in (await lamps.ben.get(lamps.path)).text


async def test_the_words_of_care_are_not_for_rating(lamps: Lamps) -> None:
    asked = {"message": "my dad hits me when he drinks", "scope_token": await lamps.scope_token()}
    page = BeautifulSoup((await lamps.ben.post(lamps.path, asked)).text, "html.parser")
    assert page.select_one(".answer") is not None
    assert page.select_one(".answer form.thumbs") is None


async def test_my_data_tells_what_is_counted_and_it_goes_with_me(lamps: Lamps) -> None:
    assert "None is counted." in (await lamps.ben.get("/student/my-data")).text
    answer = (await ask(lamps)).json()
    await rate(lamps.ben, answer["request_id"])
    page = (await lamps.ben.get("/student/my-data")).text
    assert "The box counted 1 question" in page and "You rated 1 answer." in page
    await lamps.ben.post("/student/delete-me")
    assert await lamps.cast.count("counted_questions") == 0
