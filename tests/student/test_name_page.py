"""A student's own name: changed by the student, in use at once, and neither name is written down."""

from tests.conftest import Cast


async def named(cast: Cast) -> list[str]:
    rows = await cast.parts.db.fetch_all("SELECT display_name FROM students ORDER BY id")
    return [row["display_name"] for row in rows]


async def test_the_new_name_is_on_every_page_from_now_on(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    assert (await ben.post("/student/name", {"display_name": "  Benja  min "})).status_code == 302
    page = (await ben.get("/student/my-data")).text
    assert "You are Benja min now." in page and await named(cast) == ["Benja min", "Chi"]
    assert "Hello, Benja min" in (await ben.get("/student")).text


async def test_that_it_happened_is_kept_without_names(cast: Cast) -> None:
    await (await cast.student(cast.ben)).post("/student/name", {"display_name": "Zebulon"})
    rows = await cast.parts.db.fetch_all("SELECT kind, details FROM student_events")
    assert [tuple(row) for row in rows] == [("student_rename", "{}")]


async def test_two_may_have_one_name_and_each_keeps_their_own_work(cast: Cast) -> None:
    ben, chi = await cast.student(cast.ben), await cast.student(cast.chi)
    await ben.post("/student/name", {"display_name": "Chi"})
    assert await named(cast) == ["Chi", "Chi"]
    assert (await chi.get("/student")).status_code == (await ben.get("/student")).status_code == 200


async def test_a_name_that_cannot_be_keeps_what_was_typed(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    for name in ("", "\u202e", "x" * 81):
        page = await ben.post("/student/name", {"display_name": name})
        assert page.status_code == 422 and 'aria-invalid="true"' in page.text
    assert await named(cast) == ["Ben", "Chi"]


async def test_name_safety_holds_here_too(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    await ben.post("/student/name", {"display_name": "ben@example.org"})
    assert "e-mail address" in (await ben.get("/student/my-data")).text
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE box SET name_safety = 'strict'")
    page = await ben.post("/student/name", {"display_name": "chi@example.org"})
    assert page.status_code == 422 and 'value="chi@example.org"' in page.text
    assert await named(cast) == ["ben@example.org", "Chi"]


async def test_a_visitor_is_sent_to_join(cast: Cast) -> None:
    assert (await cast.visitor().get("/student/name")).headers["location"] == "/"


async def test_in_an_elementary_school_nobody_takes_a_classmates_name(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE box SET program_profile = 'elementary'")
    ben = await cast.student(cast.ben)
    page = await ben.post("/student/name", {"display_name": "CHI"})
    assert page.status_code == 422 and 'value="CHI"' in page.text
    assert (await ben.post("/student/name", {"display_name": "BEN"})).status_code == 302
    assert await named(cast) == ["BEN", "Chi"]
