"""Hand-ins that come in pieces: through kill -9 of the box, and thirty of twenty megabytes at once."""

import asyncio
import os
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from tests.faults.conftest import NewBox
from tests.faults.serving import PNG, Pupil, ServedBox, pupils

MEGABYTE = 1024 * 1024
PIECE = 2 * MEGABYTE
ROUNDS = 4
STUDENTS, FILE_BYTES = 30, 20 * MEGABYTE
# The bench's own budget for the same rush through the plain form.
GROWTH = 64 * MEGABYTE


class Sender:
    """What the page's script does, in few lines: begin, go on where the box says, finish."""

    def __init__(self, one: Pupil, content: bytes) -> None:
        self.one = one
        self.content = content
        self.url = ""

    async def begin(self) -> None:
        place = f"{self.one.hand_in_path}s"
        answer = await self.one.browser.post_json(place, {"filename": "film.png", "size": len(self.content)})
        assert answer.status_code == 201, answer.text
        self.url = f"{place}/{answer.json()['id']}"

    async def received(self) -> int:
        return int((await self.one.browser.get(self.url)).json()["received"])

    async def put(self, offset: int) -> int:
        headers = {"X-CSRF-Token": self.one.browser.token, "Upload-Offset": str(offset)}
        piece = self.content[offset : offset + PIECE]
        answer = await self.one.browser.client.put(self.url, content=piece, headers=headers)
        return int(answer.json()["received"])

    async def go_on(self) -> int:
        """To the end; returns the submission's id."""
        received = await self.received()
        while received < len(self.content):
            received = await self.put(received)
        done = await self.one.browser.post(f"{self.url}/finish", headers={"Accept": "application/json"})
        assert done.status_code == 200, done.text
        return int(done.json()["submission_id"])


async def test_after_kill_9_an_upload_goes_on_with_every_byte_that_was_answered(new_box: NewBox) -> None:
    box, content = new_box(), PNG + os.urandom(5 * PIECE)
    box.start()
    async with pupils(box, "Ben") as (ben,):
        sender = Sender(ben, content)
        await sender.begin()
        answered = 0
        for _ in range(ROUNDS):
            answered = await sender.put(answered)
            # Another piece is on its way when the power goes.
            going = asyncio.create_task(sender.put(answered))
            await asyncio.sleep(0.02)
            await asyncio.to_thread(box.kill)
            await asyncio.gather(going, return_exceptions=True)
            box.start()
            received = await sender.received()
            assert received >= answered
            answered = received
        submission_id = await sender.go_on()
        assert (await ben.browser.get(f"/submission/{submission_id}/download")).content == content
        await asyncio.to_thread(box.kill)
        box.start()
        again = await ben.browser.post(f"{sender.url}/finish", headers={"Accept": "application/json"})
        assert again.json()["submission_id"] == submission_id
    assert stored(box) == [sha256(content).hexdigest()]


async def test_thirty_students_send_twenty_megabytes_each_and_the_box_holds_none_of_it(
    new_box: NewBox,
) -> None:
    box = new_box(APPLIANCE_CLASS_QUOTA_MB="4096")
    box.start()
    content = PNG + bytes(FILE_BYTES - len(PNG))
    async with pupils(box, *(f"Maker {number}" for number in range(STUDENTS))) as makers:
        assert box.process is not None
        resting, peak = resident(box.process.pid), 0
        senders = [Sender(one, content) for one in makers]

        async def whole(sender: Sender) -> int:
            await sender.begin()
            return await sender.go_on()

        async def watch() -> None:
            nonlocal peak
            while box.process is not None:
                peak = max(peak, resident(box.process.pid))
                await asyncio.sleep(0.05)

        watching = asyncio.create_task(watch())
        async with asyncio.timeout(150):
            ids = await asyncio.gather(*(whole(sender) for sender in senders))
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    assert len(set(ids)) == STUDENTS
    assert stored(box) == [sha256(content).hexdigest()] * STUDENTS
    assert peak - resting < GROWTH, (peak - resting) // MEGABYTE


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def stored(box: ServedBox) -> list[str]:
    """The sums of the files that rows name, as they lie on the disk; nothing else may lie there."""
    with closing(sqlite3.connect(f"{(box.data / 'box.sqlite3').as_uri()}?mode=ro", uri=True)) as connection:
        names = {row[0] for row in connection.execute("SELECT stored_name FROM submissions")}
        demo = {
            row[0]
            for row in connection.execute(
                "SELECT stored_name FROM submissions WHERE original_filename <> 'film.png' "
                "UNION SELECT stored_name FROM documents"
            )
        }
    uploads = box.data / "uploads"
    files = [path for path in uploads.rglob("*") if path.is_file() and path.parent.name != "orphans"]
    assert {path.name for path in files} == names | demo
    return [sha256(path.read_bytes()).hexdigest() for path in files if path.name not in demo]
