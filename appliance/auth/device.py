"""Signed values that browsers and programs of students carry: the device cookie and the API token."""

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

DEVICE_SECONDS = 180 * 24 * 3600
DEVICE_SALT = "chalkbox.device.v1"
API_SALT = "chalkbox.api-token.v1"
SIGNING: dict[str, Any] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}


class Device(NamedTuple):
    """Who joined from this browser before: a hint for the join page, not a session.

    A number is never given twice; `since`, when the one who is meant was made, tells apart where an old box once did.
    """

    class_id: int
    student_id: int
    since: int


class ApiToken(NamedTuple):
    """Good while `epoch` is the class's session epoch; checking that, and `since`, is up to whoever reads the class."""

    student_id: int
    class_id: int
    epoch: int
    since: int


class _SignerAt(TimestampSigner):
    """Stamps with the box's clock instead of the machine's."""

    def __init__(self, *args: Any, now: float, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._now = int(now)

    def get_timestamp(self) -> int:
        return self._now


def sign(secret: bytes, device: Device, now: float) -> str:
    """The value of the device cookie, good for 180 days."""
    serializer = URLSafeTimedSerializer(
        secret, salt=DEVICE_SALT, signer=_SignerAt, signer_kwargs={**SIGNING, "now": now}
    )
    return _text(serializer.dumps(list(device)))


def read(secret: bytes, value: str, now: float) -> Device | None:
    """None for anything forged, damaged or older than 180 days."""
    serializer = URLSafeTimedSerializer(secret, salt=DEVICE_SALT, signer_kwargs=SIGNING)
    try:
        ids, signed_at = serializer.loads(_bytes(value), return_timestamp=True)
    except BadData:
        return None
    # A stamp of the future is our own, made before the clock was put right: the browser keeps the limit.
    if not _whole_numbers(ids, 3) or datetime.fromtimestamp(now - DEVICE_SECONDS, UTC) >= signed_at:
        return None
    return Device(*ids)


def sign_api_token(secret: bytes, token: ApiToken) -> str:
    return _text(_api_serializer(secret).dumps(list(token)))


def read_api_token(secret: bytes, value: str) -> ApiToken | None:
    """None for anything forged or damaged. It has no end of its own: the class's epoch ends it."""
    try:
        numbers = _api_serializer(secret).loads(_bytes(value))
    except BadData:
        return None
    return ApiToken(*numbers) if _whole_numbers(numbers, 4) else None


def _api_serializer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=API_SALT, signer_kwargs=SIGNING)


def _whole_numbers(found: object, how_many: int) -> bool:
    return isinstance(found, list) and len(found) == how_many and all(type(number) is int for number in found)


def _text(signed: str | bytes) -> str:
    return signed if isinstance(signed, str) else signed.decode("ascii")


def _bytes(value: str) -> bytes:
    # A header can hold bytes that are no UTF-8; they must end as a wrong signature, not as an error.
    return value.encode("utf-8", "surrogatepass")
