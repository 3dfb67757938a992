"""Locking, dating and opening a module of one's own: on its page, on the class page and in the tracker."""

import pytest

from tests.teacher.road import Road

INTRO = "We build a lighthouse."


async def module_with_text(road: Road) -> int:
    module = await road.module("Lighthouse")
    await road.ada.post(f"{road.base}/modules/{module}", {"title": "Lighthouse", "intro": INTRO})
    await road.material("text", "A text", module, body="Foghorns are loud.")
    return module


async def press(road: Road, module: int, state: str, **fields: str) -> str:
    answer = await road.ada.post(f"{road.base}/modules/{module}/release", {"state": state, **fields})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def stands(road: Road, module: int) -> tuple[int, str | None]:
    row = await road.cast.parts.db.fetch_one(
        "SELECT is_locked, opens_on FROM modules WHERE id = :id", id=module
    )
    assert row is not None
    return (row["is_locked"], row["opens_on"])


DAY = {"opens_on": "2027-01-18"}
MACHINE = [
    (["locked"], (1, None)),
    (["locked", "unlocked"], (0, None)),
    (["date"], (0, "2027-01-18")),
    (["date", "locked"], (1, "2027-01-18")),
    (["date", "locked", "unlocked"], (0, "2027-01-18")),
    (["locked", "date"], (1, "2027-01-18")),
    (["date", "locked", "open"], (0, None)),
    (["locked", "open"], (0, None)),
]


@pytest.mark.parametrize(("presses", "after"), MACHINE, ids=[" ".join(presses) for presses, _ in MACHINE])
async def test_lock_and_day_do_not_touch_each_other_and_open_takes_both_off(
    road: Road, presses: list[str], after: tuple[int, str | None]
) -> None:
    module = await module_with_text(road)
    for state in presses:
        await press(road, module, state, **(DAY if state == "date" else {}))
    assert await stands(road, module) == after


async def test_every_page_of_the_teacher_says_how_it_stands(road: Road) -> None:
    module = await module_with_text(road)
    await press(road, module, "date", **DAY)
    for page in ("", "/modules", f"/modules/{module}", "/lessons"):
        text = (await road.ada.get(f"{road.base}{page}")).text
        assert "Opens on Monday 18 January" in text, page
    assert INTRO in (await road.ada.get(road.base)).text
    assert "Opens on Monday 18 January" in (await road.ada.get("/teach/lessons")).text
    await press(road, module, "locked")
    assert (
        "Your lock is on until you take it off." in (await road.ada.get(f"{road.base}/modules/{module}")).text
    )


@pytest.mark.parametrize(
    ("place", "back"),
    [
        ("", "/modules#module-{}"),
        ("tracker", "/lessons#module-{}"),
        ("class", "#own-modules"),
        ("module", "/modules/{}"),
    ],
)
async def test_a_press_leads_back_to_where_it_was_made(road: Road, place: str, back: str) -> None:
    module = await module_with_text(road)
    location = await press(road, module, "locked", **({"from": place} if place else {}))
    assert location == road.base + back.format(module)


@pytest.mark.parametrize("given", ["", "soon", "2027-W03", "20270118"])
async def test_what_is_no_day_is_said_beside_the_field_and_changes_nothing(road: Road, given: str) -> None:
    module = await module_with_text(road)
    sent = {"state": "date", "opens_on": given}
    answer = await road.ada.post(f"{road.base}/modules/{module}/release", sent)
    assert answer.status_code == 422 and "Choose a day, such as 2026-09-01." in answer.text
    assert INTRO in answer.text and await stands(road, module) == (0, None)


async def test_another_state_and_another_class_are_refused(road: Road) -> None:
    module = await module_with_text(road)
    path = f"{road.base}/modules/{module}/release"
    assert (await road.ada.post(path, {"state": "ajar"})).status_code == 400
    olu = await road.cast.olu()
    assert (await olu.post(path, {"state": "locked"})).status_code == 404
    await road.make_viewer(road.cast.olu_id)
    assert (await olu.post(path, {"state": "locked"})).status_code == 403
    assert await stands(road, module) == (0, None)


async def test_a_module_that_opens_today_stands_on_the_first_page(road: Road) -> None:
    module = await module_with_text(road)
    await press(road, module, "date", opens_on="2027-01-15")
    link = f'href="{road.base}/modules#module-{module}">Lighthouse'
    assert link in (await road.ada.get("/teach")).text
    await press(road, module, "locked")
    assert link not in (await road.ada.get("/teach")).text


async def test_opening_a_lesson_in_a_closed_module_says_what_still_keeps_it_shut(road: Road) -> None:
    lesson = next(each for each in await road.everything_on_it() if each.kind == "lesson")
    await press(road, lesson.module_id, "locked")
    form = {"course": lesson.course_slug, "lesson": lesson.lesson_slug, "state": "open"}
    await road.ada.post(f"{road.base}/releases", form)
    text = (await road.ada.get(road.base)).text
    assert "but its module is closed" in text


async def test_a_copy_of_a_closed_module_is_closed(road: Road) -> None:
    module = await module_with_text(road)
    await press(road, module, "date", **DAY)
    copied = await road.ada.post(f"{road.base}/modules/{module}/duplicate")
    made = int(copied.headers["location"].split("#module-")[1])
    assert await stands(road, made) == (0, "2027-01-18")


async def test_a_duplicate_names_the_lessons_that_it_has_not_before_and_after(road: Road) -> None:
    lesson = next(each for each in await road.everything_on_it() if each.kind == "lesson")
    before = (await road.ada.get(f"{road.base}/modules/{lesson.module_id}")).text
    assert f"The copy will not have: {lesson.title}" in before
    assert f"The copy will not have: {lesson.title}" in (await road.ada.get(f"{road.base}/modules")).text
    await road.ada.post(f"{road.base}/modules/{lesson.module_id}/duplicate")
    assert f"Not in it: {lesson.title}." in (await road.ada.get(f"{road.base}/modules")).text


async def test_an_intro_is_kept_to_500_characters(road: Road) -> None:
    module = await module_with_text(road)
    sent = await road.ada.post(f"{road.base}/modules/{module}", {"title": "Lighthouse", "intro": "x" * 501})
    assert sent.status_code == 422 and "500 characters" in sent.text


async def test_tuning_the_helper_opens_no_dated_module(road: Road) -> None:
    lesson = next(each for each in await road.everything_on_it() if each.kind == "lesson")
    await press(road, lesson.module_id, "date", **DAY)
    tuning = f"{road.base}/helper/tuning/{lesson.course_slug}/{lesson.lesson_slug}"
    assert (await road.ada.post(tuning, {"is_on": "1", "strictness": "light"})).status_code in (302, 422)
    ben = await road.cast.student(road.cast.ben)
    assert "This lesson opens on Monday 18 January" in (await ben.get(lesson.lesson_path)).text
