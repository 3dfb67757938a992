"""Signed-in browsers, of staff and of students; the cookie holds a token, the database its digest."""

from dataclasses import dataclass

from appliance.auth.digests import digest, new_token
from appliance.storage.database import Database, Reads, Transaction

STAFF_SECONDS = 12 * 3600
STUDENT_SECONDS = 30 * 24 * 3600
# Between password and second factor: long enough to enrol an authenticator.
UNVERIFIED_SECONDS = 30 * 60
# A box without a battery may wake up with a clock that is off. A day back throws nobody out, but a session
# that was made by a clock years ahead must not live for years.
CLOCK_SLACK_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Session:
    """Of one staff member or one student. `verified`: the second factor was given; false for students.

    `class_id` is 0 for staff, and `class_has_ended` false.
    """

    staff_id: int | None
    student_id: int | None
    verified: bool
    display_name: str
    class_id: int
    is_operator: bool
    class_has_ended: bool


async def begin_staff(tx: Transaction, staff_id: int, verified: bool) -> str:
    """Returns the token for the cookie. At a change of rights: `end` the old one and begin a new one."""
    token = new_token()
    await tx.execute(
        "DELETE FROM sessions WHERE staff_id = :staff_id AND expires_at <= :now",
        staff_id=staff_id,
        now=tx.now,
    )
    await tx.execute(
        """INSERT INTO sessions (token_hash, staff_id, verified_at, created_at, expires_at)
           VALUES (:token_hash, :staff_id, :verified_at, :now, :expires_at)""",
        token_hash=digest(token),
        staff_id=staff_id,
        verified_at=tx.now if verified else None,
        now=tx.now,
        expires_at=tx.now + (STAFF_SECONDS if verified else UNVERIFIED_SECONDS),
    )
    return token


async def begin_student(tx: Transaction, student_id: int, class_epoch: int) -> str:
    """Returns the token for the cookie; it is good until the class moves on from `class_epoch`."""
    token = new_token()
    await tx.execute(
        "DELETE FROM sessions WHERE student_id = :student_id AND expires_at <= :now",
        student_id=student_id,
        now=tx.now,
    )
    await tx.execute(
        """INSERT INTO sessions (token_hash, student_id, class_epoch, created_at, expires_at)
           VALUES (:token_hash, :student_id, :class_epoch, :now, :expires_at)""",
        token_hash=digest(token),
        student_id=student_id,
        class_epoch=class_epoch,
        now=tx.now,
        expires_at=tx.now + STUDENT_SECONDS,
    )
    return token


async def session_of(db: Database | Reads, token: str, now: float) -> Session | None:
    """None when it is over, the account is switched off or the class has ended its sessions."""
    row = await db.fetch_one(
        """SELECT sessions.*, students.class_id, staff.is_operator, classes.ended_at,
             coalesce(staff.display_name, students.display_name) AS display_name
           FROM sessions
           LEFT JOIN staff ON staff.id = sessions.staff_id
           LEFT JOIN students ON students.id = sessions.student_id
           LEFT JOIN classes ON classes.id = students.class_id
           WHERE sessions.token_hash = :token_hash
             AND sessions.expires_at > :now
             AND sessions.created_at <= :now + :slack
             AND (staff.is_active = 1 OR classes.session_epoch = sessions.class_epoch)""",
        token_hash=digest(token),
        now=int(now),
        slack=CLOCK_SLACK_SECONDS,
    )
    if row is None:
        return None
    return Session(
        row["staff_id"],
        row["student_id"],
        row["verified_at"] is not None,
        row["display_name"],
        row["class_id"] or 0,
        bool(row["is_operator"]),
        row["ended_at"] is not None,
    )


async def end(tx: Transaction, token: str) -> None:
    """Ending what is over already, or never was, is fine."""
    await tx.execute("DELETE FROM sessions WHERE token_hash = :token_hash", token_hash=digest(token))


async def end_all_of_staff(tx: Transaction, staff_id: int, except_token: str = "") -> None:
    """All browsers of this person; `except_token` is the one they sit at."""
    await tx.execute(
        "DELETE FROM sessions WHERE staff_id = :staff_id AND token_hash <> :kept",
        staff_id=staff_id,
        kept=digest(except_token),
    )


async def others_of_staff(db: Database, staff_id: int, own_token: str) -> int:
    """How many browsers, apart from the one that holds `own_token`, this person is signed in with."""
    row = await db.fetch_one(
        """SELECT count(*) AS others
           FROM sessions
           WHERE staff_id = :staff_id
             AND token_hash <> :own
             AND verified_at IS NOT NULL
             AND expires_at > :now""",
        staff_id=staff_id,
        own=digest(own_token),
        now=db.now(),
    )
    return 0 if row is None else int(row["others"])
