"""Questions beyond the lessons, put together by the words that at least three students share."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from appliance.helper.themes import LEAST_STUDENTS, names_on_the_box
from appliance.helper.words import words_of
from appliance.storage.database import Database

MOST_WORDS = 40
MOST_THEMES = 12
WORDS_OF_THEME = 4
# Of the questions with a word, how many have to hold the theme's first word too.
TOGETHER = 0.5


@dataclass(frozen=True)
class Use:
    """One question of one student held this word, which three students used."""

    word: str
    question_id: int
    student_id: int


@dataclass(frozen=True)
class Theme:
    words: tuple[str, ...]
    questions: int
    students: int


async def themes_of_class(db: Database, class_id: int, since: int) -> list[Theme]:
    """The one that most students share first. A word that is somebody's name by now is left out."""
    rows = await db.fetch_all(
        """
        WITH used AS MATERIALIZED (
          SELECT question_words.word_key, theme_words.word, question_words.question_id, question_words.student_id
          FROM theme_words
          JOIN question_words ON question_words.class_id = theme_words.class_id
                             AND question_words.word_key = theme_words.word_key
                             AND question_words.asked_at >= :since
          WHERE theme_words.class_id = :class_id
        ), shared AS (
          SELECT word_key
          FROM used
          GROUP BY word_key
          HAVING count(DISTINCT student_id) >= :least
          ORDER BY count(DISTINCT student_id) DESC, count(*) DESC
          LIMIT :most
        )
        SELECT used.word, used.question_id, used.student_id
        FROM shared JOIN used ON used.word_key = shared.word_key
        """,
        class_id=class_id,
        since=since,
        least=LEAST_STUDENTS,
        most=MOST_WORDS,
    )
    names = await names_on_the_box(db) if rows else frozenset()
    return themes_in(Use(*row) for row in rows if not names.intersection(words_of(row["word"])))


def themes_in(uses: Iterable[Use]) -> list[Theme]:
    """Each word belongs to one theme: to the most shared word that goes with it, or it begins one."""
    questions: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for use in uses:
        questions[use.word][use.question_id] = use.student_id
    left = sorted(
        questions, key=lambda word: (-len(set(questions[word].values())), -len(questions[word]), word)
    )
    themes: list[Theme] = []
    while left and len(themes) < MOST_THEMES:
        first, *rest = left
        with_it = [word for word in rest if _goes_with(questions[word], questions[first])]
        left = [word for word in rest if word not in with_it]
        # Only of the first word: a question that only another one leads here may belong elsewhere.
        held = questions[first]
        themes.append(Theme((first, *with_it[: WORDS_OF_THEME - 1]), len(held), len(set(held.values()))))
    return themes


def _goes_with(questions: dict[int, int], others: dict[int, int]) -> bool:
    """Said together by three students at least: which words one child put together is not told."""
    both = questions.keys() & others.keys()
    return len({questions[each] for each in both}) >= LEAST_STUDENTS and len(both) >= TOGETHER * len(
        questions
    )
