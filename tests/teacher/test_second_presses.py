"""A form pressed twice makes one thing, and a refused one keeps what was typed: quizzes, links, groups."""

import re

from tests.conftest import Cast
from tests.teacher.road import Road
from tests.teacher.test_making_quizzes import QUESTION, by_hand, published

KEY = re.compile(r'name="form_key" value="([0-9a-f]+)"')


async def pressed_twice(road: Road, page: str, path: str, form: dict[str, str]) -> list[str]:
    """Where both presses lead."""
    found = KEY.search((await road.ada.get(page)).text)
    assert found, page
    answers = [await road.ada.post(path, {**form, "form_key": found[1]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302], answers[-1].text
    return [str(answer.headers["location"]) for answer in answers]


async def test_a_question_added_twice_is_one_question(road: Road, cast: Cast) -> None:
    quiz = await by_hand(cast, road.ada)
    first, second = await pressed_twice(road, quiz, f"{quiz}/items", dict(QUESTION))
    assert first == second and await cast.count("questions") == 1


async def test_a_quiz_copied_twice_is_one_copy(road: Road, cast: Cast) -> None:
    quiz, _ = await published(cast, road.ada)
    first, second = await pressed_twice(road, quiz, f"{quiz}/copy", {})
    assert first == second and await cast.count("activities") == 2


async def test_a_video_elsewhere_named_twice_is_one_video(road: Road, cast: Cast) -> None:
    shelf = f"{road.base}/media"
    form = {"title": "Bees", "source_url": "https://example.org/bees", "is_shown": "1"}
    first, second = await pressed_twice(road, shelf, f"{shelf}/links", form)
    assert first == second and await cast.count("media") == 1


async def test_a_group_made_twice_is_one_group_and_no_error(road: Road, cast: Cast) -> None:
    groups = f"{road.base}/groups"
    first, second = await pressed_twice(road, groups, groups, {"name": "Table 3", "colour": "red"})
    assert first == second and await cast.count("groups") == 1


async def test_refused_words_of_a_quiz_are_still_in_their_form(road: Road, cast: Cast) -> None:
    quiz = await by_hand(cast, road.ada)
    for form in (
        {"title": "x" * 121, "instructions": "Think twice before you answer."},
        {"title": "Lamps", "instructions": "Think. " * 400},
    ):
        page = await road.ada.post(quiz, form)
        assert page.status_code == 422
        assert f'value="{form["title"]}"' in page.text and form["instructions"][:300] in page.text


async def test_a_refused_due_date_and_the_ticked_groups_are_still_in_their_form(
    road: Road, cast: Cast
) -> None:
    await road.ada.post(f"{road.base}/groups", {"name": "Table 3", "colour": "red"})
    quiz = await by_hand(cast, road.ada)
    await road.ada.post(f"{quiz}/items", dict(QUESTION))
    await road.ada.post(f"{quiz}/publish")
    page = await road.ada.post(f"{quiz}/assign", {"due": "2001-02-03T04:05", "group": "1"})
    assert page.status_code == 422 and 'value="2001-02-03T04:05"' in page.text
    assert re.search(r'name="group" value="1" checked', page.text)
    given = str((await road.ada.post(f"{quiz}/assign", {"due": ""})).headers["location"])
    page = await road.ada.post(f"{given}/due", {"due": "2001-02-03T04:05"})
    assert page.status_code == 422 and 'value="2001-02-03T04:05"' in page.text
    page = await road.ada.post(f"{given}/groups", {"group": ["1", "99"]})
    assert page.status_code == 422 and re.search(r'name="group" value="1" checked', page.text)
