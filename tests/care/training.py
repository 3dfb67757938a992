"""Learns the weights of care from sentences written by hand: logistic regression, the same result on every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.helper import care_weights
from appliance.helper.care import FIGURES, PATTERNS, meant, rules_fit
from appliance.helper.care_features import BUCKETS, CONCEPTS
from appliance.helper.care_weights import MOST, Weights, parts_of
from appliance.helper.evals.labelled import APART
from appliance.helper.evals.labelled import labelled as set_of

HERE = Path(__file__).parent
SENTENCES = ("care-en", "care-es", "care-strangers", "fine-en", "fine-es", "fine-strangers", "fine-lessons")
# What children ask helpers, none of it about trouble: the lines that taught the intents, and the part of the
# strangers' questions that may be seen.
ORDINARY = ("training/intents.txt",)
STRANGERS = ("intents", "topics", "textlang")
QUESTION_SETS = (("retrieval", 2), ("topics", 3), ("intents", 2), ("intents-later", 2))
PATTERN_SET = HERE.parent / "evals" / "care.txt"
HELPER = Path(care_weights.__file__).parent
WEIGHTS = HELPER / care_weights.FILE
# Neighbouring lines say much the same: they are learnt from or judged together, never split.
FAMILY = 8
DECAY = 1e-5
STEPS = 150
RATE = 10.0

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sentence:
    is_care: bool
    text: str
    family: str


@dataclass(frozen=True)
class Table:
    """Sparse: of each entry its sentence, its bucket and what it counts."""

    rows: NDArray[np.int64]
    buckets: NDArray[np.int64]
    worth: Floats
    is_care: Floats


def sentences() -> list[Sentence]:
    """All that is learnt from: the hand-written lines, and the part that the phrases were written for."""
    found = []
    for name in SENTENCES:
        lines = [line for line in (HERE / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line]
        texts = [line for line in lines if not line.startswith("# ")]
        is_care = name.startswith("care")
        found += [Sentence(is_care, text, f"{name} {at // FAMILY}") for at, text in enumerate(texts)]
    known = {each.text.casefold() for each in found}
    asked = [text for text in ordinary_questions() if text.casefold() not in known]
    found += [Sentence(False, text, f"asked {at // FAMILY}") for at, text in enumerate(asked)]
    phrases = enumerate(labelled("rules"))
    return found + [Sentence(is_care, text, f"phrases {at // FAMILY}") for at, (is_care, text) in phrases]


def ordinary_questions() -> list[str]:
    rows = [row for name in ORDINARY for row in (HELPER / name).read_text(encoding="utf-8").splitlines()]
    return [row.strip() for row in rows if row.strip() and row.strip()[0] not in "#["] + strangers("dev")


def strangers(part: str) -> list[str]:
    """Questions by authors who knew the lessons and not the code; `held` is only measured."""
    files = (HELPER / "evals" / "strangers" / f"{name}-{part}.txt" for name in STRANGERS)
    rows = [row for file in files for row in file.read_text(encoding="utf-8").splitlines()]
    return [row.rpartition(APART)[2].strip() for row in rows if APART in row and not row.startswith("#")]


def questions() -> list[tuple[str, bool]]:
    """Of the other labelled sets, none of which needs care; half of them are only measured."""
    return [(each.text, each.is_held) for name, labels in QUESTION_SETS for each in set_of(name, labels)]


def labelled(part: str) -> list[tuple[bool, str]]:
    """A part of the labelled set, where `care` is True."""
    lines = PATTERN_SET.read_text(encoding="utf-8").split(f"== {part}\n")[1].split("== ")[0].splitlines()
    rows = [line.split(" | ", 1) for line in lines if line and not line.startswith("#")]
    return [(label == "care", text) for label, text in rows]


def made_from() -> str:
    """The SHA-256 of everything that is learnt from."""
    whole = sha256("\n".join(f"{each.is_care} {each.text}" for each in sentences()).encode())
    for name in (CONCEPTS, FIGURES, PATTERNS):
        whole.update((HELPER / name).read_bytes())
    return whole.hexdigest()


def table_of(learnt: Sequence[Sentence]) -> Table:
    said = [meant(each.text) for each in learnt]
    parts = [parts_of(text, rules_fit(text)) for text in said]
    return Table(
        rows=np.repeat(np.arange(len(parts)), [len(buckets) for buckets, _ in parts]),
        buckets=np.concatenate([buckets for buckets, _ in parts]),
        worth=np.concatenate([worth for _, worth in parts]),
        is_care=np.array([each.is_care for each in learnt], dtype=np.float64),
    )


def learnt(table: Table) -> tuple[Floats, float]:
    """Weights and bias, by Nesterov's accelerated descent on the logistic loss with decay."""
    count = len(table.is_care)
    weights, bias, ahead, ahead_bias, pace = np.zeros(BUCKETS), 0.0, np.zeros(BUCKETS), 0.0, 1.0
    for _ in range(STEPS):
        score = np.bincount(table.rows, table.worth * ahead[table.buckets], count) + ahead_bias
        fault = (1 / (1 + np.exp(-score)) - table.is_care) / count
        slope = np.bincount(table.buckets, table.worth * fault[table.rows], BUCKETS) + DECAY * ahead
        next_weights, next_bias = ahead - RATE * slope, ahead_bias - RATE * float(fault.sum())
        next_pace = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        push = (pace - 1) / next_pace
        ahead, ahead_bias = (
            next_weights + push * (next_weights - weights),
            next_bias + push * (next_bias - bias),
        )
        weights, bias, pace = next_weights, next_bias, next_pace
    return weights, bias


def rounded(weights: Floats, bias: float) -> Weights:
    step = float(np.abs(weights).max()) / MOST
    return Weights(np.rint(weights / step).astype(np.int8), step, bias, made_from())


def trained() -> Weights:
    return rounded(*learnt(table_of(sentences())))
