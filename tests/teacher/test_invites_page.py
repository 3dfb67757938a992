"""Invitations and who may join, as the teacher sets them."""

import httpx
import pytest
from bs4 import BeautifulSoup

from appliance.classroom.invites import Invite, create_invite, invites_of_class
from tests.conftest import Cast

INVITES = "/teach/class/1/invites"


async def make(cast: Cast, **fields: str) -> httpx.Response:
    return await (await cast.ada()).post(INVITES, {"label": "Course", **fields})


async def only(cast: Cast) -> Invite:
    (invite,) = await invites_of_class(cast.parts.db, 1)
    return invite


async def test_an_invitation_is_made_and_shown_as_link_and_square(cast: Cast) -> None:
    ada = await cast.ada()
    made = await make(cast, hours="48", seats="30")
    invite = await only(cast)
    assert made.headers["location"] == f"{INVITES}/{invite.id}"
    assert (invite.label, invite.expires_at, invite.seats) == ("Course", cast.parts.db.now() + 48 * 3600, 30)
    page = await ada.get(made.headers["location"])
    assert invite.path in page.text and "<svg" in page.text and "0 of 30 places taken." in page.text
    listed = await ada.get(INVITES)
    assert "Course" in listed.text and "0 of 30 taken" in listed.text


async def test_nothing_said_means_no_end_and_no_limit(cast: Cast) -> None:
    await make(cast, hours="", seats="", label="")
    invite = await only(cast)
    assert (invite.expires_at, invite.seats) == (None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hours", "0"),
        ("hours", "2161"),
        ("hours", "two"),
        ("hours", "-1"),
        ("seats", "5001"),
        ("seats", "1.5"),
    ],
)
async def test_what_cannot_be_keeps_what_was_typed(cast: Cast, field: str, value: str) -> None:
    page = await make(cast, **{field: value})
    shown = BeautifulSoup(page.text, "html.parser").select_one(f"[name={field}]")
    assert page.status_code == 422 and shown is not None
    assert shown["value"] == value and shown["aria-invalid"] == "true"
    assert 'value="Course"' in page.text and await cast.count("invites") == 0


async def test_it_is_switched_off_and_on_and_removed(cast: Cast) -> None:
    await make(cast)
    ada, one = await cast.ada(), f"{INVITES}/{(await only(cast)).id}"
    await ada.post(one, {"active": "0"})
    assert not (await only(cast)).is_active and "Switched off" in (await ada.get(INVITES)).text
    await ada.post(one, {"active": "1"})
    assert (await only(cast)).is_active
    for _ in range(2):
        assert (await ada.post(f"{one}/remove")).headers["location"] == INVITES
    assert await cast.count("invites") == 0


async def test_an_invitation_of_another_class_is_not_found_through_this_one(cast: Cast) -> None:
    assert cast.other is not None
    async with cast.parts.db.transaction() as tx:
        theirs = await create_invite(tx, cast.other.id, cast.olu_id, "", None, None)
    ada = await cast.ada()
    assert (await ada.get(f"{INVITES}/{theirs.id}")).status_code == 404
    assert (await ada.post(f"{INVITES}/{theirs.id}", {"active": "0"})).status_code == 404
    await ada.post(f"{INVITES}/{theirs.id}/remove")
    assert await cast.count("invites") == 1


async def test_who_may_join_is_chosen_on_the_class_page(cast: Cast) -> None:
    ada = await cast.ada()
    for mode in ("closed", "invite_only", "open", "open"):
        await ada.post("/teach/class/1/enrolment", {"enrollment_mode": mode})
        page = BeautifulSoup((await ada.get("/teach/class/1")).text, "html.parser")
        chosen = page.select_one("[name=enrollment_mode] option[selected]")
        assert chosen is not None and chosen["value"] == mode
    refused = await ada.post("/teach/class/1/enrolment", {"enrollment_mode": "ajar"})
    assert refused.status_code == 400
    rows = await cast.parts.db.fetch_all(
        "SELECT target FROM audit_events WHERE action = 'set_enrollment_mode'"
    )
    assert [row["target"] for row in rows] == ["closed", "invite_only", "open"]


async def test_a_closed_class_lets_its_own_back_in(cast: Cast) -> None:
    assert cast.ben is not None
    await (await cast.ada()).post("/teach/class/1/enrolment", {"enrollment_mode": "closed"})
    code = cast.classroom.join_code
    new = await cast.visitor().post_json("/join", {"class_code": code, "display_name": "Dee"})
    assert new.json()["error"] == "class_enrollment_closed"
    back = await cast.visitor().post_json("/join", {"class_code": code, "return_code": cast.ben.return_code})
    assert back.json()["rejoined"] is True
