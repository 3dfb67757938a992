"""Whether a question belongs to the lesson: by its words, by its meaning where there is a search model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy

from appliance.auth.throttle import CACHE_FAILURES
from appliance.helper.scope import Scope
from appliance.helper.words import plain, stems_of, words_of
from appliance.inference.engine import Vector
from appliance.inference.router import Router
from appliance.storage.cache import Cache

# Cosines of all-MiniLM-L6-v2 between a question and the nearest topic or passage, fitted on one half of the
# labelled set.
NEAR = 0.35
# Enough where some of its words stand in the lesson, and where all of several do.
NEAR_BY_WORDS = 0.30
NEAR_ENOUGH = 0.20
# "Why dark?" says too little to be near anything: its one word is the lesson's.
NEAR_AT_ALL = -1.0
# For a question with a word that usually leads elsewhere.
ASTRAY = 0.45
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
    dont cant isnt doesnt didnt wont im ive thats whats idk lets pls plz
    anything something everything nothing large small big low high
    hand handed submit upload send photo page teacher class score mark grade table notebook rows row column
    thanks thank hello hi yes more simple ayuda ayudame entiendo explica explicame pista paso siguiente
    empiezo funciona falla error mal bien correcto revisa pregunta respuesta leccion ejemplo otra vez
    sigue intento creo significa leer muestra dime dame necesito cosa parte termine acabe listo problema
    ejercicio tarea favor gracias hola entregar entrego subir foto pagina profe tabla fila columna
    """
)
# What classes like to ask a helper about, whatever the lesson; one that lists such a topic isn't held to it.
FAR = stems_of(
    """
    futbol mundial partido gol messi equipo pelicula peliculas serie netflix cancion canciones cantante chiste chistes
    robux fortnite minecraft roblox videojuego juego tiktok instagram youtube novia novio amor fiesta cumpleanos
    receta pastel comida almuerzo cena capital presidente pais horoscopo dinosaurio dinosaurios perro historia poema
    football soccer basketball movie movies song singer joke jokes nintendo xbox playstation pokemon spiderman batman
    girlfriend boyfriend birthday christmas horoscope recipe pizza pancakes poem rap essay president youtuber
    poesia cuento carta bailar baile celular whatsapp navidad vacaciones frances ingles guerra rey reina
    """
)
POINTING_WORDS = """
it its that this those these they them still again another more other eso esto ese esa esos esas lo
los las otra otro sigue todavia mas tampoco
"""
# How a question goes on from the one before it.
GOING_ON = re.compile(r"(?:and|but|what about|how about|what if|then|so|ok|or|y|pero|entonces|o|que tal)\b")
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

        Without a search model the words alone decide. In another language than the lesson's they can't be compared,
        and a child is sent away only for a word that is known to lead elsewhere.
        """
        telling = _telling(question)
        if not scope.allowed_topics or not telling or (lead.after_on_topic and _points_back(question)):
            return True
        is_astray = bool(telling & FAR - _topics(scope))
        if not lead.same_language:
            return bool(lead.passages) or not is_astray
        if lead.vector is None:
            return _fits_by_words(telling, scope, lead)
        return await self._is_near(
            lead.vector, scope, lead, ASTRAY if is_astray else _floor(telling, scope, lead)
        )

    async def _is_near(self, vector: Vector, scope: Scope, lead: Lead, near: float) -> bool:
        for text in (*scope.allowed_topics, scope.context, *lead.passages):
            other = await self._vector(text)
            if other is not None and float(numpy.dot(vector, other)) >= near:
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


def _fits_by_words(telling: frozenset[str], scope: Scope, lead: Lead) -> bool:
    return bool(telling & _topics(scope)) or len(_covered(telling, lead)) >= COVERED * len(telling)


def _floor(telling: frozenset[str], scope: Scope, lead: Lead) -> float:
    """How near the meaning has to be: the less, the more of the words are the lesson's."""
    covered = _covered(telling, lead)
    if covered == telling:
        return NEAR_ENOUGH if len(telling) >= FEW else NEAR_AT_ALL
    return NEAR_BY_WORDS if covered or telling & _topics(scope) else NEAR


def _covered(telling: frozenset[str], lead: Lead) -> frozenset[str]:
    return telling & stems_of(" ".join(lead.passages))


def _topics(scope: Scope) -> frozenset[str]:
    return _telling(" ".join((*scope.allowed_topics, *scope.topics, scope.context)))


def _points_back(question: str) -> bool:
    said = words_of(question)
    if len(said) > SHORT:
        return False
    return any(word in POINTING for word in said) or GOING_ON.match(plain(question).strip()) is not None
