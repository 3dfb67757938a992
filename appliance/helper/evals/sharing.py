"""How often an answer is shared where it serves both questions, and that it never is where it serves one."""

from collections.abc import Awaitable, Callable

import numpy

from appliance.helper.evals.figures import Figure, share_of
from appliance.helper.evals.labelled import Labelled, labelled
from appliance.helper.likeness import is_same_order, likeness_of, telling_words
from appliance.helper.shared_answers import NEAR
from appliance.inference.engine import Vector

Embed = Callable[[str], Awaitable[Vector | None]]


async def sharing_figures(embed: Embed | None = None) -> list[Figure]:
    """Without `embed` the words alone decide, as on a box without a search model."""
    pairs = labelled("shared", 3)
    same = [(_text(pair), await _is_shared(pair, embed)) for pair in pairs if pair.labels[0] == "same"]
    other = [(_text(pair), not await _is_shared(pair, embed)) for pair in pairs if pair.labels[0] == "other"]
    way = "words and meaning" if embed else "words alone"
    kept_apart = share_of(f"wrongly shared, {way}", other)
    return [
        share_of(f"shared where it may be, {way}", same),
        Figure(kept_apart.name, kept_apart.of - kept_apart.count, kept_apart.of, kept_apart.missed),
    ]


async def _is_shared(pair: Labelled, embed: Embed | None) -> bool:
    first, then = pair.labels[2], pair.text
    if likeness_of(first) != likeness_of(then):
        return False
    if not is_same_order(telling_words(first), telling_words(then)):
        return False
    vectors = [await embed(first), await embed(then)] if embed else []
    one, two = vectors or (None, None)
    return one is None or two is None or float(numpy.dot(one, two)) >= NEAR


def _text(pair: Labelled) -> str:
    return f"{pair.labels[2]} | {pair.text}"
