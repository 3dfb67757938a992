"""The list of recommended models is well formed."""

from pathlib import Path

import pytest

from appliance.errors import NotFound
from appliance.inference.manifest import Recommended, named, recommended

MANIFEST = Path(__file__).parent.parent.parent / "models" / "manifest.toml"
ENTRIES = recommended(MANIFEST)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_says_all_that_a_person_needs_to_choose(entry: Recommended) -> None:
    assert entry.repo.count("/") == 1
    assert entry.file.endswith(".gguf")
    assert entry.licence
    assert entry.kind in ("chat", "reranking")
    assert "en" in entry.languages
    assert len(entry.good_for) > 30
    assert entry.size == 0 or abs(entry.size / 10**6 - entry.approximate_mb) < 50
    assert len(entry.sha256) in (0, 64)
    assert entry.memory_mb > entry.approximate_mb > 0


def test_names_are_unique_and_the_smallest_comes_first() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    assert [entry.approximate_mb for entry in ENTRIES] == sorted(entry.approximate_mb for entry in ENTRIES)


def test_a_model_is_found_by_its_name_or_by_its_place_on_the_hub() -> None:
    assert named(ENTRIES, "qwen2.5-0.5b").repo == "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
    place = named(ENTRIES, "someone/a-model/sub/a-model-q4_0.gguf")
    assert (place.repo, place.file, place.name) == (
        "someone/a-model",
        "sub/a-model-q4_0.gguf",
        "a-model-q4_0",
    )


@pytest.mark.parametrize(
    "name", ["gpt-99", "someone/a-model", "../../etc/passwd", "a/../b.gguf", "a/b/../c.gguf", ""]
)
def test_another_name_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(NotFound, match=r"qwen2\.5-0\.5b"):
        named(ENTRIES, name)
