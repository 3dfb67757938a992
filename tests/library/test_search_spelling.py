"""A stranger's words find the passage too: misspelt, said otherwise, put together, or in the other language."""

import time
from pathlib import Path

import numpy as np
import pytest

from appliance.library.courses import Shelf
from appliance.library.index import Vector, index_course
from appliance.library.questions import terms_of
from appliance.library.search import Vectors, search
from appliance.library.sentences import MOST_SENTENCES, sentences_of
from appliance.library.spelling import distance, sounds
from appliance.library.vocabulary import Vocabulary
from appliance.storage.database import Database
from tests.library.test_passage_search import WriteCourse

WORDS = (
    "barometer photosynthesis earthquake rain drops river meander volcano leaves ground storm wolves mouse"
)


@pytest.fixture
def vocabulary() -> Vocabulary:
    return Vocabulary(enumerate_passages(WORDS.split()))


def enumerate_passages(words: list[str]) -> list[tuple[int, str, str]]:
    return [(place, "A heading", f"Here we speak of {word} alone.") for place, word in enumerate(words)]


@pytest.fixture
def land(write_course: WriteCourse) -> Shelf:
    folder = write_course(
        manifest="lessons:\n  - {slug: sky, file: lessons/sky.md}\n  - {slug: rio, file: lessons/rio.md}\n",
        **{
            "lessons/sky.md": "## Air\n\nThe pressure is read from a barometer. It hangs in the hall.\n\n"
            "## Leaves\n\nOaks lose their leaves in October. Pines keep their needles in the cold.\n\n"
            "## Ground\n\nAn earthquake comes when plates slip. Stand under a table.",
            "lessons/rio.md": "## Bends\n\nA meander is a bend of a river. It wanders over the plain.",
        },
    )
    return Shelf([folder.parent])


def headings(found: object) -> list[str]:
    return [passage.heading for passage in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("barometter", "barometer"),
        ("fotosinthesis", "photosynthesis"),
        ("erthquake", "earthquake"),
        ("meandr", "meander"),
        ("vulcano", "volcano"),
    ],
)
def test_a_misspelt_word_is_read_as_one_of_the_course(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert vocabulary.read(typed) == (meant,)


@pytest.mark.parametrize("word", ["mouse", "river", "house", "joke", "football", "12345", "abc"])
def test_words_that_are_there_and_known_words_stay_what_they_are(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.read(word) == (word,)


def test_a_small_word_wrongly_spelt_tells_nothing(vocabulary: Vocabulary) -> None:
    assert vocabulary.read("becuase") == ()


def test_words_put_together_are_read_apart(vocabulary: Vocabulary) -> None:
    assert vocabulary.read("raindrops") == ("rain", "drops")
    assert vocabulary.read("quakes") == ("earthquake",)


def test_reading_a_misspelt_word_is_quick_in_a_large_course() -> None:
    random = np.random.default_rng(3)
    letters = np.array(list("abcdefghilmnoprstu"))
    made = ["".join(random.choice(letters, 8)) for _ in range(8000)]
    large = Vocabulary(enumerate_passages(made))
    large.read("unbekannt")
    asked = [f"{word[:3]}{word[4:]}" for word in made[:50]]
    started = time.process_time()
    for word in asked:
        large.read(word)
    assert (time.process_time() - started) / len(asked) < 0.02


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("what is a barometter for", "Air"),
        ("con qué se lee la presion en el varómetro", "Air"),
        ("what happens to leafs", "Leaves"),
        ("why do quakes happen", "Ground"),
        ("qué es un meandro", "Bends"),
    ],
)
async def test_a_strangers_words_find_the_passage(
    passage_db: Database, land: Shelf, question: str, heading: str
) -> None:
    await index_course(passage_db, land.course("kites"))
    assert heading in headings(await search(passage_db, question, "kites", "sky", None, 3))


async def test_what_nobody_speaks_of_is_not_taken_for_a_slip(passage_db: Database, land: Shelf) -> None:
    await index_course(passage_db, land.course("kites"))
    for question in ("who won the football match", "tell me a joke about my boss", "kjhgf qwrtz"):
        assert await search(passage_db, question, "kites", "sky", None, 3) == []


async def test_english_questions_find_spanish_lessons(
    passage_db: Database, write_course: WriteCourse
) -> None:
    folder = write_course(
        manifest="lessons:\n  - {slug: rio, file: lessons/rio.md}\n",
        **{
            "lessons/rio.md": "## El volcán\n\nLa lava sale del volcán y se enfría en la ladera de la montaña.\n\n"
            "## El río\n\nLos ríos llevan el agua y la arena hasta el mar.",
        },
    )
    await index_course(passage_db, Shelf([folder.parent]).course("kites"))
    found = await search(passage_db, "where does the sand of rivers go", "kites", "rio", None, 3)
    assert headings(found) == ["El río"]


async def test_one_sentence_of_a_long_passage_is_near(passage_db: Database, land: Shelf) -> None:
    topics = ("pines", "needles", "oaks", "october", "leaves", "cold", "table", "plates")

    async def towards_topics(text: str) -> Vector | None:
        return np.array([text.lower().count(topic) + 0.01 for topic in topics], np.float32)

    await index_course(passage_db, land.course("kites"), towards_topics)
    matrix = await Vectors().of_course(passage_db, "kites")
    assert matrix.rows.shape == (4, len(topics)) and len(matrix.parts) == 8
    asked = await towards_topics("pines needles cold")
    assert headings(await search(passage_db, "", "kites", "", asked, 1)) == ["Leaves"]


def test_sentences_are_bounded_and_scraps_join_their_neighbour() -> None:
    assert sentences_of("One sentence is the passage itself.") == []
    assert sentences_of("The first sentence stands here. Yes! And the second one follows it.") == [
        "The first sentence stands here. Yes!",
        "And the second one follows it.",
    ]
    assert len(sentences_of("This is a sentence of some length. " * 40)) == MOST_SENTENCES


def test_spellings() -> None:
    assert sounds("fotosintesis") == sounds("photosinthesis")
    assert sounds("baca") == sounds("vaca") and sounds("ola") == sounds("hola")
    assert (
        distance("wether", "weather", 2),
        distance("form", "from", 2),
        distance("rain", "mountain", 2),
    ) == (1, 1, 3)


def test_what_is_said_for_a_word_tells_less_than_the_word() -> None:
    (term,) = terms_of("autumn")
    assert term.told_in("the leaves turn in autumn") == 1
    assert 0 < term.told_in("the leaves turn in fall") < 1
    assert term.told_in("the leaves turn") == 0


@pytest.mark.parametrize("spanish", ["gavilan", "innundacion", "desbordar", "brújula"])
def test_more_of_what_classes_say_is_known_in_spanish(spanish: str, tmp_path: Path) -> None:
    (term,) = terms_of(f"qué es la {spanish}")
    assert len(term.forms) > 1


def test_two_signs_of_a_script_without_spaces_are_never_taken_for_two_others() -> None:
    thai = Vocabulary([(1, "", "เกาะมา")])
    assert thai.read("เกาะนา") == ("เกาะนา",)
