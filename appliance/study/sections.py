"""Material cut into sections: what a model gets to read for one item, and what becomes one topic."""

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import chain, groupby

from appliance.study.blueprints import Evidence, Topic
from appliance.study.sources import SourcePassage

WINDOW_CHARACTERS = 1500
MOST_SECTIONS = 12
MOST_EVIDENCE = 12

Section = tuple[SourcePassage, ...]


def windows_of(passages: Sequence[SourcePassage]) -> list[Section]:
    """Neighbouring passages of one paper or lesson, as many as a small model reads in a few seconds."""
    windows: list[Section] = []
    for _, run in groupby(passages, key=lambda passage: passage.place):
        window: list[SourcePassage] = []
        for passage in run:
            if window and sum(len(other.body) for other in window) + len(passage.body) > WINDOW_CHARACTERS:
                windows.append(tuple(window))
                window = []
            window.append(passage)
        windows.append(tuple(window))
    return windows


def sections_of(passages: Sequence[SourcePassage]) -> list[Section]:
    """A lesson is one section, a paper one for each heading, short ones joined with their neighbour."""
    sections: list[Section] = []
    for _, run in groupby(passages, key=lambda passage: passage.place):
        here = tuple(run)
        if here[0].document_id is None:
            sections.append(here)
        else:
            sections += _by_heading(here)
    return _joined(sections, MOST_SECTIONS)


def title_of(section: Section, sections: Sequence[Section]) -> str:
    """A section that is a whole paper or lesson has its title, others their first heading."""
    first = section[0]
    is_whole = sum(other[0].place == first.place for other in sections) == 1
    heading = next((passage.heading for passage in section if passage.heading), "")
    return first.title if is_whole or not heading else heading


def evidence_of(section: Section) -> tuple[Evidence, ...]:
    found = dict.fromkeys(Evidence(passage.title, passage.document_id, passage.page) for passage in section)
    return tuple(found)[:MOST_EVIDENCE]


def passages_of_topic(passages: Sequence[SourcePassage], topic: Topic | None) -> list[SourcePassage]:
    """What the topic was made from; everything when there is no topic, or nothing of it is left."""
    if topic is None:
        return list(passages)
    known = set(topic.evidence)
    mine = [
        passage for passage in passages if Evidence(passage.title, passage.document_id, passage.page) in known
    ]
    return mine or list(passages)


def _by_heading(passages: Section) -> list[Section]:
    return [tuple(run) for _, run in groupby(passages, key=lambda passage: passage.heading)]


def _joined(sections: Sequence[Section], most: int) -> list[Section]:
    """Neighbours of one paper made one, the shortest together first, until `most` are left or none belong together.

    A heap, because a long paper has thousands of headings.
    """
    runs = [[section] for section in sections]
    lengths = [sum(len(passage.body) for passage in section) for section in sections]
    after, before = list(range(1, len(runs) + 1)), list(range(-1, len(runs) - 1))
    heap: list[tuple[int, int, int]] = []

    def offer(first: int, second: int) -> None:
        if first >= 0 and second < len(runs) and sections[first][0].place == sections[second][0].place:
            heappush(heap, (lengths[first] + lengths[second], first, second))

    for first in range(len(runs)):
        offer(first, first + 1)
    left = len(runs)
    while left > most and heap:
        length, first, second = heappop(heap)
        # One of them has grown or is gone since.
        if not runs[first] or after[first] != second or lengths[first] + lengths[second] != length:
            continue
        runs[first] += runs[second]
        runs[second] = []
        lengths[first], after[first] = length, after[second]
        if after[first] < len(runs):
            before[after[first]] = first
        left -= 1
        offer(before[first], first)
        offer(first, after[first])
    return [tuple(chain.from_iterable(run)) for run in runs if run]
