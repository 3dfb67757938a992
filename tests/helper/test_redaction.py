"""Redaction takes out what tells who somebody is and leaves the numbers of a lesson alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.helper.redaction import redacted

PERSONAL = {
    "write to ana.b@school.org.": "write to [REDACTED_EMAIL].",
    "ana (at) school (dot) org": "[REDACTED_EMAIL]",
    "soy ana arroba gmail punto com": "soy [REDACTED_EMAIL]",
    "ana at gmail dot com": "[REDACTED_EMAIL]",
    "write to ana dot perez at my-school dot org please": "write to [REDACTED_EMAIL] please",
    "ana arroba gmail punto com": "[REDACTED_EMAIL]",
    "escribe a ana punto perez arroba gmail punto com": "escribe a [REDACTED_EMAIL]",
    "ana＠gmail.com": "[REDACTED_EMAIL]",
    "ana (at) gmail.com": "[REDACTED_EMAIL]",
    "ana[at]gmail[dot]com": "[REDACTED_EMAIL]",
    "ana at gmail.com": "[REDACTED_EMAIL]",
    "five five five one two three four": "[REDACTED_PHONE]",
    "cinco cinco cinco uno dos tres cuatro": "[REDACTED_PHONE]",
    "call me: five five five, one two\nthree four": "call me: [REDACTED_PHONE]",
    "mi cel es seis doce treinta y cuatro cincuenta y seis setenta y ocho": "mi cel es [REDACTED_PHONE]",
    "my number is six one two double five nine oh": "my number is [REDACTED_PHONE]",
    "my number is 612\n345 678": "my number is [REDACTED_PHONE]",
    "call me 555-123-\n4567": "call me [REDACTED_PHONE]",
    "write +34 612\n345 678 ok": "write [REDACTED_PHONE] ok",
    "call +34 612 345 678 now": "call [REDACTED_PHONE] now",
    "(555) 123-4567 or 555-1234": "[REDACTED_PHONE] or [REDACTED_PHONE]",
    "in 2024 612345678 it was": "in 2024 [REDACTED_PHONE] it was",
    "0044 20 7946 0958, ask": "[REDACTED_PHONE], ask",
    "06 12 34 56 78": "[REDACTED_PHONE]",
    "see https://me:pw@host/x?a=1 there": "see [REDACTED_URL] there",
}
ORDINARY = (
    "pi is 3.14159265358979",
    "a lamp for 230 V, 0.26 A",
    "1 000 000 000 ohms",
    "10 20 30 40 50",
    "100 200 300",
    "0.0000000001",
    "on 2024-10-12 10:00",
    "192.168.100.200",
    "R1 = 100, R2 = 220",
    "https://example.org/@page",
    "5 @ 3",
    "look at example dot product",
    "look at example dot com",
    "evaluate it at x dot y",
    "at 3 dot 5",
    "en el punto 3 punto 5",
    "one two three four one two three four",
    "one two three four five six seven eight nine ten",
    "we count one two three four, two two three four, three two three four",
    "play the notes one one five five six six five on your keys",
    "five six seven eight, five six seven eight",
    "the digits of pi are three one four one five nine two six five",
    "uno dos tres cuatro cinco seis siete ocho",
    "zero one one zero one zero one",
    "add these:\n123\n4567\n890",
    "the rows are 612\n345 678",
)


@pytest.mark.parametrize(("text", "safe"), PERSONAL.items())
def test_personal_details_are_taken_out(text: str, safe: str) -> None:
    assert redacted(text) == safe


@pytest.mark.parametrize("text", ORDINARY)
def test_what_a_lesson_holds_stays(text: str) -> None:
    assert redacted(text) == text


@given(st.emails(), st.text(alphabet="ab ,.\n"), st.text(alphabet="ab ,\n"))
def test_no_address_survives(address: str, before: str, after: str) -> None:
    assert address not in redacted(f"{before} {address} {after}")
    assert "@" not in redacted(f"{before} {address} {after}")


GROUPS = st.lists(st.from_regex(r"[1-9][0-9]{1,3}", fullmatch=True), min_size=3, max_size=4)


@given(st.integers(1, 998), GROUPS, st.sampled_from(" .-"))
def test_no_international_number_survives(country: int, groups: list[str], gap: str) -> None:
    number = gap.join([f"+{country}", *groups])
    # Some are the numbers of cards as well, by their last digit.
    assert redacted(f"my number is {number} ok") in (
        "my number is [REDACTED_PHONE] ok",
        f"my number is +{country}{gap}[REDACTED_ID] ok",
    )


@given(st.text())
def test_a_second_look_changes_nothing(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@given(st.text(alphabet="0123456789 .-+()ab@:/\n", max_size=300))
def test_numbers_of_any_shape_are_borne(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
