"""Names of certificates in every script: the right letters in the right order, or a word that this machine can't."""

import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageFont

from appliance.work import certificate_letters as letters
from appliance.work.certificate_letters import NoFont, has_order, runs_of
from appliance.work.certificate_scripts import stretches

DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
OF_THE_MACHINE = letters.FOLDERS[0]
HINDI = "अनुष्का श्रीवास्तव"

pytestmark = [
    pytest.mark.skipif(not (DEJAVU / "DejaVuSans.ttf").exists(), reason="fonts-dejavu-core is not here"),
    pytest.mark.skipif(not has_order(), reason="libfribidi0 is not here"),
]
has = {
    name: pytest.mark.skipif(not list(OF_THE_MACHINE.rglob(f"{name}*")), reason=f"{name} is not here")
    for name in ("NotoSans-", "Symbola", "unifont", "wqy-microhei", "HanaMin")
}
# Living scripts, and the font of the image that sets each.
OF_THE_IMAGE = {
    "Devanagari": HINDI,
    "Bengali": "আনিকা রহমান",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Gujarati": "હર્ષિતા પટેલ",
    "Oriya": "ଅନୁଷ୍କା ପଣ୍ଡା",
    "Tamil": "தமிழ் செல்வி",
    "Telugu": "శ్రీనివాస్ రెడ్డి",
    "Kannada": "ಲಕ್ಷ್ಮೀ ಗೌಡ",
    "Malayalam": "ശ്രീലക്ഷ്മി നായർ",
    "Sinhala": "ශ්‍රී ප්‍රියංකා",
    "Thai": "สมชาย ใจดี",
    "Myanmar": "အောင်ကျော်မြင့်",
    "Khmer": "សុខ សុភ័ក្ត្រ",
    "Ethiopic": "አበበ ቢቂላ",
    "Cherokee": "ᏣᎳᎩ",
    "Arabic": "ٹیپو گھر ثناءاللہ",
    "Syriac": "ܝܘܚܢܢ ܡܪܝܡ",
    "Thaana": "މުޙައްމަދު",
    "Mongolian": "ᠪᠠᠲᠤ ᠡᠷᠳᠡᠨᠢ",
    "Limbu": "ᤕᤠᤰᤌᤢᤱ",
    "TaiLe": "ᥖᥭᥰ ᥘᥫᥴ",
    "NewTaiLue": "ᦎᦷᦑᦺ ᦟᦹᧉ",
    "TaiTham": "ᨲᩫ᩠ᩅᨾᩮᩬᩥᨦ",
    "TaiViet": "ꪎꪳ ꪼꪕ",
    "Buginese": "ᨅᨔ ᨕᨘᨁᨗ",
    "Balinese": "ᬓᬢᬸᬢ᭄",
    "Sundanese": "ᮃᮞᮨᮕ᮪",
    "Batak": "ᯘᯮᯒᯖ᯲",
    "Tagalog": "ᜊᜌ᜔ᜊᜌᜒᜈ᜔",
    "Lepcha": "ᰛᰩᰵ ᰕᰫᰊᰪᰰ",
    "OlChiki": "ᱥᱟᱱᱛᱟᱲᱤ",
    "Vai": "ꕙꔤ",
    "Saurashtra": "ꢱꣃꢬꢵ",
    "KayahLi": "ꤊꤢꤛꤢ꤭",
    "Rejang": "ꤽꥍꤺꥏ",
    "Javanese": "ꦱꦸꦒꦼꦁ ꦥꦿꦩꦸꦢꦾ",
    "Cham": "ꨌꩌ ꨀꨩꨣ",
    "MeeteiMayek": "ꯃꯤꯇꯩ ꯃꯌꯦꯛ",
    "Yi": "ꆈꌠ ꁱꂷ",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "Osage": "𐓏𐓘𐓻𐓘𐓻𐓟",
    "Chakma": "𑄌𑄋𑄴𑄟𑄳𑄦",
    "HanifiRohingya": "𐴌𐴟𐴇𐴥𐴝𐴚𐴒𐴙𐴝",
    "Wancho": "𞋒𞋀𞋉𞋃𞋕",
    "Miao": "𖼀𖽔 𖼐𖽑",
    "Newa": "𑐣𑐾𑐥𑐵𑐮",
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


@has["NotoSans-"]
@pytest.mark.parametrize("script", OF_THE_IMAGE)
def test_the_fonts_of_the_image_set_it(script: str) -> None:
    (font,) = fonts(OF_THE_IMAGE[script])
    assert font.startswith(f"NotoSans{script}-")


@pytest.mark.parametrize(
    ("name", "font"),
    [
        pytest.param("王小明", "wqy-microhei", marks=has["wqy-microhei"]),
        pytest.param("さくら 田中", "wqy-microhei", marks=has["wqy-microhei"]),
        pytest.param("김민준", "wqy-microhei", marks=has["wqy-microhei"]),
        pytest.param("🦊", "Symbola_hint", marks=has["Symbola"]),
        pytest.param("㐂", "unifont", marks=has["unifont"]),
    ],
)
def test_other_fonts_set_what_they_are_for(folder: Path, name: str, font: str) -> None:
    put(folder, "DejaVuSans")
    for path in OF_THE_MACHINE.rglob(f"{font}.?t?"):
        shutil.copy(path, folder)
    assert fonts(name) == [font]


@has["HanaMin"]
@pytest.mark.parametrize("name", ["𠮷田 翔太", "𡈽屋", "陈𬭊", "𨸶𠝹", "𪜀𫝆𬺓"])
def test_chinese_signs_beyond_the_basic_plane_are_set_as_they_are_written(name: str) -> None:
    runs = runs_of(name, is_bold=True)
    assert "".join(run.text for run in runs) == name
    assert not any(run.font.stem.startswith("unifont") for run in runs)


def test_a_name_that_no_font_of_the_machine_has_is_not_drawn_with_a_box_in_it(folder: Path) -> None:
    put(folder, "DejaVuSans")
    with pytest.raises(NoFont):
        runs_of("𠮷田 翔太", is_bold=False)


@has["NotoSans-"]
def test_mongolian_lies_along_the_line_with_its_letters_joined() -> None:
    """As a column turned on its side: nothing between two letters of a word, the words from left to right."""
    (run,) = runs_of("ᠪᠠᠲᠤ", is_bold=False)
    assert 0 not in columns("ᠪᠠᠲᠤ", run.font)
    assert columns("ᠪᠠᠲᠤ ᠡᠷᠳᠡᠨᠢ", run.font)[:40] == columns("ᠪᠠᠲᠤ", run.font)[:40]


@pytest.mark.parametrize(
    "name",
    [
        *("王小明", HINDI, "Ana 🦊", "ᠪᠠᠲᠤ"),
        # A mark that the font lacks on a letter that it has; one for private use; two that are no letters yet,
        # or were none when this Python was made.
        *("Z\u0354a", "\ue000", "\u0378", "\U00011f04\U0001e4d0"),
    ],
)
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


def test_from_right_to_left_too(folder: Path) -> None:
    """From the left edge: the end of the name first."""
    put(folder, "DejaVuSans", "DejaVuSerif")
    runs = runs_of("محمد ⤀", is_bold=False)
    assert [(run.text, run.font.stem, run.direction) for run in runs] == [
        ("⤀", "DejaVuSerif", "rtl"),
        ("محمد ", "DejaVuSans", "rtl"),
    ]
    said = runs_of("has completed ⤀ محمد", is_bold=False)
    assert [(run.text, run.direction) for run in said] == [
        ("has completed ", None),
        ("⤀ ", None),
        ("محمد", "rtl"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ana", [("ltr", "Ana")]),
        ("יעל 7", [("rtl", "יעל 7")]),
        ("Ana יעל כהן Li", [("ltr", "Ana "), ("rtl", "יעל כהן"), ("ltr", " Li")]),
        ("יעל Ana כהן", [("rtl", " כהן"), ("ltr", "Ana"), ("rtl", "יעל ")]),
        ("7", [("ltr", "7")]),
        ("", []),
    ],
)
def test_a_text_in_two_directions_is_laid_out_from_the_left_edge(
    text: str, found: list[tuple[str, str]]
) -> None:
    assert stretches(text) == found


def test_signs_come_from_their_font_and_letters_never(folder: Path) -> None:
    put(folder, "DejaVuSans", "DejaVuSerif")
    (folder / "DejaVuSerif.ttf").rename(folder / "Symbola.ttf")
    runs = runs_of("A ⤀ b", is_bold=False)
    assert [(run.text, run.font.stem) for run in runs] == [
        ("A ", "DejaVuSans"),
        ("⤀", "Symbola"),
        (" b", "DejaVuSans"),
    ]


def test_a_font_that_sets_letters_one_by_one_joins_none_and_numbers_none(folder: Path) -> None:
    put(folder, "DejaVuSans")
    (folder / "DejaVuSans.ttf").rename(folder / "unifont.ttf")
    assert fonts("Ana Ана") == ["unifont"]
    for name in ("محمد", "\u0378"):
        with pytest.raises(NoFont):
            runs_of(name, is_bold=False)


def test_what_leaves_no_ink_needs_no_font_and_breaks_no_line(folder: Path) -> None:
    put(folder, "DejaVuSans")
    (run,) = runs_of("A\nn\u200da\ufe0f\u00ad\U0001f3fd\U000e0100", is_bold=False)
    assert run.text == "A n\u200da\ufe0f\u00ad\U000e0100"


def test_a_letter_without_a_sign_of_its_own_is_put_together(folder: Path) -> None:
    put(folder, "DejaVuSans")
    assert fonts("\u1e4d\u0323 X\u0308") == ["DejaVuSans"]


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


def columns(text: str, path: Path = DEJAVU / "DejaVuSans.ttf") -> list[int]:
    """How much ink each column has, from the first with some to the last."""
    font = ImageFont.truetype(str(path), 100)
    mask = font.getmask(text, mode="L")
    picture = Image.frombytes("L", mask.size, bytes(mask))
    box = picture.getbbox()
    assert box is not None
    picture = picture.crop((box[0], 0, box[2], picture.height))
    rows = [picture.crop((0, y, picture.width, y + 1)).tobytes() for y in range(picture.height)]
    return [sum(column) for column in zip(*rows, strict=True)]
