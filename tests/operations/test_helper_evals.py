"""The passages and topics of the shipped course are judged no worse than they were, through the real search model."""

from pathlib import Path

import pytest

from appliance.helper.evals.figures import fallen
from appliance.inference.search_model import FILE
from appliance.operations.helper_evals import figures
from appliance.operations.strict_evals import strict_figures

ROOT = Path(__file__).parent.parent.parent
MODEL = ROOT / "models" / FILE
NEEDS_MODEL = pytest.mark.skipif(not MODEL.is_file(), reason="the search model was not made at set-up")


async def test_words_alone_find_the_right_passage_as_often_as_before() -> None:
    assert fallen(await figures(ROOT / "content" / "courses", None)) == []


async def test_a_strict_helper_leaks_nothing_and_lets_kind_replies_pass() -> None:
    found = await strict_figures()
    assert [figure.of > 30 for figure in found] == [True, True]
    assert fallen(found) == []


@NEEDS_MODEL
async def test_with_the_search_model_nothing_falls_below_its_baseline() -> None:
    found = await figures(ROOT / "content" / "courses", MODEL)
    assert "off-topic let through" in {figure.name for figure in found}
    assert fallen(found) == []
