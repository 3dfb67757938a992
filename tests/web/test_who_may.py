"""Every route with every member of the cast and with nobody, held against the who-may-what table."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import httpx
import pytest

from appliance.auth import accounts, device, sessions
from appliance.auth.permissions import WHO_MAY, who_may
from appliance.auth.totp import new_secret
from appliance.classroom.students import create_student
from appliance.settings import Settings
from tests.conftest import COURSE, Browser, Cast

SAFE = {"GET", "HEAD"}
KEY = "the-key-of-this-box-0123456789"
PARTS = {
    "<mark:str>": "0",
    "<path:path>": "css/base.css",
    "<code:str>": "ABCDEFGH",
    "<token:str>": "nobody-knows",
    "<course:str>": COURSE,
    "<lesson:str>": "who-lets-it-through",
    "<name:str>": "led-legs.svg",
    "<name:path>": "led-legs.svg",
    "<class_id:int>": "1",
    "<student_id:int>": "1",
    "<module_id:int>": "1",
    "<material_id:int>": "2",
    "<submission_id:int>": "1",
    "<upload_id:str>": "nobody-began-it",
    "<document_id:int>": "1",
    "<assignment_id:int>": "1",
    "<activity_id:int>": "1",
    "<item_id:int>": "1",
    "<session_id:int>": "1",
    "<announcement_id:int>": "1",
    "<group_id:int>": "1",
    "<staff_id:int>": "1",
    "<comment_id:int>": "1",
    "<number:int>": "1",
    "<media_id:int>": "1",
    "<removed_id:int>": "1",
    "<invite_id:int>": "1",
    "<ticket:str>": "nobody-has-it",
}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, appliance_api_key=KEY)


def routes(cast: Cast) -> set[tuple[str, str]]:
    return {(method, "/" + route.path) for route in cast.app.router.routes for method in route.methods}


def address(pattern: str) -> str:
    for part, value in PARTS.items():
        pattern = pattern.replace(part, value)
    assert "<" not in pattern, f"say in PARTS what stands for the part in {pattern}"
    return pattern


async def sent(browser: Browser, method: str, pattern: str) -> httpx.Response:
    """As a program, so that a refusal says its kind; unsafe methods with a good token."""
    headers = {"Accept": "application/json"}
    if method not in SAFE:
        await browser.get("/privacy")
        headers["X-CSRF-Token"] = browser.token
    return await browser.client.request(method, address(pattern), headers=headers)


async def the_class_goes_on(cast: Cast) -> None:
    """Whatever a teacher did to it on the way: in one that has ended its students send nothing."""
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET ended_at = NULL")


async def half(cast: Cast) -> Browser:
    """Somebody new who has typed the password and not enrolled an authenticator yet."""
    async with cast.parts.db.transaction() as tx:
        name = f"new{tx.now}"
        known = await accounts.staff_by_username(tx, name)
        staff = known or await accounts.create_staff(
            tx, name, "New", "no hash", new_secret(), is_operator=False
        )
        return cast.with_session(await sessions.begin_staff(tx, staff.id, verified=False))


async def newcomer(cast: Cast) -> Browser:
    """A fresh student each time: some routes delete whoever calls them."""
    async with cast.parts.db.transaction() as tx:
        student = await create_student(tx, cast.classroom.id, "Ned")
    return await cast.student(student)


async def nobody(cast: Cast) -> Browser:
    return cast.visitor()


async def program(cast: Cast) -> Browser:
    browser = cast.visitor()
    browser.client.headers["x-api-key"] = KEY
    return browser


async def program_for_a_student(cast: Cast) -> Browser:
    browser = await program(cast)
    async with cast.parts.db.transaction() as tx:
        student = await create_student(tx, cast.classroom.id, "Ned")
    token = device.sign_api_token(
        cast.parts.secrets.device, device.ApiToken(student.id, student.class_id, 1, student.created_at)
    )
    browser.client.headers["X-User-Token"] = token
    return browser


PEOPLE: dict[str, tuple[Callable[[Cast], Awaitable[Browser]], set[str]]] = {
    "nobody": (nobody, {"anyone"}),
    "half signed in": (half, {"anyone", "half"}),
    "student": (newcomer, {"anyone", "student"}),
    "Ada, who teaches the class": (Cast.ada, {"anyone", "teacher"}),
    "Olu, who teaches another": (Cast.olu, {"anyone", "teacher"}),
    "Max, who runs the box": (Cast.max, {"anyone", "teacher", "operator"}),
    "a program": (program, {"anyone", "service"}),
    "a program for a student": (program_for_a_student, {"anyone", "service", "person"}),
}


async def test_the_table_names_every_route_and_no_route_that_is_not_there(cast: Cast) -> None:
    assert {(method, pattern) for method, pattern in routes(cast) if method != "HEAD"} == set(WHO_MAY)


async def test_every_page_can_be_asked_for_its_head_alone(cast: Cast) -> None:
    of = routes(cast)
    assert {pattern for method, pattern in of if method == "HEAD"} == {
        p for method, p in of if method == "GET"
    }


async def test_every_route_lets_in_whom_the_table_names_and_nobody_else(cast: Cast) -> None:
    wrong = []
    for method, pattern in sorted(routes(cast)):
        await the_class_goes_on(cast)
        for name, (person, roles) in PEOPLE.items():
            browser = await person(cast)
            response = await sent(browser, method, pattern)
            await browser.client.aclose()
            is_known = name not in ("nobody", "half signed in") and not name.startswith("a program")
            refused = 403 if is_known and not pattern.startswith("/v1/") else 401
            expected = bool(who_may(method, pattern) & roles)
            let_in = response.status_code not in (401, 403)
            is_as_said = let_in if expected else response.status_code == refused
            if not is_as_said or response.status_code >= 500:
                wrong.append((method, pattern, name, response.status_code))
    assert wrong == []


async def test_a_visitor_is_sent_to_where_they_can_get_in(cast: Cast) -> None:
    visitor = cast.visitor()
    for of_students in ("/student", "/submission/1/download"):
        student = await visitor.get(of_students)
        assert (student.status_code, student.headers["location"]) == (302, "/")
    teacher = await visitor.get("/teach/class/1")
    assert (teacher.status_code, teacher.headers["location"]) == (302, "/sign-in?next=/teach/class/1")


async def test_a_form_sent_after_the_session_ended_does_not_come_back_to_its_own_address(cast: Cast) -> None:
    sent_off = await cast.visitor().post("/teach/class/1/lock", {"locked": "1"})
    assert sent_off.headers["location"] == "/sign-in"


async def test_the_wrong_room_answers_403_with_a_sentence(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    refused = await ben.get("/teach")
    assert refused.status_code == 403
    assert "This page is for somebody else" in refused.text


async def test_an_account_that_is_switched_off_opens_nothing(cast: Cast) -> None:
    ada = await cast.ada()
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0 WHERE id = :id", id=cast.ada_id)
    assert (await ada.get("/teach")).headers["location"] == "/sign-in?next=/teach"


async def test_raising_the_epoch_of_a_class_signs_its_students_out(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET session_epoch = 2 WHERE id = :id", id=cast.classroom.id)
    assert (await ben.get("/student")).headers["location"] == "/"
