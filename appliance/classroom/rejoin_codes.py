"""A teacher's one-time code for a student who lost both the device and the return code."""

from appliance.auth.digests import digest
from appliance.auth.join_codes import new_join_code
from appliance.storage.database import Transaction

GOOD_SECONDS = 30 * 60


async def create_rejoin_code(tx: Transaction, student_id: int) -> str:
    """Shown once, good for 30 minutes and one use; an earlier one of this student is worth nothing any more."""
    code = new_join_code()
    await tx.execute(
        """
        INSERT INTO rejoin_codes (student_id, code_hash, expires_at)
        VALUES (:student_id, :code_hash, :expires_at)
        ON CONFLICT (student_id)
          DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at
        """,
        student_id=student_id,
        code_hash=digest(code),
        expires_at=tx.now + GOOD_SECONDS,
    )
    return code


async def student_id_of_rejoin_code(tx: Transaction, class_id: int, code: str) -> int | None:
    """Whose it is, while it is good; it stays good until `use_rejoin_code`."""
    row = await tx.fetch_one(
        """
        SELECT rejoin_codes.student_id
        FROM rejoin_codes JOIN students ON students.id = rejoin_codes.student_id
        WHERE students.class_id = :class_id
          AND rejoin_codes.code_hash = :code_hash
          AND rejoin_codes.expires_at > :now
          -- A clock that was set back must not bring an old code to life for long.
          AND rejoin_codes.expires_at <= :now + :seconds
        """,
        class_id=class_id,
        code_hash=digest(code),
        now=tx.now,
        seconds=GOOD_SECONDS,
    )
    return row["student_id"] if row else None


async def use_rejoin_code(tx: Transaction, student_id: int) -> None:
    await tx.execute("DELETE FROM rejoin_codes WHERE student_id = :student_id", student_id=student_id)
