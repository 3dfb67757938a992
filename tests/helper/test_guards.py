"""Outgoing guards: whole sentences only, nothing personal, no marks, links or pictures that were made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.helper.guards import LONGEST_HELD, Outgoing

KNOWN = frozenset({"L1", "L2"})


def through(text: str, size: int = 3, most: int = 2200) -> list[str]:
    gate = Outgoing(KNOWN, most)
    pieces = [gate.feed(text[at : at + size]) for at in range(0, len(text), size)]
    return [piece for piece in [*pieces, gate.finish(is_cut=False)] if piece]


CLEANED = {
    "It glows [L1]. Yes [L9].": "It glows [L1]. Yes.",
    "It glows [l1, L2, L7] and 【L2】.": "It glows [L1][L2] and [L2].",
    "Look [here](https://x.example/a) or at https://y.example/b?c=1.": "Look here or at.",
    "![cat. Nice](http://x/c.png)Done.": "Done.",
    'A <b>bold</b> <img src="a. b" onerror=go()>word.': "A bold word.",
    "If a<b then c > d.": "If a<b then c > d.",
    "Write `<p>` or `https://x.example` here.": "Write `<p>` or `https://x.example` here.",
    "```\n<p>Hi. You</p>\n```\n<p>x</p>": "```\n<p>Hi. You</p>\n```\nx",
    "Ask bob.smith@school.org. Or call +34 612 345 678!": "Ask [REDACTED_EMAIL]. Or call [REDACTED_PHONE]!",
    "Ask bob<i></i>@school.org now": "Ask [REDACTED_EMAIL] now",
}


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(("text", "safe"), CLEANED.items())
def test_what_was_made_up_is_taken_out(text: str, safe: str, size: int) -> None:
    assert "".join(through(text, size)) == safe


def test_an_unfinished_sentence_is_held_back() -> None:
    gate = Outgoing(KNOWN, 2200)
    assert gate.feed("It glows. The wi") == "It glows. "
    assert gate.feed("re is") == ""
    assert gate.feed(" hot.\nNext") == "The wire is hot.\n"
    assert gate.finish(is_cut=False) == "Next"


def test_what_broke_off_is_left_out_unless_it_is_all_there_is() -> None:
    gate = Outgoing(KNOWN, 2200)
    gate.feed("It glows. The wi")
    assert gate.finish(is_cut=True) == ""
    alone = Outgoing(KNOWN, 2200)
    alone.feed("The wire is hot because")
    assert alone.finish(is_cut=True) == "The wire is hot because…"


def test_an_answer_that_is_too_long_ends_with_a_sentence() -> None:
    gate = Outgoing(KNOWN, 40)
    assert (
        gate.feed("The lamp glows. The wire gets hot. Take it off quickly. ")
        == "The lamp glows. The wire gets hot. "
    )
    assert gate.is_full
    assert gate.feed("More. ") == ""
    assert gate.finish(is_cut=True) == ""


def test_a_text_without_any_end_still_flows() -> None:
    pieces = through("word " * 400)
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= LONGEST_HELD + 5


def test_citing_means_a_mark_that_is_known() -> None:
    gate = Outgoing(KNOWN, 2200)
    gate.feed("Yes [L9]. ")
    assert not gate.cites
    gate.feed("Yes [L2]. ")
    assert gate.cites


@given(st.emails(), st.integers(1, 9), st.sampled_from([". ", "! ", "\n", " "]))
def test_no_piece_ever_holds_part_of_an_address(address: str, size: int, between: str) -> None:
    local, domain = address.rsplit("@", 1)
    pieces = through(f"Hello there{between}Write to {address} today. And so on. ", size)
    for piece in pieces:
        assert "@" not in piece
        assert domain not in piece
        assert len(local) < 8 or local not in piece


@given(
    st.lists(
        st.sampled_from(["The lamp. ", "a@b.org ", "[L1] ", "<b>", "](", "[", "+34 612 345 678 ", "\n", "!"])
    )
)
def test_pieces_make_up_what_the_whole_would_be(parts: list[str]) -> None:
    whole = "".join(parts)
    assert "".join(through(whole, 2)) == "".join(through(whole, 7))


@pytest.mark.parametrize("ended", ["ما هي الدائرة؟ ", "دائرہ بند ہے۔ ", "परिपथ बंद है। ", "回路は閉じている。"])
def test_a_sentence_of_another_script_is_shown_when_it_ends(ended: str) -> None:
    gate = Outgoing(frozenset(), 1000)
    assert gate.feed(f"{ended}abc") == ended
