"""A seeded class for a first look: `serve --demo` on a new data folder."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from appliance.auth import accounts, passwords, totp
from appliance.auth.links import new_sign_in_link
from appliance.classroom.box import set_up_box
from appliance.classroom.classes import Class, class_of_staff, classes_of_staff, create_class
from appliance.classroom.materials import add_course
from appliance.classroom.students import create_student
from appliance.library.courses import Shelf
from appliance.library.document_kinds import accept_document
from appliance.library.documents import create_document
from appliance.operations.demo_study import give_work
from appliance.settings import Settings
from appliance.storage.database import Database, Transaction
from appliance.storage.files import FileStore, IncomingFile
from appliance.storage.secrets import clear_setup_code

SCHOOL = "Chalkbox Demo School"
USERNAME = "demo-teacher"
CLASS = "7B Science"
STUDENTS = ("Quiet Comet 42", "Brave Otter 17", "Sunny Pebble 88")
PAPER, PAPER_TITLE = "papers/electricity-at-home.pdf", "Electricity at home"
DAY = 24 * 3600
LINK_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Demo:
    """What the console shows; `sign_in_token` works once."""

    classroom: Class
    sign_in_token: str


async def prepare_demo(settings: Settings) -> Demo | None:
    """The demo class, made now if the folder is new. None on a box that a school has set up itself."""
    db = Database(settings.database, time.time)
    await db.open(settings.appliance_data / "backups")
    try:
        if not await accounts.is_set_up(db):
            await _seed(db, settings)
        staff = await accounts.staff_by_username(db, USERNAME)
        classes = await classes_of_staff(db, staff.id) if staff else []
        if staff is None or not classes:
            return None
        async with db.transaction() as tx:
            token = await new_sign_in_link(tx, staff.id, LINK_SECONDS)
        return Demo(await class_of_staff(db, classes[0].id, staff.id), token)
    finally:
        await db.close()


async def _seed(db: Database, settings: Settings) -> None:
    """The password is random and told to nobody: one gets in with the link on the console."""
    shelf = Shelf([settings.appliance_data / "courses", settings.appliance_content])
    password_hash = await passwords.Hasher().hash(secrets.token_urlsafe(24))
    async with db.transaction() as tx:
        await set_up_box(tx, SCHOOL, "en", "UTC")
        staff = await accounts.create_staff(
            tx, USERNAME, "Demo Teacher", password_hash, totp.new_secret(), is_operator=True
        )
        classroom = await create_class(tx, staff.id, CLASS)
        for course in shelf.courses():
            await add_course(tx, classroom.id, course, shelf.lessons(course.slug))
        seated = await _seat(tx, classroom)
        await give_work(tx, classroom.id, staff.id, seated)
    # Only here: the library that draws costs a box that serves a school its memory.
    from appliance.operations.demo_hub import hand_in_work

    files = FileStore(settings.appliance_data / "uploads")
    await hand_in_work(db, files, classroom.id, staff.id, seated)
    await _give_paper(db, settings, classroom)
    clear_setup_code(settings.appliance_data / "secrets")


async def _seat(tx: Transaction, classroom: Class) -> tuple[int, int, int]:
    first, second, third = [await _sit_down(tx, classroom, name) for name in STUDENTS]
    return first, second, third


async def _sit_down(tx: Transaction, classroom: Class, name: str) -> int:
    student = await create_student(tx, classroom.id, name)
    # Yesterday: the class page must not say that they are here.
    await tx.execute(
        "UPDATE students SET last_seen_at = :yesterday WHERE id = :id",
        yesterday=tx.now - DAY,
        id=student.id,
    )
    return student.id


async def _give_paper(db: Database, settings: Settings, classroom: Class) -> None:
    """The job that reads it runs once the box serves. An operator's own folder of courses has none beside it."""
    source = settings.appliance_content.parent / PAPER
    if not source.exists():
        return
    content = source.read_bytes()
    files = FileStore(settings.appliance_data / "uploads")
    incoming = IncomingFile(files.folder)
    incoming.write(content, len(content), "")
    incoming.finish()
    kind, stored = await accept_document(files, incoming, PAPER)
    async with db.transaction() as tx:
        await create_document(tx, classroom.id, PAPER_TITLE, Path(PAPER).name, kind, stored)
