"""Whether a question belongs to the lesson: by its words, by its meaning where there is a search model."""

import re
import tomllib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

import numpy
from numpy.typing import NDArray

from appliance.auth.throttle import CACHE_FAILURES
from appliance.helper.elsewhere import FEW as FEW_PASSAGES
from appliance.helper.elsewhere import Banks, Elsewhere, Matrix, most, unit
from appliance.helper.scope import Scope
from appliance.helper.words import plain, stems_of, words_of
from appliance.inference.engine import Vector
from appliance.inference.router import Router
from appliance.library.comparable import comparable
from appliance.storage.cache import Cache

# Telling words; a longer question isn't more of anything.
LONG = 8
COVERED = 0.5
SHORT = 10
NONE: Matrix = numpy.empty((0, 0), numpy.float32)
FEW = 2
TOPIC_SECONDS = 24 * 3600.0
WEIGHTS = "topic_weights.toml"
TINY = 1e-6
# Lessons whose distances from what lies elsewhere are kept.
KEPT = 16

# Words that any question about any lesson may hold: alone they lead nowhere else.
GENERIC = stems_of(
    """
    help understand explain hint step next start begin work working works fail fails error wrong right
    correct check question answer lesson example again still try tried think know mean means read show
    tell give need thing way part finish finished done ready stuck problem exercise task homework please
    dont cant isnt doesnt didnt wont im ive thats whats idk lets pls plz
    anything something everything nothing large small big low high
    hand handed submit upload send photo page teacher class score mark grade table notebook rows row column
    thanks thank hello hi yes more simple simpler shorter longer easier make
    ayuda ayudame entiendo explica explicame pista paso siguiente
    empiezo funciona falla error mal bien correcto revisa pregunta respuesta leccion ejemplo otra vez
    sigue intento creo significa leer muestra dime dame necesito cosa parte termine acabe listo problema
    ejercicio tarea poster project projects drawing draw picture write wrote cause causes reason reasons number
    favor gracias hola haz hazlo corto facil resumen entregar entrego subir foto pagina profe tabla fila columna
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
# "12 por 13" and nothing else: no words, and yet about something.
SUM = re.compile(
    r"\d[\d.,/]* ?(?:x|\*|\+|times|plus|minus|multiplied by|divided by|por|mas|menos|entre) ?\d[\d.,/]*"
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
    """What tells whether a question stays with the lesson, apart from its words.

    `course` holds the vectors of all its passages; `papers` are texts that have theirs elsewhere.
    """

    passages: Sequence[str]
    vector: Vector | None
    after_on_topic: bool
    course: Matrix = field(default_factory=lambda: NONE)
    papers: Sequence[str] = ()


@dataclass(frozen=True)
class Weights:
    """Of a logistic regression; `made_from` is the SHA-256 of what they were learnt from."""

    of: Mapping[str, float]
    bias: float
    made_from: str

    def leaning(self, found: Mapping[str, float]) -> float:
        """Above 0 a question belongs to the lesson."""
        return self.bias + sum(weight * found[name] for name, weight in self.of.items())


@dataclass(frozen=True)
class Usual:
    """How near what lies elsewhere comes to a lesson: a course of many passages has one near everything."""

    middle: float
    width: float

    @classmethod
    def of(cls, cosines: NDArray[numpy.float32]) -> "Usual":
        return cls(float(cosines.mean()), float(cosines.std()) + TINY)

    def beyond(self, cosine: float) -> float:
        return (cosine - self.middle) / self.width


@dataclass(frozen=True)
class Likeness:
    """Of what lies elsewhere to a lesson, each line's in `lines`: those of its own subject tell nothing against it."""

    lines: NDArray[numpy.float32]
    of_all: Usual
    of_passage: Usual
    of_passages: Usual


class Topics:
    def __init__(self, router: Router, cache: Cache) -> None:
        self._router = router
        self._cache = cache
        self._elsewhere = Elsewhere(router.embed)
        self._likeness: OrderedDict[bytes, Likeness] = OrderedDict()

    async def fit(self, question: str, scope: Scope, lead: Lead) -> bool:
        """True where nothing speaks against it: a lesson that lists no topics takes every question.

        Without the search model that it was fitted for the words alone decide, Spanish ones by their English.
        """
        telling = self._telling(question, scope, lead)
        if not telling:
            return True
        found = await self._tells(telling, scope, lead)
        return _fits_by_words(telling, scope, lead) if found is None else shipped().leaning(found) > 0

    async def features(self, question: str, scope: Scope, lead: Lead) -> dict[str, float] | None:
        """What `fit` goes by, to learn from; None where it looks at no vectors."""
        telling = self._telling(question, scope, lead)
        return await self._tells(telling, scope, lead) if telling else None

    async def _tells(self, telling: frozenset[str], scope: Scope, lead: Lead) -> dict[str, float] | None:
        """Cosines and shares by the names that their weights have; None without the search model."""
        banks = None if lead.vector is None else await self._elsewhere.banks()
        # Until a course has its vectors nothing says how near is near.
        if lead.vector is None or banks is None or lead.course.shape[1:] != lead.vector.shape:
            return None
        asked = unit(lead.vector)
        topics, context = await self._vectors(scope.allowed_topics), await self._vectors((scope.context,))
        texts = await self._vectors(lead.papers)
        passages = numpy.array([*_cosines(lead.course, asked), *_cosines(texts, asked)], numpy.float32)
        likeness = self._likeness_of(topics, context, lead.course, banks)
        of_topic, of_context = (
            max(_cosines(topics, asked), default=0.0),
            max(_cosines(context, asked), default=0.0),
        )
        nearest = max(of_topic, of_context, most(passages, 1))
        elsewhere = banks.elsewhere.cosines(asked[None])[:, 0]
        return {
            "nearest topic": of_topic,
            "lesson": of_context,
            "nearest passage": likeness.of_passage.beyond(most(passages, 1)),
            "nearest passages": likeness.of_passages.beyond(most(passages)),
            "nearer than other matters": likeness.of_all.beyond(nearest),
            "nearest elsewhere": most(elsewhere, 1),
            "nearest lines elsewhere": most(elsewhere),
            "unlike the lesson": most(elsewhere - likeness.lines),
            "of any lesson": most(banks.anywhere.cosines(asked[None])[:, 0]),
            "words covered": len(_covered(telling, lead)) / len(telling),
            "word that leads elsewhere": float(_is_astray(telling, scope)),
            "length": min(len(telling), LONG) / LONG,
        }

    def _telling(self, question: str, scope: Scope, lead: Lead) -> frozenset[str]:
        """Empty where it needs no look: a lesson without topics, nothing said, or more of what was on the topic."""
        telling = _telling(question) or frozenset(SUM.findall(plain(question)))
        is_open = not scope.allowed_topics or (lead.after_on_topic and _points_back(question))
        return frozenset() if is_open else telling

    def _likeness_of(self, topics: Matrix, context: Matrix, course: Matrix, banks: Banks) -> Likeness:
        rows = [part for part in (topics, context, course) if part.size]
        key = sha256(b"".join(part.tobytes() for part in rows)).digest()
        likeness = self._likeness.pop(key, None)
        if likeness is None:
            nearest = banks.elsewhere.nearest
            lines = nearest(numpy.concatenate(rows))
            likeness = Likeness(
                lines, Usual.of(lines), Usual.of(nearest(course)), Usual.of(nearest(course, FEW_PASSAGES))
            )
        self._likeness[key] = likeness
        while len(self._likeness) > KEPT:
            self._likeness.popitem(last=False)
        return likeness

    async def _vectors(self, texts: Sequence[str]) -> Matrix:
        """A row of length one for each text; those that the search model didn't make are left out."""
        made = [await self.vector_of(comparable(text)) for text in texts if text]
        rows = [unit(vector) for vector in made if vector is not None]
        return numpy.stack(rows) if rows else NONE

    async def vector_of(self, topic: str) -> Vector | None:
        """Made once a day; None without a search model."""
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


@lru_cache(maxsize=1)
def shipped() -> Weights:
    kept = tomllib.loads((files("appliance.helper") / WEIGHTS).read_text(encoding="utf-8"))
    return Weights(kept["weights"], kept["bias"], kept["made_from"])


def is_vague(question: str) -> bool:
    """Nothing in it says what it is about: "help", "I'm done"."""
    return not _telling(question)


def leans_back(question: str) -> bool:
    """It only makes sense after the question before it: "it still fails"."""
    return is_vague(question) or (len(_telling(question)) <= FEW and _points_back(question))


def _telling(text: str) -> frozenset[str]:
    return stems_of(comparable(text)) - GENERIC if stems_of(text) - GENERIC else frozenset()


def _cosines(rows: Matrix, asked: Vector) -> list[float]:
    return (rows @ asked).tolist() if rows.size else []


def _fits_by_words(telling: frozenset[str], scope: Scope, lead: Lead) -> bool:
    if _is_astray(telling, scope):
        return False
    return bool(telling & _topics(scope)) or len(_covered(telling, lead)) >= COVERED * len(telling)


def _is_astray(telling: frozenset[str], scope: Scope) -> bool:
    return bool(telling & FAR - _topics(scope))


def _covered(telling: frozenset[str], lead: Lead) -> frozenset[str]:
    return telling & stems_of(" ".join(comparable(passage) for passage in lead.passages))


def _topics(scope: Scope) -> frozenset[str]:
    return _telling(" ".join((*scope.allowed_topics, *scope.topics, scope.context)))


def _points_back(question: str) -> bool:
    said = words_of(question)
    if len(said) > SHORT:
        return False
    return any(word in POINTING for word in said) or GOING_ON.match(plain(question).strip()) is not None
