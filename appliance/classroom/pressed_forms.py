"""Forms that were pressed: a second press of the same form finds what the first one did."""

import hashlib
import secrets

from appliance.storage.database import Transaction

KEPT_SECONDS = 24 * 3600
KEY_CHARACTERS = 64


def new_form_key() -> str:
    """For one showing of a form, in a hidden field."""
    return secrets.token_hex(16)


async def outcome_of(tx: Transaction, staff_id: int, form_key: str) -> str | None:
    """What this person's form did the first time; None for the first time, and for a form without a key."""
    row = await tx.fetch_one(
        "SELECT outcome FROM pressed_forms WHERE form_key = :key", key=_key(staff_id, form_key)
    )
    return str(row["outcome"]) if row and form_key else None


async def keep_outcome(tx: Transaction, staff_id: int, form_key: str, outcome: str) -> None:
    """For a day; older ones go."""
    await tx.execute("DELETE FROM pressed_forms WHERE pressed_at < :before", before=tx.now - KEPT_SECONDS)
    if form_key:
        await tx.execute(
            """
            INSERT INTO pressed_forms (form_key, outcome, pressed_at)
            VALUES (:key, :outcome, :now)
            ON CONFLICT (form_key) DO NOTHING
            """,
            key=_key(staff_id, form_key),
            outcome=outcome,
            now=tx.now,
        )


def _key(staff_id: int, form_key: str) -> str:
    return hashlib.sha256(f"{staff_id}:{form_key}".encode()).hexdigest()
