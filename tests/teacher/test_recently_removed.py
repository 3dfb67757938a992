"""What was removed stands on the modules page with its last day, and comes back from there."""

import re

from appliance.classroom.media import media_of_class
from appliance.work.recently_removed import Removed, removed_of_class
from appliance.work.removals import DAY, KEPT_SECONDS, forget_removed
from tests.made_results import add_quiz
from tests.teacher.road import Road

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
PUT_BACK = re.compile(r'method="post" action="([^"]+)">\s*<input[^>]+>\s*<input[^>]+name="undo"')


async def removed(road: Road) -> list[Removed]:
    return await removed_of_class(road.cast.parts.db, road.cast.classroom.id)


async def a_bit_of_each(road: Road) -> None:
    """A module, a material, an announcement, a quiz on the road, a picture and a group, all removed."""
    ada, base = road.ada, road.base
    quiz = await add_quiz(road.cast.parts.db, road.cast.classroom.id, "Light quiz", questions=1)
    module = await road.module("Own module")
    text = await road.material("text", "Own text", body="Read.")
    await road.material("quiz", "Quiz on the road", activity=quiz.activity_id)
    await ada.post(f"{base}/announcements", {"body": "Bring a battery."})
    await ada.post(f"{base}/groups", {"name": "Red", "colour": "red"})
    await ada.post(f"{base}/media", {"title": "Bee", "is_shown": "1"}, files={"file": ("bee.png", PNG)})
    (media,) = await media_of_class(road.cast.parts.db, road.cast.classroom.id)
    for path in (
        f"modules/{module}",
        f"materials/{text}",
        "announcements/1",
        f"activities/{quiz.activity_id}",
        f"media/{media.id}",
        "groups/1",
    ):
        assert (await ada.post(f"{base}/{path}/remove")).status_code == 302, path


async def test_everything_that_was_removed_is_listed_once_with_its_days_and_comes_back(road: Road) -> None:
    tables = ("modules", "materials", "announcements", "activities", "media", "groups")
    await a_bit_of_each(road)
    listed = await removed(road)
    assert sorted((each.kind, each.title) for each in listed) == [
        ("announcement", "Bring a battery."),
        ("group", "Red"),
        ("media", "Bee"),
        ("module", "Own module"),
        ("quiz", "Light quiz"),
        ("text", "Own text"),
    ]
    road.cast.clock.now += 10 * DAY
    ada = await road.cast.ada()
    page = (await ada.get(f"{road.base}/modules")).text
    assert "Recently removed" in page and page.count("20 days left") == 6
    buttons = PUT_BACK.findall(page)
    assert sorted(buttons) == sorted(f"{road.base}/{each.undo}" for each in listed)
    for address in buttons:
        answer = await ada.post(address, {"undo": "1"})
        assert answer.status_code == 302, (address, answer.text)
    assert await removed(road) == []
    assert "Recently removed" not in (await ada.get(f"{road.base}/modules")).text
    road.cast.clock.now += KEPT_SECONDS + 1
    before = [await road.cast.count(table) for table in tables]
    await forget_removed(road.cast.parts.db, road.cast.parts.files)
    assert [await road.cast.count(table) for table in tables] == before
    ada = await road.cast.ada()
    for title in ("Quiz on the road", "Own text", "Own module"):
        assert title in (await ada.get(f"{road.base}/modules")).text


async def test_the_last_day_counts_as_one_and_then_it_is_gone(road: Road) -> None:
    await a_bit_of_each(road)
    undo = [each.undo for each in await removed(road)]
    road.cast.clock.now += KEPT_SECONDS - 60
    assert {each.days_left for each in await removed(road)} == {1}
    road.cast.clock.now += 120
    await forget_removed(road.cast.parts.db, road.cast.parts.files)
    assert await removed(road) == [] and await road.cast.parts.files.names() == []
    ada = await road.cast.ada()
    for each in undo:
        assert (await ada.post(f"{road.base}/{each}", {"undo": "1"})).status_code == 404, each


async def test_a_lesson_is_one_line_and_takes_along_what_came_with_it(road: Road) -> None:
    lesson = (await road.inside(1))[0]
    before = len(await road.inside(1))
    await road.ada.post(f"{road.base}/materials/{lesson.id}/remove")
    (line,) = await removed(road)
    assert (line.kind, line.title) == ("lesson", lesson.title)
    await road.ada.post(f"{road.base}/{line.undo}")
    assert len(await road.inside(1)) == before


async def test_what_is_in_a_removed_module_is_not_listed_beside_it(road: Road) -> None:
    text = await road.material("text", "Own text", await road.module(), body="Read.")
    (material,) = [each for each in await road.inside(await module_of(road, text)) if each.id == text]
    await road.ada.post(f"{road.base}/materials/{text}/remove")
    await road.ada.post(f"{road.base}/modules/{material.module_id}/remove")
    assert [each.kind for each in await removed(road)] == ["module"]


async def module_of(road: Road, material_id: int) -> int:
    row = await road.cast.parts.db.fetch_one("SELECT module_id FROM materials WHERE id = :id", id=material_id)
    assert row is not None
    return int(row["module_id"])


async def test_a_viewer_sees_the_list_without_buttons(road: Road) -> None:
    await road.ada.post(f"{road.base}/modules/1/remove")
    await road.make_viewer(road.cast.olu_id)
    page = (await (await road.cast.olu()).get(f"{road.base}/modules")).text
    assert "Recently removed" in page and not PUT_BACK.findall(page)


async def test_another_class_puts_nothing_back(road: Road) -> None:
    await a_bit_of_each(road)
    olu, before = await road.cast.olu(), await removed(road)
    for each in before:
        assert (await olu.post(f"{road.base}/{each.undo}", {"undo": "1"})).status_code == 404
    assert await removed(road) == before


async def test_a_long_announcement_is_named_by_its_first_whole_words(road: Road) -> None:
    words = "Please return the batteries that you borrowed last week. There are twelve missing.\nThank you."
    await road.ada.post(f"{road.base}/announcements", {"body": words})
    await road.ada.post(f"{road.base}/announcements/1/remove")
    (gone,) = await removed(road)
    assert gone.title == "Please return the batteries that you borrowed last week. There are twelve…"
