"""What a student wants from the helper, told from the words of the question."""

import re
from typing import Literal

from appliance.helper.words import words_of

Intent = Literal["debug", "concept", "strategy", "reflection", "status", "general"]

# In the order they are tried; lower case, no accents, apart by commas. `*` stands for any end of a word.
PHRASES: dict[Intent, str] = {
    "reflection": """
        is this right, is this correct, is it right, is it correct, is that right, is that correct,
        is my answer, is my work,
        check my, check this, review my, review this, look at my, how did i do, did i do,
        did i get, am i right, feedback, what do you think of, esta bien, es correcto, es correcta,
        revisa, revisar, comprueba mi, mira mi, lo hice bien, tengo razon, que te parece, como lo hice
    """,
    "strategy": """
        next step, first step, what should i do, what do i do, what can i do, how do i start,
        how should i start, how can i start, where do i start, where do i begin, how do i begin,
        what comes next, what next, what's next, plan, in which order, what order, which steps,
        siguiente paso, proximo paso, primer paso, que hago, que debo hacer, que tengo que hacer,
        que puedo hacer, como empiezo, como empezar, por donde empiezo, como comienzo, que sigue,
        en que orden, que pasos
    """,
    "debug": """
        error*, bug*, not working, doesn't, doesnt, does not, didn't, didnt, won't, wont, isn't working,
        can't get, cant get, can't make, can't connect, can't find, stuck, broken, broke, fail*, wrong,
        stopped, stops, nothing happens, still not, keeps, no light, no funciona*, no me funciona,
        no me sale, no sale, no enciende*, no prende*, no se enciende, no se prende, no anda,
        no puedo conectar, atascad*, atorad*,
        roto, rota, rotos, rotas, falla*, fallo*, mal, se apaga, no pasa nada,
        dejo de
    """,
    "concept": """
        what is, what's, what are, what was, what does, what do you mean, why, explain*, define*,
        definition, mean, means, meaning, difference*, differ*, how does, how do, understand, don't get,
        dont get, tell me about, que es, que son, que era, que significa*, por que, explica*,
        definicion, significado, diferencia*, como funciona*, entiendo, entender, para que sirve*,
        cual es, cuales son
    """,
    "status": """
        done, finished, i finish*, completed, submitted, handed in, ready, termine, terminado,
        acabe, he acabado, listo, entregue, entregado
    """,
}


def intent_of(question: str) -> Intent:
    asked = " ".join(words_of(question))
    for intent, pattern in PATTERNS.items():
        if pattern.search(asked):
            return intent
    return "general"


def _pattern(phrases: str) -> re.Pattern[str]:
    written = (re.escape(" ".join(phrase.split())).replace(r"\*", r"\S*") for phrase in phrases.split(","))
    return re.compile(rf"(?<!\S)(?:{'|'.join(written)})(?!\S)")


PATTERNS = {intent: _pattern(phrases) for intent, phrases in PHRASES.items()}
