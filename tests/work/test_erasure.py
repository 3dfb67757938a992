"""Deleting for real goes on to its end."""

import asyncio

from appliance.classroom.students import LeftFiles, Student
from appliance.storage.database import Database
from appliance.storage.files import FileStore
from appliance.storage.partial_files import PartialFiles
from appliance.work.activities import create_activity
from appliance.work.assignments import assignment_of_class
from appliance.work.erasure import erase, remove_work
from appliance.work.reviews import review_of, save_review
from tests.work.conftest import Room, arrived


async def test_files_go_also_when_whoever_deleted_them_closes_the_page_at_once(
    db: Database, store: FileStore
) -> None:
    kept = [arrived(store, b"a picture").keep(".png").stored_name for _ in range(3)]
    deleting = asyncio.create_task(erase(db, store, PartialFiles(store), LeftFiles(tuple(kept), ())))
    await asyncio.sleep(0)
    deleting.cancel()
    await asyncio.gather(deleting, return_exceptions=True)
    async with asyncio.timeout(20):
        while await store.names():  # noqa: ASYNC110 - the disk has no event
            await asyncio.sleep(0.01)


async def test_what_a_teacher_said_about_quiz_answers_goes_with_them_and_the_score_stays(
    db: Database, adas: Room, ben: Student, chi: Student
) -> None:
    async with db.transaction() as tx:
        activity = await create_activity(tx, adas.classroom.id, "quiz", "Lamps", "")
        quiz = await tx.insert(
            "INSERT INTO assignments (activity_id, created_at) VALUES (:id, 1)", id=activity
        )
        assignment = await assignment_of_class(tx, adas.classroom.id, quiz)
        for student in (ben, chi):
            await save_review(tx, assignment, student.id, adas.staff_id, 80, "You mix up the poles.")
        await remove_work(tx, ben.id)
    bens, chis = await review_of(db, quiz, ben.id), await review_of(db, quiz, chi.id)
    assert bens and (bens.comment, bens.score_override) == ("", 80)
    assert chis and chis.comment == "You mix up the poles."
