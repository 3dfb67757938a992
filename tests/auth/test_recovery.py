"""Recovery codes."""

import re

import pytest

from appliance.auth.accounts import Staff
from appliance.auth.recovery import codes_left, new_codes, store_codes, use_code
from appliance.storage.database import Database

CODE = re.compile(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}")


@pytest.fixture
async def codes(db: Database, ada: Staff) -> list[str]:
    fresh = new_codes()
    async with db.transaction() as tx:
        await store_codes(tx, ada.id, fresh)
    return fresh


async def used(db: Database, staff: Staff, code: str) -> bool:
    async with db.transaction() as tx:
        return await use_code(tx, staff.id, code)


def test_there_are_ten_codes_all_different_in_letters_that_can_be_told_apart() -> None:
    codes = new_codes()
    assert len(set(codes)) == 10
    assert all(CODE.fullmatch(code) for code in codes)


async def test_each_code_works_once(db: Database, ada: Staff, codes: list[str]) -> None:
    assert [await used(db, ada, code) for code in codes] == [True] * 10
    assert [await used(db, ada, code) for code in codes] == [False] * 10
    assert await codes_left(db, ada.id) == 0


async def test_a_code_works_however_it_is_typed(db: Database, ada: Staff, codes: list[str]) -> None:
    assert await used(db, ada, f"  {codes[0].lower().replace('-', ' ')} ")
    assert await codes_left(db, ada.id) == 9


@pytest.mark.parametrize("code", ["", "----", "AAAA-AAA0", "\udc80", "A" * 100_000])
async def test_a_wrong_code_uses_nothing_up(db: Database, ada: Staff, codes: list[str], code: str) -> None:
    assert not await used(db, ada, code)
    assert await codes_left(db, ada.id) == 10


async def test_codes_are_for_one_person(db: Database, ada: Staff, olu: Staff, codes: list[str]) -> None:
    assert not await used(db, olu, codes[0])
    assert await used(db, ada, codes[0])


async def test_new_codes_end_the_old_ones(db: Database, ada: Staff, codes: list[str]) -> None:
    async with db.transaction() as tx:
        await store_codes(tx, ada.id, new_codes())
    assert not await used(db, ada, codes[0])
    assert await codes_left(db, ada.id) == 10


async def test_neither_a_code_nor_the_same_digest_for_two_people_is_kept(
    db: Database, ada: Staff, olu: Staff, codes: list[str]
) -> None:
    async with db.transaction() as tx:
        await store_codes(tx, olu.id, codes)
    rows = await db.fetch_all("SELECT code_hash FROM recovery_codes")
    kept = [row["code_hash"] for row in rows]
    assert len(set(kept)) == 20
    assert not {code.replace("-", "") for code in codes} & set(kept)


async def test_a_use_that_is_rolled_back_did_not_happen(db: Database, ada: Staff, codes: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        async with db.transaction() as tx:
            assert await use_code(tx, ada.id, codes[0])
            raise KeyboardInterrupt
    assert await used(db, ada, codes[0])
