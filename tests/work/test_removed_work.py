"""Work in what was removed from the road: off every list of work to do, readable for its student, back with an undo."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from appliance.classroom.classes import classes_of_staff
from appliance.classroom.material_places import remove_material, restore_material
from appliance.classroom.materials import material_of_class
from appliance.classroom.modules import modules_of_class, remove_module, restore_module
from appliance.classroom.students import Student, roster
from appliance.errors import Invalid
from appliance.storage.database import Database
from appliance.storage.files import FileStore
from appliance.work.digests import digests_of_staff
from appliance.work.exports import files_of_day, lesson_summaries, student_summaries
from appliance.work.feedback import unread_words
from appliance.work.file_queue import FILES, handed_in_piece
from appliance.work.gradebook import gradebook_of_class
from appliance.work.review_queue import Filter, neighbours_of_piece, page_of_queue
from appliance.work.submission_lists import (
    handed_in_since_yesterday,
    submission_counts,
    submissions_page_of_class,
)
from appliance.work.submission_reviews import (
    feedback_of_student,
    save_submission_review,
)
from appliance.work.submissions import accept, create_submission, handed_in_to_class
from tests.work.conftest import Room, arrived, thing


class Desk:
    """Ada's upload with Ben's file in it, and a second place with another."""

    def __init__(self, db: Database, adas: Room, ben: Student, first: int, second: int, other: int) -> None:
        self.db, self.room, self.ben = db, adas, ben
        self.first, self.second, self.other = first, second, other

    @property
    def class_id(self) -> int:
        return self.room.classroom.id

    async def remove(self, what: str) -> None:
        async with self.db.transaction() as tx:
            if what == "material":
                material = await material_of_class(tx, self.class_id, self.room.things["upload"])
                await remove_material(tx, material)
            else:
                await remove_module(tx, self.class_id, (await modules_of_class(tx, self.class_id))[0].id)

    async def put_back(self, what: str) -> None:
        async with self.db.transaction() as tx:
            if what == "material":
                await restore_material(tx, self.class_id, self.room.things["upload"])
            else:
                await restore_module(tx, self.class_id, 1)

    async def waiting(self, shown: str = "waiting") -> list[int]:
        wanted = Filter(shown="all") if shown == "all" else Filter()
        page = await page_of_queue(self.db, FILES, self.class_id, wanted, 1)
        assert page.total == len(page.pieces)
        return [int(piece.path) for piece in page.pieces]


@pytest.fixture
async def desk(db: Database, adas: Room, ben: Student, store: FileStore) -> Desk:
    made = []
    async with db.transaction() as tx:
        module_id = await tx.insert(
            "INSERT INTO modules (class_id, title, position) VALUES (:id, 'Sound', 2)", id=adas.classroom.id
        )
        other = await thing(tx, module_id, "upload")
    for material_id in (adas.things["upload"], other):
        stored = await accept(store, arrived(store, b"\x89PNG\r\n\x1a\n a picture"), "a.png", (".png",))
        async with db.transaction() as tx:
            made.append(await create_submission(tx, material_id, ben.id, "a.png", stored, ""))
    return Desk(db, adas, ben, made[0], made[1], other)


@pytest.mark.parametrize("what", ["material", "module"])
async def test_work_in_what_was_removed_waits_for_nobody_and_waits_again_once_it_is_back(
    desk: Desk, what: str
) -> None:
    db, staff_id, class_id = desk.db, desk.room.staff_id, desk.class_id
    assert await desk.waiting() == [desk.first, desk.second]
    await desk.remove(what)
    assert await desk.waiting() == await desk.waiting("all") == [desk.second]
    digest = (await digests_of_staff(db, staff_id))[class_id]
    assert (digest.to_review, digest.new_files, digest.without_work) == (1, 1, 0)
    piece = await handed_in_piece(db, class_id, desk.second)
    assert (await neighbours_of_piece(db, FILES, class_id, Filter(), piece)).before == ""
    assert await handed_in_since_yesterday(db, staff_id) == {class_id: 1}
    assert [each.submission.id for each in await handed_in_to_class(db, class_id, 9)] == [desk.second]
    assert [line.handed_in for line in await roster(db, class_id)] == [1]
    assert [each.handed_in for each in await classes_of_staff(db, staff_id)] == [1]
    await desk.put_back(what)
    assert await desk.waiting() == [desk.first, desk.second]
    assert (await digests_of_staff(db, staff_id))[class_id].to_review == 2


@pytest.mark.parametrize("what", ["material", "module"])
async def test_lists_and_counts_for_programs_and_tables_leave_it_out_but_no_file_of_a_day_is_lost(
    desk: Desk, what: str
) -> None:
    await desk.remove(what)
    listed, total = await submissions_page_of_class(desk.db, desk.class_id, 50, 0)
    assert ([each.submission.id for each in listed], total) == ([desk.second], 1)
    assert await submission_counts(desk.db, desk.class_id) == ({desk.ben.id: 1}, {desk.other: 1})
    (summary,) = await student_summaries(desk.db, desk.class_id)
    assert summary.submissions == 1
    by_lesson = {line.title: line.submissions for line in await lesson_summaries(desk.db, desk.class_id)}
    assert by_lesson == ({"Light": 0, "Sound": 1} if what == "material" else {"Sound": 1})
    day = datetime.fromtimestamp(desk.db.now(), UTC).date()
    assert len(await files_of_day(desk.db, desk.class_id, day, ZoneInfo("UTC"))) == 2
    book = await gradebook_of_class(desk.db, desk.class_id)
    assert [column.id for column in book.columns] == [desk.other]


@pytest.mark.parametrize("what", ["material", "module"])
async def test_a_student_reads_the_word_on_removed_work_and_is_asked_for_nothing_more(
    desk: Desk, what: str
) -> None:
    db = desk.db
    async with db.transaction() as tx:
        await save_submission_review(tx, desk.first, desk.room.staff_id, "returned", 40, "Once more.", {})
    (feedback,) = await feedback_of_student(db, desk.ben.id)
    assert feedback.wants_another
    await desk.remove(what)
    (feedback,) = await feedback_of_student(db, desk.ben.id)
    assert (feedback.wants_another, feedback.is_open, feedback.review.comment) == (False, False, "Once more.")
    assert await unread_words(db, desk.ben.id) == 1
    await desk.put_back(what)
    (feedback,) = await feedback_of_student(db, desk.ben.id)
    assert feedback.wants_another


async def test_a_hidden_place_asks_for_nothing_either(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        await save_submission_review(tx, desk.first, desk.room.staff_id, "returned", None, "Once more.", {})
        await tx.execute("UPDATE materials SET is_hidden = 1 WHERE id = :id", id=desk.room.things["upload"])
    (feedback,) = await feedback_of_student(desk.db, desk.ben.id)
    assert not feedback.wants_another


@pytest.mark.parametrize("what", ["material", "module"])
async def test_a_piece_of_a_removed_place_can_be_marked_but_not_sent_back(desk: Desk, what: str) -> None:
    await desk.remove(what)
    with pytest.raises(Invalid) as refusal:
        async with desk.db.transaction() as tx:
            await save_submission_review(tx, desk.first, desk.room.staff_id, "returned", None, "Again.", {})
    assert refusal.value.code == "place_removed"
    async with desk.db.transaction() as tx:
        await save_submission_review(tx, desk.first, desk.room.staff_id, "reviewed", 90, "Good.", {})
    (feedback,) = await feedback_of_student(desk.db, desk.ben.id)
    assert feedback.review.score == 90
