"""Site modes: each stops exactly what it says, at once, and never what people need."""

import pytest

from appliance.auth.permissions import WHO_MAY
from appliance.web.site_mode import SAFE, allows
from tests.conftest import Cast

NEEDED = (
    "/sign-in",
    "/sign-out",
    "/language",
    "/privacy",
    "/help",
    "/healthz",
    "/student/my-data",
    "/student/end-session",
)
CHANGES = [(method, path) for method, path in WHO_MAY if method not in SAFE]


@pytest.mark.parametrize("mode", ["read-only", "join-only", "maintenance"])
@pytest.mark.parametrize("path", NEEDED)
def test_no_mode_stops_what_people_need(mode: str, path: str) -> None:
    for method in ("GET", "POST"):
        assert allows(mode, method, path, is_staff=False)


def test_read_only_stops_every_change_but_joining_asking_and_ones_own_data() -> None:
    let_through = {path for method, path in CHANGES if allows("read-only", method, path, is_staff=True)}
    expected = ("/join", "/sign-", "/setup", "/language", "/operate", "/helper/", "/course/", "/student/delete-",
                "/student/end-session", "/student/my-data", "/v1/llm/", "/v1/chat/completions", "/v1/embeddings",
                "/v1/chat/generate")  # fmt: skip
    assert {path for path in let_through if not path.startswith(expected)} == set()
    assert allows("read-only", "POST", "/helper/chat", is_staff=False)
    for path in ("/material/1/upload", "/teach/class/1/lock", "/student/chats", "/v1/classes/join"):
        assert not allows("read-only", "POST", path, is_staff=True)
    assert all(
        allows("read-only", "GET", path, is_staff=False) for method, path in WHO_MAY if method == "GET"
    )


def test_join_only_lets_students_in_and_read() -> None:
    for path in (
        "/",
        "/join",
        "/join/ABCD2345",
        "/student",
        "/course/a/b",
        "/teach/class/1",
        "/student/feedback",
    ):
        assert allows("join-only", "GET", path, is_staff=False)
    assert allows("join-only", "POST", "/join", is_staff=False)
    for path in ("/helper/chat", "/material/1/upload", "/course/a/b", "/student/chats", "/teach/class"):
        assert not allows("join-only", "POST", path, is_staff=True)
    for path in ("/student/chats", "/student/study"):
        assert not allows("join-only", "GET", path, is_staff=False)


def test_maintenance_is_for_staff_alone() -> None:
    assert allows("maintenance", "POST", "/teach/class/1/lock", is_staff=True)
    assert allows("maintenance", "GET", "/teach", is_staff=False)
    for method, path in (
        ("GET", "/student"),
        ("POST", "/join"),
        ("GET", "/course/a"),
        ("POST", "/helper/chat"),
    ):
        assert not allows("maintenance", method, path, is_staff=False)


async def test_an_operator_switches_while_the_box_runs(cast: Cast) -> None:
    boss, ben = await cast.max(), await cast.student(cast.ben)
    words = "We are moving to another room until ten."
    switched = await boss.post("/operate/site-mode", {"mode": "maintenance", "message": words})
    assert switched.status_code == 302
    refused = await ben.get("/student")
    assert refused.status_code == 503 and words in refused.text
    assert refused.headers["retry-after"] == "120" and "no-store" in refused.headers["cache-control"]
    assert (await ben.get("/student/my-data")).status_code == 200
    asked = await ben.post_json("/helper/chat", {"message": "Hello"})
    said = asked.json()
    assert asked.status_code == 503
    assert (said["error"], said["site_mode"], said["message"]) == (
        "site_mode_restricted",
        "maintenance",
        words,
    )
    assert (await (await cast.ada()).get("/teach/class/1")).status_code == 200
    await boss.post("/operate/site-mode", {"mode": "normal", "message": ""})
    assert (await ben.get("/student")).status_code == 200


async def test_what_is_typed_while_the_box_is_read_only_is_refused_with_a_sentence(cast: Cast) -> None:
    boss, ada = await cast.max(), await cast.ada()
    await boss.post("/operate/site-mode", {"mode": "read-only", "message": ""})
    refused = await ada.post("/teach/class/1/lock", {"locked": "1"})
    assert refused.status_code == 503 and "can be read but not changed" in refused.text
    assert (await ada.get("/teach/class/1")).status_code == 200


async def test_the_mode_holds_over_a_restart_and_is_no_guess(cast: Cast) -> None:
    boss = await cast.max()
    for odd in ("", "off", "x" * 500):
        page = await boss.post("/operate/site-mode", {"mode": odd, "message": "kept words"})
        assert page.status_code == 422 and "kept words" in page.text
    assert (
        await boss.post("/operate/site-mode", {"mode": "read-only", "message": "y" * 301})
    ).status_code == 422
    await boss.post("/operate/site-mode", {"mode": "join_only", "message": ""})
    row = await cast.parts.db.fetch_one("SELECT site_mode FROM box")
    assert row is not None and row["site_mode"] == "join-only"
    program = cast.visitor()
    answer = await program.client.post("/v1/classes/join", json={}, headers={"x-api-key": "none"})
    assert answer.status_code in (401, 503)
