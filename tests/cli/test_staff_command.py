"""`chalkbox staff`: the people who run classes and the box, from the console."""

import asyncio
import time
from pathlib import Path

import pytest

from appliance.auth import accounts, links, passwords, recovery, sessions, tokens
from appliance.errors import NotFound
from appliance.storage.database import Database
from tests.cli.conftest import PASSWORD, Chalkbox, Outcome

OTHER_PASSWORD = "copper window seven"


def with_database(data: Path) -> Database:
    return Database(data / "box.sqlite3", time.time)


@pytest.fixture
def ada(box: Outcome, chalkbox: Chalkbox) -> Outcome:
    added = chalkbox("staff", "add", "ada", "--name", "Ada L", "--password-stdin", "--json", typed=PASSWORD)
    assert added.status == 0, added.err
    return added


def test_an_added_person_is_listed_and_has_to_enrol(ada: Outcome, chalkbox: Chalkbox) -> None:
    listed = {row["username"]: row for row in chalkbox("staff", "list", "--json").json["staff"]}
    assert set(listed) == {"ada", "max"}
    assert listed["ada"]["display_name"] == "Ada L"
    assert not listed["ada"]["is_operator"] and not listed["ada"]["totp_confirmed"]


def test_a_username_that_is_taken_is_refused(ada: Outcome, chalkbox: Chalkbox) -> None:
    again = chalkbox("staff", "add", "ADA", "--password-stdin", typed=PASSWORD)
    assert (again.status, again.out) == (1, "")
    assert again.err == "Someone already uses this username. Choose another one.\n"


def test_the_list_for_people_has_a_line_for_each(ada: Outcome, chalkbox: Chalkbox) -> None:
    lines = chalkbox("staff", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["Username", "ada", "max"]


async def opens(data: Path, url: str) -> bool:
    """Whether this sign-in link still lets somebody in."""
    db = with_database(data)
    await db.open(data / "backups")
    try:
        async with db.transaction() as tx:
            return bool(await links.use_sign_in_link(tx, url.rpartition("/")[2]))
    except NotFound:
        return False
    finally:
        await db.close()


async def acts(data: Path, token: str) -> bool:
    db = with_database(data)
    await db.open(data / "backups")
    try:
        return await tokens.staff_of_token(db, token) is not None
    finally:
        await db.close()


def test_a_new_password_ends_sessions_and_tokens(ada: Outcome, chalkbox: Chalkbox, data: Path) -> None:
    url = chalkbox("staff", "sign-in-link", "ada").out.strip()

    async def sign_in() -> tuple[str, str]:
        db = with_database(data)
        await db.open(data / "backups")
        async with db.transaction() as tx:
            session = await sessions.begin_staff(tx, ada.json["id"], verified=True)
            token = await tokens.new_access_token(tx, ada.json["id"], "reports")
        await db.close()
        return session, token

    async def still_good(session: str, token: str) -> tuple[object, object, object, object]:
        db = with_database(data)
        await db.open(data / "backups")
        try:
            return (
                await sessions.session_of(db, session, time.time()),
                await tokens.staff_of_token(db, token),
                await accounts.staff_with_password(db, passwords.Hasher(), "ada", PASSWORD),
                await accounts.staff_with_password(db, passwords.Hasher(), "ada", OTHER_PASSWORD) is not None,
            )
        finally:
            await db.close()

    session, token = asyncio.run(sign_in())
    done = chalkbox("staff", "reset-password", "ada", "--password-stdin", typed=OTHER_PASSWORD)
    assert done.status == 0 and "1 access tokens" in done.out
    assert asyncio.run(still_good(session, token)) == (None, None, None, True)
    assert not asyncio.run(opens(data, url))


def test_a_forgotten_authenticator_is_enrolled_anew_and_old_codes_are_void(
    box: Outcome, chalkbox: Chalkbox, data: Path
) -> None:
    url = chalkbox("staff", "sign-in-link", "max").out.strip()
    token = chalkbox("staff", "token", "max").out.strip()

    async def max_now() -> tuple[bool, int]:
        db = with_database(data)
        await db.open(data / "backups")
        try:
            staff = await accounts.staff_by_username(db, "max")
            assert staff is not None
            return staff.totp_confirmed, await recovery.codes_left(db, staff.id)
        finally:
            await db.close()

    assert asyncio.run(max_now()) == (True, 10)
    assert chalkbox("staff", "reset-otp", "max").status == 0
    assert asyncio.run(max_now()) == (False, 0)
    assert not asyncio.run(opens(data, url)) and not asyncio.run(acts(data, token))


def test_a_sign_in_link_opens_this_account_once(box: Outcome, chalkbox: Chalkbox, data: Path) -> None:
    url = chalkbox("staff", "sign-in-link", "max").out.strip()
    address, _, token = url.rpartition("/")
    assert address == "http://localhost:8080/sign-in/link"

    async def use() -> int:
        db = with_database(data)
        await db.open(data / "backups")
        try:
            async with db.transaction() as tx:
                return await links.use_sign_in_link(tx, token)
        finally:
            await db.close()

    assert asyncio.run(use()) == 1
    with pytest.raises(Exception, match="has been used"):
        asyncio.run(use())


def test_a_token_acts_for_its_person(box: Outcome, chalkbox: Chalkbox, data: Path) -> None:
    made = chalkbox("staff", "token", "max", "--label", "reports", "--json").json

    async def whose() -> str:
        db = with_database(data)
        await db.open(data / "backups")
        try:
            staff = await tokens.staff_of_token(db, made["token"])
            return staff.username if staff else ""
        finally:
            await db.close()

    assert asyncio.run(whose()) == made["username"] == "max"


@pytest.mark.parametrize("action", ["reset-password", "reset-otp", "token", "sign-in-link"])
def test_a_stranger_is_named_as_one(box: Outcome, chalkbox: Chalkbox, action: str) -> None:
    refused = chalkbox("staff", action, "nobody")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err == "Nobody here is called nobody: 'chalkbox staff list' shows everybody.\n"


def test_a_wrong_data_folder_makes_no_second_box(chalkbox: Chalkbox, data: Path) -> None:
    refused = chalkbox("staff", "list")
    assert refused.status == 1 and refused.err.startswith("There is no box in ")
    assert not data.exists()


def test_every_change_is_in_the_audit(ada: Outcome, chalkbox: Chalkbox, data: Path) -> None:
    async def actions() -> list[str]:
        db = with_database(data)
        await db.open(data / "backups")
        try:
            return [
                row["action"] for row in await db.fetch_all("SELECT action FROM audit_events ORDER BY id")
            ]
        finally:
            await db.close()

    chalkbox("staff", "token", "ada")
    assert asyncio.run(actions()) == ["box_set_up", "staff_added", "access_token_made"]
