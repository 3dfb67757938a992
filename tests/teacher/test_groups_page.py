"""Groups on the teacher's side."""

from tests.conftest import Cast


async def test_a_teacher_makes_fills_and_removes_a_group(cast: Cast) -> None:
    assert cast.ben is not None
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/groups"
    assert "No groups yet" in (await ada.get(path)).text
    assert (await ada.post(path, {"name": "Table 3", "colour": "green"})).status_code == 302
    saved = await ada.post(f"{path}/1", {"name": "Table 4", "colour": "blue", "student": [cast.ben.id, "x"]})
    assert saved.status_code == 302
    page = (await ada.get(path)).text
    assert "Table 4" in page and "1 student" in page and 'value="1" checked' in page
    assert (await ada.post(f"{path}/1/remove")).status_code == 302
    assert await cast.count("groups") == 0 and await cast.count("students") == 2


async def test_a_refused_group_keeps_what_was_typed(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/groups"
    page = await ada.post(path, {"name": "x" * 41, "colour": "green"})
    assert page.status_code == 422
    assert "40 characters at most" in page.text and "x" * 41 in page.text


async def test_a_name_that_is_taken_is_said_beside_its_own_form(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/groups"
    for name in ("One", "Two"):
        await ada.post(path, {"name": name, "colour": "red"})
    page = await ada.post(f"{path}/2", {"name": "one", "colour": "violet"})
    assert page.status_code == 409
    assert "has a group with this name already" in page.text.split('id="group-2"')[1]


async def test_a_number_that_no_student_has_joins_no_group(cast: Cast) -> None:
    ada = await cast.ada()
    made = await ada.post("/teach/class/1/groups", {"name": "Red", "colour": "red"})
    group = made.headers["location"].split("#group-")[1]
    for number in ("9" * 40, "9" * 5000):
        form = {"name": "Red", "colour": "red", "student": ["1", number]}
        assert (await ada.post(f"/teach/class/1/groups/{group}", form)).status_code == 302
    assert await cast.count("group_students") == 1


async def test_a_group_says_who_is_in_it_before_anybody_opens_its_form(cast: Cast) -> None:
    assert cast.ben is not None
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/groups"
    await ada.post(path, {"name": "Table 3", "colour": "green"})
    fresh = (await ada.get(path)).text
    assert '<details class="road-more" open>' in fresh
    await ada.post(f"{path}/1", {"name": "Table 3", "colour": "green", "student": [cast.ben.id]})
    page = (await ada.get(path)).text
    assert f"<p>{cast.ben.display_name}</p>" in page and '<details class="road-more" >' in page
