"""Material cut into sections: what a model gets to read for one item, and what becomes one topic."""

from collections.abc import Sequence
from itertools import groupby, pairwise

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
    while len(sections) > MOST_SECTIONS and (at := _shortest_pair(sections)) is not None:
        sections[at : at + 2] = [sections[at] + sections[at + 1]]
    return sections


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


def _shortest_pair(sections: Sequence[Section]) -> int | None:
    """Where two neighbours of one paper are shortest together; None when no two belong together."""
    pairs = [
        (sum(len(passage.body) for passage in first + second), at)
        for at, (first, second) in enumerate(pairwise(sections))
        if first[0].place == second[0].place
    ]
    return min(pairs)[1] if pairs else None
