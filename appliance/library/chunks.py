"""Lessons and references cut into passages: plain text of a size that can be searched and quoted."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markdown_it.token import Token

from appliance.library.lessons import Lesson
from appliance.library.tokens import plain_text, tokens_of

LEAST_CHARACTERS = 24
MOST_CHARACTERS = 420
# A megabyte of Markdown must not fill the index.
MOST_PASSAGES = 1500
QUICK_FIXES = "Quick fixes"
QUICK_FIXES_ANCHOR = "h-quick-fixes"

PassageSource = Literal["lesson", "reference"]

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")
_ENDED = (".", "!", "?", ":", ";", "…", ",", "”", '"')


@dataclass(frozen=True)
class Chunk:
    """`anchor` is the id of the heading above it on the lesson page; empty before the first heading."""

    source: PassageSource
    heading: str
    anchor: str
    position: int
    body: str


def passages_of(lesson: Lesson) -> list[Chunk]:
    """What students may read of a lesson; its quick fixes come last."""
    sections = list(_sections(tokens_of(lesson.body_student), lesson.title))
    if lesson.quick_fixes:
        sections.append((QUICK_FIXES, QUICK_FIXES_ANCHOR, list(lesson.quick_fixes)))
    return _chunks("lesson", sections)


def passages_of_reference(markdown: str) -> list[Chunk]:
    """The helper's facts; they are on no page, so they have no anchors."""
    return _chunks(
        "reference", ((heading, "", blocks) for heading, _, blocks in _sections(tokens_of(markdown), ""))
    )


def _chunks(source: PassageSource, sections: Iterable[tuple[str, str, list[str]]]) -> list[Chunk]:
    found: list[Chunk] = []
    for heading, anchor, blocks in sections:
        for body in _packed(blocks):
            if len(body) >= LEAST_CHARACTERS and len(found) < MOST_PASSAGES:
                found.append(Chunk(source, heading, anchor, len(found), body))
    return found


def _sections(tokens: list[Token], title: str) -> Iterator[tuple[str, str, list[str]]]:
    """Heading, anchor and blocks of text; one block is a paragraph, a list item, a table row or code."""
    heading, anchor, blocks = title, "", list[str]()
    row: list[str] = []
    for before, token in pairwise([Token("start", "", 0), *tokens]):
        if token.type == "heading_open":
            yield heading, anchor, blocks
            anchor, blocks = str(token.attrs.get("id", "")), []
        elif before.type == "heading_open":
            heading = plain_text(token)
        elif before.type in ("th_open", "td_open"):
            row.append(plain_text(token))
        elif token.type == "tr_close":
            blocks.append(", ".join(filter(None, row)))
            row = []
        elif token.type == "math_block" and blocks:
            blocks[-1] += f" {plain_text(token)}"
        elif token.type in ("inline", "fence", "code_block", "math_block"):
            blocks.append(plain_text(token).strip())
    yield heading, anchor, blocks


def _packed(blocks: Iterable[str]) -> Iterator[str]:
    """Neighbouring blocks share a passage while there is room; long ones are cut where a sentence ends."""
    passage = ""
    for piece in (piece for block in blocks if block for piece in _pieces(block)):
        if passage and len(passage) + len(piece) + 2 > MOST_CHARACTERS:
            yield passage
            passage = ""
        passage = f"{_closed(passage)} {piece}" if passage else piece
    if passage:
        yield passage


def _closed(text: str) -> str:
    return text if text.endswith(_ENDED) else f"{text}."


def _pieces(block: str) -> Iterator[str]:
    """A block that fits is one piece, so that it isn't torn to fill the passage before it."""
    if len(block) <= MOST_CHARACTERS:
        yield block
        return
    piece = ""
    for sentence in _SENTENCE_END.split(block):
        if piece and len(piece) + len(sentence) + 1 > MOST_CHARACTERS:
            yield piece
            piece = ""
        piece = f"{piece} {sentence}".strip()
        while len(piece) > MOST_CHARACTERS:
            cut = piece.rfind(" ", 0, MOST_CHARACTERS)
            cut = cut if cut > LEAST_CHARACTERS else MOST_CHARACTERS
            yield piece[:cut].strip()
            piece = piece[cut:].strip()
    if piece:
        yield piece
