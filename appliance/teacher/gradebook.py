"""The gradebook on a page and as a table for a spreadsheet."""

from sanic import HTTPResponse, Request

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff
from appliance.parts import parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render, translator
from appliance.web.sheets import Cell, sheet
from appliance.work.gradebook import Cell as Grade
from appliance.work.gradebook import gradebook_of_class


async def show(request: Request, class_id: int) -> HTTPResponse:
    parts = parts_of(request)
    return render(
        request,
        "teacher/gradebook.html",
        classroom=await class_of_staff(parts.db, class_id, person_of(request).id),
        book=await gradebook_of_class(parts.db, class_id),
    )


async def export(request: Request, class_id: int) -> HTTPResponse:
    parts, person, translate = parts_of(request), person_of(request), translator(request)
    await class_of_staff(parts.db, class_id, person.id)
    book = await gradebook_of_class(parts.db, class_id)
    async with parts.db.transaction() as tx:
        await record_staff(tx, "export_gradebook", person.id, class_id, "", request.ip)
    words = {
        "missing": "",
        "not_theirs": translate("not given"),
        "late": translate("overdue"),
        "waiting": translate("handed in"),
        "returned": translate("returned"),
        "done": translate("done"),
    }
    rows: list[list[Cell]] = [
        [translate("Name"), *(column.title for column in book.columns), translate("Mean")]
    ]
    rows += [
        [line.display_name, *(_written(cell, words) for cell in line.cells), _number(line.mean)]
        for line in book.lines
    ]
    return sheet(f"gradebook-{class_id}", rows)


def _written(cell: Grade, words: dict[str, str]) -> Cell:
    return words[cell.state] if cell.score is None else cell.score


def _number(mean: int | None) -> Cell:
    return "" if mean is None else mean
