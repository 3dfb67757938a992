"""The first passages that a search found, compared with the question once more and brought into a better order."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

Rank = Callable[[str, Sequence[str]], Awaitable[Sequence[float] | None]]
"""How well each text answers a question, on any scale; None when nobody can say, or not in time."""

LOOKED_AT = 12
# By places and not by scores, whose scale is each model's own: a lesson's own passage goes two places ahead.
STEADINESS = 8

Found = TypeVar("Found")


def wanted(limit: int) -> int:
    """How many passages to take so that there is something to choose `limit` from."""
    return max(limit, LOOKED_AT)


async def looked_at_again(
    rank: Rank | None,
    question: str,
    found: Sequence[Found],
    text: Callable[[Found], str],
    closeness: Callable[[Found], float] = lambda each: 1.0,
) -> list[Found]:
    """The same passages; their order stays without `rank`. Whether a passage is shown at all is decided before.

    `closeness` is 1 where one passage counts as much as another.
    """
    first, rest = found[:LOOKED_AT], found[LOOKED_AT:]
    scores = await rank(question, [text(each) for each in first]) if rank and len(first) > 1 else None
    if scores is None:
        return list(found)
    by_score = sorted(zip(first, scores, strict=True), key=lambda scored: -scored[1])
    placed = [(closeness(each) / (STEADINESS + place), each) for place, (each, _) in enumerate(by_score)]
    return [*(each for _, each in sorted(placed, key=lambda entry: -entry[0])), *rest]
