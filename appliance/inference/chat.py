"""A chat model made ready to answer: opened, given memory that fits the box, and its template at hand."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import TemplateError

from appliance.inference.llama import Context, LoadFault, Model, Said, Shape, Taste
from appliance.inference.protocol import Ask, Refused, Setup
from appliance.inference.scheduler import TOO_LONG, Scheduler, Work
from appliance.inference.template import ChatTemplate

BATCH = 256  # also the longest step while nobody is being answered, and so how long a cancel may take
LEAST_CELLS = 512
MOST_THREADS = 8
SPARE_MEMORY = 256 * 1024 * 1024
TOO_BIG = "This model needs more memory than the box has free: choose a smaller one."
NO_CHAT_MODEL = "This model is made for other things than answering: choose a chat model."
BAD_TEMPLATE = "The model's chat template can't be used: choose another model."


@dataclass(frozen=True)
class Chat:
    model: Model
    template: ChatTemplate
    scheduler: Scheduler
    slots: int

    def work_for(self, ask: Ask) -> Work | Refused:
        try:
            text = self.template.render(ask.messages)
        except TemplateError:
            return Refused(ask.id, "off", BAD_TEMPLATE)
        if len(text) > self.scheduler.cells_per_slot * 16:
            return Refused(ask.id, "too_long", TOO_LONG)
        tokens = prompt_tokens(self.model, text)
        taste = Taste(ask.temperature, ask.top_p, ask.seed, ask.grammar)
        thinking = text.rstrip().endswith("<think>")
        return Work(ask.id, tuple(tokens), max(1, ask.max_tokens), taste, ask.stop, thinking)


def open_chat(setup: Setup, said: Said, now: Callable[[], datetime]) -> Chat:
    """Raises LoadFault with a sentence for the operator."""
    free = free_memory() - os.path.getsize(setup.chat)
    if free < SPARE_MEMORY // 2:
        raise LoadFault(TOO_BIG)
    model = Model(setup.chat, said)
    if not model.writes_text:
        raise LoadFault(NO_CHAT_MODEL)
    template = template_of(model, now)
    slots, cells = fitting(model, setup.slots, setup.cells_per_slot, free - SPARE_MEMORY)
    threads = setup.threads or physical_cores()
    batch = max(BATCH, setup.prompt_chunk + slots)
    context = Context(model, Shape(slots * cells, slots, batch, threads, setup.unified))
    return Chat(model, template, Scheduler(model, context, cells, setup.prompt_chunk), slots)


def template_of(model: Model, now: Callable[[], datetime]) -> ChatTemplate:
    """Raises LoadFault when the file's own template is broken or refuses a plain question."""
    try:
        template = ChatTemplate(model.template, model.begin_text, model.end_text, model.control_texts(), now)
        template.render((("system", "You help."), ("user", "Hello")))
    except TemplateError as error:
        raise LoadFault(BAD_TEMPLATE) from error
    return template


def prompt_tokens(model: Model, text: str) -> list[int]:
    """Tokens of a rendered template, which may already begin with the model's first token."""
    begins = bool(model.begin_text) and text.startswith(model.begin_text)
    return model.tokenize(text, special=True, begin=not begins)


def fitting(model: Model, slots: int, cells: int, memory: int) -> tuple[int, int]:
    """Slots and cells for each that fit into the memory; fewer slots first, then shorter ones."""
    cells = min(cells, model.context or cells)
    while cells >= LEAST_CELLS or cells == model.context:
        affordable = max(0, memory) // max(1, model.bytes_per_cell * cells)
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
    for cpu in os.sched_getaffinity(0):
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology")
        try:
            cores.add(((topology / "physical_package_id").read_text(), (topology / "core_id").read_text()))
        except OSError:
            cores.add((str(cpu), ""))
    return max(1, min(MOST_THREADS, len(cores)))
