"""The scheduler over a real model without a child around it, one step at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.inference.chat import Chat, open_chat, prompt_tokens
from appliance.inference.llama import Said
from appliance.inference.protocol import Ask, Finished, Refused, Setup, Text, Warm
from appliance.inference.running import Work
from appliance.inference.sampler import Taste
from appliance.inference.token_keys import key_of
from tests.made_models import MadeModel

EXACT = {"unified": False, "flash": False}
FAST = {"unified": True, "flash": True}
GREEDY = Taste(0.0, 1.0, None, "")
SETUP: dict[str, Any] = {
    "embedder": "", "slots": 4, "cells_per_slot": 512, "threads": 1, "prompt_chunk": 32, "batch": 96, "kept": 4,
    "cell_kind": "f16", "ends_loops": False, "states": "", "states_bytes": 1 << 24, "beat_seconds": 1.0,
}  # fmt: skip


@dataclass
class Desk:
    chat: Chat
    said: Said
    texts: dict[int, str] = field(default_factory=dict)
    ended: dict[int, Finished | Refused] = field(default_factory=dict)

    def ask(self, number: int, text: str, max_tokens: int = 12, taste: Taste = GREEDY) -> None:
        key = key_of(prompt_tokens(self.chat.model, text))
        self.put(Work(number, key, max_tokens, taste, (), False))

    def put(self, work: Work) -> None:
        self.texts[work.id] = ""
        if refused := self.chat.scheduler.add(work):
            self.ended[work.id] = refused

    def say(
        self,
        number: int,
        *turns: tuple[str, str],
        max_tokens: int = 12,
        biases: tuple[tuple[int, float], ...] = (),
    ) -> None:
        """Through the model's chat template, as the worker does it."""
        work = self.chat.work_for(Ask(number, turns, max_tokens, 0.0, 1.0, None, (), "", biases))
        if isinstance(work, Refused):
            self.ended[number] = work
        else:
            self.put(work)

    def warm(self, *turns: tuple[str, str]) -> None:
        self.chat.read_ahead(Warm(turns))

    def step(self) -> None:
        for event in self.chat.scheduler.step():
            if isinstance(event, Text):
                self.texts[event.id] += event.piece
            else:
                self.ended[event.id] = event

    def finish(self) -> None:
        while self.chat.scheduler.busy:
            self.step()

    def answers(self, texts: Iterable[str], max_tokens: int = 12) -> list[str]:
        """What each is answered when all are asked at once."""
        first = len(self.texts)
        numbers = []
        for number, text in enumerate(texts, start=first):
            self.ask(number, text, max_tokens)
            numbers.append(number)
        self.finish()
        return [self.texts[number] for number in numbers]

    def answer(self, text: str, max_tokens: int = 12) -> str:
        return self.answers([text], max_tokens)[0]

    def reused(self, number: int) -> int:
        ended = self.ended[number]
        return ended.reused_tokens if isinstance(ended, Finished) else -1

    def close(self) -> None:
        self.chat.scheduler.context.close()
        self.chat.model.close()


def desk_at(model: MadeModel, states: Path | None = None, **more: Any) -> Desk:
    setup = Setup(**{**SETUP, **EXACT, "chat": str(model.path), "states": str(states or ""), **more})
    said = Said()
    return Desk(open_chat(setup, said, lambda: datetime(2026, 5, 4, tzinfo=UTC)), said)
