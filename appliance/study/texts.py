"""Texts that a program sends along: cut into passages like papers are, and kept nowhere."""

import re
from dataclasses import dataclass
from itertools import pairwise

from appliance.library.chunks import passages_of_reference
from appliance.study.facts import facts_of
from appliance.study.sections import MOST_SECTIONS, Section, sections_of, windows_of
from appliance.study.sources import SourcePassage

BETWEEN_SOURCES = "\n\n---\n"
# As contexts are written for a model: `Source 3 | The leaf | page 12`.
SOURCE = re.compile(
    r"Source (?P<number>\d{1,6}) \| (?P<title>[^|\n]{1,200}) \| (?P<kind>\w{1,20}) (?P<index>\d{1,6})"
)
HEADING_WORDS = 8
HEADING_CHARACTERS = 60
# A text without headings is cut into this many topics at most, none shorter than this.
UNMARKED_SECTIONS = 6
UNMARKED_CHARACTERS = 1500

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class TextPassage(SourcePassage):
    """`label` names the source as the sender does; a text without named sources is `Source 1`."""

    label: str = "Source 1"


def passages_of_text(text: str, title: str) -> list[SourcePassage]:
    """In reading order. Named sources keep their titles and pages; what has no name is called `title`."""
    passages: list[SourcePassage] = []
    places: dict[str, int] = {}
    for number, block in enumerate(_clean(text).split(BETWEEN_SOURCES), start=1):
        first, _, rest = block.strip().partition("\n")
        named = SOURCE.fullmatch(first.strip())
        here = named["title"].strip() if named else title
        page = int(named["index"]) if named else None
        label = f"Source {named['number'] if named else number}"
        place = places.setdefault(here, len(places) + 1)
        for chunk in passages_of_reference(_marked(rest if named else block)):
            passages.append(TextPassage(here, chunk.heading, chunk.body, place, page, label))
    return passages


def parts_of_text(passages: list[SourcePassage]) -> list[Section]:
    """What becomes one topic each: what stands under a heading, else stretches of about the same length."""
    sections = sections_of(passages)
    length = sum(len(passage.body) for passage in passages)
    if len(sections) == 1 and length >= 2 * UNMARKED_CHARACTERS:
        return _even(windows_of(passages), min(UNMARKED_SECTIONS, length // UNMARKED_CHARACTERS))
    return _even(sections, MOST_SECTIONS)


def sample(passages: list[SourcePassage], most_facts: int) -> list[SourcePassage]:
    """Passages from all of it, in their order, with about `most_facts` sentences that can stand alone."""
    step = max(1.0, len(facts_of(passages)) / most_facts)
    return [passages[int(place * step)] for place in range(int(len(passages) / step))]


def _clean(text: str) -> str:
    """Lines without blanks at their end, and never two empty ones in a row."""
    lines = [
        line.rstrip() for line in _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    ]
    kept = [line for before, line in pairwise(["", *lines]) if before or line]
    return "\n".join(kept)


def _marked(block: str) -> str:
    """Short lines of their own without a full stop are headings too: mark them as Markdown does."""
    return "\n\n".join(f"## {piece}" if _is_heading(piece) else piece for piece in block.split("\n\n"))


def _is_heading(piece: str) -> bool:
    is_short = len(piece) <= HEADING_CHARACTERS and len(piece.split()) <= HEADING_WORDS
    return is_short and "\n" not in piece and piece[:1].isalpha() and piece[-1:].isalnum()


def _even(sections: list[Section], most: int) -> list[Section]:
    """Neighbours joined, so that no more than `most` are left."""
    count = min(most, len(sections))
    cuts = [round(place * len(sections) / count) for place in range(count + 1)] if count else []
    return [
        tuple(passage for section in sections[start:end] for passage in section)
        for start, end in pairwise(cuts)
    ]
