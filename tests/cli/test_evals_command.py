"""`chalkbox evals helper`: a table for people, figures and misses for programs, status 1 for a fall."""

import json
from pathlib import Path

from tests.cli.conftest import Chalkbox


def test_the_table_says_what_was_found_and_what_is_promised(chalkbox: Chalkbox, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ran = chalkbox("evals", "helper", "--json", str(file))
    assert ran.status == 0, ran.out
    assert "intent accuracy" in ran.out and "reached" in ran.out
    written = json.loads(file.read_text())
    assert written["ok"] and {"name", "share", "of", "baseline", "missed"} <= written["figures"][0].keys()
