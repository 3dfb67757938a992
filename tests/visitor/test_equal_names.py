"""Two of one name: asked gently, never let into each other's work, two people if they say so."""

import asyncio
import re
from dataclasses import replace

import httpx
import pytest
from bs4 import BeautifulSoup

from appliance.auth.emoji_codes import pictures_of
from appliance.classroom.rejoin_codes import create_rejoin_code
from appliance.settings import Settings
from appliance.web.identity import SESSION_COOKIE
from tests.conftest import Browser, Cast

MARK = re.compile(r'name="form_mark" value="([^"]+)"')


async def join(cast: Cast, browser: Browser, name: str = "Ben", **more: str) -> httpx.Response:
    return await browser.post("/join", {"class_code": cast.classroom.join_code, "display_name": name, **more})


async def ask(cast: Cast, **more: object) -> httpx.Response:
    body = {"class_code": cast.classroom.join_code, "display_name": "ben", **more}
    return await cast.visitor().post_json("/join", body)


async def test_a_name_that_is_there_is_asked_about_and_opens_nothing(cast: Cast) -> None:
    visitor = cast.visitor()
    page = await join(cast, visitor)
    assert page.status_code == 422 and SESSION_COOKIE not in page.cookies
    shown = BeautifulSoup(page.text, "html.parser")
    assert "Ben is here already" in shown.text and "Are you that Ben?" in shown.text
    assert [field["value"] for field in shown.select("[name=display_name]")] == ["Ben 2"]
    assert (await cast.count("students"), await cast.count("student_events")) == (2, 0)
    assert cast.ben is not None and cast.ben.return_code not in page.text


async def test_the_return_code_on_that_page_leads_to_the_own_work(cast: Cast) -> None:
    assert cast.ben is not None
    visitor = cast.visitor()
    await join(cast, visitor)
    back = await visitor.post(
        "/join", {"class_code": cast.classroom.join_code, "return_code": cast.ben.return_code}
    )
    assert back.headers["location"] == "/student"
    assert "Hello, Ben" in (await visitor.get("/student")).text
    assert await cast.count("students") == 2


@pytest.mark.parametrize("name", ["Ben 2", "Ben"])
async def test_somebody_else_of_that_name_goes_on_as_a_second_person(cast: Cast, name: str) -> None:
    visitor = cast.visitor()
    await join(cast, visitor)
    joined = await join(cast, visitor, name, confirm_new="1")
    assert joined.headers["location"] == "/student"
    assert f"Hello, {name}" in (await visitor.get("/student")).text
    assert await cast.count("students") == 3


async def test_the_name_that_is_offered_is_one_that_nobody_has(cast: Cast) -> None:
    for _ in range(2):
        visitor = cast.visitor()
        offered = BeautifulSoup((await join(cast, visitor)).text, "html.parser").select_one(
            "[name=display_name]"
        )
        assert offered is not None
        await join(cast, visitor, str(offered["value"]), confirm_new="1")
    rows = await cast.parts.db.fetch_all("SELECT display_name FROM students ORDER BY id")
    assert [row["display_name"] for row in rows] == ["Ben", "Chi", "Ben 2", "Ben 3"]


async def test_a_program_is_told_that_the_return_code_is_required_unless_it_says_it_is_somebody_new(
    cast: Cast,
) -> None:
    refused = await ask(cast)
    assert (refused.status_code, refused.json()["error"]) == (400, "return_code_required")
    for unclear in ("1", 1, "true", None):
        assert (await ask(cast, confirm_new=unclear)).json()["error"] == "return_code_required"
    assert await cast.count("students") == 2
    joined = (await ask(cast, confirm_new=True)).json()
    assert cast.ben is not None
    assert joined["rejoined"] is False and joined["return_code"] != cast.ben.return_code


async def test_in_a_class_that_takes_nobody_new_only_the_code_is_asked_for(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET enrollment_mode = 'closed'")
    page = await join(cast, cast.visitor())
    assert "Are you that Ben?" in page.text and "another Ben" not in page.text
    assert (await ask(cast, confirm_new=True)).json()["error"] == "class_enrollment_closed"
    assert await cast.count("students") == 2


async def test_a_one_time_code_of_the_teacher_goes_where_the_return_code_goes(cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        code = await create_rejoin_code(tx, cast.ben.id)
    joined = await join(cast, cast.visitor(), "", return_code=code)
    assert joined.headers["location"] == "/student"
    assert (await join(cast, cast.visitor(), "", return_code=code)).status_code == 422
    events = await cast.parts.db.fetch_all("SELECT kind, details FROM student_events")
    assert [tuple(row) for row in events] == [("session_rejoin_one_time_code", '{"rejoined": 1}')]


async def test_a_return_code_may_be_typed_in_pictures(cast: Cast) -> None:
    assert cast.ben is not None
    typed = "".join(picture.emoji for picture in pictures_of(cast.ben.return_code))
    assert (await join(cast, cast.visitor(), "", return_code=typed)).headers["location"] == "/student"


async def test_the_keypad_works_without_script_one_picture_at_a_time(cast: Cast) -> None:
    assert cast.ben is not None
    visitor, typed = cast.visitor(), ""
    for symbol in (*cast.ben.return_code, "A", "back"):
        page = await join(cast, visitor, "", return_code=typed, press=symbol)
        shown = BeautifulSoup(page.text, "html.parser")
        field, code = shown.select_one("[name=return_code]"), shown.select_one("#return-class-code")
        assert page.status_code == 200 and field is not None and code is not None
        assert code["value"] == cast.classroom.join_code
        typed = str(field["value"])
    assert typed == cast.ben.return_code
    assert (await join(cast, visitor, "", return_code=typed)).headers["location"] == "/student"


async def test_the_first_button_of_the_return_form_is_not_a_key(cast: Cast) -> None:
    form = BeautifulSoup((await cast.visitor().get("/")).text, "html.parser").select(
        "form[data-behaviour=emoji-keypad]"
    )[0]
    first = form.select("button")[0]
    assert "name" not in first.attrs and len(form.select(".keypad-key")) == 32


async def test_one_form_sent_twice_at_once_is_one_student(cast: Cast) -> None:
    visitor = cast.visitor()
    mark = MARK.search((await visitor.get("/")).text)
    assert mark is not None
    form = {
        "class_code": cast.classroom.join_code, "display_name": "Dee",
        "form_mark": mark[1], "csrf_token": visitor.token,
    }  # fmt: skip
    cookies = dict(visitor.client.cookies)
    twins = [cast.visitor() for _ in range(2)]
    for twin in twins:
        twin.client.cookies.update(cookies)
    answers = await asyncio.gather(*(twin.client.post("/join", data=form) for twin in twins))
    assert [answer.headers["location"] for answer in answers] == ["/student", "/student"]
    assert await cast.count("students") == 3


async def test_a_shared_tablet_does_not_mix_up_two_of_one_name(cast: Cast) -> None:
    tablet = cast.visitor()
    await tablet.get("/")
    assert (await join(cast, tablet, "Dee", form_mark="first-form")).status_code == 302
    await tablet.get("/student/my-data")
    await tablet.post("/student/end-session")
    await tablet.get("/")
    page = await join(cast, tablet, "Dee", form_mark="second-form")
    assert page.status_code == 422 and "Dee is here already" in page.text


async def test_the_device_offers_the_name_that_it_was_in_with(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor, "Quiet Comet 42")
    visitor.client.cookies.delete(SESSION_COOKIE)
    page = await visitor.get("/")
    assert 'value="Quiet Comet 42"' in page.text and "made up" not in page.text
    await join(cast, visitor, "Quiet Comet 42")
    assert await cast.count("students") == 3


async def test_the_own_device_wins_over_an_older_student_of_the_same_name(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor, "Ben", confirm_new="1")
    visitor.client.cookies.delete(SESSION_COOKIE)
    await visitor.get("/")
    assert (await join(cast, visitor, "ben")).headers["location"] == "/student"
    assert await cast.count("students") == 3
    row = await cast.parts.db.fetch_one("SELECT student_id FROM sessions")
    assert cast.ben is not None and row is not None and row["student_id"] not in (None, cast.ben.id)


async def test_whoever_looks_at_a_form_with_wrong_code_keeps_it_and_reads_why(cast: Cast) -> None:
    page = await join(cast, cast.visitor(), "", return_code="ZZZZZZ")
    shown = BeautifulSoup(page.text, "html.parser")
    field = shown.select_one("[name=return_code]")
    assert page.status_code == 422 and field is not None and field["value"] == "ZZZZZZ"
    assert shown.select_one("details.fold[open]") is not None
    assert "don't belong together" in shown.text


class TestElementary:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, appliance_program_profile="elementary")

    async def test_strict_rejoin_asks_for_the_code_even_of_who_says_to_be_new(self, cast: Cast) -> None:
        refused = await ask(cast, confirm_new=True)
        assert (refused.status_code, refused.json()["error"]) == (400, "return_code_required")
        assert (await join(cast, cast.visitor(), confirm_new="1")).status_code == 422
        assert await cast.count("students") == 2
        assert (await ask(cast, display_name="Ben 2")).json()["ok"] is True

    async def test_the_own_device_is_enough(self, cast: Cast) -> None:
        visitor = cast.visitor()
        await join(cast, visitor, "Dee")
        visitor.client.cookies.delete(SESSION_COOKIE)
        await visitor.get("/")
        assert (await join(cast, visitor, "Dee")).headers["location"] == "/student"
        assert await cast.count("students") == 3
