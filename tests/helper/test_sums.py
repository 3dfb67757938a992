"""Sums and numbers read from a text, never run."""

from fractions import Fraction

import pytest

from appliance.helper.asked_sums import asked_sums
from appliance.helper.plain_letters import levelled
from appliance.helper.quantities import quantities_in

SUMS = {
    "What is 12 * 7 + 3?": Fraction(87),
    "¿Cuánto es 15 por 4?": Fraction(60),
    "15% of 80": Fraction(12),
    "3/4 + 1/8": Fraction(7, 8),
    "the square root of 144": Fraction(12),
    "2^10": Fraction(1024),
    "solve 2x + 3 = 11": Fraction(4),
    "(2 + 3) × 4": Fraction(20),
}
SAME = (
    ("forty-two", "42"),
    ("cuarenta y dos", "42"),
    ("1,500 V", "1.5 kV"),
    ("2.5 A", "2500 mA"),
    ("three quarters", "75 %"),
    ("0x2a", "42"),
    ("one hundred and twenty", "120"),
    ("2 × 10^3", "2000"),
)


@pytest.mark.parametrize(("asked", "value"), SUMS.items())
def test_a_sum_that_is_asked_for_is_reckoned(asked: str, value: Fraction) -> None:
    assert value in {each.value for each in asked_sums(levelled(asked))}


@pytest.mark.parametrize("asked", ["9^9^9^9", "2^99999999", "1/0", "(" * 200, "10^40^40", "no sum", "7"])
def test_what_is_too_big_or_no_sum_is_left_alone(asked: str) -> None:
    assert all(abs(each.value) <= 10**18 for each in asked_sums(levelled(asked)))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_a_number_meet(one: str, other: str) -> None:
    (first, *_), (second, *_) = quantities_in(levelled(one)), quantities_in(levelled(other))
    assert first.equals(second)


def test_other_units_are_other_answers() -> None:
    (volts,), (minutes,) = quantities_in("42 v"), quantities_in("42 minutes")
    assert not minutes.equals(volts)
