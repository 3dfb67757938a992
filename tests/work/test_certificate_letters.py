"""Names of certificates in every script: the right letters in the right order, or a word that this machine can't."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from appliance.work import certificate_letters as letters
from appliance.work.certificate_letters import NoFont, has_order, runs_of

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
OF_THE_MACHINE = letters.FOLDERS[0]
HINDI = "अनुष्का श्रीवास्तव"

pytestmark = [
    pytest.mark.skipif(not (DEJAVU / "DejaVuSans.ttf").exists(), reason="fonts-dejavu-core is not here"),
    pytest.mark.skipif(not has_order(), reason="libfribidi0 is not here"),
]
has = {
    name: pytest.mark.skipif(not list(OF_THE_MACHINE.rglob(f"{name}*")), reason=f"{name} is not here")
    for name in ("unifont", "Lohit-Devanagari", "Lohit-Tamil", "Lohit-Bengali")
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the fonts that a test puts here."""
    monkeypatch.setattr(letters, "FOLDERS", (tmp_path,))
    return tmp_path


def put(folder: Path, *names: str) -> None:
    for name in names:
        shutil.copy(DEJAVU / f"{name}.ttf", folder)


def fonts(text: str, is_bold: bool = False) -> list[str]:
    return [run.font.stem for run in runs_of(text, is_bold)]


@pytest.mark.parametrize(
    "name",
    [
        "Zoë Núñez-Łukasiewicz",
        "Nguyễn Thị Hồng",
        "Александр Щербаков",
        "Γιώργος Παπαδόπουλος",
        "محمد عبد الله الأحمد",
        "فاطمه گل‌محمدی",
        "יעל כהן-לוי",
        "אָדָם",
        "Հայկ Սարգսյան",
        "ნინო ბერიძე",
        "Fatima فاطمة 7B",
    ],
)
def test_one_good_font_sets_it(folder: Path, name: str) -> None:
    put(folder, "DejaVuSans", "DejaVuSans-Bold")
    assert (fonts(name), fonts(name, is_bold=True)) == (["DejaVuSans"], ["DejaVuSans-Bold"])


@pytest.mark.parametrize(
    ("name", "font"),
    [
        pytest.param("王小明", "unifont", marks=has["unifont"]),
        pytest.param("さくら 田中", "unifont_jp", marks=has["unifont"]),
        pytest.param("김민준", "unifont", marks=has["unifont"]),
        pytest.param("สมชาย", "unifont", marks=has["unifont"]),
        pytest.param(HINDI, "Lohit-Devanagari", marks=has["Lohit-Devanagari"]),
        pytest.param("தமிழ் செல்வி", "Lohit-Tamil", marks=has["Lohit-Tamil"]),
        pytest.param("আনিকা রহমান", "Lohit-Bengali", marks=has["Lohit-Bengali"]),
    ],
)
def test_the_fonts_of_the_image_set_it(name: str, font: str) -> None:
    assert fonts(name) == [font]


@pytest.mark.parametrize("name", ["王小明", HINDI, "Ana 🦊"])
def test_letters_that_no_font_has_are_refused(folder: Path, name: str) -> None:
    put(folder, "DejaVuSans")
    with pytest.raises(NoFont):
        runs_of(name, is_bold=True)


def test_a_machine_without_any_font_refuses(folder: Path) -> None:
    with pytest.raises(NoFont):
        runs_of("Ana", is_bold=False)


def test_a_font_that_does_not_say_how_letters_join_is_not_taken_for_them(folder: Path) -> None:
    """It has the letters, and would set each by itself."""
    content = (DEJAVU / "DejaVuSans.ttf").read_bytes()
    (folder / "Loose.ttf").write_bytes(content.replace(b"GSUB", b"XSUB", 1))
    assert fonts("Ana Ана אדם") == ["Loose"]
    with pytest.raises(NoFont):
        runs_of("محمد", is_bold=False)


@pytest.mark.parametrize("name", ["محمد", "יעל", HINDI])
def test_without_the_library_that_orders_letters_a_name_is_refused_and_not_turned_round(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "DejaVuSans")
    monkeypatch.setattr(letters, "has_order", lambda: False)
    assert fonts("Zoë Дарья") == ["DejaVuSans"]
    with pytest.raises(NoFont):
        runs_of(name, is_bold=False)


def test_from_left_to_right_each_part_may_have_its_own_font(folder: Path) -> None:
    put(folder, "DejaVuSans", "DejaVuSerif")
    runs = runs_of("Ana ⤀ ⴰ", is_bold=False)
    assert [(run.text, run.font.stem) for run in runs] == [
        ("Ana ", "DejaVuSans"),
        ("⤀ ", "DejaVuSerif"),
        ("ⴰ", "DejaVuSans"),
    ]
    with pytest.raises(NoFont):
        runs_of("⤀ محمد", is_bold=False)


def test_a_letter_and_the_mark_on_it_are_one(folder: Path) -> None:
    put(folder, "DejaVuSans", "DejaVuSerif")
    assert [run.text for run in runs_of("Zoe\u0308", is_bold=False)] == ["Zoë"]
    assert next(iter(runs_of("⤀\u0323x\u0323", is_bold=False))).text.startswith("⤀\u0323")


def test_hebrew_goes_from_right_to_left() -> None:
    """The last letter stands at the left edge."""
    assert edge("אאאו", left=True) == edge("ו", left=True)
    assert edge("ואאא", left=False) == edge("ו", left=False)


def test_arabic_letters_are_joined() -> None:
    """Without a gap between them, and narrower than each by itself."""
    font = ImageFont.truetype(str(DEJAVU / "DejaVuSans.ttf"), 100)
    assert font.getlength("بببب") < 4 * font.getlength("ب") - 50
    assert 0 not in columns("بببب")


def edge(text: str, left: bool) -> list[int]:
    found = columns(text)
    return found[:8] if left else found[-8:]


def columns(text: str) -> list[int]:
    """How much ink each column has, from the first with some to the last."""
    font = ImageFont.truetype(str(DEJAVU / "DejaVuSans.ttf"), 100)
    mask = font.getmask(text, mode="L")
    picture = Image.frombytes("L", mask.size, bytes(mask))
    box = picture.getbbox()
    assert box is not None
    picture = picture.crop((box[0], 0, box[2], picture.height))
    rows = [picture.crop((0, y, picture.width, y + 1)).tobytes() for y in range(picture.height)]
    return [sum(column) for column in zip(*rows, strict=True)]
