"""Whatever the join page refuses, what was typed stands in its fields again."""

import pytest
from bs4 import BeautifulSoup

from appliance.classroom.classes import set_locked
from appliance.classroom.invites import create_invite
from tests.conftest import Cast

LONG = "Maximiliane " * 20


def typed_in(page: str) -> dict[str, str]:
    """The first field of each name that somebody sees."""
    fields = BeautifulSoup(page, "html.parser").select("input:not([type=hidden])")
    return {str(field["name"]): str(field.get("value", "")) for field in reversed(fields)}


@pytest.mark.parametrize("field", ["class_code", "display_name", "return_code"])
async def test_a_refused_name_or_code_is_there_again(cast: Cast, field: str) -> None:
    code = cast.classroom.join_code
    sent = {
        "class_code": {"class_code": "ZZZZ 2222", "display_name": "Dee"},
        "display_name": {"class_code": code, "display_name": LONG.strip()},
        "return_code": {"class_code": code, "return_code": "222222", "typed_name": "Dee"},
    }[field]
    page = await cast.visitor().post("/join", sent)
    assert page.status_code == 422
    shown = typed_in(page.text)
    assert shown["display_name"] == (sent.get("display_name") or "Dee")
    assert shown["class_code"] == sent["class_code"]
    assert shown["return_code"] == sent.get("return_code", "")


async def test_a_locked_class_and_a_full_invitation_keep_the_name(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        invite = await create_invite(tx, cast.classroom.id, 1, "", 5, 1)
    for name, kept in (("Dee", False), ("Eve", True)):
        page = await cast.visitor().post("/join", {"invite_token": invite.token, "display_name": name})
        assert (page.status_code == 422) is kept
    assert typed_in(page.text)["display_name"] == "Eve"
    async with cast.parts.db.transaction() as tx:
        await set_locked(tx, cast.classroom.id, True)
    sent = {"class_code": cast.classroom.join_code, "display_name": "Fay"}
    assert typed_in((await cast.visitor().post("/join", sent)).text)["display_name"] == "Fay"


async def test_a_wrong_code_on_the_page_of_a_namesake_does_not_cost_the_name(cast: Cast) -> None:
    visitor = cast.visitor()
    there = await visitor.post("/join", {"class_code": cast.classroom.join_code, "display_name": "ben"})
    form = BeautifulSoup(there.text, "html.parser").select_one("form:has([name=return_code])")
    assert form is not None
    sent = {str(field["name"]): str(field.get("value", "")) for field in form.select("input")}
    page = await visitor.post("/join", {**sent, "return_code": "222222"})
    assert page.status_code == 422 and typed_in(page.text)["display_name"] == sent["typed_name"] == "ben"
    pressed = await visitor.post("/join", {**sent, "press": "A"})
    assert typed_in(pressed.text)["display_name"] == "ben"
