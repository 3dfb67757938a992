"""A chat model made ready to answer: opened, given memory that fits the box, and its template at hand."""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from jinja2 import TemplateError

from appliance.inference.free_cores import OURS
from appliance.inference.llama import (
    CELL_BYTES,
    SPARE_CELLS,
    Context,
    LoadFault,
    Model,
    Said,
    Shape,
    engine_version,
)
from appliance.inference.protocol import MOST_BIASES, Ask, Refused, Setup, Warm
from appliance.inference.running import Work
from appliance.inference.sampler import Taste, marks_of
from appliance.inference.saved_states import SavedStates, digest_of
from appliance.inference.scheduler import TOO_LONG, Scheduler
from appliance.inference.template import ChatTemplate, Turns
from appliance.inference.token_keys import key_of

MOST_SLOTS = 128
MOST_SEQUENCES = 256  # llama.cpp's own bound
KEPT_UNIFIED = 16  # for one that a split context could keep
READING = Taste(0.0, 1.0, None, "")
LEAST_CELLS = 512
MOST_THREADS = 8
SPARE_MEMORY = 256 * 1024 * 1024
TOO_BIG = "This model needs more memory than the box has free: choose a smaller one."
NO_CHAT_MODEL = "This model is made for other things than answering: choose a chat model."
BAD_BIAS = "The limits name a token that the model doesn't have, or too many of them."
BAD_TEMPLATE = "The model's chat template can't be used: choose another model."


@dataclass(frozen=True)
class Chat:
    model: Model
    template: ChatTemplate
    scheduler: Scheduler
    slots: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(-1, -1))

    def work_for(self, ask: Ask) -> Work | Refused:
        """The prompt in tokens; of a conversation that is too long the oldest turns are left out."""
        if not self._can_bias(ask.biases):
            return Refused(ask.id, "bad_bias", BAD_BIAS)
        most = max(1, ask.max_tokens)
        try:
            work = self._longest_that_fits(ask, most)
        except TemplateError:
            return Refused(ask.id, "off", BAD_TEMPLATE)
        return work or Refused(ask.id, "too_long", TOO_LONG)

    def _can_bias(self, biases: tuple[tuple[int, float], ...]) -> bool:
        known = all(0 <= token < self.model.tokens and not math.isnan(bias) for token, bias in biases)
        return known and len(biases) <= MOST_BIASES

    def _longest_that_fits(self, ask: Ask, most: int) -> Work | None:
        """Looks as often as the number of turns has binary digits: each look renders and reads all of it."""
        whole = self._work(ask, ask.messages, most)
        most_left_out = sum(role != "system" for role, _ in ask.messages) // 2
        if not most_left_out or (whole and self._fits(whole, most)):
            return whole
        # the shortest as it is, even when a whole answer has no room: a shorter answer may still fit
        found = self._work(ask, without_oldest(ask.messages, most_left_out), most)
        least = 1
        while least < most_left_out:
            middle = (least + most_left_out) // 2
            tried = self._work(ask, without_oldest(ask.messages, middle), most)
            if tried and self._fits(tried, most):
                found, most_left_out = tried, middle
            else:
                least = middle + 1
        return found

    def _fits(self, work: Work, most: int) -> bool:
        return work.tokens + most <= self.scheduler.cells_per_slot

    def _work(self, ask: Ask, messages: Turns, most: int) -> Work | None:
        """None when the text is so long that counting its tokens isn't worth the time."""
        longest = self.scheduler.cells_per_slot * 16
        if sum(len(content) for _, content in messages) > longest:
            return None
        text = self.template.render(messages)
        if len(text) > longest:
            return None
        taste = Taste(ask.temperature, ask.top_p, ask.seed, ask.grammar, ask.biases)
        key = key_of(prompt_tokens(self.model, text))
        # under a grammar nothing but the answer itself can follow
        thinking = not ask.grammar and text.rstrip().endswith("<think>")
        return Work(ask.id, key, most, taste, ask.stop, thinking)

    def read_ahead(self, warm: Warm) -> None:
        try:
            text = self.template.render(warm.messages)
        except TemplateError:
            return
        if len(text) <= self.scheduler.cells_per_slot * 16:
            key = key_of(prompt_tokens(self.model, text))
            self.scheduler.read_ahead(Work(next(self._numbers), key, 1, READING, (), False))


def open_chat(setup: Setup, said: Said, now: Callable[[], datetime]) -> Chat:
    """Raises LoadFault with a sentence for the operator."""
    free = free_memory() - os.path.getsize(setup.chat)
    if free < SPARE_MEMORY // 2:
        raise LoadFault(TOO_BIG)
    model = Model(setup.chat, said)
    if not model.writes_text:
        raise LoadFault(NO_CHAT_MODEL)
    template = template_of(model, now)
    slots, cells, shape = layout(model, setup, free - SPARE_MEMORY)
    context = Context(model, shape)
    states = saved_states(setup, shape)
    scheduler = Scheduler(model, context, slots, cells, setup.prompt_chunk, states, setup.ends_loops)
    return Chat(model, template, scheduler, slots)


def without_oldest(messages: Turns, exchanges: int) -> Turns:
    """So many questions with their answers left out; what stands first and the question itself always stay."""
    rules = [turn for turn in messages if turn[0] == "system"]
    talk = [turn for turn in messages if turn[0] != "system"]
    return [*rules, *(talk[2 * exchanges :] or talk[-1:])]


def layout(model: Model, setup: Setup, memory: int) -> tuple[int, int, Shape]:
    """Slots, cells for each, and the context that carries them and what is kept beside them."""
    bytes_per_cell = round(model.bytes_per_cell * CELL_BYTES[setup.cell_kind] / CELL_BYTES["f16"])
    slots, cells = fitting(model, min(setup.slots, MOST_SLOTS), setup.cells_per_slot, memory, bytes_per_cell)
    if not model.can_share:
        kept = 0
    elif setup.unified:
        kept = setup.kept * KEPT_UNIFIED
    else:
        kept = min(setup.kept, memory // (bytes_per_cell * cells) - slots)
    sequences = min(slots + kept + setup.unified, MOST_SEQUENCES)
    threads = setup.threads or physical_cores()
    batch = max(setup.batch, setup.prompt_chunk + slots)
    total = cells * slots + SPARE_CELLS if setup.unified else cells * sequences
    shape = Shape(total, sequences, batch, threads, setup.unified, setup.flash, setup.cell_kind, sequences)
    return slots, cells, shape


def saved_states(setup: Setup, shape: Shape) -> SavedStates | None:
    """Nowhere when the folder can't be used: a lesson is then read again after a restart."""
    if not setup.states or shape.sequences == 0:
        return None
    folder = Path(setup.states)
    try:
        model = digest_of(Path(setup.chat), folder)
        mark = f"1 {engine_version()} {model} {shape.unified} {shape.flash} {shape.cell_kind}"
        return SavedStates(folder, setup.states_bytes, mark)
    except OSError:
        return None


def template_of(model: Model, now: Callable[[], datetime]) -> ChatTemplate:
    """Raises LoadFault when the file's own template is broken or refuses a plain question."""
    # some files keep the marks of a turn without calling them control tokens
    controls = [*model.control_texts(), *map(model.token_text, marks_of(model))]
    try:
        template = ChatTemplate(model.template, model.begin_text, model.end_text, controls, now)
        template.render((("system", "You help."), ("user", "Hello")))
    except TemplateError as error:
        raise LoadFault(BAD_TEMPLATE) from error
    return template


def prompt_tokens(model: Model, text: str) -> list[int]:
    """Tokens of a rendered template, which may already begin with the model's first token."""
    begins = bool(model.begin_text) and text.startswith(model.begin_text)
    return model.tokenize(text, special=True, begin=not begins)


def fitting(model: Model, slots: int, cells: int, memory: int, bytes_per_cell: int = 0) -> tuple[int, int]:
    """Slots and cells for each that fit into the memory; fewer slots first, then shorter ones."""
    bytes_per_cell = max(1, bytes_per_cell or model.bytes_per_cell)
    cells = min(cells, model.context or cells)
    while cells >= LEAST_CELLS or cells == model.context:
        affordable = max(0, memory) // (bytes_per_cell * cells)
        if affordable >= 1:
            return min(slots, affordable), cells
        cells //= 2
    raise LoadFault(TOO_BIG)


def free_memory() -> int:
    """Bytes the kernel could give without swapping."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def physical_cores() -> int:
    """Cores this process may use; hyper-threads count once, for a second thread per core slows decoding."""
    cores = set()
    for cpu in OURS:
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
        try:
            cores.add(((topology / "physical_package_id").read_text(), (topology / "core_id").read_text()))
        except OSError:
            cores.add((str(cpu), ""))
    return max(1, min(MOST_THREADS, len(cores)))
