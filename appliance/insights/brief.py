"""The teaching brief: what to do next in a class, and its making by rules from the numbers alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from appliance.insights.facts import URGENCY, percent
from appliance.insights.metrics import Insights, LearnerLine, TopicLine
from appliance.insights.misses import Miss
from appliance.insights.names import with_names
from appliance.insights.wording import Translate

MOST_ATTENTION = 3
MOST_MISCONCEPTIONS = 3
MOST_WATCHED = 5


@dataclass(frozen=True)
class Misconception:
    """`topic_id` is None for a quiz that belongs to no topic: then its title stands there."""

    topic_id: str | None
    topic_title: str
    description: str


@dataclass(frozen=True)
class Watched:
    """`display_name` is filled in for whoever looks at it, and never kept."""

    student_id: int
    reason: str
    display_name: str = ""


@dataclass(frozen=True)
class Recommended:
    """`type` is quiz, flashcards or chat."""

    type: str
    reason: str


@dataclass(frozen=True)
class Brief:
    """Students stand in it as ids, and in a model's sentences as marks, until `named` puts their names in."""

    summary: str
    strongest_action: str
    attention_items: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    students_to_watch: tuple[Watched, ...]
    next_step: str
    recommended_activity: Recommended | None
    evidence_basis: str
    made_by: Literal["rules", "model"]


@dataclass(frozen=True)
class Evidence:
    """How much there is to go by."""

    students: int
    published: int
    quizzes: int
    attempts: int
    questions: int

    @property
    def is_enough(self) -> bool:
        return self.students > 0 and self.published > 0 and (self.attempts > 0 or self.questions > 0)


def brief_by_rules(
    found: Insights, misses: Sequence[Miss], evidence: Evidence, translate: Translate
) -> Brief:
    weak = [topic for topic in found.topics if topic.status != "good"]
    return Brief(
        _summary(found, evidence, translate),
        _strongest_action(found, weak, translate),
        tuple(_attention(found, weak, translate))[:MOST_ATTENTION],
        tuple(_misconception(miss, found, translate) for miss in misses[:MOST_MISCONCEPTIONS]),
        tuple(_watched(found, translate))[:MOST_WATCHED],
        _next_step(found, weak, translate),
        _recommended(found, weak, translate),
        evidence_basis("rules", evidence, translate),
        "rules",
    )


def named(brief: Brief, names: Mapping[int, str], unknown: str) -> Brief:
    """As people read it. Whoever has left is not watched any more, and `unknown` in a sentence."""

    def told(text: str) -> str:
        # Rules write no marks: an S1 of theirs is a teacher's own word, the first semester or a switch.
        return with_names(text, names, unknown) if brief.made_by == "model" else text

    activity = brief.recommended_activity
    return replace(
        brief,
        summary=told(brief.summary),
        strongest_action=told(brief.strongest_action),
        attention_items=tuple(map(told, brief.attention_items)),
        misconceptions=tuple(
            replace(each, description=told(each.description)) for each in brief.misconceptions
        ),
        students_to_watch=tuple(
            Watched(each.student_id, told(each.reason), names[each.student_id])
            for each in brief.students_to_watch
            if each.student_id in names
        ),
        next_step=told(brief.next_step),
        recommended_activity=replace(activity, reason=told(activity.reason)) if activity else None,
    )


def evidence_basis(made_by: Literal["rules", "model"], evidence: Evidence, translate: Translate) -> str:
    """Who wrote it, and from how much."""
    values = {"quizzes": evidence.quizzes, "attempts": evidence.attempts, "questions": evidence.questions}
    if made_by == "model":
        return translate(
            "Written by the model and held against these numbers. Quizzes: %(quizzes)s, finished attempts: "
            "%(attempts)s, questions in the class chat: %(questions)s.",
            **values,
        )
    return translate(
        "Put together by fixed rules, without a model, from these numbers. Quizzes: %(quizzes)s, finished attempts: "
        "%(attempts)s, questions in the class chat: %(questions)s.",
        **values,
    )


def _summary(found: Insights, evidence: Evidence, translate: Translate) -> str:
    if found.is_empty:
        return translate(
            "Nobody has finished a quiz yet. Questions in the class chat so far: %(number)s.",
            number=evidence.questions,
        )
    stands = translate(
        "On average the class reached %(average)s in its quizzes and has finished %(completion)s of them.",
        average=percent(found.average),
        completion=percent(found.completion),
    )
    if not found.at_risk:
        return f"{stands} {translate('Nobody falls behind.')}"
    behind = translate.plural(
        "%(num)s student may need you.", "%(num)s students may need you.", found.at_risk
    )
    return f"{stands} {behind}"


def _strongest_action(found: Insights, weak: Sequence[TopicLine], translate: Translate) -> str:
    if found.is_empty:
        return translate("Give the class time to take its first quiz.")
    if weak and weak[0].status == "critical":
        return translate(
            "Teach “%(topic)s” again: the attempts reached %(average)s on average.",
            topic=weak[0].title,
            average=percent(weak[0].average),
        )
    if found.completion < 0.5:
        return translate(
            "Make time for the quizzes: only %(completion)s of them are finished.",
            completion=percent(found.completion),
        )
    if weak:
        return translate(
            "Practise “%(topic)s” once more: the attempts reached %(average)s on average.",
            topic=weak[0].title,
            average=percent(weak[0].average),
        )
    if found.at_risk:
        return translate("Talk to the students who have fallen behind.")
    return translate("Go on to something new: what was asked so far is understood.")


def _attention(found: Insights, weak: Sequence[TopicLine], translate: Translate) -> Iterable[str]:
    untried = sum(not line.scores and line.completion is not None for line in found.learners)
    if untried:
        yield translate.plural(
            "%(num)s student has not finished any quiz.",
            "%(num)s students have not finished any quiz.",
            untried,
        )
    for topic in weak:
        yield translate.plural(
            "“%(topic)s” stands at %(average)s after %(num)s attempt.",
            "“%(topic)s” stands at %(average)s after %(num)s attempts.",
            topic.attempts,
            topic=topic.title,
            average=percent(topic.average),
        )


def _misconception(miss: Miss, found: Insights, translate: Translate) -> Misconception:
    titles = {topic.key: topic.title for topic in found.topics}
    described = translate(
        "%(times)s of %(answered)s answers to “%(question)s” were “%(chosen)s”. Right is “%(answer)s”.",
        times=miss.times,
        answered=miss.answered,
        question=miss.question,
        chosen=miss.chosen,
        answer=miss.answer,
    )
    return Misconception(miss.topic_key or None, titles.get(miss.topic_key) or miss.quiz, described)


def _watched(found: Insights, translate: Translate) -> Iterable[Watched]:
    behind = (
        [line for line in found.learners if line.risk in ("high", "medium")] if not found.is_empty else []
    )
    for line in sorted(behind, key=lambda line: (URGENCY[line.risk], line.average, line.learner.id)):
        yield Watched(line.learner.id, _reason(line, translate))


def _reason(line: LearnerLine, translate: Translate) -> str:
    if not line.scores:
        return translate("Has not finished any quiz yet.")
    return translate(
        "Reached %(average)s on average and has finished %(completion)s of the quizzes.",
        average=percent(line.average),
        completion=percent(line.completion or 0),
    )


def _next_step(found: Insights, weak: Sequence[TopicLine], translate: Translate) -> str:
    if found.is_empty:
        return translate("Read what was asked in the class chat, and look here again after the first quiz.")
    if weak:
        return translate(
            "Begin the next lesson with “%(topic)s”, and ask about it again a few days later.",
            topic=weak[0].title,
        )
    return translate("Give the next quiz, and look here again when most have finished it.")


def _recommended(found: Insights, weak: Sequence[TopicLine], translate: Translate) -> Recommended | None:
    if found.is_empty or not weak:
        return None
    if weak[0].status == "critical":
        said = translate("Cards let everybody go over “%(topic)s” at their own pace.", topic=weak[0].title)
        return Recommended("flashcards", said)
    said = translate("A short quiz shows whether “%(topic)s” has become clearer.", topic=weak[0].title)
    return Recommended("quiz", said)
