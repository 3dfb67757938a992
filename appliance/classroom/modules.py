"""Modules: the parts of a class's road, in an order that the teacher chooses."""

import sqlite3
from dataclasses import dataclass
from datetime import date

from appliance.classroom.decisions import NO_GATE, Decision, module_decision
from appliance.errors import Conflict, Invalid, NotFound, Sentence
from appliance.storage.database import Database, Reads, Transaction

TITLE_CHARACTERS = 200
INTRO_CHARACTERS = 500
MOST_MODULES = 200
NO_MODULE = "There is no such module in this class."
STANDS_ALREADY = "%(title)s stands on the road already. Remove it there first."


@dataclass(frozen=True)
class Module:
    id: int
    class_id: int
    title: str
    is_hidden: bool
    intro: str = ""
    decision: Decision = NO_GATE


async def modules_of_class(db: Database | Reads, class_id: int) -> list[Module]:
    """In the order of the road."""
    rows = await db.fetch_all(
        """
        SELECT *
        FROM modules
        WHERE class_id = :class_id AND removed_at IS NULL
        ORDER BY position, id
        """,
        class_id=class_id,
    )
    return [_module(row) for row in rows]


async def module_of_class(db: Database | Reads, class_id: int, module_id: int) -> Module:
    """Raises NotFound for another class's module, and for one that was removed."""
    row = await db.fetch_one(
        "SELECT * FROM modules WHERE id = :id AND class_id = :class_id AND removed_at IS NULL",
        id=module_id,
        class_id=class_id,
    )
    if row is None:
        raise NotFound(NO_MODULE)
    return _module(row)


async def modules_opening(db: Database | Reads, staff_id: int, day: date) -> dict[int, list[Module]]:
    """Without a lesson in them, by class: of all classes of this person; a lock by hand keeps one shut."""
    rows = await db.fetch_all(
        """
        SELECT modules.*
        FROM modules JOIN class_staff ON class_staff.class_id = modules.class_id
        WHERE class_staff.staff_id = :staff_id AND modules.opens_on = :day AND modules.is_locked = 0
          AND modules.is_hidden = 0 AND modules.removed_at IS NULL
          AND NOT EXISTS (
            SELECT 1 FROM materials
            WHERE materials.module_id = modules.id AND materials.kind = 'lesson' AND materials.removed_at IS NULL)
        ORDER BY modules.class_id, modules.position, modules.id
        """,
        staff_id=staff_id,
        day=day.isoformat(),
    )
    found: dict[int, list[Module]] = {}
    for row in rows:
        found.setdefault(row["class_id"], []).append(_module(row))
    return found


async def create_module(tx: Transaction, class_id: int, title: str) -> int:
    """At the end of the road. Raises Invalid."""
    row = await tx.fetch_one(
        """
        SELECT coalesce(sum(removed_at IS NULL), 0) AS modules, coalesce(max(position), 0) AS last
        FROM modules
        WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    if row is not None and row["modules"] >= MOST_MODULES:
        raise Invalid("A class may have 200 modules at most.", field="title")
    return await tx.insert(
        "INSERT INTO modules (class_id, title, position) VALUES (:class_id, :title, :position)",
        class_id=class_id,
        title=checked_title(title),
        position=row["last"] + 1 if row else 1,
    )


async def rename_module(
    tx: Transaction, class_id: int, module_id: int, title: str, intro: str | None = None
) -> None:
    """Without an intro the one it has stays. Raises Invalid."""
    module = await module_of_class(tx, class_id, module_id)
    await tx.execute(
        "UPDATE modules SET title = :title, intro = :intro WHERE id = :id",
        title=checked_title(title),
        intro=module.intro if intro is None else checked_intro(intro),
        id=module.id,
    )


async def set_module_lock(tx: Transaction, class_id: int, module_id: int, is_locked: bool) -> None:
    """A lock comes and goes without touching the day: unlocking opens no dated module."""
    module = await module_of_class(tx, class_id, module_id)
    await tx.execute(
        "UPDATE modules SET is_locked = :is_locked WHERE id = :id", is_locked=is_locked, id=module.id
    )


async def set_module_day(tx: Transaction, class_id: int, module_id: int, opens_on: date | None) -> None:
    """None: it waits for no day. A lock by hand stays."""
    module = await module_of_class(tx, class_id, module_id)
    await tx.execute(
        "UPDATE modules SET opens_on = :opens_on WHERE id = :id",
        opens_on=opens_on.isoformat() if opens_on else None,
        id=module.id,
    )


async def open_module(tx: Transaction, class_id: int, module_id: int) -> None:
    """Open from this moment on, whatever lock or day there was."""
    await set_module_day(tx, class_id, module_id, None)
    await set_module_lock(tx, class_id, module_id, False)


async def set_module_hidden(tx: Transaction, class_id: int, module_id: int, is_hidden: bool) -> None:
    """Nobody in the class sees what is in a hidden module; nothing in it is lost."""
    module = await module_of_class(tx, class_id, module_id)
    await tx.execute(
        "UPDATE modules SET is_hidden = :is_hidden WHERE id = :id", is_hidden=is_hidden, id=module.id
    )


async def move_module(tx: Transaction, class_id: int, module_id: int, place: int) -> None:
    """To this place on the road, counted from 0; beyond its ends means the end."""
    module = await module_of_class(tx, class_id, module_id)
    order = [other.id for other in await modules_of_class(tx, class_id) if other.id != module.id]
    order.insert(min(max(place, 0), len(order)), module.id)
    await tx.execute_many(
        "UPDATE modules SET position = :position WHERE id = :id",
        [{"position": position, "id": each} for position, each in enumerate(order, start=1)],
    )


async def remove_module(tx: Transaction, class_id: int, module_id: int) -> None:
    """Off the road at once, and swept later: until then it can come back with all that is in it."""
    module = await module_of_class(tx, class_id, module_id)
    await tx.execute("UPDATE modules SET removed_at = :now WHERE id = :id", now=tx.now, id=module.id)


async def restore_module(tx: Transaction, class_id: int, module_id: int) -> None:
    """Back where it was. Restoring what is there changes nothing. Raises Conflict."""
    found = await tx.execute(
        "UPDATE modules SET removed_at = NULL WHERE id = :id AND class_id = :class_id",
        id=module_id,
        class_id=class_id,
    )
    if not found:
        raise NotFound(NO_MODULE)
    await check_lessons(tx, class_id)


async def check_lessons(tx: Transaction, class_id: int) -> None:
    """After something came back. Raises Conflict where a lesson was put on the road anew meanwhile."""
    row = await tx.fetch_one(
        """
        SELECT materials.title
        FROM materials JOIN modules ON modules.id = materials.module_id
        WHERE modules.class_id = :class_id AND materials.kind = 'lesson'
          AND materials.removed_at IS NULL AND modules.removed_at IS NULL
        GROUP BY materials.course_slug, materials.lesson_slug
        HAVING count(*) > 1
        """,
        class_id=class_id,
    )
    if row is not None:
        raise Conflict(Sentence(STANDS_ALREADY, title=row["title"]), "lesson_once")


def checked_title(given: str) -> str:
    title = " ".join(given.split())
    if not title:
        raise Invalid("Give it a title that your students will understand.", field="title")
    if len(title) > TITLE_CHARACTERS:
        raise Invalid("The title may have 200 characters at most.", "too_long", field="title")
    return title


def checked_intro(given: str) -> str:
    intro = " ".join(given.split())
    if len(intro) > INTRO_CHARACTERS:
        raise Invalid("The words about it may have 500 characters at most.", "too_long", field="intro")
    return intro


def _module(row: sqlite3.Row) -> Module:
    return Module(
        row["id"],
        row["class_id"],
        row["title"],
        bool(row["is_hidden"]),
        row["intro"],
        module_decision(row),
    )
