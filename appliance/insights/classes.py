"""What the database knows of a class's quizzes and chats, read in a fixed number of queries."""

from appliance.insights.bloom import LEVELS, Level, level_of
from appliance.insights.metrics import Insights, Learner, Quiz, Try, insights_of
from appliance.storage.database import Database


async def insights_of_class(db: Database, class_id: int) -> Insights:
    """Seven queries, however large the class. Whose class it is has been asked before."""
    learners = await learners_of_class(db, class_id)
    quizzes = await _quizzes(db, class_id)
    tries = await _tries(db, class_id)
    titles = await _topic_titles(db, class_id)
    overrides = await _overrides(db, class_id)
    return insights_of(learners, quizzes, tries, titles, overrides, await _levels(db, class_id))


async def learners_of_class(db: Database, class_id: int) -> list[Learner]:
    rows = await db.fetch_all(
        """
        SELECT students.id, students.display_name, students.created_at, coalesce(asked.questions, 0) AS questions
        FROM students
        LEFT JOIN (
          SELECT chat_sessions.student_id, count(*) AS questions
          FROM chat_sessions JOIN chat_messages ON chat_messages.session_id = chat_sessions.id
          WHERE chat_sessions.class_id = :class_id AND chat_messages.author = 'person'
          GROUP BY chat_sessions.student_id
        ) AS asked ON asked.student_id = students.id
        WHERE students.class_id = :class_id
        ORDER BY students.display_name COLLATE NOCASE, students.id
        """,
        class_id=class_id,
    )
    return [Learner(row["id"], row["display_name"], row["created_at"], row["questions"]) for row in rows]


async def _quizzes(db: Database, class_id: int) -> list[Quiz]:
    rows = await db.fetch_all(
        """
        SELECT assignments.id, activities.id AS activity_id, activities.title, activities.topic_key,
               assignments.created_at, assignments.due_at
        FROM assignments JOIN activities ON activities.id = assignments.activity_id
        WHERE activities.class_id = :class_id AND activities.kind = 'quiz' AND activities.state = 'published'
          AND activities.removed_at IS NULL
        ORDER BY assignments.created_at, assignments.id
        """,
        class_id=class_id,
    )
    hidden_from = await _hidden_from(db, class_id)
    return [
        Quiz(
            row["id"],
            row["activity_id"],
            row["title"],
            row["topic_key"],
            row["created_at"],
            row["due_at"],
            frozenset(hidden_from.get(row["id"], ())),
        )
        for row in rows
    ]


async def _hidden_from(db: Database, class_id: int) -> dict[int, set[int]]:
    """Which students don't see an assignment, by its id."""
    rows = await db.fetch_all(
        """
        SELECT assignments.id, students.id AS student_id
        FROM activities
        JOIN assignments ON assignments.activity_id = activities.id
        JOIN students ON students.class_id = activities.class_id
        WHERE activities.class_id = :class_id AND activities.kind = 'quiz'
        EXCEPT
        SELECT assignment_id, student_id
        FROM student_assignments
        WHERE class_id = :class_id
        """,
        class_id=class_id,
    )
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["id"], set()).add(row["student_id"])
    return found


async def _tries(db: Database, class_id: int) -> list[Try]:
    rows = await db.fetch_all(
        """
        SELECT attempts.assignment_id, attempts.student_id, attempts.score
        FROM activities
        JOIN assignments ON assignments.activity_id = activities.id
        JOIN attempts ON attempts.assignment_id = assignments.id
        JOIN students ON students.id = attempts.student_id AND students.class_id = activities.class_id
        WHERE activities.class_id = :class_id AND activities.kind = 'quiz' AND activities.state = 'published'
          AND activities.removed_at IS NULL
          AND attempts.finished_at IS NOT NULL AND attempts.score IS NOT NULL
        """,
        class_id=class_id,
    )
    return [Try(row["assignment_id"], row["student_id"], row["score"]) for row in rows]


async def _topic_titles(db: Database, class_id: int) -> dict[str, str]:
    """The newest title of every topic the class ever had: a quiz outlives the blueprint it was made from."""
    rows = await db.fetch_all(
        """
        SELECT json_extract(topic.value, '$.key') AS key, json_extract(topic.value, '$.title') AS title,
               max(blueprints.version) AS version
        FROM blueprints,
             json_each(CASE WHEN json_valid(content) THEN content ELSE '{}' END, '$.topics') AS topic
        WHERE blueprints.class_id = :class_id
        GROUP BY 1
        """,
        class_id=class_id,
    )
    return {str(row["key"]): str(row["title"]) for row in rows if row["key"] and row["title"]}


async def _overrides(db: Database, class_id: int) -> dict[tuple[int, int], int]:
    rows = await db.fetch_all(
        """
        SELECT reviews.assignment_id, reviews.student_id, reviews.score_override
        FROM activities
        JOIN assignments ON assignments.activity_id = activities.id
        JOIN reviews ON reviews.assignment_id = assignments.id
        WHERE activities.class_id = :class_id AND activities.removed_at IS NULL
          AND reviews.score_override IS NOT NULL
        """,
        class_id=class_id,
    )
    return {(row["assignment_id"], row["student_id"]): row["score_override"] for row in rows}


async def _levels(db: Database, class_id: int) -> dict[str, list[Level]]:
    """Of the published blueprint: a level that is written down, else what the objective's verb says."""
    rows = await db.fetch_all(
        """
        SELECT json_extract(topic.value, '$.key') AS key, json_extract(objective.value, '$.level') AS level,
               json_extract(objective.value, '$.statement') AS statement
        FROM blueprints,
             json_each(CASE WHEN json_valid(content) THEN content ELSE '{}' END, '$.topics') AS topic,
             json_each(CASE topic.type WHEN 'object' THEN topic.value ELSE '{}' END, '$.objectives') AS objective
        WHERE blueprints.class_id = :class_id AND blueprints.state = 'published' AND objective.type = 'object'
        """,
        class_id=class_id,
    )
    found: dict[str, list[Level]] = {}
    for row in rows:
        known = next((level for level in LEVELS if level == row["level"]), None)
        level = known or level_of(str(row["statement"] or ""))
        if row["key"] and level:
            found.setdefault(str(row["key"]), []).append(level)
    return found
