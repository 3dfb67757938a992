"""Care on every page where a student can write to the helper: the school's words, no model, nothing kept."""

from dataclasses import replace

import pytest

from appliance.classroom.care import care_days_of
from appliance.settings import Settings
from tests.conftest import Browser, Cast
from tests.student.class_chats import STREAM, events_of, opened
from tests.student.conftest import Lamps

CRY = "my stepdad comes into my room at night and touches me"
WORDS = "Thank you for telling me."
PERSON = "You can go to: "


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """One question a minute, so that the second is above the limit."""
    return replace(settings, helper_rate_limit_per_minute=1)


async def counted(cast: Cast) -> int:
    return sum(day.messages for day in await care_days_of(cast.parts.db, cast.classroom.id))


async def nothing_is_left(cast: Cast) -> bool:
    kept = await cast.parts.db.fetch_all("SELECT body FROM chat_messages")
    return cast.engine.asked == [] and kept == []


@pytest.fixture
async def ben(cast: Cast) -> Browser:
    return await cast.student(cast.ben)


async def test_as_one_object_and_as_a_stream_in_a_lesson(lamps: Lamps) -> None:
    body = {"message": CRY, "scope_token": await lamps.scope_token()}
    whole = await lamps.ben.post_json("/helper/chat", body)
    assert whole.json()["text"].startswith(WORDS) and PERSON in whole.json()["text"]
    events = events_of(await lamps.ben.post_json("/helper/chat", body, **STREAM))
    assert [name for name, _ in events] == ["start", "delta", "done"]
    assert events[-1][1]["text"] == whole.json()["text"]
    assert await nothing_is_left(lamps.cast)


async def test_in_a_lesson_without_script(lamps: Lamps) -> None:
    form = {"message": CRY, "scope_token": await lamps.scope_token()}
    page = await lamps.ben.post("/course/lamps/circles", form)
    assert page.status_code == 200
    assert WORDS in page.text and PERSON in page.text
    assert await nothing_is_left(lamps.cast)


async def test_in_the_class_chat_as_one_object_and_as_a_stream(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    body = {"message": CRY, "client_id": "c1"}
    whole = await ben.post_json(f"{chat}/messages", body)
    assert whole.json()["text"].startswith(WORDS)
    events = events_of(await ben.post_json(f"{chat}/messages", body, **STREAM))
    assert events[-1][1]["text"] == whole.json()["text"]
    assert await nothing_is_left(cast)
    assert await counted(cast) == 1


async def test_in_the_class_chat_without_script_they_stand_on_the_page_once(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    page = await ben.post(f"{chat}/messages", {"message": CRY, "client_id": "c1"})
    assert page.status_code == 200
    assert WORDS in page.text and CRY in page.text
    later = (await ben.get(chat)).text
    assert WORDS not in later and CRY not in later
    assert await nothing_is_left(cast)


async def test_the_teacher_who_reads_along_reads_nothing_of_it(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    await ben.post_json(f"{chat}/messages", {"message": CRY, "client_id": "c1"})
    ada, room = await cast.ada(), f"/teach/class/{cast.classroom.id}"
    seen = (await ada.get(f"{room}/chats/{chat.rsplit('/', 1)[1]}")).text + (
        await ada.get(f"{room}/chats")
    ).text
    assert "stepdad" not in seen and WORDS not in seen
    assert "1 message" in (await ada.get(f"{room}/care")).text


async def test_a_chat_that_is_put_away_still_gives_them(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    await ben.post(f"{chat}/archive", {"archived": "1"})
    said = await ben.post_json(f"{chat}/messages", {"message": CRY, "client_id": "c1"})
    assert said.json()["text"].startswith(WORDS)


async def test_in_spanish_where_the_student_writes_spanish(cast: Cast, ben: Browser) -> None:
    chat = await opened(ben)
    said = await ben.post_json(f"{chat}/messages", {"message": "ya no quiero vivir, mi papá me pega"})
    assert (
        said.json()["text"].startswith("Gracias por contármelo.") and "Puedes ir con: " in said.json()["text"]
    )


async def test_without_a_model(cast: Cast, ben: Browser) -> None:
    cast.engine.state = "off"
    chat = await opened(ben)
    said = await ben.post_json(f"{chat}/messages", {"message": CRY})
    assert said.json()["text"].startswith(WORDS)
