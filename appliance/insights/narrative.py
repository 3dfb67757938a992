"""What a model makes of a class's numbers: a summary, findings and what to do, each held against the numbers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from appliance.inference.grammar import Schema
from appliance.inference.router import Router
from appliance.insights.asking import asked, object_of, prompt_for, text_of
from appliance.insights.facts import Facts, facts_of
from appliance.insights.metrics import Insights
from appliance.insights.names import kept_apart, mark_of
from appliance.study.checks import Unusable

LEAST_FINDINGS = 3
MOST_FINDINGS = 5
MOST_INTERVENTIONS = 3
MOST_SUMMARIES = 5
MOST_TOKENS = 900
SUMMARY, FINDING, REASON, SENTENCE = 420, 200, 160, 140


@dataclass(frozen=True)
class Intervention:
    """Something to do about a topic; the only kind so far is a quiz on it."""

    topic_key: str
    topic_title: str
    reason: str
    suggested_action: str


@dataclass(frozen=True)
class StudentSummary:
    student_id: int
    text: str


@dataclass(frozen=True)
class Narrative:
    """Students stand in it as marks: whoever shows it puts the names in."""

    executive_summary: str
    key_findings: tuple[str, ...]
    interventions: tuple[Intervention, ...]
    student_summaries: tuple[StudentSummary, ...]


async def narrative_of(
    router: Router, insights: Insights, staff_id: int, class_id: int, language: str
) -> Narrative:
    """Raises NoAnswer: without a model, and when it wrote nothing usable."""
    facts = facts_of(insights)
    prompt = prompt_for(
        "narrative", language, facts.text, schema_for(facts), MOST_TOKENS, facts.letters.in_rules
    )
    return await asked(router, prompt, staff_id, class_id, lambda found: narrative_from(found, facts))


def schema_for(facts: Facts) -> Schema:
    topics = [subject.mark for subject in facts.subjects if subject.key]
    students = [facts.letters.student_mark(line.learner.id) for line in facts.students]
    intervention = {
        "topic_id": {"enum": topics},
        "reason": _text(REASON),
        "suggested_action": _text(REASON),
    }
    summary = {"student_id": {"enum": students}, "summary": _text(SENTENCE)}
    return {
        "type": "object",
        "properties": {
            "executive_summary": _text(SUMMARY),
            "key_findings": _list(_text(FINDING), LEAST_FINDINGS, MOST_FINDINGS),
            "interventions": _list(_object(intervention), 0, min(MOST_INTERVENTIONS, len(topics))),
            "student_summaries": _list(_object(summary), 0, min(MOST_SUMMARIES, len(students))),
        },
    }


def narrative_from(found: Any, facts: Facts) -> Narrative:
    """What agrees with the facts; too little of it is none. Raises Unusable."""
    given = object_of(found)
    summary = facts.checked(text_of(given, "executive_summary", SUMMARY))
    findings: dict[str, str] = {}
    for each in _items(given, "key_findings"):
        with suppress(Unusable):
            said = facts.checked(text_of({"finding": each}, "finding", FINDING))
            findings.setdefault(said.casefold(), said)
    if len(findings) < LEAST_FINDINGS:
        raise Unusable("Too few findings agree with the numbers.")
    return Narrative(
        summary,
        tuple(findings.values())[:MOST_FINDINGS],
        tuple(_interventions(_items(given, "interventions"), facts))[:MOST_INTERVENTIONS],
        tuple(_summaries(_items(given, "student_summaries"), facts))[:MOST_SUMMARIES],
    )


def _interventions(items: Sequence[Any], facts: Facts) -> list[Intervention]:
    """One for a topic; a topic that isn't there is left out."""
    subjects = {subject.mark: subject for subject in facts.subjects if subject.key}
    kept: dict[str, Intervention] = {}
    for each in items:
        with suppress(Unusable):
            given = object_of(each)
            subject = subjects.get(str(given.get("topic_id")).strip())
            if subject is None or subject.key is None:
                continue
            # Said of this topic, whether or not the sentence names it.
            reason = facts.checked(f"{subject.mark}: {text_of(given, 'reason', REASON)}")
            action = facts.checked(text_of(given, "suggested_action", REASON))
            told = reason.removeprefix(f"{kept_apart(subject.title)}: ")
            kept.setdefault(subject.key, Intervention(subject.key, subject.title, told, action))
    return list(kept.values())


def _summaries(items: Sequence[Any], facts: Facts) -> list[StudentSummary]:
    letters = facts.letters
    known = {letters.student_mark(line.learner.id): line.learner.id for line in facts.students}
    kept: dict[str, StudentSummary] = {}
    for each in items:
        with suppress(Unusable):
            given = object_of(each)
            mark = str(given.get("student_id")).strip()
            if mark in known:
                text = text_of(given, "summary", SENTENCE)
                if letters.students_in(text) - {mark}:
                    continue
                said = facts.checked(f"{mark}: {text}").removeprefix(f"{mark_of(known[mark])}: ")
                kept.setdefault(mark, StudentSummary(known[mark], said))
    return list(kept.values())


def _items(given: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = given.get(name)
    return value if isinstance(value, list) else [value] if isinstance(value, str | dict) else []


def _text(most: int) -> Schema:
    return {"type": "string", "minLength": 12, "maxLength": most}


def _list(items: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "minItems": least, "maxItems": most, "items": items}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties}
