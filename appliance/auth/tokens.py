"""Tokens with which a program acts for a person: staff have personal access tokens, students the one of their join."""

from contextlib import suppress
from dataclasses import dataclass

from appliance.auth.accounts import Staff, staff_from
from appliance.auth.device import read_api_token
from appliance.auth.digests import digest, new_token
from appliance.errors import Unavailable
from appliance.storage.database import Database, Reads, Transaction

# Lets people and secret scanners see what it is.
PREFIX = "cb_"
LABEL_LENGTH = 80
# Often enough to see which token is in use, and seldom enough to cost nothing.
USE_SECONDS = 3600


@dataclass(frozen=True)
class AccessToken:
    """`mark` names it without being it; moments are seconds since 1970, None where it was never used."""

    mark: str
    label: str
    created_at: int
    used_at: int | None


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for; `class_id` is 0 for staff."""

    is_staff: bool
    id: int
    class_id: int
    display_name: str
    is_operator: bool


async def new_access_token(tx: Transaction, staff_id: int, label: str) -> str:
    """Shown once; `label` says what it is for and is cut to 80 characters."""
    token = PREFIX + new_token()
    await tx.execute(
        """INSERT INTO access_tokens (token_hash, staff_id, label, created_at)
           VALUES (:token_hash, :staff_id, :label, :now)""",
        token_hash=digest(token),
        staff_id=staff_id,
        label=" ".join(label.split())[:LABEL_LENGTH],
        now=tx.now,
    )
    return token


async def staff_of_token(db: Database | Reads, token: str) -> Staff | None:
    """None for a token that was never given out or was ended, and for an account that is switched off.

    That it was used is written down at most once an hour.
    """
    if not token.startswith(PREFIX):
        return None
    row = await db.fetch_one(
        """SELECT staff.*, access_tokens.used_at
           FROM access_tokens
           JOIN staff ON staff.id = access_tokens.staff_id
           WHERE access_tokens.token_hash = :token_hash
             AND staff.is_active = 1""",
        token_hash=digest(token),
    )
    if row is None:
        return None
    if isinstance(db, Database):
        await _note_use(db, token, row["used_at"])
    return staff_from(row)


async def bearer_of_token(db: Database | Reads, secret: bytes, token: str) -> Bearer | None:
    """None for a token that is forged, was ended, or whose student or account is gone."""
    if staff := await staff_of_token(db, token):
        return Bearer(True, staff.id, 0, staff.display_name, staff.is_operator)
    given = read_api_token(secret, token)
    if given is None:
        return None
    row = await db.fetch_one(
        """SELECT students.display_name
           FROM students
           JOIN classes ON classes.id = students.class_id
           WHERE students.id = :student_id
             AND students.class_id = :class_id
             AND students.created_at <= :since
             AND classes.session_epoch = :epoch""",
        student_id=given.student_id,
        class_id=given.class_id,
        since=given.since,
        epoch=given.epoch,
    )
    return (
        None if row is None else Bearer(False, given.student_id, given.class_id, row["display_name"], False)
    )


async def tokens_of_staff(db: Database | Reads, staff_id: int) -> list[AccessToken]:
    """The newest first."""
    rows = await db.fetch_all(
        """SELECT token_hash, label, created_at, used_at
           FROM access_tokens
           WHERE staff_id = :staff_id
           ORDER BY created_at DESC, token_hash""",
        staff_id=staff_id,
    )
    return [AccessToken(*row) for row in rows]


async def end_token(tx: Transaction, staff_id: int, mark: str) -> bool:
    """Whether it was theirs and still good."""
    ended = await tx.execute(
        "DELETE FROM access_tokens WHERE staff_id = :staff_id AND token_hash = :mark",
        staff_id=staff_id,
        mark=mark,
    )
    return ended == 1


async def end_tokens_of_staff(tx: Transaction, staff_id: int) -> int:
    """Returns how many tokens stopped working."""
    return await tx.execute("DELETE FROM access_tokens WHERE staff_id = :staff_id", staff_id=staff_id)


async def _note_use(db: Database, token: str, used_at: int | None) -> None:
    if used_at is not None and db.now() - USE_SECONDS < used_at <= db.now():
        return
    # A full disk keeps no program from reading.
    with suppress(Unavailable):
        async with db.transaction() as tx:
            await tx.execute(
                "UPDATE access_tokens SET used_at = :now WHERE token_hash = :token_hash",
                now=tx.now,
                token_hash=digest(token),
            )
