"""Random tokens that go out to people, and the digests of them that stay in the database."""

import hashlib
import secrets


def new_token() -> str:
    """256 random bits that fit in a cookie and in an address."""
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    """SHA-256 in hex. Slow hashing is for passwords: what goes in here can't be guessed."""
    # Headers and JSON can carry lone surrogates, which plain UTF-8 refuses with an error.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
