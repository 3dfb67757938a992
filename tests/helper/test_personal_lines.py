"""Details of many countries go, numbers of lessons stay, and no text makes the patterns slow."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.helper.identities import DNI_LETTERS, is_card, is_dni, is_iban, is_rut
from appliance.helper.redaction import redacted

HERE = Path(__file__).parent
LONG = 20_000
HOSTILE = (
    *(
        "1 ",
        "1-",
        "1.",
        "1/",
        "+1 ",
        "(",
        "-",
        "12 Aa Bb ",
        "1 A ",
        "calle a ",
        "calle A ",
        "calle 1 de ",
        "av a ",
    ),
    *(
        "live at ",
        "vivo en ",
        "my number ",
        "my mom's ",
        "passport ",
        "dni de ",
        "AB12 ",
        "aa11 ",
        "AAAAA9",
        "97 8",
    ),
    *(
        "@",
        "a@b.",
        "a.",
        "://",
        "eyJaaaaaaaaa.",
        "token=",
        "?key=a",
        "password is ",
        "Bearer 1",
        "a (at) ",
        "Mz 1 ",
    ),
)


def lines_of(name: str) -> list[str]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


@pytest.mark.parametrize("line", lines_of("personal_lines.txt"))
def test_what_tells_who_somebody_is_goes(line: str) -> None:
    text, _, told = line.rpartition(" | ")
    safe = redacted(text)
    assert [each for each in told.split(" ; ") if each in safe] == []


@pytest.mark.parametrize("line", lines_of("lesson_numbers.txt"))
def test_what_belongs_to_a_lesson_stays(line: str) -> None:
    assert redacted(line) == line


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_makes_the_patterns_slow(piece: str) -> None:
    text = (piece * LONG)[:LONG] + "!"
    began = process_time()
    redacted(text)
    assert process_time() - began < 3


def test_an_ordinary_message_costs_less_than_a_millisecond() -> None:
    text = "my led does not light, i measured 3.1 V and 25 mA, my number is 612 345 678 ok"
    redacted(text)
    began = process_time()
    for _ in range(100):
        redacted(text)
    assert (process_time() - began) / 100 < 0.005, "the budget is 1 ms on a quiet machine"


@given(st.integers(0, 10**18 - 1), st.sampled_from(["ES", "DE", "GB", "FR"]))
def test_an_account_is_told_by_its_check_digits(number: int, country: str) -> None:
    digits = f"{number:018}"
    turned = "".join(str(int(sign, 36)) for sign in f"{digits}{country}00")
    account = f"{country}{98 - int(turned) % 97:02}{digits}"
    assert is_iban(account)
    assert account.lower() not in redacted(f"send it to {account.lower()} ok")


@given(st.integers(0, 10**8 - 1))
def test_a_spanish_letter_is_checked(number: int) -> None:
    letter = DNI_LETTERS[number % 23]
    assert is_dni(f"{number:08}{letter.lower()}")
    assert not is_dni(f"{number:08}{DNI_LETTERS[(number + 1) % 23]}")


def test_check_digits_of_cards_and_chilean_papers() -> None:
    assert is_card("4111 1111 1111 1111")
    assert not is_card("4111 1111 1111 1112")
    assert is_rut("12345678-5")
    assert not is_rut("12345678-6")


@given(st.text(alphabet="AZaz09-_.=&?:/ ", max_size=120))
def test_a_second_look_at_keys_changes_nothing(text: str) -> None:
    said = f"token={text} https://a.example/?api_key={text}"
    assert redacted(redacted(said)) == redacted(said)
