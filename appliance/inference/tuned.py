"""What was measured of a model on this machine, kept beside the model files: how the engine is set, how fast it is."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from appliance.errors import Sentence
from appliance.inference.local import Tuning
from appliance.inference.model_list import ModelFile, write_whole

INDEX = "tuned.json"
ENGINE = "llama-cpp-python"
KNOBS = frozenset(knob.name for knob in fields(Tuning))
PROCESSOR = Path("/proc/cpuinfo")
MEMORY = Path("/proc/meminfo")
CLASS = 30
# A class on one lesson: what all questions begin with, what is each one's own, and what is written, in characters.
SHARED_CHARS = 2800
OWN_CHARS = 240
ANSWER_PIECES = 100
LONGEST_PATIENCE = 120.0
IN_SECONDS = "Answers a class of %(people)s within about %(seconds)s seconds when all ask at once, %(slots)s at a time."
IN_MINUTES = "Answers a class of %(people)s within about %(minutes)s minutes when all ask at once, %(slots)s at a time."
CARRIES = "Up to %(people)s may ask at once before the last answer takes longer than two minutes."
UNSTEADY = "Something else kept this machine busy meanwhile: measure again when it is quiet."
TOO_SLOW = "This model is too slow for a class on this machine: choose a smaller one."


@dataclass(frozen=True)
class Tuned:
    """`reading` in characters of prompt a second, `writing` in pieces a second over all slots; `at` is ISO in UTC.

    `is_steady` is false when two turns of the same differed so much that something else kept the machine busy.
    """

    tuning: Tuning
    reading: float
    writing: float
    at: str = ""
    is_steady: bool = True

    def seconds(self, people: int) -> float:
        """Until the last one has the whole answer when so many ask at once on one lesson."""
        read = SHARED_CHARS + people * OWN_CHARS
        return read / self.reading + people * ANSWER_PIECES / self.writing

    @property
    def most_people(self) -> int:
        """How many may ask at once before the last one's answer takes longer than two minutes; tens, from 10 on."""
        each = OWN_CHARS / self.reading + ANSWER_PIECES / self.writing
        most = int((LONGEST_PATIENCE - SHARED_CHARS / self.reading) / each)
        return max(0, most if most < 10 else most // 5 * 5)

    @property
    def sentence(self) -> str:
        slots, seconds = self.tuning.slots, self.seconds(CLASS)
        if seconds < 55:
            return Sentence(IN_SECONDS, people=CLASS, seconds=math.ceil(seconds / 5) * 5, slots=slots)
        return Sentence(IN_MINUTES, people=CLASS, minutes=_halves(seconds / 60), slots=slots)

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.sentence, self.size_sentence, *(() if self.is_steady else (Sentence(UNSTEADY),)))

    @property
    def size_sentence(self) -> str:
        if self.most_people < 2:
            return Sentence(TOO_SLOW)
        return Sentence(CARRIES, people=self.most_people)


def machine() -> str:
    """The same until the processor, the memory or the engine is another one."""
    try:
        engine = version(ENGINE)
    except PackageNotFoundError:
        engine = ""
    rows = _read(PROCESSOR).splitlines()
    names = sorted({row.split(":", 1)[1].strip() for row in rows if row.startswith(("model name", "flags"))})
    count = sum(row.startswith("processor") for row in rows)
    memory = next((row.split()[1] for row in _read(MEMORY).splitlines() if row.startswith("MemTotal")), "0")
    # In gigabytes: the kernel keeps a little more or less for itself at every start.
    known = json.dumps([names, count, round(int(memory) / 1024**2), engine])
    return hashlib.sha256(known.encode()).hexdigest()[:16]


def tuned_for(folder: Path, model: ModelFile | None) -> Tuned | None:
    """None where this model was never measured on this machine, or what is kept can't be read."""
    if model is None:
        return None
    try:
        return _from_row(_rows(folder)[_key(model)])
    except (KeyError, TypeError, ValueError):
        return None


def keep(folder: Path, model: ModelFile, tuned: Tuned) -> None:
    rows = _rows(folder)
    rows[_key(model)] = asdict(tuned)
    write_whole(folder / INDEX, json.dumps(rows, indent=2) + "\n")


def _rows(folder: Path) -> dict[str, Any]:
    try:
        rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _key(model: ModelFile) -> str:
    return f"{model.sha256}:{machine()}"


def _from_row(row: Mapping[str, Any]) -> Tuned:
    """Raises KeyError, TypeError or ValueError for a row that nobody of ours wrote."""
    defaults = asdict(Tuning())
    given = {name: row["tuning"][name] for name in defaults if name in row["tuning"]}
    if any(type(value) is not type(defaults[name]) for name, value in given.items()):
        raise ValueError("a tuning of another kind")
    numbers = [value for value in given.values() if type(value) is int]
    reading, writing = float(row["reading"]), float(row["writing"])
    if min(numbers, default=0) < 0 or max(numbers, default=0) > 1 << 20 or given.get("slots", 1) < 1:
        raise ValueError("a tuning out of reach")
    if not (0 < reading < math.inf and 0 < writing < math.inf):
        raise ValueError("a speed that is none")
    return Tuned(Tuning(**given), reading, writing, str(row["at"]), row.get("is_steady") is True)


def _halves(minutes: float) -> str:
    return f"{math.ceil(minutes * 2) / 2:g}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
