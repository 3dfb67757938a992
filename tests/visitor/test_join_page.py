"""Joining a class: with a code and a name, again with a return code or on the same device, and every refusal."""

import json
import re

import httpx
import pytest

from appliance.auth import device
from appliance.classroom.classes import rotate_join_code, set_locked
from appliance.settings import Settings
from appliance.web.identity import DEVICE_COOKIE, SESSION_COOKIE
from tests.conftest import Browser, Cast

OFFERED = re.compile(r'name="display_name" type="text" value="([^"]+)"')
TRACES = ("students", "student_events", "sessions")


async def join(cast: Cast, browser: Browser, name: str = "Dee", **more: str) -> httpx.Response:
    return await browser.post("/join", {"class_code": cast.classroom.join_code, "display_name": name, **more})


async def traces(cast: Cast) -> list[int]:
    return [await cast.count(table) for table in TRACES]


async def change_class(cast: Cast, column: str, value: str | int) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            f"UPDATE classes SET {column} = :value WHERE id = :id",  # noqa: S608 - a test names it
            value=value,
            id=cast.classroom.id,
        )


async def leave(browser: Browser) -> None:
    """As when the session is over, but the device is the same."""
    browser.client.cookies.delete(SESSION_COOKIE)
    await browser.get("/")


async def test_a_code_and_a_name_open_the_class_home(cast: Cast) -> None:
    visitor = cast.visitor()
    joined = await join(cast, visitor)
    assert (joined.status_code, joined.headers["location"]) == (302, "/student")
    assert "Hello, Dee" in (await visitor.get("/student")).text
    assert (await visitor.get("/")).headers["location"] == "/student"


async def test_the_code_may_be_typed_as_people_type(cast: Cast) -> None:
    code = cast.classroom.join_code
    for typed in (code.lower(), f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}"):
        visitor = cast.visitor()
        joined = await visitor.post("/join", {"class_code": typed, "display_name": f"Dee with {typed}"})
        assert joined.status_code == 302, typed


async def test_a_program_gets_return_code_and_token(cast: Cast) -> None:
    body = {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    joined = (await cast.visitor().post_json("/join", body)).json()
    assert set(joined) == {"ok", "return_code", "rejoined", "api_token"}
    assert joined["ok"] is True and joined["rejoined"] is False
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{6}", joined["return_code"])
    token = device.read_api_token(cast.parts.secrets.device, joined["api_token"])
    assert token is not None and (token.class_id, token.epoch) == (cast.classroom.id, 1)


async def test_a_made_up_name_is_offered_in_the_persons_language(cast: Cast) -> None:
    for language in ("en", "es"):
        page = await cast.visitor(**{"Accept-Language": language}).get("/")
        offered = OFFERED.search(page.text)
        assert offered is not None and re.fullmatch(r"[A-Za-z]+ [A-Za-z]+ \d\d", offered[1])


async def test_the_address_on_the_join_card_fills_in_the_code(cast: Cast) -> None:
    page = await cast.visitor().get(f"/join/{cast.classroom.join_code.lower()}")
    assert f'value="{cast.classroom.join_code}"' in page.text


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 400, "missing_fields"),
        ({"class_code": "7B"}, 400, "missing_fields"),
        ({"display_name": "Dee"}, 400, "missing_fields"),
        ({"class_code": "ZZZZZZZZ", "display_name": "Dee"}, 404, "invalid_code"),
        ({"class_code": "right", "display_name": "x" * 10_000}, 400, "name_too_long"),
        ({"class_code": "right", "display_name": "\u202e\u200b"}, 400, "name_missing"),
        ({"class_code": "right", "return_code": "ZZZZZZ"}, 400, "invalid_return_code"),
        ({"class_code": "right", "display_name": "Chi", "return_code": "ben's"}, 400, "invalid_return_code"),
    ],
)
async def test_a_refused_join_says_why_and_leaves_no_trace(
    cast: Cast, sent: dict[str, str], status: int, code: str
) -> None:
    assert cast.ben is not None
    real = {"right": cast.classroom.join_code, "ben's": cast.ben.return_code}
    sent = {name: real.get(value, value) for name, value in sent.items()}
    before = await traces(cast)
    refused = await cast.visitor().post_json("/join", sent)
    assert (refused.status_code, refused.json()["error"]) == (status, code)
    assert refused.json()["message"].endswith(".")
    assert not refused.headers.get_list("set-cookie")
    page = await cast.visitor().post("/join", sent)
    assert page.status_code == 422 and refused.json()["message"].split("'")[0] in page.text
    assert await traces(cast) == before


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("is_locked", 1, "class_locked"),
        ("enrollment_mode", "closed", "class_enrollment_closed"),
        ("enrollment_mode", "invite_only", "invite_required"),
    ],
)
async def test_a_class_that_lets_nobody_in_leaves_no_trace_of_who_tried(
    cast: Cast, column: str, value: str | int, code: str
) -> None:
    await change_class(cast, column, value)
    before = await traces(cast)
    body = {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    refused = await cast.visitor().post_json("/join", body)
    assert (refused.status_code, refused.json()["error"]) == (403, code)
    assert (await join(cast, cast.visitor())).status_code == 422
    assert await traces(cast) == before


async def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    page = await cast.visitor().post("/join", {"class_code": "WRONGONE", "display_name": "Dee & Co"})
    assert 'value="WRONGONE"' in page.text and 'value="Dee &amp; Co"' in page.text
    assert "There is no class with this code" in page.text and 'aria-invalid="true"' in page.text


async def test_a_locked_class_keeps_out_those_it_knows_as_well(cast: Cast) -> None:
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    refused = await join(cast, cast.visitor(), "", return_code=cast.ben.return_code)
    assert refused.status_code == 422 and "This class is locked just now" in refused.text


async def test_a_rotated_code_opens_nothing_any_more(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        new = await rotate_join_code(tx, cast.classroom.id)
    assert (await join(cast, cast.visitor())).status_code == 422
    joined = await cast.visitor().post("/join", {"class_code": new, "display_name": "Dee"})
    assert joined.status_code == 302


async def test_the_return_code_opens_the_same_work_on_another_device(cast: Cast) -> None:
    assert cast.ben is not None
    for name in ("", "ben", "Ben"):
        visitor = cast.visitor()
        assert (await join(cast, visitor, name, return_code=cast.ben.return_code.lower())).status_code == 302
        assert "Hello, Ben" in (await visitor.get("/student")).text
    assert await cast.count("students") == 2


async def test_a_return_code_is_good_in_its_own_class_alone(cast: Cast) -> None:
    assert cast.ben is not None and cast.other is not None
    sent = {"class_code": cast.other.join_code, "return_code": cast.ben.return_code}
    assert (await cast.visitor().post_json("/join", sent)).json()["error"] == "invalid_return_code"


async def test_the_same_device_and_name_open_the_same_work(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor)
    await leave(visitor)
    again = await visitor.post_json("/join", {"class_code": cast.classroom.join_code, "display_name": "dee"})
    assert again.json()["rejoined"] is True
    assert await cast.count("students") == 3


async def test_the_same_device_with_another_name_is_somebody_else(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor)
    await leave(visitor)
    await join(cast, visitor, "Eve")
    assert await cast.count("students") == 4


async def test_a_device_cookie_that_the_box_did_not_sign_is_ignored(cast: Cast) -> None:
    assert cast.ben is not None
    key, ben = cast.parts.secrets.device, device.Device(cast.classroom.id, cast.ben.id, cast.ben.created_at)
    other_box = device.sign(b"k" * 32, ben, cast.clock())
    real = device.sign(key, ben, cast.clock())
    old = device.sign(key, ben, cast.clock() - 181 * 86400)
    for cookie in (other_box, real[:-2], old, "[1,1]", ""):
        visitor = cast.visitor()
        visitor.client.cookies.set(DEVICE_COOKIE, cookie)
        joined = await visitor.post_json(
            "/join", {"class_code": cast.classroom.join_code, "display_name": "Ben"}
        )
        assert joined.json()["error"] == "return_code_required"


async def test_who_comes_after_a_reset_is_not_opened_by_the_device_of_who_was_there_before(
    cast: Cast,
) -> None:
    """The first new student gets a number that nobody had, and the old device fits nobody."""
    device_of_dee, ada = cast.visitor(), await cast.ada()
    body = {"class_code": cast.classroom.join_code, "display_name": "Dee"}
    token = (await device_of_dee.post_json("/join", body)).json()["api_token"]
    rows = await cast.parts.db.fetch_all("SELECT max(id) AS id FROM students")
    await ada.post(f"/teach/class/1/student/{rows[0]['id']}/remove")
    cast.clock.now += 60
    await join(cast, cast.visitor(), "Eve")
    again = await cast.parts.db.fetch_all("SELECT max(id) AS id FROM students")
    assert again[0]["id"] > rows[0]["id"]
    await leave(device_of_dee)
    assert "Eve" not in (await device_of_dee.get("/")).text
    joined = await device_of_dee.post_json("/join", {**body, "display_name": "Eve"})
    assert joined.json()["error"] == "return_code_required"
    program = cast.visitor(Authorization=f"Bearer {token}")
    assert (await program.get("/api/v1/student/session")).status_code == 401


async def test_a_name_of_markup_is_shown_as_it_was_typed(cast: Cast) -> None:
    visitor, name = cast.visitor(), "<script>alert(1)</script>"
    await join(cast, visitor, name)
    ada = await cast.ada()
    for page in ((await visitor.get("/student")).text, (await ada.get("/teach/class/1")).text):
        assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


async def test_signs_that_turn_or_hide_text_do_not_get_into_a_name(cast: Cast) -> None:
    await join(cast, cast.visitor(), "B\u202een\x07\u200b  \t Li")
    row = await cast.parts.db.fetch_one("SELECT display_name FROM students ORDER BY id DESC LIMIT 1")
    assert row is not None and row["display_name"] == "Ben Li"


async def test_a_name_in_another_script_is_fine(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor, "نور 小明")
    assert "نور 小明" in (await visitor.get("/student")).text


async def test_a_name_like_an_address_is_let_in_with_a_warning(cast: Cast) -> None:
    body = {"class_code": cast.classroom.join_code, "display_name": "dee@example.org"}
    joined = (await cast.visitor().post_json("/join", body)).json()
    assert joined["ok"] and "e-mail address" in joined["name_warning"]


async def test_what_happened_is_kept_without_names(cast: Cast) -> None:
    assert cast.ben is not None
    visitor = cast.visitor()
    await join(cast, visitor)
    await leave(visitor)
    await join(cast, visitor)
    await join(cast, cast.visitor(), "", return_code=cast.ben.return_code)
    rows = await cast.parts.db.fetch_all("SELECT * FROM student_events ORDER BY id")
    kinds = [row["kind"] for row in rows]
    assert kinds == ["class_join", "session_rejoin_device_hint", "session_rejoin_return_code"]
    assert [json.loads(row["details"]) for row in rows] == [{"rejoined": 0}, {"rejoined": 1}, {"rejoined": 1}]
    assert {row["network"] for row in rows} == {"127.0.0.0"}


async def test_joining_twice_by_a_double_click_does_no_harm(cast: Cast) -> None:
    visitor = cast.visitor()
    await join(cast, visitor)
    await join(cast, visitor)
    assert await cast.count("students") == 3
    assert await cast.count("sessions") == 1


async def test_a_form_without_its_token_is_refused(cast: Cast) -> None:
    refused = await cast.visitor().client.post("/join", data={"class_code": cast.classroom.join_code})
    assert refused.status_code == 403 and "Load it again and send it once more." in refused.text


class TestLimits:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return Settings(
            appliance_data=settings.appliance_data,
            appliance_models=settings.appliance_models,
            appliance_join_rate_limit_per_minute=3,
        )

    async def test_too_many_tries_have_to_wait_and_are_told_how_long(self, cast: Cast) -> None:
        visitor = cast.visitor()
        for _ in range(3):
            await visitor.post("/join", {"class_code": "WRONGONE", "display_name": "Dee"})
        page = await join(cast, visitor)
        assert page.status_code == 429 and 1 <= int(page.headers["retry-after"]) <= 60
        assert "Wait a little, then try again." in page.text and 'value="Dee"' in page.text
        program = await visitor.post_json(
            "/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"}
        )
        assert (program.status_code, program.json()["error"]) == (429, "rate_limited")
        assert int(program.headers["retry-after"]) >= 1
        cast.clock.now += 61
        assert (await join(cast, visitor)).status_code == 302
