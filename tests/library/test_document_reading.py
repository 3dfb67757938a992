"""Papers read in the child process: true pages, whole words, and a sentence for every file that can't be read."""

import io
import os
import subprocess
import sys
import zipfile
from contextlib import aclosing
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from appliance.errors import Invalid, Unavailable
from appliance.library import document_kinds, document_reader
from appliance.library.document_kinds import Kind, kind_of
from appliance.library.document_reader import Closed, Leaf, Opened, read
from appliance.library.document_text import cleaned
from tests.made_documents import (
    LEAVES,
    ROOTS,
    SEEDS,
    docx,
    part,
    pdf,
    plants_docx,
    plants_pptx,
    saved,
    with_parts,
)

ROOT = Path(__file__).parents[2]
WORD_PART = "word/document.xml"
ENTITY = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY secret SYSTEM "file://%s">]>"""


class Paper:
    """What the child said about a file: bodies by page, headings by page."""

    def __init__(self) -> None:
        self.of = 0
        self.pages: dict[int, list[tuple[str, str]]] = {}
        self.end = Closed(0, 0, False)

    def text(self, page: int) -> str:
        return " ".join(body for _, body in self.pages.get(page, []))


async def paper(folder: Path, kind: Kind, content: bytes, seconds: float = 60.0) -> Paper:
    told = Paper()
    async with aclosing(read(saved(folder, f"paper.{kind}", content), kind, seconds)) as lines:
        async for line in lines:
            if isinstance(line, Opened):
                told.of = line.pages
            elif isinstance(line, Leaf):
                told.pages.setdefault(line.page, []).extend(line.passages)
            else:
                told.end = line
    return told


async def refused(folder: Path, kind: Kind, content: bytes, seconds: float = 60.0) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        await paper(folder, kind, content, seconds)
    return refusal.value


def locked(content: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, "only the owner", algorithm="RC4-128")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


# ---- what is read


async def test_a_pdf_is_read_with_its_true_page_numbers(tmp_path: Path) -> None:
    told = await paper(tmp_path, "pdf", pdf(LEAVES, "", ROOTS))
    assert told.of == 3
    assert {number: told.text(number) for number in told.pages} == {1: LEAVES, 2: "", 3: ROOTS}
    assert told.end == Closed(3, without_text=1, is_cut=False)


async def test_words_that_a_line_end_cut_are_whole_again(tmp_path: Path) -> None:
    told = await paper(
        tmp_path, "pdf", pdf("Green plants live by photo-\nsynthesis, which feeds\nthe whole world.")
    )
    assert told.text(1) == "Green plants live by photosynthesis, which feeds the whole world."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Anglo-\nSaxon", "Anglo-Saxon"),
        ("soft\u00ad\nware and soft\u00adware", "software and software"),
        ("\ufb01re \ufb02ows", "fire flows"),
        ("a\x00b\ud800c\ue000d", "a b c d"),
        ("  2\u00a0m²\n\n= ½ ", "2 m² = ½"),
        ("pages 3-\n4", "pages 3- 4"),
    ],
)
def test_text_is_cleaned_and_no_more(text: str, shown: str) -> None:
    assert cleaned(text) == shown


async def test_passages_end_where_sentences_do_and_none_is_too_long_or_too_short(tmp_path: Path) -> None:
    lines = "\n".join(f"Sentence number {number} tells a little more about the seed." for number in range(40))
    told = await paper(tmp_path, "pdf", pdf(f"{lines}\nYes."))
    bodies = [body for _, body in told.pages[1]]
    assert len(bodies) > 3
    assert all(24 <= len(body) <= 600 and body.endswith(".") for body in bodies)
    assert bodies[-1].endswith("Yes.")


async def test_headings_and_paragraphs_of_a_pdf_are_told_apart_by_their_lines(tmp_path: Path) -> None:
    text = (
        f"Chapter 2\nWhat leaves do\n{LEAVES[:60]}\n{LEAVES[60:]}\n"
        "A list that follows has these short lines in it for you:\nCopper\nIron\n"
        f"3\n{ROOTS}"
    )
    told = await paper(tmp_path, "pdf", pdf(text))
    assert told.pages[1] == [
        (
            "What leaves do",
            f"Chapter 2. {LEAVES} A list that follows has these short lines in it for you: Copper. Iron. 3. {ROOTS}",
        )
    ]


async def test_bookmarks_of_a_pdf_head_its_passages(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(LEAVES, ROOTS, SEEDS))))
    writer.add_outline_item(title="Leaves", page_number=0)
    writer.add_outline_item(title="Roots and what they do", page_number=1)
    file = io.BytesIO()
    writer.write(file)
    told = await paper(tmp_path, "pdf", file.getvalue())
    assert [told.pages[page][0][0] for page in (1, 2, 3)] == ["Leaves", *["Roots and what they do"] * 2]


async def test_a_pdf_locked_against_printing_only_is_read(tmp_path: Path) -> None:
    assert (await paper(tmp_path, "pdf", locked(pdf(LEAVES), ""))).text(1) == LEAVES


async def test_a_text_document_is_read_by_its_largest_headings_with_header_and_table(tmp_path: Path) -> None:
    told = await paper(tmp_path, "docx", plants_docx())
    assert told.of == 2
    assert told.pages[1] == [("", "Hill School, biology for class seven"), ("Leaves", LEAVES)]
    assert told.pages[2] == [("Roots · What they do", f"{ROOTS} Part, Task. Root hair, drinks water")]


async def test_a_word_split_over_runs_stays_whole_and_links_and_controls_are_read(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        paragraph = document.add_paragraph()  # type: ignore[attr-defined]
        for run in ("Chloro", "phyll", " makes leaves look green all summer."):
            paragraph.add_run(run)

    made = docx(fill)
    body = (
        part(made, WORD_PART)
        .replace(b"<w:p>", b"<w:sdt><w:sdtContent><w:p>")
        .replace(b"</w:p>", b"</w:p></w:sdtContent></w:sdt>")
    )
    told = await paper(tmp_path, "docx", with_parts(made, {WORD_PART: body}))
    assert told.text(1) == "Chlorophyll makes leaves look green all summer."


async def test_what_a_reader_does_not_see_is_not_read_and_what_was_moved_once(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        for text in ("What do roots drink all day long? ", "Water, as the answer.", "Moved along.", "Shown."):
            document.add_paragraph(text)  # type: ignore[attr-defined]

    made = docx(fill)
    run = b"<w:r><w:t>Moved along.</w:t></w:r>"
    body = (
        part(made, WORD_PART)
        .replace(b"<w:r><w:t>Water", b"<w:r><w:rPr><w:vanish/></w:rPr><w:t>Water")
        .replace(b"<w:r><w:t>Shown", b'<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>Shown')
        .replace(run, b"<w:moveFrom>" + run + b"</w:moveFrom><w:moveTo>" + run + b"</w:moveTo>")
    )
    told = await paper(tmp_path, "docx", with_parts(made, {WORD_PART: body}))
    assert told.text(1) == "What do roots drink all day long? Moved along. Shown."


async def test_text_in_the_controls_of_a_table_and_around_paragraphs_is_read(tmp_path: Path) -> None:
    def fill(document: object) -> None:
        document.add_table(1, 1).cell(0, 0).text = "Roots drink water from the soil."  # type: ignore[attr-defined]
        document.add_paragraph("Leaves catch the light of the sun.")  # type: ignore[attr-defined]

    made = docx(fill)
    cell, end = b"<w:p><w:r><w:t>Roots", b"soil.</w:t></w:r></w:p>"
    leaf, done = b"<w:p><w:r><w:t>Leaves", b"sun.</w:t></w:r></w:p>"
    body = (
        part(made, WORD_PART)
        .replace(cell, b"<w:p/><w:sdt><w:sdtContent>" + cell)
        .replace(end, end + b"</w:sdtContent></w:sdt>")
        .replace(leaf, b'<w:customXml w:element="x">' + leaf)
        .replace(done, done + b"</w:customXml>")
    )
    told = await paper(tmp_path, "docx", with_parts(made, {WORD_PART: body}))
    assert told.text(1) == "Roots drink water from the soil. Leaves catch the light of the sun."


async def test_slides_are_read_as_they_are_shown_with_tables_and_notes(tmp_path: Path) -> None:
    told = await paper(tmp_path, "pptx", plants_pptx())
    assert told.of == 11
    first = told.text(1)
    assert told.pages[1][0][0] == "Step 11"
    assert "Germination, the seed opens" in first and "the jar with the beans" in first
    assert "step number 10 of" in told.text(11)


async def test_of_a_thousand_pages_the_first_five_hundred_are_read(tmp_path: Path) -> None:
    told = await paper(
        tmp_path, "pdf", pdf(*[f"This is what stands on page {number}." for number in range(1, 1001)])
    )
    assert told.of == 1000
    assert told.end == Closed(500, without_text=0, is_cut=True)
    assert told.text(500) == "This is what stands on page 500." and max(told.pages) == 500


# ---- what can't be read


async def test_a_scanned_pdf_has_no_passages_and_each_page_is_told(tmp_path: Path) -> None:
    told = await paper(tmp_path, "pdf", pdf("", ""))
    assert (told.pages, told.end) == ({1: [], 2: []}, Closed(2, without_text=2, is_cut=False))


async def test_a_pdf_with_a_password_is_refused_with_a_sentence(tmp_path: Path) -> None:
    refusal = await refused(tmp_path, "pdf", locked(pdf(LEAVES), "open sesame"))
    assert (refusal.code, refusal.message) == ("encrypted", document_reader.ENCRYPTED)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", b"%PDF-1.7\nnothing that makes sense"),
        ("pdf", pdf(LEAVES)[:40]),
        ("docx", plants_docx()[:2000]),
        ("docx", with_parts(plants_docx(), {WORD_PART: b"<w:document"})),
        ("docx", with_parts(plants_docx(), {"[Content_Types].xml": b"<Types/>"})),
        ("pptx", with_parts(plants_pptx(), {"ppt/presentation.xml": b"not xml"})),
        ("pptx", plants_docx()),
    ],
)
async def test_a_broken_file_is_refused_with_a_sentence(tmp_path: Path, kind: Kind, content: bytes) -> None:
    refusal = await refused(tmp_path, kind, content)
    assert (refusal.code, refusal.message) == ("damaged", document_kinds.DAMAGED)


async def test_one_broken_page_does_not_hide_the_others(tmp_path: Path) -> None:
    broken = pdf(LEAVES, "spoiled", ROOTS).replace(b"(spoiled) Tj", b"<zz[[(( Tj ")
    told = await paper(tmp_path, "pdf", broken)
    assert (told.text(1), told.text(3)) == (LEAVES, ROOTS)


@pytest.mark.parametrize("name", [WORD_PART, "word/styles.xml", "docProps/core.xml"])
async def test_entities_are_refused_and_never_looked_up(tmp_path: Path, name: str) -> None:
    secret = saved(tmp_path, "secret.txt", b"the secret of the box is forty-two")
    content = plants_docx()
    rest = part(content, name).partition(b"?>")[2].replace(b"plants", b"&secret;")
    refusal = await refused(tmp_path, "docx", with_parts(content, {name: ENTITY % bytes(secret) + rest}))
    assert (refusal.code, refusal.message) == ("unsafe", document_reader.UNSAFE)


async def test_a_file_that_wants_too_much_memory_is_refused_and_the_box_lives(tmp_path: Path) -> None:
    body = part(plants_docx(), WORD_PART)
    start = body.index(b"<w:body>") + len(b"<w:body>")
    huge = body[:start] + b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 1_000_000 + body[start:]
    refusal = await refused(tmp_path, "docx", with_parts(plants_docx(), {WORD_PART: huge}))
    assert (refusal.code, refusal.message) == ("too_big", document_reader.TOO_BIG)


async def test_reading_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    refusal = await refused(tmp_path, "pdf", pdf(*["Some words on a page."] * 400), seconds=0.05)
    assert (refusal.code, refusal.message) == ("too_slow", document_reader.TOO_SLOW)


async def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="damaged"):
        async with aclosing(read(tmp_path / "nothing.pdf", "pdf")) as lines:
            await anext(lines)


@pytest.mark.parametrize(
    ("code", "fault"), [("SIGXCPU", "too_slow"), ("SIGKILL", "too_big"), ("SIGSEGV", "damaged")]
)
async def test_a_child_that_the_kernel_ended_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, fault: str
) -> None:
    dying = saved(tmp_path, "python", f"#!/bin/sh\nkill -s {code[3:]} $$\n".encode())
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    assert (await refused(tmp_path, "pdf", pdf(LEAVES))).code == fault


async def test_a_box_without_its_readers_is_not_the_files_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = saved(tmp_path, "python", b"#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(Unavailable, match="missing or broken"):
        await paper(tmp_path, "pdf", pdf(LEAVES))


async def test_whoever_stops_listening_ends_the_child(tmp_path: Path) -> None:
    path = saved(tmp_path, "long.pdf", pdf(*["Some words on a page, enough of them."] * 500))
    reading = read(path, "pdf")
    await anext(reading)
    await reading.aclose()
    assert readers() == []


def readers() -> list[Path]:
    """Child processes of this one that read a paper."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told, words = (process / "status").read_text(), (process / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in told and b"appliance.library.extraction" in words:
            found.append(process)
    return found


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "open('made-by-the-child', 'w').write('x' * 100_000)",
        "bytearray(2_000_000_000)",
    ],
)
def test_the_child_can_reach_nothing_and_take_little(tmp_path: Path, attempt: str) -> None:
    code = f"from appliance.storage.confinement import confine; confine()\n{attempt}"
    path = os.pathsep.join((str(ROOT), *sys.path[1:]))
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": path}, capture_output=True, check=False
    )
    assert ended.returncode != 0
    assert any(kind in ended.stderr for kind in (b"PermissionError", b"OSError", b"MemoryError"))


async def test_the_child_is_told_no_secret_of_the_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_API_KEY", "hush")
    assert set(document_reader._environment()) == {"PYTHONPATH"}


# ---- what is looked at before anything is opened


def kind(folder: Path, name: str, content: bytes) -> Kind:
    return kind_of(saved(folder, "arriving", content), name, content[:8192])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("A.PDF", pdf(LEAVES)),
        ("b.docx", plants_docx()),
        ("c.pptx", plants_pptx()),
        ("d.pdf", b"\n\n" + pdf("x")),
    ],
)
def test_papers_are_taken_by_name_and_content(tmp_path: Path, name: str, content: bytes) -> None:
    assert kind(tmp_path, name, content) == name.lower()[-len(name.split(".")[1]) :]


def bomb(inflated: int, parts: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(WORD_PART, b"<w:document/>")
        for number in range(parts):
            archive.writestr(f"word/media/{number}.xml", b" " * inflated)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code", "sentence"),
    [
        ("paper.doc", b"\xd0\xcf\x11\xe0", "wrong_kind", document_kinds.WRONG_KIND),
        ("paper", b"%PDF-1.7", "wrong_kind", document_kinds.WRONG_KIND),
        ("paper.pdf", b"", "empty_file", document_kinds.EMPTY),
        ("paper.pdf", b"MZ\x90 a program", "wrong_content", document_kinds.WRONG_CONTENT),
        ("paper.docx", pdf(LEAVES), "wrong_content", document_kinds.WRONG_CONTENT),
        ("paper.docx", plants_pptx(), "wrong_content", document_kinds.WRONG_CONTENT),
        ("paper.docx", b"\xd0\xcf\x11\xe0 locked", "old_office", document_kinds.OLD_OFFICE),
        ("paper.docx", plants_docx()[:3000], "damaged", document_kinds.DAMAGED),
        ("paper.docx", bomb(50_000_000), "bomb", document_kinds.BOMB),
        ("paper.docx", bomb(900_000, 400), "bomb", document_kinds.BOMB),
        ("paper.docx", bomb(1, 6000), "too_many_files", document_kinds.BOMB),
    ],
)
def test_everything_else_is_refused_with_a_sentence(
    tmp_path: Path, name: str, content: bytes, code: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        kind(tmp_path, name, content)
    assert (refusal.value.code, refusal.value.message, refusal.value.field) == (code, sentence, "file")
