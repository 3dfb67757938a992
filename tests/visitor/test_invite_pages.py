"""What an invitation opens: the join page of its class, without its code; looking takes no place."""

import asyncio
import json

import httpx
import pytest
from bs4 import BeautifulSoup

from appliance.classroom.classes import set_locked
from appliance.classroom.invites import Invite, create_invite, remove_invite, set_invite_active
from tests.conftest import Browser, Cast


@pytest.fixture
async def invite(cast: Cast) -> Invite:
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE classes SET enrollment_mode = 'invite_only'")
        return await create_invite(tx, cast.classroom.id, cast.ada_id, "Course", 2, 5)


async def come(browser: Browser, invite: Invite, name: str = "Dee", **more: str) -> httpx.Response:
    return await browser.post("/join", {"invite_token": invite.token, "display_name": name, **more})


async def seats_used(cast: Cast) -> int:
    row = await cast.parts.db.fetch_one("SELECT seats_used FROM invites")
    assert row is not None
    return int(row["seats_used"])


async def test_the_page_names_the_class_and_hides_its_code(cast: Cast, invite: Invite) -> None:
    visitor = cast.visitor()
    for _ in range(3):
        page = await visitor.get(invite.path)
    shown = BeautifulSoup(page.text, "html.parser")
    assert page.status_code == 200 and shown.h1 is not None and shown.h1.text == "Join 7B"
    assert cast.classroom.join_code not in page.text and not shown.select("[name=class_code]")
    assert await seats_used(cast) == 0


async def test_the_first_page_takes_an_invitation_in_its_address_too(cast: Cast, invite: Invite) -> None:
    page = await cast.visitor().get("/", params={"invite": invite.token})
    assert "Join 7B" in page.text and f'value="{invite.token}"' in page.text


async def test_somebody_invited_gets_into_a_class_for_the_invited(cast: Cast, invite: Invite) -> None:
    visitor = cast.visitor()
    assert (await come(visitor, invite)).headers["location"] == "/student"
    assert await seats_used(cast) == 1
    row = await cast.parts.db.fetch_one("SELECT details FROM student_events")
    assert row is not None and row["details"] == '{"invite_id": 1, "rejoined": 0}'


async def test_an_invitation_goes_before_a_class_code(cast: Cast, invite: Invite) -> None:
    assert cast.other is not None
    visitor = cast.visitor()
    await come(visitor, invite, class_code=cast.other.join_code)
    assert "7B" in (await visitor.get("/student")).text


async def test_thirty_at_once_through_the_page_take_five_places(cast: Cast, invite: Invite) -> None:
    visitors = [cast.visitor() for _ in range(30)]
    before = await cast.count("students")
    answers = await asyncio.gather(
        *(come(visitor, invite, f"Guest {n}") for n, visitor in enumerate(visitors))
    )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [302] * 5 + [422] * 25
    assert (await cast.count("students") - before, await seats_used(cast)) == (5, 5)
    assert await cast.count("sessions") == 5 == await cast.count("student_events")


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ("off", "invite_inactive", "switched off"),
        ("over", "invite_expired", "is over"),
        ("gone", "invite_invalid", "exist. Ask your teacher"),
    ],
)
async def test_an_invitation_that_is_no_good_says_so_and_leaves_the_ordinary_page(
    cast: Cast, invite: Invite, change: str, code: str, words: str
) -> None:
    async with cast.parts.db.transaction() as tx:
        if change == "off":
            await set_invite_active(tx, invite.class_id, invite.id, False)
        if change == "gone":
            await remove_invite(tx, invite.class_id, invite.id)
    if change == "over":
        cast.clock.now += 2 * 3600
    visitor = cast.visitor()
    page = await visitor.get(invite.path)
    assert page.status_code == 200 and words in page.text and 'name="class_code"' in page.text
    refused = await visitor.post_json("/join", {"invite_token": invite.token, "display_name": "Dee"})
    assert (refused.status_code, refused.json()["error"]) == (403, code)
    form = await come(visitor, invite)
    assert form.status_code == 422 and words in form.text
    assert (await cast.count("students"), await cast.count("student_events")) == (2, 0)


@pytest.mark.parametrize("token", ["\ud800", "x" * 10_000, "é", "' OR 1=1 --"])
async def test_a_token_of_nonsense_is_no_invitation(cast: Cast, token: str) -> None:
    visitor = cast.visitor()
    await visitor.get("/")
    refused = await visitor.client.post(
        "/join",
        content=json.dumps({"invite_token": token, "display_name": "Dee"}),
        headers={"X-CSRF-Token": visitor.token, "Content-Type": "application/json"},
    )
    assert (refused.status_code, refused.json()["error"]) == (403, "invite_invalid")


async def test_a_name_that_is_there_is_asked_about_on_the_invited_page_too(
    cast: Cast, invite: Invite
) -> None:
    assert cast.ben is not None
    visitor = cast.visitor()
    page = await come(visitor, invite, "Ben")
    assert page.text.count(f'name="invite_token" value="{invite.token}"') == 2
    assert cast.classroom.join_code not in page.text
    await come(visitor, invite, "", return_code=cast.ben.return_code)
    assert "Hello, Ben" in (await visitor.get("/student")).text
    assert await seats_used(cast) == 0


async def test_who_is_in_is_led_home_and_told_when_the_link_is_for_another_class(
    cast: Cast, invite: Invite
) -> None:
    ben = await cast.student(cast.ben)
    assert (await ben.get(invite.path)).headers["location"] == "/student"
    assert "another class" not in (await ben.get("/student")).text
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        elsewhere = await create_invite(tx, cast.other.id, cast.olu_id, "", None, None)
    await ben.get(elsewhere.path)
    assert "You are in another class on this device." in (await ben.get("/student")).text


async def test_a_locked_class_says_so_to_the_invited_too(cast: Cast, invite: Invite) -> None:
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    visitor = cast.visitor()
    await visitor.get(invite.path)
    for more in ({}, {"return_code": "ABCDEF"}):
        page = await come(visitor, invite, **more)
        assert page.status_code == 422 and "This class is locked just now." in page.text
