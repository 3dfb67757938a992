"""A lesson's videos and files as students have them: on its page, under its lock, of their own class, in parts."""

import pytest

from tests.conftest import Browser
from tests.student.conftest import PNG, Lamps

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 40
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n"
OF_LESSON = {"title": "", "folder": "", "lesson": "lamps/circles", "description": "", "is_shown": "1"}


@pytest.fixture
async def ada(lamps: Lamps) -> Browser:
    return await lamps.cast.ada()


async def put(lamps: Lamps, ada: Browser, name: str, content: bytes, **fields: str) -> str:
    """Uploads it; returns its address."""
    shelf = f"/teach/class/{lamps.cast.classroom.id}/media"
    sent = await ada.post(shelf, {**OF_LESSON, **fields}, files={"file": (name, content)})
    assert sent.status_code == 302, sent.text
    return f"/lesson-media/{await lamps.cast.count('media')}"


async def test_the_lesson_shows_its_videos_and_files_in_order(lamps: Lamps, ada: Browser) -> None:
    film = await put(lamps, ada, "film.mp4", MP4, title="The film", description="Two minutes.")
    sheet = await put(lamps, ada, "sheet.pdf", b"%PDF-1.7 a sheet", title="A sheet")
    shelf = f"/teach/class/{lamps.cast.classroom.id}/media"
    await ada.post(f"{shelf}/1/captions", {}, files={"file": ("en.vtt", VTT)})
    link = {**OF_LESSON, "title": "Elsewhere", "source_url": "https://videos.example/x"}
    await ada.post(f"{shelf}/links", link)
    page = (await lamps.ben.get(lamps.path)).text
    assert f'src="{film}"' in page and 'controls preload="metadata"' in page and "Two minutes." in page
    assert '<track kind="captions" src="/lesson-media/3"' in page
    assert f'href="{sheet}"' in page and 'href="https://videos.example/x" rel="noopener noreferrer"' in page
    assert "/lesson-media/" not in (await lamps.ben.get("/course/lamps/paths")).text
    captions = await lamps.ben.get("/lesson-media/3")
    assert captions.content == VTT and captions.headers["content-type"].startswith("text/vtt")


async def test_a_player_gets_the_part_that_it_asks_for(lamps: Lamps, ada: Browser) -> None:
    film = await put(lamps, ada, "film.mp4", MP4)
    whole = await lamps.ben.get(film)
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, MP4, "bytes")
    part = await lamps.ben.get(film, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, MP4[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(MP4)}"
    assert (await lamps.ben.get(film, headers={"Range": "bytes=99999999-"})).status_code == 416


@pytest.mark.parametrize(
    ("name", "content", "content_type", "how"),
    [
        ("film.mp4", MP4, "video/mp4", "inline"),
        ("bee.png", PNG, "image/png", "inline"),
        ("buzz.mp3", b"ID3 buzz", "audio/mpeg", "inline"),
        ("sheet.pdf", b"%PDF-1.7 a sheet", "application/pdf", "inline"),
        ("page.html", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("sign.svg", b"<svg onload='alert(1)'/>", "application/octet-stream", "attachment"),
        ("notes.txt", b"some notes", "application/octet-stream", "attachment"),
    ],
)
async def test_only_what_a_browser_shows_safely_is_shown_and_nothing_in_it_runs(
    lamps: Lamps, ada: Browser, name: str, content: bytes, content_type: str, how: str
) -> None:
    answer = await lamps.ben.get(await put(lamps, ada, name, content))
    assert answer.content == content and answer.headers["content-type"] == content_type
    assert answer.headers["content-disposition"].startswith(f"{how}; ")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_it_opens_and_closes_with_its_lesson(lamps: Lamps, ada: Browser) -> None:
    film = await put(lamps, ada, "film.mp4", MP4)
    await ada.post(
        f"/teach/class/{lamps.cast.classroom.id}/media/1/captions", {}, files={"file": ("en.vtt", VTT)}
    )
    await lamps.decide("locked")
    for path in (film, "/lesson-media/2"):
        assert (await lamps.ben.get(path)).status_code == 403
    assert "/lesson-media/" not in (await lamps.ben.get(lamps.path)).text
    assert (await ada.get(film)).status_code == 200
    await lamps.decide("open")
    assert (await lamps.ben.get(film)).status_code == 200


async def test_a_lesson_that_opens_later_or_is_not_on_the_road_gives_nothing_away(
    lamps: Lamps, ada: Browser
) -> None:
    later = await put(lamps, ada, "film.mp4", MP4, lesson="lamps/later")
    assert (await lamps.ben.get(later)).status_code == 403
    film = await put(lamps, ada, "film.mp4", MP4)
    async with lamps.cast.parts.db.transaction() as tx:
        await tx.execute("UPDATE materials SET is_hidden = 1 WHERE lesson_slug = 'circles'")
    assert (await lamps.ben.get(film)).status_code == 404


async def test_hidden_it_is_not_there_for_students(lamps: Lamps, ada: Browser) -> None:
    film = await put(lamps, ada, "film.mp4", MP4, is_shown="")
    await ada.post(
        f"/teach/class/{lamps.cast.classroom.id}/media/1/captions", {}, files={"file": ("en.vtt", VTT)}
    )
    for path in (film, "/lesson-media/2"):
        assert (await lamps.ben.get(path)).status_code == 404
    assert "/lesson-media/" not in (await lamps.ben.get(lamps.path)).text
    assert (await ada.get(film)).status_code == 200


async def test_without_a_lesson_it_is_the_classes_whenever_it_is_shown(lamps: Lamps, ada: Browser) -> None:
    assert (await lamps.ben.get(await put(lamps, ada, "bee.png", PNG, lesson=""))).status_code == 200


async def test_nobody_else_has_it(lamps: Lamps, ada: Browser) -> None:
    cast = lamps.cast
    olu = await cast.olu()
    await olu.post("/teach/class/2/media", {**OF_LESSON, "lesson": ""}, files={"file": ("bee.png", PNG)})
    assert (await lamps.ben.get("/lesson-media/1")).status_code == 404
    film = await put(lamps, ada, "film.mp4", MP4)
    assert (await olu.get(film)).status_code == 404
    assert (await cast.visitor().get(film)).status_code == 302
    assert (await lamps.ben.get("/lesson-media/99")).status_code == 404


async def test_a_video_elsewhere_is_never_fetched_or_led_to_by_the_box(lamps: Lamps, ada: Browser) -> None:
    link = {**OF_LESSON, "title": "Elsewhere", "source_url": "https://videos.example/x"}
    await ada.post(f"/teach/class/{lamps.cast.classroom.id}/media/links", link)
    assert (await lamps.ben.get("/lesson-media/1")).status_code == 404
