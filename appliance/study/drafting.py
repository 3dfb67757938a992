"""Questions, cards and topics made while a program waits, from a text that is kept nowhere."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from appliance.errors import UpstreamFailed
from appliance.inference.router import Ended, Event, Router, Started
from appliance.study.items import KNOWN_SHOWN, Made, Turn, made_card, made_question
from appliance.study.sections import Section, windows_of
from appliance.study.sources import SourcePassage
from appliance.study.templates import Templates, Text
from appliance.study.texts import passages_of_text, sample
from appliance.study.writing import Wish, Writer
from appliance.work.flashcards import CardText
from appliance.work.quizzes import QuestionText

LOOK_SECONDS = 0.5
# Templates compare everything with everything: more text gives no better questions, only a longer wait.
MOST_FACTS = 150
# Kept back for the templates and for the way to whoever asked.
RESERVE = 0.1
MOST_RESERVE = 2.0
NO_TEXT = "There is nothing to make it from. Send some text of the class's material."
TOO_LITTLE = "The text says too little to make anything from. Send more of the material."
TOO_LATE = "There was not enough time. Send less text, or a longer timeout_ms."

Item = TypeVar("Item")


@dataclass(frozen=True)
class Brief:
    """What is asked for. `person` is a key of its own in the line, `seconds` how long the sender waits."""

    title: str
    text: str
    guidance: str
    count: int
    person: str
    seed: int
    seconds: float


@dataclass
class Account:
    """Who wrote, and what it took, tries that were thrown away included."""

    backend: str = ""
    model: str = ""
    prompt_tokens: int = 0
    written_tokens: int = 0

    def hear(self, event: Event) -> None:
        if isinstance(event, Started):
            self.backend, self.model = event.backend, event.model
        elif isinstance(event, Ended):
            self.prompt_tokens += event.prompt_tokens
            self.written_tokens += event.written_tokens


@dataclass(frozen=True)
class Draft(Generic[Text]):
    """Fewer than were asked for where the text has no more in it."""

    items: tuple[Text, ...]
    by_model: int
    account: Account = field(compare=False)


class TimedWriter(Writer):
    """Writes until `ends`, on the loop's clock; from then on it says that it has nothing."""

    def __init__(self, router: Router, ends: float) -> None:
        self.account = Account()
        self._ends = ends
        super().__init__(router, LOOK_SECONDS, self.account.hear)

    async def item(self, wish: Wish, check: Callable[[Mapping[str, Any]], Item]) -> Item | None:
        if asyncio.get_running_loop().time() >= self._ends:
            return None
        try:
            async with asyncio.timeout_at(self._ends):
                return await super().item(wish, check)
        except TimeoutError:
            return None


@dataclass(frozen=True)
class Desk:
    """All that lies ready for one order."""

    passages: list[SourcePassage]
    templates: Templates
    writer: TimedWriter


async def laid_out(router: Router, brief: Brief) -> Desk:
    """Raises UpstreamFailed when the text gives nothing, or reading it took all the time there was."""
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(began + brief.seconds):
            passages, templates = await asyncio.to_thread(_read, brief)
    except TimeoutError as late:
        raise UpstreamFailed(TOO_LATE) from late
    if not passages:
        raise UpstreamFailed(NO_TEXT)
    reserve = min(MOST_RESERVE, RESERVE * brief.seconds)
    return Desk(passages, templates, TimedWriter(router, began + brief.seconds - reserve))


async def drafted_questions(router: Router, brief: Brief) -> Draft[QuestionText]:
    """Raises UpstreamFailed when not one can be made."""
    desk = await laid_out(router, brief)

    async def make(wish: Wish, turn: Turn, others: Sequence[QuestionText]) -> Made[QuestionText] | None:
        return await made_question(desk.writer, wish, desk.templates, turn, others)

    return await _drafted("question", brief, desk, make, lambda question: question.stem)


async def drafted_cards(router: Router, brief: Brief) -> Draft[CardText]:
    """Raises UpstreamFailed when not one can be made."""
    desk = await laid_out(router, brief)

    async def make(wish: Wish, turn: Turn, others: Sequence[CardText]) -> Made[CardText] | None:
        return await made_card(desk.writer, wish, desk.templates, turn, others)

    return await _drafted("card", brief, desk, make, lambda card: card.front)


def wish_of(kind: str, brief: Brief, section: Section, step: int, known: Sequence[str]) -> Wish:
    return Wish(
        kind,
        section,
        brief.person,
        "service",
        (brief.seed + 10 * step) % 2**31,
        tuple(known[-KNOWN_SHOWN:]),
        brief.guidance,
    )


async def _drafted(
    kind: str,
    brief: Brief,
    desk: Desk,
    make: Callable[[Wish, Turn, Sequence[Text]], Awaitable[Made[Text] | None]],
    asks: Callable[[Text], str],
) -> Draft[Text]:
    windows, items, by_model = windows_of(desk.passages), list[Text](), 0
    for step in range(brief.count):
        turn = Turn(step, brief.count)
        wish = wish_of(kind, brief, turn.window_of(windows), step, [asks(item) for item in items])
        made = await make(wish, turn, items)
        if made is not None:
            items.append(made.text)
            by_model += made.made_by == "model"
    if not items:
        raise UpstreamFailed(TOO_LITTLE)
    return Draft(tuple(items), by_model, desk.writer.account)


def _read(brief: Brief) -> tuple[list[SourcePassage], Templates]:
    passages = passages_of_text(brief.text, brief.title)
    templates = Templates(sample(passages, MOST_FACTS), brief.seed)
    # Worked out here, while there is time: from now on taking one costs next to nothing.
    _ = templates.questions, templates.cards
    return passages, templates
