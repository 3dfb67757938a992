"""The beginning of a long chat in short, by counting and never by asking a model."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

VERSION = 1
RECENT_TURNS = 12
FETCHED_MESSAGES = 180
TRIGGER_MESSAGES = 30
LEAST_NEW = 6
WINDOW_TOKENS = 12_000
OUTPUT_TOKENS = 1_400
PRESSURE = 0.8
MANY_MESSAGES = 60
KEY_TERMS = 12
LIST_ITEMS = 8
HIGHLIGHTS = 8
SELECTED_TURNS = 18
LINE_CHARS = 160

# What the words alone would lose in a science class: F=ma, v = s/t; and LED's shorter kin: pH, AC, DC, Hz.
FORMULA = re.compile(r"(?<![\w=])[A-Za-z]\w{0,3} ?= ?[\w(][\w²³*/+^().·-]*")
SHORT_NAME = re.compile(r"\b(?:[A-Z]{2}|p[HK]|[kMG]?Hz|k[gmWV]|m[AVWlm])\b")
STOP_LIST = """
the and for are but not you your with this that these those what when where which who why how can could
does did from have has had into about was were will
"""
STOP_WORDS = frozenset(STOP_LIST.split())
CONFUSED = re.compile(
    r"\b(?:stuck|confused|not sure|don['’]?t understand|help|no entiendo|no s[eé]|atascad[oa]|ayuda)\b",
    re.IGNORECASE,
)
CONCLUDES = re.compile(
    r"\b(?:therefore|so the answer|this means|remember|por lo tanto|recuerda|esto significa)\b", re.IGNORECASE
)
UNDERSTOOD = re.compile(
    r"\b(?:got it|makes sense|i understand(?: it)? now|ya entend[ií]|ya entiendo|ahora entiendo)\b",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True)
class Said:
    """One message; `id` grows with time."""

    id: int
    is_person: bool
    text: str
    sent_at: int
    is_cited: bool = False


@dataclass(frozen=True)
class Term:
    term: str
    weight: int
    last_seen: int


@dataclass(frozen=True)
class Summary:
    """Up to the message `through_id`, the `turns`th; lists hold the newest last."""

    through_id: int = 0
    turns: int = 0
    terms: tuple[Term, ...] = ()
    resolved: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    highlights: tuple[str, ...] = ()
    since: int = 0
    until: int = 0


@dataclass(frozen=True)
class Decision:
    """`ratio` is the share of the model's window that the whole chat would take."""

    compacts: bool
    reason: str
    ratio: float
    candidates: tuple[Said, ...] = field(default=(), repr=False)


def decide(messages: Sequence[Said], pending: str, summary: Summary) -> Decision:
    """Whether `messages` (oldest first) want to be shortened before `pending` is answered."""
    older = messages[: max(0, len(messages) - RECENT_TURNS)]
    candidates = tuple(said for said in older if said.id > summary.through_id)
    chars = len(pending) + sum(len(said.text) for said in messages)
    ratio = math.ceil(chars / 4) / (WINDOW_TOKENS - OUTPUT_TOKENS)
    if len(messages) < TRIGGER_MESSAGES:
        return Decision(False, "below_trigger", ratio, candidates)
    if len(candidates) < LEAST_NEW:
        return Decision(False, "no_new_turns", ratio, candidates)
    if ratio >= PRESSURE:
        return Decision(True, "token_pressure", ratio, candidates)
    if len(messages) >= MANY_MESSAGES:
        return Decision(True, "message_count_trigger", ratio, candidates)
    return Decision(False, "low_context_pressure", ratio, candidates)


def compacted(summary: Summary, candidates: Sequence[Said], pending: str) -> Summary:
    """The summary with the most telling of `candidates` (oldest first, never empty) taken into it."""
    asked = terms_of(pending)
    selected = _selected(candidates, asked)
    last = selected[-1]
    questions = _open_questions(summary.questions, selected)
    needs = [_line(said.text) for said in selected if said.is_person and CONFUSED.search(said.text)]
    resolved = [_line(_first_sentence(said.text)) for said in selected if not said.is_person]
    highlights = [f"{'Student' if said.is_person else 'Helper'}: {said.text}" for said in selected]
    return Summary(
        through_id=last.id,
        turns=summary.turns + candidates.index(last) + 1,
        terms=_terms(summary.terms, selected, asked),
        resolved=_newest((*summary.resolved, *resolved)),
        questions=questions,
        # What is asked already stands under the questions.
        needs=_newest(need for need in (*summary.needs, *needs) if not need.endswith("?")),
        highlights=_newest((*summary.highlights, *map(_line, highlights)), HIGHLIGHTS),
        since=summary.since or candidates[0].sent_at,
        until=last.sent_at,
    )


def memory_text(summary: Summary) -> str:
    """What the model is told of the older turns; empty when there is nothing to tell."""
    blocks = (
        ("Timeline highlights", summary.highlights),
        ("Key terms", tuple(term.term for term in summary.terms)),
        ("Resolved points", summary.resolved),
        ("Open questions", summary.questions),
        ("Student needs", summary.needs),
    )
    lines = [f"{name}: {' | '.join(items)}" for name, items in blocks if items]
    if not lines:
        return ""
    return "\n".join(
        (
            f"Earlier in this chat ({summary.turns} turns, in short):",
            *lines,
            "Where this and the recent turns disagree, trust the recent turns.",
        )
    )


def terms_of(text: str) -> frozenset[str]:
    """Words of three letters and more that carry meaning, and what a science class writes shorter than that."""
    words = re.split(r"[^\w]+", text.lower())
    plain = {word for word in words if len(word) >= 3 and word not in STOP_WORDS}
    formulas = {found.rstrip(".()").replace(" ", "").lower() for found in FORMULA.findall(text)}
    return frozenset(plain | formulas | {found.lower() for found in SHORT_NAME.findall(text)})


def as_text(summary: Summary) -> str:
    """For the database."""
    return json.dumps({"version": VERSION, **asdict(summary)}, ensure_ascii=False)


def from_text(text: str) -> Summary:
    """The other way; nothing, and anything that is no summary of ours, is an empty one."""
    try:
        kept = json.loads(text or "{}")
        return _from_json(kept) if kept.get("version") == VERSION else Summary()
    except (ValueError, TypeError, KeyError, AttributeError):
        return Summary()


def _from_json(kept: Mapping[str, Any]) -> Summary:
    return Summary(
        through_id=int(kept["through_id"]),
        turns=int(kept["turns"]),
        terms=tuple(Term(**term) for term in kept["terms"]),
        resolved=tuple(kept["resolved"]),
        questions=tuple(kept["questions"]),
        needs=tuple(kept["needs"]),
        highlights=tuple(kept["highlights"]),
        since=int(kept["since"]),
        until=int(kept["until"]),
    )


def _selected(candidates: Sequence[Said], asked: frozenset[str]) -> list[Said]:
    """The most telling turns in the order in which they were said."""
    scores = {said.id: _score(said, i, len(candidates), asked) for i, said in enumerate(candidates)}
    best = sorted(candidates, key=lambda said: (-scores[said.id], -said.id))[:SELECTED_TURNS]
    return sorted(best, key=lambda said: said.id)


def _score(said: Said, place: int, of: int, asked: frozenset[str]) -> float:
    score = 1 + (place + 1) / of + 0.8 * len(terms_of(said.text) & asked)
    if said.is_person:
        return score + 1.5 * ("?" in said.text) + 1.3 * bool(CONFUSED.search(said.text))
    return score + 1.1 * said.is_cited + 0.7 * bool(CONCLUDES.search(said.text))


def _terms(before: Sequence[Term], selected: Sequence[Said], asked: frozenset[str]) -> tuple[Term, ...]:
    """Weightiest first; a word of three letters is worth keeping only when it is asked about."""
    found = {term.term: term for term in before}
    for said in selected:
        for word in terms_of(said.text):
            if len(word) >= 4 or word in asked or not word.isalpha():
                weight = found[word].weight if word in found else 0
                found[word] = Term(word, weight + 1, said.sent_at)
    ranked = sorted(found.values(), key=lambda term: (-term.weight, -term.last_seen, term.term))
    return tuple(ranked[:KEY_TERMS])


def _open_questions(before: Sequence[str], selected: Sequence[Said]) -> tuple[str, ...]:
    """A student who says that it is clear now closes the question before it."""
    questions = list(before)
    for said in selected:
        if said.is_person and "?" in said.text:
            questions.append(_line(said.text))
        elif said.is_person and UNDERSTOOD.search(said.text) and questions:
            questions.pop()
    return _newest(questions)


def _newest(lines: Iterable[str], most: int = LIST_ITEMS) -> tuple[str, ...]:
    """Each once, at the place where it was said last."""
    kept = dict.fromkeys(reversed([*lines]))
    return tuple(reversed([*kept][:most]))


def _first_sentence(text: str) -> str:
    return SENTENCE_END.split(text.strip(), maxsplit=1)[0]


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 3] + "..."
