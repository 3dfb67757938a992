"""Ada gives a quiz to a group from its page; who is in the group finds it, who isn't does not."""

from tests.conftest import Browser, Cast
from tests.made_results import add_quiz
from tests.teacher.test_making_quizzes import QUESTION, by_hand


async def grouped(cast: Cast, ada: Browser) -> str:
    assert cast.ben
    base = f"/teach/class/{cast.classroom.id}"
    await ada.post(f"{base}/groups", {"name": "Red table", "colour": "red"})
    await ada.post(f"{base}/groups/1", {"name": "Red table", "colour": "red", "student": [cast.ben.id]})
    return base


async def test_a_quiz_is_given_to_a_group_from_its_page(cast: Cast) -> None:
    ada, ben, chi = await cast.ada(), await cast.student(cast.ben), await cast.student(cast.chi)
    base = await grouped(cast, ada)
    here = await by_hand(cast, ada)
    await ada.post(f"{here}/items", dict(QUESTION))
    await ada.post(f"{here}/publish")
    page = (await ada.get(here)).text
    assert "Who is it for?" in page and "Red table" in page
    given = await ada.post(f"{here}/assign", {"due": "", "group": ["1"]})
    there = given.headers["location"]
    assert "Only these groups have it now" in (await ada.get(there)).text
    study = "/student/study/1"
    assert ">Mine<" in (await ben.get("/student/study")).text and (await ben.get(study)).status_code == 200
    assert (
        ">Mine<" not in (await chi.get("/student/study")).text and (await chi.get(study)).status_code == 404
    )
    assert ">Mine<" not in (await chi.get("/student")).text
    page = (await ada.get(there)).text
    assert "For these groups alone:" in page and "0 of 1" in page and ">Chi<" not in page
    lines = (await ada.get(f"{base}/gradebook.csv")).text.splitlines()
    assert "not given" not in next(line for line in lines if "Ben" in line)
    assert "not given" in next(line for line in lines if "Chi" in line)
    assert "not given" in (await ada.get(f"{base}/gradebook")).text


async def test_its_groups_are_changed_on_the_page_of_its_results(cast: Cast) -> None:
    ada, chi = await cast.ada(), await cast.student(cast.chi)
    base = await grouped(cast, ada)
    quiz = await add_quiz(cast.parts.db, cast.classroom.id, "Light quiz", questions=1)
    there = f"{base}/assignments/{quiz.id}"
    assert (await ada.post(f"{there}/groups", {"group": ["1"]})).status_code == 302
    assert "Light quiz" not in (await chi.get("/student/study")).text
    # A new due date leaves its groups as they are.
    assert (await ada.post(f"{there}/due", {"due": ""})).status_code == 302
    assert "Light quiz" not in (await chi.get("/student/study")).text
    for nonsense in ("99", "x"):
        refused = await ada.post(f"{there}/groups", {"group": [nonsense]})
        assert refused.status_code == 422 and "One of these groups is gone" in refused.text
    assert (await ada.post(f"{there}/groups")).status_code == 302
    assert "Light quiz" in (await chi.get("/student/study")).text


async def test_when_the_group_is_removed_the_page_says_that_nobody_has_it(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    base = await grouped(cast, ada)
    quiz = await add_quiz(cast.parts.db, cast.classroom.id, "Light quiz", questions=1)
    there = f"{base}/assignments/{quiz.id}"
    await ada.post(f"{there}/groups", {"group": ["1"]})
    await ada.post(f"{base}/groups/1/remove")
    page = (await ada.get(f"{base}/groups")).text
    assert f'action="{base}/removed-groups/1"' in page
    assert "Nobody has it now" in (await ada.get(there)).text
    assert "Give it to the whole class" in (await ada.get(there)).text
    assert "Light quiz" not in (await ben.get("/student/study")).text
    await ada.post(f"{base}/removed-groups/1")
    assert "Light quiz" in (await ben.get("/student/study")).text
