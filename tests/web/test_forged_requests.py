"""Forged requests: no form is taken that did not come from one of our own pages in this very browser."""

from tests.conftest import Cast

ELSEWHERE = (
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
    "/\nevil", "/\tevil", "", "evil.example", "http:/evil.example",
)  # fmt: skip
STALE = "This page was open for too long or in another tab."


async def test_a_form_without_its_token_is_refused_and_changes_nothing(cast: Cast) -> None:
    ada = await cast.ada()
    refused = await ada.client.post("/teach/class", data={"name": "9D"})
    assert refused.status_code == 403
    assert STALE in refused.text
    assert await cast.count("classes") == 2


async def test_a_program_hears_it_as_a_code(cast: Cast) -> None:
    refused = await cast.visitor().client.post("/join", json={"class_code": "x"})
    assert refused.status_code == 403
    assert refused.json()["error"] == "csrf_failed"


async def test_the_token_of_another_browser_is_worth_nothing(cast: Cast) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    await ben.get("/student")
    await chi.get("/student")
    ben.token, chi.token = chi.token, ben.token
    assert (await ben.post("/student/delete-me")).status_code == 403
    assert await cast.count("students") == 2


async def test_a_browser_that_says_the_form_stood_elsewhere_is_believed(cast: Cast) -> None:
    ada = await cast.ada()
    for site in ("cross-site", "same-site"):
        refused = await ada.post("/teach/class", {"name": "9D"}, headers={"Sec-Fetch-Site": site})
        assert refused.status_code == 403


async def test_the_token_changes_when_somebody_signs_in(cast: Cast) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    before = visitor.token
    await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    await visitor.get("/student")
    assert visitor.token != before


async def test_no_form_sends_people_to_somebody_elses_page(cast: Cast) -> None:
    visitor = cast.visitor()
    for to in ELSEWHERE:
        response = await visitor.post("/language", {"language": "es", "next": to})
        assert response.headers["location"] == "/", to


async def test_cookies_stay_out_of_reach_of_scripts_and_other_sites(cast: Cast) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    await visitor.post("/language", {"language": "es"})
    joined = await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "Dee"})
    planted = joined.headers.get_list("set-cookie") + (await cast.visitor().get("/")).headers.get_list(
        "set-cookie"
    )
    assert {cookie.split("=")[0] for cookie in planted} == {
        "chalkbox_session",
        "chalkbox_device",
        "chalkbox_seed",
    }
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie for cookie in planted)


async def test_a_cookie_is_taken_away_in_words_that_a_browser_on_plain_http_believes(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    left = await ben.post("/student/end-session")
    gone = {
        cookie.split("=")[0]: cookie
        for cookie in left.headers.get_list("set-cookie")
        if "Max-Age=0" in cookie
    }
    assert set(gone) == {"chalkbox_session", "chalkbox_device"}
    assert not any("Secure" in cookie for cookie in gone.values())
