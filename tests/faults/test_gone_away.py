"""A browser that goes away in the middle of handing in: the Wi-Fi dropped, the lid was closed, the tab was shut."""

import asyncio
import re
from pathlib import Path

import pytest

from appliance.storage.files import FileStore
from tests.conftest import Browser, Cast
from tests.faults.serving import FIRST_LESSON, PNG

BOUNDARY = b"----gone-away"
# The server notices at once that the sender of a small file has gone, and late or never with a large one.
SMALL, LARGE = 20_000, 200_000


async def upload_request(ben: Browser, size: int) -> bytes:
    lesson = await ben.get(FIRST_LESSON)
    found = re.search(r'action="(/material/\d+/upload)"', lesson.text)
    assert found
    part = b'--%b\r\nContent-Disposition: form-data; name="%b"'
    body = part % (BOUNDARY, b"csrf_token") + b"\r\n\r\n" + ben.token.encode() + b"\r\n"
    body += part % (BOUNDARY, b"file") + b'; filename="circuit.png"\r\n\r\n'
    body += PNG.ljust(size, b"\x00") + b"\r\n--%b--\r\n" % BOUNDARY
    cookies = "; ".join(f"{name}={value}" for name, value in ben.client.cookies.items())
    head = [
        f"POST {found[1]} HTTP/1.1",
        "Host: classroom.local",
        f"Cookie: {cookies}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def send_and_go(cast: Cast, request: bytes, after_steps: int) -> None:
    """Sends it, lets the box's loop take so many steps, and hangs up without reading an answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", int(cast.url.rpartition(":")[2]))
    writer.write(request)
    await writer.drain()
    for _ in range(after_steps):
        await asyncio.sleep(0)
    writer.transport.abort()


async def nothing_arriving(store: FileStore) -> None:
    async with asyncio.timeout(20):
        while list((store.folder / "arriving").glob("*")):  # noqa: ASYNC110 - another task's file
            await asyncio.sleep(0.01)


async def listed(cast: Cast) -> set[str]:
    rows = await cast.parts.db.fetch_all("SELECT stored_name FROM submissions")
    return {row["stored_name"] for row in rows}


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
async def test_half_a_file_leaves_nothing_behind(cast: Cast, share: float) -> None:
    ben = await cast.student(cast.ben)
    request = await upload_request(ben, LARGE)
    await send_and_go(cast, request[: int(len(request) * share)], 200)
    await nothing_arriving(cast.parts.files)
    assert await listed(cast) == set()
    assert await cast.parts.files.names() == []
    assert (await ben.get("/student")).status_code == 200


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_whoever_hangs_up_at_any_moment_leaves_no_row_without_its_file(cast: Cast, size: int) -> None:
    """From the first byte to after the commit: a row that is there has its whole file, always."""
    ben = await cast.student(cast.ben)
    request = await upload_request(ben, size)
    for steps in range(0, 500, 5):
        await send_and_go(cast, request, steps)
        await nothing_arriving(cast.parts.files)
    await settled(cast)
    names = await listed(cast)
    store = cast.parts.files
    assert set(await store.names()) == names
    assert {name for name in names if size_of(store.path(name)) != size} == set()


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else -1


async def settled(cast: Cast) -> None:
    """Every upload has run to its end: the number of rows no longer changes, and a write goes through."""
    before = -1
    async with asyncio.timeout(20):
        while before != (count := len(await listed(cast))):
            before = count
            assert await cast.parts.db.writable()
            await asyncio.sleep(0.1)
