"""Memory: bounded in every direction, older turns in short, whole exchanges before the model."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from appliance.helper.conversations import (
    Conversations,
    Memory,
    Turn,
    conversation_id_of,
    grown,
    history,
    key_of,
)
from appliance.helper.scope import Scope
from appliance.settings import Settings
from appliance.storage.cache import Cache

SETTINGS = Settings()
SCOPE = Scope(7, "lamps", "circles", "student")
KEY = key_of("student:7:1", SCOPE, "c")


def after(exchanges: int, settings: Settings = SETTINGS, length: int = 20) -> Memory:
    memory = Memory()
    for number in range(exchanges):
        question = Turn("user", f"question {number} ".ljust(length, "q"), "concept")
        answer = Turn("assistant", f"answer {number} ".ljust(length, "a"))
        memory = grown(memory, question, answer, True, settings)
    return memory


def test_ids_are_kept_made_or_hashed() -> None:
    whole = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")
    assert conversation_id_of(str(whole)) == conversation_id_of(whole.hex) == whole.hex
    assert conversation_id_of("") != conversation_id_of("")
    assert conversation_id_of("my chat") == conversation_id_of(" my chat ")
    assert len(conversation_id_of("\ud800" * 9000)) == 32


def test_the_last_turns_stay_word_for_word_and_older_ones_in_short() -> None:
    memory = after(6)
    assert len(memory.turns) == 8
    assert memory.turns[0] == Turn("user", "question 2 ".ljust(20, "q"), "concept")
    assert memory.summary.startswith("Student [concept]: question 0")
    assert "Helper: answer 1" in memory.summary


def test_with_few_turns_nothing_is_put_in_short() -> None:
    assert after(4).summary == ""


def test_the_person_always_speaks_first() -> None:
    memory = after(3, replace(SETTINGS, helper_conversation_max_messages=3))
    assert [turn.role for turn in memory.turns] == ["user", "assistant"]


def test_a_summary_keeps_the_newest_within_its_room() -> None:
    memory = after(40, replace(SETTINGS, helper_conversation_summary_max_chars=200))
    assert len(memory.summary) <= 200
    assert "question 35" in memory.summary
    assert "question 0 " not in memory.summary


def test_a_long_turn_is_cut() -> None:
    assert {len(turn.text) for turn in after(1, length=5000).turns} == {800}


def test_history_is_made_of_whole_exchanges_that_fit() -> None:
    turns = history(after(4, length=700), 2400)
    assert [turn.role for turn in turns] == ["user", "assistant"]
    assert turns[0].text.startswith("question 3")


def test_keys_tell_people_and_lessons_apart() -> None:
    keys = {
        key_of("student:7:1", SCOPE, "c"),
        key_of("student:7:2", SCOPE, "c"),
        key_of("student:7:1", replace(SCOPE, lesson_slug="paths"), "c"),
        key_of("student:7:1", replace(SCOPE, class_id=8), "c"),
        key_of("student:7:1", SCOPE, "d"),
    }
    assert len(keys) == 5
    assert key_of("student:7:1", replace(SCOPE, context="new words"), "c") in keys


async def test_what_is_kept_is_recalled_until_it_is_forgotten(cache: Cache) -> None:
    conversations, memory = Conversations(cache, SETTINGS), after(6)
    await conversations.keep(KEY, memory, 0)
    assert await conversations.recall(KEY) == memory
    await conversations.forget(KEY)
    assert await conversations.recall(KEY) == Memory()


async def test_switched_off_nothing_is_kept(cache: Cache) -> None:
    off = Conversations(cache, replace(SETTINGS, helper_conversation_enabled=False))
    await off.keep(KEY, after(1), 0)
    assert await Conversations(cache, SETTINGS).recall(KEY) == Memory()
    assert not Conversations(cache, replace(SETTINGS, helper_conversation_max_messages=0)).enabled


async def test_a_broken_cache_makes_the_helper_forgetful_and_not_silent(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "broken")
    conversations = Conversations(cache, SETTINGS)
    await conversations.keep(KEY, after(1), 0)
    await cache.close()
    for file in (tmp_path / "broken").glob("cache.db*"):
        file.write_bytes(b"not a database" * 1000)
    assert await conversations.recall(KEY) == Memory()
    await conversations.keep(KEY, after(1), 0)
    await conversations.forget(KEY)
    await cache.close()
