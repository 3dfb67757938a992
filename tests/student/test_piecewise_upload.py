"""Handing in piece by piece: what came stays, and what was handed in is what was sent."""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator

import httpx
import pytest

from appliance.classroom.students import remove_student
from appliance.storage.files import IncomingFile
from appliance.work.merging import merge_students
from appliance.work.partial_uploads import KEPT_SECONDS, MOST_OPEN, sweep_uploads
from appliance.work.submissions import submissions_of_student
from tests.conftest import Browser
from tests.student.conftest import PNG, Lamps

CONTENT = PNG + os.urandom(300_000)


def place(lamps: Lamps) -> str:
    return f"/material/{lamps.work['upload'].id}/uploads"


async def begun(
    lamps: Lamps, content: bytes = CONTENT, browser: Browser | None = None, **more: object
) -> str:
    said = {"filename": "loop.png", "size": len(content), **more}
    answer = await (browser or lamps.ben).post_json(place(lamps), said)
    assert answer.status_code == 201, answer.text
    return f"{place(lamps)}/{answer.json()['id']}"


async def put(
    lamps: Lamps, url: str, offset: int, piece: bytes | AsyncIterator[bytes], browser: Browser | None = None
) -> httpx.Response:
    browser = browser or lamps.ben
    headers = {"X-CSRF-Token": browser.token, "Upload-Offset": str(offset), "Accept": "application/json"}
    return await browser.client.put(url, content=piece, headers=headers)


async def finish(lamps: Lamps, url: str, browser: Browser | None = None) -> httpx.Response:
    return await (browser or lamps.ben).post(f"{url}/finish", headers={"Accept": "application/json"})


async def kept(lamps: Lamps) -> list[bytes]:
    assert lamps.cast.ben is not None
    works = await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id)
    return [lamps.cast.parts.files.path(work.stored_name).read_bytes() for work in works]


def partial(lamps: Lamps) -> list[str]:
    return [path.name for path in lamps.cast.parts.partial_files.folder.glob("*")]


async def test_pieces_become_the_file_byte_for_byte(lamps: Lamps) -> None:
    assert lamps.cast.ben is not None
    url = await begun(lamps, note=" It glows. ", sha256=hashlib.sha256(CONTENT).hexdigest())
    for start in range(0, len(CONTENT), 100_000):
        answer = await put(lamps, url, start, CONTENT[start : start + 100_000])
        assert answer.json()["received"] == min(start + 100_000, len(CONTENT))
    done = (await finish(lamps, url)).json()
    work = (await submissions_of_student(lamps.cast.parts.db, lamps.cast.ben.id))[0]
    assert (done["submission_id"], work.original_filename, work.note) == (work.id, "loop.png", "It glows.")
    assert await kept(lamps) == [CONTENT] and partial(lamps) == [] and lamps.arriving() == []
    page = (await lamps.ben.get(lamps.path)).text
    assert "Your file is handed in and safe." in page and "loop.png" in page


async def test_finishing_again_gives_the_same_submission(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    answers = await asyncio.gather(*(finish(lamps, url) for _ in range(4)))
    assert {answer.json()["submission_id"] for answer in answers} == {1}
    assert (await finish(lamps, url)).json()["submission_id"] == 1
    assert await kept(lamps) == [CONTENT] and len(await lamps.cast.parts.files.names()) == 1
    assert await lamps.cast.count("student_events") == 1


async def test_a_piece_at_the_wrong_place_hears_the_right_one(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT[:1000])
    for offset in (0, 999, 1001, 10**12):
        answer = await put(lamps, url, offset, CONTENT[offset:])
        assert answer.status_code == 409
        assert (answer.json()["error"], answer.json()["received"]) == ("wrong_offset", 1000)
    early = await finish(lamps, url)
    assert (early.status_code, early.json()["received"]) == (409, 1000)
    assert (await lamps.ben.get(url)).json()["received"] == 1000


async def test_a_line_that_breaks_in_the_middle_costs_nothing_that_came(lamps: Lamps) -> None:
    url = await begun(lamps)
    started = asyncio.Event()

    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT[:120_000]
        started.set()
        await asyncio.Event().wait()

    going = asyncio.create_task(put(lamps, url, 0, broken()))
    async with asyncio.timeout(20):
        await started.wait()
        while (await lamps.ben.get(url)).json()["received"] < 120_000:  # noqa: ASYNC110 - the disk has no event
            await asyncio.sleep(0.01)
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
    received = (await lamps.ben.get(url)).json()["received"]
    assert received == 120_000
    assert (await put(lamps, url, received, CONTENT[received:])).status_code == 200
    await finish(lamps, url)
    assert await kept(lamps) == [CONTENT]


async def test_whoever_goes_on_takes_over_from_a_line_that_died_without_saying_so(lamps: Lamps) -> None:
    url = await begun(lamps)
    holding = asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        yield CONTENT[:1000]
        await holding.wait()
        yield b"too late"

    old = asyncio.create_task(put(lamps, url, 0, hanging()))
    async with asyncio.timeout(20):
        while (await lamps.ben.get(url)).json()["received"] < 1000:  # noqa: ASYNC110 - the disk has no event
            await asyncio.sleep(0.01)
        assert (await put(lamps, url, 1000, CONTENT[1000:])).status_code == 200
        holding.set()
        assert (await old).status_code == 409
    await finish(lamps, url)
    assert await kept(lamps) == [CONTENT]


async def test_two_tabs_with_the_same_file_hand_in_two_whole_versions(lamps: Lamps) -> None:
    first, second = await begun(lamps), await begun(lamps)
    for start in range(0, len(CONTENT), 100_000):
        piece = CONTENT[start : start + 100_000]
        answers = await asyncio.gather(put(lamps, first, start, piece), put(lamps, second, start, piece))
        assert [answer.status_code for answer in answers] == [200, 200]
    await asyncio.gather(finish(lamps, first), finish(lamps, second))
    assert await kept(lamps) == [CONTENT, CONTENT]


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        ({"filename": "game.exe"}, 400, "wrong_kind"),
        ({"size": 0}, 400, "empty_file"),
        ({"size": 51 * 1024 * 1024}, 413, "file_too_large"),
        ({"size": -1}, 400, "bad_upload"),
        ({"size": True}, 400, "bad_upload"),
        ({"size": "9"}, 400, "bad_upload"),
        ({"size": 10**30}, 400, "bad_upload"),
        ({"filename": 7}, 400, "bad_json"),
        ({"note": "x" * 2001}, 400, "too_long"),
        ({"sha256": "zz"}, 400, "bad_upload"),
    ],
)
async def test_what_is_known_to_be_wrong_is_refused_before_a_byte_comes(
    lamps: Lamps, said: dict[str, object], status: int, error: str
) -> None:
    answer = await lamps.ben.post_json(place(lamps), {"filename": "a.png", "size": 9, **said})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert await lamps.cast.count("partial_uploads") == 0


async def test_what_is_wrong_with_a_whole_file_is_said_at_the_end_and_nothing_is_left(lamps: Lamps) -> None:
    for content, sha256, error in (
        (b"MZ" + bytes(100), "", "is_program"),
        (b"GIF89a" + bytes(100), "", "wrong_content"),
        (PNG, "0" * 64, "wrong_sum"),
    ):
        url = await begun(lamps, content, sha256=sha256)
        await put(lamps, url, 0, content)
        answer = await finish(lamps, url)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert (await lamps.ben.get(url)).status_code == 404
        assert partial(lamps) == [] and lamps.arriving() == [] and await kept(lamps) == []
    assert await lamps.cast.count("submissions") == 0


async def test_more_than_was_announced_is_refused(lamps: Lamps) -> None:
    url = await begun(lamps, PNG)
    assert (await put(lamps, url, 0, PNG + b"more")).status_code == 413
    assert (await put(lamps, url, 0, PNG)).status_code == 200
    assert (await finish(lamps, url)).status_code == 200


async def test_the_room_of_the_class_is_asked_at_the_start_and_as_bytes_come(lamps: Lamps) -> None:
    url = await begun(lamps)
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE partial_uploads SET size_bytes = :much", much=10**13)
    refused = await lamps.ben.post_json(place(lamps), {"filename": "a.png", "size": 9})
    assert refused.json()["error"] == "class_full"
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET max_upload_mb = 10000000000")
    answer = await put(lamps, url, 0, CONTENT)
    assert answer.status_code in (400, 413) and partial(lamps) == []


async def test_a_limit_that_was_lowered_meanwhile_holds(lamps: Lamps) -> None:
    content = PNG + bytes(2 * 1024 * 1024)
    url = await begun(lamps, content)
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET max_upload_mb = 1")
    assert (await put(lamps, url, 0, content)).status_code == 413


async def test_a_lesson_that_is_locked_meanwhile_takes_nothing(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    await lamps.decide("lock")
    assert (await finish(lamps, url)).status_code in (400, 403)
    assert await lamps.cast.count("submissions") == 0
    await lamps.decide("open")
    assert (await finish(lamps, url)).status_code == 200


async def test_nobody_else_sees_or_touches_it(lamps: Lamps) -> None:
    url = await begun(lamps)
    chi = await lamps.cast.student(lamps.cast.chi)
    await chi.get("/privacy")
    assert (await chi.get(url)).status_code == 404
    assert (await put(lamps, url, 0, CONTENT, chi)).status_code == 404
    assert (await finish(lamps, url, chi)).status_code == 404
    assert (await chi.post(f"{url}/cancel")).status_code == 404
    other = url.replace(f"/{lamps.work['upload'].id}/", f"/{lamps.work['checklist'].id}/")
    assert (await lamps.ben.get(other)).status_code == 404
    assert (await lamps.cast.visitor().client.put(url, content=b"x")).status_code in (302, 401)


async def test_a_piece_without_its_token_is_refused(lamps: Lamps) -> None:
    url = await begun(lamps)
    for token in ({}, {"X-CSRF-Token": "0" * 64}):
        answer = await lamps.ben.client.put(url, content=CONTENT, headers={"Upload-Offset": "0", **token})
        assert answer.status_code == 403
    assert partial(lamps) == []
    assert (await put(lamps, url, -1, CONTENT)).status_code == 400


async def test_stopping_forgets_what_came(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT[:5000])
    for answer in (await lamps.ben.post(f"{url}/cancel"), await lamps.ben.get(url)):
        assert answer.status_code in (200, 404)
    assert partial(lamps) == [] and await lamps.cast.count("partial_uploads") == 0


async def test_what_is_handed_in_can_not_be_stopped_any_more(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    await finish(lamps, url)
    assert (await lamps.ben.post(f"{url}/cancel")).json() == {"removed": False}
    assert await kept(lamps) == [CONTENT]


async def test_what_nobody_finished_goes_after_a_day(lamps: Lamps) -> None:
    parts = lamps.cast.parts
    old = await begun(lamps)
    await put(lamps, old, 0, CONTENT[:1000])
    lamps.cast.clock.now += KEPT_SECONDS - 5
    new = await begun(lamps)
    await put(lamps, new, 0, CONTENT[:2000])
    assert await sweep_uploads(parts.db, parts.partial_files) == 0
    lamps.cast.clock.now += 10
    assert await sweep_uploads(parts.db, parts.partial_files) == 1
    assert (await lamps.ben.get(old)).status_code == 404
    assert (await lamps.ben.get(new)).json()["received"] == 2000


async def test_whoever_begins_too_many_gives_up_the_oldest(lamps: Lamps) -> None:
    urls = []
    for _ in range(MOST_OPEN + 1):
        lamps.cast.clock.now += 1
        urls.append(await begun(lamps))
        await put(lamps, urls[-1], 0, CONTENT[:10])
    answers = [(await lamps.ben.get(url)).status_code for url in urls]
    assert answers == [404] + [200] * MOST_OPEN
    await begun(lamps)
    assert len(partial(lamps)) == MOST_OPEN


async def test_deleting_my_work_deletes_what_was_still_coming(lamps: Lamps) -> None:
    for path in ("/student/delete-work", "/student/delete-me"):
        url = await begun(lamps)
        await put(lamps, url, 0, CONTENT[:5000])
        await lamps.ben.post(path)
        assert partial(lamps) == [] and await lamps.cast.count("partial_uploads") == 0


async def test_a_row_that_is_back_from_a_backup_without_its_file_begins_anew(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT[:5000])
    for name in partial(lamps):
        await lamps.cast.parts.partial_files.remove(name)
    assert (await put(lamps, url, 5000, CONTENT[5000:])).json()["received"] == 0
    await put(lamps, url, 0, CONTENT)
    await finish(lamps, url)
    assert await kept(lamps) == [CONTENT]


@pytest.mark.parametrize("field", ["note", "filename"])
async def test_half_of_a_letter_in_what_is_said_of_a_file_breaks_nothing(lamps: Lamps, field: str) -> None:
    """JSON can carry one, and the database can't."""
    said = {"filename": "loop.png", "size": len(PNG), field: "It glows\ud83d.png"}
    headers = {"X-CSRF-Token": lamps.ben.token, "Content-Type": "application/json"}
    announced = await lamps.ben.client.post(place(lamps), content=json.dumps(said), headers=headers)
    assert announced.status_code == 201, announced.text
    url = f"{place(lamps)}/{announced.json()['id']}"
    await put(lamps, url, 0, PNG)
    assert (await finish(lamps, url)).status_code in (200, 201)
    assert await kept(lamps) == [PNG]


async def test_half_a_character_in_a_note_is_left_out(lamps: Lamps) -> None:
    said = b'{"filename": "loop.png", "size": 10, "note": "It \\ud800glows."}'
    headers = {"X-CSRF-Token": lamps.ben.token, "Content-Type": "application/json"}
    answer = await lamps.ben.client.post(place(lamps), content=said, headers=headers)
    assert answer.status_code == 201, answer.text
    row = await lamps.cast.parts.db.fetch_one("SELECT note FROM partial_uploads")
    assert row is not None and row["note"] == "It glows."


async def test_what_is_said_at_the_end_counts_and_an_emptied_note_changes_nothing(lamps: Lamps) -> None:
    for said, note in (({"note": "It glows.", "share": False}, "It glows."), ({"note": " "}, "First words")):
        url = await begun(lamps, note="First words", share=True)
        await put(lamps, url, 0, CONTENT)
        assert (await lamps.ben.post_json(f"{url}/finish", said)).status_code == 200
        row = await lamps.cast.parts.db.fetch_one("SELECT note FROM submissions ORDER BY id DESC")
        assert row is not None and row["note"] == note


async def test_a_note_that_is_too_long_at_the_end_costs_nothing_that_came(lamps: Lamps) -> None:
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    assert (await lamps.ben.post_json(f"{url}/finish", {"note": "x" * 2001})).status_code == 400
    assert (await lamps.ben.post_json(f"{url}/finish", {"note": "x"})).json()["submission_id"] == 1


async def test_pieces_that_end_after_a_merge_are_the_kept_ones(
    lamps: Lamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merge comes while the box looks at the file, when it is known already who sends it."""
    cast = lamps.cast
    assert cast.ben and cast.chi
    gone, kept_one = cast.ben, cast.chi
    scan = cast.parts.files.scan

    async def merged_meanwhile(incoming: IncomingFile) -> None:
        async with cast.parts.db.transaction() as tx:
            await merge_students(tx, cast.classroom.id, gone.id, kept_one.id)
        await scan(incoming)

    monkeypatch.setattr(cast.parts.files, "scan", merged_meanwhile)
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    assert (await finish(lamps, url)).json()["submission_id"] == 1
    assert len(await submissions_of_student(cast.parts.db, kept_one.id)) == 1
    assert (await finish(lamps, url)).json()["submission_id"] == 1


async def test_pieces_that_end_after_their_student_was_removed_leave_no_file(
    lamps: Lamps, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = lamps.cast
    assert cast.ben
    student, scan = cast.ben, cast.parts.files.scan

    async def removed_meanwhile(incoming: IncomingFile) -> None:
        async with cast.parts.db.transaction() as tx:
            await remove_student(tx, student.id)
        await scan(incoming)

    monkeypatch.setattr(cast.parts.files, "scan", removed_meanwhile)
    url = await begun(lamps)
    await put(lamps, url, 0, CONTENT)
    assert (await finish(lamps, url)).status_code == 404
    assert await cast.parts.files.names() == [] and lamps.arriving() == []
