"""Students from a list: what it holds is looked over first, then all of them are made at once."""

from dataclasses import dataclass
from typing import Literal

from appliance.auth.pseudonyms import clean_display_name
from appliance.classroom.joining import name_warning
from appliance.classroom.spreadsheets import rows_of
from appliance.classroom.students import Student, create_student, ids_of_form
from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction

MOST_NAMES = 500
NO_NAMES = "There is no name in it. Put one name on each line, or choose a CSV file with a column of names."
TOO_MANY = "This list has more than 500 names. Divide it."
# English and Spanish, as schools' programs head such a column.
HEADINGS = frozenset(
    {
        "name", "names", "display name", "display_name", "first name", "first_name", "firstname", "given name",
        "student", "student name", "pupil", "nombre", "nombres", "nombre de pila", "alumno", "alumna", "alumnado",
        "estudiante",
    }
)  # fmt: skip

Problem = Literal["", "there", "repeated", "private", "refused"]


@dataclass(frozen=True)
class ImportLine:
    """`problem`: somebody has the name already, it comes twice, it says too much, or it can't be."""

    name: str
    problem: Problem
    sentence: str = ""

    @property
    def is_possible(self) -> bool:
        return self.problem != "refused"

    @property
    def is_chosen(self) -> bool:
        """Before the teacher looks at it."""
        return self.problem in ("", "private")


def names_in(data: bytes) -> list[str]:
    """The column headed as names, else the first one. Raises Invalid for no name and for more than 500."""
    rows = rows_of(data)
    headings = [cell.casefold() for cell in rows[0]] if rows else []
    column = next((index for index, heading in enumerate(headings) if heading in HEADINGS), None)
    body = rows if column is None else rows[1:]
    names = [row[column or 0] for row in body if len(row) > (column or 0) and row[column or 0]]
    if not names:
        raise Invalid(NO_NAMES, "no_names", field="file")
    if len(names) > MOST_NAMES:
        raise Invalid(TOO_MANY, "too_many_names", field="file")
    return names


async def looked_over(db: Database, class_id: int, names: list[str], name_safety: str) -> list[ImportLine]:
    rows = await db.fetch_all("SELECT display_name FROM students WHERE class_id = :id", id=class_id)
    there = {row["display_name"].casefold() for row in rows}
    seen: set[str] = set()
    lines = []
    for name in names:
        line = _line(name, there, seen, name_safety)
        seen.add(line.name.casefold())
        lines.append(line)
    return lines


async def import_students(
    tx: Transaction, class_id: int, names: list[str], name_safety: str, form_mark: str
) -> list[Student]:
    """All or none of them; nobody when this form was sent before. Raises Invalid for a name that can't be."""
    if not names:
        raise Invalid(NO_NAMES, "no_names", field="file")
    if len(names) > MOST_NAMES:
        raise Invalid(TOO_MANY, "too_many_names", field="file")
    if await ids_of_form(tx, class_id, form_mark):
        return []
    made = []
    for name in names:
        clean = clean_display_name(name)
        name_warning(clean, name_safety)
        made.append(await create_student(tx, class_id, clean, form_mark=form_mark, is_here=False))
    return made


def _line(given: str, there: set[str], seen: set[str], name_safety: str) -> ImportLine:
    try:
        name = clean_display_name(given)
        warning = name_warning(name, name_safety)
    except Invalid as refusal:
        return ImportLine(given[:100], "refused", refusal.message)
    if name.casefold() in seen:
        return ImportLine(name, "repeated")
    if name.casefold() in there:
        return ImportLine(name, "there")
    return ImportLine(name, "private" if warning else "", warning)
