"""Makes reranking models for tests: a BERT with a scoring head, and a writer's shape with one, of made-up weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter, PoolingType, TokenType
from numpy.typing import NDArray

from tests.made_models import END, START, WORDS, _own_vocabulary

WIDTH, HEADS, FFN, CONTEXT = 64, 2, 64, 512
MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
TEMPLATE = f"{START}user\nQuery: {{query}}\nDocument: {{document}}{END}\n{START}assistant\n"
Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Size:
    layers: int = 1
    width: int = WIDTH
    ffn: int = FFN
    context: int = CONTEXT
    spare_words: int = 0


def liking_gguf(path: Path, word: str, size: Size = Size()) -> Path:
    """Gives a pair the more the greater the share of this word in it is, whatever the other words are.

    One direction of the token table belongs to the word alone; attention looks everywhere alike and adds what it finds
    of that direction to the first token, which the head reads.
    """
    words = _words()
    random = np.random.default_rng(1)
    liked = np.zeros(size.width, np.float32)
    liked[:2] = 1, -1
    weights = _bert(size, len(words), random, noise=0.0)
    table = random.standard_normal((len(words), size.width)).astype(np.float32)
    table[:, :2] = 0
    table -= table.mean(axis=1, keepdims=True)
    table[:, :2] = 0
    table[words.index(f"\u2581{word}")] = 4 * liked
    weights["token_embd.weight"] = table
    for layer in range(size.layers):
        weights[f"blk.{layer}.attn_v.weight"] = np.outer(liked, liked)
        weights[f"blk.{layer}.attn_output.weight"] = np.eye(size.width, dtype=np.float32)
    weights["cls.output.weight"] = liked[None, :]
    weights["cls.output.bias"] = np.zeros(1, np.float32)
    return _write_bert(path, words, size, weights)


def noise_reranker(
    path: Path,
    size: Size = Size(2),
    seed: int = 1,
    head: bool = True,
    pooling: PoolingType = PoolingType.CLS,
) -> Path:
    """Random weights through which every token of the question and the passage matters.

    `pooling` is what the file says of itself: converters know nothing of ranking and write what the vectors would need.
    """
    words = [*_words(), *(f"\u2581spare{number}" for number in range(size.spare_words))]
    random = np.random.default_rng(seed)
    weights = _bert(size, len(words), random, noise=1.0)
    weights["token_embd.weight"] = random.standard_normal((len(words), size.width)).astype(np.float32)
    weights["position_embd.weight"] = _small(random, (size.context, size.width), 0.3)
    if head:
        weights["cls.weight"] = _small(random, (size.width, size.width), size.width**-0.5)
        weights["cls.bias"] = np.zeros(size.width, np.float32)
        weights["cls.output.weight"] = _small(random, (1, size.width), 1.0)
        weights["cls.output.bias"] = np.zeros(1, np.float32)
    return _write_bert(path, words, size, weights, pooling)


def writing_reranker(path: Path, seed: int = 1, head: bool = True) -> Path:
    """As Qwen3-Reranker is converted: a causal model whose last token says yes or no, with a template of its own."""
    random = np.random.default_rng(seed)
    vocabulary = _own_vocabulary(())
    writer = GGUFWriter(path, "qwen3")
    _describe(writer, path.stem, Size(), PoolingType.RANK)
    writer.add_head_count_kv(HEADS)
    writer.add_key_length(WIDTH // HEADS)
    writer.add_value_length(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(vocabulary.tokens))
    writer.add_classifier_output_labels(["yes", "no"])
    for key, value, kind, sub_kind in vocabulary.keys:
        writer.add_key_value(key, value, kind, sub_type=sub_kind)
    writer.add_chat_template([{"name": "rerank", "template": TEMPLATE}])
    square, ones = (WIDTH, WIDTH), np.ones(WIDTH, np.float32)
    half = np.ones(WIDTH // HEADS, np.float32)
    weights = {
        "token_embd.weight": _small(random, (len(vocabulary.tokens), WIDTH), 1.0),
        "output_norm.weight": ones,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        "blk.0.attn_q_norm.weight": half,
        "blk.0.attn_k_norm.weight": half,
    }
    if head:
        weights["cls.output.weight"] = _small(random, (2, WIDTH), 0.3)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"):
        weights[f"blk.0.{name}.weight"] = _small(random, square, WIDTH**-0.5)
    return _written(writer, path, weights)


def _words() -> list[str]:
    """Marks, then whole words and single letters as llama.cpp has them: U+2581 where a word begins."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,?!:'-"
    common = dict.fromkeys(WORDS.lower().split())
    whole = [*common, *(letter for letter in letters if letter not in common)]
    return [*MARKS, *(f"\u2581{word}" for word in whole), *letters]


def _bert(size: Size, words: int, random: np.random.Generator, noise: float) -> Weights:
    width, ones, zeros = size.width, np.ones(size.width, np.float32), np.zeros(size.width, np.float32)
    weights: Weights = {
        "token_types.weight": np.zeros((2, width), np.float32),
        "position_embd.weight": np.zeros((size.context, width), np.float32),
        "token_embd_norm.weight": ones,
        "token_embd_norm.bias": zeros,
    }
    for layer in range(size.layers):
        place = f"blk.{layer}"
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            weights[f"{place}.{name}.weight"] = _small(random, (width, width), 2 * noise * width**-0.5)
            weights[f"{place}.{name}.bias"] = zeros
        weights[f"{place}.ffn_up.weight"] = _small(random, (size.ffn, width), noise * width**-0.5)
        weights[f"{place}.ffn_up.bias"] = np.zeros(size.ffn, np.float32)
        weights[f"{place}.ffn_down.weight"] = _small(random, (width, size.ffn), noise * size.ffn**-0.5)
        weights[f"{place}.ffn_down.bias"] = zeros
        for name in ("attn_output_norm", "layer_output_norm"):
            weights[f"{place}.{name}.weight"], weights[f"{place}.{name}.bias"] = ones, zeros
    return weights


def _small(random: np.random.Generator, shape: tuple[int, ...], scale: float) -> NDArray[np.float32]:
    return (random.standard_normal(shape, dtype=np.float32) * np.float32(scale)).astype(np.float32)


def _write_bert(
    path: Path, words: list[str], size: Size, weights: Weights, pooling: PoolingType = PoolingType.RANK
) -> Path:
    writer = GGUFWriter(path, "bert")
    _describe(writer, path.stem, size, pooling)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(words)
    kinds = [TokenType.CONTROL] * len(MARKS) + [TokenType.NORMAL] * (len(words) - len(MARKS))
    kinds[MARKS.index("[UNK]")] = TokenType.UNKNOWN
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_bos_token_id(MARKS.index("[CLS]"))
    writer.add_eos_token_id(MARKS.index("[SEP]"))
    writer.add_unk_token_id(MARKS.index("[UNK]"))
    writer.add_sep_token_id(MARKS.index("[SEP]"))
    writer.add_pad_token_id(MARKS.index("[PAD]"))
    writer.add_mask_token_id(MARKS.index("[MASK]"))
    return _written(writer, path, weights)


def _describe(writer: GGUFWriter, name: str, size: Size, pooling: PoolingType) -> None:
    writer.add_name(name)
    writer.add_file_type(0)
    writer.add_context_length(size.context)
    writer.add_embedding_length(size.width)
    writer.add_feed_forward_length(size.ffn)
    writer.add_block_count(size.layers)
    writer.add_head_count(HEADS)
    writer.add_pooling_type(pooling)


def _written(writer: GGUFWriter, path: Path, weights: Weights) -> Path:
    for name, values in weights.items():
        writer.add_tensor(name, np.ascontiguousarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="session")
def lamp_reranker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The more of a passage is the word "lamp", the better."""
    yield liking_gguf(tmp_path_factory.mktemp("rerankers") / "lamps.gguf", "lamp")


@pytest.fixture(scope="session")
def reranker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield noise_reranker(tmp_path_factory.mktemp("rerankers") / "noise-ranks.gguf")
