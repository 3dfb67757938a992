"""Forgetting a class: in one step, with a copy first where it is wished, and nothing comes back."""

import asyncio
import json
from pathlib import Path

import pytest

from appliance.errors import Invalid, Unavailable
from appliance.helper.class_reset import Forgotten, Reset, forget_class, forget_person
from appliance.helper.conversations import Memory, Turn, key_of
from appliance.helper.exports import FOLDER, exports_in, outdated
from appliance.helper.pipeline import Asker
from appliance.helper.scope import Scope
from appliance.settings import Settings
from appliance.storage.database import Database
from tests.helper.conftest import Classroom, until

HOT = "Why does the wire get hot in a short circuit?"


@pytest.fixture
async def ada(db: Database) -> int:
    async with db.transaction() as tx:
        return await tx.insert(
            """
            INSERT INTO staff (username, display_name, password_hash, totp_secret, created_at)
            VALUES ('ada', 'Ada', 'x', 'x', :now)
            """,
            now=tx.now,
        )


@pytest.fixture
def reset(ada: int, class_7b: int) -> Reset:
    return Reset(class_7b, ada, "192.168.7.9", True)


async def test_what_the_class_said_is_forgotten_and_other_classes_stay(
    room: Classroom, ben: Asker, chi: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    for asker in (ben, chi):
        await room.answer(asker, HOT, conversation_id="c")
    other = key_of("student:70:1", Scope(70, "lamps", "circles", "student"), "c")
    await room.helper.conversations.keep(other, Memory((Turn("user", "Hello"),)), 0)
    forgotten = await forget_class(room.helper, db, settings, reset)
    assert forgotten.conversations == 2
    assert await room.helper.conversations.of_class(reset.class_id) == []
    assert (await room.helper.conversations.recall(other)).turns
    await room.answer(ben, "And then?", conversation_id="c")
    assert HOT not in str(room.engine.asked[-1])


async def test_the_copy_is_whole_private_and_in_the_audit_trail(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    room.engine.will_say("Both ends meet [L1].")
    await room.answer(ben, f"I am ben@home.org. {HOT}", conversation_id="c")
    copy = (await forget_class(room.helper, db, settings, reset)).copy
    assert copy is not None
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    said = json.loads(copy.read_text())
    (conversation,) = said["conversations"]
    assert (said["class_id"], conversation["person"]) == (reset.class_id, ben.key)
    assert conversation["lesson"] == "lamps/circles"
    assert [turn["role"] for turn in conversation["turns"]] == ["user", "assistant"]
    assert "wire get hot" in copy.read_text() and "ben@" not in copy.read_text()
    (row,) = await db.fetch_all("SELECT * FROM audit_events")
    assert (row["action"], row["staff_id"]) == ("forget_conversations", reset.staff_id)
    assert row["target"] == f"conversations=1 copy={copy.name}"
    assert "wire" not in str(tuple(row))


async def test_only_the_newest_turns_go_into_the_copy(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    short = room.with_settings(helper_class_reset_archive_max_messages=1)
    room.engine.will_say("Both ends meet [L1].")
    await short.answer(ben, HOT)
    copy = (await forget_class(short.helper, db, short.settings, reset)).copy
    assert copy is not None
    (turn,) = json.loads(copy.read_text())["conversations"][0]["turns"]
    assert turn["role"] == "assistant"


async def test_if_the_copy_cannot_be_written_nothing_is_deleted(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    await room.answer(ben, HOT, conversation_id="c")
    # A file where the folder should be: nothing can be written there, not even by root.
    (settings.appliance_data / FOLDER).write_text("in the way")
    with pytest.raises(Unavailable) as refusal:
        await forget_class(room.helper, db, settings, reset)
    assert refusal.value.code == "export_unwritable"
    assert len(await room.helper.conversations.of_class(reset.class_id)) == 1
    assert await db.fetch_all("SELECT id FROM audit_events") == []
    await room.answer(ben, "And then?", conversation_id="c")
    assert HOT in str(room.engine.asked[-1])


async def test_if_the_audit_trail_cannot_be_written_nothing_is_deleted_and_no_copy_stays(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    await room.answer(ben, HOT)
    nobody = Reset(reset.class_id, 999, reset.address, True)
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await forget_class(room.helper, db, settings, nobody)
    assert len(await room.helper.conversations.of_class(reset.class_id)) == 1
    assert exports_in(settings.appliance_data) == []


async def test_an_answer_that_is_being_written_is_not_remembered_afterwards(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    room.engine.hold()
    asking = asyncio.create_task(room.answer(ben, HOT, conversation_id="c"))
    await until(lambda: room.engine.live == 1)
    assert (await forget_class(room.helper, db, settings, reset)).conversations == 0
    room.engine.release()
    assert (await asking).backend == "scripted"
    assert await room.helper.conversations.of_class(reset.class_id) == []
    await room.answer(ben, "And then?", conversation_id="c")
    assert len(await room.helper.conversations.of_class(reset.class_id)) == 1


async def test_many_who_ask_while_the_class_is_forgotten_leave_only_what_they_said_later(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    conversations = room.helper.conversations
    scope = Scope(reset.class_id, "lamps", "circles", "student")
    kept: list[bool] = []

    async def answered(number: int) -> None:
        key = key_of(f"student:{reset.class_id}:{number}", scope, "c")
        resets = conversations.resets(key)
        memory = await conversations.recall(key)
        await asyncio.sleep(0)
        kept.append(await conversations.keep(key, memory, resets))

    await asyncio.gather(*map(answered, range(20)), forget_class(room.helper, db, settings, reset))
    await asyncio.gather(*map(answered, range(20, 30)), forget_class(room.helper, db, settings, reset))
    left = await conversations.of_class(reset.class_id)
    assert len(left) <= sum(kept[20:])
    await forget_class(room.helper, db, settings, reset)
    assert await conversations.of_class(reset.class_id) == []


async def test_where_copies_are_switched_off_one_that_is_wished_is_refused(
    room: Classroom, ben: Asker, db: Database, reset: Reset
) -> None:
    without = room.with_settings(helper_class_reset_archive_enabled=False)
    await without.answer(ben, HOT)
    with pytest.raises(Invalid) as refusal:
        await forget_class(without.helper, db, without.settings, reset)
    assert refusal.value.code == "export_disabled"
    assert len(await without.helper.conversations.of_class(reset.class_id)) == 1


async def test_nothing_said_leaves_no_copy(
    room: Classroom, db: Database, settings: Settings, reset: Reset
) -> None:
    assert await forget_class(room.helper, db, settings, reset) == Forgotten(0, None)
    assert exports_in(settings.appliance_data) == []


async def test_a_student_who_leaves_takes_their_conversations_along(
    room: Classroom, ben: Asker, chi: Asker
) -> None:
    for asker in (ben, chi):
        await room.answer(asker, HOT)
    await forget_person(room.helper, ben.class_id, ben.id)
    (left,) = await room.helper.conversations.of_class(ben.class_id)
    assert left.person == chi.key


async def test_copies_go_after_their_days(
    room: Classroom, ben: Asker, db: Database, settings: Settings, reset: Reset
) -> None:
    await room.answer(ben, HOT)
    copy = (await forget_class(room.helper, db, settings, reset)).copy
    assert copy is not None
    (settings.appliance_data / FOLDER / "a letter.json").write_text("not ours")
    day = 24 * 3600
    assert outdated(settings.appliance_data, 30, db.now() + 30 * day) == []
    assert outdated(settings.appliance_data, 30, db.now() + 30 * day + 1) == [copy]


def test_a_half_copy_of_a_power_cut_goes_too(tmp_path: Path) -> None:
    half = tmp_path / FOLDER / ".half-1"
    half.parent.mkdir()
    half.write_text("{")
    now = half.stat().st_mtime
    assert outdated(tmp_path, 30, now) == []
    assert outdated(tmp_path, 30, now + 2 * 24 * 3600) == [half]
