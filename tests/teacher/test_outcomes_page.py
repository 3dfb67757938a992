"""What the class reached, certificates, and what a teacher takes along."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from appliance.classroom.materials import materials_of_lesson
from appliance.storage.files import IncomingFile
from appliance.work.certificate_pages import NO_FONT
from appliance.work.certificates import issue_certificate
from appliance.work.outcomes import note_milestone
from appliance.work.submissions import accept, create_submission
from tests.conftest import COURSE, Cast

PNG = b"\x89PNG\r\n\x1a\n a picture"
OUTCOMES = "/teach/class/1/outcomes"
DAY = 24 * 3600


async def handed_in(
    cast: Cast, student_id: int, lesson: str = "who-lets-it-through", name: str = "a.png"
) -> None:
    work = await materials_of_lesson(cast.parts.db, cast.classroom.id, COURSE, lesson)
    incoming = IncomingFile(cast.parts.files.folder)
    incoming.write(PNG, 1000, "")
    incoming.finish()
    stored = await accept(cast.parts.files, incoming, name, (Path(name).suffix,))
    async with cast.parts.db.transaction() as tx:
        await create_submission(tx, work["upload"].id, student_id, name, stored, "")


async def asked_for(cast: Cast, sessions: int, artifacts: int) -> None:
    ada = await cast.ada()
    form = {"sessions": str(sessions), "artifacts": str(artifacts)}
    assert (await ada.post(f"{OUTCOMES}/wanted", form)).status_code == 302


async def counts(cast: Cast) -> list[tuple[object, ...]]:
    rows = await cast.parts.db.fetch_all("SELECT kind, count(*) FROM outcomes GROUP BY kind ORDER BY kind")
    return [tuple(row) for row in rows]


async def test_handing_in_again_is_not_another_artifact(cast: Cast) -> None:
    assert cast.ben
    for _ in range(3):
        await handed_in(cast, cast.ben.id)
    assert await counts(cast) == [("artifact_submitted", 1), ("session_completed", 1)]


async def test_a_milestone_is_earned_by_the_first_save_that_completes_and_once(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    work = await materials_of_lesson(cast.parts.db, 1, COURSE, "who-lets-it-through")
    lesson = cast.parts.shelf.lesson(COURSE, "who-lets-it-through")
    assert lesson.checklist is not None
    keys = [item.key for item in lesson.checklist.items]
    await ben.post(f"/material/{work['checklist'].id}/checklist", {"checked_item": keys[:1]})
    assert await counts(cast) == []
    for _ in range(2):
        await ben.post(f"/material/{work['checklist'].id}/checklist", {"checked_item": keys})
        await ben.post(f"/material/{work['reflection'].id}/reflection", {"reflection_text": "A pencil!"})
    assert await counts(cast) == [("milestone_earned", 2)]


async def test_a_session_is_given_by_hand_once(cast: Cast) -> None:
    assert cast.ben
    ada = await cast.ada()
    for _ in range(2):
        assert (await ada.post(OUTCOMES, {"student": cast.ben.id, "module": 1})).status_code == 302
    assert await counts(cast) == [("session_completed", 1)]
    for form in ({"student": 99, "module": 1}, {"student": cast.ben.id, "module": 99}, {"student": "x"}):
        assert (await ada.post(OUTCOMES, form)).status_code == 404
    assert (await (await cast.olu()).post(OUTCOMES, {"student": cast.ben.id, "module": 1})).status_code == 404


@pytest.mark.parametrize("typed", ["-1", "501", "x", "", "٣"])
async def test_what_a_certificate_asks_for_is_a_number(cast: Cast, typed: str) -> None:
    page = await (await cast.ada()).post(f"{OUTCOMES}/wanted", {"sessions": typed, "artifacts": "6"})
    assert page.status_code == 422 and "whole number" in page.text


async def test_a_certificate_is_for_those_who_reached_it_and_can_be_checked(cast: Cast) -> None:
    assert cast.ben
    ada, ben, one = await cast.ada(), await cast.student(cast.ben), "/teach/class/1/student/1/certificate"
    assert (await ada.post(one)).status_code == 409
    await asked_for(cast, 1, 1)
    await handed_in(cast, cast.ben.id)
    assert (await ada.post(one)).status_code == 302
    row = await cast.parts.db.fetch_one("SELECT code FROM certificates")
    assert row is not None
    assert "Your certificate" in (await ben.get("/student")).text
    spaced = f"{row['code'][:4].lower()} {row['code'][4:8]}-{row['code'][8:]}"
    page = await cast.visitor().get(f"/certificate/{spaced}")
    assert page.status_code == 200 and "This certificate is real" in page.text and "Ben" in page.text
    assert (await cast.visitor().get("/certificate/ABCDEFGHJKLM")).status_code == 404
    again = await ada.post(one)
    kept = await cast.parts.db.fetch_one("SELECT code FROM certificates")
    assert again.status_code == 302 and kept is not None and kept["code"] == row["code"]
    await ada.post(f"{one}/remove")
    assert (await cast.visitor().get(f"/certificate/{row['code']}")).status_code == 404


@pytest.mark.parametrize("name", ["Zoë Ñandú", "Дарья", "محمد علي"])
async def test_a_certificate_is_a_pdf_in_the_letters_of_the_name(cast: Cast, name: str) -> None:
    assert cast.ben
    await asked_for(cast, 0, 0)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE students SET display_name = :name WHERE id = 1", name=name)
        issued = await issue_certificate(tx, 1, 1, cast.ada_id, "Hill School")
    answer = await cast.visitor().get(f"/certificate/{issued.code}/pdf")
    assert answer.headers["content-type"] == "application/pdf" and answer.content.startswith(b"%PDF")


async def test_a_name_that_the_machine_cannot_write_is_printed_by_the_browser(cast: Cast) -> None:
    """Nobody has a font for what is no letter yet."""
    await asked_for(cast, 0, 0)
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "UPDATE students SET display_name = :name WHERE id = 1", name="Ana \u0aff\U0001fbff\U0003fffd"
        )
        issued = await issue_certificate(tx, 1, 1, cast.ada_id, "Hill School")
    refused = await cast.visitor().get(f"/certificate/{issued.code}/pdf")
    assert refused.status_code == 503 and NO_FONT in refused.text
    assert "Hill School" in refused.text and 'data-behaviour="print"' in refused.text
    assert "Download as PDF" not in refused.text
    page = (await cast.visitor().get(f"/certificate/{issued.code}")).text
    assert "Ana" in page and "Download as PDF" in page and NO_FONT not in page


async def test_the_days_work_is_one_archive_without_clashing_names(cast: Cast) -> None:
    assert cast.ben and cast.chi
    ada = await cast.ada()
    empty = zipfile.ZipFile(io.BytesIO((await ada.get("/teach/class/1/exports/today.zip")).content))
    assert empty.namelist() == ["README.txt"]
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE students SET display_name = 'Sam/..' WHERE class_id = 1")
    for student in (cast.ben, cast.chi):
        for _ in range(2):
            await handed_in(cast, student.id, name="con.png")
    archive = zipfile.ZipFile(io.BytesIO((await ada.get("/teach/class/1/exports/today.zip")).content))
    names = archive.namelist()
    assert len({name.casefold() for name in names}) == 4 and archive.testzip() is None
    assert all(".." not in name.split("/") and archive.read(name) == PNG for name in names)
    cast.clock.now += DAY
    ada = await cast.ada()
    later = zipfile.ZipFile(io.BytesIO((await ada.get("/teach/class/1/exports/today.zip")).content))
    assert later.namelist() == ["README.txt"]
    work = await materials_of_lesson(cast.parts.db, 1, COURSE, "who-lets-it-through")
    path = f"/teach/class/1/exports/material/{work['upload'].id}/latest.zip"
    latest = zipfile.ZipFile(io.BytesIO((await ada.get(path)).content))
    assert len(latest.namelist()) == 2
    for elsewhere in (
        f"/teach/class/2/exports/material/{work['upload'].id}",
        "/teach/class/1/exports/material/999",
    ):
        assert (await ada.get(f"{elsewhere}/latest.zip")).status_code == 404


async def test_the_tables_hold_counts_and_are_safe(cast: Cast) -> None:
    assert cast.ben
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE students SET display_name = '@cmd' WHERE id = 1")
    await handed_in(cast, cast.ben.id)
    ada = await cast.ada()
    summary = (await ada.get("/teach/class/1/exports/summary.csv")).text
    assert (
        "class_summary,7B," in summary
        and "student_summary,'@cmd," in summary
        and "lesson_summary," in summary
    )
    outcomes = (await ada.get("/teach/class/1/exports/outcomes.csv")).text
    assert "'@cmd,1,1,0,0," in outcomes
    trail = (await ada.get("/teach/class/1/audit")).text
    assert "downloaded the summary" in trail and "downloaded what the class reached" in trail
    for path in ("today.zip", "summary.csv", "outcomes.csv", "material/4.zip"):
        assert (await (await cast.olu()).get(f"/teach/class/1/exports/{path}")).status_code == 404


async def test_the_first_page_says_where_to_start_today(cast: Cast) -> None:
    assert cast.ben
    await handed_in(cast, cast.ben.id)
    page = (await (await cast.ada()).get("/teach")).text
    assert "1 piece of work to review" in page and "2 new students, 1 file," in page
    assert "1 student has handed in nothing yet" in page
    assert "pieces of work" not in (await (await cast.olu()).get("/teach")).text


async def test_days_in_tables_are_days_at_the_school(cast: Cast) -> None:
    """Half past midnight in Madrid, when it is still the day before in Greenwich."""
    cast.clock.now = datetime(2027, 6, 2, 0, 30, tzinfo=ZoneInfo("Europe/Madrid")).timestamp()
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await note_milestone(tx, cast.ben.id, 1)
        await tx.execute("UPDATE students SET last_seen_at = :now WHERE id = :id", now=tx.now, id=cast.ben.id)
    ada = await cast.ada()
    for name in ("outcomes", "summary"):
        table = (await ada.get(f"/teach/class/1/exports/{name}.csv")).text
        assert "2027-06-02" in table and "2027-06-01" not in table


async def test_a_hidden_lesson_is_not_among_what_opens_today(cast: Cast) -> None:
    ada, lesson = await cast.ada(), {"course": COURSE, "lesson": "a-circle-makes-light"}
    await ada.post("/teach/class/1/releases", {**lesson, "state": "date", "opens_on": "2027-01-15"})
    assert "A circle makes light" in (await ada.get("/teach")).text
    await ada.post("/teach/class/1/modules/1/hide", {"hidden": "1"})
    assert "A circle makes light" not in (await ada.get("/teach")).text
