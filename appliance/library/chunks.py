"""Lessons and references cut into passages: plain text of a size that can be searched and quoted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markdown_it.token import Token

from appliance.library.lessons import Lesson
from appliance.library.packing import is_scrap, packed
from appliance.library.tokens import plain_text, tokens_of

MOST_CHARACTERS = 420
# A megabyte of Markdown must not fill the index.
MOST_PASSAGES = 1500
QUICK_FIXES = "Quick fixes"
QUICK_FIXES_ANCHOR = "h-quick-fixes"

PassageSource = Literal["lesson", "reference"]


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
        for body in packed(blocks, MOST_CHARACTERS):
            if not is_scrap(body) and len(found) < MOST_PASSAGES:
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
