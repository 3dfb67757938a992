"""What a teacher changes about the own account: nothing that opens doors without the password of now."""

import re

from appliance.auth import links, recovery, sessions, tokens
from appliance.web.identity import SESSION_COOKIE
from tests.conftest import PASSWORD, Browser, Cast

NEW = "seven calm purple kettles"
CHANGES = ("password", "recovery-codes", "tokens")
FIELDS = {"password": "current", "recovery-codes": "current_for_codes", "tokens": "current_for_token"}


async def signs_in(cast: Cast, password: str) -> bool:
    answer = await cast.visitor().post("/sign-in", {"username": "ada", "password": password})
    return answer.status_code == 302


async def actions(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all("SELECT action FROM audit_events ORDER BY id")
    return [row["action"] for row in rows]


async def on_profile(cast: Cast) -> Browser:
    ada = await cast.ada()
    assert (await ada.get("/teach/profile")).status_code == 200
    return ada


async def test_the_own_name_is_on_every_page_and_leads_to_the_profile(cast: Cast) -> None:
    ada = await on_profile(cast)
    assert (await ada.post("/teach/profile", {"display_name": "  Ada   L. "})).status_code == 302
    page = (await ada.get("/teach")).text
    assert re.search(r'href="/teach/profile"[^>]*>.*?Ada L\.', page, re.S)
    assert await actions(cast) == ["change_profile"]


async def test_a_name_that_cant_be_used_stays_in_its_field(cast: Cast) -> None:
    ada = await on_profile(cast)
    page = await ada.post("/teach/profile", {"display_name": "x" * 90})
    assert page.status_code == 422 and "x" * 90 in page.text
    assert "Ada" in (await ada.get("/teach")).text


async def test_a_new_password_ends_the_old_one_and_other_devices_and_this_one_goes_on(cast: Cast) -> None:
    ada, elsewhere = await on_profile(cast), await cast.ada()
    cookie = ada.client.cookies[SESSION_COOKIE]
    answer = await ada.post("/teach/profile/password", {"current": PASSWORD, "password": NEW})
    assert answer.headers["location"] == "/teach/profile"
    fresh = answer.cookies[SESSION_COOKIE]
    assert fresh != cookie and (await cast.with_session(fresh).get("/teach")).status_code == 200
    assert (await cast.with_session(cookie).get("/teach")).status_code == 302
    assert (await elsewhere.get("/teach")).status_code == 302
    assert await signs_in(cast, NEW) and not await signs_in(cast, PASSWORD)


async def made_token(cast: Cast) -> Browser:
    """A program with a token of Ada's."""
    async with cast.parts.db.transaction() as tx:
        token = await tokens.new_access_token(tx, cast.ada_id, "gradebook sheet")
    return cast.visitor(Authorization=f"Bearer {token}")


async def test_a_new_password_ends_the_tokens_unless_the_tick_is_taken_away(cast: Cast) -> None:
    program, ada = await made_token(cast), await on_profile(cast)
    async with cast.parts.db.transaction() as tx:
        olus = await tokens.new_access_token(tx, cast.olu_id, "Olu's")
    page = (await ada.get("/teach/profile")).text
    box = re.search(r'<input class="check-box" type="checkbox" name="end_tokens" value="1" checked', page)
    assert box and page.index("gradebook sheet") < page.index('id="codes"')
    await ada.post("/teach/profile/password", {"current": PASSWORD, "password": NEW})
    assert (await program.get("/api/v1/teacher/classes")).status_code == 200
    ada = await on_profile(cast)
    again = {"current": NEW, "password": PASSWORD, "end_tokens": "1"}
    assert (await ada.post("/teach/profile/password", again)).status_code == 302
    assert (await program.get("/api/v1/teacher/classes")).status_code == 401
    assert await tokens.staff_of_token(cast.parts.db, olus) is not None
    assert await actions(cast) == ["change_password", "change_password", "end_access_token"]
    assert "end_tokens" not in (await (await cast.ada()).get("/teach/profile")).text


async def test_a_tick_that_was_taken_away_stays_away_beside_a_password_that_is_refused(cast: Cast) -> None:
    program, ada = await made_token(cast), await on_profile(cast)
    page = await ada.post("/teach/profile/password", {"current": PASSWORD, "password": "short"})
    assert page.status_code == 422 and 'name="end_tokens" value="1" checked' not in page.text
    kept = {"current": "wrong", "password": NEW, "end_tokens": "1"}
    assert 'name="end_tokens" value="1" checked' in (await ada.post("/teach/profile/password", kept)).text
    assert (await program.get("/api/v1/teacher/classes")).status_code == 200


async def test_a_new_password_ends_sign_in_links_and_half_signed_in_browsers(cast: Cast) -> None:
    ada = await on_profile(cast)
    async with cast.parts.db.transaction() as tx:
        link = await links.new_sign_in_link(tx, cast.ada_id)
        half = cast.with_session(await sessions.begin_staff(tx, cast.ada_id, verified=False))
    assert (await half.get("/sign-in/enrol")).status_code in (200, 302)
    await ada.post("/teach/profile/password", {"current": PASSWORD, "password": NEW})
    assert (await cast.visitor().post(f"/sign-in/link/{link}")).status_code == 404
    assert (await half.get("/sign-in/enrol")).headers["location"].startswith("/sign-in?")


async def test_a_password_that_is_easy_to_guess_is_refused_and_nothing_changes(cast: Cast) -> None:
    ada = await on_profile(cast)
    for easy in ("short", "ada ada ada", "1234567890"):
        page = await ada.post("/teach/profile/password", {"current": PASSWORD, "password": easy})
        assert page.status_code == 422 and easy not in page.text, easy
    assert await signs_in(cast, PASSWORD)


async def test_without_the_password_of_now_nothing_that_opens_doors_is_made(cast: Cast) -> None:
    ada = await on_profile(cast)
    for change in CHANGES:
        values = {FIELDS[change]: "not my password", "password": NEW, "label": "spreadsheet"}
        page = await ada.post(f"/teach/profile/{change}", values)
        assert page.status_code == 422 and "Check it; capitals matter." in page.text, change
        assert "not my password" not in page.text
    assert await actions(cast) == [] and await cast.count("access_tokens") == 0


async def test_guessing_the_password_of_now_is_slowed_down(cast: Cast) -> None:
    ada = await on_profile(cast)
    limit = cast.parts.settings.appliance_sign_in_rate_limit_per_minute
    for _ in range(limit):
        await ada.post("/teach/profile/recovery-codes", {"current_for_codes": "guess"})
    page = await ada.post("/teach/profile/recovery-codes", {"current_for_codes": PASSWORD})
    assert page.status_code == 429 and page.headers["retry-after"]


async def test_new_recovery_codes_are_shown_once_and_end_the_old_ones(cast: Cast) -> None:
    old = recovery.new_codes()
    async with cast.parts.db.transaction() as tx:
        await recovery.store_codes(tx, cast.ada_id, old)
    ada = await on_profile(cast)
    page = (await ada.post("/teach/profile/recovery-codes", {"current_for_codes": PASSWORD})).text
    shown = re.findall(r'class="key">([0-9A-Z]{4}-[0-9A-Z]{4})<', page)
    assert len(shown) == 10 and shown[0] not in (await ada.get("/teach/profile")).text
    async with cast.parts.db.transaction() as tx:
        assert not await recovery.use_code(tx, cast.ada_id, old[0])
        assert await recovery.use_code(tx, cast.ada_id, shown[0])
    assert "9 codes are left" in (await ada.get("/teach/profile")).text


async def test_signing_out_everywhere_else_leaves_this_browser_and_other_people(cast: Cast) -> None:
    ada, elsewhere, olu = await on_profile(cast), await cast.ada(), await cast.olu()
    assert "1 other device" in (await ada.get("/teach/profile")).text
    await ada.post("/teach/profile/sessions")
    assert [(await each.get("/teach")).status_code for each in (ada, elsewhere, olu)] == [200, 302, 200]
    assert "nowhere else" in (await ada.get("/teach/profile")).text


async def test_a_token_opens_the_own_classes_until_it_is_ended(cast: Cast) -> None:
    ada = await on_profile(cast)
    values = {"label": "gradebook sheet", "current_for_token": PASSWORD}
    page = (await ada.post("/teach/profile/tokens", values)).text
    found = re.search(r'id="token">(cb_[\w-]+)<', page)
    assert found
    program = {"Authorization": f"Bearer {found[1]}"}
    assert (await cast.visitor(**program).get("/api/v1/teacher/classes")).status_code == 200
    again = (await ada.get("/teach/profile")).text
    assert found[1] not in again and "gradebook sheet" in again
    mark = re.search(r'name="mark" value="([^"]+)"', again)
    assert mark
    await ada.post("/teach/profile/tokens/end", {"mark": mark[1]})
    assert (await cast.visitor(**program).get("/api/v1/teacher/classes")).status_code == 401


async def test_nobody_ends_the_token_of_somebody_else(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await tokens.new_access_token(tx, cast.olu_id, "Olu's")
    (theirs,) = await tokens.tokens_of_staff(cast.parts.db, cast.olu_id)
    ada = await on_profile(cast)
    await ada.post("/teach/profile/tokens/end", {"mark": theirs.mark})
    assert await tokens.tokens_of_staff(cast.parts.db, cast.olu_id) == [theirs]


async def test_half_a_sign_in_is_no_other_device(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await sessions.begin_staff(tx, cast.ada_id, verified=False)
    ada = await on_profile(cast)
    assert "nowhere else" in (await ada.get("/teach/profile")).text
