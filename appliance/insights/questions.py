"""A teacher's question becomes one of the things that can be drawn: by its words, else by the model's choice."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, get_args

from appliance.inference.grammar import Schema
from appliance.inference.router import Router
from appliance.insights.asking import NoAnswer, asked, object_of, prompt_for
from appliance.insights.measures import Measure, Order, Wish
from appliance.insights.metrics import Learner
from appliance.insights.names import without_names
from appliance.library.questions import STOP_WORDS
from appliance.study.checks import Unusable

MOST_TOKENS = 40
NONE = "none"
MEASURES: tuple[Measure, ...] = get_args(Measure)
# Beginnings of words, in English and Spanish, without accents.
QUANTITIES = {
    "risk": "risk|struggl|behind|riesgo|atras|ayuda |need help|needs help|need my help",
    "questions": "ask|chat|preguntaron|pregunto|preguntan|preguntado|preguntar|preguntas hechas|helper|ayudante",
    "completion": "complet|finish|done |missing|hand in|handed|entreg|termin|acab|han hecho|hecho|hicieron|falta",
    "attempts": "attempt|tries|tried|intent|retak",
    "scores": "score|grade|mark|result|percent|nota|calific|puntu|porcentaje|perform|rendimiento|achiev|understand"
    "|understood|entend|entiend|comprend",
}
# On their own they ask for scores, of what the rest of the question says.
WEAKLY_SCORES = (
    "average|mean|media|promedio|best|worst|weak|strong|hard|difficult|easi|easy|low|high|top |bottom"
    "|mejor|peor|debil|flojo|floja|fuerte|dificil|facil|alto|alta|bajo|baja"
)
SUBJECTS = (
    (
        "time",
        "over time|each day|per day|by day|daily|week|month|trend|progress|timeline|evoluci|tendencia|tiempo"
        "|semana|dia |dias|mes |meses|progres",
    ),
    ("level", "bloom|level|nivel|thinking|pensamiento"),
    ("topic", "topic|subject|concept|tema|unit|unidad"),
    ("student", "who |whose |quien"),
    ("quiz", "quiz|test|exam|cuestionario|prueba|activity|activities|actividad|assignment|tarea"),
    ("student", "student|pupil|learner|everybody|everyone|alumn|estudiant|chico|chica"),
)
EACH = "each|every|per|by|for each|cada|por"
LOWEST = "worst|lowest|weak|hard|difficult|least|bottom|struggl|peor|debil|floj|dificil|baj|menos"
HIGHEST = "best|highest|top |strong|most|easi|mejor|alt|mas |facil|fuerte"
HOW_MANY = "how many|number of|cuant|numero de|count"
FILLING = "how|como|class|clase|show|chart|graph|muestra|grafic"
MEASURE_OF: dict[tuple[str, str], Measure] = {
    ("scores", "student"): "scores_by_student",
    ("scores", "quiz"): "scores_by_quiz",
    ("scores", "topic"): "scores_by_topic",
    ("scores", "level"): "scores_by_level",
    ("scores", "time"): "scores_over_time",
    ("completion", "student"): "completion_by_student",
    ("completion", "quiz"): "completion_by_quiz",
    ("completion", "time"): "attempts_over_time",
    ("attempts", "student"): "attempts_by_student",
    ("attempts", "quiz"): "attempts_by_quiz",
    ("attempts", "topic"): "attempts_by_topic",
    ("attempts", "time"): "attempts_over_time",
    ("questions", "student"): "questions_by_student",
    ("questions", "time"): "questions_over_time",
}
USUAL: dict[str, Measure] = {
    "scores": "scores_by_quiz",
    "completion": "completion_by_quiz",
    "attempts": "attempts_by_quiz",
    "questions": "questions_by_student",
}


async def wish_for(
    router: Router, question: str, learners: Sequence[Learner], staff_id: int, class_id: int
) -> Wish | None:
    """None for what nobody can answer from a class's rows. The model gets the question without names."""
    wish = wish_by_words(question, learners)
    if wish is not None:
        return wish
    told = without_names(" ".join(question.split()), [learner.name for learner in learners])
    prompt = prompt_for("measure", "en", told, SCHEMA, MOST_TOKENS)
    try:
        measure = await asked(router, prompt, staff_id, class_id, _measure)
    except NoAnswer:
        return None
    return Wish(measure, _order(_plain(question))) if measure else None


def wish_by_words(question: str, learners: Sequence[Learner]) -> Wish | None:
    """None where the words don't tell what is counted."""
    plain = _plain(question)
    student_id = _named(question, learners)
    subject = _subject(plain)
    quantity = next((name for name, words in QUANTITIES.items() if _says(plain, words)), "")
    rest = _plain(without_names(question, [learner.name for learner in learners]))
    if not quantity and (student_id or _says(plain, WEAKLY_SCORES)) and not _strange(rest):
        quantity = "scores"
    if not quantity:
        return None
    if student_id and quantity in ("scores", "risk"):
        return Wish("scores_by_student", student_id=student_id)
    if quantity == "risk":
        lists = subject == "student" and not _says(plain, HOW_MANY)
        return Wish("scores_by_student") if lists else Wish("risk_counts")
    return Wish(MEASURE_OF.get((quantity, subject), USUAL[quantity]), _order(plain))


def _plain(question: str) -> str:
    """Small letters without accents, with blanks around."""
    bare = unicodedata.normalize("NFKD", question.casefold()).encode("ascii", "ignore").decode()
    return f" {' '.join(re.findall(r'[a-z0-9]+', bare))} "


def _says(plain: str, words: str) -> bool:
    return re.search(rf" (?:{words})", plain) is not None


def _subject(plain: str) -> str:
    """What follows `each` goes before what merely stands in the question."""
    for name, words in SUBJECTS:
        if re.search(rf" (?:{EACH}) (?:{words})", plain):
            return name
    return next((name for name, words in SUBJECTS if _says(plain, words)), "")


def _order(plain: str) -> Order:
    """The most difficult is the lowest."""
    return "highest" if _says(plain, HIGHEST) and not _says(plain, LOWEST) else "lowest"


def _strange(plain: str) -> bool:
    """Whether something is asked about that isn't the class's: the average of what, the best of whom?"""
    subjects = (words for _, words in SUBJECTS)
    known = "|".join(
        [WEAKLY_SCORES, LOWEST, HIGHEST, EACH, HOW_MANY, FILLING, *subjects, *QUANTITIES.values()]
    )
    return any(
        not _says(f" {word} ", known)
        for word in plain.split()
        if word not in STOP_WORDS and not word.isdigit()
    )


def _named(question: str, learners: Sequence[Learner]) -> int:
    """The one student whose name stands in it, by whole or first name; 0 for none and for more than one."""
    whole = [(learner.id, learner.name.strip()) for learner in learners]
    for names in (whole, [(student_id, name.split(" ")[0]) for student_id, name in whole]):
        found = {
            student_id
            for student_id, name in names
            if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, re.IGNORECASE)
        }
        if len(found) == 1:
            return found.pop()
    return 0


def _measure(found: Any) -> Measure | None:
    """Raises Unusable for what is none of the set."""
    given = object_of(found).get("measure")
    if given == NONE:
        return None
    for measure in MEASURES:
        if given == measure:
            return measure
    raise Unusable("There is no such measure.")


SCHEMA: Schema = {"type": "object", "properties": {"measure": {"enum": [*MEASURES, NONE]}}}
