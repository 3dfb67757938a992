"""The gallery: private until its student says otherwise, and out again the moment they say so."""

import io
import re
from dataclasses import dataclass

import pytest
from PIL import Image

from appliance.classroom.class_terms import end_class
from appliance.classroom.groups import create_group, update_group
from appliance.classroom.groups_of_materials import set_groups
from appliance.classroom.students import create_student
from appliance.work.gallery import PAGE_ITEMS
from tests.conftest import Browser
from tests.student.conftest import PNG, Lamps


def picture(colour: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(written, "PNG")
    return written.getvalue()


@dataclass
class Hall:
    """A gallery in Ben's and Chi's class; `chi` is at a browser, Dee is in another class."""

    lamps: Lamps
    material_id: int
    chi: Browser

    @property
    def path(self) -> str:
        return f"/material/{self.material_id}/gallery"

    @property
    def desk(self) -> str:
        return f"/teach/class/{self.lamps.cast.classroom.id}/gallery/{self.material_id}"

    async def hand_in(self, name: str, content: bytes, browser: Browser | None = None, **fields: str) -> int:
        browser = browser or self.lamps.ben
        answer = await browser.post(
            f"/material/{self.material_id}/upload", fields, files={"file": (name, content)}
        )
        assert answer.status_code == 302, answer.text
        return await self.lamps.cast.count("submissions")

    async def share(self, submission_id: int, say: str, browser: Browser | None = None) -> int:
        answer = await (browser or self.lamps.ben).post(f"/submission/{submission_id}/share", {"share": say})
        return answer.status_code


@pytest.fixture
async def hall(lamps: Lamps) -> Hall:
    chi = await lamps.cast.student(lamps.cast.chi)
    async with lamps.cast.parts.db.transaction() as tx:
        row = await tx.fetch_one("SELECT id FROM modules WHERE class_id = :id", id=lamps.cast.classroom.id)
        assert row is not None
        material_id = await tx.insert(
            """
            INSERT INTO materials (module_id, kind, title, accepted_extensions, position)
            VALUES (:module_id, 'gallery', 'Our lamps', '.png,.txt', 9)
            """,
            module_id=row["id"],
        )
    return Hall(lamps, material_id, chi)


async def seen(hall: Hall, submission_id: int, browser: Browser | None = None) -> tuple[int, int]:
    """What a classmate gets of the file and of its small picture."""
    browser = browser or hall.chi
    answers = [await browser.get(f"/submission/{submission_id}/{what}") for what in ("download", "thumbnail")]
    return answers[0].status_code, answers[1].status_code


async def test_what_is_handed_in_is_private_until_its_student_shows_it(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture())
    assert await seen(hall, work) == (404, 404)
    assert "lamp.png" not in (await hall.chi.get(hall.path)).text
    assert await hall.share(work, "1") == 302
    assert await seen(hall, work) == (200, 200)
    page = (await hall.chi.get(hall.path)).text
    assert "Ben" in page and f"/submission/{work}/thumbnail" in page and "Yours" not in page
    assert "Yours" in (await hall.lamps.ben.get(hall.path)).text


async def test_it_can_be_shown_right_away_and_taken_back_at_any_time(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    assert await seen(hall, work) == (200, 200)
    for _ in range(2):
        assert await hall.share(work, "0") == 302
        assert await seen(hall, work) == (404, 404)
    assert await seen(hall, work, hall.lamps.ben) == (200, 200)


async def test_nobody_shows_or_hides_somebody_elses_work(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture())
    assert await hall.share(work, "1", hall.chi) == 404
    await hall.share(work, "1")
    assert await hall.share(work, "0", hall.chi) == 404
    assert await seen(hall, work) == (200, 200)


async def test_the_tick_to_show_it_stays_when_the_room_of_the_class_is_used_up(hall: Hall) -> None:
    object.__setattr__(hall.lamps.cast.parts.settings, "appliance_class_quota_mb", 0)
    await hall.hand_in("lamp.png", picture())
    refused = await hall.lamps.ben.post(
        f"/material/{hall.material_id}/upload",
        {"note": "Mine.", "share": "1"},
        files={"file": ("lamp.png", picture())},
    )
    assert refused.status_code == 422 and "is used up" in refused.text and "Mine.</textarea>" in refused.text
    assert re.search(r'name="share" value="1" checked', refused.text)


async def test_a_hand_in_that_is_no_gallery_is_never_shown(hall: Hall) -> None:
    await hall.lamps.hand_in("mine.png", picture(), share="1")
    assert await hall.share(1, "1") == 404
    assert await seen(hall, 1) == (404, 404)


async def test_another_class_sees_none_of_it(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    cast = hall.lamps.cast
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        dee = await create_student(tx, cast.other.id, "Dee")
    stranger = await cast.student(dee)
    assert await seen(hall, work, stranger) == (404, 404)
    assert (await stranger.get(hall.path)).status_code == 404
    for browser in (await cast.olu(), await cast.max()):
        assert await seen(hall, work, browser) == (404, 404)
        assert (await browser.get(hall.desk)).status_code == 404


async def test_a_teacher_keeps_work_out_and_lets_it_in_again(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    ada = await hall.lamps.cast.ada()
    assert "lamp.png" in (await ada.get(hall.desk)).text
    await ada.post(f"{hall.desk}/{work}", {"keep_out": "1"})
    assert "It is kept out of the gallery." in (await ada.get(hall.desk)).text
    assert await seen(hall, work) == (404, 404)
    assert "Your teacher keeps it out of the gallery." in (await hall.lamps.ben.get(hall.path)).text
    # Taking it back and showing it again is no way around it.
    await hall.share(work, "0")
    await hall.share(work, "1")
    assert await seen(hall, work) == (404, 404)
    await ada.post(f"{hall.desk}/{work}", {"keep_out": "0"})
    assert await seen(hall, work) == (200, 200)
    olu = await hall.lamps.cast.olu()
    assert (await olu.post(f"{hall.desk}/{work}", {"keep_out": "1"})).status_code == 404
    audit = (await ada.get(f"/teach/class/{hall.lamps.cast.classroom.id}/audit")).text
    assert "kept work out of the gallery" in audit and "lamp.png" not in audit


async def test_a_viewer_looks_and_changes_nothing(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    cast = hall.lamps.cast
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "INSERT INTO class_staff (class_id, staff_id, role) VALUES (:class_id, :staff_id, 'viewer')",
            class_id=cast.classroom.id,
            staff_id=cast.olu_id,
        )
    olu = await cast.olu()
    assert (await olu.get(hall.desk)).status_code == 200
    assert (await olu.post(f"{hall.desk}/{work}", {"keep_out": "1"})).status_code == 403
    assert await seen(hall, work) == (200, 200)


async def test_what_is_no_picture_is_a_card_and_never_a_page(hall: Hall) -> None:
    work = await hall.hand_in("words.txt", b"<script>alert(1)</script>", share="1")
    page = (await hall.chi.get(hall.path)).text
    assert "words.txt" in page and f"/submission/{work}/thumbnail" not in page
    assert await seen(hall, work) == (200, 404)
    answer = await hall.chi.get(f"/submission/{work}/download")
    assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_picture_that_the_box_could_not_open_is_not_shown_and_not_lost(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", PNG, share="1")
    page = (await hall.lamps.ben.get(hall.path)).text
    assert "The box could not open this picture." in page and "It is not in the gallery" in page
    assert await seen(hall, work) == (404, 404)
    assert (await hall.lamps.ben.get(f"/submission/{work}/download")).content == PNG
    await hall.share(work, "1")
    assert await seen(hall, work) == (404, 404)


async def test_a_gallery_that_is_hidden_or_removed_is_closed_to_classmates(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    for change in ("is_hidden = 1", "is_hidden = 0, removed_at = 5"):
        async with hall.lamps.cast.parts.db.transaction() as tx:
            await tx.execute(f"UPDATE materials SET {change} WHERE id = :id", id=hall.material_id)  # noqa: S608
        assert await seen(hall, work) == (404, 404)
    assert (await hall.chi.get(hall.path)).status_code == 404


async def test_a_long_gallery_comes_in_pages(hall: Hall) -> None:
    for number in range(PAGE_ITEMS + 1):
        await hall.hand_in(f"{number}.txt", b"words", share="1")
    first, second = (await hall.chi.get(hall.path)).text, (await hall.chi.get(f"{hall.path}?page=2")).text
    assert first.count('class="gallery-item') == PAGE_ITEMS and second.count('class="gallery-item') == 1
    assert 'rel="next"' in first and 'rel="prev"' in second


async def test_a_file_that_is_refused_keeps_the_note(hall: Hall) -> None:
    answer = await hall.lamps.ben.post(
        f"/material/{hall.material_id}/upload", {"note": "It glows."}, files={"file": ("a.png", b"MZ")}
    )
    assert answer.status_code == 422 and "This is a program" in answer.text and "It glows." in answer.text


async def test_a_file_that_is_refused_keeps_the_tick_to_show_it(hall: Hall) -> None:
    for fields, is_ticked in (({"share": "1"}, True), ({}, False)):
        refused = await hall.lamps.ben.post(
            f"/material/{hall.material_id}/upload", fields, files={"file": ("a.png", b"MZ")}
        )
        assert refused.status_code == 422
        assert ('name="share" value="1" checked' in refused.text) is is_ticked


async def test_work_of_a_group_is_for_its_students_alone(hall: Hall) -> None:
    made, db = await hall.hand_in("mine.txt", b"for my group", share="1"), hall.lamps.cast.parts.db
    assert (await hall.chi.get(f"/submission/{made}/download")).status_code == 200
    async with db.transaction() as tx:
        assert hall.lamps.cast.ben is not None
        red = await create_group(tx, hall.lamps.cast.classroom.id, "Red", "red")
        await update_group(tx, hall.lamps.cast.classroom.id, red, "Red", "red", [hall.lamps.cast.ben.id])
        await set_groups(tx, hall.material_id, [red])
    assert (await hall.chi.get(f"/submission/{made}/download")).status_code == 404
    assert (await hall.lamps.ben.get(f"/submission/{made}/download")).status_code == 200


async def test_after_the_class_has_ended_work_comes_out_of_the_gallery_and_none_goes_in(hall: Hall) -> None:
    work = await hall.hand_in("lamp.png", picture(), share="1")
    async with hall.lamps.cast.parts.db.transaction() as tx:
        await end_class(tx, hall.lamps.cast.classroom.id)
    assert await seen(hall, work) == (200, 200)
    assert await hall.share(work, "0") == 302
    assert await seen(hall, work) == (404, 404)
    assert await hall.share(work, "1") == 403
    assert await seen(hall, work) == (404, 404)
