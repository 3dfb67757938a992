"""One-time sign-in links."""

from collections.abc import Callable

import pytest

from appliance.auth.accounts import Staff
from appliance.auth.links import LONGEST_SECONDS, new_sign_in_link, use_sign_in_link
from appliance.errors import NotFound
from appliance.storage.database import Database

Move = Callable[[float], None]


async def link_for(db: Database, staff: Staff, seconds: int = 900) -> str:
    async with db.transaction() as tx:
        return await new_sign_in_link(tx, staff.id, seconds)


async def follow(db: Database, token: str) -> int:
    async with db.transaction() as tx:
        return await use_sign_in_link(tx, token)


async def test_a_link_signs_its_person_in_once(db: Database, ada: Staff, olu: Staff) -> None:
    for_ada, for_olu = await link_for(db, ada), await link_for(db, olu)
    assert (await follow(db, for_ada), await follow(db, for_olu)) == (ada.id, olu.id)
    with pytest.raises(NotFound):
        await follow(db, for_ada)


async def test_a_link_ends_after_its_minutes(db: Database, forward: Move, ada: Staff) -> None:
    early, late = await link_for(db, ada), await link_for(db, ada)
    forward(899)
    assert await follow(db, early) == ada.id
    forward(1)
    with pytest.raises(NotFound):
        await follow(db, late)


async def test_no_link_lives_longer_than_a_day(db: Database, forward: Move, ada: Staff) -> None:
    token = await link_for(db, ada, seconds=10**9)
    forward(LONGEST_SECONDS)
    with pytest.raises(NotFound):
        await follow(db, token)


async def test_a_clock_put_back_by_years_does_not_bring_a_link_to_life(
    db: Database, forward: Move, ada: Staff
) -> None:
    token = await link_for(db, ada)
    forward(-3 * 365 * 24 * 3600)
    with pytest.raises(NotFound):
        await follow(db, token)


async def test_a_link_to_an_account_that_is_switched_off_is_no_good(db: Database, ada: Staff) -> None:
    token = await link_for(db, ada)
    async with db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0")
    with pytest.raises(NotFound):
        await follow(db, token)


@pytest.mark.parametrize("token", ["", "x", "\udc80", "%00"])
async def test_a_made_up_link_is_not_found(db: Database, ada: Staff, token: str) -> None:
    await link_for(db, ada)
    with pytest.raises(NotFound):
        await follow(db, token)


async def test_old_links_do_not_pile_up(db: Database, forward: Move, ada: Staff) -> None:
    for _ in range(3):
        await follow(db, await link_for(db, ada))
        await link_for(db, ada)
        forward(900)
    assert len(await db.fetch_all("SELECT token_hash FROM sign_in_links")) == 1
