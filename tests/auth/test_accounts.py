"""Accounts of staff."""

import pytest

from appliance.auth.accounts import (
    Staff,
    all_staff,
    confirm_totp,
    create_staff,
    is_set_up,
    set_password,
    set_totp_secret,
    staff_by_id,
    staff_by_username,
    staff_with_password,
)
from appliance.auth.passwords import Hasher
from appliance.auth.totp import new_secret
from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database


async def test_a_new_account_is_active_and_not_yet_enrolled(db: Database, ada: Staff) -> None:
    assert await staff_by_id(db, ada.id) == ada
    assert (ada.is_active, ada.totp_confirmed, ada.is_operator) == (True, False, False)


async def test_a_username_is_found_in_any_case(db: Database, ada: Staff) -> None:
    assert await staff_by_username(db, " ADA ") == ada


async def test_a_username_taken_in_another_case_is_a_conflict_and_changes_nothing(
    db: Database, ada: Staff
) -> None:
    with pytest.raises(Conflict) as refusal:
        async with db.transaction() as tx:
            await create_staff(tx, "Ada", "Another Ada", "hash", new_secret(), is_operator=True)
    assert refusal.value.field == "username"
    assert await all_staff(db) == [ada]


@pytest.mark.parametrize(
    "username", ["", "a", "a b", "adä", "-ada", "a" * 65, "ada\n\nx", "<b>ada</b>", "\udc80\udc81"]
)
async def test_a_username_that_cannot_be_used_is_refused(db: Database, username: str) -> None:
    with pytest.raises(Invalid) as refusal:
        async with db.transaction() as tx:
            await create_staff(tx, username, "Ada", "hash", new_secret(), is_operator=False)
    assert refusal.value.field == "username"
    assert await staff_by_username(db, username) is None


async def test_an_account_needs_a_name_that_can_be_read(db: Database) -> None:
    with pytest.raises(Invalid) as refusal:
        async with db.transaction() as tx:
            await create_staff(tx, "ada", "\u200b ", "hash", new_secret(), is_operator=False)
    assert refusal.value.field == "display_name"


async def test_everybody_is_listed_by_username(db: Database, olu: Staff, ada: Staff) -> None:
    assert [staff.username for staff in await all_staff(db)] == ["ada", "olu"]


async def test_the_box_is_set_up_once_it_has_a_school(db: Database) -> None:
    assert not await is_set_up(db)
    async with db.transaction() as tx:
        await tx.insert(
            """INSERT INTO box (id, school_name, language, timezone, set_up_at)
               VALUES (1, 'Hill School', 'en', 'Europe/Berlin', :now)""",
            now=tx.now,
        )
    assert await is_set_up(db)


async def test_only_the_right_password_of_an_active_account_opens_it(db: Database, ada: Staff) -> None:
    hasher = Hasher()
    async with db.transaction() as tx:
        await set_password(tx, ada.id, await hasher.hash("copper kite on a hill"))
    assert await staff_with_password(db, hasher, "Ada", "copper kite on a hill") == ada
    assert await staff_with_password(db, hasher, "ada", "copper kite on a hil") is None
    assert await staff_with_password(db, hasher, "nobody", "copper kite on a hill") is None
    async with db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0 WHERE id = :id", id=ada.id)
    assert await staff_with_password(db, hasher, "ada", "copper kite on a hill") is None


async def test_an_authenticator_counts_once_confirmed_and_not_after_a_new_secret(
    db: Database, ada: Staff
) -> None:
    async with db.transaction() as tx:
        await confirm_totp(tx, ada.id, 59_000_000)
    confirmed = await staff_by_id(db, ada.id)
    async with db.transaction() as tx:
        await set_totp_secret(tx, ada.id, new_secret())
    renewed = await staff_by_id(db, ada.id)
    assert confirmed is not None and confirmed.totp_confirmed
    assert renewed is not None and not renewed.totp_confirmed


async def test_changing_an_account_that_is_not_there_is_refused(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(NotFound):
            await set_password(tx, 99, "hash")
        with pytest.raises(NotFound):
            await set_totp_secret(tx, 99, new_secret())
        with pytest.raises(NotFound):
            await confirm_totp(tx, 99, 1)
