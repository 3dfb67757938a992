#!/usr/bin/env python3
"""Collects every text of the interface and holds the catalogues against them: `messages.py --check | --update`."""

import argparse
import ast
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "appliance"
CATALOGUES = SOURCE / "web" / "locale"

# What only the console shows, or only programs read.
CONSOLE = (
    "__main__.py",
    "api/",
    "settings.py",
    "operations/commands/",
    "operations/console.py",
    "operations/demo.py",
    "operations/demo_hub.py",
    "operations/demo_study.py",
    "inference/child.py",
    "inference/inspection.py",
    "inference/pull.py",
    "inference/probe.py",
    "inference/scripted.py",
    "study/canvas.py",
    "web/programs.py",
)
TRANSLATES = {"translate", "_"}
SENTENCE = re.compile(r"[A-Z%'].* .*[.?!]", re.DOTALL)
REFUSALS = {"Refusal", "Invalid", "Unauthorized", "Forbidden", "NotFound", "Conflict"} | {
    "TooLarge", "RateLimited", "Busy", "Unavailable", "EngineOff", "LoadFault",
}  # fmt: skip

# Header lines that change by themselves, or that Babel fills with somebody's address.
NOISE = re.compile(rb'^"(?:Report-|POT-|PO-|Last-|Language-Team|Generated-)[^"]*"\n', re.MULTILINE)

# One text, or singular and plural.
Message = str | tuple[str, str]


def collected() -> dict[Message, list[str]]:
    """Every text with the files that use it."""
    found: defaultdict[Message, set[str]] = defaultdict(set)
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix == ".html":
            messages = in_template(path)
        elif path.suffix == ".py" and not name_of(path).startswith(
            tuple(f"appliance/{name}" for name in CONSOLE)
        ):
            messages = in_python(path.read_text(encoding="utf-8"))
        else:
            continue
        for message in messages:
            found[message].add(name_of(path))
    for message in in_manifest():
        found[message].add("models/manifest.toml")
    return {
        message: sorted(found[message])
        for message in sorted(found, key=lambda each: (sorted(found[each]), str(each)))
    }


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def in_template(path: Path) -> Iterator[Message]:
    keywords, options = ("_", "ngettext"), {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}
    for _, function, texts, _ in babel_extract(io.BytesIO(path.read_bytes()), keywords, (), options):
        # Values to fill in come along as None; so does a text that the page chooses while it is drawn.
        constant = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
        if function == "ngettext":
            yield constant[0], constant[1]
        else:
            yield from constant


def in_manifest() -> Iterator[Message]:
    """The operator's page says what each recommended model is good for."""
    for entry in tomllib.loads((ROOT / "models" / "manifest.toml").read_text(encoding="utf-8"))["model"]:
        yield entry["good_for"]


def in_python(source: str) -> Iterator[Message]:
    tree = ast.parse(source)
    held = _held(tree)
    for name, texts in held.items():
        yield from (text for text in texts if name.isupper() and SENTENCE.fullmatch(text))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _said(node, held)


def assembled(source: str) -> Iterator[int]:
    """Lines where a refusal is put together from pieces, so that no catalogue could know it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or _called(node) not in REFUSALS | {"Finding", "Problem"}:
            continue
        if any(isinstance(given, ast.JoinedStr | ast.BinOp) for given in node.args):
            yield node.lineno


def _held(tree: ast.Module) -> dict[str, list[str]]:
    """The constant texts under each name of a module, wherever they are put there."""
    held: defaultdict[str, list[str]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    held[target.id] += _texts(node.value, {})
    return held


def _said(call: ast.Call, held: dict[str, list[str]]) -> Iterator[Message]:
    called, given = _called(call), [list(_texts(argument, held)) for argument in call.args]
    if called == "plural":
        yield given[0][0], given[1][0]
    elif called in REFUSALS | TRANSLATES | {"Sentence"}:
        yield from given[0] if given else ()
    elif called == "Finding":
        yield given[0][0].replace("_", " ").capitalize()
        yield from (text for texts in given[2:] for text in texts)


def _called(call: ast.Call) -> str:
    """The name of what is called; `translator(request)("…")` counts as translate."""
    function = call.func
    if isinstance(function, ast.Call):
        return "translate" if _called(function) == "translator" else ""
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def _texts(node: ast.expr, held: dict[str, list[str]]) -> Iterator[str]:
    """The constant texts that an expression may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, held), *_texts(node.orelse, held))
    elif isinstance(node, ast.Name):
        yield from held.get(node.id, ())


def read(path: Path) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale=path.stem)


def faults(catalog: Catalog, wanted: dict[Message, list[str]]) -> list[str]:
    """What keeps a catalogue from saying everything."""
    known = {message.id: message for message in catalog if message.id}
    found = [f"not in it: {message!r}" for message in wanted if message not in known]
    found += [
        f"used nowhere: {message!r}" for message in [*known, *catalog.obsolete] if message not in wanted
    ]
    for identity, message in known.items():
        strings = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.fuzzy or not strings or not all(strings):
            found.append(f"not translated: {identity!r}")
        elif any(_holes(string) != _holes(identity) for string in strings):
            found.append(f"not the same places to fill: {identity!r}")
    return found


def _holes(text: str | Sequence[str]) -> set[str]:
    """`%(name)s` and `{name}`; a plural may leave nothing out either."""
    return set(re.findall(r"%\(\w+\)\w|\{\w+\}", text if isinstance(text, str) else " ".join(text)))


def updated(old: Catalog, wanted: dict[Message, list[str]]) -> Catalog:
    """The same translations under the texts of today; what nobody uses any more is gone."""
    new = Catalog(old.locale, project="Chalkbox", version="1", fuzzy=False, header_comment=old.header_comment)
    for identity, files in wanted.items():
        kept = old.get(identity if isinstance(identity, str) else identity[0])
        string = kept.string if kept and kept.id == identity else None
        comments = kept.user_comments if kept else ()
        new.add(identity, string, [(file, 0) for file in files], user_comments=comments)
    return new


def write(path: Path, catalog: Catalog) -> None:
    text = io.BytesIO()
    write_po(text, catalog, width=110, include_lineno=False)
    path.write_bytes(NOISE.sub(b"", text.getvalue()))


def started(language: str) -> Catalog:
    """An empty catalogue."""
    return Catalog(language, header_comment=f"# The texts of Chalkbox: {language}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--update", action="store_true", help="put new texts into the catalogues, take unused ones out"
    )
    parser.add_argument("--check", action="store_true", help="say what is missing and change nothing")
    parser.add_argument("languages", nargs="*", help="codes of languages; without any, those that are there")
    given = parser.parse_args()
    wanted, is_whole = collected(), True
    paths = [CATALOGUES / f"{code}.po" for code in given.languages] or sorted(CATALOGUES.glob("*.po"))
    for path in paths:
        catalog = read(path) if path.is_file() else started(path.stem)
        if given.update:
            write(path, catalog := updated(catalog, wanted))
        missing = faults(catalog, wanted)
        is_whole &= not missing
        print(f"{path.name}: {len(wanted)} texts", *(missing or ["all there"]), sep="\n  ")
    return 0 if is_whole else 1


if __name__ == "__main__":
    raise SystemExit(main())
