"""The live view: who is here, where and how they are, hands lowered, and the board that renews itself."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx

from appliance.classroom.presence import AGEING_SECONDS, Place
from appliance.teacher.live import STREAM_SECONDS
from tests.conftest import COURSE, Browser, Cast
from tests.teacher.road import Road

LESSON = f"/course/{COURSE}/who-lets-it-through"
STREAM = {"Accept": "text/event-stream"}


def live(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/live"


async def boards(response: httpx.Response) -> AsyncIterator[str]:
    """Each board that comes down a stream."""
    async for line in response.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line[6:])["html"]


async def until(found: AsyncIterator[str], words: str) -> str:
    async with asyncio.timeout(30):
        async for board in found:
            if words in board:
                return board
    raise AssertionError(f"no board with {words}")


async def gone(cast: Cast) -> None:
    async with asyncio.timeout(30):
        while True:
            if not cast.parts.presence.watchers:
                return
            await asyncio.sleep(0.02)


async def test_who_is_here_where_they_are_and_how_it_goes(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    assert "Nobody is here right now" in (await ada.get(live(cast))).text
    await ben.get(LESSON)
    await chi.get("/student")
    await ben.post("/student/live", {"say": "stuck"})
    await chi.post("/student/live", {"say": "hand-up"})
    cast.clock.now += 180
    board = (await ada.get(live(cast))).text
    assert "Who lets it through?" in board and "the class page" in board
    assert "Stuck" in board and "for 3 minutes" in board and "Lower the hand of Chi" in board
    assert '<meta http-equiv="refresh" content="10">' in board
    assert "1 hand up" in (await ada.get(f"/teach/class/{cast.classroom.id}")).text


async def test_the_teacher_lowers_one_hand_or_all_of_them(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    for student in (ben, chi):
        await student.get("/student")
        await student.post("/student/live", {"say": "hand-up"})
    await ada.get(live(cast))
    assert cast.ben is not None
    for _twice in range(2):
        lowered = await ada.post(f"{live(cast)}/hands", {"student": str(cast.ben.id)})
        assert (lowered.status_code, lowered.headers["location"]) == (302, live(cast))
    page = (await ada.get(live(cast))).text
    assert "Lower the hand of Chi" in page and "Lower the hand of Ben" not in page
    await ada.post(f"{live(cast)}/hands")
    page = (await ada.get(live(cast))).text
    assert "All hands are down." in page and "Lower the hand" not in page and "Chi" in page


async def test_a_hand_of_nobody_is_refused(cast: Cast) -> None:
    ada = await cast.ada()
    assert (await ada.post(f"{live(cast)}/hands", {"student": "Ben"})).status_code == 400


async def test_a_visitor_another_teacher_and_a_student_see_nothing(cast: Cast) -> None:
    olu, ben = await cast.olu(), await cast.student(cast.ben)
    for path in (live(cast), f"{live(cast)}/events"):
        assert (await cast.visitor().get(path)).headers["location"] == f"/sign-in?next={path}"
        assert (await olu.get(path, headers=STREAM)).status_code == 404
        assert (await ben.get(path)).status_code == 403
    assert (await olu.post(f"{live(cast)}/hands")).status_code == 404


async def test_who_may_only_look_sees_the_board_and_lowers_nothing(road: Road) -> None:
    cast = road.cast
    await road.make_viewer(cast.olu_id)
    olu, ben = await cast.olu(), await cast.student(cast.ben)
    await ben.get("/student")
    await ben.post("/student/live", {"say": "hand-up"})
    page = (await olu.get(live(cast))).text
    assert "Ben" in page and "Lower" not in page
    assert (await olu.post(f"{live(cast)}/hands")).status_code == 403
    assert len(cast.parts.presence.room_of(cast.classroom.id).hands) == 1


async def test_the_stream_sends_the_board_at_once_and_again_when_it_changes(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    async with ada.client.stream("GET", f"{live(cast)}/events", headers=STREAM) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        found = boards(response)
        await until(found, "Nobody is here")
        await ben.get(LESSON)
        await until(found, "Who lets it through?")
        await ben.post("/student/live", {"say": "done"})
        assert "Ben" in await until(found, "pill-done")
        await ben.post("/student/end-session")
        await until(found, "Nobody is here")
    await gone(cast)


async def test_opened_as_a_page_the_stream_leads_to_the_page(cast: Cast) -> None:
    ada = await cast.ada()
    assert (await ada.get(f"{live(cast)}/events")).headers["location"] == live(cast)
    head = await ada.client.head(f"{live(cast)}/events", headers=STREAM)
    assert head.status_code == 302 and cast.parts.presence.watchers == 0


async def test_a_teacher_who_is_taken_out_of_the_class_is_told_nothing_more(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    async with ada.client.stream("GET", f"{live(cast)}/events", headers=STREAM) as response:
        found = boards(response)
        await until(found, "Nobody is here")
        async with cast.parts.db.transaction() as tx:
            await tx.execute("DELETE FROM class_staff WHERE staff_id = :id", id=cast.ada_id)
        await ben.get(LESSON)
        async with asyncio.timeout(30):
            assert [board async for board in found] == []


async def test_a_stream_ends_by_itself_before_the_server_would_cut_it_off(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    async with ada.client.stream("GET", f"{live(cast)}/events", headers=STREAM) as response:
        found = boards(response)
        await until(found, "Nobody is here")
        cast.clock.now += STREAM_SECONDS + 1
        await ben.get(LESSON)
        async with asyncio.timeout(30):
            assert [board async for board in found] == []
    assert cast.app.config.RESPONSE_TIMEOUT > STREAM_SECONDS + AGEING_SECONDS


async def test_a_box_that_stops_ends_the_streams(cast: Cast) -> None:
    ada = await cast.ada()
    async with ada.client.stream("GET", f"{live(cast)}/events", headers=STREAM) as response:
        found = boards(response)
        await until(found, "Nobody is here")
        cast.parts.presence.close()
        async with asyncio.timeout(30):
            assert [board async for board in found] == []
    await gone(cast)


async def test_thirty_streams_over_a_thousand_students_cost_a_board_a_change(cast: Cast) -> None:
    presence, now = cast.parts.presence, cast.parts.db.now()
    ada = await cast.ada()
    for student_id in range(1000):
        class_id = cast.classroom.id if student_id < 34 else 100 + student_id // 34
        presence.note(class_id, student_id, f"Student {student_id}", room_place(), now)
    browsers = [ada] + [await cast.ada() for _ in range(29)]
    async with asyncio.TaskGroup() as group:
        for browser in browsers:
            group.create_task(_sees_a_hand(cast, browser))
        async with asyncio.timeout(30):
            while True:
                if presence.watchers == 30:
                    break
                await asyncio.sleep(0.02)
        presence.raise_hand(cast.classroom.id, 7, "Student 7", now)
    await gone(cast)


async def _sees_a_hand(cast: Cast, browser: Browser) -> None:
    async with browser.client.stream("GET", f"{live(cast)}/events", headers=STREAM) as response:
        await until(boards(response), "Lower the hand of Student 7")


def room_place() -> Place:
    return Place("Circles of light", "en", "/course/lamps/circles")
