"""Street addresses and numbers of one person go; what looks like them in a lesson stays."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.helper.evals.redaction import redaction_figures
from appliance.helper.redaction import redacted

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


def test_the_labelled_set_is_redacted_and_left_alone_as_it_says() -> None:
    assert [figure.missed for figure in redaction_figures()] == [(), ()]


@given(st.integers(10_000_000, 99_999_999), st.sampled_from(["dni {}", "mi dni es {}", "({})", "{}, creo"]))
def test_no_spanish_identity_number_survives(number: int, said: str) -> None:
    paper = f"{number}{LETTERS[number % 23]}"
    assert str(number) not in redacted(said.format(paper))


@given(st.integers(1, 665), st.integers(1, 99), st.integers(1, 9999))
def test_no_social_security_number_survives(area: int, group: int, serial: int) -> None:
    paper = f"{area:03}-{group:02}-{serial:04}"
    assert redacted(f"it is {paper} ok") == "it is [REDACTED_ID] ok"


@given(
    st.integers(1, 9999),
    st.sampled_from(["Baker", "Old Mill", "Green Park Hill"]),
    st.sampled_from(["Street", "Rd", "Avenue", "Lane", "Drive"]),
)
def test_no_house_survives(number: int, name: str, road: str) -> None:
    assert redacted(f"she is at {number} {name} {road} now") == "she is at [REDACTED_ADDRESS] now"


@given(st.integers(1, 9999), st.sampled_from(["calle Mayor", "Avenida de la Paz", "Plaza del Sol"]))
def test_no_house_with_its_number_last_survives(number: int, street: str) -> None:
    assert redacted(f"vivo en {street} {number}") == "vivo en [REDACTED_ADDRESS]"


@given(st.integers(0, 10**6), st.sampled_from(["ohm", "mA", "V", "Hz", "rows", "hours"]), st.integers(1, 99))
def test_what_was_measured_stays(number: int, unit: str, other: int) -> None:
    text = f"i measured {number} {unit} and then {other} {unit}"
    assert redacted(text) == text


@given(st.text(alphabet="0123456789 -.AZXcalle/Street#:id", max_size=200))
def test_a_second_look_at_papers_and_streets_changes_nothing(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
