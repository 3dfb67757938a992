"""The cache: values that expire, counts with a window, and a folder that may be lost at any time."""

import asyncio
import shutil
from pathlib import Path

import pytest

from appliance.storage.cache import Cache

LONG = 3600.0
SHORT = 0.2


async def gone(cache: Cache, key: str) -> None:
    async with asyncio.timeout(10):
        while await cache.get(key) is not None:  # noqa: ASYNC110 - time sets no event
            await asyncio.sleep(0.01)


async def test_what_was_put_in_comes_out_and_what_never_was_is_none(cache: Cache) -> None:
    value = {"turns": ["¿Qué?", "Eso."], "count": 3, "share": 0.5, "none": None}
    await cache.set("talk", value, LONG)
    assert await cache.get("talk") == value
    assert await cache.get("another") is None


async def test_a_value_can_be_deleted_and_deleting_nothing_is_fine(cache: Cache) -> None:
    await cache.set("talk", 1, LONG)
    await cache.delete("talk")
    await cache.delete("talk")
    assert await cache.get("talk") is None


async def test_a_value_is_gone_when_its_time_is_over(cache: Cache) -> None:
    await cache.set("short", 1, SHORT)
    await cache.set("long", 2, LONG)
    await gone(cache, "short")
    assert await cache.get("long") == 2


async def test_of_many_who_add_at_once_one_is_first(cache: Cache) -> None:
    added = await asyncio.gather(*(cache.add("mark", number, LONG) for number in range(20)))
    assert sum(added) == 1
    await cache.delete("mark")
    assert await cache.add("mark", 1, SHORT)
    await gone(cache, "mark")
    assert await cache.add("mark", 1, LONG)


async def test_counting_does_not_lengthen_the_window(cache: Cache) -> None:
    started = asyncio.get_running_loop().time()
    assert [await cache.incr("tries", 1.0) for _ in range(3)] == [1, 2, 3]
    while await cache.incr("tries", 1.0) > 1:
        assert asyncio.get_running_loop().time() - started < 10
        await asyncio.sleep(0.01)


async def test_nobody_is_left_out_when_many_count_at_once(cache: Cache) -> None:
    counts = await asyncio.gather(*(cache.incr("tries", LONG) for _ in range(30)))
    assert sorted(counts) == list(range(1, 31))


async def test_it_outlives_a_restart(tmp_path: Path) -> None:
    before = Cache(tmp_path / "cache")
    await before.set("talk", "kept", LONG)
    await before.close()
    after = Cache(tmp_path / "cache")
    assert await after.get("talk") == "kept"
    await after.close()


async def test_nothing_in_it_is_pickled(cache: Cache, tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        await cache.set("object", object(), LONG)


async def test_without_its_folder_the_box_starts_with_an_empty_one(tmp_path: Path) -> None:
    before = Cache(tmp_path / "cache")
    await before.set("talk", "lost", LONG)
    await before.close()
    shutil.rmtree(tmp_path / "cache")
    after = Cache(tmp_path / "cache")
    assert await after.get("talk") is None
    await after.set("talk", "new", LONG)
    assert await after.get("talk") == "new"
    await after.close()


@pytest.mark.parametrize("damage", [b"no database at all" * 300, b"SQLite format 3\x00" + b"\xff" * 9000])
async def test_a_damaged_cache_does_not_keep_the_box_from_starting(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "cache.db").write_bytes(damage)
    cache = Cache(tmp_path / "cache")
    await cache.set("talk", "new", LONG)
    assert await cache.get("talk") == "new"
    await cache.close()
