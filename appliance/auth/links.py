"""Sign-in links that an operator prints on the box's console; each works once."""

from appliance.auth.digests import digest, new_token
from appliance.errors import NotFound
from appliance.storage.database import Transaction

LONGEST_SECONDS = 24 * 3600
NOT_GOOD = (
    "This sign-in link has been used or is too old. Ask the person who looks after the box for a new one."
)


async def new_sign_in_link(tx: Transaction, staff_id: int, seconds: int = 900) -> str:
    """Returns the token that the address carries; `seconds` is cut to a day."""
    token = new_token()
    await tx.execute(
        """DELETE FROM sign_in_links
           WHERE staff_id = :staff_id
             AND (expires_at <= :now OR used_at IS NOT NULL)""",
        staff_id=staff_id,
        now=tx.now,
    )
    await tx.execute(
        """INSERT INTO sign_in_links (token_hash, staff_id, expires_at)
           VALUES (:token_hash, :staff_id, :expires_at)""",
        token_hash=digest(token),
        staff_id=staff_id,
        expires_at=tx.now + min(seconds, LONGEST_SECONDS),
    )
    return token


async def use_sign_in_link(tx: Transaction, token: str) -> int:
    """Whose link it is. Raises NotFound when it was used, is too old, or its account is switched off."""
    # The second bound on expires_at: a clock set back must not bring old links to life for long.
    row = await tx.fetch_one(
        """UPDATE sign_in_links
           SET used_at = :now
           WHERE token_hash = :token_hash
             AND used_at IS NULL
             AND expires_at > :now
             AND expires_at <= :now + :longest
             AND staff_id IN (SELECT id FROM staff WHERE is_active = 1)
           RETURNING staff_id""",
        token_hash=digest(token),
        now=tx.now,
        longest=LONGEST_SECONDS,
    )
    if row is None:
        raise NotFound(NOT_GOOD, "link_not_good")
    return int(row["staff_id"])


async def end_links_of_staff(tx: Transaction, staff_id: int) -> None:
    """Those that nobody has opened yet."""
    await tx.execute("DELETE FROM sign_in_links WHERE staff_id = :staff_id", staff_id=staff_id)
