"""The teacher's button that makes the helper forget a class: real HTTP, real cache, real files."""

import json
from dataclasses import replace

import pytest

from appliance.helper.conversations import Memory, Turn, key_of
from appliance.helper.exports import FOLDER, exports_in
from appliance.helper.scope import Scope
from appliance.settings import Settings
from tests.conftest import Browser, Cast

SURE = {"sure": "1"}


async def said(cast: Cast) -> None:
    """Ben has asked something in 7B."""
    assert cast.ben is not None
    scope = Scope(cast.classroom.id, "lamps", "circles", "student")
    key = key_of(f"student:{cast.classroom.id}:{cast.ben.id}", scope, "c")
    await cast.parts.helper.conversations.keep(key, Memory((Turn("user", "Why <b>dark</b>?"),)), 0)


def path(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/helper/conversations"


async def left(cast: Cast) -> int:
    return len(await cast.parts.helper.conversations.of_class(cast.classroom.id))


async def forget(cast: Cast, browser: Browser, **fields: str) -> str:
    await browser.get(path(cast))
    answer = await browser.post(path(cast), fields)
    assert answer.status_code == 302, answer.text
    return (await browser.get(path(cast))).text


async def test_the_class_page_leads_there_and_the_page_says_what_goes(cast: Cast) -> None:
    ada = await cast.ada()
    assert path(cast) in (await ada.get(f"/teach/class/{cast.classroom.id}")).text
    page = (await ada.get(path(cast))).text
    assert "Keep a copy for the school first" in page and "after 30 days" in page


async def test_a_teacher_forgets_with_a_copy_and_without_one(cast: Cast) -> None:
    ada, data = await cast.ada(), cast.parts.settings.appliance_data
    await said(cast)
    page = await forget(cast, ada, **SURE, keep_copy="1")
    (copy,) = exports_in(data)
    assert copy.name in page and await left(cast) == 0
    assert json.loads(copy.read_text())["conversations"][0]["turns"][0]["text"] == "Why <b>dark</b>?"
    await said(cast)
    assert "has forgotten what this class said." in await forget(cast, ada, **SURE)
    assert exports_in(data) == [copy] and await left(cast) == 0


async def test_without_the_tick_nothing_goes_and_the_page_says_so(cast: Cast) -> None:
    ada = await cast.ada()
    await said(cast)
    page = await ada.post(path(cast), {"keep_copy": "1"})
    assert page.status_code == 422 and "Tick that you mean it" in page.text
    assert 'name="keep_copy" value="1" checked' in page.text
    assert await left(cast) == 1


async def test_a_copy_that_cannot_be_written_keeps_everything_and_says_so(cast: Cast) -> None:
    ada, folder = await cast.ada(), cast.parts.settings.appliance_data / FOLDER
    folder.rmdir()
    folder.write_text("in the way")
    await said(cast)
    page = await ada.post(path(cast), {**SURE, "keep_copy": "1"})
    assert page.status_code == 503 and "nothing was deleted" in page.text
    assert await left(cast) == 1


async def test_another_teacher_finds_nothing_and_deletes_nothing(cast: Cast) -> None:
    olu = await cast.olu()
    await said(cast)
    assert (await olu.get(path(cast))).status_code == 404
    assert (await olu.post(path(cast), SURE)).status_code == 404
    assert await left(cast) == 1


async def test_pressing_twice_does_no_harm(cast: Cast) -> None:
    ada = await cast.ada()
    await said(cast)
    for _ in range(2):
        await forget(cast, ada, **SURE, keep_copy="1")
    assert len(exports_in(cast.parts.settings.appliance_data)) == 1


async def test_no_address_serves_a_copy(cast: Cast) -> None:
    ada, max_ = await cast.ada(), await cast.max()
    await said(cast)
    await forget(cast, ada, **SURE, keep_copy="1")
    (copy,) = exports_in(cast.parts.settings.appliance_data)
    for address in (
        f"/exports/{copy.name}",
        f"/static/0/../../exports/{copy.name}",
        f"/data/exports/{copy.name}",
    ):
        assert (await max_.get(address)).status_code == 404


async def test_who_leaves_is_forgotten_by_the_helper_too(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    await said(cast)
    assert (await ben.post("/student/delete-me")).status_code == 302
    assert await left(cast) == 0


class TestWithoutCopies:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return replace(settings, helper_class_reset_archive_enabled=False)

    async def test_the_page_offers_none_and_one_that_is_wished_is_refused(self, cast: Cast) -> None:
        ada = await cast.ada()
        await said(cast)
        assert "Keep a copy" not in (await ada.get(path(cast))).text
        page = await ada.post(path(cast), {**SURE, "keep_copy": "1"})
        assert page.status_code == 422 and "keeps no copies" in page.text
        assert await left(cast) == 1
