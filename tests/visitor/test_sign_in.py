"""Staff sign-in: password and code, recovery codes, links from the console, and every way to be refused."""

import re
from html import escape, unescape

import pyotp

from appliance.auth import accounts, recovery, sessions, totp
from appliance.auth.links import new_sign_in_link
from appliance.web.identity import SESSION_COOKIE
from tests.conftest import PASSWORD, Browser, Cast


async def half_in(cast: Cast, browser: Browser | None = None) -> Browser:
    """Ada, who has typed her password."""
    browser = browser or cast.visitor()
    answer = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 302, answer.text
    return browser


async def code_of(cast: Cast, seconds: float = 0) -> str:
    return pyotp.TOTP(await totp.secret_of(cast.parts.db, cast.ada_id)).at(int(cast.clock.now + seconds))


async def actions(cast: Cast) -> list[str]:
    return [
        row["action"] for row in await cast.parts.db.fetch_all("SELECT action FROM audit_events ORDER BY id")
    ]


async def test_password_and_code_open_the_portal(cast: Cast) -> None:
    browser = cast.visitor()
    first = await browser.post("/sign-in", {"username": "ADA", "password": PASSWORD})
    assert first.headers["location"] == "/sign-in/code?next=/teach"
    second = await browser.post("/sign-in/code", {"code": await code_of(cast)})
    assert second.headers["location"] == "/teach"
    assert "7B" in (await browser.get("/teach")).text
    assert await actions(cast) == ["sign_in"]


async def test_a_wrong_password_and_a_wrong_name_get_the_same_answer(cast: Cast) -> None:
    said = []
    for username, password in (("ada", "wrong password"), ("nobody", PASSWORD)):
        page = await cast.visitor().post("/sign-in", {"username": username, "password": password})
        assert page.status_code == 422 and f'value="{username}"' in page.text
        assert SESSION_COOKIE not in page.cookies and password not in page.text
        said.append("This name and password don" in page.text)
    assert said == [True, True]


async def test_a_wrong_code_is_refused_and_the_page_stays(cast: Cast) -> None:
    browser = await half_in(cast)
    for wrong in ("000000", "", "abc", "1" * 39, await code_of(cast, 3600)):
        page = await browser.post("/sign-in/code", {"code": wrong})
        assert page.status_code == 422 and "This code" in page.text, wrong
    assert (await browser.get("/teach")).status_code == 302


async def test_a_code_that_was_used_is_refused(cast: Cast) -> None:
    code = await code_of(cast)
    browser = await half_in(cast)
    assert (await browser.post("/sign-in/code", {"code": code})).status_code == 302
    thief = await half_in(cast)
    assert (await thief.post("/sign-in/code", {"code": code})).status_code == 422
    assert (await thief.post("/sign-in/code", {"code": await code_of(cast, -30)})).status_code == 422
    cast.clock.now += 30
    assert (await thief.post("/sign-in/code", {"code": await code_of(cast)})).status_code == 302


async def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    codes = recovery.new_codes()
    async with cast.parts.db.transaction() as tx:
        await recovery.store_codes(tx, cast.ada_id, codes)
    browser = await half_in(cast)
    assert "Use a recovery code" in (await browser.get("/sign-in/code?with=recovery")).text
    typed = {"kind": "recovery", "code": codes[3].lower().replace("-", " ")}
    assert (await browser.post("/sign-in/code", typed)).headers["location"] == "/teach"
    again = await (await half_in(cast)).post("/sign-in/code", typed)
    assert again.status_code == 422 and 'name="kind" value="recovery"' in again.text


async def test_guessing_passwords_is_slowed_down_and_told_for_how_long(cast: Cast) -> None:
    browser = cast.visitor()
    for _ in range(10):
        await browser.post("/sign-in", {"username": "ada", "password": "wrong password"})
    refused = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 60
    assert 'value="ada"' in refused.text
    assert (await browser.post("/sign-in", {"username": "olu", "password": PASSWORD})).status_code == 302
    cast.clock.now += 61
    await half_in(cast)


async def test_guessing_codes_is_slowed_down_whatever_browser_it_comes_from(cast: Cast) -> None:
    for _ in range(5):
        assert (await (await half_in(cast)).post("/sign-in/code", {"code": "000000"})).status_code == 422
    refused = await (await half_in(cast)).post("/sign-in/code", {"code": await code_of(cast)})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1


async def test_the_token_of_the_session_changes_at_each_step(cast: Cast) -> None:
    browser = await half_in(cast)
    half = browser.client.cookies[SESSION_COOKIE]
    await browser.post("/sign-in/code", {"code": await code_of(cast)})
    whole = browser.client.cookies[SESSION_COOKIE]
    assert half != whole
    now = cast.clock.now
    assert await sessions.session_of(cast.parts.db, half, now) is None
    assert await sessions.session_of(cast.parts.db, whole, now) is not None


async def test_a_password_alone_opens_no_page_of_the_portal(cast: Cast) -> None:
    browser = await half_in(cast)
    for path in ("/teach", "/teach/class/1", "/course/electricity-you-can-touch"):
        assert (await browser.get(path)).status_code == 302
    assert (await browser.post("/teach/class", {"name": "9D"})).headers["location"] == "/sign-in"
    assert await cast.count("classes") == 2


async def test_half_a_sign_in_is_over_after_half_an_hour(cast: Cast) -> None:
    browser = await half_in(cast)
    cast.clock.now += sessions.UNVERIFIED_SECONDS
    assert (await browser.get("/sign-in/code")).headers["location"].startswith("/sign-in")


async def test_sign_in_leads_back_to_the_page_that_was_asked_for(cast: Cast) -> None:
    browser = cast.visitor()
    asked = await browser.get("/teach/class/1")
    page = await browser.get(asked.headers["location"])
    assert 'name="next" value="/teach/class/1"' in page.text
    half = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD, "next": "/teach/class/1"})
    assert half.headers["location"] == "/sign-in/code?next=/teach/class/1"
    done = await browser.post("/sign-in/code", {"code": await code_of(cast), "next": "/teach/class/1"})
    assert done.headers["location"] == "/teach/class/1"


async def test_sign_in_leads_back_with_all_that_was_asked_for(cast: Cast) -> None:
    asked = "/teach/class/1/library/1?page=41&from=a%20b"
    browser = cast.visitor()
    sent = (await browser.get(asked)).headers["location"]
    assert sent == "/sign-in?next=/teach/class/1/library/1%3Fpage%3D41%26from%3Da%2520b"
    page = await browser.get(sent)
    assert f'name="next" value="{escape(asked)}"' in page.text
    half = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD, "next": asked})
    code = await browser.get(half.headers["location"])
    assert f'name="next" value="{escape(asked)}"' in code.text
    recovers = unescape(re.findall(r'href="(/sign-in/code[^"]*)"', code.text)[0])
    assert f'name="next" value="{escape(asked)}"' in (await browser.get(recovers)).text
    done = await browser.post("/sign-in/code", {"code": await code_of(cast), "next": asked})
    assert done.headers["location"] == asked


async def test_a_change_of_language_keeps_where_sign_in_leads(cast: Cast) -> None:
    browser = cast.visitor()
    page = await browser.get("/sign-in?next=/teach/class/1%3Fpage%3D2")
    here = re.findall(r'name="next" value="(/sign-in[^"]*)"', page.text)
    assert here and unescape(here[0]) == "/sign-in?next=/teach/class/1%3Fpage%3D2"


async def test_an_address_too_long_to_come_back_to_is_let_go(cast: Cast) -> None:
    browser = cast.visitor()
    asked = await browser.get("/teach?" + "x" * 5000)
    assert asked.headers["location"] == "/sign-in?next=/teach"
    form = {"username": "ada", "password": PASSWORD, "next": "/" + "x" * 5000}
    assert (await browser.post("/sign-in", form)).headers["location"] == "/sign-in/code?next=/teach"


async def test_sign_in_leads_to_no_page_of_anybody_else(cast: Cast) -> None:
    for to in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        " //evil.example",
        "javascript:evil()",
        "evil.example",
    ):
        page = await cast.visitor().get("/sign-in", params={"next": to})
        assert 'action="/sign-in"' in page.text and 'name="next" value="/teach"' in page.text
        browser = cast.visitor()
        half = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD, "next": to})
        assert half.headers["location"] == "/sign-in/code?next=/teach"
        cast.clock.now += 30
        done = await browser.post("/sign-in/code", {"code": await code_of(cast), "next": to})
        assert done.headers["location"] == "/teach"


async def test_sign_out_ends_the_session_and_only_a_form_does_it(cast: Cast) -> None:
    ada = await cast.ada()
    assert (await ada.get("/sign-out")).status_code == 405
    assert (await ada.get("/teach")).status_code == 200
    token = ada.client.cookies[SESSION_COOKIE]
    out = await ada.post("/sign-out")
    assert out.headers["location"] == "/" and "Max-Age=0" in "".join(out.headers.get_list("set-cookie"))
    ada.client.cookies.set(SESSION_COOKIE, token)
    assert (await ada.get("/teach")).status_code == 302


async def test_the_first_right_code_enrols_the_authenticator_and_shows_ten_codes(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await accounts.set_totp_secret(tx, cast.ada_id, totp.new_secret())
    browser = cast.visitor()
    half = await browser.post("/sign-in", {"username": "ada", "password": PASSWORD})
    assert half.headers["location"] == "/sign-in/enrol?next=/teach"
    page = await browser.get("/sign-in/enrol")
    secret = await totp.secret_of(cast.parts.db, cast.ada_id)
    assert secret in page.text and "<svg" in page.text
    wrong = await browser.post("/sign-in/enrol", {"code": "000000"})
    assert wrong.status_code == 422 and secret in wrong.text
    done = await browser.post("/sign-in/enrol", {"code": await code_of(cast)})
    assert done.text.count('<li class="key">') == 10
    assert await recovery.codes_left(cast.parts.db, cast.ada_id) == 10
    assert (await browser.get("/teach")).status_code == 200


async def test_a_secret_that_was_looked_at_before_is_not_the_one_that_is_enrolled(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await accounts.set_totp_secret(tx, cast.ada_id, totp.new_secret())
    thief = await half_in(cast)
    page = (await thief.get("/sign-in/enrol")).text
    seen = await totp.secret_of(cast.parts.db, cast.ada_id)
    assert seen in page
    owner = await half_in(cast)
    old = pyotp.TOTP(seen).at(int(cast.clock.now))
    assert (await thief.post("/sign-in/enrol", {"code": old})).status_code == 422
    assert (await owner.post("/sign-in/enrol", {"code": await code_of(cast)})).status_code == 200
    enrolled = await totp.secret_of(cast.parts.db, cast.ada_id)
    assert enrolled != seen
    await half_in(cast)
    assert await totp.secret_of(cast.parts.db, cast.ada_id) == enrolled


async def test_an_enrolled_authenticator_can_be_neither_seen_nor_replaced_with_the_password_alone(
    cast: Cast,
) -> None:
    browser = await half_in(cast)
    assert (await browser.get("/sign-in/enrol")).headers["location"] == "/sign-in/code"
    refused = await browser.post("/sign-in/enrol", {"code": await code_of(cast)})
    assert SESSION_COOKIE not in refused.cookies
    assert (await browser.get("/teach")).status_code == 302


async def test_a_link_from_the_console_signs_in_once_and_only_by_its_button(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        link = f"/sign-in/link/{await new_sign_in_link(tx, cast.ada_id)}"
    for _ in range(2):
        opened = await cast.visitor().get(link)
        assert opened.status_code == 200 and SESSION_COOKIE not in opened.cookies
    browser = cast.visitor()
    assert (await browser.post(link)).headers["location"] == "/teach"
    assert (await browser.get("/teach")).status_code == 200
    again = await cast.visitor().post(link)
    assert again.status_code == 404 and "has been used or is too old" in again.text


async def test_a_link_that_is_too_old_or_made_up_opens_nothing(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        link = f"/sign-in/link/{await new_sign_in_link(tx, cast.ada_id, 60)}"
    cast.clock.now += 60
    for address in (link, "/sign-in/link/made-up", "/sign-in/link/%00"):
        assert (await cast.visitor().post(address)).status_code == 404


async def test_too_many_wrong_codes_while_enrolling_leave_the_square_on_the_page(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await accounts.set_totp_secret(tx, cast.ada_id, totp.new_secret())
    browser = await half_in(cast)
    for _ in range(5):
        assert (await browser.post("/sign-in/enrol", {"code": "000000"})).status_code == 422
    refused = await browser.post("/sign-in/enrol", {"code": "000000"})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert await totp.secret_of(cast.parts.db, cast.ada_id) in refused.text
