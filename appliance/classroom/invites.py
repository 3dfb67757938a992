"""Invitations: a link that lets newcomers into one class, for a while and for so many."""

import secrets
import sqlite3
from dataclasses import dataclass
from typing import Literal

from appliance.errors import Forbidden, Invalid, NotFound
from appliance.storage.database import Database, Reads, Transaction

LABEL_CHARACTERS = 120
MOST_HOURS = 90 * 24
MOST_SEATS = 5000
# 18 bytes are 24 characters that fit into an address.
TOKEN_BYTES = 18
WRONG_HOURS = "An invitation may be good for 1 to 2160 hours. Leave this empty and it doesn't end."
WRONG_SEATS = "An invitation may have 1 to 5000 places. Leave this empty and there is no limit."
NO_SEAT = "All places of this invitation are taken. Ask your teacher for a new one."

State = Literal["open", "off", "over", "full"]


@dataclass(frozen=True)
class Invite:
    """`expires_at` and `seats` are None where there is no end and no limit."""

    id: int
    class_id: int
    token: str
    label: str
    expires_at: int | None
    seats: int | None
    seats_used: int
    is_active: bool
    created_at: int
    last_used_at: int | None

    @property
    def path(self) -> str:
        return f"/invite/{self.token}"

    @property
    def seats_left(self) -> int | None:
        return None if self.seats is None else max(0, self.seats - self.seats_used)

    def state(self, now: int) -> State:
        if not self.is_active:
            return "off"
        if self.expires_at is not None and self.expires_at <= now:
            return "over"
        return "full" if self.seats_left == 0 else "open"


async def create_invite(
    tx: Transaction, class_id: int, staff_id: int, label: str, hours: int | None, seats: int | None
) -> Invite:
    """`hours` from now until it ends; raises Invalid outside 1 to 2160 hours and 1 to 5000 seats."""
    label = " ".join(label.split())
    if len(label) > LABEL_CHARACTERS:
        raise Invalid("The note may have 120 characters at most.", "too_long", field="label")
    if hours is not None and not 1 <= hours <= MOST_HOURS:
        raise Invalid(WRONG_HOURS, field="hours")
    if seats is not None and not 1 <= seats <= MOST_SEATS:
        raise Invalid(WRONG_SEATS, field="seats")
    invite_id = await tx.insert(
        """
        INSERT INTO invites (class_id, staff_id, token, label, expires_at, seats, created_at)
        VALUES (:class_id, :staff_id, :token, :label, :expires_at, :seats, :now)
        """,
        class_id=class_id,
        staff_id=staff_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        label=label,
        expires_at=None if hours is None else tx.now + hours * 3600,
        seats=seats,
        now=tx.now,
    )
    return await invite_of_class(tx, class_id, invite_id)


async def invites_of_class(db: Database, class_id: int) -> list[Invite]:
    """The newest first."""
    rows = await db.fetch_all(
        "SELECT * FROM invites WHERE class_id = :class_id ORDER BY created_at DESC, id DESC",
        class_id=class_id,
    )
    return [_invite(row) for row in rows]


async def invite_of_class(db: Database | Reads, class_id: int, invite_id: int) -> Invite:
    row = await db.fetch_one(
        "SELECT * FROM invites WHERE id = :id AND class_id = :class_id", id=invite_id, class_id=class_id
    )
    if row is None:
        raise NotFound("There is no such invitation in this class.")
    return _invite(row)


async def usable_invite(db: Database | Reads, token: str, now: int) -> Invite:
    """One that somebody may come with, though its seats may be taken. Raises Forbidden for any other."""
    # Programs can send half a character, which the database can't even be asked for.
    row = (
        await db.fetch_one("SELECT * FROM invites WHERE token = :token", token=token)
        if token.isascii()
        else None
    )
    if row is None:
        raise Forbidden("This invitation doesn't exist. Ask your teacher for the link.", "invite_invalid")
    invite = _invite(row)
    state = invite.state(now)
    if state == "off":
        raise Forbidden("This invitation is switched off. Ask your teacher for a new one.", "invite_inactive")
    if state == "over":
        raise Forbidden("This invitation is over. Ask your teacher for a new one.", "invite_expired")
    return invite


async def class_id_of_invite(db: Database, token: str) -> int | None:
    """Whatever state it is in."""
    row = await db.fetch_one("SELECT class_id FROM invites WHERE token = :token", token=token)
    return row["class_id"] if row else None


async def take_seat(tx: Transaction, invite: Invite) -> None:
    """For somebody new. Raises `invite_seat_cap_reached` when the last one is gone."""
    taken = await tx.execute(
        """
        UPDATE invites SET seats_used = seats_used + 1, last_used_at = :now
        WHERE id = :id AND (seats IS NULL OR seats_used < seats)
        """,
        now=tx.now,
        id=invite.id,
    )
    if not taken:
        raise Invalid(NO_SEAT, "invite_seat_cap_reached")


async def set_invite_active(tx: Transaction, class_id: int, invite_id: int, is_active: bool) -> None:
    """Raises NotFound for an invitation of another class."""
    changed = await tx.execute(
        "UPDATE invites SET is_active = :is_active WHERE id = :id AND class_id = :class_id",
        is_active=is_active,
        id=invite_id,
        class_id=class_id,
    )
    if not changed:
        raise NotFound("There is no such invitation in this class.")


async def remove_invite(tx: Transaction, class_id: int, invite_id: int) -> None:
    """Its link opens nothing from now on; removing it twice is fine. Who came with it stays."""
    await tx.execute(
        "DELETE FROM invites WHERE id = :id AND class_id = :class_id", id=invite_id, class_id=class_id
    )


def _invite(row: sqlite3.Row) -> Invite:
    return Invite(
        row["id"],
        row["class_id"],
        row["token"],
        row["label"],
        row["expires_at"],
        row["seats"],
        row["seats_used"],
        bool(row["is_active"]),
        row["created_at"],
        row["last_used_at"],
    )
