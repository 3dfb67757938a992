"""How often something may be tried."""

import asyncio
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.auth.digests import digest
from appliance.auth.throttle import KEYS_IN_MEMORY, Throttle
from appliance.errors import RateLimited
from appliance.storage.cache import Cache
from appliance.storage.database import Clock

Move = Callable[[float], None]


async def passes(throttle: Throttle, key: str = "10.0.0.7", limit: int = 3, seconds: int = 60) -> bool:
    try:
        await throttle.check("join", key, limit, seconds)
    except RateLimited:
        return False
    return True


@pytest.fixture
def broken_cache(tmp_path: Path) -> Cache:
    """Its file was overwritten, as by a dying disk."""
    folder = tmp_path / "broken"
    cache = Cache(folder)
    asyncio.run(cache.close())
    for file in folder.glob("cache.db*"):
        file.write_bytes(b"this is no database" * 1000)
    return cache


async def test_one_more_than_the_limit_is_refused_and_told_when_to_come_back(
    cache: Cache, clock: Clock, forward: Move
) -> None:
    throttle = Throttle(cache, clock)
    assert await passes(throttle)
    forward(10)
    assert [await passes(throttle) for _ in range(2)] == [True, True]
    forward(0.5)
    with pytest.raises(RateLimited) as refusal:
        await throttle.check("join", "10.0.0.7", 3, 60)
    assert refusal.value.retry_after == 50
    forward(49.5)
    assert [await passes(throttle) for _ in range(2)] == [True, False]


async def test_looking_counts_nothing_and_is_refused_where_a_try_would_be(
    cache: Cache, clock: Clock, forward: Move
) -> None:
    throttle = Throttle(cache, clock)
    for _ in range(5):
        await throttle.look("join", "10.0.0.7", 3, 60)
    assert [await passes(throttle) for _ in range(4)] == [True, True, True, False]
    with pytest.raises(RateLimited):
        await throttle.look("join", "10.0.0.7", 3, 60)
    forward(60)
    await throttle.look("join", "10.0.0.7", 3, 60)


async def test_refused_tries_do_not_make_the_wait_longer(cache: Cache, clock: Clock, forward: Move) -> None:
    throttle = Throttle(cache, clock)
    await passes(throttle, limit=1)
    for _ in range(59):
        forward(1)
        assert not await passes(throttle, limit=1)
    forward(1)
    assert await passes(throttle, limit=1)


async def test_keys_and_buckets_are_counted_apart(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    assert await passes(throttle, "ada", limit=1)
    assert await passes(throttle, "olu", limit=1)
    await throttle.check("sign-in", "ada", 1, 60)
    assert not await passes(throttle, "ada", limit=1)


async def test_tries_at_the_same_instant_are_all_counted(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    outcomes = await asyncio.gather(*(passes(throttle, limit=20) for _ in range(60)))
    assert sum(outcomes) == 20


async def test_a_reset_opens_the_door_again(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    await passes(throttle, limit=1)
    await throttle.reset("join", "10.0.0.7")
    assert await passes(throttle, limit=1)


async def test_the_count_outlives_a_restart(cache: Cache, clock: Clock) -> None:
    await passes(Throttle(cache, clock), limit=1)
    assert not await passes(Throttle(cache, clock), limit=1)


async def test_the_count_outlives_being_pushed_out_of_memory(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    await passes(throttle, "first", limit=1)
    for number in range(0, KEYS_IN_MEMORY, 100):
        await asyncio.gather(*(passes(throttle, f"other {number + more}") for more in range(100)))
    assert not await passes(throttle, "first", limit=1)


async def test_a_clock_put_back_by_years_locks_nobody_out(cache: Cache, clock: Clock, forward: Move) -> None:
    throttle = Throttle(cache, clock)
    await passes(throttle, limit=1)
    forward(-3 * 365 * 24 * 3600)
    assert await passes(throttle, limit=1)
    assert not await passes(throttle, limit=1)


async def test_neither_address_nor_name_is_written_to_the_disk(
    cache: Cache, clock: Clock, tmp_path: Path
) -> None:
    await passes(Throttle(cache, clock), "ada-from-10.0.0.7")
    await cache.close()
    assert not [file for file in (tmp_path / "cache").iterdir() if b"ada-from" in file.read_bytes()]


def test_a_broken_cache_neither_opens_the_door_nor_locks_it(broken_cache: Cache, clock: Clock) -> None:
    async def tries() -> list[bool]:
        throttle = Throttle(broken_cache, clock)
        first = [await passes(throttle) for _ in range(5)]
        await throttle.reset("join", "10.0.0.7")
        return [*first, await passes(throttle)]

    assert asyncio.run(tries()) == [True, True, True, False, False, True]


def test_without_a_cache_memory_keeps_who_tried_last(broken_cache: Cache, clock: Clock) -> None:
    async def tries() -> bool:
        throttle = Throttle(broken_cache, clock)
        await passes(throttle, "busy", limit=2)
        for number in range(KEYS_IN_MEMORY - 1):
            await passes(throttle, f"other {number}")
        await passes(throttle, "busy", limit=2)
        await passes(throttle, "one more")
        return await passes(throttle, "busy", limit=2)

    assert not asyncio.run(tries())


async def test_nonsense_in_the_cache_counts_as_nothing(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    await passes(throttle, limit=1)
    await cache.set(f"throttle:join:{digest('10.0.0.7')[:32]}", {"tries": "many"}, expire=60)
    assert await passes(Throttle(cache, clock), limit=1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 4),
    seconds=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 10, allow_nan=False), min_size=1, max_size=20),
)
async def test_no_stretch_of_time_holds_more_than_the_limit_and_waiting_as_told_helps(
    cache: Cache, limit: int, seconds: int, pauses: list[float]
) -> None:
    now = 1_770_000_000.0
    throttle, key = Throttle(cache, lambda: now), uuid.uuid4().hex
    passed: list[float] = []
    for pause in pauses:
        now += pause
        try:
            await throttle.check("join", key, limit, seconds)
        except RateLimited as refusal:
            assert 1 <= refusal.retry_after <= seconds
            now += refusal.retry_after
            await throttle.check("join", key, limit, seconds)
        passed.append(now)
    for at in passed:
        assert len([other for other in passed if at - seconds < other <= at]) <= limit


async def test_looking_at_any_number_of_keys_fills_no_memory(cache: Cache, clock: Clock) -> None:
    throttle = Throttle(cache, clock)
    for number in range(50):
        await throttle.look("wrong_code_in", f"class {number}", 3, 60)
    assert len(throttle._tries) == 0
    await passes(throttle, limit=1)
    assert not await passes(throttle, limit=1)
