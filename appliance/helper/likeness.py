"""Whether two questions are the same but for small words: what may share an answer, and what only looks alike."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.helper.words import plain, words_of

# Words that change nothing when they come, go or are others. A word that is not here always counts: with or without,
# before or after, more or less, on or off make another question of it, however near their vectors are.
SMALL_WORDS = """
a an the is are am was were be been being have has had i me my mine you your we us our it its
he him his she her they them their this that these those there here please pls plz thanks thank hello hi hey
can could would will shall may might of so really very exactly actually again also now then
explain mean means meaning define definition ok okay well
el la los las un una unos unas es son esta estan ser estar de del al mi mis tu tus su sus se me te le les nos lo que
hay puedes puede podrias podria explicar explicame explicas explica significa significan favor
gracias hola yo ella ellos este esto ese eso pues muy
"""
SMALL = frozenset(SMALL_WORDS.split())
KINDS = {
    "why": "why", "how": "how", "when": "when", "where": "where", "who": "who", "what": "what", "which": "what",
    "explain": "what", "define": "what", "mean": "what", "means": "what", "difference": "what",
    "como": "how", "cuando": "when", "donde": "where", "quien": "who", "que": "what", "cual": "what", "cuales": "what",
    "explica": "what", "explicame": "what", "explicar": "what", "significa": "what", "diferencia": "what",
}  # fmt: skip
# "Is it …?" wants yes or no; behind these words "can you" is only politeness.
ASK_WORDS = "is are am was were do does did can could will would should has have"
ASKS = frozenset(ASK_WORDS.split())
POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|please|hola|i want to know|i need to know|(?:can|could|would|will) you"
    r"|(?:explain|tell|show)(?: to)? (?:me|us)|dime|quiero saber)[, ]+(?:please )?)+"
)
HOW_TO = re.compile(r"\b(how|want|wants|need|needs|have|has|had|try|trying) to\b")
WHY = re.compile(r"\bpor ?que\b|\bxq\b")
SHORT = {
    "whats": "what", "what's": "what", "hows": "how", "how's": "how", "wheres": "where", "where's": "where",
    "whos": "who", "who's": "who", "why's": "why", "it's": "it", "im": "i", "ive": "i", "that's": "that",
}  # fmt: skip
# Written without the apostrophe, as phones and children do.
NOT = re.compile(r"\b(do|does|did|is|are|was|were|ca|can|wo|would|could|should|has|have|had)n'?t\b")
SIGNS = re.compile(r"[^\w\s?!.,;:'’\"“”¿¡()]")
NUMBER_AND_UNIT = re.compile(r"(?<=\d)(?=[a-z])|(?<=[a-z])(?=\d)")
EITHER_WAY = frozenset({"between", "entre"})
# What may stand at the beginning or at the end of a question, and "not", which stands where the grammar wants it.
PHRASE_WORDS = "in on at with without for when if during not en con sin para cuando si durante"
PHRASE_STARTS = frozenset(PHRASE_WORDS.split())
QUANTITY_WORDS = "all every each some any only always todo toda cada solo siempre algun alguna"
QUANTITIES = frozenset(QUANTITY_WORDS.split())
LEAST_ROOT = 3
ROOTS = {
    "no": "not", "cannot": "not", "does": "do", "did": "do", "doing": "do", "done": "do", "todos": "todo",
    "todas": "todo", "toda": "todo", "series": "series", "bulb": "lamp", "bulbs": "lamp",
}  # fmt: skip


@dataclass(frozen=True)
class Likeness:
    """What has to be equal: what kind of question it is, its telling words whatever their order, its signs."""

    kind: str
    words: tuple[str, ...]
    signs: str


def telling_words(question: str) -> tuple[str, ...]:
    """In their order, in their singular."""
    words = _words(question)
    # The first "do" only asks; what a resistor does is told by the second.
    asking = next((at for at, word in enumerate(words) if word in ("do", "does", "did")), -1)
    return tuple(_root(word) for at, word in enumerate(words) if at != asking and _tells(word))


def likeness_of(question: str) -> Likeness:
    words = telling_words(question)
    return Likeness(_kind(question), tuple(sorted(words)), "".join(SIGNS.findall(question)))


def is_same_order(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Equal, or with one phrase at another place ("in a short circuit, why …"); a swap makes another question of it."""
    if one == other:
        return True
    if sorted(one) != sorted(other) or QUANTITIES & set(one):
        return False
    return bool(EITHER_WAY & set(one)) or any(other == moved for moved in _with_a_phrase_moved(one))


def _with_a_phrase_moved(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start, word in enumerate(words):
        if word not in PHRASE_STARTS:
            continue
        for end in range(start + 1, len(words) + 1):
            phrase, rest = words[start:end], words[:start] + words[end:]
            yield from (rest[:at] + phrase + rest[at:] for at in range(len(rest) + 1))


def _kind(question: str) -> str:
    words = _words(question)
    for word in words:
        if word in KINDS:
            return KINDS[word]
    return "whether" if words and words[0] in ASKS else ""


def _words(question: str) -> list[str]:
    text = POLITE.sub("", plain(question).strip(" ¿¡\t\n"))
    text = NOT.sub(r"\1 not", HOW_TO.sub(r"\1", WHY.sub("why", text)))
    words = (SHORT.get(word, word) for word in words_of(NUMBER_AND_UNIT.sub(" ", text)))
    return [word.replace("'", "") for word in words]


def _root(word: str) -> str:
    """Less rough than for search: dim and dimmer are two things, and 100 is not 1000."""
    if word in ROOTS or word.isdigit():
        return ROOTS.get(word, word)
    if word.endswith("ies") and len(word) > LEAST_ROOT + 1:
        return word.removesuffix("ies") + "y"
    for ending in ("ing", "ed", "s"):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= LEAST_ROOT:
            word = word.removesuffix(ending)
            break
    word = word.removesuffix("e") if len(word) > LEAST_ROOT else word
    return word[:-1] if len(word) > LEAST_ROOT and word[-1] == word[-2] != "s" else word


def _tells(word: str) -> bool:
    return word not in SMALL and word not in ("why", "how", "what", "which", "como", "cual", "cuales")
