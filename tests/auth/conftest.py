"""A fresh box for every test: real SQLite in a folder of its own, and a clock that only the test moves."""

from collections.abc import Callable

import pytest

from appliance.auth.accounts import Staff, create_staff
from appliance.auth.totp import new_secret
from appliance.storage.database import Clock, Database

A_TUESDAY = 1_770_000_000


@pytest.fixture
def hands() -> list[float]:
    """What the clock shows; `forward` moves it."""
    return [A_TUESDAY]


@pytest.fixture
def clock(hands: list[float]) -> Clock:
    return lambda: hands[0]


@pytest.fixture
def forward(hands: list[float]) -> Callable[[float], None]:
    """Moves the clock on by so many seconds, or back."""

    def move(seconds: float) -> None:
        hands[0] += seconds

    return move


@pytest.fixture
async def ada(db: Database) -> Staff:
    """Her authenticator is not enrolled and her password hash opens nothing."""
    async with db.transaction() as tx:
        return await create_staff(tx, "ada", "Ada", "no hash", new_secret(), is_operator=False)


@pytest.fixture
async def olu(db: Database) -> Staff:
    async with db.transaction() as tx:
        return await create_staff(tx, "olu", "Olu", "no hash", new_secret(), is_operator=False)


@pytest.fixture
async def ben(db: Database) -> int:
    """The id of a student in class 1, whose session epoch is 1."""
    async with db.transaction() as tx:
        class_id = await tx.insert(
            "INSERT INTO classes (name, join_code, created_at) VALUES ('7B', 'ABCDEFGH', :now)", now=tx.now
        )
        return await tx.insert(
            """INSERT INTO students (class_id, display_name, return_code, created_at, last_seen_at)
               VALUES (:class_id, 'Ben', 'ABC234', :now, :now)""",
            class_id=class_id,
            now=tx.now,
        )
