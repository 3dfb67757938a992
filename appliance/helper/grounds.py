"""What a lesson and its class's papers have to say to a question, found by words and by meaning."""

from dataclasses import dataclass

from appliance.helper.answers import Citation
from appliance.helper.citations import citations_of
from appliance.helper.conversations import Memory, in_context
from appliance.helper.elsewhere import Matrix
from appliance.helper.own_search import found_in, rows_of, shared_words
from appliance.helper.pages import Page
from appliance.helper.redaction import without_marks
from appliance.helper.rules import quotable
from appliance.helper.topics import Lead, Topics, leans_back
from appliance.inference.engine import Vector
from appliance.inference.router import Router
from appliance.library.comparable import comparable
from appliance.library.document_search import DocumentPassage, search_documents
from appliance.library.ranking import Matrices
from appliance.library.search import Passage, Vectors, search
from appliance.library.second_look import looked_at_again, wanted
from appliance.settings import Settings
from appliance.storage.database import Database

# The search model reads a few hundred words; more would only blur the question.
SEARCH_CHARS = 1000


@dataclass(frozen=True)
class Ground:
    """What the lesson has to say; `topic` is what the suggestions speak of.

    `citations` is for the model, `shown` for the student: with `strict` a passage may hold an answer. `scores` are
    search's, in the same order. `heading` is that of the best passage, for the teacher; empty where nothing fits.
    """

    citations: tuple[Citation, ...]
    topic: str
    on_topic: bool
    shown: tuple[Citation, ...]
    scores: tuple[float, ...]
    heading: str = ""


class Grounds:
    """`vectors`, `paper_vectors` and `topics` are kept in memory for every search of the box, the class chat's too."""

    def __init__(self, settings: Settings, router: Router, db: Database, topics: Topics) -> None:
        self._settings = settings
        self._router = router
        self._db = db
        self.topics = topics
        self.vectors = Vectors()
        self.paper_vectors = Matrices()

    async def of(self, message: str, page: Page, memory: Memory, language: str) -> Ground:
        searched = in_context(message, memory) if leans_back(message) else message
        searched = without_marks(searched)[:SEARCH_CHARS]
        vector = await self._router.embed(comparable(searched))
        most = self._settings.helper_reference_max_citations
        rank = self._router.rank
        passages, course = await self._passages(page, searched, vector, most)
        # The lesson goes first; where it fills every place, the class's papers get the last one.
        room = max(most - len(passages), min(1, most - 1))
        of_class, chosen = page.scope.class_id, page.rules.document_id
        papers = await search_documents(
            self._db, searched, of_class, vector, room, self.paper_vectors, rank, chosen
        )
        own = await self._own(page, searched, vector, room)
        own, papers = _nearest(own, papers, searched, room)
        passages = [*passages[: most - len(papers) - len(own)], *own]
        of_papers = [*(passage.body for passage in own), *(paper.body for paper in papers)]
        bodies = [*(passage.body for passage in passages), *(paper.body for paper in papers)]
        lead = Lead(bodies, vector, memory.on_topic, course, of_papers)
        is_filtering = page.rules.topic_filter != "off"
        on_topic = not is_filtering or await self.topics.fit(message[:SEARCH_CHARS], page.scope, lead)
        if not on_topic or not bodies:
            return Ground((), page.covers[0], on_topic, (), ())
        topic = passages[0].heading if passages else papers[0].heading or papers[0].title
        citations = citations_of(passages, papers, page.course, language)
        scores = (*(passage.score for passage in passages), *(paper.score for paper in papers))
        return Ground(citations, topic, on_topic, citations, scores, topic)

    async def _own(self, page: Page, searched: str, vector: Vector | None, room: int) -> list[Passage]:
        """Beside a lesson; a page that a teacher wrote has them already."""
        if not page.course.slug or not page.own:
            return []
        return found_in(page.own, await rows_of(self.topics, page.own), searched, vector, room)

    async def _passages(
        self, page: Page, searched: str, vector: Vector | None, most: int
    ) -> tuple[list[Passage], Matrix]:
        """With the vectors of everything that was searched."""
        rank = self._router.rank
        if not page.course.slug:
            rows = await rows_of(self.topics, page.own)
            found = found_in(page.own, rows, searched, vector, wanted(most))
            ordered = await looked_at_again(
                rank, searched, found, lambda each: f"{each.heading}. {each.body}"
            )
            return ordered[:most], rows
        passages = await search(
            self._db,
            searched,
            *page.place,
            vector,
            most,
            self.vectors,
            page.closed,
            rank,
            quotable(page.rules, page.course),
        )
        matrix = await self.vectors.of_course(self._db, page.course.slug)
        return passages, matrix.rows


def _nearest(
    own: list[Passage], papers: list[DocumentPassage], searched: str, room: int
) -> tuple[list[Passage], list[DocumentPassage]]:
    """Together as many as there is room for; their scores come from two searches, so the words of the question tell."""
    both: list[Passage | DocumentPassage] = [*papers, *own]
    both.sort(key=lambda each: -shared_words(searched, f"{each.heading} {each.body}"))
    kept = both[:room]
    return [each for each in own if each in kept], [each for each in papers if each in kept]
