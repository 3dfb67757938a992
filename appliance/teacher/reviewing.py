"""Reviewing, whatever kind of work it is: a piece large, the teacher's word beside it, the next one a press away."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanic import HTTPResponse, Request
from sanic.response import redirect

from appliance.classroom.audit import record_staff
from appliance.classroom.classes import class_of_staff, class_of_teacher
from appliance.errors import Invalid
from appliance.parts import parts_of
from appliance.storage.database import Database, Reads, Transaction
from appliance.teacher.kept_words import keep_if_asked, puts_in, with_kept
from appliance.web import forms
from appliance.web.identity import person_of
from appliance.web.rendering import render, say, translator
from appliance.work.response_reviews import ResponseReview
from appliance.work.review_queue import (
    SHOWN,
    Filter,
    Piece,
    Pile,
    Queue,
    neighbours_of_piece,
    page_of_queue,
)
from appliance.work.reviews import COMMENT_CHARACTERS, Review
from appliance.work.saved_comments import saved_comments_of_staff
from appliance.work.submission_reviews import Criterion, SubmissionReview, score_given
from appliance.work.written_queue import waiting_in_piles

SAID_MEANWHILE = (
    "Another teacher has said something on this since you opened it. Read it, then save yours if it should "
    "stand instead."
)


@dataclass(frozen=True)
class Word:
    """What a teacher says about a piece; `rubric` has the points of each criterion by its key."""

    state: str
    score: int | None
    comment: str
    rubric: Mapping[str, int]


class Reviewable(ABC):
    """One piece of one kind of work: where it is found, what its page shows, where the word on it is kept."""

    queue: Queue
    # What its address may ask for; the first when it asks for none of them.
    piles: tuple[Pile, ...]
    template: str
    # Names in the audit log.
    reviewed: str
    returned: str

    @abstractmethod
    async def piece(self, db: Database | Reads, class_id: int) -> Piece:
        """Raises NotFound for what is gone, and for another class's."""

    @abstractmethod
    async def review(self, db: Database | Reads) -> SubmissionReview | ResponseReview | None: ...

    @abstractmethod
    async def shown(self, request: Request, class_id: int, piece: Piece) -> dict[str, Any]:
        """What its own part of the page needs."""

    @abstractmethod
    async def save(self, request: Request, tx: Transaction, piece: Piece, word: Word) -> None:
        """Raises Invalid."""

    async def criteria(self, db: Database | Reads, piece: Piece) -> tuple[Criterion, ...]:
        """Empty for what is marked without a rubric."""
        return ()


async def queue_page(request: Request, class_id: int, work: type[Reviewable]) -> HTTPResponse:
    parts, wanted = parts_of(request), _filter(request, work.piles)
    return render(
        request,
        "teacher/review_queue.html",
        classroom=await class_of_staff(parts.db, class_id, person_of(request).id),
        place=_place(class_id, wanted),
        wanted=wanted,
        queue=await page_of_queue(parts.db, work.queue, class_id, wanted, forms.page(request)),
        waiting=await waiting_in_piles(parts.db, class_id),
    )


async def piece_page(
    request: Request, class_id: int, work: Reviewable, refusal: Invalid | None = None
) -> HTTPResponse:
    parts, person, wanted = parts_of(request), person_of(request), _filter(request, work.piles)
    classroom = await class_of_staff(parts.db, class_id, person.id)
    piece = await work.piece(parts.db, class_id)
    criteria = await work.criteria(parts.db, piece)
    fields = ("score", "comment", "keep", *(f"criterion-{number}" for number in range(len(criteria))))
    return render(
        request,
        work.template,
        forms.status_of(refusal),
        classroom=classroom,
        place=_place(class_id, wanted),
        piece=piece,
        criteria=criteria,
        review=await work.review(parts.db),
        comments=await saved_comments_of_staff(parts.db, person.id),
        neighbours=await neighbours_of_piece(parts.db, work.queue, class_id, wanted, piece),
        wanted=wanted,
        typed=with_kept(request, *fields) if refusal or puts_in(request) else None,
        errors=forms.errors(refusal, translator(request)),
        **await work.shown(request, class_id, piece),
    )


async def save_word(request: Request, class_id: int, work: Reviewable) -> HTTPResponse:
    """Saves, and goes on to the next piece of the queue that one came from."""
    parts, person, wanted = parts_of(request), person_of(request), _filter(request, work.piles)
    await class_of_teacher(parts.db, class_id, person.id, "review")
    if puts_in(request):
        return await piece_page(request, class_id, work)
    try:
        async with parts.db.transaction() as tx:
            # Looked up in here: its student may take it back at this very moment.
            piece = await work.piece(tx, class_id)
            word = _word(request, await work.criteria(tx, piece))
            check_unsaid(request, person.id, await work.review(tx))
            await work.save(request, tx, piece, word)
            not_kept = await keep_if_asked(request, tx, person.id, word.comment)
            action = work.returned if word.state == "returned" else work.reviewed
            await record_staff(tx, action, person.id, class_id, piece.path, request.ip)
    except Invalid as refusal:
        return await piece_page(request, class_id, work, refusal)
    saved = translator(request)("Saved. %(name)s sees it on the class page.", name=piece.student_name)
    say(request, f"{saved} {not_kept}".strip())
    after = (await neighbours_of_piece(parts.db, work.queue, class_id, wanted, piece)).after
    place = _place(class_id, wanted)
    return redirect(f"{place}/{after}?{wanted.query}" if after else f"{place}?{wanted.query}")


def check_unsaid(
    request: Request, staff_id: int, review: SubmissionReview | ResponseReview | Review | None
) -> None:
    """Raises Invalid where another teacher said something since the page was opened: no word is lost unseen."""
    if review is None or review.staff_id == staff_id or not forms.has(request, "said_at"):
        return
    if review.reviewed_at > forms.number(forms.text(request, "said_at")):
        raise Invalid(SAID_MEANWHILE, "said_meanwhile", field="meanwhile")


def _place(class_id: int, wanted: Filter) -> str:
    place = f"/teach/class/{class_id}/review"
    return place if wanted.pile == "files" else f"{place}/written"


def _filter(request: Request, piles: tuple[Pile, ...]) -> Filter:
    """Whatever the address says that can't be is left out."""
    pile, shown = (str(request.args.get(name) or "") for name in ("pile", "show"))
    return Filter(
        next((each for each in piles if each == pile), piles[0]),
        next((each for each in SHOWN if each == shown), SHOWN[0]),
        forms.asked_number(request, "material"),
        forms.asked_number(request, "student"),
    )


def _word(request: Request, criteria: tuple[Criterion, ...]) -> Word:
    """Raises Invalid for what can't be, whatever the work is."""
    comment, rubric = forms.text(request, "comment", 2 * COMMENT_CHARACTERS), _rubric(request, criteria)
    score = score_given(forms.text(request, "score", 20), criteria, rubric)
    return Word(forms.text(request, "state"), score, comment, rubric)


def _rubric(request: Request, criteria: tuple[Criterion, ...]) -> dict[str, int]:
    """The criteria that have points; raises Invalid for points that can't be."""
    given: dict[str, int] = {}
    for number, each in enumerate(criteria):
        text = forms.text(request, f"criterion-{number}", 10)
        points = forms.number(text)
        if text and not 1 <= points <= each.most:
            raise Invalid("Choose the points from the list.", field="rubric")
        if text:
            given[each.key] = points
    return given
