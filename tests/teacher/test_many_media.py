"""Several videos and files in one form, as a browser without script sends them: each is kept or refused by itself."""

import httpx

from appliance.classroom.media import media_of_class
from appliance.teacher import media as room
from appliance.web import uploads
from appliance.web.many_uploads import MOST_FILES, MOST_NAMES, TOO_MANY
from tests.conftest import Browser, Cast
from tests.teacher.test_media_page import FORM, LESSON, MP4, PNG, shelf

Sent = list[tuple[str, tuple[str, bytes]]]
JSON = {"Accept": "application/json"}


def parts(**files: bytes) -> Sent:
    """`film_mp4` is called film.mp4."""
    return [("file", (name.replace("_", "."), content)) for name, content in files.items()]


async def upload(browser: Browser, cast: Cast, sent: Sent, **fields: str) -> httpx.Response:
    return await browser.post(shelf(cast), {**FORM, **fields}, files=sent)


async def titles(cast: Cast) -> list[str]:
    return [media.title for media in await media_of_class(cast.parts.db, cast.classroom.id)]


def arriving(cast: Cast) -> list[str]:
    return [path.name for path in (cast.parts.files.folder / "arriving").glob("*")]


async def test_several_files_are_kept_byte_for_byte_and_called_as_they_are(cast: Cast) -> None:
    ada = await cast.ada()
    sent = await upload(ada, cast, parts(film_mp4=MP4, bee_png=PNG), title="Both", folder="Bees")
    assert sent.status_code == 302
    found = await media_of_class(cast.parts.db, cast.classroom.id)
    assert [(each.title, each.folder, each.lesson) for each in found] == [
        ("film", "Bees", LESSON),
        ("bee", "Bees", LESSON),
    ]
    assert [cast.parts.files.path(each.stored_name).read_bytes() for each in found] == [MP4, PNG]
    assert "The files are on the box." in (await ada.get(shelf(cast))).text and arriving(cast) == []


async def test_one_that_is_refused_stops_no_other(cast: Cast) -> None:
    object.__setattr__(cast.parts.settings, "appliance_upload_max_mb", 1)
    sent = parts(
        a_png=PNG, big_mp4=MP4 + bytes(2 * 1024 * 1024), tool_exe=b"MZ", fake_png=MP4, none_png=b"", z_png=PNG
    )
    refused = await upload(await cast.ada(), cast, sent, folder="Bees")
    assert refused.status_code == 422 and "2 of 6 files are on the box." in refused.text
    assert await titles(cast) == ["a", "z"] and arriving(cast) == []
    for said in ("big.mp4", room.TOO_LARGE, "tool.exe", room.WRONG_KIND, "fit its name", room.EMPTY):
        assert said.replace("'", "&#39;") in refused.text
    assert 'value="Bees"' in refused.text


async def test_a_program_reads_which_were_refused(cast: Cast) -> None:
    ada = await cast.ada()
    sent = parts(a_png=PNG, fake_png=MP4)
    said = (await ada.post(shelf(cast), FORM, files=sent, headers=JSON)).json()
    assert said["error"] == "some_refused" and [each["filename"] for each in said["refused"]] == ["fake.png"]
    kept = await ada.post(shelf(cast), FORM, files=parts(b_png=PNG), headers=JSON)
    assert (kept.status_code, kept.json()) == (200, {"kept": 1})


async def test_a_form_that_cannot_be_keeps_none_of_them(cast: Cast) -> None:
    refused = await upload(await cast.ada(), cast, parts(a_png=PNG, b_png=PNG), folder="../elsewhere")
    assert refused.status_code == 422 and "A folder is called by plain words" in refused.text
    assert await titles(cast) == [] and await cast.parts.files.names() == [] and arriving(cast) == []


async def test_more_than_twenty_at_once_wait_for_the_next_time(cast: Cast) -> None:
    sent = [("file", (f"{number}.png", PNG)) for number in range(MOST_FILES + 1)]
    refused = await upload(await cast.ada(), cast, sent)
    assert refused.status_code == 422 and TOO_MANY in refused.text
    assert len(await titles(cast)) == MOST_FILES and arriving(cast) == []


async def test_a_form_of_hundreds_of_files_is_no_choice_of_files(cast: Cast) -> None:
    sent = [("file", (f"{number}.png", PNG)) for number in range(MOST_NAMES + 1)]
    refused = await upload(await cast.ada(), cast, sent)
    assert refused.status_code == 422 and refused.text.count(TOO_MANY) == 1
    assert await titles(cast) == [] and arriving(cast) == []


async def test_a_class_that_fills_in_the_middle_keeps_what_fitted(cast: Cast) -> None:
    object.__setattr__(cast.parts.settings, "appliance_class_quota_mb", 1)
    sent = parts(a_mp4=MP4 + bytes(1024 * 1024), b_png=PNG)
    refused = await upload(await cast.ada(), cast, sent)
    assert "1 of 2 files" in refused.text and "is used up" in refused.text
    assert await titles(cast) == ["a"] and arriving(cast) == []


async def test_without_its_token_nothing_of_them_is_kept(cast: Cast) -> None:
    ada = await cast.ada()
    sent = await ada.client.post(shelf(cast), data=FORM, files=parts(a_png=PNG, b_png=PNG))
    assert sent.status_code == 403 and await titles(cast) == [] and arriving(cast) == []


async def test_a_body_that_breaks_off_leaves_nothing(cast: Cast) -> None:
    ada = await cast.ada()
    await ada.get(shelf(cast))
    request = ada.client.build_request(
        "POST", shelf(cast), data={"csrf_token": ada.token, **FORM}, files=parts(a_png=PNG, b_png=PNG)
    )
    content = request.read()[:-60]
    headers = {"Content-Type": request.headers["content-type"]}
    refused = await ada.client.post(shelf(cast), content=content, headers=headers)
    assert refused.status_code == 422 and room.BROKEN in refused.text
    assert await titles(cast) == [] and arriving(cast) == []


async def test_a_form_without_a_file_says_so(cast: Cast) -> None:
    refused = await upload(await cast.ada(), cast, [("file", ("", b""))], title="Nothing")
    assert refused.status_code == 422 and room.NO_FILE in refused.text and 'value="Nothing"' in refused.text
    assert uploads.NO_FILE not in refused.text
