"""What is chosen: the files of the models, and how the child lays out its memory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from appliance.inference.protocol import Setup


@dataclass(frozen=True)
class ModelFiles:
    """What is chosen now; the names are what people read."""

    chat: Path | None = None
    chat_name: str = ""
    embedder: Path | None = None
    embedder_name: str = ""
    reranker: Path | None = None
    reranker_name: str = ""


@dataclass(frozen=True)
class Tuning:
    """How the child lays out its memory; 0 threads means one per physical core. Sizes in tokens.

    Exact mode is split and without flash attention: an answer is the same in any company, to the bit. Fast mode is
    unified with flash attention: all share the cells, and what is shared is there once; it slows with what is in
    them, so that exact is the safe guess (docs/decisions/0008-what-a-step-costs.md). `prompt_chunk` bounds what is
    read in a step while answers are being written, `batch` any step. `kept` is how many lessons and conversations
    are remembered: split, each takes a slot's memory; unified there are 16 for one, in what the slots leave free.
    """

    slots: int = 4
    cells_per_slot: int = 2048
    threads: int = 0
    prompt_chunk: int = 128
    batch: int = 256
    unified: bool = False
    flash: bool = False
    cell_kind: Literal["f16", "q8_0", "f32"] = "f16"
    kept: int = 4
    ends_loops: bool = True


@dataclass(frozen=True)
class States:
    """Where lessons that were read are kept over a restart; without a folder nowhere."""

    folder: Path | None = None
    most_bytes: int = 512 * 1024 * 1024


DEFAULT_TUNING = Tuning()
NO_STATES = States()


@dataclass(frozen=True)
class Choice:
    """What a child is started with, and what a change replaces."""

    files: ModelFiles
    tuning: Tuning = DEFAULT_TUNING


def setup_for(files: ModelFiles, tuning: Tuning, states: States, beat: float) -> Setup:
    return Setup(
        str(files.chat or ""), str(files.embedder or ""), tuning.slots, tuning.cells_per_slot, tuning.threads,
        tuning.prompt_chunk, tuning.batch, tuning.unified, tuning.flash, tuning.cell_kind, tuning.kept,
        tuning.ends_loops, str(states.folder or ""), states.most_bytes, beat, str(files.reranker or ""),
    )  # fmt: skip
