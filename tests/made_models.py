"""Makes GGUF files for tests and benchmarks: any shape, real tokenizers, made-up weights, a known answer."""

import argparse
import ctypes
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from gguf import GGMLQuantizationType, GGUFValueType, GGUFWriter
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
VOCAB_DIR = ROOT / "models" / "vocab"
VOCABS = ("qwen2", "llama-spm", "phi-3")
SAYS = (
    "A battery pushes electrons around the loop [L1]. When the loop is broken anywhere, no current flows"
    " and the lamp goes dark. What would you check first?"
)
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
WORDS = """
    the of and to in is a that it for on are as with you be at this have from or by not but what all were
    when we there can an your which their if do will each about how up out them then she many some so these
    would other into has more her two like him see time could no make than first been its who now people my
    made over did down only way find use may water long little very after words called just where most know
    get through back much go good new write our me man too any day same right look think also around another
    came come work three word must because does part even place well such here take why things help put
    years different away again off went old number great tell men say small every found still between name
    should home big give air line set own under read last never us left end along while might next sound
    below saw something thought both few those always looked show large often together asked house world
    going want school important until form food keep children feet land side without boy once animals life
    enough took sometimes four head above kind began almost live page got earth need far hand high year
    mother light country father let night following picture being study second eyes soon times story boys
    since white days ever paper hard near sentence better best across during today lesson answer question
    student teacher course circuit battery lamp current loop energy switch wire electrons electricity
    voltage resistance
"""
NORMAL, CONTROL = 1, 3
MARKS = (2, 3, 5)  # unknown, control, unused: never text
LONGEST_PIECE = 30  # llama-cpp-python's own detokenizer gives a token 32 bytes
FORMS = dict(enumerate(["<B", "<b", "<H", "<h", "<I", "<i", "<f", "<?", "", "", "<Q", "<q", "<d"]))
START, END, EOS = "<|im_start|>", "<|im_end|>", "<|endoftext|>"

Array = NDArray[np.float16] | NDArray[np.float32]
Tensor = tuple[str, tuple[int, ...], Callable[[], Array]]


@dataclass(frozen=True)
class Shape:
    """`tied`: the output layer is the token table, as in most models under 3B."""

    layers: int = 1
    width: int = 128
    heads: int = 2
    kv_heads: int = 2
    ffn: int = 128
    context: int = 8192
    tied: bool = False


SHAPES = {
    "tiny": Shape(),
    "small": Shape(4, 256, 4, 2, 768),
    "slow": Shape(8, 768, 12, 4, 3072),
    "qwen-0.5b": Shape(24, 896, 14, 2, 4864, 32768, True),
    "llama-1b": Shape(16, 2048, 32, 8, 8192, 32768, True),
    "smollm-360m": Shape(32, 960, 15, 5, 2560, 8192, True),
    "qwen-1.5b": Shape(28, 1536, 12, 2, 8960, 32768, True),
}


@dataclass(frozen=True)
class Vocabulary:
    """`keys` are the `tokenizer.*` pairs of the file; `silent` are tokens that must never be sampled."""

    tokens: tuple[str, ...]
    keys: tuple[tuple[str, Any, GGUFValueType, GGUFValueType | None], ...]
    silent: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class MadeModel:
    """`says` is the whole greedy answer to any chat prompt; "" when the weights are noise."""

    path: Path
    says: str = ""


def known_gguf(
    path: Path, says: str = SAYS, shape: Shape = Shape(), ends: bool = True, template: str = CHATML
) -> MadeModel:
    """Answers `says` to every chat prompt at any temperature; without `ends` it says it for ever.

    Attention and feed-forward are computed in full, then multiplied by zero: a bigger `shape` speaks slower.
    """
    pieces = _unique_pieces(says if ends else f"{says} ")
    vocabulary = _own_vocabulary(tuple(pieces))
    shape = replace(shape, width=_wide_enough(shape, len(pieces) + 1), tied=False)
    table, output = _chain(vocabulary, pieces, shape.width, ends)
    _write(path, shape, vocabulary, _llama_tensors(shape, table, output, gain=0.0), template)
    return MadeModel(path, says if ends else "")


def noise_gguf(path: Path, shape: Shape = Shape(), vocab: Path | None = None, seed: int = 1) -> MadeModel:
    """Random weights through which every prompt token matters; it never ends by itself.

    `vocab` is a `ggml-vocab-*.gguf`; without one a small byte-level vocabulary is made and words are said.
    """
    vocabulary = read_vocab(vocab) if vocab else _own_vocabulary(())
    table, output = _noise(vocabulary, shape, np.random.default_rng(seed))
    _write(path, shape, vocabulary, _llama_tensors(shape, table, output, gain=1.0, seed=seed))
    return MadeModel(path)


def quantized(source: Path, target: Path, kind: str = "Q4_0") -> Path:
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = getattr(llama_cpp, f"LLAMA_FTYPE_MOSTLY_{kind}")
    params.nthread = 2
    if llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), ctypes.byref(params)):
        raise RuntimeError(f"llama.cpp could not quantize {source.name} to {kind}")
    return target


def fetch_vocab(into: Path = VOCAB_DIR) -> Path:
    """Real tokenizers out of the source package of the pinned llama-cpp-python, unless they are there."""
    wanted = [f"ggml-vocab-{name}.gguf" for name in VOCABS]
    if all((into / name).is_file() for name in wanted):
        return into
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(source_package(Path(scratch))) as package:
        for member in package.getmembers():
            name = Path(member.name).name
            content = package.extractfile(member) if name in wanted else None
            if content and "/llama.cpp/models/" in member.name:
                (into / name).write_bytes(content.read())
    return into


def read_vocab(path: Path) -> Vocabulary:
    """Read with struct: gguf's own reader takes seven seconds for 150,000 tokens."""
    pairs = _key_values(path.read_bytes())
    kept = {k: v for k, v in pairs.items() if k.startswith("tokenizer.") and k != "tokenizer.chat_template"}
    kinds = kept["tokenizer.ggml.token_type"].value
    silent = {i for i, kind in enumerate(kinds) if kind in MARKS}
    silent |= {entry.value for key, entry in kept.items() if key.endswith(("eos_token_id", "eot_token_id"))}
    keys = tuple((key, entry.value, entry.kind, entry.inner) for key, entry in kept.items())
    return Vocabulary(tuple(kept["tokenizer.ggml.tokens"].value), keys, frozenset(silent))


class _Entry(NamedTuple):
    value: Any
    kind: GGUFValueType
    inner: GGUFValueType | None


def _key_values(raw: bytes) -> dict[str, _Entry]:
    place = 24  # magic, version, how many tensors, how many keys
    (count,) = struct.unpack_from("<Q", raw, 16)

    def number(form: str) -> Any:
        nonlocal place
        (value,) = struct.unpack_from(form, raw, place)
        place += struct.calcsize(form)
        return value

    def text() -> str:
        nonlocal place
        size = number("<Q")
        place += size
        return raw[place - size : place].decode()

    def value(kind: GGUFValueType) -> Any:
        return text() if kind == GGUFValueType.STRING else number(FORMS[kind])

    entries = {}
    for _ in range(count):
        key, kind = text(), GGUFValueType(number("<I"))
        inner = GGUFValueType(number("<I")) if kind == GGUFValueType.ARRAY else None
        found = [value(inner) for _ in range(number("<Q"))] if inner is not None else value(kind)
        entries[key] = _Entry(found, kind, inner)
    return entries


def _unique_pieces(text: str) -> list[str]:
    """The text in pieces of which none occurs twice: each then has exactly one successor."""
    pieces: list[str] = []
    options = [_cuts(text, 0)]
    while (done := len("".join(pieces))) < len(text):
        piece = next((cut for cut in options[-1] if cut not in pieces), None)
        if piece is not None:
            pieces.append(piece)
            options.append(_cuts(text, done + len(piece)))
        elif pieces:
            pieces.pop()
            options.pop()
        else:
            raise ValueError("this text repeats itself too often to be known by its last token")
    return pieces


def _cuts(text: str, start: int) -> Iterator[str]:
    """The next word, then longer pieces, then shorter ones; a single byte only if it is all there is."""
    word = re.compile(r"\s*\S+\s*\Z|\s*\S+|\s+").match(text, start)
    whole = len(word.group()) if word else 0
    for length in (whole, *range(whole + 1, LONGEST_PIECE), *range(whole - 1, 1, -1)):
        cut = text[start : start + length]
        if len(cut) == length <= len(cut.encode()) <= LONGEST_PIECE and (length > 1 or cut == text):
            yield cut


def _own_vocabulary(pieces: tuple[str, ...]) -> Vocabulary:
    """Byte-level BPE over common words, `pieces` as tokens that only come out, and the ChatML marks."""
    tokens, merges = _byte_pairs()
    words = len(tokens)
    tokens += [spelled for piece in pieces if (spelled := _spelled(piece)) not in tokens]
    eos = len(tokens)
    tokens += [EOS, START, END]
    kinds = [NORMAL] * eos + [CONTROL] * 3
    string, array, number = GGUFValueType.STRING, GGUFValueType.ARRAY, GGUFValueType.UINT32
    keys: tuple[tuple[str, Any, GGUFValueType, GGUFValueType | None], ...] = (
        ("tokenizer.ggml.model", "gpt2", string, None),
        ("tokenizer.ggml.pre", "gpt-2", string, None),
        ("tokenizer.ggml.tokens", tokens, array, string),
        ("tokenizer.ggml.token_type", kinds, array, GGUFValueType.INT32),
        ("tokenizer.ggml.merges", merges, array, string),
        ("tokenizer.ggml.bos_token_id", eos, number, None),
        ("tokenizer.ggml.eos_token_id", eos + 2, number, None),
        ("tokenizer.ggml.padding_token_id", eos, number, None),
        ("tokenizer.ggml.add_bos_token", False, GGUFValueType.BOOL, None),
    )
    spoken = {i for i in range(words) if len(tokens[i]) > 3 and tokens[i].startswith("Ġ")}
    return Vocabulary(tuple(tokens), keys, frozenset(range(len(tokens))) - spoken)


def _byte_pairs() -> tuple[list[str], list[str]]:
    tokens = list(_byte_letters().values())
    merges: dict[tuple[str, str], None] = {}
    for word in WORDS.split():
        for form in (word, " " + word):
            parts = list(_spelled(form))
            for pair in merges:
                parts = _merged(parts, pair)
            while len(parts) > 1:
                pair = (parts[0], parts[1])
                merges[pair] = None
                tokens += [] if "".join(pair) in tokens else ["".join(pair)]
                parts = _merged(parts, pair)
    return tokens, [" ".join(pair) for pair in merges]


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    result: list[str] = []
    i = 0
    while i < len(parts):
        step = 2 if tuple(parts[i : i + 2]) == pair else 1
        result.append("".join(parts[i : i + step]))
        i += step
    return result


def _byte_letters() -> dict[int, str]:
    """Byte to letter as byte-level BPE writes it: printable bytes as they are, others from U+0100 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {byte: chr(byte) for byte in printable}
    return letters | {byte: chr(256 + i) for i, byte in enumerate(others)}


def _spelled(text: str) -> str:
    letters = _byte_letters()
    return "".join(letters[byte] for byte in text.encode())


def _wide_enough(shape: Shape, states: int) -> int:
    step = 32 * shape.heads
    return max(shape.width, -(-states // step) * step)


def _chain(vocabulary: Vocabulary, pieces: list[str], width: int, ends: bool) -> tuple[Array, Array]:
    """Dimension k means "k pieces are said": a piece's row in the table is the state it leads to, any other
    token leads to the start, and the output row of each piece listens to the state before it."""
    ids = {token: i for i, token in enumerate(vocabulary.tokens)}
    chain = [ids[_spelled(piece)] for piece in pieces]
    table = np.zeros((len(ids), width), np.float16)
    output = np.zeros_like(table)
    table[:, 0] = 1
    for said, token in enumerate(chain):
        output[token, said] = 8
        table[token, 0] = 0
        table[token, (said + 1) if ends or said + 1 < len(chain) else 0] = 1
    if ends:
        output[ids[END], len(chain)] = 8
    return table, output


def _noise(vocabulary: Vocabulary, shape: Shape, random: np.random.Generator) -> tuple[Array, Array]:
    """Dimension 0 is held constant through all layers, so that silent tokens always get a hopeless score."""
    silent = np.array(sorted(vocabulary.silent), dtype=np.int64)
    small = 0.05 if shape.tied else 1.0  # or a tied model would answer each token with itself
    table = _random((len(vocabulary.tokens), shape.width), random, small)
    table[:, 0] = 4 * small
    if shape.tied:
        table[silent, 0] = -3000  # a prompt must not end in such a token: it would turn the sign
        return table, table
    output = _random(table.shape, random, shape.width**-0.5 * 4)
    output[:, 0] = 0
    output[silent] = 0
    output[silent, 0] = -1000
    return table, output


def _random(shape: tuple[int, ...], random: np.random.Generator, scale: float) -> NDArray[np.float16]:
    return (random.standard_normal(shape, dtype=np.float32) * np.float32(scale)).astype(np.float16)


def _llama_tensors(shape: Shape, table: Array, output: Array, gain: float, seed: int = 1) -> list[Tensor]:
    random = np.random.default_rng(seed + 1)
    width, ffn = shape.width, shape.ffn
    kv = width // shape.heads * shape.kv_heads

    def matrix(rows: int, columns: int, scale: float = 1.0) -> tuple[tuple[int, int], Callable[[], Array]]:
        return (rows, columns), lambda: _random((rows, columns), random, scale * columns**-0.5)

    def into_stream(columns: int) -> tuple[tuple[int, int], Callable[[], Array]]:
        def made() -> Array:
            values = _random((width, columns), random, gain * columns**-0.5)
            values[0] = 0
            return values

        return (width, columns), made

    def norm() -> tuple[tuple[int], Callable[[], Array]]:
        return (width,), lambda: np.ones(width, np.float32)

    tensors: list[Tensor] = [("token_embd.weight", table.shape, lambda: table)]
    for i in range(shape.layers):
        layer = {
            "attn_norm": norm(),
            "attn_q": matrix(width, width, 2),
            "attn_k": matrix(kv, width, 2),
            "attn_v": matrix(kv, width),
            "attn_output": into_stream(width),
            "ffn_norm": norm(),
            "ffn_gate": matrix(ffn, width),
            "ffn_up": matrix(ffn, width),
            "ffn_down": into_stream(ffn),
        }
        tensors += [(f"blk.{i}.{name}.weight", size, made) for name, (size, made) in layer.items()]
    tensors.append(("output_norm.weight", *norm()))
    if not shape.tied:
        tensors.append(("output.weight", output.shape, lambda: output))
    return tensors


def _write(
    path: Path, shape: Shape, vocabulary: Vocabulary, tensors: list[Tensor], template: str = CHATML
) -> None:
    """Tensors are made one at a time while writing, so that a big shape needs little memory."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama")
    _describe(writer, path.stem, shape, len(vocabulary.tokens))
    for key, value, kind, sub_kind in vocabulary.keys:
        writer.add_key_value(key, value, kind, sub_type=sub_kind)
    if template:
        writer.add_chat_template(template)
    for name, size, _ in tensors:
        flat = len(size) == 1
        dtype = np.dtype(np.float32 if flat else np.float16)
        raw = GGMLQuantizationType.F32 if flat else GGMLQuantizationType.F16
        writer.add_tensor_info(name, size, dtype, int(np.prod(size)) * dtype.itemsize, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, _, made in tensors:
        writer.write_tensor_data(made())
    writer.close()


def _describe(writer: GGUFWriter, name: str, shape: Shape, vocabulary: int) -> None:
    writer.add_name(name)
    writer.add_file_type(1)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.ffn)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_vocab_size(vocabulary)


def source_package(scratch: Path) -> Path:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.search(r"^llama-cpp-python==.*(?:\n {4}--hash=.*)+", lock, re.MULTILINE)
    if pinned is None:
        raise RuntimeError("requirements.lock does not pin llama-cpp-python")
    (scratch / "pinned.txt").write_text(pinned.group(0) + "\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    download = [*pip, "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
    subprocess.run(
        [*download, "--require-hashes", "-r", str(scratch / "pinned.txt"), "-d", str(scratch)],
        check=True,
    )
    return next(scratch.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> MadeModel:
    return known_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="session")
def noise_model(tmp_path_factory: pytest.TempPathFactory) -> MadeModel:
    return noise_gguf(tmp_path_factory.mktemp("models") / "noise.gguf", SHAPES["small"])


@pytest.fixture(scope="session")
def endless_model(tmp_path_factory: pytest.TempPathFactory) -> MadeModel:
    """Says sentence after sentence, slowly, until somebody stops it: to cancel and kill in mid-answer."""
    path = tmp_path_factory.mktemp("models") / "endless.gguf"
    return known_gguf(path, _long_text(), SHAPES["slow"], ends=False)


def _long_text() -> str:
    """Longer than an answer gets, so that it is no loop: the sensible sentences, then words of which none repeats."""
    words = [word for word in dict.fromkeys(WORDS.split()) if word not in SAYS]
    lines = (" ".join(words[at : at + 9]).capitalize() for at in range(0, len(words), 9))
    return f"{SAYS} {'. '.join(lines)}."


@pytest.fixture(scope="session")
def minilm_model() -> Iterator[Path]:
    from appliance.errors import Unavailable
    from appliance.inference import minilm, search_model

    path = ROOT / "models" / search_model.FILE
    if not path.is_file():
        try:
            minilm.make(path.parent)
        except Unavailable as missing:
            pytest.fail(f"The search model is not there and could not be made: {missing}")
    yield path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--vocab", help=f"{', '.join(VOCABS)} or a ggml-vocab file; default: a small one")
    parser.add_argument("--says", help="a model that answers this text instead of noise")
    parser.add_argument("--quantize", metavar="KIND", help="such as Q4_0, Q8_0, Q4_K_M")
    parser.add_argument("--fetch-vocab", action="store_true", help="only fetch the real tokenizers")
    given = parser.parse_args()
    if given.fetch_vocab:
        print(fetch_vocab())
    elif given.out is None:
        parser.error("--out says where to write the model")
    else:
        print(_made(given))


def _made(given: argparse.Namespace) -> Path:
    target: Path = given.out
    raw = target.with_suffix(".f16.gguf") if given.quantize else target
    if given.says is not None:
        known_gguf(raw, given.says, SHAPES[given.shape])
    else:
        noise_gguf(raw, SHAPES[given.shape], _vocab_file(given.vocab) if given.vocab else None)
    if given.quantize:
        quantized(raw, target, given.quantize)
        raw.unlink()
    return target


def _vocab_file(named: str) -> Path:
    return fetch_vocab() / f"ggml-vocab-{named}.gguf" if named in VOCABS else Path(named)


if __name__ == "__main__":
    main()
