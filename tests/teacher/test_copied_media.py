"""Videos and files go along with a copied class or module, and each class may lose its own without the other."""

import errno
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.auth import sessions
from appliance.classroom.classes import class_of_staff
from appliance.classroom.materials import materials_of_class
from appliance.classroom.media import Media, media_of_class
from appliance.classroom.students import create_student
from appliance.storage import files
from appliance.storage.file_copies import copies_of
from appliance.work.media_copies import NO_ROOM
from appliance.work.removals import KEPT_SECONDS, forget_removed
from appliance.work.submissions import sweep_files
from tests.conftest import Browser, Cast
from tests.teacher.road import Road
from tests.teacher.test_copies_page import nines
from tests.teacher.test_media_page import FORM, LESSON, MP4, PNG, VTT, listed, shelf, upload

Disk = namedtuple("Disk", "total used free")


async def media_in(cast: Cast, class_id: int) -> dict[str, Media]:
    return {media.title: media for media in await media_of_class(cast.parts.db, class_id)}


async def filled(road: Road) -> dict[str, Media]:
    """A film with captions in a lesson, a picture above the class page, a video elsewhere, a hidden sheet."""
    ada, base = road.ada, f"{road.base}/media"
    await upload(ada, base, "film.mp4", MP4, title="Film", folder="Films")
    film = (await media_in(road.cast, road.cast.classroom.id))["Film"]
    await ada.post(f"{base}/{film.id}/captions", {}, files={"file": ("en.vtt", VTT)})
    await upload(ada, base, "bee.png", PNG, title="Bee", lesson="", description="A bee.")
    await upload(ada, base, "sheet.txt", b"Name two.", title="Sheet", lesson="", is_shown="")
    link = {**FORM, "title": "Elsewhere", "source_url": "https://videos.example/bees"}
    await ada.post(f"{base}/links", link)
    found = await media_in(road.cast, road.cast.classroom.id)
    landing = {"title": "Hello", "message": f"See [it]({film.path}).", "picture": str(found["Bee"].id)}
    await ada.post(f"{road.base}/landing", landing)
    return await media_in(road.cast, road.cast.classroom.id)


async def copied_class(road: Road) -> int:
    answer = await road.ada.post(f"{road.base}/copy", {"name": "Next year"})
    assert answer.status_code == 302, answer.text
    return int(answer.headers["location"].rsplit("/", 1)[1])


async def student_in(cast: Cast, class_id: int) -> Browser:
    async with cast.parts.db.transaction() as tx:
        student = await create_student(tx, class_id, "Eve")
        return cast.with_session(await sessions.begin_student(tx, student.id, 1))


async def test_a_copied_class_has_all_of_it_under_its_own_addresses(road: Road, cast: Cast) -> None:
    before = await filled(road)
    module = await road.module()
    await road.material("text", "Read", module, body=f"[film]({before['Film'].path}) /lesson-media/999")
    await road.material("link", "Look", module, url=before["Bee"].path)
    made = await copied_class(road)
    after = await media_in(cast, made)
    assert list(after) == list(before)
    for title, media in after.items():
        first = before[title]
        assert media.id != first.id and (media.stored_name != first.stored_name or media.source_url)
        same = replace(
            first, id=media.id, class_id=made, stored_name=media.stored_name, captions_id=media.captions_id
        )
        assert media == same
    eve = await student_in(cast, made)
    assert (await eve.get(after["Film"].path)).content == MP4
    assert (await eve.get(f"/lesson-media/{after['Film'].captions_id}")).content == VTT
    assert (await eve.get(before["Film"].path)).status_code == 404
    classroom = await class_of_staff(cast.parts.db, made, cast.ada_id)
    assert classroom.landing_media_id == after["Bee"].id
    assert classroom.landing_message == f"See [it]({after['Film'].path})."
    texts = {each.title: each for each in await materials_of_class(cast.parts.db, made)}
    assert texts["Read"].body == f"[film]({after['Film'].path}) /lesson-media/999"
    assert texts["Look"].url == after["Bee"].path


async def test_a_copy_takes_no_second_room_on_the_disk(road: Road, cast: Cast) -> None:
    before = await filled(road)
    after = await media_in(cast, await copied_class(road))
    store = cast.parts.files
    assert store.path(after["Film"].stored_name).samefile(store.path(before["Film"].stored_name))


@pytest.mark.parametrize("removed", ["source", "copy"])
async def test_what_one_class_removes_stays_in_the_other(road: Road, cast: Cast, removed: str) -> None:
    await filled(road)
    made, first = await copied_class(road), cast.classroom.id
    gone, stays = (first, made) if removed == "source" else (made, first)
    left = await media_in(cast, stays)
    for media in (await media_in(cast, gone)).values():
        await road.ada.post(f"/teach/class/{gone}/media/{media.id}/remove")
    assert await media_in(cast, gone) == {} and await media_in(cast, stays) == left
    student = await student_in(cast, stays)
    assert (await student.get(left["Film"].path)).content == MP4
    assert (await student.get(f"/lesson-media/{left['Film'].captions_id}")).content == VTT
    cast.clock.now += KEPT_SECONDS + 1
    await forget_removed(cast.parts.db, cast.parts.files)
    assert await media_in(cast, stays) == left and len(await cast.parts.files.names()) == 4
    assert (await sweep_files(cast.parts.db, cast.parts.files)).put_aside == 0


async def test_other_captions_in_one_class_leave_those_of_the_other(road: Road, cast: Cast) -> None:
    before = await filled(road)
    after = await media_in(cast, await copied_class(road))
    other = VTT.replace(b"Hello", b"Goodbye")
    address = f"{road.base}/media/{before['Film'].id}/captions"
    await road.ada.post(address, {}, files={"file": ("en.vtt", other)})
    assert (await road.ada.get(f"/lesson-media/{after['Film'].captions_id}")).content == VTT


async def test_a_module_takes_what_stands_in_its_lessons_and_what_its_texts_link_to(
    road: Road, cast: Cast
) -> None:
    before = await filled(road)
    nine, module = await nines(cast), await lesson_module(road)
    await road.material("text", "Read", module, body=f"![]({before['Bee'].path})")
    await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})
    after = await media_in(cast, nine)
    assert set(after) == {"Film", "Bee", "Elsewhere"} and after["Film"].captions_id
    assert after["Film"].lesson == LESSON
    texts = {each.title: each.body for each in await materials_of_class(cast.parts.db, nine)}
    assert texts["Read"] == f"![]({after['Bee'].path})"


async def test_a_film_of_a_lesson_that_is_not_there_can_still_be_opened(road: Road, cast: Cast) -> None:
    before = await filled(road)
    nine, module = await nines(cast), await road.module()
    await road.material("text", "Read", module, body=before["Film"].path)
    await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})
    film = (await media_in(cast, nine))["Film"]
    assert film.lesson == ""
    assert (await (await student_in(cast, nine)).get(film.path)).content == MP4


async def test_copied_twice_it_is_there_once(road: Road, cast: Cast) -> None:
    before = await filled(road)
    nine, module = await nines(cast), await lesson_module(road)
    await road.material("text", "Read", module, body=before["Film"].path)
    for _ in range(2):
        await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})
    there = await media_in(cast, nine)
    assert await cast.count(f"media WHERE class_id = {nine}") == 3 and len(there) == 2
    bodies = [each.body for each in await materials_of_class(cast.parts.db, nine) if each.title == "Read"]
    assert bodies == [there["Film"].path] * 2
    assert len(await cast.parts.files.names()) == 4 + 2


async def test_a_class_pressed_twice_leaves_no_files_over(road: Road, cast: Cast) -> None:
    await filled(road)
    key = await road.key(f"{road.base}/copy")
    for _ in range(2):
        await road.ada.post(f"{road.base}/copy", {"name": "Twin", "form_key": key})
    assert len(await cast.parts.files.names()) == 8


async def test_a_refused_copy_leaves_no_files(road: Road, cast: Cast) -> None:
    await filled(road)
    assert (await road.ada.post(f"{road.base}/copy", {"name": ""})).status_code == 422
    assert len(await cast.parts.files.names()) == 4


async def test_a_class_without_room_gets_nothing(road: Road, cast: Cast) -> None:
    await filled(road)
    nine, module, before = await nines(cast), await lesson_module(road), await road.everything()
    object.__setattr__(cast.parts.settings, "appliance_class_quota_mb", 0)
    refused = await road.ada.post(f"{road.base}/modules/{module}/copy", {"class_id": str(nine)})
    assert refused.status_code == 409 and NO_ROOM in refused.text
    assert await road.everything() == before and await media_in(cast, nine) == {}
    assert len(await cast.parts.files.names()) == 4


async def test_a_disk_that_fills_in_the_middle_leaves_nothing_of_the_copy(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(road)
    without_links(monkeypatch)
    free = iter([10**12, 10**12, 0])
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Disk(10**12, 0, next(free)))
    before = await cast.count("classes"), await cast.count("media")
    refused = await road.ada.post(f"{road.base}/copy", {"name": "Next year"})
    monkeypatch.undo()
    assert refused.status_code == 503 and files.DISK_FULL in refused.text
    assert (await cast.count("classes"), await cast.count("media")) == before
    assert len(await cast.parts.files.names()) == 4 and arriving(cast) == []
    assert len(await media_in(cast, await copied_class(road))) == 4


async def test_a_file_system_without_second_names_gets_whole_copies(
    road: Road, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await filled(road)
    without_links(monkeypatch)
    after = (await media_in(cast, await copied_class(road)))["Film"]
    path = cast.parts.files.path(after.stored_name)
    assert path.read_bytes() == MP4 and path.stat().st_mode & 0o777 == 0o600 and arriving(cast) == []
    assert not path.samefile(cast.parts.files.path(before["Film"].stored_name))


async def test_a_file_that_is_gone_is_left_out(road: Road, cast: Cast) -> None:
    before = await filled(road)
    cast.parts.files.path(before["Film"].stored_name).unlink()
    assert "Film" not in await media_in(cast, await copied_class(road))


async def test_what_fails_while_the_rows_are_written_takes_the_files_along(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    (film,) = await listed(cast)
    with pytest.raises(RuntimeError):
        async with copies_of(cast.parts.files, [film.stored_name]) as copies:
            assert copies.take(film.stored_name) and copies.take(film.stored_name) is None
            raise RuntimeError
    assert await cast.parts.files.names() == [film.stored_name]


async def lesson_module(road: Road) -> int:
    """The module with the film's lesson."""
    materials = await materials_of_class(road.cast.parts.db, road.cast.classroom.id)
    return next(
        each.module_id
        for each in materials
        if each.kind == "lesson" and f"{each.course_slug}/{each.lesson_slug}" == LESSON
    )


def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)


def arriving(cast: Cast) -> list[Path]:
    return list((cast.parts.files.folder / "arriving").glob("*"))
