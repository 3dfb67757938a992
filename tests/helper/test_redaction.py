"""Redaction takes out what tells who somebody is and leaves the numbers of a lesson alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.helper.redaction import redacted

PERSONAL = {
    "write to ana.b@school.org.": "write to [REDACTED_EMAIL].",
    "ana (at) school (dot) org": "[REDACTED_EMAIL]",
    "soy ana arroba gmail punto com": "soy [REDACTED_EMAIL]",
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
    assert redacted(f"my number is {number} ok") == "my number is [REDACTED_PHONE] ok"


@given(st.text())
def test_a_second_look_changes_nothing(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)


@given(st.text(alphabet="0123456789 .-+()ab@:/\n", max_size=300))
def test_numbers_of_any_shape_are_borne(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
