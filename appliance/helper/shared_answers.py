"""Answers that the model gave to one student of a class and that serve the next who asks nearly the same.

In memory alone, without the question and for some hours: nobody reads in an answer who else asked.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy

from appliance.helper.answers import Citation
from appliance.helper.citations import marks_in
from appliance.helper.likeness import Likeness, is_same_order, likeness_of, telling_words
from appliance.inference.engine import Vector
from appliance.inference.router import Router
from appliance.storage.database import Clock

# Cosine of all-MiniLM-L6-v2 between two questions of equal telling words. Alone it tells nothing: "does less
# resistance mean more current" stands at 0.98 beside "does more resistance …", "what is a conductor" at 0.80 beside
# "could you explain what conductors are".
NEAR = 0.75
MOST = 400
SECONDS = 4 * 3600.0
LONGEST_QUESTION = 240

Keeps = Callable[[str], bool]


@dataclass(frozen=True)
class Place:
    """Where an answer is good: this class, this lesson as it stands, these rules (`version`), this language."""

    class_id: int
    lesson: tuple[str, str]
    language: str
    version: str


@dataclass(frozen=True)
class Wish:
    """A question that may be answered with what somebody else got, and may be of use to the next."""

    person: str
    place: Place
    question: str


@dataclass(frozen=True)
class Shared:
    """An answer as this student may read it; `citations` are those that its text cites."""

    text: str
    model: str
    backend: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Given:
    """An answer as its first reader had it. `vector` is its question's, None without a search model."""

    person: str
    words: tuple[str, ...]
    vector: Vector | None
    shared: Shared
    at: float


Key = tuple[Place, Likeness]


class SharedAnswers:
    """The newest stay; what is older than some hours, or was put in for a forgotten class, is not given out."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router = router
        self._clock = clock
        self._given: OrderedDict[Key, Given] = OrderedDict()

    def __len__(self) -> int:
        return len(self._given)

    async def serve(
        self, wish: Wish, found: Sequence[Citation], shown: Sequence[Citation], keeps: Keeps
    ) -> Shared | None:
        """`found` are the passages for this question and `shown` the same as this student may see them.

        `keeps` tells what may not be said to them.
        """
        given = self._of_others(wish)
        if given is None or keeps(given.shared.text) or self._is_of_another_model(given):
            return None
        citations = cited_again(given, found, shown)
        if citations is None or not is_near(given, await self._router.embed(wish.question)):
            return None
        return Shared(given.shared.text, given.shared.model, given.shared.backend, citations)

    def keep(self, wish: Wish, shared: Shared, vector: Vector | None) -> None:
        """The first answer stays: whoever asked anyway got one of their own, not a better one."""
        key = _key(wish)
        if not key[1].words or len(wish.question) > LONGEST_QUESTION or self._fresh(key) is not None:
            return
        words = telling_words(wish.question)
        self._given[key] = Given(wish.person, words, vector, shared, self._clock())
        if len(self._given) > MOST:
            self._given.popitem(last=False)

    def forget_class(self, class_id: int) -> None:
        self._drop(key for key in self._given if key[0].class_id == class_id)

    def forget_person(self, person: str) -> None:
        self._drop(key for key, given in self._given.items() if given.person == person)

    def _of_others(self, wish: Wish) -> Given | None:
        """What somebody else got for the same words."""
        key = _key(wish)
        given = self._fresh(key)
        if given is None or given.person == wish.person:
            return None
        if not is_same_order(given.words, telling_words(wish.question)):
            return None
        self._given.move_to_end(key)
        return given

    def _fresh(self, key: Key) -> Given | None:
        given = self._given.get(key)
        # A clock that was set back makes an answer of the future.
        if given is not None and not 0 <= self._clock() - given.at <= SECONDS:
            del self._given[key]
            return None
        return given

    def _is_of_another_model(self, given: Given) -> bool:
        """Without a model right now, the answer of the one that was there still serves."""
        model = self._router.status()["model"]
        return bool(model) and model != given.shared.model

    def _drop(self, keys: Iterable[Key]) -> None:
        for key in list(keys):
            del self._given[key]


def _key(wish: Wish) -> Key:
    return wish.place, likeness_of(wish.question)


def version_of(*rules: str) -> str:
    """Another one as soon as anything of it is another."""
    return sha256("\0".join(rules).encode("utf-8", "surrogatepass")).hexdigest()


def is_near(given: Given, vector: Vector | None) -> bool:
    """Without a search model on either side the words alone have to do."""
    if given.vector is None or vector is None:
        return True
    return float(numpy.dot(given.vector, vector)) >= NEAR


def cited_again(
    given: Given, found: Sequence[Citation], shown: Sequence[Citation]
) -> tuple[Citation, ...] | None:
    """What the answer cites, as it is `shown` to this student; None where a passage it was made of is not `found`.

    Both stand in one order. A model may tell of a passage without citing it, so all of them count: a lesson that was
    changed or closed, a paper that was taken away or is another group's gives no answer any more.
    """
    places = {_passage(citation): at for at, citation in enumerate(found)}
    if any(_passage(citation) not in places for citation in given.shared.citations):
        return None
    cited = [citation for citation in given.shared.citations if citation.id in marks_in(given.shared.text)]
    return tuple(replace(shown[places[_passage(citation)]], id=citation.id) for citation in cited)


def _passage(citation: Citation) -> tuple[str, str, str]:
    return citation.source, citation.text, citation.url
