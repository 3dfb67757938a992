"""Days and centuries are known however they are written, and told from what is none."""

import pytest

from appliance.helper.dates import Date, century_of, date_of, days_in
from appliance.helper.plain_letters import levelled

DAY = Date(1816, 7, 9)


@pytest.mark.parametrize(
    "text",
    [
        "It was on 9 July 1816.",
        "on July 9th, 1816",
        "the ninth of July of that year",
        "Fue el nueve de julio de mil ochocientos dieciséis.",
        "el 9 de julio de 1816",
        "9/7/1816",
        "07/09/1816",
        "1816-07-09",
        "9.7.16",
        "July the ninth",
        "A month, July. A day, the 9th. And a year: 1816.",
    ],
)
def test_a_day_is_told_in_many_ways(text: str) -> None:
    assert days_in(levelled(text)).tell(DAY)


@pytest.mark.parametrize(
    "text",
    [
        "9 June 1816",
        "9 July 1815",
        "It was in July.",
        "In 1816 the war ended.",
        "9 of 18 steps",
        "You may 9 times",
    ],
)
def test_another_day_is_another(text: str) -> None:
    assert not days_in(levelled(text)).tell(DAY)


@pytest.mark.parametrize(
    "answer", ["9 July 1816", "9 de julio de 1816", "9.7.1816", "the ninth of July 1816"]
)
def test_an_answer_may_be_a_day(answer: str) -> None:
    assert date_of(levelled(answer)) == DAY


@pytest.mark.parametrize(
    "answer", ["the river", "1816", "in July people plant rice and on 9 July they harvest"]
)
def test_an_answer_may_be_none(answer: str) -> None:
    assert date_of(levelled(answer)) is None


@pytest.mark.parametrize("answer", ["siglo XVIII", "siglo 18", "the 18th century", "the eighteenth century"])
def test_a_century_is_read(answer: str) -> None:
    assert century_of(levelled(answer)) == 18


@pytest.mark.parametrize(
    "text", ["siglo dieciocho", "in the 1700s", "between 1701 and 1800", "XVIII siglo? siglo xviii"]
)
def test_a_century_is_told_in_many_ways(text: str) -> None:
    assert days_in(levelled(text)).tell_century(18)


@pytest.mark.parametrize("text", ["in 1742", "siglo XVII", "18 steps", "between 1701 and 1900"])
def test_another_century_is_another(text: str) -> None:
    assert not days_in(levelled(text)).tell_century(18)
