"""`chalkbox retention`: what is too old goes, and with --dry-run nothing does."""

from pathlib import Path

from appliance.helper.exports import write_export
from tests.cli.conftest import Chalkbox, Outcome


def test_copies_that_are_too_old_go(chalkbox: Chalkbox, box: Outcome, data: Path) -> None:
    old = write_export(data, 7, [], 120, 1_000_000_000)
    assert f"Would remove {old.name}." in chalkbox("retention", "run", "--dry-run").out
    assert old.exists()
    assert chalkbox("retention", "run", "--json").json == {"removed": [str(old)], "dry_run": False}
    assert not old.exists()
    assert "Nothing has been kept for too long." in chalkbox("retention", "run").out


def test_where_no_box_is_it_says_so(chalkbox: Chalkbox) -> None:
    refused = chalkbox("retention", "run")
    assert refused.status == 1 and "There is no box in" in refused.err
