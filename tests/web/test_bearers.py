"""A bearer under /api/: it beats the session, and a wrong one is refused whatever cookie comes with it."""

from typing import Any

import pytest

from appliance.auth import device, sessions
from appliance.auth.accounts import create_staff
from appliance.auth.permissions import ANYONE, WHO_MAY, who_may
from appliance.auth.tokens import end_tokens_of_staff, new_access_token
from appliance.auth.totp import new_secret
from appliance.classroom.students import Student, remove_student
from appliance.parts import refresh_school
from tests.conftest import Browser, Cast
from tests.web.test_who_may import address

SESSION = "/api/v1/student/session"
CLASSES = "/api/v1/teacher/classes"
LOCK = "/api/v1/teacher/class/1/toggle-lock"


def token_of(cast: Cast, student: Student | None) -> str:
    assert student is not None
    return device.sign_api_token(
        cast.parts.secrets.device, device.ApiToken(student.id, student.class_id, 1, student.created_at)
    )


async def staff_token(cast: Cast, staff_id: int) -> str:
    async with cast.parts.db.transaction() as tx:
        return await new_access_token(tx, staff_id, "tests")


async def asked(browser: Browser, path: str, token: str) -> tuple[int, dict[str, Any]]:
    answer = await browser.client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.status_code, answer.json()


async def test_the_token_that_the_join_gave_opens_the_students_own_session(cast: Cast) -> None:
    joined = await cast.visitor().post_json(
        "/join", {"class_code": cast.classroom.join_code, "display_name": "Nia"}
    )
    status, body = await asked(cast.visitor(), SESSION, joined.json()["api_token"])
    assert (status, body["student"]["display_name"]) == (200, "Nia")
    assert body["student"]["return_code"] == joined.json()["return_code"]


async def test_a_bearer_beats_the_session(cast: Cast) -> None:
    as_ben = await cast.student(cast.ben)
    _, body = await asked(as_ben, SESSION, token_of(cast, cast.chi))
    assert body["student"]["display_name"] == "Chi"
    assert (await as_ben.get(SESSION)).json()["student"]["display_name"] == "Ben"


@pytest.mark.parametrize("spoilt", [" {token}x", " x{token}", "", " cb_nobody", " ñ"])
async def test_a_spoilt_token_is_refused_beside_a_good_session(cast: Cast, spoilt: str) -> None:
    as_ben = await cast.student(cast.ben)
    given = spoilt.format(token=token_of(cast, cast.ben)).encode()
    answer = await as_ben.client.get(SESSION, headers={b"Authorization": b"Bearer" + given})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_token_ends_with_the_epoch_of_its_class(cast: Cast) -> None:
    as_ben = await cast.student(cast.ben)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET session_epoch = 2")
        await tx.execute("UPDATE sessions SET class_epoch = 2")
    status, body = await asked(as_ben, SESSION, token_of(cast, cast.ben))
    assert (status, body["error"]) == (401, "invalid_token")
    assert (await as_ben.get(SESSION)).status_code == 200


async def test_a_token_ends_with_its_student(cast: Cast) -> None:
    assert cast.chi is not None
    async with cast.parts.db.transaction() as tx:
        await remove_student(tx, cast.chi.id)
    status, body = await asked(await cast.student(cast.ben), SESSION, token_of(cast, cast.chi))
    assert (status, body["error"]) == (401, "invalid_token")


async def test_a_bearer_opens_no_page(cast: Cast) -> None:
    header = {"Authorization": f"Bearer {token_of(cast, cast.ben)}"}
    page = await cast.visitor().client.get("/student", headers=header)
    assert (page.status_code, page.headers["location"]) == (302, "/")
    as_chi = await (await cast.student(cast.chi)).client.get("/student/my-data", headers=header)
    assert "Chi" in as_chi.text and "Ben" not in as_chi.text


async def test_another_kind_of_authorization_is_no_bearer(cast: Cast) -> None:
    as_ben = await cast.student(cast.ben)
    answer = await as_ben.client.get(SESSION, headers={"Authorization": "Basic YTpi"})
    assert answer.json()["student"]["display_name"] == "Ben"


async def test_a_personal_access_token_reads_and_changes_without_a_form_token(cast: Cast) -> None:
    token = await staff_token(cast, cast.ada_id)
    program = cast.visitor()
    _, body = await asked(program, CLASSES, token)
    assert [each["name"] for each in body["classes"]] == ["7B"]
    changed = await program.client.post(LOCK, headers={"Authorization": f"Bearer {token}"})
    assert changed.json() == {"classroom_id": 1, "is_locked": True}


async def test_a_bearer_beside_a_session_needs_no_form_token_and_a_session_alone_does(cast: Cast) -> None:
    ada = await cast.ada()
    refused = await ada.client.post(LOCK)
    assert (refused.status_code, refused.json()["error"]) == (403, "csrf_failed")
    token = await staff_token(cast, cast.ada_id)
    changed = await ada.client.post(LOCK, headers={"Authorization": f"Bearer {token}"})
    assert changed.status_code == 200


async def test_an_ended_access_token_is_refused(cast: Cast) -> None:
    token = await staff_token(cast, cast.ada_id)
    async with cast.parts.db.transaction() as tx:
        await end_tokens_of_staff(tx, cast.ada_id)
    status, body = await asked(await cast.ada(), CLASSES, token)
    assert (status, body["error"]) == (401, "invalid_token")


async def test_students_and_staff_keep_to_their_own_addresses(cast: Cast) -> None:
    status, body = await asked(cast.visitor(), CLASSES, token_of(cast, cast.ben))
    assert (status, body["error"]) == (403, "forbidden")
    status, body = await asked(cast.visitor(), SESSION, await staff_token(cast, cast.ada_id))
    assert (status, body["error"]) == (403, "forbidden")


async def test_half_a_sign_in_is_asked_for_the_other_half(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        staff = await create_staff(tx, "ina", "Ina", "no hash", new_secret(), is_operator=False)
        ina = cast.with_session(await sessions.begin_staff(tx, staff.id, verified=False))
    answer = await ina.get(CLASSES)
    assert (answer.status_code, answer.json()["error"]) == (401, "otp_required")


async def test_nobody_is_told_so_in_json(cast: Cast) -> None:
    for path in (SESSION, CLASSES):
        answer = await cast.visitor().get(path)
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
        assert set(answer.json()) == {"error", "message", "request_id"}


async def test_the_wrong_method_answers_405_in_json(cast: Cast) -> None:
    ben, token = await cast.student(cast.ben), token_of(cast, cast.ben)
    for headers in ({}, {"Authorization": f"Bearer {token}"}, {"Authorization": "Bearer spoilt"}):
        answer = await ben.client.post(SESSION, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")


async def test_the_mode_of_the_site_holds_for_programs_too(cast: Cast) -> None:
    for_staff = {"Authorization": f"Bearer {await staff_token(cast, cast.ada_id)}"}
    for_ben = {"Authorization": f"Bearer {token_of(cast, cast.ben)}"}
    found = {}
    for mode in ("read-only", "join-only", "maintenance"):
        async with cast.parts.db.transaction() as tx:
            await tx.execute("UPDATE box SET site_mode = :mode", mode=mode)
        await refresh_school(cast.app)
        program = cast.visitor().client
        found[mode] = [
            (await program.get(SESSION, headers=for_ben)).status_code,
            (await program.get(CLASSES, headers=for_staff)).status_code,
            (await program.post(LOCK, headers=for_staff)).status_code,
        ]
    assert found == {
        "read-only": [200, 200, 503],
        "join-only": [200, 200, 503],
        "maintenance": [503, 200, 200],
    }
    assert (await program.get(SESSION, headers=for_ben)).json()["error"] == "site_mode_restricted"


async def test_there_is_no_such_address_for_programs_either(cast: Cast) -> None:
    header = {"Authorization": f"Bearer {await staff_token(cast, cast.ada_id)}"}
    for path in ("/api/v1/nope", "/api/v1/teacher/class/999/roster", f"/api/v1/teacher/class/{2**64}/roster"):
        answer = await cast.visitor().client.get(path, headers=header)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found"), path


async def test_every_other_page_takes_whoever_sends_a_bearer_for_a_visitor(cast: Cast) -> None:
    for token in (token_of(cast, cast.ben), await staff_token(cast, cast.max_id)):
        header = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        program = cast.visitor().client
        for method, pattern in WHO_MAY:
            if method != "GET" or pattern.startswith(("/api/", "/v1/")) or who_may(method, pattern) == ANYONE:
                continue
            assert (await program.get(address(pattern), headers=header)).status_code == 401, pattern
