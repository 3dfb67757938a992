"""Sums that stand in a text, in signs or in words, with what they come to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from appliance.helper.number_words import in_digits
from appliance.helper.reckoning import MOST_SIGNS, NoSum, numbers_of, parts_of, reckoned

Rule = tuple[tuple[str, ...], re.Pattern[str], str]

N = r"-?\d+(?:[.,]\d+)*(?:/\d+)?"
A = rf"(?P<a>{N})"
B = rf"(?P<b>{N})"
THE = r"(?:the |el |la |los |las )?"
# What is said in words, as a sum in signs; tried in this order on levelled text in digits that holds one of the words
# before it: without any of them the pattern can't match.
WORDED = tuple(
    (tuple(words.split("|")), re.compile(pattern), signs)
    for words, pattern, signs in (
        ("sum|total", rf"\b(?:sum|total|suma) (?:of|de) {A} (?:and|y) {B}", r"(\g<a>+\g<b>)"),
        (
            "erenc",
            rf"\b(?:difference|diferencia) (?:between|of|entre|de) {A} (?:and|y) {B}",
            r"(\g<a>-\g<b>)",
        ),
        ("product", rf"\b(?:product|producto) (?:of|de) {A} (?:and|y|por) {B}", r"(\g<a>*\g<b>)"),
        (
            "quotient|ratio|cociente|razon",
            rf"\b(?:quotient|ratio|cociente|razon) (?:of|de|entre) {A} (?:and|y|entre|to) {B}",
            r"(\g<a>/\g<b>)",
        ),
        (
            "multipl",
            rf"\b(?:multiply|multiplying|multiplica\w*) {A} (?:by|and|with|por|y|con) {B}",
            r"(\g<a>*\g<b>)",
        ),
        (
            "divid|split|share|reparte",
            rf"\b(?:divide|dividing|divid\w+|split|share|reparte) {A} (?:by|entre|por|into|among) {B}",
            r"(\g<a>/\g<b>)",
        ),
        ("add|suma", rf"\b(?:add|adding|suma\w*) {A} (?:and|to|y|a|con|mas) {B}", r"(\g<a>+\g<b>)"),
        (
            "subtract|take|deduct|resta|quita",
            rf"\b(?:subtract|subtracting|take|deduct|resta\w*|quita\w*) {A} (?:away )?(?:from|de|a) {B}",
            r"(\g<b>-\g<a>)",
        ),
        ("take|less|subtract", rf"{A} (?:take away|take|less|subtract) {B}", r"(\g<a>-\g<b>)"),
        ("more|greater|mas", rf"\b{A} (?:[a-z]+ )?(?:more|greater|mas) (?:than|que) {B}", r"(\g<b>+\g<a>)"),
        (
            "short of|shy of",
            rf"\b{A} (?:[a-z]+ )?(?:short of|shy of) {B}",
            r"(\g<b>-\g<a>)",
        ),
        (
            "left|remain|queda",
            rf"\b(?:left|remains?|quedan?) (?:of|from|de) {A} (?:when|if|once|after|si|cuando) (?:you |we |le )?"
            rf"(?:take|taking|remove|removing|quitas|restas|quitan) (?:away )?{B}",
            r"(\g<a>-\g<b>)",
        ),
        (
            "less|fewer|smaller|menos",
            rf"\b{A} (?:[a-z]+ )?(?:less|fewer|smaller|menos) (?:than|que) {B}",
            r"(\g<b>-\g<a>)",
        ),
        (
            "increase|raise|aumenta|sube",
            rf"\b(?:increase|raise|aumenta\w*|sube) {A} (?:by|en|un|el) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1+\g<b>/100))",
        ),
        (
            "decrease|reduc|lower|disminu|baja",
            (
                rf"\b(?:decrease|reduce|lower|disminu\w*|reduc\w*|baja) {A} (?:by|en|un|el) {B} ?(?:%|percent"
                rf"|por ciento)"
            ),
            r"(\g<a>*(1-\g<b>/100))",
        ),
        (
            "increased|plus|aumentado|mas",
            rf"{A} (?:increased by|plus|aumentado en|mas) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1+\g<b>/100))",
        ),
        (
            "decreased|reduced|minus|less|menos",
            rf"{A} (?:decreased by|reduced by|minus|less|menos) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1-\g<b>/100))",
        ),
        (
            "off|descuento|discount",
            rf"{A} ?(?:%|percent|por ciento) (?:off|de descuento (?:de|sobre|en)|discount on) {THE}{B}",
            r"(\g<b>*(1-\g<a>/100))",
        ),
        ("percent", rf"\bpercent\w* of {A} is {B}", r"(100*\g<b>/\g<a>)"),
        ("porcentaje", rf"\bporcentaje de {A} (?:es|son) {B}", r"(100*\g<b>/\g<a>)"),
        (
            "percent|porcentaje|%",
            rf"{A} (?:is|es|son) (?:what|which|que) (?:%|percent\w*|porcentaje) (?:of|de) {B}",
            r"(100*\g<a>/\g<b>)",
        ),
        (
            "percent|porcentaje|%",
            rf"(?:%|percent\w*|porcentaje) (?:is|es|son|representa\w*) {A} (?:of|out of|de) {B}",
            r"(100*\g<a>/\g<b>)",
        ),
        (
            "percent|porcentaje|%",
            rf"{A} (?:out of|of|de) {B} (?:as|in|como|en) (?:a |an |un )?(?:%|percent\w*|porcentaje)",
            r"(100*\g<a>/\g<b>)",
        ),
        (
            "percent|porcentaje|%",
            rf"{A} (?:as|in|to|como|en|a) (?:a |an |un )?(?:%|percent\w*|porcentaje)",
            r"(100*\g<a>)",
        ),
        (
            "%|percent|per cent|por ciento",
            rf"{A} ?(?:%|percent|per cent|por ciento) (?:of|de) {THE}",
            r"\g<a>/100*",
        ),
        ("of|de", rf"(?P<a>\d+/\d+|0[.,]\d+) (?:of|de) {THE}(?=\d)", r"(\g<a>)*"),
        ("before|antes", rf"{A} [a-z]+ (?:before|antes del?) {B}", r"(\g<b>-\g<a>)"),
        ("after|despues", rf"{A} [a-z]+ (?:after|despues del?) {B}", r"(\g<b>+\g<a>)"),
        (
            "after|follow|despues|siguiente|sigue|above",
            rf"\b(?:right |just )?(?:after|following|follows|despues de|sigue a|siguiente a|above) {A}(?! ?%)",
            r"(\g<a>+1)",
        ),
        (
            "before|preced|antes|anterior|below",
            rf"\b(?:right |just )?(?:before|precedes|preceding|antes de|anterior a|below) {A}(?! ?%)",
            r"(\g<a>-1)",
        ),
        ("twice|doubled|dos veces|por dos", rf"{A} (?:twice|doubled|dos veces|por dos)\b", r"(\g<a>*2)"),
        ("thrice|tripled|tres veces", rf"{A} (?:thrice|tripled|tres veces)\b", r"(\g<a>*3)"),
        ("halved", rf"{A} halved\b", r"(\g<a>/2)"),
        ("square|cuadrado", rf"\b(?:square of|cuadrado de) {A}", r"(\g<a>^2)"),
        ("cube|cubo", rf"\b(?:cube of|cubo de) {A}", r"(\g<a>^3)"),
    )
)
SAID = tuple(
    (tuple(words.split("|")), re.compile(pattern), sign)
    for words, pattern, sign in (
        ("root|raiz", r"(?:square root|raiz cuadrada) (?:of |de )?", " sqrt "),
        ("root|raiz", r"(?:cube root|raiz cubica) (?:of |de )?", " cbrt "),
        ("√|sqrt|raiz", r"√|\bsqrt\b|\\sqrt|\braiz de\b", " sqrt "),
        ("∛", r"∛", " cbrt "),
        (
            "half|mitad|medio",
            r"(?:a |one |un |una |the |la )?(?:half|mitad|medio) (?:of |de )(?=\W*\d)",
            "1/2*",
        ),
        (
            "third|terci|tercera",
            r"(?:a |one |un |una |the |la )?(?:third|tercio|tercera parte) (?:of |de )(?=\W*\d)",
            "1/3*",
        ),
        (
            "fourth|quarter|cuart",
            r"(?:a |one |un |una |the |la )?(?:quarter|fourth|cuarto|cuarta parte) (?:of |de )(?=\W*\d)",
            "1/4*",
        ),
        (
            "fifth|quint",
            r"(?:a |one |un |una |the |la )?(?:fifth|quinto|quinta parte) (?:of |de )(?=\W*\d)",
            "1/5*",
        ),
        (
            "tenth|decim",
            r"(?:a |one |un |una |the |la )?(?:tenth|decimo|decima parte) (?:of |de )(?=\W*\d)",
            "1/10*",
        ),
        (
            "twice|double|doble|dos veces",
            r"\btwice |\bdouble (?:of )?|\b(?:el )?doble de |\bdos veces ",
            "2*",
        ),
        (
            "thrice|triple|three times",
            r"\bthrice |\btriple (?:of )?|\b(?:el )?triple de |\bthree times ",
            "3*",
        ),
        ("power|elevado|**", r"\b(?:raised )?to the power (?:of )?|\belevado a (?:la )?|\*\*", "^"),
        ("squared|al cuadrado", r"(?<=[\d)]) squared| (?:elevado )?al cuadrado", "^2"),
        ("cubed|al cubo", r"(?<=[\d)]) cubed| (?:elevado )?al cubo", "^3"),
        ("multipl|times|por|veces", r"\b(?:multiplied by|times|multiplicado por|por|veces)\b", "*"),
        ("divid|over|entre", r"\b(?:divided by|over|dividido (?:entre|por)|entre)\b", "/"),
        ("plus|added|mas", r"\b(?:plus|added to|mas)\b", "+"),
        ("minus|menos", r"\b(?:minus|menos)\b", "-"),
        ("x", r"(?<=[\d)])\s?x\s?(?=[\d(])", "*"),
        ("", r"(?<=[\d)])\s?[÷:](?=\s?[\d(])", "/"),
        ("[", r"\[", "("),
        ("]", r"\]", ")"),
        ("st|nd|rd|th", r"(?<=\d)(?:st|nd|rd|th)\b", ""),
    )
)
BETWEEN = re.compile(r"\b(?:between|entre) (\d{1,12}) (?:and|y) (\d{1,12})(?![\d.,]\d)")
HALF_DOZEN = re.compile(r"\b(?:half a dozen|media docena)\b")
DOZENS = re.compile(r"\b(?:a|one|una|1) (?:dozen|docena)\b")
MIXED = re.compile(r"(?<![\d./^)-])(\d+) (\d+)/(\d+)(?![\d/^])")
# One number, as opposed to `1 / 2`.
TIGHT = re.compile(r"(?<![\d./^])(\d+)/(\d+)(?![\d/^])")
# Nobody reckons with it, and each rule would read it from each of its digits on.
LONG_NUMBER = re.compile(r"\d(?:[.,]?\d){39,}")
SIGNS = re.compile(r"(?:sqrt|cbrt|[\d.,()^*/+\- ])+")
UNITS_BETWEEN = re.compile(
    r"(?<=\d) ?(?:cm|mm|km|m|kg|g|mg|l|ml|v|volts?|a|ma|amps?|ohms?|w|watts?|s|min|h|hours?|€|\$|euros?"
    r"|dollars?)\b(?=\s*[*/+^)-])"
)


@dataclass(frozen=True)
class Sum:
    """`signs` counts what joins the operands."""

    value: Fraction
    operands: frozenset[Fraction]
    signs: int = 1


def in_signs(text: str) -> str:
    """A levelled text with its sums in signs: `seven times eight` as `7 * 8`."""
    text = LONG_NUMBER.sub(" ", in_digits(text))
    text = DOZENS.sub("12", HALF_DOZEN.sub("6", text))
    text = _rewritten(text, WORDED)
    text = BETWEEN.sub(_middle, text)
    text = MIXED.sub(r"(\1+\2/\3)", text)
    text = TIGHT.sub(r"(\1/\2)", text)
    text = _rewritten(text, SAID)
    return UNITS_BETWEEN.sub("", text)


def _rewritten(text: str, rules: Sequence[Rule]) -> str:
    for words, pattern, signs in rules:
        if any(word in text for word in words):
            text = pattern.sub(signs, text)
    return text


def _middle(found: re.Match[str]) -> str:
    """`Between 24 and 26` is 25."""
    low, high = int(found[1]), int(found[2])
    return f"({low}+1)" if high - low == 2 else found[0]


def sums_in(text: str) -> Iterator[Sum]:
    """Of a levelled text: every sum with at least one sign between numbers."""
    for found in SIGNS.finditer(in_signs(text)):
        if 3 <= len(found[0].strip()) <= MOST_SIGNS:
            sum_ = _sum_of(found[0])
            if sum_ is not None:
                yield sum_


def _sum_of(signs: str) -> Sum | None:
    parts = parts_of(signs)
    joining = sum(part in ("sqrt", "cbrt", "^", "*", "/", "+", "-") for part in parts)
    try:
        numbers = numbers_of(parts)
        if not joining or not numbers or (len(numbers) < 2 and not {"sqrt", "cbrt"} & {*parts}):
            return None
        return Sum(reckoned(parts), frozenset(numbers), joining)
    except NoSum:
        return None
