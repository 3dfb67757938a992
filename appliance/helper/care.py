"""Whether a message speaks of self-harm, abuse or danger; then a person has to answer, and no model."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from appliance.helper.plain_letters import levelled

MOST_CHARS = 4000
PATTERNS = "care_patterns.txt"
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
    """Read off the words alone, in English and Spanish."""
    said = " ".join(levelled(message[:MOST_CHARS]).split())
    if PLAYED.search(said) and not EARNEST.search(said):
        return False
    return any(rule.fits(said) for rule in _rules())


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
