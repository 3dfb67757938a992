"""Moments as people say them: near days by their names, another year's with its year."""

import re

import pytest

from tests.conftest import PASSWORD, Cast

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


@pytest.mark.parametrize(
    ("language", "ended", "made"), [("en", "Ended on ", "made on "), ("es", "Terminó el ", "creado el ")]
)
async def test_a_sentence_that_needs_a_date_has_one(cast: Cast, language: str, ended: str, made: str) -> None:
    ada = await cast.ada()
    await ada.post("/teach/class/1/term/end")
    form = {"label": "Sheet", "current_for_token": PASSWORD}
    await ada.post("/teach/profile/tokens", form)
    ada.client.headers.update({"Accept-Language": language})
    for path, words in (("/teach/class/1/term", ended), ("/teach/profile", made)):
        assert re.search(rf"{words}\d", (await ada.get(path)).text), path
