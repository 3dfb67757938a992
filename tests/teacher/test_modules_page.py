"""The modules of a class on their page: made, renamed, moved, hidden, removed with undo, copied."""

import re

import pytest

from tests.conftest import COURSE, Cast
from tests.teacher.road import Road

UNDO = re.compile(r'action="([^"]+/restore)"')


async def test_everything_on_the_road_is_on_the_page_with_buttons(road: Road) -> None:
    page = (await road.ada.get(f"{road.base}/modules")).text
    for words in ("Who lets it through?", "Checklist", "Hand-in", "Up", "Down", "Hide", "Remove"):
        assert words in page


async def test_looking_writes_nothing(road: Road) -> None:
    before = await road.everything()
    for path in (
        "/modules",
        "/modules/1",
        "/modules/1/materials/new",
        "/materials/1",
        "/materials/2/edit",
        "/lessons",
    ):
        assert (await road.ada.get(f"{road.base}{path}")).status_code == 200
    assert await road.everything() == before


async def test_a_new_module_stands_at_the_end_and_is_noted(road: Road) -> None:
    await road.module("Last of all")
    assert (await road.titles())[-1] == "Last of all"
    assert "create_module" in await road.actions()


async def test_pressing_twice_makes_one_module(road: Road) -> None:
    key, before = await road.key(f"{road.base}/modules"), await road.cast.count("modules")
    for _ in range(2):
        answer = await road.ada.post(f"{road.base}/modules", {"title": "Once", "form_key": key})
        assert answer.status_code == 302
    assert await road.cast.count("modules") == before + 1


@pytest.mark.parametrize("title", ["", "x" * 201])
async def test_a_bad_title_keeps_what_was_typed(road: Road, title: str) -> None:
    before = await road.cast.count("modules")
    for path in ("/modules", "/modules/1"):
        page = await road.ada.post(f"{road.base}{path}", {"title": title})
        assert page.status_code == 422 and f'value="{title}"' in page.text
    assert await road.cast.count("modules") == before


async def test_a_module_is_renamed_moved_hidden_and_shown(road: Road) -> None:
    first = (await road.titles())[0]
    made = await road.module("Extra")
    await road.ada.post(f"{road.base}/modules/{made}", {"title": "Extras"})
    await road.ada.post(f"{road.base}/modules/{made}/move", {"place": "0"})
    assert (await road.titles())[:2] == ["Extras", first]
    assert "Extras is in its new place." in (await road.ada.get(f"{road.base}/modules")).text
    await road.ada.post(f"{road.base}/modules/{made}/hide", {"hidden": "1"})
    assert "Hidden" in (await road.ada.get(f"{road.base}/modules")).text
    await road.ada.post(f"{road.base}/modules/{made}/hide", {"hidden": "0"})
    assert "Hidden" not in (await road.ada.get(f"{road.base}/modules")).text
    said = ["create_module", "rename_module", "move_module", "hide_module", "show_module"]
    assert await road.actions() == said


async def test_a_hidden_module_is_hidden_from_students(road: Road, cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    title = (await road.titles())[0]
    assert title in (await ben.get("/student")).text
    await road.ada.post(f"{road.base}/modules/1/hide", {"hidden": "1"})
    assert title not in (await ben.get("/student")).text
    lesson = (await road.inside(1))[0]
    assert (await ben.get(lesson.lesson_path)).status_code == 404


async def test_a_removed_module_comes_back_by_the_button_on_the_next_page(road: Road) -> None:
    before = await road.titles()
    await road.ada.post(f"{road.base}/modules/1/remove")
    assert await road.titles() == before[1:]
    undo = UNDO.findall((await road.ada.get(f"{road.base}/modules")).text)
    # Said once: on the page after it, it is in the list alone.
    assert len(undo) == 2 and UNDO.findall((await road.ada.get(f"{road.base}/modules")).text) == undo[:1]
    await road.ada.post(undo[0])
    assert await road.titles() == before


async def test_removing_twice_is_not_found_the_second_time(road: Road) -> None:
    await road.ada.post(f"{road.base}/modules/1/remove")
    assert (await road.ada.post(f"{road.base}/modules/1/remove")).status_code == 404


async def test_a_viewer_sees_it_all_and_changes_nothing(road: Road) -> None:
    await road.make_viewer(road.cast.olu_id)
    olu, before = await road.cast.olu(), await road.everything()
    page = await olu.get(f"{road.base}/modules")
    assert page.status_code == 200 and "You may look at this class" in page.text and "Remove" not in page.text
    for path in ("/lessons", "/materials/1", "/modules/1", "/landing"):
        assert (await olu.get(f"{road.base}{path}")).status_code == 200
    for path in ("/materials/1/edit", "/modules/1/materials/new"):
        assert (await olu.get(f"{road.base}{path}")).status_code == 403
    changes = ["/modules", "/modules/1", "/modules/1/materials", "/materials/1", "/landing", "/releases"]
    changes += [f"/modules/1/{verb}" for verb in ("move", "hide", "remove", "restore", "duplicate")]
    changes += [f"/materials/2/{verb}" for verb in ("move", "hide", "remove", "restore", "duplicate")]
    form = {
        "title": "X",
        "kind": "text",
        "body": "X",
        "course": COURSE,
        "lesson": "who-lets-it-through",
        "state": "open",
    }
    for path in changes:
        assert (await olu.post(f"{road.base}{path}", form)).status_code == 403, path
    assert await road.everything() == before


async def test_the_number_of_queries_does_not_grow_with_the_road(road: Road) -> None:
    db = road.cast.parts.db
    await road.cast.parts.jobs.stop()
    for path in ("/modules", "/lessons"):
        before = db.queries
        await road.ada.get(f"{road.base}{path}")
        few = db.queries - before
        module = await road.module()
        for number in range(5):
            await road.material("reflection", f"R{number}", module)
        await road.ada.get(f"{road.base}{path}")
        before = db.queries
        await road.ada.get(f"{road.base}{path}")
        assert db.queries - before == few <= 14
