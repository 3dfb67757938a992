"""Care on the teacher's side: own words, whom to go to, and a count."""

from appliance.classroom.care import count_care
from tests.conftest import Cast


async def test_a_teacher_gives_the_words_and_the_person(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/care"
    assert "Not once so far." in (await ada.get(path)).text
    saved = await ada.post(path, {"english": "You matter.", "spanish": "", "person": "Mrs. Lind, room 12"})
    assert saved.status_code == 302
    page = (await ada.get(path)).text
    assert "You matter." in page and "Mrs. Lind, room 12" in page
    assert "Gracias por contármelo." in page
    await count_care(cast.parts.db, cast.classroom.id)
    assert "1 message" in (await ada.get(path)).text


async def test_words_that_are_too_long_come_back_with_a_sentence(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/care"
    page = await ada.post(path, {"english": "x" * 1001, "spanish": "", "person": ""})
    assert page.status_code == 422
    assert "This is longer than fits here." in page.text


async def test_words_far_too_long_come_back_whole(cast: Cast) -> None:
    ada, path = await cast.ada(), f"/teach/class/{cast.classroom.id}/care"
    words = "Go to room 12. " * 400
    page = await ada.post(path, {"english": "Kept.", "spanish": words, "person": "Mrs. Lind"})
    assert page.status_code == 422 and "This is longer than fits here." in page.text
    assert words.strip() in page.text and "Kept." in page.text and "Mrs. Lind" in page.text
