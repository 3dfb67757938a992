"""The documents: generated ones are fresh, links lead somewhere, and what they name exists."""

import re
import subprocess
from pathlib import Path

import pytest

from appliance.__main__ import parser
from appliance.operations.commands.settings import page

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"`(?:\.venv/bin/)?chalkbox ([a-z][^`]*)`")
TARGET = re.compile(r"^([a-z-]+):.*## ", re.MULTILINE)


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def test_the_table_of_settings_is_the_one_in_force() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == page()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_leads_somewhere(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_that_is_named_can_be_typed(document: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in COMMAND.findall(document.read_text()):
        command = re.match(r"[a-z-]+(?: [a-z][a-z-]*)?", words)
        assert command
        # Asked for help alone: a table names commands without their arguments.
        with pytest.raises(SystemExit) as left:
            parser().parse_args([*command[0].split(), "--help"])
        assert left.value.code == 0, f"{words}: {capsys.readouterr().err}"


def test_every_library_is_named_with_its_licence() -> None:
    listed = (ROOT / "THIRD-PARTY.md").read_text()
    locked = {
        name
        for lock in ROOT.glob("requirements*.lock")
        for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(), re.MULTILINE)
    }
    entries = set(
        re.findall(r"[a-z0-9][a-z0-9.-]*", " ".join(re.findall(r"^\| ([^|]+) \|", listed, re.MULTILINE)))
    )
    assert locked - entries == set()


def test_the_readme_names_every_folder() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    folders = {name.split("/")[0] for name in listed.stdout.split("\0") if "/" in name}
    readme = (ROOT / "README.md").read_text()
    unnamed = {folder for folder in folders if not folder.startswith(".") and f"`{folder}/" not in readme}
    assert unnamed == set()


def test_every_make_target_explains_itself_and_is_declared() -> None:
    text = (ROOT / "Makefile").read_text()
    declared = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert declared and set(declared[1].split()) == set(TARGET.findall(text))
