"""Invitations: for a while, for so many, switched off and on; a place is taken by somebody new alone."""

import asyncio
import re

import pytest

from appliance.auth.device import Device
from appliance.classroom.classes import Class, set_enrollment_mode, set_locked
from appliance.classroom.invites import (
    Invite,
    create_invite,
    invite_of_class,
    invites_of_class,
    remove_invite,
    set_invite_active,
)
from appliance.classroom.joining import Joined, JoinRequest, JoinRules, join
from appliance.classroom.students import namesakes
from appliance.errors import Invalid, NotFound, Refusal
from appliance.storage.database import Database
from tests.conftest import Clock


async def invitation(
    db: Database, classroom: Class, staff_id: int, hours: int | None = None, seats: int | None = None
) -> Invite:
    async with db.transaction() as tx:
        return await create_invite(tx, classroom.id, staff_id, " Summer  course ", hours, seats)


async def come(db: Database, invite: Invite, name: str, **rest: object) -> Joined:
    async with db.transaction() as tx:
        request = JoinRequest("", name, invite_token=invite.token, **rest)  # type: ignore[arg-type]
        return await join(tx, request, JoinRules())


async def refusal(db: Database, invite: Invite, name: str = "Dee", **rest: object) -> tuple[int, str]:
    with pytest.raises(Refusal) as refused:
        await come(db, invite, name, **rest)
    return refused.value.status, refused.value.code


async def used(db: Database, invite: Invite) -> int:
    return (await invite_of_class(db, invite.class_id, invite.id)).seats_used


async def test_a_link_holds_24_signs_that_nobody_guesses(db: Database, b7: Class, ada_id: int) -> None:
    first, second = await invitation(db, b7, ada_id), await invitation(db, b7, ada_id)
    assert first.token != second.token
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", first.token)
    assert first.label == "Summer course"
    assert [invite.id for invite in await invites_of_class(db, b7.id)] == [second.id, first.id]


async def test_somebody_new_takes_a_place_and_whoever_comes_back_takes_none(
    db: Database, b7: Class, ada_id: int
) -> None:
    invite = await invitation(db, b7, ada_id, seats=1)
    dee = await come(db, invite, "Dee")
    assert (dee.how, dee.invite_id, await used(db, invite)) == ("new", invite.id, 1)
    back = await come(db, invite, "", return_code=dee.student.return_code)
    again = await come(db, invite, "Dee", device=Device(b7.id, dee.student.id, dee.student.created_at))
    assert (back.student.id, again.student.id, await used(db, invite)) == (dee.student.id, dee.student.id, 1)


async def test_a_full_invitation_admits_nobody_new_and_leaves_no_row(
    db: Database, b7: Class, ada_id: int
) -> None:
    invite = await invitation(db, b7, ada_id, seats=1)
    await come(db, invite, "Dee")
    for _ in range(2):
        assert await refusal(db, invite, "Eva") == (400, "invite_seat_cap_reached")
    assert await namesakes(db, b7.id, "Eva") == []
    assert await used(db, invite) == 1


async def test_thirty_at_once_on_five_places_are_five(db: Database, b7: Class, ada_id: int) -> None:
    invite = await invitation(db, b7, ada_id, seats=5)
    came = await asyncio.gather(
        *(come(db, invite, f"Student {number}") for number in range(30)), return_exceptions=True
    )
    refused = [one for one in came if isinstance(one, Refusal)]
    assert len(refused) == 25 and {one.code for one in refused} == {"invite_seat_cap_reached"}
    rows = await db.fetch_all("SELECT id FROM students")
    assert len(rows) == 5 == await used(db, invite)


async def test_an_invitation_ends_is_switched_off_and_is_removed(
    db: Database, b7: Class, ada_id: int, clock: Clock
) -> None:
    invite = await invitation(db, b7, ada_id, hours=1)
    async with db.transaction() as tx:
        await set_invite_active(tx, b7.id, invite.id, False)
    assert await refusal(db, invite) == (403, "invite_inactive")
    async with db.transaction() as tx:
        await set_invite_active(tx, b7.id, invite.id, True)
    clock.now += 3599
    await come(db, invite, "Eva")
    clock.now += 1
    assert await refusal(db, invite) == (403, "invite_expired")
    async with db.transaction() as tx:
        await remove_invite(tx, b7.id, invite.id)
        await remove_invite(tx, b7.id, invite.id)
    assert await refusal(db, invite) == (403, "invite_invalid")
    assert await namesakes(db, b7.id, "Dee") == []


async def test_an_invitation_opens_a_class_for_the_invited_but_no_closed_or_locked_one(
    db: Database, b7: Class, ada_id: int
) -> None:
    invite = await invitation(db, b7, ada_id)
    async with db.transaction() as tx:
        assert await set_enrollment_mode(tx, b7.id, "invite_only")
        assert not await set_enrollment_mode(tx, b7.id, "invite_only")
    await come(db, invite, "Eva")
    async with db.transaction() as tx:
        await set_enrollment_mode(tx, b7.id, "closed")
    assert await refusal(db, invite) == (403, "class_enrollment_closed")
    async with db.transaction() as tx:
        await set_locked(tx, b7.id, True)
    assert await refusal(db, invite) == (403, "class_locked")
    assert await used(db, invite) == 1


@pytest.mark.parametrize(
    ("hours", "seats", "field"),
    [(0, None, "hours"), (2161, None, "hours"), (None, 0, "seats"), (None, 5001, "seats")],
)
async def test_what_cannot_be_is_refused_where_it_was_typed(
    db: Database, b7: Class, ada_id: int, hours: int | None, seats: int | None, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await invitation(db, b7, ada_id, hours, seats)
    assert refused.value.field == field
    assert await invites_of_class(db, b7.id) == []


async def test_the_longest_time_and_the_most_places_are_taken(db: Database, b7: Class, ada_id: int) -> None:
    invite = await invitation(db, b7, ada_id, 2160, 5000)
    assert (invite.expires_at, invite.seats_left) == (db.now() + 90 * 86400, 5000)


async def test_an_invitation_of_another_class_is_not_found(
    db: Database, b7: Class, c8: Class, ada_id: int
) -> None:
    invite = await invitation(db, b7, ada_id)
    async with db.transaction() as tx:
        with pytest.raises(NotFound):
            await set_invite_active(tx, c8.id, invite.id, False)
        await remove_invite(tx, c8.id, invite.id)
    assert (await come(db, invite, "Dee")).how == "new"


async def test_an_unknown_mode_is_refused(db: Database, b7: Class) -> None:
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await set_enrollment_mode(tx, b7.id, "ajar")
