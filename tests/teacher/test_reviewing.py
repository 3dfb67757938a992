"""Reviewing files, writing and quizzes alike: two teachers at one piece, and work that goes while a word is typed."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from appliance.classroom.students import remove_student
from appliance.storage.database import Transaction
from tests.conftest import Browser, Cast
from tests.student.test_taking_quizzes import given, take
from tests.teacher.test_class_roles import seated
from tests.teacher.test_review_page import QUEUE, handed_in
from tests.teacher.test_written_review_page import WRITTEN, piece, wrote

SAID_AT = re.compile(r'name="said_at" value="(\d+)"')
MEANWHILE = "Another teacher has said something on this since you opened it"
Made = Callable[[Cast], Awaitable[str]]


async def file_of_ben(cast: Cast) -> str:
    assert cast.ben
    return f"{QUEUE}/{await handed_in(cast, cast.ben.id)}"


async def words_of_ben(cast: Cast) -> str:
    return piece(await wrote(cast, await cast.student(cast.ben), "Mine."), cast.ben)


async def quiz_of_ben(cast: Cast) -> str:
    assert cast.ben
    assignment = await given(cast)
    await take(cast, await cast.student(cast.ben), assignment, 0, 3)
    return f"/teach/class/1/assignments/{assignment}/student/{cast.ben.id}"


async def said_at(teacher: Browser, address: str) -> str:
    found = SAID_AT.search((await teacher.get(address)).text)
    assert found is not None
    return found[1]


BOTH = pytest.mark.parametrize("made", [file_of_ben, words_of_ben])
ALL = pytest.mark.parametrize("made", [file_of_ben, words_of_ben, quiz_of_ben])


@ALL
async def test_a_word_of_another_teacher_is_read_before_it_is_replaced(cast: Cast, made: Made) -> None:
    address = await made(cast)
    ada, olu = await cast.ada(), await seated(cast, "teacher")
    opened = await said_at(ada, address)
    await olu.post(address, {"state": "reviewed", "score": "60", "comment": "Olu's word."})
    mine = {"state": "reviewed", "score": "80", "comment": "Ada's word.", "said_at": opened}
    refused = await ada.post(address, mine)
    assert refused.status_code == 422 and MEANWHILE in refused.text
    assert "Olu&#39;s word.</p>" in refused.text and "60%" in refused.text
    assert "Ada&#39;s word.</textarea>" in refused.text and 'value="80"' in refused.text
    seen = SAID_AT.search(refused.text)
    assert seen is not None
    assert (await ada.post(address, {**mine, "said_at": seen[1]})).status_code == 302
    page = (await (await cast.student(cast.ben)).get("/student/feedback")).text
    assert "Ada&#39;s word." in page and "Olu&#39;s word." not in page


@ALL
async def test_ones_own_word_is_changed_from_an_older_page_without_a_question(cast: Cast, made: Made) -> None:
    address = await made(cast)
    ada = await cast.ada()
    opened = await said_at(ada, address)
    for words in ("Goood.", "Good."):
        sent = {"state": "reviewed", "comment": words, "said_at": opened}
        assert (await ada.post(address, sent)).status_code == 302
        cast.clock.now += 60
    assert "Good.</textarea>" in (await ada.get(address)).text


@BOTH
async def test_the_work_of_a_student_who_was_removed_meanwhile_is_not_there(cast: Cast, made: Made) -> None:
    assert cast.ben
    address = await made(cast)
    ada = await cast.ada()
    sent = {"state": "reviewed", "comment": "Good.", "said_at": await said_at(ada, address)}
    await ada.post(f"/teach/class/1/student/{cast.ben.id}/remove")
    for answer in (await ada.post(address, sent), await ada.get(address)):
        assert answer.status_code == 404
    for queue in (QUEUE, WRITTEN):
        assert "Nothing waits for you" in (await ada.get(queue)).text


@ALL
async def test_a_student_who_is_removed_while_a_word_is_being_saved_is_not_there(
    cast: Cast, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cast.ben
    address, db, ben_id = await made(cast), cast.parts.db, cast.ben.id
    ada, real = await cast.ada(), db.transaction

    @asynccontextmanager
    async def a_moment_later() -> AsyncIterator[Transaction]:
        async with real() as tx:
            await remove_student(tx, ben_id)
        async with real() as tx:
            yield tx

    await cast.at_rest()
    monkeypatch.setattr(db, "transaction", a_moment_later)
    answer = await ada.post(address, {"state": "reviewed", "comment": "Good."})
    assert answer.status_code == 404


async def test_a_quiz_review_from_before_it_was_kept_who_wrote_it_is_somebody_elses(cast: Cast) -> None:
    address = await quiz_of_ben(cast)
    ada = await cast.ada()
    opened = await said_at(ada, address)
    await ada.post(address, {"comment": "An old word."})
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE reviews SET staff_id = NULL")
    refused = await ada.post(address, {"comment": "A new word.", "said_at": opened})
    assert refused.status_code == 422 and MEANWHILE in refused.text


@BOTH
async def test_next_leads_past_work_whose_student_was_removed_meanwhile(cast: Cast, made: Made) -> None:
    assert cast.ben and cast.chi
    first = await made(cast)
    other = await cast.student(cast.chi)
    if made is file_of_ben:
        await handed_in(cast, cast.chi.id)
    else:
        await wrote(cast, other, "Mine too.")
    ada = await cast.ada()
    assert 'data-part="after"' in (await ada.get(first)).text
    await ada.post(f"/teach/class/1/student/{cast.chi.id}/remove")
    saved = await ada.post(first, {"state": "reviewed", "comment": "Good."})
    assert saved.headers["location"].split("?")[0] in (QUEUE, WRITTEN)


async def test_a_filter_stays_from_piece_to_piece_and_back_to_the_queue(cast: Cast) -> None:
    assert cast.ben and cast.chi
    material = await wrote(cast, await cast.student(cast.ben), "Mine.")
    await wrote(cast, await cast.student(cast.chi), "Mine too.")
    ada, asked = await cast.ada(), f"pile=words&show=waiting&material={material}"
    page = (await ada.get(f"{WRITTEN}?{asked}")).text
    assert "Show all work of the class" in page and f'{asked.replace("&", "&amp;")}"' in page
    saved = await ada.post(f"{piece(material, cast.ben)}?{asked}", {"state": "reviewed"})
    assert saved.headers["location"] == f"{piece(material, cast.chi)}?{asked}"
    saved = await ada.post(saved.headers["location"], {"state": "reviewed"})
    assert saved.headers["location"] == f"{WRITTEN}?{asked}"


async def test_writing_whose_place_was_removed_meanwhile_says_so(cast: Cast) -> None:
    address = await words_of_ben(cast)
    material = address.split("/")[-2]
    ada = await cast.ada()
    await ada.post(f"/teach/class/1/materials/{material}/remove")
    for answer in (await ada.get(address), await ada.post(address, {"state": "reviewed"})):
        assert answer.status_code == 404 and "its place was removed" in answer.text
