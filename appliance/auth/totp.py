"""Six-digit codes from an authenticator app (RFC 6238), each taken once."""

import hmac
import re

import pyotp
import segno
from markupsafe import Markup

from appliance.errors import NotFound
from appliance.storage.database import Database, Reads, Transaction

STEP_SECONDS = 30
CODE = re.compile(r"[0-9]{6}")
NO_ACCOUNT = "There is no such account."


def new_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, username: str, school: str) -> str:
    """What the QR code holds; the app lists it under the school's name."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=school)


def qr_svg(text: str) -> Markup:
    """An inline SVG without size, style or script: safe markup, which the style sheet sizes by its class."""
    # Black on white in dark mode too: many cameras don't read it the other way round.
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704 - drawn here; the text is nothing but squares


async def secret_of(db: Database | Reads, staff_id: int) -> str:
    row = await db.fetch_one("SELECT totp_secret FROM staff WHERE id = :id", id=staff_id)
    if row is None:
        raise NotFound(NO_ACCOUNT)
    return str(row["totp_secret"])


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The 30-second step that this code belongs to; one step either side of `now` is allowed."""
    digits = "".join(code[:20].split())
    if not CODE.fullmatch(digits):
        return None
    totp, current = pyotp.TOTP(secret), int(now) // STEP_SECONDS
    steps = [
        step for step in range(max(0, current - 1), current + 2) if _same(totp.generate_otp(step), digits)
    ]
    return steps[-1] if steps else None


async def accept_code(tx: Transaction, staff_id: int, code: str) -> bool:
    """Take a code of an enrolled authenticator; one of the last step taken, or an older one, is refused."""
    step = matching_step(await secret_of(tx, staff_id), code, tx.now)
    if step is None:
        return False
    taken = await tx.execute(
        """UPDATE staff
           SET totp_last_step = :step
           WHERE id = :id
             AND is_active = 1
             AND totp_confirmed_at IS NOT NULL
             AND totp_last_step < :step""",
        id=staff_id,
        step=step,
    )
    return taken == 1


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected, given)
