"""Who may import whom, and how long a function and a file may be: held by reading the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "appliance"

# From the ground up; packages in one row know each other as little as those above them.
FLOORS = (
    {"storage"},
    {"inference", "auth", "library"},
    {"classroom"},
    {"work"},
    {"helper", "study"},
    {"insights"},
    {"operations"},
)
FOR_ALL = {"errors", "settings", "VERSION"}
ROOMS = {"visitor", "student", "teacher", "operator", "api"}
WEB_KNOWS = {"auth", "storage"}
TOP = {"app", "__main__"}
# What app.py puts together and hands to the rooms, and what two of them do alike with it.
HANDED_OVER = {"parts", "talking"}
SERVES_HTTP = {"web", "app"} | ROOMS | HANDED_OVER
KNOWS_LLAMA = {"inference/llama.py", "inference/worker.py"}
ENGINES = {"local", "scripted", "remote", "llama", "worker", "scheduler", "child"}

LONGEST_FUNCTION = 60
LONGEST_FILE = 500

FILES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def imports_of(source: str) -> Iterator[str]:
    """Dotted names of everything that is imported, wherever in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports here are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(file: str) -> set[str]:
    """First name below `appliance` of everything of ours that this file imports."""
    names = imports_of((SOURCE / file).read_text())
    return {name.split(".")[1] for name in names if name.startswith("appliance.")}


def package_of(file: str) -> str:
    return file.split("/")[0].removesuffix(".py")


def may_import(package: str) -> set[str]:
    below: set[str] = set()
    for floor in FLOORS:
        if package in floor:
            return below | {package} | FOR_ALL
        below |= floor
    if package == "web":
        return WEB_KNOWS | {"web"} | FOR_ALL
    if package in ROOMS:
        return below | {"web", package} | HANDED_OVER | FOR_ALL
    if package in HANDED_OVER:
        return below | {"web"} | HANDED_OVER | FOR_ALL
    if package in TOP:
        return below | {"web"} | ROOMS | HANDED_OVER | TOP | FOR_ALL
    return FOR_ALL


@pytest.mark.parametrize("file", FILES)
def test_a_file_imports_only_what_stands_below_it(file: str) -> None:
    assert own_imports(file) <= may_import(package_of(file))


@pytest.mark.parametrize(
    ("package", "above"),
    [
        ("storage", "auth"),
        ("library", "inference"),
        ("work", "helper"),
        ("student", "teacher"),
        ("web", "work"),
    ],
)
def test_the_rule_refuses_what_stands_above_or_beside(package: str, above: str) -> None:
    assert above not in may_import(package)


def test_every_package_has_its_floor() -> None:
    placed = set().union(*FLOORS) | ROOMS | {"web"}
    assert {package_of(file) for file in FILES if "/" in file} <= placed


def test_only_the_web_the_rooms_and_the_app_know_sanic() -> None:
    assert {package_of(file) for file in FILES if _imports(file, "sanic")} <= SERVES_HTTP


def test_only_the_engine_child_knows_llama_cpp() -> None:
    assert {file for file in FILES if _imports(file, "llama_cpp")} <= KNOWS_LLAMA


def test_helper_and_study_ask_the_router_and_never_an_engine() -> None:
    for file in FILES:
        if package_of(file) in {"helper", "study"}:
            names = imports_of((SOURCE / file).read_text())
            asked = {name.split(".")[2] for name in names if name.startswith("appliance.inference.")}
            assert not asked & ENGINES, file


def test_functions_stay_short_enough_to_read() -> None:
    long = [
        f"{file}:{node.lineno} {node.name}" for file, node in _functions() if _length(node) > LONGEST_FUNCTION
    ]
    assert not long


def test_files_stay_short_enough_to_read() -> None:
    long = [file for file in FILES if len((SOURCE / file).read_text().splitlines()) > LONGEST_FILE]
    assert not long


def test_every_module_opens_with_a_sentence() -> None:
    without = [file for file in FILES if not ast.get_docstring(ast.parse((SOURCE / file).read_text()))]
    assert not without


def _imports(file: str, package: str) -> bool:
    names = imports_of((SOURCE / file).read_text())
    return any(name == package or name.startswith(f"{package}.") for name in names)


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in FILES:
        for node in ast.walk(ast.parse((SOURCE / file).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield file, node


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
