"""Learns what tells whether a question belongs to its lesson, from many courses, and judges each by the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.helper import elsewhere, topics
from appliance.helper.evals.labelled import labelled
from appliance.helper.evals.strangers import topics_of_part
from appliance.helper.evals.topics import NOTHING_BEFORE, TopicEval
from appliance.helper.topics import Weights
from appliance.inference.router import Router
from appliance.library.courses import Course, Shelf
from appliance.library.index import index_course
from appliance.storage.cache import Cache
from appliance.storage.database import Database
from tests.topics import material

HELPER = Path(topics.__file__).parent
CONTENT = HELPER.parents[1] / "content" / "courses"
EVALS = Path(__file__).parents[1] / "evals"
LABELLED_COURSE = "electricity-you-can-touch"
# Questions about other courses are many and easy.
OF_OTHER_COURSES = 0.1
# So many of the questions on the topic of a course may be refused by what was learnt from the others. The short courses
# written to learn from ask harder than a class does: of strangers' questions that is under two in a hundred.
MOST_REFUSED = 0.05
HELD_BACK = 1e-3
ROUNDS = 40

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """`weight` 0: it is only judged."""

    is_on: bool
    session: str
    before: str
    text: str
    weight: float = 1.0


@dataclass(frozen=True)
class Judged:
    """`found` is None where the filter looks at no vectors and lets it pass."""

    course: str
    line: Line
    found: Mapping[str, float] | None


@dataclass(frozen=True)
class Learnt:
    """`refused` and `let_through` are shares of the questions about courses that were left out, by course."""

    weights: Weights
    refused: Mapping[str, float]
    let_through: Mapping[str, float]


async def judged(db: Database, router: Router, cache: Cache, shelf: Path) -> list[Judged]:
    """Every question with what the filter finds; `shelf` is an empty folder."""
    found = []
    for course, lines in _courses(shelf):
        await index_course(db, course, router.embed)
        asked = TopicEval(db, course, router, cache)
        for line in lines:
            told = await asked.features(line.session, line.before, line.text)
            found.append(Judged(course.slug, line, told))
    return found


def learnt(rows: Sequence[Judged]) -> Learnt:
    """The weights are of all courses, the bias such that those left out keep `MOST_REFUSED`."""
    seen = [row for row in rows if row.found is not None]
    names = sorted(seen[0].found or ())
    table = np.array([[(row.found or {})[name] for name in names] for row in seen])
    is_on = np.array([row.line.is_on for row in seen], np.float64)
    worth = np.array([row.line.weight for row in seen])
    scores = np.zeros(len(seen))
    for course in {row.course for row in seen}:
        left_out = np.array([row.course == course for row in seen])
        weights, bias = _logistic(table[~left_out], is_on[~left_out], worth[~left_out])
        scores[left_out] = table[left_out] @ weights + bias
    counted = {id(row): score for row, score in zip(seen, scores, strict=True)}
    on = [counted.get(id(row), np.inf) for row in rows if row.line.is_on]
    least = float(np.quantile(on, MOST_REFUSED, method="lower"))
    weights, bias = _logistic(table, is_on, worth)
    kept = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    passed = [(row, counted.get(id(row), np.inf) > least) for row in rows if row.line.weight == 1]
    return Learnt(
        Weights(kept, round(bias - least, 3), made_from()),
        _shares([(row.course, not is_passed) for row, is_passed in passed if row.line.is_on]),
        _shares([(row.course, is_passed) for row, is_passed in passed if not row.line.is_on]),
    )


def made_from() -> str:
    """The SHA-256 of what lies elsewhere and of the courses that were written to learn from."""
    whole = sha256(material.made_from().encode())
    for name in (elsewhere.ELSEWHERE, elsewhere.ANYWHERE):
        whole.update((HELPER / name).read_bytes())
    return whole.hexdigest()


def written(weights: Weights) -> str:
    """As topic_weights.toml has them."""
    rows = [f'"{name}" = {weight}' for name, weight in weights.of.items()]
    head = ["# Made by `make topics`.", f"bias = {weights.bias}", f'made_from = "{weights.made_from}"']
    return "\n".join([*head, "", "[weights]", *rows, ""])


def _courses(shelf: Path) -> Iterator[tuple[Course, list[Line]]]:
    electricity = Shelf([CONTENT]).course(LABELLED_COURSE)
    own = [Line(True, each.labels[0], NOTHING_BEFORE, each.text) for each in labelled("retrieval", 2)]
    for each in labelled("topics", 3):
        label, session, before = each.labels
        own.append(Line(label == "on", session, before, each.text))
    strangers = [
        Line(is_on, session, NOTHING_BEFORE, text)
        for is_on, session, text in topics_of_part(electricity, "dev")
    ]
    yield electricity, [*own, *strangers]
    yield from _other_courses()
    written_for_this = material.materials()
    for here in written_for_this:
        here.write(shelf)
    for here in written_for_this:
        lines = [Line(asked.label != "off", "1", NOTHING_BEFORE, asked.text) for asked in here.questions]
        yield Shelf([shelf]).course(here.slug), [*lines, *_of_others(here, written_for_this)]


def _other_courses() -> Iterator[tuple[Course, list[Line]]]:
    shelf, lines = Shelf([EVALS / "courses"]), dict[str, list[Line]]()
    for row in (EVALS / "topics_other_courses.txt").read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            label, slug, session, text = row.split(" | ", 3)
            lines.setdefault(slug, []).append(Line(label == "on", session, NOTHING_BEFORE, text))
    for slug, of_course in lines.items():
        yield shelf.course(slug), of_course


def _of_others(here: material.Material, everything: Sequence[material.Material]) -> Iterator[Line]:
    for other in everything:
        for asked in other.questions if other is not here else ():
            if asked.label == "on":
                yield Line(False, "1", NOTHING_BEFORE, asked.text, OF_OTHER_COURSES)


def _logistic(table: Floats, is_on: Floats, worth: Floats) -> tuple[Floats, float]:
    """Weights and bias by Newton's method on the logistic loss, held back over features of one width."""
    middle, width = table.mean(axis=0), table.std(axis=0) + 1e-9
    rows = np.column_stack([(table - middle) / width, np.ones(len(table))])
    held = np.eye(rows.shape[1]) * HELD_BACK * worth.sum()
    held[-1, -1] = 0
    found = np.zeros(rows.shape[1])
    for _ in range(ROUNDS):
        share = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (worth * (share - is_on)) + held @ found
        bend = (rows * (worth * share * (1 - share))[:, None]).T @ rows + held
        found -= np.linalg.solve(bend, slope)
    weights = found[:-1] / width
    return weights, float(found[-1] - weights @ middle)


def _shares(faults: Sequence[tuple[str, bool]]) -> dict[str, float]:
    courses = sorted({course for course, _ in faults})
    by_course = {each: [fault for course, fault in faults if course == each] for each in courses}
    return {each: sum(wrong) / len(wrong) for each, wrong in by_course.items()}
