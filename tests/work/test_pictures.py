"""Pictures: upright, readable, without where they were taken; and never lost."""

import asyncio
import io
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from appliance.errors import Invalid, NotFound
from appliance.storage.files import FileStore
from appliance.work.picture_bytes import NotWellFormed, bytes_of, look_at
from appliance.work.pictures import Pictures, Prepared
from appliance.work.submissions import Accepted, accept_work
from tests.work.conftest import arrived

pillow_heif = pytest.importorskip("pillow_heif")
pillow_heif.register_heif_opener()

SECRET = b"Marmot Camera"
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "HEIF": ".heic"}
ALL = (*ENDINGS.values(), ".gif", ".jpeg")


def exif(orientation: int) -> Image.Exif:
    said = Image.Exif()
    said[0x0112] = orientation
    said[0x010F] = SECRET.decode()
    place = said.get_ifd(0x8825)
    place[1], place[2] = "N", (41.0, 23.0, 19.0)
    return said


def photo(
    kind: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (64, 32), **more: object
) -> bytes:
    """Red on the left, blue on the right, as the sensor lies."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    written = io.BytesIO()
    image.save(written, kind, exif=exif(orientation), **more)
    return written.getvalue()


def cartoon() -> bytes:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(
        written, "GIF", save_all=True, append_images=frames[1:], loop=0, duration=80, comment=SECRET
    )
    return written.getvalue()


async def prepared(
    store: FileStore, content: bytes, name: str, pictures: Pictures | None = None
) -> tuple[Prepared, bytes]:
    done = await (pictures or Pictures()).prepared(store, arrived(store, content), name, ALL)
    return done, done.file.path.read_bytes()


def left(store: FileStore) -> int:
    return sum(path.is_file() for path in store.folder.rglob("*"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_an_upright_photo_keeps_every_pixel_and_loses_what_the_camera_wrote(
    store: FileStore, kind: str
) -> None:
    given_photo = photo(kind)
    assert SECRET in given_photo
    done, content = await prepared(store, given_photo, f"IMG 1{ENDINGS[kind]}")
    assert (done.state, done.filename) == ("stripped", f"IMG 1{ENDINGS[kind]}")
    assert SECRET not in content and not Image.open(io.BytesIO(content)).getexif()
    assert Image.open(io.BytesIO(content)).tobytes() == Image.open(io.BytesIO(given_photo)).tobytes()
    assert left(store) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_that_lies_on_its_side_is_turned_upright(store: FileStore, kind: str) -> None:
    done, content = await prepared(store, photo(kind, orientation=6), f"a{ENDINGS[kind]}")
    image = Image.open(io.BytesIO(content))
    assert (done.state, image.format, image.size) == ("turned", kind, (32, 64))
    top, bottom = image.convert("RGB").getpixel((16, 8)), image.convert("RGB").getpixel((16, 56))
    assert top[0] > 200 and bottom[2] > 200  # type: ignore[index]
    assert SECRET not in content and not image.getexif()
    assert left(store) == 1


async def test_a_heic_photo_becomes_a_jpeg_under_its_own_name(store: FileStore) -> None:
    done, content = await prepared(store, photo("HEIF"), "IMG_0001.HEIC")
    assert (done.state, done.filename) == ("converted", "IMG_0001.jpg")
    assert Image.open(io.BytesIO(content)).format == "JPEG" and SECRET not in content


async def test_a_heic_photo_is_taken_where_jpegs_are_asked_for(store: FileStore) -> None:
    accepted = await accept_work(store, Pictures(), arrived(store, photo("HEIF")), "a.heic", (".jpg",))
    assert isinstance(accepted, Accepted) and accepted.stored.stored_name.endswith(".jpg")
    with pytest.raises(Invalid) as refused:
        await accept_work(store, Pictures(), arrived(store, photo("HEIF")), "a.heic", (".png",))
    assert refused.value.code == "wrong_kind" and left(store) == 1


async def test_without_its_reader_a_heic_photo_is_refused_with_a_way_out(store: FileStore) -> None:
    without = Pictures(reads_heic=False)
    with pytest.raises(Invalid, match="Most Compatible"):
        await accept_work(store, without, arrived(store, photo("HEIF")), "a.heic", (".jpg",))
    assert left(store) == 0
    kept = await accept_work(store, without, arrived(store, photo("HEIF")), "a.heic", (".heic",))
    assert (kept.picture, kept.filename) == ("as_it_came", "a.heic")


async def test_a_damaged_heic_photo_is_refused_or_kept_but_never_half(store: FileStore) -> None:
    damaged = photo("HEIF")[:200]
    with pytest.raises(Invalid) as refused:
        await accept_work(store, Pictures(), arrived(store, damaged), "a.heic", (".jpg",))
    assert refused.value.code == "no_heic" and left(store) == 0
    kept = await accept_work(store, Pictures(), arrived(store, damaged), "a.heic", (".heic",))
    assert kept.picture == "as_it_came" and store.path(kept.stored.stored_name).read_bytes() == damaged


async def test_a_cartoon_goes_on_moving_and_loses_its_comment(store: FileStore) -> None:
    done, content = await prepared(store, cartoon(), "a.gif")
    image = Image.open(io.BytesIO(content))
    assert done.state == "stripped" and getattr(image, "n_frames", 1) == 3 and image.info["loop"] == 0
    assert SECRET not in content


async def test_a_picture_without_anything_beside_it_stays_byte_for_byte(store: FileStore) -> None:
    written = io.BytesIO()
    Image.new("RGB", (9, 9)).save(written, "PNG")
    done, content = await prepared(store, written.getvalue(), "a.png")
    assert done.state == "clean" and content == written.getvalue()


async def test_what_is_too_large_to_be_turned_says_which_way_is_up_and_nothing_else(store: FileStore) -> None:
    done, content = await prepared(store, photo(orientation=6, size=(9000, 6000)), "a.jpg")
    image = Image.open(io.BytesIO(content))
    assert (done.state, image.size, dict(image.getexif())) == ("stripped", (9000, 6000), {0x0112: 6})
    assert SECRET not in content


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n" + b"a picture" * 9, b"\xff\xd8\xff\xe1\x00", b"GIF89a" + bytes(9)]
)
async def test_what_holds_to_no_format_is_kept_as_it_came_and_says_so(
    store: FileStore, content: bytes
) -> None:
    name = {0x89: "a.png", 0xFF: "a.jpg"}.get(content[0], "a.gif")
    done, kept = await prepared(store, content, name)
    assert (done.state, kept) == ("as_it_came", content)


async def test_a_second_picture_behind_the_first_goes(store: FileStore) -> None:
    """Phones put a film or a depth map behind a photo, with the place in it once more."""
    done, content = await prepared(store, photo() + b"\x00\x00\x00\x18ftypmp42" + SECRET, "a.jpg")
    assert SECRET not in content and content.endswith(b"\xff\xd9") and done.state == "stripped"


async def test_a_photo_that_broke_off_still_loses_what_the_camera_wrote(store: FileStore) -> None:
    whole = photo(size=(900, 900), quality=100)
    done, content = await prepared(store, whole[: len(whole) - 500], "a.jpg")
    assert SECRET not in content and done.state == "stripped"


async def test_colours_that_were_meant_stay(store: FileStore) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for orientation in (1, 3):
        _, content = await prepared(store, photo(orientation=orientation, icc_profile=profile), "a.jpg")
        assert Image.open(io.BytesIO(content)).info["icc_profile"] == profile


async def test_other_files_are_not_touched(store: FileStore) -> None:
    done, content = await prepared(store, b"words", "a.txt")
    assert (done.state, content) == ("", b"words")


async def test_whoever_goes_away_while_it_is_turned_leaves_nothing(store: FileStore) -> None:
    accepting = asyncio.create_task(
        accept_work(store, Pictures(), arrived(store, photo(orientation=6)), "a.jpg", (".jpg",))
    )
    async with asyncio.timeout(20):
        while len(list((store.folder / "arriving").glob("*"))) < 2 and not accepting.done():  # noqa: ASYNC110 - the disk has no event
            await asyncio.sleep(0.001)
    accepting.cancel()
    await asyncio.gather(accepting, return_exceptions=True)
    assert list((store.folder / "arriving").glob("*")) == []


async def test_a_thumbnail_is_small_upright_and_made_once(store: FileStore) -> None:
    kept = await accept_work(store, Pictures(), arrived(store, photo(size=(2000, 1000))), "a.jpg", (".jpg",))
    pictures = Pictures()
    first = await pictures.thumbnail(store, kept.stored.stored_name)
    made = first.stat().st_mtime_ns
    assert Image.open(io.BytesIO(first.read_bytes())).size == (480, 240)
    assert (await pictures.thumbnail(store, kept.stored.stored_name)).stat().st_mtime_ns == made
    await store.remove(kept.stored.stored_name)
    assert not first.exists()
    with pytest.raises(NotFound):
        await pictures.thumbnail(store, kept.stored.stored_name)
    assert left(store) == 0


async def test_a_bomb_of_pixels_has_no_thumbnail(store: FileStore) -> None:
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    kept = await accept_work(store, Pictures(), arrived(store, written.getvalue()), "a.png", (".png",))
    with pytest.raises(NotFound):
        await Pictures().thumbnail(store, kept.stored.stored_name)


def walked(content: bytes, extension: str) -> bytes:
    file = io.BytesIO(content)
    return b"".join(bytes_of(file, look_at(file, extension)))


MAKERS: dict[str, Callable[[], bytes]] = {
    ".jpg": photo,
    ".png": lambda: photo("PNG"),
    ".webp": lambda: photo("WEBP"),
    ".gif": cartoon,
}


@pytest.mark.parametrize("extension", MAKERS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_broken_pictures_are_walked_to_an_end_or_refused(extension: str, data: st.DataObject) -> None:
    content = bytearray(MAKERS[extension]())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    try:
        walked(bytes(content[:cut]), extension)
    except NotWellFormed:
        return


@pytest.mark.parametrize("extension", MAKERS)
def test_walking_a_second_time_changes_nothing(extension: str) -> None:
    once = walked(MAKERS[extension](), extension)
    assert walked(once, extension) == once


def test_a_chunk_that_claims_to_be_longer_than_the_file_is_refused() -> None:
    content = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 2**31, b"IHDR") + bytes(20)
    with pytest.raises(NotWellFormed):
        walked(content, ".png")


def test_a_photo_of_nothing_but_filler_is_given_up_soon() -> None:
    class Counting(io.BytesIO):
        reads = 0

        def read(self, size: int | None = -1) -> bytes:
            self.reads += 1
            return super().read(size)

    file = Counting(b"\xff\xd8" + b"\xff" * 1_000_000)
    with pytest.raises(NotWellFormed):
        look_at(file, ".jpg")
    assert file.reads < 10_000
