"""Care: the school's own words for a student in trouble, whom to go to, and a quiet count for the teacher."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from appliance.classroom.box import today
from appliance.errors import Invalid
from appliance.storage.database import Database, Transaction

WORDS_CHARACTERS = 1000
PERSON_CHARACTERS = 200
SHOWN_DAYS = 30
CALL = {"en": "You can call: {lines}", "es": "Puedes llamar a: {lines}"}
TO = {"en": "You can go to: {person}", "es": "Puedes ir con: {person}"}
ANYBODY = {
    "en": "your teacher, or another adult you trust",
    "es": "tu profe u otra persona adulta de confianza",
}


@dataclass(frozen=True)
class CareWords:
    """`person` is whom a student may go to, in one line; empty names no one in particular."""

    english: str
    spanish: str
    person: str

    def reply(self, language: str, helplines: str = "") -> str:
        """`helplines` are the box's, for every class."""
        language = language if language in TO else "en"
        words = self.spanish if language == "es" else self.english
        lines = [words, TO[language].format(person=self.person or ANYBODY[language])]
        if helplines.strip():
            lines.append(CALL[language].format(lines=" ".join(helplines.split())))
        return "\n\n".join(lines)


@dataclass(frozen=True)
class CareDay:
    day: date
    messages: int


@cache
def words_of_the_box(language: str) -> str:
    return (
        (files("appliance.classroom") / "care_words" / f"{language}.md").read_text(encoding="utf-8").strip()
    )


async def care_words_of(db: Database, class_id: int) -> CareWords:
    """The class's own, or the box's."""
    row = await db.fetch_one(
        "SELECT english, spanish, person FROM care_words WHERE class_id = :class_id", class_id=class_id
    )
    own = (row["english"], row["spanish"], row["person"]) if row else ("", "", "")
    return CareWords(own[0] or words_of_the_box("en"), own[1] or words_of_the_box("es"), own[2])


async def save_care_words(tx: Transaction, class_id: int, words: CareWords) -> None:
    """Emptied words become the box's own again: there is always something to say. Raises Invalid."""
    for field, text, most in (
        ("english", words.english, WORDS_CHARACTERS),
        ("spanish", words.spanish, WORDS_CHARACTERS),
        ("person", words.person, PERSON_CHARACTERS),
    ):
        if len(text) > most:
            raise Invalid("This is longer than fits here. Make it shorter.", "too_long", field=field)
    await tx.execute(
        """
        INSERT INTO care_words (class_id, english, spanish, person)
        VALUES (:class_id, :english, :spanish, :person)
        ON CONFLICT (class_id) DO UPDATE
        SET english = excluded.english, spanish = excluded.spanish, person = excluded.person
        """,
        class_id=class_id,
        english=words.english.strip(),
        spanish=words.spanish.strip(),
        person=" ".join(words.person.split()),
    )


async def count_care(db: Database, class_id: int) -> None:
    """One more today: never who, never what."""
    day = (await today(db)).isoformat()
    async with db.transaction() as tx:
        await tx.execute(
            """
            INSERT INTO care_counts (class_id, day, messages)
            SELECT id, :day, 1 FROM classes WHERE id = :class_id
            ON CONFLICT (class_id, day) DO UPDATE SET messages = messages + 1
            """,
            class_id=class_id,
            day=day,
        )


async def care_days_of(db: Database, class_id: int) -> list[CareDay]:
    """The days with such messages, the newest first."""
    rows = await db.fetch_all(
        """
        SELECT day, messages
        FROM care_counts
        WHERE class_id = :class_id
        ORDER BY day DESC
        LIMIT :most
        """,
        class_id=class_id,
        most=SHOWN_DAYS,
    )
    return [CareDay(date.fromisoformat(row["day"]), row["messages"]) for row in rows]
