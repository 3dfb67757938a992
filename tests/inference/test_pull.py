"""Downloads from a hub that the test serves: they go on, they are checked, and each failure is a sentence."""

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.errors import Unavailable
from appliance.inference import pull
from appliance.inference.manifest import Recommended
from tests.inference.loopback_hub import Hub, hub_on_loopback

CONTENT = b"GGUF" + bytes(range(256)) * 40_000
HALF = len(CONTENT) // 2
WANTED = Recommended("model", "school/model", "model.gguf")


@pytest.fixture(autouse=True)
def straight_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_TOKEN", "hf_somebodys_own")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_on_loopback() as running:
        running.offer(CONTENT)
        yield running


async def _fetch(hub: Hub, into: Path, wanted: Recommended = WANTED, reserve: int = 0) -> pull.Fetched:
    return await pull.fetch(wanted, into, hub.endpoint, reserve, lambda done, total: None)


async def _refusal(hub: Hub, into: Path, wanted: Recommended = WANTED, reserve: int = 0) -> Unavailable:
    with pytest.raises(Unavailable) as refused:
        await _fetch(hub, into, wanted, reserve)
    assert refused.value.message.endswith((".", "FILE"))
    return refused.value


async def test_a_file_arrives_whole_with_its_hash_and_progress(hub: Hub, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    came = await pull.fetch(WANTED, tmp_path, hub.endpoint, 0, lambda *step: told.append(step))
    assert came.path.read_bytes() == CONTENT
    assert (came.size, came.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert told[-1] == (len(CONTENT), len(CONTENT))


async def test_nobodys_token_goes_out(hub: Hub, tmp_path: Path) -> None:
    await _fetch(hub, tmp_path)
    sent = [name.lower() for headers in hub.headers for name in headers]
    assert "authorization" not in sent


async def test_a_line_that_breaks_once_is_taken_up_where_it_broke(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after = HALF
    came = await _fetch(hub, tmp_path)
    assert came.path.read_bytes() == CONTENT
    first, second = hub.ranges
    assert first == ""
    assert HALF - pull.CHUNK < int(second.removeprefix("bytes=").rstrip("-")) <= HALF


async def test_a_cancelled_download_goes_on_next_time(hub: Hub, tmp_path: Path) -> None:
    hub.hold_after = HALF
    begun = asyncio.Event()
    fetching = pull.fetch(WANTED, tmp_path, hub.endpoint, 0, lambda done, total: begun.set())
    running = asyncio.create_task(fetching)
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    (part,) = _parts(tmp_path)
    kept = part.stat().st_size
    assert kept > 0
    hub.hold_after = None
    came = await _fetch(hub, tmp_path)
    assert hub.ranges[-1] == f"bytes={kept}-"
    assert came.path.read_bytes() == CONTENT


async def test_a_hub_that_ignores_the_range_still_gives_the_right_file(hub: Hub, tmp_path: Path) -> None:
    hub.cut_after, hub.knows_ranges = HALF, False
    assert (await _fetch(hub, tmp_path)).path.read_bytes() == CONTENT


async def test_a_file_that_changed_in_between_is_begun_anew(hub: Hub, tmp_path: Path) -> None:
    await _fetch(hub, tmp_path)
    hub.offer(CONTENT + b"a new version")
    came = await _fetch(hub, tmp_path)
    assert came.path.read_bytes() == CONTENT + b"a new version"
    assert _parts(tmp_path) == [came.path]


async def test_what_is_not_what_was_announced_is_deleted(hub: Hub, tmp_path: Path) -> None:
    hub.announced_hash = "a" * 64
    assert (await _refusal(hub, tmp_path)).code == "wrong_hash"
    assert _parts(tmp_path) == []


async def test_a_size_other_than_announced_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.announced_size = len(CONTENT) + 1
    assert (await _refusal(hub, tmp_path)).code == "wrong_size"


@pytest.mark.parametrize("known", [{"size": 5}, {"sha256": "b" * 64}])
async def test_another_file_than_the_recommended_one_is_not_even_begun(
    hub: Hub, tmp_path: Path, known: dict[str, object]
) -> None:
    wanted = Recommended("model", WANTED.repo, WANTED.file, **known)  # type: ignore[arg-type]
    assert (await _refusal(hub, tmp_path, wanted)).code == "different_file"
    assert hub.ranges == []


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((404, "EntryNotFound"), "no_such_file", "has no file called model.gguf"),
        ((404, "RevisionNotFound"), "no_such_file", "has no file called model.gguf"),
        ((401, "RepoNotFound"), "no_such_repo", "no public model called school/model"),
        ((404, "RepoNotFound"), "no_such_repo", "no public model called school/model"),
        ((401, "GatedRepo"), "gated", "chalkbox models add FILE"),
        ((403, "GatedRepo"), "gated", "accepted its licence"),
        ((418, ""), "hub_error", "error 418"),
    ],
)
async def test_each_refusal_of_the_hub_is_a_sentence(
    hub: Hub, tmp_path: Path, answer: tuple[int, str], code: str, words: str
) -> None:
    hub.refuses = answer
    refused = await _refusal(hub, tmp_path)
    assert (refused.code, words in refused.message) == (code, True)


async def test_no_room_is_said_before_anything_is_downloaded(hub: Hub, tmp_path: Path) -> None:
    refused = await _refusal(hub, tmp_path, reserve=1 << 60)
    assert refused.code == "disk_full"
    assert refused.message.startswith("model.gguf needs 11 MB and there is room for 0 MB.")
    assert hub.ranges == []


async def test_without_a_line_the_sentence_says_so(tmp_path: Path) -> None:
    with hub_on_loopback() as gone:
        pass
    refused = await _refusal(gone, tmp_path)
    assert refused.code == "no_line"
    assert "can't be reached" in refused.message


def _parts(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancel_in_the_moment_a_line_arrives_is_not_lost(steps: int) -> None:
    output = asyncio.StreamReader()
    task = asyncio.create_task(pull._next_line(output, WANTED))
    await asyncio.sleep(0)
    output.feed_data(b"said\n")
    for _ in range(steps):
        await asyncio.sleep(0)
    is_on_its_way = task.cancel()
    await asyncio.wait({task})
    assert task.cancelled() is is_on_its_way
