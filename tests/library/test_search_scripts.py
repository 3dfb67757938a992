"""Words are found in every script, however they are typed, and quoted as they were written."""

import unicodedata
from pathlib import Path

import pytest

from appliance.library.courses import Shelf
from appliance.library.document_search import search_documents
from appliance.library.index import index_course
from appliance.library.search import search
from appliance.storage.database import Database
from appliance.storage.search_words import asked_words, indexed, words_of
from tests.library.conftest import WriteCourse
from tests.library.test_document_search import add_class

TEXTS = {
    "russian": "Съёмный элемент питания даёт ток, если цепь замкнута. Большой заряд опасен.",
    "ukrainian": "Їжак живе в лісі, а комп’ютер рахує швидше за людину.",
    "greek": "Ο ηλεκτρισμός ρέει μέσα στο καλώδιο όταν το κύκλωμα είναι κλειστό.",
    "arabic": "تَتَدَفَّقُ الكَهْرَبَاءُ في الدَّائِرَةِ عندما تكون مُغلَقَة.",
    "persian": "جریان الکتریکی از سیم می‌گذرد و لامپ روشن می‌شود.",
    "hebrew": "הַזֶּרֶם זורם במעגל כאשר המפסק סגור.",
    "turkish": "IŞIK düz bir çizgide yayılır; İletken teller ısınır.",
    "vietnamese": "Dòng điện chạy trong mạch kín, và bóng đèn sáng lên.",
    "korean": "전기는 닫힌 회로에서 흐른다. 전구가 빛을 낸다.",
    "chinese": "植物通过光合作用把阳光变成养分，并放出氧气。",
    "japanese": "電池をつなぐと回路に電流が流れ、豆電球がひかる。モーターも回る。",
    "thai": "กระแสไฟฟ้าไหลในวงจรปิด ทำให้หลอดไฟสว่าง",
    "khmer": "រុក្ខជាតិត្រូវការពន្លឺព្រះអាទិត្យនិងទឹក",
    "burmese": "အပင်များသည် နေရောင်ခြည်နှင့် ရေကို လိုအပ်သည်",
    "hindi": "पौधे सूर्य के प्रकाश से अपना भोजन बनाते हैं और ऑक्सीजन छोड़ते हैं।",
    "french": "L’énergie vient de l’eau qui tombe, et l’œuf reste au fond.",
}
QUESTIONS = [
    ("что такое съемный элемент?", "russian"),
    ("Что даёт ЗАРЯД большой", "russian"),
    ("де живе їжак?", "ukrainian"),
    ("що рахує комп'ютер", "ukrainian"),
    ("τι ειναι ο ηλεκτρισμος;", "greek"),
    ("ΗΛΕΚΤΡΙΣΜΌΣ ΚΑΛΏΔΙΟ", "greek"),
    ("ما هي الكهرباء؟", "arabic"),
    ("كيف تتدفق الكهرباء في دائرة مغلقة", "arabic"),
    ("جريان الكتريكي چیست", "persian"),
    ("מה זה הזרם", "hebrew"),
    ("ışık nedir?", "turkish"),
    ("ISIK NEDIR", "turkish"),
    ("iletken nedir", "turkish"),
    ("dong dien la gi", "vietnamese"),
    ("Bóng đèn là gì?", "vietnamese"),
    ("전기가 무엇인가요?", "korean"),
    ("회로란?", "korean"),
    ("植物为什么需要光合作用呢？", "chinese"),
    ("光合作用是什么", "chinese"),
    ("氧气", "chinese"),
    ("電流とは何ですか", "japanese"),
    ("ﾓｰﾀｰ", "japanese"),
    ("วงจรคืออะไร", "thai"),
    ("ไฟฟ้า", "thai"),
    ("ពន្លឺ", "khmer"),
    ("နေရောင်ခြည်", "burmese"),
    ("प्रकाश क्या है", "hindi"),
    ("c'est quoi l'énergie", "french"),
    ("L'ŒUF", "french"),
]


@pytest.fixture
async def scripts_db(passage_db: Database, write_course: WriteCourse) -> Database:
    lessons = "".join(f"  - {{slug: {name}, file: lessons/{name}.md}}\n" for name in TEXTS)
    files = {f"lessons/{name}.md": f"## Part\n\n{text}\n" for name, text in TEXTS.items()}
    folder = write_course(manifest=f"lessons:\n{lessons}", **files)
    await index_course(passage_db, Shelf([folder.parent]).course("kites"))
    return passage_db


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("question", "language"), QUESTIONS)
async def test_a_word_is_found_in_a_course_however_it_is_typed_and_quoted_as_it_stands(
    scripts_db: Database, question: str, language: str, form: str
) -> None:
    found = await search(scripts_db, unicodedata.normalize(form, question), "kites", "", None, 3)  # type: ignore[arg-type]
    assert [passage.lesson_slug for passage in found[:1]] == [language]
    assert found[0].body == TEXTS[language]


@pytest.mark.parametrize(("question", "language"), QUESTIONS)
async def test_a_word_is_found_in_a_paper_that_spells_its_marks_apart(
    passage_db: Database, question: str, language: str
) -> None:
    class_id = await add_class(passage_db, "AAAA2222")
    bodies = {name: unicodedata.normalize("NFD", text) for name, text in TEXTS.items()}
    await add_paper_of(passage_db, class_id, list(bodies.values()))
    found = await search_documents(passage_db, question, class_id, None, 3)
    assert [passage.body for passage in found[:1]] == [bodies[language]]


@pytest.mark.parametrize(
    "question", ["怎么烤面包", "как испечь хлеб", "빵을 어떻게 굽나요", "パンの焼き方は", "อบขนมปังอย่างไร"]
)
async def test_a_question_about_something_else_finds_nothing(scripts_db: Database, question: str) -> None:
    assert await search(scripts_db, question, "kites", "", None, 3) == []


async def test_one_sign_alone_is_found_as_the_beginning_of_a_word_in_the_text(scripts_db: Database) -> None:
    found = await search(scripts_db, "빛", "kites", "", None, 3)
    assert [passage.lesson_slug for passage in found] == ["korean"]


async def test_a_removed_passage_is_not_found_any_more(scripts_db: Database, tmp_path: Path) -> None:
    async with scripts_db.transaction() as tx:
        await tx.execute("DELETE FROM passages WHERE lesson_slug = 'chinese'")
    assert await search(scripts_db, "光合作用", "kites", "", None, 3) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ёж ещё мой МОЇ", ["еж", "еще", "мой", "мої"]),
        ("CO₂, m² and ½", ["co2", "m2", "and", "1", "2"]),
        ("elec\u00adtricity ﬁeld snake_case", ["electricity", "field", "snake", "case"]),
        ("٣ ۴ ३", ["3", "4", "3"]),
        ("LED灯3個", ["led", "灯", "3", "個"]),
        ("光合作用", ["光合", "合作", "作用", "用"]),
        ("น้ำ วงจร", ["น\u0e49\u0e4dา", "วง", "งจ", "จร", "ร"]),
        ("\u00ad", []),
        ("", []),
    ],
)
def test_words_of_every_script(text: str, words: list[str]) -> None:
    assert words_of(text) == words
    assert indexed(text) == " ".join(words)


def test_the_last_sign_of_several_is_kept_and_not_asked_for() -> None:
    assert asked_words("光合作用 光") == ["光合", "合作", "作用", "光"]


async def add_paper_of(db: Database, class_id: int, bodies: list[str]) -> None:
    async with db.transaction() as tx:
        document_id = await tx.insert(
            """
            INSERT INTO documents
              (class_id, title, original_filename, stored_name, kind, size_bytes, state, progress, pages, created_at)
            VALUES (:class_id, 'Scripts', 's.pdf', 's', 'pdf', 9, 'ready', 1, 1, :now)
            """,
            class_id=class_id,
            now=tx.now,
        )
        await tx.execute_many(
            """
            INSERT INTO document_passages (document_id, page, position, body)
            VALUES (:document, 1, :place, :body)
            """,
            [{"document": document_id, "place": place, "body": body} for place, body in enumerate(bodies)],
        )
