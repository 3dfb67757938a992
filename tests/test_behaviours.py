"""The table of ClassHub's behaviours tells the truth: every row is there, and every test that it names."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "classhub-behaviours.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(r"^\| (\d+) \|(.*)$", re.MULTILINE)


def names_in(file: Path) -> set[str]:
    found = ast.walk(ast.parse(file.read_text()))
    return {node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_has_forty_rows_in_order() -> None:
    assert [int(number) for number, _ in ROW.findall(TABLE.read_text())] == list(range(1, 41))


def test_every_row_names_a_test_or_says_that_it_is_not_held() -> None:
    for number, rest in ROW.findall(TABLE.read_text()):
        assert NAMED.search(rest) or "not held" in rest, number


def test_every_test_that_the_table_names_is_there() -> None:
    named = NAMED.findall(TABLE.read_text())
    assert len(named) > 60
    assert [(file, name) for file, name in named if name not in names_in(ROOT / file)] == []
