"""Every way in which people send files goes past the virus scanner, where an operator has set one."""

import io
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image
from PIL.ExifTags import Base

from appliance.classroom.media import MediaDraft, create_media
from appliance.settings import Settings
from appliance.storage.files import StoredFile
from appliance.storage.scanning import INFECTED, NO_SCANNER
from tests.made_documents import pdf
from tests.made_scanner import made_scanner
from tests.student.conftest import PNG, Lamps

ORIENTATION = Base.Orientation
JSON = {"Accept": "application/json"}
VIRUS, SILENT = b"a virus", b"unreadable"
closed = pytest.mark.parametrize("settings", [True], indirect=True)

Way = Callable[[Lamps, bytes], Awaitable[httpx.Response]]


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """`request.param`: whether nothing is kept that the scanner could not look at."""
    return Settings(
        appliance_data=tmp_path / "data",
        appliance_models=tmp_path / "models",
        classhub_upload_scan_enabled=True,
        classhub_upload_scan_command=made_scanner(tmp_path),
        classhub_upload_scan_fail_closed=getattr(request, "param", False),
    )


async def whole(lamps: Lamps, more: bytes) -> httpx.Response:
    return await lamps.ben.post(
        f"/material/{lamps.work['upload'].id}/upload", files={"file": ("a.png", PNG + more)}, headers=JSON
    )


async def in_pieces(lamps: Lamps, more: bytes) -> httpx.Response:
    place, content = f"/material/{lamps.work['upload'].id}/uploads", PNG + more
    begun = await lamps.ben.post_json(place, {"filename": "a.png", "size": len(content)})
    url = f"{place}/{begun.json()['id']}"
    headers = {"X-CSRF-Token": lamps.ben.token, "Upload-Offset": "0"}
    await lamps.ben.client.put(url, content=content, headers=headers)
    return await lamps.ben.post(f"{url}/finish", headers=JSON)


async def as_paper(lamps: Lamps, more: bytes) -> httpx.Response:
    return await of_teacher(lamps, "library", "paper.pdf", pdf("Leaves are green.") + more)


async def as_media(lamps: Lamps, more: bytes) -> httpx.Response:
    return await of_teacher(lamps, "media", "bee.png", PNG + more, title="Bee")


async def as_captions(lamps: Lamps, more: bytes) -> httpx.Response:
    async with lamps.cast.parts.db.transaction() as tx:
        film = StoredFile("film", 1, "")
        video = await create_media(tx, lamps.cast.classroom.id, MediaDraft("Film"), "film.mp4", film)
    return await of_teacher(lamps, f"media/{video}/captions", "en.vtt", b"WEBVTT\n\n" + more)


WAYS: dict[str, Way] = {
    "uploads.create": whole,
    "partial_uploads.update": in_pieces,
    "documents.create": as_paper,
    "media.create": as_media,
    "media.create_captions_of": as_captions,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


async def of_teacher(lamps: Lamps, place: str, name: str, content: bytes, **fields: str) -> httpx.Response:
    ada = await lamps.cast.ada()
    address = f"/teach/class/{lamps.cast.classroom.id}/{place}"
    return await ada.post(address, fields, files={"file": (name, content)}, headers=JSON)


async def test_no_other_route_takes_a_file(lamps: Lamps) -> None:
    streams = {route.name.split(".", 1)[1] for route in lamps.cast.app.router.routes if route.extra.stream}
    assert streams == set(WAYS)
    source = Path(__file__).parents[2] / "appliance"
    keepers = {
        file.relative_to(source).as_posix()
        for file in source.rglob("*.py")
        if re.search(r"\.keep\b(?=[,(])", file.read_text()) and "IncomingFile" in file.read_text()
    }
    assert keepers == {"library/document_kinds.py", "work/submissions.py"}


@every_way
async def test_an_infected_file_is_400_with_a_sentence_and_leaves_nothing(lamps: Lamps, way: Way) -> None:
    refused = await way(lamps, VIRUS)
    said = refused.json()
    assert (refused.status_code, said["error"], said["message"]) == (400, "infected", INFECTED)
    await nothing_is_left(lamps)


@closed
@every_way
async def test_a_scanner_that_fails_closed_is_503_and_leaves_nothing(lamps: Lamps, way: Way) -> None:
    refused = await way(lamps, SILENT)
    said = refused.json()
    assert (refused.status_code, said["error"], said["message"]) == (503, "scan_failed", NO_SCANNER)
    assert refused.headers["retry-after"]
    await nothing_is_left(lamps)


@every_way
@pytest.mark.parametrize(("more", "state"), [(b"", "clean"), (SILENT, "error")])
async def test_what_is_kept_remembers_what_the_scanner_said(
    lamps: Lamps, way: Way, more: bytes, state: str
) -> None:
    assert (await way(lamps, more)).status_code in (200, 302)
    rows = await lamps.cast.parts.db.fetch_all(
        """
        SELECT scan FROM submissions UNION ALL SELECT scan FROM documents
        UNION ALL SELECT scan FROM media WHERE stored_name <> 'film'
        """
    )
    assert [row["scan"] for row in rows] == [state]


async def nothing_is_left(lamps: Lamps) -> None:
    for table in ("submissions", "documents", "student_events", "jobs WHERE kind = 'read_document'"):
        assert await lamps.cast.count(table) == 0
    assert await lamps.cast.count("media WHERE stored_name <> 'film'") == 0
    assert await lamps.cast.parts.files.names() == [] and lamps.arriving() == []


async def test_an_upload_in_pieces_is_dropped_when_it_is_infected(lamps: Lamps) -> None:
    await in_pieces(lamps, VIRUS)
    assert await lamps.cast.count("partial_uploads") == 0
    assert list(lamps.cast.parts.partial_files.folder.glob("*")) == []


@closed
async def test_an_upload_in_pieces_waits_for_a_scanner_that_does_not_answer(lamps: Lamps) -> None:
    """Whoever sent it for an hour need not send it again."""
    await in_pieces(lamps, SILENT)
    assert await lamps.cast.count("partial_uploads") == 1


async def test_the_page_says_it_under_the_field_and_keeps_the_note(lamps: Lamps) -> None:
    refused = await lamps.hand_in("a.png", PNG + VIRUS, note="Look at this.")
    assert refused.status_code == 400
    assert INFECTED.replace("'", "&#39;") in refused.text and "Look at this." in refused.text


async def test_the_event_of_a_hand_in_says_what_the_scanner_said(lamps: Lamps) -> None:
    await lamps.hand_in("a.png", PNG)
    row = await lamps.cast.parts.db.fetch_one("SELECT details ->> 'scan_status' AS said FROM student_events")
    assert row is not None and row["said"] == "clean"


async def test_a_photo_that_is_made_anew_keeps_what_was_said_of_it(lamps: Lamps) -> None:
    lies, photo = Image.Exif(), io.BytesIO()
    lies[ORIENTATION] = 6
    Image.new("RGB", (40, 20), "orange").save(photo, "PNG", exif=lies)
    await lamps.hand_in("a.png", photo.getvalue())
    row = await lamps.cast.parts.db.fetch_one("SELECT picture, scan FROM submissions")
    assert row is not None and (row["picture"], row["scan"]) == ("turned", "clean")


async def test_the_teacher_sees_what_nobody_looked_at(lamps: Lamps) -> None:
    ada = await lamps.cast.ada()
    await lamps.hand_in("a.png", PNG + SILENT)
    await as_media(lamps, SILENT)
    await as_paper(lamps, SILENT)
    room = f"/teach/class/{lamps.cast.classroom.id}"
    for page in (f"{room}/media", f"{room}/library", f"{room}/review/1"):
        shown = await ada.get(page)
        assert "The virus scanner could not look at this file." in shown.text, page
