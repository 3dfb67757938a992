"""What questions beyond a lesson have in common, without keeping them: words that three students used can be read.

A word is kept as a digest with a key of the box until the third student of the class uses it; only then it is written
down. What one or two children said is nowhere in the database in a form that could be read.
"""

import hmac
import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files

from appliance.helper.redaction import without_marks
from appliance.helper.topics import FAR, GENERIC
from appliance.helper.words import SMALL, plain, stem, stems_of, words_of
from appliance.storage.database import Database, Reads, Transaction, Value

# The migration's trigger holds the same number.
LEAST_STUDENTS = 3
MOST_WORDS = 12
LEAST_LETTERS, MOST_LETTERS = 3, 24
KEY_BYTES = 12
PLURALS = {"ciones": "cion", "ies": "y", "ie": "y", "s": ""}
NO_PLURAL = ("ss", "us", "is")
GIVEN_NAMES = "given_names.txt"
# Of the words of a question, how many the passages hold that speak of it, though the model named no place.
SPOKEN_OF = 0.5
WORD = re.compile(r"\w+")
ENDS_SENTENCE = re.compile(r"[.!?:;¿¡\n][\"'“«(\s]*$|^[\"'“«(\s]*$")

Words = Mapping[str, str]
"""The plain form of a word (lower case, no accents, one of a thing), and how it was written."""


def words_key(secret: bytes) -> bytes:
    """A key of its own, so that a digest of a word is good for nothing else."""
    return hmac.digest(secret, b"chalkbox.helper.themes.v1", sha256)


def speak_of(passages: str, message: str) -> bool:
    """Whether the words of the message stand in the passages, by half at least."""
    telling = stems_of(message) - GENERIC
    return len(telling & stems_of(passages)) >= SPOKEN_OF * len(telling)


def telling_words(message: str, names: frozenset[str], passages: str = "") -> Words:
    """Of a redacted message what says what it is about, and no passage holds; `names` are plain words."""
    known = stems_of(passages)
    text = without_marks(message)
    has_small = any(sign.islower() for sign in text)
    found: dict[str, str] = {}
    for match in WORD.finditer(text):
        word, bare = match[0], plain(match[0])
        if has_small and word[0].isupper() and _is_a_name(text, match.start(), bare):
            continue
        one = _singular(bare)
        if _is_telling(bare) and not names & {bare, one} and stem(bare) not in known:
            found.setdefault(one, word.lower())
    return dict(list(found.items())[:MOST_WORDS])


async def names_on_the_box(db: Database | Reads) -> frozenset[str]:
    """Plain words out of everybody's display name, in every class: none of them is ever a theme."""
    rows = await db.fetch_all("SELECT display_name FROM students UNION SELECT display_name FROM staff")
    return frozenset(word for row in rows for word in words_of(row["display_name"]))


async def keep_words(
    tx: Transaction, key: bytes, question_id: int, class_id: int, student_id: int, words: Words
) -> None:
    """Digests of the words; each that a third student has used now is written down from here on."""
    rows: list[dict[str, Value]] = [
        {
            "question_id": question_id,
            "class_id": class_id,
            "student_id": student_id,
            "word_key": hmac.digest(key, f"{class_id}:{bare}".encode(), sha256)[:KEY_BYTES],
            "word": written,
            "least": LEAST_STUDENTS,
            "now": tx.now,
        }
        for bare, written in words.items()
    ]
    await tx.execute_many(
        """
        INSERT INTO question_words (question_id, word_key, class_id, student_id, asked_at)
        VALUES (:question_id, :word_key, :class_id, :student_id, :now)
        """,
        rows,
    )
    await tx.execute_many(
        """
        INSERT INTO theme_words (class_id, word_key, word)
        SELECT :class_id, :word_key, :word
        WHERE (SELECT count(DISTINCT student_id)
               FROM question_words
               WHERE class_id = :class_id AND word_key = :word_key) >= :least
        ON CONFLICT DO NOTHING
        """,
        rows,
    )


def _is_telling(bare: str) -> bool:
    if not (LEAST_LETTERS <= len(bare) <= MOST_LETTERS and bare.isalpha()):
        return False
    if bare in SMALL or stem(bare) in GENERIC:
        return False
    return not _given_names() & {bare, _singular(bare)}


def _singular(bare: str) -> str:
    """So careful that no two words of different meaning meet: what one child alone wrote must not stand for others."""
    if bare.endswith(NO_PLURAL) or len(bare) <= LEAST_LETTERS:
        return bare
    for ending, instead in PLURALS.items():
        if bare.endswith(ending):
            return bare.removesuffix(ending) + instead
    return bare


def _is_a_name(text: str, start: int, bare: str) -> bool:
    """A capital inside a sentence; the usual games and singers may have one."""
    return stem(bare) not in FAR and ENDS_SENTENCE.search(text[:start]) is None


@cache
def _given_names() -> frozenset[str]:
    """Common first names in English and Spanish, but those that are everyday words as well."""
    return frozenset((files("appliance.helper") / GIVEN_NAMES).read_text(encoding="utf-8").split())
