"""The study page: quizzes and cards of the class, and one of them open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sanic import HTTPResponse, Request

from appliance.classroom.box import today
from appliance.classroom.presence import Place
from appliance.classroom.releases import release_of_module
from appliance.parts import parts_of
from appliance.student.presence import note
from appliance.web.identity import person_of
from appliance.web.rendering import render
from appliance.work.assignments import Assignment, assignment_of_student, study_of_student
from appliance.work.attempts import (
    Attempt,
    answers_of_attempt,
    attempts_left,
    attempts_of_student,
    best_of,
    is_revealed,
)
from appliance.work.flashcards import Card, cards_of_activity
from appliance.work.quizzes import Question, questions_of_activity
from appliance.work.reviews import Review, mark_read, review_of


@dataclass(frozen=True)
class OpenStudy:
    """One quiz or set of cards as this student may see it.

    `questions` holds right answers: a page shows them only where `is_revealed` says so.
    """

    assignment: Assignment
    attempts: Sequence[Attempt]
    questions: Sequence[Question]
    cards: Sequence[Card]
    given: Mapping[int, int]
    review: Review | None
    is_late: bool
    is_revealed: bool

    @property
    def path(self) -> str:
        return f"/student/study/{self.assignment.id}"

    @property
    def under_way(self) -> Attempt | None:
        """The attempt that can still be worked on."""
        last = self.attempts[-1] if self.attempts else None
        return None if last is None or last.is_finished or self.is_late else last

    @property
    def finished(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.is_finished]

    @property
    def best(self) -> Attempt | None:
        return best_of(list(self.attempts))

    @property
    def left(self) -> int:
        return attempts_left(self.assignment, list(self.attempts))

    @property
    def can_start(self) -> bool:
        return self.under_way is None and self.left > 0 and not self.is_late

    @property
    def items(self) -> int:
        return len(self.questions) + len(self.cards)

    @property
    def score(self) -> int | None:
        """What counts: the teacher's word, else the best attempt."""
        if self.review is not None and self.review.score_override is not None:
            return self.review.score_override
        return self.best.score if self.best else None


async def index(request: Request) -> HTTPResponse:
    parts, person = parts_of(request), person_of(request)
    lines = await study_of_student(parts.db, person.class_id, person.id)
    return render(request, "student/study.html", lines=lines)


async def show(request: Request, assignment_id: int) -> HTTPResponse:
    return await page(request, assignment_id)


async def page(request: Request, assignment_id: int, problem: str = "", status: int = 200) -> HTTPResponse:
    """Opening it is reading the teacher's word on it. While its module is closed there is its introduction alone."""
    parts, person = parts_of(request), person_of(request)
    assignment = await assignment_of_student(parts.db, person.id, assignment_id)
    release = release_of_module(assignment.gate, await today(parts.db))
    if not release.is_open:
        return render(request, "student/closed_study.html", assignment=assignment, release=release)
    study = await _open(request, assignment)
    if study.review is not None and study.review.read_at is None:
        async with parts.db.transaction() as tx:
            await mark_read(tx, assignment_id, person.id)
    note(request, Place(study.assignment.title, path=study.path))
    template = "student/quiz.html" if study.assignment.is_quiz else "student/cards.html"
    return render(request, template, status, study=study, problem=problem)


async def _open(request: Request, assignment: Assignment) -> OpenStudy:
    parts, person = parts_of(request), person_of(request)
    attempts = await attempts_of_student(parts.db, assignment.id, person.id)
    shown = attempts[-1] if attempts and not attempts[-1].is_finished else best_of(attempts)
    return OpenStudy(
        assignment,
        attempts,
        await questions_of_activity(parts.db, assignment.activity_id),
        await cards_of_activity(parts.db, assignment.activity_id),
        await answers_of_attempt(parts.db, shown.id) if shown else {},
        await review_of(parts.db, assignment.id, person.id),
        assignment.is_past_due(parts.db.now()),
        is_revealed(assignment, attempts, parts.db.now()),
    )
