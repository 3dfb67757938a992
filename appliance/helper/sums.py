"""Sums that stand in a text, in signs or in words, with what they come to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from appliance.helper.number_words import in_digits
from appliance.helper.reckoning import MOST_SIGNS, NoSum, numbers_of, parts_of, reckoned

N = r"-?\d+(?:[.,]\d+)*(?:/\d+)?"
A = rf"(?P<a>{N})"
B = rf"(?P<b>{N})"
THE = r"(?:the |el |la |los |las )?"
# What is said in words, as a sum in signs; tried in this order on levelled text in digits.
WORDED = tuple(
    (re.compile(pattern), signs)
    for pattern, signs in (
        (rf"\b(?:sum|total|suma) (?:of|de) {A} (?:and|y) {B}", r"(\g<a>+\g<b>)"),
        (rf"\b(?:difference|diferencia) (?:between|of|entre|de) {A} (?:and|y) {B}", r"(\g<a>-\g<b>)"),
        (rf"\b(?:product|producto) (?:of|de) {A} (?:and|y|por) {B}", r"(\g<a>*\g<b>)"),
        (
            rf"\b(?:quotient|ratio|cociente|razon) (?:of|de|entre) {A} (?:and|y|entre|to) {B}",
            r"(\g<a>/\g<b>)",
        ),
        (rf"\b(?:multiply|multiplying|multiplica\w*) {A} (?:by|and|with|por|y|con) {B}", r"(\g<a>*\g<b>)"),
        (
            rf"\b(?:divide|dividing|divid\w+|split|share|reparte) {A} (?:by|entre|por|into|among) {B}",
            r"(\g<a>/\g<b>)",
        ),
        (rf"\b(?:add|adding|suma\w*) {A} (?:and|to|y|a|con|mas) {B}", r"(\g<a>+\g<b>)"),
        (
            rf"\b(?:subtract|subtracting|take|deduct|resta\w*|quita\w*) {A} (?:away )?(?:from|de|a) {B}",
            r"(\g<b>-\g<a>)",
        ),
        (rf"{A} (?:take away|take|less|subtract) {B}", r"(\g<a>-\g<b>)"),
        (rf"\b{A} (?:more|greater|mas) (?:than|que) {B}", r"(\g<b>+\g<a>)"),
        (rf"\b{A} (?:less|fewer|smaller|menos) (?:than|que) {B}", r"(\g<b>-\g<a>)"),
        (
            rf"\b(?:increase|raise|aumenta\w*|sube) {A} (?:by|en|un|el) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1+\g<b>/100))",
        ),
        (
            (
                rf"\b(?:decrease|reduce|lower|disminu\w*|reduc\w*|baja) {A} (?:by|en|un|el) {B} ?(?:%|percent"
                rf"|por ciento)"
            ),
            r"(\g<a>*(1-\g<b>/100))",
        ),
        (
            rf"{A} (?:increased by|plus|aumentado en|mas) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1+\g<b>/100))",
        ),
        (
            rf"{A} (?:decreased by|reduced by|minus|less|menos) {B} ?(?:%|percent|por ciento)",
            r"(\g<a>*(1-\g<b>/100))",
        ),
        (
            rf"{A} ?(?:%|percent|por ciento) (?:off|de descuento (?:de|sobre|en)|discount on) {THE}{B}",
            r"(\g<b>*(1-\g<a>/100))",
        ),
        (rf"\bpercent\w* of {A} is {B}", r"(100*\g<b>/\g<a>)"),
        (rf"\bporcentaje de {A} (?:es|son) {B}", r"(100*\g<b>/\g<a>)"),
        (
            rf"{A} (?:is|es|son) (?:what|which|que) (?:%|percent\w*|porcentaje) (?:of|de) {B}",
            r"(100*\g<a>/\g<b>)",
        ),
        (
            rf"(?:%|percent\w*|porcentaje) (?:is|es|son|representa\w*) {A} (?:of|out of|de) {B}",
            r"(100*\g<a>/\g<b>)",
        ),
        (
            rf"{A} (?:out of|of|de) {B} (?:as|in|como|en) (?:a |an |un )?(?:%|percent\w*|porcentaje)",
            r"(100*\g<a>/\g<b>)",
        ),
        (rf"{A} (?:as|in|to|como|en|a) (?:a |an |un )?(?:%|percent\w*|porcentaje)", r"(100*\g<a>)"),
        (rf"{A} ?(?:%|percent|per cent|por ciento) (?:of|de) {THE}", r"\g<a>/100*"),
        (rf"(?P<a>\d+/\d+|0[.,]\d+) (?:of|de) {THE}(?=\d)", r"(\g<a>)*"),
        (rf"{A} [a-z]+ (?:before|antes del?) {B}", r"(\g<b>-\g<a>)"),
        (rf"{A} [a-z]+ (?:after|despues del?) {B}", r"(\g<b>+\g<a>)"),
        (
            rf"\b(?:right |just )?(?:after|following|follows|despues de|sigue a|siguiente a|above) {A}(?! ?%)",
            r"(\g<a>+1)",
        ),
        (
            rf"\b(?:right |just )?(?:before|precedes|preceding|antes de|anterior a|below) {A}(?! ?%)",
            r"(\g<a>-1)",
        ),
        (rf"{A} (?:twice|doubled|dos veces|por dos)\b", r"(\g<a>*2)"),
        (rf"{A} (?:thrice|tripled|tres veces)\b", r"(\g<a>*3)"),
        (rf"{A} halved\b", r"(\g<a>/2)"),
        (rf"\b(?:square of|cuadrado de) {A}", r"(\g<a>^2)"),
        (rf"\b(?:cube of|cubo de) {A}", r"(\g<a>^3)"),
    )
)
SAID = tuple(
    (re.compile(pattern), sign)
    for pattern, sign in (
        (r"(?:square root|raiz cuadrada) (?:of |de )?", " sqrt "),
        (r"(?:cube root|raiz cubica) (?:of |de )?", " cbrt "),
        (r"√|\bsqrt\b|\\sqrt|\braiz de\b", " sqrt "),
        (r"∛", " cbrt "),
        (r"(?:a |one |un |una |the |la )?(?:half|mitad|medio) (?:of |de )(?=\W*\d)", "1/2*"),
        (r"(?:a |one |un |una |the |la )?(?:third|tercio|tercera parte) (?:of |de )(?=\W*\d)", "1/3*"),
        (
            r"(?:a |one |un |una |the |la )?(?:quarter|fourth|cuarto|cuarta parte) (?:of |de )(?=\W*\d)",
            "1/4*",
        ),
        (r"(?:a |one |un |una |the |la )?(?:fifth|quinto|quinta parte) (?:of |de )(?=\W*\d)", "1/5*"),
        (r"(?:a |one |un |una |the |la )?(?:tenth|decimo|decima parte) (?:of |de )(?=\W*\d)", "1/10*"),
        (r"\btwice |\bdouble (?:of )?|\b(?:el )?doble de |\bdos veces ", "2*"),
        (r"\bthrice |\btriple (?:of )?|\b(?:el )?triple de |\bthree times ", "3*"),
        (r"\b(?:raised )?to the power (?:of )?|\belevado a (?:la )?|\*\*", "^"),
        (r"(?<=[\d)]) squared| (?:elevado )?al cuadrado", "^2"),
        (r"(?<=[\d)]) cubed| (?:elevado )?al cubo", "^3"),
        (r"\b(?:multiplied by|times|multiplicado por|por|veces)\b", "*"),
        (r"\b(?:divided by|over|dividido (?:entre|por)|entre)\b", "/"),
        (r"\b(?:plus|added to|mas)\b", "+"),
        (r"\b(?:minus|menos)\b", "-"),
        (r"(?<=[\d)])\s?x\s?(?=[\d(])", "*"),
        (r"(?<=[\d)])\s?[÷:](?=\s?[\d(])", "/"),
        (r"\[", "("),
        (r"\]", ")"),
        (r"(?<=\d)(?:st|nd|rd|th)\b", ""),
    )
)
BETWEEN = re.compile(r"\b(?:between|entre) (\d{1,12}) (?:and|y) (\d{1,12})(?![\d.,]\d)")
HALF_DOZEN = re.compile(r"\b(?:half a dozen|media docena)\b")
DOZENS = re.compile(r"\b(?:a|one|una|1) (?:dozen|docena)\b")
MIXED = re.compile(r"(?<![\d./^)-])(\d+) (\d+)/(\d+)(?![\d/^])")
# One number, as opposed to `1 / 2`.
TIGHT = re.compile(r"(?<![\d./^])(\d+)/(\d+)(?![\d/^])")
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
    text = in_digits(text)
    text = DOZENS.sub("12", HALF_DOZEN.sub("6", text))
    for pattern, signs in WORDED:
        text = pattern.sub(signs, text)
    text = BETWEEN.sub(_middle, text)
    text = MIXED.sub(r"(\1+\2/\3)", text)
    text = TIGHT.sub(r"(\1/\2)", text)
    for pattern, signs in SAID:
        text = pattern.sub(signs, text)
    return UNITS_BETWEEN.sub("", text)


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
