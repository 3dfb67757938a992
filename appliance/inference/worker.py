"""The engine child: `python -m appliance.inference.worker`, started and watched by inference/local.py."""

import argparse
import ctypes
import json
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from appliance.inference.free_cores import FreeCores
from appliance.inference.llama import BrokenModel, Embedder, LoadFault, Said
from appliance.inference.pairs import Pair, Pairs
from appliance.inference.protocol import (
    LENGTH,
    Ask,
    Beat,
    Cancel,
    Embed,
    Embedded,
    Frame,
    ModelFault,
    Rank,
    Reading,
    Ready,
    Refused,
    Scored,
    Setup,
    Warm,
    framed,
    unframed,
)
from appliance.inference.reranker import Reranker

if TYPE_CHECKING:
    from appliance.inference.chat import Chat

PR_SET_PDEATHSIG = 1
NICENESS = 10
TIDY_SECONDS = 60.0
SAVING_SECONDS = 0.1  # from look to look whether the next lesson can be written to disk
KILL_ME_FIRST = "500"
NO_CHAT = "There is no chat model on this box."
NO_EMBEDDER = "There is no embedding model on this box."
NO_RERANKER = "There is no reranking model on this box."
TOO_LATE = "The passages can't be compared in time."
FIRST_PAIR = Pair(
    0, 0, "What is this about?", "One two three. " * 80
)  # as long as one gets, to learn the pace
DAMAGED = "The model computes nonsense, so its file is damaged: copy it again or choose another."


class Line:
    """The socket to the box; frames go out whole, from whichever thread."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._lock = threading.Lock()
        self.inbox: queue.SimpleQueue[Frame] = queue.SimpleQueue()

    def send(self, frame: Frame) -> None:
        with self._lock:
            self._socket.sendall(framed(frame))

    def listen(self) -> None:
        """Fills the inbox until the box is gone; then there is nothing left to live for."""
        stream = self._socket.makefile("rb")
        try:
            while head := stream.read(LENGTH.size):
                self.inbox.put(unframed(stream.read(LENGTH.unpack(head)[0])))
        finally:
            os._exit(0)


class Pulse:
    """Tells the box every second how long the work in hand takes, so that a stuck step is seen."""

    def __init__(self, line: Line, interval: float) -> None:
        self._line = line
        self._interval = interval
        self._since: float | None = None
        self.steps = 0

    @contextmanager
    def working(self) -> Iterator[None]:
        self._since = time.monotonic()
        yield
        self._since = None

    def beat(self) -> None:
        while True:
            since = self._since
            self._line.send(Beat(self.steps, 0.0 if since is None else time.monotonic() - since))
            time.sleep(self._interval)


class Worker:
    """One loop: take in what was asked, one step for the answers, at most one passage for search."""

    def __init__(self, line: Line, pulse: Pulse) -> None:
        self._line = line
        self._pulse = pulse
        self._chat: Chat | None = None
        self._embedder: Embedder | None = None
        self._reranker: Reranker | None = None
        self._cores = FreeCores(1)
        # a question's own vector goes before the pages being indexed
        self._urgent: deque[tuple[int, int, str]] = deque()
        self._patient: deque[tuple[int, int, str]] = deque()
        self._pairs = Pairs()
        self._step_seconds = 0.0

    def load(self, setup: Setup) -> None:
        said = Said()
        self._said = said
        chat_fault = self._load_chat(setup) if setup.chat else ""
        embedder_fault = self._load_embedder(setup) if setup.embedder else ""
        reranker_fault = self._load_reranker(setup) if setup.reranker else ""
        slots = self._chat.slots if self._chat else 0
        cells = self._chat.scheduler.cells_per_slot if self._chat else 0
        can = self._embedder is not None, self._reranker is not None
        self._line.send(Ready(slots, cells, can[0], chat_fault, embedder_fault, can[1], reranker_fault))

    def run(self) -> None:
        while True:
            self._take_in()
            with self._pulse.working():
                self._write()
                self._read_one()

    def _load_chat(self, setup: Setup) -> str:
        from appliance.inference.chat import (
            open_chat,  # jinja2 costs memory that an embedder alone doesn't need
        )

        try:
            self._chat = open_chat(setup, self._said, datetime.now)
        except LoadFault as fault:
            return str(fault)
        self._cores = FreeCores(self._chat.scheduler.context.shape.threads)
        return ""

    def _load_embedder(self, setup: Setup) -> str:
        self._line.send(Reading("search"))
        try:
            self._embedder = Embedder(setup.embedder, self._said)
        except LoadFault as fault:
            return str(fault)
        return ""

    def _load_reranker(self, setup: Setup) -> str:
        self._line.send(Reading("reranking"))
        try:
            self._reranker = Reranker(setup.reranker, self._said)
            self._score(FIRST_PAIR)
        except LoadFault as fault:
            return str(fault)
        except BrokenModel:
            self._reranker = None
            return DAMAGED
        return ""

    @property
    def _is_busy(self) -> bool:
        return bool(self._urgent or self._patient or self._pairs or self._is_writing)

    @property
    def _is_writing(self) -> bool:
        return self._chat is not None and self._chat.scheduler.busy

    def _take_in(self) -> None:
        if not self._is_busy:
            self._handle(self._next())
        while not self._line.inbox.empty():
            self._handle(self._line.inbox.get())

    def _next(self) -> Frame:
        """Waits for something to do, and tidies up meanwhile."""
        while True:
            self._tidy_up()
            is_saving = self._chat is not None and self._chat.scheduler.is_saving
            try:
                return self._line.inbox.get(timeout=SAVING_SECONDS if is_saving else TIDY_SECONDS)
            except queue.Empty:
                continue

    def _tidy_up(self) -> None:
        is_untidy = self._chat is not None
        while self._chat and is_untidy and self._line.inbox.empty():
            with self._pulse.working():
                is_untidy = self._chat.scheduler.tidy_up()

    def _handle(self, frame: Frame) -> None:
        with self._pulse.working():
            match frame:
                case Ask():
                    self._accept(frame)
                case Warm():
                    if self._chat:
                        self._chat.read_ahead(frame)
                case Embed(id=request, texts=texts):
                    line = self._urgent if len(texts) == 1 else self._patient
                    line.extend((request, index, text) for index, text in enumerate(texts))
                case Rank():
                    self._line_up(frame)
                case Cancel(id=request):
                    self._forget(request)

    def _accept(self, ask: Ask) -> None:
        if self._chat is None:
            self._line.send(Refused(ask.id, "off", NO_CHAT))
            return
        work = self._chat.work_for(ask)
        refused = work if isinstance(work, Refused) else self._chat.scheduler.add(work)
        if refused:
            self._line.send(refused)

    def _line_up(self, rank: Rank) -> None:
        if self._reranker is None:
            self._line.send(Refused(rank.id, "off", NO_RERANKER))
        elif not self._pairs.add(rank, self._between, time.monotonic()):
            self._line.send(Refused(rank.id, "busy", TOO_LATE))

    @property
    def _between(self) -> float:
        """Seconds for the answers between two passages."""
        return self._step_seconds if self._is_writing else 0.0

    def _forget(self, request: int) -> None:
        if self._chat:
            self._chat.scheduler.cancel(request)
        self._urgent = deque(passage for passage in self._urgent if passage[0] != request)
        self._patient = deque(passage for passage in self._patient if passage[0] != request)
        self._pairs.forget(request)

    def _write(self) -> None:
        if self._chat is None or not self._chat.scheduler.busy:
            return
        began = time.monotonic()
        self._chat.scheduler.context.use_threads(self._cores.threads())
        try:
            events = self._chat.scheduler.step()
        except BrokenModel:
            self._line.send(ModelFault(DAMAGED))
            os._exit(1)
        self._step_seconds = time.monotonic() - began
        self._pulse.steps = self._chat.scheduler.steps
        for event in events:
            self._line.send(event)

    def _read_one(self) -> None:
        """One passage and no more, so that answers wait for no other; a question's own go first."""
        for request in self._pairs.late(self._between, time.monotonic()):
            self._pairs.forget(request)
            self._line.send(Refused(request, "busy", TOO_LATE))
        if self._pairs and not self._urgent:
            self._score_one()
        else:
            self._embed_one()

    def _score_one(self) -> None:
        pair = self._pairs.next()
        self._line.send(Reading("reranking"))
        try:
            self._line.send(Scored(pair.request, pair.index, self._score(pair)))
        except BrokenModel:
            self._forget(pair.request)
            self._line.send(Refused(pair.request, "off", NO_RERANKER))

    def _score(self, pair: Pair) -> float:
        """Raises BrokenModel, as without a reranking model."""
        if self._reranker is None:
            raise BrokenModel(NO_RERANKER)
        began = time.monotonic()
        score = self._reranker.score(pair.question, pair.passage)
        now = time.monotonic()
        self._pairs.took(pair, now - began, now)
        return score

    def _embed_one(self) -> None:
        line = self._urgent or self._patient
        if not line:
            return
        request, index, text = line.popleft()
        self._line.send(Reading("search"))
        try:
            if self._embedder is None:
                raise BrokenModel
            self._line.send(Embedded(request, index, self._embedder.vector(text)))
        except BrokenModel:
            self._forget(request)
            self._line.send(Refused(request, "off", DAMAGED if self._embedder else NO_EMBEDDER))


def serve(fd: int) -> None:
    settle()
    line = Line(fd)
    threading.Thread(target=line.listen, daemon=True).start()
    setup = line.inbox.get()
    if not isinstance(setup, Setup):
        raise SystemExit("the first frame has to be the setup")
    pulse = Pulse(line, setup.beat_seconds)
    worker = Worker(line, pulse)
    threading.Thread(target=pulse.beat, daemon=True).start()
    with pulse.working():
        worker.load(setup)
    worker.run()


def settle() -> None:
    """Last in line for the processor, first to go when memory runs out, and gone with its parent."""
    # whoever stops the box signals the whole group; the box itself says when the child has to go
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)
    os.nice(NICENESS)
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write(KILL_ME_FIRST)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def examine(path: str, memory: int) -> None:
    """Prints what a GGUF file is as one line of JSON; `memory` in bytes bounds what opening it may take."""
    from appliance.inference.inspection import inspect

    settle()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    print(json.dumps(asdict(inspect(path, datetime.now))))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m appliance.inference.worker")
    parser.add_argument("--fd", type=int, help="the socket to the box")
    parser.add_argument("--probe", metavar="FILE", help="say what a GGUF file is and leave")
    parser.add_argument("--memory", type=int, default=8 << 30, help="bytes that opening it may take")
    given = parser.parse_args()
    if given.probe:
        examine(given.probe, given.memory)
    elif given.fd is not None:
        serve(given.fd)
    else:
        parser.print_usage(sys.stderr)
        raise SystemExit(2)


if __name__ == "__main__":
    main()
