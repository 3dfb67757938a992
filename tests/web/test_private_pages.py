"""Pages of people who are in: no cache between them and the box keeps one."""

from tests.conftest import COURSE, Cast

OF_STUDENTS = (
    "/student",
    "/student/my-data",
    "/student/return-code",
    "/student/feedback",
    "/student/study",
    f"/course/{COURSE}",
    f"/course/{COURSE}/who-lets-it-through",
    "/api/v1/student/session",
)
OF_TEACHERS = (
    "/teach",
    "/teach/lessons",
    "/teach/class/1",
    "/teach/class/1/roster",
    "/teach/class/1/review",
    "/teach/class/1/gradebook",
    "/teach/class/1/student/1",
    "/api/v1/teacher/class/1/roster",
)


async def test_no_cache_keeps_a_page_of_somebody_who_is_in(cast: Cast) -> None:
    for browser, paths in (
        (await cast.student(cast.ben), OF_STUDENTS),
        (await cast.ada(), OF_TEACHERS),
    ):
        for path in paths:
            page = await browser.get(path)
            kept = page.headers["cache-control"]
            assert (page.status_code, kept) == (200, "private, no-store"), path
