"""Texts that a program sends along: cut into passages like papers are, and kept nowhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from appliance.library.packing import packed
from appliance.study.sections import MOST_SECTIONS, Section, sections_of, windows_of
from appliance.study.sources import SourcePassage

PASSAGE_CHARACTERS = 420
BETWEEN_SOURCES = re.compile(r"\n\s*---\s*\n")
# As contexts are written for a model: `Source 3 | The leaf | page 12`.
SOURCE = re.compile(
    r"Source (?P<number>\d{1,6}) \| (?P<title>[^|\n]{1,200}) \| (?P<kind>\w{1,20}) (?P<index>\d{1,6})"
)
MARKED_HEADING = re.compile(r"#{1,6} +(?P<heading>.{1,120}?) *#*")
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
    for number, block in enumerate(BETWEEN_SOURCES.split(_clean(text)), start=1):
        first, _, rest = block.strip().partition("\n")
        named = SOURCE.fullmatch(first.strip())
        here = named["title"].strip() if named else title
        page = int(named["index"]) if named else None
        label = f"Source {named['number'] if named else number}"
        place = places.setdefault(here, len(places) + 1)
        for heading, body in _headed(rest if named else block):
            passages += [
                TextPassage(here, heading, piece, place, page, label)
                for piece in packed(body, PASSAGE_CHARACTERS)
            ]
    return passages


def parts_of_text(passages: list[SourcePassage]) -> list[Section]:
    """What becomes one topic each: what stands under a heading, else stretches of about the same length."""
    sections = sections_of(passages)
    length = sum(len(passage.body) for passage in passages)
    if len(sections) == 1 and length >= 2 * UNMARKED_CHARACTERS:
        return _even(windows_of(passages), min(UNMARKED_SECTIONS, length // UNMARKED_CHARACTERS))
    return _even(sections, MOST_SECTIONS)


def sample(passages: list[SourcePassage], most_characters: int) -> list[SourcePassage]:
    """Passages from all of it, in their order, together not much longer than `most_characters`."""
    length = sum(len(passage.body) for passage in passages)
    step = max(1.0, length / most_characters)
    return [passages[int(place * step)] for place in range(int(len(passages) / step))]


def _clean(text: str) -> str:
    return _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _headed(block: str) -> Iterator[tuple[str, list[str]]]:
    """Heading and paragraphs; a heading is marked as in Markdown, or a short line of its own without a full stop."""
    heading, paragraphs = "", list[str]()
    for lines in re.split(r"\n\s*\n", block):
        for line in _paragraphs(lines):
            found = _heading(line)
            if found is None:
                paragraphs.append(line)
                continue
            if paragraphs:
                yield heading, paragraphs
            heading, paragraphs = found, []
    if paragraphs:
        yield heading, paragraphs


def _paragraphs(lines: str) -> Iterator[str]:
    """A marked heading ends where its line does; other lines go on in the next one."""
    running: list[str] = []
    for line in lines.splitlines():
        if MARKED_HEADING.fullmatch(line.strip()):
            yield " ".join(" ".join(running).split())
            yield line.strip()
            running = []
        else:
            running.append(line)
    yield " ".join(" ".join(running).split())


def _heading(line: str) -> str | None:
    """None for a line that is text; nothing at all is text too."""
    if marked := MARKED_HEADING.fullmatch(line):
        return marked["heading"].strip()
    is_short = len(line) <= HEADING_CHARACTERS and len(line.split()) <= HEADING_WORDS
    return line if line and line[0].isalpha() and is_short and line[-1].isalnum() else None


def _even(sections: list[Section], most: int) -> list[Section]:
    """Neighbours joined, so that no more than `most` are left."""
    count = min(most, len(sections))
    cuts = [round(place * len(sections) / count) for place in range(count + 1)] if count else []
    return [
        tuple(passage for section in sections[start:end] for passage in section)
        for start, end in pairwise(cuts)
    ]
