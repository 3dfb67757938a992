"""The search model: what set-up makes computes the same vectors as the weights it was made from."""

import hashlib
import os
import subprocess
import sys
from math import erf
from pathlib import Path

import llama_cpp
import numpy as np
import pytest
from gguf import GGUFReader
from numpy.typing import NDArray

from appliance.inference import minilm, search_model

Numbers = NDArray[np.float64]
# First numbers of the vectors, computed in float64 from the wheel's own safetensors under their own names.
REFERENCE = {
    "The lamp goes dark when the circuit is broken.": [0.02508, -0.0303, 0.06398, 0.03118, -0.00733],
    "Why is the bulb off?": [0.04574, 0.01182, 0.00746, 0.07204, 0.06069],
    "Bananas grow in warm countries.": [0.0116, 0.02921, 0.00263, 0.04664, 0.10051],
    "Ohm's law: V = I · R, so 9 V over 3 Ω gives 3 A.": [-0.00472, 0.02548, -0.02555, -0.01785, 0.01766],
    "x": [-0.09791, -0.064, -0.02318, -0.0462, 0.0217],
}  # fmt: skip


class Embedder:
    def __init__(self, path: Path) -> None:
        self._llama = llama_cpp.Llama(
            str(path), embedding=True, n_ctx=512, n_batch=512, n_ubatch=512, n_threads=1, verbose=False
        )

    def tokens(self, text: str) -> list[int]:
        return list(self._llama.tokenize(text.encode(), special=False))

    def vector(self, text: str) -> Numbers:
        return _unit(np.array(self._llama.embed(text), np.float64))


@pytest.fixture(scope="module")
def embedder(minilm_model: Path) -> Embedder:
    return Embedder(minilm_model)


@pytest.fixture(scope="module")
def weights(minilm_model: Path) -> dict[str, Numbers]:
    return {tensor.name: tensor.data.astype(np.float64) for tensor in GGUFReader(minilm_model).tensors}


@pytest.mark.parametrize("text", REFERENCE)
def test_vectors_are_those_of_the_original_weights(embedder: Embedder, text: str) -> None:
    assert embedder.vector(text)[:5] == pytest.approx(REFERENCE[text], abs=5e-4)


@pytest.mark.parametrize("text", [*REFERENCE, "Why does it go dark? " * 30, "¿Por qué la lámpara? Жизнь 电"])
def test_llama_cpp_computes_what_numpy_computes(
    embedder: Embedder, weights: dict[str, Numbers], text: str
) -> None:
    assert embedder.vector(text) @ _forward(weights, embedder.tokens(text)) > 0.9999


def test_words_are_cut_as_bert_cuts_them(embedder: Embedder) -> None:
    assert embedder.tokens("Why is the lamp dark?") == [101, 2339, 2003, 1996, 10437, 2601, 1029, 102]


def test_near_sentences_are_nearer_than_far_ones(embedder: Embedder) -> None:
    dark, bulb, fruit = (embedder.vector(text) for text in list(REFERENCE)[:3])
    assert dark @ bulb > dark @ fruit + 0.3


def test_the_made_file_is_the_same_on_every_machine(minilm_model: Path) -> None:
    assert hashlib.sha256(minilm_model.read_bytes()).hexdigest() == search_model.GGUF_SHA256


def test_a_model_that_is_there_is_not_made_again(tmp_path: Path) -> None:
    (tmp_path / search_model.FILE).write_bytes(b"there")
    assert minilm.make(tmp_path).read_bytes() == b"there"


def test_without_the_wheel_set_up_goes_on_and_says_what_is_missing(tmp_path: Path) -> None:
    nowhere = {**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    command = [sys.executable, "-m", "appliance.inference.minilm", "--models", str(tmp_path / "models")]
    done = subprocess.run(command, env=nowhere, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Search will use full text only." in done.stderr
    assert list((tmp_path / "models").iterdir()) == []


def _forward(weights: dict[str, Numbers], ids: list[int]) -> Numbers:
    """BERT with mean pooling, written down once more without llama.cpp."""

    def linear(x: Numbers, name: str) -> Numbers:
        return np.asarray(x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"])

    def norm(x: Numbers, name: str) -> Numbers:
        even = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return np.asarray(even * weights[f"{name}.weight"] + weights[f"{name}.bias"])

    x = weights["token_embd.weight"][ids] + weights["position_embd.weight"][: len(ids)]
    x = norm(x + weights["token_types.weight"].reshape(-1, minilm.WIDTH)[0], "token_embd_norm")
    for layer in (f"blk.{i}." for i in range(minilm.LAYERS)):
        q, k, v = (_heads(linear(x, f"{layer}attn_{part}")) for part in "qkv")
        seen = _softmax(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])) @ v
        x = norm(
            x + linear(seen.transpose(1, 0, 2).reshape(x.shape), f"{layer}attn_output"),
            f"{layer}attn_output_norm",
        )
        x = norm(
            x + linear(_gelu(linear(x, f"{layer}ffn_up")), f"{layer}ffn_down"), f"{layer}layer_output_norm"
        )
    return _unit(x.mean(0))


def _heads(x: Numbers) -> Numbers:
    return x.reshape(len(x), minilm.HEADS, -1).transpose(1, 0, 2)


def _softmax(x: Numbers) -> Numbers:
    powers = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def _gelu(x: Numbers) -> Numbers:
    return np.asarray(x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2))))


def _unit(x: Numbers) -> Numbers:
    return np.asarray(x / np.linalg.norm(x))
