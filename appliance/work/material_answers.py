"""What every student of a class did in one material, as its teacher reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.classroom.materials import Material
from appliance.library.lessons import Item
from appliance.storage.database import Database
from appliance.work.progress import Work, progress_of
from appliance.work.responses import Responses


@dataclass(frozen=True)
class Answer:
    """One student's: `ticked` and `scores` by the key of the line, `written` the reflection or the rubric's note."""

    student_id: int
    display_name: str
    is_done: bool
    ticked: frozenset[str]
    scores: Mapping[str, int]
    written: str
    files: int
    last_at: int | None


async def answers_of_material(db: Database, material: Material, lines: Sequence[Item]) -> list[Answer]:
    """Of every student who sees it, by name; in two queries."""
    students = await db.fetch_all(
        """
        SELECT students.id, students.display_name
        FROM students JOIN student_materials ON student_materials.student_id = students.id
        WHERE student_materials.material_id = :material_id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        material_id=material.id,
    )
    rows = await db.fetch_all(
        """
        SELECT 'tick' AS kind, student_id, item_key, 1 AS number, '' AS body, ticked_at AS happened_at
        FROM checklist_ticks WHERE material_id = :id
        UNION ALL
        SELECT 'reflection', student_id, '', 0, body, updated_at FROM reflections WHERE material_id = :id
        UNION ALL
        SELECT 'score', student_id, item_key, score, '', NULL FROM rubric_scores WHERE material_id = :id
        UNION ALL
        SELECT 'note', student_id, '', 0, body, updated_at FROM rubric_notes WHERE material_id = :id
        UNION ALL
        SELECT 'file', student_id, '', count(*), '', max(uploaded_at)
        FROM submissions WHERE material_id = :id GROUP BY student_id
        UNION ALL
        SELECT 'read', student_id, '', 1, '', read_at FROM readings WHERE material_id = :id
        UNION ALL
        SELECT 'finished', student_id, '', 1, '', max(finished_at)
        FROM attempts WHERE assignment_id = :assignment_id AND finished_at IS NOT NULL GROUP BY student_id
        """,
        id=material.id,
        assignment_id=material.assignment_id,
    )
    found: dict[int, list[tuple[str, str, int, str, int | None]]] = {}
    for row in rows:
        found.setdefault(row["student_id"], []).append(
            (row["kind"], row["item_key"], row["number"], row["body"], row["happened_at"])
        )
    return [
        _answer(material, lines, student["id"], student["display_name"], found.get(student["id"], []))
        for student in students
    ]


def _answer(
    material: Material,
    lines: Sequence[Item],
    student_id: int,
    display_name: str,
    done: Sequence[tuple[str, str, int, str, int | None]],
) -> Answer:
    ticked = frozenset(key for kind, key, _, _, _ in done if kind == "tick")
    scores = {key: number for kind, key, number, _, _ in done if kind == "score"}
    words = next((body for kind, _, _, body, _ in done if kind == "reflection"), "")
    note = next((body for kind, _, _, body, _ in done if kind == "note"), "")
    files = sum(number for kind, _, number, _, _ in done if kind == "file")
    read = frozenset({material.id} if any(kind == "read" for kind, *_ in done) else ())
    responses = Responses({material.id: ticked}, {material.id: words}, {material.id: scores}, read=read)
    handed_in = {material.id} if files else set()
    finished = {material.assignment_id} if any(kind == "finished" for kind, *_ in done) else set()
    return Answer(
        student_id,
        display_name,
        progress_of(material, lines, Work(responses, handed_in, finished)).is_done,
        ticked,
        scores,
        words or note,
        files,
        max((at for *_, at in done if at is not None), default=None),
    )
