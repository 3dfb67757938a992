"""The made GGUF files do what other tests build on, through llama.cpp itself."""

from pathlib import Path

import llama_cpp
import pytest

from tests import made_models
from tests.made_models import MadeModel, Shape, fetch_vocab, known_gguf, noise_gguf, quantized

QUESTIONS = ["Why is the lamp dark?", "x", "¿Por qué? 电 🎉\n\n  ", "What would you check first?" * 40]


def _says(model: MadeModel, question: str, temperature: float = 0.0, most: int = 120) -> tuple[str, str]:
    llama = llama_cpp.Llama(str(model.path), n_ctx=2048, n_threads=1, verbose=False)
    messages = [{"role": "system", "content": "You help."}, {"role": "user", "content": question}]
    answer = llama.create_chat_completion(messages=messages, max_tokens=most, temperature=temperature)
    llama.close()
    choice = answer["choices"][0]
    return choice["message"]["content"], choice["finish_reason"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_tiny_model_says_its_text_to_any_question_and_stops(tiny_model: MadeModel, question: str) -> None:
    assert _says(tiny_model, question) == (tiny_model.says, "stop")


def test_the_tiny_model_says_its_text_at_any_temperature(tiny_model: MadeModel) -> None:
    assert _says(tiny_model, "Why?", temperature=1.5) == (tiny_model.says, "stop")


@pytest.mark.parametrize(
    "text",
    [
        "the the the cat sat on the mat, the cat. The cat [L1].\nNext:\n- one\n- one é 日本\n",
        "Short",
        " ".join(f"Sentence {i} ends here." for i in range(60)),
    ],
)
def test_any_text_can_be_the_known_one(tmp_path: Path, text: str) -> None:
    model = known_gguf(tmp_path / "said.gguf", text)
    assert _says(model, "Why?", most=300) == (text, "stop")


def test_the_endless_model_goes_on_until_it_is_stopped(endless_model: MadeModel) -> None:
    text, reason = _says(endless_model, "Why?", most=60)
    assert reason == "length"
    assert text.startswith(made_models.SAYS) and len(text) > len(made_models.SAYS)


def test_noise_never_ends_and_hangs_on_the_question(noise_model: MadeModel) -> None:
    first, reason = _says(noise_model, "Why is the lamp dark?", most=200)
    other, _ = _says(noise_model, "Why is the lamp dark!", most=200)
    assert reason == "length"
    assert first != other


def test_a_made_model_can_be_quantized(tmp_path: Path, tiny_model: MadeModel) -> None:
    smaller = quantized(tiny_model.path, tmp_path / "q8.gguf", "Q8_0")
    assert smaller.stat().st_size < tiny_model.path.stat().st_size
    assert _says(MadeModel(smaller), "Why?")[0] == tiny_model.says


@pytest.mark.parametrize("name", made_models.VOCABS)
def test_a_real_tokenizer_can_be_put_in(tmp_path: Path, name: str) -> None:
    vocab = fetch_vocab() / f"ggml-vocab-{name}.gguf"
    model = noise_gguf(tmp_path / "real.gguf", Shape(4, 256, 4, 2, 512, 2048, tied=True), vocab)
    llama = llama_cpp.Llama(str(model.path), n_ctx=128, n_threads=1, verbose=False)
    there = llama.tokenize("The current is 3 ampère.".encode(), add_bos=False)
    assert llama.detokenize(there).decode().strip() == "The current is 3 ampère."
    assert llama.n_vocab() == len(made_models.read_vocab(vocab).tokens)
    llama.close()
    text, reason = _says(model, "Why?", most=40)
    assert reason == "length"
    assert len(set(text)) > 10


def test_real_tokenizers_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    for name in made_models.VOCABS:
        (tmp_path / f"ggml-vocab-{name}.gguf").write_bytes(b"there")
    assert fetch_vocab(tmp_path) == tmp_path
