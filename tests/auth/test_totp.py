"""Six-digit codes."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pyotp
import pytest

from appliance.auth.accounts import Staff, confirm_totp
from appliance.auth.totp import accept_code, matching_step, new_secret, otpauth_uri, qr_svg, secret_of
from appliance.errors import NotFound
from appliance.storage.database import Clock, Database

# RFC 6238, appendix B: the key "12345678901234567890" in base32, and six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


@pytest.fixture
async def enrolled(db: Database, ada: Staff) -> Staff:
    async with db.transaction() as tx:
        await confirm_totp(tx, ada.id, 0)
    return ada


async def code_at(db: Database, staff: Staff, now: float) -> str:
    return pyotp.TOTP(await secret_of(db, staff.id)).generate_otp(int(now) // 30)


async def taken(db: Database, staff: Staff, code: str) -> bool:
    async with db.transaction() as tx:
        return await accept_code(tx, staff.id, code)


@pytest.mark.parametrize(("now", "code"), RFC_CODES)
def test_codes_are_those_of_the_standard(now: int, code: str) -> None:
    assert matching_step(RFC_SECRET, code, now) == now // 30


def test_a_code_is_known_one_step_either_side_and_no_further() -> None:
    found = [matching_step(RFC_SECRET, "005924", 1234567890 + 30 * away) for away in (-2, -1, 0, 1, 2)]
    assert found == [None, 41152263, 41152263, 41152263, None]


def test_a_code_may_be_typed_with_a_gap() -> None:
    assert matching_step(RFC_SECRET, " 005 924 ", 1234567890) == 41152263


@pytest.mark.parametrize(
    "code", ["", "5924", "0059240", "00592a", "٠٠٥٩٢٤", "²²²²²²", "\udc80", "0" * 100_000]
)
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(RFC_SECRET, code, 1234567890) is None


def test_a_clock_at_the_beginning_of_time_is_no_error() -> None:
    assert matching_step(RFC_SECRET, "755224", 0) == 0


async def test_a_code_is_taken_once(db: Database, clock: Clock, enrolled: Staff) -> None:
    code = await code_at(db, enrolled, clock())
    assert await taken(db, enrolled, code)
    assert not await taken(db, enrolled, code)


async def test_a_code_is_not_taken_again_in_the_next_step(
    db: Database, clock: Clock, forward: Callable[[float], None], enrolled: Staff
) -> None:
    code = await code_at(db, enrolled, clock())
    assert await taken(db, enrolled, code)
    forward(30)
    assert not await taken(db, enrolled, code)
    assert await taken(db, enrolled, await code_at(db, enrolled, clock()))


async def test_an_older_code_is_refused_after_a_newer_one(
    db: Database, clock: Clock, enrolled: Staff
) -> None:
    assert await taken(db, enrolled, await code_at(db, enrolled, clock() + 30))
    assert not await taken(db, enrolled, await code_at(db, enrolled, clock()))
    assert not await taken(db, enrolled, await code_at(db, enrolled, clock() - 30))


async def test_the_code_that_enrolled_the_authenticator_does_not_sign_in(
    db: Database, clock: Clock, ada: Staff
) -> None:
    code = await code_at(db, ada, clock())
    step = matching_step(await secret_of(db, ada.id), code, clock())
    assert step is not None
    async with db.transaction() as tx:
        await confirm_totp(tx, ada.id, step)
    assert not await taken(db, ada, code)


async def test_an_authenticator_that_is_not_enrolled_opens_nothing(
    db: Database, clock: Clock, ada: Staff
) -> None:
    assert not await taken(db, ada, await code_at(db, ada, clock()))


async def test_a_code_of_an_account_that_is_switched_off_is_refused(
    db: Database, clock: Clock, enrolled: Staff
) -> None:
    async with db.transaction() as tx:
        await tx.execute("UPDATE staff SET is_active = 0")
    assert not await taken(db, enrolled, await code_at(db, enrolled, clock()))


async def test_a_code_of_somebody_else_is_refused(
    db: Database, clock: Clock, enrolled: Staff, olu: Staff
) -> None:
    assert not await taken(db, enrolled, await code_at(db, olu, clock()))


async def test_nobody_has_no_secret(db: Database) -> None:
    with pytest.raises(NotFound):
        await secret_of(db, 99)


def test_every_secret_is_new_and_160_bits_long() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {32}


def test_the_uri_names_school_and_person_whatever_they_are_called() -> None:
    uri = urlsplit(otpauth_uri(RFC_SECRET, "ada@hill", "Hill: School & Söns?"))
    asked = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == "/Hill: School & Söns?:ada@hill"
    assert (asked["secret"], asked["issuer"]) == ([RFC_SECRET], ["Hill: School & Söns?"])


def test_the_qr_code_is_plain_svg_without_style_or_script() -> None:
    picture = ElementTree.fromstring(qr_svg('otpauth://totp/<script>"&:ada'))  # noqa: S314
    assert picture.tag == "svg" and set(picture.attrib) == {"viewBox", "class"}
    assert {element.tag for element in picture.iter()} == {"svg", "path"}
    assert all("style" not in element.attrib for element in picture.iter())
