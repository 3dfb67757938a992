"""Continuous batching: a step carries one token of each running answer and a bounded part of the prompts."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from appliance.inference.beginnings import Beginnings, Kept
from appliance.inference.llama import ROWS, Batch, Context, Model
from appliance.inference.memory import Memory
from appliance.inference.pieces import Pieces
from appliance.inference.protocol import Finished, FinishReason, Refused, Text
from appliance.inference.repetition import Repetition
from appliance.inference.running import THOUGHT_FACTOR, Running, Work
from appliance.inference.sampler import Sampler, unspoken_of
from appliance.inference.saved_states import SavedStates
from appliance.inference.token_keys import TOKEN_BYTES, common

MOST_WAITING = 64
MOST_AHEAD = 16
LEAST_OUTPUT = 16
LEAST_SHARED = 16  # fewer tokens in common are read again
LEAST_CHUNK = 16
LONGEST_STEP = 1.5  # seconds that reading may take in a step: a cancel and every running answer wait for it
LEARNING = 0.3  # how much the last step tells about the speed of reading
CONVERSATION_SECONDS = 3600.0
WORTH_WAITING = 48  # tokens that somebody else is reading just now
TOO_LONG = "The question and its lesson are too long for this model: ask a shorter question."
LINE_FULL = "The engine has more questions than it can keep: ask again in a moment."
BAD_GRAMMAR = "The answer's grammar can't be read."

Event = Text | Finished | Refused


@dataclass
class Scheduler:
    """Owns the context's sequences: the first `slots` are for answers, the others keep what was read."""

    model: Model
    context: Context
    slots: int
    cells_per_slot: int
    prompt_chunk: int
    states: SavedStates | None = None
    ends_loops: bool = True
    clock: Callable[[], float] = time.monotonic
    steps: int = 0
    _waiting: deque[Work] = field(default_factory=deque)
    _ahead: deque[Work] = field(default_factory=deque)
    _running: list[Running] = field(default_factory=list)
    _reading_for: dict[int, tuple[Running, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._free = list(range(self.slots))
        self._unspoken = unspoken_of(self.model)
        self._batch = Batch(self.context.shape.batch)
        self._readable = float(self._batch.size)  # prompt tokens within LONGEST_STEP, as measured
        self.memory = Memory(self.context)
        last = self.context.shape.sequences - self.context.shape.unified
        self._filler = last  # unified: a sequence of tokens that nobody reads
        kept = range(self.slots, last) if self.model.can_share else ()
        self.beginnings = Beginnings(self.memory, kept, self.states, self.clock)

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._running or self._ahead)

    def add(self, work: Work) -> Refused | None:
        if len(self._waiting) >= MOST_WAITING:
            return Refused(work.id, "busy", LINE_FULL)
        if not work.tokens or work.tokens + min(LEAST_OUTPUT, work.max_tokens) > self.cells_per_slot:
            return Refused(work.id, "too_long", TOO_LONG)
        self._waiting.append(work)
        return None

    def read_ahead(self, work: Work) -> None:
        """Reads what many questions will begin with, when nobody is being answered."""
        is_known = self.beginnings.best(work.key)[1] == work.tokens
        is_known = is_known or any(other.key == work.key for other in self._ahead)
        fits = 0 < work.tokens < self.cells_per_slot
        if fits and not is_known and not self.beginnings.is_off and len(self._ahead) < MOST_AHEAD:
            self._ahead.append(work)

    def cancel(self, work_id: int) -> None:
        self._waiting = deque(work for work in self._waiting if work.id != work_id)
        self._reading_for.pop(work_id, None)
        for running in [running for running in self._running if running.work.id == work_id]:
            self._release(running)

    def step(self) -> list[Event]:
        """One pass through the model; raises BrokenModel."""
        events: list[Event] = list(self._admit())
        self._begin_reading_ahead()
        self._fill()
        if self._batch.raw.n_tokens == 0:
            return events
        filled = self._fill_up()
        began = self.clock()
        self.context.run(self._batch)
        if filled:
            self.context.forget(self._filler)
        self._learn(self._batch.raw.n_tokens, self.clock() - began)
        self.steps += 1
        self.beginnings.carry(sum(running.is_writing for running in self._running))
        for running in list(self._running):
            if running.place >= 0:
                events += self._advance(running)
            elif running.sampler is None and not running.unread:
                self._release(running)
        return events

    def tidy_up(self) -> bool:
        """Something for an idle moment: forgets old conversations, saves a lesson; False when nothing is left."""
        self.beginnings.forget_conversations(self.clock() - CONVERSATION_SECONDS)
        return self.beginnings.save_one()

    @property
    def is_saving(self) -> bool:
        return self.states is not None and self.states.is_saving

    def _learn(self, tokens: int, seconds: float) -> None:
        """A slow machine reads less in a step; a step that only writes tells nothing about reading."""
        if tokens >= LEAST_CHUNK + sum(running.is_writing for running in self._running):
            readable = tokens * LONGEST_STEP / max(seconds, 1e-6)
            self._readable += LEARNING * (min(readable, 2.0 * self._batch.size) - self._readable)

    def _admit(self) -> Iterator[Event]:
        """Whoever finds a slot and room; who waits for a beginning that is being read is passed by."""
        passed: deque[Work] = deque()
        while self._waiting and self._free:
            work = self._waiting.popleft()
            if self._is_being_read(work):
                passed.append(work)
                continue
            donor, tokens = self._beginning_of(work)
            if not self._make_room(self._longest(work) - tokens, donor):
                if self._running:
                    passed.append(work)
                    break
                donor, tokens = None, 0
                self._make_room(self._longest(work), None)
            yield from self._begin(work, donor, tokens)
        self._waiting.extendleft(reversed(passed))
        for running in self._running:
            running.waiting = 0
        for running, _ in self._reading_for.values():
            running.waiting += 1

    def _longest(self, work: Work) -> int:
        """Cells that it takes at most."""
        return min(work.tokens + work.most_written, self.cells_per_slot)

    def _is_being_read(self, work: Work) -> bool:
        """Somebody else is reading what this question begins with: reading it twice would take longer."""
        known = self._reading_for.get(work.id)
        if known and known[0] in self._running and known[0].read < known[1]:
            return True
        self._reading_for.pop(work.id, None)
        if not self.model.can_share:
            return False
        now = self._beginning_now(work)[1]
        for running in self._running:
            later = min(common(running.work.key, work.key), work.tokens - 1)
            if running.unread and later > running.read and later - now >= WORTH_WAITING:
                self._reading_for[work.id] = (running, later)
                now = later
        return work.id in self._reading_for

    def _beginning_now(self, work: Work) -> tuple[Kept | Running | None, int]:
        """Whoever has decoded most of what this question begins with; one token is always left to read."""
        found: Kept | Running | None
        found, most = self.beginnings.best(work.key)
        for running in self._running:
            length = min(common(running.work.key, work.key), running.read)
            if length > most:
                found, most = running, length
        most = min(most, work.tokens - 1)
        return (found, most) if found and most >= LEAST_SHARED else (None, 0)

    def _beginning_of(self, work: Work) -> tuple[Kept | Running | None, int]:
        if not self.model.can_share:
            return None, 0
        donor, tokens = self._beginning_now(work)
        return self._from_disk(work, tokens) or (donor, tokens)

    def _from_disk(self, work: Work, known: int) -> tuple[Kept, int] | None:
        """A beginning that was saved before the box was restarted, if it is longer than the known one."""
        saved = self.beginnings.saved_for(work.key, known + LEAST_SHARED)
        if saved is None or not self._make_room(saved.tokens, None):
            return None
        kept = self.beginnings.restore(saved)
        return (kept, min(common(saved.key, work.key), work.tokens - 1)) if kept else None

    def _make_room(self, cells: int, spared: Kept | Running | None) -> bool:
        """Room for so many cells beyond what running answers may still take: a step never runs out of it."""
        if not self.context.shape.unified:
            return True
        promised = sum(running.outstanding for running in self._running)
        return self.beginnings.make_room(cells + promised, spared if isinstance(spared, Kept) else None)

    def _begin(self, work: Work, donor: Kept | Running | None, tokens: int) -> Iterator[Event]:
        try:
            sampler = Sampler(self.model, work.taste, self._unspoken)
        except ValueError:
            yield Refused(work.id, "bad_grammar", BAD_GRAMMAR)
            return
        sequence = self._free.pop(0)
        if donor:
            self.memory.share(donor.sequence, sequence, tokens)
        follows = self._note_use(donor, work, tokens)
        # what a grammar wants has to come to its end, and it is bounded by itself
        repetition = Repetition() if self.ends_loops and not work.taste.grammar else None
        most = self._longest(work) - work.tokens
        pieces = Pieces(work.stop, work.thinking, thinks=not work.taste.grammar)
        self._running.append(
            Running(work, sequence, sampler, pieces, repetition, tokens, most, follows, tokens)
        )

    def _note_use(self, donor: Kept | Running | None, work: Work, tokens: int) -> Kept | None:
        """The conversation that this question goes on with; otherwise what both have in common is kept."""
        kept = donor if isinstance(donor, Kept) else None
        if kept:
            self.beginnings.touch(kept)
            if kept.is_shared or tokens >= kept.prompt:
                return None if kept.is_shared else kept
        if donor:
            self.beginnings.keep_shared(donor.sequence, work.key[: tokens * TOKEN_BYTES], kept)
        return None

    def _begin_reading_ahead(self) -> None:
        if not self._ahead or self._running or self._waiting:
            return
        work = self._ahead.popleft()
        donor, tokens = self._beginning_of(work)
        kept = donor if isinstance(donor, Kept) else None
        if kept and kept.is_lesson and tokens == work.tokens - 1:
            return
        sequence = self.beginnings.sequence(kept) if self._make_room(work.tokens - tokens, kept) else None
        if sequence is None:
            return
        if kept:
            self.memory.share(kept.sequence, sequence, tokens)
        else:
            tokens = 0
        self._running.append(Running(work, sequence, None, Pieces(), None, tokens, 0, None, tokens))

    def _fill(self) -> None:
        self._batch.clear()
        portions = self._portions()
        # split mode wants ascending sequences without gaps, or the step costs twice
        for running in sorted(self._running, key=lambda running: running.sequence):
            running.place = -1
            if running.is_writing:
                last = (running.written[-1],)
                running.place = self._batch.add(last, running.cells, running.sequence, wants="last")
                self.memory.grow(running.sequence, 1)
            elif portion := portions.get(running.work.id, 0):
                self._read_on(running, portion)

    def _fill_up(self) -> int:
        """Tokens for nobody, so that the last row of a step is full: 7 tokens cost a third less as 8."""
        tokens = int(self._batch.raw.n_tokens)
        missing = -tokens % ROWS
        is_worth_it = 0 < missing <= ROWS // 2 and tokens + missing <= self._batch.size
        if not (self.context.shape.unified and is_worth_it):
            return 0
        is_reading = any(running.unread for running in self._running)
        self._batch.add([0] * missing, 0, self._filler, wants="none" if is_reading else "all")
        return missing

    def _portions(self) -> dict[int, int]:
        """How many prompt tokens each reader gets in this step."""
        readers = sorted((running for running in self._running if running.unread), key=_urgency)
        asked = [running for running in readers if running.sampler or running.waiting]
        writers = sum(running.is_writing for running in self._running)
        # as long as most wait for their first word, reading is what they wait for
        chunk = self.prompt_chunk if writers >= max(1, len(asked)) else self._batch.size
        chunk = max(LEAST_CHUNK, min(chunk, int(self._readable)))
        left = min(chunk, self._batch.size - writers)
        if left >= LEAST_CHUNK:
            left -= (writers + left) % ROWS
        portions = {}
        # what is read ahead yields to everybody
        for running in asked or ([] if writers else readers):
            portions[running.work.id] = min(running.unread, left)
            left -= portions[running.work.id]
        return portions

    def _read_on(self, running: Running, portion: int) -> None:
        is_asked = portion == running.unread and running.sampler is not None
        tokens = running.portion(portion)
        place = self._batch.add(tokens, running.read, running.sequence, wants="last" if is_asked else "none")
        self.memory.grow(running.sequence, portion)
        running.read += portion
        running.place = place if is_asked else -1

    def _advance(self, running: Running) -> Iterator[Event]:
        self.context.check(running.place)
        token = running.pick(self.context)
        if self.model.ends(token):
            yield from self._finish(running, "stop")
            return
        running.written.append(token)
        running.shown += not running.pieces.thinking
        if text := self._text(running, token):
            yield Text(running.work.id, text)
        if running.pieces.stopped or (running.repetition and running.repetition.is_loop):
            yield from self._finish(running, "stop")
        elif self._is_spent(running):
            yield from self._finish(running, "length")

    def _text(self, running: Running, token: int) -> str:
        raw = self.model.piece(token)
        known = running.repetition.push(token, raw) if running.repetition else [raw]
        return "".join(map(running.pieces.push, known))

    def _is_spent(self, running: Running) -> bool:
        work, written = running.work, len(running.written)
        if written < running.most:
            return running.shown >= work.max_tokens
        wanted = min(work.max_tokens * THOUGHT_FACTOR, self.cells_per_slot - work.tokens)
        is_thinking = running.shown < work.max_tokens and wanted > running.most
        # it began to think by itself, for which nothing was set aside
        if is_thinking and self._make_room(wanted - running.most, None):
            running.most = wanted
            return False
        return True

    def _finish(self, running: Running, reason: FinishReason) -> Iterator[Event]:
        held = running.repetition.rest() if running.repetition else []
        text = "".join([*map(running.pieces.push, held), running.pieces.rest()])
        if text:
            yield Text(running.work.id, text)
        yield Finished(running.work.id, reason, running.work.tokens, len(running.written), running.reused)
        self._release(running)

    def _release(self, running: Running) -> None:
        """Its slot is free at once; what it has read and written stays until the room is needed."""
        self._running.remove(running)
        if running.sampler is None:
            self.beginnings.add_lesson(running.sequence, running.key)
            return
        running.sampler.close()
        if self.model.can_share and running.cells >= LEAST_SHARED:
            self.beginnings.bound_conversations(running.sequence)
            kept = self.beginnings.keep(running.sequence, running.key, running.work.tokens)
            if kept and running.follows and running.follows in self.beginnings:
                self.beginnings.give_up(running.follows)
        self.memory.drop(running.sequence)
        self._free.append(self._closed_up(running.sequence))
        self._free.sort()

    def _closed_up(self, gap: int) -> int:
        """Split: the last one moves into the gap, which costs a copy once and not half as much again at every step."""
        behind = [each for each in self._running if each.sampler and each.sequence > gap]
        if self.context.shape.unified or not self.model.can_share or not behind:
            return gap
        last = max(behind, key=lambda each: each.sequence)
        left, last.sequence = last.sequence, gap
        self.memory.share(left, gap, self.memory.count(left))
        self.memory.drop(left)
        return left


def _urgency(running: Running) -> tuple[bool, bool, int]:
    """Beginnings that somebody waits for, then who asked first, then what is read ahead."""
    return not running.waiting, running.sampler is None, running.work.id
