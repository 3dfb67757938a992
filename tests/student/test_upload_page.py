"""Handing in: what is taken, what is refused with a sentence, and that nothing is lost or left lying about."""

import asyncio
import io
import os
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from appliance.storage import files
from appliance.work.submissions import submissions_of_student
from tests.student.conftest import PNG, Lamps

MEGABYTE = 1024 * 1024
BOUNDARY = "a-boundary-of-our-own"


def archive(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, "{}")
    return packed.getvalue()


async def limit_to_one_megabyte(lamps: Lamps) -> None:
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET max_upload_mb = 1")


def body(token: str | None, *, name: str = "a.png", content: bytes = PNG, end: bool = True) -> bytes:
    """A multipart body by hand."""
    part = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        if token
        else ""
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return part.encode() + head.encode() + content + (f"\r\n--{BOUNDARY}--\r\n".encode() if end else b"")


async def post_body(lamps: Lamps, content: bytes | AsyncIterator[bytes]) -> tuple[int, str]:
    response = await lamps.ben.client.post(
        f"/material/{lamps.work['upload'].id}/upload",
        content=content,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )
    return response.status_code, response.text


async def nothing_is_left(lamps: Lamps) -> bool:
    return (
        lamps.arriving() == []
        and await lamps.cast.parts.files.names() == []
        and await lamps.cast.count("submissions") == 0
        and await lamps.cast.count("student_events") == 0
    )


async def test_a_file_is_kept_byte_for_byte_and_shown_on_the_page(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    handed_in = await lamps.hand_in("my loop.png", PNG, note="It glows.")
    assert handed_in.headers["location"] == f"{lamps.path}#hand-in"
    page = (await lamps.ben.get(lamps.path)).text
    assert "my loop.png" in page and "Your file is handed in and safe." in page
    kept = (await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id))[0]
    path = lamps.cast.parts.files.path(kept.stored_name)
    assert path.read_bytes() == PNG and "loop" not in kept.stored_name
    assert kept.note == "It glows." and kept.size_bytes == len(PNG)
    assert path.stat().st_mode & 0o077 == 0


async def test_the_way_to_hand_in_is_in_the_lesson(lamps: Lamps) -> None:
    page = await lamps.ben.get(f"/material/{lamps.work['upload'].id}/upload")
    assert page.headers["location"] == f"{lamps.path}#hand-in"


async def test_both_versions_of_a_file_are_kept_and_the_newest_is_on_top(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    await lamps.hand_in("one.png", PNG)
    await lamps.hand_in("two.png", PNG + b"!")
    kept = await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id)
    assert [work.original_filename for work in kept] == ["two.png", "one.png"]
    assert len(await lamps.cast.parts.files.names()) == 2
    page = (await lamps.ben.get(lamps.path)).text
    assert page.index("two.png") < page.index("one.png")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("game.exe", b"MZ\x90\x00", "This kind of file can"),
        ("noextension", PNG, "This kind of file can"),
        ("game.png", b"MZ\x90\x00" + b"x" * 100, "This is a program"),
        ("tool.txt", b"\x7fELF\x02\x00", "This is a program"),
        ("photo.png", b"GIF89a" + b"x" * 100, "What is inside this file"),
        ("empty.png", b"", "This file is empty."),
        ("notes.txt", b"abc\x00def", "This should be text"),
        ("project.sb3", archive("readme.txt"), "This is not a Scratch project."),
        ("project.sb3", archive("project.json")[:-30], "This file is damaged."),
        ("project.sb3", b"PK\x03\x04 and nothing more", "This file is damaged."),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_left(
    lamps: Lamps, name: str, content: bytes, sentence: str
) -> None:
    refused = await lamps.hand_in(name, content)
    assert refused.status_code == 422 and sentence in refused.text
    assert "Circles of light" in refused.text
    assert await nothing_is_left(lamps)


async def test_a_scratch_project_is_taken(lamps: Lamps) -> None:
    assert (await lamps.hand_in("game.SB3", archive("project.json", "a.svg"))).status_code == 302


async def test_a_program_hears_of_a_refusal_as_a_code(lamps: Lamps) -> None:
    refused = await lamps.ben.post(
        f"/material/{lamps.work['upload'].id}/upload",
        files={"file": ("game.png", b"MZ")},
        headers={"Accept": "application/json"},
    )
    assert (refused.status_code, refused.json()["error"]) == (400, "is_program")


async def test_a_file_over_the_teachers_limit_is_refused(lamps: Lamps) -> None:
    await limit_to_one_megabyte(lamps)
    for size in (MEGABYTE + 1, 3 * MEGABYTE):
        refused = await lamps.hand_in("film.mp4", b"\x00\x00\x00\x18ftyp" + b"x" * (size - 8))
        assert refused.status_code == 413 and "This file is larger than" in refused.text
        assert await nothing_is_left(lamps)
    exactly = b"\x00\x00\x00\x18ftyp" + b"x" * (MEGABYTE - 8)
    assert (await lamps.hand_in("film.mp4", exactly)).status_code == 302


async def test_a_note_beside_a_file_that_is_too_large_stays(lamps: Lamps) -> None:
    await limit_to_one_megabyte(lamps)
    film = b"\x00\x00\x00\x18ftyp" + b"x" * (3 * MEGABYTE)
    refused = await lamps.ben.post(
        f"/material/{lamps.work['upload'].id}/upload",
        {"note": "It turns twice."},
        files={"file": ("film.mp4", film)},
    )
    assert refused.status_code == 413 and "It turns twice." in refused.text


async def test_a_note_stays_when_the_room_of_the_class_is_used_up(lamps: Lamps) -> None:
    object.__setattr__(lamps.cast.parts.settings, "appliance_class_quota_mb", 0)
    await lamps.hand_in("loop.png", PNG)
    refused = await lamps.hand_in("loop.png", PNG, note="It turns twice.")
    assert refused.status_code == 422 and "is used up" in refused.text
    assert "It turns twice.</textarea>" in refused.text
    assert await lamps.cast.count("submissions") == 1


async def test_a_note_stays_when_the_disk_refuses(lamps: Lamps) -> None:
    folder = lamps.cast.parts.files.folder
    shutil.rmtree(folder)
    folder.write_bytes(b"no folder")
    refused = await lamps.hand_in("loop.png", PNG, note="It turns twice.")
    assert refused.status_code == 503 and files.DISK_FULL in refused.text
    assert "It turns twice.</textarea>" in refused.text and refused.headers["retry-after"]


async def test_a_file_that_hides_its_size_is_stopped_all_the_same(lamps: Lamps) -> None:
    await limit_to_one_megabyte(lamps)
    await lamps.ben.get(lamps.path)

    async def endless() -> AsyncIterator[bytes]:
        yield body(lamps.ben.token, end=False)
        for _ in range(40):
            yield b"x" * 65536

    status, page = await post_body(lamps, endless())
    assert status == 413 and "This file is larger than" in page
    assert await nothing_is_left(lamps)


async def test_a_room_that_is_used_up_says_so(lamps: Lamps) -> None:
    await lamps.hand_in("one.png", PNG)
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE submissions SET size_bytes = :much", much=10**13)
    refused = await lamps.hand_in("two.png", PNG)
    assert refused.status_code == 422 and "Tell your teacher; nothing was saved." in refused.text
    assert await lamps.cast.count("submissions") == 1


async def test_an_upload_without_its_token_is_refused_and_nothing_is_left(lamps: Lamps) -> None:
    await lamps.ben.get(lamps.path)
    for token in (None, "0" * 64):
        status, page = await post_body(lamps, body(token))
        assert status == 403 and "Load it again and send it once more." in page
        assert await nothing_is_left(lamps)


async def test_a_body_that_breaks_off_is_refused_and_nothing_is_left(lamps: Lamps) -> None:
    await lamps.ben.get(lamps.path)
    whole = body(lamps.ben.token)
    for cut in (len(whole) - 40, len(whole) - 12, 200, 30, 0):
        status, page = await post_body(lamps, whole[:cut])
        assert status in (403, 422), cut
        assert "again" in page or "Choose a file first" in page
        assert await nothing_is_left(lamps)


async def test_a_browser_that_goes_away_in_the_middle_leaves_nothing(lamps: Lamps) -> None:
    await lamps.ben.get(lamps.path)
    started = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield body(lamps.ben.token, content=PNG * 500, end=False)
        started.set()
        await asyncio.Event().wait()

    going = asyncio.create_task(post_body(lamps, slow()))
    async with asyncio.timeout(10):
        await started.wait()
        while not lamps.arriving():  # noqa: ASYNC110 - the disk has no event to wait for
            await asyncio.sleep(0.01)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        while lamps.arriving():  # noqa: ASYNC110 - the disk has no event to wait for
            await asyncio.sleep(0.01)
    assert await nothing_is_left(lamps)


async def test_names_that_climb_out_of_the_folder_stay_names(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    names = (
        "../../../etc/evil.png",
        "C:\\Windows\\evil.png",
        "/abs/evil.png",
        "a\u202eb.png",
        "x" * 300 + ".png",
    )
    for name in names:
        assert (await lamps.hand_in(name, PNG)).status_code == 302, name
    kept = await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id)
    shown = {work.original_filename for work in kept}
    assert "evil.png" in shown and "ab.png" in shown
    assert all(len(name) <= 120 and not set("/\\") & set(name) for name in shown)
    folder = lamps.cast.parts.files.folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == len(names) and all(path.parent.parent == folder for path in files)


async def test_a_name_in_another_script_comes_back_as_it_was(lamps: Lamps) -> None:
    await lamps.hand_in('электро "ñ" 小.png', PNG)
    answer = await lamps.ben.get("/submission/1/download")
    header = answer.headers["content-disposition"]
    assert header.startswith("attachment; filename=") and header.isascii()
    assert "filename*=UTF-8''%D1%8D%D0%BB%D0%B5%D0%BA%D1%82%D1%80%D0%BE" in header


async def test_a_file_comes_back_as_a_download_that_runs_nothing(lamps: Lamps) -> None:
    content = b"<script>alert(1)</script>"
    await lamps.hand_in("page.txt", content)
    for browser in (lamps.ben, await lamps.cast.ada()):
        answer = await browser.get("/submission/1/download")
        assert answer.status_code == 200 and answer.content == content
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-store"


async def test_nobody_else_gets_the_file(lamps: Lamps) -> None:
    await lamps.hand_in("mine.png", PNG)
    cast = lamps.cast
    for browser in (await cast.student(cast.chi), await cast.olu(), await cast.max()):
        assert (await browser.get("/submission/1/download")).status_code == 404
    assert (await cast.visitor().get("/submission/1/download")).status_code == 302


async def test_a_file_that_is_gone_from_the_disk_is_not_found(lamps: Lamps) -> None:
    await lamps.hand_in("mine.png", PNG)
    for name in await lamps.cast.parts.files.names():
        await lamps.cast.parts.files.remove(name)
    assert (await lamps.ben.get("/submission/1/download")).status_code == 404


async def test_a_file_of_fifty_megabytes_is_never_held_in_memory(lamps: Lamps) -> None:
    await lamps.ben.get(lamps.path)

    async def film() -> AsyncIterator[bytes]:
        yield body(lamps.ben.token, name="film.mp4", content=b"\x00\x00\x00\x18ftyp", end=False)
        for _ in range(49 * 16):
            yield b"x" * 65536
        yield f"\r\n--{BOUNDARY}--\r\n".encode()

    before = resident()
    status, _ = await post_body(lamps, film())
    assert status == 302
    assert resident() - before < 20 * MEGABYTE


def resident() -> int:
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def test_a_note_keeps_its_accents_however_the_line_cuts_it_and_counts_a_line_end_once(
    lamps: Lamps,
) -> None:
    note = ("¿Qué?\r\n" * 300)[:-2]
    fields = (("csrf_token", lamps.ben.token), ("note", note))
    head = "".join(
        f'--x1\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n' for name, said in fields
    )
    file = (
        b'--x1\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + PNG
        + b"\r\n--x1--\r\n"
    )
    body = head.encode() + file
    cut = body.index("é".encode()) + 1
    await sent_in_two(lamps, body, cut)
    assert lamps.cast.ben is not None
    (kept,) = await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id)
    assert kept.note == "\n".join(["¿Qué?"] * 300) and len(note) > 2000 > len(kept.note)


async def sent_in_two(lamps: Lamps, body: bytes, cut: int) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield body[:cut]
        # Until the box has read the first one by itself.
        await lamps.ben.client.get("/privacy")
        yield body[cut:]

    answer = await lamps.ben.client.post(
        f"/material/{lamps.work['upload'].id}/upload",
        content=pieces(),
        headers={"Content-Type": "multipart/form-data; boundary=x1"},
    )
    assert answer.status_code == 302, answer.text
