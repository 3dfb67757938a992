"""What the box and its engine child say to each other: msgpack behind a four-byte length."""

import struct
from dataclasses import dataclass, fields
from typing import Literal, get_args

import msgpack

LENGTH = struct.Struct(">I")
LARGEST_FRAME = 16 * 1024 * 1024
MOST_BIASES = 1024

FinishReason = Literal["stop", "length"]
Reader = Literal["search", "reranking"]
RefusalKind = Literal["too_long", "bad_grammar", "bad_bias", "busy", "off"]


@dataclass(frozen=True)
class Setup:
    """The first frame: which files to open and how; sizes are in tokens, 0 means the child decides.

    `states` is the folder for lessons' beginnings, empty for none; `reranker` comes with the files; the other fields
    are those of Tuning.
    """

    chat: str
    embedder: str
    slots: int
    cells_per_slot: int
    threads: int
    prompt_chunk: int
    batch: int
    unified: bool
    flash: bool
    cell_kind: Literal["f16", "q8_0", "f32"]
    kept: int
    ends_loops: bool
    states: str
    states_bytes: int
    beat_seconds: float
    reranker: str = ""


@dataclass(frozen=True)
class Ask:
    id: int
    messages: tuple[tuple[str, str], ...]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...]
    grammar: str
    biases: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Warm:
    """What many questions will begin with: read when there is nothing else to do; nothing comes back."""

    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Embed:
    id: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Rank:
    """Scores wanted within `seconds`; it is refused as busy when they can't be had by then."""

    id: int
    question: str
    passages: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Cancel:
    id: int


@dataclass(frozen=True)
class Ready:
    """What could be loaded; the faults are empty or a sentence."""

    slots: int
    cells_per_slot: int
    can_embed: bool
    chat_fault: str
    embedder_fault: str
    can_rank: bool = False
    reranker_fault: str = ""


@dataclass(frozen=True)
class Beat:
    """Sent every second; `working` is how long the piece of work in hand takes so far, 0 when idle."""

    steps: int
    working: float


@dataclass(frozen=True)
class Text:
    id: int
    piece: str


@dataclass(frozen=True)
class Finished:
    """`reused_tokens` of the prompt had been read before."""

    id: int
    reason: FinishReason
    prompt_tokens: int
    output_tokens: int
    reused_tokens: int


@dataclass(frozen=True)
class Refused:
    id: int
    kind: RefusalKind
    message: str


@dataclass(frozen=True)
class Embedded:
    """One vector as little-endian float32 bytes; `index` is its text's place in the request."""

    id: int
    index: int
    vector: bytes


@dataclass(frozen=True)
class Reading:
    """A model that reads for search is about to: should the child end before it says more, that one is to blame."""

    reader: Reader


@dataclass(frozen=True)
class Scored:
    """`index` is the passage's place in the request."""

    id: int
    index: int
    score: float


@dataclass(frozen=True)
class ModelFault:
    """The chat model computes nonsense and must not be asked again."""

    message: str


Frame = (
    Setup
    | Ask
    | Warm
    | Embed
    | Rank
    | Cancel
    | Ready
    | Beat
    | Text
    | Finished
    | Refused
    | Embedded
    | Reading
    | Scored
    | ModelFault
)
KINDS: dict[str, type[Frame]] = {kind.__name__: kind for kind in get_args(Frame)}


def framed(frame: Frame) -> bytes:
    body = msgpack.packb([type(frame).__name__, *(getattr(frame, field.name) for field in fields(frame))])
    return LENGTH.pack(len(body)) + bytes(body)


def unframed(body: bytes) -> Frame:
    """Raises ValueError for anything that is not one of ours."""
    name, *values = msgpack.unpackb(body, use_list=False)
    if name not in KINDS:
        raise ValueError(f"unknown frame {name!r}")
    return KINDS[name](*values)
