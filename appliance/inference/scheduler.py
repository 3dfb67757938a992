"""Continuous batching: a step carries one token of each running answer and a bounded part of the prompts."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from appliance.inference.llama import Batch, Context, Model, Sampler, Taste
from appliance.inference.pieces import Pieces
from appliance.inference.protocol import Finished, FinishReason, Refused, Text

MOST_WAITING = 64
LEAST_OUTPUT = 16
THOUGHT_FACTOR = 3  # thoughts are not shown; they may take twice what the answer may
TOO_LONG = "The question and its lesson are too long for this model: ask a shorter question."
LINE_FULL = "The engine has more questions than it can keep: ask again in a moment."
BAD_GRAMMAR = "The answer's grammar can't be read."

Event = Text | Finished | Refused


@dataclass(frozen=True)
class Work:
    """One answer to write: its prompt in tokens and how to go on from there."""

    id: int
    tokens: tuple[int, ...]
    max_tokens: int
    taste: Taste
    stop: tuple[str, ...]
    thinking: bool


@dataclass
class Running:
    """An answer that holds a sequence; `read` counts decoded prompt tokens, `place` is this step's output."""

    work: Work
    sequence: int
    sampler: Sampler
    pieces: Pieces
    read: int = 0
    written: int = 0
    shown: int = 0
    last: int = -1
    place: int = -1

    @property
    def unread(self) -> int:
        return len(self.work.tokens) - self.read

    @property
    def cells(self) -> int:
        return self.read + max(0, self.written - 1)


@dataclass
class Scheduler:
    """Owns the context's sequences: each is either free or held by exactly one answer."""

    model: Model
    context: Context
    cells_per_slot: int
    prompt_chunk: int
    steps: int = 0
    _waiting: deque[Work] = field(default_factory=deque)
    _running: list[Running] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free = list(range(self.context.shape.sequences))
        self._batch = Batch(self.context.shape.batch)

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._running)

    def add(self, work: Work) -> Refused | None:
        if len(self._waiting) >= MOST_WAITING:
            return Refused(work.id, "busy", LINE_FULL)
        if not work.tokens or len(work.tokens) + min(LEAST_OUTPUT, work.max_tokens) > self.cells_per_slot:
            return Refused(work.id, "too_long", TOO_LONG)
        self._waiting.append(work)
        return None

    def cancel(self, work_id: int) -> None:
        self._waiting = deque(work for work in self._waiting if work.id != work_id)
        for running in [running for running in self._running if running.work.id == work_id]:
            self._release(running)

    def step(self) -> list[Event]:
        """One pass through the model; raises BrokenModel."""
        events: list[Event] = list(self._admit())
        self._fill()
        if self._batch.raw.n_tokens == 0:
            return events
        self.context.run(self._batch)
        self.steps += 1
        for running in list(self._running):
            if running.place >= 0:
                events += self._advance(running)
        return events

    def _admit(self) -> Iterator[Event]:
        while self._waiting and self._free:
            work = self._waiting.popleft()
            try:
                sampler = Sampler(self.model, work.taste)
            except ValueError:
                yield Refused(work.id, "bad_grammar", BAD_GRAMMAR)
                continue
            pieces = Pieces(work.stop, work.thinking)
            self._running.append(Running(work, self._free.pop(0), sampler, pieces))

    def _fill(self) -> None:
        self._batch.clear()
        portions = self._portions()
        # split mode wants ascending sequences without gaps, or the step costs twice
        for running in sorted(self._running, key=lambda running: running.sequence):
            running.place = -1
            if running.unread == 0:
                running.place = self._batch.add(
                    (running.last,), running.cells, running.sequence, wants="last"
                )
            elif portion := portions.get(running.work.id, 0):
                self._read_on(running, portion)

    def _portions(self) -> dict[int, int]:
        """How many prompt tokens each reader gets in this step, oldest first."""
        writers = sum(running.unread == 0 for running in self._running)
        left = self.prompt_chunk if writers else self._batch.size
        left = min(left, self._batch.size - writers)
        portions = {}
        for running in self._running:
            portions[running.work.id] = min(running.unread, left)
            left -= portions[running.work.id]
        return portions

    def _read_on(self, running: Running, portion: int) -> None:
        tokens = running.work.tokens[running.read : running.read + portion]
        is_end = portion == running.unread
        place = self._batch.add(tokens, running.read, running.sequence, wants="last" if is_end else "none")
        running.read += portion
        running.place = place if is_end else -1

    def _advance(self, running: Running) -> Iterator[Event]:
        self.context.check(running.place)
        token = running.sampler.pick(self.context, running.place)
        if self.model.ends(token):
            yield from self._finish(running, "stop")
            return
        running.last = token
        running.written += 1
        running.shown += not running.pieces.thinking
        if text := running.pieces.push(self.model.piece(token)):
            yield Text(running.work.id, text)
        if running.pieces.stopped:
            yield from self._finish(running, "stop")
        elif self._is_spent(running):
            yield from self._finish(running, "length")

    def _is_spent(self, running: Running) -> bool:
        most = running.work.max_tokens
        is_long = running.shown >= most or running.written >= most * THOUGHT_FACTOR
        return is_long or running.cells + 1 >= self.cells_per_slot

    def _finish(self, running: Running, reason: FinishReason) -> Iterator[Event]:
        if text := running.pieces.rest():
            yield Text(running.work.id, text)
        yield Finished(running.work.id, reason, len(running.work.tokens), running.written)
        self._release(running)

    def _release(self, running: Running) -> None:
        self._running.remove(running)
        self.context.forget(running.sequence)
        running.sampler.close()
        self._free.append(running.sequence)
        self._free.sort()
