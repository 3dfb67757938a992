"""Moments as people say them: near days by their names, another year's with its year."""

import re

import pytest

from tests.conftest import Cast

DAY = 24 * 3600


async def last_here(cast: Cast, days: int, **headers: str) -> str:
    """The box's clock goes on by so many days after Ben was here."""
    assert cast.ben is not None
    async with cast.parts.db.transaction() as tx:
        await tx.execute(
            "UPDATE students SET last_seen_at = :then WHERE id = :id",
            then=tx.now - days * DAY,
            id=cast.ben.id,
        )
    ada = await cast.ada()
    ada.client.headers.update(headers)
    return (await ada.get(f"/teach/class/{cast.classroom.id}/roster")).text


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [(1, "en", "yesterday, "), (1, "es", "ayer, "), (3, "en", " Jan, "), (400, "en", r" \d{4}, ")],
)
async def test_a_day_nearby_has_its_name_and_one_of_another_year_its_year(
    cast: Cast, days: int, language: str, said: str
) -> None:
    page = await last_here(cast, days, **{"Accept-Language": language})
    line = page.split(">Ben<")[1].split("</tr>")[0]
    assert re.search(said, line) and ("yesterday" in line) == (days == 1 and language == "en")
