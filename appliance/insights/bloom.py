"""Bloom's six levels, told by the verb that an objective begins with, in English and Spanish."""

import re
import unicodedata
from typing import Literal

Level = Literal["remember", "understand", "apply", "analyze", "evaluate", "create"]
LEVELS: tuple[Level, ...] = ("remember", "understand", "apply", "analyze", "evaluate", "create")

# "Students will be able to calculate …": the verb is among the first words.
WORDS_LOOKED_AT = 7
VERBS: dict[Level, str] = {
    "remember": "name list recall recognize recognise define state label identify know memorize remember quote"
    " nombrar enumerar recordar reconocer definir identificar conocer memorizar citar senalar",
    "understand": "explain describe summarize summarise paraphrase illustrate interpret understand classify"
    " discuss translate infer tell"
    " explicar describir resumir ilustrar interpretar comprender entender clasificar contar traducir",
    "apply": "use apply calculate solve demonstrate measure connect draw compute carry perform predict"
    " usar utilizar aplicar calcular resolver demostrar medir conectar dibujar realizar predecir",
    "analyze": "analyze analyse compare contrast distinguish examine differentiate investigate relate test"
    " analizar comparar contrastar distinguir examinar diferenciar investigar relacionar probar",
    "evaluate": "evaluate judge justify assess argue defend critique decide recommend check choose"
    " evaluar juzgar justificar valorar argumentar defender criticar decidir recomendar comprobar elegir",
    "create": "create design build invent plan compose construct develop write formulate produce make"
    " crear disenar construir inventar planear planificar componer desarrollar escribir formular producir hacer",
}
LEVEL_OF: dict[str, Level] = {verb: level for level, verbs in VERBS.items() for verb in verbs.split()}


def level_of(objective: str) -> Level | None:
    """None where no verb of the first words tells it."""
    bare = unicodedata.normalize("NFKD", objective.casefold()).encode("ascii", "ignore").decode()
    for word in re.findall(r"[a-z]+", bare)[:WORDS_LOOKED_AT]:
        level = LEVEL_OF.get(word) or LEVEL_OF.get(word.removesuffix("s"))
        if level:
            return level
    return None
