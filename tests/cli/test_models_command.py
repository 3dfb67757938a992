"""`chalkbox models`: a chat model from a stick is copied, used, checked and removed."""

from pathlib import Path

import pytest

from appliance.inference.models import chosen
from appliance.inference.tuned import tuned_for
from appliance.operations import data_folder
from tests.cli.conftest import Chalkbox
from tests.made_models import MadeModel, tiny_model
from tests.made_rerankers import reranker

__all__ = ["reranker", "tiny_model"]


def on_the_box(chalkbox: Chalkbox) -> dict[str, bool]:
    listed = chalkbox("models", "list", "--json").json
    return {model["name"]: model["chosen"] for model in listed["models"] if model["kind"] == "chat"}


def test_the_first_model_that_is_added_answers_at_once(chalkbox: Chalkbox, tiny_model: MadeModel) -> None:
    added = chalkbox("models", "add", str(tiny_model.path))
    assert added.status == 0 and "tiny answers from now on (at next start)" in added.out
    assert on_the_box(chalkbox) == {"tiny": True}
    assert chalkbox("models", "verify").status == 0


def test_a_running_box_is_said_to_take_it_up(chalkbox: Chalkbox, tiny_model: MadeModel, data: Path) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    with data_folder.held(data):
        assert "within seconds" in chalkbox("models", "use", "tiny").out


def test_no_model_may_be_used_and_then_the_file_may_go(chalkbox: Chalkbox, tiny_model: MadeModel) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    refused = chalkbox("models", "remove", "tiny")
    assert refused.status == 1 and "is in use" in refused.err
    assert chalkbox("models", "use", "none").status == 0
    assert on_the_box(chalkbox) == {"tiny": False}
    assert chalkbox("models", "remove", "tiny").status == 0
    assert on_the_box(chalkbox) == {}


def test_a_reranking_model_waits_to_be_chosen_and_can_be_given_up(
    chalkbox: Chalkbox, reranker: Path, tiny_model: MadeModel, data: Path
) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    added = chalkbox("models", "add", str(reranker))
    assert added.status == 0 and "To use it: chalkbox models use noise-ranks" in added.out
    used = chalkbox("models", "use", "noise-ranks")
    assert "brings the passages that search finds into order from now on" in used.out
    assert on_the_box(chalkbox) == {"tiny": True}
    given_up = chalkbox("models", "use", "none", "--kind", "reranking")
    assert "stay in the order" in given_up.out
    assert on_the_box(chalkbox) == {"tiny": True}
    assert chosen(data / "models", "reranking") is None


def test_a_damaged_model_is_found(chalkbox: Chalkbox, tiny_model: MadeModel, data: Path) -> None:
    chalkbox("models", "add", str(tiny_model.path))
    file = data / "models" / "tiny.gguf"
    content = bytearray(file.read_bytes())
    content[-10] ^= 1
    file.write_bytes(content)
    checked = chalkbox("models", "verify")
    assert checked.status == 1 and "is damaged" in checked.out


@pytest.mark.parametrize("content", [b"MZ this is no model", b"GGUF"])
def test_a_file_that_is_no_model_is_refused_with_a_sentence(
    chalkbox: Chalkbox, tmp_path: Path, content: bytes
) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(content)
    refused = chalkbox("models", "add", str(bad))
    assert (refused.status, refused.out) == (1, "")
    assert len(refused.err.splitlines()) == 1
    assert on_the_box(chalkbox) == {}


def test_what_nobody_recommends_is_answered_with_what_is(chalkbox: Chalkbox) -> None:
    refused = chalkbox("models", "pull", "gpt-everything")
    assert refused.status == 1 and "qwen2.5-1.5b" in refused.err


def test_a_hub_that_is_out_of_reach_is_one_sentence(chalkbox: Chalkbox) -> None:
    refused = chalkbox("models", "pull", "smollm2-360m", "--endpoint", "http://127.0.0.1:9")
    assert refused.status == 1
    assert "127.0.0.1:9 can't be reached" in refused.err and len(refused.err.splitlines()) == 1


def test_recommendations_come_with_size_and_licence(chalkbox: Chalkbox) -> None:
    worth = chalkbox("models", "list", "--json").json["recommended"]
    assert all(entry["licence"] and entry["approximate_mb"] for entry in worth)


def test_a_measurement_is_kept_and_said_in_words(
    chalkbox: Chalkbox, tiny_model: MadeModel, data: Path
) -> None:
    assert "choose one" in chalkbox("models", "bench").err
    chalkbox("models", "add", str(tiny_model.path))
    measured = chalkbox("models", "bench", "--json")
    assert measured.status == 0 and "1 of at most" in measured.err
    found = tuned_for(data / "models", chosen(data / "models"))
    assert found is not None and found.tuning.slots == measured.json["tuning"]["slots"]


def test_nothing_is_measured_beside_a_running_box(chalkbox: Chalkbox, data: Path) -> None:
    data_folder.prepare(data)
    with data_folder.held(data):
        refused = chalkbox("models", "bench")
    assert refused.status == 1 and "stop it first" in refused.err
