"""The topic filter lets lesson questions and their follow-ups pass, by words and by meaning."""

from dataclasses import replace

import pytest

from appliance.helper.scope import Scope
from appliance.helper.topics import Lead, Topics, is_vague, leans_back
from appliance.helper.words import stems_of
from appliance.inference.circuit import Circuit
from appliance.inference.queue import FairQueue
from appliance.inference.router import Router
from appliance.inference.scripted import ScriptedEngine, hashed
from appliance.storage.cache import Cache

SCOPE = Scope(7, "lamps", "circles", "student", "Circles of light", (), ("closed circuits", "batteries"))
FIRST = Lead((), None, after_on_topic=False)
AFTER = replace(FIRST, after_on_topic=True)
LEAD = replace(FIRST, passages=("Bare copper wire joins both ends of the battery and gets hot.",))


@pytest.fixture
def topics(cache: Cache) -> Topics:
    queue = FairQueue(lambda: 1, 1, 1.0, lambda: 0.0)
    return Topics(Router(ScriptedEngine(), queue, Circuit(5, 30.0, lambda: 0.0)), cache)


@pytest.mark.parametrize(
    "question",
    [
        "Why is my battery empty?",
        "how do I close the circuit",
        "¿Cómo cierro el circuito?",
        "does copper get hot",
        "help!",
        "I don't understand this",
        "¿Qué hago?",
    ],
)
async def test_questions_about_the_lesson_pass(topics: Topics, question: str) -> None:
    assert await topics.fit(question, SCOPE, LEAD)


@pytest.mark.parametrize(
    "question", ["Who won the football world cup?", "write a poem about dragons", "it's raining cats"]
)
async def test_others_do_not(topics: Topics, question: str) -> None:
    assert not await topics.fit(question, SCOPE, LEAD)


async def test_a_short_question_that_points_back_passes_after_one_on_the_topic(topics: Topics) -> None:
    assert await topics.fit("it still flickers", SCOPE, AFTER)
    assert not await topics.fit("it still flickers", SCOPE, FIRST)
    assert not await topics.fit("who won the world cup", SCOPE, AFTER)


async def test_vectors_of_a_model_that_nothing_was_fitted_for_decide_nothing(topics: Topics) -> None:
    assert not await topics.fit("zzz yyy", SCOPE, replace(FIRST, vector=hashed("closed circuits")))
    assert await topics.fit("why a closed circuit", SCOPE, replace(FIRST, vector=hashed("world cup")))


async def test_a_lesson_without_topics_takes_every_question(topics: Topics) -> None:
    assert await topics.fit("who won the world cup", Scope(7, "l", "c", "student"), FIRST)


def test_forms_of_a_word_share_their_stem() -> None:
    assert len(stems_of("battery batteries")) == 1
    assert len(stems_of("wire wires wiring wired")) == 1
    assert len(stems_of("circuito circuitos circuit circuits")) == 1


async def test_a_question_in_spanish_is_compared_by_its_english_words(topics: Topics) -> None:
    lead = replace(FIRST, passages=("Plastic is an insulator: no current gets through.",))
    assert await topics.fit("¿Qué es un aislante?", SCOPE, lead)
    assert await topics.fit("por qué se calientan las pilas", SCOPE, FIRST)
    assert not await topics.fit("¿Quién ganó el mundial?", SCOPE, lead)
    assert not await topics.fit("recomiéndame una película", SCOPE, lead)


async def test_a_sum_and_nothing_else_is_about_something(topics: Topics) -> None:
    assert not await topics.fit("12 por 13", SCOPE, LEAD)
    assert not await topics.fit("whats 12 x 13", SCOPE, LEAD)
    assert await topics.fit("exercise 3", SCOPE, LEAD)


def test_vague_questions_and_those_that_lean_back_are_known() -> None:
    assert is_vague("help me please") and is_vague("I'm done") and not is_vague("what is a diode")
    assert leans_back("why does it still fail") and not leans_back("why does the lemon battery die")


@pytest.mark.parametrize(
    ("topic", "passage", "asked", "other"),
    [
        (
            "光合作用",
            "植物通过光合作用把阳光变成养分。",
            "植物为什么需要光合作用呢？",
            "谁赢了世界杯足球赛？",
        ),
        ("電気回路", "電池をつなぐと回路に電流が流れる。", "電流とは何ですか", "サッカーで誰が勝ちましたか"),
        ("전기 회로", "전기는 닫힌 회로에서 흐른다.", "전기가 무엇인가요?", "축구는 누가 이겼어요?"),
        ("วงจรไฟฟ้า", "กระแสไฟฟ้าไหลในวงจรปิด", "วงจรคืออะไร", "ใครชนะฟุตบอลโลก"),
    ],
)
async def test_in_scripts_without_spaces_a_question_is_known_by_its_parts(
    topics: Topics, topic: str, passage: str, asked: str, other: str
) -> None:
    scope, lead = Scope(7, "l", "c", "student", "", (), (topic,)), replace(FIRST, passages=(passage,))
    assert await topics.fit(asked, scope, lead)
    assert not await topics.fit(other, scope, lead)
