"""Names: made up, cleaned, looked over."""

import re
import unicodedata
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.auth.pseudonyms import WORDS, clean_display_name, name_problem, pseudonym
from appliance.auth.words import is_rude
from appliance.errors import Invalid

PSEUDONYM = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+ [1-9][0-9]")


@given(st.integers(), st.sampled_from(["en", "es", "es-MX", "ar", ""]))
def test_a_made_up_name_is_two_plain_words_and_a_number(seed: int, language: str) -> None:
    name = pseudonym(Random(seed), language)
    assert PSEUDONYM.fullmatch(name) and 3 <= len(name) <= 32
    assert name_problem(name) is None
    assert clean_display_name(name) == name


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_language_has_49_by_49_names_of_at_most_32_characters_and_every_word_is_usable(
    language: str,
) -> None:
    firsts, seconds = WORDS[language]
    names = [f"{first} {second} 99" for first, second in product(firsts, seconds)]
    assert len(set(firsts)) == len(set(seconds)) == 49 and len(set(names)) == 49 * 49
    assert max(map(len, names)) <= 32 and all(name.isascii() for name in names)
    assert not [word for word in (*firsts, *seconds) if is_rude(word)]


def test_names_follow_the_language() -> None:
    nouns_es, _ = WORDS["es"]
    assert pseudonym(Random(1), "es").split()[0] in nouns_es
    assert pseudonym(Random(1), "ar").split()[0] in WORDS["en"][0]


def test_a_rude_word_shows_across_a_space() -> None:
    assert is_rude("Bra Ssy") and not is_rude("Quiet Comet")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("ben@example.org", "email"),
        ("Ben <ben@mail.example.org>", "email"),
        ("ben＠example.org", "email"),
        ("0171 2345678", "phone"),
        ("Ben +49 (30) 12-34", "phone"),
        ("1234567", "phone"),
        ("٠١٧١٢٣٤٥", "phone"),
        ("Ben", None),
        ("Quiet Comet 42", None),
        ("Ben 7B", None),
        ("123456", None),
        ("@ben", None),
        ("R2-D2", None),
    ],
)
def test_a_name_that_looks_like_an_address_or_a_number_is_told(name: str, problem: str | None) -> None:
    assert name_problem(name) == problem


@pytest.mark.parametrize(
    "name", ["a" * 200_000, "@" * 200_000, "a@" * 100_000, "1 " * 100_000, "1     " * 40_000]
)
def test_looking_over_a_huge_name_takes_no_time_to_speak_of(name: str) -> None:
    assert name_problem(name) in ("phone", None)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Ben \t\n  Ali ", "Ben Ali"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Be\u200bn\u202e\u0000", "Ben"),
        ("B\u200de\u200cn", "Ben"),
        ("\ud800Ben\udc80", "Ben"),
        ("<b>Ben</b>", "<b>Ben</b>"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("B" + "\u0336" * 50 + "en", "B\u0336\u0336\u0336en"),
        ("李雷", "李雷"),
    ],
)
def test_a_name_becomes_one_visible_line(raw: str, name: str) -> None:
    assert clean_display_name(raw) == name


@pytest.mark.parametrize("raw", ["", "   ", "\u200b\u3164\u2800", "...", "\u202e", "\ud800"])
def test_a_name_of_nothing_is_refused(raw: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_display_name(raw)
    assert (refusal.value.code, refusal.value.field) == ("name_missing", "display_name")


def test_a_name_may_have_eighty_characters_and_not_one_more() -> None:
    assert len(clean_display_name("é" * 80)) == 80
    for raw in ("x" * 81, "x" * 10_000):
        with pytest.raises(Invalid) as refusal:
            clean_display_name(raw)
        assert refusal.value.code == "name_too_long"


@given(st.text(st.characters() | st.sampled_from("\u200c\u200d\u202e\u0336 aé\u3000字"), max_size=100))
def test_a_clean_name_is_clean(raw: str) -> None:
    try:
        name = clean_display_name(raw)
    except Invalid:
        return
    assert clean_display_name(name) == name
    assert 1 <= len(name) <= 80 and name == name.strip()
    assert not {unicodedata.category(character) for character in name} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(name) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b"
    )
