"""Answers that were shown and are not kept yet, and work that a cancel does not cut short."""

import asyncio

import pytest

from appliance.errors import Busy
from appliance.helper.unkept import Unkept, to_its_end

CHAT, OTHER = 1, 2


async def test_the_next_question_waits_until_what_was_shown_is_kept() -> None:
    unkept = Unkept()
    with unkept.answer(CHAT) as showing:
        await unkept.settled(CHAT)
        showing.has_begun = True
        waiting = asyncio.create_task(unkept.settled(CHAT))
        await unkept.settled(OTHER)
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    assert unkept.count == 0


async def test_it_waits_for_so_long_and_then_says_so() -> None:
    unkept = Unkept(patience=0.01)
    with unkept.answer(CHAT) as showing:
        showing.has_begun = True
        with pytest.raises(Busy, match="still being saved"):
            await unkept.settled(CHAT)


async def test_work_is_done_however_often_it_is_cancelled() -> None:
    done, go_on = [], asyncio.Event()

    async def work() -> None:
        await go_on.wait()
        done.append("it")

    waiting = asyncio.create_task(to_its_end(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["it"]


async def test_work_that_fails_fails_for_whoever_waits() -> None:
    async def work() -> None:
        raise Busy("It can't.")

    with pytest.raises(Busy):
        await to_its_end(work())
