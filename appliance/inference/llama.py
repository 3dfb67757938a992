"""A thin typed layer over llama.cpp's C functions; only the engine child imports it."""

import ctypes
import importlib
import importlib.util
import math
import struct
import sys
import weakref
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from mmap import ACCESS_READ, MADV_DONTNEED, PAGESIZE, mmap
from types import ModuleType
from typing import Any, Literal

LOG_WARNING = 3
POOLING_KINDS = {"1", "2", "3"}  # mean, first token, last token
SCORES = "4"  # pooling that gives a pair of texts a score and makes no vectors
HEADS = (b"cls.weight", b"cls.output.weight")
HEADER_BYTES = 64 * 1024 * 1024
WORD_PIECES = 3  # BERT's own kind of vocabulary
PLAIN = 4  # an attribute of a token
EMBEDDING_FAMILIES = frozenset(
    {"bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3"}
)


CUT_SHORT = "The model file is cut short or damaged: copy it again."
NEWER = "This file is of a newer kind than the engine knows: choose another or update the box."
UNKNOWN = "This model is of a kind that the engine doesn't know: choose another or update the box."
NO_MODEL = "This file is no GGUF model."
UNREADABLE = "The model file can't be read: copy it again or choose another."

# llama.cpp multiplies so many tokens at once; one that is left over costs as much as two rows of them.
ROWS = 4
SPARE_CELLS = 256  # of a unified context, for tokens that only fill the last row

Wants = Literal["none", "last", "all"]
CellKind = Literal["f16", "q8_0", "f32"]
CELL_TYPES: dict[CellKind, int] = {"f32": 0, "f16": 1, "q8_0": 8}  # numbers of ggml's types
CELL_BYTES: dict[CellKind, float] = {"f32": 4, "f16": 2, "q8_0": 34 / 32}


class LoadFault(Exception):
    """A file or a context that can't be had; the text is a sentence for the operator."""


class BrokenModel(Exception):
    """The model computes numbers that are none."""


@dataclass(frozen=True)
class Shape:
    """How a context is laid out; `cells` is the sum over all sequences.

    Split and without flash attention a text is the same in any company; unified with it is the fast way.
    `outputs` is how many logits a step may ask for, 0 as many as the batch holds: each is a vocabulary long.
    `embeddings` makes a vector of a text, `scores` a number of a pair.
    """

    cells: int
    sequences: int
    batch: int
    threads: int
    unified: bool = False
    flash: bool = False
    cell_kind: CellKind = "f16"
    outputs: int = 0
    embeddings: bool = False
    scores: bool = False


def _low_level() -> Any:
    """The ctypes module without the package around it, which would load numpy and more (23 MB)."""
    if "llama_cpp" in sys.modules:
        return importlib.import_module("llama_cpp.llama_cpp")
    spec = importlib.util.find_spec("llama_cpp")
    if spec is None or spec.submodule_search_locations is None:
        raise LoadFault("llama-cpp-python is not installed: run make setup.")
    package = ModuleType("llama_cpp")
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["llama_cpp"] = package
    try:
        return importlib.import_module("llama_cpp.llama_cpp")
    finally:
        del sys.modules["llama_cpp"]


L = _low_level()


class Said:
    """The last warnings of llama.cpp, kept instead of printed."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=12)
        self._callback = L.llama_log_callback(self._keep)
        L.llama_log_set(self._callback, ctypes.c_void_p(0))
        # llama.cpp would go on calling what Python has freed.
        weakref.finalize(self, L.llama_log_set, L.llama_log_callback(), ctypes.c_void_p(0))

    def _keep(self, level: int, text: bytes, _: object) -> None:
        if level >= LOG_WARNING:
            self.lines.append(text.decode("utf-8", "replace").strip())

    def __str__(self) -> str:
        return " ".join(line for line in self.lines if line)


class Model:
    """An opened GGUF with its vocabulary; weights are mapped, not copied, where their layout allows."""

    def __init__(self, path: str, said: Said) -> None:
        said.lines.clear()
        params = L.llama_model_default_params()
        params.n_gpu_layers = 0
        self.handle = L.llama_model_load_from_file(path.encode(), params)
        if not self.handle:
            raise LoadFault(fault_sentence(str(said)))
        self._path = path
        self.vocab = L.llama_model_get_vocab(self.handle)
        self.tokens = int(L.llama_vocab_n_tokens(self.vocab))
        self.context = int(L.llama_model_n_ctx_train(self.handle))
        self.parameters = int(L.llama_model_n_params(self.handle))
        self.width = int(L.llama_model_n_embd(self.handle))
        self.family = self.meta("general.architecture")
        self._pieces: dict[int, bytes] = {}

    @property
    def name(self) -> str:
        return self.meta("general.name") or self.meta("general.basename")

    @property
    def template(self) -> str:
        source = L.llama_model_chat_template(self.handle, None)
        return bytes(source).decode("utf-8", "replace") if source else ""

    @property
    def makes_vectors(self) -> bool:
        pooling = self.meta(f"{self.family}.pooling_type")
        is_embedder = pooling in POOLING_KINDS or self.family in EMBEDDING_FAMILIES
        return is_embedder and not self.scores_pairs

    @property
    def scores_pairs(self) -> bool:
        """Files converted from BERT name no pooling that ranks: there the head alone tells."""
        if self.family in EMBEDDING_FAMILIES:
            return self.has_head
        return self.meta(f"{self.family}.pooling_type") == SCORES

    @property
    def has_head(self) -> bool:
        """Whether there is what makes a score of a pair; llama.cpp opens a file that lacks it and scores nonsense."""
        with open(self._path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as held:
            # a tensor's name as GGUF writes it, its length before it
            names = (struct.pack("<Q", len(name)) + name for name in HEADS)
            return any(held.find(name, 0, HEADER_BYTES) >= 0 for name in names)

    @property
    def pair_template(self) -> str:
        """How a question and a passage are put to it, with {query} and {document}; empty for BERT's own way."""
        source = L.llama_model_chat_template(self.handle, b"rerank")
        return bytes(source).decode("utf-8", "replace") if source else ""

    @property
    def pair_marks(self) -> tuple[list[int], list[int], list[int]]:
        """The tokens before a pair of texts, between them and after them, where there is no template."""
        begins, ends, separates = (
            int(mark(self.vocab)) for mark in (L.llama_vocab_bos, L.llama_vocab_eos, L.llama_vocab_sep)
        )
        if L.llama_vocab_type(self.vocab) == WORD_PIECES:
            marks = [begins], [separates], [separates]
        else:
            doubled = L.llama_vocab_get_add_sep(self.vocab)
            marks = [begins], [ends, separates if doubled else -1], [ends]
        before, between, after = ([mark for mark in part if mark >= 0] for part in marks)
        return before, between, after

    @property
    def writes_text(self) -> bool:
        if self.makes_vectors or self.scores_pairs:
            return False
        is_other = L.llama_model_has_encoder(self.handle) or L.llama_model_is_diffusion(self.handle)
        return bool(L.llama_model_has_decoder(self.handle)) and not is_other

    @property
    def can_share(self) -> bool:
        """Whether a sequence can be cut and copied: a recurrent memory has no cells to cut."""
        return not (L.llama_model_is_recurrent(self.handle) or L.llama_model_is_hybrid(self.handle))

    @property
    def bytes_per_cell(self) -> int:
        """Memory for one token's keys and values in f16."""
        heads = int(L.llama_model_n_head(self.handle)) or 1
        shared = int(L.llama_model_n_head_kv(self.handle)) or heads
        head_width = int(self.meta(f"{self.family}.attention.key_length") or self.width // heads)
        return int(L.llama_model_n_layer(self.handle)) * shared * head_width * 2 * 2

    def meta(self, key: str) -> str:
        buffer = ctypes.create_string_buffer(512)
        length = L.llama_model_meta_val_str(self.handle, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else ""

    def tokenize(self, text: str, special: bool, begin: bool) -> list[int]:
        """`special` reads control tokens written out in the text; `begin` adds what the model wants first."""
        raw = text.encode("utf-8", "replace")
        room = len(raw) + 8
        found = (ctypes.c_int32 * room)()
        count = L.llama_tokenize(self.vocab, raw, len(raw), found, room, begin, special)
        return list(found[: max(0, count)])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for, which need not be whole characters; control tokens stand for none."""
        known = self._pieces.get(token)
        if known is None:
            buffer = ctypes.create_string_buffer(256)
            length = L.llama_token_to_piece(self.vocab, token, buffer, len(buffer), 0, False)
            known = self._pieces[token] = buffer.raw[: max(0, length)]
        return known

    def ends(self, token: int) -> bool:
        return bool(L.llama_vocab_is_eog(self.vocab, token))

    def token_text(self, token: int) -> str:
        if token < 0:
            return ""
        return bytes(L.llama_vocab_get_text(self.vocab, token)).decode("utf-8", "replace")

    @property
    def begin_text(self) -> str:
        return self.token_text(int(L.llama_vocab_bos(self.vocab)))

    @property
    def end_text(self) -> str:
        return self.token_text(int(L.llama_vocab_eos(self.vocab)))

    @property
    def begins_by_itself(self) -> bool:
        return bool(L.llama_vocab_get_add_bos(self.vocab))

    @cached_property
    def control_tokens(self) -> tuple[int, ...]:
        """Such as end of turn; looked for once, for a vocabulary is long."""
        return tuple(at for at in range(self.tokens) if L.llama_vocab_is_control(self.vocab, at))

    def control_texts(self) -> list[str]:
        """How the vocabulary writes its control tokens."""
        return [self.token_text(at) for at in self.control_tokens]

    def is_plain(self, token: int) -> bool:
        """Whether it is text as any other, and not a mark that somebody defined."""
        return bool(L.llama_vocab_get_attr(self.vocab, token) & PLAIN)

    def close(self) -> None:
        L.llama_model_free(self.handle)


class Batch:
    """Memory for the tokens of one step; llama.cpp aborts when a step is larger than its context's batch."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._token = (ctypes.c_int32 * size)()
        self._position = (ctypes.c_int32 * size)()
        self._sequence = (ctypes.c_int32 * size)()
        self._ones = (ctypes.c_int32 * size)(*([1] * size))
        self._sequences = (ctypes.POINTER(ctypes.c_int32) * size)()
        for at in range(size):
            address = ctypes.addressof(self._sequence) + at * ctypes.sizeof(ctypes.c_int32)
            self._sequences[at] = ctypes.cast(address, ctypes.POINTER(ctypes.c_int32))
        self._wanted = (ctypes.c_int8 * size)()
        self.raw = L.llama_batch()
        self.raw.token = self._token
        self.raw.pos = self._position
        self.raw.n_seq_id = self._ones
        self.raw.seq_id = self._sequences
        self.raw.logits = self._wanted

    def clear(self) -> None:
        self.raw.n_tokens = 0

    def add(self, tokens: Sequence[int], position: int, sequence: int, wants: Wants) -> int:
        """The place of the last token added; its logits exist after the step only when they were wanted."""
        start = self.raw.n_tokens
        end = start + len(tokens)
        if end > self.size:
            raise ValueError("a step takes no more tokens than the batch holds")
        self._token[start:end] = list(tokens)
        self._position[start:end] = list(range(position, position + len(tokens)))
        self._sequence[start:end] = [sequence] * len(tokens)
        self._wanted[start:end] = [int(wants == "all")] * len(tokens)
        self._wanted[end - 1] = int(wants != "none")
        self.raw.n_tokens = end
        return int(end - 1)


class Context:
    """Working memory over a model for a fixed number of sequences."""

    def __init__(self, model: Model, shape: Shape) -> None:
        self.shape = shape
        params = L.llama_context_default_params()
        params.n_ctx = shape.cells
        params.n_batch = params.n_ubatch = shape.batch
        params.n_seq_max = shape.sequences
        params.n_threads = params.n_threads_batch = shape.threads
        params.n_outputs_max = shape.outputs and shape.outputs + ROWS
        params.kv_unified = shape.unified
        params.embeddings = shape.embeddings or shape.scores
        if shape.scores:
            params.pooling_type = int(SCORES)
        params.offload_kqv = params.op_offload = False
        params.type_k = params.type_v = CELL_TYPES[shape.cell_kind]
        # with flash attention the same question may end in another text when others run beside it
        params.flash_attn_type = int(shape.flash)
        self._model = model
        self.handle = L.llama_init_from_model(model.handle, params)
        if not self.handle:
            raise LoadFault("There is not enough memory for this model: choose a smaller one.")
        self._memory = L.llama_get_memory(self.handle)
        self._being_copied: set[int] = set()

    def run(self, batch: Batch) -> None:
        """Raises BrokenModel when llama.cpp refuses the step."""
        step = L.llama_decode if self._memory else L.llama_encode
        code = int(step(self.handle, batch.raw))
        self._being_copied.clear()
        if code != 0:
            raise BrokenModel(f"the model's step failed with code {code}")

    def use_threads(self, count: int) -> None:
        """For the steps that follow; what is computed without flash attention doesn't depend on it."""
        L.llama_set_n_threads(self.handle, count, count)

    def forget(self, sequence: int) -> None:
        if self._memory:
            L.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def copy(self, source: int, target: int, count: int) -> None:
        """The first `count` tokens of one sequence become those of another, which has to be empty."""
        if self.shape.unified:
            L.llama_memory_seq_cp(self._memory, source, target, 0, count)
            return
        # between split sequences only whole ones can be copied: llama.cpp aborts at a part
        L.llama_memory_seq_cp(self._memory, source, target, -1, -1)
        self._being_copied |= {source, target}  # by the next step
        self.cut(target, count)

    def cut(self, sequence: int, count: int) -> None:
        L.llama_memory_seq_rm(self._memory, sequence, count, -1)

    def state(self, sequence: int) -> bytes:
        """What was computed for a sequence; empty while it can't be had."""
        if sequence in self._being_copied:
            return b""
        size = int(L.llama_state_seq_get_size(self.handle, sequence))
        held = (ctypes.c_uint8 * size)()
        return bytes(held) if L.llama_state_seq_get_data(self.handle, held, size, sequence) == size else b""

    def restore(self, sequence: int, state: bytes) -> bool:
        """Only for bytes that are known to be whole: llama.cpp aborts at a state that is cut short."""
        if sequence in self._being_copied:
            return False
        held = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if L.llama_state_seq_set_data(self.handle, held, len(state), sequence) == len(state):
            return True
        self.forget(sequence)
        return False

    def return_logits(self, tokens: int) -> None:
        """Give back the room for the words of so many tokens.

        llama.cpp takes it for embedding models too, which say none: 31 MB with MiniLM, zeroed and never read.
        """
        start = ctypes.cast(L.llama_get_logits(self.handle), ctypes.c_void_p).value or 0
        first = -(-start // PAGESIZE) * PAGESIZE
        last = (start + tokens * self._model.tokens * 4) // PAGESIZE * PAGESIZE
        if start and first < last:
            ctypes.CDLL(None).madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), MADV_DONTNEED)

    def logits(self, place: int) -> list[float]:
        return list(L.llama_get_logits_ith(self.handle, place)[: self._model.tokens])

    def check(self, place: int, looks: int = 64) -> None:
        """Raises BrokenModel; NaN before the output layer reaches every logit, so a scattered sample shows it."""
        logits = L.llama_get_logits_ith(self.handle, place)
        stride = max(1, self._model.tokens // looks)
        if any(math.isnan(logits[at]) for at in range(0, self._model.tokens, stride)):
            raise BrokenModel("the model's numbers are not a number")

    def vector(self, sequence: int) -> list[float]:
        found = L.llama_get_embeddings_seq(self.handle, sequence)
        return list(found[: self._model.width]) if found else []

    def score(self, sequence: int) -> float:
        """What a model that scores pairs says of one; NaN when it says nothing."""
        found = L.llama_get_embeddings_seq(self.handle, sequence)
        return float(found[0]) if found else math.nan

    def close(self) -> None:
        L.llama_free(self.handle)


class Embedder:
    """Vectors from an embedding model, one passage at a time: batches cost half as much again per passage."""

    LONGEST = 256

    def __init__(self, path: str, said: Said) -> None:
        self._model = Model(path, said)
        if not self._model.makes_vectors:
            raise LoadFault("This file is no embedding model.")
        self._batch = Batch(self.LONGEST)
        shape = Shape(self.LONGEST, 1, self.LONGEST, threads=1, embeddings=True)
        self._context = Context(self._model, shape)
        self._longest = 0

    def vector(self, text: str) -> bytes:
        """Little-endian float32, L2-normalised; raises BrokenModel."""
        tokens = self._model.tokenize(text, special=False, begin=True)
        if len(tokens) > self.LONGEST:
            tokens = [*tokens[: self.LONGEST - 1], tokens[-1]]
        self._context.forget(0)
        self._batch.clear()
        self._batch.add(tokens, 0, 0, wants="all")
        self._context.run(self._batch)
        if len(tokens) > self._longest:
            self._longest = len(tokens)
            self._context.return_logits(len(tokens))
        numbers = self._context.vector(0)
        length = math.sqrt(math.fsum(number * number for number in numbers))
        if not numbers or not math.isfinite(length) or length == 0:
            raise BrokenModel("the embedding model's numbers are not a number")
        return struct.pack(f"<{len(numbers)}f", *(number / length for number in numbers))


def engine_version() -> str:
    return version("llama-cpp-python")


def fault_sentence(said: str) -> str:
    """What an operator reads when llama.cpp refuses a file."""
    if "not within" in said or "out of bounds" in said or "corrupted or incomplete" in said:
        return CUT_SHORT
    if "only supports up to version" in said or "invalid ggml type" in said:
        return NEWER
    if "unknown model architecture" in said:
        return UNKNOWN
    if "invalid magic" in said:
        return NO_MODEL
    return UNREADABLE
