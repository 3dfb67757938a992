"""The command line, run in this process on a data folder of its own."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from appliance.__main__ import main
from appliance.settings import PREFIXES

PASSWORD = "violet kettle drum 9"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Chalkbox = Callable[..., Outcome]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def chalkbox(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Chalkbox:
    """Types one command; `typed` goes to its standard input. argparse's own exit counts as a status too."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        monkeypatch.delenv(name)

    def run(*words: str, typed: str = "", data: Path = data) -> Outcome:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        try:
            status = main([*words, "--data", str(data)])
        except SystemExit as left:
            status = int(left.code or 0)
        said = capsys.readouterr()
        return Outcome(status, said.out, said.err)

    return run


@pytest.fixture
def box(chalkbox: Chalkbox) -> Outcome:
    """A box that Max has set up: what `chalkbox setup --json` said."""
    words = ("setup", "--school", "Elm School", "--username", "max", "--password-stdin", "--json")
    done = chalkbox(*words, typed=PASSWORD + "\n")
    assert done.status == 0, done.err
    return done
