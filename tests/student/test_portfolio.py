"""The portfolio: everything a student made in one zip that opens without the box."""

import io
import re
import zipfile
from html import unescape
from urllib.parse import unquote

from appliance.work.submission_reviews import save_submission_review
from tests.conftest import Browser
from tests.student.conftest import PNG, Lamps
from tests.student.test_my_data_page import do_work


async def portfolio(browser: Browser, **headers: str) -> zipfile.ZipFile:
    answer = await browser.get("/student/portfolio", headers=headers)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    name = re.search(r'attachment; filename="(portfolio_\d{8}\.zip)"', answer.headers["content-disposition"])
    assert name is not None and answer.headers["cache-control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


def page_of(archive: zipfile.ZipFile) -> str:
    return archive.read("index.html").decode()


def links(page: str) -> list[str]:
    return [unquote(unescape(link)) for link in re.findall(r'<a href="([^"]+)"', page)]


async def test_it_holds_files_words_ticks_and_what_the_teacher_said(lamps: Lamps) -> None:
    await do_work(lamps)
    async with lamps.cast.parts.db.transaction() as tx:
        await save_submission_review(tx, 1, lamps.cast.ada_id, "reviewed", 80, "A bright idea.", {})
    archive = await portfolio(lamps.ben)
    page = page_of(archive)
    for mine in ("Ben", "7B", "mine.png", "My own words", "Close the loop", "A bright idea.", "80%"):
        assert mine in page
    assert "Open it again" not in page
    (file,) = [name for name in archive.namelist() if name != "index.html"]
    assert re.fullmatch(r"files/Circles of light/Circles of light/\d{4}-\d\d-\d\d_\d{6}_mine\.png", file)
    assert archive.read(file) == PNG and links(page) == [file]


async def test_it_needs_nothing_from_elsewhere_and_runs_nothing(lamps: Lamps) -> None:
    await lamps.ben.post(
        f"/material/{lamps.work['reflection'].id}/reflection",
        {"reflection_text": "<script>alert(1)</script>"},
    )
    await lamps.hand_in('"><img src=x onerror=alert(1)>.png', PNG, note="<b>bold</b>")
    page = page_of(await portfolio(lamps.ben))
    assert (
        "<script" not in page and "&lt;script&gt;" in page and "<b>" not in page and "<img src=x" not in page
    )
    assert "http" not in page and 'src="/' not in page and 'href="/' not in page


async def test_files_of_one_name_all_come_along_and_their_links_lead_to_them(lamps: Lamps) -> None:
    for name, content in (
        ("a.txt", b"one"),
        ("A.TXT", b"two"),
        ("a.txt", b"three"),
        ("эл 小 #?.txt", b"four"),
    ):
        assert (await lamps.hand_in(name, content)).status_code == 302
    archive = await portfolio(lamps.ben)
    found = links(page_of(archive))
    assert {archive.read(link) for link in found} == {b"one", b"two", b"three", b"four"}
    assert len({link.casefold() for link in found}) == 4 and any("эл 小 #_.txt" in link for link in found)


async def test_a_file_that_is_gone_is_said_and_the_rest_is_there(lamps: Lamps) -> None:
    await lamps.hand_in("here.png", PNG)
    await lamps.hand_in("gone.txt", b"words")
    for path in lamps.cast.parts.files.folder.glob("??/*.txt"):
        path.unlink()
    archive = await portfolio(lamps.ben)
    page = page_of(archive)
    assert len(archive.namelist()) == 2 and "gone.txt" in page and "no longer on the box" in page


async def test_it_speaks_the_students_language(lamps: Lamps) -> None:
    page = page_of(await portfolio(lamps.ben, **{"Accept-Language": "es"}))
    assert '<html lang="es"' in page and "Portafolio de Ben" in page


async def test_it_is_ones_own_and_an_empty_one_says_so(lamps: Lamps) -> None:
    await do_work(lamps)
    chi = await lamps.cast.student(lamps.cast.chi)
    archive = await portfolio(chi)
    assert archive.namelist() == ["index.html"] and "Ben" not in page_of(archive)
    assert "There is nothing in it yet" in page_of(archive)
    assert (await lamps.cast.visitor().get("/student/portfolio")).headers["location"] == "/"
    assert (await (await lamps.cast.ada()).get("/student/portfolio")).status_code == 403
