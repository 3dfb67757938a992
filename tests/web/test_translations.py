"""Every text of the interface is in the catalogues, and a page in Spanish says nothing in English."""

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import pyotp
import pytest
from babel.messages.catalog import Catalog
from bs4 import BeautifulSoup, Tag

from appliance.auth.sessions import begin_staff
from appliance.errors import Invalid, Sentence
from appliance.storage.secrets import setup_code
from appliance.web.forms import errors
from appliance.web.translations import LANGUAGES, Translator
from tests.conftest import COURSE, PASSWORD, START, Browser, Cast, School

ROOT = Path(__file__).parent.parent.parent
OTHERS = [code for code in LANGUAGES if code != "en"]
LESSON = f"/course/{COURSE}/who-lets-it-through"
SPOKEN = ("aria-label", "alt", "placeholder", "title")
# Names and marks that are the same in every language.
SAME = re.compile(
    r"Chalkbox.*|English|Español|Hill School|Ada|Olu|Max|Ben|Chi|7B|8C|UTC|\S+ / .+|127\.0\.0\.1:\d+|[\w-]+\.\w{2,4}|"
    r"[A-Z2-9]|[A-Z2-9]{4,8}|[A-Z2-7]{32}|\d*\W*|No|GB|MB|min|Videos|Apache-2\.0|.*License|.*Terms of Use|\.[a-z0-9 .]+"
)


def tool() -> ModuleType:
    """`make messages` itself: what it collects is what a catalogue has to say."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / ".ci" / "messages.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


messages = tool()


def catalogue_of(language: str) -> Catalog:
    catalog = messages.read(messages.CATALOGUES / f"{language}.po")
    assert isinstance(catalog, Catalog)
    return catalog


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_and_none_is_left_over(language: str) -> None:
    assert messages.faults(catalogue_of(language), messages.collected()) == [], "run: make messages"


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_can_be_filled(language: str) -> None:
    for message in catalogue_of(language):
        for text in [message.string] if isinstance(message.string, str) else message.string:
            holes = {name: 7 if kind == "d" else "Ñ" for name, kind in re.findall(r"%\((\w+)\)([sd])", text)}
            assert not holes or "%(" not in text % holes, text


@pytest.mark.parametrize("language", OTHERS)
def test_what_the_browser_fills_keeps_its_braces(language: str) -> None:
    translate = Translator(language)
    line = translate("You are number {place} in line. Your answer starts in about {seconds} seconds.")
    assert "{place}" in line and "{seconds}" in line
    assert "{percent}" in translate("Sent so far: {percent}%")


def test_the_check_finds_what_is_missing_left_over_untranslated_or_filled_differently() -> None:
    catalog = Catalog("es")
    for text, translation in (("Old", "Viejo"), ("New %(day)s", "Nuevo %(dia)s"), ("Empty", "")):
        catalog.add(text, translation)
    found = messages.faults(catalog, {text: ["page.html"] for text in ("Absent", "New %(day)s", "Empty")})
    assert [fault.split(":")[0] for fault in found] == [
        "not in it",
        "used nowhere",
        "not the same places to fill",
        "not translated",
    ]


def test_no_refusal_that_a_page_may_show_is_put_together_from_pieces() -> None:
    """The rest speaks to the console alone: adding and removing models, and a data folder that can't be used."""
    found = {
        path.relative_to(messages.SOURCE).as_posix()
        for path in messages.SOURCE.rglob("*.py")
        if list(messages.assembled(path.read_text()))
    }
    console = {
        "inference/manifest.py",
        "inference/minilm.py",
        "inference/models.py",
        "inference/pull.py",
        "operations/backups.py",
        "operations/restores.py",
    }
    assert {file for file in found if "commands/" not in file} <= console | {"operations/doctor.py"}


def test_one_and_many_are_told_apart() -> None:
    translate = Translator("es")
    assert translate.plural("%(num)s student", "%(num)s students", 1) == "1 estudiante"
    assert translate.plural("%(num)s student", "%(num)s students", 0) == "0 estudiantes"


def test_a_language_without_a_catalogue_speaks_english() -> None:
    assert Translator("ar")("Class code") == "Class code"


@pytest.mark.parametrize(
    ("language", "direction"), [("en", "ltr"), ("es", "ltr"), ("ar", "rtl"), ("he", "rtl")]
)
def test_a_language_that_runs_from_right_to_left_says_so(language: str, direction: str) -> None:
    assert Translator(language).direction == direction


def test_a_sentence_with_values_is_english_by_itself_and_can_be_said_in_spanish() -> None:
    sentence = Sentence("%(file)s is missing.", file="50% & more.md")
    assert sentence == "50% & more.md is missing."
    assert Translator("es")(sentence) == "Falta 50% & more.md."
    assert errors(Invalid(sentence, field="file"), Translator("es"))["file"] == "Falta 50% & more.md."


async def test_the_start_of_a_page_names_its_language(cast: Cast) -> None:
    assert '<html lang="es" dir="ltr">' in (await cast.visitor(**{"Accept-Language": "es"}).get("/")).text


async def test_a_name_with_signs_in_it_is_said_as_it_is_written(cast: Cast) -> None:
    visitor = cast.visitor(**{"Accept-Language": "es"})
    form: dict[str, object] = {
        "class_code": cast.classroom.join_code,
        "display_name": "Zoë O'Neil & <b>Co</b>",
    }
    await visitor.post("/join", form)
    await visitor.get("/student")
    again = cast.visitor(**{"Accept-Language": "es"})
    again.client.cookies.set("chalkbox_device", visitor.client.cookies["chalkbox_device"])
    await again.post("/join", form)
    page = BeautifulSoup((await again.get("/student")).text, "html.parser")
    assert page.select_one(".notice p").get_text() == "¡Hola otra vez, Zoë O'Neil & <b>Co</b>!"  # type: ignore[union-attr]
    assert page.select_one("h1").get_text() == "Hola, Zoë O'Neil & <b>Co</b>"  # type: ignore[union-attr]


async def test_signs_in_a_question_do_not_end_its_attribute(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE students SET display_name = :name WHERE id = 1", name="\"><script>'Ben")
    page = BeautifulSoup((await (await cast.ada()).get("/teach/class/1/student/1")).text, "html.parser")
    asked = page.select_one("form[data-question]")
    assert asked is not None and str(asked["data-question"]).startswith("\"><script>'Ben leaves the class")


async def test_days_are_written_as_the_language_writes_them(cast: Cast) -> None:
    translate = Translator("es")
    ben = await in_language(await cast.student(cast.ben), "es")
    joined = BeautifulSoup((await ben.get("/student/my-data")).text, "html.parser").select("dd")[2].get_text()
    assert translate("EEEE d MMMM") == "EEEE d 'de' MMMM"
    assert re.fullmatch(r"15 ene, \d\d:\d\d", joined), joined


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/join", {"class_code": "WRONGONE", "display_name": "Dee"}, "No hay ninguna clase con este código."),
        (
            "/join",
            {"class_code": "", "display_name": "Dee"},
            "Escribe el código de clase que muestra tu profe.",
        ),
        (
            "/sign-in",
            {"username": "ada", "password": "wrong"},
            "Este nombre y esta contraseña no van juntos.",
        ),
        ("/language", {"language": "tlh"}, "La caja todavía no habla este idioma."),
    ],
)
async def test_a_refusal_comes_in_spanish(cast: Cast, path: str, form: dict[str, object], said: str) -> None:
    visitor = cast.visitor(**{"Accept-Language": "es"})
    refused = await visitor.post(path, form)
    assert refused.status_code >= 400 and said in refused.text


async def test_a_program_is_refused_in_spanish_too(cast: Cast) -> None:
    visitor = cast.visitor(**{"Accept-Language": "es"})
    refused = await visitor.post_json("/join", {"class_code": "WRONGONE", "display_name": "Dee"})
    assert refused.json()["message"].startswith("No hay ninguna clase con este código.")
    assert refused.json()["error"] == "invalid_code"


async def test_a_refusal_with_a_name_in_it_is_in_spanish(cast: Cast) -> None:
    boss = await in_language(await cast.max(), "es")
    refused = await boss.post("/operate/models", {"name": "nobody"})
    assert "En esta caja no hay ningún modelo llamado nobody" in refused.text


async def test_visitors_read_no_english(cast: Cast) -> None:
    for path in (
        "/",
        "/join/ABCD2345",
        "/help",
        "/privacy",
        "/sign-in",
        "/nothing-here",
        "/sign-in/link/used",
    ):
        await assert_spanish(cast, cast.visitor(), path)


async def test_students_read_no_english(cast: Cast) -> None:
    ben = await cast.student(cast.ben)
    for path in (
        "/student",
        LESSON,
        f"/course/{COURSE}",
        "/student/my-data",
        "/student/return-code",
        "/student/name",
        "/teach",
    ):
        await assert_spanish(cast, ben, path)


async def test_teachers_read_no_english(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    for path in (
        "/teach",
        "/teach/class/new",
        "/teach/class/1",
        "/teach/class/1/join-card",
        "/teach/class/1/student/1",
        "/teach/class/1/roster",
        "/teach/class/1/roster/import",
        "/teach/class/1/roster/merge?gone=1&kept=2",
        "/teach/class/1/roster/reset",
        "/teach/class/1/invites",
    ):
        await assert_spanish(cast, ada, path)
    for path in ("/teach/class/2", "/teach/lessons", "/teach/class/1", LESSON):
        await assert_spanish(cast, olu, path)


async def test_the_operator_reads_no_english(cast: Cast) -> None:
    boss = await cast.max()
    for path in ("/operate", "/operate/school", "/operate/models"):
        await assert_spanish(cast, boss, path)


async def test_a_second_factor_is_asked_for_in_spanish(cast: Cast) -> None:
    async with cast.parts.db.transaction() as tx:
        half = cast.with_session(await begin_staff(tx, cast.ada_id, verified=False))
    for path in ("/sign-in/code", "/sign-in/code?with=recovery"):
        await assert_spanish(cast, half, path)
    async with cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE staff SET totp_confirmed_at = NULL WHERE id = :id", id=cast.ada_id)
    await assert_spanish(cast, half, "/sign-in/enrol")


async def test_the_first_run_is_in_spanish_from_the_first_page_to_the_last(bare_box: School) -> None:
    visitor = bare_box.visitor()
    folder = bare_box.parts.settings.appliance_data / "secrets"
    account = {"display_name": "Ada", "username": "ada", "password": PASSWORD, "password_again": PASSWORD}
    answers: list[dict[str, object]] = [
        {"step": "code", "setup_code": setup_code(folder)},
        {"step": "school", "school_name": "Hill School"},
        {"step": "place", "language": "es", "timezone": "Europe/Madrid"},
        {"step": "clock"},
        {"step": "account", **account},
    ]
    for answer in answers:
        page = await assert_spanish(bare_box, visitor, "/setup")
        assert page.select_one(f"[name=step][value={answer['step']}]")
        assert (await visitor.post("/setup", answer)).status_code == 302
    page = await assert_spanish(bare_box, visitor, "/setup")
    assert page.select_one(".qr svg path"), "the square for the authenticator is drawn, not spelt out"
    secret = next(code.get_text() for code in page.select("main code")).replace(" ", "")
    done = await visitor.post("/setup", {"step": "authenticator", "code": pyotp.TOTP(secret).at(int(START))})
    assert "Guarda estos diez códigos" in done.text


async def in_language(browser: Browser, language: str) -> Browser:
    await browser.post("/language", {"language": language, "next": "/help"})
    return browser


async def assert_spanish(box: School, browser: Browser, path: str) -> BeautifulSoup:
    """Nothing on the Spanish page stands on the English one too, but for names and what courses say."""
    await in_language(browser, "en")
    english = set(words_on(BeautifulSoup((await browser.get(path)).text, "html.parser")))
    await in_language(browser, "es")
    page = BeautifulSoup((await browser.get(path)).text, "html.parser")
    assert page.select_one("html")["lang"] == "es"  # type: ignore[index]
    content = content_of(box)
    left = {words for words in words_on(page) if words in english and not SAME.fullmatch(words)} - content
    assert left == set(), path
    return page


def words_on(page: BeautifulSoup) -> Iterator[str]:
    """What is read, shown or told by a script; the lesson's own text is its author's."""
    page = BeautifulSoup(str(page), "html.parser")
    for prose in page.select(".lesson-body > :not(section), .prose:not(.lesson-body), script, style, code"):
        prose.decompose()
    for words in re.split(r"[\n·]", page.get_text("\n")):
        if words.strip():
            yield " ".join(words.split()).strip(" ,:()")
    for element in page.find_all(True):
        assert isinstance(element, Tag)
        shown = [element.get(name) for name in SPOKEN]
        told = [
            value for name, value in element.attrs.items() if name.startswith("data-") and " " in str(value)
        ]
        yield from (str(value) for value in (*shown, *told) if value)


def content_of(box: School) -> set[str]:
    """Every text of every course on the box, as its author wrote it."""
    found: set[str] = set()
    for course in box.parts.shelf.courses():
        found |= set(_texts(asdict(course)))
        for lesson in box.parts.shelf.lessons(course.slug):
            found |= set(_texts(asdict(lesson)))
    return {" ".join(text.split()).strip(" ,:()") for text in found}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
