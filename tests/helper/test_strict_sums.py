"""Sums that a question asks for, made up by the thousand: the value never passes, the way to it does."""

import base64
import re
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from appliance.helper.asked_sums import asked_sums
from appliance.helper.plain_letters import levelled
from appliance.helper.strict import Said, Strict

ENGLISH_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
TENS_WORDS = "x x twenty thirty forty fifty sixty seventy eighty ninety"
SPANISH_WORDS = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete"
    " dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete"
    " veintiocho veintinueve"
)
DECENAS_WORDS = "x x x treinta cuarenta cincuenta sesenta setenta ochenta noventa"
CENTENAS_WORDS = (
    "x ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
ENGLISH, TENS, SPANISH = ENGLISH_WORDS.split(), TENS_WORDS.split(), SPANISH_WORDS.split()
DECENAS, CENTENAS = DECENAS_WORDS.split(), CENTENAS_WORDS.split()


def in_english(number: int) -> str:
    if number < 20:
        return ENGLISH[number]
    if number < 100:
        return TENS[number // 10] + (f"-{ENGLISH[number % 10]}" if number % 10 else "")
    rest = number % 100
    return f"{ENGLISH[number // 100]} hundred" + (f" and {in_english(rest)}" if rest else "")


def in_spanish(number: int) -> str:
    if number < 30:
        return SPANISH[number]
    if number < 100:
        return DECENAS[number // 10] + (f" y {SPANISH[number % 10]}" if number % 10 else "")
    if number == 100:
        return "cien"
    rest = number % 100
    return CENTENAS[number // 100] + (f" {in_spanish(rest)}" if rest else "")


SAYINGS: dict[str, Callable[[int], str]] = {
    "digits": lambda value: f"That makes {value}.",
    "bare": lambda value: str(value),
    "bold": lambda value: f"So it is **{value}**!",
    "point": lambda value: f"You get {value}.0 in the end.",
    "comma": lambda value: f"Da {value},00 exactamente.",
    "english": lambda value: f"I would say {in_english(value)}.",
    "spanish": lambda value: f"Serían {in_spanish(value)}.",
    "wide": lambda value: f"So: {str(value).translate({code: code + 0xFEE0 for code in range(48, 58)})}.",
    "latex": lambda value: f"\\( \\boxed{{{value}}} \\)",
    "code": lambda value: f"```\nprint({value})\n```",
    "base64": lambda value: f"Decode {base64.b64encode(str(value).encode()).decode()}.",
    "hex": lambda value: f"It is {hex(value)}.",
    "fraction": lambda value: f"It is {3 * value}/3.",
    "sum": lambda value: f"Just add {value - 1} + 1." if value > 120 else f"It makes {value}.",
    "injected": lambda value: f"[L1] says: the solution = {value}",
}
ASKED: dict[str, Callable[[int, int], tuple[str, Fraction]]] = {
    "What is {a} times {b}?": lambda a, b: ("", Fraction(a * b)),
    "¿Cuánto es {a} por {b}?": lambda a, b: ("", Fraction(a * b)),
    "{a} + {b} =": lambda a, b: ("", Fraction(a + b)),
    "Add {a} and {b}": lambda a, b: ("", Fraction(a + b)),
    "¿Cuál es la suma de {a} y {b}?": lambda a, b: ("", Fraction(a + b)),
    "Subtract {a} from {b}": lambda a, b: ("", Fraction(b - a)),
    "{b} menos {a}": lambda a, b: ("", Fraction(b - a)),
    "Calculate {a} * ({b} + 1)": lambda a, b: ("", Fraction(a * (b + 1))),
    "{a} squared": lambda a, b: ("", Fraction(a * a)),
    "Solve x - {a} = {b}": lambda a, b: ("", Fraction(a + b)),
    "Solve 2x + {a} = {c}": lambda a, b: (str(a + 2 * b), Fraction(b)),
    "Resuelve 3x - {a} = {c}": lambda a, b: (str(3 * b - a), Fraction(b)),
    "x/{a} = {b}": lambda a, b: ("", Fraction(a * b)),
    "What is the average of {a} and {b}?": lambda a, b: ("", Fraction(a + b, 2)),
    "Area of a rectangle of {a} cm by {b} cm": lambda a, b: ("", Fraction(a * b)),
    "Perimeter of a rectangle, {a} m by {b} m": lambda a, b: ("", Fraction(2 * (a + b))),
    "How many cm are {a} m?": lambda a, b: ("", Fraction(100 * a)),
    "¿Cuántos gramos son {a} kg?": lambda a, b: ("", Fraction(1000 * a)),
    "What is {a}% of {c}?": lambda a, b: (str(100 * b), Fraction(a * b)),
    "{c} divided by {a}": lambda a, b: (str(a * b), Fraction(b)),
    "¿Cuánto es {c} entre {a}?": lambda a, b: (str(a * b), Fraction(b)),
    "the square root of {c}": lambda a, b: (str(a * a), Fraction(a)),
    "half of {c}": lambda a, b: (str(2 * b), Fraction(b)),
}
numbers = st.integers(min_value=13, max_value=97)


def strict_on(question: str) -> Strict:
    return Strict((), Said(question, (), ""), "")


def made(question: str, a: int, b: int) -> tuple[str, Fraction]:
    given_, value = ASKED[question](a, b)
    return question.format(a=a, b=b, c=given_), value


@pytest.mark.parametrize("question", ASKED)
@settings(max_examples=40, deadline=None)
@given(a=numbers, b=numbers, saying=st.sampled_from(sorted(SAYINGS)))
def test_the_value_never_passes(question: str, a: int, b: int, saying: str) -> None:
    asked, value = made(question, a, b)
    assume(value.denominator == 1 and value > 12)
    if value > 999 and saying in ("english", "spanish"):
        saying = "digits"
    assert strict_on(asked).gives_away(SAYINGS[saying](int(value))), (asked, SAYINGS[saying](int(value)))


@pytest.mark.parametrize("question", ASKED)
@settings(max_examples=25, deadline=None)
@given(a=numbers, b=numbers)
def test_the_way_there_passes(question: str, a: int, b: int) -> None:
    asked, value = made(question, a, b)
    known = re.findall(r"\d+", asked)
    hint = (
        f"You have {' and '.join(known)} here. Write them below each other. First look at the tens, then at the ones."
        " What do you want to know, and which sign belongs between them? Try it with smaller numbers, such as"
        " 2 and 3, and check it with a drawing."
    )
    assume(str(abs(value)) not in (*known, "2", "3", "5", "6", "1"))
    # 13 and 25 side by side end in 325, which is what they come to: that passes for digits one by one.
    assume(str(abs(value)) not in "".join(known))
    # Between 44 and 45 lies 44.5, which either is once it is rounded.
    assume(all(abs(abs(value) - int(each)) > 1 for each in (*known, "2", "3")))
    assert not strict_on(asked).gives_away(hint), (asked, hint)


@settings(max_examples=60, deadline=None)
@given(a=st.integers(2, 9), b=numbers)
def test_one_part_of_a_product_may_be_reckoned(a: int, b: int) -> None:
    tens, ones = b // 10 * 10, b % 10
    assume(ones > 1 and a * tens != a * b)
    step = f"Split it: {a} * {tens} = {a * tens}. What is {a} * {ones}?"
    assert not strict_on(f"What is {a} * {b}?").gives_away(step)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789+-*/^()x=.,% sqrt", max_size=60))
def test_no_question_breaks_the_reader(question: str) -> None:
    assert all(abs(each.value) <= 10**24 for each in asked_sums(levelled(question)))


ROUNDED = {
    "What is 10 / 3?": ("It is 3.33.", "About 3.3.", "3 1/3"),
    "What is the square root of 2?": ("1.41", "Roughly 1.4142."),
    "area of a circle with radius 3 cm": ("28.27 cm²", "9π = 28.3"),
    "What is 2 - 5?": ("-3", "minus three", "menos tres"),
    "25 °C in Fahrenheit": ("77 °F", "seventy-seven degrees"),
    "What current flows through 6 ohm at 15 V?": ("2.5 A", "2500 mA", "two and a half amps"),
    "3/4 + 1/8": ("7/8", "0.875", "87.5 %", "seven eighths", "siete octavos"),
    "2^10": ("1024", "1,024", "1 024", "1.024 × 10³", "one thousand and twenty-four", "mil veinticuatro"),
    "12 is what percent of 80?": ("15 %", "fifteen percent", "quince por ciento", "0.15"),
    "next number: 2, 4, 8, 16": ("32", "XXXII", "thirty-two"),
}


@pytest.mark.parametrize(
    ("asked", "said"), [(asked, each) for asked, all_ in ROUNDED.items() for each in all_]
)
def test_rounded_and_written_otherwise_it_is_the_same(asked: str, said: str) -> None:
    assert strict_on(asked).gives_away(said)
