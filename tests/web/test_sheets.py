"""CSV files: a text that a spreadsheet would run stays a text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from appliance.web.sheets import safe, sheet


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [safe(cell) for cell in (-3, 2.5, "Short circuits", "a=b", "")] == [
        -3,
        2.5,
        "Short circuits",
        "a=b",
        "",
    ]


@given(some.lists(some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"))))
def test_every_text_comes_back_whole(texts: list[str]) -> None:
    body = sheet("any", [texts, [1]]).body
    assert body is not None
    first, *_ = [*csv.reader(io.StringIO(body.decode("utf-8-sig"))), []]
    assert [cell.removeprefix("'") for cell in first] == [
        text.removeprefix("'") for text in texts
    ] or not texts
