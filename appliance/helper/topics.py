"""Whether a question belongs to the lesson: by its words, by its meaning where there is a search model."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy

from appliance.auth.throttle import CACHE_FAILURES
from appliance.helper.scope import Scope
from appliance.helper.words import stems_of, words_of
from appliance.inference.engine import Vector
from appliance.inference.router import Router
from appliance.storage.cache import Cache

NEAR = 0.35
COVERED = 0.5
SHORT = 10
FEW = 2
TOPIC_SECONDS = 24 * 3600.0

# Words that any question about any lesson may hold: alone they lead nowhere else.
GENERIC = stems_of(
    """
    help understand explain hint step next start begin work working works fail fails error wrong right
    correct check question answer lesson example again still try tried think know mean means read show
    tell give need thing way part finish finished done ready stuck problem exercise task homework please
    thanks thank hello hi yes more simple ayuda ayudame entiendo explica explicame pista paso siguiente
    empiezo funciona falla error mal bien correcto revisa pregunta respuesta leccion ejemplo otra vez
    sigue intento creo significa leer muestra dime dame necesito cosa parte termine acabe listo problema
    ejercicio tarea favor gracias hola
    """
)
POINTING_WORDS = """
it its that this those these they them still again another more other eso esto ese esa esos esas lo
los las otra otro sigue todavia mas tampoco
"""
POINTING = frozenset(POINTING_WORDS.split())


@dataclass(frozen=True)
class Lead:
    """What tells whether a question stays with the lesson, apart from its words."""

    passages: Sequence[str]
    vector: Vector | None
    after_on_topic: bool
    same_language: bool


class Topics:
    def __init__(self, router: Router, cache: Cache) -> None:
        self._router = router
        self._cache = cache

    async def fit(self, question: str, scope: Scope, lead: Lead) -> bool:
        """True where nothing speaks against it: a lesson that lists no topics takes every question.

        So does a lesson in another language: its words can't be compared, and a child is not sent away for that.
        """
        if not scope.allowed_topics or not lead.same_language or _fits_by_words(question, scope, lead):
            return True
        return lead.vector is not None and await self._is_near(lead.vector, scope)

    async def _is_near(self, vector: Vector, scope: Scope) -> bool:
        for topic in (*scope.allowed_topics, scope.context):
            other = await self._vector(topic)
            if other is not None and float(numpy.dot(vector, other)) >= NEAR:
                return True
        return False

    async def _vector(self, topic: str) -> Vector | None:
        key = "topic-vector:" + sha256(topic.encode()).hexdigest()
        try:
            if kept := await self._cache.get(key):
                return numpy.asarray(kept, dtype=numpy.float32)
        except CACHE_FAILURES:
            return await self._router.embed(topic)
        made = await self._router.embed(topic)
        if made is not None:
            await self._keep(key, made)
        return made

    async def _keep(self, key: str, vector: Vector) -> None:
        try:
            await self._cache.set(key, vector.tolist(), expire=TOPIC_SECONDS)
        except CACHE_FAILURES:
            return


def is_vague(question: str) -> bool:
    """Nothing in it says what it is about: "help", "I'm done"."""
    return not _telling(question)


def leans_back(question: str) -> bool:
    """It only makes sense after the question before it: "it still fails"."""
    return is_vague(question) or (len(_telling(question)) <= FEW and _points_back(question))


def _telling(text: str) -> frozenset[str]:
    return stems_of(text) - GENERIC


def _fits_by_words(question: str, scope: Scope, lead: Lead) -> bool:
    telling = _telling(question)
    if not telling or telling & _telling(" ".join((*scope.allowed_topics, *scope.topics, scope.context))):
        return True
    covered = telling & stems_of(" ".join(lead.passages))
    return len(covered) >= COVERED * len(telling) or (lead.after_on_topic and _points_back(question))


def _points_back(question: str) -> bool:
    said = words_of(question)
    return len(said) <= SHORT and any(word in POINTING for word in said)
