"""What a running box does not load: the libraries of other moments, which would only take memory."""

import subprocess
import sys

import pytest

# With the moment that needs it.
HEAVY = {
    "httpx": "a borrowed model",
    "rich": "a borrowed model",
    "gguf": "set-up of the search model",
    "safetensors": "set-up of the search model",
    "huggingface_hub": "a download",
    "llama_cpp": "the engine's child",
    "pypdf": "the child that reads papers",
    "docx": "the child that reads papers",
    "pptx": "the child that reads papers",
}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, appliance.__main__, appliance.app; print(*{name.split('.')[0] for name in sys.modules})",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(said.stdout.split())


def test_a_box_loads_what_it_serves_with(loaded: set[str]) -> None:
    assert {"sanic", "jinja2", "aiosqlite", "numpy"} <= loaded


@pytest.mark.parametrize("name", HEAVY)
def test_a_box_starts_without_what_another_moment_needs(loaded: set[str], name: str) -> None:
    assert name not in loaded, HEAVY[name]


def test_the_engines_child_takes_little_of_the_box_along() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import sys, appliance.inference.worker; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert not {"sanic", "httpx", "aiosqlite", "babel"} & set(said.stdout.split())
