"""Personal access tokens."""

from collections.abc import Callable

import pytest

from appliance.auth.accounts import Staff
from appliance.auth.tokens import USE_SECONDS, end_tokens_of_staff, new_access_token, staff_of_token
from appliance.storage.database import Database


async def token_for(db: Database, staff: Staff, label: str = "marks export") -> str:
    async with db.transaction() as tx:
        return await new_access_token(tx, staff.id, label)


async def test_a_token_acts_for_its_person(db: Database, ada: Staff, olu: Staff) -> None:
    for_ada, for_olu = await token_for(db, ada), await token_for(db, olu)
    assert (await staff_of_token(db, for_ada), await staff_of_token(db, for_olu)) == (ada, olu)
    assert for_ada.startswith("cb_") and len(for_ada) > 40


@pytest.mark.parametrize("token", ["", "cb_", "cb_x", "\udc80", "cb_\udc80"])
async def test_a_made_up_token_is_nobody(db: Database, ada: Staff, token: str) -> None:
    await token_for(db, ada)
    assert await staff_of_token(db, token) is None


async def test_a_token_of_an_account_that_is_switched_off_is_nobody(db: Database, ada: Staff) -> None:
    token = await token_for(db, ada)
    async with db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0")
    assert await staff_of_token(db, token) is None


async def test_the_tokens_of_one_person_can_be_ended(db: Database, ada: Staff, olu: Staff) -> None:
    ended, kept = await token_for(db, ada), await token_for(db, olu)
    async with db.transaction() as tx:
        assert await end_tokens_of_staff(tx, ada.id) == 1
    assert await staff_of_token(db, ended) is None
    assert await staff_of_token(db, kept) == olu


async def test_the_database_holds_a_digest_and_a_label_of_one_short_line(db: Database, ada: Staff) -> None:
    token = await token_for(db, ada, "marks\n export" + "x" * 500)
    rows = await db.fetch_all("SELECT token_hash, label FROM access_tokens")
    assert [(row["token_hash"] == token, row["label"][:14], len(row["label"])) for row in rows] == [
        (False, "marks exportxx", 80)
    ]


async def used_at(db: Database) -> int | None:
    (row,) = await db.fetch_all("SELECT used_at FROM access_tokens")
    at: int | None = row["used_at"]
    return at


async def test_that_a_token_is_used_is_written_once_an_hour(
    db: Database, ada: Staff, forward: Callable[[float], None]
) -> None:
    token, first = await token_for(db, ada), db.now()
    assert await used_at(db) is None
    await staff_of_token(db, token)
    assert await used_at(db) == first
    forward(USE_SECONDS - 1)
    await staff_of_token(db, token)
    assert await used_at(db) == first
    forward(1)
    await staff_of_token(db, token)
    assert await used_at(db) == first + USE_SECONDS
    forward(-10 * USE_SECONDS)
    await staff_of_token(db, token)
    assert await used_at(db) == db.now()


async def test_a_disk_that_is_full_keeps_no_program_from_reading(db: Database, ada: Staff) -> None:
    token = await token_for(db, ada)
    assert db._writer is not None
    await db._writer.execute_fetchall("PRAGMA query_only = ON")
    assert await staff_of_token(db, token) == ada
    assert await used_at(db) is None
