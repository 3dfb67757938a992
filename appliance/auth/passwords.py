"""Passwords of staff: which are strong enough, and their argon2id hashes."""

import asyncio
import re
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from appliance.errors import Busy, Invalid

SHORTEST = 10
LONGEST = 1000
TOO_SHORT = "Use a password of at least 10 characters."
TOO_LONG = "Use a password of at most 1000 characters."
IS_USERNAME = "Choose a password that does not contain your username."
TOO_EASY = "This password is too easy to guess. Try four words that don't belong together."
LINE_FULL = "Many people are signing in right now. Wait a few seconds and try again."

# OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
# At 65 ms each and two at a time, the last in a full line waits for about two seconds.
LONGEST_LINE = 64

# What people put digits or signs around when ten characters are asked for.
COMMON_TEXT = """
    abc abcd abcde abcdef abcdefg abcdefgh abcdefghij admin administrator asdf asdfgh asdfghjkl
    baseball basketball chalkbox changeme charlie chocolate class classroom computer dragon football
    freedom geheim guest hallo hello helloworld iloveyou internet jesus letmein
    letmeinplease login lovely master michael minecraft monkey mypassword passw pass passwd password
    passwort princess qazwsx qazwsxedc qwer qwert qwerty qwertyuiop qwertz qwertzuiop root samsung
    school schule secret secretpassword shadow soccer starwars student summer sunshine superman
    teacher test testtest trustno welcome whatever winter yxcvbnm zaq zaqwsx zxcvbn zxcvbnm
    contrasena escuela maestra maestro profesor profesora tequiero
    """
COMMON = frozenset(COMMON_TEXT.split())
REPEATED = re.compile(r"(.{1,8}?)\1+")
LEET = str.maketrans("0134578@$!", "oieastbasi")
RUNS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6z7u8i9o0p",
)


def check_strength(password: str, username: str) -> None:
    """Raises Invalid with what to do instead. Any characters may be used, spaces too."""
    if len(password) < SHORTEST:
        raise Invalid(TOO_SHORT, "password_too_short", "password")
    if len(password) > LONGEST:
        raise Invalid(TOO_LONG, "password_too_long", "password")
    plain = password.casefold()
    if len(username) >= 4 and username.casefold() in plain:
        raise Invalid(IS_USERNAME, "password_is_username", "password")
    if _is_easy(plain):
        raise Invalid(TOO_EASY, "password_too_easy", "password")


class Hasher:
    """Hashes in threads, a few at a time: each takes 19 MiB and a core for as long as it lasts."""

    def __init__(self, slots: int = 2) -> None:
        self._argon2 = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._slots = asyncio.Semaphore(slots)
        self._in_line = 0

    async def hash(self, password: str) -> str:
        async with self._turn():
            return await asyncio.to_thread(self._argon2.hash, _bytes(password))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Without a hash (nobody has that username) the same work is done, so that the time tells nothing."""
        if len(password) > LONGEST:
            return False
        async with self._turn():
            right = await asyncio.to_thread(self._matches, password_hash or NOBODY, _bytes(password))
        return right and password_hash is not None

    def _matches(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._in_line >= LONGEST_LINE:
            raise Busy(LINE_FULL)
        self._in_line += 1
        try:
            async with self._slots:
                yield
        finally:
            self._in_line -= 1


# A well-formed hash of nothing anybody knows, at the same cost as the real ones.
NOBODY = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${'A' * 22}${'A' * 43}"


def _is_easy(plain: str) -> bool:
    if (
        len(set(plain)) < 4
        or REPEATED.fullmatch(plain)
        or any(plain in run or plain in run[::-1] for run in RUNS)
    ):
        return True
    letters = {
        re.sub(r"[^a-z]", "", plain),
        re.sub(r"[^a-z]", "", plain.rstrip("0123456789!?.").translate(LEET)),
    }
    return any(word in COMMON for word in letters)


def _bytes(password: str) -> bytes:
    # NFKC: the same password typed on a phone and on a laptop must be the same bytes (NIST SP 800-63B).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
