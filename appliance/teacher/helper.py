"""The helper's panel for a class: how it was used, in counts, without a name and without what was asked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal
from sanic import HTTPResponse, Request

from appliance.classroom.care import care_days_of
from appliance.classroom.classes import Class, class_of_staff
from appliance.classroom.materials import Material, materials_of_class
from appliance.errors import Refusal
from appliance.helper.counted_questions import CLASS_CHAT
from appliance.helper.own_texts import OWN
from appliance.insights.helper_use import SPANS, Group, HelperUse, Line, SpanName, Start, helper_use, start_of
from appliance.insights.themes import themes_of_class
from appliance.library.courses import Shelf
from appliance.parts import Parts, parts_of
from appliance.web.identity import person_of
from appliance.web.rendering import render, translator
from appliance.web.sheets import Cell, sheet
from appliance.web.translations import Translator

DEFAULT: SpanName = "week"
MOST_TOPICS = 15


@dataclass(frozen=True)
class Row:
    """A line of a table with the words that stand for its key."""

    name: str
    line: Line
    path: str = ""
    language: str = ""


async def show(request: Request, class_id: int) -> HTTPResponse:
    parts, translate = parts_of(request), translator(request)
    classroom, span, since = await _asked_for(request, class_id)
    use = await helper_use(parts.db, class_id, since.moment)
    topics = [_topic(parts.shelf, line) for line in use.topics]
    return render(
        request,
        "teacher/helper.html",
        classroom=classroom,
        span=span,
        spans=_spans(translate),
        use=use,
        lessons=await _lessons(parts, class_id, use, translate),
        intents=[Row(_intent(line.key[0], translate), line) for line in use.intents],
        topics=topics[:MOST_TOPICS],
        more_topics=len(topics[MOST_TOPICS:]),
        reasons=_reasons(use, translate),
        themes=await themes_of_class(parts.db, class_id, since.moment),
        care=sum(each.messages for each in await care_days_of(parts.db, class_id) if each.day >= since.day),
        kept_days=parts.settings.retention_helper_questions_days,
        seconds=lambda milliseconds: format_decimal(milliseconds / 1000, "0.0", locale=translate.language),
    )


async def export(request: Request, class_id: int) -> HTTPResponse:
    """The counts behind the page, a line for each kind of question."""
    parts, translate = parts_of(request), translator(request)
    _, span, since = await _asked_for(request, class_id)
    use = await helper_use(parts.db, class_id, since.moment)
    lessons = await _lessons(parts, class_id, use, translate)
    return sheet(f"helper-{class_id}-{span}", _rows(lessons, use, translate))


async def _asked_for(request: Request, class_id: int) -> tuple[Class, SpanName, Start]:
    parts = parts_of(request)
    classroom = await class_of_staff(parts.db, class_id, person_of(request).id)
    given = str(request.args.get("span") or "")
    span: SpanName = next((name for name in SPANS if name == given), DEFAULT)
    return classroom, span, await start_of(parts.db, span, parts.settings.retention_helper_questions_days)


def _spans(translate: Translator) -> list[tuple[SpanName, str]]:
    return [
        ("today", translate("Today")),
        ("week", translate("7 days")),
        ("month", translate("30 days")),
        ("all", translate("Everything")),
    ]


async def _lessons(parts: Parts, class_id: int, use: HelperUse, translate: Translator) -> list[Row]:
    own = {f"{OWN}{each.id}": each for each in await materials_of_class(parts.db, class_id)}
    return [
        _own(own[line.key[1]], line)
        if not line.key[0] and line.key[1] in own
        else _lesson(parts.shelf, line, translate)
        for line in use.lessons
    ]


def _own(material: Material, line: Line) -> Row:
    """What the teacher wrote, by its title."""
    return Row(material.title, line, f"/teach/class/{material.class_id}/materials/{material.id}")


def _lesson(shelf: Shelf, line: Line, translate: Translator) -> Row:
    course, lesson = line.key
    if line.key == CLASS_CHAT:
        return Row(translate("In the class chat"), line)
    if not lesson:
        return Row(translate("No lesson told"), line)
    try:
        found = shelf.lesson(course, lesson)
    except Refusal:
        # It is no longer on the shelf, or was removed; what was asked in it still counts.
        return Row(f"{course} / {lesson}" if course else translate("A material that was removed"), line)
    return Row(found.title, line, f"/course/{course}/{lesson}", found.language)


def _reasons(use: HelperUse, translate: Translator) -> list[tuple[str, str, int]]:
    """What became of them, why in words, how many: codes that say the same to a teacher are one line."""
    found: Counter[tuple[str, str]] = Counter()
    for line in use.reasons:
        outcome, reason = line.key
        found[outcome, _reason(reason, translate)] += line.questions
    return [(outcome, words, questions) for (outcome, words), questions in found.most_common()]


def _topic(shelf: Shelf, line: Line) -> Row:
    course, heading = line.key
    try:
        return Row(heading, line, language=shelf.course(course).language)
    except Refusal:
        return Row(heading, line)


def _rows(lessons: list[Row], use: HelperUse, translate: Translator) -> Iterator[list[Cell]]:
    titles = {row.line.key: row.name for row in lessons}
    yield [
        translate("Lesson"),
        translate("Topic"),
        translate("Kind of question"),
        translate("What became of it"),
        translate("Why"),
        translate("Questions"),
        translate("Not in the lesson"),
        translate("Helped"),
        translate("Did not help"),
        translate("Average wait in line, in seconds"),
        translate("Average time to the whole answer, in seconds"),
    ]
    for group in use.groups:
        yield _row(group, titles[group.course_slug, group.lesson_slug], translate)


def _row(group: Group, title: str, translate: Translator) -> list[Cell]:
    return [
        title,
        group.topic,
        _intent(group.intent, translate) if group.intent else "",
        _outcome(group.outcome, translate),
        _reason(group.reason, translate) if group.reason else "",
        group.questions,
        group.missing,
        group.thumbs_up,
        group.thumbs_down,
        round(group.waited / group.questions / 1000, 1),
        round(group.took / group.questions / 1000, 1),
    ]


def _outcome(outcome: str, translate: Translator) -> str:
    return {
        "model": translate("Answered by the model"),
        "lesson": translate("Answered from the lesson"),
        "refused": translate("Refused"),
    }[outcome]


def _intent(intent: str, translate: Translator) -> str:
    names = {
        "debug": translate("Something does not work"),
        "concept": translate("What something means"),
        "strategy": translate("How to go on with it"),
        "reflection": translate("Whether their work is good"),
        "status": translate("How far they are"),
        "general": translate("Anything else"),
    }
    return names.get(intent, intent)


def _reason(reason: str, translate: Translator) -> str:
    names: Mapping[str, str] = {
        "no_model": translate("No chat model was there"),
        "busy": translate("The line was too long"),
        "died": translate("The model broke off"),
        "stopped": translate("They stopped it, or left"),
        "off_topic": translate("It was not about the lesson"),
        "gives_away": translate("The answer was theirs to find"),
        "blocks": translate("They asked for typed code in a lesson of blocks"),
        "rate_limited": translate("Too many questions in a minute"),
        "one_at_a_time": translate("Their question before was still being answered"),
        "replaced": translate("They asked anew while they waited"),
        "invalid_scope_token": translate("The page was open too long, or the lesson was closed"),
        "missing_scope_token": translate("The page was open too long, or the lesson was closed"),
        "missing_message": translate("The question was empty"),
        "message_too_long": translate("The question was too long"),
        "class_locked": translate("The class was locked"),
        "llm_access_disabled": translate("The helper was switched off"),
        "chat_archived": translate("The chat was put away"),
        "remote_backend_not_acknowledged": translate("The borrowed model is not agreed to yet"),
    }
    return names.get(reason) or translate("The box could not take it")
