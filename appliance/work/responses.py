"""Responses: ticks on a checklist, the words of a reflection, and how students mark their own work by a rubric."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction
from appliance.work.two_devices import (
    check_scores,
    check_words,
    joined_scores,
    joined_ticks,
    joined_words,
    mark_of_words,
)

REFLECTION_CHARACTERS = 4000
RUBRIC_NOTE_CHARACTERS = 2000


@dataclass(frozen=True)
class Responses:
    """What one student ticked, wrote and marked, by material; of a rubric by criterion."""

    ticks: dict[int, frozenset[str]]
    reflections: dict[int, str]
    scores: dict[int, dict[str, int]] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    read: frozenset[int] = frozenset()

    def ticked(self, material_id: int) -> frozenset[str]:
        return self.ticks.get(material_id, frozenset())

    def reflection(self, material_id: int) -> str:
        return self.reflections.get(material_id, "")

    def mark_of_reflection(self, material_id: int) -> str:
        return mark_of_words(self.reflection(material_id))

    def scored(self, material_id: int) -> Mapping[str, int]:
        return self.scores.get(material_id, {})

    def note(self, material_id: int) -> str:
        return self.notes.get(material_id, "")

    def mark_of_note(self, material_id: int) -> str:
        return mark_of_words(self.note(material_id))


async def responses_of_student(db: Database, student_id: int) -> Responses:
    """In one query."""
    rows = await db.fetch_all(
        """
        SELECT 'tick' AS kind, material_id, item_key, 1 AS score, '' AS body
        FROM checklist_ticks WHERE student_id = :id
        UNION ALL
        SELECT 'reflection', material_id, '', 0, body FROM reflections WHERE student_id = :id
        UNION ALL
        SELECT 'score', material_id, item_key, score, '' FROM rubric_scores WHERE student_id = :id
        UNION ALL
        SELECT 'note', material_id, '', 0, body FROM rubric_notes WHERE student_id = :id
        UNION ALL
        SELECT 'read', material_id, '', 1, '' FROM readings WHERE student_id = :id
        """,
        id=student_id,
    )
    marked: dict[str, dict[int, dict[str, int]]] = {"tick": {}, "score": {}, "read": {}}
    written: dict[str, dict[int, str]] = {"reflection": {}, "note": {}}
    for row in rows:
        if row["kind"] in marked:
            marked[row["kind"]].setdefault(row["material_id"], {})[row["item_key"]] = row["score"]
        else:
            written[row["kind"]][row["material_id"]] = row["body"]
    return Responses(
        {material_id: frozenset(keys) for material_id, keys in marked["tick"].items()},
        written["reflection"],
        marked["score"],
        written["note"],
        frozenset(marked["read"]),
    )


async def save_ticks(
    tx: Transaction,
    material_id: int,
    student_id: int,
    keys: Iterable[str],
    shown: Iterable[str] | None = None,
) -> set[str]:
    """Exactly these items are ticked from now on, and returned; when each was first ticked is kept.

    With `shown`, what was ticked on the page that is saved, what another device ticked meanwhile stays.
    """
    rows = await tx.fetch_all(
        "SELECT item_key FROM checklist_ticks WHERE material_id = :material_id AND student_id = :student_id",
        material_id=material_id,
        student_id=student_id,
    )
    present = {row["item_key"] for row in rows}
    wanted = set(keys) if shown is None else joined_ticks(present, keys, shown)
    ids = {"material_id": material_id, "student_id": student_id}
    await tx.execute_many(
        """
        DELETE FROM checklist_ticks
        WHERE material_id = :material_id AND student_id = :student_id AND item_key = :key
        """,
        [{**ids, "key": key} for key in present - wanted],
    )
    if present - wanted:
        # A tick that is taken back leaves no time behind: a list that was reviewed waits again.
        await tx.execute(
            """
            UPDATE response_reviews SET seen_at = 0
            WHERE material_id = :material_id AND student_id = :student_id
            """,
            **ids,
        )
    await tx.execute_many(
        """
        INSERT INTO checklist_ticks (material_id, student_id, item_key, ticked_at)
        VALUES (:material_id, :student_id, :key, :now)
        """,
        [{**ids, "key": key, "now": tx.now} for key in wanted - present],
    )
    return wanted


async def save_reading(tx: Transaction, material_id: int, student_id: int, is_read: bool) -> None:
    """Said once it stays said, with its first moment, until it is taken back."""
    ids = {"material_id": material_id, "student_id": student_id}
    if is_read:
        await tx.execute(
            """
            INSERT INTO readings (material_id, student_id, read_at)
            VALUES (:material_id, :student_id, :now)
            ON CONFLICT (material_id, student_id) DO NOTHING
            """,
            now=tx.now,
            **ids,
        )
    else:
        await tx.execute(
            "DELETE FROM readings WHERE material_id = :material_id AND student_id = :student_id", **ids
        )


async def save_reflection(
    tx: Transaction, material_id: int, student_id: int, body: str, seen: str = ""
) -> None:
    """`seen` marks the words that were on its page, see two_devices. Raises Invalid."""
    if len(body) > REFLECTION_CHARACTERS:
        raise Invalid(
            "This is longer than 4000 characters. Make it a little shorter.", "too_long", field="body"
        )
    row = await tx.fetch_one(
        "SELECT body FROM reflections WHERE material_id = :material_id AND student_id = :student_id",
        material_id=material_id,
        student_id=student_id,
    )
    check_words(row["body"] if row else "", body, seen)
    await tx.execute(
        """
        INSERT INTO reflections (material_id, student_id, body, updated_at)
        VALUES (:material_id, :student_id, :body, :now)
        ON CONFLICT (material_id, student_id)
          DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
          -- Saved again as it was, it does not wait for the teacher again.
          WHERE body <> excluded.body
        """,
        material_id=material_id,
        student_id=student_id,
        body=body,
        now=tx.now,
    )


async def save_rubric(
    tx: Transaction,
    material_id: int,
    student_id: int,
    scores: Mapping[str, int],
    note: str,
    shown: Mapping[str, int] | None = None,
    seen: str = "",
) -> dict[str, int]:
    """Each criterion's score, 0 for one that is left open, and the note; returns the scores as they stand then.

    `shown` are the scores that were on its page and `seen` marks its note, see two_devices. Raises Invalid.
    """
    if len(note) > RUBRIC_NOTE_CHARACTERS:
        raise Invalid("The note may have 2000 characters at most.", "too_long", field="note")
    ids = {"material_id": material_id, "student_id": student_id}
    saved, saved_note = await _saved_rubric(tx, ids)
    note = joined_words(saved_note or "", note, seen)
    check_words(saved_note or "", note, seen)
    if shown is not None:
        check_scores(saved, scores, shown)
        scores = joined_scores(saved, scores, shown)
    given = {key: score for key, score in scores.items() if score > 0}
    if (saved, saved_note) == (given, note):
        # Saved again as it was, it does not wait for the teacher again.
        return given
    await tx.execute(
        "DELETE FROM rubric_scores WHERE material_id = :material_id AND student_id = :student_id", **ids
    )
    await tx.execute_many(
        """
        INSERT INTO rubric_scores (material_id, student_id, item_key, score)
        VALUES (:material_id, :student_id, :key, :score)
        """,
        [{**ids, "key": key, "score": score} for key, score in given.items()],
    )
    await tx.execute(
        """
        INSERT INTO rubric_notes (material_id, student_id, body, updated_at)
        VALUES (:material_id, :student_id, :body, :now)
        ON CONFLICT (material_id, student_id)
          DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at
        """,
        body=note,
        now=tx.now,
        **ids,
    )
    return given


async def _saved_rubric(tx: Transaction, ids: Mapping[str, int]) -> tuple[dict[str, int], str | None]:
    """The scores and the note; None for a note that was never saved."""
    note = await tx.fetch_one(
        "SELECT body FROM rubric_notes WHERE material_id = :material_id AND student_id = :student_id", **ids
    )
    rows = await tx.fetch_all(
        """
        SELECT item_key, score
        FROM rubric_scores
        WHERE material_id = :material_id AND student_id = :student_id
        """,
        **ids,
    )
    return {row["item_key"]: row["score"] for row in rows}, note["body"] if note else None
