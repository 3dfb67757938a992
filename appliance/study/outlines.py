"""Outlines: a course's topics with objectives, proof and tasks, in the shape that programs know as blueprint v2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.study.blueprints import KEY
from appliance.study.checks import Unusable

SCHEMA_VERSION = "v2"
SHARES = ((0.8, "high"), (0.5, "medium"), (0.0, "low"))


@dataclass(frozen=True)
class Proof:
    """`source_label` is how the sender named the source; `rationale` is a sentence of it."""

    source_label: str
    rationale: str


@dataclass(frozen=True)
class Objective:
    statement: str
    level: str | None
    evidence: tuple[Proof, ...] = ()
    mastery_criteria: str | None = None
    misconception_addressed: str | None = None


@dataclass(frozen=True)
class OutlineTopic:
    key: str
    title: str
    sequence: int
    description: str | None
    section: str | None
    prerequisites: tuple[str, ...]
    objectives: tuple[Objective, ...]
    assessment_ideas: tuple[str, ...]
    misconception_flags: tuple[str, ...]
    evidence: tuple[Proof, ...]


@dataclass(frozen=True)
class Rubric:
    coverage_completeness: str
    logical_progression: str
    evidence_grounding: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outline:
    summary: str
    assumptions: tuple[str, ...]
    uncertainty_notes: tuple[str, ...]
    quality_rubric: Rubric | None
    topics: tuple[OutlineTopic, ...]
    schema_version: str = SCHEMA_VERSION


def checked_outline(outline: Outline) -> Outline:
    """The outline, its topics in their order. Raises Unusable for one that breaks a rule of v2."""
    topics = tuple(sorted(outline.topics, key=lambda topic: topic.sequence))
    if not outline.summary.strip() or not topics:
        raise Unusable("A blueprint needs a summary and at least one topic.")
    if [topic.sequence for topic in topics] != list(range(1, len(topics) + 1)):
        raise Unusable("The topics have to be numbered from 1 without gaps.")
    if len({topic.key for topic in topics}) < len(topics):
        raise Unusable("Two topics have the same key.")
    for topic in topics:
        _check(topic)
    _check_order({topic.key: topic.prerequisites for topic in topics})
    return Outline(
        outline.summary.strip(),
        _each_once(outline.assumptions),
        _each_once(outline.uncertainty_notes),
        outline.quality_rubric,
        topics,
    )


def level_of_share(share: float) -> str:
    return next(name for least, name in SHARES if share >= least)


def _check(topic: OutlineTopic) -> None:
    if not KEY.fullmatch(topic.key) or not topic.title.strip():
        raise Unusable("A topic needs a title, and a key of small letters, digits and dashes.")
    if not topic.objectives or not all(objective.statement.strip() for objective in topic.objectives):
        raise Unusable("A topic needs at least one objective.")
    if not any(idea.strip() for idea in topic.assessment_ideas):
        raise Unusable("A topic needs at least one idea for an assessment.")
    proofs = [*topic.evidence, *(proof for each in topic.objectives for proof in each.evidence)]
    if not all(proof.source_label.strip() and proof.rationale.strip() for proof in proofs):
        raise Unusable("Evidence names its source and says why.")


def _check_order(needs: Mapping[str, Sequence[str]]) -> None:
    """Raises Unusable unless the topics can be taught one after the other."""
    if any(key in wanted or not set(wanted) <= set(needs) for key, wanted in needs.items()):
        raise Unusable("A prerequisite has to be another topic of the blueprint.")
    left = {key: set(wanted) for key, wanted in needs.items()}
    while ready := {key for key, wanted in left.items() if not wanted}:
        left = {key: wanted - ready for key, wanted in left.items() if key not in ready}
    if left:
        raise Unusable("Some topics need each other: neither could come first.")


def _each_once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
