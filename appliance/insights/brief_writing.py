"""The teaching brief by the model: asked with numbers under marks, put in order, and held against the numbers."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from appliance.inference.grammar import Schema
from appliance.inference.router import Router
from appliance.insights.asking import asked, prompt_for
from appliance.insights.brief import (
    MOST_ATTENTION,
    MOST_MISCONCEPTIONS,
    MOST_WATCHED,
    Brief,
    Evidence,
    Misconception,
    Recommended,
    Watched,
    evidence_basis,
)
from appliance.insights.facts import Facts, facts_of
from appliance.insights.metrics import Insights
from appliance.insights.misses import Miss
from appliance.insights.names import UNKNOWN, kept_apart, mark_of
from appliance.insights.wording import Translate
from appliance.study.checks import Unusable

MOST_TOKENS = 900
TEXT, LONG_TEXT = 180, 320
ACTIVITIES = ("quiz", "flashcards", "chat")


@dataclass(frozen=True)
class Draft:
    """What a model said, trimmed and in one shape; nothing of it has been checked against the numbers."""

    summary: str
    strongest_action: str
    attention_items: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    students_to_watch: tuple[tuple[str, str, str], ...]
    next_step: str
    recommended_activity: Recommended | None


async def brief_by_model(
    router: Router,
    insights: Insights,
    misses: Sequence[Miss],
    evidence: Evidence,
    staff_id: int,
    class_id: int,
    language: str,
    translate: Translate,
) -> Brief:
    """Raises NoAnswer: without a model, and when it wrote nothing usable."""
    facts = facts_of(insights, misses)
    basis = evidence_basis("model", evidence, translate)
    prompt = prompt_for("brief", language, facts.text, schema_for(facts), MOST_TOKENS, facts.letters.in_rules)
    return await asked(router, prompt, staff_id, class_id, lambda found: brief_from(found, facts, basis))


def schema_for(facts: Facts) -> Schema:
    missed = [subject.mark for subject in facts.subjects if subject.has_misses]
    students = [facts.letters.student_mark(line.learner.id) for line in facts.students]
    misconception = {"topic_title": {"enum": missed}, "description": _text(TEXT)}
    watched = {"student_id": {"enum": students}, "reason": _text(TEXT)}
    activity = {"type": {"enum": list(ACTIVITIES)}, "reason": _text(TEXT)}
    return _object(
        {
            "summary": _text(LONG_TEXT),
            "strongest_action": _text(TEXT),
            "attention_items": _list(_text(TEXT), MOST_ATTENTION),
            "misconceptions": _list(_object(misconception), min(MOST_MISCONCEPTIONS, len(missed))),
            "students_to_watch": _list(_object(watched), min(MOST_WATCHED, len(students))),
            "next_step": _text(TEXT),
            "recommended_activity": _object(activity),
        }
    )


def normalised(found: Any, topic_ids: Mapping[str, str | None], names: Mapping[str, str]) -> Draft:
    """One shape out of the many that models choose. Raises ValueError for what is no object.

    `topic_ids` are looked up by case-folded title, names by the student's id as text.
    """
    if not isinstance(found, dict):
        raise ValueError("A brief is an object.")
    return Draft(
        _said(found.get("summary")),
        _said(found.get("strongest_action")),
        tuple(filter(None, map(_attention, _several(found.get("attention_items"))))),
        tuple(
            filter(None, (_misconception(each, topic_ids) for each in _several(found.get("misconceptions"))))
        ),
        tuple(filter(None, (_watched(each, names) for each in _several(found.get("students_to_watch"))))),
        _said(found.get("next_step")),
        _activity(found.get("recommended_activity")),
    )


def brief_from(found: Any, facts: Facts, basis: str) -> Brief:
    """What agrees with the facts; no summary, action or next step that does is no brief. Raises Unusable."""
    subjects = {
        name: each for each in facts.subjects for name in (each.mark.casefold(), each.title.casefold())
    }
    try:
        draft = normalised(found, {name: each.key for name, each in subjects.items()}, {})
    except ValueError as fault:
        raise Unusable(str(fault)) from fault
    misconceptions = []
    for each in draft.misconceptions:
        subject = subjects.get(each.topic_title.casefold())
        with suppress(Unusable):
            # Without wrong answers behind it, a misconception is made up.
            if subject and subject.has_misses:
                said = facts.checked(f"{subject.mark}: {each.description}").removeprefix(
                    f"{kept_apart(subject.title)}: "
                )
                misconceptions.append(Misconception(subject.key, subject.title, said))
    return Brief(
        facts.checked(draft.summary[: 2 * LONG_TEXT]),
        facts.checked(draft.strongest_action[: 2 * TEXT]),
        tuple(_agreeing(draft.attention_items, facts))[:MOST_ATTENTION],
        tuple(misconceptions)[:MOST_MISCONCEPTIONS],
        tuple(_known(draft.students_to_watch, facts))[:MOST_WATCHED],
        facts.checked(draft.next_step[: 2 * TEXT]),
        _checked_activity(draft.recommended_activity, facts),
        basis,
        "model",
    )


def _agreeing(texts: Sequence[str], facts: Facts) -> list[str]:
    kept: dict[str, str] = {}
    for text in texts:
        with suppress(Unusable):
            said = facts.checked(text[: 2 * TEXT])
            kept.setdefault(said.casefold(), said)
    return list(kept.values())


def _known(watched: Sequence[tuple[str, str, str]], facts: Facts) -> list[Watched]:
    """Once each, and only who is in the class."""
    letters = facts.letters
    there = {letters.student_mark(line.learner.id): line.learner.id for line in facts.students}
    kept: dict[int, Watched] = {}
    for given, _, reason in watched:
        mark = f"{letters.student}{given.removeprefix(letters.student)}"
        student_id = there.get(mark)
        if student_id is None or letters.students_in(reason) - {mark}:
            continue
        with suppress(Unusable):
            told = mark_of(student_id)
            said = facts.checked(f"{mark}: {reason[: 2 * TEXT]}").removeprefix(f"{told}: ")
            if said != f"{told}:":
                kept.setdefault(student_id, Watched(student_id, said))
    return list(kept.values())


def _checked_activity(activity: Recommended | None, facts: Facts) -> Recommended | None:
    if activity is None or activity.type not in ACTIVITIES:
        return None
    try:
        return Recommended(activity.type, facts.checked(activity.reason[: 2 * TEXT]))
    except Unusable:
        return None


def _said(value: Any) -> str:
    return " ".join(value.replace("\x00", "").split()) if isinstance(value, str) else ""


def _several(value: Any) -> Sequence[Any]:
    """A single text or object counts as a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str | dict) else []


def _attention(item: Any) -> str:
    if isinstance(item, dict):
        return ": ".join(filter(None, (_said(item.get("topic")), _said(item.get("detail")))))
    return _said(item)


def _misconception(item: Any, topic_ids: Mapping[str, str | None]) -> Misconception | None:
    if isinstance(item, str):
        item = {"description": item}
    if not isinstance(item, dict):
        return None
    title, described = _said(item.get("topic_title")), _said(item.get("description"))
    if not title and not described:
        return None
    topic_id = topic_ids.get(title.casefold()) or _said(item.get("topic_id")) or None
    return Misconception(topic_id, title, described)


def _watched(item: Any, names: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Id, name and reason."""
    if not isinstance(item, dict):
        return None
    student_id = str(item.get("student_id") or "").strip()
    if not student_id:
        return None
    name = _said(item.get("display_name")) or names.get(student_id) or UNKNOWN
    return student_id, name, _said(item.get("reason"))


def _activity(value: Any) -> Recommended | None:
    if not isinstance(value, dict) or not _said(value.get("type")):
        return None
    return Recommended(_said(value.get("type")), _said(value.get("reason")))


def _text(most: int) -> Schema:
    return {"type": "string", "minLength": 12, "maxLength": most}


def _list(items: Schema, most: int) -> Schema:
    return {"type": "array", "minItems": 0, "maxItems": most, "items": items}


def _object(properties: Mapping[str, Schema]) -> Schema:
    return {"type": "object", "properties": properties}
