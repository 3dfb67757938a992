"""What every answer carries: headers against what pages could do to each other, and the request's id."""

import httpx
import pytest

from appliance.web.headers import ALWAYS, POLICY, SANDBOX
from tests.conftest import COURSE, Cast


def missing(response: httpx.Response) -> list[str]:
    wrong = [name for name, value in ALWAYS.items() if response.headers.get(name) != value]
    needed = ("content-security-policy", "cache-control", "x-request-id")
    return wrong + [name for name in needed if not response.headers.get(name)]


async def test_every_answer_carries_the_security_headers(cast: Cast) -> None:
    visitor = cast.visitor()
    for path in ("/", "/privacy", "/help", "/healthz", "/sign-in", "/nope", "/sign-out", "/teach"):
        response = await visitor.get(path)
        assert missing(response) == [], path
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["cache-control"] == "private, no-store"


async def test_static_files_and_error_pages_carry_them_too(cast: Cast) -> None:
    static = cast.app.ctx.pages.static.address("css/base.css")
    assert missing(await cast.visitor().get(static)) == []
    assert missing(await cast.visitor().get("/static/0/nope.css")) == []
    broken = await unknown_error(cast)
    assert broken.status_code == 500 and missing(broken) == []


async def test_the_policy_lets_in_neither_inline_script_nor_anybody_else(cast: Cast) -> None:
    policy = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in POLICY
    assert SANDBOX.split("; ")[0] == "default-src 'none'" and "sandbox" in SANDBOX


async def test_no_page_needs_what_the_policy_forbids(cast: Cast) -> None:
    for path in ("/", "/sign-in", "/help"):
        page = (await cast.visitor().get(path)).text
        assert " style=" not in page and "<style" not in page and " onclick=" not in page
        assert "<script>" not in page and 'src="http' not in page


async def test_a_picture_of_a_course_runs_nothing_even_in_a_tab_of_its_own(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    picture = await ben.get(f"/course/{COURSE}/assets/led-legs.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["content-security-policy"] == SANDBOX


async def test_a_well_formed_request_id_is_kept(cast: Cast) -> None:
    response = await cast.visitor().get("/healthz", headers={"X-Request-ID": "lab-7_A"})
    assert response.headers["x-request-id"] == "lab-7_A"


async def test_any_other_request_id_is_replaced(cast: Cast) -> None:
    visitor = cast.visitor()
    for given in ("", "has space", "a" * 81, "<script>", "\xff"):
        response = await visitor.get("/healthz", headers={"X-Request-ID": given.encode("latin-1")})
        made = response.headers["x-request-id"]
        assert made != given and made.isalnum()


async def unknown_error(cast: Cast, **headers: str) -> httpx.Response:
    """A real one: a column that is not there any more."""
    ada = await cast.ada()
    async with cast.parts.db.transaction() as tx:
        await tx.execute("ALTER TABLE classes RENAME COLUMN landing_title TO landing_words")
    return await ada.get("/teach/class/1", headers=headers)


async def test_our_own_mistake_shows_a_number_and_nothing_from_inside(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await unknown_error(cast)
    assert broken.status_code == 500
    logged = next(record for record in caplog.records if "unknown_error" in record.message)
    number = logged.getMessage().split("number=")[1].split()[0]
    assert number in broken.text
    for inside in ("Traceback", "landing_", "sqlite", "IndexError", "/appliance/"):
        assert inside not in broken.text


async def test_a_program_gets_our_own_mistake_as_json(cast: Cast) -> None:
    broken = await unknown_error(cast, Accept="application/json")
    assert broken.status_code == 500
    body = broken.json()
    assert set(body) == {"error", "message", "request_id"} and body["error"] == "backend_error"
    assert body["request_id"] == broken.headers["x-request-id"]
