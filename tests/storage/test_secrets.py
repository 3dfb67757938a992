"""The box's own secrets: made once, kept private, and refused when somebody else could read them."""

import os
import re
import stat
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from appliance.errors import StartRefused
from appliance.storage.secrets import clear_setup_code, load_or_make, loose, setup_code


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_secrets_are_made_at_first_start_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = load_or_make(folder)
    assert load_or_make(folder) == made
    assert {len(key) for key in astuple(made)} == {32}
    assert len(set(astuple(made))) == 4


def test_nobody_else_on_the_machine_may_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    load_or_make(folder)
    setup_code(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes(folder) == {0o600}
    assert loose(folder) == []


def test_a_secret_that_others_can_read_stops_the_start_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    load_or_make(folder)
    (folder / "scope").chmod(0o644)
    assert loose(folder) == [folder / "scope"]
    with pytest.raises(StartRefused, match=r"chmod -R go= .*scope"):
        load_or_make(folder)


def test_an_open_folder_stops_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    load_or_make(folder)
    folder.chmod(0o755)
    with pytest.raises(StartRefused, match="Other users of this machine"):
        load_or_make(folder)


def test_a_damaged_secret_is_named_and_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    load_or_make(folder)
    (folder / "csrf").write_bytes(b"short")
    with pytest.raises(StartRefused, match=r"csrf is damaged"):
        load_or_make(folder)
    assert (folder / "csrf").read_bytes() == b"short"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("a file")
    with pytest.raises(StartRefused, match="can't be read or made"):
        load_or_make(tmp_path / "secrets")


def test_two_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    code = "import sys; from appliance.storage.secrets import *; "
    code += "folder = Path(sys.argv[1]); print(load_or_make(folder), setup_code(folder))"
    root = str(Path(__file__).parent.parent.parent)
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": root},
        )
        for _ in range(4)
    ]
    said = {start.communicate()[0] for start in starts}
    assert len(said) == 1 and b"Secrets(" in said.pop()
    assert all(not path.name.startswith(".") for path in folder.iterdir())


def test_the_setup_code_stays_until_it_is_cleared(tmp_path: Path) -> None:
    load_or_make(tmp_path / "secrets")
    code = setup_code(tmp_path / "secrets")
    assert re.fullmatch(r"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}", code)
    assert setup_code(tmp_path / "secrets") == code
    clear_setup_code(tmp_path / "secrets")
    clear_setup_code(tmp_path / "secrets")
    assert setup_code(tmp_path / "secrets") != code


def test_a_setup_code_that_somebody_edited_is_refused(tmp_path: Path) -> None:
    load_or_make(tmp_path / "secrets")
    setup_code(tmp_path / "secrets")
    (tmp_path / "secrets" / "setup-code").write_text("1")
    with pytest.raises(StartRefused, match="damaged"):
        setup_code(tmp_path / "secrets")
