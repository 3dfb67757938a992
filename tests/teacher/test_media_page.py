"""Videos and files of a class: uploaded, named, sorted, shown, moved, removed; as a picture above the class page."""

import httpx
import pytest

from appliance.classroom.media import Media, media_of_class
from appliance.settings import Settings
from appliance.teacher import media as room
from appliance.work.removals import KEPT_SECONDS, forget_removed
from appliance.work.submissions import bytes_of_class, sweep_files
from tests.conftest import COURSE, Browser, Cast
from tests.teacher.road import Road

LESSON = f"{COURSE}/who-lets-it-through"
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"a short film" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello.\n"
FORM = {"title": "", "folder": "", "lesson": LESSON, "description": "", "is_shown": "1"}


def shelf(cast: Cast) -> str:
    return f"/teach/class/{cast.classroom.id}/media"


async def upload(
    browser: Browser, address: str, name: str = "film.mp4", content: bytes = MP4, **fields: str
) -> httpx.Response:
    return await browser.post(address, {**FORM, **fields}, files={"file": (name, content)})


async def listed(cast: Cast) -> list[Media]:
    return await media_of_class(cast.parts.db, cast.classroom.id)


async def test_a_video_is_uploaded_listed_and_called_as_its_file(cast: Cast) -> None:
    ada = await cast.ada()
    sent = await upload(ada, shelf(cast), "a_short-film.mp4", folder=" Films / Bees ")
    assert (sent.status_code, sent.headers["location"]) == (302, shelf(cast))
    (film,) = await listed(cast)
    assert (film.kind, film.title, film.folder, film.lesson) == (
        "video",
        "a short-film",
        "Films/Bees",
        LESSON,
    )
    page = (await ada.get(shelf(cast))).text
    assert "Films/Bees" in page and "a_short-film.mp4" in page and "Who lets it through?" in page
    assert await bytes_of_class(cast.parts.db, cast.classroom.id) == len(MP4)


async def test_the_file_is_known_to_the_sweep(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    swept = await sweep_files(cast.parts.db, cast.parts.files)
    assert swept.put_aside == 0 and len(await cast.parts.files.names()) == 1


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("film.mp4", PNG, "fit its name"),
        ("film.exe", b"MZ and so on", room.WRONG_KIND),
        ("film.mp4", b"MZ and so on", "This is a program"),
        ("film.mp4", b"", room.EMPTY),
        ("words.vtt", VTT, room.WRONG_KIND),
    ],
)
async def test_a_refused_file_keeps_what_was_typed_and_leaves_nothing(
    cast: Cast, name: str, content: bytes, sentence: str
) -> None:
    refused = await upload(
        await cast.ada(), shelf(cast), name, content, title="My <title>", folder="Bees", is_shown=""
    )
    assert refused.status_code == 422
    assert sentence.replace("'", "&#39;") in refused.text
    assert 'value="My &lt;title&gt;"' in refused.text and 'value="Bees"' in refused.text
    assert await listed(cast) == [] and await cast.parts.files.names() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "x" * 201),
        ("folder", "../elsewhere"),
        ("folder", "a/b/c/d/e/f/g"),
        ("description", "x" * 1001),
        ("lesson", "no/such-lesson"),
    ],
)
async def test_a_form_that_cannot_be_leaves_nothing(cast: Cast, field: str, value: str) -> None:
    ada = await cast.ada()
    assert (
        await ada.post(shelf(cast), {**FORM, field: value}, files={"file": ("film.mp4", MP4)})
    ).status_code == 422
    assert await listed(cast) == [] and await cast.parts.files.names() == []


async def test_over_the_limit_or_without_room_nothing_is_kept(cast: Cast, settings: Settings) -> None:
    ada = await cast.ada()
    object.__setattr__(cast.parts.settings, "appliance_upload_max_mb", 1)
    large = await upload(ada, shelf(cast), content=MP4 + bytes(2 * 1024 * 1024))
    assert large.status_code == 413 and room.TOO_LARGE in large.text
    object.__setattr__(cast.parts.settings, "appliance_class_quota_mb", 0)
    await upload(ada, shelf(cast))
    full = await upload(ada, shelf(cast), title="Bees dance", folder="Week 3")
    assert full.status_code == 422 and "is used up" in full.text
    assert 'value="Bees dance"' in full.text and 'value="Week 3"' in full.text
    assert len(await listed(cast)) == 1 and len(await cast.parts.files.names()) == 1


async def test_a_video_elsewhere_is_an_address_of_the_web_and_nothing_else(cast: Cast) -> None:
    ada = await cast.ada()
    good = {**FORM, "title": "Bees dance", "source_url": "https://videos.example/bees?v=1"}
    assert (await ada.post(f"{shelf(cast)}/links", good)).status_code == 302
    (film,) = await listed(cast)
    assert (film.kind, film.source_url, film.path) == ("video", good["source_url"], good["source_url"])
    for bad in (
        "",
        "javascript:alert(1)",
        "/submission/1/download",
        "ftp://a.example/b",
        "https://a@b.example/",
    ):
        refused = await ada.post(f"{shelf(cast)}/links", {**good, "source_url": bad})
        assert refused.status_code == 422 and "Bees dance" in refused.text
    assert len(await listed(cast)) == 1


async def test_it_is_renamed_put_into_a_lesson_hidden_and_shown(road: Road) -> None:
    cast, ada = road.cast, road.ada
    await upload(ada, shelf(cast), lesson="")
    (film,) = await listed(cast)
    one = f"{shelf(cast)}/{film.id}"
    changed = {**FORM, "title": "Better", "folder": "B", "description": "What it is about."}
    assert (await ada.post(one, changed)).status_code == 302
    refused = await ada.post(one, {**changed, "title": ""})
    assert refused.status_code == 422 and "What it is about." in refused.text
    assert (await ada.post(f"{one}/show", {"shown": "0"})).status_code == 302
    assert (await ada.post(f"{one}/show", {"shown": "0"})).status_code == 302
    (film,) = await listed(cast)
    assert (film.title, film.lesson, film.is_shown) == ("Better", LESSON, False)
    assert "Hidden" in (await ada.get(shelf(cast))).text
    await ada.post(f"{one}/show", {"shown": "1"})
    assert (await listed(cast))[0].is_shown
    assert (await road.actions())[-5:] == [
        "create_media",
        "change_media",
        "hide_media",
        "hide_media",
        "show_media",
    ]


async def test_it_moves_within_its_folder_alone(cast: Cast) -> None:
    ada = await cast.ada()
    for title, folder in (("One", "A"), ("Other", "B"), ("Two", "A")):
        await upload(ada, shelf(cast), title=title, folder=folder)
    assert [each.title for each in await listed(cast)] == ["One", "Two", "Other"]
    two = (await listed(cast))[1]
    for _again in range(2):
        await ada.post(f"{shelf(cast)}/{two.id}/move", {"to": "up"})
    assert [each.title for each in await listed(cast)] == ["Two", "One", "Other"]
    await ada.post(f"{shelf(cast)}/{two.id}/move", {"to": "down"})
    assert [each.title for each in await listed(cast)] == ["One", "Two", "Other"]


async def test_removed_with_its_captions_and_after_30_days_with_both_files(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (film,) = await listed(cast)
    one = f"{shelf(cast)}/{film.id}"
    for _twice in range(2):
        sent = await ada.post(f"{one}/captions", {}, files={"file": ("en.vtt", VTT)})
        assert (sent.status_code, sent.headers["location"]) == (302, one)
    assert len(await cast.parts.files.names()) == 2
    assert 'kind="captions"' in (await ada.get(one)).text
    assert (await ada.post(f"{one}/remove")).status_code == 302
    assert await listed(cast) == [] and len(await cast.parts.files.names()) == 2
    assert await bytes_of_class(cast.parts.db, cast.classroom.id) == len(VTT)
    assert (await ada.post(f"{one}/remove")).status_code == 404
    cast.clock.now += KEPT_SECONDS + 1
    await forget_removed(cast.parts.db, cast.parts.files)
    assert await cast.parts.files.names() == [] and await cast.count("media") == 0


async def test_captions_are_webvtt_and_of_a_video(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    await upload(ada, shelf(cast), "bee.png", PNG)
    film, picture = await listed(cast)
    for media, name, content in (
        (film, "en.vtt", b"not captions"),
        (film, "en.txt", VTT),
        (picture, "en.vtt", VTT),
    ):
        refused = await ada.post(f"{shelf(cast)}/{media.id}/captions", {}, files={"file": (name, content)})
        assert refused.status_code == 422
    assert len(await cast.parts.files.names()) == 2


async def test_a_picture_stands_above_the_class_page_with_its_words(cast: Cast) -> None:
    ada, ben = await cast.ada(), await cast.student(cast.ben)
    await upload(ada, shelf(cast), "bee.png", PNG, lesson="", description="A bee on a flower")
    await upload(ada, shelf(cast))
    picture, film = await listed(cast)
    landing = f"/teach/class/{cast.classroom.id}/landing"
    assert (await ada.post(landing, {"title": "", "message": "", "picture": str(film.id)})).status_code == 422
    assert (
        await ada.post(landing, {"title": "", "message": "", "picture": str(picture.id)})
    ).status_code == 302
    assert f'<option value="{picture.id}" selected>' in (await ada.get(landing)).text
    home = (await ben.get("/student")).text
    assert f'<img src="/lesson-media/{picture.id}" alt="A bee on a flower">' in home
    await ada.post(f"{shelf(cast)}/{picture.id}/show", {"shown": "0"})
    assert "/lesson-media/" not in (await ben.get("/student")).text
    await ada.post(f"{shelf(cast)}/{picture.id}/show", {"shown": "1"})
    await ada.post(f"{shelf(cast)}/{picture.id}/remove")
    assert "/lesson-media/" not in (await ben.get("/student")).text


async def test_another_classes_picture_is_no_landing_picture(cast: Cast) -> None:
    ada, olu = await cast.ada(), await cast.olu()
    await olu.post("/teach/class/2/media", {**FORM, "lesson": ""}, files={"file": ("bee.png", PNG)})
    landing = f"/teach/class/{cast.classroom.id}/landing"
    assert (await ada.post(landing, {"title": "", "message": "", "picture": "1"})).status_code == 422


async def test_visitors_other_teachers_and_students_have_no_list(cast: Cast) -> None:
    await upload(await cast.ada(), shelf(cast))
    olu, ben = await cast.olu(), await cast.student(cast.ben)
    one = f"{shelf(cast)}/1"
    for path in (shelf(cast), one):
        assert (await cast.visitor().get(path)).headers["location"] == f"/sign-in?next={path}"
        assert (await olu.get(path)).status_code == 404
        assert (await ben.get(path)).status_code == 403
    for path in (f"{shelf(cast)}/links", one, f"{one}/move", f"{one}/show", f"{one}/remove"):
        assert (await olu.post(path, FORM)).status_code == 404
    assert (await upload(olu, shelf(cast))).status_code == 404
    # One's own class, somebody else's file.
    assert (await olu.get("/teach/class/2/media/1")).status_code == 404
    assert (await olu.post("/teach/class/2/media/1/remove")).status_code == 404
    assert len(await listed(cast)) == 1


async def test_who_may_only_look_changes_nothing(road: Road) -> None:
    cast = road.cast
    await upload(road.ada, shelf(cast))
    await road.make_viewer(cast.olu_id)
    olu, one = await cast.olu(), f"{shelf(cast)}/1"
    for path in (shelf(cast), one):
        page = (await olu.get(path)).text
        assert "film" in page and "<form" not in page.split("<main")[1].split("</main")[0]
    for path in (f"{shelf(cast)}/links", one, f"{one}/move", f"{one}/show", f"{one}/remove"):
        assert (await olu.post(path, FORM)).status_code == 403
    assert (await upload(olu, shelf(cast))).status_code == 403
    assert len(await listed(cast)) == 1 and len(await cast.parts.files.names()) == 1


async def test_captions_stay_with_their_film_when_somebody_moves_them(cast: Cast) -> None:
    ada = await cast.ada()
    await upload(ada, shelf(cast))
    (film,) = await listed(cast)
    await ada.post(f"{shelf(cast)}/{film.id}/captions", {}, files={"file": ("en.vtt", VTT)})
    (film,) = await listed(cast)
    assert (await ada.post(f"{shelf(cast)}/{film.captions_id}/move", {"to": "up"})).status_code == 302
    assert await listed(cast) == [film]
