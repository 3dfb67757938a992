"""A box on a fresh data folder, for as long as something is measured on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.serving import ServedBox

SEARCH_MODEL = Path(__file__).parent.parent.parent / "models"
# The rush is a class on one address, all of it right.
ENVIRONMENT = {"APPLIANCE_JOIN_RATE_LIMIT_PER_MINUTE": "100000"}


@contextmanager
def new_box(**environment: str) -> Iterator[ServedBox]:
    with tempfile.TemporaryDirectory() as folder:
        box = ServedBox(Path(folder) / "data", Path(folder) / "log", {**ENVIRONMENT, **environment})
        try:
            yield box
        finally:
            if box.process is not None:
                box.kill()
