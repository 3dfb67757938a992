"""The form of a reply to a program: what a model may write, and what of it is taken."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args

from appliance.helper.guards import Outgoing, cleaned
from appliance.helper.lesson_answer import Reason
from appliance.helper.material import label_in
from appliance.helper.redaction import redacted
from appliance.helper.writing import LESSON
from appliance.inference.grammar import Schema

Safety = Literal["ok", "refusal"]
Confidence = Literal["low", "medium", "high"]
Drawing = Literal["chart", "diagram", "wave", "vector"]

MOST_CITATIONS = 4
REASON_CHARS = 160
CONCEPT_CHARS = 80
# An answer may come wrapped in prose by an engine that knows no grammar.
MOST_OBJECTS = 40

SAFETIES: tuple[Safety, ...] = get_args(Safety)
CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
DRAWINGS: tuple[Drawing, ...] = get_args(Drawing)

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class Cited:
    label: str
    reason: str


@dataclass(frozen=True)
class Reply:
    """`drawing` is empty where none would help; `failed` says why passages answer instead of a model."""

    safety: Safety
    answer: str
    citations: tuple[Cited, ...]
    confidence: Confidence
    drawing: Drawing | Literal[""] = ""
    concept: str = ""
    backend: str = LESSON
    model: str = ""
    prompt_tokens: int = 0
    written_tokens: int = 0
    failed: Reason | Literal[""] = ""


class NoForm(Exception):
    """The text is no reply."""


def schema_for(labels: Sequence[str]) -> Schema:
    """A citation can't name what was not supplied."""
    cited: Schema = {
        "type": "object",
        "properties": {
            "label": {"enum": list(labels)},
            "reason": {"type": "string", "minLength": 1, "maxLength": REASON_CHARS},
        },
    }
    return {
        "type": "object",
        "properties": {
            "safety": {"enum": [*SAFETIES]},
            "answer": {
                "type": "array",
                "minItems": 1,
                "maxItems": 2,
                "items": {"type": "string", "minLength": 1, "maxLength": 600},
            },
            "citations": {"type": "array", "maxItems": MOST_CITATIONS if labels else 0, "items": cited},
            "confidence": {"enum": [*CONFIDENCES]},
            "visual": {"enum": ["none", *DRAWINGS]},
            "concept": {"type": "string", "maxLength": CONCEPT_CHARS},
        },
    }


def reply_from(text: str, labels: Sequence[str], most_chars: int) -> Reply:
    """The first object in the text that is a reply. Raises NoForm."""
    reason = "it is no JSON"
    for found in _objects(text):
        try:
            return _checked(found, labels, most_chars)
        except NoForm as fault:
            reason = str(fault)
    raise NoForm(reason)


def _checked(found: Mapping[str, Any], labels: Sequence[str], most_chars: int) -> Reply:
    safety = _one_of(SAFETIES, found.get("safety"))
    if safety is None:
        raise NoForm("safety is neither ok nor refusal")
    answer = _guarded(found.get("answer"), most_chars)
    citations = tuple(_citations(found.get("citations"), labels))
    confidence = _one_of(CONFIDENCES, found.get("confidence")) if citations else None
    drawing = _one_of(DRAWINGS, found.get("visual"))
    concept = _line(found.get("concept"), CONCEPT_CHARS) if drawing else ""
    return Reply(safety, answer, citations, confidence or "low", (drawing or "") if concept else "", concept)


def _guarded(given: object, most_chars: int) -> str:
    """Raises NoForm for what is no text, and for a text of which the guards leave nothing."""
    given = given if isinstance(given, list) else [given]
    paragraphs = [paragraph for paragraph in given if isinstance(paragraph, str)]
    if len(paragraphs) < len(given):
        raise NoForm("the answer is no text")
    gate = Outgoing(frozenset(), most_chars)
    gate.feed("\n\n".join(paragraphs))
    gate.finish(is_cut=gate.is_full)
    if not gate.text.strip():
        raise NoForm("the answer says nothing")
    return gate.text.strip()


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, start = json.JSONDecoder(), text.find("{")
    for _ in range(MOST_OBJECTS):
        if start < 0:
            return
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
            continue
        if isinstance(found, dict):
            yield found
        start = text.find("{", end)


def _citations(given: object, labels: Sequence[str]) -> Iterator[Cited]:
    """Each supplied label once; what was not supplied, or is no citation, is left out."""
    known: set[str] = set()
    for each in given if isinstance(given, list) else []:
        if not isinstance(each, dict):
            continue
        label = label_in(_line(each.get("label") or each.get("sourceLabel"), REASON_CHARS), labels)
        reason = _line(each.get("reason") or each.get("rationale"), REASON_CHARS)
        if label and reason and label not in known and len(known) < MOST_CITATIONS:
            known.add(label)
            yield Cited(label, reason)


def _line(given: object, most_chars: int) -> str:
    return " ".join(cleaned(redacted(given)).split())[:most_chars] if isinstance(given, str) else ""


def _one_of(known: Sequence[Word], given: object) -> Word | None:
    return next((word for word in known if word == given), None)
