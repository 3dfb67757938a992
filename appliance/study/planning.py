"""Planning a course from a text: topic by topic, by the model where it can be used, else by template."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.errors import UpstreamFailed
from appliance.inference.router import Router
from appliance.study.blueprints import STATEMENT_CHARACTERS, key_for
from appliance.study.checks import OBJECTIVE_WORDS, Unusable, is_grounded, usable_topic
from appliance.study.drafting import TOO_LITTLE, Account, Brief, Desk, laid_out, wish_of
from appliance.study.facts import language_of, sentences_of
from appliance.study.items import plain_topic
from appliance.study.outlines import (
    Objective,
    Outline,
    OutlineTopic,
    Proof,
    Rubric,
    checked_outline,
    level_of_share,
)
from appliance.study.sections import Section, windows_of
from appliance.study.sources import SourcePassage, telling_words
from appliance.study.templates import Templates
from appliance.study.texts import TextPassage, parts_of_text
from appliance.study.wording import WORDINGS
from appliance.study.writing import LEVELS

MOST_PROOFS = 6
MOST_PREREQUISITES = 3
MOST_IDEAS = 2
QUOTE_CHARACTERS = 200
IN_READING_ORDER = "Topics follow the order of the material."
BY_TEMPLATE = "%(count)s of %(all)s topics come straight from the text, without a model: read them first."
NO_SOURCES = "The material names no sources, so all of it counts as Source 1."
# What a student does with a verb, in the words of Bloom's levels.
VERBS = {
    "remember": "name list state define label recall identify nombrar enumerar definir identificar",
    "understand": "explain describe summarise summarize explicar describir resumir",
    "apply": "calculate use solve measure apply draw calcular usar resolver medir aplicar dibujar",
    "analyze": "compare distinguish classify analyse analyze examine comparar distinguir clasificar analizar",
    "evaluate": "judge evaluate justify argue assess evaluar justificar argumentar",
    "create": "build design plan construct invent create write construir planificar crear inventar escribir",
}
LEVEL_OF_VERB = {verb: level for level, verbs in VERBS.items() for verb in verbs.split()}


@dataclass(frozen=True)
class Plan:
    """What is said of one topic, before it has its place in the course."""

    title: str
    description: str | None
    objectives: tuple[tuple[str, str | None], ...]
    assessment: tuple[str, ...]
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planned:
    """`by_model` counts the topics that the model wrote."""

    outline: Outline
    by_model: int
    account: Account


async def planned_course(router: Router, brief: Brief) -> Planned:
    """Raises UpstreamFailed when the text holds no topic. `brief.count` says nothing here: the text does."""
    desk = await laid_out(router, brief)
    parts = await asyncio.to_thread(parts_of_text, desk.passages)
    plans: list[tuple[Plan, Section]] = []
    by_model = 0
    for step, part in enumerate(parts):
        titles = [plan.title for plan, _ in plans]
        plan = await _written(desk, brief, part, step, titles)
        by_model += plan is not None
        if plan is None:
            plan = await asyncio.to_thread(_plain, part, parts, desk.templates, titles)
        plans.append((plan, part))
    outline = await asyncio.to_thread(_outline, brief, desk, plans, by_model)
    return Planned(outline, by_model, desk.writer.account)


async def _written(desk: Desk, brief: Brief, part: Section, step: int, titles: Sequence[str]) -> Plan | None:
    wish = wish_of("lesson_plan", brief, windows_of(part)[0], step, titles)
    return await desk.writer.item(wish, lambda found: _usable(found, titles, wish.material))


def _usable(found: Mapping[str, Any], titles: Sequence[str], material: str) -> Plan:
    """Raises Unusable: under the grammar the shape is right, without it anything may come."""
    listed = found.get("objectives")
    objectives = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    levels = {_line(each.get("statement")): each.get("level") for each in objectives}
    title, kept = usable_topic(_line(found.get("title")), list(levels), titles, material)
    tasks = _touching(material, found.get("assessment"))
    if not tasks or any(len(task.split()) < OBJECTIVE_WORDS for task in tasks):
        raise Unusable("A task for the assessment is missing.")
    description = [said for said in _lines([found.get("description")]) if is_grounded(said, material)]
    return Plan(
        title,
        description[0] if description else None,
        tuple((said, _level(levels.get(said)) or _level_of(said)) for said in kept),
        tuple(tasks[:MOST_IDEAS]),
        tuple(_touching(material, found.get("misconceptions"))),
    )


def _plain(part: Section, parts: Sequence[Section], templates: Templates, titles: Sequence[str]) -> Plan:
    title, objectives = plain_topic(part, parts, templates)
    known, number, wording = {other.casefold() for other in titles}, 2, WORDINGS[language_of(part)]
    alone = title
    while title.casefold() in known:
        title, number = wording.part % {"title": alone, "number": number}, number + 1
    here = set(part)
    fronts = [offer.text.stem for offer in templates.questions if offer.fact.passage in here]
    asked = [wording.answer % front for front in fronts if "____" not in front][:MOST_IDEAS]
    return Plan(
        title,
        None,
        tuple((said, _level_of(said)) for said in objectives),
        tuple(asked or [wording.write % title]),
    )


def _outline(brief: Brief, desk: Desk, plans: Sequence[tuple[Plan, Section]], by_model: int) -> Outline:
    topics: list[OutlineTopic] = []
    for plan, part in plans:
        key = key_for(plan.title, {topic.key for topic in topics})
        topics.append(_topic(key, len(topics) + 1, plan, part, topics))
    named = any(isinstance(passage, TextPassage) and passage.page is not None for passage in desk.passages)
    by_template = BY_TEMPLATE % {"count": len(topics) - by_model, "all": len(topics)}
    outline = Outline(
        f"{brief.title}: {', '.join(topic.title for topic in topics)}.",
        (IN_READING_ORDER,),
        tuple(
            note for note, is_so in ((by_template, by_model < len(topics)), (NO_SOURCES, not named)) if is_so
        ),
        _rubric(topics, desk.passages),
        tuple(topics),
    )
    try:
        return checked_outline(outline)
    except Unusable as refusal:
        raise UpstreamFailed(TOO_LITTLE) from refusal


def _topic(
    key: str, sequence: int, plan: Plan, part: Section, earlier: Sequence[OutlineTopic]
) -> OutlineTopic:
    proofs = _proofs(part)
    heading = next((passage.heading for passage in part if passage.heading), "")
    objectives = tuple(
        Objective(said, level, tuple(_nearest(proofs, part, said))) for said, level in plan.objectives
    )
    return OutlineTopic(
        key,
        plan.title,
        sequence,
        plan.description,
        heading if heading and heading != plan.title else None,
        _prerequisites(part, earlier),
        objectives,
        plan.assessment,
        plan.misconceptions,
        tuple(dict.fromkeys(proofs))[:MOST_PROOFS],
    )


def _prerequisites(part: Section, earlier: Sequence[OutlineTopic]) -> tuple[str, ...]:
    """Earlier topics whose whole title this part speaks of, so nothing can go round in a circle."""
    words = telling_words(" ".join(passage.body for passage in part))
    needed = [topic.key for topic in earlier if (title := telling_words(topic.title)) and title <= words]
    return tuple(needed[-MOST_PREREQUISITES:])


def _proofs(part: Section) -> list[Proof]:
    """One for each passage: its source, and the sentence it begins with."""
    return [Proof(_label(passage), _quoted(passage.body)) for passage in part]


def _nearest(proofs: Sequence[Proof], part: Section, said: str) -> list[Proof]:
    words = telling_words(said)
    shared = [len(words & telling_words(passage.body)) for passage in part]
    return [proofs[shared.index(max(shared))]] if max(shared, default=0) else []


def _label(passage: SourcePassage) -> str:
    return passage.label if isinstance(passage, TextPassage) else passage.title


def _quoted(body: str) -> str:
    sentence = sentences_of(body)[0]
    return sentence if len(sentence) <= QUOTE_CHARACTERS else f"{sentence[: QUOTE_CHARACTERS - 1].rstrip()}…"


def _rubric(topics: Sequence[OutlineTopic], passages: Sequence[SourcePassage]) -> Rubric:
    """Counted, not guessed: sources that a topic cites, topics that build on another, objectives with a source."""
    sources = {_label(passage) for passage in passages}
    cited = {proof.source_label for topic in topics for proof in topic.evidence}
    later = topics[1:]
    linked = sum(bool(topic.prerequisites) for topic in later)
    objectives = [objective for topic in topics for objective in topic.objectives]
    grounded = sum(bool(objective.evidence) for objective in objectives)
    notes = (
        f"{len(cited)} of {len(sources)} sources are cited.",
        f"{linked} of {len(later)} later topics build on an earlier one.",
        f"{grounded} of {len(objectives)} objectives have a source.",
    )
    return Rubric(
        level_of_share(len(cited) / len(sources)),
        level_of_share(linked / len(later) if later else 1.0),
        level_of_share(grounded / len(objectives) if objectives else 0.0),
        notes,
    )


def _line(value: object) -> str:
    return " ".join(value.replace("\x00", "").split()) if isinstance(value, str) else ""


def _lines(value: object) -> list[str]:
    """Each once; what is no text, blank or too long is left out."""
    lines = map(_line, value) if isinstance(value, list) else ()
    return [line for line in dict.fromkeys(lines) if 0 < len(line) <= STATEMENT_CHARACTERS]


def _touching(material: str, value: object) -> list[str]:
    """Tasks and wrong ideas have words of their own, such as draw: one of the material's is enough."""
    known = telling_words(material)
    return [line for line in _lines(value) if telling_words(line) & known]


def _level(value: object) -> str | None:
    return value if isinstance(value, str) and value in LEVELS else None


def _level_of(said: str) -> str | None:
    first = re.match(r"\w+", said.casefold())
    return LEVEL_OF_VERB.get(first[0]) if first else None
