"""From tokens to text that may be shown."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.inference.pieces import Pieces


def shown(parts: list[bytes], stop: tuple[str, ...] = (), thinking: bool = False) -> str:
    pieces = Pieces(stop, thinking)
    out = ""
    for part in parts:
        out += pieces.push(part)
        if pieces.stopped:
            break
    return out + pieces.rest()


def split(text: str, sizes: list[int]) -> list[bytes]:
    raw, parts = text.encode(), []
    for size in [*sizes, len(raw)]:
        parts.append(raw[:size])
        raw = raw[size:]
    return parts


@given(st.text(), st.lists(st.integers(0, 5)))
def test_text_is_whole_however_its_bytes_are_cut(text: str, sizes: list[int]) -> None:
    plain = text.replace("<", "")
    assert shown(split(plain, sizes)) == plain.lstrip()


@given(st.lists(st.integers(1, 4), max_size=40))
def test_a_stop_string_is_never_shown_however_it_is_cut(sizes: list[int]) -> None:
    assert shown(split("One. Two. STOP Three.", sizes), ("STOP",)) == "One. Two. "


@given(st.lists(st.integers(1, 4), max_size=40))
def test_thoughts_are_never_shown_however_they_are_cut(sizes: list[int]) -> None:
    assert shown(split("<think>secret STOP</think>\n\nIt glows é.", sizes), ("STOP",)) == "It glows é."


def test_a_thought_that_the_template_opened_is_left_out() -> None:
    assert shown([b"hmm", b" hmm </thi", b"nk> Yes."], thinking=True) == "Yes."


def test_an_unfinished_thought_shows_nothing() -> None:
    assert shown([b"<think>", b"on and on"]) == ""


def test_a_half_stop_string_at_the_end_is_plain_text() -> None:
    assert shown([b"so it is ST"], ("STOP",)) == "so it is ST"


def test_the_first_of_two_stop_strings_counts() -> None:
    assert shown([b"a b c d"], ("c", "b")) == "a "


def test_broken_bytes_become_a_replacement_and_no_error() -> None:
    assert shown([b"ok \xff\xc3"]) == "ok ��"
