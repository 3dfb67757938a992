"""What the demo class handed in and was told: drawings, a note, a group, an announcement, and a teacher's word."""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from appliance.classroom.announcements import create_announcement
from appliance.classroom.box import today
from appliance.classroom.groups import create_group, update_group
from appliance.classroom.materials import materials_of_class
from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore, IncomingFile, StoredFile
from appliance.work.responses import save_reflection
from appliance.work.submission_reviews import save_submission_review
from appliance.work.submissions import accept, create_submission

INK, PAPER, LAMP = "#22304a", "#fefefb", "#f5a623"
SIZE = (960, 640)
GROUP, TOLD = "Table 3", "Bring a small torch on Friday: we take it apart."
NOTE = "The long leg goes to plus!"
REFLECTION = "I thought the pencil would not let it through, but its lead did!"
WORD = "A clear drawing, and the circle is closed. Write plus and minus beside the battery."


async def hand_in_work(
    db: Database, files: FileStore, class_id: int, staff_id: int, student_ids: tuple[int, int, int]
) -> None:
    """Two students drew a circuit for the first place to hand in; the teacher has looked at one of them.

    One of them wrote a reflection, and nobody has answered it yet.
    """
    places = [each for each in await materials_of_class(db, class_id) if each.kind == "upload"]
    if places:
        drawings = [
            (name, await _kept(files, _drawing(is_closed), name))
            for name, is_closed in (("my-circuit.png", True), ("circuit.png", False))
        ]
        async with db.transaction() as tx:
            (name, stored), (other, waiting) = drawings
            reviewed = await create_submission(tx, places[0].id, student_ids[0], name, stored, NOTE)
            await save_submission_review(tx, reviewed, staff_id, "reviewed", 90, WORD, {})
            await create_submission(tx, places[0].id, student_ids[1], other, waiting, "")
    questions = [each.id for each in await materials_of_class(db, class_id) if each.kind == "reflection"]
    if questions:
        async with db.transaction() as tx:
            await save_reflection(tx, questions[0], student_ids[0], REFLECTION)
    day = await today(db)
    async with db.transaction() as tx:
        await create_announcement(tx, class_id, staff_id, TOLD, "", day)
        await _group(tx, class_id, student_ids)


async def _group(tx: Transaction, class_id: int, student_ids: tuple[int, int, int]) -> None:
    group_id = await create_group(tx, class_id, GROUP, "green")
    await update_group(tx, class_id, group_id, GROUP, "green", student_ids[:2])


async def _kept(files: FileStore, content: bytes, name: str) -> StoredFile:
    incoming = IncomingFile(files.folder)
    incoming.write(content, len(content), "")
    incoming.finish()
    return await accept(files, incoming, name, (Path(name).suffix,))


def _drawing(is_closed: bool) -> bytes:
    """A battery, a lamp and the wires between them; one of them has a gap."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    gap = (840, 300, 840, 380)
    for wire in ((160, 120, 400, 120), (560, 120, 840, 120), (840, 120, 840, 300), gap, (840, 380, 840, 520)):
        if is_closed or wire != gap:
            pen.line(wire, INK, 10)
    for wire in ((840, 520, 160, 520), (160, 520, 160, 360), (160, 120, 160, 280)):
        pen.line(wire, INK, 10)
    pen.line((100, 280, 220, 280), INK, 10)
    pen.line((130, 360, 190, 360), INK, 22)
    pen.ellipse((400, 40, 560, 200), LAMP if is_closed else PAPER, INK, 10)
    pen.line((424, 64, 536, 176), INK, 8)
    pen.line((424, 176, 536, 64), INK, 8)
    saved = io.BytesIO()
    picture.save(saved, "PNG")
    return saved.getvalue()
