"""Ten codes on paper for the day the phone with the authenticator is gone; each works once."""

import secrets

from appliance.auth.digests import digest
from appliance.auth.join_codes import ALPHABET, normal
from appliance.storage.database import Database, Reads, Transaction

HOW_MANY = 10


def new_codes() -> list[str]:
    """Like `7KQM-X4PD`: 40 random bits each, in the alphabet of the join codes."""
    return [f"{_four()}-{_four()}" for _ in range(HOW_MANY)]


async def store_codes(tx: Transaction, staff_id: int, codes: list[str]) -> None:
    """From now on these and no older ones; only their digests are kept."""
    await tx.execute("DELETE FROM recovery_codes WHERE staff_id = :staff_id", staff_id=staff_id)
    await tx.execute_many(
        "INSERT INTO recovery_codes (staff_id, code_hash) VALUES (:staff_id, :code_hash)",
        [{"staff_id": staff_id, "code_hash": _hash(staff_id, code)} for code in codes],
    )


async def use_code(tx: Transaction, staff_id: int, code: str) -> bool:
    """Whether the code was good; it isn't any more after this. Case, spaces and dashes don't matter."""
    used = await tx.execute(
        """UPDATE recovery_codes
           SET used_at = :now
           WHERE staff_id = :staff_id
             AND code_hash = :code_hash
             AND used_at IS NULL""",
        staff_id=staff_id,
        code_hash=_hash(staff_id, code),
        now=tx.now,
    )
    return used == 1


async def codes_left(db: Database | Reads, staff_id: int) -> int:
    row = await db.fetch_one(
        "SELECT count(*) AS left FROM recovery_codes WHERE staff_id = :staff_id AND used_at IS NULL",
        staff_id=staff_id,
    )
    return 0 if row is None else int(row["left"])


def _four() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(4))


def _hash(staff_id: int, code: str) -> str:
    # The staff id as salt: the same code on two people's paper must not show as the same digest.
    return digest(f"{staff_id}:{normal(code)}")
