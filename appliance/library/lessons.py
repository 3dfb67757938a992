"""A lesson: what its front matter says and the two texts it holds, one for students and one for staff."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from appliance.errors import Invalid, Sentence
from appliance.library.sections import split_for_audiences
from appliance.library.sources import Source, Yaml, entries, front_matter, lines_of, number, section, words

BAD_DATE = "%(file)s: '%(key)s' has to be a date like 2026-09-01, not '%(text)s'."
DATE_KEYS = ("available_on", "release_date", "opens_on")
_EXTENSION = re.compile(r"\.[a-z0-9]{1,10}")
_YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{6,20}")
_YOUTUBE_HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com", "www.youtube-nocookie.com")


@dataclass(frozen=True)
class Item:
    """One line of a checklist; `key` comes from its text: reordering a list moves nobody's ticks."""

    key: str
    text: str


@dataclass(frozen=True)
class Checklist:
    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Reflection:
    title: str
    prompt: str


@dataclass(frozen=True)
class Exercise:
    """`also` holds other ways to give the answer: another language, another word."""

    question: str
    answer: str
    unit: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """`accepted` holds extensions like `.pdf`, in the author's order; empty means that any may come."""

    accepted: tuple[str, ...]
    naming: str


@dataclass(frozen=True)
class Video:
    """`url` is http(s) or empty."""

    id: str
    title: str
    minutes: int | None
    outcome: str
    url: str
    youtube_id: str


@dataclass(frozen=True)
class TeacherPanel:
    purpose: str
    snags: tuple[str, ...]
    assessment: tuple[str, ...]
    prep: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """What the course's manifest says about a lesson."""

    course_slug: str
    language: str
    slug: str
    session: int
    title: str
    available_on: date | None
    helper_reference: str
    videos: tuple[Video, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True)
class Lesson:
    """`body_teacher` is Markdown that no student may see; `previous` and `next` are slugs; `language` as in HTML."""

    course_slug: str
    language: str
    slug: str
    session: int
    title: str
    summary: str
    duration_minutes: int | None
    makes: str
    needs: tuple[str, ...]
    privacy: tuple[str, ...]
    videos: tuple[Video, ...]
    submission: Submission | None
    checklist: Checklist | None
    reflection: Reflection | None
    exercises: tuple[Exercise, ...]
    done_looks_like: tuple[str, ...]
    quick_fixes: tuple[str, ...]
    extend: tuple[str, ...]
    teacher_panel: TeacherPanel
    allowed_topics: tuple[str, ...]
    helper_notes: tuple[str, ...]
    helper_reference: str
    ui_level: str
    body_student: str
    body_teacher: str
    available_on: date | None
    previous: str | None
    next: str | None


def lesson_from(source: Source, place: Place) -> Lesson:
    """The lesson's own file wins over the manifest. Raises Invalid with the sentence for its author."""
    front, body = front_matter(source)
    audiences = split_for_audiences(body)
    session = number(front.get("session"))
    return Lesson(
        course_slug=place.course_slug,
        language=place.language,
        slug=place.slug,
        session=place.session if session is None else session,
        title=words(front.get("title")) or place.title,
        summary=words(front.get("summary")),
        duration_minutes=number(front.get("duration_minutes")),
        makes=words(front.get("makes")),
        needs=lines_of(front.get("needs")),
        privacy=lines_of(front.get("privacy")),
        videos=videos_from(front.get("videos")) or place.videos,
        submission=_submission(section(front.get("submission"))),
        checklist=_checklist(front.get("checklist")),
        reflection=_reflection(front.get("reflection")),
        exercises=_exercises(front.get("exercises")),
        done_looks_like=lines_of(front.get("done_looks_like")),
        quick_fixes=lines_of(section(front.get("help")).get("quick_fixes")),
        extend=lines_of(front.get("extend")),
        teacher_panel=_teacher_panel(front.get("teacher_panel")),
        allowed_topics=lines_of(front.get("helper_allowed_topics") or front.get("allowed_topics")),
        helper_notes=lines_of(front.get("helper_notes")),
        helper_reference=words(front.get("helper_reference")) or place.helper_reference,
        ui_level=words(front.get("ui_level")),
        body_student=audiences.student,
        body_teacher=audiences.teacher,
        available_on=release_date(source.name, front) or place.available_on,
        previous=place.previous,
        next=place.next,
    )


def item_key(text: str) -> str:
    """The first 12 hex digits of the SHA-256 of the text, spaces and capitals levelled."""
    level = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return hashlib.sha256(level.encode()).hexdigest()[:12]


def release_date(name: str, values: Mapping[str, Yaml]) -> date | None:
    """Raises Invalid for a date that can't be read: to ignore it would open the lesson early."""
    for key in DATE_KEYS:
        text = words(values.get(key))
        if text:
            try:
                return date.fromisoformat(text[:10])
            except ValueError as error:
                sentence = Sentence(BAD_DATE, file=name, key=key, text=text[:40])
                raise Invalid(sentence, "date_invalid") from error
    return None


def videos_from(value: Yaml | None) -> tuple[Video, ...]:
    return tuple(_video(entry) for entry in entries(value))


def _video(entry: Mapping[str, Yaml]) -> Video:
    url = words(entry.get("url"))
    given = words(entry.get("youtube_id"))
    return Video(
        id=words(entry.get("id")),
        title=words(entry.get("title")),
        minutes=number(entry.get("minutes")),
        outcome=words(entry.get("outcome")),
        url=url if url.lower().startswith(("http://", "https://")) else "",
        youtube_id=given if _YOUTUBE_ID.fullmatch(given) else _youtube_id(url),
    )


def _youtube_id(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path.strip("/").split("/")
    found = ""
    if parts.hostname == "youtu.be":
        found = path[0]
    elif parts.hostname in _YOUTUBE_HOSTS and path[0] == "watch":
        found = parse_qs(parts.query).get("v", [""])[0]
    elif parts.hostname in _YOUTUBE_HOSTS and path[0] in ("embed", "shorts", "live") and len(path) > 1:
        found = path[1]
    return found if _YOUTUBE_ID.fullmatch(found) else ""


def _submission(value: Mapping[str, Yaml]) -> Submission | None:
    if words(value.get("type")).casefold() != "file":
        return None
    naming = words(value.get("naming"))
    accepted = _extensions(value.get("accepted")) or _extensions(re.findall(r"\.\w{1,10}$", naming))
    return Submission(accepted, naming)


def _extensions(value: Yaml | None) -> tuple[str, ...]:
    """From a list, or from text like `.sb3, png`."""
    pieces = re.split(r"[,;\s]+", words(value).casefold())
    dotted = (piece if piece.startswith(".") else f".{piece}" for piece in pieces if piece)
    return tuple(dict.fromkeys(piece for piece in dotted if _EXTENSION.fullmatch(piece)))


def _checklist(value: Yaml | None) -> Checklist | None:
    texts = lines_of(section(value).get("items") if isinstance(value, dict) else value)
    if not texts:
        return None
    seen: dict[str, int] = {}
    items = []
    for text in texts:
        key = item_key(text)
        seen[key] = seen.get(key, 0) + 1
        items.append(Item(key if seen[key] == 1 else item_key(f"{text} {seen[key]}"), text))
    return Checklist(words(section(value).get("title")), tuple(items))


def _reflection(value: Yaml | None) -> Reflection | None:
    prompt = words(section(value).get("prompt") if isinstance(value, dict) else value)
    return Reflection(words(section(value).get("title")), prompt) if prompt else None


def _exercises(value: Yaml | None) -> tuple[Exercise, ...]:
    asked = (
        Exercise(
            words(entry.get("question")),
            words(entry.get("answer")),
            words(entry.get("unit")),
            lines_of(entry.get("also")),
        )
        for entry in entries(value)
    )
    return tuple(exercise for exercise in asked if exercise.question)


def _teacher_panel(value: Yaml | None) -> TeacherPanel:
    panel = section(value)
    return TeacherPanel(
        purpose=words(panel.get("purpose")),
        snags=lines_of(panel.get("snags")),
        assessment=lines_of(panel.get("assessment")),
        prep=lines_of(panel.get("prep")),
    )
