"""Site modes: each stops exactly what it says, at once, and never what people need."""

import pytest

from appliance.auth.permissions import WHO_MAY
from appliance.web.site_mode import SAFE, allows
from tests.conftest import Cast
from tests.teacher.test_review_page import handed_in

NEEDED = (
    "/sign-in",
    "/sign-out",
    "/language",
    "/privacy",
    "/help",
    "/healthz",
    "/student/my-data",
    "/student/end-session",
    "/student/name",
    "/student/feedback",
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
                "/student/end-session", "/student/my-data", "/student/name",
                "/v1/llm/", "/v1/chat/completions", "/v1/embeddings",
                "/v1/chat/generate")  # fmt: skip
    assert {path for path in let_through if not path.startswith(expected)} == set()
    for path in ("/helper/chat", "/course/a/b", "/material/1/helper"):
        assert allows("read-only", "POST", path, is_staff=False), path
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
    for path in ("/helper/chat", "/material/1/upload", "/material/1/helper", "/course/a/b", "/teach/class"):
        assert not allows("join-only", "POST", path, is_staff=True)
    for path in ("/student/chats", "/student/study"):
        assert not allows("join-only", "GET", path, is_staff=False)


async def test_while_the_box_is_read_only_people_come_back_and_nobody_new_gets_in(cast: Cast) -> None:
    assert cast.ben is not None
    code = cast.classroom.join_code
    before = cast.visitor()
    await before.post_json("/join", {"class_code": code, "display_name": "Fay"})
    await (await cast.max()).post("/operate/site-mode", {"mode": "read-only", "message": ""})
    students = await cast.count("students")
    newcomer = {"class_code": code, "display_name": "Gus"}
    told = await cast.visitor().post("/join", newcomer)
    assert told.status_code == 503 and "so nobody new gets in" in told.text and "return code" in told.text
    assert told.headers["retry-after"] == "120" and 'value="Gus"' in told.text
    refused = await cast.visitor().post_json("/join", newcomer)
    assert (refused.status_code, refused.json()["error"]) == (503, "site_mode_restricted")
    assert refused.json()["site_mode"] == "read-only"
    # Nor as somebody else of a name that is there.
    namesake = {"class_code": code, "display_name": "Ben"}
    assert "Are you another" not in (await cast.visitor().post("/join", namesake)).text
    again = await cast.visitor().post_json("/join", {**namesake, "confirm_new": True})
    assert again.status_code == 503
    for browser, known in (
        (cast.visitor(), {"class_code": code, "return_code": cast.ben.return_code}),
        (before, {"class_code": code, "display_name": "Fay"}),
    ):
        back = await browser.post_json("/join", known)
        assert back.status_code == 200 and back.json()["rejoined"] is True
    assert await cast.count("students") == students


@pytest.mark.parametrize("mode", ["read-only", "join-only", "maintenance"])
async def test_ones_own_files_name_and_feedback_belong_to_ones_own_data(cast: Cast, mode: str) -> None:
    assert cast.ben is not None
    mine = await handed_in(cast, cast.ben.id)
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    await (await cast.max()).post("/operate/site-mode", {"mode": mode, "message": ""})
    assert f"/submission/{mine}/download" in (await ben.get("/student/my-data")).text
    for path in (f"/submission/{mine}/download", "/student/name", "/student/feedback", "/student/portfolio"):
        assert (await ben.get(path)).status_code == 200, path
    assert (await ben.post("/student/name", {"display_name": "Benno"})).status_code == 302
    assert "Benno" in (await ben.get("/student/my-data")).text
    assert (await chi.get(f"/submission/{mine}/download")).status_code == 404
    assert (await ben.post(f"/submission/{mine}/share", {"shared": "1"})).status_code == 503


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("read-only", "nothing that you type or hand in is kept"),
        ("join-only", "lets people join and read lessons"),
        ("maintenance", "The box is being looked after"),
    ],
)
async def test_every_page_says_what_is_stopped_while_it_is(cast: Cast, mode: str, sentence: str) -> None:
    ben, root = await cast.student(cast.ben), await cast.max()
    assert sentence not in (await ben.get("/student/my-data")).text
    await root.post("/operate/site-mode", {"mode": mode, "message": ""})
    assert sentence in (await ben.get("/student/my-data")).text
    assert sentence not in (await root.get("/operate/site-mode")).text
    assert (sentence in (await root.get("/teach")).text) == (mode != "maintenance")
    await root.post("/operate/site-mode", {"mode": mode, "message": "Back at noon."})
    page = (await ben.get("/student/my-data")).text
    assert "Back at noon." in page and sentence not in page


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
