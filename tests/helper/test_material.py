"""Material that a program supplies: its labels, its pieces, and which of them fit a question."""

import pytest

from appliance.helper.material import PIECE_CHARS, Piece, label_in, pieces_of, ranked, until

TWO = "Source 1 | Intro Notes | page 1\nAlpha\n\n---\n\nSource 2 | Lab Manual | page 3\nBeta"


def test_every_block_has_its_label_and_its_place() -> None:
    assert pieces_of(TWO, "") == [
        Piece("Source 1", "Intro Notes, page 1", "Alpha"),
        Piece("Source 2", "Lab Manual, page 3", "Beta"),
    ]
    assert pieces_of("", "  ") == []
    assert pieces_of("Just text.", "") == [Piece("", "", "Just text.")]


def test_the_blueprint_goes_by_its_own_name_and_not_by_its_header() -> None:
    plan = "Blueprint Context | Published blueprint context\nSummary: lamps."
    assert pieces_of("", plan) == [Piece("Blueprint Context", "Blueprint Context", "Summary: lamps.")]


@pytest.mark.parametrize("text", ["word " * 1000, "x" * 5000, "One sentence. " * 300])
def test_long_blocks_are_cut_and_nothing_is_lost(text: str) -> None:
    pieces = pieces_of(f"Source 1 | Book | page 1\n{text}", "")
    assert all(len(piece.text) <= PIECE_CHARS for piece in pieces)
    assert "".join(piece.text for piece in pieces).replace(" ", "") == text.replace(" ", "")


def test_the_pieces_that_share_words_with_the_question_come_first() -> None:
    pieces = [
        Piece("Source 1", "", "Nothing."),
        Piece("Source 2", "", "A lamp glows."),
        Piece("", "", "None."),
    ]
    assert [piece.label for _, piece in ranked(pieces, "Why do lamps glow?")] == ["Source 2", "Source 1", ""]
    assert until(pieces, 10) == pieces[:1]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Source 1", "Source 1"),
        ("source  1", "Source 1"),
        ("Source 1 | Intro Notes | page 1", "Source 1"),
        ("Source 11", ""),
        ("", ""),
        ("1", ""),
    ],
)
def test_a_label_is_known_by_any_of_its_spellings(given: str, meant: str) -> None:
    assert label_in(given, ["Source 1", "Source 2"]) == meant
