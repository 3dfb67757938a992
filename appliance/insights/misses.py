"""Which wrong answers many students gave to the same question: what a misunderstanding looks like in numbers."""

import json
from dataclasses import dataclass

from appliance.storage.database import Database

MOST_MISSES = 12
# One slip of the finger is no misunderstanding.
LEAST_TIMES = 2
LEAST_SHARE = 0.3


@dataclass(frozen=True)
class Miss:
    """`times` of `answered` finished attempts chose `chosen`, and `answer` is right; `topic_key` may be empty."""

    topic_key: str
    quiz: str
    question: str
    chosen: str
    answer: str
    times: int
    answered: int


async def misses_of_class(db: Database, class_id: int) -> list[Miss]:
    """The most common first."""
    rows = await db.fetch_all(
        """
        WITH given AS (
          SELECT answers.item_id AS question_id, answers.given, count(*) AS times
          FROM activities
          JOIN assignments ON assignments.activity_id = activities.id
          JOIN attempts ON attempts.assignment_id = assignments.id AND attempts.finished_at IS NOT NULL
          JOIN answers ON answers.attempt_id = attempts.id
          WHERE activities.class_id = :class_id AND activities.kind = 'quiz' AND activities.state = 'published'
            AND activities.removed_at IS NULL
          GROUP BY answers.item_id, answers.given
        )
        SELECT activities.topic_key, activities.title, questions.stem, questions.choices, questions.answer_index,
               given.given, given.times,
               (SELECT sum(times) FROM given AS every WHERE every.question_id = given.question_id) AS answered
        FROM given
        JOIN questions ON questions.id = given.question_id
        JOIN activities ON activities.id = questions.activity_id
        WHERE given.given <> questions.answer_index AND given.times >= :least AND activities.class_id = :class_id
          AND given.times >= :share * answered
        ORDER BY given.times * 1.0 / answered DESC, given.times DESC, questions.id
        LIMIT :most
        """,
        class_id=class_id,
        least=LEAST_TIMES,
        share=LEAST_SHARE,
        most=MOST_MISSES,
    )
    found = []
    for row in rows:
        choices = json.loads(row["choices"])
        found.append(
            Miss(
                row["topic_key"],
                row["title"],
                row["stem"],
                choices[row["given"]],
                choices[row["answer_index"]],
                row["times"],
                row["answered"],
            )
        )
    return found
