"""The passages that an answer rests on, numbered L1, L2, …, each with the way to its heading."""

import re
from collections.abc import Sequence

from appliance.helper.answers import Citation
from appliance.helper.phrases import say
from appliance.library.courses import Course
from appliance.library.document_search import DocumentPassage
from appliance.library.search import Passage

# Models write [L1], [l1, L2] and 【L1】.
MARK = re.compile(r"[ \u00a0]?[\[【]\s*(L\d+(?:\s*[,;]\s*L?\d+)*)\s*[\]】]", re.IGNORECASE)


# What a page of each kind of paper is called.
PAGES = {"pdf": "page {number}", "docx": "section {number}", "pptx": "slide {number}"}


def citations_of(
    passages: Sequence[Passage], papers: Sequence[DocumentPassage], course: Course, language: str
) -> tuple[Citation, ...]:
    """The lesson's own passages first, then those of the class's papers."""
    titles = {lesson.slug: lesson.title for lesson in course.lessons}
    found = [(_source(passage, titles, language), passage.body, url_of(passage)) for passage in passages]
    found += [(source_of_paper(paper, language), paper.body, url_of_paper(paper)) for paper in papers]
    return tuple(Citation(f"L{number}", *cited) for number, cited in enumerate(found, start=1))


def source_of_paper(paper: DocumentPassage, language: str) -> str:
    """`The water cycle, page 3`."""
    return f"{paper.title}, {say(language, PAGES[paper.kind], number=str(paper.page))}"


def url_of_paper(paper: DocumentPassage) -> str:
    return f"/student/library/{paper.document_id}?page={paper.page}#p-{paper.page}"


def marks_in(text: str) -> frozenset[str]:
    """The ids that a text cites."""
    return frozenset(mark for found in MARK.finditer(text) for mark in _ids(found))


def with_known_marks(text: str, known: frozenset[str]) -> str:
    """Marks in one spelling, `[L1][L2]`; those that point nowhere are taken out."""
    return MARK.sub(lambda found: _rewritten(found, known), text)


def _rewritten(found: re.Match[str], known: frozenset[str]) -> str:
    kept = "".join(f"[{mark}]" for mark in dict.fromkeys(_ids(found)) if mark in known)
    gap = found[0][0] if found[0][0] in " \u00a0" else ""
    return gap + kept if kept else ""


def _ids(found: re.Match[str]) -> list[str]:
    return [f"L{int(number)}" for number in re.findall(r"\d{1,6}", found[1])]


def _source(passage: Passage, titles: dict[str, str], language: str) -> str:
    is_reference = passage.source == "reference"
    place = say(language, "Reference") if is_reference else titles.get(passage.lesson_slug, "")
    return " · ".join(dict.fromkeys(part for part in (place, passage.heading) if part))


def url_of(passage: Passage) -> str:
    if passage.source == "reference":
        return ""
    anchor = f"#{passage.anchor}" if passage.anchor else ""
    if passage.source == "own":
        return f"/material/{passage.lesson_slug.rpartition('-')[2]}{anchor}"
    return f"/course/{passage.course_slug}/{passage.lesson_slug}{anchor}"
