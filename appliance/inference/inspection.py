"""What a GGUF file is and whether it computes: runs in a throw-away child, never in the box itself."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from appliance.inference.chat import SPARE_MEMORY, TOO_BIG, physical_cores, template_of
from appliance.inference.llama import Batch, BrokenModel, Context, Embedder, LoadFault, Model, Said, Shape
from appliance.inference.reranker import Reranker

Kind = Literal["chat", "embedding", "reranking", ""]
UNSUITABLE = "This model neither writes answers nor serves search: choose a chat model."
DAMAGED = "The model computes nonsense, so its file is damaged: copy it again."


@dataclass(frozen=True)
class Inspection:
    """`parameters` is a count, `context` in tokens; `error` is a sentence when `ok` is not true."""

    ok: bool
    kind: Kind = ""
    name: str = ""
    parameters: int = 0
    context: int = 0
    template: bool = False
    error: str = ""


def inspect(path: str, now: Callable[[], datetime]) -> Inspection:
    said = Said()
    try:
        return _inspected(path, said, now)
    except LoadFault as fault:
        return Inspection(ok=False, error=str(fault))
    except BrokenModel:
        return Inspection(ok=False, error=DAMAGED)


def _inspected(path: str, said: Said, now: Callable[[], datetime]) -> Inspection:
    if not os.path.isfile(path):
        raise LoadFault("There is no such file.")
    if os.path.getsize(path) > os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") - SPARE_MEMORY:
        raise LoadFault(TOO_BIG)
    model = Model(path, said)
    kind: Kind = "chat"
    if model.makes_vectors:
        kind = "embedding"
        Embedder(path, said).vector("One two three.")
    elif model.scores_pairs:
        kind = "reranking"
        Reranker(path, said).score("How many?", "One two three.")
    elif model.writes_text:
        template_of(model, now)
        _decode_two(model)
    else:
        raise LoadFault(UNSUITABLE)
    return Inspection(True, kind, model.name, model.parameters, model.context, bool(model.template))


def _decode_two(model: Model) -> None:
    context = Context(model, Shape(256, 1, 32, physical_cores()))
    batch = Batch(32)
    tokens = model.tokenize("1 + 1", special=False, begin=True)[:2] or [0]
    place = batch.add(tokens, 0, 0, wants="last")
    context.run(batch)
    # every one: in the output layer a damaged number spoils the score of one word only
    context.check(place, model.tokens)
