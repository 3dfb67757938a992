"""Quiz items: which option a reply points at, and whether it says yes or no to somebody who tries one after another."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from appliance.helper.answer_key import Listed
from appliance.helper.number_words import in_digits
from appliance.helper.plain_letters import levelled, tokens_of
from appliance.helper.quantities import quantities_in
from appliance.helper.shown_text import ShownText, holds, telling_tokens
from appliance.helper.words import stem

ENDS = r"(?=\s*(?:[.,;:!)\]\"'*<]|$)|\s+(?:is|es|was|because|since|porque|ya que|fits|my|amigo|por|for)\b)"
JOINTS = r"(?:\W+(?:is|es|the|la|el|letter|letra|option|opcion|inciso|one|number|numero|with|=|:))*\W+"
PICK = re.compile(
    r"\b(?:answer|option|choice|letter|alternative|correct(?: one)?|right(?: one)?|pick|choose|chose"
    r"|select|mark|tick|circle"
    r"|click|press|take|go(?:ing)?(?: with| for)?|it'?s|it is|be|is|say|vote|bet(?: on)?|respuesta|opcion"
    r"|letra|inciso|alternativa"
    r"|correcta|elige|elijo|marca|escoge|selecciona|pulsa|toca|es|digo|seria)\b"
    rf"{JOINTS}([a-h]){ENDS}"
)
NUMBERED = re.compile(
    rf"\b(?:answer|option|choice|alternative|respuesta|opcion|inciso|alternativa)\b{JOINTS}([1-8]"
    rf"|i{{1,3}}|iv)(?![\w.,]\w|\w)"
)
RULED = re.compile(
    r"(?<![\w'])\(?([b-h]|(?<![a-z] )a)\)?\s+(?:is|es|was|would be|seria)\s+(?:the |la |el )?(?:correct"
    r"|right|true|answer|best|one"
    r"|correct[ao]|respuesta|buena|cierta|verdadera|opcion)\b"
)
ALONE = re.compile(r"^\W*(?:option |answer |opcion |la |es la |es |the |it's |it is )?([a-h])\W*$")
LISTED = re.compile(r"^\W*\(?([a-h])\)\W*\s")
NEXT_TO = re.compile(
    r"\b(after|before|follows|precedes|despues de|antes de|sigue a)\b(?:\W+(?:the|la|letter"
    r"|letra))*\W+([a-h])(?![\w'])"
)
ORDINALS = "first|second|third|fourth|fifth|last|final|primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|ultim[oa]"
ORDERED = re.compile(
    rf"\b({ORDINALS}) (?:one|option|choice|answer|alternative|possibility|opcion|respuesta"
    rf"|alternativa|of the (?:four|three|five|options|choices)|de las (?:cuatro|tres|opciones|respuestas)|in the list"
    rf"|on the list|de la lista|\w+ (?:in|on|of|de) (?:the|your|that|this|la|las|tu)"
    rf" (?:list|options|choices|lista|opciones))\b"
    rf"|\b(?:number|numero|la|el|the|option|opcion) ({ORDINALS})\W*$|^\W*(?:the |la |el )?({ORDINALS})\W*$"
)
PLACES = {"fi": 0, "pr": 0, "se": 1, "th": 2, "te": 2, "fo": 3, "cu": 3, "ul": -1, "la": -1}
CALLED = re.compile(
    r"\b(?:option|letter|opcion|letra|answer|respuesta)\W+(?:is |es )?(alph?a|bravo|beta|charlie|gamma"
    r"|delta)\b"
)
NAMED = {"alfa": 0, "alpha": 0, "bravo": 1, "beta": 1, "charlie": 2, "gamma": 2, "delta": 3}
NOT = re.compile(
    r"\b(?:not|isn'?t|aren'?t|never|wrong|incorrect|false|neither|nor|rule out|discard|eliminate"
    r"|cross out|except|no es|no son|ni"
    r"|tampoco|descarta\w*|elimina\w*|incorrect[ao]s?|fals[ao]s?|tacha\w*|excepto|menos|no)\b"
)
OPTION_LETTER = re.compile(
    r"(?<![\w'])([b-h])(?![\w'])|(?<![\w'])(a)(?=\s*[,.;:)]|\s+(?:and|or|nor|y|ni|o|is|es)\b|$)"
)
VERDICTS = frozenset(
    [
        "true",
        "false",
        "yes",
        "no",
        "verdadero",
        "falso",
        "verdadera",
        "falsa",
        "si",
        "cierto",
        "cierta",
        "correct",
        "incorrect",
        "correcto",
        "incorrecto",
        "right",
        "wrong",
    ]
)
SAYS_SO = re.compile(
    r"^\W*(?:yes|no|yep|yeah|yup|nope|si|claro|sip)\b(?!\s+(?:problem|worries|idea|hay|puedo|lo se"
    r"|es necesario))"
    r"|\b(?:it|that|this|they) (?:(?:sure|really|definitely|certainly|indeed) )?(?:is|does|are|isn't|doesn't)\W*$"
    r"|\b(?:definitely|absolutely|certainly|of course|not at all|por supuesto|claro que|para nada|desde luego)\b"
    r"|\b(?:true|false|verdader[oa]|fals[oa]|ciert[oa]|correct[oa]?|incorrect[oa]?)\b"
)
CONFIRMS = re.compile(
    r"^\W*(?:yes|yep|yeah|yup|no|nope|nah|si|sip|claro|exact\w*|precisely|bingo|indeed|absolutely"
    r"|of course|correct\w*|right\b"
    r"|incorrect\w*|wrong|affirmative|negative|as[i] es|eso es|efectivamente|perfect\w*|close|almost"
    r"|not quite|casi|warm\w*|cold\w*"
    r"|caliente|frio|tibio)\b"
    r"|\b(?:you(?:'re| are| were| got)? (?:absolutely |completely |quite )?(?:right|correct|wrong|it"
    r"|there)|that'?s (?:it|right|correct|wrong"
    r"|true|false|not it|the one)|that is (?:it|right|correct|wrong|true)|well spotted"
    r"|spot on|getting (?:warm|cold|clos)\w*|te acercas|te alejas|nailed it"
    r"|got it|try another"
    r"|acertaste|le atinaste|tienes razon|es correct\w*|es incorrect\w*|esta bien|esta mal|lo lograste"
    r"|ese es|esa es|no es es[ea])\b"
)
LONGEST_CODE = 40
GUESSES_TO_ENUMERATE = 2
NUMBERS_TO_ENUMERATE = 3


def is_verdict(listed: Listed) -> bool:
    """True or false, yes or no: the words stand in any reply."""
    tokens = tokens_of(levelled(listed.forms[0])) if listed.forms else []
    return 0 < len(tokens) <= 2 and set(tokens) <= VERDICTS


def points_at(items: Sequence[Listed], seen: ShownText) -> bool:
    """At the right option of one of them: by its letter, its place, or by ruling out all others."""
    picked: set[tuple[int, ...]] = set()
    ruled_out = []
    for sentence in (*seen.sentences, *(text for text in seen.hidden if len(text) <= LONGEST_CODE)):
        said = sentence.strip()
        if NOT.search(said):
            ruled_out.append(said)
        elif not said.endswith("?"):
            picked.add(tuple(sorted(_picked(said))))
    return any(_is_pointed_at(item, picked, ruled_out) for item in items)


def _is_pointed_at(item: Listed, picked: set[tuple[int, ...]], ruled_out: Sequence[str]) -> bool:
    right, most = ord(item.choice) - ord("A"), len(item.choices) or 4
    if (right,) in picked or (right == most - 1 and (-1,) in picked):
        return True
    if most < 3 or not ruled_out:
        return False
    return len(_mentioned(" \n".join(ruled_out), item) - {right}) == most - 1


def _picked(said: str) -> set[int]:
    letters = [*PICK.findall(said), *RULED.findall(said), *ALONE.findall(said), *LISTED.findall(said)]
    found = {ord(letter) - ord("a") for letter in letters if letter}
    said_in_digits = in_digits(said)
    found |= {
        int(number) - 1 if number.isdigit() else ("i", "ii", "iii", "iv").index(number)
        for number in NUMBERED.findall(said_in_digits)
    }
    for groups in ORDERED.findall(said):
        place = PLACES.get(next(filter(None, groups))[:2])
        if place is not None:
            found.add(place)
    for way, letter in NEXT_TO.findall(said):
        found.add(ord(letter) - ord("a") + (-1 if way in ("before", "precedes", "antes de") else 1))
    return found | {NAMED[name] for name in CALLED.findall(said)}


def _mentioned(said: str, listed: Listed) -> set[int]:
    """Options of an item, by their letters or their words."""
    found = {ord(one or other) - ord("a") for one, other in OPTION_LETTER.findall(said)}
    tokens = tuple(map(stem, tokens_of(said)))
    found |= {place for place, choice in enumerate(_option_stems(listed)) if holds(tokens, choice)}
    return {place for place in found if place < len(listed.choices)}


@lru_cache(maxsize=2048)
def _option_stems(listed: Listed) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(stem, telling_tokens(levelled(choice)))) for choice in listed.choices)


def gives_verdict(seen: ShownText) -> bool:
    said = (part for part in seen.sentences if not part.rstrip().endswith("?"))
    return any(SAYS_SO.search(part) or CONFIRMS.search(part) for part in said)


def tries_them_all(listed: Listed, asked: str, said_before: Sequence[str]) -> bool:
    """Somebody offers one option, or one number, after the other; the texts are levelled, `asked` is the newest."""
    newest = _guessed(listed, asked)
    if not newest:
        return False
    tried = newest.union(*(_guessed(listed, text) for text in said_before))
    return len(tried) >= (GUESSES_TO_ENUMERATE if listed.choices else NUMBERS_TO_ENUMERATE)


def _guessed(listed: Listed, text: str) -> frozenset[int | Fraction]:
    if listed.choices:
        return frozenset(_mentioned(text, listed))
    given = {value for each in quantities_in(levelled(listed.question)) for value in each.values}
    return frozenset(
        value for each in quantities_in(text) for value in each.values[-1:] if value not in given
    )


def confirms(seen: ShownText) -> bool:
    """Yes or no, warm or cold."""
    return any(CONFIRMS.search(part) for part in seen.sentences if not part.rstrip().endswith("?"))
