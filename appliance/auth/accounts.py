"""The people who run classes and the box."""

import re
import sqlite3
from dataclasses import dataclass

from appliance.auth.passwords import Hasher
from appliance.auth.pseudonyms import clean_display_name
from appliance.errors import Conflict, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

# ASCII only: the table compares usernames without case, and SQLite folds ASCII alone.
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}")
BAD_USERNAME = (
    "A username has 2 to 64 characters: the letters a to z, digits, and . _ - @ + after the first character."
)
TAKEN = "Someone already uses this username. Choose another one."
NO_ACCOUNT = "There is no such account."


@dataclass(frozen=True)
class Staff:
    id: int
    username: str
    display_name: str
    is_operator: bool
    is_active: bool
    totp_confirmed: bool


async def is_set_up(db: Database | Reads) -> bool:
    """Whether first run is over."""
    return await db.fetch_one("SELECT id FROM box") is not None


async def staff_by_id(db: Database | Reads, staff_id: int) -> Staff | None:
    row = await db.fetch_one("SELECT * FROM staff WHERE id = :id", id=staff_id)
    return None if row is None else staff_from(row)


async def staff_by_username(db: Database | Reads, username: str) -> Staff | None:
    """Upper and lower case count the same."""
    row = await _row_by_username(db, username)
    return None if row is None else staff_from(row)


async def all_staff(db: Database | Reads) -> list[Staff]:
    """Everybody, those who are switched off too, by username."""
    return [staff_from(row) for row in await db.fetch_all("SELECT * FROM staff ORDER BY username")]


async def staff_with_password(
    db: Database | Reads, hasher: Hasher, username: str, password: str
) -> Staff | None:
    """The active account that this password opens; a wrong name takes as long as a wrong password."""
    row = await _row_by_username(db, username)
    right = await hasher.verify(None if row is None else row["password_hash"], password)
    return staff_from(row) if row is not None and right and row["is_active"] else None


async def create_staff(
    tx: Transaction,
    username: str,
    display_name: str,
    password_hash: str,
    totp_secret: str,
    is_operator: bool,
) -> Staff:
    """Raises Invalid for a username or name that can't be used, Conflict when the username is taken."""
    username = checked_username(username)
    if await _row_by_username(tx, username) is not None:
        raise Conflict(TAKEN, "username_taken", "username")
    name = clean_display_name(display_name)
    staff_id = await tx.insert(
        """INSERT INTO staff (username, display_name, password_hash, totp_secret, is_operator, created_at)
           VALUES (:username, :name, :password_hash, :totp_secret, :is_operator, :now)""",
        username=username,
        name=name,
        password_hash=password_hash,
        totp_secret=totp_secret,
        is_operator=int(is_operator),
        now=tx.now,
    )
    return Staff(staff_id, username, name, is_operator, is_active=True, totp_confirmed=False)


def checked_username(username: str) -> str:
    """Trimmed; raises Invalid for one that can't be used."""
    if not USERNAME.fullmatch(username.strip()):
        raise Invalid(BAD_USERNAME, "bad_username", "username")
    return username.strip()


async def set_password(tx: Transaction, staff_id: int, password_hash: str) -> None:
    """Sessions that are open stay open: ending them is the caller's decision."""
    changed = await tx.execute(
        "UPDATE staff SET password_hash = :password_hash WHERE id = :id",
        id=staff_id,
        password_hash=password_hash,
    )
    _insist(changed)


async def set_display_name(tx: Transaction, staff_id: int, display_name: str) -> None:
    """Raises Invalid for a name that can't be used."""
    name = clean_display_name(display_name)
    changed = await tx.execute("UPDATE staff SET display_name = :name WHERE id = :id", id=staff_id, name=name)
    _insist(changed)


async def set_totp_secret(tx: Transaction, staff_id: int, secret: str) -> None:
    """A new authenticator, not enrolled before its first right code."""
    changed = await tx.execute(
        """UPDATE staff
           SET totp_secret = :secret, totp_confirmed_at = NULL, totp_last_step = 0
           WHERE id = :id""",
        id=staff_id,
        secret=secret,
    )
    _insist(changed)


async def renew_unconfirmed_totp(tx: Transaction, staff_id: int, secret: str) -> None:
    """At each sign-in until one is enrolled: a secret that somebody saw who knew the first password opens nothing.

    An enrolled authenticator stays.
    """
    await tx.execute(
        "UPDATE staff SET totp_secret = :secret WHERE id = :id AND totp_confirmed_at IS NULL",
        id=staff_id,
        secret=secret,
    )


async def confirm_totp(tx: Transaction, staff_id: int, step: int) -> None:
    """Enrol the authenticator; `step` is that of the code which proved it, and is used up by this."""
    changed = await tx.execute(
        """UPDATE staff
           SET totp_confirmed_at = :now, totp_last_step = max(totp_last_step, :step)
           WHERE id = :id""",
        id=staff_id,
        step=step,
        now=tx.now,
    )
    _insist(changed)


def staff_from(row: sqlite3.Row) -> Staff:
    """From a row with all columns of `staff`."""
    return Staff(
        row["id"],
        row["username"],
        row["display_name"],
        bool(row["is_operator"]),
        bool(row["is_active"]),
        row["totp_confirmed_at"] is not None,
    )


async def _row_by_username(db: Database | Reads, username: str) -> sqlite3.Row | None:
    username = username.strip()
    if not USERNAME.fullmatch(username):
        return None
    return await db.fetch_one("SELECT * FROM staff WHERE username = :username", username=username)


def _insist(changed: int) -> None:
    if not changed:
        raise NotFound(NO_ACCOUNT)
