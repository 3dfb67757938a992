"""Whether a message speaks of self-harm, abuse or danger; then a person has to answer, and no model."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from appliance.helper.care_weights import shipped
from appliance.helper.plain_letters import levelled

# A child in trouble who is missed weighs more than a school question that gets a kind word.
LEAST = -1.0
# In words.
STRETCH, STEP = 24, 12
PATTERNS = "care_patterns.txt"
FIGURES = "care_figures.txt"
SENTENCE = re.compile(r"[^.!?;\n…]+[.!?;…]*")
NAMED = re.compile(r"(\w+) = (.*)")
# Games, stories and lessons have their dead.
PLAYED = re.compile(
    r"\b(?:minecraft|roblox|fortnite|(?:in|my|on) scratch|sprites?|npc|zombies?|monsters?|boss fight|video ?games?"
    r"|(?:the|my|this|our|in) game|level \d+|respawn|characters?|the player|romeo|juliet|hamlet"
    r"|the (?:story|book|novel|movie|poem)|our play"
    r"|(?:el|mi|este) juego|videojuego|personaje|nivel \d+|el jugador|zombi\w*|monstruos?"
    r"|beats? (?:me|us|everyone)\b.{0,40}\b(?:quiz|contest|race|chess|match|tournament|kahoot|exam|test)"
    r"|(?:el cuento|la novela|la pelicula|el poema))\b"
)
# Said of oneself, even beside the name of a game.
EARNEST = re.compile(
    r"\b(?:in real life|for real|not (?:just )?(?:in )?(?:the|a) game|i (?:just |really )?want to die|kill myself"
    r"|hurt myself|de verdad|en la vida real|no es (?:un )?juego|quiero morir|matarme)\b"
)


def needs_care(message: str) -> bool:
    """Read off the words alone, in English and Spanish: one sentence is enough, however much stands around it."""
    return any(_speaks_of_danger(meant(piece)) for piece in pieces_of(message))


def weighed(said: str) -> float:
    """0 is as likely care as not among the sentences that were learnt."""
    return shipped().score(said, rules_fit(said))


def meant(piece: str) -> str:
    """Lower case without accents, and without figures of speech: nobody dies of laughter."""
    return _figures().sub(" ", " ".join(levelled(piece).split()))


def rules_fit(said: str) -> bool:
    """What the phrases in care_patterns.txt say of what was meant; the weights decide how much that counts."""
    if PLAYED.search(said) and not EARNEST.search(said):
        return False
    return any(rule.fits(said) for rule in _rules())


def pieces_of(message: str) -> list[str]:
    """Each sentence, and each with the next, because two may say what neither says alone."""
    sentences = [cut for line in SENTENCE.findall(message) for cut in _cuts(line.split())]
    pairs = [f"{first}. {second}" for first, second in pairwise(sentences)]
    return list(dict.fromkeys([*sentences, *pairs]))


def _speaks_of_danger(said: str) -> bool:
    """`weighed` above LEAST; the phrases, which take longest, are only asked where they can decide it."""
    score = shipped().score(said, rules_fit=False)
    return score > LEAST or (score + shipped().of_rules > LEAST and rules_fit(said))


def _cuts(words: list[str]) -> list[str]:
    """Whoever writes without stops is read in stretches that overlap."""
    if len(words) <= STRETCH:
        return [" ".join(words)] if words else []
    return [" ".join(words[at : at + STRETCH]) for at in range(0, len(words) - STEP, STEP)]


@dataclass(frozen=True)
class _Rule:
    """All of `parts` are said, in any order, and nothing of `unless`."""

    parts: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None

    def fits(self, said: str) -> bool:
        if not all(part.search(said) for part in self.parts):
            return False
        return self.unless is None or not self.unless.search(said)


@cache
def _figures() -> re.Pattern[str]:
    lines = (files("appliance.helper") / FIGURES).read_text(encoding="utf-8").splitlines()
    return re.compile(rf"\b(?:{'|'.join(line for line in lines if not line.startswith('#'))})")


@cache
def _rules() -> tuple[_Rule, ...]:
    named: dict[str, str] = {}
    found = []
    for line in (files("appliance.helper") / PATTERNS).read_text(encoding="utf-8").splitlines():
        name = NAMED.fullmatch(line)
        if name is not None and not line.startswith("("):
            named[name[1]] = _filled(name[2], named)
        elif line and not line.startswith(("#", "[")):
            found.append(_rule(_filled(line, named)))
    return tuple(found)


def _rule(line: str) -> _Rule:
    """`this & that ! not this`, or one phrase."""
    wanted, _, unwanted = line.partition(" ! ")
    unless = re.compile(rf"\b(?:{unwanted})\b") if unwanted else None
    return _Rule(tuple(re.compile(rf"(?<!\w)(?:{part})") for part in wanted.split(" & ")), unless)


def _filled(line: str, named: dict[str, str]) -> str:
    return re.sub(r"(?<!\?)<(\w+)>", lambda slot: named[slot[1]], line)
