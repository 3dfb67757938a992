"""`chalkbox setup`: the first person, without a browser."""

import asyncio
import re
import stat
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pyotp
import pytest

from appliance.auth import accounts, passwords, recovery, totp
from appliance.classroom.box import box_of
from appliance.storage.database import Database
from appliance.storage.secrets import load_or_make, setup_code
from tests.cli.conftest import PASSWORD, Chalkbox, Outcome

Answer = TypeVar("Answer")


def asked(data: Path, question: Callable[[Database], Awaitable[Answer]]) -> Answer:
    async def ask() -> Answer:
        db = Database(data / "box.sqlite3", time.time)
        try:
            await db.open(data / "backups")
            return await question(db)
        finally:
            await db.close()

    return asyncio.run(ask())


def test_it_prints_what_the_first_person_needs_and_nothing_else(box: Outcome) -> None:
    assert set(box.json) == {"username", "totp_secret", "otpauth_uri", "recovery_codes"}
    assert box.json["username"] == "max"
    assert len(box.json["recovery_codes"]) == 10
    assert pyotp.parse_uri(box.json["otpauth_uri"]).secret == box.json["totp_secret"]


def test_the_printed_secret_password_and_codes_open_the_account(box: Outcome, data: Path) -> None:
    async def sign_in(db: Database) -> tuple[bool, bool, bool]:
        hasher = passwords.Hasher()
        staff = await accounts.staff_with_password(db, hasher, "max", PASSWORD)
        assert staff is not None and staff.is_operator and staff.totp_confirmed
        code = pyotp.TOTP(box.json["totp_secret"]).now()
        async with db.transaction() as tx:
            accepted = await totp.accept_code(tx, staff.id, code)
            again = await totp.accept_code(tx, staff.id, code)
            return accepted, again, await recovery.use_code(tx, staff.id, box.json["recovery_codes"][3])

    assert asked(data, sign_in) == (True, False, True)


def test_the_school_is_kept_as_it_was_named(chalkbox: Chalkbox, data: Path) -> None:
    words = (
        "--school",
        " Escuela  Olmo ",
        "--username",
        "max",
        "--timezone",
        "Europe/Madrid",
        "--language",
        "es",
    )
    assert chalkbox("setup", *words, "--password-stdin", typed=PASSWORD).status == 0
    school = asked(data, box_of)
    assert school is not None
    assert (school.school_name, school.timezone, school.language) == ("Escuela Olmo", "Europe/Madrid", "es")


def test_a_second_first_person_is_refused(box: Outcome, chalkbox: Chalkbox) -> None:
    again = chalkbox("setup", "--school", "Oak", "--username", "eve", "--password-stdin", typed=PASSWORD)
    assert (again.status, again.out) == (1, "")
    assert again.err == "This box is set up already: add people with 'chalkbox staff add', or sign in.\n"


def test_the_setup_code_of_the_browser_is_void_afterwards(chalkbox: Chalkbox, data: Path) -> None:
    load_or_make(data / "secrets")
    before = setup_code(data / "secrets")
    chalkbox("setup", "--school", "Elm", "--username", "max", "--password-stdin", typed=PASSWORD)
    assert not (data / "secrets" / "setup-code").exists()
    assert setup_code(data / "secrets") != before


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("--username", "max"), "short", "Use a password of at least 10 characters."),
        (("--username", "max"), "", "A password is needed"),
        (("--username", "<b>"), PASSWORD, "A username has 2 to 64 characters"),
        (("--username", "max", "--timezone", "Mars/Base"), PASSWORD, "Choose a time zone"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_leaves_no_box(
    chalkbox: Chalkbox, data: Path, words: tuple[str, ...], typed: str, sentence: str
) -> None:
    refused = chalkbox("setup", "--school", "Elm", *words, "--password-stdin", typed=typed)
    assert refused.status == 1 and refused.err.startswith(sentence)
    assert len(refused.err.splitlines()) == 1
    assert asked(data, box_of) is None


def test_a_school_without_a_name_is_refused(chalkbox: Chalkbox) -> None:
    refused = chalkbox("setup", "--school", "  ", "--username", "max", "--password-stdin", typed=PASSWORD)
    assert (refused.status, refused.err) == (1, "Type the name of your school.\n")


def test_for_people_the_codes_are_listed_one_a_line(chalkbox: Chalkbox) -> None:
    done = chalkbox("setup", "--school", "Elm", "--username", "max", "--password-stdin", typed=PASSWORD)
    assert len(re.findall(r"^  [A-Z2-9]{4}-[A-Z2-9]{4}$", done.out, re.MULTILINE)) == 10
    assert PASSWORD not in done.out


def test_everything_it_made_is_private(box: Outcome, data: Path) -> None:
    open_to_others = [path for path in data.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert not [
        path.name for path in open_to_others if not path.name.endswith((".sqlite3-wal", ".sqlite3-shm"))
    ]
