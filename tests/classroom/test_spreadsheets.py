"""Tables: no cell that a spreadsheet would run, and lists as schools' programs write them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.classroom.roster_imports import names_in
from appliance.errors import Invalid
from appliance.web.sheets import FORMULA as RISKY
from appliance.web.sheets import csv_of


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_no_cell_begins_like_a_formula_and_nothing_else_changes(cells: list[str]) -> None:
    text = csv_of([cells]).removeprefix("\ufeff")
    read = next(csv.reader(io.StringIO(text, newline="")), [])
    for cell, given_cell in zip(read, cells, strict=False):
        assert not cell.startswith(RISKY)
        assert cell.removeprefix("'") == given_cell.removeprefix("'")


def test_the_usual_formulas_get_a_quote_and_numbers_stay_numbers() -> None:
    rows = csv_of([["=1+1", "+34 600", "-Ben", "@me", "\tx", "Ben", -3]]).removeprefix("\ufeff")
    assert rows == "'=1+1,'+34 600,'-Ben,'@me,'\tx,Ben,-3\r\n"


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"Ben\nChi\n", ["Ben", "Chi"]),
        (b"name,year\r\nBen,7\r\nChi,7\r\n", ["Ben", "Chi"]),
        ("Curso;Nombre\n7B;Zoë\n7B;Íñigo\n".encode("cp1252"), ["Zoë", "Íñigo"]),
        ("\ufeffFirst name\tClass\nBen\t7B\n".encode(), ["Ben"]),
        ("Name,Year\nنور,7\n".encode("utf-16"), ["نور"]),
        (b'"Smith, Ben"\n\n  \n"Lee, Chi"\n', ["Smith, Ben", "Lee, Chi"]),
    ],
)
def test_the_column_of_names_is_found(data: bytes, names: list[str]) -> None:
    assert names_in(data) == names


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_names"),
        (b"name,year\n", "no_names"),
        (b" \n,,\n", "no_names"),
        (b"PK\x03\x04\x00\x00\x00\x00", "bad_table"),
        (b"x\n" * 501, "too_many_names"),
        (b'"' + b"x" * 200_000, "bad_table"),
    ],
)
def test_what_is_no_list_of_names_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        names_in(data)
    assert refused.value.code == code and refused.value.message.endswith(".")
