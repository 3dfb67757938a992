"""Joining: a code and a name let a newcomer in; only a return code or one's own device lets one back in."""

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.auth.device import Device
from appliance.auth.pseudonyms import LONGEST_NAME, clean_display_name
from appliance.classroom.classes import Class, rotate_join_code, set_locked
from appliance.classroom.joining import Joined, JoinRequest, JoinRules, NameIsThere, join
from appliance.classroom.students import roster
from appliance.errors import Forbidden, Invalid, NotFound, Refusal
from appliance.storage.database import Database

ANY_EXAMPLE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80
)


async def joined(db: Database, code: str, name: str, safety: str = "warn", **rest: object) -> Joined:
    async with db.transaction() as tx:
        return await join(tx, JoinRequest(code, name, **rest), JoinRules(safety))  # type: ignore[arg-type]


async def names(db: Database, classroom: Class) -> list[str]:
    return [line.display_name for line in await roster(db, classroom.id)]


async def test_a_newcomer_is_in_with_a_code_and_a_name(db: Database, b7: Class) -> None:
    came = await joined(db, b7.spaced_join_code.lower(), "  Ben ")
    assert (came.student.display_name, came.student.class_id, came.how) == ("Ben", b7.id, "new")
    assert not came.rejoined and came.name_warning == ""
    assert await names(db, b7) == ["Ben"]


async def test_the_same_name_is_somebody_else_once_they_say_so(db: Database, b7: Class) -> None:
    first = await joined(db, b7.join_code, "Ben")
    second = await joined(db, b7.join_code, "ben", confirm_new=True)
    assert first.student.id != second.student.id
    assert first.student.return_code != second.student.return_code


async def test_the_return_code_opens_the_account_with_its_name_or_without(db: Database, b7: Class) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    code = f"{ben.return_code[:3]}-{ben.return_code[3:]}".lower()
    for name in ("", "BEN", " ben "):
        back = await joined(db, b7.join_code, name, return_code=code)
        assert (back.student.id, back.how, back.rejoined) == (ben.id, "return_code", True)


@pytest.mark.parametrize(("name", "wrong"), [("Chi", False), ("Ben", True), ("", True)])
async def test_a_return_code_with_the_wrong_name_or_a_wrong_code_opens_nothing(
    db: Database, b7: Class, name: str, wrong: bool
) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    code = "ZZZZZZ" if wrong else ben.return_code
    with pytest.raises(Invalid) as refused:
        await joined(db, b7.join_code, name, return_code=code)
    assert (refused.value.code, refused.value.field) == ("invalid_return_code", "return_code")
    assert await names(db, b7) == ["Ben"]


async def test_a_return_code_is_worth_nothing_in_another_class(db: Database, b7: Class, c8: Class) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    with pytest.raises(Invalid):
        await joined(db, c8.join_code, "Ben", return_code=ben.return_code)


async def test_the_own_device_with_the_own_name_comes_back_without_a_code(db: Database, b7: Class) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    back = await joined(db, b7.join_code, "BEN", device=Device(b7.id, ben.id, ben.created_at))
    assert (back.student.id, back.how) == (ben.id, "device")


async def test_a_device_opens_no_account_of_another_name_or_class(db: Database, b7: Class, c8: Class) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    assert (await joined(db, b7.join_code, "Chi", device=Device(b7.id, ben.id, ben.created_at))).how == "new"
    assert (await joined(db, c8.join_code, "Ben", device=Device(b7.id, ben.id, ben.created_at))).how == "new"
    with pytest.raises(NameIsThere):
        await joined(db, c8.join_code, "Ben", device=Device(c8.id, ben.id, ben.created_at))


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("", "Ben", "class_code"), ("  ", "Ben", "class_code"), ("{code}", " ", "display_name")],
)
async def test_what_is_missing_is_said_at_its_field(
    db: Database, b7: Class, code: str, name: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await joined(db, code.format(code=b7.join_code), name)
    assert (refused.value.code, refused.value.field) == ("missing_fields", field)


async def test_an_old_or_wrong_code_is_not_found(db: Database, b7: Class) -> None:
    async with db.transaction() as tx:
        await rotate_join_code(tx, b7.id)
    for code in (b7.join_code, "ABCDEFGH", "---"):
        with pytest.raises(NotFound, match="Compare it with the board"):
            await joined(db, code, "Ben")


async def test_a_locked_class_lets_nobody_in_new_or_known(db: Database, b7: Class) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    async with db.transaction() as tx:
        await set_locked(tx, b7.id, True)
    for rest in ({}, {"return_code": ben.return_code}, {"device": (b7.id, ben.id)}):
        with pytest.raises(Forbidden) as refused:
            await joined(db, b7.join_code, "Ben", **rest)
        assert refused.value.code == "class_locked"
    assert await names(db, b7) == ["Ben"]


@pytest.mark.parametrize(
    ("mode", "code"), [("closed", "class_enrollment_closed"), ("invite_only", "invite_required")]
)
async def test_a_class_that_takes_no_newcomers_still_lets_its_own_back_in(
    db: Database, b7: Class, mode: str, code: str
) -> None:
    ben = (await joined(db, b7.join_code, "Ben")).student
    async with db.transaction() as tx:
        await tx.execute("UPDATE classes SET enrollment_mode = :mode WHERE id = :id", mode=mode, id=b7.id)
    with pytest.raises(Forbidden) as refused:
        await joined(db, b7.join_code, "Chi")
    assert refused.value.code == code
    assert (await joined(db, b7.join_code, "Ben", return_code=ben.return_code)).rejoined
    assert (await joined(db, b7.join_code, "Ben", device=Device(b7.id, ben.id, ben.created_at))).rejoined


@pytest.mark.parametrize("name", ["ben@example.org", "Ben +49 30 1234567"])
async def test_a_name_that_says_too_much_is_warned_about_refused_or_let_be(
    db: Database, b7: Class, name: str
) -> None:
    assert "Choose a name" in (await joined(db, b7.join_code, name, "warn")).name_warning
    assert (await joined(db, b7.join_code, name, "off", confirm_new=True)).name_warning == ""
    before = await names(db, b7)
    with pytest.raises(Invalid) as refused:
        await joined(db, b7.join_code, name, "strict")
    assert (refused.value.code, refused.value.field) == ("name_rejected", "display_name")
    assert await names(db, b7) == before


@ANY_EXAMPLE
@given(st.text(max_size=400))
async def test_any_name_is_taken_clean_or_refused_and_a_refusal_leaves_no_trace(
    db: Database, b7: Class, name: str
) -> None:
    before = await names(db, b7)
    try:
        came = await joined(db, b7.join_code, name, confirm_new=True)
    except Invalid as refused:
        assert refused.field == "display_name"
        assert await names(db, b7) == before
        return
    kept = came.student.display_name
    assert 0 < len(kept) <= LONGEST_NAME and kept == kept.strip()
    assert not {unicodedata.category(character) for character in kept} & {"Cc", "Cs", "Co", "Zl", "Zp"}
    assert clean_display_name(kept) == kept
    assert len(await names(db, b7)) == len(before) + 1


@ANY_EXAMPLE
@given(code=st.text(max_size=60), name=st.text(max_size=20), return_code=st.text(max_size=20))
async def test_no_mixture_of_texts_opens_anything(
    db: Database, b7: Class, code: str, name: str, return_code: str
) -> None:
    with pytest.raises(Refusal):
        await joined(db, code, name, return_code=return_code)
    with pytest.raises(Invalid):
        await joined(db, b7.join_code, name, return_code=return_code.strip() or "------")
    assert await names(db, b7) == []


async def test_a_name_fits_its_return_code_however_the_phone_writes_its_accents(
    db: Database, b7: Class
) -> None:
    jose = (await joined(db, b7.join_code, "Jos\u00e9")).student
    for name in (unicodedata.normalize("NFD", "Jos\u00e9"), "JOS\u00c9", "Jos\u00e9\u200b"):
        back = await joined(db, b7.join_code, name, return_code=jose.return_code)
        assert back.student.id == jose.id
    with pytest.raises(Invalid):
        await joined(db, b7.join_code, "\u200b?", return_code=jose.return_code)
